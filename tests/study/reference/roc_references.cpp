// The walkers of the reference files of the ROC area.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"
#include "libqpcr/study/roc/optimal_cutoff.hpp"
#include "libqpcr/study/roc/partial_auc.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"
#include "libqpcr/study/roc/sensitivity_at_specificity.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance exact{1e-10, 1e-10};
/// Criteria that a peer prints rounded to ten digits.
constexpr Tolerance printed{1e-9, 1e-9};

/// Which column and value of a shared file is the case, where the input does not say.
const std::map<std::string, std::string> usual_cases{{"pROC_aSAH.csv", "outcome==Poor"},
                                                     {"optimalcutpoints_elas.csv", "status==1"},
                                                     {"cutpointr_suicide.csv", "suicide==yes"},
                                                     {"dcurves_df_binary.csv", "cancer==TRUE"}};

struct LoadedRows {
  std::vector<bool> is_case;
  std::vector<bool> kept;
};

std::string unquote(std::string_view text) {
  std::string made(text);
  made.erase(std::remove(made.begin(), made.end(), '"'), made.end());
  return made;
}

LoadedRows load_rows(const Json& input, const DataTable& table) {
  const std::string file = input.at("file");
  const std::string rule = input.value("positive", usual_cases.count(file) > 0 ? usual_cases.at(file) : std::string());
  const std::size_t equals = rule.find("==");
  if (equals == std::string::npos) throw std::runtime_error("no rule for a case: " + rule);
  LoadedRows rows;
  for (const std::string_view cell : table.texts(unquote(rule.substr(0, equals))))
    rows.is_case.push_back(unquote(cell) == rule.substr(equals + 2));
  rows.kept.assign(table.rows(), true);
  const bool has_subset = input.contains("subset") && input.at("subset").is_string();
  const std::string subset = has_subset ? input.at("subset").get<std::string>() : std::string();
  if (subset.empty() || subset == "all") return rows;
  const std::size_t sign = subset.find("==");
  for (const std::string& name : table.names()) {
    if (sign != std::string::npos && subset.substr(0, sign) != name) continue;
    const std::string wanted = sign == std::string::npos ? subset : unquote(subset.substr(sign + 2));
    const auto cells = table.texts(name);
    if (std::find(cells.begin(), cells.end(), wanted) == cells.end()) continue;
    for (std::size_t i = 0; i < cells.size(); ++i) rows.kept[i] = cells[i] == wanted;
    return rows;
  }
  throw std::runtime_error("no column holds the subset " + subset);
}

/// Samples of markers over the rows in which none of them is missing.
std::vector<RocSample> load_samples(const Json& input, const std::vector<std::string>& markers) {
  std::vector<RocSample> samples(markers.size());
  if (!input.contains("file")) {
    const Json& status = input.at("y");
    for (std::size_t k = 0; k < markers.size(); ++k) {
      const Json& values = input.at(markers[k]);
      for (std::size_t i = 0; i < status.size(); ++i) {
        if (std::any_of(markers.begin(), markers.end(), [&](const auto& one) { return input.at(one)[i].is_null(); }))
          continue;
        (status[i].get<double>() == 1.0 ? samples[k].cases : samples[k].controls).push_back(values[i].get<double>());
      }
    }
    return samples;
  }
  const std::string file = input.at("file");
  const DataTable table = read_data_table(read_file(statistics_data() / file), file);
  const LoadedRows rows = load_rows(input, table);
  std::vector<std::vector<double>> values;
  for (const std::string& marker : markers) values.push_back(table.numbers(marker));
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const bool missing =
        std::any_of(values.begin(), values.end(), [i](const std::vector<double>& one) { return std::isnan(one[i]); });
    if (!rows.kept[i] || missing) continue;
    for (std::size_t k = 0; k < values.size(); ++k)
      (rows.is_case[i] ? samples[k].cases : samples[k].controls).push_back(values[k][i]);
  }
  return samples;
}

RocSample load_sample(const Json& input, const std::string& usual_marker = "x") {
  return load_samples(input, {input.contains("file") ? input.value("marker", usual_marker) : "x"}).front();
}

