// The list of instrument readers, and the one way from files to runs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/base/reader.hpp"
#include "instruments/mapped_table/column_map.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

/// All readers, in the order of their identifiers.
const std::vector<Reader>& readers();

/// A map of a user, with the identity of its file: part of the origin of every run that was read by it.
struct UserColumnMap {
  ColumnMap map;
  SourceFile source;
};

/// @throws Error of reading the file and of parse_column_map().
std::shared_ptr<const UserColumnMap> read_column_map(const std::filesystem::path& path);

struct LoadOptions {
  bool find_companions = true;  ///< look in a file's folder for the files of the same run (Bio-Rad CFX)
  std::shared_ptr<const UserColumnMap> column_map = nullptr;  ///< the user's, by which every file is then read
  std::string archive_key;  ///< for encrypted files that the user may open; never stored
};

struct Identification {
  std::filesystem::path path;
  std::string reader_id;
  std::string reason;
};

/// Which reader knows the file: the only one that is certain, else the only one for which it is possible. No reader is
/// tried.
/// @throws Error file_not_found, file_unreadable; malformed_file, unsafe_archive for a damaged or hostile zip;
///   unsupported_format when no reader knows it, ambiguous_format when two do, each with the reason of every reader.
Identification identify(const std::filesystem::path& path);

/// Same decision for bytes in memory; `name` is the file's name without its folder, `path` goes into errors.
Identification identify_bytes(std::string_view bytes, const std::string& name, const std::string& path);

/// Reads files; files that belong together (CFX amplification per fluorophore, Cq table, run information) become one
/// run. A file may hold several runs. Each file is read from disk once, and its hash is of the bytes that were parsed.
/// @return runs in the order of the paths, validated, with provenance.
/// @throws Error of identify() and of the reader, with file and place.
std::vector<Run> load_runs(const std::vector<std::filesystem::path>& paths, const LoadOptions& options = {});

/// Reads files from memory, grouped as load_runs() groups those of one folder; for uploads.
std::vector<Run> load_files(std::vector<InputFile> files);

/// load_files() of one file.
std::vector<Run> load_bytes(std::string bytes, const std::string& name);

/// A map of the columns of a table that no reader knows, as text for a person to check (mapped_table/propose.hpp).
/// @throws Error of reading the file; missing_column when nothing in it looks like a table of wells.
std::string propose_columns(const std::filesystem::path& path);

/// The table of supported instruments of the docs, as Markdown, from the readers' own metadata.
std::string render_support_table();

/// The table of formats that are recognised and refused, with the reasons.
std::string render_refusal_table();

}  // namespace qpcr
