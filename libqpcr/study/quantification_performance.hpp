// How well a method quantifies reactions of known concentration: bias, linearity, precision, resolution, and ranks of
// methods.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// Reactions of one expected concentration and what was estimated for them: quantities in any unit common to the
/// series, or Cq in cycles. NaN where the method gave none.
struct ConcentrationGroup {
  double expected = 0.0;  ///< > 0: copies, or a relative concentration
  std::vector<double> values;

  bool operator==(const ConcentrationGroup&) const = default;
};

struct ConcentrationPerformance {
  double expected = 0.0;
  long reactions = 0;           ///< with a quantity
  double log10_variance = 0.0;  ///< of log10 quantity, n − 1; NaN with fewer than two
  double cv_percent = 0.0;      ///< of the quantities; NaN with fewer than two
};

/// The indicators of Ruijter et al. 2013 (10.1016/j.ymeth.2012.08.011, supplement) on log10 quantity, and what large
/// replicate sets allow besides. NaN where the design does not determine a number.
struct QuantificationPerformance {
  std::string_view method = "ruijter_2013_indicators";
  long reactions = 0;
  long lost = 0;                                         ///< reactions without a positive quantity
  std::vector<ConcentrationPerformance> concentrations;  ///< ascending, those with a quantity
  double bias_as_ratio = 0.0;          ///< mean quantity at the highest over that at the lowest concentration
  double expected_ratio = 0.0;         ///< the same of the expected concentrations
  double slope = 0.0;                  ///< of log10 quantity on log10 expected; 1 is free of bias
  double correlation = 0.0;            ///< Pearson's
  double ms_deviation = 0.0;           ///< linearity: mean square of the means about the line; needs 3 concentrations
  double ms_within = 0.0;              ///< precision: mean square within concentrations
  double residual_sd = 0.0;            ///< about the line
  double detectable_difference = 0.0;  ///< fold, the paper's: geometric mean over concentrations of the limits' fold
  double fold_single = 0.0;            ///< fold between two single reactions beyond chance, 95 %
  double fold_triplicates = 0.0;       ///< the same between two means of three
  double mean_cv_percent = 0.0;

  /// Mean squares and variances as they were on a scale where the slope is 1: what remains comparable between methods
  /// that compress the scale and those that do not.
  double slope_corrected(double mean_square) const { return mean_square / (slope * slope); }
};

/// @param groups in any order; concentrations that occur twice are joined.
/// @return NaN indicators and the count of the lost where no quantity is positive; with one concentration only what
///   does not need a line.
/// @throws Error invalid_value for an expected concentration that is not a positive number.
/// Accuracy: equal to an independent program to 1e-9 (tests/study/test_quantification_performance.cpp).
QuantificationPerformance estimate_quantification_performance(std::span<const ConcentrationGroup> groups);

/// Quantities E^−Cq with E = 10^(−1/slope) of the series' own line of Cq on log10 expected: bias is 1 by construction.
struct StandardCurveQuantities {
  double efficiency = 0.0;  ///< E; NaN where no line can be drawn
  std::vector<ConcentrationGroup> groups;
};

StandardCurveQuantities derive_standard_curve_quantities(std::span<const ConcentrationGroup> cq_groups);

/// Smallest variance of log10 quantity that reactions of a mean of `copies` templates can have: (log10 e)²/λ, the
/// Poisson variance of the number of templates to first order. @throws Error invalid_value unless copies > 0.
double derive_poisson_floor(double copies);

/// What one method reached on one target.
struct TargetIndicators {
  std::string method;
  std::string target;
  double bias_as_ratio = 0.0;
  double expected_ratio = 0.0;
  double ms_deviation = 0.0;
  double ms_within = 0.0;
  double detectable_difference = 0.0;
};

/// Mean ranks over targets; 1 is best.
struct MethodRank {
  std::string method;
  long targets = 0;
  double bias = 0.0;
  double linearity = 0.0;
  double precision = 0.0;
  double resolution = 0.0;
  double mean = 0.0;
};

/// Ranks the methods within each target by |log(bias/expected)|, MS deviation, MS within and detectable difference, and
/// averages over targets and then over the four. Equal values share the better rank; a missing value ranks last. Only
/// targets that every method has count.
/// @return in the order in which the methods first occur.
std::vector<MethodRank> rank_methods(std::span<const TargetIndicators> indicators);

/// Geometric mean over targets of the fold by which bias_as_ratio misses the expected ratio, in either direction.
double derive_mean_fold_bias(std::span<const TargetIndicators> indicators);

struct PairedBootstrapOptions {
  long replicates = 2000;
  std::uint64_t seed = 1;
  double confidence = 0.95;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;
};

/// One indicator of two methods on the same reactions.
struct IndicatorRatio {
  std::string indicator;  ///< "ms_within", "ms_deviation", or "log10_variance" with its concentration
  double expected = 0.0;  ///< concentration of a variance; NaN otherwise
  double first = 0.0;
  double second = 0.0;
  double ratio = 0.0;  ///< first / second
  Interval limits;     ///< percentile bootstrap over reactions within concentrations
};

/// Slope-corrected MS within, MS deviation and the variance at each concentration of two methods, and their ratio under
/// resampling of reactions within concentrations, both methods always on the same reactions. Reactions without a
/// positive quantity in either are left out.
/// @param first, second groups of the same concentrations in the same order with the same reactions.
/// @throws Error invalid_value for groups that do not match, invalid_option.
std::vector<IndicatorRatio> compare_paired(std::span<const ConcentrationGroup> first,
                                           std::span<const ConcentrationGroup> second,
                                           const PairedBootstrapOptions& options);

}  // namespace qpcr
