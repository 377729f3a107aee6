// Whether the results of a definition may reach a patient.
#include "libqpcr/assay/release.hpp"

namespace qpcr {

std::vector<Message> find_release_blocks(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof,
                                         std::string_view) {
  std::vector<Message> blocks;
  if (definition.status != AssayStatus::released || !proof) blocks.push_back({"release_not_signed", {}});
  return blocks;
}

void require_runnable(const AssayDefinition& definition, const std::optional<ReleaseProof>&) {
  require_runnable(definition);
}

}  // namespace qpcr
