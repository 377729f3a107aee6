// The request of a threshold calibration and the wells of its runs.
#include "libqpcr/assay/threshold_wells.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/run_time.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse_because(ErrorCode code, std::string path, std::string field, std::string problem) {
  ErrorContext context;
  context.path = std::move(path);
  context.field = std::move(field);
  context.problem = std::move(problem);
  throw Error(code, context);
}

std::string name_file(const RunData& run) {
  return run.provenance.sources.empty() ? run.name : run.provenance.sources.front().name;
}

bool is_positive(double number) { return std::isfinite(number) && number > 0.0; }

void check_plan(const AssayDefinition& definition) {
  const auto mismatch = [&](std::string field, std::string problem) {
    refuse_because(ErrorCode::assay_mismatch, definition.id, std::move(field), std::move(problem));
  };
  if (definition.status == AssayStatus::template_only)
    refuse_because(ErrorCode::assay_refused, definition.id, "status", "numbers of a template are missing");
  if (!definition.threshold_calibration || definition.cq.threshold_origin != ThresholdOrigin::calibrated ||
      definition.cq.options.method != CqMethod::threshold || definition.cq.origin != CqOrigin::computed)
    mismatch("threshold_calibration", "the assay takes no Cq at calibrated thresholds");
  const ThresholdCalibrationPlan& plan = *definition.threshold_calibration;
  for (const std::string& control : {plan.calibrator, plan.weak_positive}) {
    if (find_control(definition, control) == nullptr)
      mismatch("threshold_calibration", fmt::format("'{}' is no control of the assay", control));
  }
  if (plan.calibrator == plan.weak_positive)
    mismatch("threshold_calibration", "the weak positive must be independent of the calibrator");
  const bool usable = is_positive(plan.maximum_shift_factor) && plan.maximum_shift_factor >= 1.0 &&
                      is_positive(plan.tolerance_cycles) && is_positive(plan.bias_limit_cycles) &&
                      plan.minimum_wells >= 1 && plan.valid_days >= 0;
  if (!usable) mismatch("threshold_calibration", "a limit of the plan is missing or has no meaning");
  for (const AssayTarget& target : definition.targets) {
    if (!target.threshold || !is_positive(*target.threshold) || !target.assigned_cq_cycles ||
        !is_positive(*target.assigned_cq_cycles))
      mismatch("target " + target.id, "a calibrated target needs a nominal threshold and an assigned Cq");
  }
}

void check_method(const AssayDefinition& definition, const ThresholdCalibrationRequest& request) {
  const bool by_blanks = request.method == ThresholdMethod::blank_deviations;
  if (request.blank_factor.has_value() != by_blanks)
    refuse_because(ErrorCode::invalid_value, {}, "k", "a factor k belongs to the method blank_deviations alone");
  if (by_blanks && !is_positive(*request.blank_factor))
    refuse_request(ErrorCode::invalid_value, "k", format_double(*request.blank_factor), "a number above 0");
  if (request.method != ThresholdMethod::fixed) {
    if (request.fixed.empty()) return;
    refuse_because(ErrorCode::invalid_value, {}, "fixed", "given thresholds belong to the method fixed alone");
  }
  for (const auto& [target, threshold] : request.fixed) {
    if (find_target(definition, target) == nullptr)
      refuse_request(ErrorCode::invalid_value, "fixed", target, "a target of the assay");
    if (!is_positive(threshold))
      refuse_request(ErrorCode::invalid_value, "fixed " + target, format_double(threshold), "a fluorescence above 0");
  }
  for (const AssayTarget& target : definition.targets) {
    if (request.fixed.count(target.id) == 0)
      refuse_because(ErrorCode::invalid_value, {}, "fixed", fmt::format("no threshold for target {}", target.id));
  }
}

std::string check_account(const std::string& field, const std::string& given) {
  const std::string account(trim(given));
  if (account.empty()) refuse_request(ErrorCode::invalid_value, field, {}, "an account");
  if (!is_valid_utf8(account)) refuse_request(ErrorCode::invalid_value, field, to_valid_utf8(account), "UTF-8");
  const std::optional<PersonalKind> personal = find_personal(account);
  if (personal && *personal != PersonalKind::person_name)
    refuse_request(ErrorCode::personal_data, field, account, "an account, no identity or telephone number");
  return account;
}

