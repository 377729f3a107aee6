// From a run to a plate result: Cq of every channel, controls, then calls.
#include "libqpcr/assay/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"

namespace qpcr {
namespace {

// Up to so many cycles may be missing in a row, and before the first reading: what amplifies is still there after them.
constexpr double largest_gap_cycles = 2.0;
// Beyond this our Cq and the instrument's are not about the same crossing.
constexpr double largest_vendor_difference_cycles = 2.0;

/// Missing cycles between which a curve says nothing.
struct Gap {
  double after = 0.0;
  double before = 0.0;
};

/// The first gap wider than allowed before `needed`, or, with a Cq, the one that holds it.
std::optional<Gap> find_gap(const AmplificationCurve& curve, double needed, std::optional<double> cq) {
  double previous = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i])) continue;
    const double cycle = curve.cycles[i];
    const bool matters = cq ? previous <= *cq && *cq <= cycle : previous < needed;
    if (matters && cycle - previous > largest_gap_cycles + 1.0) return Gap{previous, cycle};
    previous = cycle;
  }
  return std::nullopt;
}

/// The last cycle with a reading; 0 when there is none.
double find_last_cycle(const AmplificationCurve& curve) {
  for (std::size_t i = curve.cycles.size(); i > 0; --i) {
    if (std::isfinite(curve.fluorescence[i - 1])) return curve.cycles[i - 1];
  }
  return 0.0;
}

CqObservation to_observation(const CqResult& result) { return {result.status, result.cq_cycles}; }

std::string join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

class Analysis {
 public:
  Analysis(const Run& run, const AssayDefinition& definition, const CovariateTable& covariates)
      : run_(*run), definition_(definition), covariates_(covariates), match_(match_plate(run_, definition)) {}

  PlateResult analyze() {
    result_.assay = identify(definition_);
    result_.run = run_.name;
    result_.provenance = run_.provenance;
    if (covariates_.source) result_.provenance.sources.push_back(*covariates_.source);
    result_.library_version = library_version;
    result_.simulated = is_simulated(run_) || definition_.status == AssayStatus::simulated;
    result_.warnings = match_.warnings;
    result_.run_reasons = match_.run_reasons;
    derive_options();
    estimate_wells();
    check_wells_without_channels();
    check_length();
    for (const ControlDefinition& control : definition_.controls) check_control(control);
    if (definition_.controls.empty()) result_.warnings.push_back({"no_controls_defined", {}});
    result_.run_valid = result_.run_reasons.empty();
    call_samples();
    return std::move(result_);
  }

 private:
  const Measurement& measurement(const MatchedChannel& channel) const { return run_.measurements[channel.measurement]; }

  void check_scale(const AssayTarget& target, const Measurement& seen, const AmplificationCurve& curve) const {
    if (!target.threshold) return;
    const bool normalised = curve.kind == CurveKind::normalised;
    if (normalised == (definition_.cq.signal == SignalScale::normalised)) return;
    throw Error(ErrorCode::assay_mismatch, {.path = run_.name,
                                            .line = 0,
                                            .column = {},
                                            .field = fmt::format("well {}, target {}", seen.well.label, target.id),
                                            .found = std::string(to_string(curve.kind)),
                                            .expected = fmt::format("a signal on the scale '{}' of the fixed threshold",
                                                                    to_string(*definition_.cq.signal)),
                                            .problem = {}});
  }

  static bool is_by_threshold(const CqOptions& options) { return options.method == CqMethod::threshold; }

  /// One set of Cq options a target: its fixed threshold, or one derived from all its curves on the plate.
  void derive_options() {
    for (std::size_t t = 0; t < definition_.targets.size(); ++t) {
      const AssayTarget& target = definition_.targets[t];
      std::vector<CurveView> curves;
      for (const MatchedWell& well : match_.wells) {
        for (const MatchedChannel& channel : well.channels) {
          if (channel.target != t || measurement(channel).excluded) continue;
          const AmplificationCurve* curve = find_assay_curve(measurement(channel));
          if (curve == nullptr) continue;
          check_scale(target, measurement(channel), *curve);
          curves.push_back(to_view(*curve));
        }
      }
      CqOptions options = definition_.cq.options;
      options.threshold = target.threshold;
      options.noise_free = is_simulated(run_) && are_noise_free(curves);
      if (!target.threshold && !curves.empty()) {
        const double derived = derive_threshold(curves, options);
        // Where no curve of the target amplified there is no common threshold, and none is needed.
        if (std::isfinite(derived))
          (is_by_threshold(options) ? options.threshold : options.silence_threshold) = derived;
      }
      TargetThreshold threshold;
      threshold.target = target.id;
      threshold.dye = target.dye;
      threshold.threshold = options.threshold;
      threshold.fixed = target.threshold.has_value();
      result_.thresholds.push_back(std::move(threshold));
      options_.push_back(options);
    }
  }

