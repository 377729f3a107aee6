// Thresholds from calibration runs: found, then judged by the plan of the definition.
#include "libqpcr/assay/threshold_estimation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/log_linear_window.hpp"
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/assay/threshold_wells.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/cq_batch.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// The anchored threshold is looked for between nominal / span and nominal · span: far beyond any shift a plan allows,
// so that a refusal can say how far it would have had to move.
constexpr double search_span = 1000.0;
// The search ends where the bracket is this narrow, relative to the threshold.
constexpr double search_tolerance = 1e-12;

/// Sum in the order of size, so that the order of wells and files does not enter.
double mean(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  double sum = 0.0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

std::optional<double> standard_deviation(std::vector<double> numbers) {
  if (numbers.size() < 2) return std::nullopt;
  const double centre = mean(numbers);
  for (double& number : numbers) number = (number - centre) * (number - centre);
  const auto count = static_cast<double>(numbers.size());
  return std::sqrt(mean(numbers) * count / (count - 1.0));
}

/// All curves of one target, and its Cq at any threshold.
class TargetCurves {
 public:
  TargetCurves(const AssayDefinition& definition, std::size_t target, const CalibrationWells& wells)
      : wells_(wells.by_target[target]), options_(definition.cq.options) {
    std::vector<CurveView> views;
    for (const CalibrationWell& well : wells_) views.push_back(well.view());
    batch_.analyse(views);
    options_.noise_free = wells.simulated && batch_.is_noise_free();
    options_.threshold = definition.targets[target].threshold;
    for (std::size_t i = 0; i < wells_.size(); ++i) at_nominal_.push_back(batch_.estimate(i, options_, nullptr));
  }

  const std::vector<CalibrationWell>& wells() const { return wells_; }
  const CqResult& at_nominal(std::size_t well) const { return at_nominal_[well]; }

  CqResult estimate(std::size_t well, double threshold) {
    options_.threshold = threshold;
    return batch_.estimate(well, options_, nullptr);
  }

  /// Places of the wells that a control has.
  std::vector<std::size_t> find_wells(const ControlDefinition* control) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wells_.size(); ++i) {
      if (wells_[i].control == control) places.push_back(i);
    }
    return places;
  }

 private:
  const std::vector<CalibrationWell>& wells_;
  CqOptions options_;
  CqBatch batch_;
  std::vector<CqResult> at_nominal_;
};

/// Mean Cq of curves that amplified, as a map of the threshold that never falls: below every rise −∞, above one +∞.
double find_mean_cq(TargetCurves& curves, const std::vector<std::size_t>& wells, double threshold) {
  std::vector<double> cqs;
  bool below_start = false;
  for (const std::size_t well : wells) {
    const CqResult result = curves.estimate(well, threshold);
    if (result.status == CqStatus::below_threshold) return infinity;
    if (result.cq_cycles) cqs.push_back(*result.cq_cycles);
    below_start = below_start || !result.cq_cycles;
  }
  return below_start ? -infinity : mean(std::move(cqs));
}

/// The largest threshold, to the tolerance, at which the mean Cq is not later than the assigned one.
std::optional<double> anchor(TargetCurves& curves, const std::vector<std::size_t>& wells, double nominal,
                             double assigned) {
  double lower = nominal / search_span;
  double upper = nominal * search_span;
  if (find_mean_cq(curves, wells, lower) > assigned || find_mean_cq(curves, wells, upper) <= assigned)
    return std::nullopt;
  while (upper / lower > 1.0 + search_tolerance) {
    const double middle = std::sqrt(lower * upper);
    if (!(middle > lower && middle < upper)) break;
    (find_mean_cq(curves, wells, middle) <= assigned ? lower : upper) = middle;
  }
  return lower;
}

class Estimation {
 public:
  Estimation(const AssayDefinition& definition, const ThresholdCalibrationRequest& request,
             const CalibrationWells& wells)
      : definition_(definition), request_(request), wells_(wells), plan_(*definition.threshold_calibration) {
    calibrator_ = find_control(definition, plan_.calibrator);
    weak_positive_ = find_control(definition, plan_.weak_positive);
  }

  void fill(ThresholdCalibration& record) {
    record_ = &record;
    failures_ = wells_.problems;
    for (std::size_t t = 0; t < definition_.targets.size(); ++t) calibrate_target(t);
    judge_weak_positive();
    record.accepted = failures_.empty();
    record.findings = std::move(failures_);
    record.findings.insert(record.findings.end(), wells_.notes.begin(), wells_.notes.end());
  }

 private:
  void fail(Message message) { failures_.push_back(std::move(message)); }

