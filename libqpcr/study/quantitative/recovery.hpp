// Is what was added found again? Spike recovery, recovery over a dilution series, and the hook effect.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct RecoveryOptions {
  double confidence = 0.95;
  std::optional<Interval> acceptable_percent;  ///< such as 80 to 120

  /// @throws Error invalid_option.
  void validate() const;
};

/// A sample with a known amount added.
struct SpikedSample {
  double unspiked = 0.0;  ///< mean of the sample as it was
  double added = 0.0;     ///< concentration added, above 0
  double measured = 0.0;  ///< mean of the spiked sample
};

struct RecoveryResult {
  std::vector<double> percent;  ///< each sample's 100·(measured − unspiked)/added
  Estimate mean_percent;        ///< t interval over the samples
  /// The mean's interval lies within the limits (false: wholly beyond one; none: it straddles one). Without an
  /// interval: every sample lies within.
  std::optional<bool> acceptable;
};

/// @throws Error invalid_value (not finite, nothing added), invalid_option.
RecoveryResult estimate_spike_recovery(std::span<const SpikedSample> samples, const RecoveryOptions& options = {});

/// A dilution: factor 1 is the sample as it is, 10 a tenth of it.
struct DilutedSample {
  double factor = 1.0;
  double measured = 0.0;
};

struct DilutionLevel {
  double factor = 1.0;
  long replicates = 0;
  Estimate mean;
  Estimate corrected;              ///< mean times factor
  Estimate recovery_percent;       ///< of the reference dilution's corrected mean
  std::optional<bool> acceptable;  ///< as of RecoveryResult
  bool hook = false;  ///< measured lower than a more diluted sample, by the whole interval of the difference
};

struct DilutionResult {
  double reference_factor = 1.0;
  std::vector<DilutionLevel> levels;  ///< from the most concentrated on
  Estimate log_slope;                 ///< of log10 measured on log10 dilution: −1 for proportional dilution
  bool hook_effect = false;
};

/// @param reference_factor the dilution that counts as true; empty: the least diluted one that shows no hook.
/// @throws Error invalid_value (not finite, factors not above 0, fewer than two dilutions, no such reference),
/// invalid_option.
DilutionResult estimate_dilution_recovery(std::span<const DilutedSample> samples,
                                          std::optional<double> reference_factor, const RecoveryOptions& options = {});

}  // namespace qpcr