  void estimate_wells() {
    for (const MatchedWell& well : match_.wells) {
      for (const MatchedChannel& channel : well.channels) {
        const Measurement& seen = measurement(channel);
        const AssayTarget& target = definition_.targets[channel.target];
        WellResult row;
        row.measurement = channel.measurement;
        row.well = well.well;
        row.sample = well.sample;
        row.target = target.id;
        row.target_as_read = seen.target;
        row.dye = seen.dye.empty() ? target.dye : seen.dye;
        row.role = target.role;
        if (well.control) row.control = definition_.controls[*well.control].kind;
        row.vendor_cq_cycles = seen.vendor.cq_cycles;
        if (channel.by_dye) row.flags.push_back({"matched_by_dye", {{"target", target.id}, {"dye", target.dye}}});
        estimate_channel(seen, target, options_[channel.target], row);
        result_.wells.push_back(std::move(row));
      }
    }
  }

  void estimate_channel(const Measurement& seen, const AssayTarget& target, const CqOptions& options, WellResult& row) {
    if (seen.excluded) {
      row.cq.method = options.method;
      row.cq.status = CqStatus::excluded;
      const Message note{"well_excluded",
                         {{"well", seen.well.label},
                          {"sample", row.sample.empty() ? "–" : row.sample},
                          {"target", target.id},
                          {"reason", seen.exclusion_reason.empty() ? "–" : seen.exclusion_reason}}};
      row.flags.push_back(note);
      result_.warnings.push_back(note);
      return;
    }
    const Message at{"", {{"target", target.id}, {"well", seen.well.label}}};
    const AmplificationCurve* curve = find_assay_curve(seen);
    if (curve == nullptr) {
      row.cq.method = options.method;
      row.flags.push_back({"curve_missing", at.values});
      result_.warnings.push_back(row.flags.back());
      flag_vendor(target, row);
      return;
    }
    row.cq = estimate_cq(to_view(*curve), options);
    if (row.cq.status != CqStatus::found) row.flags.push_back(row.cq.reason);
    row.flags.insert(row.flags.end(), row.cq.notes.begin(), row.cq.notes.end());
    check_coverage(*curve, target, row);
    const TargetReading reading = read_target(definition_, target, to_observation(row.cq));
    row.used_cq_cycles = reading.used_cq_cycles;
    row.imputed = reading.imputed;
    if (reading.late) row.flags.push_back(describe_observation(definition_, target.id, to_observation(row.cq)));
    if (reading.imputed) {
      row.flags.push_back(
          {"not_detected_imputed", {{"target", target.id}, {"value", format_double(*reading.used_cq_cycles)}}});
    }
    if (row.cq.status == CqStatus::below_threshold && row.cq.amplified) {
      row.flags.push_back({"amplified_below_threshold", at.values});
      if (row.control) result_.warnings.push_back(row.flags.back());
    }
    if (row.cq.status == CqStatus::fit_failed) {
      row.flags.push_back({"curve_unusable", at.values});
    }
    flag_vendor(target, row);
  }

  /// Silence says nothing about cycles that were not recorded, nor a Cq about a crossing that nobody saw.
  void check_coverage(const AmplificationCurve& curve, const AssayTarget& target, WellResult& row) {
    const double needed = effective_maximum_cq(definition_, target);
    const double last = find_last_cycle(curve);
    longest_ = std::max(longest_, last);
    if (row.cq.status == CqStatus::fit_failed) return;
    if (row.cq.status != CqStatus::found && last < needed) {
      row.cq.status = CqStatus::not_measured;
      row.flags.push_back(
          {"curve_ends_early", {{"last_cycle", format_double(last)}, {"needed", format_double(needed)}}});
      return;
    }
    if (const std::optional<Gap> gap = find_gap(curve, needed, row.cq.cq_cycles)) {
      row.cq.status = CqStatus::not_measured;
      row.cq.cq_cycles.reset();
      row.cq.standard_error_cycles.reset();
      row.flags.push_back({"curve_has_gap",
                           {{"target", target.id},
                            {"well", row.well.label},
                            {"first_cycle", format_double(gap->after + 1)},
                            {"last_cycle", format_double(gap->before - 1)}}});
    }
  }

