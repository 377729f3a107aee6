// Sections of the benchmark: replicate series, paired comparison, replicates, labels, blanks, agreement.
#include "apps/qpcr/benchmark_sections.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

bool is_one_amount(const SeriesScore& series) {
  return series.methods.empty() || series.methods.front().groups.size() < 2;
}

std::string name_of(BenchmarkOutput output) { return output == BenchmarkOutput::cq ? "Cq→std curve" : "N0"; }

/// E of the standard curve that made quantities of Cq, else the mean of what the method itself estimated.
double find_efficiency(const SeriesScore& series, const MethodScore& method) {
  if (method.method->output == BenchmarkOutput::cq || method.method->efficiencies.empty()) return method.efficiency;
  std::vector<double> efficiencies;
  for (const std::size_t i : series.reactions) efficiencies.push_back(method.method->efficiencies[i]);
  return derive_moments(efficiencies).mean;
}

BenchmarkTable build_series_table(const SetScore& score, const SeriesScore& series) {
  BenchmarkTable table;
  table.id = "series_" + score.set->name;
  const std::vector<ConcentrationGroup>& groups = series.methods.front().groups;
  table.title = fmt::format("{}: {} reactions, {} amounts ({})", score.set->name, series.reactions.size(),
                            groups.size(), score.set->amount_column);
  table.columns = {"method",        "kind",         "E",         "n (lost)",        "slope",
                   "ratio max/min", "MSdev/slope²", "MS within", "MS within/slope²"};
  for (const ConcentrationGroup& group : groups) table.columns.push_back("var " + format_double(group.expected));
  for (const char* column : {"CV % top", "detect. diff.", "fold n=1"}) table.columns.emplace_back(column);
  for (const MethodScore& method : series.methods) {
    const QuantificationPerformance& p = method.performance;
    if (p.reactions == 0) continue;
    std::vector<BenchmarkCell>& row = table.rows.emplace_back();
    row.push_back(make_words(method.method->id));
    row.push_back(make_words(name_of(method.method->output)));
    row.push_back(make_number(find_efficiency(series, method), 3));
    row.push_back({fmt::format("{} ({})", p.reactions, method.lost), static_cast<double>(p.reactions)});
    row.push_back(make_number(p.slope, 4));
    row.push_back(make_significant(p.bias_as_ratio, 4));
    row.push_back(make_number(p.slope_corrected(p.ms_deviation), 4));
    row.push_back(make_number(p.ms_within, 5));
    row.push_back(make_number(p.slope_corrected(p.ms_within), 5));
    double cv = nan;
    for (const ConcentrationGroup& group : groups) {
      double variance = nan;
      for (const ConcentrationPerformance& one : p.concentrations) {
        if (one.expected != group.expected) continue;
        variance = p.slope_corrected(one.log10_variance);
        if (group.expected == groups.front().expected) cv = one.cv_percent;
      }
      row.push_back(make_number(variance, 5));
    }
    row.push_back(make_number(cv, 1));
    row.push_back(make_significant(p.detectable_difference, 4));
    row.push_back(make_significant(std::pow(p.fold_single, 1.0 / std::abs(p.slope)), 3));
  }
  if (score.set->is_absolute()) {
    std::vector<BenchmarkCell>& row = table.rows.emplace_back(table.columns.size(), make_words("–"));
    row[0] = make_words("Poisson floor");
    row[1] = make_words("");
    for (std::size_t k = 0; k < groups.size(); ++k)
      row[9 + k] = make_significant(derive_poisson_floor(groups[k].expected), 3);
  }
  table.note = "Expected ratio " + make_significant(groups.front().expected / groups.back().expected, 4).text + ".";
  std::vector<std::string> failed;
  for (const std::size_t i : score.failed) failed.push_back(score.set->reactions[i].id);
  if (!failed.empty()) {
    table.note += " Not counted, failed for every peer: " + join(failed) + ".";
    for (const MethodValues& method : score.methods) {
      const auto given = std::count_if(score.failed.begin(), score.failed.end(),
                                       [&](std::size_t i) { return !std::isnan(method.values[i]); });
      if (!method.peer && given > 0) table.note += fmt::format(" {} gives {} of them a value.", method.id, given);
    }
  }
  return table;
}

