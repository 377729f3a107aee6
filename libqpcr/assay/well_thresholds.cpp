// The fluorescence threshold of each target of a run, and how it came about.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/assay/well_cq.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

void check_scale(const RunData& run, const AssayDefinition& definition, const AssayTarget& target,
                 const Measurement& seen, const AmplificationCurve& curve) {
  if (!target.threshold || !definition.cq.signal) return;
  const bool normalised = curve.kind == CurveKind::normalised;
  if (normalised == (definition.cq.signal == SignalScale::normalised)) return;
  throw Error(ErrorCode::assay_mismatch, {.path = run.name,
                                          .line = 0,
                                          .column = {},
                                          .field = fmt::format("well {}, target {}", seen.well.label, target.id),
                                          .found = std::string(to_string(curve.kind)),
                                          .expected = fmt::format("a signal on the scale '{}' of the fixed threshold",
                                                                  to_string(*definition.cq.signal)),
                                          .problem = {}});
}

std::vector<CurveView> collect_curves(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                                      std::size_t target) {
  std::vector<CurveView> curves;
  for (const MatchedWell& well : match.wells) {
    for (const MatchedChannel& channel : well.channels) {
      const Measurement& seen = run.measurements[channel.measurement];
      if (channel.target != target || seen.excluded) continue;
      const AmplificationCurve* curve = find_assay_curve(seen);
      if (curve == nullptr) continue;
      check_scale(run, definition, definition.targets[target], seen, *curve);
      curves.push_back(to_view(*curve));
    }
  }
  return curves;
}

/// The calibration of the run, with what must be said of it.
const ThresholdCalibration* choose_calibration(const AssayDefinition& definition, const RunConditions& conditions,
                                               const std::vector<ThresholdCalibration>& calibrations,
                                               PlateThresholds& found) {
  const CalibrationChoice choice = find_threshold_calibration(calibrations, definition, conditions.instrument_serial,
                                                              conditions.reagent_lot, conditions.date);
  const auto say = [&found](const Message& message) {
    found.warnings.push_back(message);
    found.not_releasable.push_back(message);
  };
  if (choice.record == nullptr) {
    say({"threshold_not_calibrated",
         {{"instrument", conditions.instrument_serial.empty() ? "–" : conditions.instrument_serial},
          {"lot", conditions.reagent_lot.empty() ? "–" : conditions.reagent_lot}}});
  } else if (!choice.problems.empty()) {
    say({"threshold_calibration_not_valid", {{"record", choice.record->name}}});
  }
  for (const Message& problem : choice.problems) say(problem);
  return choice.record;
}

/// Fixed thresholds stand in the definition; that they hold on this instrument with this lot, a record must say.
void confirm_fixed_thresholds(const AssayDefinition& definition, const RunConditions& conditions,
                              const std::vector<ThresholdCalibration>& calibrations, PlateThresholds& found) {
  const CalibrationChoice choice = find_threshold_calibration(calibrations, definition, conditions.instrument_serial,
                                                              conditions.reagent_lot, conditions.date);
  std::vector<Message>& blocks = found.not_releasable;
  if (choice.record == nullptr) {
    blocks.push_back({"threshold_not_confirmed",
                      {{"instrument", conditions.instrument_serial.empty() ? "–" : conditions.instrument_serial},
                       {"lot", conditions.reagent_lot.empty() ? "–" : conditions.reagent_lot}}});
    return;
  }
  if (!choice.problems.empty()) {
    blocks.push_back({"threshold_calibration_not_valid", {{"record", choice.record->name}}});
    blocks.insert(blocks.end(), choice.problems.begin(), choice.problems.end());
  }
  for (const AssayTarget& target : definition.targets) {
    if (!target.threshold) continue;
    const CalibratedThreshold* recorded = find_threshold(*choice.record, target.id);
    if (recorded != nullptr && recorded->threshold == *target.threshold) continue;
    blocks.push_back({"threshold_differs_from_record",
                      {{"record", choice.record->name},
                       {"target", target.id},
                       {"threshold", format_double(*target.threshold)},
                       {"recorded", recorded == nullptr ? "–" : format_double(recorded->threshold)}}});
  }
}

}  // namespace

PlateThresholds find_thresholds(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                                const RunConditions& conditions,
                                const std::vector<ThresholdCalibration>& calibrations) {
  PlateThresholds found;
  const bool computed = definition.cq.origin == CqOrigin::computed;
  const bool calibrated = computed && definition.cq.threshold_origin == ThresholdOrigin::calibrated;
  const ThresholdCalibration* record =
      calibrated ? choose_calibration(definition, conditions, calibrations, found) : nullptr;
  if (computed && definition.cq.threshold_origin == ThresholdOrigin::fixed &&
      definition.cq.options.method == CqMethod::threshold) {
    confirm_fixed_thresholds(definition, conditions, calibrations, found);
  }
  for (std::size_t t = 0; t < definition.targets.size(); ++t) {
    const AssayTarget& target = definition.targets[t];
    CqOptions options = definition.cq.options;
    options.threshold = target.threshold;
    TargetThreshold threshold;
    threshold.target = target.id;
    threshold.dye = target.dye;
    if (const CalibratedThreshold* moved = record == nullptr ? nullptr : find_threshold(*record, target.id)) {
      options.threshold = moved->threshold;
      threshold.calibration = record->identity;
    } else if (record != nullptr) {
      const Message lacking{"threshold_not_in_calibration", {{"record", record->name}, {"target", target.id}}};
      found.warnings.push_back(lacking);
      found.not_releasable.push_back(lacking);
    }
    if (computed) {
      const std::vector<CurveView> curves = collect_curves(run, definition, match, t);
      options.noise_free = is_simulated(run) && are_noise_free(curves);
      if (!options.threshold && !curves.empty()) {
        const double derived = derive_threshold(curves, options);
        // Where no curve of the target amplified there is no common threshold, and none is needed.
        if (std::isfinite(derived)) {
          (options.method == CqMethod::threshold ? options.threshold : options.silence_threshold) = derived;
        }
      }
      threshold.threshold = options.threshold;
      threshold.fixed = target.threshold.has_value() && threshold.calibration.empty();
    }
    found.thresholds.push_back(std::move(threshold));
    found.options.push_back(std::move(options));
  }
  return found;
}

}  // namespace qpcr
