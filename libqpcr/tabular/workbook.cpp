// Recognises workbooks and reads their sheets.
#include "libqpcr/tabular/workbook.hpp"

#include <algorithm>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  ErrorContext context;
  context.path = path;
  context.problem = "workbooks are not read yet";
  throw Error(ErrorCode::unsupported_format, std::move(context));
}

}  // namespace

const Sheet* Workbook::find(std::string_view name) const {
  const auto found = std::find_if(sheets.begin(), sheets.end(),
                                  [&](const Sheet& sheet) { return equals_ignoring_case(sheet.name, name); });
  return found == sheets.end() ? nullptr : &*found;
}

bool is_compound_file(std::string_view bytes) { return bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"); }

Workbook read_xls(std::string_view, const std::string& path) { refuse(path); }

}  // namespace qpcr