std::string check_label(const std::string& field, const std::string& given) {
  const std::string label(trim(given));
  if (label.empty() || !is_valid_utf8(label))
    refuse_request(ErrorCode::invalid_value, field, to_valid_utf8(label), "a text");
  if (find_personal(label)) refuse_request(ErrorCode::personal_data, field, label, "no name or number of a person");
  return label;
}

std::string find_serial(std::span<const Run> runs, const std::string& stated) {
  std::string serial(trim(stated));
  for (const Run& run : runs) {
    const std::string_view named = trim(run->instrument.serial_number);
    if (named.empty()) continue;
    if (serial.empty()) serial = named;
    if (serial != named) {
      ErrorContext context;
      context.path = name_file(*run);
      context.field = "instrument serial number";
      context.found = std::string(named);
      context.expected = fmt::format("one instrument in all runs, '{}'", serial);
      throw Error(ErrorCode::invalid_value, context);
    }
  }
  if (serial.empty())
    refuse_because(ErrorCode::invalid_value, {}, "instrument serial number", "no file names it: it must be given");
  return check_label("instrument serial number", serial);
}

/// Files of all runs by name; a run given twice would count its wells twice.
std::vector<SourceFile> collect_sources(std::span<const Run> runs) {
  std::vector<SourceFile> sources;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Run& run : runs) {
    for (const SourceFile& source : run->provenance.sources) {
      if (!seen.insert({run->name, source.sha256}).second)
        refuse_because(ErrorCode::duplicate_entry, source.name, run->name, "the same run is given twice");
      if (std::find(sources.begin(), sources.end(), source) == sources.end()) sources.push_back(source);
    }
  }
  std::sort(sources.begin(), sources.end(), [](const SourceFile& a, const SourceFile& b) {
    return std::tie(a.name, a.sha256) < std::tie(b.name, b.sha256);
  });
  return sources;
}

class Collector {
 public:
  Collector(std::span<const Run> runs, const AssayDefinition& definition) : runs_(runs), definition_(definition) {
    const ThresholdCalibrationPlan& plan = *definition.threshold_calibration;
    calibrator_ = find_control(definition, plan.calibrator);
    weak_positive_ = find_control(definition, plan.weak_positive);
  }

