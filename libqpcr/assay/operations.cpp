// Operations of derived values on numbers that may be known in part.
#include "libqpcr/assay/operations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Bound {
  double value = 0.0;
  bool open = false;
};

Bound lower_of(const ValueRange& range) { return {range.lower, range.lower_open}; }
Bound upper_of(const ValueRange& range) { return {range.upper, range.upper_open}; }

/// Widens a range that starts empty by one corner of an operation.
struct Hull {
  Bound lower{infinity, true};
  Bound upper{-infinity, true};

  void add(const Bound& corner) {
    if (corner.value < lower.value || (corner.value == lower.value && !corner.open)) lower = corner;
    if (corner.value > upper.value || (corner.value == upper.value && !corner.open)) upper = corner;
  }

  ValueRange range() const { return {lower.value, upper.value, lower.open, upper.open}; }
};

/// A possible zero makes the product zero whatever the other operand is, be it without bound.
Bound multiply(const Bound& left, const Bound& right) {
  const bool left_zero = left.value == 0;
  const bool right_zero = right.value == 0;
  if (left_zero || right_zero) return {0.0, !((left_zero && !left.open) || (right_zero && !right.open))};
  return {left.value * right.value, left.open || right.open};
}

/// A range that is one finite number is known, whatever was unknown on the way.
Quantity settled(Quantity quantity) {
  if (quantity.range.is_point() && std::isfinite(quantity.range.lower) && !quantity.invalid) {
    quantity.unknown = false;
    quantity.why = {};
  }
  return quantity;
}

double transformed(Transform transform, double value) {
  switch (transform) {
    case Transform::none:
      return value;
    case Transform::log10:
      return std::log10(value);
    case Transform::ln:
      return std::log(value);
    case Transform::sqrt:
      return std::sqrt(value);
    case Transform::exp:
      return std::exp(value);
  }
  return value;
}

bool ends_before(const Band& band, const Bound& lower) {
  if (band.below) return lower.value >= *band.below;
  if (band.at_most) return lower.value > *band.at_most || (lower.value == *band.at_most && lower.open);
  return false;
}

bool reaches_past(const Band& band, const Bound& upper) {
  if (band.below) return upper.value > *band.below || (upper.value == *band.below && !upper.open);
  if (band.at_most) return upper.value > *band.at_most;
  return false;
}

}  // namespace

Quantity known(double value) {
  Quantity quantity;
  quantity.range = ValueRange::point(value);
  return quantity;
}

Quantity unusable(const Reason& why) { return {ValueRange::everything(), true, false, why}; }

Quantity open(const ValueRange& range, const Reason& why) { return {range, false, true, why}; }

Quantity undefined(const Quantity& operand, const Reason& why) {
  Quantity quantity = open(ValueRange::everything(), why);
  quantity.invalid = operand.invalid;
  if (operand.why) quantity.why = operand.why;
  return quantity;
}

void take_flags(Quantity& into, const Quantity& from) {
  if (from.why && (!into.why || (from.invalid && !into.invalid))) into.why = from.why;
  into.invalid = into.invalid || from.invalid;
  into.unknown = into.unknown || from.unknown;
}

Quantity sum(const Quantity& left, const Quantity& right) {
  Quantity total = left;
  total.range = add(left.range, right.range);
  take_flags(total, right);
  return total;
}

Quantity multiplied(const Quantity& quantity, double factor) {
  Quantity product = quantity;
  product.range = scale(quantity.range, factor);
  return product;
}

Quantity mean(std::span<const Quantity> parts) {
  Quantity total = parts.front();
  for (const Quantity& part : parts.subspan(1)) total = sum(total, part);
  const auto count = static_cast<double>(parts.size());
  total.range.lower /= count;
  total.range.upper /= count;
  return total;
}

Quantity larger(const Quantity& left, const Quantity& right) {
  Quantity result = left;
  result.range = max(left.range, right.range);
  take_flags(result, right);
  return result;
}

Quantity smaller(const Quantity& left, const Quantity& right) {
  return multiplied(larger(multiplied(left, -1), multiplied(right, -1)), -1);
}

Quantity product(const Quantity& left, const Quantity& right) {
  Hull hull;
  for (const Bound& a : {lower_of(left.range), upper_of(left.range)}) {
    for (const Bound& b : {lower_of(right.range), upper_of(right.range)}) hull.add(multiply(a, b));
  }
  Quantity result = left;
  result.range = hull.range();
  take_flags(result, right);
  return result;
}

Quantity quotient(const Quantity& left, const Quantity& right, const Reason& why) {
  Quantity result = left;
  take_flags(result, right);
  Bound low = lower_of(right.range);
  Bound high = upper_of(right.range);
  const bool above_zero = low.value > 0 || (low.value == 0 && low.open && high.value > 0);
  const bool below_zero = high.value < 0 || (high.value == 0 && high.open && low.value < 0);
  if (!above_zero && !below_zero) return undefined(result, why);
  if (right.range.is_point() && left.range.is_point()) {
    result.range = ValueRange::point(left.range.lower / right.range.lower);
    return result;
  }
  // The zero at an open end is approached from the divisor's side.
  if (below_zero && high.value == 0) high.value = -0.0;
  Hull hull;
  for (const Bound& a : {lower_of(left.range), upper_of(left.range)}) {
    for (const Bound& b : {low, high}) {
      const double value = a.value / b.value;
      // 0/0 and ∞/∞ are limits that the other corners enclose.
      if (!std::isnan(value)) hull.add({value, a.value == 0 ? a.open : a.open || b.open});
    }
  }
  result.range = hull.range();
  return result;
}

