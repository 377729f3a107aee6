// Precision of a qualitative test: how often replicates of one level are positive and agree with what is expected, and
// how the Cq behind them scatters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// One replicate. `positive` is empty for a replicate without a result, `cq` for one without a Cq.
struct QualitativeReplicate {
  std::string level;
  std::string group;  ///< site, lot, instrument, operator …; empty where there is but one
  std::optional<bool> positive;
  std::optional<bool> expected;
  std::optional<double> cq;

  bool operator==(const QualitativeReplicate&) const = default;
};

struct QualitativePrecisionRow {
  std::string level;
  std::string group;  ///< empty: all groups of the level
  long replicates = 0;
  long positive = 0;
  std::optional<bool> expected;
  Estimate percent_positive;   ///< Wilson interval
  Estimate percent_agreement;  ///< with the expected result, Wilson interval
  long cq_values = 0;
  Estimate cq_mean;  ///< t interval
  Estimate cq_sd;    ///< chi-square interval
  Estimate cq_cv;    ///< percent, Vangel's interval

  bool operator==(const QualitativePrecisionRow&) const = default;
};

struct QualitativePrecisionResult {
  std::vector<QualitativePrecisionRow> rows;  ///< levels in the order they come, each before its groups
  std::vector<std::size_t> excluded;          ///< replicates without a result

  bool operator==(const QualitativePrecisionResult&) const = default;
};

/// @throws Error invalid_option unless 0 < confidence < 1; invalid_value for a level expected both ways, an infinite
/// Cq, no replicates.
QualitativePrecisionResult estimate_qualitative_precision(const std::vector<QualitativeReplicate>& replicates,
                                                          double confidence);

}  // namespace qpcr