/// "<": controls below cases. pROC looks at the medians where no direction is given.
RocDirection direction_of(const Json& input) {
  const std::string sign = input.value("direction", "auto");
  if (sign == "<") return RocDirection::higher_is_case;
  return sign == ">" ? RocDirection::lower_is_case : RocDirection::automatic;
}

std::optional<double> as_value(long count) { return static_cast<double>(count); }

void walk_auc(ReferenceCase& test) {
  const RocSample sample = load_sample(test.input());
  AucOptions options;
  options.direction = direction_of(test.input());
  const AucResult result = estimate_auc(sample, options);
  options.confidence = 0.9;
  const AucResult narrow = estimate_auc(sample, options);
  test.check("n_cases", as_value(result.cases), exact);
  test.check("n_controls", as_value(result.controls), exact);
  if (test.has("direction"))
    CHECK(test.expected("direction") == (result.direction == RocDirection::higher_is_case ? "<" : ">"));
  test.check("auc", result.delong, exact);
  const std::optional<double> error = result.delong.standard_error;
  test.check("se_delong", error, exact);
  test.check("var_delong", error ? std::optional(*error * *error) : std::nullopt, exact);
  test.check_interval("ci95_delong", result.delong.interval, exact);
  test.check_interval("ci90_delong", narrow.delong.interval, exact);
  test.check("wilcox_W", result.rank_sum, exact);
  test.check("wilcox_p", result.rank_sum_p_value, {1e-10, 1e-9});
}

void walk_comparison(ReferenceCase& test) {
  const Json& input = test.input();
  const std::vector<std::string> markers{input.value("m1", "x1"), input.value("m2", "x2")};
  AucComparisonOptions options;
  options.paired = input.value("paired", true);
  options.first = direction_of(input);
  options.second = options.first;
  const std::vector<RocSample> samples = load_samples(input, markers);
  const AucComparison found = compare_auc(samples[0], samples[1], options);
  test.check("auc1", found.first, exact);
  test.check("auc2", found.second, exact);
  test.check("diff", found.difference, exact);
  const auto square = [](std::optional<double> error) { return error ? std::optional(*error * *error) : std::nullopt; };
  test.check("var1", square(found.first.standard_error), exact);
  test.check("var2", square(found.second.standard_error), exact);
  if (found.covariance || !test.has("cov")) {
    test.check("cov", found.covariance, exact);
  } else {
    const Json& covariance = test.expected("cov");
    CHECK((covariance.is_null() || covariance.get<double>() == 0.0));
  }
  const bool vary_together = found.difference.value && !found.difference.standard_error;
  for (const char* key : {"z", "p", "se_diff", "ci95_diff"}) {
    if (vary_together) test.leave_out(key, "the areas vary together: by definition there is no test (0/0)");
  }
  if (vary_together) {
    CHECK_FALSE(found.statistic);
    CHECK_FALSE(found.p_value);
    return;
  }
  test.check("z", found.statistic, exact);
  test.check("p", found.p_value, {1e-10, 1e-8});
  test.check("df", found.degrees_of_freedom, {1e-8, 1e-8});
  test.check("se_diff", found.difference.standard_error, exact);
  test.check_interval("ci95_diff", found.difference.interval, exact);
}

void walk_partial(ReferenceCase& test) {
  const Json& range = test.input().at("range");
  PartialAucOptions options;
  options.direction = direction_of(test.input());
  options.axis = test.input().at("focus") == "specificity" ? RocAxis::specificity : RocAxis::sensitivity;
  options.lower = std::min(range[0].get<double>(), range[1].get<double>());
  options.upper = std::max(range[0].get<double>(), range[1].get<double>());
  options.resampling.replicates = 0;
  const PartialAucResult result = estimate_partial_auc(load_sample(test.input()), options);
  test.check("pauc", result.area, exact);
  test.check("pauc_corrected_mcclish", result.corrected, exact);
}

