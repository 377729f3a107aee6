// Reading the four layouts of clinical data, and taking persons out of them.
#include "libqpcr/study/clinical/clinical_source.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/personal_columns.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr {
namespace {

constexpr std::size_t fewest_key_bytes = 16;
constexpr std::size_t pseudonym_digits = 24;

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string column, std::string found,
                         std::string expected) {
  throw Error(code, {.path = path,
                     .line = line,
                     .column = std::move(column),
                     .field = {},
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = {}});
}

CsvTable read_workbook(std::string_view bytes, const std::string& path, const std::string& sheet_name) {
  const Workbook workbook = read_xlsx(bytes, path);
  if (sheet_name.empty() && workbook.sheets.size() != 1)
    refuse(ErrorCode::missing_column, path, 0, "sheet", fmt::format("{} sheets", workbook.sheets.size()),
           "the name of one in the mapping");
  const Sheet* const sheet = sheet_name.empty() ? &workbook.sheets.front() : workbook.find(sheet_name);
  if (sheet == nullptr) refuse(ErrorCode::missing_column, path, 0, "sheet", "nothing", fmt::format("'{}'", sheet_name));
  std::vector<CsvRow> rows;
  for (std::size_t row = 0; row < sheet->grid.row_count(); ++row) {
    if (sheet->grid.is_blank(row)) continue;
    CsvRow cells{sheet->grid.line(row), {}};
    const std::size_t width = rows.empty() ? sheet->grid.row(row).size() : rows.front().cells.size();
    for (std::size_t column = 0; column < std::max(width, sheet->grid.row(row).size()); ++column)
      cells.cells.emplace_back(sheet->grid.cell(row, column));
    rows.push_back(std::move(cells));
  }
  return {std::move(rows), sheet->grid.path()};
}

/// Rows of one record put together.
CsvTable merge_records(const CsvTable& table) {
  std::vector<CsvRow> merged{{table.header_line(), table.header()}};
  std::map<std::string, std::size_t, std::less<>> by_record;
  for (const CsvRow& row : table.rows()) {
    const auto [known, added] = by_record.emplace(std::string(trim(row.cells.front())), merged.size());
    if (added) {
      merged.push_back(row);
      continue;
    }
    CsvRow& record = merged[known->second];
    for (std::size_t i = 1; i < row.cells.size(); ++i) {
      const std::string_view text = trim(row.cells[i]);
      if (text.empty() || text == trim(record.cells[i])) continue;
      // The columns that tell a record's rows apart differ by nature.
      if (table.header()[i].starts_with("redcap_")) continue;
      if (!trim(record.cells[i]).empty())
        refuse(ErrorCode::duplicate_entry, table.path(), row.line, table.header()[i], row.cells[i],
               fmt::format("'{}', as line {} says of the same record", record.cells[i], record.line));
      record.cells[i] = row.cells[i];
    }
  }
  return {std::move(merged), table.path()};
}

class OdmReader {
 public:
  explicit OdmReader(const std::string& path) : path_(path), rows_{{1, {"SubjectKey", "LocationOID"}}} {}

  CsvTable read(std::string_view bytes) {
    const XmlDocument document(bytes, path_);
    if (document.root().name() != "ODM")
      refuse(ErrorCode::unsupported_format, path_, document.root().line(), {}, std::string(document.root().name()),
             "an ODM document");
    for (XmlElement data = document.root().first(); data; data = data.next()) {
      if (data.name() != "ClinicalData") continue;
      for (XmlElement subject = data.first(); subject; subject = subject.next()) {
        if (subject.name() == "SubjectData") read_subject(subject);
      }
    }
    for (CsvRow& row : rows_) row.cells.resize(rows_.front().cells.size());
    return {std::move(rows_), path_};
  }

 private:
  void read_subject(const XmlElement& subject) {
    CsvRow row{subject.line(), {std::string(subject.attribute("SubjectKey").value_or("")), {}}};
    for (XmlElement each = subject.first(); each; each = each.next()) {
      if (each.name() == "SiteRef") row.cells[1] = std::string(each.attribute("LocationOID").value_or(""));
    }
    read_items(subject, row);
    rows_.push_back(std::move(row));
  }

