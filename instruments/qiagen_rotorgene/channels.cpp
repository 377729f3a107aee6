// Takes names of acquisitions and tubes apart.
#include "instruments/qiagen_rotorgene/channels.hpp"

#include <algorithm>

#include "libqpcr/core/text.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

constexpr long most_tubes = 1000;
constexpr PlateGeometry largest_disc{32, 48};

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  return to_lower_ascii(text).rfind(to_lower_ascii(word));
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
  if (text.ends_with(')')) {
    const std::size_t page = find_ignoring_case(text, "(page");
    if (page != std::string::npos) text = trim(text.substr(0, page));
  }
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
  Acquisition acquisition;
  acquisition.name = std::string(text);
  acquisition.channel = std::string(trim(text.substr(dot + 1)));
  acquisition.stage = find_stage(text);
  if (acquisition.channel.empty() || acquisition.stage == Stage::unknown) return std::nullopt;
  return acquisition;
}

std::vector<std::string> derive_dyes(const std::vector<Acquisition>& acquisitions) {
  std::vector<std::string> dyes;
  for (const Acquisition& one : acquisitions) {
    const bool shared = std::any_of(acquisitions.begin(), acquisitions.end(), [&](const Acquisition& other) {
      return other.stage == one.stage && other.channel == one.channel && other.name != one.name;
    });
    dyes.push_back(shared ? one.name : one.channel);
  }
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
