// The maps that ship: one for each layout of instruments that write plain tables.
#pragma once

#include <vector>

#include "instruments/mapped_table/column_map.hpp"

namespace qpcr::mapped_table {

/// In the order in which they are tried; the generic one, which matches by header names alone, is the last.
const std::vector<ColumnMap>& layouts();

}  // namespace qpcr::mapped_table
