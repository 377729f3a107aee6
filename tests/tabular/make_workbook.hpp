// Builds small workbooks byte by byte: Office Open XML parts in a zip, and BIFF8 records in a compound file.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tabular/make_zip.hpp"

namespace qpcr::test {

using Parts = std::vector<std::pair<std::string, std::string>>;

inline std::string make_archive(const Parts& parts) {
  std::vector<ZipEntry> entries;
  for (const auto& part : parts) {
    ZipEntry entry;
    entry.name = part.first;
    entry.bytes = part.second;
    entries.push_back(entry);
  }
  return make_zip(entries);
}

/// A worksheet part around the rows of its sheetData.
inline std::string make_sheet_part(std::string_view rows) {
  return "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
         "<sheetData>" +
         std::string(rows) + "</sheetData></worksheet>";
}

/// The parts that list the sheets, which are at xl/worksheets/sheet1.xml, sheet2.xml …
inline Parts make_lists(const std::vector<std::string>& names, const std::string& properties = {}) {
  std::string sheets;
  std::string relations;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    sheets += "<sheet name=\"" + names[i] + "\" sheetId=\"" + number + "\" r:id=\"rId" + number + "\"/>";
    relations += "<Relationship Id=\"rId" + number + "\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet" +
                 number + ".xml\"/>";
  }
  return {{"xl/workbook.xml", "<workbook xmlns:r=\"r\">" + properties + "<sheets>" + sheets + "</sheets></workbook>"},
          {"xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>"}};
}

/// A workbook of one sheet "Results" with these rows, and other parts.
inline std::string make_xlsx(std::string_view rows, const Parts& more = {}, const std::string& properties = {}) {
  Parts parts = make_lists({"Results"}, properties);
  parts.emplace_back("xl/worksheets/sheet1.xml", make_sheet_part(rows));
  parts.insert(parts.end(), more.begin(), more.end());
  return make_archive(parts);
}