  void calibrate_target(std::size_t t) {
    const AssayTarget& target = definition_.targets[t];
    TargetCurves curves(definition_, t, wells_);
    CalibratedThreshold row;
    row.target = target.id;
    row.dye = target.dye;
    row.nominal = *target.threshold;
    const std::vector<std::size_t> calibrators = find_amplified(curves, target);
    row.wells = static_cast<int>(calibrators.size());
    if (row.wells < plan_.minimum_wells) {
      fail(Message{"threshold_too_few_wells",
                   {{"control", plan_.calibrator},
                    {"found", std::to_string(row.wells)},
                    {"required", std::to_string(plan_.minimum_wells)},
                    {"target", target.id}}});
    }
    const std::optional<double> threshold = find_threshold_of(target, curves, calibrators, row);
    if (!threshold) {
      fail(Message{"threshold_not_determined",
                   {{"method", std::string(to_string(request_.method))}, {"target", target.id}}});
      return;
    }
    row.threshold = *threshold;
    row.dye_gain = row.threshold / row.nominal;
    note_baselines(curves, calibrators, row);
    judge_shift(row);
    judge_window(target, curves, row);
    judge_calibrator(target, curves, calibrators, row);
    judge_blanks(target, curves, row.threshold);
    read_weak_positive(target, curves, row.threshold);
    record_->thresholds.push_back(std::move(row));
  }

  /// Calibrator wells that carry the calibration; a well that did not amplify is a finding.
  std::vector<std::size_t> find_amplified(TargetCurves& curves, const AssayTarget& target) {
    std::vector<std::size_t> amplified;
    for (const std::size_t well : curves.find_wells(calibrator_)) {
      const CqResult& result = curves.at_nominal(well);
      if (result.amplified && std::isfinite(result.baseline.intercept)) {
        amplified.push_back(well);
      } else {
        fail_without_cq(target, curves.wells()[well], result.status);
      }
    }
    return amplified;
  }

  void fail_without_cq(const AssayTarget& target, const CalibrationWell& well, CqStatus status) {
    fail(Message{"threshold_well_without_cq",
                 {{"control", well.control->id},
                  {"status", std::string(to_string(status))},
                  {"target", target.id},
                  {"well", well.label}}});
  }

  std::optional<double> find_threshold_of(const AssayTarget& target, TargetCurves& curves,
                                          const std::vector<std::size_t>& calibrators, CalibratedThreshold& row) {
    switch (request_.method) {
      case ThresholdMethod::calibrator_anchored:
        if (calibrators.empty()) return std::nullopt;
        return anchor(curves, calibrators, row.nominal, *target.assigned_cq_cycles);
      case ThresholdMethod::blank_deviations:
        return find_above_blanks(target, curves, row);
      case ThresholdMethod::fixed:
        return request_.fixed.at(target.id);
    }
    return std::nullopt;
  }

  /// k times the root of the mean variance of the blanks; a blank that amplified is judged with the limits of its
  /// control and says nothing of noise.
  std::optional<double> find_above_blanks(const AssayTarget& target, TargetCurves& curves, CalibratedThreshold& row) {
    std::vector<double> variances;
    for (std::size_t i = 0; i < curves.wells().size(); ++i) {
      if (curves.wells()[i].control->kind != ControlKind::no_template) continue;
      const CqResult& result = curves.at_nominal(i);
      if (result.amplified || !std::isfinite(result.baseline.noise_sd)) continue;
      variances.push_back(result.baseline.noise_sd * result.baseline.noise_sd);
    }
    if (static_cast<int>(variances.size()) < plan_.minimum_wells) {
      fail(Message{"threshold_too_few_blanks",
                   {{"found", std::to_string(variances.size())},
                    {"required", std::to_string(plan_.minimum_wells)},
                    {"target", target.id}}});
    }
    if (variances.empty()) return std::nullopt;
    const double sd = std::sqrt(mean(std::move(variances)));
    row.blank_sd = sd;
    if (!(sd > 0.0)) return std::nullopt;
    return *request_.blank_factor * sd;
  }

  static void note_baselines(const TargetCurves& curves, const std::vector<std::size_t>& calibrators,
                             CalibratedThreshold& row) {
    for (const std::size_t well : calibrators) {
      const Baseline& baseline = curves.at_nominal(well).baseline;
      if (!std::isfinite(baseline.first_cycle) || !std::isfinite(baseline.last_cycle)) continue;
      row.baseline_first_cycle = std::min(row.baseline_first_cycle.value_or(infinity), baseline.first_cycle);
      row.baseline_last_cycle = std::max(row.baseline_last_cycle.value_or(-infinity), baseline.last_cycle);
    }
  }

