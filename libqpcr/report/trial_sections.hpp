// The sections of a trial report, each as blocks of the document.
#pragma once

#include <vector>

#include "libqpcr/report/document.hpp"
#include "libqpcr/report/trial_view.hpp"

namespace qpcr {

using Blocks = std::vector<Block>;

/// Figures of merit, facts of the study, remarks that must be read first.
void add_trial_summary(const TrialView& view, Blocks& blocks);
/// Flow diagram, disposition by centre, exclusions by reason.
void add_trial_flow(const TrialView& view, Blocks& blocks);
void add_trial_demographics(const TrialView& view, Blocks& blocks);
/// Index result × reference standard with the rows that are not positive or negative.
void add_trial_cross_table(const TrialView& view, Blocks& blocks);
/// Accuracy overall and by centre, with a forest plot.
void add_trial_accuracy(const TrialView& view, Blocks& blocks);
/// Sensitivity by stage among cases, specificity by class among controls.
void add_trial_strata(const TrialView& view, Blocks& blocks);
void add_trial_predictive_values(const TrialView& view, Blocks& blocks);
/// Technical rates and what the undecided results could change.
void add_trial_scenarios(const TrialView& view, Blocks& blocks);

/// Discordant subjects with reasons, rules and curves; undecided subjects with reasons.
void add_trial_discordant(const TrialView& view, Blocks& blocks);
/// Repeats, samples of no subject, columns and contents that nothing uses, warnings.
void add_trial_not_used(const TrialView& view, Blocks& blocks);
/// Definitions and sources of the statistics.
void add_trial_methods(const TrialView& view, Blocks& blocks);
/// Runs, files and hashes.
void add_trial_provenance(const TrialView& view, Blocks& blocks);
/// Which subjects stand behind each count.
void add_trial_counts(const TrialView& view, Blocks& blocks);
/// One row a subject.
void add_trial_listing(const TrialView& view, Blocks& blocks);

/// A cell whose number leads to the subjects behind it.
ReportCell make_count_cell(long count, std::string link);

}  // namespace qpcr
