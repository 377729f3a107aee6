// Analysis of variance of one factor, without losing the digits that large values have in common.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qpcr {

/// Values measured from a point they all lie near, so that their differences keep every digit.
struct CentredValues {
  double centre = 0.0;
  std::vector<double> differences;
};

/// Differences from the first of decimal texts, exact before they are rounded once: 1000000000000.4 and
/// 1000000000000.3 differ by 0.1, not by 0.0999755859375. Nothing when a text is no plain decimal number (a sign,
/// digits, a point, digits) or when all of them do not fit 18 digits: then numbers do as they are.
std::optional<CentredValues> centre_decimals(std::span<const std::string_view> texts);

/// Differences from the median of numbers.
CentredValues centre_values(std::span<const double> values);

struct OneWayAnova {
  long groups = 0;
  long values = 0;
  double between_degrees = 0.0;
  double within_degrees = 0.0;
  double between_sum = 0.0;
  double within_sum = 0.0;
  double mean = 0.0;  ///< of the differences
};

/// Sums of squares from group means. Groups are 0 … groups − 1. Against NIST's eleven certified sets, centred: at
/// least 9 digits (tests/study/reference).
/// @throws Error invalid_value for spans of different lengths, a group out of range or without values.
OneWayAnova fit_one_way_anova(std::span<const double> differences, std::span<const int> group, long groups);

}  // namespace qpcr