void check_point(ReferenceCase& test, const std::string& key, const RocSample& sample, CutoffOptions options) {
  if (!test.has(key)) return;
  options.resampling.replicates = 0;
  const OptimalCutoff found = estimate_optimal_cutoff(sample, options);
  const Json& expected = test.expected(key);
  REQUIRE_FALSE(found.optima.empty());
  const auto list = [&](const char* name) {
    return expected.at(name).is_array() ? expected.at(name) : Json::array({expected.at(name)});
  };
  REQUIRE(list("threshold").size() == found.optima.size());
  for (std::size_t i = 0; i < found.optima.size(); ++i) {
    const RocPoint& point = found.optima[i].point;
    check_value(key + " threshold", list("threshold")[i], point.threshold, {0.0, 1e-13});
    check_value(key + " sensitivity", list("sensitivity")[i], find_sensitivity(point.table), exact);
    check_value(key + " specificity", list("specificity")[i], find_specificity(point.table), exact);
  }
}

void check_thresholds(ReferenceCase& test, const RocSample& sample, RocDirection direction) {
  if (!test.has("at_thr")) return;
  const Json& expected = test.expected("at_thr");
  const RocCounts counts = count_roc_sample(sample, direction);
  for (std::size_t i = 0; i < expected.at("threshold").size(); ++i) {
    const FourfoldTable table =
        count_at_threshold(counts, expected.at("threshold")[i].get<double>(), RocRule::inclusive);
    const AccuracyResult accuracy = estimate_accuracy(table, {0.95, Sampling::consecutive});
    const std::map<std::string, std::optional<double>> found{{"threshold", expected.at("threshold")[i].get<double>()},
                                                             {"tp", as_value(table.true_positive)},
                                                             {"tn", as_value(table.true_negative)},
                                                             {"fp", as_value(table.false_positive)},
                                                             {"fn", as_value(table.false_negative)},
                                                             {"sensitivity", accuracy.sensitivity.estimate},
                                                             {"specificity", accuracy.specificity.estimate},
                                                             {"accuracy", accuracy.overall_accuracy.estimate},
                                                             {"ppv", accuracy.positive_predictive_value.estimate},
                                                             {"npv", accuracy.negative_predictive_value.estimate}};
    for (const auto& [name, values] : expected.items()) {
      REQUIRE(found.count(name) == 1);
      check_value("at_thr " + name, values[i], found.at(name), exact);
    }
  }
}

void walk_coordinates(ReferenceCase& test) {
  const RocSample sample = load_sample(test.input());
  const RocDirection direction = direction_of(test.input());
  RocCurveOptions curve_options;
  curve_options.direction = direction;
  const RocCurve curve = make_roc_curve(sample, curve_options);
  std::vector<std::optional<double>> thresholds;
  std::vector<std::optional<double>> sensitivities;
  std::vector<std::optional<double>> specificities;
  for (const RocPoint& point : curve.points) {
    thresholds.emplace_back(point.threshold);
    sensitivities.emplace_back(find_sensitivity(point.table));
    specificities.emplace_back(find_specificity(point.table));
  }
  test.check_list("threshold", thresholds, {0.0, 1e-13});
  test.check_list("sensitivity", sensitivities, exact);
  test.check_list("specificity", specificities, exact);
  CutoffOptions options;
  options.direction = direction;
  check_point(test, "best_youden", sample, options);
  options.criterion.criterion = CutoffCriterion::closest_top_left;
  check_point(test, "best_closest_topleft", sample, options);
  options.criterion.criterion = CutoffCriterion::cost;
  options.criterion.cost_ratio = 2.0;
  options.criterion.prevalence = 0.2;
  check_point(test, "best_youden_weighted_cost2_prev02", sample, options);
  const RocCounts counts = count_roc_sample(sample, direction);
  test.check("at_spec_90", read_sensitivity(counts, 0.9, RocReading::interpolated), exact);
  test.check("at_sens_90", read_specificity(counts, 0.9, RocReading::interpolated), exact);
  check_thresholds(test, sample, direction);
}