  void read_items(const XmlElement& parent, CsvRow& row) {
    for (XmlElement each = parent.first(); each; each = each.next()) {
      if (!each.name().starts_with("ItemData") || each.name() == "ItemDataGroup") {
        read_items(each, row);
        continue;
      }
      const std::string oid(each.attribute("ItemOID").value_or(""));
      const std::optional<std::string_view> value = each.attribute("Value");
      put(row, oid, value ? std::string(*value) : each.text(), each.line());
    }
  }

  void put(CsvRow& row, const std::string& oid, const std::string& text, long line) {
    const auto [known, added] = columns_.emplace(oid, rows_.front().cells.size());
    if (added) rows_.front().cells.push_back(oid);
    if (row.cells.size() <= known->second) row.cells.resize(known->second + 1);
    std::string& cell = row.cells[known->second];
    if (!cell.empty() && !text.empty() && cell != text)
      refuse(ErrorCode::duplicate_entry, path_, line, oid, text, fmt::format("'{}', as the item said before", cell));
    if (!text.empty()) cell = text;
  }

  std::string path_;
  std::vector<CsvRow> rows_;
  std::map<std::string, std::size_t> columns_;
};

bool holds(const std::vector<std::string>& headings, std::string_view heading) {
  return std::find(headings.begin(), headings.end(), trim(heading)) != headings.end();
}

}  // namespace

CsvTable read_clinical_source(std::string_view bytes, const std::string& path, const ClinicalMapping& mapping) {
  const bool is_zip = bytes.starts_with("PK");
  if (is_zip != (mapping.format == ClinicalFormat::xlsx)) {
    refuse(ErrorCode::unsupported_format, path, 0, {}, is_zip ? "a zip archive, as a workbook is" : "no workbook",
           fmt::format("a file of the format '{}', as the mapping says", to_string(mapping.format)));
  }
  switch (mapping.format) {
    case ClinicalFormat::csv:
      return read_csv_table(bytes, path);
    case ClinicalFormat::xlsx:
      return read_workbook(bytes, path, mapping.sheet);
    case ClinicalFormat::redcap:
      return merge_records(read_csv_table(bytes, path));
    case ClinicalFormat::odm:
      return OdmReader(path).read(bytes);
  }
  return read_csv_table(bytes, path);
}

std::string render_without_persons(const CsvTable& table, const ClinicalMapping& mapping, std::string_view key) {
  for (const std::vector<std::string>* const listed : {&mapping.drop, &mapping.pseudonymise}) {
    for (const std::string& heading : *listed) table.column(heading);
  }
  if (!mapping.pseudonymise.empty() && key.size() < fewest_key_bytes)
    refuse(ErrorCode::invalid_option, {}, 0, "--pseudonym-key", fmt::format("{} bytes", key.size()),
           fmt::format("a secret of at least {} bytes, the same for every centre", fewest_key_bytes));
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string& heading = table.header()[i];
    if (holds(mapping.drop, heading)) continue;
    if (asks_for_person(heading) && !holds(mapping.pseudonymise, heading))
      throw Error(
          ErrorCode::personal_data,
          {.path = table.path(),
           .line = table.header_line(),
           .column = heading,
           .field = {},
           .found = {},
           .expected = {},
           .problem = "a column that asks for a person: name it under 'drop' or 'pseudonymise' of the mapping"});
    kept.push_back(i);
  }
  std::vector<CsvRow> rows{{table.header_line(), {}}};
  for (const std::size_t i : kept) rows.front().cells.push_back(table.header()[i]);
  for (const CsvRow& row : table.rows()) {
    CsvRow& copy = rows.emplace_back(CsvRow{row.line, {}});
    for (const std::size_t i : kept) {
      const std::string_view text = trim(row.cells[i]);
      const bool replaced = !text.empty() && holds(mapping.pseudonymise, table.header()[i]);
      copy.cells.push_back(replaced ? "P" + hmac_sha256_hex(key, text).substr(0, pseudonym_digits) : row.cells[i]);
    }
  }
  CsvWriter writer;
  for (const CsvRow& row : rows) {
    for (const std::string& cell : row.cells) writer.add(cell);
    writer.end_row();
  }
  refuse_personal_numbers(CsvTable(std::move(rows), table.path()));
  return writer.text();
}

}  // namespace qpcr
