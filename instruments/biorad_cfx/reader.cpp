// Recognises CFX exports and projects, and says which files are of one run.
#include "instruments/biorad_cfx/reader.hpp"

#include <algorithm>
#include <utility>

#include "instruments/biorad_cfx/file_name.hpp"
#include "instruments/biorad_cfx/project.hpp"
#include "instruments/biorad_cfx/run_reader.hpp"
#include "instruments/biorad_cfx/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::biorad_cfx {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

Sniff to_sniff(TableKind kind) {
  switch (kind) {
    case TableKind::amplification:
      return {Confidence::certain, "header ',Cycle,<wells>'"};
    case TableKind::melt:
      return {Confidence::certain, "header ',Temperature,<wells>'"};
    case TableKind::results:
      return {Confidence::certain, "header with Well, Fluor and Cq, Melt Temperature or End RFU"};
    case TableKind::allelic_discrimination:
      return {Confidence::certain, "header with Well, Call, RFU1 and RFU2"};
    case TableKind::run_information:
      return {Confidence::certain, "run information with 'Run Started' or a serial number of the base"};
    case TableKind::other:
      return {Confidence::certain, "header of a standard curve or of gene expression"};
    case TableKind::none:
      break;
  }
  return {Confidence::no, "no header of a CFX table"};
}

Sniff sniff(const FileHead& head) {
  const bool names_table = !parse_file_name(head.name).table.empty();
  if (head.workbook != nullptr) {
    for (const Sheet& sheet : head.workbook->sheets) {
      Sniff answer = to_sniff(identify_table(read_head_rows(sheet.grid), names_table).kind);
      if (answer.confidence != Confidence::no) return answer;
    }
    return {Confidence::no, "no sheet with the header of a CFX table"};
  }
  if (head.is_zip && is_project(head.members))
    return {Confidence::certain, "a zip whose only member is a .pcrd project"};
  if (head.is_zip && is_set_up(head.members))
    return {Confidence::certain, "a zip whose only member is a plate set-up or protocol of CFX"};
  if (head.is_zip || head.text.empty()) return {Confidence::no, "neither text nor a .pcrd project"};
  const bool is_xml = trim(head.text).starts_with('<');
  Sniff answer = to_sniff(identify_table(read_head_rows(head.text), names_table || is_xml).kind);
  // Plate views and ANOVA have no header of their own, but names that no other program gives.
  if (answer.confidence == Confidence::no && names_table && head.text.find_first_of(",;\t<") != std::string::npos)
    return {Confidence::possible, "named like a table of CFX"};
  return answer;
}

std::vector<RunData> read_zip(const InputFile& file) {
  const Archive archive(file.bytes, file.path);
  std::vector<std::string> members;
  for (const ArchiveMember& member : archive.members()) members.push_back(normalise_member_name(member.name));
  if (is_set_up(members)) {
    refuse(ErrorCode::unsupported_format, file.path,
           "a plate set-up (.pltd) or protocol (.prcl) of CFX holds no readings: give the exports of a run");
  }
  if (!is_project(members)) refuse(ErrorCode::unsupported_format, file.path, "a zip that is no project of CFX");
  std::vector<RunData> runs;
  runs.push_back(read_project(file));
  return runs;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  RunReader reader;
  for (const InputFile& file : files) {
    if (!file.workbook && is_zip(file.bytes)) {
      if (files.size() == 1) return read_zip(file);
      refuse(ErrorCode::unsupported_format, file.path, "a zip among the tables of a run");
    }
    reader.add(file);
  }
  runs.push_back(reader.finish());
  return runs;
}

std::string companion_key(std::string_view name) {
  const FileName parsed = parse_file_name(name);
  // Names without a run's own part would join whatever lies in a folder.
  if (parsed.table.empty() || parsed.run.empty()) return {};
  // The same run is often exported in several formats into one folder; each of them is the run.
  constexpr std::size_t gz = 3;
  if (name.size() > gz && equals_ignoring_case(name.substr(name.size() - gz), ".gz")) name.remove_suffix(gz);
  const std::size_t dot = name.rfind('.');
  const std::string extension = dot == std::string_view::npos ? std::string{} : to_lower_ascii(name.substr(dot));
  return parsed.run + "/" + extension;
}

bool is_one_run(const std::vector<InputFile>& files) {
  try {
    RunReader reader;
    for (const InputFile& file : files) {
      if (!file.workbook && is_zip(file.bytes)) return false;
      reader.add(file);
    }
    return reader.is_one_run();
  } catch (const Error&) {
    // Reading each by itself says what is wrong.
    return false;
  }
}

std::vector<ReaderFormat> list_formats() {
  return {
      {"amplification and Cq tables (CSV, TXT)", "CFX96, CFX384, CFX Connect, CFX Opus, C1000, MiniOpticon",
       "CFX Manager 1.x, CFX Maestro 5.0", "ΔRFU, Cq, roles, quantities, notes", ReaderMaturity::verified,
       "curves and Cq bit by bit against an independent program; every Cq by one threshold to 1e-9"},
      {"run information (CSV, TXT)", "the same", "CFX Maestro 5.0", "start, end, operator, serial number, software",
       ReaderMaturity::sampled, "real file"},
      {"melting curves and peaks (CSV, TXT)", "the same", "", "RFU, melting temperatures", ReaderMaturity::provisional,
       "synthetic files, ours and another project's"},
      {"end point, summary, plate view, genotypes, standard curve, gene expression, ANOVA; custom exports", "the same",
       "", "readings, calls; tables as written", ReaderMaturity::provisional, "synthetic files"},
      {"XML", "the same", "", "the same tables", ReaderMaturity::provisional, "synthetic files"},
      {"workbooks (.xlsx)", "the same", "", "the same tables, a sheet each", ReaderMaturity::provisional,
       "synthetic files"},
      {"project (.pcrd) with a key of the user's", "the same", "", "readings of optical channels, plate set-up",
       ReaderMaturity::provisional, "synthetic encrypted files"},
  };
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"biorad_cfx",
       "Bio-Rad CFX Manager and Maestro",
       "Bio-Rad",
       list_formats(),
       {{"project (.pcrd) without a key",
         "encrypted by the vendor's software: export CSV or RDML, or supply the key that you are entitled to use"},
        {"plate set-up (.pltd), protocol (.prcl)", "no readings: give the exports of a run"}}},
      sniff,
      read,
      companion_key,
      is_one_run};
  return value;
}

}  // namespace qpcr::biorad_cfx
