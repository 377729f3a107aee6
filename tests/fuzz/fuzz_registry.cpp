// Fuzzes the whole way from unknown bytes to runs.
#include "instruments/registry.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  return fuzz::accept_errors([&] { load_bytes(fuzz::to_bytes(data, size), "a"); });
}