std::string verdict_of(const SetPeers& peers, std::size_t reaction) {
  std::vector<std::string> words;
  for (const PeerVerdicts& peer : peers.verdicts) {
    const std::optional<bool>& verdict = peer.amplified[reaction];
    if (verdict) words.push_back(fmt::format("{}: {}", peer.label, *verdict ? "amplified" : "flat"));
  }
  return join(words);
}

/// Our calls beside those of every peer, labels or not.
BenchmarkTable build_call_table(const BenchmarkScores& scores) {
  BenchmarkTable table;
  table.id = "agreement_calls";
  table.title = "Calls of amplified or not";
  table.columns = {"set", "peer", "compared", "same", "amplified for us only", "amplified for the peer only"};
  for (const SetScore& score : scores.sets) {
    for (const PeerVerdicts& peer : score.peers->verdicts) {
      long compared = 0;
      long ours_only = 0;
      long peer_only = 0;
      for (std::size_t i = 0; i < peer.amplified.size(); ++i) {
        if (!peer.amplified[i]) continue;
        ++compared;
        ours_only += score.amplified[i] && !*peer.amplified[i] ? 1 : 0;
        peer_only += !score.amplified[i] && *peer.amplified[i] ? 1 : 0;
      }
      table.rows.push_back({make_words(score.set->name), make_words(peer.label), make_count(compared),
                            make_count(compared - ours_only - peer_only), make_count(ours_only),
                            make_count(peer_only)});
    }
  }
  return table;
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.3f}–{:.3f}", interval->lower, interval->upper) : "–";
}

}  // namespace

BenchmarkSection build_replicate_series_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Replicate dilution series";
  section.note =
      "Indicators of Ruijter et al. 2013 on log10 quantity; the variances, MSdev and the last fold are divided by the "
      "slope (squared), so that methods which compress the scale gain nothing. Cq become quantities by the series' own "
      "standard curve, which makes their slope 1.";
  for (const SetScore& score : scores.sets) {
    if (score.series.size() == 1 && !is_one_amount(score.series.front()))
      section.tables.push_back(build_series_table(score, score.series.front()));
  }
  return section;
}

BenchmarkSection build_paired_section(const BenchmarkScores& scores, const PairedBootstrapOptions& bootstrap) {
  BenchmarkSection section;
  section.title = "Against the best peer of each column";
  section.note = fmt::format(
      "Ratio ours/best peer of the slope-corrected indicators on the same wells, {:.0f} % percentile limits of {} "
      "bootstrap samples of wells within amounts (seed {}). Series with at least eight replicates of each amount.",
      100.0 * bootstrap.confidence, bootstrap.replicates, bootstrap.seed);
  for (std::size_t i = 0; i < scores.sets.size(); ++i) {
    if (scores.paired[i].empty()) continue;
    BenchmarkTable table;
    table.id = "paired_" + scores.sets[i].set->name;
    table.title = scores.sets[i].set->name;
    table.columns = {"method", "indicator", "ours", "best peer", "peer", "ratio", "limits", "verdict"};
    for (const PairedScore& score : scores.paired[i]) {
      for (const PairedScore::Column& column : score.columns) {
        const IndicatorRatio& ratio = column.ratio;
        const char* verdict = ratio.limits.lower > 1.0 ? "worse" : ratio.limits.upper < 1.0 ? "better" : "within noise";
        table.rows.push_back({make_words(score.method), make_words(column.name), make_number(ratio.first, 5),
                              make_number(ratio.second, 5), make_words(column.peer), make_number(ratio.ratio, 2),
                              make_words(fmt::format("{:.2f}–{:.2f}", ratio.limits.lower, ratio.limits.upper)),
                              make_words(verdict)});
      }
    }
    section.tables.push_back(std::move(table));
    BenchmarkTable summary;
    summary.id = "paired_summary_" + scores.sets[i].set->name;
    summary.title = scores.sets[i].set->name + ": all columns together";
    summary.columns = {"method", "columns", "columns worse", "mean log ratio", "without MS deviation"};
    for (const PairedScore& score : scores.paired[i]) {
      summary.rows.push_back({make_words(score.method), make_count(static_cast<long>(score.columns.size())),
                              make_count(score.above), make_number(score.mean_log_ratio, 3),
                              make_number(score.mean_log_ratio_without_deviation, 3)});
    }
    section.tables.push_back(std::move(summary));
  }
  return section;
}