void walk_bootstrap(ReferenceCase& test) {
  const Json& input = test.input();
  const RocSample sample = load_sample(input);
  AucOptions options;
  options.direction = direction_of(input);
  options.resampling = {input.value("B", 10000L), 20260101, 0};
  const AucResult result = estimate_auc(sample, options);
  const double lower_sd = test.expected("lower_sd_over_seeds").get<double>();
  const double upper_sd = test.expected("upper_sd_over_seeds").get<double>();
  test.check("lower_mean", result.bootstrap.interval->lower, {4.0 * lower_sd, 0.0});
  test.check("upper_mean", result.bootstrap.interval->upper, {4.0 * upper_sd, 0.0});
  test.check("median", result.bootstrap_median, {4.0 * std::max(lower_sd, upper_sd), 0.0});
  // Two variances of 10 000 resamples each: a relative standard deviation of √(2·2/10 000) = 2 %, four of them.
  const double error = *result.bootstrap.standard_error;
  test.check("var_bootstrap", error * error, {0.0, 0.08});
  if (!test.has("ci_se_at_spec_80_90_95")) return;
  RocReadingOptions reading;
  reading.direction = options.direction;
  reading.levels = {0.8, 0.9, 0.95};
  reading.resampling = options.resampling;
  const RocReadings readings = estimate_roc_readings(sample, reading);
  const Json& expected = test.expected("ci_se_at_spec_80_90_95");
  // The quantiles lie on a lattice of 1/cases; the Monte Carlo error moves them by up to one step of it.
  const Tolerance step{1.0 / static_cast<double>(result.cases), 0.0};
  for (std::size_t i = 0; i < readings.levels.size(); ++i) {
    const RocReadingAtLevel& level = readings.levels[i];
    check_value("lower", expected[i][0], level.estimate.interval->lower, step);
    check_value("median", expected[i][1], level.bootstrap_median, step);
    check_value("upper", expected[i][2], level.estimate.interval->upper, step);
  }
}

const std::map<std::string, CutoffCriterion> optimal_cutpoints_methods{
    {"Youden", CutoffCriterion::youden},
    {"ROC01", CutoffCriterion::closest_top_left},
    {"MaxProdSpSe", CutoffCriterion::product},
    {"SpEqualSe", CutoffCriterion::equal},
    {"MaxSpSe", CutoffCriterion::max_min},
    {"MaxEfficiency", CutoffCriterion::accuracy},
    {"MaxKappa", CutoffCriterion::kappa},
    {"MaxDOR", CutoffCriterion::diagnostic_odds_ratio},
    {"MinPvalue", CutoffCriterion::p_value},
    {"CB", CutoffCriterion::cost},
    {"MCT", CutoffCriterion::misclassification_cost},
    {"Minimax", CutoffCriterion::minimax},
    {"PrevalenceMatching", CutoffCriterion::prevalence_matching},
    {"MaxSe", CutoffCriterion::max_sensitivity},
    {"MaxSp", CutoffCriterion::max_specificity},
    {"MinValueSe", CutoffCriterion::minimum_sensitivity},
    {"MinValueSp", CutoffCriterion::minimum_specificity},
    {"MinValueSpSe", CutoffCriterion::minimum_both},
    {"ValueSe", CutoffCriterion::nearest_sensitivity},
    {"ValueSp", CutoffCriterion::nearest_specificity},
    {"MinValuePPV", CutoffCriterion::minimum_ppv},
    {"MinValueNPV", CutoffCriterion::minimum_npv},
    {"MinValueNPVPPV", CutoffCriterion::minimum_both_predictive},
    {"ValuePPV", CutoffCriterion::nearest_ppv},
    {"ValueNPV", CutoffCriterion::nearest_npv},
    {"MaxSumNPVPPV", CutoffCriterion::predictive_sum},
    {"MaxProdNPVPPV", CutoffCriterion::predictive_product},
    {"MaxNPVPPV", CutoffCriterion::predictive_max_min},
    {"PROC01", CutoffCriterion::predictive_closest_corner},
    {"NPVEqualPPV", CutoffCriterion::predictive_equal},
    {"ValueDLR.Positive", CutoffCriterion::nearest_positive_ratio},
    {"ValueDLR.Negative", CutoffCriterion::nearest_negative_ratio}};

