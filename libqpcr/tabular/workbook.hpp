// Workbooks of spreadsheet programs: the values of their sheets, never their formulas.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/tabular/compound_file.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr {

/// Most rows and cells, blank ones between others included, that are read of a workbook.
inline constexpr std::size_t most_workbook_places = 16'000'000;

struct Sheet {
  std::string name;
  bool hidden = false;
  Grid grid;  ///< row and column indices are those of the sheet
};

struct Workbook {
  std::vector<Sheet> sheets;      ///< in the order of the tabs
  std::vector<NotRead> not_read;  ///< parts that hold no cell values: pictures, macros, charts

  const Sheet* find(std::string_view name) const;  ///< names compared ignoring ASCII case; null when there is none
};

/// True for an Office Open XML workbook: a zip that holds a workbook part under xl/, also with backslashes and in other
/// case. `members` in normalised form.
bool is_xlsx(const std::vector<std::string>& members);

/// Cell values as text: numbers in the digits of the file, dates as ISO 8601, booleans as TRUE and FALSE, error values
/// as written ("#N/A"). A merged cell has its text in its first cell.
/// @throws Error malformed_file, unsafe_archive, wrong_encoding, with sheet and cell.
Workbook read_xlsx(std::string_view bytes, const std::string& path);

/// The same for Excel 97 (.xls, a compound file), read by Debian's python3-xlrd in a child process with limits on time
/// and memory. Numbers, which such a file holds in binary, are the fewest digits that give the same number back, whole
/// ones without point or exponent ("5", "100000"). A date at midnight has no time; durations over a day read as dates.
/// @throws Error unsupported_format for a compound file that holds no workbook or one behind a password, and where
///   python3-xlrd is missing; malformed_file for a damaged one; unsafe_archive when a limit ends the child.
Workbook read_xls(std::string_view bytes, const std::string& path);

}  // namespace qpcr
