// What the project set out to reach on named sets, and how far each method is from it.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/qpcr/benchmark_sections.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The sets that goals were set for.
constexpr std::string_view replicate_series = "ds_94_4";
constexpr std::string_view replicates = "ds_380";

/// One goal as one method meets or misses it.
struct Outcome {
  std::string method;
  double value = nan;
  bool met = false;
};

struct Goal {
  std::string set;
  std::string what;
  std::string wanted;
  int decimals = 4;
  std::vector<Outcome> outcomes;
  /// How far a value is from the goal; 0 or less is met.
  double limit = nan;
};

/// Goals of the form "at most" or "at least" for one indicator.
struct Limit {
  double value;
  bool at_most;

  bool is_met(double found) const { return at_most ? found <= value : found >= value; }
  std::string text() const { return (at_most ? "≤ " : "≥ ") + format_double(value); }
};

Goal make_goal(std::string set, std::string what, std::string wanted, int decimals, double limit) {
  return {std::move(set), std::move(what), std::move(wanted), decimals, {}, limit};
}

Goal make_limit_goal(const std::string& set, std::string what, const Limit& limit, int decimals) {
  return make_goal(set, std::move(what), limit.text(), decimals, limit.value);
}

/// Value and verdict of each of our methods on a series.
template <class Value, class Met>
void judge_series(const SeriesScore& series, Goal& goal, Value&& value, Met&& met) {
  for (const MethodScore& method : series.methods) {
    if (method.method->peer) continue;
    const std::optional<double> found = value(method);
    if (found) goal.outcomes.push_back({method.method->id, *found, met(*found)});
  }
}

double variance_at(const QuantificationPerformance& p, double amount) {
  for (const ConcentrationPerformance& one : p.concentrations) {
    if (one.expected == amount) return p.slope_corrected(one.log10_variance);
  }
  return nan;
}

/// Slope without a standard curve on every series of at least 24 reactions.
void add_slope_goals(const SetScore& score, std::vector<Goal>& goals) {
  constexpr std::size_t fewest_reactions = 24;
  // An inhibited series has no slope to be right about.
  if (score.set->inhibited || score.series.size() != 1 || score.series.front().reactions.size() < fewest_reactions)
    return;
  const SeriesScore& series = score.series.front();
  if (series.methods.front().groups.size() < 3) return;
  Goal goal = make_goal(score.set->name, "slope without a standard curve", "0.97–1.03", 4, 1.0);
  judge_series(
      series, goal,
      [](const MethodScore& method) -> std::optional<double> {
        if (method.method->output == BenchmarkOutput::cq) return std::nullopt;
        return method.performance.slope;
      },
      [](double slope) { return slope >= 0.97 && slope <= 1.03; });
  goals.push_back(std::move(goal));
}

void add_paired_goals(const BenchmarkScores& scores, std::size_t i, std::vector<Goal>& goals) {
  const std::string& name = scores.sets[i].set->name;
  if (scores.paired[i].empty() || name != replicate_series) return;
  Goal columns = make_goal(name, "columns above the best peer (lower limit > 1)", "0", 0, 0.0);
  Goal mean = make_goal(name, "mean log ratio to the best peer of each column", "≤ 0", 3, 0.0);
  Goal precision = make_goal(name, "the same without MS deviation", "≤ 0", 3, 0.0);
  for (const PairedScore& one : scores.paired[i]) {
    columns.outcomes.push_back({one.method, one.columns.empty() ? nan : static_cast<double>(one.above),
                                !one.columns.empty() && one.above == 0});
    mean.outcomes.push_back({one.method, one.mean_log_ratio, one.mean_log_ratio <= 0.0});
    precision.outcomes.push_back(
        {one.method, one.mean_log_ratio_without_deviation, one.mean_log_ratio_without_deviation <= 0.0});
  }
  for (Goal* goal : {&columns, &mean, &precision}) goals.push_back(std::move(*goal));
}

