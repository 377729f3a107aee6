// Averages, outliers, the common window, and quantities along the target's own slope.
#include "libqpcr/curve/window_of_linearity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t capacity = LinearPhaseEstimator::phase_capacity;

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

/// Cycles and natural logs of every reaction's phase, one row of `capacity` a reaction; filled for the common window
/// only. The last log of each phase always.
struct PhaseTable {
  std::vector<double> cycles;
  std::vector<double> logs;
  std::vector<double> last_logs;
};

struct WindowFit {
  int points = 0;
  double slope = nan;
  double slope_standard_error = nan;
  double anchor_cycle = nan;
  double anchor_log = nan;
  double anchor_standard_error = nan;
};

/// Least squares of one row over the readings whose log lies in the window; at least three.
WindowFit fit_window(const double* cycles, const double* logs, int points, double lower, double upper) {
  WindowFit fit;
  double sum_x = 0.0;
  double sum_y = 0.0;
  for (int i = 0; i < points; ++i) {
    if (logs[i] < lower || logs[i] > upper) continue;
    sum_x += cycles[i];
    sum_y += logs[i];
    ++fit.points;
  }
  if (fit.points < 3) return fit;
  const double n = fit.points;
  fit.anchor_cycle = sum_x / n;
  fit.anchor_log = sum_y / n;
  double sxx = 0.0;
  double sxy = 0.0;
  double syy = 0.0;
  for (int i = 0; i < points; ++i) {
    if (logs[i] < lower || logs[i] > upper) continue;
    const double x = cycles[i] - fit.anchor_cycle;
    const double y = logs[i] - fit.anchor_log;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  fit.slope = sxy / sxx;
  const double variance = std::max(0.0, syy - fit.slope * sxy) / (n - 2.0);
  fit.slope_standard_error = std::sqrt(variance / sxx);
  fit.anchor_standard_error = std::sqrt(variance / n);
  return fit;
}

struct Average {
  double value = nan;
  double sd = nan;
  double standard_error = nan;
  std::size_t count = 0;
};

Average average_of(std::span<const double> values, EfficiencyAverage kind) {
  Average result;
  result.count = values.size();
  if (values.empty()) return result;
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  if (kind == EfficiencyAverage::median) {
    result.value = median(values);
    result.sd = values.size() > 1 ? median_absolute_deviation_sd(values) : nan;
    // A median of normal values has π/2 times the variance of their mean.
    result.standard_error = result.sd * std::sqrt(std::numbers::pi / 2.0 / n);
  } else {
    result.value = mean;
    result.sd = values.size() > 1 ? std::sqrt(squares / (n - 1.0)) : nan;
    result.standard_error = result.sd / std::sqrt(n);
  }
  return result;
}

/// The value that Grubbs' test rejects in the long tail of a skewed distribution, or the number of values.
std::size_t find_skewed_outlier(std::span<const double> values, double significance) {
  const std::size_t count = values.size();
  if (count < 3) return count;
  const auto n = static_cast<double>(count);
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double second = 0.0;
  double third = 0.0;
  for (const double value : values) {
    const double d = value - mean;
    second += d * d;
    third += d * d * d;
  }
  if (!(second > 0.0)) return count;
  const double sd = std::sqrt(second / (n - 1.0));
  const double skewness = n / ((n - 1.0) * (n - 2.0)) * third / (sd * sd * sd);
  const double skewness_error = std::sqrt(6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0)));
  if (2.0 * normal_upper_tail(std::abs(skewness) / skewness_error) >= significance / 2.0) return count;
  const auto extreme =
      skewness > 0.0 ? std::max_element(values.begin(), values.end()) : std::min_element(values.begin(), values.end());
  const double t = student_t_upper_quantile(significance / n / 2.0, n - 2.0);
  const double limit = (n - 1.0) / std::sqrt(n) * std::sqrt(t * t / (n - 2.0 + t * t));
  if (std::abs(*extreme - mean) / sd <= limit) return count;
  return static_cast<std::size_t>(extreme - values.begin());
}

class TargetAnalysis {
 public:
  TargetAnalysis(WindowOfLinearity& result, PhaseTable table) : result_(result), table_(std::move(table)) {}

  void run(const std::vector<bool>& contributes) {
    set_uses(contributes);
    if (result_.options.window == EfficiencyWindow::common) find_common_window();
    exclude_outliers();
    average();
    set_threshold();
    quantify();
  }

 private:
  const LinearPhase& phase(std::size_t i) const { return result_.reactions[i].phase; }

