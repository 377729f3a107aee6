// Fisher scoring of binomial regressions in an orthonormal basis.
#include "libqpcr/math/binomial_regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <Eigen/Dense>
#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/binomial_separation.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

/// What a row contributes at its linear predictor, for p = P(success) with derivative p′ by η; exact far out too.
struct LinkPoint {
  double probability;
  double log_success;    ///< ln p
  double log_failure;    ///< ln (1 − p)
  double success_score;  ///< p′/p
  double failure_score;  ///< p′/(1 − p)
  double curvature;      ///< p″/p′
};

/// φ(x)/(1 − Φ(x)), the hazard of the normal distribution.
double normal_hazard(double x) {
  if (x > 30.0) return x + 1.0 / x * (1.0 - 2.0 / (x * x) + 10.0 / (x * x * x * x));
  return 0.3989422804014327 * std::exp(-0.5 * x * x) / normal_upper_tail(x);
}

double log_normal_upper_tail(double x) {
  if (x < 30.0) return std::log(normal_upper_tail(x));
  return -0.5 * x * x - 0.9189385332046727 - std::log(normal_hazard(x));
}

LinkPoint at_complementary_log_log(double eta) {
  const double hazard = std::exp(std::min(eta, 700.0));
  const double success = -std::expm1(-hazard);
  const double log_success = eta < -30.0 ? eta : std::log(success);
  const double score = hazard > 700.0 ? 0.0 : hazard / std::expm1(hazard);
  return {success, log_success, -hazard, eta < -30.0 ? 1.0 : score, hazard, 1.0 - hazard};
}

LinkPoint at_link(BinomialLink link, double eta) {
  switch (link) {
    case BinomialLink::probit:
      return {normal_cumulative(eta), log_normal_upper_tail(-eta), log_normal_upper_tail(eta),
              normal_hazard(-eta),    normal_hazard(eta),          -eta};
    case BinomialLink::complementary_log_log:
      return at_complementary_log_log(eta);
    case BinomialLink::log_log: {
      const LinkPoint mirrored = at_complementary_log_log(-eta);
      return {std::exp(mirrored.log_failure), mirrored.log_failure,   mirrored.log_success,
              mirrored.failure_score,         mirrored.success_score, -mirrored.curvature};
    }
    case BinomialLink::logit:
      break;
  }
  const double tail = std::exp(-std::abs(eta));
  const double small = tail / (1.0 + tail);
  const double large = 1.0 / (1.0 + tail);
  const double success = eta < 0.0 ? small : large;
  const double failure = eta < 0.0 ? large : small;
  return {
      success,          std::min(eta, 0.0) - std::log1p(tail), std::min(-eta, 0.0) - std::log1p(tail), failure, success,
      failure - success};
}

void check(const BinomialData& data, const BinomialRegressionOptions& options) {
  const std::size_t rows = data.successes.size();
  const auto numbers = [&](const char* field, std::size_t found) {
    if (found != rows)
      refuse_request(ErrorCode::invalid_value, field, fmt::format("{}", found), fmt::format("{} rows", rows));
  };
  numbers("trials", data.trials.size());
  if (!data.offset.empty()) numbers("offset", data.offset.size());
  if (rows == 0 || data.design.size() % rows != 0 || data.design.empty())
    refuse_request(ErrorCode::invalid_value, "design", fmt::format("{} numbers for {} rows", data.design.size(), rows),
                   "at least one column and one row, all columns equally long");
  const auto finite = [](std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  };
  if (!finite(data.design)) refuse_request(ErrorCode::invalid_value, "design", "not finite", "finite numbers");
  if (!finite(data.offset)) refuse_request(ErrorCode::invalid_value, "offset", "not finite", "finite numbers");
  bool informative = false;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!(std::isfinite(data.trials[i]) && data.trials[i] >= 0.0))
      refuse_request(ErrorCode::invalid_value, "trials", fmt::format("{}", data.trials[i]), "a number of at least 0");
    if (!(data.successes[i] >= 0.0 && data.successes[i] <= data.trials[i]))
      refuse_request(ErrorCode::invalid_value, "successes", fmt::format("{}", data.successes[i]),
                     fmt::format("0 to {} trials", data.trials[i]));
    informative = informative || data.trials[i] > 0.0;
  }
  if (!informative) refuse_request(ErrorCode::invalid_value, "trials", "0 in all rows", "a row with trials");
  const std::size_t columns = data.design.size() / rows;
  if (!options.held.empty() && options.held.size() != columns)
    refuse_request(ErrorCode::invalid_option, "held", fmt::format("{}", options.held.size()),
                   fmt::format("one a column, {}", columns));
  for (const std::optional<double>& value : options.held) {
    if (value && !std::isfinite(*value))
      refuse_request(ErrorCode::invalid_option, "held", "not finite", "a finite number");
  }
  if (options.most_iterations < 1)
    refuse_request(ErrorCode::invalid_option, "most_iterations", fmt::format("{}", options.most_iterations),
                   "at least 1");
}

