// Results of controls over many runs: series, order, limits, exclusions, verdicts, months, and the tables they come
// from.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/assay/control_history.hpp"
#include "libqpcr/assay/control_records.hpp"
#include "libqpcr/assay/quality_months.hpp"
#include "libqpcr/core/error.hpp"

namespace {

using namespace qpcr;

std::string run_name(int i) { return fmt::format("R{:03}", i); }

/// One run a day from 1 January 2026.
std::string day_of(int i) {
  const int month = i / 28 + 1;
  return fmt::format("2026-{:02}-{:02}", month, i % 28 + 1);
}

ControlObservation observe(int i, std::optional<double> cq,
                           SeriesKey key = {SeriesKind::cq, "PC", "GENE", "I1", "L1", "C1"}) {
  ControlObservation observation;
  observation.key = std::move(key);
  observation.run = run_name(i);
  observation.started_at = day_of(i);
  observation.wells = {{"A1", cq, cq ? "found" : "no_amplification"}};
  observation.source = "made.csv";
  return observation;
}

/// Values about 25 with an SD near 0.2 and nothing odd among them.
double steady(int i) {
  constexpr double offsets[] = {0.1, -0.2, 0.3, -0.1, 0.2, -0.3, 0.0, 0.25, -0.25, 0.05};
  return 25 + offsets[i % 10] + (i % 3 == 0 ? 0.01 : -0.01);
}

std::vector<ControlObservation> steady_runs(int count) {
  std::vector<ControlObservation> observations;
  for (int i = 0; i < count; ++i) observations.push_back(observe(i, steady(i)));
  return observations;
}

std::vector<std::string> rules_of(const QualityPoint& point) {
  std::vector<std::string> names;
  for (const QualityFinding& finding : point.findings) names.emplace_back(to_string(finding.rule));
  return names;
}

void check_refused(const std::function<void()>& body, ErrorCode code, const std::string& words) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    INFO(error.what());
    CHECK(std::string(error.what()).find(words) != std::string::npos);
    return;
  }
  FAIL("not refused: " + words);
}

TEST_CASE("a blank lot takes over from no stated lot, so that it hides no rejection", "[control_history]") {
  auto observations = steady_runs(22);
  observations.push_back(observe(22, 30.0));
  SeriesKey blank = observations.front().key;
  blank.control_lot.clear();
  for (int i = 23; i < 26; ++i) observations.push_back(observe(i, steady(i), blank));
  const QualityHistory history = judge_controls(observations, {}, {});
  CHECK(ends_rejected(history));
  SeriesKey stated = blank;
  stated.control_lot = "C2";
  for (auto& observation : observations) {
    if (observation.key == blank) observation.key = stated;
  }
  CHECK_FALSE(ends_rejected(judge_controls(observations, {}, {})));
}

TEST_CASE("another spelling of a control or target is refused, not a series of its own", "[control_history]") {
  for (const auto& [control, target] : {std::pair{"pc", "GENE"}, {"PC", "gene"}, {"\uFF30\uFF23", "GENE"}}) {
    auto observations = steady_runs(20);
    SeriesKey other = observations.front().key;
    other.control = control;
    other.target = target;
    observations.push_back(observe(20, 35.0, other));
    check_refused([&] { judge_controls(observations, {}, {}); }, ErrorCode::invalid_value, "as elsewhere");
  }
}

}  // namespace

