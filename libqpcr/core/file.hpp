// Whole files in, whole files out: an output appears complete under its name or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpcr {

/// Largest file that is read into memory: 256 MiB, as much as an archive may inflate to.
inline constexpr std::uint64_t largest_input_bytes = std::uint64_t{256} << 20U;

/// @throws Error file_not_found, file_unreadable (folder, pipe, device, no permission, too large).
std::string read_file(const std::filesystem::path& path);

/// Files that belong together: all are written beside their final names and synced, then all are renamed.
/// Nothing is left behind when any of them cannot be written, or when commit() is never called.
class OutputFiles {
 public:
  /// Creates `folder` if it is missing. @throws Error file_unwritable.
  explicit OutputFiles(std::filesystem::path folder);
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// Adds a file; `name` is a plain name or a relative path below the folder. @throws Error file_unwritable,
  /// duplicate_entry.
  void add(const std::string& name, std::string_view bytes);

  /// Makes all files appear. @return their paths in the order they were added. @throws Error file_unwritable.
  std::vector<std::filesystem::path> commit();

 private:
  std::filesystem::path folder_;
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> staged_;  ///< temporary, final
  std::vector<std::filesystem::path> created_folders_;
  bool committed_ = false;
};

/// One file by the same rule.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace qpcr
