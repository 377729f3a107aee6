// Looks at the first lines of a text.
#include "instruments/appbio_sds/layout.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_sds {
namespace {

using Names = std::set<std::string>;

bool has_any(const Names& names, std::initializer_list<std::string_view> list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view name) { return names.contains(std::string(name)); });
}

bool has_ct(const Names& names) { return has_any(names, {"ct", "cq"}); }

bool has_detector(const Names& names) { return has_any(names, {"detector", "detectorname", "marker", "markername"}); }

bool names_wells(const Names& names) { return has_any(names, {"well", "pos", "wellid"}); }

bool is_results_table(const Names& names) {
  return names_wells(names) && has_any(names, {"samplename", "sample"}) && has_detector(names) &&
         has_any(names, {"task", "tasks"}) && (has_ct(names) || has_any(names, {"call"}));
}

bool is_7700_table(const Names& names) {
  return names_wells(names) && has_any(names, {"reporter"}) && has_any(names, {"baselinestddev"}) && has_ct(names);
}

bool is_component_table(const Names& names) {
  return names_wells(names) && has_any(names, {"samplename", "sample"}) && has_any(names, {"start"}) &&
         has_any(names, {"end"}) && has_ct(names);
}

bool is_cycle_table(const Names& names) {
  const bool numbered = has_any(names, {"1"}) && has_any(names, {"2"}) && has_any(names, {"3"});
  const bool named = has_any(names, {"cycle1"}) && has_any(names, {"cycle2"});
  const bool labelled = has_any(names, {"rn", "rn1"}) && has_any(names, {"deltarn", "δrn", "drn", "deltarn1", "drn1"});
  // A table with a row for each cycle is one of later software.
  if (has_any(names, {"cycle", "cyclenumber"})) return false;
  return names_wells(names) && (labelled || ((numbered || named) && has_detector(names)));
}

bool is_detectors(const Names& names) {
  return !names_wells(names) && has_any(names, {"detector", "detectorname"}) && has_any(names, {"reporter"}) &&
         has_any(names, {"threshold"});
}

Names names_of(const Grid& grid, std::size_t row) {
  Names names;
  for (const std::string_view cell : grid.row(row)) names.insert(fold_header(cell));
  return names;
}

/// Cells of a line by tabs, else semicolons, else commas; quotes are not part of names.
Names names_of(std::string_view line) {
  const char delimiter = line.find('\t') != std::string_view::npos  ? '\t'
                         : line.find(';') != std::string_view::npos ? ';'
                                                                    : ',';
  Names names;
  for (const std::string_view cell : split(line, delimiter)) {
    std::string name = fold_header(cell);
    std::erase(name, '"');
    names.insert(std::move(name));
  }
  return names;
}

bool starts_with_sds_version(std::string_view line) {
  return line.size() > 4 && line.starts_with("SDS ") && line[4] >= '0' && line[4] <= '9';
}

std::vector<std::string_view> first_lines(std::string_view text) {
  constexpr std::size_t most_lines = 80;
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    if (!trim(line).empty()) lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

}  // namespace

bool is_rn(std::string_view folded) { return folded == "rn"; }

bool is_delta_rn(std::string_view folded) { return folded == "deltarn" || folded == "δrn" || folded == "drn"; }

LayoutFound find_layout(std::string_view text) {
  const std::vector<std::string_view> lines = first_lines(text);
  if (lines.empty()) return {Layout::none, "not a text file"};
  // A cell may be quoted by a spreadsheet program that saved the text again.
  std::string_view first = trim(lines.front());
  if (first.starts_with('"')) first.remove_prefix(1);
  if (starts_with_sds_version(first)) return {Layout::sds2, "first line 'SDS' with a version"};
  if (fold_header(first).starts_with("sessionname")) return {Layout::none, "a result of an .eds archive"};
  bool document = false;
  bool instrument = false;
  for (const std::string_view line : lines) {
    const std::string_view start = trim(line);
    if (start.starts_with('[') || start.starts_with("* ") || start.starts_with("# ") || start.starts_with("\"* "))
      return {Layout::none, "sections or keys of later Applied Biosystems software"};
    document = document || start.starts_with("Document Name:");
    instrument = instrument || start.find("SDS v") != std::string_view::npos ||
                 start.find("Instrument Type: Applied Biosystems") != std::string_view::npos;
    if (document && instrument) return {Layout::sds1, "head with 'Document Name:' and the SDS version or instrument"};
    const Names names = names_of(line);
    if (names.contains("throughhole.address")) return {Layout::open_array, "header with 'ThroughHole.Address'"};
    if (is_detectors(names)) return {Layout::components, "header with Detector, Reporter and Threshold"};
    if (is_7700_table(names)) return {Layout::prism7700, "header with Well, Reporter, Baseline StdDev and Ct"};
    if (is_results_table(names)) return {Layout::table, "header with Well, Sample Name, Detector, Task and Ct"};
    if (is_cycle_table(names)) return {Layout::cycles, "header with Well, Detector and a column for each cycle"};
    // A table alone starts at once; only the two heads above may stand before it.
    if (!document && names.size() > 3) break;
  }
  return {Layout::none, "neither a head nor a table of SDS"};
}

bool is_well_header(const Grid& grid, std::size_t row) {
  const Names names = names_of(grid, row);
  return is_results_table(names) || is_7700_table(names) || is_component_table(names) || is_cycle_table(names) ||
         (names_wells(names) && has_ct(names) && has_any(names, {"samplename", "sample", "detector", "detectorname"}));
}

bool is_detector_header(const Grid& grid, std::size_t row) { return is_detectors(names_of(grid, row)); }

}  // namespace qpcr::appbio_sds
