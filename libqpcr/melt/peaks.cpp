// From the smoothed derivative to peaks: candidates, place, feet, and the rules that tell a peak from noise.
#include "libqpcr/melt/peaks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
// Peaks of short amplicons are about 2 °C wide at half height: a window of ±1 °C keeps their shape.
constexpr double narrowest_half_width_celsius = 1.0;
constexpr double half_width_steps = 3.5;
// A wider window lowers the noise of a derivative by its power of 1.5, and leaves the shape of peaks this wide.
constexpr double widening = 1.5;
constexpr double half_width_per_width = 0.7;
// Tm alone bears a wider window: a symmetric peak is not shifted by it, a skewed one by less than the noise.
constexpr double largest_tm_error_celsius = 0.03;
constexpr double tm_widening = 1.25;
constexpr double tm_half_width_per_width = 1.3;
// A foot stands where the flank has flattened to this part of its steepest slope, or where the derivative turns up by
// more than so many standard errors.
constexpr double foot_slope_fraction = 0.1;
constexpr double foot_errors = 3.0;

}  // namespace

MeltAnalyser::MeltAnalyser(MeltOptions options) : options_(options) { options_.validate(); }

void MeltAnalyser::analyse(MeltView curve, MeltResult& result) {
  result.peaks.clear();
  result.rejected.reset();
  result.kind = curve.kind;
  smoothed_.clear();
  derivative_.clear();
  candidates_.clear();
  result.status = readings_.assign(curve);
  result.readings = readings_.size();
  result.reordered = readings_.reordered();
  result.noise_sd = missing;
  result.half_width_celsius = missing;
  if (result.status != MeltStatus::peaks_found) return;

  const std::vector<double>& x = readings_.temperatures_celsius();
  const std::vector<double>& y = readings_.fluorescence();
  double half_width = 0.0;
  if (options_.smoothing_half_width_celsius) {
    half_width = *options_.smoothing_half_width_celsius;
  } else {
    work_.clear();
    for (std::size_t i = 1; i < x.size(); ++i) work_.push_back(x[i] - x[i - 1]);
    half_width = std::max(narrowest_half_width_celsius, half_width_steps * median_in_place(work_));
  }
  smooth(0, half_width);
  noise_ = smoothers_[0].estimate_noise(y, smoothed_, work_);
  search(result);
  std::size_t best = 0;
  double best_width = half_width;
  const std::size_t levels = options_.smoothing_half_width_celsius ? 1 : level_count;
  for (std::size_t level = 1; level < levels; ++level) {
    const double wider = widening * smoothers_[level - 1].half_width();
    if (wider > 0.25 * (x.back() - x.front())) break;
    smooth(level, wider);
    search(trial_);
    if (trial_.peaks.size() < result.peaks.size()) break;
    if (trial_.peaks.empty()) continue;
    // The width that the wider window shows: the narrower one's may be that of noise on top of a peak.
    double narrowest = HUGE_VAL;
    for (const MeltPeak& peak : trial_.peaks) narrowest = std::min(narrowest, peak.width_celsius);
    if (!result.peaks.empty() && wider > half_width_per_width * narrowest) break;
    std::swap(result.peaks, trial_.peaks);
    result.rejected = trial_.rejected;
    best = level;
    best_width = wider;
  }
  if (best != level_) smooth(best, best_width);
  for (MeltPeak& peak : result.peaks) refine(peak);
  result.noise_sd = noise_;
  result.half_width_celsius = best_width;
  result.status = result.peaks.empty() ? MeltStatus::no_peak : MeltStatus::peaks_found;
}

void MeltAnalyser::smooth(std::size_t level, double half_width) {
  level_ = level;
  smoothers_[level].prepare(readings_.temperatures_celsius(), half_width);
  smoothed_.resize(readings_.size());
  derivative_.resize(readings_.size());
  smoothers_[level].smooth(readings_.fluorescence(), smoothed_, derivative_);
  if (options_.signal == MeltSignal::falls) {
    for (double& value : derivative_) value = -value;
  }
}

void MeltAnalyser::search(MeltResult& result) {
  result.peaks.clear();
  result.rejected.reset();
  candidates_.clear();
  find_candidates(result);
  choose(result);
}

void MeltAnalyser::reject(Candidate& candidate, PeakVerdict verdict, double value, double limit, MeltResult& result) {
  candidate.real = false;
  if (result.rejected && result.rejected->prominence >= candidate.prominence) return;
  const double tm =
      candidate.peak.tm_celsius != 0.0 ? candidate.peak.tm_celsius : readings_.temperatures_celsius()[candidate.top];
  result.rejected = RejectedPeak{tm, verdict, value, limit, candidate.prominence};
}

