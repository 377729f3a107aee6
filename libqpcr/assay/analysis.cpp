// From a run to a plate result: Cq of every channel, controls, calls, flags, and whether the results may be released.
#include "libqpcr/assay/analysis.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/control_wells.hpp"
#include "libqpcr/assay/evaluation.hpp"
#include "libqpcr/assay/matching.hpp"
#include "libqpcr/assay/plate_flags.hpp"
#include "libqpcr/assay/program.hpp"
#include "libqpcr/assay/repeats.hpp"
#include "libqpcr/assay/run_conditions.hpp"
#include "libqpcr/assay/well_cq.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"

namespace qpcr {
namespace {

void append(std::vector<Message>& to, const std::vector<Message>& from) {
  for (const Message& message : from) {
    if (std::find(to.begin(), to.end(), message) == to.end()) to.push_back(message);
  }
}

std::string join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

[[noreturn]] void refuse(const AssayDefinition& definition, std::string problem) {
  throw Error(ErrorCode::assay_refused, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = definition.id,
                                         .found = {},
                                         .expected = {},
                                         .problem = std::move(problem)});
}

/// What a well without a control is: a sample to call, or why not.
bool is_sample(const MatchedWell& well) {
  const bool may_be =
      well.role == SampleRole::unknown || (well.role == SampleRole::unspecified && well.unknown_role.empty());
  return !well.control && !well.sample.empty() && may_be && !is_of_other_assay(well);
}

bool asks_for_review(const Message& flag) {
  constexpr std::string_view ids[] = {"amplified_below_threshold",
                                      "curve_unusable",
                                      "curve_missing",
                                      "curve_has_gap",
                                      "vendor_cq_differs",
                                      "curve_gate_failed",
                                      "curve_gate_failed_unreadable",
                                      "vendor_cq_missing"};
  return std::find(std::begin(ids), std::end(ids), flag.id) != std::end(ids);
}

/// The covariates of a sample, its lots judged by the run sheet; what must be said of them goes to the call.
class CovariateLookup {
 public:
  CovariateLookup(const AssayDefinition& definition, const CovariateTable& table, const std::optional<RunSheet>& sheet,
                  std::string_view date)
      : definition_(definition), sheet_(sheet), date_(date) {
    for (const CovariateRow& row : table.rows) rows_.emplace(row.sample, &row);
  }

  std::map<std::string, CovariateValue> find(std::string_view sample) const {
    const auto row = rows_.find(sample);
    if (row == rows_.end()) return {};
    std::map<std::string, CovariateValue> values = row->second->values;
    for (const CovariateDefinition& covariate : definition_.covariates) {
      const auto value = values.find(covariate.id);
      if (covariate.kind != CovariateKind::lot || value == values.end()) continue;
      value->second.lot_expired = !is_lot_valid(sheet_, covariate.id, value->second.text, date_);
    }
    return values;
  }

  void explain(SampleCall& call) const {
    if (definition_.covariates.empty()) return;
    const auto row = rows_.find(call.sample);
    if (row == rows_.end()) {
      call.reasons.push_back({"covariate_row_missing", {{"sample", call.sample}}});
      call.needs_review = true;
    } else {
      append(call.reasons, row->second->notes);
    }
  }

 private:
  const AssayDefinition& definition_;
  const std::optional<RunSheet>& sheet_;
  std::string_view date_;
  std::map<std::string_view, const CovariateRow*> rows_;
};

PlateResult begin_result(const AssayDefinition& definition, const CovariateTable& covariates,
                         const AnalysisContext& context) {
  PlateResult result;
  result.assay = identify(definition);
  if (covariates.source) result.provenance.sources.push_back(*covariates.source);
  if (context.sheet && !context.sheet->source.name.empty()) {
    result.provenance.sources.push_back(context.sheet->source);
  }
  result.library_version = library_version;
  result.simulated = definition.status == AssayStatus::simulated;
  return result;
}

/// The verdict that comes last: everything that keeps these results from a patient, and the calls that are none.
void decide_release(const AssayDefinition& definition, const AnalysisContext& context, PlateResult& result) {
  append(result.not_releasable, find_release_blocks(definition, context.proof, context.today));
  if (!result.run_valid) result.not_releasable.push_back({"release_run_invalid", {}});
  if (result.simulated) result.not_releasable.push_back({"release_simulated", {}});
  result.releasable = result.not_releasable.empty();
  for (SampleCall& call : result.calls) {
    const bool decided = call.outcome != Outcome::invalid && call.outcome != Outcome::indeterminate;
    call.releasable = result.releasable && decided && !call.needs_review;
    if (call.outcome == Outcome::invalid) call.flags.push_back({"call_not_releasable", {{"sample", call.sample}}});
  }
}

class Analysis {
 public:
  Analysis(const Run& run, const AssayDefinition& definition, const CovariateTable& covariates,
           const AnalysisContext& context)
      : run_(*run),
        definition_(definition),
        covariates_(covariates),
        context_(context),
        program_(compile(definition, context.proof)),
        match_(match_plate(run_, definition)),
        conditions_(find_run_conditions(run_, definition, context.sheet, context.today)),
        lookup_(definition, covariates, context.sheet, conditions_.date),
        result_(begin_result(definition, covariates, context)) {}

