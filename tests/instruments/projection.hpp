// What a file was read to, as a few lines that a golden file can pin.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::test {

/// Counts of everything in the runs, the warnings and what was not read, and a digest of all values. No text of the
/// file itself but names of its parts and columns.
std::string project(const std::vector<Run>& runs);

/// project() of load_runs({file}), or the error's code and message without the folder.
std::string project_file(const std::filesystem::path& file);

}  // namespace qpcr::test
