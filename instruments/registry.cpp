// Chooses the reader of a file and fills in what all readers share.
#include "instruments/registry.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "instruments/agilent_mxpro/reader.hpp"
#include "instruments/analytikjena_qtower/reader.hpp"
#include "instruments/appbio_export/reader.hpp"
#include "instruments/appbio_quantstudio/reader.hpp"
#include "instruments/appbio_sds/reader.hpp"
#include "instruments/biorad_cfx/reader.hpp"
#include "instruments/biorad_iq/reader.hpp"
#include "instruments/bms_mic/reader.hpp"
#include "instruments/cepheid_smartcycler/reader.hpp"
#include "instruments/chai_openqpcr/reader.hpp"
#include "instruments/dnatechnology_dtprime/reader.hpp"
#include "instruments/eppendorf_realplex/reader.hpp"
#include "instruments/esco_spectrum/reader.hpp"
#include "instruments/fluidigm_biomark/reader.hpp"
#include "instruments/illumina_eco/reader.hpp"
#include "instruments/mapped_table/propose.hpp"
#include "instruments/mapped_table/reader.hpp"
#include "instruments/mapped_table/table.hpp"
#include "instruments/qiagen_rotorgene/reader.hpp"
#include "instruments/rdes/reader.hpp"
#include "instruments/rdml/reader.hpp"
#include "instruments/roche_lightcycler480/reader.hpp"
#include "instruments/roche_lightcycler96/reader.hpp"
#include "instruments/wide_table/reader.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/gzip.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr {
namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10U;

std::optional<std::string> decode_whole(std::string_view bytes) {
  try {
    return decode_text(bytes, {}).utf8;
  } catch (const Error&) {
    // UTF-16 without a byte order mark, as XML may have it, is text to its own reader.
    constexpr std::string_view utf16_le("<\0", 2);
    constexpr std::string_view utf16_be("\0<", 2);
    const char* const utf16 = bytes.starts_with(utf16_le)   ? "UTF-16LE"
                              : bytes.starts_with(utf16_be) ? "UTF-16BE"
                                                            : nullptr;
    if (utf16 == nullptr) return std::nullopt;
    try {
      return decode_as(bytes.substr(0, bytes.size() / 2 * 2), utf16, {});
    } catch (const Error&) {
      return std::nullopt;
    }
  }
}

/// The head as text; a character or line cut off at the end is left out. Empty for binary data.
std::string decode_head(std::string_view bytes, bool whole) {
  if (whole) return decode_whole(bytes).value_or(std::string());
  // A file may be one long line: only a line end near the end of the head is a place to cut.
  const std::size_t line_end = bytes.find_last_of("\r\n");
  if (line_end != std::string_view::npos && line_end >= bytes.size() / 2) bytes = bytes.substr(0, line_end + 1);
  if ((bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) && bytes.size() % 2 == 1) bytes.remove_suffix(1);
  constexpr std::size_t longest_character = 4;
  for (std::size_t cut = 0; cut < longest_character && cut < bytes.size(); ++cut) {
    const std::string_view shorter = bytes.substr(0, bytes.size() - cut);
    if (is_valid_utf8(shorter)) return decode_whole(shorter).value_or(std::string());
  }
  return decode_whole(bytes).value_or(std::string());
}

std::vector<std::string> list_members(std::string_view bytes, const std::string& path) {
  std::vector<std::string> members;
  if (!is_zip(bytes)) return members;
  const Archive archive(bytes, path);
  for (const ArchiveMember& member : archive.members()) members.push_back(normalise_member_name(member.name));
  return members;
}

/// True where the sheets are the file. An .eds may carry a workbook among its members, and is none; nor is every
/// compound file one.
bool is_workbook(const InputFile& file, const std::vector<std::string>& members) {
  if (is_compound_file(file.bytes)) return holds_workbook(list_compound_streams(file.bytes, file.path));
  return is_xlsx(members) && std::none_of(members.begin(), members.end(),
                                          [](const std::string& name) { return name.starts_with("apldbio/"); });
}

