// Finds the sheets of a workbook.
#include "libqpcr/tabular/workbook.hpp"

#include <algorithm>

#include "libqpcr/core/text.hpp"

namespace qpcr {

const Sheet* Workbook::find(std::string_view name) const {
  const auto found = std::find_if(sheets.begin(), sheets.end(),
                                  [&](const Sheet& sheet) { return equals_ignoring_case(sheet.name, name); });
  return found == sheets.end() ? nullptr : &*found;
}

}  // namespace qpcr