  /// The instrument's Cq decides nothing, but a person must look where it contradicts ours.
  void flag_vendor(const AssayTarget& target, WellResult& row) {
    if (!row.vendor_cq_cycles) return;
    const double vendor = *row.vendor_cq_cycles;
    const bool differs = row.cq.cq_cycles ? std::abs(*row.cq.cq_cycles - vendor) > largest_vendor_difference_cycles
                                          : vendor < effective_maximum_cq(definition_, target);
    if (!differs) return;
    row.flags.push_back({"vendor_cq_differs",
                         {{"target", target.id},
                          {"well", row.well.label},
                          {"vendor_cq", format_fixed(vendor, 2)},
                          {"cq", row.cq.cq_cycles ? format_fixed(*row.cq.cq_cycles, 2) : "–"}}});
    if (row.control) result_.warnings.push_back(row.flags.back());
  }

  /// A control that the run names but does not hold proves nothing; samples get their call from call_samples().
  void check_wells_without_channels() {
    for (const MatchedWell& well : match_.wells) {
      if (!well.control || !well.channels.empty() || well.other_assay) continue;
      result_.run_reasons.push_back(
          {"control_well_empty", {{"control", definition_.controls[*well.control].id}, {"well", well.well.label}}});
    }
  }

  void check_length() {
    if (longest_ > 0 && longest_ < definition_.cq.cycles) {
      result_.run_reasons.push_back(
          {"run_too_short", {{"found", format_double(longest_)}, {"expected", std::to_string(definition_.cq.cycles)}}});
    }
  }

  bool is_fully_excluded(const MatchedWell& well) const {
    return std::all_of(well.channels.begin(), well.channels.end(),
                       [this](const MatchedChannel& channel) { return measurement(channel).excluded; });
  }

  /// Row of a channel in result_.wells, which holds the channels of match_.wells in their order.
  const WellResult* find_row(const MatchedWell& well, std::string_view target) const {
    for (const WellResult& row : result_.wells) {
      if (row.well == well.well && row.target == target) return &row;
    }
    return nullptr;
  }

  void check_control(const ControlDefinition& control) {
    std::map<std::string, int> wells_of_tube;
    for (const CqLimit& limit : control.limits) wells_of_tube[find_target(definition_, limit.target)->tube] = 0;
    std::string sample;
    for (const MatchedWell& well : match_.wells) {
      if (!well.control || definition_.controls[*well.control].id != control.id) continue;
      if (sample.empty()) sample = well.sample;
      if (well.channels.empty()) continue;
      if (is_fully_excluded(well)) {
        result_.warnings.push_back({"control_well_excluded", {{"control", control.id}, {"well", well.well.label}}});
        continue;
      }
      std::set<std::string> tubes;
      for (const MatchedChannel& channel : well.channels) tubes.insert(definition_.targets[channel.target].tube);
      for (const std::string& tube : tubes) {
        if (wells_of_tube.contains(tube)) ++wells_of_tube[tube];
      }
      for (const CqLimit& limit : control.limits) {
        if (tubes.contains(find_target(definition_, limit.target)->tube)) check_control_well(control, limit, well);
      }
    }
    for (const auto& [tube, count] : wells_of_tube) {
      ControlResult total;
      total.kind = control.kind;
      total.control = control.id;
      total.sample = sample;
      total.passed = count >= control.minimum_count;
      total.expectation = {"control_count_expected", {{"expected", std::to_string(control.minimum_count)}}};
      total.finding = {"control_count_found", {{"found", std::to_string(count)}}};
      result_.controls.push_back(std::move(total));
      if (count >= control.minimum_count) continue;
      result_.run_reasons.push_back({"control_missing",
                                     {{"control", control.id},
                                      {"kind", std::string(to_string(control.kind))},
                                      {"found", std::to_string(count)},
                                      {"expected", std::to_string(control.minimum_count)}}});
    }
  }

  void check_control_well(const ControlDefinition& control, const CqLimit& limit, const MatchedWell& well) {
    const WellResult* row = find_row(well, limit.target);
    const CqObservation seen = row == nullptr ? CqObservation{} : to_observation(row->cq);
    ControlResult check;
    check.kind = control.kind;
    check.control = control.id;
    check.sample = well.sample;
    check.well = well.well;
    check.target = limit.target;
    check.cq_status = seen.status;
    check.cq_cycles = seen.cq_cycles;
    check.passed = satisfies(definition_, limit, seen);
    check.expectation = describe_limit(limit);
    check.finding = describe_observation(definition_, limit.target, seen);
    if (!check.passed) {
      Message reason{"", {{"control", control.id}, {"well", well.well.label}, {"target", limit.target}}};
      const bool readable = seen.status == CqStatus::found || seen.status == CqStatus::no_amplification ||
                            seen.status == CqStatus::below_threshold;
      reason.id = !readable                                  ? "control_not_readable"
                  : control.kind == ControlKind::no_template ? "ntc_amplified"
                  : control.kind == ControlKind::positive    ? "positive_control_failed"
                                                             : "negative_control_failed";
      reason.values.emplace_back("cq", seen.cq_cycles ? format_fixed(*seen.cq_cycles, 2) : "–");
      reason.values.emplace_back("status", std::string(to_string(seen.status)));
      reason.values.emplace_back("limit", render_limit(limit));
      result_.run_reasons.push_back(std::move(reason));
    }
    result_.controls.push_back(std::move(check));
  }

