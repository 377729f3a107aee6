// Fuzzes the workbook reader: the parts of the input are the parts of an Office Open XML workbook, below xl/.
#include "libqpcr/tabular/compound_file.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/tabular/make_workbook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  const std::string bytes = fuzz::to_bytes(data, size);
  if (is_compound_file(bytes)) {
    return fuzz::accept_errors([&] { static_cast<void>(holds_workbook(list_compound_streams(bytes, "a.xls"))); });
  }
  test::Parts parts;
  for (auto& part : fuzz::split_parts(bytes)) parts.emplace_back("xl/" + part.first, part.second);
  return fuzz::accept_errors([&] {
    const Workbook workbook = read_xlsx(test::make_archive(parts), "a.xlsx");
    std::size_t cells = 0;
    for (const Sheet& sheet : workbook.sheets) {
      for (std::size_t row = 0; row < sheet.grid.row_count(); ++row) {
        for (const std::string_view cell : sheet.grid.row(row)) cells += cell.empty() ? 0U : cell.size();
      }
    }
    static_cast<void>(cells);
  });
}