/// The design as an orthonormal basis of its columns, free ones first: design = basis · triangle (columns in `order`).
struct Basis {
  Eigen::MatrixXd columns;  ///< rows without trials are 0
  Eigen::MatrixXd triangle;
  std::vector<Eigen::Index> order;
  Eigen::Index free = 0;
  int rank = 0;
};

Basis make_basis(const BinomialData& data, const std::vector<std::optional<double>>& held) {
  const auto rows = static_cast<Eigen::Index>(data.successes.size());
  const Eigen::Index count = static_cast<Eigen::Index>(data.design.size()) / rows;
  Basis basis;
  for (const bool is_held : {false, true}) {
    for (Eigen::Index j = 0; j < count; ++j) {
      if ((!held.empty() && held[static_cast<std::size_t>(j)].has_value()) == is_held) basis.order.push_back(j);
    }
    if (!is_held) basis.free = static_cast<Eigen::Index>(basis.order.size());
  }
  Eigen::MatrixXd design(rows, count);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index k = 0; k < count; ++k) {
      const auto at = static_cast<std::size_t>(i * count + basis.order[static_cast<std::size_t>(k)]);
      design(i, k) = data.trials[static_cast<std::size_t>(i)] > 0.0 ? data.design[at] : 0.0;
    }
  }
  if (rows < count) {
    basis.rank = static_cast<int>(design.colPivHouseholderQr().rank());
    return basis;
  }
  const Eigen::HouseholderQR<Eigen::MatrixXd> factors(design);
  basis.triangle = factors.matrixQR().topRows(count).triangularView<Eigen::Upper>();
  basis.columns = factors.householderQ() * Eigen::MatrixXd::Identity(rows, count);
  for (Eigen::Index k = 0; k < count; ++k) {
    // What a column adds to those before it, against its own length.
    if (std::abs(basis.triangle(k, k)) > 1e-11 * design.col(k).norm()) ++basis.rank;
  }
  return basis;
}

/// A regression under way: coefficients of the basis and all that follows from them.
class Scoring {
 public:
  Scoring(const BinomialData& data, const BinomialRegressionOptions& options, const Basis& basis)
      : data_(data), options_(options), basis_(basis), points_(data.successes.size()) {
    const auto rows = static_cast<Eigen::Index>(data.successes.size());
    offset_ = Eigen::VectorXd::Zero(rows);
    for (std::size_t i = 0; i < data.offset.size(); ++i) offset_[static_cast<Eigen::Index>(i)] = data.offset[i];
    weights_.resize(rows);
    scaled_.resize(rows, basis.columns.cols());
  }

  void start(const Eigen::VectorXd& held) {
    Eigen::VectorXd wanted(offset_.size());
    Eigen::VectorXd weights(offset_.size());
    for (Eigen::Index i = 0; i < offset_.size(); ++i) {
      const double trials = this->trials(i);
      const double share = (successes(i) + 0.5) / (trials + 1.0);
      const double eta = apply_link(options_.link, share);
      const LinkPoint point = at_link(options_.link, eta);
      wanted[i] = eta - offset_[i];
      weights[i] = std::sqrt(trials * point.success_score * point.failure_score);
    }
    const Eigen::Index held_count = basis_.columns.cols() - basis_.free;
    coefficients_ = Eigen::VectorXd::Zero(basis_.columns.cols());
    coefficients_.tail(held_count) = held;
    wanted -= basis_.columns.rightCols(held_count) * held;
    if (basis_.free > 0) {
      const Eigen::MatrixXd weighted = weights.asDiagonal() * basis_.columns.leftCols(basis_.free);
      coefficients_.head(basis_.free) = weighted.colPivHouseholderQr().solve(weights.cwiseProduct(wanted));
    }
    update(coefficients_);
  }

