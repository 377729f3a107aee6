// Mean squared error of risks, its decomposition and its test.
#include "libqpcr/study/scores/brier_score.hpp"

#include <cmath>

namespace qpcr {
namespace {

void decompose(BrierScore& score, std::span<const double> risks, std::span<const int> outcomes) {
  const double rate = score.counts.event_rate();
  const auto n = static_cast<double>(risks.size());
  const std::vector<std::size_t> order = score_inputs::order_of(risks);
  double reliability = 0.0;
  double resolution = 0.0;
  for (std::size_t i = 0; i < order.size();) {
    const double risk = risks[order[i]];
    double size = 0.0;
    double events = 0.0;
    for (; i < order.size() && risks[order[i]] == risk; ++i) {
      size += 1.0;
      events += outcomes[order[i]];
    }
    ++score.distinct_risks;
    const double observed = events / size;
    reliability += size * (risk - observed) * (risk - observed) / n;
    resolution += size * (observed - rate) * (observed - rate) / n;
  }
  score.reliability.value = reliability;
  score.resolution.value = resolution;
  score.uncertainty.value = rate * (1.0 - rate);
}

void compare_with_truth(BrierScore& score, std::span<const double> risks, std::span<const int> outcomes) {
  double excess = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i) {
    const double lean = 1.0 - 2.0 * risks[i];
    excess += (outcomes[i] - risks[i]) * lean;
    variance += lean * lean * risks[i] * (1.0 - risks[i]);
  }
  if (!(variance > 0.0)) {
    score.spiegelhalter_z = not_estimable("score_risks_without_variance");
    return;
  }
  score.spiegelhalter_z.value = excess / std::sqrt(variance);
  score.spiegelhalter_p = score_inputs::normal_two_sided(*score.spiegelhalter_z.value);
}

}  // namespace

BrierScore estimate_brier_score(std::span<const double> risks, std::span<const int> outcomes, double confidence) {
  score_inputs::check_confidence(confidence);
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  BrierScore score;
  score.confidence = confidence;
  score.counts = score_inputs::count_outcomes(outcomes);
  if (score.counts.subjects == 0) {
    for (Estimate* one : {&score.brier, &score.scaled, &score.reliability, &score.resolution, &score.uncertainty,
                          &score.spiegelhalter_z})
      *one = not_estimable("score_no_subjects");
    return score;
  }
  const auto n = static_cast<double>(risks.size());
  double mean = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i) mean += std::pow(risks[i] - outcomes[i], 2);
  mean /= n;
  double squares = 0.0;
  for (std::size_t i = 0; i < risks.size(); ++i) squares += std::pow(std::pow(risks[i] - outcomes[i], 2) - mean, 2);
  if (squares > 0.0) {
    score.brier = score_inputs::make_wald_estimate(mean, std::sqrt(squares / (n - 1.0) / n), confidence);
  } else {
    score.brier.value = mean;
    score.brier.why_absent = Message{"score_no_variation", {}};
  }
  const double rate = score.counts.event_rate();
  const std::optional<Message> one_class = score_inputs::why_one_class(score.counts);
  score.scaled =
      one_class ? not_estimable(*one_class) : make_estimate(1.0 - mean / (rate * (1.0 - rate)), "score_no_variation");
  decompose(score, risks, outcomes);
  compare_with_truth(score, risks, outcomes);
  return score;
}

}  // namespace qpcr
