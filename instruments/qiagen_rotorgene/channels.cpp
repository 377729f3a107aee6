// Takes names of acquisitions and tubes apart.
#include "instruments/qiagen_rotorgene/channels.hpp"

#include <map>
#include <set>
#include <utility>

#include "libqpcr/core/text.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

constexpr long most_tubes = 1000;
constexpr PlateGeometry largest_disc{32, 48};

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  return to_lower_ascii(text).rfind(to_lower_ascii(word));
}

/// True for "… (Page 1)", also in other languages: the number of a page in parentheses.
bool ends_with_page(std::string_view text) {
  const std::size_t open = text.rfind('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return false;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  const std::size_t blank = inside.rfind(' ');
  return blank != std::string_view::npos && parse_integer(inside.substr(blank + 1)).has_value();
}

Stage find_stage(std::string_view program) {
  const std::string lower = to_lower_ascii(program);
  if (lower.starts_with("cycling")) return Stage::cycling;
  if (lower.starts_with("melt") || lower.starts_with("hrm") || lower.starts_with("high resolution melt"))
    return Stage::melt;
  return Stage::unknown;
}

}  // namespace

std::optional<Acquisition> parse_acquisition(std::string_view text) {
  for (const std::string_view word : {" of ", " for "}) {
    const std::size_t at = find_ignoring_case(text, word);
    if (at == std::string::npos) continue;
    text = text.substr(at + word.size());
    break;
  }
  text = trim(text);
  const bool has_page = ends_with_page(text);
  if (has_page) text = trim(text.substr(0, text.rfind('(')));
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
  Acquisition acquisition;
  acquisition.name = std::string(text);
  acquisition.channel = std::string(trim(text.substr(dot + 1)));
  acquisition.stage = find_stage(text);
  if (acquisition.channel.empty() || (acquisition.stage == Stage::unknown && !has_page)) return std::nullopt;
  return acquisition;
}

std::vector<std::string> derive_dyes(const std::vector<Acquisition>& acquisitions) {
  std::map<std::pair<Stage, std::string>, std::set<std::string>> names;
  for (const Acquisition& one : acquisitions) names[{one.stage, one.channel}].insert(one.name);
  std::vector<std::string> dyes;
  for (const Acquisition& one : acquisitions)
    dyes.push_back(names[{one.stage, one.channel}].size() > 1 ? one.name : one.channel);
  return dyes;
}

std::optional<WellId> parse_tube(std::string_view text) {
  text = trim(text);
  if (const std::optional<long> number = parse_integer(text)) {
    if (*number < 1 || *number > most_tubes) return std::nullopt;
    return WellId{std::to_string(*number), std::nullopt};
  }
  const std::optional<GridPosition> position = parse_label(text);
  if (!position || !largest_disc.contains(*position)) return std::nullopt;
  return to_well(*position);
}

}  // namespace qpcr::qiagen_rotorgene
