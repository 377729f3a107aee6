// Fuzzes the CFX reader: the parts of the input are the files of a run.
#include "instruments/biorad_cfx/reader.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  std::vector<InputFile> files;
  for (auto& [name, bytes] : fuzz::split_parts(fuzz::to_bytes(data, size))) files.push_back({name, name, bytes});
  if (files.empty()) return 0;
  return fuzz::accept_errors([&] { fuzz::read_with(biorad_cfx::reader(), files); });
}
