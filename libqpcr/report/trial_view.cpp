// Words, number formats and the subjects behind each count of a trial report.
#include "libqpcr/report/trial_view.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr int percent_decimals = 2;

std::string_view side(const TrialView& view, const SubjectOutcome& outcome) {
  return view.subject(outcome).reference == ReferenceStandard::positive ? "pos" : "neg";
}

std::string stage_id(const Subject& subject) {
  return subject.stage ? std::string(to_string(*subject.stage)) : "not_stated";
}

std::string class_id(const Subject& subject) {
  return subject.control_class ? std::string(to_string(*subject.control_class)) : "not_stated";
}

/// Subjects of one cell, one group a centre.
CountTable count_cell(const TrialView& view, const std::string& cell) {
  CountTable table;
  table.id = "n-" + cell;
  const std::vector<std::string> centres = list_centres(view.trial.subjects);
  long total = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    CountGroup group{fmt::format("n-{}-{}", cell, i + 1), centres[i], {}};
    for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
      if (view.subject(outcome).centre == centres[i] && cell_of(view, outcome) == cell)
        group.subjects.push_back(outcome.subject);
    }
    total += static_cast<long>(group.subjects.size());
    if (!group.subjects.empty()) table.groups.push_back(std::move(group));
  }
  table.caption = fmt::format("{} (n = {})", view.word("trial_cell", cell), total);
  return table;
}

/// Subjects that ended in one place, one group a centre.
CountTable count_place_by_centre(const TrialView& view, Place place) {
  CountTable table;
  table.id = fmt::format("n-at-{}", to_string(place));
  const std::vector<std::string> centres = list_centres(view.trial.subjects);
  for (std::size_t i = 0; i < centres.size(); ++i) {
    CountGroup group{fmt::format("n-at-{}-{}", to_string(place), i + 1), centres[i], {}};
    for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
      if (outcome.place == place && view.subject(outcome).centre == centres[i])
        group.subjects.push_back(outcome.subject);
    }
    if (!group.subjects.empty()) table.groups.push_back(std::move(group));
  }
  table.caption =
      fmt::format("{} (n = {})", view.word("place", to_string(place)), count_place(view.trial.disposition, place));
  return table;
}

CountTable count_strata(const TrialView& view, const std::string& kind, const StrataResult& strata,
                        std::string (*id_of)(const Subject&), const std::vector<std::string>& cells) {
  CountTable table;
  table.id = fmt::format("n-{}", kind);
  table.caption = view.text(kind == "stage" ? "counts_by_stage" : "counts_by_class");
  for (const Stratum& stratum : strata.strata) {
    for (const std::string& cell : cells) {
      CountGroup group{fmt::format("n-{}-{}-{}", kind, stratum.id, cell),
                       fmt::format("{} · {}", view.word(kind == "stage" ? "bclc_stage" : "control_class", stratum.id),
                                   view.word("trial_cell", cell)),
                       {}};
      for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
        if (cell_of(view, outcome) == cell && id_of(view.subject(outcome)) == stratum.id)
          group.subjects.push_back(outcome.subject);
      }
      if (!group.subjects.empty()) table.groups.push_back(std::move(group));
    }
  }
  return table;
}

}  // namespace

std::string TrialView::text(std::string_view id) const { return render_text(fmt::format("trial.{}", id), language); }

std::string TrialView::text(std::string_view id, std::vector<std::pair<std::string, std::string>> values) const {
  return render_message({fmt::format("trial.{}", id), std::move(values)}, language);
}

std::string TrialView::word(std::string_view group, std::string_view value) const {
  return render_text(fmt::format("{}.{}", group, value), language);
}

const IndexTest* TrialView::counting(const SubjectOutcome& outcome) const {
  return outcome.counting ? &outcome.tests[*outcome.counting] : nullptr;
}

std::string cell_of(const TrialView& view, const SubjectOutcome& outcome) {
  switch (outcome.place) {
    case Place::excluded:
    case Place::reference_missing:
      return std::string(to_string(outcome.place));
    case Place::analysed:
      break;
    default:
      return fmt::format("{}-{}", to_string(outcome.place), side(view, outcome));
  }
  const bool ill = view.subject(outcome).reference == ReferenceStandard::positive;
  const bool positive = outcome.outcome == Outcome::positive;
  return ill ? (positive ? "tp" : "fn") : (positive ? "fp" : "tn");
}