/// A value for every reaction that counts, none for one that failed.
void add_completeness_goals(const SetScore& score, std::vector<Goal>& goals) {
  const SeriesScore& series = score.series.front();
  Goal lost = make_goal(score.set->name, "reactions without a value", "0", 0, 0.0);
  judge_series(
      series, lost, [](const MethodScore& m) -> std::optional<double> { return static_cast<double>(m.lost); },
      [](double count) { return count == 0.0; });
  goals.push_back(std::move(lost));
  if (score.failed.empty()) return;
  Goal failed = make_goal(score.set->name, "failed reactions with a value", "0", 0, 0.0);
  for (const MethodValues& method : score.methods) {
    if (method.peer) continue;
    const auto given = std::count_if(score.failed.begin(), score.failed.end(),
                                     [&](std::size_t k) { return !std::isnan(method.values[k]); });
    failed.outcomes.push_back({method.id, static_cast<double>(given), given == 0});
  }
  goals.push_back(std::move(failed));
}

void add_limit(const SetScore& score, const std::string& what, const Limit& limit, int decimals,
               double (*value)(const QuantificationPerformance&), std::vector<Goal>& goals) {
  Goal goal = make_limit_goal(score.set->name, what, limit, decimals);
  judge_series(
      score.series.front(), goal,
      [value](const MethodScore& method) -> std::optional<double> { return value(method.performance); },
      [&limit](double found) { return limit.is_met(found); });
  goals.push_back(std::move(goal));
}

/// The limits for the whole 94 × 4 set; its halves are judged against the peers on the same half only.
void add_whole_set_goals(const SetScore& score, std::vector<Goal>& goals) {
  constexpr std::size_t whole = 370;
  if (score.set->name != replicate_series || score.series.front().reactions.size() < whole) return;
  add_limit(
      score, "MS within/slope²", {0.0041, true}, 5,
      [](const QuantificationPerformance& p) { return p.slope_corrected(p.ms_within); }, goals);
  add_limit(
      score, "variance at 15000", {0.00039, true}, 5,
      [](const QuantificationPerformance& p) { return variance_at(p, 15000); }, goals);
  add_limit(
      score, "variance at 1500", {0.00056, true}, 5,
      [](const QuantificationPerformance& p) { return variance_at(p, 1500); }, goals);
  add_limit(
      score, "MS deviation", {0.0015, true}, 4,
      [](const QuantificationPerformance& p) { return p.slope_corrected(p.ms_deviation); }, goals);
}

void add_replicate_goals(const SetScore& score, std::vector<Goal>& goals) {
  if (score.set->name != replicates || score.series.size() != 1) return;
  const SeriesScore& series = score.series.front();
  const Limit spread{0.130, true};
  const Limit efficiency_spread{0.025, true};
  Goal sd = make_limit_goal(score.set->name, "SD of Cq", spread, 4);
  Goal efficiency = make_limit_goal(score.set->name, "SD of the efficiency", efficiency_spread, 4);
  for (const MethodScore& method : series.methods) {
    if (method.method->peer) continue;
    std::vector<double> values;
    std::vector<double> efficiencies;
    for (const std::size_t i : series.reactions) {
      values.push_back(method.method->values[i]);
      if (!method.method->efficiencies.empty()) efficiencies.push_back(method.method->efficiencies[i]);
    }
    const double found = derive_moments(values).sd;
    if (method.method->output == BenchmarkOutput::cq)
      sd.outcomes.push_back({method.method->id, found, spread.is_met(found)});
    const double of_efficiency = derive_moments(efficiencies).sd;
    if (!efficiencies.empty())
      efficiency.outcomes.push_back({method.method->id, of_efficiency, efficiency_spread.is_met(of_efficiency)});
  }
  goals.push_back(std::move(sd));
  goals.push_back(std::move(efficiency));
}

