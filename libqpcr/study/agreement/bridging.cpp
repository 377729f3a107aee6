// Paired differences, the ratio of spreads and percent agreement, each judged by its pre-set limit.
#include "libqpcr/study/agreement/bridging.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

struct PairMoments {
  double n = 0.0;
  double mean_difference = 0.0;
  double difference_square = 0.0;
  double reference_square = 0.0;
  double candidate_square = 0.0;
  double product = 0.0;
};

PairMoments form_moments(const std::vector<double>& reference, const std::vector<double>& candidate) {
  PairMoments sums;
  sums.n = static_cast<double>(reference.size());
  double reference_mean = 0.0;
  double candidate_mean = 0.0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    reference_mean += reference[i] / sums.n;
    candidate_mean += candidate[i] / sums.n;
    sums.mean_difference += (candidate[i] - reference[i]) / sums.n;
  }
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = reference[i] - reference_mean;
    const double c = candidate[i] - candidate_mean;
    const double d = candidate[i] - reference[i] - sums.mean_difference;
    sums.reference_square += r * r;
    sums.candidate_square += c * c;
    sums.product += r * c;
    sums.difference_square += d * d;
  }
  return sums;
}

void add_bias(Bridging& result, const PairMoments& sums, const BridgingOptions& options) {
  if (sums.n < 2.0) {
    result.bias = not_estimable("agreement_not_estimable_fewer_than_two_pairs");
    if (sums.n > 0.0) result.bias.value = sums.mean_difference;
    result.bias_for_equivalence = result.bias;
    return;
  }
  const double degrees = sums.n - 1.0;
  const double error = std::sqrt(sums.difference_square / degrees / sums.n);
  const auto with_interval = [&](double confidence) {
    const double t = student_t_upper_quantile((1.0 - confidence) / 2.0, degrees);
    Estimate estimate;
    estimate.value = sums.mean_difference;
    estimate.standard_error = error;
    estimate.interval = Interval{sums.mean_difference - t * error, sums.mean_difference + t * error};
    return estimate;
  };
  result.bias = with_interval(options.confidence);
  result.bias_for_equivalence = with_interval(options.equivalence_confidence);
  if (!options.bias_margin || !(error > 0.0)) return;
  const double below = student_t_upper_tail((sums.mean_difference + *options.bias_margin) / error, degrees);
  const double above = student_t_upper_tail((*options.bias_margin - sums.mean_difference) / error, degrees);
  result.equivalence_p_value = std::max(below, above);
}

/// Morgan and Pitman: equal spreads mean that sums and differences are uncorrelated, which inverts to an interval.
void add_sd_ratio(Bridging& result, const PairMoments& sums, double confidence) {
  if (sums.n < 3.0) {
    result.sd_ratio = not_estimable("agreement_not_estimable_fewer_than_three_pairs");
    return;
  }
  if (!(sums.reference_square > 0.0 && sums.candidate_square > 0.0)) {
    result.sd_ratio = not_estimable("agreement_not_estimable_values_all_equal");
    return;
  }
  const double degrees = sums.n - 2.0;
  const double ratio = std::sqrt(sums.candidate_square / sums.reference_square);
  const double r =
      std::clamp(sums.product / std::sqrt(sums.candidate_square) / std::sqrt(sums.reference_square), -1.0, 1.0);
  const double unexplained = 1.0 - r * r;
  const double t = student_t_upper_quantile((1.0 - confidence) / 2.0, degrees);
  const double k = 1.0 + 2.0 * unexplained * t * t / degrees;
  const double root = std::sqrt(std::max(0.0, k * k - 1.0));
  result.sd_ratio.value = ratio;
  result.sd_ratio.interval = Interval{ratio * std::sqrt(1.0 / (k + root)), ratio * std::sqrt(k + root)};
  if (unexplained > 0.0) {
    const double statistic = (ratio * ratio - 1.0) * std::sqrt(degrees) / (2.0 * ratio * std::sqrt(unexplained));
    result.sd_p_value = student_t_two_sided(statistic, degrees);
  }
}

Estimate estimate_agreement(long agreed, long all, double confidence, const std::string& why) {
  if (all == 0) return not_estimable(why);
  Estimate estimate;
  estimate.value = static_cast<double>(agreed) / static_cast<double>(all);
  estimate.interval = wilson_interval(agreed, all, confidence);
  return estimate;
}

BridgingCriterion judge(std::string name, double limit, const Estimate& estimate, std::optional<double> judged,
                        bool met) {
  BridgingCriterion criterion;
  criterion.name = std::move(name);
  criterion.limit = limit;
  if (!estimate.interval) {
    criterion.why = estimate.why_absent;
    return criterion;
  }
  criterion.judged_value = judged;
  criterion.verdict = met ? Verdict::met : Verdict::not_met;
  return criterion;
}

void judge_all(Bridging& result, const BridgingOptions& options) {
  if (options.bias_margin) {
    const auto& limits = result.bias_for_equivalence.interval;
    std::optional<double> far;
    if (limits) far = std::abs(limits->lower) > std::abs(limits->upper) ? limits->lower : limits->upper;
    const bool inside = limits && limits->lower > -*options.bias_margin && limits->upper < *options.bias_margin;
    result.criteria.push_back(judge("bias", *options.bias_margin, result.bias_for_equivalence, far, inside));
  }
  if (options.largest_sd_ratio) {
    const auto& limits = result.sd_ratio.interval;
    const auto upper = limits ? std::optional(limits->upper) : std::nullopt;
    result.criteria.push_back(judge("sd_ratio", *options.largest_sd_ratio, result.sd_ratio, upper,
                                    upper && *upper <= *options.largest_sd_ratio));
  }
  const auto judge_share = [&](const char* name, std::optional<double> least, const Estimate& estimate) {
    if (!least) return;
    const auto lower = estimate.interval ? std::optional(estimate.interval->lower) : std::nullopt;
    result.criteria.push_back(judge(name, *least, estimate, lower, lower && *lower >= *least));
  };
  judge_share("ppa", options.least_ppa, result.positive_agreement);
  judge_share("npa", options.least_npa, result.negative_agreement);
  judge_share("opa", options.least_opa, result.overall_agreement);
  const auto is = [](Verdict verdict) {
    return [verdict](const BridgingCriterion& one) { return one.verdict == verdict; };
  };
  if (std::any_of(result.criteria.begin(), result.criteria.end(), is(Verdict::not_met)))
    result.verdict = Verdict::not_met;
  else if (std::all_of(result.criteria.begin(), result.criteria.end(), is(Verdict::met)))
    result.verdict = Verdict::met;
}

