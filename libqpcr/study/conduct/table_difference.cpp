// Comparing two versions of a table cell by cell.
#include "libqpcr/study/conduct/table_difference.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Rows by what their first column says; a second row of a key is "key #2".
std::map<std::string, const CsvRow*> index_rows(const CsvTable& table) {
  std::map<std::string, const CsvRow*> rows;
  std::map<std::string, int> seen;
  for (const CsvRow& row : table.rows()) {
    const std::string key(trim(row.cells.front()));
    const int count = ++seen[key];
    rows.emplace(count == 1 ? key : fmt::format("{} #{}", key, count), &row);
  }
  return rows;
}

std::string join_row(const CsvTable& table, const CsvRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (trim(row.cells[i]).empty()) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : "; ", table.header()[i], trim(row.cells[i]));
  }
  return text;
}

std::string cell_of(const CsvTable& table, const CsvRow& row, const std::string& heading) {
  const auto column = table.find_column(heading);
  return column ? std::string(trim(row.cells[*column])) : std::string();
}

}  // namespace

std::string_view to_string(TableDifference::Kind kind) {
  switch (kind) {
    case TableDifference::Kind::added:
      return "added";
    case TableDifference::Kind::removed:
      return "removed";
    case TableDifference::Kind::changed:
      return "changed";
  }
  return "";
}

std::vector<TableDifference> find_table_differences(const CsvTable& before, const CsvTable& after) {
  std::vector<std::string> headings = after.header();
  for (const std::string& heading : before.header()) {
    if (!after.find_column(heading)) headings.push_back(heading);
  }
  const auto old_rows = index_rows(before);
  const auto new_rows = index_rows(after);
  std::set<std::string> keys;
  for (const auto& [key, row] : old_rows) keys.insert(key);
  for (const auto& [key, row] : new_rows) keys.insert(key);
  std::vector<TableDifference> differences;
  for (const std::string& key : keys) {
    const auto old_row = old_rows.find(key);
    const auto new_row = new_rows.find(key);
    if (old_row == old_rows.end()) {
      differences.push_back({TableDifference::Kind::added, key, {}, {}, join_row(after, *new_row->second)});
    } else if (new_row == new_rows.end()) {
      differences.push_back({TableDifference::Kind::removed, key, {}, join_row(before, *old_row->second), {}});
    } else {
      for (const std::string& heading : headings) {
        std::string one = cell_of(before, *old_row->second, heading);
        std::string other = cell_of(after, *new_row->second, heading);
        if (one != other)
          differences.push_back({TableDifference::Kind::changed, key, heading, std::move(one), std::move(other)});
      }
    }
  }
  return differences;
}

long count_rows(const std::vector<TableDifference>& differences, TableDifference::Kind kind) {
  std::set<std::string> rows;
  for (const TableDifference& each : differences) {
    if (each.kind == kind) rows.insert(each.row);
  }
  return static_cast<long>(rows.size());
}

std::string render_difference_csv(const std::vector<TableDifference>& differences) {
  CsvWriter writer(',', true);
  for (const std::string_view heading : {"kind", "row", "column", "before", "after"}) writer.add(heading);
  writer.end_row();
  for (const TableDifference& each : differences) {
    writer.add(to_string(each.kind)).add(each.row).add(each.column).add(each.before).add(each.after);
    writer.end_row();
  }
  return writer.text();
}

}  // namespace qpcr
