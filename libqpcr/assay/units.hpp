// Arithmetic of UCUM units, as far as definitions need it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// factor · Π atom^exponent. Base atoms are L, g, mol, m, s, a (years), [IU], [arb'U], U; whatever is not known stands
/// for itself. An annotation in braces is an atom of its own: "{copies}" is not "1", as UCUM alone would have it.
struct Unit {
  double factor = 1.0;
  std::map<std::string, int> exponents;  ///< none is 0

  bool operator==(const Unit&) const = default;
};

/// Nothing for a text that is_ucum_unit() refuses or whose number is no number. An empty text is the unit "1".
std::optional<Unit> parse_unit(std::string_view text);

/// True when both are units, of one dimension and one size: "ug/L" and "ng/mL", not "m[arb'U]/mL" and "ng/mL".
bool same_unit(std::string_view left, std::string_view right);

/// Value in `to` = factor · value in `from`; nothing where the dimensions differ or one is no unit.
std::optional<double> convertible_factor(std::string_view from, std::string_view to);

/// The unit of Π multiply / Π divide.
Unit product_unit(const std::vector<Unit>& multiply, const std::vector<Unit>& divide);

bool same_unit(const Unit& left, const Unit& right);
bool same_dimension(const Unit& left, const Unit& right);

/// True when every atom is one that this library knows, an annotation, or a bracketed atom of UCUM: "mAU/mL" is not.
bool has_known_atoms(const Unit& unit);

/// A spelling for people and messages: "{copies}/mL" becomes "10*3.L-1.{copies}". A factor that is no power of ten is
/// shown to four digits, so the text need not read back.
std::string to_string(const Unit& unit);

}  // namespace qpcr
