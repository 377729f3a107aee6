// Recognises LightCycler 480 files and hands them to the reader of their layout.
#include "instruments/roche_lightcycler480/reader.hpp"

#include <utility>

#include "instruments/roche_lightcycler480/file_name.hpp"
#include "instruments/roche_lightcycler480/ixo.hpp"
#include "instruments/roche_lightcycler480/run_tables.hpp"
#include "instruments/roche_lightcycler480/text_layout.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

bool is_old_project(std::string_view name) { return to_lower_ascii(name).ends_with(".lc"); }

bool is_binary(std::string_view bytes) {
  constexpr std::size_t looked_at = 4096;
  return bytes.substr(0, looked_at).find('\0') != std::string_view::npos;
}

Sniff sniff(const FileHead& head) {
  if (!head.is_zip && is_old_project(head.name) && is_binary(head.bytes))
    return {Confidence::possible, "binary data in a file named .lc"};
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text"};
  if (is_object_stream(head.text)) return {Confidence::certain, "XML object stream with the signature IXOS"};
  TextLayout layout = find_layout_of_head(head.text);
  if (layout.kind == TableKind::none) return {Confidence::no, "no header of a LightCycler 480 table"};
  return {layout.certain ? Confidence::certain : Confidence::possible, std::move(layout.reason)};
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& first = files.front();
  if (is_old_project(first.name) && is_binary(first.bytes)) {
    ErrorContext context;
    context.path = first.path;
    context.problem =
        "a file of older LightCycler software (.lc) is recognised by its name, and its format is not known: export raw "
        "data and results as text";
    throw Error(ErrorCode::unsupported_format, std::move(context));
  }
  // An experiment stands alone: its name has no companion key.
  if (is_object_stream(first.bytes)) {
    std::vector<RunData> runs;
    runs.push_back(read_ixo(first));
    return runs;
  }
  return read_text_tables(files);
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"roche_lightcycler480",
       "Roche LightCycler 480 text exports and experiments (.ixo)",
       "Roche",
       {{"raw data (text), joined with the tables of its experiment", "LightCycler 480", "LCS480 1.5.0.39",
         "curves and melting curves with temperatures, single readings, samples", ReaderMaturity::verified,
         "readings bit by bit against an independent program"},
        {"results (Include, Pos, Name, Cp, Concentration, Standard, Status)", "LightCycler 480", "LCS480 1.5.0.39",
         "Cp, concentrations, standards, exclusions, status", ReaderMaturity::verified,
         "Cp against an independent program"},
        {"results with Experiment Name, Analysis Name, CrossingPoint, Call", "LightCycler 480", "not stated",
         "Cp, calls, analysis, exclusions", ReaderMaturity::sampled, "values against the file"},
        {"results with Position, EPF, Cp, Tm1, Tm2", "LightCycler 480", "not stated",
         "Cp, melting temperatures, end-point fluorescence", ReaderMaturity::sampled, "values against the file"},
        {"melting results (groups or temperatures)", "LightCycler 480", "LCS480 1.5.0.39",
         "groups, melting temperatures, the table as written", ReaderMaturity::sampled, "values against the file"},
        {"sample information", "LightCycler 480", "not stated", "samples, targets, filter combinations, roles",
         ReaderMaturity::sampled, "values against the file"},
        {".ixo experiment", "LightCycler 480, z 480", "",
         "curves and melting curves, samples, targets, roles, protocol, Cp and calls", ReaderMaturity::provisional,
         "against files of our own writer only"}},
       {{"LightCycler .lc files", "their format is not known; export raw data and results as text"}}},
      sniff,
      read,
      companion_key};
  return value;
}

}  // namespace qpcr::roche_lightcycler480
