// Reads Office Open XML workbooks (ECMA-376): an archive of XML parts.
#include <algorithm>
#include <memory>
#include <utility>

#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/xlsx_package.hpp"
#include "libqpcr/tabular/xlsx_sheet.hpp"

namespace qpcr {

bool is_xlsx(const std::vector<std::string>& members) {
  return std::any_of(members.begin(), members.end(), [](const std::string& name) {
    return name == "xl/workbook.bin" || (name.starts_with("xl/workbook") && name.ends_with(".xml"));
  });
}

Workbook read_xlsx(std::string_view bytes, const std::string& path) {
  Archive archive(bytes, path);
  xlsx::Package package = xlsx::read_package(archive, path);
  const auto read_part = [&](const ArchiveMember& member) {
    return std::make_shared<const xlsx::PartText>(archive.inflate(member), archive.path_of(member));
  };
  xlsx::SheetContext context;
  context.date_styles = std::move(package.date_styles);
  context.since_1904 = package.since_1904;
  if (package.shared_strings != nullptr) {
    context.strings =
        std::make_shared<const xlsx::SharedStrings>(xlsx::read_shared_strings(read_part(*package.shared_strings)));
  }
  Workbook workbook;
  for (const xlsx::SheetPart& part : package.sheets) {
    Sheet sheet;
    sheet.name = part.name;
    sheet.hidden = part.hidden;
    sheet.grid = xlsx::read_sheet(read_part(*part.member), path + ":" + part.name, context, package.not_read);
    workbook.sheets.push_back(std::move(sheet));
  }
  workbook.not_read = std::move(package.not_read);
  return workbook;
}

}  // namespace qpcr
