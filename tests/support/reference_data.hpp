// Where the reference data is and how tests walk it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace qpcr::test {

/// The folder named by QPCR_REFERENCE_DATA. Only tests tagged [reference] may call it.
inline std::filesystem::path reference_data() {
  const char* folder = std::getenv("QPCR_REFERENCE_DATA");
  if (folder == nullptr || *folder == '\0') throw std::runtime_error("QPCR_REFERENCE_DATA is not set");
  return folder;
}

/// Files of a folder in name order; empty when the folder is not there.
inline std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder,
                                                     const std::string& extension = {}) {
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension))
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace qpcr::test
