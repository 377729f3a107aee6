// Writes runs as long CSV: curves, every reading with what is known of it, and the vendor's results.
#pragma once

#include <span>
#include <string>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// `run,well,sample,target,dye,kind,cycle,fluorescence`: every amplification curve of every kind, one row a reading, in
/// the order of the runs. A missing reading is an empty cell; numbers are the shortest text that reads back to the same
/// double; lines end with LF; text cells are quoted by RFC 4180 and otherwise as they are in the run.
std::string render_curves_csv(std::span<const Run> runs);

/// `run,well,sample,target,dye,kind,temperature_celsius,fluorescence`, as above for melting curves.
std::string render_melt_csv(std::span<const Run> runs);

/// For tables that people open in a spreadsheet.
struct CsvOptions {
  /// A text that a spreadsheet would run as a formula (it starts with = + - @ tab or CR) gets an apostrophe in front.
  /// Numbers are never touched.
  bool guard_formulas = true;
};

/// Every reading of every stage, one row each, tidy:
/// `run,well,row,column,sample,target,dye,role,quantity,quantity_unit,
/// kind,stage,cycle,temperature_celsius,fluorescence`. `row` and `column` are 1-based and empty off a plate; `stage` is
/// amplification, melt, pre_read, post_read or end_point; a cell that the run does not know is empty.
std::string render_readings_csv(std::span<const Run> runs, const CsvOptions& options = {});

/// One row a measurement and vendor result (further algorithms follow the first): `run,well,row,column,subarray,sample,
/// target,dye,role,role_text,quantity,quantity_unit,excluded,exclusion_reason,note,vendor_status,vendor_cq,vendor_cq_text,
/// vendor_algorithm,vendor_threshold,vendor_baseline_first_cycle,vendor_baseline_last_cycle,vendor_confidence,vendor_call,
/// vendor_quantity,vendor_quantity_unit,vendor_tm_celsius,vendor_flags`. Lists within a cell are separated by "; ".
std::string render_results_csv(std::span<const Run> runs, const CsvOptions& options = {});

}  // namespace qpcr
