// One fixed rule for every curve: a sigmoid must explain what a line does not, grow like a reaction and stay up.
#include "libqpcr/curve/curve_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The limits of the rule, each the middle of the gap between labelled positives and negatives
// (docs/methods/amplification.md).
constexpr std::size_t smallest_count = 8;
constexpr std::size_t smallest_part = 10;
constexpr double smallest_rise_over_scatter = 12.0;
constexpr double smallest_gain_over_line = 6.0;
constexpr double smallest_steepness = 2.0;
// A rise that the fit puts mostly beyond the last cycle is late, hence steep; a slow bend is not.
constexpr double largest_unfinished_share = 0.65;
constexpr double smallest_unfinished_steepness = 6.0;
// An exponential phase is seen only where the take-off lies this far after the first cycle.
constexpr double smallest_takeoff_delay_cycles = 1.5;
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
// The shape of a typical curve: a ground up to 8 % as steep as the steepest point where the plateau is reached, and the
// less steep the more the end still climbs.
constexpr std::size_t window = 4;
constexpr double smallest_ground_share = 0.005;
constexpr double largest_end_share = 0.6;
constexpr double end_weight = 4.0;

}  // namespace

double find_shape_cycle(const SigmoidFit& fit, double shape) {
  return elementary::exp(elementary::log(fit.e) + elementary::log(1.0 / shape - 1.0) / fit.b);
}

double derive_shape(const SigmoidFit& fit, double cycle) {
  return 1.0 / (1.0 + elementary::exp(fit.b * (elementary::log(cycle) - elementary::log(fit.e))));
}

/// Standard deviation of one reading by the 85th percentile of second differences, 3.53 SD of normal noise: a spike or
/// two do not move it, and the rise itself widens it.
double CurveAnalyser::find_spread_quantile() {
  const auto& y = readings_.fluorescence;
  const std::size_t n = y.size();
  differences_.clear();
  for (std::size_t i = 2; i < n; ++i) differences_.push_back(std::abs(y[i] - 2.0 * y[i - 1] + y[i - 2]));
  const auto place = differences_.begin() + static_cast<std::ptrdiff_t>(0.85 * static_cast<double>(n - 2));
  std::nth_element(differences_.begin(), place, differences_.end());
  return *place / 3.53;
}

/// Leaves out single readings that stand away from neighbours which agree with each other. The last reading is kept: a
/// late amplification begins there.
void CurveAnalyser::drop_spikes() {
  dropped_cycles_.clear();
  auto& y = readings_.fluorescence;
  auto& x = readings_.cycles;
  const std::size_t n = y.size();
  if (n < smallest_count + spike_reach) return;
  double smallest = nan;  // the spread is found at the first candidate: most curves have none
  // `smoothed_` is free until find_top() and marks what is dropped, so that no reading is judged by a moved neighbour.
  smoothed_.clear();
  for (std::size_t i = 0; i + 1 < n; ++i) {
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
    if (!(height > 0.0) || !(high - low < largest_neighbour_share * height)) continue;
    if (std::isnan(smallest)) {
      double largest = 0.0;
      for (const double value : y) largest = std::max(largest, std::abs(value));
      smallest = std::max(smallest_spike_over_noise * find_spread_quantile(), rounding_share * largest);
    }
    if (height > smallest) smoothed_.push_back(static_cast<double>(i));
  }
  if (smoothed_.empty()) return;
  std::size_t kept = 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (next < smoothed_.size() && static_cast<std::size_t>(smoothed_[next]) == i) {
      dropped_cycles_.push_back(x[i]);
      ++next;
      continue;
    }
    x[kept] = x[i];
    y[kept++] = y[i];
  }
  x.resize(kept);
  y.resize(kept);
}

void CurveAnalyser::find_top() {
  const auto& y = readings_.fluorescence;
  const std::size_t n = y.size();
  smoothed_.resize(n);
  smoothed_[0] = (y[0] + y[1]) / 2.0;
  for (std::size_t i = 1; i + 1 < n; ++i) smoothed_[i] = (y[i - 1] + y[i] + y[i + 1]) / 3.0;
  smoothed_[n - 1] = (y[n - 2] + y[n - 1]) / 2.0;
  top_ = static_cast<std::size_t>(std::max_element(smoothed_.begin(), smoothed_.end()) - smoothed_.begin());
  const double lowest = smoothed_[find_lowest()];
  // A plateau that falls away (hook effect, evaporation, bleaching) is no part of the sigmoid.
  const bool hook = smoothed_[n - 1] < smoothed_[top_] - hook_share * (smoothed_[top_] - lowest);
  fitted_end_ = hook ? std::min(n, top_ + 3) : n;
  first_ = 0;
}

