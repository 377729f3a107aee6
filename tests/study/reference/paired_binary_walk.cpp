// Walks the comparisons of two binary tests on the same subjects (DTComPair).
#include "tests/study/reference/paired_binary_walk.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/study/comparison/paired_predictive_values.hpp"
#include "libqpcr/study/data_table.hpp"
#include "tests/study/reference/reference_numbers.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

/// "1:200,500:712 (1-based)" → whether a row is in.
std::vector<bool> parse_rows(const Json& input, std::size_t count) {
  std::vector<bool> in(count, !input.contains("rows"));
  if (!input.contains("rows")) return in;
  std::string text = input.at("rows");
  text = text.substr(0, text.find(' '));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const std::size_t colon = part.find(':');
    const long first = std::stol(part);
    const long last = colon == std::string::npos ? first : std::stol(part.substr(colon + 1));
    for (long row = first; row <= last; ++row) in.at(static_cast<std::size_t>(row - 1)) = true;
    at = comma + 1;
  }
  return in;
}

PairedAccuracyCounts read_counts(const Json& input) {
  const std::string path = (statistics_data() / input.at("file").get<std::string>()).string();
  const std::string bytes = read_file(path);
  const DataTable table = read_data_table(bytes, path);
  const auto reference = table.binaries("d");
  const auto first = table.binaries("y1");
  const auto second = table.binaries("y2");
  const std::vector<bool> in = parse_rows(input, table.rows());
  std::vector<PairedSubject> subjects;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (in[row]) subjects.push_back({"", first[row], second[row], reference[row], table.line(row)});
  }
  return count_paired_subjects(subjects).counts;
}

/// Rows: second test positive, negative, both; columns: first test.
void check_cross_table(const std::string& what, const Json& expected, const PairedCounts& counts) {
  const std::vector<std::vector<long>> found{{counts.both_positive, counts.second_only, counts.second_positive()},
                                             {counts.first_only, counts.both_negative, counts.second_negative()},
                                             {counts.first_positive(), counts.first_negative(), counts.total()}};
  INFO(what);
  CHECK(expected.get<std::vector<std::vector<long>>>() == found);
}

void check_single(const std::string& what, const Json& expected, const SingleTestAccuracy& found,
                  const PairedAccuracyCounts& counts) {
  const auto& d = counts.cases;
  const auto& h = counts.controls;
  CHECK(expected.at("tab").get<std::vector<long>>() ==
        std::vector<long>{d.first_positive(), d.first_negative(), d.total(), h.first_positive(), h.first_negative(),
                          h.total(), counts.first_positive(), d.first_negative() + h.first_negative(),
                          d.total() + h.total()});
  const std::vector<std::pair<std::string, const Estimate*>> values{
      {"sensitivity", &found.sensitivity},        {"specificity", &found.specificity},
      {"ppv", &found.positive_predictive_value},  {"npv", &found.negative_predictive_value},
      {"pdlr", &found.positive_likelihood_ratio}, {"ndlr", &found.negative_likelihood_ratio}};
  const Tolerance close{1e-9, 1e-9};
  for (const auto& [key, estimate] : values) {
    const Json& wanted = expected.at(key);
    const bool ratio = key == "pdlr" || key == "ndlr";
    check_value(what + " " + key, plain(wanted[0]).get<double>() > 1e300 ? Json(nullptr) : wanted[0], estimate->value,
                close);
    // Without a finite error there is no interval; the peer prints 0 and nothing.
    if (wanted[1].is_null() || infinite(wanted[1])) {
      CHECK_FALSE(estimate->interval);
      continue;
    }
    check_value(what + " " + key + " error", wanted[1], estimate->standard_error, close);
    const auto kept = [&](double limit) { return ratio ? limit : std::clamp(limit, 0.0, 1.0); };
    check_value(what + " " + key + " lower", kept(wanted[2].get<double>()), lower(*estimate), close);
    check_value(what + " " + key + " upper", kept(wanted[3].get<double>()), upper(*estimate), close);
  }
  CHECK(expected.at("alpha") == 0.05);
}

/// [first, second, difference or ratio, …]: the values; the rest is the caller's.
void check_values(const std::string& what, const Json& wanted, const Estimate& first, const Estimate& second) {
  check_value(what + " first", wanted[0], first.value, {1e-9, 0.0});
  check_value(what + " second", wanted[1], second.value, {1e-9, 0.0});
}