TEST_CASE("limits freeze at the twentieth accepted run and never move again", "[control_history]") {
  auto observations = steady_runs(19);
  QualityHistory history = judge_controls(observations, {}, {});
  REQUIRE(history.series.size() == 1);
  CHECK_FALSE(history.series[0].limits);
  CHECK(history.series[0].points[1].verdict == QualityVerdict::not_judged);
  CHECK(history.series[0].points[2].verdict == QualityVerdict::in_control);

  observations.push_back(observe(19, steady(19)));
  history = judge_controls(observations, {}, {});
  REQUIRE(history.series[0].limits);
  const ControlLimits frozen = *history.series[0].limits;
  double sum = 0;
  for (int i = 0; i < 20; ++i) sum += steady(i);
  double squares = 0;
  for (int i = 0; i < 20; ++i) squares += std::pow(steady(i) - sum / 20, 2);
  CHECK(frozen.mean == Approx(sum / 20).epsilon(1e-14));
  CHECK(frozen.sd == Approx(std::sqrt(squares / 19)).epsilon(1e-13));
  CHECK(frozen.runs == 20);
  CHECK(frozen.first_run == "R000");
  CHECK(frozen.last_run == "R019");
  CHECK(frozen.frozen_on == day_of(19));
  CHECK(frozen.origin == LimitsOrigin::frozen);

  // A jump afterwards is judged by them and does not move them.
  observations.push_back(observe(20, frozen.mean + 3.5 * frozen.sd));
  history = judge_controls(observations, {}, {});
  CHECK(*history.series[0].limits == frozen);
  const QualityPoint& jump = history.series[0].points[20];
  CHECK(*jump.z == Approx(3.5));
  CHECK(rules_of(jump) == std::vector<std::string>{"1-2s", "1-3s"});
  CHECK(jump.verdict == QualityVerdict::reject);
  CHECK_FALSE(jump.forms_limits);
  CHECK(history.series[0].points[19].forms_limits);
  CHECK(ends_rejected(history));
  // The order of the observations does not matter.
  std::reverse(observations.begin(), observations.end());
  CHECK(*judge_controls(observations, {}, {}).series[0].limits == frozen);
}

TEST_CASE("limits read back judge as those frozen from the same runs", "[control_history]") {
  auto observations = steady_runs(20);
  for (int i = 20; i < 40; ++i) observations.push_back(observe(i, steady(i) + 0.06 * (i - 20)));
  const QualityHistory first = judge_controls(observations, {}, {});
  const QualityHistory again = judge_controls(observations, {}, first.limits);
  CHECK(again.limits == first.limits);
  bool any_rejected = false;
  for (std::size_t i = 0; i < 40; ++i) {
    const QualityPoint& before = first.series[0].points[i];
    const QualityPoint& after = again.series[0].points[i];
    CHECK(before.verdict == after.verdict);
    CHECK(before.z == after.z);
    CHECK(before.forms_limits == after.forms_limits);
    CHECK(rules_of(before) == rules_of(after));
    any_rejected = any_rejected || after.verdict == QualityVerdict::reject;
  }
  CHECK(any_rejected);
  // Only the runs of the last weeks are at hand: the limits stand.
  const std::vector<ControlObservation> late(observations.begin() + 25, observations.end());
  const QualityHistory tail = judge_controls(late, {}, first.limits);
  CHECK(*tail.series[0].limits == first.limits[0]);
  CHECK(tail.series[0].points[0].z == first.series[0].points[25].z);
  CHECK(tail.series[0].points[0].verdict == QualityVerdict::in_control);
}

TEST_CASE("limits given judge from the first run on; limits without a run are kept", "[control_history]") {
  ControlLimits given;
  given.key = {SeriesKind::cq, "PC", "GENE", "I1", "L1", "C1"};
  given.mean = 25;
  given.sd = 0.1;
  ControlLimits other = given;
  other.key.reagent_lot = "L9";
  const QualityHistory history = judge_controls({observe(0, 25.35), observe(1, 25.0)}, {}, {given, other});
  CHECK(rules_of(history.series[0].points[0]) == std::vector<std::string>{"1-2s", "1-3s"});
  CHECK(history.series[0].points[1].verdict == QualityVerdict::in_control);
  CHECK(history.limits.size() == 2);
  check_refused([&] { judge_controls({}, {}, {given, given}); }, ErrorCode::duplicate_entry, "two limits");
}