  void judge_shift(const CalibratedThreshold& row) {
    const double factor = plan_.maximum_shift_factor;
    if (row.threshold >= row.nominal / factor && row.threshold <= row.nominal * factor) return;
    fail(Message{"threshold_shift_too_large",
                 {{"factor", format_double(factor)},
                  {"gain", format_fixed(row.dye_gain, 3)},
                  {"nominal", format_double(row.nominal)},
                  {"target", row.target},
                  {"threshold", format_fixed(row.threshold, 3)}}});
  }

  /// The window that every curve of the calibrator and of the weak positive shares.
  void judge_window(const AssayTarget& target, const TargetCurves& curves, CalibratedThreshold& row) {
    std::optional<LogLinearWindow> shared = LogLinearWindow{0.0, infinity};
    int curves_seen = 0;
    for (std::size_t i = 0; i < curves.wells().size(); ++i) {
      const CalibrationWell& well = curves.wells()[i];
      if (well.control != calibrator_ && well.control != weak_positive_) continue;
      const std::optional<LogLinearWindow> window =
          derive_log_linear_window(well.view(), curves.at_nominal(i).baseline);
      if (!window) {
        fail(Message{"threshold_no_log_linear_phase",
                     {{"control", well.control->id}, {"target", target.id}, {"well", well.label}}});
        continue;
      }
      ++curves_seen;
      if (shared) shared = intersect(*shared, *window);
    }
    if (curves_seen == 0) return;
    if (!shared) {
      fail(Message{"threshold_windows_disjoint", {{"target", target.id}}});
      return;
    }
    row.log_linear_lower = shared->lower;
    row.log_linear_upper = shared->upper;
    if (row.threshold >= shared->lower && row.threshold <= shared->upper) return;
    fail(Message{"threshold_outside_window",
                 {{"lower", format_fixed(shared->lower, 3)},
                  {"target", target.id},
                  {"threshold", format_fixed(row.threshold, 3)},
                  {"upper", format_fixed(shared->upper, 3)}}});
  }

  void judge_calibrator(const AssayTarget& target, TargetCurves& curves, const std::vector<std::size_t>& calibrators,
                        CalibratedThreshold& row) {
    std::vector<double> cqs;
    for (const std::size_t well : calibrators) {
      const CqResult result = curves.estimate(well, row.threshold);
      if (result.cq_cycles) {
        cqs.push_back(*result.cq_cycles);
      } else {
        fail_without_cq(target, curves.wells()[well], result.status);
      }
    }
    if (cqs.empty()) return;
    row.calibrator_sd_cycles = standard_deviation(cqs);
    row.calibrator_mean_cq_cycles = mean(std::move(cqs));
    if (std::abs(*row.calibrator_mean_cq_cycles - *target.assigned_cq_cycles) <= plan_.tolerance_cycles) return;
    fail(Message{"threshold_calibrator_off_assigned",
                 {{"assigned", format_double(*target.assigned_cq_cycles)},
                  {"mean", format_fixed(*row.calibrator_mean_cq_cycles, 3)},
                  {"target", target.id},
                  {"tolerance", format_double(plan_.tolerance_cycles)}}});
  }

  /// The limits of a control, at the new threshold: it would fail in every run.
  void judge_limits(const AssayTarget& target, const CalibrationWell& well, const CqResult& result) {
    for (const CqLimit& limit : well.control->limits) {
      if (limit.target != target.id) continue;
      if (satisfies(definition_, limit, {result.status, result.cq_cycles})) continue;
      fail(Message{"threshold_control_limit",
                   {{"control", well.control->id},
                    {"cq", result.cq_cycles ? format_fixed(*result.cq_cycles, 2) : "–"},
                    {"limit", render_limit(limit)},
                    {"target", target.id},
                    {"well", well.label}}});
    }
  }

  void judge_blanks(const AssayTarget& target, TargetCurves& curves, double threshold) {
    for (std::size_t i = 0; i < curves.wells().size(); ++i) {
      const CalibrationWell& well = curves.wells()[i];
      if (well.control->kind == ControlKind::no_template) judge_limits(target, well, curves.estimate(i, threshold));
    }
  }