  /// @return false where no step improves any more; `converged` tells whether the score is 0 there.
  bool step(bool& converged) {
    if (!inverted_) return false;
    const Eigen::VectorXd score = derive_score();
    const Eigen::VectorXd direction = free_information_.solve(score);
    const double decrement = score.dot(direction);
    converged = decrement <= 1e-9 * (1.0 + std::abs(objective_));
    // Half the decrement is what the objective still lacks; below this its square root is at rounding.
    if (decrement <= 1e-22 || (converged && decrement >= last_decrement_)) return false;
    last_decrement_ = decrement;
    const double before = objective_;
    const Eigen::VectorXd from = coefficients_;
    for (double share = 1.0; share > 1e-6; share /= 2.0) {
      Eigen::VectorXd trial = from;
      trial.head(basis_.free) += share * direction;
      update(trial);
      // Near the maximum the objective is flat to rounding, and the score alone leads on.
      if (inverted_ && (objective_ >= before || (converged && objective_ >= before - 1e-12 * (1.0 + std::abs(before)))))
        return true;
    }
    update(from);
    return false;
  }

  /// Whether some fitted probability is so near 0 or 1 that outcomes may be separated.
  bool is_saturated() const {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (data_.trials[i] > 0.0 && std::min(points_[i].probability, std::exp(points_[i].log_failure)) < 1e-7)
        return true;
    }
    return false;
  }

  void write(BinomialFit& fit) const;

 private:
  double successes(Eigen::Index i) const { return data_.successes[static_cast<std::size_t>(i)]; }
  double trials(Eigen::Index i) const { return data_.trials[static_cast<std::size_t>(i)]; }
  const LinkPoint& point(Eigen::Index i) const { return points_[static_cast<std::size_t>(i)]; }

  void update(const Eigen::VectorXd& coefficients) {
    coefficients_ = coefficients;
    eta_ = offset_ + basis_.columns * coefficients;
    kernel_ = 0.0;
    for (Eigen::Index i = 0; i < eta_.size(); ++i) {
      LinkPoint& found = points_[static_cast<std::size_t>(i)];
      found = at_link(options_.link, eta_[i]);
      if (successes(i) > 0.0) kernel_ += successes(i) * found.log_success;
      if (successes(i) < trials(i)) kernel_ += (trials(i) - successes(i)) * found.log_failure;
      weights_[i] = trials(i) * found.success_score * found.failure_score;
    }
    scaled_ = weights_.cwiseSqrt().asDiagonal() * basis_.columns;
    information_ = scaled_.transpose() * scaled_;
    inverted_ = eta_.allFinite() && information_.allFinite();
    if (inverted_) {
      all_information_.compute(information_);
      free_information_.compute(information_.topLeftCorner(basis_.free, basis_.free));
      inverted_ = all_information_.info() == Eigen::Success && free_information_.info() == Eigen::Success;
    }
    if (inverted_) {
      half_log_determinant_ = all_information_.matrixLLT().diagonal().array().log().sum() +
                              basis_.triangle.diagonal().array().abs().log().sum();
      objective_ = kernel_ + (options_.firth ? half_log_determinant_ : 0.0);
      inverted_ = std::isfinite(objective_);
    }
  }

  Eigen::VectorXd derive_leverages() const {
    const Eigen::MatrixXd solved = all_information_.matrixL().solve(scaled_.transpose());
    return solved.colwise().squaredNorm();
  }

  Eigen::VectorXd derive_score() const {
    Eigen::VectorXd slopes(eta_.size());
    for (Eigen::Index i = 0; i < eta_.size(); ++i) {
      slopes[i] = successes(i) * point(i).success_score - (trials(i) - successes(i)) * point(i).failure_score;
    }
    if (options_.firth) {
      const Eigen::VectorXd leverages = derive_leverages();
      for (Eigen::Index i = 0; i < eta_.size(); ++i) {
        slopes[i] += leverages[i] * (point(i).curvature + 0.5 * (point(i).failure_score - point(i).success_score));
      }
    }
    return basis_.columns.leftCols(basis_.free).transpose() * slopes;
  }

  /// Of the free coefficients of the basis.
  Eigen::MatrixXd derive_covariance() const {
    Eigen::MatrixXd information = information_.topLeftCorner(basis_.free, basis_.free);
    if (options_.observed_information) {
      Eigen::VectorXd weights(eta_.size());
      for (Eigen::Index i = 0; i < eta_.size(); ++i) {
        const LinkPoint& at = point(i);
        weights[i] = (trials(i) - successes(i)) * at.failure_score * (at.curvature + at.failure_score) -
                     successes(i) * at.success_score * (at.curvature - at.success_score);
      }
      const auto columns = basis_.columns.leftCols(basis_.free);
      information = columns.transpose() * weights.asDiagonal() * columns;
    }
    return information.ldlt().solve(Eigen::MatrixXd::Identity(basis_.free, basis_.free));
  }

  const BinomialData& data_;
  const BinomialRegressionOptions& options_;
  const Basis& basis_;
  std::vector<LinkPoint> points_;
  Eigen::VectorXd offset_;
  Eigen::VectorXd coefficients_;
  Eigen::VectorXd eta_;
  Eigen::VectorXd weights_;
  Eigen::MatrixXd scaled_;
  Eigen::MatrixXd information_;
  Eigen::LLT<Eigen::MatrixXd> all_information_;
  Eigen::LLT<Eigen::MatrixXd> free_information_;
  double kernel_ = 0.0;
  double half_log_determinant_ = 0.0;
  double objective_ = 0.0;
  double last_decrement_ = std::numeric_limits<double>::infinity();
  bool inverted_ = false;
};

