// Visits every candidate, keeps the best, and repeats it in resamples.
#include "libqpcr/study/roc/optimal_cutoff.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <utility>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double tie_tolerance = 1e-10;

using CutoffChooser = std::function<std::optional<double>(const RocCounts&)>;

/// Calls visit(threshold, table) for every threshold that divides these counts; places without subjects are passed by.
template <typename Visit>
void visit_candidates(const RocCounts& counts, RocThreshold threshold, RocRule rule, Visit visit) {
  FourfoldTable table{counts.case_total, counts.control_total, 0, 0};
  const std::size_t none = counts.size();
  std::size_t before = none;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.cases[i] == 0 && counts.controls[i] == 0) continue;
    if (threshold == RocThreshold::observed && rule == RocRule::inclusive) {
      visit(counts.values[i], table);
    } else if (before != none) {
      visit(threshold == RocThreshold::observed ? counts.values[before]
                                                : place_between(counts.values[before], counts.values[i], rule),
            table);
    }
    table.true_positive -= counts.cases[i];
    table.false_negative += counts.cases[i];
    table.false_positive -= counts.controls[i];
    table.true_negative += counts.controls[i];
    before = i;
  }
  if (threshold == RocThreshold::observed && rule == RocRule::exclusive && before != none)
    visit(counts.values[before], table);
}

bool is_tied(double value, double best) { return value >= best - tie_tolerance * std::max(1.0, std::abs(best)); }

/// Calls visit(point, value) for every best candidate.
template <typename Visit>
void visit_optima(const RocCounts& counts, const CutoffOptions& options, Visit visit) {
  std::optional<double> rank;
  const auto visit_scored = [&](auto use) {
    visit_candidates(counts, options.threshold, options.rule, [&](double threshold, const FourfoldTable& table) {
      if (const auto score = score_point(table, options.criterion)) use(threshold, table, *score);
    });
  };
  visit_scored([&](double, const FourfoldTable&, const CriterionScore& score) {
    if (!rank || score.rank > *rank) rank = score.rank;
  });
  if (!rank) return;
  std::optional<double> second;
  visit_scored([&](double, const FourfoldTable&, const CriterionScore& score) {
    if (is_tied(score.rank, *rank) && (!second || score.second > *second)) second = score.second;
  });
  visit_scored([&](double threshold, const FourfoldTable& table, const CriterionScore& score) {
    if (is_tied(score.rank, *rank) && is_tied(score.second, *second)) visit(RocPoint{threshold, table}, score.value);
  });
}

std::size_t choose(std::size_t optima, TiedCutoff tied) {
  if (tied == TiedCutoff::specific) return optima - 1;
  return tied == TiedCutoff::sensitive ? 0 : (optima - 1) / 2;
}

/// The chosen cut-off of a resample, without keeping the others.
std::optional<double> choose_threshold(const RocCounts& counts, const CutoffOptions& options) {
  std::size_t optima = 0;
  std::optional<double> first;
  std::optional<double> last;
  visit_optima(counts, options, [&](const RocPoint& point, double) {
    if (++optima == 1) first = point.threshold;
    last = point.threshold;
  });
  if (optima == 0 || options.tied == TiedCutoff::specific) return last;
  if (options.tied == TiedCutoff::sensitive) return first;
  std::size_t place = 0;
  std::optional<double> middle;
  visit_optima(counts, options, [&](const RocPoint& point, double) {
    if (place++ == choose(optima, TiedCutoff::middle)) middle = point.threshold;
  });
  return middle;
}

double find_youden(const FourfoldTable& table) { return find_sensitivity(table) + find_specificity(table) - 1.0; }

Estimate make_proportion(long numerator, long denominator, double confidence) {
  Estimate made;
  made.value = static_cast<double>(numerator) / static_cast<double>(denominator);
  made.interval = clopper_pearson_interval(numerator, denominator, confidence);
  return made;
}

