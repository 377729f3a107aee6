// The report of a trial: document, line listing, JSON and the summary of the command line, all from the same result.
#pragma once

#include <string>

#include "libqpcr/report/document.hpp"
#include "libqpcr/study/trial.hpp"

namespace qpcr {

struct TrialReportOptions {
  Language language = Language::zh;
};

/// Arranges a trial for a regulator in the order of STARD 2015 and of the NMPA's clinical trial reports: flow of
/// subjects, demographics, fourfold table, accuracy, strata, predictive values, undecided results, discordant subjects,
/// provenance, and two appendices that lead from each count to subjects, samples, wells and file hashes. Banner and
/// watermark stand on every page unless the definition is released and the data are real.
/// @throws Error invalid_option for a message that the catalogue lacks; std::out_of_range for indices that do not fit
/// the runs.
Document build_trial_report(const TrialResult& trial, const TrialReportOptions& options);

/// One row a subject with its counting result, wells, Cq values, run and file hashes; UTF-8, header in English, text
/// cells guarded against formulas. `data_status` is SIMULATED in every row of a simulated study.
std::string render_trial_listing_csv(const TrialResult& trial);

/// Every number of the report unrounded, schema "qpcr.trial/1"; absent values are null with the reason beside them.
std::string render_trial_json(const TrialResult& trial);

/// A dozen lines for a terminal.
std::string render_trial_summary(const TrialResult& trial, Language language);

}  // namespace qpcr