/// Inflates what is compressed as a whole and reads the sheets of a workbook, once for every sniff and the reader.
void unpack(InputFile& file) {
  if (is_gzip(file.bytes)) {
    file.source = SourceFile{file.name, sha256_hex(file.bytes), file.bytes.size()};
    file.bytes = inflate_gzip(file.bytes, file.path);
  }
  if (!is_workbook(file, list_members(file.bytes, file.path))) return;
  Workbook workbook = is_compound_file(file.bytes) ? read_xls(file.bytes, file.path) : read_xlsx(file.bytes, file.path);
  file.workbook = std::make_shared<const Workbook>(std::move(workbook));
}

FileHead read_head(const InputFile& file) {
  const std::string_view bytes = file.bytes;
  FileHead head;
  head.name = file.name;
  head.bytes = bytes.substr(0, head_bytes);
  head.workbook = file.workbook.get();
  head.is_zip = is_zip(bytes);
  head.members = is_compound_file(bytes) ? list_compound_streams(bytes, file.path) : list_members(bytes, file.path);
  if (!head.is_zip) head.text = decode_head(head.bytes, head.bytes.size() == bytes.size());
  return head;
}

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// What programs call a spreadsheet and is none.
std::string find_disguise(const FileHead& head) {
  const std::string start = to_lower_ascii(std::string_view(head.text).substr(0, 2000));
  if (start.find("progid=\"excel.sheet\"") != std::string::npos ||
      start.find("urn:schemas-microsoft-com:office:spreadsheet") != std::string::npos) {
    return "a spreadsheet saved as XML (SpreadsheetML 2003): save it as .xlsx. ";
  }
  if (start.find("<html") != std::string::npos || start.find("<table") != std::string::npos)
    return "a web page, perhaps under the name of a spreadsheet: save it as .xlsx. ";
  return {};
}

struct Choice {
  const Reader* reader = nullptr;
  std::string reason;
  bool is_generic = false;
};

/// @throws Error unsupported_format, ambiguous_format.
Choice choose_reader(const InputFile& file) {
  const std::string& path = file.path;
  if (file.bytes.empty()) refuse(ErrorCode::unsupported_format, path, "the file is empty");
  const FileHead head = read_head(file);
  std::map<Confidence, std::vector<Choice>> answers;
  for (const Reader& reader : readers()) {
    Sniff sniff = reader.sniff(head);
    answers[sniff.confidence].push_back({&reader, std::move(sniff.reason), sniff.is_generic});
  }
  const auto list_reasons = [](const std::vector<Choice>& choices) {
    std::vector<std::string> parts;
    for (const Choice& choice : choices) parts.push_back(fmt::format("{} ({})", choice.reader->info.id, choice.reason));
    return fmt::format("{}", fmt::join(parts, "; "));
  };
  for (const Confidence confidence : {Confidence::certain, Confidence::possible}) {
    std::vector<Choice>& choices = answers[confidence];
    const auto is_generic = [](const Choice& choice) { return choice.is_generic; };
    if (choices.size() > 1 && !std::all_of(choices.begin(), choices.end(), is_generic))
      choices.erase(std::remove_if(choices.begin(), choices.end(), is_generic), choices.end());
    if (choices.size() == 1) return choices.front();
    if (choices.size() > 1) {
      refuse(ErrorCode::ambiguous_format, path, "more than one reader claims the file: " + list_reasons(choices));
    }
  }
  refuse(ErrorCode::unsupported_format, path,
         find_disguise(head) + "no reader knows the file: " + list_reasons(answers[Confidence::no]));
}

/// Files that one reader reads together.
struct Group {
  const Reader* reader = nullptr;
  std::string key;                  ///< empty for a file that stands alone
  std::filesystem::path folder;     ///< as the user gave it
  std::filesystem::path canonical;  ///< the same, to compare
  std::vector<InputFile> files;
  std::vector<NotRead> not_opened;  ///< companions by name that are damaged
};

std::string name_of(const std::filesystem::path& path) { return to_valid_utf8(path.filename().string()); }

