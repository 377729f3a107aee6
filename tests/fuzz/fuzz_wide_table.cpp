// Fuzzes the reader of wide tables.
#include "instruments/wide_table/reader.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  return fuzz::accept_errors([&] {
    fuzz::read_with(wide_table::reader(), {{"a.csv", "a.csv", fuzz::to_bytes(data, size)}});
  });
}
