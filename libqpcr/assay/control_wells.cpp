// The controls of a plate.
#include "libqpcr/assay/control_wells.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/well_cq.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

bool is_readable(CqStatus status) {
  return status == CqStatus::found || status == CqStatus::no_amplification || status == CqStatus::below_threshold;
}

std::string_view failure_id(ControlKind kind) {
  switch (kind) {
    case ControlKind::no_template:
      return "ntc_amplified";
    case ControlKind::extraction_blank:
      return "extraction_blank_amplified";
    case ControlKind::no_reverse_transcription:
      return "no_reverse_transcription_amplified";
    case ControlKind::negative:
      return "negative_control_failed";
    case ControlKind::unmethylated:
      return "unmethylated_control_failed";
    case ControlKind::positive:
      return "positive_control_failed";
    case ControlKind::weak_positive:
      return "weak_positive_control_failed";
    case ControlKind::fully_methylated:
      return "fully_methylated_control_failed";
    case ControlKind::calibrator:
      return "calibrator_failed";
    case ControlKind::standard:
      return "standard_failed";
    case ControlKind::conversion:
      return "conversion_control_failed";
    case ControlKind::spike_in:
      return "spike_in_failed";
  }
  return "negative_control_failed";
}

/// One control of the definition on the plate.
class ControlCheck {
 public:
  ControlCheck(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
               const std::vector<WellResult>& rows, std::size_t control, ControlFindings& made)
      : run_(run),
        definition_(definition),
        match_(match),
        rows_(rows),
        index_(control),
        control_(definition.controls[control]),
        made_(made) {}

  void check() {
    for (const CqLimit& limit : control_.limits) tubes_[find_target(definition_, limit.target)->tube] = {};
    // A control without limits is counted by its wells alone.
    if (control_.limits.empty()) tubes_[""] = {};
    for (const MatchedWell& well : match_.wells) {
      if (well.control == index_) check_well(well);
    }
    for (const auto& [tube, count] : tubes_) judge(count);
  }

 private:
  struct TubeCount {
    int wells = 0;
    int passed = 0;
    std::vector<Message> failures;
  };

  void check_well(const MatchedWell& well) {
    if (sample_.empty()) sample_ = well.sample;
    if (well.channels.empty()) {
      made_.run_reasons.push_back({"control_well_empty", {{"control", control_.id}, {"well", well.well.label}}});
      return;
    }
    if (is_fully_excluded(run_, well)) {
      made_.warnings.push_back({"control_well_excluded", {{"control", control_.id}, {"well", well.well.label}}});
      return;
    }
    if (control_.limits.empty()) {
      ++tubes_[""].wells;
      ++tubes_[""].passed;
      return;
    }
    std::set<std::string> tubes;
    for (const MatchedChannel& channel : well.channels) tubes.insert(definition_.targets[channel.target].tube);
    for (const std::string& tube : tubes) {
      if (tubes_.contains(tube)) check_tube(well, tube);
    }
  }

  void check_tube(const MatchedWell& well, const std::string& tube) {
    TubeCount& count = tubes_[tube];
    ++count.wells;
    bool passed = true;
    for (const CqLimit& limit : control_.limits) {
      if (find_target(definition_, limit.target)->tube == tube) passed = check_limit(well, limit, count) && passed;
    }
    if (passed) {
      ++count.passed;
    } else {
      made_.failed_wells.insert(well.well.label);
    }
  }

  bool check_limit(const MatchedWell& well, const CqLimit& limit, TubeCount& count) {
    const WellResult* row = find_row(rows_, definition_, well, limit.target);
    const CqObservation seen = row == nullptr ? CqObservation{} : to_observation(row->cq);
    ControlResult check;
    check.kind = control_.kind;
    check.control = control_.id;
    check.sample = well.sample;
    check.well = well.well;
    check.target = limit.target;
    check.cq_status = seen.status;
    check.cq_cycles = seen.cq_cycles;
    const bool lacks_cq = must_amplify(control_.kind) && limit.kind == LimitKind::absent_or_above &&
                          !read_target(definition_, *find_target(definition_, limit.target), seen).detected;
    check.passed = satisfies(definition_, limit, seen) && !lacks_cq;
    check.expectation = describe_limit(limit);
    check.finding = describe_observation(definition_, limit.target, seen);
    if (!check.passed) count.failures.push_back(describe_failure(well, limit, seen));
    made_.controls.push_back(check);
    return check.passed;
  }

  Message describe_failure(const MatchedWell& well, const CqLimit& limit, const CqObservation& seen) const {
    Message reason{std::string(failure_id(control_.kind)),
                   {{"control", control_.id}, {"well", well.well.label}, {"target", limit.target}}};
    if (!is_readable(seen.status)) {
      reason.id = "control_not_readable";
    } else if (is_blank(control_.kind) && !seen.cq_cycles) {
      reason.id = "blank_signal_missing";
    }
    reason.values.emplace_back("cq", seen.cq_cycles ? format_fixed(*seen.cq_cycles, 2) : "–");
    reason.values.emplace_back("status", std::string(to_string(seen.status)));
    reason.values.emplace_back("limit", render_limit(limit));
    return reason;
  }