/// A name alone makes no companion: the reader must know the contents too, or they are a text of the same run that it
/// lists as not read. Damaged files of the same name are no part of the run, and reported.
bool is_companion(const Reader& reader, InputFile& file, std::vector<NotRead>& not_opened) {
  if (file.bytes.empty()) return false;
  try {
    unpack(file);
    const FileHead head = read_head(file);
    return reader.sniff(head).confidence != Confidence::no || (!head.is_zip && !head.text.empty());
  } catch (const Error& error) {
    not_opened.push_back(
        {file.name, fmt::format("a file of the same run, by its name, that cannot be opened: {}", error.what())});
    return false;
  }
}

/// Adds the files of the folder that carry the group's key, in the order of their names.
void add_companions(Group& group, const std::set<std::filesystem::path>& known) {
  std::vector<std::filesystem::path> paths;
  std::error_code fault;
  const std::filesystem::path folder = group.folder.empty() ? std::filesystem::path(".") : group.folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
    if (!entry.is_regular_file(fault) || known.contains(std::filesystem::weakly_canonical(entry.path(), fault)))
      continue;
    if (group.reader->companion_key(name_of(entry.path())) == group.key) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    const std::filesystem::path shown = group.folder / path.filename();
    InputFile file{shown.string(), name_of(path), read_file(path), nullptr, std::nullopt};
    if (is_companion(*group.reader, file, group.not_opened)) group.files.push_back(std::move(file));
  }
  std::stable_sort(group.files.begin(), group.files.end(),
                   [](const InputFile& a, const InputFile& b) { return a.name < b.name; });
}

/// Puts the file to those of the same folder, reader and key, or into a group of its own.
void add_to_group(std::vector<Group>& groups, InputFile file, const std::filesystem::path& folder) {
  unpack(file);
  const Choice choice = choose_reader(file);
  std::string key;
  if (choice.reader->companion_key != nullptr) key = choice.reader->companion_key(file.name);
  const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
    return !key.empty() && g.reader == choice.reader && g.key == key && g.folder == folder;
  });
  if (group != groups.end()) {
    group->files.push_back(std::move(file));
    return;
  }
  Group fresh;
  fresh.reader = choice.reader;
  fresh.key = std::move(key);
  fresh.folder = folder;
  fresh.files.push_back(std::move(file));
  groups.push_back(std::move(fresh));
}

/// Puts together what names leave apart: the groups of a reader whose contents prove that they are one run.
void join_by_contents(std::vector<Group>& groups) {
  // A run has a file a dye and few more; comparing a whole archive of renamed files would cost more than it finds.
  constexpr std::size_t most_groups = 16;
  for (const Reader& reader : readers()) {
    if (reader.is_one_run == nullptr) continue;
    const auto is_of_reader = [&](const Group& group) { return group.reader == &reader; };
    const auto count = static_cast<std::size_t>(std::count_if(groups.begin(), groups.end(), is_of_reader));
    const bool unnamed = std::any_of(groups.begin(), groups.end(),
                                     [&](const Group& group) { return is_of_reader(group) && group.key.empty(); });
    if (count < 2 || count > most_groups || !unnamed) continue;
    std::vector<InputFile> files;
    for (const Group& group : groups) {
      if (is_of_reader(group)) files.insert(files.end(), group.files.begin(), group.files.end());
    }
    if (!reader.is_one_run(files)) continue;
    const auto first = std::find_if(groups.begin(), groups.end(), is_of_reader);
    for (auto other = std::next(first); other != groups.end(); ++other) {
      if (is_of_reader(*other) && first->key.empty()) {
        first->key = other->key;
        first->folder = other->folder;
      }
    }
    first->files = std::move(files);
    groups.erase(std::remove_if(std::next(first), groups.end(), is_of_reader), groups.end());
  }
}

