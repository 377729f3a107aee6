// Matching of a run's channels and wells to an assay definition.
#include "libqpcr/assay/matching.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/control_matching.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const RunData& run, std::string field, std::string found, std::string expected,
                         std::string problem) {
  const std::string path = run.provenance.sources.empty() ? run.name : run.provenance.sources.front().name;
  throw Error(ErrorCode::assay_mismatch, {.path = path,
                                          .line = 0,
                                          .column = {},
                                          .field = std::move(field),
                                          .found = std::move(found),
                                          .expected = std::move(expected),
                                          .problem = std::move(problem)});
}

bool names_target(const AssayTarget& target, std::string_view name) {
  return equals_ignoring_case(target.id, name) ||
         std::any_of(target.aliases.begin(), target.aliases.end(),
                     [&](const std::string& alias) { return equals_ignoring_case(alias, name); });
}

bool names_dye(const AssayTarget& target, std::string_view name) {
  return equals_ignoring_case(target.dye, name) ||
         std::any_of(target.dye_aliases.begin(), target.dye_aliases.end(),
                     [&](const std::string& alias) { return equals_ignoring_case(alias, name); });
}

/// Channels of a run that the assay does not use, one warning a target and dye.
struct UnusedChannels {
  std::map<std::pair<std::string, std::string>, int> wells;

  void append_to(std::vector<Message>& warnings) const {
    for (const auto& [channel, count] : wells) {
      warnings.push_back({"channel_not_in_assay",
                          {{"target", channel.first.empty() ? "–" : channel.first},
                           {"dye", channel.second.empty() ? "–" : channel.second},
                           {"wells", std::to_string(count)}}});
    }
  }
};

class Matcher {
 public:
  Matcher(const RunData& run, const AssayDefinition& definition) : run_(run), definition_(definition) {}

  PlateMatch match() {
    refuse_personal_names();
    match_by_name();
    match_by_dye();
    demand_every_target();
    collect_wells();
    match_controls(definition_, match_.wells, match_.run_reasons);
    keep_wells_to_judge();
    number_rows();
    list_other_assays();
    warn_unused();
    warn_unclear_wells();
    return std::move(match_);
  }

 private:
  void refuse_personal_names() const {
    for (const Measurement& measurement : run_.measurements) {
      if (!find_personal(trim(measurement.sample))) continue;
      const std::string path = run_.provenance.sources.empty() ? run_.name : run_.provenance.sources.front().name;
      throw Error(ErrorCode::personal_data, {.path = path,
                                             .line = 0,
                                             .column = {},
                                             .field = "sample of well " + measurement.well.label,
                                             .found = std::string(trim(measurement.sample)),
                                             .expected = "a coded identifier, no name or number of a person",
                                             .problem = {}});
    }
  }

