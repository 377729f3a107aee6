// maxRatio (Shain & Clemens 2008): the place of the largest ratio of neighbouring readings, on a cubic spline.
#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {
namespace {

constexpr std::size_t reach = 2;  ///< of the running mean on either side

/// Running mean of five; beyond its ends the series repeats its first and last value. Its own transpose when `reverse`.
void smooth_five(const std::vector<double>& from, std::vector<double>& to, bool reverse) {
  const std::size_t n = from.size();
  to.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k <= 2 * reach; ++k) {
      const std::size_t j = std::min(n - 1, i + k < reach ? 0 : i + k - reach);
      to[reverse ? j : i] += 0.2 * from[reverse ? i : j];
    }
  }
}

/// Solves the spline's tridiagonal system for inner knots 1 … n − 2 in place of the right-hand side; the outer two are
/// 0 (natural ends).
void solve_spline(const double* x, std::size_t n, std::vector<double>& right, std::vector<double>& work) {
  work.assign(n, 0.0);
  right[0] = right[n - 1] = 0.0;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double below = i > 1 ? x[i] - x[i - 1] : 0.0;
    const double diagonal = 2.0 * (x[i + 1] - x[i - 1]) - below * work[i - 1];
    work[i] = i + 2 < n ? (x[i + 1] - x[i]) / diagonal : 0.0;
    right[i] = (right[i] - below * right[i - 1]) / diagonal;
  }
  for (std::size_t i = n - 2; i-- > 1;) right[i] -= work[i] * right[i + 1];
}

struct Peak {
  std::size_t interval = 0;
  double cycle = 0.0;
  double value = 0.0;
  double curvature = 0.0;
};

/// Largest maximum of the spline between two cycles; nothing where it has none inside.
std::optional<Peak> find_peak(const double* x, const std::vector<double>& r, const std::vector<double>& m, double first,
                              double last) {
  std::optional<Peak> best;
  for (std::size_t i = 0; i + 1 < r.size(); ++i) {
    if (x[i + 1] < first || x[i] > last) continue;
    const double h = x[i + 1] - x[i];
    // S′ = slope + m₀·t + (m₁ − m₀)·t²/(2h) at t = x − xᵢ.
    const double slope = (r[i + 1] - r[i]) / h - h * (2.0 * m[i] + m[i + 1]) / 6.0;
    const double bend = (m[i + 1] - m[i]) / h;
    const double discriminant = m[i] * m[i] - 2.0 * bend * slope;
    if (!(discriminant >= 0.0)) continue;
    // The root with S″ = −√discriminant < 0, without cancellation.
    const double root = std::sqrt(discriminant);
    const double t = m[i] <= 0.0 ? 2.0 * slope / (root - m[i]) : (-root - m[i]) / bend;
    if (!(t >= 0.0 && t <= h) || !(root > 0.0)) continue;
    Peak peak;
    peak.interval = i;
    peak.cycle = x[i] + t;
    peak.value = r[i] + t * (slope + t * (m[i] / 2.0 + t * bend / 6.0));
    peak.curvature = -root;
    if (peak.cycle < first || peak.cycle > last || (best && best->value >= peak.value)) continue;
    best = peak;
  }
  return best;
}

