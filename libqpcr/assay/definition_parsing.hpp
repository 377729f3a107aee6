// What the files that turn the tables of a definition into its parts share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/names.hpp"
#include "libqpcr/assay/toml_document.hpp"

namespace qpcr::parsing {

/// A definition as it is written, not yet checked. @throws Error assay_invalid with line and field.
AssayDefinition parse_definition(const TomlTable& document);

/// [cq], [[targets]], [[controls]], [[validity]], [[inhibition]], [replicates], [[standard_curves]],
/// [threshold_calibration].
void parse_reactions(const TomlTable& root, AssayDefinition& assay);
/// [[covariates]], [[acceptance]], [[values]], [[rules]].
void parse_values(const TomlTable& root, AssayDefinition& assay);
CallExpression parse_expression(const TomlTable& table);
Classification parse_classification(const TomlTable& table);

LocalizedText parse_localized(const TomlTable& table);
int get_count(const TomlTable& table, std::string_view key);
/// Keys of a definition, in the order of docs/formats/assay.md.
const std::vector<std::string_view>& definition_keys();

int find_count(const TomlTable& table, std::string_view key, int absent);
/// The text of a key, or an empty one.
std::string find_word(const TomlTable& table, std::string_view key);
std::vector<std::string> find_list(const TomlTable& table, std::string_view key);
/// [lower, upper] of an array of two numbers.
std::optional<std::pair<double, double>> find_window(const TomlTable& table, std::string_view key);

template <typename E, std::size_t N>
E get_choice(const TomlTable& table, std::string_view key, const names::Table<E, N>& choices) {
  const std::string text = table.get_text(key);
  std::string expected = "one of";
  std::vector<std::string> words;
  for (const auto& [value, name] : choices) {
    if (name == text) return value;
    words.emplace_back(name);
    expected += fmt::format("{} '{}'", words.size() > 1 ? "," : "", name);
  }
  if (const auto nearest = find_nearest_word(text, words))
    expected = fmt::format("{} (did you mean '{}'?)", expected, *nearest);
  table.refuse(key, expected);
}

template <typename E, std::size_t N>
E find_choice(const TomlTable& table, std::string_view key, const names::Table<E, N>& choices, E absent) {
  return table.has(key) ? get_choice(table, key, choices) : absent;
}

}  // namespace qpcr::parsing