void add_target_goals(const TargetTable& table, std::vector<Goal>& goals) {
  if (table.published == nullptr) return;
  const std::string& name = table.score->set->name;
  Goal rank = make_goal(name, "mean rank less that of the best peer", "< 0", 2, 0.0);
  Goal fold = make_limit_goal(name, "fold bias without a standard curve", {1.2, true}, 3);
  Goal deviation = make_limit_goal(name, "MSdev, median", {0.0025, true}, 5);
  Goal within = make_limit_goal(name, "MS within, median", {0.0037, true}, 5);
  Goal difference = make_limit_goal(name, "detectable difference, median", {1.74, true}, 3);
  for (const TargetTable::Ours& one : table.ours) {
    const double lead = one.rank.mean - one.best_peer.mean;
    rank.outcomes.push_back({one.method, lead, lead < 0.0});
    if (one.without_standard_curve) fold.outcomes.push_back({one.method, one.fold_bias, one.fold_bias <= 1.2});
    deviation.outcomes.push_back({one.method, one.ms_deviation, one.ms_deviation <= 0.0025});
    within.outcomes.push_back({one.method, one.ms_within, one.ms_within <= 0.0037});
    difference.outcomes.push_back({one.method, one.detectable_difference, one.detectable_difference <= 1.74});
  }
  for (Goal* goal : {&rank, &fold, &deviation, &within, &difference}) goals.push_back(std::move(*goal));
}

/// Limits for the call of amplified or not, by set.
struct LabelGoal {
  std::string_view set;
  std::string_view what;
  double at_least;
  const Proportion AccuracyResult::*member;
};

constexpr std::array label_goals = {
    LabelGoal{"RAS002", "sensitivity", 0.99, &AccuracyResult::sensitivity},
    LabelGoal{"RAS002", "specificity", 0.95, &AccuracyResult::specificity},
    LabelGoal{"testdat", "sensitivity", 0.99, &AccuracyResult::sensitivity},
    LabelGoal{"testdat", "specificity", 0.95, &AccuracyResult::specificity},
    LabelGoal{"kbqPCR", "accuracy where the majority is y or n", 0.93, &AccuracyResult::overall_accuracy},
    LabelGoal{"htPCR", "agreement with raters 4–8 where they say y or n", 0.80, &AccuracyResult::overall_accuracy},
};

void add_label_goals(const BenchmarkScores& scores, std::size_t i, std::vector<Goal>& goals) {
  for (const LabelGoal& known : label_goals) {
    if (known.set != scores.sets[i].set->name) continue;
    const Limit limit{known.at_least, false};
    Goal goal = make_limit_goal(std::string(known.set), std::string(known.what), limit, 4);
    // One verdict for all sets: the one on shape, which is what people judge.
    for (const LabelScore& label : scores.labels[i]) {
      if (label.id != "verdict_typical") continue;
      const double found = (label.accuracy.*known.member).estimate.value_or(nan);
      goal.outcomes.push_back({label.id, found, limit.is_met(found)});
    }
    goals.push_back(std::move(goal));
  }
}

/// Blanks on which the peers agree: none of our methods has a value for a flat one, and all find one that amplifies.
void add_blank_goals(const SetScore& score, std::vector<Goal>& goals) {
  Goal flat = make_goal(score.set->name, "values for blanks that all peers call flat", "0", 0, 0.0);
  Goal found = make_goal(score.set->name, "blanks that all peers call amplified and we do not", "0", 0, 0.0);
  std::vector<std::size_t> flat_blanks;
  long amplifying = 0;
  long missed = 0;
  for (std::size_t i = 0; i < score.set->reactions.size(); ++i) {
    if (!score.set->reactions[i].blank) continue;
    long yes = 0;
    long no = 0;
    for (const PeerVerdicts& peer : score.peers->verdicts) {
      if (!peer.amplified[i]) continue;
      ++(*peer.amplified[i] ? yes : no);
    }
    if (no > 0 && yes == 0) flat_blanks.push_back(i);
    if (yes == 0 || no > 0) continue;
    ++amplifying;
    missed += score.amplified[i] ? 0 : 1;
  }
  for (const MethodValues& method : score.methods) {
    if (method.peer || flat_blanks.empty()) continue;
    const auto given = std::count_if(flat_blanks.begin(), flat_blanks.end(),
                                     [&](std::size_t k) { return !std::isnan(method.values[k]); });
    flat.outcomes.push_back({method.id, static_cast<double>(given), given == 0});
  }
  if (!flat_blanks.empty()) goals.push_back(std::move(flat));
  if (amplifying == 0) return;
  found.outcomes.push_back({"call_amplification", static_cast<double>(missed), missed == 0});
  goals.push_back(std::move(found));
}

