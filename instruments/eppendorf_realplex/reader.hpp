// Eppendorf Mastercycler ep realplex: the results table with one group of columns a dye.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::eppendorf_realplex {

/// The reader of realplex results as text or workbook. The export holds no curves.
const Reader& reader();

}  // namespace qpcr::eppendorf_realplex