SourceFile describe_source(const InputFile& file) {
  SourceFile source = file.source ? *file.source : SourceFile{file.name, sha256_hex(file.bytes), file.bytes.size()};
  source.name = mask_personal(source.name);
  return source;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// A text whose last line has no end and fewer cells than the one before was perhaps cut, maybe inside a number.
void warn_of_cut_text(const Group& group, RunData& run) {
  for (const InputFile& file : group.files) {
    const std::string_view bytes = file.bytes;
    if (file.workbook != nullptr || bytes.empty() || is_zip(bytes) || bytes.find('\0') != std::string_view::npos ||
        bytes.back() == '\n' || bytes.back() == '\r') {
      continue;
    }
    const std::size_t last = bytes.find_last_of("\r\n");
    if (last == std::string_view::npos) continue;
    const std::size_t end = bytes.find_last_not_of("\r\n", last);
    if (end == std::string_view::npos) continue;
    const std::size_t before = bytes.find_last_of("\r\n", end);
    const std::string_view previous = bytes.substr(before + 1, end - before);
    const std::string_view cut = bytes.substr(last + 1);
    const char delimiter = detect_grid_delimiter(bytes);
    const auto count = [&](std::string_view line) { return std::count(line.begin(), line.end(), delimiter); };
    if (count(cut) < count(previous)) {
      run.warnings.push_back(fmt::format("'{}' ends within a line: it may have been cut, and its last row may be wrong",
                                         mask_personal(file.name)));
    }
  }
}

/// What all readers share: masking, provenance, validation.
void complete_runs(std::vector<RunData> read, const Group& group, const std::string& reader_id,
                   std::vector<Run>& runs) {
  for (RunData& run : read) {
    warn_of_unknown_roles(run);
    // Texts that people type freely and every report repeats; samples are judged where a call is made.
    run.name = mask_personal(run.name);
    run.notes = mask_personal(run.notes);
    for (Measurement& measurement : run.measurements) {
      measurement.exclusion_reason = mask_personal(measurement.exclusion_reason);
      measurement.note = mask_personal(measurement.note);
    }
    Provenance& provenance = run.provenance;
    provenance.reader = reader_id;
    for (const InputFile& file : group.files) {
      if (file.workbook == nullptr) continue;
      provenance.not_read.insert(provenance.not_read.end(), file.workbook->not_read.begin(),
                                 file.workbook->not_read.end());
    }
    provenance.library_version = std::string(library_version);
    provenance.not_read.insert(provenance.not_read.end(), group.not_opened.begin(), group.not_opened.end());
    for (const InputFile& file : group.files) {
      const bool whole_file_not_read = std::any_of(provenance.not_read.begin(), provenance.not_read.end(),
                                                   [&](const NotRead& entry) { return entry.where == file.name; });
      if (!whole_file_not_read) provenance.sources.push_back(describe_source(file));
    }
    // Names of files stand in both, and files are named after people; headers of columns are not.
    for (const InputFile& file : group.files) {
      const std::string masked = mask_personal(file.name);
      if (masked == file.name) continue;
      for (NotRead& item : provenance.not_read) {
        replace_all(item.where, file.name, masked);
        replace_all(item.why, file.name, masked);
      }
      for (std::string& warning : run.warnings) replace_all(warning, file.name, masked);
    }
    warn_of_cut_text(group, run);
    try {
      runs.emplace_back(std::move(run));
    } catch (const Error& error) {
      throw error.context().path.empty() ? error.with_path(group.files.front().path) : error;
    }
  }
}

void append_runs(const Group& group, std::vector<Run>& runs) {
  complete_runs(group.reader->read(group.files), group, group.reader->info.id, runs);
}

/// One run of one file, by the user's map and no reader's opinion.
void append_mapped_run(InputFile file, const UserColumnMap& user, std::vector<Run>& runs) {
  unpack(file);
  Group group;
  group.files.push_back(std::move(file));
  std::vector<RunData> read;
  read.push_back(mapped_table::read_file(group.files.front(), user.map, mapped_table::MapOrigin::user));
  read.front().provenance.sources.push_back(user.source);
  complete_runs(std::move(read), group, mapped_table::reader().info.id, runs);
}

}  // namespace

