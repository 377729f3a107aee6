// Fuzzes decoding and delimited text; what is written from the rows must read back as the same rows.
#include <cstdlib>

#include "libqpcr/tabular/csv.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  return fuzz::accept_errors([&] {
    const DecodedText text = decode_text(fuzz::to_bytes(data, size), "a.csv");
    const std::vector<CsvRow> rows = parse_csv(text.utf8, detect_delimiter(text.utf8), "a.csv");
    CsvWriter writer;
    for (const CsvRow& row : rows) {
      for (const std::string& cell : row.cells) writer.add(cell);
      writer.end_row();
    }
    const std::vector<CsvRow> again = parse_csv(writer.text(), ',', "b.csv");
    if (again.size() != rows.size()) std::abort();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (again[i].cells != rows[i].cells) std::abort();
    }
  });
}
