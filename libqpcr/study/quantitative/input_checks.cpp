// Refusals and the few sums that every quantitative evaluation shares.
#include "libqpcr/study/quantitative/input_checks.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
Message too_few_values(std::size_t found, std::size_t needed) {
  return {"quantitative_too_few_values", {{"found", fmt::format("{}", found)}, {"needed", fmt::format("{}", needed)}}};
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double first = sum / n;
  double rest = 0.0;
  for (const double value : values) rest += value - first;
  return first + rest / n;
}

double squares_about(std::span<const double> values, double mean) {
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

double variance_of(std::span<const double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  return squares_about(values, mean_of(values)) / (static_cast<double>(values.size()) - 1.0);
}

Estimate make_t_estimate(double value, double standard_error, double degrees_of_freedom, double confidence,
                         const std::string& why) {
  Estimate made = make_estimate(value, why);
  if (!made.value) return made;
  if (!(std::isfinite(standard_error) && standard_error > 0.0 && degrees_of_freedom > 0.0)) {
    made.why_absent = Message{why, {}};
    return made;
  }
  const double margin = student_t_upper_quantile((1.0 - confidence) / 2.0, degrees_of_freedom) * standard_error;
  made.standard_error = standard_error;
  made.interval = Interval{value - margin, value + margin};
  return made;
}

}  // namespace qpcr
