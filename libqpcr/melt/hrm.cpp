// Backgrounds, overlay and linkage of high-resolution melting curves.
#include "libqpcr/melt/hrm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/linear_fit.hpp"

namespace qpcr {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t smallest_window_count = 3;
constexpr double smallest_fall_over_noise = 10.0;
// A second genotype less than this many times as far as the nearest leaves the choice open.
constexpr double smallest_distance_ratio = 2.0;

[[noreturn]] void refuse(const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

/// Readings of a window as one part of the arrays.
struct Part {
  std::span<const double> temperatures;
  std::span<const double> fluorescence;
};

Part find_part(const MeltReadings& readings, const TemperatureWindow& window) {
  const std::vector<double>& x = readings.temperatures_celsius();
  const auto first = std::lower_bound(x.begin(), x.end(), window.lower_celsius);
  const auto last = std::upper_bound(first, x.end(), window.upper_celsius);
  const auto offset = static_cast<std::size_t>(first - x.begin());
  const auto count = static_cast<std::size_t>(last - first);
  return {std::span<const double>(x).subspan(offset, count),
          std::span<const double>(readings.fluorescence()).subspan(offset, count)};
}

double middle(const TemperatureWindow& window) { return 0.5 * (window.lower_celsius + window.upper_celsius); }

double interpolate(const std::vector<double>& x, const std::vector<double>& y, double at) {
  if (at < x.front() || at > x.back()) return missing;
  const auto next = std::upper_bound(x.begin(), x.end(), at);
  if (next == x.end()) return y.back();
  const auto k = static_cast<std::size_t>(next - x.begin());
  return y[k - 1] + (y[k] - y[k - 1]) * (at - x[k - 1]) / (x[k] - x[k - 1]);
}

/// Removes the background in place. @return normalised, lines_cross or no_melting.
HrmStatus remove_linear(const MeltReadings& readings, const LinearFit& upper, const LinearFit& lower,
                        const HrmOptions& options, std::vector<double>& values) {
  const std::vector<double>& x = readings.temperatures_celsius();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double bottom = lower.intercept + lower.slope * x[i];
    const double height = upper.intercept + upper.slope * x[i] - bottom;
    const bool needed = x[i] >= options.before.lower_celsius && x[i] <= options.after.upper_celsius;
    if (needed && !(height > 0.0)) return HrmStatus::lines_cross;
    values[i] = height > 0.0 ? (readings.fluorescence()[i] - bottom) / height : missing;
  }
  return HrmStatus::normalised;
}

HrmStatus remove_exponential(const MeltReadings& readings, const LinearFit& upper, const LinearFit& lower,
                             const HrmOptions& options, std::vector<double>& values) {
  const double start = middle(options.before);
  const double end = middle(options.after);
  // Both slopes must fall for an exponential to exist; the ratio of the slopes gives its rate.
  if (!(upper.slope < 0.0) || !(lower.slope < 0.0)) return HrmStatus::lines_cross;
  const double rate = elementary::log(lower.slope / upper.slope) / (end - start);
  const std::vector<double>& x = readings.temperatures_celsius();
  double top_sum = 0.0;
  double bottom_sum = 0.0;
  double top_count = 0.0;
  double bottom_count = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    // The integral of slope·exp(rate·u) from 0, which stays exact where the rate vanishes.
    const double u = x[i] - start;
    const double background = rate == 0.0 ? upper.slope * u : upper.slope * elementary::expm1(rate * u) / rate;
    values[i] = readings.fluorescence()[i] - background;
    if (x[i] >= options.before.lower_celsius && x[i] <= options.before.upper_celsius) {
      top_sum += values[i];
      top_count += 1.0;
    }
    if (x[i] >= options.after.lower_celsius && x[i] <= options.after.upper_celsius) {
      bottom_sum += values[i];
      bottom_count += 1.0;
    }
  }
  const double bottom = bottom_sum / bottom_count;
  const double height = top_sum / top_count - bottom;
  if (!(height > 0.0)) return HrmStatus::lines_cross;
  for (double& value : values) value = (value - bottom) / height;
  return HrmStatus::normalised;
}

