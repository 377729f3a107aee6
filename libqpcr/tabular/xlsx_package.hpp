// The parts of an Office Open XML workbook: which sheets there are, where they stand, and what else is in the file.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/tabular/sheet_date.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::xlsx {

struct SheetPart {
  std::string name;
  bool hidden = false;
  const ArchiveMember* member = nullptr;
};

struct Package {
  std::vector<SheetPart> sheets;                  ///< of cells, in the order of the tabs
  const ArchiveMember* shared_strings = nullptr;  ///< null when there are none
  std::vector<DateStyle> date_styles;             ///< by the number of a cell's style
  bool since_1904 = false;
  std::vector<NotRead> not_read;
};

/// @throws Error malformed_file, unsafe_archive, wrong_encoding; unsupported_format for a binary workbook (.xlsb);
///   duplicate_entry for two sheets of one name.
Package read_package(Archive& archive, const std::string& path);

}  // namespace qpcr::xlsx
