// The report of run-to-run quality control: charts, months, and a record to fill in for each loss of control.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/assay/control_history.hpp"
#include "libqpcr/assay/quality_months.hpp"
#include "libqpcr/report/document.hpp"

namespace qpcr {

struct QualityReportOptions {
  Language language = Language::zh;
  std::string month;  ///< "2026-11": runs, records and summary of this month alone, charts up to its end; empty: all
};

/// Arranges what was judged; cause, correction, retest and signatures of the records are left for people.
/// @throws Error invalid_option for a month that is not written so, or that holds no run.
Document build_quality_report(const QualityHistory& history, const std::vector<QualityMonth>& months,
                              const QualityReportOptions& options);

/// A few lines for the command line: the last run of each series in use.
std::string render_quality_summary(const QualityHistory& history, Language language);

/// Words shared by the parts of the report.
std::string describe_series(const SeriesKey& key, Language language);
std::string list_rules(const std::vector<QualityFinding>& findings, Language language, bool rejecting_only);
/// 失控处理记录: one form for each run that is rejected.
std::vector<Block> build_rejection_records(const QualityHistory& history, const QualityReportOptions& options);

}  // namespace qpcr
