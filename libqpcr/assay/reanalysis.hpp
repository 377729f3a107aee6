// Two results of one run side by side: a reanalysis makes a new result and never replaces a call unseen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/result.hpp"

namespace qpcr {

/// What made one of the two results.
struct ResultOrigin {
  std::string assay;  ///< identifier and version of the definition
  std::string definition_sha256;
  std::string library_version;
  bool run_valid = false;

  bool operator==(const ResultOrigin&) const = default;
};

/// A value or covariate that one result has and the other has not, or has otherwise. Compared unrounded.
struct ChangedValue {
  std::string id;
  std::optional<NamedValue> before;  ///< absent: the result does not know it
  std::optional<NamedValue> after;
};

struct SampleComparison {
  std::string sample;
  std::optional<Outcome> before;  ///< absent: the result has no call of the sample
  std::optional<Outcome> after;
  std::string class_before;  ///< of a score; empty for none
  std::string class_after;
  std::vector<Message> reasons_before;
  std::vector<Message> reasons_after;
  std::vector<ChangedValue> values;

  /// The outcome or the class is another one, or one of the two results has no call.
  bool call_changed() const;
};

struct ResultComparison {
  std::string run;
  ResultOrigin before;
  ResultOrigin after;
  std::vector<SampleComparison> samples;  ///< order of the first result, then what only the second has
};

/// @throws Error assay_mismatch where the results are not of the same run: the SHA-256 of the source files differ, or a
/// result names none.
ResultComparison compare_results(const PlateResult& before, const PlateResult& after);

}  // namespace qpcr
