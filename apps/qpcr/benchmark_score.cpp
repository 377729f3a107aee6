// Scores dilution series: values of every method, what counts, indicators and the paired comparison.
#include "apps/qpcr/benchmark_score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/amplification.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Our methods, each assay at once, and the peers' columns.
std::vector<MethodValues> collect_values(const BenchmarkSet& set, const SetPeers& peers,
                                         const std::function<void(std::string_view)>& progress) {
  std::vector<std::vector<std::size_t>> assays(set.assays.size());
  for (std::size_t i = 0; i < set.reactions.size(); ++i) assays[set.reactions[i].assay].push_back(i);
  std::vector<MethodValues> all;
  for (const BenchmarkMethod& method : benchmark_methods()) {
    progress(fmt::format("{}: {}", set.name, method.id));
    MethodValues& values = all.emplace_back();
    values.id = std::string(method.id);
    values.output = method.output;
    values.values.assign(set.reactions.size(), nan);
    for (const std::vector<std::size_t>& assay : assays) {
      std::vector<CurveView> curves;
      for (const std::size_t i : assay) curves.push_back(to_view(set.reactions[i].curve));
      const BenchmarkValues found = method.evaluate(curves);
      if (!found.efficiencies.empty()) values.efficiencies.resize(set.reactions.size(), nan);
      for (std::size_t k = 0; k < assay.size(); ++k) {
        values.values[assay[k]] = found.values.at(k);
        if (!found.efficiencies.empty()) values.efficiencies[assay[k]] = found.efficiencies.at(k);
      }
    }
  }
  for (const PeerValues& peer : peers.values)
    all.push_back({peer.label, true, peer.output, peer.values, peer.efficiencies});
  return all;
}

/// Reactions with template and no label that no peer has a value for, although some peer has values for the set.
std::vector<std::size_t> find_failed(const BenchmarkSet& set, const SetPeers& peers) {
  std::vector<std::size_t> failed;
  if (peers.values.empty()) return failed;
  for (std::size_t i = 0; i < set.reactions.size(); ++i) {
    const BenchmarkReaction& reaction = set.reactions[i];
    if (!reaction.amount || reaction.blank || reaction.label) continue;
    const bool seen = std::any_of(peers.values.begin(), peers.values.end(),
                                  [&](const PeerValues& peer) { return !std::isnan(peer.values[i]); });
    if (!seen) failed.push_back(i);
  }
  return failed;
}

std::vector<SeriesScore> list_series(const BenchmarkSet& set, const std::vector<std::size_t>& failed) {
  std::vector<SeriesScore> all(set.series.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].name = set.series[i];
  for (std::size_t i = 0; i < set.reactions.size(); ++i) {
    const BenchmarkReaction& reaction = set.reactions[i];
    if (!reaction.amount || reaction.blank || reaction.label.value_or(CurveLabel::amplified) != CurveLabel::amplified)
      continue;
    if (std::find(failed.begin(), failed.end(), i) == failed.end()) all[reaction.series].reactions.push_back(i);
  }
  for (SeriesScore& series : all) {
    std::stable_sort(series.reactions.begin(), series.reactions.end(),
                     [&](std::size_t a, std::size_t b) { return *set.reactions[a].amount > *set.reactions[b].amount; });
  }
  all.erase(std::remove_if(all.begin(), all.end(), [](const SeriesScore& s) { return s.reactions.size() < 2; }),
            all.end());
  return all;
}

MethodScore score_method(const BenchmarkSet& set, const SeriesScore& series, const MethodValues& method) {
  MethodScore score;
  score.method = &method;
  score.efficiency = nan;
  for (const std::size_t i : series.reactions) {
    const double amount = *set.reactions[i].amount;
    if (score.groups.empty() || score.groups.back().expected != amount) score.groups.push_back({amount, {}});
    score.groups.back().values.push_back(method.values[i]);
    if (!(method.values[i] > 0.0)) ++score.lost;
  }
  if (method.output == BenchmarkOutput::cq) {
    StandardCurveQuantities quantities = derive_standard_curve_quantities(score.groups);
    score.efficiency = quantities.efficiency;
    score.groups = std::move(quantities.groups);
  }
  score.performance = estimate_quantification_performance(score.groups);
  return score;
}

/// A peer and its slope-corrected indicators, in the order of compare_paired().
struct Candidate {
  const MethodScore* score = nullptr;
  std::vector<IndicatorRatio> indicators;
};

