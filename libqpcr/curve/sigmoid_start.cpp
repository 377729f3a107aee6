// Compaction, scaling by a power of two, and starts from three crossings of the smoothed curve.
#include "libqpcr/curve/sigmoid_start.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

/// Four interleaved partial results, joined at the end: as fast as the operation allows, and in a fixed order.
template <class Term, class Join>
double fold(std::size_t count, double first, Term&& term, Join&& join) {
  double a = first;
  double b = first;
  double c = first;
  double d = first;
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    a = join(a, term(i));
    b = join(b, term(i + 1));
    c = join(c, term(i + 2));
    d = join(d, term(i + 3));
  }
  for (; i < count; ++i) a = join(a, term(i));
  return join(join(a, b), join(c, d));
}

double larger(double a, double b) { return a > b ? a : b; }
double smaller(double a, double b) { return a < b ? a : b; }
double plus(double a, double b) { return a + b; }

bool is_usable(double cycle, double fluorescence) {
  constexpr double most = std::numeric_limits<double>::max();
  return (std::abs(fluorescence) <= most) & (cycle > 0.0) & (cycle <= most);
}

/// What the three crossings say about the asymmetry: `division` is (upper quarter)/(lower quarter) of the rise in ln
/// cycle, `spread` and `centre` are ln v at the quarter less that at three quarters, and ln v at half, v = eᵗ.
struct Asymmetry {
  double division;
  double kappa;
  double spread;
  double centre;
};

const std::array<Asymmetry, 9>& asymmetries() {
  static const std::array<Asymmetry, 9> table = [] {
    std::array<Asymmetry, 9> rows{};
    constexpr std::array<double, 9> kappas{5.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.45, 0.25, 0.1};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double kappa = kappas[i];
      // ln v where (1 + κv)^(−1/κ) is the share.
      const auto log_power = [kappa](double share) {
        return elementary::log(elementary::expm1(-kappa * elementary::log(share)) / kappa);
      };
      const double low = log_power(0.25);
      const double middle = log_power(0.5);
      const double high = log_power(0.75);
      rows[i] = {(middle - high) / (low - middle), kappa, low - high, middle};
    }
    return rows;
  }();
  return table;
}

}  // namespace

void PreparedCurves::clear(std::size_t readings) {
  curves_.clear();
  former_cycles_.clear();
  log_cycles_used_ = fluorescence_used_ = 0;
  if (log_cycles_.size() < readings) log_cycles_.resize(readings);
  if (fluorescence_.size() < readings) fluorescence_.resize(readings);
}

/// Copies what can be fitted to `values` and, where something is left out, its cycles to cycles_.
std::size_t PreparedCurves::compact(CurveView curve, double* values) {
  cycles_.clear();
  std::size_t n = 0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!is_usable(curve.cycles[i], curve.fluorescence[i])) continue;
    cycles_.push_back(curve.cycles[i]);
    values[n++] = curve.fluorescence[i];
  }
  return n;
}

PreparedCurves::Outcome PreparedCurves::add(std::size_t index, CurveView curve, int least) {
  PreparedCurve prepared;
  prepared.index = index;
  prepared.fluorescence = fluorescence_used_;
  double* const values = fluorescence_.data() + fluorescence_used_;
  std::span<const double> cycles = curve.cycles;
  std::size_t n = cycles.size();
  std::size_t usable = 0;
  for (std::size_t i = 0; i < n; ++i) usable += is_usable(cycles[i], curve.fluorescence[i]) ? 1u : 0u;
  if (usable == n) {
    std::copy(curve.fluorescence.begin(), curve.fluorescence.end(), values);
  } else {
    n = compact(curve, values);
    cycles = cycles_;
  }
  prepared.points = n;
  Outcome outcome{static_cast<int>(n), true};
  for (std::size_t i = 1; i < n && outcome.constant; ++i) outcome.constant = values[i] == values[0];
  if (outcome.points < least || outcome.constant) return outcome;
  const auto value_at = [values](std::size_t i) { return values[i]; };
  const double largest = fold(
      n, 0.0, [values](std::size_t i) { return std::abs(values[i]); }, larger);
  // A power of two: nothing is rounded, and no square leaves the range of a double.
  (void)std::frexp(largest, &prepared.exponent);
  prepared.exponent = std::max(prepared.exponent, -1000);
  const double scale = std::ldexp(1.0, -prepared.exponent);
  for (std::size_t i = 0; i < n; ++i) values[i] *= scale;
  prepared.mean = fold(n, 0.0, value_at, plus) / static_cast<double>(n);
  const double mean = prepared.mean;
  for (std::size_t i = 0; i < n; ++i) values[i] -= mean;
  prepared.total = fold(
      n, 0.0, [values](std::size_t i) { return values[i] * values[i]; }, plus);
  if (!(prepared.total > 0.0)) {
    outcome.constant = true;
    return outcome;
  }
  fluorescence_used_ += n;
  set_log_cycles(prepared, cycles);
  find_crossings(prepared);
  curves_.push_back(prepared);
  return outcome;
}

