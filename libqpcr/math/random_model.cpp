// Chooses how a model with random terms is reduced.
#include "libqpcr/math/random_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/crossed_random_model.hpp"
#include "libqpcr/math/nested_random_model.hpp"

namespace qpcr {
namespace {

void check(std::span<const double> y, const std::vector<RandomTerm>& terms) {
  if (y.size() < 2)
    refuse_request(ErrorCode::invalid_value, "values", fmt::format("{}", y.size()), "at least two values");
  for (const double value : y) {
    if (!std::isfinite(value))
      refuse_request(ErrorCode::invalid_value, "value", fmt::format("{}", value), "finite values");
  }
  for (const RandomTerm& term : terms) {
    if (term.level.size() != y.size())
      refuse_request(ErrorCode::invalid_value, "term", fmt::format("{} levels", term.level.size()),
                     fmt::format("a level for each of {} values", y.size()));
    std::vector<char> used(static_cast<std::size_t>(std::max(term.levels, 0)), 0);
    for (const int level : term.level) {
      if (level < 0 || level >= term.levels)
        refuse_request(ErrorCode::invalid_value, "level", fmt::format("{}", level),
                       fmt::format("0 to {}", term.levels - 1));
      used[static_cast<std::size_t>(level)] = 1;
    }
    for (const char one : used) {
      if (one == 0)
        refuse_request(ErrorCode::invalid_value, "levels", "a level without a value", "a value in each level");
    }
  }
}

}  // namespace

std::unique_ptr<RandomModel> make_random_model(std::span<const double> y, const std::vector<RandomTerm>& terms) {
  check(y, terms);
  // Centred twice: the mean of what is left corrects the rounding of the first mean.
  std::vector<double> centred(y.begin(), y.end());
  double mean = 0.0;
  for (int pass = 0; pass < 2; ++pass) {
    double away = 0.0;
    for (const double value : centred) away += value;
    away /= static_cast<double>(centred.size());
    for (double& value : centred) value -= away;
    mean += away;
  }
  if (std::optional<Forest> forest = grow_forest(centred, terms)) {
    double within = 0.0;
    for (std::size_t i = 0; i < centred.size(); ++i) {
      const std::size_t leaf = terms.empty() ? 0 : static_cast<std::size_t>(terms.back().level[i]);
      const double away = centred[i] - forest->back()[leaf].mean;
      within += away * away;
    }
    return std::make_unique<NestedRandomModel>(*std::move(forest), mean, within);
  }
  long levels = 0;
  for (const RandomTerm& term : terms) levels += term.levels;
  if (levels > max_crossed_levels)
    refuse_request(ErrorCode::invalid_option, "terms", fmt::format("{} levels in terms that are not nested", levels),
                   fmt::format("at most {}", max_crossed_levels));
  return std::make_unique<CrossedRandomModel>(centred, mean, terms);
}

}  // namespace qpcr