BenchmarkSection build_replicates_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Replicates of one amount";
  for (const SetScore& score : scores.sets) {
    if (score.series.size() != 1 || !is_one_amount(score.series.front())) continue;
    const SeriesScore& series = score.series.front();
    BenchmarkTable table;
    table.id = "replicates_" + score.set->name;
    table.title = fmt::format("{}: {} reactions", score.set->name, series.reactions.size());
    table.columns = {"method", "kind", "n (lost)", "mean Cq", "SD of Cq", "variance of log10 N0", "CV %", "SD of E"};
    for (const MethodScore& method : series.methods) {
      const bool is_cq = method.method->output == BenchmarkOutput::cq;
      std::vector<double> values;
      std::vector<double> efficiencies;
      for (const std::size_t i : series.reactions) {
        const double value = method.method->values[i];
        if (!std::isnan(value)) values.push_back(value);
        if (!method.method->efficiencies.empty() && !std::isnan(method.method->efficiencies[i]))
          efficiencies.push_back(method.method->efficiencies[i]);
      }
      const Moments cq = derive_moments(values);
      if (cq.count == 0) continue;
      const QuantificationPerformance& p = method.performance;
      const auto n = static_cast<long>(values.size());
      table.rows.push_back(
          {make_words(method.method->id),
           make_words(is_cq ? "Cq" : "N0"),
           {fmt::format("{} ({})", n, static_cast<long>(series.reactions.size()) - n), static_cast<double>(n)},
           make_number(is_cq ? cq.mean : nan, 3),
           make_number(is_cq ? cq.sd : nan, 4),
           make_number(is_cq || p.concentrations.empty() ? nan : p.concentrations.front().log10_variance, 6),
           make_number(is_cq || p.concentrations.empty() ? nan : p.concentrations.front().cv_percent, 1),
           make_number(derive_moments(efficiencies).sd, 4)});
    }
    section.tables.push_back(std::move(table));
  }
  return section;
}

BenchmarkSection build_label_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Amplified or not, against people";
  section.note =
      "Curves whose majority of raters says y or n; ties are left out, those called ambiguous stand apart. Wilson 95 % "
      "intervals; kappa is Cohen's.";
  BenchmarkTable table;
  table.id = "labels";
  table.title = "Calls and labels";
  table.columns = {"set",
                   "labels",
                   "rule",
                   "y",
                   "n",
                   "sensitivity",
                   "sensitivity 95 %",
                   "specificity",
                   "specificity 95 %",
                   "accuracy",
                   "accuracy 95 %",
                   "kappa",
                   "ambiguous",
                   "of these amplified"};
  for (std::size_t i = 0; i < scores.sets.size(); ++i) {
    const BenchmarkSet& set = *scores.sets[i].set;
    for (const LabelScore& label : scores.labels[i]) {
      const AccuracyResult& a = label.accuracy;
      table.rows.push_back(
          {make_words(set.name), make_words(set.label_source), make_words(label.id), make_count(a.table.cases()),
           make_count(a.table.controls()), make_number(a.sensitivity.estimate.value_or(nan), 4),
           make_words(interval_text(a.sensitivity.wilson)), make_number(a.specificity.estimate.value_or(nan), 4),
           make_words(interval_text(a.specificity.wilson)), make_number(a.overall_accuracy.estimate.value_or(nan), 4),
           make_words(interval_text(a.overall_accuracy.wilson)), make_number(a.kappa.value.value_or(nan), 3),
           make_count(label.ambiguous), make_count(label.ambiguous_positive)});
    }
  }
  if (!table.rows.empty()) section.tables.push_back(std::move(table));
  return section;
}

