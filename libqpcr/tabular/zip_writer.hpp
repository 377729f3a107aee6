// Files in a zip whose bytes do not depend on the clock, the host or the user.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpcr {

/// A zip archive with deflated members (name, bytes) in the order given. Each carries the first instant a zip can hold
/// (1980-01-01) and no attributes of a host. @param level of deflate, 1 (fast) to 9. @throws Error file_unwritable when
/// the zip library fails.
std::string zip_files(const std::vector<std::pair<std::string, std::string>>& members, unsigned level = 9);

/// The same with one member.
std::string zip_single_file(const std::string& member, std::string_view bytes);

}  // namespace qpcr
