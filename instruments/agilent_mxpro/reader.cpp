// Recognises MxPro and AriaMx exports and joins the files of one run.
#include "instruments/agilent_mxpro/reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/agilent_mxpro/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/workbook.hpp"

namespace qpcr::agilent_mxpro {
namespace {

constexpr PlateGeometry mx_plate{8, 12};

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// MxPro keeps a project as storages "Storage0", "Storage1" … of a compound file.
bool is_mxp(std::string_view bytes) {
  constexpr std::string_view storage(
      "S\0t\0o\0r\0a\0g\0e\0"
      "0\0",
      16);
  return is_compound_file(bytes) && bytes.find(storage) != std::string_view::npos;
}

bool is_aria_name(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  return lower.ends_with(".amxd") || lower.ends_with(".adxd");
}

Sniff to_sniff(TableKind kind) {
  switch (kind) {
    case TableKind::raw_data:
      return {Confidence::certain, "a header with Segment, Ramp/Plateau, Well and Dye"};
    case TableKind::results:
      return {Confidence::certain, "a header with Well, Assay or Dye, and 'Ct (…)' with its signal"};
    case TableKind::sample_info:
      return {Confidence::certain, "a header with General:Well and the combined sample and target type"};
    case TableKind::none:
      break;
  }
  return {Confidence::no, "no header of an MxPro or AriaMx table"};
}

Sniff sniff_text(std::string_view text) {
  constexpr int most_lines = 60;
  const char delimiter = detect_grid_delimiter(text);
  for (int line = 0; line < most_lines && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::vector<std::string> folded;
    for (std::string_view cell : split(text.substr(0, end), delimiter)) {
      cell = trim(cell);
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
      folded.push_back(fold_header(cell));
    }
    if (const TableKind kind = identify_header(folded); kind != TableKind::none) return to_sniff(kind);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return to_sniff(TableKind::none);
}

Sniff sniff(const FileHead& head) {
  if (head.workbook != nullptr) {
    const Sheet* sheet = head.workbook->find("Tabular Results");
    if (sheet != nullptr && find_header(sheet->grid).kind == TableKind::results)
      return {Confidence::certain, "a sheet 'Tabular Results' with Well and 'Cq (…)'"};
    return {Confidence::no, "no sheet 'Tabular Results' with Well and 'Cq (…)'"};
  }
  if (is_mxp(head.bytes)) return {Confidence::certain, "a compound file with the storages of an MxPro project"};
  if (!head.text.empty()) return sniff_text(head.text);
  // Nothing is known of the inside of these projects, so only the name is left to say why they are not read.
  if (is_aria_name(head.name)) return {Confidence::possible, "binary, and named as an AriaMx project"};
  return {Confidence::no, "neither text nor an MxPro project"};
}

/// MxPro writes the path of the project above the fluorescence.
std::optional<std::string> find_project_name(const Grid& grid, std::size_t header) {
  for (std::size_t row = 0; row < header; ++row) {
    const std::string_view line = trim(grid.cell(row, 0));
    if (!to_lower_ascii(line).ends_with(".mxp")) continue;
    const std::size_t slash = line.find_last_of("\\/");
    const std::string_view name = slash == std::string_view::npos ? line : line.substr(slash + 1);
    return std::string(name.substr(0, name.size() - 4));
  }
  return std::nullopt;
}

/// A file of the run, with where its table starts.
struct Part {
  const InputFile* file = nullptr;
  Grid grid;
  Header header;
};

void add_workbook(Draft& draft, const InputFile& file) {
  for (const Sheet& sheet : file.workbook->sheets) {
    const bool results = equals_ignoring_case(sheet.name, "Tabular Results");
    if (results) {
      add_results(draft, sheet.grid, find_header(sheet.grid).row, fmt::format("{}: {}", file.name, sheet.name));
    } else {
      draft.not_read.add(fmt::format("{}: sheet '{}'", file.name, sheet.name),
                         "its layout was never seen in a real file");
    }
  }
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  Draft draft;
  draft.run.instrument.vendor = "Agilent";
  const std::string& first = files.front().name;
  draft.run.name = first.substr(0, first.rfind('.'));
  std::vector<Part> parts;
  for (const InputFile& file : files) {
    if (is_mxp(file.bytes)) {
      refuse(ErrorCode::unsupported_format, file.path,
             "an MxPro project (.mxp) has no published layout: export text from MxPro (File, Export Chart Data or "
             "Export Text Report) and open that");
    }
    if (is_aria_name(file.name) && file.workbook == nullptr) {
      refuse(ErrorCode::unsupported_format, file.path,
             "an AriaMx project (.amxd, .adxd) has no published layout: export text or Excel from the AriaMx software "
             "and open that");
    }
    if (file.workbook != nullptr) {
      draft.run.instrument.software = "AriaMx";
      add_workbook(draft, file);
      continue;
    }
    Part part{&file, read_text_grid(file.bytes, file.path), {}};
    part.header = find_header(part.grid);
    if (part.header.kind == TableKind::none) draft.not_read.add(file.name, "no table that is known");
    parts.push_back(std::move(part));
  }
  // Curves first, then what is known of them, whatever the order of the names.
  for (const TableKind kind : {TableKind::raw_data, TableKind::results, TableKind::sample_info}) {
    bool found = false;
    for (const Part& part : parts) {
      if (part.header.kind != kind) continue;
      if (found && kind != TableKind::sample_info)
        refuse(ErrorCode::ambiguous_format, part.file->path, "another file of the run holds the same table");
      found = true;
      if (kind == TableKind::raw_data) {
        if (auto name = find_project_name(part.grid, part.header.row)) draft.run.name = std::move(*name);
        draft.run.instrument.software = "MxPro";
        add_raw_data(draft, part.grid, part.header.row, part.file->name);
      } else if (kind == TableKind::results) {
        add_results(draft, part.grid, part.header.row, part.file->name);
      } else {
        if (draft.set.empty()) break;
        add_sample_info(draft, part.grid, part.header.row, part.file->name);
      }
    }
  }
  if (draft.set.empty()) {
    refuse(ErrorCode::malformed_file, files.front().path,
           "information on samples without fluorescence or results: '<name>_SampleInfo.txt' belongs beside "
           "'<name>.txt'");
  }
  draft.run.plate = mx_plate;
  draft.run.measurements = draft.set.release();
  draft.run.provenance.not_read = draft.not_read.entries();
  std::vector<RunData> runs;
  runs.push_back(std::move(draft.run));
  return runs;
}

/// "<name>.txt" of "<name>_SampleInfo.txt".
std::string companion_key(std::string_view name) {
  if (to_lower_ascii(name).ends_with(".gz")) name.remove_suffix(3);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || !equals_ignoring_case(name.substr(dot), ".txt")) return {};
  std::string_view stem = name.substr(0, dot);
  constexpr std::array<std::string_view, 2> endings{"sampleinfo", "sample info"};
  for (const std::string_view ending : endings) {
    if (stem.size() <= ending.size() + 1) continue;
    const std::size_t at = stem.size() - ending.size();
    if (!equals_ignoring_case(stem.substr(at), ending)) continue;
    if (const char separator = stem[at - 1]; separator != '_' && separator != '-' && separator != ' ') continue;
    stem = stem.substr(0, at - 1);
    break;
  }
  return std::string(stem) + ".txt";
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"agilent_mxpro",
       "Agilent MxPro and AriaMx exports",
       "Agilent",
       {{"MxPro fluorescence (text)", "Mx3000P, Mx3005P", "not stated in the files",
         "curves with temperatures, melt, single readings", ReaderMaturity::verified,
         "every reading of a real file against an independent script"},
        {"MxPro text report (results)", "Mx3000P, Mx3005P", "not stated in the files",
         "Ct, threshold, well type, quantity and unit, replicates, standard curve", ReaderMaturity::sampled,
         "every row of a real file compared with a naive split of its lines"},
        {"sample information beside the fluorescence", "Mx3005P", "not stated in the files", "roles; the table itself",
         ReaderMaturity::sampled, "read with the fluorescence of the same run"},
        {"AriaMx tabular results (text, xlsx)", "AriaMx", "", "Cq, threshold, target, dye, quantity, Tm",
         ReaderMaturity::provisional, "made-up files of the described layout"}},
       {{".mxp project", "no published layout; export text from MxPro"},
        {".amxd, .adxd project", "no published layout; export text or Excel from the AriaMx software"}}},
      sniff,
      read,
      companion_key};
  return value;
}

}  // namespace qpcr::agilent_mxpro
