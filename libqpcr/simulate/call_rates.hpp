// Rates of wrong calls over many simulated samples, by stratum of truth.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/simulate/panel.hpp"

namespace qpcr {

struct CallRateOptions {
  SimulatedPanel panel = SimulatedPanel::demo_methylation;
  std::uint64_t seed = 1;
  long samples = 100'000;  ///< over all strata; shared out evenly
  int threads = 0;         ///< 0: one for each processor; the numbers do not depend on it

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;
};

/// Calls of the samples of one stratum. A call is judged where the panel's rule on the drawn molecules, without noise,
/// stands clear of every limit (derive_clear_call); the others are too near to a limit to have one right answer. Of
/// what was carried over, negative is right: the molecules are not the patient's. An inhibited reaction is judged by
/// its template.
struct CallRateStratum {
  std::string id;
  long samples = 0;
  long positive = 0;
  long negative = 0;
  long indeterminate = 0;
  long invalid = 0;
  long judged = 0;     ///< samples whose right call is clear
  long wrong = 0;      ///< positive or negative, where that is not the right call
  long undecided = 0;  ///< indeterminate or invalid where a positive or negative was right
  long reviewed = 0;   ///< wrong calls that ask for a review

  bool operator==(const CallRateStratum&) const = default;
};

/// Draws template molecules, curves and covariates sample by sample, estimates each Cq from its curve as a plate
/// analysis with fixed thresholds does, and calls by the definition. `done` is told the samples finished so far.
/// Strata: blanks; 1 to 500 copies in every target; one target alone; lost template; an inhibited reaction; carry-over
/// into blanks; steps, spikes and drifts in blanks and in positives.
/// @throws Error invalid_option; assay_mismatch where the definition is not that of the panel or its thresholds are not
/// fixed.
std::vector<CallRateStratum> measure_call_rates(const AssayDefinition& definition, const CallRateOptions& options,
                                                const std::function<void(long)>& done = {});

/// Names of the strata, in order.
std::vector<std::string> list_call_rate_strata();

}  // namespace qpcr
