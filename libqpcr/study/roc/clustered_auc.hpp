// The area under the ROC curve when a subject gives several specimens, of one group or of both.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

struct ClusteredValue {
  std::string cluster;  ///< subject
  double value = 0.0;
  bool is_case = false;

  bool operator==(const ClusteredValue&) const = default;
};

struct ClusteredAucOptions {
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;

  /// @throws Error invalid_option.
  void validate() const;
};

struct ClusteredAucResult {
  std::string_view method = "obuchowski";
  RocDirection direction = RocDirection::higher_is_case;
  double confidence = 0.95;
  long cases = 0;  ///< specimens
  long controls = 0;
  long clusters = 0;
  long clusters_with_cases = 0;
  long clusters_with_controls = 0;
  Estimate auc;                         ///< interval cut to 0 … 1
  std::optional<double> design_effect;  ///< variance over DeLong's, which takes every specimen for a subject
  std::vector<Message> warnings;
};

/// Obuchowski 1997 (10.2307/2533958): sums of placements by subject. With one specimen a subject it is DeLong's
/// variance. Needs two subjects with cases and two with controls.
/// @throws Error invalid_option, invalid_value (a value that is not finite, a specimen without subject).
ClusteredAucResult estimate_clustered_auc(const std::vector<ClusteredValue>& specimens,
                                          const ClusteredAucOptions& options);

}  // namespace qpcr