  CalibrationWells collect() {
    wells_.by_target.resize(definition_.targets.size());
    std::vector<std::size_t> order(runs_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [this](std::size_t r) {
      const RunData& run = *runs_[r];
      return std::pair(run.name,
                       run.provenance.sources.empty() ? std::string() : run.provenance.sources.front().sha256);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    for (const std::size_t r : order) collect_run(*runs_[r]);
    return std::move(wells_);
  }

 private:
  void collect_run(const RunData& run) {
    wells_.simulated = wells_.simulated || is_simulated(run);
    PlateMatch match = match_plate(run, definition_);
    wells_.problems.insert(wells_.problems.end(), match.run_reasons.begin(), match.run_reasons.end());
    std::stable_sort(match.wells.begin(), match.wells.end(), [](const MatchedWell& a, const MatchedWell& b) {
      return std::tie(a.well.position, a.well.label) < std::tie(b.well.position, b.well.label);
    });
    for (const MatchedWell& well : match.wells) {
      if (!well.control) continue;
      const ControlDefinition& control = definition_.controls[*well.control];
      if (&control != calibrator_ && &control != weak_positive_ && control.kind != ControlKind::no_template) continue;
      std::string label = well.well.label;
      if (runs_.size() > 1) label = fmt::format("{}/{}", mask_personal(run.name), label);
      for (const MatchedChannel& channel : well.channels) {
        take(run, run.measurements[channel.measurement], channel.target, control, label);
      }
    }
  }

  void take(const RunData& run, const Measurement& measurement, std::size_t t, const ControlDefinition& control,
            const std::string& label) {
    const AssayTarget& target = definition_.targets[t];
    const AmplificationCurve* curve = find_assay_curve(measurement);
    if (measurement.excluded) {
      wells_.notes.push_back(
          Message{"threshold_well_excluded",
                  {{"control", control.id},
                   {"reason", measurement.exclusion_reason.empty() ? "–" : mask_personal(measurement.exclusion_reason)},
                   {"target", target.id},
                   {"well", label}}});
      return;
    }
    if (curve == nullptr) {
      wells_.problems.push_back(
          Message{"threshold_well_without_curve", {{"control", control.id}, {"target", target.id}, {"well", label}}});
      return;
    }
    check_scale(run, *curve, target, label);
    double last = 0.0;
    for (std::size_t i = 0; i < curve->cycles.size(); ++i) {
      if (std::isfinite(curve->fluorescence[i])) last = curve->cycles[i];
    }
    if (last < definition_.cq.cycles) {
      wells_.problems.push_back(Message{"threshold_curve_short",
                                        {{"cycles", std::to_string(definition_.cq.cycles)},
                                         {"last", format_double(last)},
                                         {"target", target.id},
                                         {"well", label}}});
    }
    wells_.by_target[t].push_back({label, &control, curve});
  }

  void check_scale(const RunData& run, const AmplificationCurve& curve, const AssayTarget& target,
                   const std::string& label) const {
    const bool normalised = curve.kind == CurveKind::normalised;
    if (!definition_.cq.signal || normalised == (*definition_.cq.signal == SignalScale::normalised)) return;
    ErrorContext context;
    context.path = name_file(run);
    context.field = fmt::format("well {}, target {}", label, target.id);
    context.found = std::string(to_string(curve.kind));
    context.expected = fmt::format("a signal on the scale '{}' of the thresholds", to_string(*definition_.cq.signal));
    throw Error(ErrorCode::assay_mismatch, context);
  }

  std::span<const Run> runs_;
  const AssayDefinition& definition_;
  const ControlDefinition* calibrator_ = nullptr;
  const ControlDefinition* weak_positive_ = nullptr;
  CalibrationWells wells_;
};

}  // namespace

ThresholdCalibration start_threshold_record(std::span<const Run> runs, const AssayDefinition& definition,
                                            const ThresholdCalibrationRequest& request) {
  check_plan(definition);
  check_method(definition, request);
  if (runs.empty()) refuse_because(ErrorCode::invalid_value, {}, "runs", "no calibration run is given");
  ThresholdCalibration record;
  for (const Run& run : runs) {
    if (is_simulated(*run) != is_simulated(*runs.front()))
      refuse_because(ErrorCode::invalid_value, name_file(*run), "runs", "real and simulated runs are mixed");
  }
  record.simulated = is_simulated(*runs.front());
  record.name = check_label("name", request.name);
  record.assay_id = definition.id;
  record.assay_sha256 = identify(definition).sha256;
  record.instrument_serial = find_serial(runs, request.instrument_serial);
  record.reagent_lot = check_label("reagent lot", request.reagent_lot);
  record.method = request.method;
  record.blank_factor = request.blank_factor;
  record.baseline = definition.cq.options.baseline;
  const std::optional<std::chrono::sys_days> day = parse_calendar_day(request.date);
  if (!day) refuse_request(ErrorCode::invalid_value, "date", request.date, "a date as 2026-01-05");
  for (const Run& run : runs) {
    const std::optional<RunTime> started = parse_run_time(run->started_at);
    if (started && started->day != request.date)
      refuse_because(ErrorCode::invalid_value, name_file(*run), "date",
                     fmt::format("the run is of {}, the calibration was to be dated {}", started->day, request.date));
  }
  record.date = request.date;
  record.expiry = render_calendar_day(*day + std::chrono::days(definition.threshold_calibration->valid_days));
  record.operator_name = check_account("operator", request.operator_name);
  record.approver = check_account("approver", request.approver);
  // Invisible characters, widths and case make no second person.
  if (fold_header(record.operator_name) == fold_header(record.approver))
    refuse_request(ErrorCode::invalid_value, "approver", record.approver, "another person than the operator");
  record.sources = collect_sources(runs);
  record.library_version = library_version;
  return record;
}

CalibrationWells collect_calibration_wells(std::span<const Run> runs, const AssayDefinition& definition) {
  return Collector(runs, definition).collect();
}

}  // namespace qpcr