TEST_CASE("the short series rejects a result that is out and goes on without it", "[control_history]") {
  auto observations = steady_runs(10);
  observations.push_back(observe(10, 26.5));
  for (int i = 11; i < 21; ++i) observations.push_back(observe(i, steady(i)));
  const QualityHistory history = judge_controls(observations, {}, {});
  const QualitySeries& series = history.series[0];
  CHECK(rules_of(series.points[10]) == std::vector<std::string>{"n3s"});
  CHECK(series.points[10].verdict == QualityVerdict::reject);
  CHECK_FALSE(series.points[10].forms_limits);
  REQUIRE(series.limits);
  CHECK(series.limits->runs == 20);
  CHECK(series.limits->last_run == "R020");
  CHECK(series.limits->mean < 25.1);
}

TEST_CASE("a result that only later runs show to be out is left out, and the run that showed it warns",
          "[control_history]") {
  // With three results no rule can tell which is wrong: the largest SI of three is 2/√3.
  std::vector<ControlObservation> observations{observe(0, 25.0), observe(1, 26.0), observe(2, 25.3)};
  int shown_at = 0;
  QualityHistory history;
  for (int i = 3; i < 12 && shown_at == 0; ++i) {
    observations.push_back(observe(i, steady(i)));
    history = judge_controls(observations, {}, {});
    if (history.series[0].points[1].verdict == QualityVerdict::reject) shown_at = i;
  }
  REQUIRE(shown_at > 3);
  const std::vector<QualityPoint>& points = history.series[0].points;
  CHECK(rules_of(points[1]).back() == "n3s");
  CHECK(points[1].findings.back().points == std::vector<PointPlace>{{0, 1}, {0, static_cast<std::size_t>(shown_at)}});
  CHECK(rules_of(points[static_cast<std::size_t>(shown_at)]) == std::vector<std::string>{"earlier_out"});
  CHECK(points[static_cast<std::size_t>(shown_at)].verdict == QualityVerdict::warning);
  CHECK_FALSE(ends_rejected(history));
}

TEST_CASE("equal results form no limits", "[control_history]") {
  std::vector<ControlObservation> observations;
  for (int i = 0; i < 25; ++i) observations.push_back(observe(i, 25.0));
  const QualityHistory history = judge_controls(observations, {}, {});
  CHECK_FALSE(history.series[0].limits);
  CHECK(history.series[0].points[24].verdict == QualityVerdict::in_control);
}

TEST_CASE("a control without Cq is rejected, never given a number, and passed over", "[control_history]") {
  auto observations = steady_runs(20);
  observations.push_back(observe(20, std::nullopt));
  QualityHistory history = judge_controls(observations, {}, {});
  CHECK_FALSE(history.series[0].points[20].value);
  CHECK_FALSE(history.series[0].points[20].z);
  CHECK(rules_of(history.series[0].points[20]) == std::vector<std::string>{"not_detected"});
  CHECK(history.runs[20].verdict == QualityVerdict::reject);
  CHECK(ends_rejected(history));
  // Also beside a well that was found: the mean of the others would lie too early.
  observations[20].wells.push_back({"A2", 25.0, "found"});
  CHECK_FALSE(judge_controls(observations, {}, {}).series[0].points[20].value);
  // A reason does not make it accepted.
  history = judge_controls(observations, {{"R020", "PC", "GENE", "no template added", "e.csv", 2}}, {});
  CHECK(history.series[0].points[20].verdict == QualityVerdict::reject);
  CHECK(history.series[0].points[20].exclusion);
  // Two results beyond 2 SD with a missing one between are consecutive results.
  const ControlLimits& limits = *history.series[0].limits;
  observations[19] = observe(19, steady(19));
  observations.push_back(observe(21, limits.mean + 2.5 * limits.sd));
  observations.push_back(observe(22, std::nullopt));
  observations.push_back(observe(23, limits.mean + 2.5 * limits.sd));
  history = judge_controls(observations, {}, {});
  CHECK(rules_of(history.series[0].points[23]) == std::vector<std::string>{"1-2s", "2-2s"});
}

