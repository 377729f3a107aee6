// Accuracy of a test that may answer "indeterminate": five ways of counting such answers, side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

namespace qpcr {

/// Subjects by index result (positive, indeterminate, negative) and reference standard.
struct ThreeWayTable {
  long true_positive = 0;
  long indeterminate_cases = 0;
  long false_negative = 0;
  long false_positive = 0;
  long indeterminate_controls = 0;
  long true_negative = 0;

  bool operator==(const ThreeWayTable&) const = default;
  long cases() const { return true_positive + indeterminate_cases + false_negative; }
  long controls() const { return false_positive + indeterminate_controls + true_negative; }
};

/// What an indeterminate result is taken for.
enum class IndeterminateAs {
  excluded,
  positive,
  negative,
  wrong,  ///< worst case: negative in cases, positive in controls
  right,  ///< best case
};

std::string_view to_string(IndeterminateAs rule);

/// The fourfold table that a rule leaves.
FourfoldTable resolve_indeterminate(const ThreeWayTable& table, IndeterminateAs rule);

struct ThreeWayAccuracy {
  std::string_view method = "three_way_accuracy";
  double confidence = 0.95;
  ThreeWayTable table;
  Proportion indeterminate;  ///< of all subjects
  Proportion indeterminate_cases;
  Proportion indeterminate_controls;
  struct Scenario {
    IndeterminateAs rule = IndeterminateAs::excluded;
    AccuracyResult accuracy;
  };
  std::vector<Scenario> scenarios;  ///< in the order of IndeterminateAs
};

/// Nothing is dropped unseen: the proportions of indeterminate results stand beside every scenario (FDA 2007, section
/// on equivocal results; STARD 2015, item 15). The interval of one scenario does not cover the choice between them:
/// worst and best case bound the estimates whatever the indeterminate results were.
/// @throws Error invalid_option; invalid_value for a negative count.
ThreeWayAccuracy estimate_three_way_accuracy(const ThreeWayTable& table, const AccuracyOptions& options);

}  // namespace qpcr
