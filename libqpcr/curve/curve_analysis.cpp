// One fixed rule for every curve: a sigmoid must explain what a line does not, grow like a reaction and stay up.
#include "libqpcr/curve/curve_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The limits of the rule, each the middle of the gap between labelled positives and negatives
// (docs/methods/amplification.md).
constexpr std::size_t smallest_count = 8;
constexpr std::size_t smallest_part = 10;
constexpr double smallest_rise_over_residual = 12.0;
constexpr double smallest_gain_over_line = 6.0;
constexpr double smallest_steepness = 2.0;
constexpr double smallest_acceleration = 0.6;
constexpr double shortest_rise_cycles = 2.0;
constexpr std::size_t smallest_sustained_count = 3;
constexpr double hook_share = 0.1;
constexpr double ground_share = 0.05;
// A spike: one reading this many noise SD away from its four neighbours, which agree within a share of its height.
constexpr double smallest_spike_over_noise = 12.0;
constexpr double largest_neighbour_share = 0.25;
constexpr std::size_t spike_reach = 2;
constexpr double rounding_share = 1e-6;

Message make_message(std::string id, std::vector<std::pair<std::string, std::string>> values = {}) {
  Message message;
  message.id = std::move(id);
  message.values = std::move(values);
  return message;
}

std::string format_measure(double value) {
  return std::isfinite(value) ? format_fixed(value, value < 10.0 ? 1 : 0) : "–";
}

}  // namespace

double find_shape_cycle(const SigmoidFit& fit, double shape) {
  return std::exp(std::log(fit.e) + std::log(1.0 / shape - 1.0) / fit.b);
}

double derive_shape(const SigmoidFit& fit, double cycle) {
  return 1.0 / (1.0 + std::exp(fit.b * (std::log(cycle) - std::log(fit.e))));
}

/// Leaves out single readings that stand away from neighbours which agree with each other. The last reading is kept: a
/// late amplification begins there.
void CurveAnalyser::drop_spikes() {
  dropped_cycles_.clear();
  auto& y = readings_.fluorescence;
  const std::size_t n = y.size();
  if (n < smallest_count + spike_reach) return;
  differences_.clear();
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(y[i]));
  for (std::size_t i = 2; i < n; ++i) differences_.push_back(std::abs(y[i] - 2.0 * y[i - 1] + y[i - 2]));
  // The 85th percentile, 3.53 SD of normal noise: a spike or two do not move it, and the rise itself widens it.
  const auto place = differences_.begin() + static_cast<std::ptrdiff_t>(0.85 * static_cast<double>(n - 2));
  std::nth_element(differences_.begin(), place, differences_.end());
  const double smallest = std::max(smallest_spike_over_noise * *place / 3.53, rounding_share * largest);
  work_.clear();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t begin = i < spike_reach ? 0 : i - spike_reach;
    const std::size_t end = std::min(n, i + spike_reach + 1 + (i == 0 ? spike_reach : 0));
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t j = begin; j < end; ++j) {
      if (j == i) continue;
      low = std::min(low, y[j]);
      high = std::max(high, y[j]);
    }
    const double height = y[i] > high ? y[i] - high : low - y[i];
    const bool spike = i + 1 < n && height > smallest && high - low < largest_neighbour_share * height;
    work_.push_back(spike ? 1.0 : 0.0);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (work_[i] != 0.0) {
      dropped_cycles_.push_back(readings_.cycles[i]);
      continue;
    }
    readings_.cycles[kept] = readings_.cycles[i];
    y[kept++] = y[i];
  }
  readings_.cycles.resize(kept);
  y.resize(kept);
}

