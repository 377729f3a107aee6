// The mixture of absent and late values, by its analytic derivatives.
#include "libqpcr/math/present_or_late.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Dense>
#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

using Four = Eigen::Vector4d;
using FourByFour = Eigen::Matrix4d;

struct Likelihood {
  double value = 0.0;
  Four slope = Four::Zero();
  FourByFour curvature = FourByFour::Zero();  ///< minus the second derivatives
};

struct Rows {
  std::span<const double> doses;
  std::span<const double> values;
  std::span<const char> missing;
  double limit;
};

/// Adds a function of (w, u) with w = direction·parameters and u = ln λ, given its derivatives.
void add(Likelihood& sum, double value, const Four& direction, double w, double u, double ww, double wu, double uu) {
  const Four rate = Four::Unit(3);
  sum.value += value;
  sum.slope += w * direction + u * rate;
  sum.curvature -= ww * direction * direction.transpose() + uu * rate * rate.transpose() +
                   wu * (direction * rate.transpose() + rate * direction.transpose());
}

Likelihood derive_likelihood(const Rows& rows, const Four& parameters) {
  Likelihood sum;
  for (std::size_t i = 0; i < rows.doses.size(); ++i) {
    const double mean = rows.doses[i] * std::exp(parameters[3]);
    const double absent = std::exp(-mean);
    const double present = -std::expm1(-mean);
    const Four direction(1.0, std::log10(rows.doses[i]), rows.missing[i] ? -rows.limit : -rows.values[i], 0.0);
    const double w = direction.dot(parameters);
    if (!rows.missing[i]) {
      const double score = mean > 700.0 ? 0.0 : mean / std::expm1(mean);
      const double curvature = score * (1.0 - score - mean);
      add(sum, std::log(present) + std::log(parameters[2]) - 0.9189385332046727 - 0.5 * w * w, direction, -w, score,
          -1.0, 0.0, curvature);
      sum.slope[2] += 1.0 / parameters[2];
      sum.curvature(2, 2) += 1.0 / (parameters[2] * parameters[2]);
      continue;
    }
    const double density = 0.3989422804014327 * std::exp(-0.5 * w * w);
    const double in_time = normal_upper_tail(w);
    const double all = std::max(absent + present * normal_cumulative(w), 1e-300);
    const double by_w = present * density / all;
    const double by_u = -mean * absent * in_time / all;
    const double by_ww = -w * present * density / all - by_w * by_w;
    const double by_uu = (mean - 1.0) * mean * absent * in_time / all - by_u * by_u;
    const double by_wu = mean * absent * density / all - by_w * by_u;
    add(sum, std::log(all), direction, by_w, by_u, by_ww, by_wu, by_uu);
  }
  return sum;
}

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = std::move(expected),
                                         .problem = {}});
}

void check(const Rows& rows, std::span<const double> start) {
  if (rows.values.size() != rows.doses.size() || rows.missing.size() != rows.doses.size() || start.size() != 4)
    refuse("rows",
           fmt::format("{} doses, {} values, {} marks, {} starts", rows.doses.size(), rows.values.size(),
                       rows.missing.size(), start.size()),
           "a value and a mark for each dose, and four starts");
  const bool finite = std::all_of(start.begin(), start.end(), [](double value) { return std::isfinite(value); });
  if (!finite || !std::isfinite(rows.limit) || !(start[2] > 0.0)) refuse("start", "not finite", "finite numbers");
  for (std::size_t i = 0; i < rows.doses.size(); ++i) {
    if (!(std::isfinite(rows.doses[i]) && rows.doses[i] > 0.0))
      refuse("dose", fmt::format("{}", rows.doses[i]), "a number above 0");
    if (!rows.missing[i] && !std::isfinite(rows.values[i]))
      refuse("value", fmt::format("{}", rows.values[i]), "a finite number");
  }
}

}  // namespace

PresentOrLateFit fit_present_or_late(std::span<const double> doses, std::span<const double> values,
                                     std::span<const char> missing, double limit, std::span<const double> start) {
  const Rows rows{doses, values, missing, limit};
  check(rows, start);
  PresentOrLateFit fit;
  Four parameters(start[0], start[1], start[2], start[3]);
  Likelihood now = derive_likelihood(rows, parameters);
  double damping = 0.0;
  bool converged = false;
  for (; fit.iterations < 300 && !converged; ++fit.iterations) {
    const FourByFour damped = now.curvature + damping * FourByFour(now.curvature.diagonal().cwiseAbs().asDiagonal());
    const Eigen::LLT<FourByFour> factors(damped);
    if (factors.info() != Eigen::Success) {
      damping = std::max(1e-3, 4.0 * damping);
      if (damping > 1e12) break;
      continue;
    }
    const Four direction = factors.solve(now.slope);
    if (!direction.allFinite()) break;
    if (damping <= 0.0 && direction.dot(now.slope) < 1e-18) {
      converged = true;
      break;
    }
    const Four trial = parameters + direction;
    const Likelihood next = trial[2] > 0.0 && std::abs(trial[3]) < 300.0 ? derive_likelihood(rows, trial) : now;
    const bool moved =
        trial[2] > 0.0 && std::abs(trial[3]) < 300.0 && next.value >= now.value - 1e-12 * (1.0 + std::abs(now.value));
    if (moved) {
      parameters = trial;
      now = next;
      damping = damping < 1e-3 ? 0.0 : damping / 8.0;
    } else {
      damping = std::max(1e-3, 4.0 * damping);
      if (damping > 1e12) break;
    }
  }
  const Eigen::LLT<FourByFour> factors(now.curvature);
  if (!converged || factors.info() != Eigen::Success) return fit;
  const FourByFour covariance = factors.solve(FourByFour::Identity());
  // A rate that the data do not bound has a flat likelihood: no maximum, whatever the last digits say.
  if (!covariance.allFinite() || covariance(3, 3) > 1e4) return fit;
  fit.parameters.assign(parameters.begin(), parameters.end());
  for (int i = 0; i < 4; ++i) {
    for (int k = 0; k < 4; ++k) fit.covariance.push_back(covariance(i, k));
  }
  fit.log_likelihood = now.value;
  return fit;
}

}  // namespace qpcr
