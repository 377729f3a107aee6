// Grouping of a result's wells and the look of its outcomes.
#include "libqpcr/report/plate_view.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace qpcr {

OutcomeLook describe(Outcome outcome) {
  switch (outcome) {
    case Outcome::positive:
      return {Tone::positive, Ink::positive, Ink::positive_tint, "＋"};
    case Outcome::negative:
      return {Tone::negative, Ink::negative, Ink::negative_tint, "−"};
    case Outcome::indeterminate:
      return {Tone::indeterminate, Ink::indeterminate, Ink::indeterminate_tint, "?"};
    case Outcome::scored:
      return {Tone::muted, Ink::muted, Ink::paper, "●"};
    case Outcome::invalid:
      break;
  }
  return {Tone::invalid, Ink::invalid, Ink::invalid_tint, "!"};
}

PlateView arrange(const Run& run, const PlateResult& result, Language language) {
  PlateView view{run, result, language, {}, {}, {}};
  std::map<std::pair<std::string, std::string>, std::size_t> target_index;
  std::map<std::string, std::size_t> well_index;
  for (std::size_t i = 0; i < result.wells.size(); ++i) {
    const WellResult& well = result.wells[i];
    const auto [target, new_target] = target_index.try_emplace({well.target, well.dye}, view.targets.size());
    if (new_target) view.targets.push_back({well.target, well.dye, well.role, nullptr, {}});
    view.targets[target->second].wells.push_back(i);
    const auto [place, new_well] = well_index.try_emplace(well.well.label, view.wells.size());
    if (new_well) view.wells.push_back({well.well, well.sample, well.control, true, true, nullptr, {}});
    WellView& each = view.wells[place->second];
    each.wells.push_back(i);
    each.excluded = each.excluded && well.cq.status == CqStatus::excluded;
    if (!each.control) each.control = well.control;
  }
  for (const TargetThreshold& threshold : result.thresholds) {
    const auto target = target_index.find({threshold.target, threshold.dye});
    if (target != target_index.end()) view.targets[target->second].threshold = &threshold;
  }
  for (const SampleCall& call : result.calls) {
    for (const std::size_t index : call.wells) {
      const auto place = well_index.find(result.wells.at(index).well.label);
      view.wells[place->second].call = &call;
    }
  }
  for (const ControlResult& control : result.controls) {
    const auto place = well_index.find(control.well.label);
    if (place != well_index.end() && !control.passed) view.wells[place->second].control_passed = false;
  }
  std::set<std::string> idle;
  for (const Measurement& measurement : run->measurements) {
    if (well_index.count(measurement.well.label) == 0 && idle.insert(measurement.well.label).second)
      view.idle_wells.push_back(measurement.well.label);
  }
  return view;
}

std::string target_label(const TargetView& target) {
  return target.dye.empty() ? target.target : fmt::format("{} ({})", target.target, target.dye);
}

std::string label(std::string_view group, std::string_view enumerator, Language language) {
  return render_text(fmt::format("{}.{}", group, enumerator), language);
}

bool is_marked(const PlateResult& result) { return !result.releasable; }

std::string marking(const PlateResult& result, Language language) {
  if (!is_marked(result)) return {};
  const bool released = result.assay.status == AssayStatus::released && !result.simulated;
  const std::string use = render_text(released ? "report.marking_not_releasable" : "report.marking_research", language);
  return result.simulated ? render_text("report.marking_simulated", language) + " · " + use : use;
}

}  // namespace qpcr