  void judge(const TubeCount& count) {
    if (count.wells == 0 && control_.minimum_count == 0) return;
    ControlResult total;
    total.kind = control_.kind;
    total.control = control_.id;
    total.sample = sample_;
    total.passed = count.wells >= control_.minimum_count;
    total.expectation = {"control_count_expected", {{"expected", std::to_string(control_.minimum_count)}}};
    total.finding = {"control_count_found", {{"found", std::to_string(count.wells)}}};
    made_.controls.push_back(std::move(total));
    if (count.wells < control_.minimum_count) {
      made_.run_reasons.push_back({"control_missing",
                                   {{"control", control_.id},
                                    {"kind", std::string(to_string(control_.kind))},
                                    {"found", std::to_string(count.wells)},
                                    {"expected", std::to_string(control_.minimum_count)}}});
    }
    const int needed = control_.passing_count.value_or(count.wells);
    const bool enough = count.passed >= needed;
    if (control_.passing_count) {
      ControlResult passing;
      passing.kind = control_.kind;
      passing.control = control_.id;
      passing.sample = sample_;
      passing.passed = enough;
      passing.expectation = {"control_passing_expected", {{"expected", std::to_string(needed)}}};
      passing.finding = {"control_passing_found",
                         {{"found", std::to_string(count.passed)}, {"wells", std::to_string(count.wells)}}};
      made_.controls.push_back(std::move(passing));
      if (!enough || !count.failures.empty()) {
        std::vector<Message>& to = enough ? made_.warnings : made_.run_reasons;
        to.push_back({enough ? "control_failures_allowed" : "control_passing_too_few",
                      {{"control", control_.id},
                       {"passed", std::to_string(count.passed)},
                       {"wells", std::to_string(count.wells)},
                       {"needed", std::to_string(needed)}}});
      }
    }
    if (!enough) made_.run_reasons.insert(made_.run_reasons.end(), count.failures.begin(), count.failures.end());
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  const PlateMatch& match_;
  const std::vector<WellResult>& rows_;
  std::size_t index_;
  const ControlDefinition& control_;
  ControlFindings& made_;
  std::string sample_;
  std::map<std::string, TubeCount> tubes_;
};

/// Mean and spread of a target over the wells of a control that passed and in which it was detected.
std::optional<ControlCq> average(const AssayDefinition& definition, const PlateMatch& match,
                                 const std::vector<WellResult>& rows, std::size_t control, const AssayTarget& target,
                                 const std::set<std::string>& failed_wells) {
  std::vector<double> cqs;
  for (const MatchedWell& well : match.wells) {
    if (well.control != control || failed_wells.contains(well.well.label)) continue;
    const WellResult* row = find_row(rows, definition, well, target.id);
    if (row == nullptr) continue;
    const CqObservation seen = to_observation(row->cq);
    if (read_target(definition, target, seen).detected) cqs.push_back(*seen.cq_cycles);
  }
  if (cqs.empty()) return std::nullopt;
  ControlCq made;
  made.count = static_cast<int>(cqs.size());
  double sum = 0.0;
  for (const double cq : cqs) sum += cq;
  made.mean_cycles = sum / made.count;
  if (made.count > 1) {
    double squares = 0.0;
    for (const double cq : cqs) squares += (cq - made.mean_cycles) * (cq - made.mean_cycles);
    made.sd_cycles = std::sqrt(squares / (made.count - 1));
  }
  return made;
}

void name_failed_wells(const AssayDefinition& definition, const PlateMatch& match, std::size_t control,
                       ControlFindings& made) {
  std::string wells;
  for (const MatchedWell& well : match.wells) {
    if (well.control == control && made.failed_wells.contains(well.well.label)) {
      wells += (wells.empty() ? "" : ", ") + well.well.label;
    }
  }
  if (wells.empty()) return;
  made.warnings.push_back(
      {"control_wells_not_averaged", {{"control", definition.controls[control].id}, {"wells", wells}}});
}

}  // namespace

bool is_blank(ControlKind kind) {
  return kind == ControlKind::no_template || kind == ControlKind::extraction_blank ||
         kind == ControlKind::no_reverse_transcription;
}

bool must_amplify(ControlKind kind) {
  return kind == ControlKind::positive || kind == ControlKind::weak_positive || kind == ControlKind::fully_methylated ||
         kind == ControlKind::calibrator;
}

ControlFindings check_controls(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                               const std::vector<WellResult>& rows) {
  ControlFindings made;
  for (std::size_t c = 0; c < definition.controls.size(); ++c) {
    ControlCheck(run, definition, match, rows, c, made).check();
    for (const AssayTarget& target : definition.targets) {
      if (const std::optional<ControlCq> mean = average(definition, match, rows, c, target, made.failed_wells)) {
        made.context.controls[definition.controls[c].id][target.id] = *mean;
      }
    }
    name_failed_wells(definition, match, c, made);
  }
  if (definition.controls.empty()) made.warnings.push_back({"no_controls_defined", {}});
  for (const StandardCurveDefinition& curve : definition.standard_curves) {
    if (curve.slope) continue;
    RunStandardCurve fitted = fit_standard_curve(run, definition, curve, match, rows, made.warnings);
    made.warnings.insert(made.warnings.end(), fitted.problems.begin(), fitted.problems.end());
    made.context.standard_curves[curve.id] = std::move(fitted);
  }
  return made;
}

}  // namespace qpcr
