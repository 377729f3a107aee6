// Fuzzes the .eds reader: the parts of the input are the members of an archive.
#include "instruments/appbio_quantstudio/reader.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/tabular/make_zip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  std::vector<test::ZipEntry> entries;
  for (auto& [name, bytes] : fuzz::split_parts(fuzz::to_bytes(data, size))) {
    test::ZipEntry entry;
    // Those of the JSON layout stand in folders of their own.
    const bool is_path = name.find('/') != std::string::npos || name == "summary.json";
    entry.name = is_path ? name : "apldbio/sds/" + name;
    entry.bytes = bytes;
    entries.push_back(entry);
  }
  return fuzz::accept_errors([&] {
    fuzz::read_with(appbio_quantstudio::reader(), {{"a.eds", "a.eds", test::make_zip(entries)}});
  });
}
