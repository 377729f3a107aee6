// Time of the processor from the bytes of a large RDML file to a run, in parts, beside what the parts replace.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <unistd.h>
#include <zip.h>

#include "instruments/rdml/document.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/zip_writer.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/curve/curve_data.hpp"

namespace {

using namespace qpcr;

/// 384 wells × 5 dyes × 45 cycles as pretty printers write it, seven digits a reading: 10.9 MB.
std::string make_document() {
  constexpr int wells = 384;
  constexpr int samples = 96;
  constexpr int cycles = 45;
  const std::vector<std::string> dyes{"FAM", "VIC", "NED", "CY5", "ROX"};
  test::Random random(1);
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdml xmlns=\"http://www.rdml.org\" version=\"1.3\">\n";
  for (const std::string& dye : dyes) xml += fmt::format("  <dye id=\"{}\"/>\n", dye);
  for (int i = 1; i <= samples; ++i)
    xml += fmt::format("  <sample id=\"S{}\">\n    <type>unkn</type>\n  </sample>\n", i);
  for (const std::string& dye : dyes) {
    xml += fmt::format("  <target id=\"T-{0}\">\n    <type>toi</type>\n    <dyeId id=\"{0}\"/>\n  </target>\n", dye);
  }
  xml +=
      "  <experiment id=\"e\">\n    <run id=\"r\">\n      <pcrFormat>\n        <rows>16</rows>\n"
      "        <columns>24</columns>\n        <rowLabel>ABC</rowLabel>\n        <columnLabel>123</columnLabel>\n"
      "      </pcrFormat>\n";
  for (int well = 0; well < wells; ++well) {
    xml += fmt::format("      <react id=\"{}\">\n        <sample id=\"S{}\"/>\n", well + 1, well % samples + 1);
    for (const std::string& dye : dyes) {
      const double middle = 20.0 + 18.0 * random.uniform();
      const double height = 20'000.0 + 10'000.0 * random.uniform();
      xml += fmt::format("        <data>\n          <tar id=\"T-{}\"/>\n          <cq>{:.4f}</cq>\n", dye, middle - 4);
      for (int cycle = 1; cycle <= cycles; ++cycle) {
        const double reading =
            1500.0 + 3.0 * cycle + height / (1.0 + std::exp((middle - cycle) / 1.6)) + 20.0 * (random.uniform() - 0.5);
        xml += fmt::format(
            "          <adp>\n            <cyc>{}</cyc>\n            <tmp>60.0</tmp>\n            "
            "<fluor>{:.3f}</fluor>\n"
            "          </adp>\n",
            cycle, reading);
      }
      xml += "        </data>\n";
    }
    xml += "      </react>\n";
  }
  return xml + "    </run>\n  </experiment>\n</rdml>\n";
}

const std::string& document() {
  static const std::string xml = make_document();
  return xml;
}

const std::string& archive() {
  static const std::string bytes = zip_single_file("rdml_data.xml", document());
  return bytes;
}

/// A file of the archive that lives as long as the program.
class ArchiveFile {
 public:
  ArchiveFile() : path_(std::filesystem::temp_directory_path() / fmt::format("qpcr_bench_read_{}.rdml", ::getpid())) {
    write_file(path_, archive());
  }
  ~ArchiveFile() { std::filesystem::remove(path_); }
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void hash_archive(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sha256_hex(archive()));
  count_bytes(state, archive().size());
}

void inflate(benchmark::State& state) {
  for (auto _ : state) {
    Archive opened(archive(), "a.rdml");
    benchmark::DoNotOptimize(opened.inflate(opened.members().front()).data());
  }
  count_bytes(state, document().size());
}

void inflate_by_libzip(benchmark::State& state) {
  std::vector<char> bytes(document().size());
  for (auto _ : state) {
    zip_source_t* source = zip_source_buffer_create(archive().data(), archive().size(), 0, nullptr);
    zip_t* opened = zip_open_from_source(source, ZIP_RDONLY, nullptr);
    zip_file_t* file = zip_fopen_index(opened, 0, 0);
    benchmark::DoNotOptimize(zip_fread(file, bytes.data(), bytes.size()));
    zip_fclose(file);
    zip_discard(opened);
  }
  count_bytes(state, document().size());
}

void check_characters(benchmark::State& state) {
  for (auto _ : state) {
    const XmlSource source(document(), "a.xml");
    benchmark::DoNotOptimize(source.text().data());
  }
  count_bytes(state, document().size());
}

void tokenize(benchmark::State& state) {
  const XmlSource source(document(), "a.xml");
  for (auto _ : state) {
    XmlTokenizer xml(source);
    xml.skip();
  }
  count_bytes(state, document().size());
}

void build_tree_by_pugixml(benchmark::State& state) {
  for (auto _ : state) {
    pugi::xml_document tree;
    benchmark::DoNotOptimize(tree.load_buffer(document().data(), document().size()));
  }
  count_bytes(state, document().size());
}

void read_rdml(benchmark::State& state) {
  for (auto _ : state) {
    const XmlSource source(document(), "a.xml");
    benchmark::DoNotOptimize(rdml::read_document(source, {}).data());
  }
  count_bytes(state, document().size());
}

void load_file(benchmark::State& state) {
  const ArchiveFile file;
  for (auto _ : state) benchmark::DoNotOptimize(load_runs({file.path()}).data());
  count_bytes(state, document().size());
}

BENCHMARK(hash_archive)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate_by_libzip)->Unit(benchmark::kMillisecond);
BENCHMARK(check_characters)->Unit(benchmark::kMillisecond);
BENCHMARK(tokenize)->Unit(benchmark::kMillisecond);
BENCHMARK(build_tree_by_pugixml)->Unit(benchmark::kMillisecond);
BENCHMARK(read_rdml)->Unit(benchmark::kMillisecond);
BENCHMARK(load_file)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
