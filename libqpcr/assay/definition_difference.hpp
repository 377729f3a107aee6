// What changed between two versions of a definition.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"

namespace qpcr {

/// One difference between the contents of two definitions.
struct DefinitionChange {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string place;   ///< in the spelling of the definition: "rules.high_risk.limit"; list elements by identifier
  std::string before;  ///< as canonical JSON; empty when added
  std::string after;   ///< the same; empty when removed

  bool operator==(const DefinitionChange&) const = default;
};

/// Every difference between the canonical contents, in the order of their places; none exactly when both have one hash.
/// Elements of lists are matched by identifier, so that a moved one counts only where order has a meaning: a change of
/// order alone is reported once for the list.
std::vector<DefinitionChange> compare_definitions(const AssayDefinition& before, const AssayDefinition& after);

/// definition_added {place, after}, definition_removed {place, before}, definition_changed {place, before, after}.
Message describe(const DefinitionChange& change);

}  // namespace qpcr
