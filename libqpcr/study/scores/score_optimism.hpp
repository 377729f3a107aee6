// How much a fitted score flatters itself on its own subjects: Harrell's bootstrap of the optimism.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libqpcr/study/scores/score_design.hpp"
#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct ScoreOptimismOptions {
  double confidence = 0.95;
  bool firth = false;  ///< as the score itself was fitted
  long replicates = 2000;
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option.
  void validate() const;
};

/// An index of performance: on its own subjects, what it loses on others, and the difference.
struct OptimismIndex {
  Estimate apparent;
  Estimate optimism;   ///< mean over replicates of (own resample − all subjects); standard error is Monte Carlo's
  Estimate corrected;  ///< apparent − optimism; interval: percentiles of the resamples, shifted by the optimism

  bool operator==(const OptimismIndex&) const = default;
};

struct ScoreOptimism {
  std::string_view method = "harrell_bootstrap";
  double confidence = 0.95;
  OutcomeCounts counts;
  OptimismIndex concordance;
  OptimismIndex somers_d;
  OptimismIndex brier;
  OptimismIndex calibration_slope;      ///< apparent 1 with maximum likelihood
  OptimismIndex calibration_intercept;  ///< apparent 0 with maximum likelihood
  long replicates = 0;
  long separated = 0;    ///< replicates without a fit because their outcomes were separated or of one class
  long without_fit = 0;  ///< replicates without a fit for another reason (columns that depend on each other)
  std::vector<Message> warnings;

  bool operator==(const ScoreOptimism&) const = default;
};

/// Harrell, Lee & Mark 1996 (10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4): the whole fit is
/// repeated in each resample, with the columns given. The choice of columns is not repeated: where they were chosen on
/// these subjects, the optimism is larger than this. Replicates without a fit are left out and counted. A replicate is
/// a function of seed and number alone: the same at any number of threads.
/// @throws Error invalid_value (lengths, outcomes), invalid_option.
ScoreOptimism estimate_score_optimism(const ScoreDesign& design, std::span<const int> outcomes,
                                      const ScoreOptimismOptions& options);

}  // namespace qpcr
