// Counts moves of risk by outcome, and their standard errors.
#include "libqpcr/study/scores/reclassification.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace qpcr {
namespace {

using score_inputs::make_wald_estimate;

/// Mean and variance of the mean of the changes in one class.
struct MeanChange {
  double mean = 0.0;
  double variance = 0.0;  ///< NaN for a single subject
};

MeanChange derive_mean_change(std::span<const double> first, std::span<const double> second,
                              std::span<const int> outcomes, int outcome) {
  double count = 0.0;
  MeanChange change;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] != outcome) continue;
    count += 1.0;
    change.mean += second[i] - first[i];
  }
  change.mean /= count;
  double squares = 0.0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == outcome) squares += std::pow(second[i] - first[i] - change.mean, 2);
  }
  change.variance = squares / (count - 1.0) / count;
  return change;
}

RiskMoves count_moves(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes,
                      int outcome, const std::vector<double>& cut_offs) {
  RiskMoves moves;
  const std::size_t categories = cut_offs.size() + 1;
  if (!cut_offs.empty()) moves.table.assign(categories * categories, 0);
  const auto category = [&](double risk) {
    return static_cast<std::size_t>(std::upper_bound(cut_offs.begin(), cut_offs.end(), risk) - cut_offs.begin());
  };
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] != outcome) continue;
    ++moves.subjects;
    if (cut_offs.empty()) {
      moves.up += second[i] > first[i] ? 1 : 0;
      moves.down += second[i] < first[i] ? 1 : 0;
      continue;
    }
    const std::size_t before = category(first[i]);
    const std::size_t after = category(second[i]);
    ++moves.table[before * categories + after];
    moves.up += after > before ? 1 : 0;
    moves.down += after < before ? 1 : 0;
  }
  return moves;
}

double derive_share(long count, long of) { return static_cast<double>(count) / static_cast<double>(of); }

/// Variance of (up − down)/n of multinomial counts.
double derive_net_variance(const RiskMoves& moves) {
  const auto n = static_cast<double>(moves.subjects);
  const auto moved = static_cast<double>(moves.up + moves.down);
  const auto net = static_cast<double>(moves.up - moves.down);
  return std::max(0.0, moved / (n * n) - net * net / (n * n * n));
}

/// A variance of 0 (nobody moved, or all alike) leaves the value without an interval and without a test.
TestedIndex make_index(double value, double variance, double confidence) {
  TestedIndex index;
  if (!(variance > 0.0)) {
    index.estimate.value = value;
    index.estimate.why_absent = Message{"score_no_variation", {}};
    return index;
  }
  const double error = std::sqrt(variance);
  index.estimate = make_wald_estimate(value, error, confidence);
  index.z = value / error;
  index.p_value = score_inputs::normal_two_sided(*index.z);
  return index;
}

Estimate make_mean(const MeanChange& change, double sign, double confidence) {
  return make_index(sign * change.mean, change.variance, confidence).estimate;
}

Estimate make_share(long count, long of) {
  if (of == 0) return not_estimable("score_no_subjects");
  return make_estimate(derive_share(count, of), "score_no_subjects");
}

}  // namespace

void ReclassificationOptions::validate() const {
  score_inputs::check_confidence(confidence);
  double before = 0.0;
  for (const double cut_off : cut_offs) {
    if (!(cut_off > before && cut_off < 1.0))
      refuse_option("cut_offs", fmt::format("{}", fmt::join(cut_offs, ",")), "ascending numbers between 0 and 1");
    before = cut_off;
  }
}

ReclassificationResult estimate_reclassification(std::span<const double> first_risks,
                                                 std::span<const double> second_risks, std::span<const int> outcomes,
                                                 const ReclassificationOptions& options) {
  options.validate();
  score_inputs::check_risks(first_risks, outcomes.size(), "first_risk");
  score_inputs::check_risks(second_risks, outcomes.size(), "second_risk");
  const OutcomeCounts counts = score_inputs::count_outcomes(outcomes);
  ReclassificationResult result;
  result.method = options.cut_offs.empty() ? "continuous" : "categorical";
  result.confidence = options.confidence;
  result.events = count_moves(first_risks, second_risks, outcomes, 1, options.cut_offs);
  result.nonevents = count_moves(first_risks, second_risks, outcomes, 0, options.cut_offs);
  for (RiskMoves* moves : {&result.events, &result.nonevents}) {
    moves->share_up = make_share(moves->up, moves->subjects);
    moves->share_down = make_share(moves->down, moves->subjects);
  }
  const std::optional<Message> why = score_inputs::why_one_class(counts);
  const Estimate none = not_estimable(why.value_or(Message{}));
  double net = 0.0;
  double variance = 0.0;
  for (const auto& [moves, index, mean, sign, outcome] :
       {std::tuple(&result.events, &result.net_reclassification_events, &result.mean_rise_events, 1.0, 1),
        std::tuple(&result.nonevents, &result.net_reclassification_nonevents, &result.mean_fall_nonevents, -1.0, 0)}) {
    if (moves->subjects == 0) {
      index->estimate = none;
      *mean = none;
      continue;
    }
    const double value = sign * derive_share(moves->up - moves->down, moves->subjects) + 0.0;
    net += value;
    variance += derive_net_variance(*moves);
    *index = make_index(value, derive_net_variance(*moves), options.confidence);
    *mean = make_mean(derive_mean_change(first_risks, second_risks, outcomes, outcome), sign, options.confidence);
  }
  if (why) {
    result.net_reclassification.estimate = none;
    result.integrated_discrimination.estimate = none;
    return result;
  }
  result.net_reclassification = make_index(net, variance, options.confidence);
  const MeanChange rise = derive_mean_change(first_risks, second_risks, outcomes, 1);
  const MeanChange fall = derive_mean_change(first_risks, second_risks, outcomes, 0);
  result.integrated_discrimination =
      make_index(rise.mean - fall.mean, rise.variance + fall.variance, options.confidence);
  return result;
}

}  // namespace qpcr