  PlateResult analyze() {
    result_.run = run_.name;
    std::vector<SourceFile> beside = std::move(result_.provenance.sources);
    result_.provenance = run_.provenance;
    result_.provenance.sources.insert(result_.provenance.sources.end(), beside.begin(), beside.end());
    result_.simulated =
        result_.simulated || is_simulated(run_) || equals_ignoring_case(conditions_.instrument_serial, "SIMULATED");
    append(result_.warnings, match_.warnings);
    append(result_.run_reasons, match_.run_reasons);
    take_conditions();
    read_wells();
    judge_controls();
    describe_run();
    result_.run_valid = result_.run_reasons.empty();
    call_samples();
    flag_plate(run_, definition_, match_, values_, result_);
    flag_identities(covariates_, run_.plate_barcode, result_);
    decide_release(definition_, context_, result_);
    return std::move(result_);
  }

 private:
  void take_conditions() {
    append(result_.warnings, conditions_.warnings);
    append(result_.run_reasons, conditions_.run_reasons);
    append(result_.not_releasable, conditions_.not_releasable);
  }

  void read_wells() {
    PlateThresholds thresholds = find_thresholds(run_, definition_, match_, conditions_, context_.calibrations);
    append(result_.warnings, thresholds.warnings);
    append(result_.not_releasable, thresholds.not_releasable);
    result_.thresholds = std::move(thresholds.thresholds);
    PlateCq cqs = estimate_plate_cq(run_, definition_, match_, thresholds.options);
    append(result_.warnings, cqs.warnings);
    append(result_.run_reasons, cqs.run_reasons);
    result_.wells = std::move(cqs.rows);
    for (const MatchedWell& well : match_.wells) {
      if (well.control) append(result_.run_reasons, find_well_faults(well));
    }
  }

  /// Lots past their date that were used in the well.
  std::vector<Message> find_well_faults(const MatchedWell& well) const {
    std::vector<Message> faults;
    for (const auto& [label, messages] : conditions_.wells) {
      if (is_label_of(well.well, label)) append(faults, messages);
    }
    return faults;
  }

  void judge_controls() {
    ControlFindings findings = check_controls(run_, definition_, match_, result_.wells);
    append(result_.warnings, findings.warnings);
    append(result_.run_reasons, findings.run_reasons);
    result_.controls = std::move(findings.controls);
    values_ = std::move(findings.context);
    form_values_of_controls(findings.failed_wells);
  }

  /// What the definition's values are for the controls themselves: ΔΔCq, ratios and PMR are taken against them.
  void form_values_of_controls(const std::set<std::string>& failed_wells) {
    for (std::size_t i = 0; i < definition_.controls.size(); ++i) {
      const std::string& id = definition_.controls[i].id;
      const auto replicates = collect_replicates(
          [&](const MatchedWell& well) { return well.control == i && !failed_wells.contains(well.well.label); });
      if (!replicates.empty()) values_.control_values[id] = form_control_values(definition_, id, replicates, values_);
    }
  }

  /// What run-to-run quality control keeps apart.
  void describe_run() {
    result_.instrument_serial = conditions_.instrument_serial;
    result_.started_at = run_.started_at;
    result_.reagent_lot = conditions_.reagent_lot;
    result_.control_lot = conditions_.control_lot;
    for (const ControlDefinition& control : definition_.controls) {
      if (control.monitored) result_.monitored_controls.push_back(control.id);
    }
    for (const auto& [id, curve] : values_.standard_curves) {
      result_.standard_curves.push_back(
          {id, find_standard_curve(definition_, id)->target, curve.slope, curve.intercept});
    }
  }

