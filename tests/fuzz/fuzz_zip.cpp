// Fuzzes archives: every member that is listed is read.
#include "libqpcr/tabular/zip.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  const std::string bytes = fuzz::to_bytes(data, size);
  ArchiveLimits limits;
  limits.inflated_bytes = std::uint64_t{1} << 20U;
  limits.ratio_free_bytes = std::uint64_t{1} << 16U;
  return fuzz::accept_errors([&] {
    Archive archive(bytes, "a.zip", limits);
    for (const ArchiveMember& member : archive.members()) {
      fuzz::accept_errors([&] { archive.read(member); });
    }
  });
}
