// What a ledger of runs must not show: overlapping clocks, runs before approval or collection, tests that nobody
// reported.
#pragma once

#include <vector>

#include "libqpcr/study/conduct/run_ledger.hpp"

namespace qpcr {

/// Two runs of one instrument at the same time ("runs_overlap", blocks), and one serial number at two centres
/// ("serial_at_two_centres", query). A run without an end counts as 20 minutes long, which no PCR undercuts; its text
/// says so. Times are local clocks of the instrument; runs without a readable start are "clock_not_readable" (note).
StudyFindings find_overlapping_runs(const std::vector<LedgerRun>& runs);

/// Runs that began before their centre's approval ("run_before_approval", blocks), before a sample on their plate was
/// collected ("run_before_collection", blocks), and after the lock or the unblinding ("run_after_lock",
/// "run_after_unblinding"; query, blocks). Whole days are compared where one side is a day; against the UTC moments of
/// lock and unblinding a run is late from the following day on, because local clocks differ from UTC by up to 14 hours.
StudyFindings find_clock_faults(const std::vector<LedgerRun>& runs, const std::vector<SampleFacts>& samples,
                                const StudyDates& dates);

/// Runs that an instrument lists and the submission does not ("run_not_submitted", blocks where it was completed, query
/// else), runs submitted that the list of their instrument lacks ("run_not_in_instrument", query), runs that were not
/// completed and have no reason ("run_without_reason", query), and samples tested in several runs of which the later
/// does not name the earlier in repeat_of ("retest_not_declared", blocks). `instruments` empty: the first two are not
/// asked.
StudyFindings find_unreported_tests(const std::vector<LedgerRun>& runs,
                                    const std::vector<InstrumentEntry>& instruments);

/// Lots used after their expiry ("lot_expired", blocks) or unknown to the protocol ("lot_unknown", query), a lot that
/// is used at one centre alone where that centre used no other and other lots exist ("lot_confounded", note),
/// instruments unknown, at another centre, or with calibration overdue ("instrument_unknown" query,
/// "instrument_elsewhere" query, "calibration_overdue" blocks). Empty lists ask nothing.
StudyFindings find_material_faults(const std::vector<LedgerRun>& runs, const std::vector<LotFacts>& lots,
                                   const std::vector<CalibrationFacts>& instruments);

struct SmallVarianceOptions {
  double alpha = 1e-4;         ///< one-sided, over all centres and targets together (Bonferroni)
  double largest_ratio = 0.4;  ///< of the variance against that of the other centres
  long fewest_values = 30;     ///< at the centre

  void validate() const;
};

/// Centres whose Cq of an internal control or reference target vary less within runs than those of the other centres
/// ("variance_too_small", query): the variances pooled within plates (samples, not controls) of the centre and of all
/// others together, by the F distribution. The ratio and its p value stand in the message. Heavy tails make the test
/// conservative on the small side.
StudyFindings find_small_variances(const std::vector<LedgerRun>& runs, const SmallVarianceOptions& options = {});

}  // namespace qpcr
