// Pseudo-inverse once for a matrix; each reading then costs filters × dyes products.
#include "libqpcr/curve/colour_compensation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
// Beyond, the spectra are dependent to working precision.
constexpr double largest_solvable_condition = 1e10;

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

Eigen::MatrixXd to_eigen(const ColourMatrix& matrix) {
  Eigen::MatrixXd result(static_cast<long>(matrix.filters.size()), static_cast<long>(matrix.dyes.size()));
  for (std::size_t i = 0; i < matrix.filters.size(); ++i) {
    for (std::size_t j = 0; j < matrix.dyes.size(); ++j)
      result(static_cast<long>(i), static_cast<long>(j)) = matrix.at(i, j);
  }
  return result;
}

}  // namespace

void ColourMatrix::validate() const {
  constexpr ErrorCode code = ErrorCode::invalid_option;
  if (dyes.empty()) refuse(code, "dyes", "none", "at least one dye");
  if (filters.size() < dyes.size())
    refuse(code, "filters", std::to_string(filters.size()), "at least as many filters as dyes");
  if (values.size() != filters.size() * dyes.size())
    refuse(code, "values", std::to_string(values.size()), "one value for each filter and dye");
  if (!background.empty() && background.size() != filters.size())
    refuse(code, "background", std::to_string(background.size()), "one value for each filter, or none");
  for (const double value : values) {
    if (!std::isfinite(value)) refuse(code, "values", format_double(value), "finite numbers");
  }
  for (const double value : background) {
    if (!std::isfinite(value)) refuse(code, "background", format_double(value), "finite numbers");
  }
  for (std::size_t j = 0; j < dyes.size(); ++j) {
    double largest = 0.0;
    for (std::size_t i = 0; i < filters.size(); ++i) largest = std::max(largest, std::abs(at(i, j)));
    if (!(largest > 0.0)) refuse(code, "values", dyes[j], "a dye with a signal in some filter");
  }
}

ColourMatrix estimate_colour_matrix(const std::vector<std::string>& filters, std::span<const PureDyeReadings> dyes,
                                    std::span<const double> background) {
  constexpr ErrorCode code = ErrorCode::invalid_value;
  if (!background.empty() && background.size() != filters.size())
    refuse(code, "background", std::to_string(background.size()), "one value for each filter, or none");
  ColourMatrix matrix;
  matrix.filters = filters;
  matrix.background.assign(background.begin(), background.end());
  matrix.values.assign(filters.size() * dyes.size(), 0.0);
  for (std::size_t j = 0; j < dyes.size(); ++j) {
    const PureDyeReadings& pure = dyes[j];
    matrix.dyes.push_back(pure.dye);
    if (pure.by_filter.size() != filters.size())
      refuse(code, pure.dye.c_str(), std::to_string(pure.by_filter.size()), "readings of every filter");
    const std::size_t count = pure.by_filter.empty() ? 0 : pure.by_filter.front().size();
    std::vector<std::vector<double>> parts(filters.size());
    for (std::size_t k = 0; k < count; ++k) {
      double sum = 0.0;
      for (std::size_t i = 0; i < filters.size(); ++i) {
        if (pure.by_filter[i].size() != count)
          refuse(code, pure.dye.c_str(), std::to_string(pure.by_filter[i].size()), "as many readings of every filter");
        sum += pure.by_filter[i][k] - (background.empty() ? 0.0 : background[i]);
      }
      if (!std::isfinite(sum) || !(sum > 0.0)) continue;
      for (std::size_t i = 0; i < filters.size(); ++i)
        parts[i].push_back((pure.by_filter[i][k] - (background.empty() ? 0.0 : background[i])) / sum);
    }
    double largest = 0.0;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      const double value = median(parts[i]);
      matrix.values[i * dyes.size() + j] = value;
      largest = std::max(largest, std::isnan(value) ? 0.0 : value);
    }
    if (!(largest > 0.0)) refuse(code, pure.dye.c_str(), "no signal", "a pure dye brighter than the background");
    for (std::size_t i = 0; i < filters.size(); ++i) matrix.values[i * dyes.size() + j] /= largest;
  }
  matrix.validate();
  return matrix;
}

