// Takes names of exports apart.
#include "instruments/appbio_export/file_name.hpp"

#include <array>

#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_export {
namespace {

/// Longer names before their own ends.
constexpr std::array<std::string_view, 22> tables{"RQ Replicate Group Result",
                                                  "Replicate Group Result",
                                                  "Standard Curve Result",
                                                  "Sample Group Result",
                                                  "Genotyping Result",
                                                  "Biogroup Analysis Result",
                                                  "Technical Analysis Result",
                                                  "Melt Region Temperature Data",
                                                  "Melt Region Normalized Data",
                                                  "Melt Region Derivative Data",
                                                  "Melt Curve Raw Data",
                                                  "Melt Curve Result",
                                                  "Melt Curve Raw",
                                                  "Multicomponent Data",
                                                  "Multicomponent",
                                                  "Amplification Data",
                                                  "Reagent Information",
                                                  "Primary Result",
                                                  "Sample Setup",
                                                  "Target Call",
                                                  "Raw Data",
                                                  "Results"};

bool is_separator(char c) { return c == ' ' || c == '_' || c == '-'; }

/// Takes "_20240213_184604" off the end.
std::string take_time(std::string_view& stem) {
  constexpr std::string_view shape = "dddddddd_dddddd";
  if (stem.size() < shape.size()) return {};
  const std::string_view end = stem.substr(stem.size() - shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == 'd' ? end[i] >= '0' && end[i] <= '9' : is_separator(end[i]);
    if (!fits) return {};
  }
  stem.remove_suffix(shape.size());
  while (!stem.empty() && is_separator(stem.back())) stem.remove_suffix(1);
  return std::string(end);
}

/// Length of `table` at the end of `text`, words separated by one separator each; 0 when it is not there.
std::size_t match_end(std::string_view text, std::string_view table) {
  if (text.size() < table.size()) return 0;
  const std::string_view end = text.substr(text.size() - table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool fits =
        table[i] == ' ' ? is_separator(end[i]) : equals_ignoring_case(end.substr(i, 1), table.substr(i, 1));
    if (!fits) return 0;
  }
  const bool is_word = text.size() == table.size() || is_separator(text[text.size() - table.size() - 1]);
  return is_word ? table.size() : 0;
}

}  // namespace

FileName parse_file_name(std::string_view name) {
  if (to_lower_ascii(name).ends_with(".gz")) name.remove_suffix(3);
  const std::size_t dot = name.rfind('.');
  std::string_view stem = dot == std::string_view::npos ? name : name.substr(0, dot);
  FileName result;
  std::string_view rest = stem;
  result.time = take_time(rest);
  for (const std::string_view table : tables) {
    const std::size_t length = match_end(rest, table);
    if (length == 0) continue;
    rest.remove_suffix(length);
    while (!rest.empty() && is_separator(rest.back())) rest.remove_suffix(1);
    result.run = std::string(rest);
    result.table = std::string(table);
    return result;
  }
  result.time.clear();
  result.run = std::string(stem);
  return result;
}

}  // namespace qpcr::appbio_export
