// Least squares by orthogonal triangles: each block of rows is folded into the triangle of those before it.
#include "libqpcr/math/linear_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <Eigen/Core>
#include <Eigen/QR>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using Vector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr Eigen::Index block_rows = 1024;

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

void check_values(std::string field, std::span<const double> values, std::size_t count, double least) {
  if (values.size() != count) {
    refuse(std::move(field), std::to_string(values.size()), "as many values as y has (" + std::to_string(count) + ")");
  }
  for (const double value : values) {
    if (!std::isfinite(value) || value < least) refuse(std::move(field), std::to_string(value), "finite numbers");
  }
}

/// The triangle of the constant, the columns and y, each row times the root of its weight.
Matrix fold_rows(const std::vector<std::vector<double>>& columns, std::span<const double> y,
                 std::span<const double> weights, Vector& norms) {
  const auto width = static_cast<Eigen::Index>(columns.size()) + 2;
  Matrix triangle = Matrix::Zero(width, width);
  norms = Vector::Zero(width);
  std::size_t next = 0;
  while (next < y.size()) {
    const Eigen::Index rows = std::min(block_rows, static_cast<Eigen::Index>(y.size() - next));
    Matrix stacked(width + rows, width);
    stacked.topRows(width) = triangle;
    for (Eigen::Index i = width; i < width + rows; ++i, ++next) {
      const long double root = weights.empty() ? 1.0L : std::sqrt(static_cast<long double>(weights[next]));
      stacked(i, 0) = root;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        stacked(i, static_cast<Eigen::Index>(k) + 1) = root * static_cast<long double>(columns[k][next]);
      }
      stacked(i, width - 1) = root * static_cast<long double>(y[next]);
    }
    norms += stacked.bottomRows(rows).colwise().squaredNorm().transpose();
    const Eigen::HouseholderQR<Matrix> factor(stacked);
    triangle = factor.matrixQR().topRows(width).triangularView<Eigen::Upper>();
  }
  norms = norms.cwiseSqrt();
  return triangle;
}

/// Fitted values, and the sums of squares of residuals and of fitted values about their mean.
struct Sums {
  long double residual = 0.0L;
  long double model = 0.0L;
};

Sums fill_fitted(const std::vector<std::vector<double>>& columns, std::span<const double> y,
                 std::span<const double> weights, const Vector& beta, LinearModelFit& fit) {
  fit.fitted.resize(y.size());
  long double weight_sum = 0.0L;
  long double mean = 0.0L;
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0L : static_cast<long double>(weights[i]); };
  const auto predict = [&](std::size_t i) {
    long double value = beta(0);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      value += beta(static_cast<Eigen::Index>(k) + 1) * static_cast<long double>(columns[k][i]);
    }
    return value;
  };
  for (std::size_t i = 0; i < y.size(); ++i) {
    weight_sum += weight(i);
    mean += weight(i) * predict(i);
  }
  mean /= weight_sum;
  Sums sums;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const long double value = predict(i);
    fit.fitted[i] = static_cast<double>(value);
    const long double residual = static_cast<long double>(y[i]) - value;
    sums.residual += weight(i) * residual * residual;
    sums.model += weight(i) * (value - mean) * (value - mean);
  }
  return sums;
}

void fill_inference(const Sums& sums, std::span<const double> weights, LinearModelFit& fit) {
  const auto parameters = fit.coefficients.size();
  const double n = static_cast<double>(fit.observations);
  const double slopes = static_cast<double>(parameters) - 1.0;
  fit.degrees_of_freedom = n - static_cast<double>(parameters);
  fit.residual_sum_of_squares = static_cast<double>(sums.residual);
  const long double total = sums.residual + sums.model;
  fit.r_squared = total > 0.0L && !(fit.exact && slopes == 0.0) ? static_cast<double>(sums.model / total) : nan_value;
  fit.standard_errors.assign(parameters, nan_value);
  fit.t_values.assign(parameters, nan_value);
  fit.p_values.assign(parameters, nan_value);
  fit.residual_sd = fit.aic = fit.f = fit.f_p_value = nan_value;
  if (fit.exact) fit.residual_sum_of_squares = 0.0;
  if (fit.degrees_of_freedom < 1.0) return;
  fit.residual_sd = std::sqrt(fit.residual_sum_of_squares / fit.degrees_of_freedom);
  if (fit.exact) return;
  double log_weights = 0.0;
  for (const double weight : weights) {
    if (weight > 0.0) log_weights += std::log(weight);
  }
  constexpr double two_pi = 6.283185307179586477;
  const double log_likelihood =
      0.5 * (log_weights - n * (std::log(two_pi) + 1.0 - std::log(n) + std::log(fit.residual_sum_of_squares)));
  fit.aic = -2.0 * log_likelihood + 2.0 * (static_cast<double>(parameters) + 1.0);
  for (std::size_t k = 0; k < parameters; ++k) {
    fit.standard_errors[k] = fit.residual_sd * std::sqrt(fit.unscaled_covariance[k * parameters + k]);
    fit.t_values[k] = fit.coefficients[k] / fit.standard_errors[k];
    fit.p_values[k] = student_t_two_sided(fit.t_values[k], fit.degrees_of_freedom);
  }
  if (slopes < 1.0) return;
  fit.f = static_cast<double>(sums.model) / slopes / (fit.residual_sd * fit.residual_sd);
  fit.f_p_value = f_upper_tail(fit.f, slopes, fit.degrees_of_freedom);
}

}  // namespace