  /// What a well without a control is: a sample to call, or why not.
  static bool is_sample(const MatchedWell& well) {
    const bool may_be =
        well.role == SampleRole::unknown || (well.role == SampleRole::unspecified && well.unknown_role.empty());
    return !well.control && !well.sample.empty() && may_be;
  }

  void call_samples() {
    std::vector<std::string> samples;
    std::set<std::string> unnamed;
    std::map<std::string, std::set<std::string>> other_roles;
    for (const MatchedWell& well : match_.wells) {
      if (is_sample(well)) {
        if (std::find(samples.begin(), samples.end(), well.sample) == samples.end()) samples.push_back(well.sample);
      } else if (!well.control && well.role != SampleRole::unspecified && well.role != SampleRole::unknown) {
        other_roles[std::string(to_string(well.role))].insert(well.well.label);
      } else if (!well.control && well.sample.empty()) {
        unnamed.insert(well.well.label);
      }
    }
    if (!unnamed.empty()) result_.warnings.push_back({"sample_name_missing", {{"wells", join(unnamed)}}});
    for (const auto& [role, wells] : other_roles) {
      result_.warnings.push_back({"wells_not_called", {{"role", role}, {"wells", join(wells)}}});
    }
    for (const std::string& sample : samples) result_.calls.push_back(call(sample));
  }

  static bool asks_for_review(const Message& flag) {
    return flag.id == "amplified_below_threshold" || flag.id == "curve_unusable" || flag.id == "curve_missing" ||
           flag.id == "curve_has_gap" || flag.id == "vendor_cq_differs";
  }

  SampleCall call(const std::string& sample) const {
    SampleObservation observation;
    observation.sample = sample;
    for (const MatchedWell& well : match_.wells) {
      // An excluded well is as if it had not been pipetted: the sample lacks a replicate.
      if (!is_sample(well) || well.sample != sample || is_fully_excluded(well)) continue;
      std::map<std::string, ReplicateObservation> by_tube;
      for (const MatchedChannel& channel : well.channels) {
        const AssayTarget& target = definition_.targets[channel.target];
        ReplicateObservation& replicate = by_tube[target.tube];
        replicate.well = well.well.label;
        replicate.tube = target.tube;
        replicate.targets[target.id] = to_observation(find_row(well, target.id)->cq);
      }
      for (auto& [tube, replicate] : by_tube) observation.replicates.push_back(std::move(replicate));
    }
    if (const CovariateRow* row = qpcr::find_row(covariates_, sample)) observation.covariates = row->values;

    SampleCall made = call_sample(definition_, observation);
    for (std::size_t i = 0; i < result_.wells.size(); ++i) {
      const WellResult& row = result_.wells[i];
      if (row.sample != sample || row.control) continue;
      made.wells.push_back(i);
      for (const Message& flag : row.flags) {
        if (!asks_for_review(flag)) continue;
        made.needs_review = true;
        made.reasons.push_back(flag);
      }
    }
    for (const MatchedWell& well : match_.wells) {
      if (!is_sample(well) || well.sample != sample || !well.channels.empty()) continue;
      made.needs_review = true;
      made.reasons.push_back({"well_without_channels", {{"well", well.well.label}, {"sample", sample}}});
    }
    if (definition_.controls.empty()) {
      made.needs_review = true;
      made.reasons.push_back({"no_controls_defined", {}});
    }
    if (!result_.run_valid) {
      std::vector<Message> reasons{{"run_invalid", {}}};
      reasons.insert(reasons.end(), result_.run_reasons.begin(), result_.run_reasons.end());
      invalidate(made, reasons);
    }
    return made;
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  const CovariateTable& covariates_;
  PlateMatch match_;
  std::vector<CqOptions> options_;  ///< per target
  double longest_ = 0.0;            ///< last cycle read on the plate
  PlateResult result_;
};

}  // namespace

PlateResult analyze_run(const Run& run, const AssayDefinition& definition, const CovariateTable& covariates,
                        const AnalysisContext& context) {
  require_runnable(definition, context.proof);
  return Analysis(run, definition, covariates).analyze();
}

}  // namespace qpcr
