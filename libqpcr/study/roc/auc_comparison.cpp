// Placement values of every subject, their covariances, and the tests on them.
#include "libqpcr/study/roc/auc_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/index_draws.hpp"
#include "libqpcr/math/parallel.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_resampler.hpp"

namespace qpcr {
namespace {

constexpr std::size_t replicates_per_block = 64;
constexpr Interval unit_range{0.0, 1.0};
constexpr Interval difference_range{-1.0, 1.0};

struct Ranked {
  double value = 0.0;
  std::size_t index = 0;
};

std::vector<Ranked> rank_values(const std::vector<double>& values, double sign) {
  std::vector<Ranked> ranked(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) ranked[i] = {sign * values[i], i};
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.value < b.value; });
  return ranked;
}

/// Share of `others` below each of `ranked`, ties by half, or above it.
std::vector<double> place(const std::vector<Ranked>& ranked, const std::vector<Ranked>& others, bool below) {
  std::vector<double> placed(ranked.size());
  const auto total = static_cast<double>(others.size());
  std::size_t lower = 0;
  std::size_t at_most = 0;
  for (const Ranked& one : ranked) {
    while (lower < others.size() && others[lower].value < one.value) ++lower;
    at_most = std::max(at_most, lower);
    while (at_most < others.size() && others[at_most].value <= one.value) ++at_most;
    const double share = static_cast<double>(lower + at_most) / (2.0 * total);
    placed[one.index] = below ? share : 1.0 - share;
  }
  return placed;
}

double find_covariance(const std::vector<double>& first, double first_mean, const std::vector<double>& second,
                       double second_mean) {
  double sum = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += (first[i] - first_mean) * (second[i] - second_mean);
  const auto n = static_cast<double>(first.size());
  return sum / ((n - 1.0) * n);
}

double find_covariance(const RocPlacements& first, const RocPlacements& second) {
  return find_covariance(first.cases, first.auc, second.cases, second.auc) +
         find_covariance(first.controls, first.auc, second.controls, second.auc);
}

void check_pairs(const RocSample& first, const RocSample& second) {
  if (first.cases.size() != second.cases.size() || first.controls.size() != second.controls.size())
    refuse_request(
        ErrorCode::invalid_value, "paired samples",
        std::to_string(second.cases.size()) + " cases and " + std::to_string(second.controls.size()) + " controls",
        std::to_string(first.cases.size()) + " and " + std::to_string(first.controls.size()) +
            ", as in the first test");
}

void draw(ResamplingStream& stream, std::vector<std::uint32_t>& group) {
  std::uint32_t* next = group.data();
  draw_indices(stream, static_cast<std::uint32_t>(group.size()), group.size(),
               [&next](std::uint32_t index) { *next++ = index; });
}

std::vector<double> bootstrap_differences(const RocSample& first, const RocSample& second,
                                          const AucComparison& comparison, const AucComparisonOptions& options) {
  const AucResampler one(first, comparison.first_direction);
  const AucResampler other(second, comparison.second_direction);
  const auto replicates = static_cast<std::size_t>(options.resampling.replicates);
  std::vector<double> differences(replicates);
  parallel_for(replicates, replicates_per_block, options.resampling.threads, [&](std::size_t from, std::size_t to) {
    std::vector<std::uint32_t> one_scratch = one.make_scratch();
    std::vector<std::uint32_t> other_scratch = other.make_scratch();
    std::vector<std::uint32_t> cases(one.cases());
    std::vector<std::uint32_t> controls(one.controls());
    for (std::size_t replicate = from; replicate < to; ++replicate) {
      ResamplingStream stream(options.resampling.seed, replicate);
      cases.resize(one.cases());
      controls.resize(one.controls());
      draw(stream, cases);
      draw(stream, controls);
      const double area = one.area(cases, controls, one_scratch);
      if (!options.paired) {
        cases.resize(other.cases());
        controls.resize(other.controls());
        draw(stream, cases);
        draw(stream, controls);
      }
      differences[replicate] = area - other.area(cases, controls, other_scratch);
    }
  });
  return differences;
}

void add_bootstrap(const RocSample& first, const RocSample& second, const AucComparisonOptions& options,
                   AucComparison& comparison) {
  const double difference = *comparison.difference.value;
  if (options.resampling.replicates == 0) {
    comparison.bootstrap_difference.value = difference;
    comparison.bootstrap_difference.why_absent = Message{"roc_no_replicates", {}};
    return;
  }
  const RocBootstrap bootstrap =
      summarize_replicates(bootstrap_differences(first, second, comparison, options), options.confidence);
  comparison.bootstrap_difference = make_bootstrap_estimate(difference, bootstrap);
  if (!bootstrap.standard_error || *bootstrap.standard_error == 0.0) return;
  comparison.bootstrap_statistic = difference / *bootstrap.standard_error;
  comparison.bootstrap_p_value = 2.0 * normal_upper_tail(std::abs(*comparison.bootstrap_statistic));
}

