// The figures of a trial report: the flow of subjects, forest plots, and the curves of single subjects.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/report/drawing.hpp"
#include "libqpcr/report/trial_view.hpp"

namespace qpcr {

/// Boxes from enrolment to the fourfold table, with what left the flow at each step beside it.
Drawing draw_flow(const TrialView& view);

struct ForestRow {
  std::string label;
  std::vector<const Proportion*> proportions;  ///< one a panel; null: none
  bool summary = false;                        ///< a diamond instead of a square
};

/// Estimates with Wilson intervals, one panel for each title; a stratum without an estimate says so in words.
Drawing draw_forest(const TrialView& view, const std::vector<std::string>& titles, const std::vector<ForestRow>& rows);

/// Baseline-corrected curves of subjects as small multiples, with Cq and threshold of each target. The baseline is the
/// one of the result; nothing is estimated here.
Drawing draw_subject_curves(const TrialView& view, const std::vector<const SubjectOutcome*>& outcomes);

/// Subjects on one figure of draw_subject_curves().
inline constexpr std::size_t subjects_per_figure = 20;

}  // namespace qpcr
