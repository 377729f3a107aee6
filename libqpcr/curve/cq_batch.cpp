// The one path from a curve to a Cq: call, baseline, the rule asked for; one curve or many.
#include "libqpcr/curve/cq_batch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/irregularity.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

// Squares and cubes of readings beyond this overflow; no detector gives them.
constexpr double largest_fluorescence = 1e100;
// Curves analysed together: enough to keep the vector lanes full, few enough for the cache.
constexpr std::size_t block_size = 256;

double estimate_end_rise(const Readings& readings, const Baseline& baseline) {
  std::array<double, 3> last{};
  const std::size_t count = std::min<std::size_t>(3, readings.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t k = readings.size() - count + i;
    last[i] = readings.fluorescence[k] - evaluate_baseline(baseline, readings.cycles[k]);
  }
  return median_in_place(std::span<double>(last.data(), count));
}

std::string join_cycles(const std::vector<double>& cycles) {
  std::string text;
  for (const double cycle : cycles) text += (text.empty() ? "" : ", ") + format_double(cycle);
  return text;
}

/// Quiet, or neither amplified nor quiet: only the first is silence.
void judge_silence(const CurveAnalyser& analyser, CurveView curve, const CqOptions& options, CqResult& result) {
  result.status = CqStatus::no_amplification;
  std::optional<Message> irregularity = find_irregularity(
      analyser, result.baseline, curve.kind, options.threshold ? options.threshold : options.silence_threshold);
  if (!irregularity || (options.noise_free && irregularity->id == "curve_constant")) return;
  result.status = CqStatus::fit_failed;
  if (irregularity->id != "curve_constant") result.notes.push_back(std::move(result.reason));
  result.reason = *std::move(irregularity);
}

void apply_rule(CqContext& context, const CqOptions& options, CqResult& result) {
  switch (options.method) {
    case CqMethod::common_shape:
      estimate_by_common_shape(context, options, result);
      return;
    case CqMethod::threshold:
      if (!std::isfinite(result.baseline.intercept)) {
        set_failed(make_curve_message("curve_no_baseline"), result);
        return;
      }
      estimate_by_threshold(context, options, result);
      return;
    case CqMethod::relative_threshold:
      estimate_by_relative_threshold(context, options, result);
      return;
    case CqMethod::first_derivative_maximum:
    case CqMethod::second_derivative_maximum:
      estimate_by_derivative_maximum(context, options, result);
      return;
    case CqMethod::third_derivative_zero:
      estimate_by_third_derivative(context, result);
      return;
    case CqMethod::cy0:
      estimate_by_tangent(context, options, result);
      return;
    case CqMethod::max_ratio:
      estimate_by_max_ratio(context, options, result);
      return;
    case CqMethod::take_off:
      estimate_by_take_off(context, options, result);
      return;
  }
}

bool is_in_range(CurveView curve) {
  return std::none_of(curve.fluorescence.begin(), curve.fluorescence.end(),
                      [](double value) { return std::isfinite(value) && std::abs(value) > largest_fluorescence; });
}

/// Calls `use(batch, first)` for the curves, block by block.
template <class Use>
void for_each_block(std::span<const CurveView> curves, Use&& use) {
  CqBatch batch;
  for (std::size_t first = 0; first < curves.size(); first += block_size) {
    batch.analyse(curves.subspan(first, std::min(block_size, curves.size() - first)));
    use(batch);
  }
}

}  // namespace

void CqBatch::analyse(std::span<const CurveView> curves, int threads) {
  curves_.assign(curves.begin(), curves.end());
  usable_.clear();
  for (const CurveView& curve : curves_) {
    check_cycles(curve);
    usable_.push_back(is_in_range(curve) ? curve : CurveView{curve.kind, {}, {}});
  }
  analysis_.analyse(usable_, threads);
}

bool CqBatch::is_noise_free() const {
  constexpr std::ptrdiff_t early_count = 5;
  int amplified = 0;
  int still = 0;
  for (std::size_t i = 0; i < analysis_.size(); ++i) {
    if (!analysis_[i].call().amplified) continue;
    ++amplified;
    const auto begin = analysis_[i].readings().fluorescence.begin();
    still += std::all_of(begin, begin + early_count, [begin](double value) { return value == *begin; }) ? 1 : 0;
  }
  return 2 * still > amplified;
}

CqResult CqBatch::estimate(std::size_t index, const CqOptions& options, const CurveRegistrar* registrar,
                           CqBuffers& buffers) const {
  const CurveView curve = curves_[index];
  CqContext context{analysis_[index], registrar, buffers};
  const CurveAnalyser& analyser = context.analyser;
  CqResult result;
  result.method = options.method;
  result.interpolation = options.interpolation;
  result.threshold = options.method == CqMethod::threshold ? options.threshold : std::nullopt;
  if (!curve.cycles.empty() && usable_[index].cycles.empty()) {
    set_failed(make_curve_message("curve_out_of_range", {{"limit", format_double(largest_fluorescence)}}), result);
    return result;
  }
  result.amplified = analyser.call().amplified;
  result.verdict = analyser.call().verdict;
  result.reason = analyser.call().reason;
  result.baseline = estimate_baseline(analyser, curve.kind, options.baseline);
  result.end_fluorescence_rise = estimate_end_rise(analyser.readings(), result.baseline);
  if (analyser.call().reason.rule == AmplificationRule::too_few_points) return result;
  flag_curve(analyser, curve.kind, options.quality, result.flags);
  if (!analyser.dropped_cycles().empty()) {
    result.notes.push_back(
        make_curve_message("curve_spikes_dropped", {{"cycles", join_cycles(analyser.dropped_cycles())}}));
  }
  if (result.amplified) {
    apply_rule(context, options, result);
  } else {
    judge_silence(analyser, curve, options, result);
  }
  return result;
}

CqResult estimate_cq(CurveView curve, const CqOptions& options) {
  return std::move(estimate_cq_batch({&curve, 1}, options).front());
}

std::vector<CqResult> estimate_cq_batch(std::span<const CurveView> curves, const CqOptions& options) {
  options.validate();
  std::optional<CurveRegistrar> registrar;
  if (options.method == CqMethod::common_shape) registrar.emplace(*options.common_shape);
  std::vector<CqResult> results;
  results.reserve(curves.size());
  for_each_block(curves, [&](CqBatch& batch) {
    for (std::size_t i = 0; i < batch.curves().size(); ++i)
      results.push_back(batch.estimate(i, options, registrar ? &*registrar : nullptr));
  });
  return results;
}

bool are_noise_free(std::span<const CurveView> curves) {
  CqBatch batch;
  batch.analyse(curves);
  return batch.is_noise_free();
}

double derive_threshold(std::span<const CurveView> curves, const CqOptions& options) {
  options.validate();
  CqBatch batch;
  batch.analyse(curves);
  return derive_threshold(curves, batch.analysis(), options.baseline);
}

}  // namespace qpcr