  void match_by_name() {
    targets_.resize(run_.measurements.size());
    by_dye_.resize(run_.measurements.size(), false);
    named_.resize(definition_.targets.size(), false);
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      const Measurement& measurement = run_.measurements[i];
      const std::string_view name = trim(measurement.target);
      if (name.empty()) continue;
      for (std::size_t t = 0; t < definition_.targets.size(); ++t) {
        const AssayTarget& target = definition_.targets[t];
        if (!names_target(target, name)) continue;
        if (!measurement.dye.empty() && !names_dye(target, trim(measurement.dye))) {
          refuse(run_, fmt::format("well {}, target {}", measurement.well.label, target.id), measurement.dye,
                 fmt::format("the dye {} that the assay names", target.dye), {});
        }
        if (measurement.dye.empty()) unnamed_dyes_.insert(target.id);
        targets_[i] = t;
        named_[t] = true;
      }
    }
    for (const std::string& target : unnamed_dyes_) match_.warnings.push_back({"dye_not_stated", {{"target", target}}});
  }

  void match_by_dye() {
    std::set<std::string> matched;
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      const Measurement& measurement = run_.measurements[i];
      const std::string_view dye = trim(measurement.dye);
      if (targets_[i] || !trim(measurement.target).empty() || dye.empty() || !is_readable(measurement)) continue;
      if (equals_ignoring_case(dye, run_.passive_reference_dye)) continue;
      std::optional<std::size_t> only;
      bool unique = true;
      for (std::size_t t = 0; t < definition_.targets.size(); ++t) {
        if (!names_dye(definition_.targets[t], dye)) continue;
        unique = !only.has_value();
        only = t;
      }
      if (!only || !unique || named_[*only]) continue;
      targets_[i] = only;
      by_dye_[i] = true;
      matched.insert(definition_.targets[*only].id);
    }
    for (const std::string& id : matched) {
      match_.warnings.push_back({"matched_by_dye", {{"target", id}, {"dye", find_target(definition_, id)->dye}}});
    }
  }

  /// What the definition reads of a channel is there: a curve, or the instrument's own Cq.
  bool is_readable(const Measurement& measurement) const {
    if (definition_.cq.origin == CqOrigin::vendor) return measurement.vendor.cq_status != CqStatus::not_measured;
    return find_assay_curve(measurement) != nullptr;
  }

  /// Some channel of the target can be read, or was read and then omitted.
  bool is_in_run(std::size_t target) const {
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      if (targets_[i] != target) continue;
      if (run_.measurements[i].excluded || is_readable(run_.measurements[i])) return true;
    }
    return false;
  }

  void demand_every_target() const {
    for (std::size_t t = 0; t < definition_.targets.size(); ++t) {
      if (is_in_run(t)) continue;
      std::set<std::string> channels;
      for (const Measurement& measurement : run_.measurements) {
        if (!is_readable(measurement)) continue;
        channels.insert(fmt::format("{} ({})", measurement.target.empty() ? "no target" : measurement.target,
                                    measurement.dye.empty() ? "no dye" : measurement.dye));
      }
      std::string found;
      for (const std::string& channel : channels) found += (found.empty() ? "" : ", ") + channel;
      const AssayTarget& target = definition_.targets[t];
      const bool vendor = definition_.cq.origin == CqOrigin::vendor;
      if (found.empty()) found = vendor ? "no Cq of the instrument" : "no amplification curves";
      refuse(run_, "target " + target.id, found,
             fmt::format("a channel {} ({}) with {}", target.id, target.dye,
                         vendor ? "the instrument's own Cq" : "curves"),
             "the run does not hold this target");
    }
  }

  /// The matched well of a measurement, made where there is none yet.
  MatchedWell& find_well(const Measurement& measurement) {
    const auto [entry, is_new] = well_index_.emplace(measurement.well.label, match_.wells.size());
    if (is_new) {
      MatchedWell well;
      well.well = measurement.well;
      well.sample = std::string(trim(measurement.sample));
      match_.wells.push_back(std::move(well));
    }
    return match_.wells[entry->second];
  }

  void take_role(MatchedWell& well, const Measurement& measurement) const {
    if (measurement.role == SampleRole::unspecified) {
      if (well.unknown_role.empty()) well.unknown_role = std::string(trim(measurement.role_text));
      return;
    }
    if (well.role != SampleRole::unspecified && well.role != measurement.role) {
      refuse(run_, "well " + measurement.well.label, std::string(to_string(measurement.role)),
             std::string(to_string(well.role)), "two channels of the well have different roles");
    }
    well.role = measurement.role;
  }

  /// A second channel of one target in a well is refused, unless one of the two holds no curve.
  void add_channel(MatchedWell& well, std::size_t i) {
    for (MatchedChannel& channel : well.channels) {
      if (channel.target != *targets_[i]) continue;
      const auto is_empty = [this](std::size_t measurement) {
        return !is_readable(run_.measurements[measurement]) && !run_.measurements[measurement].excluded;
      };
      if (is_empty(i)) return;
      if (!is_empty(channel.measurement)) {
        refuse(run_, fmt::format("well {}, target {}", well.well.label, definition_.targets[channel.target].id), {}, {},
               "two channels of the well are this target");
      }
      channel.measurement = i;
      channel.by_dye = by_dye_[i];
      return;
    }
    MatchedChannel channel;
    channel.measurement = i;
    channel.target = *targets_[i];
    channel.by_dye = by_dye_[i];
    well.channels.push_back(channel);
  }

  void collect_wells() {
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      if (!targets_[i]) continue;
      const Measurement& measurement = run_.measurements[i];
      MatchedWell& well = find_well(measurement);
      if (well.sample != trim(measurement.sample)) {
        refuse(run_, "well " + measurement.well.label, measurement.sample,
               fmt::format("one sample a well, '{}'", mask_personal(well.sample)),
               "two channels of the well name different samples");
      }
      take_role(well, measurement);
      add_channel(well, i);
    }
    collect_wells_without_channels();
    for (MatchedWell& well : match_.wells) {
      std::sort(well.channels.begin(), well.channels.end(),
                [](const MatchedChannel& a, const MatchedChannel& b) { return a.target < b.target; });
    }
    const bool on_plate = std::all_of(match_.wells.begin(), match_.wells.end(),
                                      [](const MatchedWell& well) { return well.well.position.has_value(); });
    if (on_plate) {
      std::stable_sort(match_.wells.begin(), match_.wells.end(),
                       [](const MatchedWell& a, const MatchedWell& b) { return *a.well.position < *b.well.position; });
    }
  }

  /// Wells that the run names but that hold no channel of the assay: their samples must not vanish.
  void collect_wells_without_channels() {
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      const Measurement& measurement = run_.measurements[i];
      const auto found = well_index_.find(measurement.well.label);
      if (found != well_index_.end() && !match_.wells[found->second].channels.empty()) continue;
      MatchedWell& well = find_well(measurement);
      if (well.sample.empty()) well.sample = std::string(trim(measurement.sample));
      take_role(well, measurement);
      const bool passive =
          trim(measurement.target).empty() && equals_ignoring_case(trim(measurement.dye), run_.passive_reference_dye);
      well.other_assay = well.other_assay || (is_readable(measurement) && !passive);
    }
  }

  /// A well without a channel, a sample or a control's role is an empty place on the plate.
  void keep_wells_to_judge() {
    match_.wells.erase(std::remove_if(match_.wells.begin(), match_.wells.end(),
                                      [](const MatchedWell& well) {
                                        return well.channels.empty() && well.sample.empty() && !well.control;
                                      }),
                       match_.wells.end());
  }

  void number_rows() {
    std::size_t row = 0;
    for (MatchedWell& well : match_.wells) {
      well.first_row = row;
      row += well.channels.size();
    }
  }

  /// Wells of another assay on the plate are left alone; a sample that stands in both may be a slip of the set-up.
  void list_other_assays() {
    std::string labels;
    std::set<std::string> here;
    for (const MatchedWell& well : match_.wells) {
      if (!well.channels.empty()) here.insert(well.sample);
    }
    for (const MatchedWell& well : match_.wells) {
      if (!is_of_other_assay(well)) continue;
      labels += (labels.empty() ? "" : ", ") + well.well.label;
      if (!here.contains(well.sample)) continue;
      match_.warnings.push_back({"sample_in_other_assay", {{"sample", well.sample}, {"well", well.well.label}}});
    }
    if (!labels.empty()) match_.warnings.push_back({"wells_of_other_assay", {{"wells", labels}}});
  }

  void warn_unused() {
    UnusedChannels unused;
    for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
      const Measurement& measurement = run_.measurements[i];
      if (targets_[i] || !is_readable(measurement)) continue;
      const bool passive =
          measurement.target.empty() && equals_ignoring_case(trim(measurement.dye), run_.passive_reference_dye);
      if (!passive) ++unused.wells[{measurement.target, measurement.dye}];
    }
    unused.append_to(match_.warnings);
  }

  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  /// Four digits in a row number samples, not replicates of a control: "PC2026-0017".
  static bool holds_sample_number(std::string_view text) {
    int digits = 0;
    for (const char c : text) {
      digits = c >= '0' && c <= '9' ? digits + 1 : 0;
      if (digits == 4) return true;
    }
    return false;
  }

  /// The control's name that a sample's name begins with, as in "NTC 2"; empty for none.
  std::string find_similar_control(std::string_view sample) const {
    for (const ControlDefinition& control : definition_.controls) {
      for (const std::string& name : control.sample_names) {
        if (sample.size() <= name.size() || !equals_ignoring_case(sample.substr(0, name.size()), name)) continue;
        if (!is_letter(sample[name.size()])) return name;
      }
    }
    return {};
  }

  /// A control that the run calls a sample, or nothing at all, must not become a patient's result.
  void judge_similar_name(MatchedWell& well) {
    const std::string control = find_similar_control(well.sample);
    if (control.empty()) return;
    const std::vector<std::pair<std::string, std::string>> values{
        {"well", well.well.label}, {"sample", well.sample}, {"control", control}};
    if (holds_sample_number(std::string_view(well.sample).substr(control.size()))) {
      well.similar_control = control;
      match_.warnings.push_back({"sample_named_like_control", values});
    } else {
      match_.run_reasons.push_back({"control_unclear", values});
    }
  }

  void warn_unclear_wells() {
    for (MatchedWell& well : match_.wells) {
      const std::string sample = well.sample.empty() ? "–" : well.sample;
      if (is_of_other_assay(well)) continue;
      if (well.channels.empty()) {
        match_.warnings.push_back({"well_without_channels", {{"well", well.well.label}, {"sample", sample}}});
      }
      if (well.control) continue;
      if (well.role == SampleRole::unspecified && !well.unknown_role.empty()) {
        match_.warnings.push_back(
            {"role_not_recognised", {{"well", well.well.label}, {"sample", sample}, {"role", well.unknown_role}}});
      } else if (well.role == SampleRole::unspecified || well.role == SampleRole::unknown) {
        judge_similar_name(well);
      }
    }
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  std::map<std::string, std::size_t> well_index_;    ///< label of a well to its place in match_.wells
  std::vector<std::optional<std::size_t>> targets_;  ///< per measurement
  std::vector<bool> by_dye_;                         ///< per measurement
  std::vector<bool> named_;                          ///< per target: some channel names it
  std::set<std::string> unnamed_dyes_;
  PlateMatch match_;
};

}  // namespace

bool is_of_other_assay(const MatchedWell& well) { return well.other_assay && well.channels.empty(); }

PlateMatch match_plate(const RunData& run, const AssayDefinition& definition) {
  return Matcher(run, definition).match();
}

bool is_label_of(const WellId& well, std::string_view label) {
  if (equals_ignoring_case(well.label, label)) return true;
  const std::optional<GridPosition> place = parse_label(label);
  return place && well.position && *place == *well.position;
}

const AmplificationCurve* find_assay_curve(const Measurement& measurement) {
  const AmplificationCurve* curve = find_analysis_curve(measurement);
  const bool single_filter = curve != nullptr && curve->kind == CurveKind::raw_filter && measurement.target.empty();
  return single_filter ? nullptr : curve;
}

}  // namespace qpcr
