// Writing imports and proving that they are still what they were.
#include "libqpcr/study/conduct/import_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"

namespace qpcr {
namespace {

constexpr std::string_view manifest_name = "MANIFEST";
constexpr std::string_view column_separator = "  ";

std::filesystem::path folder_of(const std::filesystem::path& study_folder, long sequence) {
  return study_folder / "imports" / fmt::format("{:06}", sequence);
}

void check_name(const std::string& name) {
  const std::filesystem::path path(name);
  bool holds = !name.empty() && !path.is_absolute() && name != manifest_name &&
               name.find_first_of("\\:\n\r") == std::string::npos && is_valid_utf8(name);
  for (const auto& part : path) holds = holds && part != ".." && part != "." && !part.empty();
  if (holds) return;
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "file name",
                                         .found = name,
                                         .expected = "a name below the folder of its import",
                                         .problem = {}});
}

[[noreturn]] void refuse_changed(const std::filesystem::path& path, std::string found, const std::string& imported) {
  throw Error(ErrorCode::integrity_failure, {.path = path.string(),
                                             .line = 0,
                                             .column = {},
                                             .field = "sha256",
                                             .found = std::move(found),
                                             .expected = fmt::format("the file that was imported, {}", imported),
                                             .problem = {}});
}

}  // namespace

std::string render_manifest(const ImportManifest& manifest) {
  std::string text;
  for (const SourceFile& file : manifest.files)
    text += fmt::format("{}{}{}{}{}\n", file.sha256, column_separator, file.size_bytes, column_separator, file.name);
  return text;
}

ImportManifest parse_manifest(std::string_view text, const std::string& path) {
  ImportManifest manifest;
  long line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    const std::string_view row = text.substr(0, end);
    const std::size_t first = row.find(column_separator);
    const std::size_t second =
        first == std::string_view::npos ? first : row.find(column_separator, first + column_separator.size());
    const long bytes =
        second == std::string_view::npos
            ? -1
            : parse_integer(row.substr(first + column_separator.size(), second - first - column_separator.size()))
                  .value_or(-1);
    if (end == std::string_view::npos || bytes < 0) {
      throw Error(ErrorCode::integrity_failure, {.path = path,
                                                 .line = line,
                                                 .column = {},
                                                 .field = {},
                                                 .found = std::string(row),
                                                 .expected = "hash, size and name",
                                                 .problem = {}});
    }
    manifest.files.push_back({std::string(row.substr(second + column_separator.size())),
                              std::string(row.substr(0, first)), static_cast<std::uint64_t>(bytes)});
    text.remove_prefix(end + 1);
  }
  return manifest;
}

std::string store_import(const std::filesystem::path& study_folder, long sequence,
                         const std::vector<ImportFile>& files) {
  ImportManifest manifest;
  OutputFiles output(folder_of(study_folder, sequence));
  for (const ImportFile& file : files) {
    check_name(file.name);
    manifest.files.push_back({file.name, sha256_hex(file.bytes), file.bytes.size()});
    output.add(file.name, file.bytes);
  }
  std::sort(manifest.files.begin(), manifest.files.end(),
            [](const SourceFile& left, const SourceFile& right) { return left.name < right.name; });
  const std::string text = render_manifest(manifest);
  output.add(std::string(manifest_name), text);
  output.commit();
  return sha256_hex(text);
}

ImportManifest read_manifest(const std::filesystem::path& study_folder, const ImportRecord& import) {
  const std::filesystem::path path = folder_of(study_folder, import.sequence) / manifest_name;
  const std::string text = read_file(path);
  const std::string found = sha256_hex(text);
  if (found != import.manifest_sha256) refuse_changed(path, found, import.manifest_sha256);
  return parse_manifest(text, path.string());
}

std::string run_file_name(std::string_view listed) { return fmt::format("files/{}", listed); }

std::filesystem::path import_path(const std::filesystem::path& study_folder, const ImportRecord& import,
                                  std::string_view name) {
  return folder_of(study_folder, import.sequence) / name;
}

std::string read_imported(const std::filesystem::path& study_folder, const ImportRecord& import,
                          const SourceFile& file) {
  const std::filesystem::path path = import_path(study_folder, import, file.name);
  std::string bytes = read_file(path);
  std::string found = sha256_hex(bytes);
  if (found != file.sha256) refuse_changed(path, std::move(found), file.sha256);
  return bytes;
}

void verify_imports(const std::filesystem::path& study_folder, const StudyState& state) {
  for (const ImportRecord& import : state.current()) {
    for (const SourceFile& file : read_manifest(study_folder, import).files) read_imported(study_folder, import, file);
  }
}

}  // namespace qpcr
