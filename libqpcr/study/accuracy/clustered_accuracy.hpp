// Sensitivity and specificity of several specimens a subject, which are not independent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

namespace qpcr {

/// One specimen with its subject.
struct ClusteredSpecimen {
  std::string subject;
  bool reference_positive = false;
  bool test_positive = false;

  bool operator==(const ClusteredSpecimen&) const = default;
};

struct ClusteredOptions {
  double confidence = 0.95;
  long replicates = 2000;  ///< of the bootstrap of subjects; 0 for none
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option unless 0 < confidence < 1 and 0 ≤ replicates ≤ 10⁶.
  void validate() const;
};

/// A proportion over specimens that cluster in subjects.
struct ClusteredProportion {
  long right = 0;      ///< specimens called right
  long specimens = 0;  ///< in the group
  long subjects = 0;   ///< that have any
  Estimate wilson;     ///< Wilson's interval of the effective counts; standard error of the ratio estimator
  Estimate wald;       ///< estimate ± t standard errors with subjects − 1 degrees, cut at 0 and 1
  Estimate bootstrap;  ///< percentiles over resampled subjects
  Estimate naive;      ///< Wilson's interval as if all specimens were independent: for comparison only
  Estimate design_effect;
  Estimate intraclass_correlation;  ///< analysis of variance estimator
  Proportion subjects_all_right;    ///< subjects all of whose specimens were called right
};

struct ClusteredAccuracy {
  std::string_view method = "clustered_ratio_estimator";
  double confidence = 0.95;
  FourfoldTable table;  ///< of specimens
  long subjects = 0;
  ClusteredProportion sensitivity;
  ClusteredProportion specificity;
  Estimate youden_index;  ///< with the covariance of subjects that have specimens in both groups
};

/// The variance of Σx/Σm is k/(k−1)·Σ(xᵢ − p·mᵢ)²/(Σm)² over the k subjects (Rao & Scott 1992, 10.2307/2532311;
/// Obuchowski 1998, Statistics in Medicine 17). The design effect is that variance over p(1−p)/Σm; counts divided by it
/// are the effective counts. One subject, or subjects that are all right (all wrong), leave the variance unknown: the
/// intervals are then absent, and `subjects_all_right` is what can be said.
/// The bootstrap draws whole subjects; replicates without a specimen of the group are left out. Same seed, same numbers
/// at any number of threads. Tested in tests/study/accuracy/test_clustered_accuracy.cpp.
/// @throws Error invalid_option; invalid_value for a specimen without a subject.
ClusteredAccuracy estimate_clustered_accuracy(std::span<const ClusteredSpecimen> specimens,
                                              const ClusteredOptions& options);

}  // namespace qpcr
