// Compaction, scaling by a power of two, and starts from three crossings of the smoothed curve.
#include "libqpcr/curve/sigmoid_start.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

/// Sum of four interleaved partial sums: as fast as the additions allow, and in a fixed order.
template <class Term>
double add_up(std::size_t count, Term&& term) {
  double a = 0.0;
  double b = 0.0;
  double c = 0.0;
  double d = 0.0;
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    a += term(i);
    b += term(i + 1);
    c += term(i + 2);
    d += term(i + 3);
  }
  for (; i < count; ++i) a += term(i);
  return (a + b) + (c + d);
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
  log_cycles_.clear();
  fluorescence_.clear();
  former_cycles_.clear();
  log_cycles_.reserve(readings);
  fluorescence_.reserve(readings);
}

PreparedCurves::Outcome PreparedCurves::add(std::size_t index, CurveView curve, int least) {
  PreparedCurve prepared;
  prepared.index = index;
  prepared.fluorescence = fluorescence_.size();
  cycles_.clear();
  double largest = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    const double value = curve.fluorescence[i];
    if (!std::isfinite(value) || !(curve.cycles[i] > 0.0) || !std::isfinite(curve.cycles[i])) continue;
    cycles_.push_back(curve.cycles[i]);
    fluorescence_.push_back(value);
    largest = std::max(largest, std::abs(value));
  }
  const std::size_t n = prepared.points = cycles_.size();
  const auto values = std::span<double>(fluorescence_).subspan(prepared.fluorescence);
  Outcome outcome{static_cast<int>(n), true};
  for (std::size_t i = 1; i < n && outcome.constant; ++i) outcome.constant = values[i] == values[0];
  if (outcome.points < least || outcome.constant) {
    fluorescence_.resize(prepared.fluorescence);
    return outcome;
  }
  // A power of two: nothing is rounded, and no square leaves the range of a double.
  (void)std::frexp(largest, &prepared.exponent);
  prepared.exponent = std::max(prepared.exponent, -1000);
  const double scale = std::ldexp(1.0, -prepared.exponent);
  for (double& value : values) value *= scale;
  const auto value_at = [values](std::size_t i) { return values[i]; };
  prepared.mean = add_up(n, value_at) / static_cast<double>(n);
  for (double& value : values) value -= prepared.mean;
  prepared.total = add_up(n, [values](std::size_t i) { return values[i] * values[i]; });
  if (!(prepared.total > 0.0)) {
    outcome.constant = true;
    fluorescence_.resize(prepared.fluorescence);
    return outcome;
  }
  set_log_cycles(prepared);
  find_crossings(prepared);
  curves_.push_back(prepared);
  return outcome;
}

void PreparedCurves::set_log_cycles(PreparedCurve& curve) {
  // Curves of one run share their cycles, and so their logarithms.
  if (cycles_ == former_cycles_) {
    curve.log_cycles = former_log_cycles_;
  } else {
    curve.log_cycles = log_cycles_.size();
    for (const double cycle : cycles_) log_cycles_.push_back(elementary::log(cycle));
    former_cycles_ = cycles_;
    former_log_cycles_ = curve.log_cycles;
  }
  const auto values = std::span<const double>(log_cycles_).subspan(curve.log_cycles, curve.points);
  const auto ends = std::minmax(values.front(), values.back());
  curve.smallest_log_cycle = ends.first;
  curve.largest_log_cycle = ends.second;
}

void PreparedCurves::find_crossings(PreparedCurve& curve) {
  const std::size_t n = curve.points;
  const auto x = std::span<const double>(log_cycles_).subspan(curve.log_cycles, n);
  const auto y = std::span<const double>(fluorescence_).subspan(curve.fluorescence, n);
  smooth_.resize(n);
  smooth_[0] = (y[0] + y[1]) * 0.5;
  for (std::size_t i = 1; i + 1 < n; ++i) smooth_[i] = (y[i - 1] + y[i] + y[i + 1]) * (1.0 / 3.0);
  smooth_[n - 1] = (y[n - 2] + y[n - 1]) * 0.5;
  std::size_t top = 0;
  for (std::size_t i = 1; i < n; ++i) top = smooth_[i] > smooth_[top] ? i : top;
  double low = smooth_[0];
  for (std::size_t i = 0; i <= top; ++i) low = std::min(low, smooth_[i]);
  const double range = smooth_[top] - low;
  // Where the smoothed curve last climbs through a share of its range, walking down from its highest reading.
  std::size_t i = top;
  const auto find_crossing = [&](double share) {
    const double level = low + share * range;
    while (i > 0 && smooth_[i - 1] > level) --i;
    if (i == 0) return x[0];
    const double step = smooth_[i] - smooth_[i - 1];
    const double part = step > 0.0 ? (level - smooth_[i - 1]) / step : 0.5;
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