void CompensationOptions::validate() const {
  if (!(largest_condition >= 1.0))
    refuse(ErrorCode::invalid_option, "largest_condition", format_double(largest_condition), "1 or more");
}

std::string_view to_string(CompensationStatus status) {
  switch (status) {
    case CompensationStatus::compensated:
      return "compensated";
    case CompensationStatus::ill_conditioned:
      return "ill_conditioned";
    case CompensationStatus::wrong_kind:
      return "wrong_kind";
    case CompensationStatus::unequal_cycles:
      return "unequal_cycles";
  }
  return "wrong_kind";
}

ColourCompensator::ColourCompensator(ColourMatrix matrix, CompensationOptions options)
    : matrix_(std::move(matrix)), options_(options) {
  matrix_.validate();
  options_.validate();
  const Eigen::MatrixXd spectra = to_eigen(matrix_);
  const Eigen::VectorXd lengths = spectra.colwise().norm();
  const Eigen::MatrixXd scaled = spectra * lengths.cwiseInverse().asDiagonal();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(scaled, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd& singular = svd.singularValues();
  condition_ = singular(0) / singular(singular.size() - 1);
  if (!(condition_ < largest_solvable_condition))
    refuse(ErrorCode::invalid_option, "values", format_double(condition_), "spectra that are not dependent");
  const Eigen::MatrixXd inverse = lengths.cwiseInverse().asDiagonal() * svd.matrixV() *
                                  singular.cwiseInverse().asDiagonal() * svd.matrixU().transpose();
  for (long j = 0; j < inverse.rows(); ++j) {
    for (long i = 0; i < inverse.cols(); ++i) inverse_.push_back(inverse(j, i));
  }
}

double ColourCompensator::find_residual(std::span<const double> net, std::span<const double> dyes) const {
  const std::size_t filter_count = matrix_.filters.size();
  if (filter_count == dyes.size()) return missing;
  double squares = 0.0;
  for (std::size_t i = 0; i < filter_count; ++i) {
    double predicted = 0.0;
    for (std::size_t j = 0; j < dyes.size(); ++j) predicted += matrix_.at(i, j) * dyes[j];
    squares += (net[i] - predicted) * (net[i] - predicted);
  }
  return std::sqrt(squares / static_cast<double>(filter_count - dyes.size()));
}

double ColourCompensator::solve_part(std::span<const double> net, const std::vector<bool>& used,
                                     std::span<double> dyes) const {
  const auto count = static_cast<long>(std::count(used.begin(), used.end(), true));
  Eigen::MatrixXd part(static_cast<long>(net.size()), count);
  long column = 0;
  for (std::size_t j = 0; j < used.size(); ++j) {
    if (!used[j]) continue;
    for (std::size_t i = 0; i < net.size(); ++i) part(static_cast<long>(i), column) = matrix_.at(i, j);
    ++column;
  }
  const Eigen::Map<const Eigen::VectorXd> right(net.data(), static_cast<long>(net.size()));
  const Eigen::VectorXd solved = part.colPivHouseholderQr().solve(right);
  double lowest = HUGE_VAL;
  column = 0;
  for (std::size_t j = 0; j < used.size(); ++j) {
    dyes[j] = used[j] ? solved(column++) : 0.0;
    if (used[j]) lowest = std::min(lowest, dyes[j]);
  }
  return lowest;
}

void ColourCompensator::solve_non_negative(std::span<const double> net, std::span<double> dyes) const {
  const std::size_t count = dyes.size();
  std::vector<bool> used(count, false);
  std::vector<double> trial(count, 0.0);
  std::fill(dyes.begin(), dyes.end(), 0.0);
  double scale = 0.0;
  for (const double value : net) scale = std::max(scale, std::abs(value));
  // Each round lets the dye in that lowers the residual most; a dye that turns negative goes out again.
  for (std::size_t round = 0; round < 3 * count; ++round) {
    std::size_t best = count;
    double steepest = 1e-12 * scale;
    for (std::size_t j = 0; j < count; ++j) {
      if (used[j]) continue;
      double gradient = 0.0;
      for (std::size_t i = 0; i < net.size(); ++i) {
        double predicted = 0.0;
        for (std::size_t k = 0; k < count; ++k) predicted += matrix_.at(i, k) * dyes[k];
        gradient += matrix_.at(i, j) * (net[i] - predicted);
      }
      if (gradient > steepest) {
        steepest = gradient;
        best = j;
      }
    }
    if (best == count) return;
    used[best] = true;
    while (solve_part(net, used, trial) <= 0.0) {
      double step = 1.0;
      for (std::size_t j = 0; j < count; ++j) {
        if (used[j] && trial[j] <= 0.0) step = std::min(step, dyes[j] / (dyes[j] - trial[j]));
      }
      bool left = false;
      for (std::size_t j = 0; j < count; ++j) {
        if (!used[j]) continue;
        dyes[j] += step * (trial[j] - dyes[j]);
        if (dyes[j] <= 1e-14 * scale) {
          dyes[j] = 0.0;
          used[j] = false;
        }
        left = left || used[j];
      }
      if (!left) return;
    }
    std::copy(trial.begin(), trial.end(), dyes.begin());
  }
}

double ColourCompensator::solve(std::span<const double> filters, std::span<double> dyes) const {
  if (filters.size() != matrix_.filters.size() || dyes.size() != matrix_.dyes.size())
    refuse(ErrorCode::invalid_value, "filters", std::to_string(filters.size()), "one reading a filter");
  std::vector<double> net(filters.begin(), filters.end());
  for (std::size_t i = 0; i < matrix_.background.size(); ++i) net[i] -= matrix_.background[i];
  bool negative = false;
  for (std::size_t j = 0; j < dyes.size(); ++j) {
    double sum = 0.0;
    for (std::size_t i = 0; i < net.size(); ++i) sum += inverse_[j * net.size() + i] * net[i];
    dyes[j] = sum;
    negative = negative || sum < 0.0;
  }
  if (negative && options_.non_negative) solve_non_negative(net, dyes);
  return find_residual(net, dyes);
}

CompensatedWell ColourCompensator::compensate(std::span<const CurveView> filters) const {
  if (filters.size() != matrix_.filters.size())
    refuse(ErrorCode::invalid_value, "filters", std::to_string(filters.size()), "one curve a filter");
  CompensatedWell result;
  for (const CurveView& curve : filters) {
    check_lengths(curve);
    if (curve.kind != CurveKind::raw_filter) {
      result.reason = Message{"curve_colour_wrong_kind", {{"kind", std::string(to_string(curve.kind))}}};
      return result;
    }
    if (!std::equal(curve.cycles.begin(), curve.cycles.end(), filters.front().cycles.begin(),
                    filters.front().cycles.end())) {
      result.status = CompensationStatus::unequal_cycles;
      result.reason = Message{"curve_colour_unequal_cycles", {}};
      return result;
    }
  }
  const std::span<const double> cycles = filters.front().cycles;
  result.dyes.resize(matrix_.dyes.size());
  for (AmplificationCurve& curve : result.dyes) {
    curve.kind = CurveKind::multicomponent;
    curve.cycles.assign(cycles.begin(), cycles.end());
  }
  std::vector<double> readings(filters.size());
  std::vector<double> amounts(matrix_.dyes.size());
  for (std::size_t c = 0; c < cycles.size(); ++c) {
    bool known = true;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      readings[i] = filters[i].fluorescence[c];
      known = known && std::isfinite(readings[i]);
    }
    if (!known) std::fill(amounts.begin(), amounts.end(), missing);
    result.residual_sd.push_back(known ? solve(readings, amounts) : missing);
    for (std::size_t j = 0; j < amounts.size(); ++j) result.dyes[j].fluorescence.push_back(amounts[j]);
  }
  if (condition_ > options_.largest_condition) {
    result.status = CompensationStatus::ill_conditioned;
    result.reason =
        Message{"curve_colour_ill_conditioned",
                {{"value", format_fixed(condition_, 1)}, {"limit", format_fixed(options_.largest_condition, 1)}}};
  } else {
    result.status = CompensationStatus::compensated;
  }
  return result;
}

}  // namespace qpcr
