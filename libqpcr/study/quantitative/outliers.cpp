// Outlier statistics from the sample as it is; nothing is removed.
#include "libqpcr/study/quantitative/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "libqpcr/math/bootstrap.hpp"
#include "libqpcr/math/sample_quantiles.hpp"
#include "libqpcr/study/quantitative/input_checks.hpp"

namespace qpcr {
namespace {

struct Centre {
  double mean = 0.0;
  double squares = 0.0;  ///< 0 for equal values
};

Centre centre_of(std::span<const double> values) {
  const bool equal = std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
  const double mean = equal ? values.front() : mean_of(values);
  return {mean, equal ? 0.0 : squares_about(values, mean)};
}

std::size_t find_end(std::span<const double> values, double mean, OutlierEnd end, bool& highest) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const bool high_is_farther = !(*high - mean < mean - *low);
  highest = end == OutlierEnd::highest || (end == OutlierEnd::farthest && high_is_farther) ||
            (end == OutlierEnd::nearest && !high_is_farther);
  return static_cast<std::size_t>((highest ? high : low) - values.begin());
}

OutlierTest absent_outlier(Message why) {
  OutlierTest test;
  test.why_absent = std::move(why);
  return test;
}

/// n·P(T > t) of a statistic whose square is a share of the sum of squares: t² = degrees·share/(1 − share).
double bound_tail(double times, double share, double degrees) {
  if (share >= 1.0) return 0.0;
  return std::min(1.0, times * student_t_upper_tail(std::sqrt(degrees * share / (1.0 - share)), degrees));
}

/// Sum of squares of sorted values without the two at one end over that with them.
double pair_ratio(std::span<const double> sorted, bool highest) {
  const std::span<const double> rest = highest ? sorted.first(sorted.size() - 2) : sorted.last(sorted.size() - 2);
  return squares_about(rest, mean_of(rest)) / squares_about(sorted, mean_of(sorted));
}

double draw_normal(ResamplingStream& stream) {
  const double uniform = (static_cast<double>(stream.bits() >> 11) + 0.5) * 0x1.0p-53;
  return normal_quantile(uniform);
}

Message no_variation() { return {"quantitative_no_variation", {}}; }

}  // namespace

OutlierTest find_outlier_grubbs(std::span<const double> values, OutlierEnd end) {
  check_finite("values", values);
  if (values.size() < 3) return absent_outlier(too_few_values(values.size(), 3));
  const Centre centre = centre_of(values);
  if (!(centre.squares > 0.0)) return absent_outlier(no_variation());
  const double n = static_cast<double>(values.size());
  OutlierTest test;
  test.index = find_end(values, centre.mean, end, test.is_highest);
  const double distance = std::abs(values[*test.index] - centre.mean);
  test.statistic = distance / std::sqrt(centre.squares / (n - 1.0));
  // Leaving the value out takes n/(n − 1)·distance² from the sum of squares. All of it when the others are equal.
  const double share = std::min(1.0, n / (n - 1.0) * distance * distance / centre.squares);
  test.variance_ratio = 1.0 - share;
  test.p_one_sided = bound_tail(n, share, n - 2.0);
  test.p_two_sided = std::min(1.0, 2.0 * *test.p_one_sided);
  return test;
}

OutlierTest find_outliers_both_ends(std::span<const double> values) {
  check_finite("values", values);
  if (values.size() < 4) return absent_outlier(too_few_values(values.size(), 4));
  const Centre centre = centre_of(values);
  if (!(centre.squares > 0.0)) return absent_outlier(no_variation());
  const double n = static_cast<double>(values.size());
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  OutlierTest test;
  test.index = static_cast<std::size_t>(high - values.begin());
  const double range = *high - *low;
  test.statistic = range / std::sqrt(centre.squares / (n - 1.0));
  test.p_one_sided = bound_tail(n * (n - 1.0), range * range / (2.0 * centre.squares), n - 2.0);
  test.p_two_sided = test.p_one_sided;
  return test;
}

void GrubbsPairOptions::validate() const {
  if (replicates < 1000) refuse_option("replicates", fmt::format("{}", replicates), "at least 1000");
}

OutlierTest find_outlier_pair_grubbs(std::span<const double> values, OutlierEnd end, const GrubbsPairOptions& options) {
  options.validate();
  check_finite("values", values);
  if (values.size() < 4) return absent_outlier(too_few_values(values.size(), 4));
  const Centre centre = centre_of(values);
  if (!(centre.squares > 0.0)) return absent_outlier(no_variation());
  OutlierTest test;
  test.index = find_end(values, centre.mean, end, test.is_highest);
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double found = pair_ratio(sorted, test.is_highest);
  test.statistic = test.variance_ratio = found;
  const auto replicates = static_cast<std::size_t>(options.replicates);
  std::vector<std::vector<double>> scratch(bootstrap_workers(replicates), std::vector<double>(values.size()));
  const std::vector<double> ratios =
      run_replicates(replicates, options.seed, options.threads, [&](ResamplingStream& stream, std::size_t worker) {
        std::vector<double>& sample = scratch[worker];
        for (double& value : sample) value = draw_normal(stream);
        std::sort(sample.begin(), sample.end());
        return pair_ratio(sample, true);
      });
  const auto hits = std::count_if(ratios.begin(), ratios.end(), [&](double ratio) { return ratio <= found; });
  test.p_one_sided = (1.0 + static_cast<double>(hits)) / (1.0 + static_cast<double>(replicates));
  test.p_two_sided = std::min(1.0, 2.0 * *test.p_one_sided);
  return test;
}

