// Results as CSV for spreadsheets and LIS imports.
#pragma once

#include <string>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/report/catalogue.hpp"

namespace qpcr {

struct ResultCsvOptions {
  Language language = Language::zh;
  bool byte_order_mark = false;  ///< for spreadsheets that take UTF-8 for the local code page without it
};

/// One row a sample: outcome as enumerator and in words, every value of the definition unrounded in its own column,
/// reasons, and the marking of data that are simulated or not released. Text cells are guarded against formulas,
/// numbers never changed.
std::string render_calls_csv(const PlateResult& result, const ResultCsvOptions& options);

/// One row a well and target: Cq, status, the vendor's Cq, the one the rules used, flags. An empty cell is a missing
/// number.
std::string render_wells_csv(const PlateResult& result, const ResultCsvOptions& options);

}  // namespace qpcr
