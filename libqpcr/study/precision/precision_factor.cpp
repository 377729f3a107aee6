// Numbers the levels of factors and of their combinations.
#include "libqpcr/study/precision/precision_factor.hpp"

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "libqpcr/core/error.hpp"

namespace qpcr {

PrecisionFactor number_levels(std::string name, const std::vector<std::string_view>& texts) {
  PrecisionFactor factor;
  factor.name = std::move(name);
  factor.level.reserve(texts.size());
  std::unordered_map<std::string_view, int> known;
  for (const std::string_view text : texts) {
    if (text.empty() || text == "NA") {
      factor.level.push_back(-1);
      continue;
    }
    const auto [at, fresh] = known.emplace(text, static_cast<int>(factor.labels.size()));
    if (fresh) factor.labels.emplace_back(text);
    factor.level.push_back(at->second);
  }
  return factor;
}

PrecisionFactor combine_factors(const std::vector<const PrecisionFactor*>& factors) {
  PrecisionFactor combined = *factors.front();
  for (std::size_t f = 1; f < factors.size(); ++f) {
    const PrecisionFactor& next = *factors[f];
    if (next.level.size() != combined.level.size()) {
      ErrorContext context;
      context.field = next.name;
      context.found = std::to_string(next.level.size()) + " levels";
      context.expected = std::to_string(combined.level.size());
      throw Error(ErrorCode::invalid_value, context);
    }
    std::unordered_map<std::uint64_t, int> known;
    std::vector<std::string> labels;
    for (std::size_t row = 0; row < next.level.size(); ++row) {
      int& level = combined.level[row];
      if (level < 0 || next.level[row] < 0) {
        level = -1;
        continue;
      }
      const auto pair = (static_cast<std::uint64_t>(level) << 32U) | static_cast<std::uint32_t>(next.level[row]);
      const auto [at, fresh] = known.emplace(pair, static_cast<int>(labels.size()));
      if (fresh)
        labels.push_back(combined.labels[static_cast<std::size_t>(level)] + ":" +
                         next.labels[static_cast<std::size_t>(next.level[row])]);
      level = at->second;
    }
    combined.labels = std::move(labels);
    combined.name += ":" + next.name;
  }
  return combined;
}

PrecisionFactor keep_rows(const PrecisionFactor& factor, const std::vector<std::size_t>& rows) {
  PrecisionFactor kept;
  kept.name = factor.name;
  kept.level.reserve(rows.size());
  std::vector<int> renumbered(factor.labels.size(), -1);
  for (const std::size_t row : rows) {
    const int level = factor.level[row];
    if (level < 0) {
      kept.level.push_back(-1);
      continue;
    }
    int& now = renumbered[static_cast<std::size_t>(level)];
    if (now < 0) {
      now = static_cast<int>(kept.labels.size());
      kept.labels.push_back(factor.labels[static_cast<std::size_t>(level)]);
    }
    kept.level.push_back(now);
  }
  return kept;
}

}  // namespace qpcr