Quantity transform(const Quantity& quantity, const std::optional<double>& floor, const std::optional<double>& cap,
                   Transform transform, const Reason& why) {
  Quantity result = quantity;
  ValueRange& range = result.range;
  if (floor) range = max(range, ValueRange::point(*floor));
  if (cap) range = scale(max(scale(range, -1), ValueRange::point(-*cap)), -1);
  const bool logarithm = transform == Transform::log10 || transform == Transform::ln;
  if ((logarithm || transform == Transform::sqrt) && range.lower < 0) return undefined(quantity, why);
  if (logarithm && range.upper == 0) return undefined(quantity, why);
  const bool from_nothing = logarithm && range.lower == 0;
  range = map_monotone(range, true, [&](double x) { return transformed(transform, x); });
  range.lower_open = range.lower_open || from_nothing;
  return settled(result);
}

Quantity relative_amount(const Quantity& exponent, double base, double scale) {
  Quantity result = exponent;
  result.range =
      map_monotone(exponent.range, (scale > 0) == (base < 1), [&](double x) { return scale * std::pow(base, -x); });
  return result;
}

Quantity sigmoid(const Quantity& x, double centre, double slope, double scale) {
  Quantity result = x;
  result.range = map_monotone(x.range, (slope > 0) == (scale > 0), [&](double value) {
    return scale * (1.0 / (1.0 + std::exp(-(slope * (value - centre)))));
  });
  return result;
}

Quantity survival(const Quantity& x, double baseline, double scale) {
  Quantity result = x;
  result.range = map_monotone(x.range, scale > 0,
                              [&](double value) { return scale * (1.0 - std::pow(baseline, std::exp(value))); });
  return result;
}

Quantity fraction(const Quantity& part, const Quantity& others, double scale, const Reason& why) {
  Quantity result = part;
  take_flags(result, others);
  const ValueRange& a = part.range;
  const ValueRange& b = others.range;
  const bool may_be_nothing = a.lower == 0 && !a.lower_open && b.lower == 0 && !b.lower_open;
  if (a.lower < 0 || b.lower < 0 || may_be_nothing) return undefined(result, why);
  // Rises with the part and falls with the others; without a bound the share tends to all, or to nothing.
  const auto share = [](double one, double other) {
    if (std::isinf(other)) return 0.0;
    return std::isinf(one) ? 1.0 : one == 0 ? 0.0 : one / (one + other);
  };
  const bool at_lower = !a.lower_open && (!b.upper_open || a.lower == 0);
  const bool at_upper = !a.upper_open && (!b.lower_open || a.upper == 0);
  result.range = qpcr::scale(
      ValueRange{share(a.lower, b.upper), std::isinf(a.upper) ? 1.0 : share(a.upper, b.lower), !at_lower, !at_upper},
      scale);
  return result;
}

Quantity poisson(const Quantity& positives, const Quantity& total, const Reason& invalid, const Reason& saturated) {
  Quantity result = positives;
  take_flags(result, total);
  const ValueRange& p = positives.range;
  const ValueRange& t = total.range;
  if (p.upper < 0 || t.upper <= 0 || p.lower > t.upper) {
    result.range = ValueRange::everything();
    result.invalid = true;
    result.why = invalid;
    return result;
  }
  const auto copies = [](double positive, double all) { return -std::log1p(-positive / all); };
  const double least = std::max(p.lower, 0.0);
  const double most_total = t.upper;
  const double lower = std::isinf(most_total) ? 0.0 : copies(std::min(least, most_total), most_total);
  if (std::isinf(lower)) {
    // Every one positive: at least what all but one would say.
    result.range = {copies(std::max(most_total - 1, 0.0), most_total), infinity, true, true};
    result.unknown = true;
    if (!result.why) result.why = saturated;
    return result;
  }
  const bool bounded = p.upper < t.lower;
  const double upper = bounded ? copies(p.upper, t.lower) : infinity;
  result.range = {lower, upper, p.lower_open || (t.upper_open && least > 0), !bounded || p.upper_open || t.lower_open};
  if (result.range.is_point()) result.range = ValueRange::point(lower);
  return result;
}

Quantity read_curve(const Quantity& cq, double slope, double intercept, const std::optional<double>& lower,
                    const std::optional<double>& upper, const Reason& beyond) {
  Quantity result = cq;
  ValueRange& range = result.range;
  range = map_monotone(range, slope > 0, [&](double x) { return std::pow(10.0, (x - intercept) / slope); });
  const ValueRange read = range;
  if (lower && range.lower < *lower) {
    range.lower = 0.0;
    range.lower_open = false;
    if (range.upper < *lower) {
      range.upper = *lower;
      range.upper_open = true;
    }
  }
  if (upper && range.upper > *upper) {
    range.upper = infinity;
    range.upper_open = true;
    if (range.lower > *upper) {
      range.lower = *upper;
      range.lower_open = true;
    }
  }
  if (range != read) {
    result.unknown = true;
    if (!result.why) result.why = beyond;
  }
  return result;
}

BandSpan find_bands(const ValueRange& x, std::span<const Band> bands) {
  BandSpan span;
  const std::size_t last = bands.empty() ? 0 : bands.size() - 1;
  while (span.first < last && ends_before(bands[span.first], lower_of(x))) ++span.first;
  span.last = span.first;
  while (span.last < last && reaches_past(bands[span.last], upper_of(x))) ++span.last;
  return span;
}

Quantity band(const Quantity& x, std::span<const Band> bands) {
  const BandSpan touched = find_bands(x.range, bands);
  const auto inside = bands.subspan(touched.first, touched.last - touched.first + 1);
  const auto [least, most] =
      std::minmax_element(inside.begin(), inside.end(), [](const Band& a, const Band& b) { return a.value < b.value; });
  Quantity result = x;
  result.range = {least->value, most->value, false, false};
  return settled(result);
}

}  // namespace qpcr
