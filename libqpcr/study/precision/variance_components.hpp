// Precision as variance components (EP05, EP15): repeatability, what days, runs, lots, instruments and sites add, and
// their sums, with intervals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/precision/precision_factor.hpp"
#include "libqpcr/study/precision/variance_formula.hpp"

namespace qpcr {

enum class ComponentMethod { anova, reml };
enum class ComponentCovarianceKind { giesbrecht_burns, searle_casella_mcculloch };

struct VarianceComponentsOptions {
  ComponentMethod method = ComponentMethod::anova;
  /// Of the components of an ANOVA; REML's is always Giesbrecht and Burns'.
  ComponentCovarianceKind covariance = ComponentCovarianceKind::giesbrecht_burns;
  double confidence = 0.95;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// Limits of a variance, its root and the coefficient of variation in percent; absent together, for a reason.
struct ComponentIntervals {
  std::optional<Interval> variance;
  std::optional<Interval> sd;
  std::optional<Interval> cv;  ///< absent too where the mean is not above 0
  std::optional<Message> why_absent;

  bool operator==(const ComponentIntervals&) const = default;
};

/// Two-sided limits, and the limits that are each one-sided at the confidence.
struct ComponentLimits {
  ComponentIntervals two_sided;
  ComponentIntervals one_sided;

  bool operator==(const ComponentLimits&) const = default;
};

/// A component, or a sum of components.
struct VarianceComponent {
  std::string name;  ///< "day:run", "error", "total"; a sum: "day:run+error"
  std::optional<double> degrees_of_freedom;
  std::optional<double> sum_of_squares;
  std::optional<double> mean_square;
  Estimate variance;                ///< with its standard error
  std::optional<double> unbounded;  ///< ANOVA: before a negative component was set to 0
  std::optional<double> percent;    ///< of the total
  Estimate sd;
  Estimate cv;  ///< percent
  /// Wald: normal limits cut at 0, chi-square for the error and for sums. Satterthwaite: chi-square throughout.
  ComponentLimits wald;
  ComponentLimits satterthwaite;

  bool operator==(const VarianceComponent&) const = default;
};

struct VarianceComponentsResult {
  std::string method;  ///< "anova_type_1" or "reml"
  double confidence = 0.95;
  long values = 0;
  double mean = 0.0;
  std::optional<double> minus_two_log_likelihood;  ///< REML, with all constants
  VarianceComponent total;
  std::vector<VarianceComponent> components;  ///< a term each, and the error
  /// Sums from the error upwards: the error, the last term and the error, … the total. In a nested design these are
  /// repeatability, intermediate precision and reproducibility.
  std::vector<VarianceComponent> sums;
  std::vector<Message> warnings;
  std::vector<std::size_t> excluded;  ///< rows without a value or a level

  bool operator==(const VarianceComponentsResult&) const = default;
};

/// Components by equating type 1 mean squares with their expectations (negative ones set to 0) or by restricted
/// likelihood (docs/methods/variance_components.md). Tested against VCA 1.5.2 to 1e-6 (tests/study/reference).
/// @param values NaN where missing
/// @throws Error invalid_option (options, a factor of the formula that is not given), invalid_value (lengths, infinite
/// values, fewer than two values left).
VarianceComponentsResult estimate_variance_components(std::span<const double> values,
                                                      const std::vector<PrecisionFactor>& factors,
                                                      const VarianceFormula& formula,
                                                      const VarianceComponentsOptions& options);

/// Chi-square limits of a variance with degrees of freedom, each tail (1 − confidence)/2. Nothing where they do not
/// embrace the variance or are infinite: too few degrees of freedom.
std::optional<Interval> variance_interval(double variance, double degrees_of_freedom, double confidence);

}  // namespace qpcr
