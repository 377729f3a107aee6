// Flags that need the whole plate.
#include "libqpcr/assay/plate_flags.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/control_wells.hpp"
#include "libqpcr/assay/operand.hpp"
#include "libqpcr/assay/well_cq.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/plate_effects.hpp"

namespace qpcr {
namespace {

// A spike-in this much later than in the run's negatives: three quarters of the template, or of its copying, is gone.
constexpr double inhibition_shift_cycles = 2.0;
// Without negatives the median of so many samples stands for a run without inhibition.
constexpr std::size_t smallest_inhibition_group = 8;
// What a tip or needle carries on is less than what splashes: the source lies this many times farther ahead.
constexpr double carry_over_factor = 2.0;

// A curve that never moved and lies above the other wells' ground by this share of what an amplified curve rises.
constexpr double high_level_share = 0.5;
// And by this many times the usual scatter of that ground (median absolute deviation).
constexpr double high_level_scatter = 6.0;
// Readings whose mean is a curve's level at the start.
constexpr std::size_t level_readings = 5;

void add_flag(SampleCall& call, Message flag) {
  call.needs_review = true;
  if (std::find(call.flags.begin(), call.flags.end(), flag) == call.flags.end()) call.flags.push_back(std::move(flag));
}

bool says(const std::vector<Message>& messages, std::string_view id, std::string_view target) {
  return std::any_of(messages.begin(), messages.end(), [&](const Message& message) {
    return message.id == id && find_value(message, "target") == target;
  });
}

/// True when a value, target or covariate is, or is formed from, a target.
bool rests_on(const AssayDefinition& definition, const std::string& id, const std::string& target) {
  if (id == target) return true;
  const ValueDefinition* value = find_value(definition, id);
  if (value == nullptr) return false;
  const std::vector<checking::NamedOperand> parts = checking::list_operands(*value);
  return std::any_of(parts.begin(), parts.end(), [&](const checking::NamedOperand& part) {
    return part.id != id && rests_on(definition, part.id, target);
  });
}

double find_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

class PlateFlags {
 public:
  PlateFlags(const RunData& run, const AssayDefinition& definition, const PlateMatch& match, const RunContext& context,
             PlateResult& result)
      : run_(run), definition_(definition), match_(match), context_(context), result_(result) {}

  void flag() {
    flag_missing_dyes();
    flag_high_levels();
    for (SampleCall& call : result_.calls) {
      flag_foreign_template(call);
      flag_discordance(call);
      flag_missing_replicates(call);
      for (const AssayTarget& target : definition_.targets) {
        if (target.internal_control_kind == InternalControlKind::exogenous) flag_inhibition(call, target);
      }
    }
    for (const AssayTarget& target : definition_.targets) {
      if (target.role != TargetRole::target) warn_of_plate_effects(target);
    }
  }

 private:
  TargetReading read(const WellResult& row, const AssayTarget& target) const {
    return read_target(definition_, target, to_observation(row.cq));
  }

  std::vector<const WellResult*> rows_of(const SampleCall& call, const AssayTarget& target) const {
    std::vector<const WellResult*> rows;
    for (const std::size_t i : call.wells) {
      if (result_.wells[i].target == target.id) rows.push_back(&result_.wells[i]);
    }
    return rows;
  }

  /// A plate reads every dye of a tube in every well; a tube that lacks one was set up wrong.
  void flag_missing_dyes() {
    std::map<std::string, std::string> wells_of_target;
    for (const MatchedWell& well : match_.wells) {
      std::set<std::string> tubes;
      for (const MatchedChannel& channel : well.channels) tubes.insert(definition_.targets[channel.target].tube);
      for (const AssayTarget& target : definition_.targets) {
        if (!tubes.contains(target.tube) || find_row(result_.wells, definition_, well, target.id) != nullptr) continue;
        std::string& wells = wells_of_target[target.id];
        wells += (wells.empty() ? "" : ", ") + well.well.label;
        for (SampleCall& call : result_.calls) {
          if (well.control || call.sample != well.sample) continue;
          add_flag(call, {"dye_missing", {{"target", target.id}, {"dye", target.dye}, {"well", well.well.label}}});
        }
      }
    }
    for (const auto& [target, wells] : wells_of_target) {
      result_.warnings.push_back(
          {"dye_missing_in_wells",
           {{"target", target}, {"dye", find_target(definition_, target)->dye}, {"wells", wells}}});
    }
  }

