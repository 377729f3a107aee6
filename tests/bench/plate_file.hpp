// A large made RDML file for benchmarks: its XML, its archive, and a file of it.
#pragma once

#include <filesystem>
#include <string>

namespace qpcr::test {

/// 384 wells × 5 dyes × 45 cycles as pretty printers write it, seven digits a reading: 10.9 MB.
const std::string& document();

/// document() in a ZIP archive.
const std::string& archive();

/// A file of the archive that lives as long as the object.
class ArchiveFile {
 public:
  ArchiveFile();
  ~ArchiveFile();
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace qpcr::test