bool is_discordant(const TrialView& view, const SubjectOutcome& outcome) {
  const std::string cell = cell_of(view, outcome);
  return cell == "fp" || cell == "fn";
}

std::string to_percent(std::optional<double> share) {
  return share ? format_fixed(100.0 * *share, percent_decimals) + "%" : std::string();
}

std::string to_percent(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{}–{}", to_percent(interval->lower), to_percent(interval->upper)) : std::string();
}

std::string to_fraction(const Proportion& proportion) {
  return fmt::format("{}/{}", proportion.numerator, proportion.denominator);
}

std::string to_plain(std::optional<double> value) {
  if (!value) return {};
  return format_fixed(*value, std::abs(*value) < 1.0 ? 3 : 2);
}

std::string to_plain(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{}–{}", to_plain(interval->lower), to_plain(interval->upper)) : std::string();
}

std::string subject_anchor(std::size_t subject) { return fmt::format("s-{}", subject + 1); }

std::string run_anchor(std::size_t run, std::size_t result) { return fmt::format("r-{}-{}", run + 1, result + 1); }

std::vector<std::string> list_exclusion_reasons(const TrialView& view) {
  std::set<std::string> reasons;
  for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
    if (outcome.place == Place::excluded) reasons.insert(view.subject(outcome).exclusion_reason);
  }
  return {reasons.begin(), reasons.end()};
}

std::vector<CountTable> list_counts(const TrialView& view) {
  std::vector<CountTable> tables;
  for (const std::string_view cell :
       {"tp", "fn", "fp", "tn", "indeterminate-pos", "indeterminate-neg", "sample_invalid-pos", "sample_invalid-neg",
        "run_invalid-pos", "run_invalid-neg", "no_index_result-pos", "no_index_result-neg"}) {
    tables.push_back(count_cell(view, std::string(cell)));
  }
  for (const Place place : all_places()) {
    if (place != Place::analysed) tables.push_back(count_place_by_centre(view, place));
  }
  CountTable excluded;
  excluded.id = "n-reasons";
  const std::vector<std::string> reasons = list_exclusion_reasons(view);
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    CountGroup group{fmt::format("n-reason-{}", i + 1), reasons[i], {}};
    for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
      if (outcome.place == Place::excluded && view.subject(outcome).exclusion_reason == reasons[i]) {
        group.subjects.push_back(outcome.subject);
      }
    }
    excluded.groups.push_back(std::move(group));
  }
  excluded.caption = view.text("exclusions_caption");
  tables.push_back(std::move(excluded));
  tables.push_back(count_strata(view, "stage", view.trial.stages, stage_id, {"tp", "fn"}));
  tables.push_back(count_strata(view, "class", view.trial.classes, class_id, {"tn", "fp"}));
  tables.erase(
      std::remove_if(tables.begin(), tables.end(), [](const CountTable& table) { return table.groups.empty(); }),
      tables.end());
  return tables;
}

std::vector<std::string> list_wells(const TrialView& view, const IndexTest& test) {
  std::vector<std::string> wells;
  constexpr int cq_decimals = 2;
  for (const std::size_t index : view.call(test).wells) {
    const WellResult& well = view.result(test).wells.at(index);
    wells.push_back(fmt::format("{} {} {}", well.well.label, well.target,
                                well.cq.cq_cycles ? format_fixed(*well.cq.cq_cycles, cq_decimals) : "–"));
  }
  return wells;
}

std::string join_wells(const TrialView& view, const IndexTest& test) {
  std::vector<std::string> labels;
  for (const std::size_t index : view.call(test).wells) {
    const std::string& label = view.result(test).wells.at(index).well.label;
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "" : ", ") + label;
  return text;
}

std::string disease_label(const TrialView& view, const Subject& subject) {
  if (subject.stage) return view.word("bclc_stage", to_string(*subject.stage));
  if (subject.control_class) return view.word("control_class", to_string(*subject.control_class));
  return {};
}

}  // namespace qpcr
