// The HDF5 archive of runs, version 1.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// Writes all runs into a new archive that replaces `path` when it is complete. @throws Error file_unwritable.
void write_archive(const std::filesystem::path& path, std::span<const Run> runs);

/// Reads every run, equal to what was written. @throws Error file_not_found; malformed_file when it is no archive of
/// this version.
std::vector<Run> read_archive(const std::filesystem::path& path);

}  // namespace qpcr