struct Counts {
  double tp = 0.0;
  double fp = 0.0;
  double fn = 0.0;
  double tn = 0.0;
};

/// The value of OptimalCutpoints 1.1.5 for a criterion, from ours.
std::optional<double> find_peer_value(const OptimalCutoff& found, const RocCounts& counts, const std::string& method,
                                      const CutoffOptions& options) {
  const double value = *found.criterion_value.value;
  const double p = static_cast<double>(found.cases) / static_cast<double>(found.cases + found.controls);
  if (method == "ROC01" || method == "PROC01") return value * value;          // it prints the squared distance
  if (method == "CB") return (1.0 - p) / (p * options.criterion.cost_ratio);  // it prints the slope
  if (method == "MinPvalue") {
    // Miller and Siegmund's formula takes shares; the program puts percentages in, and of the wrong side.
    const double total = static_cast<double>(found.cases + found.controls);
    const std::size_t second = 1;
    const std::size_t last = counts.size() - 1;
    double low = 0.0;
    for (std::size_t i = 0; i <= second; ++i) low += static_cast<double>(counts.cases[i] + counts.controls[i]);
    low *= 100.0 / total;
    const double high = 100.0 * static_cast<double>(counts.cases[last] + counts.controls[last]) / total;
    const double z = normal_quantile(1.0 - value / 2.0);
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * 3.14159265358979323846);
    const double made =
        density * (z - 1.0 / z) * std::log(high * (1.0 - low) / ((1.0 - high) * low)) + 4.0 * density / z;
    return std::isfinite(made) ? made : value;
  }
  return value;
}

std::optional<double> read_number(const Json& number) {
  if (number.is_null()) return std::nullopt;
  if (number.is_string()) return std::numeric_limits<double>::infinity();
  return number.get<double>();
}

/// One row [value, lower, upper] of a proportion: the peer has no upper limit (NaN) where ours is exactly 1, and no
/// lower one where ours is 0.
void check_proportion(const std::string& what, const Json& row, const Proportion& found) {
  check_value(what, row[0], found.estimate, exact);
  REQUIRE(found.clopper_pearson);
  if (row[1].is_null()) {
    CHECK(found.clopper_pearson->lower == 0.0);
  } else {
    check_value(what + " lower", row[1], found.clopper_pearson->lower, exact);
  }
  if (row[2].is_null()) {
    CHECK(found.clopper_pearson->upper == 1.0);
  } else {
    check_value(what + " upper", row[2], found.clopper_pearson->upper, exact);
  }
}

/// The "exact" limits that OptimalCutpoints prints for predictive values are not Clopper and Pearson's: its F quantiles
/// have the degrees of freedom of other cells. Recomputed here to show that this is the whole difference.
void check_predictive(const std::string& what, const Json& row, const Proportion& found, double own, double other,
                      double lower_degrees, double upper_degrees, double upper_other) {
  if (row[0].is_null()) {
    CHECK_FALSE(found.estimate);
    return;
  }
  check_value(what, row[0], found.estimate, exact);
  if (!row[1].is_null() && own > 0.0 && lower_degrees > 0.0) {
    const double quantile = f_quantile(0.975, 2.0 * (other + 1.0), 2.0 * lower_degrees);
    check_value(what + " lower", row[1], own / (own + (other + 1.0) * quantile), printed);
  }
  if (!row[2].is_null() && upper_degrees > 0.0 && upper_other > 0.0) {
    const double quantile = f_quantile(0.975, 2.0 * (own + 1.0), 2.0 * upper_degrees);
    check_value(what + " upper", row[2], (own + 1.0) * quantile / (upper_other + (own + 1.0) * quantile), printed);
  }
}

