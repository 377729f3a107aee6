// Judging the points of series.
#include "libqpcr/assay/quality_judgement.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace qpcr {
namespace {

void raise(QualityPoint& point, QualityVerdict verdict) { point.verdict = std::max(point.verdict, verdict); }

void add_finding(QualityPoint& point, ControlRule rule, std::vector<PointPlace> points) {
  point.findings.push_back({rule, std::move(points)});
  raise(point, rejects(rule) ? QualityVerdict::reject : QualityVerdict::warning);
}

bool counts(const QualityPoint& point) { return point.value && !point.exclusion; }

/// The accepted results of a series before its limits.
class ShortSeries {
 public:
  ShortSeries(QualitySeries& series, std::size_t index) : series_(series), index_(index) {}

  const std::vector<std::size_t>& accepted() const { return accepted_; }

  void add(std::size_t current) {
    accepted_.push_back(current);
    QualityPoint& point = series_.points[current];
    while (accepted_.size() >= 3) {
      const ShortSeriesResult result = judge_short_series(values());
      point.short_series = result;
      if (result.verdict == ShortSeriesVerdict::in_control) break;
      const auto extreme = find_extreme(result, current);
      const PointPlace place{index_, *extreme};
      if (result.verdict == ShortSeriesVerdict::warning) {
        add_finding(point, ControlRule::short_series_n2s, {place});
        break;
      }
      const bool is_current = *extreme == current;
      if (is_current) {
        add_finding(point, ControlRule::short_series_n3s, {place});
      } else {
        add_finding(series_.points[*extreme], ControlRule::short_series_n3s, {place, {index_, current}});
        add_finding(point, ControlRule::earlier_out, {place});
      }
      accepted_.erase(extreme);
      if (is_current) break;
    }
    if (point.short_series) raise(point, QualityVerdict::in_control);
  }

  std::vector<double> values() const {
    std::vector<double> result;
    for (const std::size_t i : accepted_) result.push_back(*series_.points[i].value);
    return result;
  }

 private:
  /// The accepted point that lies farthest out; the current one where it ties with another.
  std::vector<std::size_t>::iterator find_extreme(const ShortSeriesResult& result, std::size_t current) {
    const bool high = result.upper >= result.lower;
    const auto outward = [&](std::size_t i) { return high ? *series_.points[i].value : -*series_.points[i].value; };
    auto extreme = std::find(accepted_.begin(), accepted_.end(), current);
    for (auto each = accepted_.begin(); each != accepted_.end(); ++each) {
      if (outward(*each) > outward(*extreme)) extreme = each;
    }
    return extreme;
  }

  QualitySeries& series_;
  std::size_t index_;
  std::vector<std::size_t> accepted_;
};

ControlLimits freeze(QualitySeries& series, const ShortSeries& accepted) {
  const ShortSeriesResult result = judge_short_series(accepted.values());
  ControlLimits limits;
  limits.key = series.key;
  limits.origin = LimitsOrigin::frozen;
  limits.mean = result.mean;
  limits.sd = result.sd;
  limits.runs = result.count;
  limits.first_run = series.points[accepted.accepted().front()].run;
  limits.last_run = series.points[accepted.accepted().back()].run;
  limits.frozen_on = series.points[accepted.accepted().back()].started_at;
  for (const std::size_t i : accepted.accepted()) series.points[i].forms_limits = true;
  return limits;
}

}  // namespace

std::size_t judge_by_short_series(std::vector<QualitySeries>& all, std::size_t index) {
  QualitySeries& series = all[index];
  const bool has_limits = series.limits.has_value();
  const std::optional<RunTime> frozen_on = has_limits ? parse_run_time(series.limits->frozen_on) : std::nullopt;
  ShortSeries accepted(series, index);
  std::size_t i = 0;
  for (; i < series.points.size(); ++i) {
    QualityPoint& point = series.points[i];
    if (has_limits && !(frozen_on && point.time.seconds <= frozen_on->seconds)) break;
    if (!counts(point)) continue;
    accepted.add(i);
    if (!has_limits && accepted.accepted().size() >= static_cast<std::size_t>(runs_before_freezing)) {
      const ControlLimits limits = freeze(series, accepted);
      // Equal results form no limits: nothing could be standardised by them.
      if (limits.sd > 0) {
        series.limits = limits;
        ++i;
        break;
      }
      for (QualityPoint& each : series.points) each.forms_limits = false;
    }
  }
  if (has_limits && series.limits->origin == LimitsOrigin::frozen) {
    for (const std::size_t each : accepted.accepted()) series.points[each].forms_limits = true;
  }
  return i;
}

void judge_by_limits(std::vector<QualitySeries>& all, const std::vector<std::size_t>& first_judged) {
  // What may be compared within a run: levels of one target by one instrument and reagent lot. A constant of a standard
  // curve stands alone.
  using Group = std::tuple<SeriesKind, std::string, std::string, std::string, std::string>;
  std::map<Group, std::vector<std::size_t>> groups;
  for (std::size_t s = 0; s < all.size(); ++s) {
    const SeriesKey& key = all[s].key;
    groups[{key.kind, key.target, key.instrument, key.reagent_lot,
            key.kind == SeriesKind::cq ? std::string() : key.control + '\n' + key.control_lot}]
        .push_back(s);
  }
  for (const auto& [group, members] : groups) {
    std::vector<ScoredSeries> scored(members.size());
    std::vector<std::vector<PointPlace>> places(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
      QualitySeries& series = all[members[m]];
      if (!series.limits) continue;
      for (std::size_t i = 0; i < series.points.size(); ++i) {
        QualityPoint& point = series.points[i];
        if (!point.value) continue;
        point.z = (*point.value - series.limits->mean) / series.limits->sd;
        if (i < first_judged[members[m]] || !counts(point)) continue;
        scored[m].push_back({point.order, *point.z});
        places[m].push_back({members[m], i});
      }
    }
    const auto violations = apply_westgard(scored);
    for (std::size_t m = 0; m < members.size(); ++m) {
      for (std::size_t i = 0; i < places[m].size(); ++i) {
        QualityPoint& point = all[places[m][i].series].points[places[m][i].point];
        raise(point, QualityVerdict::in_control);
        for (const WestgardViolation& violation : violations[m][i]) {
          std::vector<PointPlace> points;
          for (const PointPlace& each : violation.points) points.push_back(places[each.series][each.point]);
          // The first enumerators of both are the same rules in the same order.
          add_finding(point, static_cast<ControlRule>(violation.rule), std::move(points));
        }
      }
    }
  }
}

}  // namespace qpcr
