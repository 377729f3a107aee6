// Fuzzes definitions: what parses can be inspected, hashed and explained; what is refused names its line.
#include <cstdlib>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/findings.hpp"
#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  const std::string toml = fuzz::to_bytes(data, size);
  const std::vector<Finding> findings = inspect_assay_text(toml, "a.toml");
  for (const Finding& finding : findings) {
    if (finding.code.empty() || finding.english.empty()) std::abort();
  }
  bool refused = false;
  fuzz::accept_errors([&] {
    refused = true;
    const AssayDefinition assay = parse_assay(toml, "a.toml");
    refused = false;
    if (identify(assay).sha256.size() != 64) std::abort();
  });
  // The two ways in agree on what is an error.
  if (refused != has_errors(findings)) std::abort();
  return 0;
}
