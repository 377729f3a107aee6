// Counts true and false positives at each threshold, and resamples them.
#include "libqpcr/study/scores/decision_curve.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/math/parallel.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr {
namespace {

/// How many thresholds each subject reaches, and which subjects are events.
struct Reached {
  std::vector<std::size_t> thresholds;
  std::vector<std::size_t> events;
  std::vector<std::size_t> nonevents;
};

/// Events and non-events that are acted on at each threshold.
struct ActedOn {
  std::vector<double> events;
  std::vector<double> nonevents;
  double all_events = 0.0;
  double all_nonevents = 0.0;

  explicit ActedOn(std::size_t thresholds) : events(thresholds + 1), nonevents(thresholds + 1) {}

  void clear() {
    std::fill(events.begin(), events.end(), 0.0);
    std::fill(nonevents.begin(), nonevents.end(), 0.0);
    all_events = all_nonevents = 0.0;
  }
  void add(std::size_t reached, bool is_event) {
    (is_event ? events : nonevents)[reached] += 1.0;
    (is_event ? all_events : all_nonevents) += 1.0;
  }
  /// From subjects that reach k thresholds to subjects acted on at threshold k.
  void accumulate() {
    for (std::vector<double>* counts : {&events, &nonevents}) {
      for (std::size_t k = counts->size() - 1; k > 0; --k) (*counts)[k - 1] += (*counts)[k];
    }
  }
};

struct Benefit {
  double true_positive_rate;
  double false_positive_rate;
  double net;
  double net_of_all;
};

/// NaN where a stated prevalence meets a sample without events or without non-events.
Benefit derive_benefit(const ActedOn& acted, std::size_t threshold, double odds, std::optional<double> prevalence) {
  const double all = acted.all_events + acted.all_nonevents;
  const double rate = prevalence.value_or(acted.all_events / all);
  // Threshold k is reached by those that reach more than k thresholds.
  const double events = acted.events[threshold + 1];
  const double nonevents = acted.nonevents[threshold + 1];
  const double true_positive = prevalence ? events / acted.all_events * rate : events / all;
  const double false_positive = prevalence ? nonevents / acted.all_nonevents * (1.0 - rate) : nonevents / all;
  return {true_positive, false_positive, true_positive - false_positive * odds, rate - (1.0 - rate) * odds};
}

std::vector<double> choose_thresholds(const DecisionCurveOptions& options) {
  std::vector<double> thresholds = options.thresholds;
  for (int i = 1; options.thresholds.empty() && i < 100; ++i) thresholds.push_back(i / 100.0);
  std::sort(thresholds.begin(), thresholds.end());
  return thresholds;
}

double derive_odds(double threshold) { return threshold / (1.0 - threshold); }

Reached find_reached(std::span<const double> risks, std::span<const int> outcomes,
                     const std::vector<double>& thresholds, bool acts_on_equal) {
  Reached reached;
  for (std::size_t i = 0; i < risks.size(); ++i) {
    const auto end = acts_on_equal ? std::upper_bound(thresholds.begin(), thresholds.end(), risks[i])
                                   : std::lower_bound(thresholds.begin(), thresholds.end(), risks[i]);
    reached.thresholds.push_back(static_cast<std::size_t>(end - thresholds.begin()));
    (outcomes[i] == 1 ? reached.events : reached.nonevents).push_back(i);
  }
  return reached;
}

void resample(const Reached& reached, std::span<const int> outcomes, bool within_outcome, ResamplingStream& stream,
              ActedOn& acted) {
  acted.clear();
  if (within_outcome) {
    for (const std::vector<std::size_t>* group : {&reached.events, &reached.nonevents}) {
      for (std::size_t i = 0; i < group->size(); ++i)
        acted.add(reached.thresholds[(*group)[stream.index(group->size())]], group == &reached.events);
    }
  } else {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const std::size_t row = stream.index(outcomes.size());
      acted.add(reached.thresholds[row], outcomes[row] == 1);
    }
  }
  acted.accumulate();
}