/// Where the curve is lowest before its top: a baseline that falls that far is no part of the sigmoid either.
std::size_t CurveAnalyser::find_lowest() const {
  return static_cast<std::size_t>(
      std::min_element(smoothed_.begin(), smoothed_.begin() + static_cast<std::ptrdiff_t>(top_) + 1) -
      smoothed_.begin());
}

CurveView CurveAnalyser::part() const {
  CurveView view;
  view.cycles = std::span<const double>(readings_.cycles).subspan(first_, fitted_end_ - first_);
  view.fluorescence = std::span<const double>(readings_.fluorescence).subspan(first_, fitted_end_ - first_);
  return view;
}

SigmoidOptions CurveAnalyser::fit_options() {
  SigmoidOptions options;
  options.max_iterations = 100;
  return options;
}

void CurveAnalyser::find_ground() {
  ground_end_ = readings_.size();
  if (!(fit_.d > fit_.c) || fit_.status == FitStatus::too_few_points) return;
  const double end = find_shape_cycle(fit_, first_shape_ + ground_share * (last_shape_ - first_shape_));
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
double CurveAnalyser::measure_ground_spread() const {
  const std::size_t first = first_ == 0 && ground_end_ >= smallest_count ? 2 : first_;
  const auto begin = readings_.fluorescence.begin();
  const auto [low, high] =
      std::minmax_element(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(ground_end_));
  return *high - *low;
}

/// Residual sum of squares of the straight line through the fitted readings.
double CurveAnalyser::measure_line_residuals() const {
  const CurveView view = part();
  const auto n = static_cast<double>(view.cycles.size());
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < view.cycles.size(); ++i) {
    mean_x += view.cycles[i];
    mean_y += view.fluorescence[i];
  }
  mean_x /= n;
  mean_y /= n;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < view.cycles.size(); ++i) {
    xx += (view.cycles[i] - mean_x) * (view.cycles[i] - mean_x);
    xy += (view.cycles[i] - mean_x) * (view.fluorescence[i] - mean_y);
  }
  const double slope = xy / xx;
  double rss = 0.0;
  for (std::size_t i = 0; i < view.cycles.size(); ++i) {
    const double residual = view.fluorescence[i] - mean_y - slope * (view.cycles[i] - mean_x);
    rss += residual * residual;
  }
  return rss;
}

void CurveAnalyser::decide() {
  call_ = AmplificationCall();
  call_.rise = call_.noise_sd = call_.rise_over_noise = nan;
  call_.shape = {nan, nan, nan};
  takeoff_.reset();
  const auto& x = readings_.cycles;
  const auto& y = readings_.fluorescence;
  const auto conclude = [this](AmplificationRule rule, double value, double limit) {
    call_.reason = {rule, value, limit, call_.rise_over_noise};
    call_.amplified = rule == AmplificationRule::amplified;
  };
  if (y.size() < smallest_count) {
    conclude(AmplificationRule::too_few_points, static_cast<double>(y.size()), static_cast<double>(smallest_count));
    return;
  }
  call_.noise_sd = estimate_noise();
  if (fitted_end_ - first_ < smallest_count) return conclude(AmplificationRule::falls, nan, 0.0);
  if (fit_.status == FitStatus::too_few_points || !std::isfinite(fit_.b)) {
    return conclude(AmplificationRule::flat, nan, nan);
  }
  const double first_cycle = x[first_];
  const double last_cycle = x[fitted_end_ - 1];
  call_.rise = (fit_.d - fit_.c) * (last_shape_ - first_shape_);
  call_.rise_over_noise = call_.noise_sd > 0.0 ? call_.rise / call_.noise_sd : nan;
  if (!(call_.rise > 0.0)) return conclude(AmplificationRule::falls, call_.rise, 0.0);
  const double degrees = static_cast<double>(fit_.points) - 4.0;
  const double residual_sd = std::sqrt(fit_.residual_sum_of_squares / degrees);
  const double scatter = std::max(residual_sd, call_.noise_sd);
  if (call_.rise < smallest_rise_over_scatter * scatter) {
    return conclude(AmplificationRule::noise, call_.rise / scatter, smallest_rise_over_scatter);
  }
  const bool unfinished = last_shape_ - first_shape_ < largest_unfinished_share;
  const double steepness_limit = unfinished ? smallest_unfinished_steepness : smallest_steepness;
  if (-fit_.b < steepness_limit) return conclude(AmplificationRule::no_steepness, -fit_.b, steepness_limit);
  takeoff_ = derive_second_derivative_maximum(fit_);
  const double earliest = first_cycle + smallest_takeoff_delay_cycles;
  if (!takeoff_ || takeoff_->cycle < earliest) {
    return conclude(AmplificationRule::no_takeoff, takeoff_ ? takeoff_->cycle : nan, earliest);
  }
  const double line_rss = measure_line_residuals();
  if (line_rss < smallest_gain_over_line * fit_.residual_sum_of_squares) {
    return conclude(AmplificationRule::straight, line_rss / fit_.residual_sum_of_squares, smallest_gain_over_line);
  }
  const double rise_cycles = find_shape_cycle(fit_, 0.9) - find_shape_cycle(fit_, 0.1);
  if (rise_cycles < shortest_rise_cycles) return conclude(AmplificationRule::step, rise_cycles, shortest_rise_cycles);
  const double growth = -fit_.b / std::min(takeoff_->cycle, last_cycle);
  // The acceleration at take-off is a fixed share of growth²·rise: a bent drift has little of it for its size.
  if (ground_end_ - first_ >= 4) {
    const double spread = measure_ground_spread();
    if (growth * growth * call_.rise < smallest_acceleration * spread) {
      return conclude(AmplificationRule::slow_growth, growth * growth * call_.rise / spread, smallest_acceleration);
    }
  }
  const double level = fit_.c + (fit_.d - fit_.c) * first_shape_ + ground_share * call_.rise;
  const auto above = std::count_if(y.begin() + static_cast<std::ptrdiff_t>(ground_end_), y.end(),
                                   [level](double value) { return value > level; });
  if (static_cast<std::size_t>(above) < smallest_sustained_count) {
    return conclude(AmplificationRule::not_sustained, static_cast<double>(above),
                    static_cast<double>(smallest_sustained_count));
  }
  conclude(AmplificationRule::amplified, call_.rise / scatter, smallest_rise_over_scatter);
}