/// The peers that lost no reaction: the lost ones are the hard ones.
std::vector<Candidate> list_candidates(const SeriesScore& series) {
  PairedBootstrapOptions once;
  once.replicates = 1;
  std::vector<Candidate> candidates;
  for (const MethodScore& one : series.methods) {
    if (one.method->peer && one.lost == 0) candidates.push_back({&one, compare_paired(one.groups, one.groups, once)});
  }
  return candidates;
}

/// The candidate with the smallest value in a column.
const MethodScore* find_best(const std::vector<Candidate>& candidates, std::size_t column) {
  const MethodScore* best = nullptr;
  double lowest = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    const double value = candidate.indicators.at(column).first;
    if (!(value < lowest)) continue;
    lowest = value;
    best = candidate.score;
  }
  return best;
}

}  // namespace

Moments derive_moments(const std::vector<double>& values) {
  Moments moments{0, nan, nan};
  double sum = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++moments.count;
    sum += value;
  }
  if (moments.count == 0) return moments;
  const auto n = static_cast<double>(moments.count);
  moments.mean = sum / n;
  double squares = 0.0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - moments.mean) * (value - moments.mean);
  }
  if (moments.count > 1) moments.sd = std::sqrt(squares / (n - 1.0));
  return moments;
}

SetScore score_set(const BenchmarkSet& set, const SetPeers& peers,
                   const std::function<void(std::string_view)>& progress) {
  SetScore score;
  score.set = &set;
  score.peers = &peers;
  progress(set.name);
  for (const BenchmarkReaction& reaction : set.reactions) {
    const AmplificationCall call = call_amplification(to_view(reaction.curve));
    score.amplified.push_back(call.amplified);
    score.typical.push_back(call.verdict == AmplificationVerdict::typical);
  }
  const bool has_truth = std::any_of(set.reactions.begin(), set.reactions.end(),
                                     [](const BenchmarkReaction& r) { return r.amount || r.blank; });
  if (!has_truth) return score;
  score.methods = collect_values(set, peers, progress);
  score.failed = find_failed(set, peers);
  score.series = list_series(set, score.failed);
  for (SeriesScore& series : score.series) {
    for (const MethodValues& method : score.methods) series.methods.push_back(score_method(set, series, method));
  }
  return score;
}

std::vector<PairedScore> compare_with_best_peers(const SeriesScore& series, const PairedBootstrapOptions& options) {
  constexpr std::size_t fewest_replicates = 8;
  std::vector<PairedScore> scores;
  if (series.methods.empty() || series.methods.front().groups.size() < 3) return scores;
  for (const ConcentrationGroup& group : series.methods.front().groups) {
    if (group.values.size() < fewest_replicates) return scores;
  }
  const std::vector<Candidate> candidates = list_candidates(series);
  if (candidates.empty()) return scores;
  for (const MethodScore& ours : series.methods) {
    if (ours.method->peer) continue;
    PairedScore& score = scores.emplace_back();
    score.method = ours.method->id;
    std::map<const MethodScore*, std::vector<IndicatorRatio>> compared;
    double sum = 0.0;
    double precision_sum = 0.0;
    for (std::size_t column = 0; column < candidates.front().indicators.size(); ++column) {
      const MethodScore* best = find_best(candidates, column);
      if (best == nullptr) continue;
      auto found = compared.find(best);
      if (found == compared.end())
        found = compared.emplace(best, compare_paired(ours.groups, best->groups, options)).first;
      // Where ours lost a whole concentration there is nothing to compare.
      if (found->second.size() != candidates.front().indicators.size()) break;
      const IndicatorRatio& ratio = found->second.at(column);
      const bool deviation = ratio.indicator == "ms_deviation";
      const std::string name = ratio.indicator == "ms_within" ? "MS within"
                               : deviation                    ? "MS deviation"
                                                              : "var " + format_double(ratio.expected);
      score.columns.push_back({name, best->method->id, ratio});
      sum += std::log(ratio.ratio);
      if (!deviation) precision_sum += std::log(ratio.ratio);
      if (ratio.limits.lower > 1.0) ++score.above;
    }
    const auto columns = static_cast<double>(score.columns.size());
    score.mean_log_ratio = score.columns.empty() ? nan : sum / columns;
    score.mean_log_ratio_without_deviation = score.columns.empty() ? nan : precision_sum / (columns - 1.0);
  }
  return scores;
}

}  // namespace qpcr::apps
