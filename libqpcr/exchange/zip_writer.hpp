// One file in a zip whose bytes do not depend on the clock, the host or the user.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// A zip archive with one deflated member. @throws Error file_unwritable when the zip library fails.
std::string zip_single_file(const std::string& member, std::string_view bytes);

}  // namespace qpcr