OutlierTest find_outlier_dixon(std::span<const double> values, OutlierEnd end, std::optional<DixonRatio> ratio) {
  check_finite("values", values);
  const auto count = static_cast<long>(values.size());
  const DixonRatio used = ratio.value_or(find_dixon_ratio(count));
  const long needed = std::max(3L, static_cast<long>(used.gap + used.trim) + 2);
  if (count < needed) return absent_outlier(too_few_values(values.size(), static_cast<std::size_t>(needed)));
  if (count > 30) return absent_outlier({"quantitative_dixon_too_many", {{"found", fmt::format("{}", count)}}});
  const Centre centre = centre_of(values);
  OutlierTest test;
  test.index = find_end(values, centre.mean, end, test.is_highest);
  std::vector<double> ordered(values.begin(), values.end());
  std::sort(ordered.begin(), ordered.end());
  if (!test.is_highest) std::reverse(ordered.begin(), ordered.end());
  const auto gap = static_cast<std::size_t>(used.gap);
  const auto trim = static_cast<std::size_t>(used.trim);
  const double range = std::abs(ordered.back() - ordered[trim]);
  if (!(range > 0.0)) return absent_outlier(no_variation());
  test.statistic = std::abs(ordered.back() - ordered[ordered.size() - 1 - gap]) / range;
  test.p_one_sided = dixon_upper_tail(std::min(1.0, *test.statistic), count, used);
  test.p_two_sided = std::min(1.0, 2.0 * *test.p_one_sided);
  return test;
}

RosnerResult find_outliers_rosner(std::span<const double> values, long most, double alpha) {
  check_finite("values", values);
  check_fraction("alpha", alpha);
  RosnerResult result;
  if (values.size() < 3) {
    result.why_absent = too_few_values(values.size(), 3);
    return result;
  }
  const auto count = static_cast<long>(values.size());
  if (most < 1 || most > count - 2) {
    refuse_option("most", fmt::format("{}", most), fmt::format("1 to {}, two less than the values", count - 2));
  }
  std::vector<std::size_t> left(values.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::size_t last = 0;
  for (long step = 1; step <= most; ++step) {
    std::vector<double> rest;
    for (const std::size_t index : left) rest.push_back(values[index]);
    const Centre centre = centre_of(rest);
    if (!(centre.squares > 0.0)) break;
    const auto farthest = std::max_element(left.begin(), left.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(values[a] - centre.mean) < std::abs(values[b] - centre.mean);
    });
    const double n = static_cast<double>(rest.size());
    RosnerStep one{*farthest, std::abs(values[*farthest] - centre.mean) / std::sqrt(centre.squares / (n - 1.0)), 0.0};
    const double t = student_t_upper_quantile(alpha / (2.0 * n), n - 2.0);
    one.critical = (n - 1.0) * t / std::sqrt(n * (n - 2.0 + t * t));
    result.steps.push_back(one);
    if (one.statistic > one.critical) last = result.steps.size();
    left.erase(farthest);
  }
  if (result.steps.empty()) result.why_absent = no_variation();
  for (std::size_t k = 0; k < last; ++k) result.outliers.push_back(result.steps[k].index);
  return result;
}

OutlierTest find_outlier_variance(std::span<const double> variances, double replicates) {
  check_finite("variances", variances);
  if (variances.size() < 2) refuse_value("variances", fmt::format("{}", variances.size()), "at least two");
  if (!(std::isfinite(replicates) && replicates >= 2.0)) {
    refuse_value("replicates", fmt::format("{}", replicates), "at least 2");
  }
  const auto largest = std::max_element(variances.begin(), variances.end());
  if (*std::min_element(variances.begin(), variances.end()) < 0.0) {
    refuse_value("variances", "a negative variance", "variances of at least 0");
  }
  const double sum = std::accumulate(variances.begin(), variances.end(), 0.0);
  if (!(sum > 0.0)) return absent_outlier(no_variation());
  const double groups = static_cast<double>(variances.size());
  OutlierTest test;
  test.index = static_cast<std::size_t>(largest - variances.begin());
  const double c = *largest / sum;
  test.statistic = c;
  const double degrees = replicates - 1.0;
  const double tail = c >= 1.0 ? 0.0 : f_upper_tail((groups - 1.0) * c / (1.0 - c), degrees, (groups - 1.0) * degrees);
  test.p_one_sided = std::min(1.0, groups * tail);
  test.p_two_sided = test.p_one_sided;
  return test;
}

std::optional<Interval> derive_tukey_fences(std::span<const double> values, double factor, int type) {
  check_finite("values", values);
  check_positive("factor", factor);
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double lower = sorted_quantile(sorted, 0.25, type);
  const double upper = sorted_quantile(sorted, 0.75, type);
  return Interval{lower - factor * (upper - lower), upper + factor * (upper - lower)};
}

double grubbs_critical_value(long count, double alpha_one_sided) {
  if (count < 3) refuse_value("count", fmt::format("{}", count), "at least 3");
  check_fraction("alpha", alpha_one_sided);
  const double n = static_cast<double>(count);
  const double t = student_t_upper_quantile(alpha_one_sided / n, n - 2.0);
  return (n - 1.0) / std::sqrt(n) * std::sqrt(t * t / (n - 2.0 + t * t));
}

}  // namespace qpcr
