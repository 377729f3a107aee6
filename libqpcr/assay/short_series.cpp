// Grubbs' test as each result arrives.
#include "libqpcr/assay/short_series.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(double found, std::string expected) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = {},
                                         .found = format_double(found),
                                         .expected = std::move(expected),
                                         .problem = {}});
}

}  // namespace

double grubbs_one_sided_limit(int count, double probability) {
  if (count < 3) refuse(count, "at least three results");
  if (!(probability > 0 && probability < 1)) refuse(probability, "a probability between 0 and 1");
  const double n = count;
  const double t = student_t_upper_quantile(probability / n, n - 2);
  return (n - 1) / std::sqrt(n) * std::sqrt(t * t / (n - 2 + t * t));
}

ShortSeriesResult judge_short_series(std::span<const double> values) {
  ShortSeriesResult result;
  result.count = static_cast<int>(values.size());
  result.warning_limit = grubbs_one_sided_limit(result.count, short_series_warning_probability);
  result.rejection_limit = grubbs_one_sided_limit(result.count, short_series_rejection_probability);
  double sum = 0.0;
  for (const double value : values) {
    if (!std::isfinite(value)) refuse(value, "a finite result");
    sum += value;
  }
  result.mean = sum / result.count;
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.sd = std::sqrt(squares / (result.count - 1));
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  // Equal results may leave a rounding residue in the SD; an SI of such a residue would mean nothing.
  if (*smallest == *largest) {
    result.sd = 0.0;
    return result;
  }
  result.upper = (*largest - result.mean) / result.sd;
  result.lower = (result.mean - *smallest) / result.sd;
  const double extreme = std::max(result.upper, result.lower);
  // Of three results two are always close beside the third: with them alone no result is thrown out.
  if (result.count > 3 && extreme > result.rejection_limit) {
    result.verdict = ShortSeriesVerdict::out;
  } else if (extreme > result.warning_limit) {
    result.verdict = ShortSeriesVerdict::warning;
  }
  return result;
}

}  // namespace qpcr
