// Indicators of quantification from reactions of known concentration.
#include "libqpcr/study/quantification_performance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double log_of_ten = 2.302585092994045684;
constexpr double error_probability = 0.05;
/// The two-sided 95 % point of the normal distribution to the digits in which the field's tools write it.
constexpr double normal_point = 1.959964;

bool is_quantity(double value) { return std::isfinite(value) && value > 0.0; }

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sum_of_squares(std::span<const double> values) {
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

double variance_of(std::span<const double> values) {
  return values.size() > 1 ? sum_of_squares(values) / static_cast<double>(values.size() - 1) : nan;
}

/// Quantities of one concentration and their logarithms.
struct Sorted {
  double expected = 0.0;
  std::vector<double> quantities;
  std::vector<double> logarithms;
};

std::vector<Sorted> sort_groups(std::span<const ConcentrationGroup> groups, long& lost) {
  std::map<double, Sorted> sorted;
  for (const ConcentrationGroup& group : groups) {
    if (!is_quantity(group.expected))
      refuse_request(ErrorCode::invalid_value, "expected concentration", format_double(group.expected),
                     "a positive number");
    Sorted& into = sorted[group.expected];
    into.expected = group.expected;
    for (const double value : group.values) {
      if (is_quantity(value)) {
        into.quantities.push_back(value);
        into.logarithms.push_back(std::log10(value));
      } else {
        ++lost;
      }
    }
  }
  std::vector<Sorted> result;
  for (auto& [expected, group] : sorted) {
    if (!group.quantities.empty()) result.push_back(std::move(group));
  }
  return result;
}

/// What the mean squares are made of, from log10 quantity alone.
struct LogLine {
  long reactions = 0;
  LinearFit line;
  double within = 0.0;  ///< sum of squares within concentrations
  std::vector<double> variances;

  double ms_within(std::size_t groups) const {
    const long freedom = reactions - static_cast<long>(groups);
    return freedom > 0 ? within / static_cast<double>(freedom) : nan;
  }
  double ms_deviation(std::size_t groups) const {
    return groups > 2 ? (line.residual_sum_of_squares - within) / static_cast<double>(groups - 2) : nan;
  }
};

/// Buffers for one line after the other.
class LogLineEstimator {
 public:
  template <class Groups>
  LogLine estimate(const Groups& groups) {
    x_.clear();
    y_.clear();
    LogLine result;
    for (const auto& group : groups) {
      const double x = std::log10(group.expected);
      for (const double value : group.logarithms) {
        x_.push_back(x);
        y_.push_back(value);
      }
      result.within += sum_of_squares(group.logarithms);
      result.variances.push_back(variance_of(group.logarithms));
    }
    result.reactions = static_cast<long>(x_.size());
    result.line = fit_line(x_, y_);
    return result;
  }

 private:
  std::vector<double> x_;
  std::vector<double> y_;
};

/// Geometric mean over concentrations of the fold that a mean there must differ by to be told apart (Ruijter 2013).
double derive_detectable_difference(const std::vector<Sorted>& groups, const LogLine& line) {
  const auto n = static_cast<double>(line.reactions);
  const double residual_sd = line.line.residual_sd;
  double centre = 0.0;
  std::vector<double> x;
  for (const Sorted& group : groups) {
    const double log_expected = std::log10(group.expected);
    centre += log_expected / static_cast<double>(groups.size());
    x.insert(x.end(), group.logarithms.size(), log_expected);
  }
  const double spread = variance_of(x) * (n - 2.0);
  double sum = 0.0;
  int counted = 0;
  for (const Sorted& group : groups) {
    const auto m = static_cast<double>(group.logarithms.size());
    if (m < 2.0) continue;
    const double t = student_t_upper_quantile(error_probability / 4.0, m - 1.0);
    const double distance = std::log10(group.expected) - centre;
    sum += log_of_ten * t * residual_sd * std::sqrt(1.0 / m + distance * distance / spread);
    ++counted;
  }
  return counted > 0 ? std::exp(sum / counted) : nan;
}

/// One indicator's name and how to read it from a line.
struct Indicator {
  std::string name;
  double expected = nan;
  std::size_t group = 0;
};

double read_indicator(const Indicator& indicator, const LogLine& line, std::size_t groups) {
  const double slope = line.line.slope;
  const double value = indicator.name == "ms_within"      ? line.ms_within(groups)
                       : indicator.name == "ms_deviation" ? line.ms_deviation(groups)
                                                          : line.variances[indicator.group];
  return value / (slope * slope);
}

/// log10 quantities of one concentration.
struct LogGroup {
  double expected = 0.0;
  std::vector<double> logarithms;
};

/// Both methods on the reactions that both have.
struct PairedGroups {
  std::vector<LogGroup> first;
  std::vector<LogGroup> second;
};

PairedGroups pair_groups(std::span<const ConcentrationGroup> first, std::span<const ConcentrationGroup> second) {
  if (first.size() != second.size()) {
    refuse_request(ErrorCode::invalid_value, "paired groups", fmt::format("{} and {}", first.size(), second.size()),
                   "as many concentrations in both");
  }
  PairedGroups paired;
  for (std::size_t k = 0; k < first.size(); ++k) {
    if (first[k].expected != second[k].expected || first[k].values.size() != second[k].values.size() ||
        !is_quantity(first[k].expected)) {
      refuse_request(ErrorCode::invalid_value, "paired groups", format_double(first[k].expected),
                     "the same positive concentrations with the same reactions in both");
    }
    LogGroup one{first[k].expected, {}};
    LogGroup other{first[k].expected, {}};
    for (std::size_t i = 0; i < first[k].values.size(); ++i) {
      if (!is_quantity(first[k].values[i]) || !is_quantity(second[k].values[i])) continue;
      one.logarithms.push_back(std::log10(first[k].values[i]));
      other.logarithms.push_back(std::log10(second[k].values[i]));
    }
    if (one.logarithms.empty()) continue;
    paired.first.push_back(std::move(one));
    paired.second.push_back(std::move(other));
  }
  return paired;
}

void resample(const PairedGroups& from, ResamplingStream& stream, PairedGroups& into) {
  for (std::size_t k = 0; k < from.first.size(); ++k) {
    const std::size_t count = from.first[k].logarithms.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t drawn = stream.index(count);
      into.first[k].logarithms[i] = from.first[k].logarithms[drawn];
      into.second[k].logarithms[i] = from.second[k].logarithms[drawn];
    }
  }
}

}  // namespace