void CurveAnalyser::find_top() {
  const auto& y = readings_.fluorescence;
  const std::size_t n = y.size();
  work_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = i == 0 ? 0 : i - 1;
    const std::size_t last = std::min(n - 1, i + 1);
    double sum = 0.0;
    for (std::size_t j = first; j <= last; ++j) sum += y[j];
    work_[i] = sum / static_cast<double>(last - first + 1);
  }
  top_ = static_cast<std::size_t>(std::max_element(work_.begin(), work_.end()) - work_.begin());
  const double lowest = *std::min_element(work_.begin(), work_.begin() + static_cast<std::ptrdiff_t>(top_) + 1);
  // A plateau that falls away (hook effect, evaporation, bleaching) is no part of the sigmoid.
  const bool hook = work_[n - 1] < work_[top_] - hook_share * (work_[top_] - lowest);
  fitted_end_ = hook ? std::min(n, top_ + 3) : n;
  first_ = 0;
}

/// Where the curve is lowest before its top: a baseline that falls that far is no part of the sigmoid either.
std::size_t CurveAnalyser::find_lowest() const {
  return static_cast<std::size_t>(
      std::min_element(work_.begin(), work_.begin() + static_cast<std::ptrdiff_t>(top_) + 1) - work_.begin());
}

void CurveAnalyser::fit_part(CurveView curve) {
  SigmoidOptions options;
  options.max_iterations = 100;
  fit_ = SigmoidFit();
  if (fitted_end_ - first_ >= smallest_count) {
    curve.cycles = std::span<const double>(readings_.cycles).subspan(first_, fitted_end_ - first_);
    curve.fluorescence = std::span<const double>(readings_.fluorescence).subspan(first_, fitted_end_ - first_);
    fit_ = fitter_.fit(curve, options);
  }
  find_ground();
  call_ = decide();
}

void CurveAnalyser::find_ground() {
  ground_end_ = readings_.size();
  if (!(fit_.d > fit_.c) || fit_.status == FitStatus::too_few_points) return;
  const double first = derive_shape(fit_, readings_.cycles[first_]);
  const double last = derive_shape(fit_, readings_.cycles[fitted_end_ - 1]);
  const double end = find_shape_cycle(fit_, first + ground_share * (last - first));
  const auto after =
      std::upper_bound(readings_.cycles.begin() + static_cast<std::ptrdiff_t>(first_), readings_.cycles.end(), end);
  ground_end_ = static_cast<std::size_t>(after - readings_.cycles.begin());
}

/// Standard deviation of one reading from second differences before the rise, which a slope or a slow bend does not
/// enter.
double CurveAnalyser::estimate_noise() {
  const auto& y = readings_.fluorescence;
  const std::size_t end = ground_end_ >= smallest_count ? ground_end_ : readings_.size();
  differences_.clear();
  for (std::size_t i = 2; i < end; ++i) differences_.push_back(std::abs(y[i] - 2.0 * y[i - 1] + y[i - 2]));
  return 1.482602218505602 * median_in_place(differences_) / std::sqrt(6.0);
}

/// Range of the readings before the rise; the first two, where instruments settle, are left out of a long enough run.
double CurveAnalyser::ground_spread() const {
  const std::size_t first = first_ == 0 && ground_end_ >= smallest_count ? 2 : first_;
  const auto begin = readings_.fluorescence.begin();
  const auto [low, high] =
      std::minmax_element(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(ground_end_));
  return *high - *low;
}

