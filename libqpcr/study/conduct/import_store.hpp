// The files of a study's imports: each import keeps its originals in a folder of its own, with a manifest of hashes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/conduct/study_log.hpp"

namespace qpcr {

/// A file that is imported: its name within the import ("runs/C01-1.rdml") and its bytes.
struct ImportFile {
  std::string name;
  std::string bytes;
};

/// What an import holds.
struct ImportManifest {
  std::vector<SourceFile> files;  ///< in byte order of their names
};

/// `<sha256>  <bytes>  <name>` a line, the names in byte order.
std::string render_manifest(const ImportManifest& manifest);

/// @throws Error integrity_failure for a line of another form.
ImportManifest parse_manifest(std::string_view text, const std::string& path);

/// Writes the files of an import and their manifest into imports/<sequence>, all or none.
/// @return SHA-256 of the manifest. @throws Error file_unwritable, duplicate_entry (two files of a name),
/// invalid_value for a name that leaves the folder.
std::string store_import(const std::filesystem::path& study_folder, long sequence,
                         const std::vector<ImportFile>& files);

/// The manifest of an import, which must be the one that the log names.
/// @throws Error file_*; integrity_failure.
ImportManifest read_manifest(const std::filesystem::path& study_folder, const ImportRecord& import);

/// The name of the mapping within an import of clinical data.
inline constexpr std::string_view mapping_file_name = "mapping.toml";

/// The name of a run's file within its import: below "files/", so that the list alone stands beside the manifest.
std::string run_file_name(std::string_view listed);

/// Where a file of an import stands.
std::filesystem::path import_path(const std::filesystem::path& study_folder, const ImportRecord& import,
                                  std::string_view name);

/// The bytes of a file of an import, which must be those of the manifest.
/// @throws Error file_*; integrity_failure naming the file, its hash and the one that was imported.
std::string read_imported(const std::filesystem::path& study_folder, const ImportRecord& import,
                          const SourceFile& file);

/// read_imported() of every file of every current import; what was changed is found before anything is computed.
void verify_imports(const std::filesystem::path& study_folder, const StudyState& state);

}  // namespace qpcr