/// A compound file of version 3 with one allocation table sector, one of directory, and one stream of at most 60 kB.
inline std::string make_compound_file(const std::string& stream_name, std::string stream) {
  constexpr std::size_t sector = 512;
  constexpr std::size_t shortest_regular = 4096;
  constexpr std::uint32_t free_sector = 0xFFFFFFFF;
  constexpr std::uint32_t end_of_chain = 0xFFFFFFFE;
  if (stream.size() < shortest_regular) stream.resize(shortest_regular);
  stream.resize((stream.size() + sector - 1) / sector * sector);
  const auto sectors = static_cast<std::uint32_t>(stream.size() / sector);

  std::string file("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  file.append(16, '\0');
  put(file, 0x3E, 2);
  put(file, 3, 2);
  put(file, 0xFFFE, 2);
  put(file, 9, 2);
  put(file, 6, 2);
  file.append(10, '\0');
  put(file, 1, 4);
  put(file, 1, 4);
  put(file, 0, 4);
  put(file, shortest_regular, 4);
  put(file, end_of_chain, 4);
  put(file, 0, 4);
  put(file, end_of_chain, 4);
  put(file, 0, 4);
  put(file, 0, 4);
  while (file.size() < sector) put(file, free_sector, 4);

  put(file, 0xFFFFFFFD, 4);
  put(file, end_of_chain, 4);
  for (std::uint32_t i = 0; i < sectors; ++i) put(file, i + 1 == sectors ? end_of_chain : i + 3, 4);
  while (file.size() < 2 * sector) put(file, free_sector, 4);

  const auto put_entry = [&file](std::string_view name, int kind, std::uint32_t child, std::uint32_t start,
                                 std::uint32_t size) {
    for (std::size_t i = 0; i < 32; ++i) put(file, i < name.size() ? static_cast<unsigned char>(name[i]) : 0, 2);
    put(file, name.empty() ? 0 : static_cast<std::uint32_t>(2 * name.size() + 2), 2);
    put(file, static_cast<std::uint32_t>(kind), 1);
    put(file, 1, 1);
    put(file, 0xFFFFFFFF, 4);
    put(file, 0xFFFFFFFF, 4);
    put(file, child, 4);
    file.append(36, '\0');
    put(file, start, 4);
    put(file, size, 4);
    put(file, 0, 4);
  };
  put_entry("Root Entry", 5, 1, end_of_chain, 0);
  put_entry(stream_name, 2, 0xFFFFFFFF, 2, static_cast<std::uint32_t>(stream.size()));
  put_entry("", 0, 0xFFFFFFFF, 0, 0);
  put_entry("", 0, 0xFFFFFFFF, 0, 0);
  return file + stream;
}

inline std::string make_record(int kind, const std::string& body) {
  std::string record;
  put(record, static_cast<std::uint32_t>(kind), 2);
  put(record, static_cast<std::uint32_t>(body.size()), 2);
  return record + body;
}

/// Start of a cell record: row, column, index of its format.
inline std::string make_place(int row, int column, int format) {
  std::string place;
  put(place, static_cast<std::uint32_t>(row), 2);
  put(place, static_cast<std::uint32_t>(column), 2);
  put(place, static_cast<std::uint32_t>(format), 2);
  return place;
}

inline std::string make_number_cell(int row, int column, double number, int format = 0) {
  std::string body = make_place(row, column, format);
  const auto bits = std::bit_cast<std::uint64_t>(number);
  put(body, static_cast<std::uint32_t>(bits & 0xFFFFFFFFU), 4);
  put(body, static_cast<std::uint32_t>(bits >> 32U), 4);
  return make_record(0x0203, body);
}

/// @param utf16 code units of the text.
inline std::string make_text_cell(int row, int column, std::u16string_view utf16) {
  std::string body = make_place(row, column, 0);
  put(body, static_cast<std::uint32_t>(utf16.size()), 2);
  put(body, 1, 1);
  for (const char16_t unit : utf16) put(body, unit, 2);
  return make_record(0x0204, body);
}

/// A truth value, or an error by its code.
inline std::string make_code_cell(int row, int column, int code, bool is_error) {
  std::string body = make_place(row, column, 0);
  put(body, static_cast<std::uint32_t>(code), 1);
  put(body, is_error ? 1 : 0, 1);
  return make_record(0x0205, body);
}

struct BiffSheet {
  std::string name;
  std::string cells;  ///< records
  int visibility = 0;
};

/// The Workbook stream of Excel 97. Format 0 is general, format 1 a date.
inline std::string make_biff(const std::vector<BiffSheet>& sheets, bool since_1904 = false) {
  const auto make_start = [](std::uint32_t kind) {
    std::string body;
    put(body, 0x0600, 2);
    put(body, kind, 2);
    put(body, 0x0DBB, 2);
    put(body, 0x07CC, 2);
    put(body, 0, 4);
    put(body, 6, 4);
    return make_record(0x0809, body);
  };
  const auto make_format = [](std::uint32_t number_format) {
    std::string body;
    put(body, 0, 2);
    put(body, number_format, 2);
    body.append(16, '\0');
    return make_record(0x00E0, body);
  };
  const std::string end = make_record(0x000A, {});
  std::string head = make_start(0x0005);
  std::string date_mode;
  put(date_mode, since_1904 ? 1 : 0, 2);
  head += make_record(0x0022, date_mode) + make_format(0) + make_format(14);
  std::size_t offset = head.size() + end.size();
  for (const BiffSheet& sheet : sheets) offset += 4 + 8 + sheet.name.size();
  std::string bodies;
  for (const BiffSheet& sheet : sheets) {
    std::string body;
    put(body, static_cast<std::uint32_t>(offset + bodies.size()), 4);
    put(body, static_cast<std::uint32_t>(sheet.visibility), 1);
    put(body, 0, 1);
    put(body, static_cast<std::uint32_t>(sheet.name.size()), 1);
    put(body, 0, 1);
    head += make_record(0x0085, body + sheet.name);
    bodies += make_start(0x0010) + sheet.cells + end;
  }
  return head + end + bodies;
}

}  // namespace qpcr::test