void check_predictive(ReferenceCase& c, const std::string& key, const PairedPredictiveValuesResult& found,
                      ComparisonTest PairedValueComparison::*test) {
  if (!c.has(key)) return;
  const Json& expected = c.expected(key);
  for (const auto& [name, value] : {std::pair("ppv", &found.positive), std::pair("npv", &found.negative)}) {
    const std::string what = c.id() + " " + key + " " + name;
    const Json& wanted = expected.at(name);
    check_values(what, wanted, value->first, value->second);
    check_value(what + " difference", wanted[2], value->difference.value, {1e-9, 0.0});
    // 0/0 of the peer (NaN, or Inf with p = 0) is no test.
    const bool exists = !wanted[3].is_null() && !infinite(wanted[3]);
    check_value(what + " statistic", exists ? wanted[3] : Json(nullptr), (value->*test).statistic, {1e-9, 1e-9});
    check_value(what + " p", exists ? wanted[4] : Json(nullptr), (value->*test).p_value, {1e-9, 1e-9});
  }
}

void check_relative_predictive(ReferenceCase& c, const PairedPredictiveValuesResult& found) {
  if (!c.has("pv_rpv")) return;
  const Json& expected = c.expected("pv_rpv");
  const Tolerance close{1e-9, 1e-9};
  std::size_t diagonal = 0;
  for (const auto& [name, value] : {std::pair("ppv", &found.positive), std::pair("npv", &found.negative)}) {
    const std::string what = c.id() + " pv_rpv " + name;
    const Json& wanted = expected.at(name);
    check_values(what, wanted, value->first, value->second);
    check_value(what + " ratio", wanted[2], value->ratio.value, close);
    const double error = wanted[3].get<double>();
    // Below the peer's rounding (1e-8) nothing varies: no interval and no test.
    const bool varies = error > 1e-8;
    const auto there = [&](std::size_t i) { return varies ? wanted[i] : Json(nullptr); };
    check_value(what + " error", there(3), value->ratio.standard_error, close);
    check_value(what + " lower", there(4), lower(value->ratio), close);
    check_value(what + " upper", there(5), upper(value->ratio), close);
    check_value(what + " z", there(6), value->ratio_test.statistic, close);
    check_value(what + " p", there(7), value->ratio_test.p_value, close);
    const double variance = value->ratio.standard_error.value_or(0.0) * value->ratio.standard_error.value_or(0.0);
    check_value(what + " variance", expected.at("Sigma")[diagonal], variance, {1e-12, 0.0});
    diagonal += 3;
  }
  check_value(c.id() + " covariance", expected.at("Sigma")[1], found.log_ratio_covariance, {1e-12, 0.0});
  check_value(c.id() + " covariance", expected.at("Sigma")[2], found.log_ratio_covariance, {1e-12, 0.0});
}

void check_likelihood_ratios(ReferenceCase& c, const PairedLikelihoodRatiosResult& found) {
  if (!c.has("dlr_regtest")) return;
  const Json& expected = c.expected("dlr_regtest");
  for (const auto& [name, value] : {std::pair("pdlr", &found.positive), std::pair("ndlr", &found.negative)}) {
    const Json& wanted = expected.at(name);
    const auto check_one = [&, what = c.id() + " dlr " + name](const char* key, std::optional<double> number) {
      check_value(what + " " + key, plain(wanted.at(key)), number, {1e-9, 1e-9});
    };
    check_one("test1", value->first.value);
    check_one("test2", value->second.value);
    check_one("ratio", value->ratio.value);
    check_one("se.log", value->ratio.standard_error);
    check_one("test.statistic", value->ratio_test.statistic);
    check_one("p.value", value->ratio_test.p_value);
    check_one("lcl", lower(value->ratio));
    check_one("ucl", upper(value->ratio));
  }
}

}  // namespace