void MeltAnalyser::find_candidates(MeltResult& result) {
  const std::size_t n = derivative_.size();
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double top = derivative_[i];
    if (!(top > derivative_[i - 1] && top >= derivative_[i + 1])) continue;
    Candidate candidate;
    candidate.top = i;
    std::size_t left = i;
    std::size_t right = i;
    std::size_t k = i;
    while (k > 0 && derivative_[k - 1] <= top) {
      if (derivative_[--k] < derivative_[left]) left = k;
    }
    const bool left_open = k == 0;
    k = i;
    while (k + 1 < n && derivative_[k + 1] <= top) {
      if (derivative_[++k] < derivative_[right]) right = k;
    }
    const bool right_open = k + 1 == n;
    const std::size_t valley = derivative_[left] > derivative_[right] ? left : right;
    candidate.prominence = top - derivative_[valley];
    // The derivative is least certain at the ends of the ramp, where a valley often lies.
    const double top_error = smoothers_[level_].derivative_error(i);
    const double valley_error = smoothers_[level_].derivative_error(valley);
    const double error = noise_ * std::sqrt(top_error * top_error + valley_error * valley_error);
    candidate.over_error = error > 0.0 ? candidate.prominence / error : std::numeric_limits<double>::infinity();
    const double temperature = readings_.temperatures_celsius()[i];
    // A side where the ramp ends counts as seen when the derivative has fallen there by half of what it falls on the
    // other.
    const double left_part = (top - derivative_[left]) / (top - derivative_[right]);
    const double right_part = (top - derivative_[right]) / (top - derivative_[left]);
    if (candidate.over_error < options_.smallest_prominence_over_error) {
      reject(candidate, PeakVerdict::within_noise, candidate.over_error, options_.smallest_prominence_over_error,
             result);
    } else if (left_open && left_part < 0.5) {
      reject(candidate, PeakVerdict::at_edge, left_part, 0.5, result);
    } else if (right_open && right_part < 0.5) {
      reject(candidate, PeakVerdict::at_edge, right_part, 0.5, result);
    } else if (options_.lowest_tm_celsius && temperature < *options_.lowest_tm_celsius) {
      reject(candidate, PeakVerdict::outside_limits, temperature, *options_.lowest_tm_celsius, result);
    } else if (options_.highest_tm_celsius && temperature > *options_.highest_tm_celsius) {
      reject(candidate, PeakVerdict::outside_limits, temperature, *options_.highest_tm_celsius, result);
    } else {
      locate(candidate);
      candidates_.push_back(candidate);
    }
  }
}

