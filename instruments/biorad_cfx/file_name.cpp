// Takes names of CFX exports apart.
#include "instruments/biorad_cfx/file_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libqpcr/core/text.hpp"

namespace qpcr::biorad_cfx {
namespace {

constexpr std::string_view separators = " _-";

/// Tables of the vendor, words separated by single blanks, longer names before their own beginnings.
constexpr std::array<std::string_view, 15> tables{
    "quantification amplification results",
    "quantification cq results",
    "quantification summary",
    "quantification plate view results",
    "melt curve derivative results",
    "melt curve rfu results",
    "melt curve peak results",
    "melt curve amplification results",
    "melt curve plate view results",
    "melt curve summary",
    "end point results",
    "allelic discrimination results",
    "standard curve results",
    "gene expression results",
    "run information",
};

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

}  // namespace

FileName parse_file_name(std::string_view name) {
  FileName result;
  const std::string_view stem = name.substr(0, std::min(name.rfind('.'), name.size()));
  const std::string lower = to_lower_ascii(stem);
  for (std::size_t begin = 0; begin < lower.size(); ++begin) {
    if (begin > 0 && !is_separator(lower[begin - 1])) continue;
    for (const std::string_view table : tables) {
      const std::size_t length = match(std::string_view(lower).substr(begin), table);
      if (length == 0) continue;
      const std::size_t end = begin + length;
      if (end < stem.size() && !is_separator(stem[end])) continue;
      std::string_view run = stem.substr(0, begin);
      while (!run.empty() && is_separator(run.back())) run.remove_suffix(1);
      std::string_view fluor = stem.substr(end);
      while (!fluor.empty() && is_separator(fluor.front())) fluor.remove_prefix(1);
      result.run = std::string(run);
      result.table = std::string(table);
      result.fluor = std::string(without_copy_number(trim(fluor)));
      return result;
    }
  }
  return result;
}

}  // namespace qpcr::biorad_cfx
