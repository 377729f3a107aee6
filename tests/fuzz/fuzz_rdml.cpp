// Fuzzes the RDML reader with bare documents, and with the same as the member of an archive.
#include "instruments/rdml/reader.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/tabular/make_zip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  const std::string bytes = fuzz::to_bytes(data, size);
  fuzz::accept_errors([&] { fuzz::read_with(rdml::reader(), {{"a.rdml", "a.rdml", bytes}}); });
  test::ZipEntry entry;
  entry.name = "rdml_data.xml";
  entry.bytes = bytes;
  return fuzz::accept_errors([&] { fuzz::read_with(rdml::reader(), {{"a.rdml", "a.rdml", test::make_zip({entry})}}); });
}