/// ln of the binomial coefficient, carried on to numbers that are not whole.
double log_ways(double successes, double trials) {
  return log_gamma(trials + 1.0) - log_gamma(successes + 1.0) - log_gamma(trials - successes + 1.0);
}

void Scoring::write(BinomialFit& fit) const {
  const auto columns = static_cast<std::size_t>(basis_.columns.cols());
  const Eigen::VectorXd solved = basis_.triangle.triangularView<Eigen::Upper>().solve(coefficients_);
  fit.coefficients.assign(columns, 0.0);
  for (std::size_t k = 0; k < columns; ++k)
    fit.coefficients[static_cast<std::size_t>(basis_.order[k])] = solved[static_cast<Eigen::Index>(k)];
  fit.covariance.assign(columns * columns, 0.0);
  if (basis_.free > 0) {
    const Eigen::MatrixXd inverse = basis_.triangle.topLeftCorner(basis_.free, basis_.free)
                                        .triangularView<Eigen::Upper>()
                                        .solve(Eigen::MatrixXd::Identity(basis_.free, basis_.free));
    const Eigen::MatrixXd covariance = inverse * derive_covariance() * inverse.transpose();
    for (Eigen::Index a = 0; a < basis_.free; ++a) {
      for (Eigen::Index b = 0; b < basis_.free; ++b) {
        const auto row = static_cast<std::size_t>(basis_.order[static_cast<std::size_t>(a)]);
        fit.covariance[row * columns + static_cast<std::size_t>(basis_.order[static_cast<std::size_t>(b)])] =
            covariance(a, b);
      }
    }
  }
  const Eigen::VectorXd leverages = derive_leverages();
  fit.leverage.assign(leverages.begin(), leverages.end());
  fit.linear_predictor.assign(eta_.begin(), eta_.end());
  fit.fitted.clear();
  fit.kernel_log_likelihood = kernel_;
  fit.penalised_log_likelihood = kernel_ + half_log_determinant_;
  double constants = 0.0;
  for (Eigen::Index i = 0; i < eta_.size(); ++i) {
    const LinkPoint& at = point(i);
    const double y = successes(i);
    const double n = trials(i);
    if (!(n > 0.0)) {
      // The basis is 0 in rows that say nothing; what the fit says of them comes from the design.
      const auto row = static_cast<std::size_t>(i);
      double eta = offset_[i];
      for (std::size_t k = 0; k < columns; ++k) eta += data_.design[row * columns + k] * fit.coefficients[k];
      fit.linear_predictor[row] = eta;
      fit.fitted.push_back(inverse_link(options_.link, eta));
      continue;
    }
    fit.fitted.push_back(at.probability);
    constants += log_ways(y, n);
    if (y > 0.0) fit.deviance += 2.0 * y * (std::log(y / n) - at.log_success);
    if (y < n) fit.deviance += 2.0 * (n - y) * (std::log((n - y) / n) - at.log_failure);
    const double failure = std::exp(at.log_failure);
    const double variance = n * at.probability * failure;
    const double difference = y * failure - (n - y) * at.probability;
    if (variance > 0.0) fit.pearson += difference * difference / variance;
  }
  fit.log_likelihood = kernel_ + constants;
  fit.aic = -2.0 * fit.log_likelihood + 2.0 * static_cast<double>(basis_.free);
}

}  // namespace

