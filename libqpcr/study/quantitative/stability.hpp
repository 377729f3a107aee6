// How long does a product or a sample keep? Drift against time, pooling of lots, accelerated ageing, conditions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Which way a change harms; the bound is one-sided for one way and two-sided for both.
enum class DriftDirection { decrease, increase, either };

/// How the allowable drift is given.
enum class DriftUnit { measured, percent_of_start };

struct StabilityPoint {
  double time = 0.0;  ///< at least 0
  double value = 0.0;
  std::string lot;

  bool operator==(const StabilityPoint&) const = default;
};

struct StabilityOptions {
  double allowable_drift = 0.0;  ///< above 0
  DriftUnit unit = DriftUnit::percent_of_start;
  DriftDirection direction = DriftDirection::either;
  double confidence = 0.95;
  double pooling_significance = 0.25;  ///< ICH Q1E: lots are pooled where the test is not significant at this level
  /// Shelf lives beyond this multiple of the longest time studied are not given.
  double longest_extrapolation = 2.0;

  /// @throws Error invalid_option.
  void validate() const;
};

enum class LotPooling {
  single_lot,
  common_line,     ///< slopes and intercepts do not differ
  common_slope,    ///< intercepts differ
  separate_lines,  ///< slopes differ
};

/// A fitted line of a lot, or of all of them.
struct StabilityLine {
  std::string lot;  ///< empty for a common line
  Estimate intercept;
  Estimate slope;  ///< drift per unit of time
  Estimate shelf_life;
};

struct StabilityResult {
  LotPooling pooling = LotPooling::single_lot;
  std::optional<VarianceRatio> slope_test;      ///< different slopes
  std::optional<VarianceRatio> intercept_test;  ///< different intercepts, given a common slope
  std::optional<double> residual_sd;            ///< none where the fit is exact
  double degrees_of_freedom = 0.0;
  std::vector<StabilityLine> lines;
  Estimate shelf_life;  ///< of the shortest-lived line; not estimable where one line's is not
  std::vector<Message> warnings;
};

/// Regression against time; the shelf life is the first time at which the confidence bound of the mean drift since
/// time 0 leaves the allowable one (CLSI EP25). Lots by analysis of covariance (ICH Q1E).
/// @throws Error invalid_value (not finite, negative times, fewer than two times), invalid_option.
StabilityResult estimate_stability(std::span<const StabilityPoint> points, const StabilityOptions& options);

/// A storage condition against the fresh or untreated one: freeze–thaw cycles, hours in use, transport.
struct StabilityCondition {
  std::string name;
  std::vector<double> values;
};

struct ConditionResult {
  std::string name;
  Estimate change;  ///< condition − baseline, Welch's interval
  Estimate change_percent;
  /// The whole interval lies within the allowable drift; false where all of it lies beyond, none where it straddles.
  std::optional<bool> stable;
};

/// @throws Error invalid_value, duplicate_entry for one name twice, invalid_option.
std::vector<ConditionResult> compare_conditions(std::span<const double> baseline,
                                                std::span<const StabilityCondition> conditions,
                                                const StabilityOptions& options);

/// The rate of change at a temperature, above 0 for change either way.
struct DegradationRate {
  double celsius = 0.0;
  double rate = 0.0;  ///< per unit of time
};

struct ArrheniusResult {
  Estimate activation_energy_kj_per_mol;
  double ln_frequency_factor = 0.0;
  std::optional<double> r_squared;  ///< none with two temperatures
  Estimate rate;                    ///< at the storage temperature
  Estimate shelf_life;              ///< allowable drift over the rate
};

/// ln rate = ln A − E/(R·T) by least squares. @throws Error invalid_value (fewer than two temperatures, rates not above
/// 0, below absolute zero), invalid_option.
ArrheniusResult estimate_arrhenius(std::span<const DegradationRate> rates, double storage_celsius,
                                   double allowable_drift, double confidence = 0.95);

}  // namespace qpcr
