// Makes tests and estimates of comparisons, and refuses counts that cannot be.
#include "libqpcr/study/comparison/comparison_types.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

template <typename Named>
const Named& find_named(const std::vector<Named>& all, const std::string& method) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.method == method; });
  if (found == all.end()) throw std::out_of_range(method);
  return *found;
}

}  // namespace

ComparisonTest test_without_result(std::string method, std::string why) {
  ComparisonTest made;
  made.method = std::move(method);
  made.why_absent = Message{std::move(why), {}};
  return made;
}

ComparisonTest chi_square_test(std::string method, double statistic, double degrees) {
  ComparisonTest made;
  made.method = std::move(method);
  made.statistic = statistic;
  made.degrees_of_freedom = degrees;
  made.p_value = chi_square_upper_tail(statistic, degrees);
  return made;
}

Estimate wald_estimate(double value, double standard_error, double z, double least, double most) {
  Estimate made;
  made.value = value;
  made.standard_error = standard_error;
  made.interval = Interval{std::max(least, value - z * standard_error), std::min(most, value + z * standard_error)};
  return made;
}

Estimate log_scale_estimate(double value, double log_error, double z) {
  Estimate made;
  made.value = value;
  made.interval = Interval{value * std::exp(-z * log_error), value * std::exp(z * log_error)};
  return made;
}

Estimate interval_without_value(Interval interval, const std::string& why) {
  Estimate made = not_estimable(why);
  made.interval = interval;
  return made;
}

const MethodEstimate& find_method(const std::vector<MethodEstimate>& all, const std::string& method) {
  return find_named(all, method);
}

const ComparisonTest& find_method(const std::vector<ComparisonTest>& all, const std::string& method) {
  return find_named(all, method);
}

void note_exclusion(std::vector<Exclusion>& exclusions, const std::string& reason, long line) {
  constexpr std::size_t listed_lines = 100;
  auto found =
      std::find_if(exclusions.begin(), exclusions.end(), [&](const Exclusion& one) { return one.reason.id == reason; });
  if (found == exclusions.end()) {
    Exclusion made;
    made.reason = Message{reason, {}};
    found = exclusions.insert(exclusions.end(), made);
  }
  ++found->rows;
  if (found->lines.size() < listed_lines) found->lines.push_back(line);
}

double two_sided_z(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_option("confidence", fmt::format("{}", confidence), "a number between 0 and 1, both excluded");
  return normal_upper_quantile((1.0 - confidence) / 2.0);
}

void check_counts(const ProportionPair& pair) {
  for (const auto& [successes, total] :
       {std::pair(pair.first_successes, pair.first_total), std::pair(pair.second_successes, pair.second_total)}) {
    if (successes < 0 || successes > total)
      refuse_value("proportion", fmt::format("{}/{}", successes, total), "0 ≤ successes ≤ total");
  }
}

void check_counts(const PairedCounts& counts) {
  for (const long count : {counts.both_positive, counts.first_only, counts.second_only, counts.both_negative}) {
    if (count < 0) refuse_value("paired table", fmt::format("{}", count), "counts of at least 0");
  }
}

}  // namespace qpcr
