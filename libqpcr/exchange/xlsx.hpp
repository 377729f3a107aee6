// Writes runs as an .xlsx workbook for people: one sheet a kind of content.
#pragma once

#include <span>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

struct XlsxOptions {
  bool with_operator = false;  ///< write the operator's name, which is personal data
};

/// Sheets `run` (one row a fact), `protocol`, `plate` (one row a measurement: place, sample, target, dye, role,
/// quantity, exclusion, note), `amplification` and `melt` (one row a reading, every kind of curve), `single readings`,
/// `vendor results` (one row a measurement and algorithm), `vendor tables` (cells as written) and `not read`. Sheets
/// without a row hold their header. Numbers are numbers to the last bit, texts are never formulas, headers are frozen
/// and filtered, and the same runs give the same bytes. Only the operator's name and texts longer than a cell are not
/// written whole.
WrittenDocument render_xlsx(std::span<const Run> runs, const XlsxOptions& options = {});

}  // namespace qpcr
