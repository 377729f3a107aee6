// Cells of one sheet of an Office Open XML workbook, and the table of texts that sheets share.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/tabular/byte_buffer.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/sheet_date.hpp"
#include "libqpcr/tabular/xml_source.hpp"

namespace qpcr::xlsx {

/// An XML part and the inflated bytes that its text, and the cells made of it, point into.
struct PartText {
  PartText(ByteBuffer inflated, const std::string& path) : bytes(std::move(inflated)), source(bytes.view(), path) {}
  ByteBuffer bytes;
  XmlSource source;
};

/// Texts that cells name by number.
struct SharedStrings {
  std::vector<std::string_view> texts;
  std::deque<std::string> kept;
  std::shared_ptr<const PartText> part;
};

/// @throws Error malformed_file.
SharedStrings read_shared_strings(std::shared_ptr<const PartText> part);

/// What the cells of all sheets of a workbook share.
struct SheetContext {
  std::shared_ptr<const SharedStrings> strings;
  std::vector<DateStyle> date_styles;
  bool since_1904 = false;
  std::size_t places = 0;  ///< rows and cells made so far
};

/// @param path names the sheet in errors: "run.xlsx:Results".
/// @param not_read receives formulas without a value.
/// @throws Error malformed_file, invalid_value, duplicate_entry with row and cell; unsafe_archive for more rows or
///   columns than a sheet has, or more places than are read.
Grid read_sheet(std::shared_ptr<const PartText> part, const std::string& path, SheetContext& context,
                std::vector<NotRead>& not_read);

}  // namespace qpcr::xlsx