Estimate make_area(double auc, double variance, double quantile) {
  Estimate made;
  made.value = auc;
  made.standard_error = std::sqrt(variance);
  made.interval = make_wald_interval(auc, *made.standard_error, quantile, unit_range);
  return made;
}

/// The variance of the difference of areas that vary together completely, but for rounding.
bool is_negligible(double variance, double first, double second) { return variance <= 1e-14 * (first + second); }

}  // namespace

void AucComparisonOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  resampling.validate();
}

RocPlacements compute_placements(const RocSample& sample, RocDirection direction) {
  const double sign = decide_roc_direction(sample, direction) == RocDirection::higher_is_case ? 1.0 : -1.0;
  const std::vector<Ranked> cases = rank_values(sample.cases, sign);
  const std::vector<Ranked> controls = rank_values(sample.controls, sign);
  RocPlacements placements;
  placements.cases = place(cases, controls, true);
  placements.controls = place(controls, cases, false);
  for (const double placed : placements.cases) placements.auc += placed;
  placements.auc /= static_cast<double>(sample.cases.size());
  return placements;
}

AucComparison compare_auc(const RocSample& first, const RocSample& second, const AucComparisonOptions& options) {
  options.validate();
  if (options.paired) check_pairs(first, second);
  const RocCounts first_counts = count_roc_sample(first, options.first);
  const RocCounts second_counts = count_roc_sample(second, options.second);
  AucComparison comparison;
  comparison.method = options.paired ? "delong_paired" : "delong_unpaired";
  comparison.confidence = options.confidence;
  comparison.first_direction = first_counts.direction;
  comparison.second_direction = second_counts.direction;
  note_automatic_direction(options.first, first_counts.direction, comparison.warnings);
  note_automatic_direction(options.second, second_counts.direction, comparison.warnings);
  for (const RocCounts* counts : {&first_counts, &second_counts}) {
    if (const auto why = find_missing_group(counts->case_total, counts->control_total)) {
      for (Estimate* one :
           {&comparison.first, &comparison.second, &comparison.difference, &comparison.bootstrap_difference})
        *one = not_estimable(*why);
      return comparison;
    }
  }
  const double first_auc = compute_auc(first_counts);
  const double second_auc = compute_auc(second_counts);
  const double difference = first_auc - second_auc;
  comparison.difference.value = difference;
  for (const RocCounts* counts : {&first_counts, &second_counts}) {
    if (counts->case_total >= 2 && counts->control_total >= 2) continue;
    comparison.first.value = first_auc;
    comparison.second.value = second_auc;
    comparison.bootstrap_difference.value = difference;
    for (Estimate* one :
         {&comparison.first, &comparison.second, &comparison.difference, &comparison.bootstrap_difference})
      one->why_absent = Message{"roc_variance_needs_two_of_each", {}};
    return comparison;
  }
  const double first_variance = compute_delong_variance(first_counts);
  const double second_variance = compute_delong_variance(second_counts);
  const double normal = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  comparison.first = make_area(first_auc, first_variance, normal);
  comparison.second = make_area(second_auc, second_variance, normal);
  double variance = first_variance + second_variance;
  if (options.paired) {
    comparison.covariance = find_covariance(compute_placements(first, comparison.first_direction),
                                            compute_placements(second, comparison.second_direction));
    variance -= 2.0 * *comparison.covariance;
  }
  add_bootstrap(first, second, options, comparison);
  if (is_negligible(variance, first_variance, second_variance)) {
    comparison.difference.why_absent = Message{"roc_areas_vary_together", {}};
    return comparison;
  }
  const double error = std::sqrt(variance);
  comparison.difference.standard_error = error;
  comparison.statistic = difference / error;
  double quantile = normal;
  if (options.paired) {
    comparison.p_value = 2.0 * normal_upper_tail(std::abs(*comparison.statistic));
  } else {
    const auto of_first = static_cast<double>(first_counts.case_total + first_counts.control_total) - 1.0;
    const auto of_second = static_cast<double>(second_counts.case_total + second_counts.control_total) - 1.0;
    const double degrees = variance * variance /
                           (first_variance * first_variance / of_first + second_variance * second_variance / of_second);
    comparison.degrees_of_freedom = degrees;
    comparison.p_value = student_t_two_sided(*comparison.statistic, degrees);
    quantile = student_t_upper_quantile((1.0 - options.confidence) / 2.0, degrees);
  }
  comparison.difference.interval = make_wald_interval(difference, error, quantile, difference_range);
  return comparison;
}

}  // namespace qpcr