AmplificationCall CurveAnalyser::decide() {
  AmplificationCall call;
  call.rise = call.noise_sd = call.rise_over_noise = nan;
  const auto& x = readings_.cycles;
  const auto& y = readings_.fluorescence;
  if (y.size() < smallest_count) {
    call.reason = make_message("curve_too_few_points",
                               {{"points", std::to_string(y.size())}, {"needed", std::to_string(smallest_count)}});
    return call;
  }
  call.noise_sd = estimate_noise();
  if (fitted_end_ - first_ < smallest_count) {
    call.reason = make_message("curve_falls");
    return call;
  }
  if (fit_.status == FitStatus::too_few_points || !std::isfinite(fit_.b)) {
    call.reason = make_message("curve_flat");
    return call;
  }
  const auto fitted_x = std::span<const double>(x).subspan(first_, fitted_end_ - first_);
  const auto fitted_y = std::span<const double>(y).subspan(first_, fitted_end_ - first_);
  const double last_cycle = fitted_x.back();
  call.rise = (fit_.d - fit_.c) * (derive_shape(fit_, last_cycle) - derive_shape(fit_, fitted_x.front()));
  call.rise_over_noise = call.noise_sd > 0.0 ? call.rise / call.noise_sd : nan;
  if (!(call.rise > 0.0)) {
    call.reason = make_message("curve_falls");
    return call;
  }
  const double degrees = static_cast<double>(fit_.points) - 4.0;
  const double residual_sd = std::sqrt(fit_.residual_sum_of_squares / degrees);
  const auto rise_values = [&call] {
    return std::vector<std::pair<std::string, std::string>>{{"rise_over_noise", format_measure(call.rise_over_noise)}};
  };
  if (call.rise < smallest_rise_over_residual * residual_sd) {
    call.reason = make_message("curve_noise", rise_values());
    return call;
  }
  const double line_rss = fit_line(fitted_x, fitted_y).residual_sum_of_squares;
  const std::optional<DerivedCycle> acceleration = derive_second_derivative_maximum(fit_);
  if (-fit_.b < smallest_steepness || !acceleration || acceleration->cycle < fitted_x.front() ||
      line_rss < smallest_gain_over_line * fit_.residual_sum_of_squares) {
    call.reason = make_message("curve_drift", rise_values());
    return call;
  }
  const double rise_cycles = find_shape_cycle(fit_, 0.9) - find_shape_cycle(fit_, 0.1);
  if (rise_cycles < shortest_rise_cycles) {
    call.reason = make_message("curve_step");
    return call;
  }
  const double growth = -fit_.b / std::min(acceleration->cycle, last_cycle);
  // The acceleration at take-off is a fixed share of growth²·rise: a bent drift has little of it for its size.
  if (ground_end_ - first_ >= 4 && growth * growth * call.rise < smallest_acceleration * ground_spread()) {
    call.reason = make_message("curve_slow_growth", rise_values());
    return call;
  }
  const double level = fit_.c + (fit_.d - fit_.c) * derive_shape(fit_, fitted_x.front()) + ground_share * call.rise;
  const auto above = std::count_if(y.begin() + static_cast<std::ptrdiff_t>(ground_end_), y.end(),
                                   [level](double value) { return value > level; });
  if (static_cast<std::size_t>(above) < smallest_sustained_count) {
    call.reason = make_message("curve_not_sustained", {{"cycles", std::to_string(above)}});
    return call;
  }
  call.amplified = true;
  call.reason = make_message("curve_amplified", rise_values());
  return call;
}

void CurveAnalyser::analyse(CurveView curve) {
  readings_.assign(curve);
  drop_spikes();
  fit_ = SigmoidFit();
  top_ = first_ = fitted_end_ = ground_end_ = 0;
  if (readings_.size() < smallest_count) {
    call_ = decide();
    return;
  }
  find_top();
  fit_part(curve);
  if (call_.amplified || fitted_end_ < smallest_part) return;
  const std::size_t lowest = std::min(find_lowest(), fitted_end_ - smallest_part);
  if (lowest == 0) return;
  const AmplificationCall whole_call = call_;
  const SigmoidFit whole_fit = fit_;
  const std::size_t whole_ground = ground_end_;
  first_ = lowest;
  fit_part(curve);
  if (call_.amplified) return;
  call_ = whole_call;
  fit_ = whole_fit;
  ground_end_ = whole_ground;
  first_ = 0;
}

AmplificationCall call_amplification(CurveView curve) {
  CurveAnalyser analyser;
  analyser.analyse(curve);
  return analyser.call();
}

}  // namespace qpcr
