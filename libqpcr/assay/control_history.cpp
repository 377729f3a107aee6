// Ordering, grouping and judging the results of controls.
#include "libqpcr/assay/control_history.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/assay/quality_judgement.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, std::string path, long line, std::string field, std::string found,
                         std::string expected, std::string problem) {
  throw Error(code, {.path = std::move(path),
                     .line = line,
                     .column = {},
                     .field = std::move(field),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = std::move(problem)});
}

std::string name_series(const SeriesKey& key) {
  return fmt::format("{} {}/{}, instrument '{}', reagent lot '{}', control lot '{}'", to_string(key.kind), key.control,
                     key.target, key.instrument, key.reagent_lot, key.control_lot);
}

using Runs = std::map<std::string, QualityRun>;

Runs read_runs(const std::vector<ControlObservation>& observations) {
  Runs runs;
  for (const ControlObservation& observation : observations) {
    const auto time = parse_run_time(observation.started_at);
    if (!time) {
      refuse(ErrorCode::invalid_value, observation.source, 0, fmt::format("start of run '{}'", observation.run),
             observation.started_at, "a date as 2026-11-23 or 2026-11-23 09:05", {});
    }
    const auto [place, inserted] = runs.try_emplace(observation.run);
    if (inserted) {
      place->second.run = observation.run;
      place->second.started_at = observation.started_at;
      place->second.time = *time;
    } else if (place->second.time != *time) {
      refuse(ErrorCode::invalid_value, observation.source, 0, fmt::format("start of run '{}'", observation.run),
             observation.started_at, fmt::format("'{}', as elsewhere", place->second.started_at), {});
    }
  }
  return runs;
}

QualityPoint to_point(const ControlObservation& observation) {
  QualityPoint point;
  point.run = observation.run;
  point.started_at = observation.started_at;
  point.wells = observation.wells;
  point.source = observation.source;
  if (observation.key.kind != SeriesKind::cq) {
    point.value = observation.curve_constant;
    return point;
  }
  double sum = 0.0;
  for (const ControlWell& well : observation.wells) {
    if (!well.cq_cycles) return point;
    sum += *well.cq_cycles;
  }
  if (!observation.wells.empty()) point.value = sum / static_cast<double>(observation.wells.size());
  return point;
}

void sort_and_check(QualitySeries& series) {
  std::sort(series.points.begin(), series.points.end(),
            [](const QualityPoint& left, const QualityPoint& right) { return left.order < right.order; });
  for (std::size_t i = 1; i < series.points.size(); ++i) {
    const QualityPoint& before = series.points[i - 1];
    const QualityPoint& point = series.points[i];
    if (before.run == point.run) {
      refuse(ErrorCode::duplicate_entry, point.source, 0, name_series(series.key), point.run, {},
             fmt::format("this run stands twice in the series, also in '{}'", before.source));
    }
    if (before.time.has_offset != point.time.has_offset) {
      refuse(ErrorCode::invalid_value, point.source, 0, name_series(series.key), point.started_at, {},
             fmt::format("one of the runs '{}' and '{}' states its time zone and the other does not", before.run,
                         point.run));
    }
    const bool same_day = before.time.day == point.time.day;
    const bool no_time = !before.time.has_time_of_day || !point.time.has_time_of_day;
    if (before.time.seconds == point.time.seconds || (same_day && no_time)) {
      refuse(ErrorCode::duplicate_entry, point.source, 0, name_series(series.key), point.started_at, {},
             fmt::format("the starts of the runs '{}' and '{}' do not tell which came first", before.run, point.run));
    }
  }
}

void exclude(std::vector<QualitySeries>& all, const QualityExclusion& exclusion) {
  if (exclusion.reason.empty())
    refuse(ErrorCode::invalid_value, exclusion.path, exclusion.line, "reason", {}, "why the point does not count", {});
  bool found = false;
  for (QualitySeries& series : all) {
    if (series.key.control != exclusion.control || series.key.target != exclusion.target) continue;
    for (QualityPoint& point : series.points) {
      if (point.run != exclusion.run) continue;
      point.exclusion = exclusion.reason;
      found = true;
    }
  }
  if (!found) {
    refuse(ErrorCode::invalid_value, exclusion.path, exclusion.line, "exclusion",
           fmt::format("{}, {}, {}", exclusion.run, exclusion.control, exclusion.target),
           "the run, control and target of a point", {});
  }
}

/// Verdicts that no limit decides.
void judge_without_limits(std::vector<QualitySeries>& all) {
  for (std::size_t s = 0; s < all.size(); ++s) {
    for (std::size_t i = 0; i < all[s].points.size(); ++i) {
      QualityPoint& point = all[s].points[i];
      if (point.exclusion) point.verdict = QualityVerdict::excluded;
      if (point.value) continue;
      point.verdict = QualityVerdict::reject;
      point.findings.push_back({ControlRule::not_detected, {{s, i}}});
    }
  }
}