  std::optional<double> find_level(const WellResult& row) const {
    const AmplificationCurve* curve = find_assay_curve(run_.measurements[row.measurement]);
    if (curve == nullptr || curve->fluorescence.size() < level_readings) return std::nullopt;
    double sum = 0.0;
    for (std::size_t i = 0; i < level_readings; ++i) sum += curve->fluorescence[i];
    return std::isfinite(sum) ? std::optional(sum / static_cast<double>(level_readings)) : std::nullopt;
  }

  /// A reaction that is on its plateau from the first cycle on is as flat as one without template, but lies higher.
  void flag_high_levels() {
    for (const AssayTarget& target : definition_.targets) {
      std::vector<double> levels;
      std::vector<double> rises;
      for (const WellResult& row : result_.wells) {
        if (row.target != target.id) continue;
        const std::optional<double> level = find_level(row);
        if (level) levels.push_back(*level);
        if (read(row, target).detected && std::isfinite(row.cq.end_fluorescence_rise))
          rises.push_back(row.cq.end_fluorescence_rise);
      }
      if (rises.empty() || levels.size() < 3) continue;
      const double ground = find_median(levels);
      std::vector<double> deviations;
      for (const double level : levels) deviations.push_back(std::abs(level - ground));
      const double limit =
          ground + std::max(high_level_share * find_median(rises), high_level_scatter * find_median(deviations));
      for (SampleCall& call : result_.calls) {
        for (const WellResult* row : rows_of(call, target)) {
          const std::optional<double> level = find_level(*row);
          if (!level || *level <= limit || !read(*row, target).not_detected) continue;
          add_flag(call, {"curve_level_high", {{"target", target.id}, {"well", row->well.label}}});
        }
      }
    }
  }

  static bool is_beside(GridPosition a, GridPosition b) {
    return a.column == b.column || (std::abs(a.row - b.row) <= 1 && std::abs(a.column - b.column) <= 1);
  }

  /// The second well is filled directly after the first, row by row or column by column.
  bool follows(GridPosition first, GridPosition second) const {
    if (first.row == second.row && first.column + 1 == second.column) return true;
    if (first.column == second.column && first.row + 1 == second.row) return true;
    if (!run_.plate) return false;
    const bool next_row = second.column == 0 && first.row + 1 == second.row && first.column + 1 == run_.plate->columns;
    const bool next_column = second.row == 0 && first.column + 1 == second.column && first.row + 1 == run_.plate->rows;
    return next_row || next_column;
  }

  /// Where the template of a late Cq may have come from: another sample's well with much more of it.
  std::optional<Message> find_source(const WellResult& late, const AssayTarget& target) const {
    if (!late.well.position) return std::nullopt;
    const WellResult* nearest = nullptr;
    bool carried = false;
    const double difference = definition_.flags.neighbour_difference_cycles;
    for (const WellResult& row : result_.wells) {
      if (row.target != target.id || row.sample == late.sample || !row.well.position) continue;
      if (!read(row, target).detected) continue;
      const double ahead = *late.cq.cq_cycles - *row.cq.cq_cycles;
      const bool is_carried =
          ahead >= carry_over_factor * difference && follows(*row.well.position, *late.well.position);
      const bool is_splash = ahead >= difference && is_beside(*row.well.position, *late.well.position);
      if (!is_carried && !is_splash) continue;
      const bool is_better = nearest == nullptr || (is_carried && !carried) ||
                             (is_carried == carried && *row.cq.cq_cycles < *nearest->cq.cq_cycles);
      if (!is_better) continue;
      nearest = &row;
      carried = is_carried;
    }
    if (nearest == nullptr) return std::nullopt;
    return Message{carried ? "carry_over_suspected" : "neighbour_contamination_suspected",
                   {{"target", target.id},
                    {"well", late.well.label},
                    {"cq", format_fixed(*late.cq.cq_cycles, 2)},
                    {"neighbour", nearest->well.label},
                    {"neighbour_cq", format_fixed(*nearest->cq.cq_cycles, 2)}}};
  }