void check_ratio(const std::string& what, const Json& row, const Estimate& found) {
  const std::optional<double> value = read_number(row[0]);
  if (!value || std::isinf(*value)) {
    CHECK_FALSE(found.value);  // a ratio over 0 is not estimable
    return;
  }
  check_value(what, row[0], found.value, exact);
  if (row[1].is_null() || row[2].is_null() || row[1].is_string() || row[2].is_string() || *value == 0.0) {
    CHECK_FALSE(found.interval);
    return;
  }
  REQUIRE(found.interval);
  check_value(what + " lower", row[1], found.interval->lower, exact);
  check_value(what + " upper", row[2], found.interval->upper, exact);
}

void check_tables(ReferenceCase& test, const OptimalCutoff& found) {
  for (std::size_t i = 0; i < found.optima.size(); ++i) {
    const FourfoldTable& table = found.optima[i].point.table;
    const AccuracyResult accuracy = estimate_accuracy(table, {0.95, Sampling::consecutive});
    const Counts n{static_cast<double>(table.true_positive), static_cast<double>(table.false_positive),
                   static_cast<double>(table.false_negative), static_cast<double>(table.true_negative)};
    if (test.has("Se")) check_proportion("Se", test.expected("Se")[i], accuracy.sensitivity);
    if (test.has("Sp")) check_proportion("Sp", test.expected("Sp")[i], accuracy.specificity);
    if (test.has("PPV"))
      check_predictive("PPV", test.expected("PPV")[i], accuracy.positive_predictive_value, n.tp, n.fp, n.tn, n.fn,
                       n.fp);
    if (test.has("NPV"))
      check_predictive("NPV", test.expected("NPV")[i], accuracy.negative_predictive_value, n.tn, n.fn, n.tp, n.fp,
                       n.fn);
    if (test.has("DLR_pos")) check_ratio("DLR_pos", test.expected("DLR_pos")[i], accuracy.positive_likelihood_ratio);
    if (test.has("DLR_neg")) check_ratio("DLR_neg", test.expected("DLR_neg")[i], accuracy.negative_likelihood_ratio);
    if (test.has("FP")) check_value("FP", test.expected("FP")[i], n.fp, exact);
    if (test.has("FN")) check_value("FN", test.expected("FN")[i], n.fn, exact);
  }
}

void walk_optimal_cutpoints(ReferenceCase& test) {
  const Json& input = test.input();
  const std::string method = input.at("method");
  const RocSample sample = load_sample(input, "elas");
  CutoffOptions options;
  const bool below = input.value("rule", std::string(">=")).starts_with("<");
  options.direction = input.contains("direction") ? direction_of(input)
                      : below                     ? RocDirection::lower_is_case
                                                  : RocDirection::higher_is_case;
  options.threshold = RocThreshold::observed;
  options.resampling.replicates = 0;
  REQUIRE(optimal_cutpoints_methods.count(method) == 1);
  options.criterion.criterion = optimal_cutpoints_methods.at(method);
  options.criterion.zero_cell = ZeroCell::half;
  // The defaults of the program.
  options.criterion.sensitivity_level = input.value("valueSe", 0.85);
  options.criterion.specificity_level = input.value("valueSp", 0.85);
  options.criterion.ppv_level = input.value("valuePPV", 0.85);
  options.criterion.npv_level = input.value("valueNPV", 0.85);
  options.criterion.ratio_level =
      method == "ValueDLR.Negative" ? input.value("valueDLR.Negative", 0.5) : input.value("valueDLR.Positive", 2.0);
  const OptimalCutoff found = estimate_optimal_cutoff(sample, options);
  std::vector<double> cutoffs;
  for (const OptimalPoint& one : found.optima) cutoffs.push_back(one.point.threshold);
  if (test.has("cutoff")) {
    const Json& expected = test.expected("cutoff");
    std::vector<double> wanted;
    if (expected.is_array()) {
      for (const Json& one : expected) wanted.push_back(one.get<double>());
    } else if (!expected.is_null()) {
      wanted.push_back(expected.get<double>());
    }
    CHECK(cutoffs == wanted);
    if (cutoffs != wanted) return;
  }
  check_tables(test, found);
  if (test.has("optimal_criterion")) {
    const Json& expected = test.expected("optimal_criterion");
    if (expected.is_number() && !found.optima.empty())
      test.check("optimal_criterion",
                 find_peer_value(found, count_roc_sample(sample, found.direction), method, options),
                 method == "MinPvalue" ? Tolerance{0.0, 1e-6} : printed);
  }
  AucOptions auc_options;
  auc_options.direction = found.direction;
  test.check_triple("AUC", estimate_auc(sample, auc_options).delong, exact);
}