TEST_CASE("excluded points carry their reason, form no limits and are passed over", "[control_history]") {
  auto observations = steady_runs(21);
  observations[5] = observe(5, 40.0);
  const std::vector<QualityExclusion> exclusions{{"R005", "PC", "GENE", "wrong tube pipetted", "e.csv", 2}};
  const QualityHistory history = judge_controls(observations, exclusions, {});
  const QualitySeries& series = history.series[0];
  CHECK(series.points[5].verdict == QualityVerdict::excluded);
  CHECK(*series.points[5].exclusion == "wrong tube pipetted");
  CHECK(series.points[5].findings.empty());
  CHECK(history.runs[5].verdict == QualityVerdict::excluded);
  REQUIRE(series.limits);
  CHECK(series.limits->last_run == "R020");
  CHECK(series.limits->mean < 25.5);

  check_refused(
      [&] {
        judge_controls(observations, {{"R099", "PC", "GENE", "why", "e.csv", 3}}, {});
      },
      ErrorCode::invalid_value, "'e.csv' line 3");
  check_refused(
      [&] {
        judge_controls(observations, {{"R005", "PC", "GENE", "", "e.csv", 3}}, {});
      },
      ErrorCode::invalid_value, "reason");
}

TEST_CASE("another lot, instrument or control lot is another series with limits of its own", "[control_history]") {
  auto observations = steady_runs(22);
  const SeriesKey base = observations.front().key;
  SeriesKey lot = base;
  lot.control_lot = "C2";
  for (int i = 22; i < 26; ++i) observations.push_back(observe(i, steady(i) + 1.5, lot));
  const QualityHistory history = judge_controls(observations, {}, {});
  REQUIRE(history.series.size() == 2);
  CHECK(history.series[0].superseded);
  CHECK_FALSE(history.series[1].superseded);
  CHECK(history.series[1].key == lot);
  CHECK_FALSE(history.series[1].limits);
  for (const QualityPoint& point : history.series[1].points) CHECK(point.verdict != QualityVerdict::reject);
  for (const auto& change :
       {&SeriesKey::reagent_lot, &SeriesKey::instrument, &SeriesKey::target, &SeriesKey::control}) {
    SeriesKey key = base;
    key.*change = "other";
    auto more = steady_runs(22);
    more.push_back(observe(23, 30.0, key));
    CHECK(judge_controls(more, {}, {}).series.size() == 2);
  }
  // A rejection at the end of a lot that is no longer used does not keep the alarm on.
  observations[21] = observe(21, 30.0);
  CHECK_FALSE(ends_rejected(judge_controls(observations, {}, {})));
}

TEST_CASE("controls of one run are compared only within target, instrument and reagent lot", "[control_history]") {
  struct Row {
    std::string what;
    SeriesKey other;
    bool compared;
  };
  const SeriesKey base{SeriesKind::cq, "PC", "GENE", "I1", "L1", "C1"};
  const std::vector<Row> rows{{"another level", {SeriesKind::cq, "WEAK", "GENE", "I1", "L1", "C7"}, true},
                              {"another target", {SeriesKind::cq, "WEAK", "REF", "I1", "L1", "C7"}, false},
                              {"another reagent lot", {SeriesKind::cq, "WEAK", "GENE", "I1", "L2", "C7"}, false},
                              {"another instrument", {SeriesKind::cq, "WEAK", "GENE", "I2", "L1", "C7"}, false}};
  for (const Row& row : rows) {
    INFO(row.what);
    std::vector<ControlLimits> limits(2);
    limits[0].key = base;
    limits[1].key = row.other;
    for (ControlLimits& each : limits) {
      each.mean = 25;
      each.sd = 1;
    }
    const QualityHistory history = judge_controls({observe(0, 27.5, base), observe(0, 22.5, row.other)}, {}, limits);
    for (const QualitySeries& series : history.series) {
      CHECK(rules_of(series.points[0]) ==
            (row.compared ? std::vector<std::string>{"1-2s", "R-4s"} : std::vector<std::string>{"1-2s"}));
    }
  }
}

