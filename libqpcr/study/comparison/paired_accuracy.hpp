// Two binary tests against one reference: sensitivity among cases, specificity among controls, and the tables they are
// counted from.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/comparison/paired_proportions.hpp"

namespace qpcr {

/// Cases and controls by the results of both tests.
struct PairedAccuracyCounts {
  PairedCounts cases;
  PairedCounts controls;

  bool operator==(const PairedAccuracyCounts&) const = default;
  long first_positive() const { return cases.first_positive() + controls.first_positive(); }
  long second_positive() const { return cases.second_positive() + controls.second_positive(); }
  PairedAccuracyCounts swapped() const { return {cases.swapped(), controls.swapped()}; }
  /// Cases become controls and positive becomes negative: PPV becomes NPV, sensitivity specificity.
  PairedAccuracyCounts mirrored() const { return {controls.mirrored(), cases.mirrored()}; }
};

/// One subject, or a number of subjects alike. What is missing excludes it.
struct PairedSubject {
  std::string_view subject;  ///< empty: not checked for duplicates
  std::optional<bool> first;
  std::optional<bool> second;
  std::optional<bool> reference;
  long line = 0;
  long count = 1;
};

struct CountedSubjects {
  PairedAccuracyCounts counts;
  std::vector<Exclusion> exclusions;
};

/// @throws Error duplicate_entry for a subject that stands twice, invalid_value for a negative count.
CountedSubjects count_paired_subjects(std::span<const PairedSubject> subjects);

/// Accuracy of one of the tests, with Wald's intervals as the paired literature prints them (values and standard
/// errors; for reporting one test alone see fourfold_accuracy.hpp).
struct SingleTestAccuracy {
  Estimate sensitivity;
  Estimate specificity;
  Estimate positive_predictive_value;
  Estimate negative_predictive_value;
  Estimate positive_likelihood_ratio;  ///< standard error of its logarithm
  Estimate negative_likelihood_ratio;
};

/// `sensitivity` compares the positive among cases, `specificity` the negative among controls; neither sees the other
/// group. Within each, first and second are the first and second test, and the sign is the option's.
struct PairedAccuracyResult {
  double confidence = 0.95;
  PairedAccuracyCounts counts;
  SingleTestAccuracy first;
  SingleTestAccuracy second;
  PairedProportionsResult sensitivity;
  PairedProportionsResult specificity;
};

/// @throws Error invalid_option (options), invalid_value (counts).
PairedAccuracyResult compare_paired_accuracy(const PairedAccuracyCounts& counts,
                                             const PairedProportionsOptions& options);

}  // namespace qpcr