  void call_samples() {
    std::vector<std::string> samples;
    std::set<std::string> unnamed;
    std::map<std::string, std::set<std::string>> other_roles;
    for (const MatchedWell& well : match_.wells) {
      if (is_of_other_assay(well)) continue;
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

  /// The wells of a sample or control. An excluded well is as if it had not been pipetted: a replicate is lacking.
  template <typename Predicate>
  std::vector<ReplicateObservation> collect_replicates(const Predicate& belongs) const {
    std::vector<ReplicateObservation> replicates;
    for (const MatchedWell& well : match_.wells) {
      if (!belongs(well) || is_fully_excluded(run_, well)) continue;
      std::map<std::string, ReplicateObservation> by_tube;
      for (std::size_t i = 0; i < well.channels.size(); ++i) {
        const AssayTarget& target = definition_.targets[well.channels[i].target];
        ReplicateObservation& replicate = by_tube[target.tube];
        replicate.well = well.well.label;
        replicate.tube = target.tube;
        replicate.targets[target.id] = to_observation(result_.wells[well.first_row + i].cq);
      }
      for (auto& [tube, replicate] : by_tube) replicates.push_back(std::move(replicate));
    }
    return replicates;
  }

  SampleCall call(const std::string& sample) const {
    SampleObservation observation;
    observation.sample = sample;
    observation.replicates =
        collect_replicates([&](const MatchedWell& well) { return is_sample(well) && well.sample == sample; });
    observation.covariates = lookup_.find(sample);
    SampleCall made = call_sample(program_, observation, values_);
    std::vector<Message> faults;
    for (const MatchedWell& well : match_.wells) {
      if (!is_sample(well) || well.sample != sample) continue;
      take_well_flags(well, made);
      append(faults, find_well_faults(well));
    }
    lookup_.explain(made);
    if (definition_.controls.empty()) {
      made.needs_review = true;
      made.reasons.push_back({"no_controls_defined", {}});
    }
    if (!faults.empty()) invalidate(made, faults);
    if (!faults.empty() || !result_.run_valid) {
      constexpr RepeatCause cause[] = {RepeatCause::invalid};
      made.repeat = request_repeat(definition_.repeat, cause);
    }
    if (!result_.run_valid) {
      std::vector<Message> reasons{{"run_invalid", {}}};
      reasons.insert(reasons.end(), result_.run_reasons.begin(), result_.run_reasons.end());
      invalidate(made, reasons);
    }
    return made;
  }

  void take_well_flags(const MatchedWell& well, SampleCall& made) const {
    for (std::size_t i = 0; i < well.channels.size(); ++i) {
      made.wells.push_back(well.first_row + i);
      for (const Message& flag : result_.wells[well.first_row + i].flags) {
        if (!asks_for_review(flag)) continue;
        made.needs_review = true;
        made.reasons.push_back(flag);
      }
    }
    if (!well.similar_control.empty()) {
      made.needs_review = true;
      made.reasons.push_back({"sample_named_like_control",
                              {{"well", well.well.label}, {"sample", made.sample}, {"control", well.similar_control}}});
    }
    if (!well.channels.empty()) return;
    made.needs_review = true;
    made.reasons.push_back({"well_without_channels", {{"well", well.well.label}, {"sample", made.sample}}});
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  const CovariateTable& covariates_;
  const AnalysisContext& context_;
  AssayProgram program_;
  PlateMatch match_;
  RunConditions conditions_;
  CovariateLookup lookup_;
  RunContext values_;
  PlateResult result_;
};

}  // namespace

PlateResult analyze_run(const Run& run, const AssayDefinition& definition, const CovariateTable& covariates,
                        const AnalysisContext& context) {
  require_runnable(definition, context.proof);
  if (definition.targets.empty())
    refuse(definition, "the assay measures no target; it is called from covariates alone");
  return Analysis(run, definition, covariates, context).analyze();
}

PlateResult analyze_covariates(const AssayDefinition& definition, const CovariateTable& covariates,
                               const AnalysisContext& context) {
  require_runnable(definition, context.proof);
  if (!definition.targets.empty()) refuse(definition, "the assay measures targets; it needs a run");
  PlateResult result = begin_result(definition, covariates, context);
  // There is no run: what has a date is judged on the day the sheet gives, else on that of the analysis.
  RunData nothing;
  if (!context.sheet || context.sheet->run_date.empty()) nothing.started_at = context.today;
  const RunConditions conditions = find_run_conditions(nothing, definition, context.sheet, context.today);
  append(result.warnings, conditions.warnings);
  append(result.run_reasons, conditions.run_reasons);
  append(result.not_releasable, conditions.not_releasable);
  result.run_valid = result.run_reasons.empty();
  const CovariateLookup lookup(definition, covariates, context.sheet, conditions.date);
  const AssayProgram program = compile(definition, context.proof);
  for (const CovariateRow& row : covariates.rows) {
    SampleObservation observation;
    observation.sample = row.sample;
    observation.covariates = lookup.find(row.sample);
    SampleCall made = call_sample(program, observation);
    lookup.explain(made);
    if (!result.run_valid) invalidate(made, result.run_reasons);
    result.calls.push_back(std::move(made));
  }
  flag_identities(covariates, {}, result);
  decide_release(definition, context, result);
  return result;
}

}  // namespace qpcr
