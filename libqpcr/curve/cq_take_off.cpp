// Take-off point (Tichopad 2003): the first of several readings that stand out from the line of those before.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/cq_rules.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

constexpr std::size_t smallest_count = 5;

/// Least-squares line of a growing series, updated reading by reading. The externally studentised residual of the last
/// reading is its prediction error from the others over their scatter; its square over 1 + leverage is what the sum of
/// squares grows by (Brown, Durbin & Evans 1975), so nothing cancels.
struct GrowingLine {
  double count = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  double xx = 0.0;
  double xy = 0.0;
  double rss = 0.0;

  /// Standardised prediction error of a reading, in fluorescence, before it is added.
  double predict_error(double x, double y) const {
    const double dx = x - mean_x;
    const double error = y - mean_y - xy / xx * dx;
    return error / std::sqrt(1.0 + 1.0 / count + dx * dx / xx);
  }

  void add(double x, double y) {
    if (count >= 2.0) {
      const double error = predict_error(x, y);
      rss += error * error;
    }
    count += 1.0;
    const double dx = x - mean_x;
    mean_x += dx / count;
    const double dy = y - mean_y;
    mean_y += dy / count;
    xx += dx * (x - mean_x);
    xy += dx * (y - mean_y);
  }
};

/// Chance that the test of a reading whose expected error is `shift` noise SD, with `degrees` for the scatter and a
/// scatter `inflation` times the noise, is passed: the normal approximation of a non-central t (Johnson & Kotz 1970).
double estimate_power(double shift, double limit, double inflation, double degrees) {
  const double level = limit * inflation;
  return normal_upper_tail((level * (1.0 - 0.25 / degrees) - shift) / std::sqrt(1.0 + level * level / (2.0 * degrees)));
}

/// Student's t above which `significance` lies, from the context's table.
double find_limit(CqContext& context, double significance, std::size_t degrees) {
  if (context.buffers.significance != significance) {
    context.buffers.limits.clear();
    context.buffers.significance = significance;
  }
  while (context.buffers.limits.size() < degrees) {
    context.buffers.limits.push_back(
        student_t_upper_quantile(significance, static_cast<double>(context.buffers.limits.size() + 1)));
  }
  return context.buffers.limits[degrees - 1];
}

/// Standard deviation of the take-off over repeated noise on the fitted curve. Prediction errors of successive readings
/// are independent, so the first run of passed tests is a chain over the length of the run so far.
double estimate_spread(CqContext& context, const TakeOffOptions& options, double noise) {
  const CurveAnalyser& analyser = context.analyser;
  std::vector<double>& runs = context.buffers.work;
  const std::vector<double>& x = analyser.readings().cycles;
  const auto needed = static_cast<std::size_t>(options.sustained_cycles);
  runs.assign(needed, 0.0);
  runs[0] = 1.0;
  GrowingLine line;
  double total = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double y = evaluate_sigmoid(analyser.fit(), x[i]);
    if (i + 1 < smallest_count) {
      line.add(x[i], y);
      continue;
    }
    const double degrees = static_cast<double>(i) - 2.0;
    const double limit = find_limit(context, options.significance, i - 1);
    const double inflation = std::sqrt(1.0 + line.rss / (noise * noise * degrees));
    const double power = estimate_power(line.predict_error(x[i], y) / noise, limit, inflation, degrees);
    line.add(x[i], y);
    const double finished = runs[needed - 1] * power;
    double broken = 0.0;
    for (const double chance : runs) broken += chance * (1.0 - power);
    for (std::size_t k = needed - 1; k > 0; --k) runs[k] = runs[k - 1] * power;
    runs[0] = broken;
    if (i + 1 < needed) continue;
    const double start = x[i + 1 - needed];
    total += finished;
    sum += finished * start;
    squares += finished * start * start;
  }
  if (!(total > 0.0)) return 0.0;
  const double mean = sum / total;
  return std::sqrt(std::max(0.0, squares / total - mean * mean));
}

}  // namespace

void estimate_by_take_off(CqContext& context, const CqOptions& options, CqResult& result) {
  const CurveAnalyser& analyser = context.analyser;
  const std::vector<double>& x = analyser.readings().cycles;
  const std::vector<double>& y = analyser.readings().fluorescence;
  GrowingLine line;
  int run = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i + 1 >= smallest_count) {
      const double scatter = std::sqrt(line.rss / (static_cast<double>(i) - 2.0));
      const double error = line.predict_error(x[i], y[i]);
      // qpcR takes n − 2 degrees of freedom for the test although the scatter has n − 3.
      const double limit = find_limit(context, options.take_off.significance, i - 1);
      run = error > 0.0 && error > limit * scatter ? run + 1 : 0;
      if (run == options.take_off.sustained_cycles) {
        const std::size_t first = i + 1 - static_cast<std::size_t>(run);
        const double noise = find_noise_sd(analyser, result);
        const double spread =
            noise > 0.0 ? estimate_spread(context, options.take_off, noise) : std::numeric_limits<double>::quiet_NaN();
        set_cycle(analyser, x[first], spread, result);
        return;
      }
    }
    line.add(x[i], y[i]);
  }
  set_failed(make_curve_message("curve_no_take_off", {{"cycles", std::to_string(options.take_off.sustained_cycles)}}),
             result);
}

}  // namespace qpcr