void correct(CorrectedProportion& proportion, const std::vector<double>& in_resample,
             const std::vector<double>& in_sample, double confidence, double least) {
  std::vector<double> optimism(in_resample.size());
  for (std::size_t i = 0; i < optimism.size(); ++i) optimism[i] = in_resample[i] - in_sample[i];
  proportion.optimism = summarize_replicates(optimism, confidence).mean;
  if (!proportion.optimism) {
    proportion.corrected = not_estimable("roc_no_replicates");
    return;
  }
  const RocBootstrap bootstrap = summarize_replicates(in_resample, confidence);
  proportion.corrected.value = std::clamp(*proportion.apparent.value - *proportion.optimism, least, 1.0);
  proportion.corrected.standard_error = bootstrap.standard_error;
  proportion.corrected.interval = Interval{std::max(least, bootstrap.percentile->lower - *proportion.optimism),
                                           std::min(1.0, bootstrap.percentile->upper - *proportion.optimism)};
}

void add_bootstrap(const RocCounts& counts, const CutoffChooser& choose_cutoff, const CutoffOptions& options,
                   OptimalCutoff& result) {
  if (options.resampling.replicates == 0) {
    result.cutoff.why_absent = Message{"roc_no_replicates", {}};
    for (CorrectedProportion* one : {&result.sensitivity, &result.specificity, &result.youden})
      one->corrected = not_estimable("roc_no_replicates");
    return;
  }
  const RocReplicates replicates =
      resample_roc(counts, options.resampling, 7, [&](const RocCounts& resampled, std::span<double> values) {
        const std::optional<double> threshold = choose_cutoff(resampled);
        if (!threshold) return;
        const FourfoldTable in_resample = count_at_threshold(resampled, *threshold, options.rule);
        const FourfoldTable in_sample = count_at_threshold(counts, *threshold, options.rule);
        values[0] = *threshold;
        values[1] = find_sensitivity(in_resample);
        values[2] = find_sensitivity(in_sample);
        values[3] = find_specificity(in_resample);
        values[4] = find_specificity(in_sample);
        values[5] = find_youden(in_resample);
        values[6] = find_youden(in_sample);
      });
  const RocBootstrap bootstrap = summarize_replicates(replicates.values[0], options.confidence);
  result.cutoff = make_bootstrap_estimate(*result.cutoff.value, bootstrap);
  if (bootstrap.without_value > 0)
    result.warnings.push_back({"roc_replicates_without_value", {{"count", std::to_string(bootstrap.without_value)}}});
  correct(result.sensitivity, replicates.values[1], replicates.values[2], options.confidence, 0.0);
  correct(result.specificity, replicates.values[3], replicates.values[4], options.confidence, 0.0);
  correct(result.youden, replicates.values[5], replicates.values[6], options.confidence, -1.0);
}

/// Of a least p-value over all cut-offs between the shares `lower` and `upper` of the sample.
std::optional<double> adjust_p_value(double p_value, double lower, double upper) {
  if (!(p_value > 0.0 && p_value < 1.0 && lower > 0.0 && upper < 1.0 && lower < upper)) return std::nullopt;
  const double z = normal_upper_quantile(p_value / 2.0);
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
  const double adjusted =
      density * (z - 1.0 / z) * std::log(upper * (1.0 - lower) / ((1.0 - upper) * lower)) + 4.0 * density / z;
  return std::clamp(adjusted, p_value, 1.0);
}

void adjust_p_value(const RocCounts& counts, const CutoffOptions& options, OptimalCutoff& result) {
  std::optional<double> lower;
  double upper = 0.0;
  visit_candidates(counts, options.threshold, options.rule, [&](double, const FourfoldTable& candidate) {
    if (candidate.test_negative() == 0 || candidate.test_positive() == 0) return;
    upper = static_cast<double>(candidate.test_negative()) / static_cast<double>(candidate.total());
    if (!lower) lower = upper;
  });
  if (lower) result.adjusted_p_value = adjust_p_value(*result.criterion_value.value, *lower, upper);
}

void describe_choice(const RocCounts& counts, RocRule rule, OptimalCutoff& result) {
  const OptimalPoint& best = result.optima[result.chosen];
  const FourfoldTable table = count_at_threshold(counts, best.point.threshold, rule);
  result.cutoff.value = best.point.threshold;
  result.criterion_value.value = best.criterion_value;
  result.sensitivity.apparent = make_proportion(table.true_positive, table.cases(), result.confidence);
  result.specificity.apparent = make_proportion(table.true_negative, table.controls(), result.confidence);
  result.youden.apparent.value = find_youden(table);
  result.youden.apparent.why_absent = Message{"roc_no_apparent_interval", {}};
  if (result.optima.size() > 1)
    result.warnings.push_back({"roc_several_optima", {{"count", std::to_string(result.optima.size())}}});
  if (table.test_negative() == 0 || table.test_positive() == 0)
    result.warnings.push_back({"roc_cutoff_divides_nobody", {}});
}