QuantificationPerformance estimate_quantification_performance(std::span<const ConcentrationGroup> groups) {
  QuantificationPerformance result;
  const std::vector<Sorted> sorted = sort_groups(groups, result.lost);
  for (double* value : {&result.bias_as_ratio, &result.expected_ratio, &result.slope, &result.correlation,
                        &result.ms_deviation, &result.ms_within, &result.residual_sd, &result.detectable_difference,
                        &result.fold_single, &result.fold_triplicates, &result.mean_cv_percent}) {
    *value = nan;
  }
  if (sorted.empty()) return result;

  const LogLine line = LogLineEstimator().estimate(sorted);
  result.reactions = line.reactions;
  double cv_sum = 0.0;
  int cv_count = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const Sorted& group = sorted[k];
    ConcentrationPerformance& one = result.concentrations.emplace_back();
    one.expected = group.expected;
    one.reactions = static_cast<long>(group.quantities.size());
    one.log10_variance = line.variances[k];
    one.cv_percent = 100.0 * std::sqrt(variance_of(group.quantities)) / mean_of(group.quantities);
    if (std::isnan(one.cv_percent)) continue;
    cv_sum += one.cv_percent;
    ++cv_count;
  }
  if (cv_count > 0) result.mean_cv_percent = cv_sum / cv_count;
  result.ms_within = line.ms_within(sorted.size());
  const double sd = std::sqrt(result.ms_within);
  result.fold_single = std::pow(10.0, normal_point * std::sqrt(2.0) * sd);
  constexpr double triplicate_freedom = 4.0;
  result.fold_triplicates =
      std::pow(10.0, student_t_upper_quantile(error_probability / 2.0, triplicate_freedom) * sd * std::sqrt(2.0 / 3.0));
  if (sorted.size() < 2) return result;
  result.bias_as_ratio = mean_of(sorted.back().quantities) / mean_of(sorted.front().quantities);
  result.expected_ratio = sorted.back().expected / sorted.front().expected;
  result.slope = line.line.slope;
  result.correlation = std::copysign(std::sqrt(std::max(0.0, line.line.r_squared)), line.line.slope);
  if (std::isnan(line.line.r_squared)) result.correlation = nan;
  result.ms_deviation = line.ms_deviation(sorted.size());
  result.residual_sd = line.line.residual_sd;
  result.detectable_difference = derive_detectable_difference(sorted, line);
  return result;
}

StandardCurveQuantities derive_standard_curve_quantities(std::span<const ConcentrationGroup> cq_groups) {
  std::vector<double> x;
  std::vector<double> y;
  for (const ConcentrationGroup& group : cq_groups) {
    if (!is_quantity(group.expected))
      refuse_request(ErrorCode::invalid_value, "expected concentration", format_double(group.expected),
                     "a positive number");
    for (const double cq : group.values) {
      if (!std::isfinite(cq)) continue;
      x.push_back(std::log10(group.expected));
      y.push_back(cq);
    }
  }
  StandardCurveQuantities result;
  result.efficiency = std::pow(10.0, -1.0 / fit_line(x, y).slope);
  result.groups.assign(cq_groups.begin(), cq_groups.end());
  for (ConcentrationGroup& group : result.groups) {
    for (double& value : group.values) value = std::isfinite(value) ? std::pow(result.efficiency, -value) : nan;
  }
  return result;
}

