// The rule for a control with too few results for limits of its own (即刻法): Grubbs' test as each result arrives.
#pragma once

#include <span>

namespace qpcr {

inline constexpr double short_series_warning_probability = 0.05;
inline constexpr double short_series_rejection_probability = 0.01;

/// Grubbs' critical value of (largest − mean)/SD for one suspected side: exceeded with this probability by the largest
/// of `count` normal values at most. G = (n − 1)/√n · √(t²/(n − 2 + t²)), t the upper quantile probability/n of
/// Student's t with n − 2 degrees (Grubbs 1950, Ann Math Stat 21:27). The n2s and n3s of the tables of the 即刻法 are
/// those of 0.05 and 0.01 (tests/assay/test_westgard.cpp).
/// @throws Error invalid_value for fewer than three values, or a probability outside (0, 1).
double grubbs_one_sided_limit(int count, double probability);

enum class ShortSeriesVerdict { in_control, warning, out };

/// SI of a set of results. `upper` and `lower` are 0 where all results are equal.
struct ShortSeriesResult {
  int count = 0;
  double mean = 0.0;
  double sd = 0.0;               ///< n − 1
  double upper = 0.0;            ///< (largest − mean)/SD
  double lower = 0.0;            ///< (mean − smallest)/SD
  double warning_limit = 0.0;    ///< n2s
  double rejection_limit = 0.0;  ///< n3s
  ShortSeriesVerdict verdict = ShortSeriesVerdict::in_control;
};

/// In control while both SI are at most n2s; a warning when either lies above n2s; out when either lies above n3s.
/// Three results warn at most: none is thrown out for lying beside two that happen to agree (tables that print n3s
/// = 1.16 at n = 3 say the same, for no SI of three exceeds 2/√3 = 1.155).
/// @throws Error invalid_value for fewer than three values or one that is not finite.
ShortSeriesResult judge_short_series(std::span<const double> values);

}  // namespace qpcr
