// One-way analysis of variance with its F test.
#include "libqpcr/study/precision/one_way_anova.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

Estimate divide(double numerator, double denominator, const std::string& why) {
  return denominator > 0.0 ? make_estimate(numerator / denominator, why) : not_estimable(why);
}

}  // namespace

OneWayAnovaResult estimate_one_way_anova(const CentredValues& values, const PrecisionFactor& group) {
  if (group.level.size() != values.differences.size())
    refuse(group.name, fmt::format("{} levels", group.level.size()),
           fmt::format("{} as there are values", values.differences.size()));
  OneWayAnovaResult result;
  std::vector<std::size_t> rows;
  std::vector<double> kept;
  for (std::size_t row = 0; row < group.level.size(); ++row) {
    const double value = values.differences[row];
    if (std::isinf(value)) refuse("value", "infinite", "finite values");
    if (std::isnan(value) || group.level[row] < 0) {
      result.excluded.push_back(row);
    } else {
      rows.push_back(row);
      kept.push_back(value);
    }
  }
  if (rows.size() < 2) refuse("values", fmt::format("{}", rows.size()), "at least two values");
  const PrecisionFactor used = keep_rows(group, rows);
  const OneWayAnova found = fit_one_way_anova(kept, used.level, static_cast<long>(used.labels.size()));
  result.values = found.values;
  result.groups = found.groups;
  result.between_degrees = found.between_degrees;
  result.within_degrees = found.within_degrees;
  result.between_sum = found.between_sum;
  result.within_sum = found.within_sum;
  result.between_mean_square = divide(found.between_sum, found.between_degrees, "not_estimable_one_group");
  result.within_mean_square = divide(found.within_sum, found.within_degrees, "not_estimable_no_replicates");
  result.r_squared =
      divide(found.between_sum, found.between_sum + found.within_sum, "not_estimable_no_variation_of_values");
  if (result.within_mean_square.value)
    result.residual_sd = make_estimate(std::sqrt(*result.within_mean_square.value), "not_estimable_no_replicates");
  else
    result.residual_sd = result.within_mean_square;
  for (const Estimate* mean_square : {&result.between_mean_square, &result.within_mean_square}) {
    if (mean_square->value) continue;
    result.f = result.p_value = *mean_square;
    return result;
  }
  result.f = divide(*result.between_mean_square.value, *result.within_mean_square.value,
                    "not_estimable_no_variation_of_values");
  result.p_value = result.f.value
                       ? make_estimate(f_upper_tail(*result.f.value, found.between_degrees, found.within_degrees),
                                       "not_estimable_no_variation_of_values")
                       : result.f;
  return result;
}

}  // namespace qpcr