LinearModelFit fit_linear_model(const std::vector<std::vector<double>>& columns, std::span<const double> y,
                                std::span<const double> weights) {
  constexpr double lowest = std::numeric_limits<double>::lowest();
  check_values("y", y, y.size(), lowest);
  for (const auto& column : columns) check_values("predictor", column, y.size(), lowest);
  if (!weights.empty()) check_values("weights", weights, y.size(), 0.0);

  const std::size_t parameters = columns.size() + 1;
  const auto p = static_cast<Eigen::Index>(parameters);
  LinearModelFit fit;
  fit.observations = weights.empty() ? static_cast<long>(y.size())
                                     : static_cast<long>(std::count_if(weights.begin(), weights.end(),
                                                                       [](double weight) { return weight > 0.0; }));
  Vector norms;
  const Matrix triangle = fold_rows(columns, y, weights, norms);
  fit.determined = fit.observations >= static_cast<long>(parameters);
  for (Eigen::Index k = 0; k < p; ++k) {
    // Below this, the part of a column that the others do not explain is rounding of its own values.
    if (!(std::abs(triangle(k, k)) > 1e-14L * norms(k))) fit.determined = false;
  }
  if (!fit.determined) {
    fit.coefficients.assign(parameters, nan_value);
    fit.standard_errors = fit.t_values = fit.p_values = fit.coefficients;
    fit.unscaled_covariance.assign(parameters * parameters, nan_value);
    fit.fitted.assign(y.size(), nan_value);
    fit.residual_sum_of_squares = fit.residual_sd = fit.r_squared = fit.aic = fit.f = fit.f_p_value = nan_value;
    return fit;
  }
  const auto upper = triangle.topLeftCorner(p, p).triangularView<Eigen::Upper>();
  const Vector beta = upper.solve(triangle.col(p).head(p));
  const Matrix inverse = upper.solve(Matrix::Identity(p, p));
  const Matrix covariance = inverse * inverse.transpose();
  for (Eigen::Index i = 0; i < p; ++i) {
    fit.coefficients.push_back(static_cast<double>(beta(i)));
    for (Eigen::Index j = 0; j < p; ++j) fit.unscaled_covariance.push_back(static_cast<double>(covariance(i, j)));
  }
  const Sums sums = fill_fitted(columns, y, weights, beta, fit);
  const long double rounding = 4.0L * std::numeric_limits<double>::epsilon() * norms(p);
  fit.exact = sums.residual <= rounding * rounding;
  fill_inference(sums, weights, fit);
  return fit;
}

LinearPrediction predict_linear_model(const LinearModelFit& fit, std::span<const double> predictors) {
  const std::size_t count = fit.coefficients.size();
  if (predictors.size() + 1 != count) {
    refuse("predictors", std::to_string(predictors.size()), std::to_string(count) + " less one");
  }
  const auto at = [&](std::size_t k) { return k == 0 ? 1.0 : predictors[k - 1]; };
  LinearPrediction prediction;
  double spread = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    prediction.value += fit.coefficients[i] * at(i);
    for (std::size_t j = 0; j < count; ++j) spread += at(i) * at(j) * fit.unscaled_covariance[i * count + j];
  }
  prediction.standard_error = fit.exact ? nan_value : fit.residual_sd * std::sqrt(std::max(spread, 0.0));
  return prediction;
}

VarianceRatio compare_nested(double small_sum_of_squares, double small_degrees, double large_sum_of_squares,
                             double large_degrees) {
  VarianceRatio ratio{nan_value, small_degrees - large_degrees, large_degrees, nan_value};
  if (!(ratio.numerator_degrees >= 1.0 && large_degrees >= 1.0 && large_sum_of_squares > 0.0)) return ratio;
  const double gained = std::max(0.0, small_sum_of_squares - large_sum_of_squares);
  ratio.f = gained / ratio.numerator_degrees / (large_sum_of_squares / large_degrees);
  ratio.p_value = f_upper_tail(ratio.f, ratio.numerator_degrees, large_degrees);
  return ratio;
}

}  // namespace qpcr
