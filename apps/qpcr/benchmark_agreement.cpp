// Scores our calls against people's labels, and our fits and cycles against the peers' own.
#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/qpcr/benchmark_score.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

LabelScore score_verdicts(const BenchmarkSet& set, const std::string& id, bool peer,
                          const std::vector<std::optional<bool>>& verdicts) {
  LabelScore score;
  score.id = id;
  score.peer = peer;
  FourfoldTable table;
  for (std::size_t i = 0; i < set.reactions.size(); ++i) {
    const auto& label = set.reactions[i].label;
    if (!label || !verdicts[i]) continue;
    const bool positive = *verdicts[i];
    if (*label == CurveLabel::ambiguous) {
      ++score.ambiguous;
      score.ambiguous_positive += positive ? 1 : 0;
    } else if (*label == CurveLabel::amplified) {
      ++(positive ? table.true_positive : table.false_negative);
    } else {
      ++(positive ? table.false_positive : table.true_negative);
    }
  }
  score.accuracy = estimate_accuracy(table, AccuracyOptions{});
  return score;
}

/// |differences| summed up: median, 95 %, largest.
struct Spread {
  double median = nan;
  double upper = nan;
  double largest = nan;
};

Spread summarise(std::vector<double>& differences) {
  if (differences.empty()) return {};
  return {quantile_in_place(differences, 0.5), quantile_in_place(differences, 0.95), differences.back()};
}

/// Residual sum of squares of the peer's own parameters on the readings at hand: its copy may be rounded otherwise.
double evaluate_peer(const AmplificationCurve& curve, const std::array<double, 5>& p) {
  double rss = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (std::isnan(curve.fluorescence[i])) continue;
    const double u = std::exp(p[0] * (std::log(curve.cycles[i]) - std::log(p[3])));
    const double residual = curve.fluorescence[i] - (p[1] + (p[2] - p[1]) * std::exp(-p[4] * std::log1p(u)));
    rss += residual * residual;
  }
  return rss;
}

}  // namespace

std::vector<LabelScore> score_labels(const SetScore& score) {
  std::vector<LabelScore> scores;
  const BenchmarkSet& set = *score.set;
  if (set.label_source.empty()) return scores;
  scores.push_back(score_verdicts(set, "verdict_typical", false, {score.typical.begin(), score.typical.end()}));
  scores.push_back(score_verdicts(set, "call_amplification", false, {score.amplified.begin(), score.amplified.end()}));
  for (const PeerVerdicts& peer : score.peers->verdicts)
    scores.push_back(score_verdicts(set, peer.label, true, peer.amplified));
  return scores;
}

std::vector<AgreementScore> score_agreement(const SetScore& score) {
  std::vector<AgreementScore> scores;
  for (const MethodValues& ours : score.methods) {
    const BenchmarkMethod* method = ours.peer ? nullptr : find_benchmark_method(ours.id);
    if (method == nullptr || method->peer_column.empty()) continue;
    const PeerValues* peer = score.peers->find(method->peer_column);
    if (peer == nullptr) continue;
    AgreementScore one;
    one.set = score.set->name;
    one.ours = ours.id;
    one.peer = peer->label;
    const bool cycles = method->output == BenchmarkOutput::cq;
    one.unit = cycles ? "cycles" : "%";
    std::vector<double> differences;
    for (std::size_t i = 0; i < ours.values.size(); ++i) {
      if (std::isnan(ours.values[i]) || std::isnan(peer->values[i])) continue;
      const double difference = cycles ? std::abs(ours.values[i] - peer->values[i])
                                       : 100.0 * std::abs(ours.values[i] / peer->values[i] - 1.0);
      differences.push_back(difference);
      one.within += difference <= (cycles ? 0.01 + 1e-9 : 1.0) ? 1 : 0;
    }
    one.compared = static_cast<long>(differences.size());
    const Spread spread = summarise(differences);
    one.median = spread.median;
    one.upper = spread.upper;
    one.largest = spread.largest;
    if (one.compared > 0) scores.push_back(one);
  }
  return scores;
}

std::vector<FitAgreement> score_fits(const SetScore& score) {
  // Half a step of the peer's grid, and its rounding.
  constexpr double half_step = 0.005 + 1e-9;
  constexpr double same_minimum = 1e-4;
  std::vector<FitAgreement> scores;
  for (const bool five : {false, true}) {
    FitAgreement one;
    one.set = score.set->name;
    one.model = five ? "l5" : "l4";
    SigmoidOptions options;
    options.model = five ? SigmoidModel::log_logistic_5 : SigmoidModel::log_logistic_4;
    const PeerValues* first = score.peers->find("qpcR:" + one.model + "_cpD1");
    const PeerValues* second = score.peers->find("qpcR:" + one.model + "_cpD2");
    std::vector<double> differences;
    for (const PeerFit& peer : score.peers->fits) {
      if (peer.five_parameters != five || !score.amplified[peer.reaction]) continue;
      const AmplificationCurve& curve = score.set->reactions[peer.reaction].curve;
      const SigmoidFit fit = fit_sigmoid(to_view(curve), options);
      const double ratio = fit.residual_sum_of_squares / evaluate_peer(curve, peer.parameters);
      ++one.fits;
      one.as_good += ratio <= 1.0 + 1e-6 ? 1 : 0;
      one.worst = std::max(one.worst, ratio);
      one.peer_worse += ratio < 1.0 - same_minimum ? 1 : 0;
      if (std::abs(ratio - 1.0) > same_minimum) continue;
      for (const auto& [values, cycle] : {std::pair{first, derive_first_derivative_maximum(fit)},
                                          std::pair{second, derive_second_derivative_maximum(fit)}}) {
        if (values == nullptr || std::isnan(values->values[peer.reaction]) || !cycle) continue;
        differences.push_back(std::abs(cycle->cycle - values->values[peer.reaction]));
        one.cycles_within += differences.back() <= half_step ? 1 : 0;
      }
    }
    one.cycles = static_cast<long>(differences.size());
    const Spread spread = summarise(differences);
    one.cycles_upper = spread.upper;
    one.cycles_largest = spread.largest;
    if (one.fits > 0) scores.push_back(one);
  }
  return scores;
}

}  // namespace qpcr::apps
