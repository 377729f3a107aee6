// Limits of agreement of two measurement procedures after Bland and Altman.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

enum class DifferenceScale {
  absolute,   ///< y − x
  percent,    ///< 100·(y − x)/((x + y)/2)
  logarithm,  ///< ln y − ln x; its limits become ratios by exp
};

std::string_view to_string(DifferenceScale scale);

struct BlandAltmanOptions {
  DifferenceScale scale = DifferenceScale::absolute;
  double confidence = 0.95;  ///< of the intervals
  double coverage = 0.95;    ///< of the limits: 0.95 takes 1.96 standard deviations
  /// Largest difference allowed, on the scale of the differences; the share of pairs within it is then estimated.
  std::optional<double> allowed_difference;

  /// @throws Error invalid_option.
  void validate() const;
};

/// Differences that grow with the level: bias and limits as lines in the mean (Bland & Altman 1999, section 3.2).
struct RegressionLimits {
  LinearFit difference;         ///< of the differences on the means
  LinearFit absolute_residual;  ///< of the absolute residuals on the means
  double factor = 0.0;          ///< the limits lie this many fitted absolute residuals from the line: z·√(π/2)
};

struct BlandAltman {
  std::string_view scale;
  double confidence = 0.95;
  double coverage = 0.95;
  long pairs = 0;
  Estimate mean;                ///< Student's t
  Estimate standard_deviation;  ///< χ² interval
  Estimate lower_limit;         ///< Bland & Altman 1999, 10.1177/096228029900800204: s·√(1/n + z²/(2(n − 1)))
  Estimate upper_limit;
  Estimate lower_limit_simple;  ///< Bland & Altman 1986, 10.1016/S0140-6736(86)90837-8: s·√(3/n)
  Estimate upper_limit_simple;
  Estimate lower_limit_exact;  ///< noncentral t (Carkeet 2015, 10.1097/OPX.0000000000000513)
  Estimate upper_limit_exact;
  std::optional<double> bias_p_value;  ///< of the mean against 0
  Estimate within_allowed;             ///< share of pairs, Clopper–Pearson
  std::optional<RegressionLimits> regression;
  std::vector<Assumption> assumptions;
  std::vector<Message> warnings;
  std::vector<Exclusion> exclusions;
  std::vector<double> mean_of_pair;  ///< of the figure
  std::vector<double> difference;
};

/// @param lines of the file, for the exclusions; NaN marks a missing value.
/// Pairs of two zeros have no percentage and are excluded.
/// @throws Error invalid_value for unequal lengths and infinite values, for negative values on the percent scale and
/// values that are not positive on the logarithm scale; invalid_option.
BlandAltman estimate_limits_of_agreement(const std::vector<double>& x, const std::vector<double>& y,
                                         const BlandAltmanOptions& options = {}, const std::vector<long>& lines = {});

/// Whether a subject's true value stays the same over its replicates.
enum class TrueValue { constant, varying };

/// Limits for single measurements from replicates (Bland & Altman 2007, 10.1080/10543400701329422).
struct RepeatedBlandAltman {
  std::string_view true_value;
  long subjects = 0;
  long measurements = 0;
  Estimate mean;
  Estimate standard_deviation;  ///< of the difference of two single measurements
  Estimate lower_limit;
  Estimate upper_limit;
  std::optional<double> between_variance;  ///< of the differences (varying) or of the subjects' mean differences
  std::optional<double> x_within_variance;
  std::optional<double> y_within_variance;
};

/// @param x, y replicates of each subject. For a varying true value they are pairs, so equally many.
/// @throws Error invalid_value for unequal numbers of subjects or, where paired, of replicates; empty subjects; values
/// that are not finite.
RepeatedBlandAltman estimate_repeated_limits(const std::vector<std::vector<double>>& x,
                                             const std::vector<std::vector<double>>& y, TrueValue true_value,
                                             const BlandAltmanOptions& options = {});

}  // namespace qpcr
