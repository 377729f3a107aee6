// From template molecules to a fluorescence curve.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/simulate/random.hpp"

namespace qpcr {

/// What a reaction does with its template and what the optics make of it.
struct AmplificationOptions {
  int cycles = 45;
  double efficiency = 0.95;         ///< probability that a molecule is copied in a cycle, far from the plateau
  double plateau_molecules = 1e12;  ///< number at which amplification ends
  double plateau_rise_rfu = 4500;   ///< fluorescence of that number, above the baseline
  double baseline_rfu = 1500;       ///< fluorescence at cycle 0
  double drift_rfu_per_cycle = 0;   ///< of the baseline
  double gain = 1;                  ///< of the well: multiplies baseline, drift and rise
  double noise_sd_rfu = 0;          ///< of a reading without signal
  double noise_fraction = 0;        ///< further standard deviation as a fraction of the rise reached
  /// Up to this number of molecules a cycle is a binomial draw, above it the expected number. The branching process
  /// that is left out has a relative standard deviation of at most sqrt((1 − efficiency) / (1 + efficiency) / limit).
  long branching_limit = 1000;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;
};

/// Expected molecules after each cycle: N ← N + efficiency·N·(1 − N / plateau). `template_molecules` may be a fraction.
std::vector<double> derive_expected_molecules(double template_molecules, const AmplificationOptions& options);

/// Fluorescence above the baseline of the expected molecules, without noise.
AmplificationCurve derive_expected_curve(double template_molecules, const AmplificationOptions& options);

/// Cycle where the expected curve crosses `threshold_rfu` above the baseline, interpolated linearly between the cycles
/// (the threshold method on a curve without noise). Nothing when it does not within the cycles.
std::optional<double> derive_expected_cq(double template_molecules, const AmplificationOptions& options,
                                         double threshold_rfu);

/// One simulated reaction.
struct SimulatedCurve {
  AmplificationCurve total;  ///< multicomponent: baseline, drift, signal and noise, rounded to 0.01
  AmplificationCurve
      subtracted;  ///< baseline_subtracted: the same without the true baseline and drift, rounded to 0.01
};

/// Draws a curve for a number of molecules. A whole number branches (see branching_limit); a fraction is amplified as
/// expected.
SimulatedCurve simulate_curve(double template_molecules, const AmplificationOptions& options, RandomStream& random);

}  // namespace qpcr
