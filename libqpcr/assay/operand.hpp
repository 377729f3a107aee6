// What can be said of a quantity before any sample is seen: its range, its unit, and which way a Cq moves it.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/units.hpp"

namespace qpcr::checking {

/// Both where an operand enters twice with opposite signs.
struct Direction {
  bool rises = false;
  bool falls = false;

  bool operator==(const Direction&) const = default;
};

/// Which way a quantity moves when a Cq or a covariate rises, by identifier.
using Directions = std::map<std::string, Direction>;

/// A closed range; the ends may be infinite.
struct Range {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();

  bool operator==(const Range&) const = default;
};

/// A unit by its value, with the spelling that messages show.
struct KnownUnit {
  Unit value;
  std::string text;  ///< empty: a plain number
};

struct Operand {
  Directions directions;
  Range range;
  std::optional<KnownUnit> unit;  ///< absent: nothing can be said
  bool unit_declared = false;     ///< the definition writes the unit, so limits must write it too
  std::string principal;          ///< the target whose doubling the orientation speaks of; empty: no Cq enters
  bool is_lot = false;
};

inline constexpr const char* cycles_unit = "{cycles}";

/// Nothing for a text that is no unit.
std::optional<KnownUnit> known_unit(const std::string& text);

void add_direction(Directions& into, const Directions& from, bool rising, bool falling);

/// Range of the Cq that a target can show: narrowed by validity limits without exception, opened by "not detected".
Operand describe_target(const AssayDefinition& assay, const AssayTarget& target);
Operand describe_covariate(const CovariateDefinition& covariate);
/// Of a value whose operands are in `known`; operands that are not are left out and open the range.
Operand describe_value(const AssayDefinition& assay, const ValueDefinition& value,
                       const std::map<std::string, Operand>& known);

/// The range after a floor, a cap and a transform.
Range transform_range(Range range, const std::optional<double>& floor, const std::optional<double>& cap,
                      Transform transform);

/// Identifiers of the values, covariates and targets that a value is formed from, in the order of its members.
struct NamedOperand {
  std::string key;  ///< member that names it: "terms"
  std::string id;
};
std::vector<NamedOperand> list_operands(const ValueDefinition& value);

}  // namespace qpcr::checking
