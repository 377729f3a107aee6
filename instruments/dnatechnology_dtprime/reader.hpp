// DNA-Technology DTprime text (.r96).
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::dnatechnology_dtprime {

const Reader& reader();

}  // namespace qpcr::dnatechnology_dtprime
