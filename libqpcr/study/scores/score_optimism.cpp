// Fits the score in resamples, and judges each fit in its resample and in all subjects.
#include "libqpcr/study/scores/score_optimism.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/math/binomial_regression.hpp"
#include "libqpcr/math/parallel.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"

namespace qpcr {
namespace {

constexpr std::size_t index_count = 4;  // concordance, Brier, slope, intercept
using Indices = std::array<double, index_count>;

enum class ReplicateFit : char { fitted, separated, without_fit };

struct Replicate {
  ReplicateFit fit = ReplicateFit::fitted;
  Indices resample{};
  Indices subjects{};
};

/// Everything a replicate needs, and the memory it works in.
class Judge {
 public:
  Judge(const ScoreDesign& design, std::span<const int> outcomes, bool firth)
      : design_(design), outcomes_(outcomes), ones_(outcomes.size(), 1.0), events_(outcomes.begin(), outcomes.end()) {
    options_.firth = firth;
    options_.find_separation = !firth;
    recalibration_.assign(2 * outcomes.size(), 1.0);
  }

  Replicate judge(std::span<const double> multiplicities) {
    Replicate replicate;
    std::vector<double> events(outcomes_.size());
    for (std::size_t i = 0; i < events.size(); ++i) events[i] = multiplicities[i] * outcomes_[i];
    BinomialData data;
    data.design = design_.values;
    data.successes = events;
    data.trials = multiplicities;
    const BinomialFit fit = fit_binomial_regression(data, options_);
    if (!fit.exists()) {
      replicate.fit = fit.separation == Separation::none ? ReplicateFit::without_fit : ReplicateFit::separated;
      return replicate;
    }
    const std::vector<double> predictors = derive_linear_predictors(design_, fit.coefficients);
    const std::vector<std::size_t> order = score_inputs::order_of(predictors);
    if (!measure(predictors, order, ones_, replicate.subjects) ||
        !measure(predictors, order, multiplicities, replicate.resample))
      replicate.fit = ReplicateFit::separated;
    return replicate;
  }

 private:
  /// @return false where the scores separate the outcomes, so that no slope exists.
  bool measure(std::span<const double> predictors, std::span<const std::size_t> order,
               std::span<const double> multiplicities, Indices& indices) {
    indices[0] = score_inputs::derive_concordance(predictors, outcomes_, multiplicities, order);
    double error = 0.0;
    double subjects = 0.0;
    for (std::size_t i = 0; i < predictors.size(); ++i) {
      const double miss = derive_risk(predictors[i]) - outcomes_[i];
      error += multiplicities[i] * miss * miss;
      subjects += multiplicities[i];
      recalibration_[2 * i + 1] = predictors[i];
    }
    indices[1] = error / subjects;
    std::vector<double> events(events_);
    for (std::size_t i = 0; i < events.size(); ++i) events[i] *= multiplicities[i];
    BinomialData data;
    data.design = recalibration_;
    data.successes = events;
    data.trials = multiplicities;
    const BinomialFit fit = fit_binomial_regression(data, {});
    if (!fit.exists() || std::isnan(indices[0])) return false;
    indices[2] = fit.coefficients[1];
    indices[3] = fit.coefficients[0];
    return true;
  }

