// Every run of a study as an inspector lists them: submitted or not, completed or not, with clocks, instrument and lot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/study/conduct/finding.hpp"
#include "libqpcr/study/conduct/run_list.hpp"

namespace qpcr {

/// A run with what is known of it. Runs and results live elsewhere and outlive the ledger.
struct LedgerRun {
  ListedRun listed;
  std::string file;                         ///< of the list, for findings
  std::vector<const Run*> plates;           ///< read from its files; empty for a run without files
  std::vector<const PlateResult*> results;  ///< what the assay made of them; empty or parallel to `plates`
};

/// A run as an instrument's own list holds it.
struct InstrumentEntry {
  std::string run;
  std::string serial;
  std::string started_at;
  std::string ended_at;
  std::string status;
  std::string file;
  long line = 0;
};

/// When a sample was taken, and where it belongs.
struct SampleFacts {
  std::string sample;
  std::string centre;
  std::string collected_at;  ///< ISO 8601 day or moment; empty: not stated
};

struct LotFacts {
  std::string lot;
  std::string expires_on;
};

struct CalibrationFacts {
  std::string serial;
  std::string centre;
  std::string calibration_due;  ///< empty: not stated
};

/// Days on which a centre might begin, and the moments after which nothing should be measured.
struct StudyDates {
  std::vector<std::pair<std::string, std::string>> approved_on;  ///< centre and day
  std::string locked_at;                                         ///< UTC; empty: not yet
  std::string unblinded_at;                                      ///< the same
};

/// Minutes since 1970-01-01T00:00 of a local time "2026-02-03T09:00[:00[.0]][zone]" or of the same with a space or '/'
/// between year, month and day. A zone is passed over: only clocks of one place are compared. Nothing for other texts,
/// and for a day without a time.
std::optional<long> parse_local_minutes(std::string_view text);

/// The day of such a text, or of a day alone, as ISO 8601; empty for other texts.
std::string parse_local_day(std::string_view text);

/// When a run began and ended: as its files say, else as it is listed.
std::string started_at(const LedgerRun& run);
std::string ended_at(const LedgerRun& run);

/// The serial number: as its files say, else as it is listed.
std::string serial_of(const LedgerRun& run);

/// A finding about a run, its place filled in.
StudyFinding make_run_finding(const LedgerRun& run, std::string check, Severity severity, Message what);

}  // namespace qpcr
