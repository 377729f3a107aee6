// Arithmetic of UCUM units.
#include "libqpcr/assay/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/assay/ucum.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

struct Atom {
  std::string_view code;
  std::string_view base;  ///< empty for a plain number
  double factor;
  bool metric;  ///< takes prefixes
};

/// UCUM 2.1, tables of base units, of SI and customary units; https://ucum.org/ucum
constexpr std::array<Atom, 27> atoms{
    {{"L", "L", 1, true},        {"l", "L", 1, true},       {"g", "g", 1, true},
     {"mol", "mol", 1, true},    {"m", "m", 1, true},       {"s", "s", 1, true},
     {"min", "s", 60, false},    {"h", "s", 3600, false},   {"d", "s", 86400, false},
     {"wk", "s", 604800, false}, {"a", "a", 1, false},      {"mo", "a", 1.0 / 12.0, false},
     {"[IU]", "[IU]", 1, true},  {"[iU]", "[IU]", 1, true}, {"[arb'U]", "[arb'U]", 1, true},
     {"U", "U", 1, true},        {"kat", "kat", 1, true},   {"Cel", "Cel", 1, true},
     {"Pa", "Pa", 1, true},      {"K", "K", 1, true},       {"Hz", "Hz", 1, true},
     {"J", "J", 1, true},        {"V", "V", 1, true},       {"eq", "eq", 1, true},
     {"osm", "osm", 1, true},    {"%", "", 0.01, false},    {"[ppm]", "", 1e-6, false}}};

constexpr std::array<std::pair<std::string_view, double>, 15> prefixes{{{"da", 1e1},
                                                                        {"d", 1e-1},
                                                                        {"c", 1e-2},
                                                                        {"m", 1e-3},
                                                                        {"u", 1e-6},
                                                                        {"n", 1e-9},
                                                                        {"p", 1e-12},
                                                                        {"f", 1e-15},
                                                                        {"a", 1e-18},
                                                                        {"h", 1e2},
                                                                        {"k", 1e3},
                                                                        {"M", 1e6},
                                                                        {"G", 1e9},
                                                                        {"T", 1e12},
                                                                        {"P", 1e15}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void multiply_atom(Unit& unit, std::string_view atom, int exponent) {
  if (atom.empty() || exponent == 0) return;
  const auto place = unit.exponents.try_emplace(std::string(atom), 0).first;
  place->second += exponent;
  if (place->second == 0) unit.exponents.erase(place);
}

/// Adds prefix + atom; an atom that no table holds stands for itself.
void multiply_simple(Unit& unit, std::string_view text, int exponent) {
  for (const Atom& atom : atoms) {
    if (atom.code != text) continue;
    unit.factor *= std::pow(atom.factor, exponent);
    multiply_atom(unit, atom.base, exponent);
    return;
  }
  for (const auto& [prefix, factor] : prefixes) {
    if (!text.starts_with(prefix)) continue;
    for (const Atom& atom : atoms) {
      if (!atom.metric || atom.code != text.substr(prefix.size())) continue;
      unit.factor *= std::pow(factor * atom.factor, exponent);
      multiply_atom(unit, atom.base, exponent);
      return;
    }
  }
  multiply_atom(unit, text, exponent);
}

/// One component between '.' and '/': number, 10*n, or [prefix]atom[exponent], with annotations anywhere behind.
bool multiply_component(Unit& unit, std::string_view text, int sign) {
  std::string_view symbol = text;
  if (const std::size_t brace = symbol.find('{'); brace != std::string_view::npos) {
    for (std::size_t begin = brace; begin < text.size();) {
      const std::size_t end = text.find('}', begin);
      if (text[begin] != '{' || end == std::string_view::npos) return false;
      multiply_atom(unit, text.substr(begin, end + 1 - begin), sign);
      begin = end + 1;
    }
    symbol = symbol.substr(0, brace);
  }
  if (symbol.empty()) return true;
  if (symbol.starts_with("10*") || symbol.starts_with("10^")) {
    const std::optional<long> power = parse_integer(symbol.substr(3));
    if (!power || *power < -30 || *power > 30) return false;
    unit.factor *= std::pow(10.0, static_cast<double>(sign * *power));
    return true;
  }
  if (is_digit(symbol.front())) {
    const std::optional<long> number = parse_integer(symbol);
    if (!number || *number < 1) return false;
    unit.factor *= std::pow(static_cast<double>(*number), sign);
    return true;
  }
  std::size_t end = symbol.size();
  while (end > 0 && is_digit(symbol[end - 1])) --end;
  if (end < symbol.size() && end > 0 && symbol[end - 1] == '-') --end;
  long exponent = 1;
  if (end < symbol.size()) {
    const std::optional<long> power = parse_integer(symbol.substr(end));
    if (!power || end == 0 || *power < -9 || *power > 9 || *power == 0) return false;
    exponent = *power;
  }
  multiply_simple(unit, symbol.substr(0, end), sign * static_cast<int>(exponent));
  return true;
}

bool near(double left, double right) { return std::abs(left - right) <= 1e-9 * std::abs(right); }

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
  Unit unit;
  if (text.empty()) return unit;
  if (!is_ucum_unit(text)) return std::nullopt;
  int sign = 1;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size()) {
      if (text[i] == '[' || text[i] == '{') ++depth;
      if (text[i] == ']' || text[i] == '}') --depth;
      if (depth > 0 || (text[i] != '/' && text[i] != '.')) continue;
    }
    if (i > begin && !multiply_component(unit, text.substr(begin, i - begin), sign)) return std::nullopt;
    if (i < text.size()) sign = text[i] == '/' ? -1 : 1;
    begin = i + 1;
  }
  return unit;
}