TEST_CASE("slope and intercept are series of their own and are never compared with each other", "[control_history]") {
  std::vector<ControlObservation> observations;
  for (int i = 0; i < 21; ++i) {
    for (const SeriesKind kind : {SeriesKind::slope, SeriesKind::intercept}) {
      ControlObservation observation = observe(i, std::nullopt, {kind, "curve", "GENE", "I1", "L1", "S1"});
      observation.wells.clear();
      observation.curve_constant = (kind == SeriesKind::slope ? -28.35 : 13.0) + steady(i);
      observations.push_back(observation);
    }
  }
  observations[40].curve_constant = std::nullopt;
  observations[41].curve_constant = 39.5;
  const QualityHistory history = judge_controls(observations, {}, {});
  REQUIRE(history.series.size() == 2);
  CHECK(rules_of(history.series[0].points[20]) == std::vector<std::string>{"not_detected"});
  CHECK(rules_of(history.series[1].points[20]) == std::vector<std::string>{"1-2s", "1-3s"});
  // Constants of the two curves of one run on either side of their limits: no R-4s.
  std::vector<ControlLimits> limits(2);
  for (std::size_t i = 0; i < 2; ++i) {
    limits[i].key = observations[i].key;
    limits[i].mean = 0;
    limits[i].sd = 1;
  }
  observations = {observations[0], observations[1]};
  observations[0].curve_constant = 2.5;
  observations[1].curve_constant = -2.5;
  for (const QualitySeries& series : judge_controls(observations, {}, limits).series)
    CHECK(rules_of(series.points[0]) == std::vector<std::string>{"1-2s"});
}

TEST_CASE("the order of runs is never guessed", "[control_history]") {
  const auto two = [](const std::string& first, const std::string& second) {
    std::vector<ControlObservation> observations{observe(0, 25.0), observe(1, 25.1)};
    observations[0].started_at = first;
    observations[1].started_at = second;
    return observations;
  };
  const auto judge = [](const std::vector<ControlObservation>& observations) { judge_controls(observations, {}, {}); };
  check_refused([&] { judge(two("", "2026-01-02")); }, ErrorCode::invalid_value, "start of run 'R000'");
  check_refused([&] { judge(two("11/23/2026", "2026-01-02")); }, ErrorCode::invalid_value, "11/23/2026");
  check_refused([&] { judge(two("2026-02-30", "2026-01-02")); }, ErrorCode::invalid_value, "2026-02-30");
  check_refused([&] { judge(two("2026-01-02", "2026-01-02")); }, ErrorCode::duplicate_entry, "which came first");
  check_refused([&] { judge(two("2026-01-02 09:00", "2026-01-02")); }, ErrorCode::duplicate_entry, "which came first");
  check_refused([&] { judge(two("2026-01-02 09:00", "2026-01-02 09:00:00")); }, ErrorCode::duplicate_entry, "R001");
  check_refused([&] { judge(two("2026-01-02T09:00+08:00", "2026-01-03 09:00")); }, ErrorCode::invalid_value,
                "time zone");
  const QualityHistory history = judge_controls(two("2026-01-02T09:00+08:00", "2026-01-02T01:30Z"), {}, {});
  CHECK(history.runs[0].run == "R000");
  // Two instruments may start at one time.
  auto observations = two("2026-01-02 09:00", "2026-01-02 09:00");
  observations[1].key.instrument = "I2";
  CHECK(judge_controls(observations, {}, {}).runs.size() == 2);
  // A run has one start, and stands once in a series.
  observations = two("2026-01-02", "2026-01-03");
  observations[1].run = "R000";
  check_refused([&] { judge(observations); }, ErrorCode::invalid_value, "as elsewhere");
  observations[1].started_at = "2026-01-02";
  check_refused([&] { judge(observations); }, ErrorCode::duplicate_entry, "stands twice");
}

