// Stratified resampling of a counted sample: cases from cases, controls from controls, by their distinct values.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

/// Values of several statistics in each resample; NaN where one does not exist there.
struct RocReplicates {
  std::vector<std::vector<double>> values;  ///< by statistic, then by replicate
};

/// Calls statistics(resampled counts, values) for each replicate. Nothing is allocated for a replicate, and the values
/// are the same for any number of threads. Both groups must have subjects.
RocReplicates resample_roc(const RocCounts& counts, const RocResampling& resampling, std::size_t statistics,
                           const std::function<void(const RocCounts&, std::span<double>)>& compute);

/// What a bootstrap says of a quantity. NaN replicates are left out and counted.
struct RocBootstrap {
  std::optional<double> mean;
  std::optional<double> median;
  std::optional<double> standard_error;
  std::optional<Interval> percentile;
  long without_value = 0;

  bool operator==(const RocBootstrap&) const = default;
};

RocBootstrap summarize_replicates(std::vector<double> replicates, double confidence);

/// `value` with standard error and interval of its bootstrap.
Estimate make_bootstrap_estimate(double value, const RocBootstrap& bootstrap);

}  // namespace qpcr