bool same_dimension(const Unit& left, const Unit& right) { return left.exponents == right.exponents; }

bool same_unit(const Unit& left, const Unit& right) {
  return same_dimension(left, right) && near(left.factor, right.factor);
}

bool same_unit(std::string_view left, std::string_view right) {
  const std::optional<Unit> a = parse_unit(left);
  const std::optional<Unit> b = parse_unit(right);
  return a && b && same_unit(*a, *b);
}

std::optional<double> convertible_factor(std::string_view from, std::string_view to) {
  const std::optional<Unit> a = parse_unit(from);
  const std::optional<Unit> b = parse_unit(to);
  if (!a || !b || !same_dimension(*a, *b)) return std::nullopt;
  return a->factor / b->factor;
}

Unit product_unit(const std::vector<Unit>& multiply, const std::vector<Unit>& divide) {
  Unit product;
  for (const Unit& unit : multiply) {
    product.factor *= unit.factor;
    for (const auto& [atom, exponent] : unit.exponents) multiply_atom(product, atom, exponent);
  }
  for (const Unit& unit : divide) {
    product.factor /= unit.factor;
    for (const auto& [atom, exponent] : unit.exponents) multiply_atom(product, atom, -exponent);
  }
  return product;
}

bool has_known_atoms(const Unit& unit) {
  return std::all_of(unit.exponents.begin(), unit.exponents.end(), [](const auto& entry) {
    const std::string_view atom = entry.first;
    return atom.front() == '{' || atom.front() == '[' ||
           std::any_of(atoms.begin(), atoms.end(), [&](const Atom& known) { return known.base == atom; });
  });
}

std::string to_string(const Unit& unit) {
  std::string text;
  const double power = std::round(std::log10(unit.factor));
  if (unit.exponents.empty() && near(unit.factor, 1)) return "1";
  if (!near(unit.factor, 1)) {
    text = near(unit.factor, std::pow(10.0, power)) ? fmt::format("10*{}", static_cast<int>(power))
                                                    : fmt::format("{:.4g}", unit.factor);
  }
  for (const auto& [atom, exponent] : unit.exponents) {
    if (!text.empty()) text += '.';
    text += atom;
    if (exponent == 1) continue;
    const bool annotation = atom.front() == '{';
    text += annotation ? fmt::format("^{}", exponent) : std::to_string(exponent);
  }
  return text;
}

}  // namespace qpcr
