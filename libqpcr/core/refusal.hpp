// A request or value that cannot be, told by the field alone.
#pragma once

#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {

/// @throws Error always.
[[noreturn]] void refuse_request(ErrorCode code, std::string field, std::string found, std::string expected);

}  // namespace qpcr