std::vector<BenchmarkCell> to_row(const Goal& goal) {
  std::vector<std::string> met;
  const Outcome* nearest = nullptr;
  for (const Outcome& one : goal.outcomes) {
    if (one.met) met.push_back(one.method);
    if (std::isnan(one.value)) continue;
    if (nearest == nullptr || std::pair(!one.met, std::abs(one.value - goal.limit)) <
                                  std::pair(!nearest->met, std::abs(nearest->value - goal.limit))) {
      nearest = &one;
    }
  }
  std::vector<BenchmarkCell> row = {make_words(goal.set), make_words(goal.what), make_words(goal.wanted)};
  row.push_back(make_words(met.empty() ? "missed" : "met"));
  row.push_back(make_words(met.empty() ? "none" : fmt::format("{}", fmt::join(met, ", "))));
  if (nearest == nullptr || !met.empty()) {
    row.push_back(make_words(goal.outcomes.empty() ? "no method gives this" : ""));
  } else {
    row.push_back(
        make_words(fmt::format("{}: {}, by {}", nearest->method, make_number(nearest->value, goal.decimals).text,
                               make_number(std::abs(nearest->value - goal.limit), goal.decimals).text)));
  }
  return row;
}

}  // namespace

BenchmarkSection build_goal_section(const BenchmarkScores& scores) {
  std::vector<Goal> goals;
  for (std::size_t i = 0; i < scores.sets.size(); ++i) {
    const SetScore& score = scores.sets[i];
    const bool has_series = score.series.size() == 1;
    if (has_series && score.series.front().reactions.size() >= 100) add_completeness_goals(score, goals);
    if (has_series) add_slope_goals(score, goals);
    if (has_series) add_whole_set_goals(score, goals);
    add_paired_goals(scores, i, goals);
    add_replicate_goals(score, goals);
    add_label_goals(scores, i, goals);
    add_blank_goals(score, goals);
  }
  for (const TargetTable& table : scores.targets) add_target_goals(table, goals);

  BenchmarkSection section;
  section.title = "Goals";
  BenchmarkTable table;
  table.id = "goals";
  table.title = "Met or missed";
  table.columns = {"set", "what", "wanted", "verdict", "methods that meet it", "nearest, and missed by"};
  for (const Goal& goal : goals) table.rows.push_back(to_row(goal));
  BenchmarkTable matrix;
  matrix.id = "goals_by_method";
  matrix.title = "Goals by method";
  matrix.columns = {"method", "met", "missed", "missed ones"};
  std::vector<std::string> methods = {"verdict_typical", "call_amplification"};
  for (const BenchmarkMethod& method : benchmark_methods()) methods.emplace_back(method.id);
  for (const std::string& method : methods) {
    long met = 0;
    std::vector<std::string> missed;
    for (const Goal& goal : goals) {
      for (const Outcome& one : goal.outcomes) {
        if (one.method != method) continue;
        met += one.met ? 1 : 0;
        if (!one.met) {
          missed.push_back(fmt::format("{} {} ({}, wanted {})", goal.set, goal.what,
                                       make_number(one.value, goal.decimals).text, goal.wanted));
        }
      }
    }
    matrix.rows.push_back({make_words(method), make_count(met), make_count(static_cast<long>(missed.size())),
                           make_words(fmt::format("{}", fmt::join(missed, "; ")))});
  }
  if (!table.rows.empty()) section.tables = {std::move(table), std::move(matrix)};
  return section;
}

}  // namespace qpcr::apps