/// A lot that is stated is not given up for one that is not: a blank field is no new lot.
bool may_supersede(const SeriesKey& later, const SeriesKey& earlier) {
  return (!later.reagent_lot.empty() || earlier.reagent_lot.empty()) &&
         (!later.control_lot.empty() || earlier.control_lot.empty());
}

void mark_superseded(std::vector<QualitySeries>& all) {
  const auto followed = [](const SeriesKey& key) {
    return std::tie(key.kind, key.control, key.target, key.instrument);
  };
  for (QualitySeries& series : all) {
    series.superseded = std::any_of(all.begin(), all.end(), [&](const QualitySeries& other) {
      return followed(other.key) == followed(series.key) && may_supersede(other.key, series.key) &&
             other.points.back().order > series.points.back().order;
    });
  }
}

/// Two spellings of one control or target would part a series unseen.
void refuse_other_spellings(const std::vector<ControlObservation>& observations) {
  std::map<std::string, std::string> spellings;
  for (const ControlObservation& observation : observations) {
    for (const auto& [what, name] :
         {std::pair{"control", &observation.key.control}, std::pair{"target", &observation.key.target}}) {
      const auto [place, inserted] = spellings.try_emplace(fmt::format("{} {}", what, fold_header(*name)), *name);
      if (place->second == *name) continue;
      refuse(ErrorCode::invalid_value, observation.source, 0, what, *name,
             fmt::format("'{}', as elsewhere: one spelling of each name", place->second), {});
    }
  }
}

}  // namespace

QualityHistory judge_controls(const std::vector<ControlObservation>& observations,
                              const std::vector<QualityExclusion>& exclusions,
                              const std::vector<ControlLimits>& limits) {
  QualityHistory history;
  refuse_other_spellings(observations);
  Runs runs = read_runs(observations);
  for (auto& [name, run] : runs) history.runs.push_back(run);
  std::stable_sort(history.runs.begin(), history.runs.end(), [](const QualityRun& left, const QualityRun& right) {
    return left.time.seconds < right.time.seconds;
  });
  std::map<std::string, std::size_t> order;
  for (std::size_t i = 0; i < history.runs.size(); ++i) order[history.runs[i].run] = i;

  std::map<SeriesKey, ControlLimits> limits_of;
  for (const ControlLimits& each : limits) {
    if (!limits_of.emplace(each.key, each).second)
      refuse(ErrorCode::duplicate_entry, {}, 0, "limits", name_series(each.key), {}, "two limits of one series");
  }
  std::map<SeriesKey, QualitySeries> grouped;
  for (const ControlObservation& observation : observations) {
    history.simulated = history.simulated || observation.simulated;
    QualitySeries& series = grouped[observation.key];
    series.key = observation.key;
    QualityPoint point = to_point(observation);
    point.order = order[point.run];
    point.time = history.runs[point.order].time;
    series.points.push_back(std::move(point));
  }
  for (auto& [key, series] : grouped) {
    sort_and_check(series);
    if (const auto found = limits_of.find(key); found != limits_of.end()) series.limits = found->second;
    history.series.push_back(std::move(series));
  }
  for (const QualityExclusion& exclusion : exclusions) exclude(history.series, exclusion);

  judge_without_limits(history.series);
  std::vector<std::size_t> first_judged;
  for (std::size_t s = 0; s < history.series.size(); ++s)
    first_judged.push_back(judge_by_short_series(history.series, s));
  judge_by_limits(history.series, first_judged);
  mark_superseded(history.series);

  std::vector<std::set<ControlRule>> rules(history.runs.size());
  std::vector<QualityVerdict> worst(history.runs.size(), QualityVerdict::excluded);
  for (const QualitySeries& series : history.series) {
    if (series.limits) limits_of[series.key] = *series.limits;
    for (const QualityPoint& point : series.points) {
      worst[point.order] = std::max(worst[point.order], point.verdict);
      for (const QualityFinding& finding : point.findings) rules[point.order].insert(finding.rule);
    }
  }
  for (std::size_t i = 0; i < history.runs.size(); ++i) {
    history.runs[i].verdict = worst[i];
    history.runs[i].rules.assign(rules[i].begin(), rules[i].end());
  }
  for (const auto& [key, each] : limits_of) history.limits.push_back(each);
  return history;
}

bool ends_rejected(const QualityHistory& history) {
  return std::any_of(history.series.begin(), history.series.end(), [](const QualitySeries& series) {
    return !series.superseded && series.points.back().verdict == QualityVerdict::reject;
  });
}

}  // namespace qpcr