double MeltAnalyser::search_maximum(double low, double high, double half_width) const {
  constexpr double golden = 0.6180339887498949;
  const double sign = options_.signal == MeltSignal::falls ? -1.0 : 1.0;
  const auto value = [&](double at) {
    return sign * smoothers_[level_].derivative_at(at, readings_.fluorescence(), half_width);
  };
  double a = high - golden * (high - low);
  double b = low + golden * (high - low);
  double at_a = value(a);
  double at_b = value(b);
  for (int round = 0; round < 10; ++round) {
    if (at_a >= at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - golden * (high - low);
      at_a = value(a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + golden * (high - low);
      at_b = value(b);
    }
  }
  // Near a summit values are equal to the last digits: the rest is the vertex of a parabola, twice.
  double at = 0.5 * (low + high);
  const double span = 0.5 * (high - low);
  for (int round = 0; round < 2; ++round) {
    const double before = value(at) - value(at - span);
    const double after = value(at + span) - value(at);
    if (!(after < before)) break;
    at = std::clamp(at + 0.5 * span * (before + after) / (before - after), low, high);
  }
  return at;
}

double MeltAnalyser::estimate_tm_error(double at, double half_width) {
  const std::vector<double>& x = readings_.temperatures_celsius();
  const std::vector<double>& y = readings_.fluorescence();
  const double sign = options_.signal == MeltSignal::falls ? -1.0 : 1.0;
  // Tm moves by −(change of slope)/curvature, and the slope of the derivative is linear in the readings.
  const double span = 0.1 * half_width;
  const double low = std::max(x.front(), at - span);
  const double high = std::min(x.back(), at + span);
  const double bend =
      sign *
      (smoothers_[level_].derivative_at(high, y, half_width) + smoothers_[level_].derivative_at(low, y, half_width) -
       2.0 * smoothers_[level_].derivative_at(at, y, half_width)) /
      ((high - at) * (at - low));
  if (!(bend < 0.0) || !(noise_ > 0.0)) return missing;
  std::size_t low_first = 0;
  std::size_t high_first = 0;
  const std::size_t low_count = smoothers_[level_].find_derivative_weights(low, half_width, work_, low_first);
  const std::size_t high_count = smoothers_[level_].find_derivative_weights(high, half_width, weights_, high_first);
  double squares = 0.0;
  const std::size_t end = std::max(low_first + low_count, high_first + high_count);
  for (std::size_t i = std::min(low_first, high_first); i < end; ++i) {
    const double l = i >= low_first && i < low_first + low_count ? work_[i - low_first] : 0.0;
    const double h = i >= high_first && i < high_first + high_count ? weights_[i - high_first] : 0.0;
    squares += (h - l) * (h - l);
  }
  return noise_ * std::sqrt(squares) / (high - low) / -bend;
}

void MeltAnalyser::locate(Candidate& candidate) const {
  const std::vector<double>& x = readings_.temperatures_celsius();
  const std::size_t top = candidate.top;
  const double before = (derivative_[top] - derivative_[top - 1]) / (x[top] - x[top - 1]);
  const double after = (derivative_[top + 1] - derivative_[top]) / (x[top + 1] - x[top]);
  const double curvature = 2.0 * (after - before) / (x[top + 1] - x[top - 1]);
  const double slope = before + 0.5 * curvature * (x[top] - x[top - 1]);
  candidate.peak.tm_celsius = x[top] - slope / curvature;
  candidate.peak.derivative = derivative_[top] - 0.5 * slope * slope / curvature;
}

void MeltAnalyser::refine(MeltPeak& peak) {
  const std::vector<double>& x = readings_.temperatures_celsius();
  const std::vector<double>& y = readings_.fluorescence();
  const double sign = options_.signal == MeltSignal::falls ? -1.0 : 1.0;
  // The reading with the highest derivative next to the parabola's summit.
  auto top = static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), peak.tm_celsius) - x.begin());
  top = std::clamp<std::size_t>(top, 1, x.size() - 2);
  if (derivative_[top - 1] > derivative_[top] && top > 1) --top;
  double left = x[top - 1];
  double right = x[top + 1];
  double at = x[top];
  double value = derivative_[top];
  double left_value = derivative_[top - 1];
  double right_value = derivative_[top + 1];
  // Parabolas through three points of the continuous derivative, each a tenth of the last one's width.
  double curvature = 0.0;
  for (int round = 0; round < 4; ++round) {
    const double before = (value - left_value) / (at - left);
    const double after = (right_value - value) / (right - at);
    curvature = 2.0 * (after - before) / (right - left);
    if (!(curvature < 0.0)) break;
    const double slope = before + 0.5 * curvature * (at - left);
    const double step = std::clamp(-slope / curvature, left - at, right - at);
    const double centre = std::clamp(at + step, x[top - 1], x[top + 1]);
    if (round == 3) {
      at = centre;
      break;
    }
    const double span = 0.1 * std::min(at - left, right - at);
    at = centre;
    left = centre - span;
    right = centre + span;
    value = sign * smoothers_[level_].derivative_at(at, y);
    left_value = sign * smoothers_[level_].derivative_at(left, y);
    right_value = sign * smoothers_[level_].derivative_at(right, y);
  }
  if (sign * smoothers_[level_].derivative_at(at, y) < derivative_[top])
    at = search_maximum(x[top - 1], x[top + 1], smoothers_[level_].half_width());
  peak.tm_celsius = at;
  const double derivative = sign * smoothers_[level_].derivative_at(at, y);
  peak.height += derivative - peak.derivative;
  peak.derivative = derivative;
  peak.tm_standard_error_celsius = estimate_tm_error(at, smoothers_[level_].half_width());

  // Where noise moves Tm by more than the limit, the summit is sought with wider windows, up to the peak's own width.
  double half_width = tm_widening * smoothers_[level_].half_width();
  while (noise_ > 0.0 && !(peak.tm_standard_error_celsius <= largest_tm_error_celsius) &&
         half_width <= tm_half_width_per_width * peak.width_celsius) {
    const double reach = 0.25 * peak.width_celsius;
    const double wide = search_maximum(std::max(x.front(), peak.tm_celsius - reach),
                                       std::min(x.back(), peak.tm_celsius + reach), half_width);
    const double error = estimate_tm_error(wide, half_width);
    if (!std::isfinite(error)) break;
    peak.tm_celsius = wide;
    peak.tm_standard_error_celsius = error;
    half_width *= tm_widening;
  }
}

std::size_t MeltAnalyser::find_foot(std::size_t top, std::size_t end) const {
  const std::vector<double>& x = readings_.temperatures_celsius();
  if (end == top) return top;
  const auto outward = [&](std::size_t i) { return end > top ? i + 1 : i - 1; };
  // How fast the derivative falls on the way from i to the next reading outwards.
  const auto fall = [&](std::size_t i) {
    return (derivative_[i] - derivative_[outward(i)]) / std::abs(x[i] - x[outward(i)]);
  };
  const double tolerance = foot_errors * noise_ * smoothers_[level_].derivative_error(top);
  std::size_t lowest = top;
  std::size_t steepest = top;
  double steepest_fall = fall(top);
  for (std::size_t i = top; i != end; i = outward(i)) {
    if (derivative_[outward(i)] <= derivative_[lowest]) lowest = outward(i);
    if (derivative_[outward(i)] > derivative_[lowest] + tolerance) break;
    const double here = fall(i);
    if (here > steepest_fall) {
      steepest = i;
      steepest_fall = here;
    }
  }
  std::size_t foot = outward(steepest);
  while (foot != lowest && foot != end && fall(foot) >= foot_slope_fraction * steepest_fall) foot = outward(foot);
  return foot;
}

