// Splits names of exported files.
#include "instruments/roche_lightcycler480/file_name.hpp"

#include <algorithm>
#include <array>

#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr std::array<std::string_view, 3> endings{".txt", ".tsv", ".csv"};

/// What people call the tables; longer words first, so that none cuts another in two.
constexpr std::array<std::string_view, 24> table_words{"crossing points",
                                                       "crossingpoints",
                                                       "sample information",
                                                       "sample info",
                                                       "sampleinfo",
                                                       "tm calling",
                                                       "tm-calling",
                                                       "tmcalling",
                                                       "genotyping",
                                                       "abs quant",
                                                       "absquant",
                                                       "raw data",
                                                       "rawdata",
                                                       "results",
                                                       "result",
                                                       "samples",
                                                       "melting",
                                                       "melt",
                                                       "raw",
                                                       "cq",
                                                       "ct",
                                                       "cp",
                                                       "tm",
                                                       "amp"};

}  // namespace

std::string find_stem(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  std::size_t length = lower.size();
  if (lower.ends_with(".gz")) length -= 3;
  const std::string_view without_gz = std::string_view(lower).substr(0, length);
  const std::size_t dot = without_gz.rfind('.');
  return std::string(name.substr(0, dot == std::string_view::npos || dot == 0 ? length : dot));
}

std::string companion_key(std::string_view name) {
  std::string lower = to_lower_ascii(name);
  if (lower.ends_with(".gz")) lower.resize(lower.size() - 3);
  if (std::none_of(endings.begin(), endings.end(), [&](std::string_view each) { return lower.ends_with(each); }))
    return {};
  std::string stem = find_stem(lower);
  for (const std::string_view word : table_words) {
    if (!stem.ends_with(word) || stem.size() < word.size() + 2) continue;
    const std::size_t before = stem.size() - word.size() - 1;
    constexpr std::string_view separators = "-_. ";
    if (separators.find(stem[before]) == std::string_view::npos) continue;
    const std::size_t last = stem.find_last_not_of(separators, before);
    if (last == std::string::npos) continue;
    stem.resize(last + 1);
    break;
  }
  return stem;
}

}  // namespace qpcr::roche_lightcycler480