void count_calls(Bridging& result, const std::vector<BridgedSample>& samples) {
  Exclusion without_call;
  without_call.reason = Message{"agreement_exclusion_no_call_on_one_side", {}};
  for (const BridgedSample& sample : samples) {
    if (!sample.reference_positive || !sample.candidate_positive) {
      if (!sample.reference_positive && !sample.candidate_positive) continue;
      ++without_call.rows;
      if (sample.line > 0 && without_call.lines.size() < 100) without_call.lines.push_back(sample.line);
      continue;
    }
    long& cell = *sample.reference_positive
                     ? (*sample.candidate_positive ? result.both_positive : result.candidate_negative)
                     : (*sample.candidate_positive ? result.candidate_positive : result.both_negative);
    ++cell;
  }
  if (without_call.rows > 0) result.exclusions.push_back(without_call);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 3> names{"met", "not_met", "cannot_be_judged"};
  return names[static_cast<std::size_t>(verdict)];
}

void BridgingOptions::validate() const {
  for (const auto& [name, value] :
       {std::pair("confidence", confidence), std::pair("equivalence_confidence", equivalence_confidence)}) {
    if (!(value > 0.0 && value < 1.0))
      refuse_request(ErrorCode::invalid_option, name, format_double(value), "a number between 0 and 1");
  }
  for (const auto& [name, value] :
       {std::pair("bias_margin", bias_margin), std::pair("largest_sd_ratio", largest_sd_ratio)}) {
    if (value && !(*value > 0.0 && std::isfinite(*value)))
      refuse_request(ErrorCode::invalid_option, name, format_double(*value), "a positive number");
  }
  for (const auto& [name, value] :
       {std::pair("least_ppa", least_ppa), std::pair("least_npa", least_npa), std::pair("least_opa", least_opa)}) {
    if (value && !(*value > 0.0 && *value < 1.0))
      refuse_request(ErrorCode::invalid_option, name, format_double(*value), "a share between 0 and 1");
  }
  if (!bias_margin && !largest_sd_ratio && !least_ppa && !least_npa && !least_opa)
    refuse_request(
        ErrorCode::invalid_option, "bias_margin", "nothing",
        "at least one limit set beforehand: bias_margin, largest_sd_ratio, least_ppa, least_npa or least_opa");
}

Bridging estimate_bridging(const std::vector<BridgedSample>& samples, const BridgingOptions& options) {
  options.validate();
  Bridging result;
  result.confidence = options.confidence;
  result.samples = static_cast<long>(samples.size());
  std::set<std::string> seen;
  std::vector<double> reference;
  std::vector<double> candidate;
  Exclusion one_sided;
  one_sided.reason = Message{"agreement_exclusion_no_value_on_one_side", {}};
  for (const BridgedSample& sample : samples) {
    if (!seen.insert(sample.id).second)
      refuse_request(ErrorCode::duplicate_entry, "sample", sample.id, "each sample once");
    for (const auto& value : {sample.reference_value, sample.candidate_value}) {
      if (value && !std::isfinite(*value))
        refuse_request(ErrorCode::invalid_value, "value", format_double(*value), "a finite number, or none");
    }
    if (sample.reference_value && sample.candidate_value) {
      reference.push_back(*sample.reference_value);
      candidate.push_back(*sample.candidate_value);
      ++result.both_values;
      continue;
    }
    if (!sample.reference_value && !sample.candidate_value) {
      ++result.neither_value;
      continue;
    }
    ++(sample.reference_value ? result.reference_only : result.candidate_only);
    ++one_sided.rows;
    if (sample.line > 0 && one_sided.lines.size() < 100) one_sided.lines.push_back(sample.line);
    if (result.one_sided_samples.size() < 100) result.one_sided_samples.push_back(sample.id);
  }
  if (one_sided.rows > 0) {
    result.exclusions.push_back(one_sided);
    result.warnings.push_back(
        {"agreement_bridging_values_on_one_side",
         {{"reference", std::to_string(result.reference_only)}, {"candidate", std::to_string(result.candidate_only)}}});
  }
  const PairMoments sums = form_moments(reference, candidate);
  add_bias(result, sums, options);
  add_sd_ratio(result, sums, options.confidence);
  count_calls(result, samples);
  const long positives = result.both_positive + result.candidate_negative;
  const long negatives = result.candidate_positive + result.both_negative;
  result.positive_agreement = estimate_agreement(result.both_positive, positives, options.confidence,
                                                 "agreement_not_estimable_no_reference_positives");
  result.negative_agreement = estimate_agreement(result.both_negative, negatives, options.confidence,
                                                 "agreement_not_estimable_no_reference_negatives");
  result.overall_agreement = estimate_agreement(result.both_positive + result.both_negative, positives + negatives,
                                                options.confidence, "not_estimable_no_subjects");
  judge_all(result, options);
  return result;
}

}  // namespace qpcr