/// √Σ(∂cycle/∂reading)²: the adjoint of smoothing, ratios and spline, read backwards.
double derive_gain(CqContext& context, const double* x, const Peak& peak, bool smoothed) {
  const std::vector<double>& y = context.buffers.smooth;
  const std::size_t n = context.buffers.ratios.size();
  const std::size_t i = peak.interval;
  const double h = x[i + 1] - x[i];
  const double a = (x[i + 1] - peak.cycle) / h;
  const double b = (peak.cycle - x[i]) / h;
  std::vector<double>& adjoint = context.buffers.curvature;
  adjoint.assign(n, 0.0);
  adjoint[i] = -h * (3.0 * a * a - 1.0) / 6.0;
  adjoint[i + 1] = h * (3.0 * b * b - 1.0) / 6.0;
  solve_spline(x, n, adjoint, context.buffers.work);
  std::vector<double>& by_ratio = context.buffers.ratios;
  by_ratio.assign(n, 0.0);
  by_ratio[i] = -1.0 / h;
  by_ratio[i + 1] = 1.0 / h;
  for (std::size_t j = 1; j + 1 < n; ++j) {
    const double before = 6.0 * adjoint[j] / (x[j] - x[j - 1]);
    const double after = 6.0 * adjoint[j] / (x[j + 1] - x[j]);
    by_ratio[j - 1] += before;
    by_ratio[j] -= before + after;
    by_ratio[j + 1] += after;
  }
  std::vector<double>& by_reading = context.buffers.work;
  by_reading.assign(n + 1, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    by_reading[j + 1] += by_ratio[j] / y[j];
    by_reading[j] -= by_ratio[j] * y[j + 1] / (y[j] * y[j]);
  }
  if (smoothed) smooth_five(by_reading, context.buffers.curvature, true);
  double squares = 0.0;
  for (const double value : smoothed ? context.buffers.curvature : by_reading) squares += value * value;
  return std::sqrt(squares) / std::abs(peak.curvature);
}

/// Smoothed readings, their ratios and the spline through these; the largest maximum between two cycles. False where a
/// ratio is not defined.
bool find_ratio_peak(CqContext& context, const std::vector<double>& readings, const MaxRatioOptions& options,
                     double first, double last, std::optional<Peak>& peak) {
  const std::vector<double>& cycles = context.analyser.readings().cycles;
  context.buffers.work = readings;
  for (double& value : context.buffers.work) value += options.shift;
  if (options.smooth) {
    smooth_five(context.buffers.work, context.buffers.smooth, false);
  } else {
    context.buffers.smooth = context.buffers.work;
  }
  context.buffers.ratios.clear();
  for (std::size_t i = 0; i + 1 < cycles.size(); ++i) {
    if (!(context.buffers.smooth[i] > 0.0) || !(context.buffers.smooth[i + 1] > 0.0) ||
        cycles[i + 1] - cycles[i] != 1.0)
      return false;
    context.buffers.ratios.push_back(context.buffers.smooth[i + 1] / context.buffers.smooth[i]);
  }
  // A ratio stands at the later of its two cycles.
  const double* x = cycles.data() + 1;
  const std::size_t n = context.buffers.ratios.size();
  std::vector<double>& m = context.buffers.curvature;
  m.assign(n, 0.0);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    m[i] = 6.0 * ((context.buffers.ratios[i + 1] - context.buffers.ratios[i]) / (x[i + 1] - x[i]) -
                  (context.buffers.ratios[i] - context.buffers.ratios[i - 1]) / (x[i] - x[i - 1]));
  }
  solve_spline(x, n, m, context.buffers.work);
  peak = find_peak(x, context.buffers.ratios, m, first, last);
  return true;
}

}  // namespace

void estimate_by_max_ratio(CqContext& context, const CqOptions& options, CqResult& result) {
  const CurveAnalyser& analyser = context.analyser;
  const std::vector<double>& cycles = analyser.readings().cycles;
  // Only the rise counts: ratios of the ground are those of its noise.
  const double first = find_shape_cycle(analyser.fit(), 0.005);
  const double last = cycles[analyser.top()];
  std::optional<Peak> peak;
  if (!find_ratio_peak(context, analyser.readings().fluorescence, options.max_ratio, first, last, peak)) {
    set_failed(make_curve_message("curve_ratio_undefined"), result);
    return;
  }
  if (!peak) {
    set_failed(make_curve_message("curve_no_such_point"), result);
    return;
  }
  result.maximum_ratio = peak->value - 1.0;
  double error = std::numeric_limits<double>::quiet_NaN();
  fill_fitted(context);
  std::optional<Peak> fitted_peak;
  if (find_ratio_peak(context, context.buffers.fitted, options.max_ratio, first, last, fitted_peak) && fitted_peak)
    error = find_noise_sd(analyser, result) *
            derive_gain(context, cycles.data() + 1, *fitted_peak, options.max_ratio.smooth);
  set_cycle(analyser, peak->cycle, error, result);
}

}  // namespace qpcr
