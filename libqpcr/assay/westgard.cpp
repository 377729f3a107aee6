// Westgard's rules.
#include "libqpcr/assay/westgard.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<WestgardRule, std::string_view>, 7> spellings{{{WestgardRule::one_2s, "1-2s"},
                                                                              {WestgardRule::one_3s, "1-3s"},
                                                                              {WestgardRule::two_2s, "2-2s"},
                                                                              {WestgardRule::r_4s, "R-4s"},
                                                                              {WestgardRule::four_1s, "4-1s"},
                                                                              {WestgardRule::ten_x, "10-x"},
                                                                              {WestgardRule::seven_t, "7-T"}}};

using Violations = std::vector<WestgardViolation>;

void check(std::span<const ScoredSeries> controls) {
  const auto refuse = [](std::string problem, double found) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = format_double(found),
                                           .expected = {},
                                           .problem = std::move(problem)});
  };
  for (const ScoredSeries& series : controls) {
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (!std::isfinite(series[i].z)) refuse("a standardised result is not finite", series[i].z);
      if (i > 0 && series[i].run <= series[i - 1].run)
        refuse("the runs of a control are not in order", static_cast<double>(series[i].run));
    }
  }
}

/// The last `count` points up to and including `last` all satisfy `holds`.
template <class Predicate>
bool all_of_last(const ScoredSeries& series, std::size_t last, std::size_t count, Predicate holds) {
  if (last + 1 < count) return false;
  for (std::size_t i = last + 1 - count; i <= last; ++i) {
    if (!holds(i)) return false;
  }
  return count <= series.size();
}

bool stay_beyond(const ScoredSeries& series, std::size_t last, std::size_t count, double limit) {
  return all_of_last(series, last, count, [&](std::size_t i) { return series[i].z > limit; }) ||
         all_of_last(series, last, count, [&](std::size_t i) { return series[i].z < -limit; });
}

bool go_one_way(const ScoredSeries& series, std::size_t last, std::size_t count) {
  const std::size_t first = last + 1 - count;
  return all_of_last(series, last, count, [&](std::size_t i) { return i == first || series[i].z > series[i - 1].z; }) ||
         all_of_last(series, last, count, [&](std::size_t i) { return i == first || series[i].z < series[i - 1].z; });
}

/// The rules that look at one control alone.
void apply_within(const ScoredSeries& series, std::size_t index, std::vector<Violations>& found) {
  const auto report = [&](WestgardRule rule, std::size_t last, std::size_t count) {
    WestgardViolation violation{rule, {}};
    for (std::size_t i = last + 1 - count; i <= last; ++i) violation.points.push_back({index, i});
    found[last].push_back(std::move(violation));
  };
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (std::abs(series[i].z) > 2) report(WestgardRule::one_2s, i, 1);
    if (std::abs(series[i].z) > 3) report(WestgardRule::one_3s, i, 1);
    if (stay_beyond(series, i, 2, 2)) report(WestgardRule::two_2s, i, 2);
    if (stay_beyond(series, i, 4, 1)) report(WestgardRule::four_1s, i, 4);
    if (stay_beyond(series, i, 10, 0)) report(WestgardRule::ten_x, i, 10);
    if (go_one_way(series, i, 7)) report(WestgardRule::seven_t, i, 7);
  }
}

}  // namespace

std::string_view to_string(WestgardRule rule) {
  for (const auto& [value, text] : spellings) {
    if (value == rule) return text;
  }
  return "?";
}

bool rejects(WestgardRule rule) { return rule != WestgardRule::one_2s && rule != WestgardRule::seven_t; }

std::vector<std::vector<Violations>> apply_westgard(std::span<const ScoredSeries> controls) {
  check(controls);
  std::vector<std::vector<Violations>> found(controls.size());
  std::map<std::size_t, std::vector<PointPlace>> runs;
  for (std::size_t s = 0; s < controls.size(); ++s) {
    found[s].resize(controls[s].size());
    apply_within(controls[s], s, found[s]);
    for (std::size_t i = 0; i < controls[s].size(); ++i) runs[controls[s][i].run].push_back({s, i});
  }
  for (const auto& [run, places] : runs) {
    std::vector<PointPlace> above;
    std::vector<PointPlace> below;
    std::vector<PointPlace> beyond;
    for (const PointPlace& place : places) {
      const double z = controls[place.series][place.point].z;
      if (z > 2) above.push_back(place);
      if (z < -2) below.push_back(place);
      if (std::abs(z) > 2) beyond.push_back(place);
    }
    const auto report = [&](WestgardRule rule, const std::vector<PointPlace>& points) {
      for (const PointPlace& place : points) found[place.series][place.point].push_back({rule, points});
    };
    if (above.size() > 1) report(WestgardRule::two_2s, above);
    if (below.size() > 1) report(WestgardRule::two_2s, below);
    if (!above.empty() && !below.empty()) report(WestgardRule::r_4s, beyond);
  }
  for (auto& series : found) {
    for (Violations& point : series) {
      std::stable_sort(point.begin(), point.end(), [](const WestgardViolation& left, const WestgardViolation& right) {
        return left.rule < right.rule;
      });
    }
  }
  return found;
}

}  // namespace qpcr