void add_bands(DecisionCurve& curve, const Reached& reached, std::span<const int> outcomes,
               const DecisionCurveOptions& options) {
  constexpr std::size_t block = 64;
  const auto replicates = static_cast<std::size_t>(options.replicates);
  const std::size_t points = curve.points.size();
  std::vector<double> net(points * replicates);
  std::vector<double> gained(points * replicates);
  parallel_for(replicates, block, options.threads, [&](std::size_t first, std::size_t last) {
    ActedOn acted(points);
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(options.seed, replicate);
      resample(reached, outcomes, options.prevalence.has_value(), stream, acted);
      for (std::size_t k = 0; k < points; ++k) {
        const Benefit benefit = derive_benefit(acted, k, derive_odds(curve.points[k].threshold), options.prevalence);
        net[k * replicates + replicate] = benefit.net;
        gained[k * replicates + replicate] = benefit.net - benefit.net_of_all;
      }
    }
  });
  for (std::size_t k = 0; k < points; ++k) {
    const std::size_t from = k * replicates;
    curve.points[k].net_benefit.interval =
        percentile_interval(std::span(net).subspan(from, replicates), options.confidence);
    curve.points[k].difference_from_all.interval =
        percentile_interval(std::span(gained).subspan(from, replicates), options.confidence);
  }
}

}  // namespace

void DecisionCurveOptions::validate() const {
  score_inputs::check_confidence(confidence);
  for (const double threshold : thresholds) {
    if (!(threshold >= 0.0 && threshold < 1.0))
      refuse_option("thresholds", fmt::format("{}", threshold), "numbers from 0 to below 1");
  }
  if (prevalence && !(*prevalence > 0.0 && *prevalence < 1.0))
    refuse_option("prevalence", fmt::format("{}", *prevalence), "a number between 0 and 1");
  if (replicates < 0) refuse_option("replicates", fmt::format("{}", replicates), "at least 0");
}

DecisionCurve estimate_decision_curve(std::span<const double> risks, std::span<const int> outcomes,
                                      const DecisionCurveOptions& options) {
  options.validate();
  score_inputs::check_risks(risks, outcomes.size(), "risk");
  DecisionCurve curve;
  curve.confidence = options.confidence;
  curve.counts = score_inputs::count_outcomes(outcomes);
  const std::vector<double> thresholds = choose_thresholds(options);
  for (const double threshold : thresholds) {
    curve.points.emplace_back();
    curve.points.back().threshold = threshold;
  }
  std::optional<Message> why;
  if (curve.counts.subjects == 0) why = Message{"score_no_subjects", {}};
  if (options.prevalence && !why) why = score_inputs::why_one_class(curve.counts);
  if (why) {
    for (DecisionPoint& point : curve.points) {
      for (Estimate* one :
           {&point.true_positive_rate, &point.false_positive_rate, &point.net_benefit, &point.net_benefit_all,
            &point.difference_from_all, &point.interventions_avoided, &point.standardised_net_benefit})
        *one = not_estimable(*why);
    }
    return curve;
  }
  curve.prevalence = options.prevalence.value_or(curve.counts.event_rate());
  curve.replicates = options.replicates;
  const Reached reached = find_reached(risks, outcomes, thresholds, options.acts_on_equal);
  ActedOn acted(thresholds.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) acted.add(reached.thresholds[i], outcomes[i] == 1);
  acted.accumulate();
  for (std::size_t k = 0; k < thresholds.size(); ++k) {
    DecisionPoint& point = curve.points[k];
    const double odds = derive_odds(thresholds[k]);
    const Benefit benefit = derive_benefit(acted, k, odds, options.prevalence);
    point.true_positive_rate.value = benefit.true_positive_rate;
    point.false_positive_rate.value = benefit.false_positive_rate;
    point.net_benefit.value = benefit.net;
    point.net_benefit_all.value = benefit.net_of_all;
    point.difference_from_all.value = benefit.net - benefit.net_of_all;
    point.interventions_avoided = odds > 0.0
                                      ? make_estimate((benefit.net - benefit.net_of_all) / odds, "score_threshold_zero")
                                      : not_estimable("score_threshold_zero");
    point.standardised_net_benefit = *curve.prevalence > 0.0
                                         ? make_estimate(benefit.net / *curve.prevalence, "score_no_events")
                                         : not_estimable("score_no_events");
  }
  if (options.replicates > 0) add_bands(curve, reached, outcomes, options);
  return curve;
}

}  // namespace qpcr
