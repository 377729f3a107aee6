// Which wells of a plate are which controls.
#include "libqpcr/assay/control_matching.hpp"

#include <algorithm>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// The kind of control that a role alone stands for.
std::optional<ControlKind> to_control_kind(SampleRole role) {
  switch (role) {
    case SampleRole::no_template_control:
      return ControlKind::no_template;
    case SampleRole::negative_control:
      return ControlKind::negative;
    case SampleRole::positive_control:
      return ControlKind::positive;
    case SampleRole::standard:
      return ControlKind::standard;
    case SampleRole::calibrator:
      return ControlKind::calibrator;
    case SampleRole::no_reverse_transcriptase_control:
      return ControlKind::no_reverse_transcription;
    case SampleRole::unspecified:
    case SampleRole::unknown:
    case SampleRole::no_amplification_control:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Instruments know fewer kinds of control than assays: a weak positive control can only be set up as a positive one.
bool may_have_role(ControlKind kind, SampleRole role) {
  if (role == SampleRole::unspecified || role == SampleRole::unknown || to_control_kind(role) == kind) return true;
  switch (kind) {
    case ControlKind::weak_positive:
    case ControlKind::fully_methylated:
    case ControlKind::calibrator:
      return role == SampleRole::positive_control;
    case ControlKind::extraction_blank:
    case ControlKind::no_reverse_transcription:
      return role == SampleRole::negative_control || role == SampleRole::no_template_control;
    case ControlKind::unmethylated:
      return role == SampleRole::negative_control;
    case ControlKind::conversion:
    case ControlKind::spike_in:
      return role == SampleRole::negative_control || role == SampleRole::positive_control;
    case ControlKind::no_template:
    case ControlKind::negative:
    case ControlKind::positive:
    case ControlKind::standard:
      return false;
  }
  return false;
}

std::optional<std::size_t> find_by_name(const AssayDefinition& definition, std::string_view sample) {
  for (std::size_t c = 0; c < definition.controls.size(); ++c) {
    for (const std::string& name : definition.controls[c].sample_names) {
      if (equals_ignoring_case(name, sample)) return c;
    }
  }
  return std::nullopt;
}

std::vector<std::size_t> find_by_kind(const AssayDefinition& definition, ControlKind kind) {
  std::vector<std::size_t> found;
  for (std::size_t c = 0; c < definition.controls.size(); ++c) {
    if (definition.controls[c].kind == kind) found.push_back(c);
  }
  return found;
}

bool holds(const std::vector<std::string>& labels, const WellId& well) {
  return std::any_of(labels.begin(), labels.end(), [&](const std::string& label) { return is_label_of(well, label); });
}

std::string join(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "" : ", ") + label;
  return text;
}

void check_place(const AssayDefinition& definition, const MatchedWell& well, std::vector<Message>& run_reasons) {
  for (std::size_t c = 0; c < definition.controls.size(); ++c) {
    const ControlDefinition& control = definition.controls[c];
    if (control.wells.empty()) continue;
    const bool inside = holds(control.wells, well.well);
    if (well.control == c && !inside) {
      run_reasons.push_back({"control_in_other_well",
                             {{"control", control.id}, {"well", well.well.label}, {"expected", join(control.wells)}}});
    } else if (well.control != c && inside && (!well.sample.empty() || well.control)) {
      run_reasons.push_back(
          {"control_well_taken",
           {{"control", control.id}, {"well", well.well.label}, {"sample", well.sample.empty() ? "–" : well.sample}}});
    }
  }
}

}  // namespace

void match_controls(const AssayDefinition& definition, std::vector<MatchedWell>& wells,
                    std::vector<Message>& run_reasons) {
  for (MatchedWell& well : wells) {
    // A control of another assay on the plate is not ours to judge.
    if (well.other_assay && well.channels.empty()) continue;
    well.control = find_by_name(definition, well.sample);
    if (well.control) {
      const ControlDefinition& control = definition.controls[*well.control];
      if (!may_have_role(control.kind, well.role)) {
        run_reasons.push_back({"control_role_conflict",
                               {{"well", well.well.label},
                                {"sample", well.sample},
                                {"control", control.id},
                                {"role", std::string(to_string(well.role))}}});
      }
    } else if (const std::optional<ControlKind> kind = to_control_kind(well.role)) {
      const std::vector<std::size_t> candidates = find_by_kind(definition, *kind);
      if (candidates.size() == 1) {
        well.control = candidates.front();
      } else if (candidates.size() > 1) {
        run_reasons.push_back(
            {"control_name_unknown",
             {{"well", well.well.label}, {"sample", well.sample}, {"kind", std::string(to_string(*kind))}}});
      }
    }
    check_place(definition, well, run_reasons);
  }
}

}  // namespace qpcr