TEST_CASE("starts of runs as they are written", "[control_history]") {
  struct Row {
    std::string text;
    bool read;
    std::int64_t seconds;
  };
  const std::vector<Row> rows{{"1970-01-02", true, 86400},
                              {"1970/1/2", true, 86400},
                              {"1970.01.02", true, 86400},
                              {"1970-01-01 1:02", true, 3720},
                              {"1970-01-01T01:02:03", true, 3723},
                              {"1970-01-01T01:02:03.75Z", true, 3723},
                              {"1970-01-01T08:00:00+08:00", true, 0},
                              {"1969-12-31T23:30-0030", true, 0},
                              {"2000-02-29", true, 951782400},
                              {"1900-02-29", false, 0},
                              {"2026-13-01", false, 0},
                              {"2026-01-01 24:00", false, 0},
                              {"2026-01-01 12:60", false, 0},
                              {"2026-01/01", false, 0},
                              {"26-01-01", false, 0},
                              {"01-02-2026", false, 0},
                              {"2026-01-01 12:00 PM", false, 0},
                              {"2026-01-01T", false, 0},
                              {"Mon Nov 23 2026", false, 0},
                              {"", false, 0}};
  for (const Row& row : rows) {
    INFO(row.text);
    const auto time = parse_run_time(row.text);
    REQUIRE(time.has_value() == row.read);
    if (time) CHECK(time->seconds == row.seconds);
  }
}

TEST_CASE("months: of all values, of the accepted ones, cumulated, against the limits", "[control_history]") {
  auto observations = steady_runs(30);
  observations[29] = observe(29, std::nullopt);
  observations[28] = observe(28, 27.0);
  const QualityHistory history = judge_controls(observations, {{"R003", "PC", "GENE", "bubble", "e.csv", 2}}, {});
  const std::vector<QualityMonth> months = summarise_months(history);
  REQUIRE(months.size() == 2);
  CHECK(months[0].month == "2026-01");
  CHECK(months[0].all.count == 27);
  CHECK(months[0].excluded == 1);
  CHECK(months[1].month == "2026-02");
  CHECK(months[1].all.count == 1);
  CHECK(months[1].accepted.count == 0);
  CHECK_FALSE(months[1].accepted.mean);
  CHECK_FALSE(months[1].shift_sd);
  CHECK(months[1].rejections == 2);
  CHECK(months[1].not_detected == 1);
  CHECK(months[1].cumulative == months[0].cumulative);
  double sum = 0;
  for (int i = 0; i < 28; ++i) sum += i == 3 ? 0 : steady(i);
  CHECK(*months[0].accepted.mean == Approx(sum / 27));
  CHECK(*months[0].shift_sd ==
        Approx((sum / 27 - history.series[0].limits->mean) / history.series[0].limits->sd).margin(1e-12));
  const SampleStatistics three = describe_values(std::vector<double>{1, 2, 4});
  CHECK(*three.sd == Approx(std::sqrt(7.0 / 3)));
  CHECK_FALSE(describe_values(std::vector<double>{1}).sd);
}

TEST_CASE("records of a laboratory: wells of a control are one observation, the decimal sign is the file's",
          "[control_records]") {
  const auto rows = parse_control_records(
      "run;date;control;target;well;instrument;lot;control_lot;cq;slope;intercept\n"
      "R1;2026-01-01;PC;GENE;A1;I1;L1;C1;25,123;;\n"
      "R1;2026-01-01;PC;GENE;A2;I1;L1;C1;25,3;;\n"
      "R1;2026-01-01;curve;GENE;;I1;L1;S1;;-3,32;38,5\n"
      "R2;2026-01-02;PC;GENE;A1;SIMULATED;L1;C1;No Cq;;\n",
      "records.csv");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].wells == std::vector<ControlWell>{{"A1", 25.123, "found"}, {"A2", 25.3, "found"}});
  CHECK(rows[1].key == SeriesKey{SeriesKind::slope, "curve", "GENE", "I1", "L1", "S1"});
  CHECK(rows[1].curve_constant == -3.32);
  CHECK(rows[2].key.kind == SeriesKind::intercept);
  CHECK(rows[2].curve_constant == 38.5);
  CHECK_FALSE(rows[3].wells[0].cq_cycles);
  CHECK(rows[3].simulated);
  CHECK(rows[3].source == "records.csv line 5");
  const auto dotted = parse_control_records("run,date,control,target,cq\nR1,2026-01-01,PC,GENE,25.5\n", "records.csv");
  CHECK(dotted[0].wells[0].cq_cycles == 25.5);
  CHECK(dotted[0].key.instrument.empty());
}

