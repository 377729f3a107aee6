// Correlations from centred sums and ranks.
#include "libqpcr/study/quantitative/correlation.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/math/rank_tests.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

constexpr const char* no_variation = "quantitative_no_variation";

struct Moments {
  double mean_x = 0.0;
  double mean_y = 0.0;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
};

Moments gather_moments(std::span<const double> x, std::span<const double> y) {
  Moments sums;
  sums.mean_x = mean_of(x);
  sums.mean_y = mean_of(y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums.xx += (x[i] - sums.mean_x) * (x[i] - sums.mean_x);
    sums.yy += (y[i] - sums.mean_y) * (y[i] - sums.mean_y);
    sums.xy += (x[i] - sums.mean_x) * (y[i] - sums.mean_y);
  }
  return sums;
}

bool varies(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

/// tanh(atanh r ± z·error); no interval at ±1 or with too few pairs.
void add_fisher_interval(double variance, double confidence, Correlation& found) {
  const double r = *found.estimate.value;
  if (!(variance > 0.0 && std::isfinite(variance) && std::abs(r) < 1.0)) {
    found.estimate.why_absent = Message{"quantitative_interval_not_defined", {}};
    return;
  }
  const double margin = normal_upper_quantile((1.0 - confidence) / 2.0) * std::sqrt(variance);
  found.estimate.interval = Interval{std::tanh(std::atanh(r) - margin), std::tanh(std::atanh(r) + margin)};
}

std::optional<double> estimate_t_p(double r, double n) {
  if (n < 3.0) return std::nullopt;
  if (std::abs(r) >= 1.0) return 0.0;
  return student_t_two_sided(r * std::sqrt((n - 2.0) / ((1.0 - r) * (1.0 + r))), n - 2.0);
}

double product_moment(const Moments& sums) {
  return std::clamp(sums.xy / (std::sqrt(sums.xx) * std::sqrt(sums.yy)), -1.0, 1.0);
}

Correlation estimate_concordance(const Moments& sums, double n, double confidence) {
  const double shift = sums.mean_y - sums.mean_x;
  const double concordance = 2.0 * sums.xy / (sums.xx + sums.yy + n * shift * shift);
  Correlation found;
  found.estimate.value = concordance;
  const double r = product_moment(sums);
  const double c2 = concordance * concordance;
  const double u2 = shift * shift * n / (std::sqrt(sums.xx) * std::sqrt(sums.yy));
  if (n < 3.0 || r == 0.0 || std::abs(r) >= 1.0) {
    found.estimate.why_absent = Message{"quantitative_interval_not_defined", {}};
    return found;
  }
  const double variance = ((1.0 - r * r) * c2 * (1.0 - c2) / (r * r) +
                           2.0 * c2 * concordance * (1.0 - concordance) * u2 / r - 0.5 * c2 * c2 * u2 * u2 / (r * r)) /
                          (n - 2.0);
  if (variance > 0.0) found.estimate.standard_error = std::sqrt(variance);
  add_fisher_interval(variance / ((1.0 - c2) * (1.0 - c2)), confidence, found);
  return found;
}

}  // namespace

void CorrelationOptions::validate() const { check_fraction("confidence", confidence); }

CorrelationResult estimate_correlation(std::span<const double> x, std::span<const double> y,
                                       const CorrelationOptions& options) {
  options.validate();
  check_same_length("y", y.size(), x.size());
  check_finite("x", x);
  check_finite("y", y);
  CorrelationResult result;
  result.pairs = static_cast<long>(x.size());
  result.confidence = options.confidence;
  const Moments sums = gather_moments(x, y);
  // Values that differ by less than their squares can tell have no variance.
  if (x.size() < 2 || !varies(x) || !varies(y) || !std::isnormal(sums.xx) || !std::isnormal(sums.yy)) {
    const Message why = x.size() < 2 ? too_few_values(x.size(), 2) : Message{no_variation, {}};
    for (Correlation* one : {&result.pearson, &result.spearman, &result.kendall, &result.concordance}) {
      one->estimate = not_estimable(why);
    }
    result.location_shift = result.scale_shift = not_estimable(why);
    return result;
  }
  const double n = static_cast<double>(x.size());
  const double r = product_moment(sums);
  result.pearson.estimate.value = r;
  result.pearson.p_value = estimate_t_p(r, n);
  add_fisher_interval(1.0 / (n - 3.0), options.confidence, result.pearson);

  const double rank = product_moment(gather_moments(derive_mid_ranks(x).ranks, derive_mid_ranks(y).ranks));
  result.spearman.estimate.value = rank;
  result.spearman.p_value = estimate_t_p(rank, n);
  add_fisher_interval((1.0 + rank * rank / 2.0) / (n - 3.0), options.confidence, result.spearman);

  const KendallCorrelation kendall = estimate_kendall(x, y);
  result.kendall.estimate.value = kendall.tau_b;
  result.kendall.p_value = kendall.p_value;
  add_fisher_interval(0.437 / (n - 4.0), options.confidence, result.kendall);

  result.concordance = estimate_concordance(sums, n, options.confidence);
  const double sd_x = std::sqrt(sums.xx / n);
  const double sd_y = std::sqrt(sums.yy / n);
  result.location_shift = make_estimate((sums.mean_y - sums.mean_x) / std::sqrt(sd_x * sd_y), no_variation);
  result.scale_shift = make_estimate(sd_y / sd_x, no_variation);
  return result;
}

}  // namespace qpcr
