// Pools the SD of low samples and adds its multiple to the limit of blank.
#include "libqpcr/study/detection/limit_of_detection_parametric.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/math/normality.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

using Groups = std::map<std::pair<std::string, std::string>, std::vector<double>>;  // lot, sample

double derive_mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double derive_squares(const std::vector<double>& values) {
  const double mean = derive_mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares;
}

DetectionLimit derive_limit(const Groups& groups, const std::string& lot, bool all, double limit_of_blank,
                            const ParametricDetectionOptions& options) {
  DetectionLimit limit;
  limit.lot = all ? "" : lot;
  double squares = 0.0;
  for (const auto& [key, values] : groups) {
    if (!all && key.first != lot) continue;
    squares += derive_squares(values);
    limit.degrees_of_freedom += static_cast<long>(values.size()) - 1;
  }
  if (limit.degrees_of_freedom < 1) {
    limit.limit = not_estimable("detection_not_estimable_too_few_replicates");
    return limit;
  }
  limit.pooled_sd = std::sqrt(squares / static_cast<double>(limit.degrees_of_freedom));
  limit.multiplier = derive_sd_multiplier(options.share, options.quantile, limit.degrees_of_freedom);
  limit.limit.value = limit_of_blank + *limit.multiplier * *limit.pooled_sd;
  return limit;
}

Assumption make_assumption(const std::string& what, const std::string& test, std::optional<VarianceTest> found,
                           double significance) {
  Assumption assumption{Message{what, {}}, test, std::nullopt, std::nullopt, std::nullopt};
  if (found) {
    assumption.statistic = found->statistic;
    assumption.p_value = found->p_value;
    assumption.holds = found->p_value >= significance;
  }
  return assumption;
}

/// Normality of each sample, as the smallest p-value times the number of samples (Bonferroni).
Assumption derive_normality(const std::vector<std::vector<double>>& groups, double significance) {
  std::optional<VarianceTest> worst;
  long tested = 0;
  for (const std::vector<double>& values : groups) {
    const NormalityTest test = shapiro_wilk(values);
    if (!std::isfinite(test.statistic)) continue;
    ++tested;
    if (!worst || test.p_value < worst->p_value) worst = VarianceTest{test.statistic, test.p_value};
  }
  if (worst) worst->p_value = std::min(1.0, worst->p_value * static_cast<double>(tested));
  return make_assumption("detection_assumption_low_samples_normal", "shapiro_wilk", worst, significance);
}

}  // namespace

void ParametricDetectionOptions::validate() const {
  check_fraction("share", share);
  check_fraction("significance", significance);
}

std::optional<VarianceTest> compare_variances_bartlett(const std::vector<std::vector<double>>& groups) {
  if (groups.size() < 2) return std::nullopt;
  double degrees = 0.0;
  double squares = 0.0;
  double logarithms = 0.0;
  double reciprocals = 0.0;
  for (const std::vector<double>& values : groups) {
    if (values.size() < 2) return std::nullopt;
    const double own = static_cast<double>(values.size()) - 1.0;
    const double sum = derive_squares(values);
    if (!(sum > 0.0)) return std::nullopt;
    degrees += own;
    squares += sum;
    logarithms += own * std::log(sum / own);
    reciprocals += 1.0 / own;
  }
  const double extra = static_cast<double>(groups.size()) - 1.0;
  const double correction = 1.0 + (reciprocals - 1.0 / degrees) / (3.0 * extra);
  const double statistic = std::max(0.0, (degrees * std::log(squares / degrees) - logarithms) / correction);
  return VarianceTest{statistic, chi_square_upper_tail(statistic, extra)};
}

std::optional<VarianceTest> compare_variances_cochran(const std::vector<std::vector<double>>& groups) {
  if (groups.size() < 2 || groups.front().size() < 2) return std::nullopt;
  double greatest = 0.0;
  double sum = 0.0;
  for (const std::vector<double>& values : groups) {
    if (values.size() != groups.front().size()) return std::nullopt;
    const double squares = derive_squares(values);
    greatest = std::max(greatest, squares);
    sum += squares;
  }
  if (!(sum > 0.0)) return std::nullopt;
  const auto count = static_cast<double>(groups.size());
  const double own = static_cast<double>(groups.front().size()) - 1.0;
  const double share = greatest / sum;
  if (share >= 1.0) return VarianceTest{1.0, 0.0};
  const double ratio = share * (count - 1.0) / (1.0 - share);
  return VarianceTest{share, std::min(1.0, count * f_upper_tail(ratio, own, own * (count - 1.0)))};
}

ParametricDetection estimate_parametric_detection_limit(const std::vector<LowResult>& results, double limit_of_blank,
                                                        const ParametricDetectionOptions& options) {
  options.validate();
  check_finite("limit_of_blank", limit_of_blank);
  if (results.empty()) refuse_request(ErrorCode::invalid_value, "value", "none", "at least one result");
  ParametricDetection found;
  found.options = options;
  found.limit_of_blank = limit_of_blank;
  Groups groups;
  std::set<std::string> lots;
  for (const LowResult& result : results) {
    check_finite("value", result.value);
    groups[{result.lot, result.sample}].push_back(result.value);
    lots.insert(result.lot);
  }
  std::vector<std::vector<double>> values;
  for (const auto& [key, group] : groups) {
    LowSample sample{key.first, key.second, static_cast<long>(group.size()), derive_mean(group), std::nullopt};
    if (group.size() > 1) sample.sd = std::sqrt(derive_squares(group) / (static_cast<double>(group.size()) - 1.0));
    found.samples.push_back(sample);
    values.push_back(group);
  }
  for (const std::string& lot : lots) found.lots.push_back(derive_limit(groups, lot, false, limit_of_blank, options));
  found.pooled = derive_limit(groups, "", true, limit_of_blank, options);
  const bool separate =
      options.lots == LotRule::separate || (options.lots == LotRule::ep17 && lots.size() >= 2 && lots.size() <= 3);
  found.applied = separate ? LotRule::separate : LotRule::pooled;
  found.limit = found.pooled.limit;
  if (separate) {
    found.limit = found.lots.front().limit;
    for (const DetectionLimit& lot : found.lots) {
      if (!lot.limit.value || (found.limit.value && *lot.limit.value > *found.limit.value)) found.limit = lot.limit;
      if (!found.limit.value) break;
    }
  }
  found.assumptions.push_back(make_assumption("detection_assumption_equal_variances", "bartlett",
                                              compare_variances_bartlett(values), options.significance));
  found.assumptions.push_back(make_assumption("detection_assumption_equal_variances", "cochran",
                                              compare_variances_cochran(values), options.significance));
  found.assumptions.push_back(derive_normality(values, options.significance));
  for (const Assumption& assumption : found.assumptions) {
    if (assumption.holds && !*assumption.holds)
      found.warnings.push_back({"detection_assumption_fails",
                                {{"test", assumption.test}, {"p", fmt::format("{:.3g}", *assumption.p_value)}}});
  }
  if (found.pooled.degrees_of_freedom + static_cast<long>(values.size()) < 60)
    found.warnings.push_back({"detection_low_results_fewer_than_ep17", {{"count", fmt::format("{}", results.size())}}});
  return found;
}

}  // namespace qpcr
