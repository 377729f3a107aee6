// Sums the scores up over targets, ranks methods among the peers, and makes the table by target.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "apps/qpcr/benchmark_sections.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TargetIndicators to_indicators(const SeriesScore& series, const MethodScore& method) {
  const QuantificationPerformance& p = method.performance;
  TargetIndicators one;
  one.method = method.method->id;
  one.target = series.name;
  one.bias_as_ratio = p.bias_as_ratio;
  one.expected_ratio = method.groups.front().expected / method.groups.back().expected;
  one.ms_deviation = p.ms_deviation;
  one.ms_within = p.ms_within;
  one.detectable_difference = p.detectable_difference;
  return one;
}

/// The published table that names at least half of the series of a set.
const PeerIndicators* find_published(const SetScore& score, const BenchmarkPeers& peers) {
  for (const PeerIndicators& table : peers.indicators) {
    std::set<std::string> targets;
    for (const TargetIndicators& row : table.rows) targets.insert(row.target);
    const auto known = std::count_if(score.series.begin(), score.series.end(),
                                     [&](const SeriesScore& series) { return targets.count(series.name) > 0; });
    if (2 * static_cast<std::size_t>(known) > score.series.size()) return &table;
  }
  return nullptr;
}

double median_over(const std::vector<TargetIndicators>& rows, double TargetIndicators::*member) {
  std::vector<double> values;
  for (const TargetIndicators& row : rows) values.push_back(row.*member);
  return median(values);
}

TargetTable::Ours summarise(const std::string& method, const std::vector<TargetIndicators>& rows,
                            const std::vector<double>& slopes) {
  TargetTable::Ours ours;
  ours.method = method;
  ours.fold_bias = derive_mean_fold_bias(rows);
  ours.ms_deviation = median_over(rows, &TargetIndicators::ms_deviation);
  ours.ms_within = median_over(rows, &TargetIndicators::ms_within);
  ours.detectable_difference = median_over(rows, &TargetIndicators::detectable_difference);
  double sum = 0.0;
  double squares = 0.0;
  const auto n = static_cast<double>(slopes.size());
  for (const double slope : slopes) sum += slope / n;
  for (const double slope : slopes) squares += (slope - sum) * (slope - sum);
  ours.slope_mean = slopes.empty() ? nan : sum;
  ours.slope_sd = slopes.size() > 1 ? std::sqrt(squares / (n - 1.0)) : nan;
  return ours;
}

std::vector<TargetIndicators> rows_of(const std::vector<TargetIndicators>& rows, const std::string& method) {
  std::vector<TargetIndicators> own;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(own),
               [&](const TargetIndicators& row) { return row.method == method; });
  return own;
}

TargetTable build_table(const SetScore& score, const BenchmarkPeers& peers) {
  TargetTable table;
  table.score = &score;
  table.published = find_published(score, peers);
  std::map<std::string, double> expected;
  std::vector<TargetIndicators> others;
  for (const SeriesScore& series : score.series) {
    for (const MethodScore& method : series.methods) {
      const TargetIndicators one = to_indicators(series, method);
      expected[one.target] = one.expected_ratio;
      if (!method.method->peer) {
        table.rows.push_back(one);
      } else if (table.published == nullptr) {
        others.push_back(one);
      }
    }
  }
  if (table.published != nullptr) {
    for (TargetIndicators row : table.published->rows) {
      const auto found = expected.find(row.target);
      if (found == expected.end()) continue;
      row.expected_ratio = found->second;
      others.push_back(row);
    }
    // Targets that nobody else scored have no rank, and stay out of the medians to be compared.
    std::set<std::string> known;
    for (const TargetIndicators& row : others) known.insert(row.target);
    table.rows.erase(std::remove_if(table.rows.begin(), table.rows.end(),
                                    [&](const TargetIndicators& row) { return known.count(row.target) == 0; }),
                     table.rows.end());
  }
  table.peer_ranks = rank_methods(others);
  for (const MethodValues& method : score.methods) {
    if (method.peer) continue;
    const std::vector<TargetIndicators> own = rows_of(table.rows, method.id);
    if (own.empty()) continue;
    std::set<std::string> targets;
    for (const TargetIndicators& row : own) targets.insert(row.target);
    std::vector<double> slopes;
    long lost = 0;
    for (const SeriesScore& series : score.series) {
      for (const MethodScore& one : series.methods) {
        if (one.method != &method || targets.count(series.name) == 0) continue;
        slopes.push_back(one.performance.slope);
        lost += one.lost;
      }
    }
    TargetTable::Ours& ours = table.ours.emplace_back(summarise(method.id, own, slopes));
    ours.lost = lost;
    ours.without_standard_curve = method.output == BenchmarkOutput::quantity;
    if (others.empty()) continue;
    std::vector<TargetIndicators> together = own;
    together.insert(together.end(), others.begin(), others.end());
    const std::vector<MethodRank> ranks = rank_methods(together);
    ours.rank = ranks.front();
    ours.best_peer = *std::min_element(ranks.begin() + 1, ranks.end(),
                                       [](const MethodRank& a, const MethodRank& b) { return a.mean < b.mean; });
  }
  table.rows.insert(table.rows.end(), others.begin(), others.end());
  return table;
}

