// Takes names of CFX exports apart.
#include "instruments/biorad_cfx/file_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libqpcr/core/text.hpp"

namespace qpcr::biorad_cfx {
namespace {

constexpr std::string_view separators = " _-";

struct TableName {
  std::string_view words;  ///< lower case, separated by single blanks
  std::string_view title;
};

/// Tables of the vendor, longer names before their own beginnings.
constexpr std::array<TableName, 25> tables{{
    {"quantification amplification results", "Quantification Amplification Results"},
    {"quantification cq results", "Quantification Cq Results"},
    {"quantification summary", "Quantification Summary"},
    {"quantification plate view results", "Quantification Plate View Results"},
    {"quantitation amplification results", "Quantification Amplification Results"},
    {"quantitation ct results", "Quantification Cq Results"},
    {"quantitation cq results", "Quantification Cq Results"},
    {"quantitation summary", "Quantification Summary"},
    {"quantitation plate view results", "Quantification Plate View Results"},
    {"melt curve derivative results", "Melt Curve Derivative Results"},
    {"melt curve rfu results", "Melt Curve RFU Results"},
    {"melt curve peak results", "Melt Curve Peak Results"},
    {"melt curve amplification results", "Melt Curve Amplification Results"},
    {"melt curve plate view results", "Melt Curve Plate View Results"},
    {"melt curve summary", "Melt Curve Summary"},
    {"end point results", "End Point Results"},
    {"allelic discrimination results", "Allelic Discrimination Results"},
    {"allelic discrimination", "Allelic Discrimination Results"},
    {"adsheet", "Allelic Discrimination Results"},
    {"standard curve results", "Standard Curve Results"},
    {"gene expression results", "Gene Expression Results"},
    {"gene expression result", "Gene Expression Results"},
    {"anova results", "ANOVA Results"},
    {"anova result", "ANOVA Results"},
    {"run information", "Run Information"},
}};

bool is_separator(char c) { return separators.find(c) != std::string_view::npos; }

/// Length of the match of `table` at the start of `text`, where runs of separators count as one blank; 0 for none.
std::size_t match(std::string_view text, std::string_view table) {
  std::size_t at = 0;
  for (const char wanted : table) {
    if (at >= text.size()) return 0;
    if (wanted != ' ') {
      if (text[at] != wanted) return 0;
      ++at;
      continue;
    }
    if (!is_separator(text[at])) return 0;
    while (at < text.size() && is_separator(text[at])) ++at;
  }
  return at;
}

/// "FAM (1)" is "FAM": browsers number the copies of a download.
std::string_view without_copy_number(std::string_view fluor) {
  const std::size_t open = fluor.rfind('(');
  if (open == std::string_view::npos || open == 0 || !fluor.ends_with(')')) return fluor;
  if (!parse_integer(fluor.substr(open + 1, fluor.size() - open - 2))) return fluor;
  return trim(fluor.substr(0, open));
}

/// "run.csv.gz" is "run".
std::string_view without_extension(std::string_view name) {
  constexpr std::size_t gz = 3;
  if (name.size() > gz && equals_ignoring_case(name.substr(name.size() - gz), ".gz")) name.remove_suffix(gz);
  return name.substr(0, std::min(name.rfind('.'), name.size()));
}

}  // namespace

FileName parse_file_name(std::string_view name) {
  FileName result;
  const std::string_view stem = without_extension(name);
  const std::string lower = to_lower_ascii(stem);
  for (std::size_t begin = 0; begin < lower.size(); ++begin) {
    if (begin > 0 && !is_separator(lower[begin - 1])) continue;
    for (const TableName& table : tables) {
      const std::size_t length = match(std::string_view(lower).substr(begin), table.words);
      if (length == 0) continue;
      const std::size_t end = begin + length;
      if (end < stem.size() && !is_separator(stem[end])) continue;
      std::string_view run = stem.substr(0, begin);
      while (!run.empty() && is_separator(run.back())) run.remove_suffix(1);
      std::string_view fluor = stem.substr(end);
      while (!fluor.empty() && is_separator(fluor.front())) fluor.remove_prefix(1);
      result.run = std::string(run);
      result.title = std::string(table.title);
      result.table = to_lower_ascii(table.title);
      result.fluor = std::string(without_copy_number(trim(fluor)));
      return result;
    }
  }
  return result;
}

}  // namespace qpcr::biorad_cfx