void walk_paired_binary(ReferenceCase& c) {
  const PairedAccuracyCounts counts = read_counts(c.input());
  PairedProportionsOptions options;
  // DTComPair subtracts the first test from the second, and divides so, but for the likelihood ratios.
  options.order = ComparisonOrder::second_minus_first;
  const PairedAccuracyResult found = compare_paired_accuracy(counts, options);
  if (c.has("diseased")) check_cross_table(c.id() + " diseased", c.expected("diseased"), counts.cases);
  if (c.has("non_diseased")) check_cross_table(c.id() + " non_diseased", c.expected("non_diseased"), counts.controls);
  if (c.has("acc.paired")) {
    const Json& expected = c.expected("acc.paired");
    check_single(c.id() + " Test1", expected.at("Test1"), found.first, counts);
    check_single(c.id() + " Test2", expected.at("Test2"), found.second, counts.swapped());
  }
  const Tolerance close{1e-9, 1e-9};
  for (const auto& [name, part, first, second] :
       {std::tuple("sensitivity", &found.sensitivity, &found.first.sensitivity, &found.second.sensitivity),
        std::tuple("specificity", &found.specificity, &found.first.specificity, &found.second.specificity)}) {
    const std::string group = name;
    const PairedProportionsResult& result = *part;
    const Estimate& value_first = *first;
    const Estimate& value_second = *second;
    const auto start = [&](const std::string& key) -> const Json& {
      const Json& wanted = c.expected(key).at(group);
      check_values(c.id() + " " + key + " " + group, wanted, value_first, value_second);
      return wanted;
    };
    if (c.has("sesp_mcnemar")) {
      const Json& wanted = start("sesp_mcnemar");
      const ComparisonTest& test = find_method(result.tests, "mcnemar");
      check_value(c.id() + " mcnemar difference", wanted[2], find_method(result.differences, "wald").estimate.value,
                  close);
      check_value(c.id() + " mcnemar " + group, wanted[3], test.statistic, close);
      check_value(c.id() + " mcnemar p " + group, wanted[4], test.p_value, close);
    }
    if (c.has("sesp_exactbinom")) {
      const Json& wanted = start("sesp_exactbinom");
      // Doubling a tail of 1 gives the peer p = 2 where no subject is discordant.
      check_value(c.id() + " exact p " + group, std::min(1.0, wanted[3].get<double>()),
                  find_method(result.tests, "mcnemar_exact").p_value, close);
    }
    for (const char* method : {"agresti_min", "tango", "wald"}) {
      const std::string key = std::string("sesp_diff_ci_") + method;
      if (!c.has(key)) continue;
      const Json& wanted = start(key);
      const Estimate& difference = find_method(result.differences, method).estimate;
      const Tolerance tolerance{std::string(method) == "tango" ? 1e-6 : 1e-9, 0.0};
      check_value(c.id() + " " + key, wanted[2], difference.value, tolerance);
      check_value(c.id() + " " + key + " error", wanted[3], difference.standard_error, tolerance);
      if (std::string(method) == "agresti_min") {
        // DTComPair puts the adjusted error around the difference that is not adjusted; Agresti & Min (and PropCIs)
        // centre on (b − c)/(n + 2).
        const double shift = *difference.value * 2.0 / (static_cast<double>(result.counts.total()) + 2.0);
        const auto shifted = [&](std::optional<double> limit) { return limit ? std::optional(*limit + shift) : limit; };
        check_value(c.id() + " " + key + " lower", wanted[4], shifted(lower(difference)), tolerance);
        check_value(c.id() + " " + key + " upper", wanted[5], shifted(upper(difference)), tolerance);
        continue;
      }
      check_value(c.id() + " " + key + " lower", wanted[4], lower(difference), tolerance);
      check_value(c.id() + " " + key + " upper", wanted[5], upper(difference), tolerance);
    }
    if (c.has("sesp_rel")) {
      const Json& wanted = start("sesp_rel");
      const Estimate& ratio = result.ratio.estimate;
      check_value(c.id() + " rel", wanted[2], ratio.value, close);
      if (result.counts.discordant() == 0) continue;
      const double error = std::log(ratio.interval->upper / *ratio.value) / two_sided_z(0.95);
      check_value(c.id() + " rel error", wanted[3], error, close);
      check_value(c.id() + " rel lower", wanted[4], lower(ratio), close);
      check_value(c.id() + " rel upper", wanted[5], upper(ratio), close);
      check_value(c.id() + " rel p", wanted[6], 2.0 * normal_upper_tail(std::abs(std::log(*ratio.value)) / error),
                  close);
    }
  }
  const PairedPredictiveValuesResult predictive = compare_paired_predictive_values(counts, options);
  check_predictive(c, "pv_gs", predictive, &PairedValueComparison::generalised_score);
  check_predictive(c, "pv_wgs", predictive, &PairedValueComparison::weighted_generalised_score);
  check_relative_predictive(c, predictive);
  check_likelihood_ratios(c, compare_paired_likelihood_ratios(counts, {}));
}

}  // namespace qpcr::test