void PreparedCurves::set_log_cycles(PreparedCurve& curve, std::span<const double> cycles) {
  // Curves of one run share their cycles, and so their logarithms.
  if (!std::equal(cycles.begin(), cycles.end(), former_cycles_.begin(), former_cycles_.end())) {
    former_log_cycles_ = log_cycles_used_;
    for (const double cycle : cycles) log_cycles_[log_cycles_used_++] = elementary::log(cycle);
    former_cycles_.assign(cycles.begin(), cycles.end());
  }
  curve.log_cycles = former_log_cycles_;
  const auto ends = std::minmax(log_cycles_[former_log_cycles_], log_cycles_[former_log_cycles_ + curve.points - 1]);
  curve.smallest_log_cycle = ends.first;
  curve.largest_log_cycle = ends.second;
}

void PreparedCurves::find_crossings(PreparedCurve& curve) {
  const std::size_t n = curve.points;
  const double* const x = log_cycles_.data() + curve.log_cycles;
  const double* const y = fluorescence_.data() + curve.fluorescence;
  smooth_.resize(n);
  double* const smooth = smooth_.data();
  // Sums of three, not means: only ratios of their differences are used.
  smooth[0] = (y[0] + y[1]) * 1.5;
  for (std::size_t i = 1; i + 1 < n; ++i) smooth[i] = y[i - 1] + y[i] + y[i + 1];
  smooth[n - 1] = (y[n - 2] + y[n - 1]) * 1.5;
  const auto smooth_at = [smooth](std::size_t i) { return smooth[i]; };
  const double most = fold(n, smooth[0], smooth_at, larger);
  std::size_t top = 0;
  while (smooth[top] != most) ++top;
  const double low = fold(top + 1, most, smooth_at, smaller);
  const double range = most - low;
  // Where the smoothed curve last climbs through a share of its range, walking down from its highest reading.
  std::size_t i = top;
  const auto find_crossing = [&](double share) {
    const double level = low + share * range;
    while (i > 0 && smooth[i - 1] > level) --i;
    if (i == 0) return x[0];
    const double step = smooth[i] - smooth[i - 1];
    const double part = step > 0.0 ? (level - smooth[i - 1]) / step : 0.5;
    return x[i - 1] + part * (x[i] - x[i - 1]);
  };
  curve.three_quarters = find_crossing(0.75);
  curve.half = find_crossing(0.5);
  curve.quarter = find_crossing(0.25);
}

SigmoidJob PreparedCurves::make_job(const PreparedCurve& curve, const SigmoidShape& start) const {
  SigmoidJob job;
  job.log_cycles = log_cycles_.data() + curve.log_cycles;
  job.fluorescence = fluorescence_.data() + curve.fluorescence;
  job.points = curve.points;
  job.total = curve.total;
  job.smallest_log_cycle = curve.smallest_log_cycle;
  job.largest_log_cycle = curve.largest_log_cycle;
  job.start = start;
  return job;
}

SigmoidShape estimate_symmetric_start(const PreparedCurve& curve) {
  const double width = std::max(curve.three_quarters - curve.quarter, 1e-3);
  const double beta = std::clamp(2.0 * 1.0986122886681098 / width, 2.0, 100.0);
  return {elementary::log(beta), curve.half, 1.0};
}

SigmoidShape estimate_start(const PreparedCurve& curve) {
  const double width = std::max(curve.three_quarters - curve.quarter, 1e-3);
  const double lower = std::max(curve.half - curve.quarter, 1e-4);
  const double division = (curve.three_quarters - curve.half) / lower;
  const auto& table = asymmetries();
  Asymmetry at = division > table.front().division ? table.back() : table.front();
  for (std::size_t i = 1; i < table.size(); ++i) {
    const Asymmetry& from = table[i - 1];
    const Asymmetry& to = table[i];
    if (!(division > from.division) || division > to.division) continue;
    const double part = (division - from.division) / (to.division - from.division);
    at = {division, from.kappa + part * (to.kappa - from.kappa), from.spread + part * (to.spread - from.spread),
          from.centre + part * (to.centre - from.centre)};
  }
  const double beta = std::clamp(at.spread / width, 2.0, 100.0);
  return {elementary::log(beta), curve.half + at.centre / beta, at.kappa};
}

}  // namespace qpcr
