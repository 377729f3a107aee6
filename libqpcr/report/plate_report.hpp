// The report of one plate: document, JSON, CSV and the summary of the command line, all from the same result.
#pragma once

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/report/document.hpp"
#include "libqpcr/report/result_csv.hpp"
#include "libqpcr/report/result_json.hpp"
#include "libqpcr/report/text_summary.hpp"

namespace qpcr {

struct PlateReportOptions {
  Language language = Language::zh;
};

/// Arranges a result for a person: verdict, counts, controls, map, calls with reasons, curves, wells, method, warnings,
/// provenance, statements. `run` is the run that the result was made from (its curves are drawn).
/// Banner and watermark say so on every page unless the definition is released and the data are real.
/// @throws std::out_of_range when the result's indices do not fit the run; Error invalid_option for a message that the
/// catalogue lacks.
Document build_plate_report(const Run& run, const PlateResult& result, const PlateReportOptions& options);

}  // namespace qpcr