/// The rank position 0.5 + level·n of the controls, between two of them by the fraction (CLSI EP17-A2). Nothing where
/// it lies beyond the last.
std::optional<double> find_blank_limit(const RocCounts& counts, double level) {
  const double position = 0.5 + level * static_cast<double>(counts.control_total);
  if (position > static_cast<double>(counts.control_total)) return std::nullopt;
  const auto below = static_cast<long>(position);
  std::optional<double> lower;
  long passed = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    passed += counts.controls[i];
    if (!lower && passed >= below) lower = counts.values[i];
    if (lower && (passed > below || passed == counts.control_total))
      return *lower + (position - static_cast<double>(below)) * (counts.values[i] - *lower);
  }
  return lower;
}

OptimalCutoff start_result(const RocCounts& counts, const CutoffOptions& options) {
  OptimalCutoff result;
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  return result;
}

OptimalCutoff refuse_result(OptimalCutoff result, const std::string& why) {
  for (Estimate* one :
       {&result.cutoff, &result.criterion_value, &result.sensitivity.apparent, &result.sensitivity.corrected,
        &result.specificity.apparent, &result.specificity.corrected, &result.youden.apparent, &result.youden.corrected})
    *one = not_estimable(why);
  return result;
}

}  // namespace

std::string_view to_string(RocThreshold threshold) {
  return threshold == RocThreshold::midpoint ? "midpoint" : "observed";
}

std::string_view to_string(RocRule rule) { return rule == RocRule::inclusive ? "inclusive" : "exclusive"; }

std::string_view to_string(TiedCutoff tied) {
  if (tied == TiedCutoff::specific) return "specific";
  return tied == TiedCutoff::sensitive ? "sensitive" : "middle";
}

void CutoffOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  criterion.validate();
  resampling.validate();
}

OptimalCutoff estimate_optimal_cutoff(const RocSample& sample, const CutoffOptions& options) {
  options.validate();
  const RocCounts counts = count_roc_sample(sample, options.direction);
  OptimalCutoff result = start_result(counts, options);
  std::optional<std::string> why = find_missing_group(result.cases, result.controls);
  if (!why && counts.size() < 2) why = "roc_all_values_tied";
  if (!why) {
    visit_optima(counts, options, [&](const RocPoint& point, double value) {
      result.optima.push_back({point, value});
    });
    if (result.optima.empty()) why = "roc_no_point_meets_criterion";
  }
  if (why) return refuse_result(std::move(result), *why);
  result.chosen = choose(result.optima.size(), options.tied);
  describe_choice(counts, options.rule, result);
  if (options.criterion.criterion == CutoffCriterion::p_value) adjust_p_value(counts, options, result);
  add_bootstrap(
      counts, [&](const RocCounts& resampled) { return choose_threshold(resampled, options); }, options, result);
  return result;
}

OptimalCutoff estimate_blank_cutoff(const RocSample& sample, double level, const CutoffOptions& options) {
  options.validate();
  if (!(level > 0.5 && level < 1.0))
    refuse_request(ErrorCode::invalid_option, "level", format_double(level),
                   "a number between 0.5 and 1, both excluded");
  const RocCounts counts = count_roc_sample(sample, options.direction);
  OptimalCutoff result = start_result(counts, options);
  result.method = "limit_of_blank";
  std::optional<std::string> why = find_missing_group(result.cases, result.controls);
  const std::optional<double> limit = why ? std::nullopt : find_blank_limit(counts, level);
  if (!why && !limit) why = "roc_too_few_blanks";
  if (why) return refuse_result(std::move(result), *why);
  const FourfoldTable table = count_at_threshold(counts, *limit, options.rule);
  result.optima.push_back({{*limit, table}, find_specificity(table)});
  describe_choice(counts, options.rule, result);
  add_bootstrap(
      counts, [level](const RocCounts& resampled) { return find_blank_limit(resampled, level); }, options, result);
  return result;
}

}  // namespace qpcr