struct Normalised {
  HrmStatus status = HrmStatus::unusable;
  MeltReadings readings;
  std::vector<double> values;
};

Normalised normalise_readings(MeltView curve, const HrmOptions& options) {
  Normalised result;
  if (result.readings.assign(curve) != MeltStatus::peaks_found) return result;
  const Part before = find_part(result.readings, options.before);
  const Part after = find_part(result.readings, options.after);
  if (before.temperatures.size() < smallest_window_count || after.temperatures.size() < smallest_window_count) {
    result.status = HrmStatus::window_empty;
    return result;
  }
  const LinearFit upper = fit_line(before.temperatures, before.fluorescence);
  const LinearFit lower = fit_line(after.temperatures, after.fluorescence);
  // The fall that melting causes: both lines carried to the middle between the windows.
  const double centre = 0.5 * (middle(options.before) + middle(options.after));
  const double fall = upper.intercept - lower.intercept + (upper.slope - lower.slope) * centre;
  const double noise = std::max(upper.residual_sd, lower.residual_sd);
  result.values.assign(result.readings.size(), missing);
  if (!(fall > smallest_fall_over_noise * noise) || !(fall > 0.0)) {
    result.status = HrmStatus::no_melting;
    return result;
  }
  result.status = options.background == HrmBackground::linear
                      ? remove_linear(result.readings, upper, lower, options, result.values)
                      : remove_exponential(result.readings, upper, lower, options, result.values);
  return result;
}

/// Temperature at which the values pass the level downwards between the windows; nothing unless they do so once.
std::optional<double> find_level(std::span<const double> x, std::span<const double> values, double level,
                                 const HrmOptions& options) {
  std::optional<double> found;
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (x[i] < options.before.upper_celsius || x[i - 1] > options.after.lower_celsius) continue;
    if (!(values[i - 1] >= level && values[i] < level)) continue;
    if (found) return std::nullopt;
    found = x[i - 1] + (x[i] - x[i - 1]) * (values[i - 1] - level) / (values[i - 1] - values[i]);
  }
  return found;
}

void place_on_grid(const Normalised& source, std::span<const double> grid, double shift, HrmCurve& curve) {
  curve.shift_celsius = shift;
  curve.values.clear();
  for (const double at : grid)
    curve.values.push_back(interpolate(source.readings.temperatures_celsius(), source.values, at - shift));
}

std::vector<double> mean_of(const std::vector<HrmCurve>& curves, const std::vector<std::size_t>& members,
                            std::size_t points) {
  std::vector<double> mean(points, 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    double sum = 0.0;
    double count = 0.0;
    for (const std::size_t member : members) {
      if (std::isnan(curves[member].values[i])) continue;
      sum += curves[member].values[i];
      count += 1.0;
    }
    mean[i] = count > 0.0 ? sum / count : missing;
  }
  return mean;
}

HrmResult prepare(std::span<const MeltView> curves, const HrmOptions& options) {
  options.validate();
  HrmResult result;
  const double start = middle(options.before);
  const double end = middle(options.after);
  for (std::size_t i = 0; i < options.grid_points; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(options.grid_points - 1);
    result.grid_celsius.push_back(start + (end - start) * part);
  }
  result.curves.resize(curves.size());
  result.assignments.resize(curves.size());
  std::vector<Normalised> sources;
  std::vector<std::optional<double>> levels(curves.size());
  std::vector<double> crossings;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    sources.push_back(normalise_readings(curves[i], options));
    result.curves[i].status = sources[i].status;
    if (sources[i].status != HrmStatus::normalised || !options.overlay_level) continue;
    levels[i] =
        find_level(sources[i].readings.temperatures_celsius(), sources[i].values, *options.overlay_level, options);
    if (levels[i]) {
      crossings.push_back(*levels[i]);
    } else {
      result.curves[i].status = HrmStatus::level_not_crossed;
    }
  }
  // All are moved to the middle of the crossings.
  std::sort(crossings.begin(), crossings.end());
  const double centre = crossings.empty() ? 0.0 : crossings[crossings.size() / 2];
  for (std::size_t i = 0; i < curves.size(); ++i) {
    result.assignments[i].distance = missing;
    if (result.curves[i].status == HrmStatus::normalised) {
      place_on_grid(sources[i], result.grid_celsius, levels[i] ? centre - *levels[i] : 0.0, result.curves[i]);
    } else {
      result.assignments[i].reason =
          Message{"melt_hrm_unusable", {{"status", std::string(to_string(result.curves[i].status))}}};
    }
  }
  return result;
}

