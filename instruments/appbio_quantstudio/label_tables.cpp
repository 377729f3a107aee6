// Gathers labelled lines into tables of one width.
#include "instruments/appbio_quantstudio/label_tables.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

/// The words before the first digit name the kind of line.
std::string to_name(std::string_view label) {
  constexpr std::size_t longest = 40;
  const std::size_t end = std::min({label.find_first_of("0123456789"), label.size(), longest});
  std::string name(trim(label.substr(0, end)));
  return is_valid_utf8(name) && !name.empty() ? name : "unnamed lines";
}

}  // namespace

void LabelTables::add(std::string_view label, const std::vector<std::string_view>& cells, const AnalysisResult& result,
                      NotReadList& not_read) {
  const std::string name = to_name(label);
  constexpr std::size_t most_tables = 32;
  constexpr std::size_t most_fields = 256;
  auto lines = std::find_if(lines_.begin(), lines_.end(), [&](const Lines& each) { return each.label == name; });
  const auto leave_out = [&] { not_read.add("analysis_result.txt: labelled lines", "too many"); };
  if (cells.size() > most_fields || (lines == lines_.end() && lines_.size() == most_tables)) return leave_out();
  if (lines == lines_.end()) {
    lines = lines_.insert(lines_.end(), Lines{});
    lines->label = name;
    lines->of_target = name.starts_with("Std Curve");
  }
  std::vector<std::string> row;
  if (!lines->of_target) row.push_back(fmt::format("{}", result.well));
  row.push_back(result.target);
  row.emplace_back(label);
  for (std::size_t i = 1; i < cells.size(); ++i) row.emplace_back(trim(cells[i]));
  while (row.back().empty()) row.pop_back();
  // Rows are widened to the widest of their table.
  constexpr std::size_t most_cells = 2'000'000;
  const std::size_t width = std::max(lines->width, row.size());
  if ((lines->rows.size() + 1) * width > most_cells) return leave_out();
  if (lines->of_target && !lines->seen.insert(row).second) return;
  lines->width = width;
  lines->rows.push_back(std::move(row));
}

std::vector<VendorTable> LabelTables::release() {
  std::vector<VendorTable> tables;
  for (Lines& lines : lines_) {
    VendorTable table;
    table.name = lines.label;
    if (!lines.of_target) table.columns.emplace_back("Well");
    table.columns.emplace_back("Detector");
    table.columns.emplace_back("Line");
    for (std::size_t i = 1; table.columns.size() < lines.width; ++i)
      table.columns.push_back(fmt::format("Field {}", i));
    for (std::vector<std::string>& row : lines.rows) row.resize(table.columns.size());
    table.rows = std::move(lines.rows);
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace qpcr::appbio_quantstudio
