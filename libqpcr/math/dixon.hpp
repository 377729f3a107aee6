// Null distribution of Dixon's ratios of gaps, by integration instead of tables.
#pragma once

namespace qpcr {

/// Dixon's ratio r(gap, trim) = (x(n) − x(n − gap))/(x(n) − x(1 + trim)): r10, r11, r21, r22 of Dixon 1951
/// (10.1214/aoms/1177729693) have (gap, trim) = (1, 0), (1, 1), (2, 1), (2, 2).
struct DixonRatio {
  int gap = 1;
  int trim = 0;

  bool operator==(const DixonRatio&) const = default;
};

/// The ratio Dixon (1953) recommends: r10 up to 7 values, r11 to 10, r21 to 13, r22 beyond.
DixonRatio find_dixon_ratio(long count);

/// P(ratio > value) for `count` normal values, one chosen end. Numerical integration over the largest value and its
/// distance to the lowest one used, to 1e-9. @throws Error invalid_value for a value outside [0, 1] or a count below
/// gap + trim + 2.
double dixon_upper_tail(double value, long count, DixonRatio ratio);

}  // namespace qpcr
