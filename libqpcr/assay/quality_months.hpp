// The monthly summary of each series of control results.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/assay/control_history.hpp"

namespace qpcr {

struct SampleStatistics {
  int count = 0;
  std::optional<double> mean;
  std::optional<double> sd;  ///< n − 1; absent below two values

  bool operator==(const SampleStatistics&) const = default;
};

/// In cycles for Cq and intercept. A coefficient of variation of a Cq has no meaning: Cq is a logarithm.
struct QualityMonth {
  std::size_t series = 0;       ///< index into QualityHistory::series
  std::string month;            ///< "2026-11", of the day as written
  SampleStatistics all;         ///< every value that is not excluded
  SampleStatistics accepted;    ///< without the rejected ones
  SampleStatistics cumulative;  ///< the accepted ones of the series up to the end of this month
  int warnings = 0;
  int rejections = 0;  ///< those not detected among them
  int not_detected = 0;
  int excluded = 0;
  std::optional<double> shift_sd;  ///< (mean of the accepted − mean of the limits)/SD of the limits
  std::optional<double> sd_ratio;  ///< SD of the accepted over that of the limits
};

SampleStatistics describe_values(std::span<const double> values);

/// By series, then month; a month without a point has no row.
std::vector<QualityMonth> summarise_months(const QualityHistory& history);

}  // namespace qpcr
