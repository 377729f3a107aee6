// Newton's search for the maximum of Olsen's concave likelihood.
#include "libqpcr/math/censored_regression.hpp"

#include <cmath>
#include <string>

#include <Eigen/Dense>
#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = std::move(expected),
                                         .problem = {}});
}

struct Likelihood {
  double value = 0.0;
  Eigen::VectorXd slope;
  Eigen::MatrixXd curvature;  ///< minus the second derivatives
};

/// Each row as (columns…, −value or −limit): its residual over σ is minus the product with the parameters.
Likelihood derive_likelihood(const Eigen::MatrixXd& rows, std::span<const char> censored,
                             const Eigen::VectorXd& scaled) {
  const Eigen::Index count = scaled.size();
  Likelihood found{0.0, Eigen::VectorXd::Zero(count), Eigen::MatrixXd::Zero(count, count)};
  const double inverse_sd = scaled[count - 1];
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    const Eigen::VectorXd row = rows.row(i).transpose();
    const double z = row.dot(scaled);
    if (censored[static_cast<std::size_t>(i)]) {
      const double tail = normal_cumulative(z);
      const double hazard = z > -30.0 ? 0.3989422804014327 * std::exp(-0.5 * z * z) / tail : -z - 1.0 / z;
      found.value += z > -30.0 ? std::log(tail) : -0.5 * z * z - 0.9189385332046727 - std::log(-z);
      found.slope += hazard * row;
      found.curvature += hazard * (hazard + z) * row * row.transpose();
    } else {
      found.value += std::log(inverse_sd) - 0.9189385332046727 - 0.5 * z * z;
      found.slope -= z * row;
      found.slope[count - 1] += 1.0 / inverse_sd;
      found.curvature += row * row.transpose();
      found.curvature(count - 1, count - 1) += 1.0 / (inverse_sd * inverse_sd);
    }
  }
  return found;
}

}  // namespace

CensoredFit fit_censored_regression(std::span<const double> design, std::span<const double> values,
                                    std::span<const char> censored, std::span<const double> limit) {
  const std::size_t count = values.size();
  if (count == 0 || design.empty() || design.size() % count != 0 || censored.size() != count || limit.size() != count)
    refuse("rows",
           fmt::format("{} values, {} in the design, {} marks, {} limits", count, design.size(), censored.size(),
                       limit.size()),
           "a mark, a limit and equally many columns for each value");
  const std::size_t columns = design.size() / count;
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(columns) + 1);
  Eigen::Index complete = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    for (std::size_t k = 0; k < columns; ++k) rows(row, static_cast<Eigen::Index>(k)) = design[i * columns + k];
    rows(row, static_cast<Eigen::Index>(columns)) = censored[i] ? -limit[i] : -values[i];
    if (!rows.row(row).allFinite()) refuse("values", "not finite", "finite numbers");
    complete += censored[i] ? 0 : 1;
  }
  CensoredFit fit;
  const auto free = static_cast<Eigen::Index>(columns);
  if (complete < free + 1) return fit;
  Eigen::MatrixXd known(complete, free + 1);
  for (Eigen::Index i = 0, next = 0; i < rows.rows(); ++i) {
    if (!censored[static_cast<std::size_t>(i)]) known.row(next++) = rows.row(i);
  }
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factors(known.leftCols(free));
  if (factors.rank() < free) return fit;
  const Eigen::VectorXd start = factors.solve(-known.col(free));
  const double spread =
      (known.leftCols(free) * start + known.col(free)).norm() / std::sqrt(static_cast<double>(complete));
  if (!(spread > 1e-12 * known.col(free).norm())) return fit;
  Eigen::VectorXd scaled(free + 1);
  scaled << start / spread, 1.0 / spread;
  Likelihood now = derive_likelihood(rows, censored, scaled);
  bool converged = false;
  for (; fit.iterations < 200 && !converged; ++fit.iterations) {
    const Eigen::VectorXd direction = now.curvature.ldlt().solve(now.slope);
    const double decrement = direction.dot(now.slope);
    converged = decrement < 1e-20;
    bool moved = false;
    for (double share = 1.0; share > 1e-8 && !moved; share /= 2.0) {
      const Eigen::VectorXd trial = scaled + share * direction;
      if (!(trial[free] > 0.0)) continue;
      const Likelihood next = derive_likelihood(rows, censored, trial);
      if (!(next.value >= now.value - 1e-12 * (1.0 + std::abs(now.value)))) continue;
      moved = true;
      scaled = trial;
      now = next;
    }
    if (!moved || !std::isfinite(decrement)) break;
    converged = converged || decrement < 1e-16;
  }
  if (!converged) return fit;
  const Eigen::MatrixXd covariance =
      now.curvature.ldlt().solve(Eigen::MatrixXd::Identity(scaled.size(), scaled.size()));
  fit.scaled.assign(scaled.begin(), scaled.end());
  for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
    for (Eigen::Index k = 0; k < covariance.cols(); ++k) fit.scaled_covariance.push_back(covariance(i, k));
  }
  fit.sd = 1.0 / scaled[free];
  for (Eigen::Index k = 0; k < free; ++k) fit.coefficients.push_back(scaled[k] * fit.sd);
  fit.log_likelihood = now.value;
  return fit;
}

}  // namespace qpcr