/// Compares the flattest stretch before the steepest point, and the end, with the steepest point: slopes of the running
/// mean, per cycle. A settling instrument is steep at first and flat later; slow growth is flat nowhere.
void CurveAnalyser::judge_shape() {
  const auto& x = readings_.cycles;
  const std::size_t n = x.size();
  const auto slope = [this, &x](std::size_t i, std::size_t j) { return (smoothed_[j] - smoothed_[i]) / (x[j] - x[i]); };
  std::size_t steepest_place = 1;
  double steepest = slope(1, 2);
  for (std::size_t i = 2; i + 2 < n; ++i) {
    const double here = slope(i, i + 1);
    if (here <= steepest) continue;
    steepest = here;
    steepest_place = i;
  }
  double flattest = slope(1, 1 + window);
  for (std::size_t i = 2; i + window <= steepest_place; ++i) flattest = std::min(flattest, slope(i, i + window));
  CurveShape& shape = call_.shape;
  shape.ground_slope_share = flattest / steepest;
  shape.end_slope_share = slope(n - window - 1, n - 2) / steepest;
  shape.oddness = std::max(shape.ground_slope_share, smallest_ground_share) *
                  elementary::exp(end_weight * std::clamp(shape.end_slope_share, 0.0, largest_end_share));
  const bool typical = shape.oddness <= CurveShape::largest_oddness;
  call_.verdict = typical ? AmplificationVerdict::typical : AmplificationVerdict::odd;
}

void CurveAnalyser::judge_part() {
  if (fit_.status != FitStatus::too_few_points) {
    first_shape_ = derive_shape(fit_, readings_.cycles[first_]);
    last_shape_ = derive_shape(fit_, readings_.cycles[fitted_end_ - 1]);
  }
  find_ground();
  decide();
}

void CurveAnalyser::prepare(CurveView curve) {
  readings_.assign(curve);
  drop_spikes();
  smoothed_.clear();
  fit_ = SigmoidFit();
  top_ = first_ = fitted_end_ = ground_end_ = 0;
  stage_ = Stage::decided;
  if (readings_.size() < smallest_count) {
    decide();
    return;
  }
  find_top();
  stage_ = Stage::whole;
  if (fitted_end_ - first_ < smallest_count) accept_fit(SigmoidFit());
}

void CurveAnalyser::accept_fit(const SigmoidFit& fit) {
  const bool whole = stage_ == Stage::whole;
  fit_ = fit;
  stage_ = Stage::decided;
  judge_part();
  if (call_.amplified) return;
  if (!whole) {
    call_ = whole_call_;
    takeoff_.reset();
    fit_ = whole_fit_;
    ground_end_ = whole_ground_end_;
    first_ = 0;
    return;
  }
  if (fitted_end_ < smallest_part) return;
  const std::size_t lowest = std::min(find_lowest(), fitted_end_ - smallest_part);
  if (lowest == 0) return;
  whole_call_ = call_;
  whole_fit_ = fit_;
  whole_ground_end_ = ground_end_;
  first_ = lowest;
  stage_ = Stage::after_lowest;
}

void CurveAnalyser::finish() {
  if (call_.amplified) judge_shape();
}

void CurveAnalyser::analyse(CurveView curve) {
  prepare(curve);
  while (needs_fit()) accept_fit(fitter_.fit(part(), fit_options()));
  finish();
}

}  // namespace qpcr