TEST_CASE("malformed records are refused with their line", "[control_records]") {
  struct Row {
    std::string text;
    ErrorCode code;
    std::string words;
  };
  const std::string head = "run,date,control,target,well,cq,slope,intercept\n";
  const std::vector<Row> rows{
      {"run,date,control,cq\nR1,2026-01-01,PC,25\n", ErrorCode::missing_column, "target"},
      {"run,date,control,target,cq,ct\nR1,2026-01-01,PC,G,25,25\n", ErrorCode::invalid_value, "'ct'"},
      {head + "R1,2026-01-01,PC,G,A1,,,\n", ErrorCode::invalid_value, "line 2"},
      {head + "R1,2026-01-01,PC,G,A1,3O.2,,\n", ErrorCode::invalid_value, "3O.2"},
      {head + "R1,2026-01-01,PC,G,A1,-1,,\n", ErrorCode::invalid_value, "above 0"},
      {head + "R1,2026-01-01,PC,G,A1,0,,\n", ErrorCode::invalid_value, "above 0"},
      {head + "R1,2026-01-01,PC,G,A1,nan,,\n", ErrorCode::invalid_value, "nan"},
      {head + "R1,,PC,G,A1,25,,\n", ErrorCode::invalid_value, "empty"},
      {head + "R1,2026-01-01,PC,,A1,25,,\n", ErrorCode::invalid_value, "empty"},
      {head + "R1,2026-01-01,PC,G,A1,25,-3.3,38\n", ErrorCode::invalid_value, "not both"},
      {head + "R1,2026-01-01,PC,G,,,-3.3,\n", ErrorCode::invalid_value, "intercept"},
      {head + "R1,2026-01-01,PC,G,A1,25,,\nR1,2026-01-01,PC,G,A1,26,,\n", ErrorCode::duplicate_entry, "line 3"},
      {head + "R1,2026-01-01,c,G,,,-3.3,38\nR1,2026-01-01,c,G,,,-3.3,38\n", ErrorCode::duplicate_entry, "line 3"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    check_refused([&] { parse_control_records(row.text, "records.csv"); }, row.code, row.words);
  }
}

TEST_CASE("exclusions and runs as tables", "[control_records]") {
  const auto exclusions = parse_exclusions("run,control,target,reason\nR1,PC,GENE,气泡\n", "e.csv");
  CHECK(exclusions[0].reason == "气泡");
  CHECK(exclusions[0].line == 2);
  check_refused([] { parse_exclusions("run,control,target,reason\nR1,PC,GENE,\n", "e.csv"); }, ErrorCode::invalid_value,
                "empty");
  check_refused([] { parse_exclusions("run,control,target,reason\nR1,PC,GENE,13812345678\n", "e.csv"); },
                ErrorCode::personal_data, "line 2");
  const auto runs = parse_run_statements("run,date,instrument,lot\nR1,2026-01-01,I1,L1\n", "r.csv");
  CHECK(runs[0].instrument == "I1");
  CHECK(runs[0].control_lot.empty());
  check_refused([] { parse_run_statements("run,date\nR1,2026-01-01\nR1,2026-01-02\n", "r.csv"); },
                ErrorCode::duplicate_entry, "line 3");
}