struct CutpointrMetric {
  CutoffCriterion criterion;
  double added;  ///< what its value has over ours
};

const std::map<std::string, CutpointrMetric> cutpointr_metrics{
    {"youden", {CutoffCriterion::youden, 0.0}},
    {"sum_sens_spec", {CutoffCriterion::youden, 1.0}},
    {"accuracy", {CutoffCriterion::accuracy, 0.0}},
    {"prod_sens_spec", {CutoffCriterion::product, 0.0}},
    {"cohens_kappa", {CutoffCriterion::kappa, 0.0}},
    {"roc01", {CutoffCriterion::closest_top_left, 0.0}},
    {"odds_ratio", {CutoffCriterion::diagnostic_odds_ratio, 0.0}},
    {"abs_d_sens_spec", {CutoffCriterion::equal, 0.0}},
    {"F1_score", {CutoffCriterion::f1, 0.0}},
    {"sum_ppv_npv", {CutoffCriterion::predictive_sum, 0.0}},
    {"prod_ppv_npv", {CutoffCriterion::predictive_product, 0.0}},
    {"abs_d_ppv_npv", {CutoffCriterion::predictive_equal, 0.0}},
    {"p_chisquared", {CutoffCriterion::p_value, 0.0}}};

void walk_cutpointr(ReferenceCase& test) {
  const Json& input = test.input();
  const RocSample sample = load_sample(input, "dsi");
  const std::string metric = input.at("metric");
  REQUIRE(cutpointr_metrics.count(metric) == 1);
  CutoffOptions options;
  options.direction =
      input.value("rule", ">=").front() == '>' ? RocDirection::higher_is_case : RocDirection::lower_is_case;
  options.threshold = input.value("use_midpoints", false) ? RocThreshold::midpoint : RocThreshold::observed;
  options.resampling.replicates = 0;
  options.criterion.criterion = cutpointr_metrics.at(metric).criterion;
  const OptimalCutoff found = estimate_optimal_cutoff(sample, options);
  // Of several equally good ones cutpointr takes the median of their values, itself no candidate where they are even.
  std::vector<double> thresholds;
  for (const OptimalPoint& one : found.optima) thresholds.push_back(one.point.threshold);
  const double cutoff = median(thresholds);
  const FourfoldTable table = count_at_threshold(count_roc_sample(sample, found.direction), cutoff, RocRule::inclusive);
  const AccuracyResult accuracy = estimate_accuracy(table, {0.95, Sampling::consecutive});
  test.check("cutpoint", cutoff, {0.0, 1e-13});
  test.check("metric_value", *found.criterion_value.value + cutpointr_metrics.at(metric).added, exact);
  test.check("acc", accuracy.overall_accuracy.estimate, exact);
  test.check("sensitivity", accuracy.sensitivity.estimate, exact);
  test.check("specificity", accuracy.specificity.estimate, exact);
  AucOptions auc_options;
  auc_options.direction = options.direction;
  test.check("AUC", estimate_auc(sample, auc_options).delong, exact);
}

}  // namespace

std::vector<ReferenceKind> roc_references() {
  return {{"roc_auc_delong.json", walk_auc},
          {"roc_delong_test.json", walk_comparison},
          {"roc_partial_auc.json", walk_partial},
          {"roc_coords.json", walk_coordinates},
          {"roc_bootstrap_ci.json", walk_bootstrap},
          {"optimal_cutpoints_elas.json", walk_optimal_cutpoints},
          {"optimal_cutpoints_suicide.json", walk_cutpointr}};
}

}  // namespace qpcr::test