Message describe_group(std::size_t group, double distance, double limit) {
  return Message{"melt_hrm_group",
                 {{"group", std::to_string(group + 1)},
                  {"distance", format_fixed(distance, 3)},
                  {"limit", format_fixed(limit, 3)}}};
}

}  // namespace

void HrmOptions::validate() const {
  if (!(before.lower_celsius < before.upper_celsius))
    refuse("before.upper_celsius", format_double(before.upper_celsius), "more than before.lower_celsius");
  if (!(before.upper_celsius < after.lower_celsius))
    refuse("after.lower_celsius", format_double(after.lower_celsius), "more than before.upper_celsius");
  if (!(after.lower_celsius < after.upper_celsius))
    refuse("after.upper_celsius", format_double(after.upper_celsius), "more than after.lower_celsius");
  if (grid_points < 10 || grid_points > 100000)
    refuse("grid_points", std::to_string(grid_points), "between 10 and 100000");
  if (overlay_level && !(*overlay_level > 0.0 && *overlay_level < 1.0))
    refuse("overlay_level", format_double(*overlay_level), "between 0 and 1");
  if (!(largest_difference > 0.0)) refuse("largest_difference", format_double(largest_difference), "more than 0");
  if (smallest_group < 1) refuse("smallest_group", std::to_string(smallest_group), "1 or more");
}

std::string_view to_string(HrmStatus status) {
  switch (status) {
    case HrmStatus::normalised:
      return "normalised";
    case HrmStatus::unusable:
      return "unusable";
    case HrmStatus::window_empty:
      return "window_empty";
    case HrmStatus::lines_cross:
      return "lines_cross";
    case HrmStatus::no_melting:
      return "no_melting";
    case HrmStatus::level_not_crossed:
      return "level_not_crossed";
  }
  return "unusable";
}

HrmCurve normalise_hrm(MeltView curve, std::span<const double> grid_celsius, const HrmOptions& options) {
  options.validate();
  const Normalised source = normalise_readings(curve, options);
  HrmCurve result;
  result.status = source.status;
  if (source.status == HrmStatus::normalised) place_on_grid(source, grid_celsius, 0.0, result);
  return result;
}

std::vector<double> derive_difference(std::span<const double> curve, std::span<const double> reference) {
  std::vector<double> difference;
  for (std::size_t i = 0; i < std::min(curve.size(), reference.size()); ++i)
    difference.push_back(curve[i] - reference[i]);
  return difference;
}

double find_largest_difference(std::span<const double> left, std::span<const double> right) {
  double largest = missing;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const double difference = std::abs(left[i] - right[i]);
    if (difference >= 0.0 && !(difference <= largest)) largest = difference;
  }
  return largest;
}

