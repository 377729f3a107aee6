// Time of the processor for a large sheet, beside the bare tree that pugixml makes of the same XML.
#include <cstdint>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <pugixml.hpp>

#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "tests/tabular/make_workbook.hpp"

namespace {

using namespace qpcr;

constexpr std::size_t sheet_bytes = std::size_t{30} << 20U;

/// Rows of a curve table: well, cycle and dye in the shared texts or as numbers, two readings with 15 digits.
const std::string& sheet() {
  static const std::string part = [] {
    std::string rows;
    for (int row = 1; rows.size() < sheet_bytes; ++row) {
      rows += fmt::format(
          "<row r=\"{0}\" spans=\"1:5\"><c r=\"A{0}\" t=\"s\"><v>{1}</v></c><c r=\"B{0}\"><v>{2}</v></c>"
          "<c r=\"C{0}\" t=\"s\"><v>0</v></c><c r=\"D{0}\" s=\"1\"><v>{3}.25390625001</v></c>"
          "<c r=\"E{0}\"><v>0.{4:012}</v></c></row>",
          row, row % 3, row % 40 + 1, row * 7 % 500'000, row * 13L);
    }
    return test::make_sheet_part(rows);
  }();
  return part;
}

const std::string& workbook_bytes() {
  static const std::string bytes = [] {
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
    test::ZipEntry entry;
    entry.name = "xl/worksheets/sheet1.xml";
    entry.bytes.resize(libdeflate_deflate_compress_bound(compressor, sheet().size()));
    entry.bytes.resize(libdeflate_deflate_compress(compressor, sheet().data(), sheet().size(), entry.bytes.data(),
                                                   entry.bytes.size()));
    libdeflate_free_compressor(compressor);
    entry.deflated = true;
    entry.inflated_size = static_cast<std::uint32_t>(sheet().size());
    entry.deflated_checksum = libdeflate_crc32(0, sheet().data(), sheet().size());
    std::vector<test::ZipEntry> entries{entry};
    test::Parts parts = test::make_lists({"Amplification"});
    parts.emplace_back("xl/sharedStrings.xml", "<sst><si><t>FAM</t></si><si><t>A1</t></si><si><t>H12</t></si></sst>");
    parts.emplace_back("xl/styles.xml",
                       "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"2\"/></cellXfs></styleSheet>");
    for (auto& part : parts) {
      test::ZipEntry other;
      other.name = part.first;
      other.bytes = part.second;
      entries.push_back(other);
    }
    return test::make_zip(entries);
  }();
  return bytes;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sheet().size()));
}

void read_workbook(benchmark::State& state) {
  static_cast<void>(workbook_bytes());
  for (auto _ : state) benchmark::DoNotOptimize(read_xlsx(workbook_bytes(), "a.xlsx").sheets.size());
  count_bytes(state);
}

void tokenize_sheet(benchmark::State& state) {
  const XmlSource source(sheet(), "a.xml");
  for (auto _ : state) {
    XmlTokenizer xml(source);
    xml.skip();
  }
  count_bytes(state);
}

void build_tree_by_pugixml(benchmark::State& state) {
  for (auto _ : state) {
    pugi::xml_document tree;
    benchmark::DoNotOptimize(tree.load_buffer(sheet().data(), sheet().size()));
  }
  count_bytes(state);
}

}  // namespace

BENCHMARK(read_workbook)->Unit(benchmark::kMillisecond);
BENCHMARK(tokenize_sheet)->Unit(benchmark::kMillisecond);
BENCHMARK(build_tree_by_pugixml)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