void MeltAnalyser::measure(std::size_t index) {
  const std::vector<double>& x = readings_.temperatures_celsius();
  Candidate& candidate = candidates_[index];
  const std::size_t top = candidate.top;
  // The flanks end at the neighbouring real peaks or where the ramp ends.
  std::size_t first = 0;
  std::size_t last = x.size() - 1;
  for (std::size_t k = 0; k < candidates_.size(); ++k) {
    if (!candidates_[k].real) continue;
    if (k < index) first = candidates_[k].top;
    if (k > index) {
      last = candidates_[k].top;
      break;
    }
  }
  candidate.left = find_foot(top, first);
  candidate.right = find_foot(top, last);

  const double slope =
      (derivative_[candidate.right] - derivative_[candidate.left]) / (x[candidate.right] - x[candidate.left]);
  const auto above = [&](std::size_t i) {
    return derivative_[i] - derivative_[candidate.left] - slope * (x[i] - x[candidate.left]);
  };
  MeltPeak& peak = candidate.peak;
  peak.left_celsius = x[candidate.left];
  peak.right_celsius = x[candidate.right];
  peak.prominence = candidate.prominence;
  peak.prominence_over_error = candidate.over_error;
  peak.height = peak.derivative - derivative_[candidate.left] - slope * (peak.tm_celsius - x[candidate.left]);
  peak.area = 0.0;
  for (std::size_t i = candidate.left; i < candidate.right; ++i)
    peak.area += 0.5 * (above(i) + above(i + 1)) * (x[i + 1] - x[i]);
  // Half height on each side, by the straight line between readings.
  const double half = 0.5 * peak.height;
  std::size_t i = top;
  while (i > candidate.left && above(i) > half) --i;
  const double left = above(i) > half ? x[i] : x[i] + (x[i + 1] - x[i]) * (half - above(i)) / (above(i + 1) - above(i));
  i = top;
  while (i < candidate.right && above(i) > half) ++i;
  const double right =
      above(i) > half ? x[i] : x[i - 1] + (x[i] - x[i - 1]) * (above(i - 1) - half) / (above(i - 1) - above(i));
  peak.width_celsius = right - left;
}

void MeltAnalyser::measure_all() {
  for (std::size_t k = 0; k < candidates_.size(); ++k) {
    if (candidates_[k].real) measure(k);
  }
}

void MeltAnalyser::choose(MeltResult& result) {
  if (candidates_.empty()) return;
  measure_all();
  const auto [low, high] = std::minmax_element(smoothed_.begin(), smoothed_.end());
  const double range = *high - *low;
  bool rejected = false;
  for (Candidate& candidate : candidates_) {
    const MeltPeak& peak = candidate.peak;
    const double drop = peak.area / range;
    if (!(peak.width_celsius <= options_.largest_width_celsius)) {
      reject(candidate, PeakVerdict::too_wide, peak.width_celsius, options_.largest_width_celsius, result);
    } else if (!(drop >= options_.smallest_drop_fraction)) {
      reject(candidate, PeakVerdict::small_drop, drop, options_.smallest_drop_fraction, result);
    }
    rejected = rejected || !candidate.real;
  }
  // A flank reaches to the next real peak: with fewer of them the feet may move.
  if (rejected) measure_all();
  double largest = 0.0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.real) largest = std::max(largest, candidate.peak.area);
  }
  rejected = false;
  for (Candidate& candidate : candidates_) {
    if (!candidate.real || candidate.peak.area >= options_.smallest_area_fraction * largest) continue;
    reject(candidate, PeakVerdict::small_area, candidate.peak.area / largest, options_.smallest_area_fraction, result);
    rejected = true;
  }
  if (rejected) measure_all();
  double total = 0.0;
  for (const Candidate& candidate : candidates_) total += candidate.real ? candidate.peak.area : 0.0;
  for (Candidate& candidate : candidates_) {
    if (!candidate.real) continue;
    candidate.peak.area_fraction = candidate.peak.area / total;
    result.peaks.push_back(candidate.peak);
  }
}

MeltResult analyse_melt(MeltView curve, const MeltOptions& options) {
  MeltAnalyser analyser(options);
  MeltResult result;
  analyser.analyse(curve, result);
  return result;
}

}  // namespace qpcr
