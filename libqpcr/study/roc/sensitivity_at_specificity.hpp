// Sensitivity at stated specificities and specificity at stated sensitivities, read from the ROC curve.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/partial_auc.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"
#include "libqpcr/study/roc/roc_resampling.hpp"

namespace qpcr {

struct RocReadingOptions {
  RocDirection direction = RocDirection::higher_is_case;
  RocAxis given = RocAxis::specificity;  ///< what is stated; the other is read
  std::vector<double> levels;            ///< of it, 0 … 1
  RocReading reading = RocReading::interpolated;
  double confidence = 0.95;
  RocResampling resampling;

  /// @throws Error invalid_option for no level or one outside 0 … 1.
  void validate() const;
};

struct RocReadingAtLevel {
  double level = 0.0;
  Estimate estimate;
  std::optional<double> bootstrap_median;
};

struct RocReadings {
  std::string_view method = "sensitivity_at_specificity";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;
  long controls = 0;
  std::vector<RocReadingAtLevel> levels;
  std::vector<Message> warnings;
};

/// Stratified percentile bootstrap of the reading. The cut-off behind it is chosen anew in every resample: the interval
/// holds for a test whose cut-off is set to reach the level, not for a cut-off fixed beforehand.
/// @throws Error invalid_option, invalid_value.
RocReadings estimate_roc_readings(const RocSample& sample, const RocReadingOptions& options);

}  // namespace qpcr