HrmResult group_hrm(std::span<const MeltView> curves, const HrmOptions& options) {
  HrmResult result = prepare(curves, options);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (result.curves[i].status == HrmStatus::normalised) groups.push_back({i});
  }
  // Complete linkage on a matrix of distances between groups; a merged group's distance is the larger of the two.
  std::vector<std::vector<double>> distance(groups.size(), std::vector<double>(groups.size(), 0.0));
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double value =
          find_largest_difference(result.curves[groups[a].front()].values, result.curves[groups[b].front()].values);
      distance[a][b] = distance[b][a] = std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
    }
  }
  std::vector<bool> alive(groups.size(), true);
  for (;;) {
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t left = 0;
    std::size_t right = 0;
    for (std::size_t a = 0; a < groups.size(); ++a) {
      for (std::size_t b = a + 1; alive[a] && b < groups.size(); ++b) {
        if (!alive[b] || !(distance[a][b] < nearest)) continue;
        nearest = distance[a][b];
        left = a;
        right = b;
      }
    }
    if (!(nearest <= options.largest_difference)) break;
    groups[left].insert(groups[left].end(), groups[right].begin(), groups[right].end());
    alive[right] = false;
    for (std::size_t c = 0; c < groups.size(); ++c)
      distance[left][c] = distance[c][left] = std::max(distance[left][c], distance[right][c]);
  }
  struct Group {
    std::vector<std::size_t> members;
    std::vector<double> mean;
    double half_celsius = 0.0;
  };
  std::vector<Group> kept;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!alive[g]) continue;
    std::sort(groups[g].begin(), groups[g].end());
    if (groups[g].size() < options.smallest_group) {
      for (const std::size_t member : groups[g]) {
        result.assignments[member].reason =
            Message{"melt_hrm_small_group",
                    {{"size", std::to_string(groups[g].size())}, {"limit", std::to_string(options.smallest_group)}}};
      }
      continue;
    }
    Group group;
    group.members = groups[g];
    group.mean = mean_of(result.curves, groups[g], result.grid_celsius.size());
    group.half_celsius = find_level(result.grid_celsius, group.mean, 0.5, options).value_or(HUGE_VAL);
    kept.push_back(std::move(group));
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Group& left, const Group& right) {
    return left.members.size() != right.members.size() ? left.members.size() > right.members.size()
                                                       : left.half_celsius < right.half_celsius;
  });
  for (std::size_t g = 0; g < kept.size(); ++g) {
    result.means.push_back(kept[g].mean);
    for (const std::size_t member : kept[g].members) {
      HrmAssignment& assignment = result.assignments[member];
      assignment.group = g;
      assignment.distance = find_largest_difference(result.curves[member].values, kept[g].mean);
      assignment.reason = describe_group(g, assignment.distance, options.largest_difference);
    }
  }
  return result;
}

HrmResult call_hrm(std::span<const MeltView> curves, std::span<const std::optional<std::size_t>> genotypes,
                   const HrmOptions& options) {
  if (curves.size() != genotypes.size())
    refuse("genotypes", std::to_string(genotypes.size()), "one entry for each curve");
  HrmResult result = prepare(curves, options);
  std::vector<std::vector<std::size_t>> references;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (!genotypes[i] || result.curves[i].status != HrmStatus::normalised) continue;
    if (*genotypes[i] > curves.size()) refuse("genotypes", std::to_string(*genotypes[i]), "numbers from 0");
    if (*genotypes[i] >= references.size()) references.resize(*genotypes[i] + 1);
    references[*genotypes[i]].push_back(i);
  }
  if (references.empty()) refuse("genotypes", "none", "at least one reference curve that can be normalised");
  for (const auto& members : references)
    result.means.push_back(mean_of(result.curves, members, result.grid_celsius.size()));
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (result.curves[i].status != HrmStatus::normalised) continue;
    HrmAssignment& assignment = result.assignments[i];
    std::size_t nearest = 0;
    double first = std::numeric_limits<double>::infinity();
    double second = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < result.means.size(); ++g) {
      const double distance = find_largest_difference(result.curves[i].values, result.means[g]);
      if (distance < first) {
        second = first;
        first = distance;
        nearest = g;
      } else if (distance < second) {
        second = distance;
      }
    }
    assignment.distance = first;
    if (genotypes[i]) {
      assignment.group = genotypes[i];
      assignment.distance = find_largest_difference(result.curves[i].values, result.means[*genotypes[i]]);
      assignment.reason = describe_group(*genotypes[i], assignment.distance, options.largest_difference);
    } else if (!(first <= options.largest_difference)) {
      assignment.reason =
          Message{"melt_hrm_too_far",
                  {{"distance", format_fixed(first, 3)}, {"limit", format_fixed(options.largest_difference, 3)}}};
    } else if (second < smallest_distance_ratio * first) {
      assignment.reason =
          Message{"melt_hrm_ambiguous", {{"distance", format_fixed(first, 3)}, {"second", format_fixed(second, 3)}}};
    } else {
      assignment.group = nearest;
      assignment.reason = describe_group(nearest, first, options.largest_difference);
    }
  }
  return result;
}

}  // namespace qpcr
