// Coefficient of variation and its intervals.
#include "libqpcr/study/precision/cv_interval.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

/// cv/√((u + shift)/n − 1)cv² + u/ν) with u the chi-square quantiles; nothing where the root does not exist.
std::optional<Interval> transform(double cv, double n, double confidence, double shift) {
  const double degrees = n - 1.0;
  const double tail = (1.0 - confidence) / 2.0;
  const auto limit = [&](double probability) {
    const double u = chi_square_quantile(probability, degrees);
    return ((u + shift) / n - 1.0) * cv * cv + u / degrees;
  };
  const double lower = limit(1.0 - tail);
  const double upper = limit(tail);
  if (!(lower > 0.0 && upper > 0.0)) return std::nullopt;
  return Interval{cv / std::sqrt(lower), cv / std::sqrt(upper)};
}

}  // namespace

CvResult estimate_cv(std::span<const double> values, double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence), "a number between 0 and 1");
  CvResult result;
  std::vector<double> kept;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isinf(values[i])) refuse_request(ErrorCode::invalid_value, "value", "infinite", "finite values");
    if (std::isnan(values[i])) {
      result.excluded.push_back(i);
    } else {
      kept.push_back(values[i]);
    }
  }
  result.values = static_cast<long>(kept.size());
  if (kept.empty()) {
    result.mean = result.sd = result.cv_naive = result.cv_mckay = result.cv_vangel =
        not_estimable("not_estimable_no_values");
    return result;
  }
  const auto n = static_cast<double>(kept.size());
  double mean = 0.0;
  for (const double value : kept) mean += value / n;
  double squares = 0.0;
  double rounding = 0.0;
  for (const double value : kept) {
    squares += (value - mean) * (value - mean);
    rounding += value - mean;
  }
  mean += rounding / n;
  squares -= rounding * rounding / n;
  result.mean.value = mean;
  if (kept.size() < 2) {
    result.mean.why_absent = Message{"not_estimable_one_value", {}};
    result.sd = result.cv_naive = result.cv_mckay = result.cv_vangel = not_estimable("not_estimable_one_value");
    return result;
  }
  const double sd = std::sqrt(std::max(0.0, squares) / (n - 1.0));
  const double tail = (1.0 - confidence) / 2.0;
  const double reach = student_t_upper_quantile(tail, n - 1.0) * sd / std::sqrt(n);
  result.mean.standard_error = sd / std::sqrt(n);
  result.mean.interval = Interval{mean - reach, mean + reach};
  result.sd.value = sd;
  if (sd == 0.0) {
    result.sd.why_absent = Message{"not_estimable_no_variation_of_values", {}};
  } else {
    result.sd.interval = Interval{sd * std::sqrt((n - 1.0) / chi_square_quantile(1.0 - tail, n - 1.0)),
                                  sd * std::sqrt((n - 1.0) / chi_square_quantile(tail, n - 1.0))};
  }
  if (!(mean > 0.0)) {
    result.cv_naive = result.cv_mckay = result.cv_vangel = not_estimable("not_estimable_cv_mean_not_positive");
    return result;
  }
  for (Estimate* cv : {&result.cv_naive, &result.cv_mckay, &result.cv_vangel}) {
    cv->value = 100.0 * sd / mean;
    cv->why_absent = result.sd.why_absent;
  }
  if (sd == 0.0) return result;
  result.cv_naive.interval =
      Interval{100.0 * result.sd.interval->lower / mean, 100.0 * result.sd.interval->upper / mean};
  constexpr double largest = 1.0 / 3.0;
  for (Estimate* cv : {&result.cv_mckay, &result.cv_vangel}) {
    const auto limits =
        sd / mean < largest ? transform(sd / mean, n, confidence, cv == &result.cv_vangel ? 2.0 : 0.0) : std::nullopt;
    if (limits) {
      cv->interval = Interval{100.0 * limits->lower, 100.0 * limits->upper};
    } else {
      cv->why_absent = Message{"interval_not_estimable_cv_too_large", {}};
    }
  }
  return result;
}

}  // namespace qpcr