  void read_weak_positive(const AssayTarget& target, TargetCurves& curves, double threshold) {
    std::vector<double> cqs;
    const std::vector<std::size_t> places = curves.find_wells(weak_positive_);
    for (const std::size_t i : places) {
      const CqResult result = curves.estimate(i, threshold);
      const CalibrationWell& well = curves.wells()[i];
      judge_limits(target, well, result);
      if (result.cq_cycles) {
        cqs.push_back(*result.cq_cycles);
      } else {
        fail_without_cq(target, well, result.status);
      }
    }
    const int required = std::max(1, weak_positive_->minimum_count);
    if (static_cast<int>(places.size()) < required) {
      fail(Message{"threshold_weak_positive_missing",
                   {{"control", weak_positive_->id},
                    {"found", std::to_string(places.size())},
                    {"required", std::to_string(required)},
                    {"target", target.id}}});
    }
    if (!cqs.empty()) weak_cqs_[target.id] = std::move(cqs);
  }

  /// The middle of the window that the weak positive must keep: its assigned Cq.
  std::optional<double> find_assigned(const std::string& target) const {
    for (const CqLimit& limit : weak_positive_->limits) {
      if (limit.target == target && limit.kind == LimitKind::within && limit.lower && limit.upper)
        return (*limit.lower + *limit.upper) / 2.0;
    }
    return std::nullopt;
  }

  /// target − mean of the references, of the measured and of the assigned Cq.
  void judge_difference(const std::string& value, const std::string& target,
                        const std::vector<std::string>& references) {
    std::set<std::string> involved(references.begin(), references.end());
    involved.insert(target);
    for (const std::string& each : involved) {
      if (find_assigned(each)) continue;
      fail(Message{"threshold_weak_positive_unassigned",
                   {{"control", weak_positive_->id}, {"target", each}, {"value", value}}});
      return;
    }
    for (const std::string& each : involved) {
      if (weak_cqs_.count(each) == 0) return;  // said already, well by well
    }
    WeakPositiveBias bias;
    bias.value = value;
    bias.target = target;
    bias.wells = static_cast<int>(weak_cqs_.at(target).size());
    bias.measured_cycles = mean(weak_cqs_.at(target));
    bias.assigned_cycles = *find_assigned(target);
    if (!references.empty()) {
      std::vector<double> measured;
      std::vector<double> assigned;
      for (const std::string& reference : references) {
        measured.push_back(mean(weak_cqs_.at(reference)));
        assigned.push_back(*find_assigned(reference));
      }
      bias.measured_cycles -= mean(std::move(measured));
      bias.assigned_cycles -= mean(std::move(assigned));
    }
    bias.bias_cycles = bias.measured_cycles - bias.assigned_cycles;
    if (!record_->weak_positive_bias_cycles ||
        std::abs(bias.bias_cycles) > std::abs(*record_->weak_positive_bias_cycles))
      record_->weak_positive_bias_cycles = bias.bias_cycles;
    if (!(std::abs(bias.bias_cycles) <= plan_.bias_limit_cycles)) {
      fail(Message{"threshold_weak_positive_bias",
                   {{"assigned", format_fixed(bias.assigned_cycles, 3)},
                    {"bias", format_fixed(bias.bias_cycles, 3)},
                    {"limit", format_double(plan_.bias_limit_cycles)},
                    {"measured", format_fixed(bias.measured_cycles, 3)},
                    {"value", value}}});
    }
    record_->weak_positive.push_back(std::move(bias));
  }

  void judge_weak_positive() {
    std::set<std::string> judged;
    for (const ValueDefinition& value : definition_.values) {
      if (value.kind != ValueKind::delta_cq) continue;
      judge_difference(value.id, value.target, value.references);
      judged.insert(value.target);
      judged.insert(value.references.begin(), value.references.end());
    }
    for (const AssayTarget& target : definition_.targets) {
      if (judged.count(target.id) == 0) judge_difference(target.id, target.id, {});
    }
  }

  const AssayDefinition& definition_;
  const ThresholdCalibrationRequest& request_;
  const CalibrationWells& wells_;
  const ThresholdCalibrationPlan& plan_;
  const ControlDefinition* calibrator_ = nullptr;
  const ControlDefinition* weak_positive_ = nullptr;
  ThresholdCalibration* record_ = nullptr;
  std::vector<Message> failures_;
  std::map<std::string, std::vector<double>> weak_cqs_;  ///< by target
};

}  // namespace

ThresholdCalibration calibrate_thresholds(std::span<const Run> runs, const AssayDefinition& definition,
                                          const ThresholdCalibrationRequest& request) {
  ThresholdCalibration record = start_threshold_record(runs, definition, request);
  const CalibrationWells wells = collect_calibration_wells(runs, definition);
  Estimation(definition, request, wells).fill(record);
  record.identity = identify_threshold_calibration(record);
  return record;
}

}  // namespace qpcr
