// Comparison of two measurement procedures: the line between them, its intervals and the bias at decision levels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/agreement/passing_bablok.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

enum class ComparisonLine {
  ordinary,         ///< least squares of y on x
  weighted,         ///< least squares with weights 1/x²
  deming,           ///< known ratio of the error variances
  weighted_deming,  ///< the same with constant coefficients of variation
  passing_bablok,
  equivariant,
  theil_sen,
};

enum class ComparisonInterval {
  analytic,
  jackknife,  ///< leave one out, Student's t with n − 2 degrees (Linnet 1993, 10.1093/clinchem/39.3.424)
  bootstrap,  ///< percentiles of resampled pairs
};

std::string_view to_string(ComparisonLine line);
std::string_view to_string(ComparisonInterval interval);

struct MethodComparisonOptions {
  ComparisonLine line = ComparisonLine::passing_bablok;
  ComparisonInterval interval = ComparisonInterval::analytic;
  double confidence = 0.95;
  double error_ratio = 1.0;           ///< error variance of x over that of y: both Deming lines
  PassingBablokOptions slopes;        ///< of the median lines; `median` and `confidence` are taken from here above
  double weighted_deming_step = 0.0;  ///< absolute step at which the iteration stops; 0: at rounding
  std::vector<double> levels;         ///< decision levels of x
  long replicates = 1999;
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option.
  void validate() const;
};

/// Difference of the fitted y from x at a decision level. The percentage does not exist at level 0.
struct BiasAtLevel {
  double level = 0.0;
  Estimate absolute;
  Estimate percent;
};

/// The line y = intercept + slope·x and what it says. Pairs with a missing value are excluded.
struct MethodComparison {
  std::string_view line;
  std::string_view interval;
  double confidence = 0.95;
  long pairs = 0;
  Estimate intercept;
  Estimate slope;
  std::vector<BiasAtLevel> bias;
  Estimate pearson;
  Estimate spearman;
  LinearityCusum linearity;
  std::optional<PassingBablokFit> slopes;  ///< of the median lines
  long resamples_without_line = 0;
  std::vector<Assumption> assumptions;
  std::vector<Message> warnings;
  std::vector<Exclusion> exclusions;
  std::vector<double> x;  ///< as used
  std::vector<double> y;
};

/// Compares y with x. NaN marks a missing value.
/// @param lines of the file, for the exclusions; empty or as many as pairs.
/// @throws Error invalid_value for unequal lengths and infinite values; invalid_option.
MethodComparison compare_methods(const std::vector<double>& x, const std::vector<double>& y,
                                 const MethodComparisonOptions& options = {}, const std::vector<long>& lines = {});

/// Replicates of one procedure, by sample.
using Replicates = std::vector<std::vector<double>>;

/// Error variances of both procedures from replicates, and their ratio for means: of x over y, each divided by the
/// number of replicates (harmonic mean), with the interval of F.
struct ErrorRatio {
  Estimate x_variance;  ///< pooled, of single measurements
  Estimate y_variance;
  double x_degrees = 0.0;
  double y_degrees = 0.0;
  Estimate ratio_of_means;
  std::vector<double> x_mean;
  std::vector<double> y_mean;
};

/// @throws Error invalid_value for unequal numbers of samples, samples without a measurement, values not finite.
ErrorRatio estimate_error_ratio(const Replicates& x, const Replicates& y, double confidence);

}  // namespace qpcr