  void set_uses(const std::vector<bool>& contributes) {
    fits_.resize(result_.reactions.size());
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      ReactionQuantity& reaction = result_.reactions[i];
      if (reaction.phase.status != LinearPhaseStatus::found) continue;
      WindowFit& fit = fits_[i];
      fit.points = reaction.phase.points;
      fit.slope = elementary::log(reaction.phase.efficiency);
      fit.slope_standard_error = reaction.phase.efficiency_standard_error / reaction.phase.efficiency;
      fit.anchor_cycle = reaction.phase.anchor_cycle;
      fit.anchor_log = reaction.phase.anchor_log10_fluorescence * std::numbers::ln10;
      fit.anchor_standard_error = reaction.phase.anchor_log10_standard_error * std::numbers::ln10;
      reaction.efficiency = reaction.phase.efficiency;
      reaction.efficiency_standard_error = reaction.phase.efficiency_standard_error;
      if (!contributes.empty() && !contributes[i]) {
        reaction.use = EfficiencyUse::left_out_by_caller;
      } else if (result_.options.average_needs_plateau && !reaction.phase.has_plateau) {
        reaction.use = EfficiencyUse::no_plateau;
      } else {
        reaction.use = EfficiencyUse::used;
      }
    }
  }

  const double* cycles(std::size_t i) const { return table_.cycles.data() + i * capacity; }
  const double* logs(std::size_t i) const { return table_.logs.data() + i * capacity; }

  /// Efficiencies of the usable reactions in a window of natural logs.
  Average average_in(double lower, double upper) {
    values_.clear();
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      if (result_.reactions[i].use != EfficiencyUse::used) continue;
      const WindowFit fit = fit_window(cycles(i), logs(i), phase(i).points, lower, upper);
      if (fit.slope > 0.0) values_.push_back(elementary::exp(fit.slope));
    }
    return average_of(values_, EfficiencyAverage::mean);
  }

  void find_common_window() {
    constexpr double step_cycles = 0.2;
    double top = 0.0;
    double bottom = std::numeric_limits<double>::infinity();
    double slope = 0.0;
    std::size_t usable = 0;
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      if (result_.reactions[i].use != EfficiencyUse::used) continue;
      top += table_.last_logs[i];
      bottom = std::min(bottom, logs(i)[0]);
      slope += fits_[i].slope;
      ++usable;
    }
    if (usable < 2) return;
    top /= static_cast<double>(usable);
    slope /= static_cast<double>(usable);

    std::vector<double> variations;
    std::vector<double> tops;
    std::vector<double> heights;
    double upper = top;
    double height = result_.options.window_points * slope;
    while (upper - height > bottom && tops.size() < 100) {
      const Average average = average_in(upper - height, upper);
      // A window that most reactions do not fill compares only those that happen to.
      if (2 * average.count < usable || average.count < 2) break;
      variations.push_back(average.sd / average.value);
      tops.push_back(upper);
      heights.push_back(height);
      height = result_.options.window_points * elementary::log(average.value);
      upper -= step_cycles * elementary::log(average.value);
    }
    if (variations.empty()) return;
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < variations.size(); ++i) {
      const std::size_t from = i == 0 ? 0 : i - 1;
      const std::size_t to = std::min(i + 1, variations.size() - 1);
      double smooth = 0.0;
      for (std::size_t k = from; k <= to; ++k) smooth += variations[k] / static_cast<double>(to - from + 1);
      if (smooth < least) {
        least = smooth;
        best = i;
      }
    }
    const double lower = tops[best] - heights[best];
    result_.window_log10_lower = lower / std::numbers::ln10;
    result_.window_log10_upper = tops[best] / std::numbers::ln10;
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      ReactionQuantity& reaction = result_.reactions[i];
      if (reaction.phase.status != LinearPhaseStatus::found) continue;
      const WindowFit fit = fit_window(cycles(i), logs(i), phase(i).points, lower, tops[best]);
      if (!(fit.slope > 0.0)) {
        reaction.use = EfficiencyUse::no_efficiency;
        reaction.efficiency.reset();
        reaction.efficiency_standard_error.reset();
        continue;
      }
      fits_[i] = fit;
      reaction.efficiency = elementary::exp(fit.slope);
      reaction.efficiency_standard_error = *reaction.efficiency * fit.slope_standard_error;
    }
  }

  void collect() {
    values_.clear();
    owners_.clear();
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      if (result_.reactions[i].use != EfficiencyUse::used) continue;
      values_.push_back(*result_.reactions[i].efficiency);
      owners_.push_back(i);
    }
  }

  void exclude_outliers() {
    const WindowOfLinearityOptions& options = result_.options;
    if (options.outliers == EfficiencyOutliers::distance_to_median) {
      collect();
      const double centre = median(values_);
      for (const std::size_t i : owners_) {
        if (std::abs(*result_.reactions[i].efficiency - centre) > options.max_distance_to_median)
          result_.reactions[i].use = EfficiencyUse::outlier;
      }
    }
    if (options.outliers != EfficiencyOutliers::skewness_grubbs) return;
    while (true) {
      collect();
      const std::size_t outlier = find_skewed_outlier(values_, options.outlier_significance);
      if (outlier == values_.size()) return;
      result_.reactions[owners_[outlier]].use = EfficiencyUse::outlier;
    }
  }

  void average() {
    collect();
    result_.reactions_used = values_.size();
    const WindowOfLinearityOptions& options = result_.options;
    if (options.efficiency) {
      result_.efficiency = options.efficiency;
      result_.efficiency_standard_error = options.efficiency_standard_error.value_or(0.0);
      return;
    }
    const Average average = average_of(values_, options.average);
    if (average.count == 0) return;
    result_.efficiency = average.value;
    if (average.count < 2) return;
    result_.efficiency_sd = average.sd;
    result_.efficiency_standard_error = average.standard_error;
    const double half =
        student_t_upper_quantile((1.0 - options.confidence) / 2.0, static_cast<double>(average.count - 1)) *
        average.standard_error;
    result_.efficiency_interval = Interval{average.value - half, average.value + half};
  }

  /// Half of the fluorescence at which the phases end, or at which the common window does.
  void set_threshold() {
    result_.threshold = result_.options.threshold;
    if (result_.threshold) return;
    if (result_.window_log10_upper) {
      result_.threshold = 0.5 * elementary::pow(10.0, *result_.window_log10_upper);
      return;
    }
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      if (result_.reactions[i].use != EfficiencyUse::used) continue;
      sum += table_.last_logs[i];
      count += 1.0;
    }
    if (count > 0.0) result_.threshold = 0.5 * elementary::exp(sum / count);
  }

  void quantify() {
    if (!result_.efficiency) return;
    const double growth = elementary::log(*result_.efficiency);
    for (std::size_t i = 0; i < result_.reactions.size(); ++i) {
      ReactionQuantity& reaction = result_.reactions[i];
      if (reaction.phase.status != LinearPhaseStatus::found) continue;
      const WindowFit& fit = fits_[i];
      reaction.log10_n0 = (fit.anchor_log - fit.anchor_cycle * growth) / std::numbers::ln10;
      reaction.log10_n0_standard_error = fit.anchor_standard_error / std::numbers::ln10;
      if (result_.efficiency_standard_error) {
        reaction.log10_n0_shared_standard_error =
            fit.anchor_cycle * *result_.efficiency_standard_error / *result_.efficiency / std::numbers::ln10;
      }
      if (result_.options.amplicons_at_td0) {
        reaction.log10_copies_td0 =
            std::log10(*result_.options.amplicons_at_td0) - reaction.phase.td0_cycle * growth / std::numbers::ln10;
      }
      if (!result_.threshold) continue;
      reaction.cq_cycles = fit.anchor_cycle + (elementary::log(*result_.threshold) - fit.anchor_log) / growth;
      reaction.cq_standard_error_cycles = fit.anchor_standard_error / growth;
    }
  }

  WindowOfLinearity& result_;
  PhaseTable table_;
  std::vector<WindowFit> fits_;
  std::vector<double> values_;
  std::vector<std::size_t> owners_;
};

}  // namespace