  /// A positive whose every rule that holds rests on a target that a neighbour or the well before may have given it.
  void flag_foreign_template(SampleCall& call) const {
    if (call.outcome != Outcome::positive) return;
    std::map<std::string, std::vector<Message>> suspects;
    for (const AssayTarget& target : definition_.targets) {
      if (target.role != TargetRole::target) continue;
      std::vector<Message> found;
      bool all = true;
      for (const WellResult* row : rows_of(call, target)) {
        if (!read(*row, target).detected) continue;
        const std::optional<Message> source = find_source(*row, target);
        all = all && source.has_value();
        if (source) found.push_back(*source);
      }
      if (all && !found.empty()) suspects[target.id] = std::move(found);
    }
    bool stands_alone = suspects.empty();
    for (const RuleTrace& trace : call.rules) {
      if (trace.truth != Truth::yes) continue;
      const std::string& value = find_rule(definition_, trace.id)->value;
      stands_alone = stands_alone || std::none_of(suspects.begin(), suspects.end(), [&](const auto& suspect) {
                       return rests_on(definition_, value, suspect.first);
                     });
    }
    if (stands_alone) return;
    for (const auto& [target, messages] : suspects) {
      for (const Message& message : messages) add_flag(call, message);
    }
  }

  bool is_readable(const WellResult& row) const {
    return row.cq.status == CqStatus::found || row.cq.status == CqStatus::no_amplification ||
           row.cq.status == CqStatus::below_threshold;
  }

  /// Whoever leaves out a well chooses among the sample's results: a second person looks at what is left.
  void flag_missing_replicates(SampleCall& call) const {
    std::set<std::string> tubes;
    for (const AssayTarget& target : definition_.targets) tubes.insert(target.tube);
    for (const std::string& tube : tubes) {
      std::map<std::string, bool> valid;
      std::string excluded;
      for (const std::size_t i : call.wells) {
        const WellResult& row = result_.wells[i];
        if (find_target(definition_, row.target)->tube != tube) continue;
        const auto [entry, is_new] = valid.emplace(row.well.label, true);
        entry->second = entry->second && is_readable(row);
        if (!run_.measurements[row.measurement].excluded) continue;
        excluded += (excluded.empty() ? "" : ", ") + row.well.label + " " + row.target;
      }
      const auto left = std::count_if(valid.begin(), valid.end(), [](const auto& each) { return each.second; });
      if (excluded.empty() && left >= definition_.replicates.count) continue;
      add_flag(call, {"replicate_missing_or_excluded",
                      {{"sample", call.sample},
                       {"found", std::to_string(left)},
                       {"planned", std::to_string(definition_.replicates.count)},
                       {"excluded", excluded.empty() ? "–" : excluded}}});
    }
  }

  void flag_discordance(SampleCall& call) const {
    for (const AssayTarget& target : definition_.targets) {
      int detected = 0;
      int not_detected = 0;
      for (const WellResult* row : rows_of(call, target)) {
        const TargetReading reading = read(*row, target);
        detected += reading.detected ? 1 : 0;
        not_detected += reading.not_detected ? 1 : 0;
      }
      if (detected == 0 || not_detected == 0) continue;
      if (says(call.flags, "replicates_discordant", target.id)) continue;
      add_flag(call, {"replicates_discordant",
                      {{"target", target.id},
                       {"detected", std::to_string(detected)},
                       {"not_detected", std::to_string(not_detected)}}});
    }
  }

  /// The spike-in of a run without inhibition: of its blanks and negatives, else of its samples.
  std::optional<double> find_uninhibited_cq(const AssayTarget& target) const {
    double sum = 0.0;
    int count = 0;
    for (const ControlDefinition& control : definition_.controls) {
      if (!is_blank(control.kind) && control.kind != ControlKind::negative && control.kind != ControlKind::unmethylated)
        continue;
      const auto means = context_.controls.find(control.id);
      if (means == context_.controls.end()) continue;
      const auto mean = means->second.find(target.id);
      if (mean == means->second.end()) continue;
      sum += mean->second.mean_cycles * mean->second.count;
      count += mean->second.count;
    }
    if (count > 0) return sum / count;
    std::vector<double> samples;
    for (const WellResult& row : result_.wells) {
      if (row.target == target.id && !row.control && read(row, target).detected) samples.push_back(*row.cq.cq_cycles);
    }
    if (samples.size() < smallest_inhibition_group) return std::nullopt;
    return find_median(std::move(samples));
  }

  /// A target of the same well that came earlier has taken the reagents: that is no inhibitor.
  bool has_earlier_target(const SampleCall& call, const WellResult& spike) const {
    return std::any_of(call.wells.begin(), call.wells.end(), [&](std::size_t i) {
      const WellResult& row = result_.wells[i];
      return row.well == spike.well && row.role == TargetRole::target && row.cq.cq_cycles &&
             *row.cq.cq_cycles < *spike.cq.cq_cycles;
    });
  }

