// DNA-Technology DTprime: run files (.r96) as text.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::dnatechnology_dtprime {

/// The reader of DTprime run files of 96 tubes.
const Reader& reader();

}  // namespace qpcr::dnatechnology_dtprime
