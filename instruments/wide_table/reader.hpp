// Generic wide table: the first column is the cycle or the temperature, every other column a curve.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::wide_table {

/// The reader of delimited text whose first column is 'cycle' (amplification) or 'temperature' or 'T' (melting).
/// Curve kind is unknown, the well's label is the column's name; labels are wells of a plate only when all of them are.
/// An empty cell or NA is a missing reading.
const Reader& reader();

}  // namespace qpcr::wide_table