  const ScoreDesign& design_;
  std::span<const int> outcomes_;
  std::vector<double> ones_;
  std::vector<double> events_;
  std::vector<double> recalibration_;
  BinomialRegressionOptions options_;
};

std::vector<Replicate> run_all(const ScoreDesign& design, std::span<const int> outcomes,
                               const ScoreOptimismOptions& options) {
  constexpr std::size_t block = 16;
  std::vector<Replicate> replicates(static_cast<std::size_t>(options.replicates));
  parallel_for(replicates.size(), block, options.threads, [&](std::size_t first, std::size_t last) {
    Judge judge(design, outcomes, options.firth);
    std::vector<double> multiplicities(outcomes.size());
    for (std::size_t number = first; number < last; ++number) {
      ResamplingStream stream(options.seed, number);
      std::fill(multiplicities.begin(), multiplicities.end(), 0.0);
      for (std::size_t i = 0; i < outcomes.size(); ++i) multiplicities[stream.index(outcomes.size())] += 1.0;
      replicates[number] = judge.judge(multiplicities);
    }
  });
  return replicates;
}

OptimismIndex summarise(double apparent, const std::vector<Replicate>& replicates, std::size_t index,
                        double confidence) {
  std::vector<double> own;
  double mean = 0.0;
  for (const Replicate& one : replicates) {
    if (one.fit != ReplicateFit::fitted) continue;
    own.push_back(one.resample[index]);
    mean += one.resample[index] - one.subjects[index];
  }
  OptimismIndex found;
  found.apparent.value = apparent;
  if (own.size() < 2) {
    found.optimism = found.corrected = not_estimable("score_too_few_replicates");
    return found;
  }
  const auto count = static_cast<double>(own.size());
  mean /= count;
  double squares = 0.0;
  for (const Replicate& one : replicates) {
    if (one.fit == ReplicateFit::fitted) squares += std::pow(one.resample[index] - one.subjects[index] - mean, 2);
  }
  found.optimism.value = mean;
  found.optimism.standard_error = std::sqrt(squares / (count - 1.0) / count);
  found.corrected.value = apparent - mean;
  const Interval interval = percentile_interval(own, confidence);
  // A score is calibrated in its own resample by construction: no spread, no interval.
  if (interval.upper - interval.lower > 1e-6) {
    found.corrected.interval = Interval{interval.lower - mean, interval.upper - mean};
  } else {
    found.corrected.why_absent = Message{"score_interval_without_spread", {}};
  }
  return found;
}

/// Somers' D of a concordance: twice as wide, and 0 where it is one half.
OptimismIndex to_somers_d(const OptimismIndex& concordance) {
  OptimismIndex made = concordance;
  const auto scale = [](Estimate& one, double shift) {
    if (one.value) one.value = 2.0 * *one.value - shift;
    if (one.standard_error) one.standard_error = 2.0 * *one.standard_error;
    if (one.interval) one.interval = Interval{2.0 * one.interval->lower - shift, 2.0 * one.interval->upper - shift};
  };
  scale(made.apparent, 1.0);
  scale(made.optimism, 0.0);
  scale(made.corrected, 1.0);
  return made;
}

void mark_absent(ScoreOptimism& result, const Message& why) {
  for (OptimismIndex* index :
       {&result.concordance, &result.somers_d, &result.brier, &result.calibration_slope, &result.calibration_intercept})
    index->apparent = index->optimism = index->corrected = not_estimable(why);
}

}  // namespace

void ScoreOptimismOptions::validate() const {
  score_inputs::check_confidence(confidence);
  if (replicates < 2) refuse_option("replicates", fmt::format("{}", replicates), "at least 2");
}

ScoreOptimism estimate_score_optimism(const ScoreDesign& design, std::span<const int> outcomes,
                                      const ScoreOptimismOptions& options) {
  options.validate();
  ScoreOptimism result;
  result.confidence = options.confidence;
  result.counts = score_inputs::count_outcomes(outcomes);
  if (design.rows != outcomes.size())
    refuse_value("outcome", fmt::format("{} values", outcomes.size()),
                 fmt::format("one for each of {} rows", design.rows));
  if (const auto why = score_inputs::why_one_class(result.counts)) {
    mark_absent(result, *why);
    return result;
  }
  Judge judge(design, outcomes, options.firth);
  const std::vector<double> ones(outcomes.size(), 1.0);
  const Replicate apparent = judge.judge(ones);
  if (apparent.fit != ReplicateFit::fitted) {
    mark_absent(result, {apparent.fit == ReplicateFit::separated ? "score_separation" : "score_collinear", {}});
    return result;
  }
  result.replicates = options.replicates;
  const std::vector<Replicate> replicates = run_all(design, outcomes, options);
  for (const Replicate& one : replicates) {
    result.separated += one.fit == ReplicateFit::separated ? 1 : 0;
    result.without_fit += one.fit == ReplicateFit::without_fit ? 1 : 0;
  }
  if (result.separated + result.without_fit > 0)
    result.warnings.push_back({"score_replicates_without_fit",
                               {{"separated", fmt::format("{}", result.separated)},
                                {"other", fmt::format("{}", result.without_fit)},
                                {"replicates", fmt::format("{}", result.replicates)}}});
  OptimismIndex* const indices[index_count] = {&result.concordance, &result.brier, &result.calibration_slope,
                                               &result.calibration_intercept};
  for (std::size_t k = 0; k < index_count; ++k)
    *indices[k] = summarise(apparent.subjects[k], replicates, k, options.confidence);
  result.somers_d = to_somers_d(result.concordance);
  return result;
}

}  // namespace qpcr
