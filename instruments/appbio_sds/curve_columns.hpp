// The columns of a table that are the cycles of a curve.
#pragma once

#include <string_view>
#include <vector>

#include "instruments/base/grid_table.hpp"
#include "libqpcr/core/curve.hpp"

namespace qpcr::appbio_sds {

/// A curve in a table: one column a cycle.
struct CurveColumns {
  CurveKind kind = CurveKind::unknown;
  std::vector<std::size_t> columns;
  std::vector<double> cycles;
};

/// Finds "Rn" and "Delta Rn" followed by their cycles, named or not, "Rn1 … Rn40", and cycles alone, whose kind is then
/// `kind_of_rest`. Marks the columns as read.
/// @throws Error invalid_value for cycles that do not rise, duplicate_entry for two curves of one kind.
std::vector<CurveColumns> find_curve_columns(GridTable& table, CurveKind kind_of_rest);

/// The curves of a row: none where all cells are empty, NaN where one is. @throws Error invalid_value.
std::vector<AmplificationCurve> read_curves(const GridTable& table, std::size_t row,
                                            const std::vector<CurveColumns>& curves, NumberFormat format);

}  // namespace qpcr::appbio_sds