double inverse_link(BinomialLink link, double linear_predictor) { return at_link(link, linear_predictor).probability; }

double apply_link(BinomialLink link, double probability) {
  if (!(probability > 0.0 && probability < 1.0))
    refuse_request(ErrorCode::invalid_value, "probability", fmt::format("{}", probability), "a number between 0 and 1");
  switch (link) {
    case BinomialLink::probit:
      return normal_quantile(probability);
    case BinomialLink::complementary_log_log:
      return std::log(-std::log1p(-probability));
    case BinomialLink::log_log:
      return -std::log(-std::log(probability));
    case BinomialLink::logit:
      break;
  }
  return std::log(probability) - std::log1p(-probability);
}

BinomialFit fit_binomial_regression(const BinomialData& data, const BinomialRegressionOptions& options) {
  check(data, options);
  BinomialFit fit;
  fit.rows = std::count_if(data.trials.begin(), data.trials.end(), [](double trials) { return trials > 0.0; });
  const Basis basis = make_basis(data, options.held);
  fit.rank = basis.rank;
  if (static_cast<std::size_t>(basis.rank) < basis.order.size()) return fit;
  Eigen::VectorXd held(static_cast<Eigen::Index>(basis.order.size()) - basis.free);
  for (Eigen::Index k = 0; k < held.size(); ++k)
    held[k] = *options.held[static_cast<std::size_t>(basis.order[static_cast<std::size_t>(basis.free + k)])];
  held = basis.triangle.bottomRightCorner(held.size(), held.size()).triangularView<Eigen::Upper>() * held;

  bool searched = false;
  const auto is_separated = [&] {
    if (!searched) fit.separation = find_separation_in(basis.columns.leftCols(basis.free), data.successes, data.trials);
    searched = true;
    return fit.separation != Separation::none;
  };
  if (options.firth && options.find_separation) is_separated();
  Scoring scoring(data, options, basis);
  scoring.start(held);
  while (fit.iterations < options.most_iterations) {
    if (!options.firth && scoring.is_saturated() && is_separated()) return fit;
    if (!scoring.step(fit.converged)) break;
    ++fit.iterations;
  }
  if (!options.firth && !fit.converged) is_separated();
  if (fit.converged) scoring.write(fit);
  return fit;
}

Separation find_separation(const BinomialData& data) {
  check(data, {});
  const auto rows = static_cast<Eigen::Index>(data.successes.size());
  const Eigen::Index count = static_cast<Eigen::Index>(data.design.size()) / rows;
  Eigen::MatrixXd design(rows, count);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index k = 0; k < count; ++k) design(i, k) = data.design[static_cast<std::size_t>(i * count + k)];
  }
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factors(design);
  const Eigen::MatrixXd basis = factors.householderQ() * Eigen::MatrixXd::Identity(rows, factors.rank());
  return find_separation_in(basis, data.successes, data.trials);
}

}  // namespace qpcr