double derive_poisson_floor(double copies) {
  if (!is_quantity(copies))
    refuse_request(ErrorCode::invalid_value, "copies", format_double(copies), "a positive number");
  return 1.0 / (log_of_ten * log_of_ten * copies);
}

std::vector<MethodRank> rank_methods(std::span<const TargetIndicators> indicators) {
  std::vector<MethodRank> ranks;
  std::map<std::string, std::size_t> order;
  std::map<std::string, std::vector<const TargetIndicators*>> targets;
  for (const TargetIndicators& one : indicators) {
    if (order.try_emplace(one.method, ranks.size()).second) ranks.emplace_back().method = one.method;
    targets[one.target].push_back(&one);
  }
  long counted = 0;
  for (const auto& [target, rows] : targets) {
    if (rows.size() != ranks.size()) continue;
    ++counted;
    const auto keys = [](const TargetIndicators& row) {
      return std::array<double, 4>{std::abs(std::log(row.bias_as_ratio / row.expected_ratio)), row.ms_deviation,
                                   row.ms_within, row.detectable_difference};
    };
    for (const TargetIndicators* row : rows) {
      const std::array<double, 4> own = keys(*row);
      std::array<double, 4> rank{};
      for (std::size_t k = 0; k < own.size(); ++k) {
        const auto better = std::count_if(rows.begin(), rows.end(), [&](const TargetIndicators* other) {
          const double value = keys(*other)[k];
          return std::isnan(own[k]) ? !std::isnan(value) : value < own[k];
        });
        rank[k] = 1.0 + static_cast<double>(better);
      }
      MethodRank& sum = ranks[order[row->method]];
      sum.bias += rank[0];
      sum.linearity += rank[1];
      sum.precision += rank[2];
      sum.resolution += rank[3];
    }
  }
  for (MethodRank& rank : ranks) {
    rank.targets = counted;
    for (double* value : {&rank.bias, &rank.linearity, &rank.precision, &rank.resolution})
      *value = counted > 0 ? *value / static_cast<double>(counted) : nan;
    rank.mean = (rank.bias + rank.linearity + rank.precision + rank.resolution) / 4.0;
  }
  return ranks;
}

double derive_mean_fold_bias(std::span<const TargetIndicators> indicators) {
  double sum = 0.0;
  long count = 0;
  for (const TargetIndicators& one : indicators) {
    const double fold = std::abs(std::log(one.bias_as_ratio / one.expected_ratio));
    if (!std::isfinite(fold)) continue;
    sum += fold;
    ++count;
  }
  return count > 0 ? std::exp(sum / static_cast<double>(count)) : nan;
}

void PairedBootstrapOptions::validate() const {
  if (replicates < 1)
    refuse_request(ErrorCode::invalid_option, "replicates", fmt::format("{}", replicates), "at least one replicate");
  if (!(confidence > 0.0 && confidence < 1.0)) {
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence),
                   "a number between 0 and 1, both excluded");
  }
}

std::vector<IndicatorRatio> compare_paired(std::span<const ConcentrationGroup> first,
                                           std::span<const ConcentrationGroup> second,
                                           const PairedBootstrapOptions& options) {
  options.validate();
  const PairedGroups paired = pair_groups(first, second);
  const std::size_t groups = paired.first.size();
  if (groups < 2) return {};
  std::vector<Indicator> indicators = {{"ms_within", nan, 0}, {"ms_deviation", nan, 0}};
  for (std::size_t k = 0; k < groups; ++k) indicators.push_back({"log10_variance", paired.first[k].expected, k});

  LogLineEstimator estimator;
  std::vector<IndicatorRatio> ratios;
  const LogLine one = estimator.estimate(paired.first);
  const LogLine other = estimator.estimate(paired.second);
  for (const Indicator& indicator : indicators) {
    IndicatorRatio& ratio = ratios.emplace_back();
    ratio.indicator = indicator.name;
    ratio.expected = indicator.expected;
    ratio.first = read_indicator(indicator, one, groups);
    ratio.second = read_indicator(indicator, other, groups);
    ratio.ratio = ratio.first / ratio.second;
  }
  std::vector<std::vector<double>> drawn(indicators.size());
  PairedGroups sample = paired;
  for (long replicate = 0; replicate < options.replicates; ++replicate) {
    ResamplingStream stream(options.seed, static_cast<std::uint64_t>(replicate));
    resample(paired, stream, sample);
    const LogLine resampled = estimator.estimate(sample.first);
    const LogLine compared = estimator.estimate(sample.second);
    for (std::size_t i = 0; i < indicators.size(); ++i) {
      const double ratio =
          read_indicator(indicators[i], resampled, groups) / read_indicator(indicators[i], compared, groups);
      // A mean square of 0 in a resample of few reactions has no ratio.
      if (std::isfinite(ratio)) drawn[i].push_back(ratio);
    }
  }
  for (std::size_t i = 0; i < indicators.size(); ++i)
    ratios[i].limits = percentile_interval(drawn[i], options.confidence);
  return ratios;
}

}  // namespace qpcr
