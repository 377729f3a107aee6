// Intervals, comparisons, three-valued combination.
#include "libqpcr/assay/logic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

double round_decimal(double value, int digits) {
  if (!std::isfinite(value)) return value;
  return parse_double(format_fixed(value, digits)).value_or(value);
}

}  // namespace

ValueRange ValueRange::everything() {
  return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(), true, true};
}

ValueRange add(const ValueRange& left, const ValueRange& right) {
  return {left.lower + right.lower, left.upper + right.upper, left.lower_open || right.lower_open,
          left.upper_open || right.upper_open};
}

ValueRange scale(const ValueRange& interval, double factor) {
  if (factor == 0) return ValueRange::point(0);
  if (factor > 0) return {interval.lower * factor, interval.upper * factor, interval.lower_open, interval.upper_open};
  return {interval.upper * factor, interval.lower * factor, interval.upper_open, interval.lower_open};
}

ValueRange max(const ValueRange& left, const ValueRange& right) {
  ValueRange result;
  result.lower = std::max(left.lower, right.lower);
  result.upper = std::max(left.upper, right.upper);
  // The maximum reaches its upper bound when either operand reaches it, and exceeds its lower bound when either must.
  result.lower_open =
      (left.lower == result.lower && left.lower_open) || (right.lower == result.lower && right.lower_open);
  result.upper_open =
      (left.upper < result.upper || left.upper_open) && (right.upper < result.upper || right.upper_open);
  return result;
}

ValueRange round_decimal(const ValueRange& range, int digits) {
  // A value just inside an open bound rounds to what the bound rounds to: the rounded bound is possible.
  return {round_decimal(range.lower, digits), round_decimal(range.upper, digits),
          range.lower_open && !std::isfinite(range.lower), range.upper_open && !std::isfinite(range.upper)};
}

Comparand compare(const RuleDefinition& rule, const ValueRange& value) {
  ValueRange range = value;
  if (rule.compare == Comparison::rounded) {
    range = round_decimal(value, rule.digits);
  }
  // "Greater" rules are mirrored into "less" rules.
  const bool low_is_positive = rule.relation == Relation::at_most || rule.relation == Relation::below;
  const bool strict = rule.relation == Relation::below || rule.relation == Relation::above;
  double positive_edge = rule.gray ? (low_is_positive ? rule.gray->lower : rule.gray->upper) : rule.limit;
  double negative_edge = rule.gray ? (low_is_positive ? rule.gray->upper : rule.gray->lower) : rule.limit;
  if (!low_is_positive) {
    range = scale(range, -1);
    positive_edge = -positive_edge;
    negative_edge = -negative_edge;
  }
  const bool all_hold = range.upper < positive_edge || (range.upper == positive_edge && (!strict || range.upper_open));
  if (all_hold) return Comparand::holds;
  // Without a gray zone the limit itself belongs to the relation when it is not strict; with one, its far edge is
  // negative.
  const bool edge_fails = rule.gray.has_value() || strict;
  const bool none_holds =
      range.lower > negative_edge || (range.lower == negative_edge && (edge_fails || range.lower_open));
  if (none_holds) return Comparand::fails;
  if (rule.gray && range.is_point()) return Comparand::gray;
  return Comparand::undecided;
}

Truth at_least(int k, std::span<const Truth> operands) {
  int yes = 0;
  int open = 0;
  bool any_invalid = false;
  for (const Truth truth : operands) {
    yes += truth == Truth::yes ? 1 : 0;
    open += truth == Truth::unknown || truth == Truth::invalid ? 1 : 0;
    any_invalid = any_invalid || truth == Truth::invalid;
  }
  if (yes >= k) return Truth::yes;
  if (yes + open < k) return Truth::no;
  return any_invalid ? Truth::invalid : Truth::unknown;
}

Truth evaluate(const CallExpression& expression, const std::function<Truth(std::string_view)>& truth_of) {
  if (expression.kind == CallExpression::Kind::rule) return truth_of(expression.rule);
  std::vector<Truth> operands;
  operands.reserve(expression.operands.size());
  for (const CallExpression& operand : expression.operands) operands.push_back(evaluate(operand, truth_of));
  switch (expression.kind) {
    case CallExpression::Kind::any:
      return at_least(1, operands);
    case CallExpression::Kind::all:
      return at_least(static_cast<int>(operands.size()), operands);
    default:
      return at_least(expression.at_least, operands);
  }
}

Outcome to_outcome(Truth truth) {
  switch (truth) {
    case Truth::yes:
      return Outcome::positive;
    case Truth::no:
      return Outcome::negative;
    case Truth::unknown:
      return Outcome::indeterminate;
    case Truth::invalid:
      return Outcome::invalid;
  }
  return Outcome::invalid;
}

}  // namespace qpcr
