// Tables of other instruments, by a map of their columns.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::mapped_table {

const Reader& reader();

}  // namespace qpcr::mapped_table