std::string_view to_string(EfficiencyWindow window) { return window == EfficiencyWindow::phase ? "phase" : "common"; }

std::string_view to_string(EfficiencyAverage average) { return average == EfficiencyAverage::mean ? "mean" : "median"; }

std::string_view to_string(EfficiencyOutliers outliers) {
  switch (outliers) {
    case EfficiencyOutliers::none:
      return "none";
    case EfficiencyOutliers::distance_to_median:
      return "distance_to_median";
    case EfficiencyOutliers::skewness_grubbs:
      return "skewness_grubbs";
  }
  return {};
}

std::string_view to_string(EfficiencyUse use) {
  switch (use) {
    case EfficiencyUse::used:
      return "used";
    case EfficiencyUse::no_efficiency:
      return "no_efficiency";
    case EfficiencyUse::left_out_by_caller:
      return "left_out_by_caller";
    case EfficiencyUse::no_plateau:
      return "no_plateau";
    case EfficiencyUse::outlier:
      return "outlier";
  }
  return {};
}

void WindowOfLinearityOptions::validate() const {
  constexpr ErrorCode code = ErrorCode::invalid_option;
  phase.validate();
  if (!(window_points >= 3.0 && window_points <= 16.0))
    refuse(code, "window_points", format_double(window_points), "from 3 to 16");
  if (!(max_distance_to_median > 0.0) || !std::isfinite(max_distance_to_median))
    refuse(code, "max_distance_to_median", format_double(max_distance_to_median), "a positive number");
  if (!(outlier_significance > 0.0 && outlier_significance < 1.0))
    refuse(code, "outlier_significance", format_double(outlier_significance), "between 0 and 1");
  if (!(confidence > 0.0 && confidence < 1.0)) refuse(code, "confidence", format_double(confidence), "between 0 and 1");
  if (threshold && (!(*threshold > 0.0) || !std::isfinite(*threshold)))
    refuse(code, "threshold", format_double(*threshold), "a positive fluorescence");
  if (efficiency && !(*efficiency > 1.0 && *efficiency <= 2.5))
    refuse(code, "efficiency", format_double(*efficiency), "fold per cycle above 1 and up to 2.5");
  if (efficiency_standard_error && (!efficiency || !(*efficiency_standard_error >= 0.0)))
    refuse(code, "efficiency_standard_error", format_double(*efficiency_standard_error),
           "a number that is not negative, with an efficiency");
  if (amplicons_at_td0 && (!(*amplicons_at_td0 > 0.0) || !std::isfinite(*amplicons_at_td0)))
    refuse(code, "amplicons_at_td0", format_double(*amplicons_at_td0), "a positive number of copies");
}