std::shared_ptr<const UserColumnMap> read_column_map(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  return std::make_shared<const UserColumnMap>(UserColumnMap{
      parse_column_map(bytes, path.string()), {mask_personal(name_of(path)), sha256_hex(bytes), bytes.size()}});
}

std::string propose_columns(const std::filesystem::path& path) {
  InputFile file{path.string(), name_of(path), read_file(path), nullptr, std::nullopt, {}};
  unpack(file);
  return mapped_table::propose_column_map(file);
}

const std::vector<Reader>& readers() {
  static const std::vector<Reader> list{agilent_mxpro::reader(),
                                        analytikjena_qtower::reader(),
                                        appbio_export::reader(),
                                        appbio_quantstudio::reader(),
                                        appbio_sds::reader(),
                                        biorad_cfx::reader(),
                                        biorad_iq::reader(),
                                        bms_mic::reader(),
                                        cepheid_smartcycler::reader(),
                                        chai_openqpcr::reader(),
                                        dnatechnology_dtprime::reader(),
                                        eppendorf_realplex::reader(),
                                        esco_spectrum::reader(),
                                        fluidigm_biomark::reader(),
                                        illumina_eco::reader(),
                                        mapped_table::reader(),
                                        qiagen_rotorgene::reader(),
                                        rdes::reader(),
                                        rdml::reader(),
                                        roche_lightcycler480::reader(),
                                        roche_lightcycler96::reader(),
                                        wide_table::reader()};
  return list;
}

Identification identify_bytes(std::string_view bytes, const std::string& name, const std::string& path) {
  InputFile file{path, name, std::string(bytes), nullptr, std::nullopt};
  unpack(file);
  const Choice choice = choose_reader(file);
  return {path, choice.reader->info.id, choice.reason};
}

Identification identify(const std::filesystem::path& path) {
  return identify_bytes(read_file(path), name_of(path), path.string());
}

std::vector<Run> load_runs(const std::vector<std::filesystem::path>& paths, const LoadOptions& options) {
  std::vector<Group> groups;
  std::vector<Run> runs;
  std::set<std::filesystem::path> known;
  for (const std::filesystem::path& path : paths) {
    std::error_code fault;
    if (!known.insert(std::filesystem::weakly_canonical(path, fault)).second) continue;
    InputFile file{path.string(), name_of(path), read_file(path), nullptr, std::nullopt, options.archive_key};
    if (options.column_map) {
      append_mapped_run(std::move(file), *options.column_map, runs);
    } else {
      add_to_group(groups, std::move(file), path.parent_path());
    }
  }
  join_by_contents(groups);
  for (Group& group : groups) {
    if (options.find_companions && !group.key.empty()) add_companions(group, known);
    append_runs(group, runs);
  }
  return runs;
}

std::vector<Run> load_files(std::vector<InputFile> files) {
  std::vector<Group> groups;
  for (InputFile& file : files) add_to_group(groups, std::move(file), {});
  join_by_contents(groups);
  std::vector<Run> runs;
  for (const Group& group : groups) append_runs(group, runs);
  return runs;
}

std::vector<Run> load_bytes(std::string bytes, const std::string& name) {
  std::vector<InputFile> files;
  files.push_back({name, name, std::move(bytes), nullptr, std::nullopt});
  return load_files(std::move(files));
}

std::string render_support_table() {
  std::string text =
      "| reader | vendor | layout | instruments | versions seen | read | maturity | tested |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const Reader& reader : readers()) {
    for (const ReaderFormat& format : reader.info.formats) {
      text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", reader.info.id, reader.info.vendor,
                          format.layout, format.models, format.versions, format.contents, to_string(format.maturity),
                          format.tested);
    }
  }
  return text;
}

std::string render_refusal_table() {
  std::string text = "| reader | recognised | refused because |\n|---|---|---|\n";
  for (const Reader& reader : readers()) {
    for (const RefusedFormat& format : reader.info.refused)
      text += fmt::format("| `{}` | {} | {} |\n", reader.info.id, format.layout, format.reason);
  }
  return text;
}

}  // namespace qpcr