std::vector<BenchmarkCell> make_row(const std::string& name, const std::string& kind, const TargetTable::Ours& one,
                                    const MethodRank* rank, long targets) {
  std::vector<BenchmarkCell> row = {make_words(name), make_words(kind), make_count(targets),
                                    make_number(one.fold_bias, 3)};
  row.push_back(make_words(std::isnan(one.slope_mean) ? "–"
                                                      : fmt::format("{} ± {}", make_number(one.slope_mean, 3).text,
                                                                    make_number(one.slope_sd, 3).text)));
  row.push_back(make_number(one.ms_deviation, 5));
  row.push_back(make_number(one.ms_within, 5));
  row.push_back(make_number(one.detectable_difference, 3));
  for (const double MethodRank::*member :
       {&MethodRank::bias, &MethodRank::linearity, &MethodRank::precision, &MethodRank::resolution, &MethodRank::mean})
    row.push_back(make_number(rank == nullptr || rank->targets == 0 ? nan : rank->*member, 2));
  return row;
}

BenchmarkTable to_table(const TargetTable& targets) {
  BenchmarkTable table;
  table.id = "targets_" + targets.score->set->name;
  table.title = fmt::format("{}: {} series", targets.score->set->name, targets.score->series.size());
  table.columns = {"method",    "kind",          "series",        "fold bias",
                   "slope",     "MSdev med",     "MS within med", "detect. diff. med",
                   "rank bias", "rank lin",      "rank prec",     "rank resol",
                   "mean rank", "best peer then"};
  const auto count = [&](const std::string& method) { return static_cast<long>(rows_of(targets.rows, method).size()); };
  for (const TargetTable::Ours& one : targets.ours) {
    std::vector<BenchmarkCell> row =
        make_row(one.method, one.without_standard_curve ? "N0" : "Cq→std curve", one, &one.rank, count(one.method));
    row.push_back(make_number(one.best_peer.targets > 0 ? one.best_peer.mean : nan, 2));
    row[2].text += one.lost > 0 ? fmt::format(" (lost {})", one.lost) : "";
    table.rows.push_back(std::move(row));
  }
  std::vector<MethodRank> ranks = targets.peer_ranks;
  std::stable_sort(ranks.begin(), ranks.end(),
                   [](const MethodRank& a, const MethodRank& b) { return a.mean < b.mean; });
  for (const MethodRank& rank : ranks) {
    const std::vector<TargetIndicators> rows = rows_of(targets.rows, rank.method);
    std::vector<double> slopes;
    if (targets.published == nullptr) {
      for (const SeriesScore& series : targets.score->series) {
        for (const MethodScore& one : series.methods) {
          if (one.method->id == rank.method) slopes.push_back(one.performance.slope);
        }
      }
    }
    table.rows.push_back(
        make_row(rank.method, "peer", summarise(rank.method, rows, slopes), &rank, count(rank.method)));
    table.rows.back().push_back(make_words(""));
  }
  table.note =
      "Ranks: each of ours alone among the peers, the peers among themselves; equal values share the better rank. Fold "
      "bias: geometric mean over series of the fold by which the ratio of the highest to the lowest amount is missed.";
  return table;
}

}  // namespace

BenchmarkScores combine_scores(std::vector<SetScore> sets, const BenchmarkPeers& peers,
                               const PairedBootstrapOptions& bootstrap) {
  BenchmarkScores scores;
  scores.sets = std::move(sets);
  for (const SetScore& score : scores.sets) {
    if (score.series.size() > 1) scores.targets.push_back(build_table(score, peers));
    scores.paired.push_back(score.series.size() == 1 ? compare_with_best_peers(score.series.front(), bootstrap)
                                                     : std::vector<PairedScore>{});
    scores.labels.push_back(score_labels(score));
    scores.agreement.push_back(score_agreement(score));
    scores.fits.push_back(score_fits(score));
  }
  return scores;
}

BenchmarkSection build_target_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Dilution series of many targets";
  for (const TargetTable& table : scores.targets) section.tables.push_back(to_table(table));
  return section;
}

}  // namespace qpcr::apps
