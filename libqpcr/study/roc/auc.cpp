// Areas and variances from counts in one pass.
#include "libqpcr/study/roc/auc.hpp"

#include <cmath>
#include <cstdint>

#include "libqpcr/math/index_draws.hpp"
#include "libqpcr/math/parallel.hpp"
#include "libqpcr/study/roc/auc_resampler.hpp"

namespace qpcr {
namespace {

constexpr std::size_t replicates_per_block = 64;
constexpr Interval unit_range{0.0, 1.0};

Estimate with_variance(double auc, double variance, double quantile) {
  Estimate made;
  made.value = auc;
  made.standard_error = std::sqrt(variance);
  made.interval = make_wald_interval(auc, *made.standard_error, quantile, unit_range);
  return made;
}

Estimate without_interval(double auc, const char* why) {
  Estimate made;
  made.value = auc;
  made.why_absent = Message{why, {}};
  return made;
}

Estimate on_logit_scale(double auc, double variance, double quantile) {
  if (!(auc > 0.0 && auc < 1.0) || variance == 0.0) return without_interval(auc, "roc_interval_needs_overlap");
  const double logit = std::log(auc / (1.0 - auc));
  const double error = std::sqrt(variance) / (auc * (1.0 - auc));
  Estimate made;
  made.value = auc;
  made.standard_error = std::sqrt(variance);
  made.interval =
      Interval{1.0 / (1.0 + std::exp(quantile * error - logit)), 1.0 / (1.0 + std::exp(-quantile * error - logit))};
  return made;
}

double compute_hanley_mcneil_variance(double auc, double cases, double controls) {
  const double two_cases = auc / (2.0 - auc);
  const double two_controls = 2.0 * auc * auc / (1.0 + auc);
  return (auc * (1.0 - auc) + (cases - 1.0) * (two_cases - auc * auc) + (controls - 1.0) * (two_controls - auc * auc)) /
         (cases * controls);
}

void compare_rank_sums(const RocCounts& counts, double auc, AucResult& result) {
  const auto m = static_cast<double>(counts.case_total);
  const auto n = static_cast<double>(counts.control_total);
  const double total = m + n;
  const double area = counts.direction == RocDirection::higher_is_case ? auc : 1.0 - auc;
  result.rank_sum.value = std::round(2.0 * area * m * n) / 2.0;  // pairs won, ties one half: whole halves
  double ties = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto tied = static_cast<double>(counts.cases[i] + counts.controls[i]);
    ties += tied * (tied * tied - 1.0);
  }
  const double variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
  if (!(variance > 0.0) || counts.size() < 2) {
    result.rank_sum.why_absent = Message{"roc_all_values_tied", {}};
    return;
  }
  result.rank_sum.standard_error = std::sqrt(variance);
  result.rank_sum_z = (*result.rank_sum.value - m * n / 2.0) / *result.rank_sum.standard_error;
  result.rank_sum_p_value = 2.0 * normal_upper_tail(std::abs(*result.rank_sum_z));
}

std::vector<double> bootstrap_areas(const RocSample& sample, RocDirection direction, const RocResampling& resampling) {
  const AucResampler resampler(sample, direction);
  const auto replicates = static_cast<std::size_t>(resampling.replicates);
  std::vector<double> areas(replicates);
  parallel_for(replicates, replicates_per_block, resampling.threads, [&](std::size_t first, std::size_t last) {
    std::vector<std::uint32_t> scratch = resampler.make_scratch();
    std::vector<std::uint32_t> cases(resampler.cases());
    std::vector<std::uint32_t> controls(resampler.controls());
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(resampling.seed, replicate);
      for (std::vector<std::uint32_t>* group : {&cases, &controls}) {
        std::uint32_t* next = group->data();
        draw_indices(stream, static_cast<std::uint32_t>(group->size()), group->size(),
                     [&next](std::uint32_t index) { *next++ = index; });
      }
      areas[replicate] = resampler.area(cases, controls, scratch);
    }
  });
  return areas;
}

}  // namespace

void AucOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  resampling.validate();
}

double compute_auc(const RocCounts& counts) {
  std::int64_t halves = 0;
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    halves += counts.cases[i] * (2 * below + counts.controls[i]);
    below += counts.controls[i];
  }
  return static_cast<double>(halves) /
         (2.0 * static_cast<double>(counts.case_total) * static_cast<double>(counts.control_total));
}

double compute_delong_variance(const RocCounts& counts) {
  const double auc = compute_auc(counts);
  const auto m = static_cast<double>(counts.case_total);
  const auto n = static_cast<double>(counts.control_total);
  double case_squares = 0.0;
  double control_squares = 0.0;
  std::int64_t controls_below = 0;
  std::int64_t cases_above = counts.case_total;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    cases_above -= counts.cases[i];
    const double of_case = static_cast<double>(2 * controls_below + counts.controls[i]) / (2.0 * n) - auc;
    const double of_control = static_cast<double>(2 * cases_above + counts.cases[i]) / (2.0 * m) - auc;
    case_squares += static_cast<double>(counts.cases[i]) * of_case * of_case;
    control_squares += static_cast<double>(counts.controls[i]) * of_control * of_control;
    controls_below += counts.controls[i];
  }
  return case_squares / ((m - 1.0) * m) + control_squares / ((n - 1.0) * n);
}

AucResult estimate_auc(const RocSample& sample, const AucOptions& options) {
  options.validate();
  const RocCounts counts = count_roc_sample(sample, options.direction);
  AucResult result;
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  if (const auto why = find_missing_group(result.cases, result.controls)) {
    for (Estimate* one : {&result.delong, &result.logit, &result.hanley_mcneil, &result.bootstrap, &result.rank_sum})
      *one = not_estimable(*why);
    return result;
  }
  const double auc = compute_auc(counts);
  if (auc < 0.5) result.warnings.push_back({"roc_auc_below_half", {}});
  compare_rank_sums(counts, auc, result);
  if (result.cases < 2 || result.controls < 2) {
    for (Estimate* one : {&result.delong, &result.logit, &result.hanley_mcneil, &result.bootstrap})
      *one = without_interval(auc, "roc_variance_needs_two_of_each");
    return result;
  }
  const double quantile = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  const double variance = compute_delong_variance(counts);
  result.delong = with_variance(auc, variance, quantile);
  result.logit = on_logit_scale(auc, variance, quantile);
  result.hanley_mcneil = with_variance(
      auc, compute_hanley_mcneil_variance(auc, static_cast<double>(result.cases), static_cast<double>(result.controls)),
      quantile);
  if (variance == 0.0) result.warnings.push_back({"roc_variance_zero", {}});
  if (options.resampling.replicates == 0) {
    result.bootstrap = without_interval(auc, "roc_no_replicates");
    return result;
  }
  if (!options.resampling.fits(static_cast<double>(result.cases + result.controls))) {
    result.bootstrap = without_interval(auc, "roc_too_many_for_bootstrap");
    return result;
  }
  const RocBootstrap bootstrap =
      summarize_replicates(bootstrap_areas(sample, counts.direction, options.resampling), options.confidence);
  result.bootstrap = make_bootstrap_estimate(auc, bootstrap);
  result.bootstrap_median = bootstrap.median;
  return result;
}

}  // namespace qpcr