BenchmarkSection build_blank_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Blanks";
  section.note = "Reactions without template: our call, the Cq that methods give, and what peers say.";
  BenchmarkTable table;
  table.id = "blanks";
  table.title = "Calls and values";
  table.columns = {"set", "curve", "our call", "methods with a value", "values", "peers"};
  for (const SetScore& score : scores.sets) {
    for (std::size_t i = 0; i < score.set->reactions.size(); ++i) {
      if (!score.set->reactions[i].blank) continue;
      std::vector<std::string> values;
      for (const MethodValues& method : score.methods) {
        if (!method.peer && !std::isnan(method.values[i]))
          values.push_back(method.id + " " + make_significant(method.values[i], 4).text);
      }
      table.rows.push_back({make_words(score.set->name), make_words(score.set->reactions[i].id),
                            make_words(score.amplified[i] ? "amplified" : "not amplified"),
                            make_count(static_cast<long>(values.size())), make_words(join(values)),
                            make_words(verdict_of(*score.peers, i))});
    }
  }
  if (!table.rows.empty()) section.tables.push_back(std::move(table));
  return section;
}

BenchmarkSection build_agreement_section(const BenchmarkScores& scores) {
  BenchmarkSection section;
  section.title = "Agreement with the peers' own numbers";
  section.note =
      "qpcR writes cycles on a grid of 0.01, so ±0.005 is its rounding. Its fits stop early on some curves; cycles are "
      "compared where both fits reached the same minimum, and everything else stands in the second table.";
  BenchmarkTable fits;
  fits.id = "agreement_fits";
  fits.title = "Fits of qpcR on curves that amplified";
  fits.columns = {"set",
                  "model",
                  "fits",
                  "RSS as good",
                  "largest RSS ratio",
                  "peer's RSS worse",
                  "cpD1, cpD2 compared",
                  "within 0.005",
                  "95 % difference",
                  "largest difference"};
  BenchmarkTable values;
  values.id = "agreement_values";
  values.title = "Values as they stand";
  values.columns = {"set", "ours", "peer", "unit", "compared", "median", "95 %", "largest", "within 0.01 or 1 %"};
  for (std::size_t i = 0; i < scores.sets.size(); ++i) {
    for (const FitAgreement& one : scores.fits[i]) {
      fits.rows.push_back({make_words(one.set), make_words(one.model), make_count(one.fits), make_count(one.as_good),
                           make_number(one.worst, 7), make_count(one.peer_worse), make_count(one.cycles),
                           make_count(one.cycles_within), make_number(one.cycles_upper, 4),
                           make_number(one.cycles_largest, 4)});
    }
    for (const AgreementScore& one : scores.agreement[i]) {
      values.rows.push_back({make_words(one.set), make_words(one.ours), make_words(one.peer), make_words(one.unit),
                             make_count(one.compared), make_number(one.median, 4), make_number(one.upper, 4),
                             make_number(one.largest, 4), make_count(one.within)});
    }
  }
  if (!fits.rows.empty()) section.tables.push_back(std::move(fits));
  if (!values.rows.empty()) section.tables.push_back(std::move(values));
  BenchmarkTable calls = build_call_table(scores);
  if (!calls.rows.empty()) section.tables.push_back(std::move(calls));
  return section;
}

}  // namespace qpcr::apps