  void flag_inhibition(SampleCall& call, const AssayTarget& target) const {
    if (call.outcome == Outcome::invalid) return;
    const std::optional<double> expected = find_uninhibited_cq(target);
    if (!expected) return;
    for (const WellResult* row : rows_of(call, target)) {
      if (!read(*row, target).detected || has_earlier_target(call, *row)) continue;
      const double shift = *row->cq.cq_cycles - *expected;
      if (!(shift > inhibition_shift_cycles)) continue;
      add_flag(call, {"inhibition_suspected",
                      {{"target", target.id},
                       {"well", row->well.label},
                       {"cq", format_fixed(*row->cq.cq_cycles, 2)},
                       {"shift", format_fixed(shift, 2)}}});
    }
  }

  void warn_of_plate_effects(const AssayTarget& target) {
    if (!run_.plate) return;
    // A human sequence varies from sample to sample: only replicates of one sample can be compared with each other.
    const bool by_sample =
        target.internal_control_kind != InternalControlKind::exogenous && definition_.replicates.count > 1;
    std::vector<PlateValue> values;
    for (std::size_t c = 0; c < result_.calls.size(); ++c) {
      for (const WellResult* row : rows_of(result_.calls[c], target)) {
        if (!row->well.position || !run_.plate->contains(*row->well.position) || !read(*row, target).detected) continue;
        values.push_back({*row->well.position, *row->cq.cq_cycles, by_sample ? c : 0});
      }
    }
    if (values.empty()) return;
    for (const PlateEffect& effect : test_plate_effects(values, *run_.plate, {}).effects) {
      if (!effect.flagged) continue;
      result_.warnings.push_back({"plate_effect", {{"target", target.id}}});
      result_.warnings.push_back(effect.reason);
    }
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  const PlateMatch& match_;
  const RunContext& context_;
  PlateResult& result_;
};

SampleCall* find_call(PlateResult& result, std::string_view sample) {
  for (SampleCall& call : result.calls) {
    if (call.sample == sample) return &call;
  }
  return nullptr;
}

void flag_both(PlateResult& result, const char* id, const CovariateRow& first, const CovariateRow& second) {
  const auto flag = [&](const CovariateRow& row, const CovariateRow& other) {
    if (SampleCall* call = find_call(result, row.sample)) {
      add_flag(*call, {id, {{"sample", row.sample}, {"other", other.sample}}});
    }
  };
  flag(first, second);
  flag(second, first);
}

}  // namespace

void flag_plate(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                const RunContext& context, PlateResult& result) {
  PlateFlags(run, definition, match, context, result).flag();
}

void flag_identities(const CovariateTable& table, std::string_view plate_barcode, PlateResult& result) {
  std::map<std::string_view, const CovariateRow*> samples;
  for (const CovariateRow& row : table.rows) samples[row.sample] = &row;
  std::map<std::string_view, std::vector<const CovariateRow*>> subjects;
  std::map<std::string_view, std::vector<const CovariateRow*>> barcodes;
  std::string without_call;
  int count_without_call = 0;
  for (const CovariateRow& row : table.rows) {
    if (!row.subject.empty()) {
      std::vector<const CovariateRow*>& others = subjects[row.subject];
      for (const CovariateRow* other : others) flag_both(result, "duplicate_subject", *other, row);
      others.push_back(&row);
    }
    if (!row.barcode.empty()) {
      std::vector<const CovariateRow*>& others = barcodes[row.barcode];
      for (const CovariateRow* other : others) flag_both(result, "barcode_clash", *other, row);
      others.push_back(&row);
      const auto named = samples.find(row.barcode);
      if (named != samples.end() && named->second != &row) flag_both(result, "barcode_clash", *named->second, row);
      SampleCall* call = find_call(result, row.sample);
      if (call != nullptr && row.barcode == plate_barcode) {
        add_flag(*call, {"barcode_of_plate", {{"sample", row.sample}}});
      }
    }
    if (find_call(result, row.sample) == nullptr) {
      constexpr int most_named = 10;
      if (++count_without_call <= most_named) without_call += (without_call.empty() ? "" : ", ") + row.sample;
    }
  }
  if (count_without_call > 0) {
    result.warnings.push_back(
        {"covariate_row_without_sample", {{"count", std::to_string(count_without_call)}, {"samples", without_call}}});
  }
}

}  // namespace qpcr
