// Does a substance change the result? CLSI EP07's paired difference and dose response.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/math/linear_model.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Whether an effect matters, judged by its interval against ± the allowable one.
enum class EffectVerdict {
  no_interference,  ///< the whole interval lies within
  interference,     ///< the whole interval lies beyond
  undecided,        ///< neither: more replicates are needed
  not_judged,       ///< no allowable effect, or no interval
};

struct InterferenceOptions {
  double confidence = 0.95;
  std::optional<double> allowable_effect;  ///< in the unit of the values

  /// @throws Error invalid_option.
  void validate() const;
};

struct InterferenceResult {
  long test_count = 0;
  long control_count = 0;
  bool paired = false;
  Estimate effect;          ///< test − control
  Estimate effect_percent;  ///< of the control's mean, whose own scatter is not in the interval
  std::optional<double> t;
  std::optional<double> degrees_of_freedom;
  std::optional<double> p_value;
  std::optional<Message> why_no_test;
  EffectVerdict verdict = EffectVerdict::not_judged;
};

/// Pools with and without the substance, measured alternately. @param paired values of one index belong together.
/// @throws Error invalid_value (not finite; unequal lengths when paired), invalid_option.
InterferenceResult estimate_interference(std::span<const double> test, std::span<const double> control, bool paired,
                                         const InterferenceOptions& options = {});

/// Effect at a concentration of the substance.
struct InterferenceLevel {
  double concentration = 0.0;
  long replicates = 0;
  double mean = 0.0;
  Estimate effect;  ///< of the fitted line, against no substance
};

struct InterferenceDoseResponse {
  Estimate slope;                            ///< effect per unit of concentration
  std::optional<VarianceRatio> lack_of_fit;  ///< a significant one forbids reading the line
  std::vector<InterferenceLevel> levels;
  /// Highest concentration whose effect has its whole interval within the allowable one; none where lack of fit is
  /// significant at 0.05.
  Estimate highest_harmless;
};

/// A straight line of the result against the substance's concentration. @throws Error invalid_value (unequal lengths,
/// not finite, negative concentrations, fewer than two levels), invalid_option.
InterferenceDoseResponse estimate_interference_dose_response(std::span<const double> concentrations,
                                                             std::span<const double> values,
                                                             const InterferenceOptions& options = {});

/// Replicates of each of both pools that show an effect of size `effect` with the given power by a two-sided test at
/// 1 − confidence (EP07: 2·((z₁₋α⁄₂ + z_power)·sd/effect)²). @throws Error invalid_option.
long find_interference_replicates(double sd, double effect, double confidence, double power);

}  // namespace qpcr