WindowOfLinearity estimate_window_of_linearity(std::span<const CurveView> curves, const std::vector<bool>& contributes,
                                               const WindowOfLinearityOptions& options) {
  options.validate();
  if (!contributes.empty() && contributes.size() != curves.size()) {
    refuse(ErrorCode::invalid_value, "contributes", std::to_string(contributes.size()),
           "none or as many entries as there are curves");
  }
  WindowOfLinearity result;
  result.options = options;
  result.reactions.resize(curves.size());
  PhaseTable table;
  table.last_logs.assign(curves.size(), nan);
  const bool is_common = options.window == EfficiencyWindow::common;
  if (is_common) {
    table.cycles.assign(curves.size() * capacity, nan);
    table.logs.assign(curves.size() * capacity, nan);
  }
  LinearPhaseEstimator estimator;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    result.reactions[i].phase = estimator.estimate(curves[i], options.phase);
    const std::span<const double> logs = estimator.phase_logs();
    if (!logs.empty()) table.last_logs[i] = logs.back();
    if (!is_common) continue;
    const auto row = static_cast<std::ptrdiff_t>(i * capacity);
    std::copy(estimator.phase_cycles().begin(), estimator.phase_cycles().end(), table.cycles.begin() + row);
    std::copy(logs.begin(), logs.end(), table.logs.begin() + row);
  }
  TargetAnalysis(result, std::move(table)).run(contributes);
  return result;
}

double derive_common_threshold(std::span<const double> thresholds) {
  double sum = 0.0;
  double count = 0.0;
  for (const double threshold : thresholds) {
    if (std::isnan(threshold)) continue;
    sum += elementary::log(threshold);
    count += 1.0;
  }
  return count > 0.0 ? elementary::exp(sum / count) : nan;
}

double derive_amplicons_at_td0(double primer_nmol_per_litre, double volume_microlitres, double share) {
  for (const double value : {primer_nmol_per_litre, volume_microlitres, share}) {
    if (!(value > 0.0) || !std::isfinite(value))
      refuse(ErrorCode::invalid_value, "amplicons_at_td0", format_double(value), "a positive number");
  }
  constexpr double avogadro_per_mole = 6.02214076e23;
  return primer_nmol_per_litre * 1e-9 * volume_microlitres * 1e-6 * share * avogadro_per_mole;
}

Message derive_reason(const ReactionQuantity& reaction) {
  const LinearPhase& phase = reaction.phase;
  switch (phase.status) {
    case LinearPhaseStatus::not_measured:
      return {"curve_phase_not_measured", {}};
    case LinearPhaseStatus::no_amplification:
      return {"curve_phase_none", {}};
    case LinearPhaseStatus::baseline_error:
      return {"curve_phase_baseline_error",
              {{"first_cycle", format_double(phase.first_cycle)}, {"last_cycle", format_double(phase.last_cycle)}}};
    case LinearPhaseStatus::found:
      break;
  }
  switch (reaction.use) {
    case EfficiencyUse::used:
      return {};
    case EfficiencyUse::no_efficiency:
      return {"curve_phase_outside_window", {}};
    case EfficiencyUse::left_out_by_caller:
      return {"curve_phase_left_out", {}};
    case EfficiencyUse::no_plateau:
      return {"curve_phase_no_plateau", {}};
    case EfficiencyUse::outlier:
      return {"curve_phase_efficiency_outlier", {{"efficiency", format_double(*reaction.efficiency)}}};
  }
  return {};
}

}  // namespace qpcr
