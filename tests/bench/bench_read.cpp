// Time of the processor from the bytes of a large RDML file and of an .eds to a run, in parts, beside what the parts
// replace.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>
#include <pugixml.hpp>
#include <zip.h>

#include "instruments/appbio_quantstudio/multicomponent.hpp"
#include "instruments/rdml/document.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/bench/eds_file.hpp"
#include "tests/bench/plate_file.hpp"

namespace {

using namespace qpcr;
using test::archive;
using test::ArchiveFile;
using test::document;

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

void read_eds_signals(benchmark::State& state) {
  const std::string& xml = test::eds_signals(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    NotReadList not_read;
    benchmark::DoNotOptimize(appbio_quantstudio::read_multicomponent(xml, "a.xml", {}, not_read).points.data());
  }
  count_bytes(state, xml.size());
}

void build_tree_of_eds_by_pugixml(benchmark::State& state) {
  const std::string& xml = test::eds_signals(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    pugi::xml_document tree;
    benchmark::DoNotOptimize(tree.load_buffer(xml.data(), xml.size()));
  }
  count_bytes(state, xml.size());
}

void load_eds(benchmark::State& state) {
  const std::string& archive = test::eds_archive(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(load_bytes(archive, "a.eds").data());
  count_bytes(state, archive.size());
}

BENCHMARK(hash_archive)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate_by_libzip)->Unit(benchmark::kMillisecond);
BENCHMARK(check_characters)->Unit(benchmark::kMillisecond);
BENCHMARK(tokenize)->Unit(benchmark::kMillisecond);
BENCHMARK(build_tree_by_pugixml)->Unit(benchmark::kMillisecond);
BENCHMARK(read_rdml)->Unit(benchmark::kMillisecond);
BENCHMARK(load_file)->Unit(benchmark::kMillisecond);
BENCHMARK(read_eds_signals)->Arg(96)->Arg(384)->Unit(benchmark::kMillisecond);
BENCHMARK(build_tree_of_eds_by_pugixml)->Arg(96)->Arg(384)->Unit(benchmark::kMillisecond);
BENCHMARK(load_eds)->Arg(96)->Arg(384)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
