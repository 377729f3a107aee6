// Recursive integration of the density of a motion that has stayed below its bounds.
#include "libqpcr/math/boundary_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/roots.hpp"

namespace qpcr {
namespace {

constexpr double reach = 8.5;           ///< standard deviations beyond which nothing is left
constexpr double relative_step = 0.06;  ///< of the Simpson rule, in standard deviations of the shortest stretch
constexpr double most_intervals = 4000.0;

[[noreturn]] void refuse(std::string field, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

void check_times(std::span<const double> times) {
  double last = 0.0;
  for (const double time : times) {
    if (!(std::isfinite(time) && time > last)) refuse("times", "finite times that rise from above 0");
    last = time;
  }
}

double density(double value) { return std::exp(-value * value / 2.0) / std::sqrt(2.0 * std::numbers::pi); }

/// Nodes with the weight and density of the motion below all bounds so far, and how to carry it to the next look.
class Survivors {
 public:
  Survivors(std::span<const double> times, double drift) : drift_(drift) {
    double last = 0.0;
    for (const double time : times) {
      shortest_ = std::min(shortest_, std::sqrt(time - last));
      last = time;
    }
  }

  /// Probability that the motion, below all bounds until now, exceeds `level` at `time`.
  double exceeding(double level, double time) const {
    const double deviation = std::sqrt(time - time_);
    const double shift = drift_ * (time - time_);
    if (nodes_.empty()) return normal_upper_tail((level - shift) / deviation);
    double sum = 0.0;
    for (const Node& node : nodes_) sum += node.mass * normal_upper_tail((level - node.at - shift) / deviation);
    return sum;
  }

  /// Keeps what stays below `level` at `time`.
  void advance(double level, double time) {
    const double deviation = std::sqrt(time - time_);
    const double shift = drift_ * (time - time_);
    const double lowest = drift_ * time - reach * std::sqrt(time);
    const double highest = std::min(level, drift_ * time + reach * std::sqrt(time));
    std::vector<Node> next;
    const double pairs = std::ceil((highest - lowest) / (2.0 * relative_step * shortest_));
    const int intervals = 2 * static_cast<int>(std::clamp(pairs, 50.0, most_intervals / 2.0));
    const double step = (highest - lowest) / intervals;
    for (int i = 0; i <= intervals && step > 0.0; ++i) {
      const double at = lowest + step * i;
      double value = 0.0;
      if (nodes_.empty()) {
        value = density((at - shift) / deviation) / deviation;
      } else {
        for (const Node& node : nodes_) value += node.mass * density((at - node.at - shift) / deviation);
        value /= deviation;
      }
      const double weight = i == 0 || i == intervals ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
      next.push_back({at, value * weight * step / 3.0});
    }
    if (next.empty()) next.push_back({lowest, 0.0});
    nodes_ = std::move(next);
    time_ = time;
  }

 private:
  struct Node {
    double at;
    double mass;
  };

  double drift_;
  double shortest_ = std::numeric_limits<double>::infinity();  ///< standard deviation of the shortest stretch
  double time_ = 0.0;
  std::vector<Node> nodes_;
};

}  // namespace

std::vector<double> boundary_crossing(std::span<const double> times, std::span<const double> bounds, double drift) {
  check_times(times);
  if (bounds.size() != times.size()) refuse("bounds", "one for each time");
  Survivors survivors(times, drift);
  std::vector<double> probabilities;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double level = bounds[k] * std::sqrt(times[k]);
    probabilities.push_back(std::isinf(level) && level > 0.0 ? 0.0 : survivors.exceeding(level, times[k]));
    if (k + 1 < times.size()) survivors.advance(level, times[k]);
  }
  return probabilities;
}

std::vector<double> spending_bounds(std::span<const double> times, std::span<const double> increments) {
  check_times(times);
  if (increments.size() != times.size()) refuse("increments", "one for each time");
  double sum = 0.0;
  for (const double increment : increments) {
    if (!(increment >= 0.0)) refuse("increments", "numbers of at least 0");
    sum += increment;
  }
  if (sum >= 1.0) refuse("increments", "a sum below 1");
  Survivors survivors(times, 0.0);
  std::vector<double> bounds;
  for (std::size_t k = 0; k < times.size(); ++k) {
    double bound = std::numeric_limits<double>::infinity();
    if (increments[k] > 0.0) {
      const double root = std::sqrt(times[k]);
      const auto excess = [&](double z) { return survivors.exceeding(z * root, times[k]) - increments[k]; };
      bound = find_root(excess, -reach, reach).value_or(bound);
    }
    bounds.push_back(bound);
    if (k + 1 < times.size()) survivors.advance(bound * std::sqrt(times[k]), times[k]);
  }
  return bounds;
}

}  // namespace qpcr
