// Three-valued logic over comparisons, and the intervals that stand for values known only in part.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition.hpp"

namespace qpcr {

/// Every number that a quantity may be. A measured value is an interval of one point.
struct ValueRange {
  double lower = 0.0;
  double upper = 0.0;
  bool lower_open = false;  ///< the bound itself is not possible
  bool upper_open = false;

  static ValueRange point(double value) { return {value, value, false, false}; }
  static ValueRange everything();
  bool is_point() const { return lower == upper; }
  bool operator==(const ValueRange&) const = default;
};

ValueRange add(const ValueRange& left, const ValueRange& right);
/// factor · interval; a factor of 0 gives the point 0.
ValueRange scale(const ValueRange& interval, double factor);
/// Image under a strictly monotone function; open bounds stay open.
template <typename F>
ValueRange map_monotone(const ValueRange& interval, bool rising, const F& f) {
  const double at_lower = f(interval.lower);
  const double at_upper = interval.is_point() ? at_lower : f(interval.upper);
  if (rising) return {at_lower, at_upper, interval.lower_open, interval.upper_open};
  return {at_upper, at_lower, interval.upper_open, interval.lower_open};
}
/// All values of max(left, right).
ValueRange max(const ValueRange& left, const ValueRange& right);

/// What a cut-off says of every number that a quantity may be.
enum class Comparand {
  holds,
  fails,
  gray,       ///< a measured value inside the gray zone
  undecided,  ///< some possible values hold and others do not
};

/// Both ends rounded to decimal digits, half to even at the exact binary value (as printf and Python round).
ValueRange round_decimal(const ValueRange& range, int digits);

/// Compares by the rule: unrounded, or rounded by round_decimal().
/// With a gray zone, holds means the relation with the zone's edge on the positive side, fails means at or beyond the
/// other edge.
Comparand compare(const RuleDefinition& rule, const ValueRange& value);

/// k of n with unknown operands: yes when at least k hold, no when fewer than k can; else invalid if any operand is
/// invalid, else unknown. OR is k = 1, AND is k = n.
Truth at_least(int k, std::span<const Truth> operands);

/// Evaluates the expression; `truth_of` is asked for each rule.
Truth evaluate(const CallExpression& expression, const std::function<Truth(std::string_view rule)>& truth_of);

/// yes → positive, no → negative, unknown → indeterminate, invalid → invalid.
Outcome to_outcome(Truth truth);

}  // namespace qpcr
