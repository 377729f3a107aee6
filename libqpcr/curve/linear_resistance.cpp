// Cycle efficiencies against fluorescence, their line, and the template it implies.
#include "libqpcr/curve/linear_resistance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/slope_sigmoid_fit.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/linear_fit.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void refuse(const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

}  // namespace

void LinearResistanceOptions::validate() const {
  if (!(lower_share > 0.0 && lower_share < 1.0)) refuse("lower_share", lower_share, "a share between 0 and 1");
  if (!(upper_share > lower_share && upper_share <= 1.0))
    refuse("upper_share", upper_share, "a share above the lower one and at most 1");
  if (first_cycle.has_value() != last_cycle.has_value())
    refuse(first_cycle ? "last_cycle" : "first_cycle", nan, "both ends of the window, or neither");
  if (first_cycle && !(std::isfinite(*first_cycle) && std::isfinite(*last_cycle) && *first_cycle <= *last_cycle))
    refuse("last_cycle", *last_cycle, "a cycle not before the first one");
}

LinearResistanceFit fit_linear_resistance(CurveView baselined, const LinearResistanceOptions& options) {
  options.validate();
  Readings readings;
  readings.assign(baselined);
  LinearResistanceFit fit;
  fit.maximal_efficiency = fit.efficiency_slope = fit.maximal_fluorescence = fit.initial_fluorescence = nan;
  fit.maximal_efficiency_standard_error = fit.efficiency_slope_standard_error = fit.log_initial_standard_error = nan;
  fit.r_squared = fit.residual_sum_of_squares = fit.aicc = fit.first_cycle = fit.last_cycle = nan;
  if (readings.size() < 4) return fit;
  const std::vector<double>& x = readings.cycles;
  const std::vector<double>& y = readings.fluorescence;
  const auto top = std::max_element(y.begin(), y.end());
  const double lower = options.lower_share * *top;
  const double upper = options.upper_share * *top;
  std::vector<double> level;
  std::vector<double> efficiency;
  std::vector<double> cycle;
  // Down from the top, so that noise of the ground phase cannot open a second window.
  for (auto i = static_cast<std::size_t>(top - y.begin()); i > 0; --i) {
    const bool inside = options.first_cycle ? x[i] >= *options.first_cycle && x[i] <= *options.last_cycle
                                            : y[i] <= upper && y[i - 1] > 0.0;
    if (!options.first_cycle && y[i] < lower) break;
    if (!inside || x[i] - x[i - 1] != 1.0 || !(y[i - 1] > 0.0)) continue;
    level.push_back(y[i]);
    efficiency.push_back(y[i] / y[i - 1] - 1.0);
    cycle.push_back(x[i]);
  }
  fit.points = static_cast<int>(level.size());
  if (fit.points < 3) return fit;
  fit.first_cycle = cycle.back();
  fit.last_cycle = cycle.front();
  const LinearFit line = fit_line(level, efficiency);
  fit.maximal_efficiency = line.intercept;
  fit.efficiency_slope = line.slope;
  fit.maximal_efficiency_standard_error = line.intercept_standard_error;
  fit.efficiency_slope_standard_error = line.slope_standard_error;
  fit.r_squared = line.r_squared;
  fit.residual_sum_of_squares = line.residual_sum_of_squares;
  fit.aicc = derive_aicc(line.residual_sum_of_squares, fit.points, 2);
  fit.status = FitStatus::degenerate;
  fit.maximal_fluorescence = -line.intercept / line.slope;
  const double upmost = *std::max_element(level.begin(), level.end());
  if (!(line.slope < 0.0) || !(line.intercept > 0.0) || !(fit.maximal_fluorescence > upmost)) return fit;
  double sum = 0.0;
  double squares = 0.0;
  double mean_cycle = 0.0;
  const double n = fit.points;
  for (std::size_t i = 0; i < level.size(); ++i) {
    const double growth = elementary::exp(cycle[i] * elementary::log1p(line.intercept));
    const double initial = fit.maximal_fluorescence / (1.0 + (fit.maximal_fluorescence / level[i] - 1.0) * growth);
    sum += initial / n;
    squares += initial * initial / n;
    mean_cycle += cycle[i] / n;
  }
  fit.initial_fluorescence = sum;
  const double scatter = std::sqrt(std::max(0.0, squares - sum * sum) / (n - 1.0)) / sum;
  // ln F₀ ≈ ln F − n·ln(1 + E_max): the efficiency's error counts once for every cycle.
  const double lever = mean_cycle * fit.maximal_efficiency_standard_error / (1.0 + line.intercept);
  fit.log_initial_standard_error = std::sqrt(scatter * scatter + lever * lever);
  fit.status = FitStatus::converged;
  return fit;
}

}  // namespace qpcr
