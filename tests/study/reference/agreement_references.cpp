// The walkers of method_comparison.json, method_comparison_external.json and cohen_kappa.json.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/math/structural_line.hpp"
#include "libqpcr/study/agreement/bland_altman.hpp"
#include "libqpcr/study/agreement/cohen_kappa.hpp"
#include "libqpcr/study/agreement/method_comparison.hpp"
#include "libqpcr/study/data_table.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

struct Pairs {
  std::vector<double> x;
  std::vector<double> y;
};

/// "name.csv", "name.csv (complete cases)", "name.csv column,column" or the values themselves.
Pairs read_pairs(const Json& input) {
  Pairs all;
  const std::string file = input.at("file").get<std::string>();
  if (file == "inline") {
    all.x = input.at("x").get<std::vector<double>>();
    all.y = input.at("y").get<std::vector<double>>();
  } else {
    const std::size_t space = file.find(' ');
    const std::string path = (statistics_data() / file.substr(0, space)).string();
    const DataTable table = read_data_table(read_file(path), path);
    std::string first = table.names().at(0);
    std::string second = table.names().at(1);
    if (space != std::string::npos && file[space + 1] != '(') {
      const std::string columns = file.substr(space + 1);
      first = columns.substr(0, columns.find(','));
      second = columns.substr(columns.find(',') + 1);
    }
    all.x = table.numbers(first);
    all.y = table.numbers(second);
  }
  Pairs complete;
  for (std::size_t i = 0; i < all.x.size(); ++i) {
    if (std::isnan(all.x[i]) || std::isnan(all.y[i])) continue;
    complete.x.push_back(all.x[i]);
    complete.y.push_back(all.y[i]);
  }
  return complete;
}

/// null, "Inf" and "-Inf" as the files write them.
void check_one(const std::string& what, const Json& expected, std::optional<double> found, Tolerance tolerance) {
  if (expected.is_string()) {
    INFO(what);
    const double infinity = std::numeric_limits<double>::infinity();
    REQUIRE(found.has_value());
    CHECK(*found == (expected.get<std::string>() == "-Inf" ? -infinity : infinity));
    return;
  }
  check_value(what, expected, found, tolerance);
}

std::optional<double> lower(const Estimate& estimate) {
  return estimate.interval ? std::optional(estimate.interval->lower) : std::nullopt;
}
std::optional<double> upper(const Estimate& estimate) {
  return estimate.interval ? std::optional(estimate.interval->upper) : std::nullopt;
}

void check_coefficient(const std::string& what, const Json& block, const std::string& name, const Estimate& found,
                       Tolerance tolerance, bool with_interval) {
  check_one(what + " " + name, block.at(name), found.value, tolerance);
  if (!with_interval) return;
  check_one(what + " " + name + "_se", block.at(name + "_se"), found.standard_error, tolerance);
  const Json& limits = block.at(name + "_ci");
  check_one(what + " " + name + " lower", limits[0], lower(found), tolerance);
  check_one(what + " " + name + " upper", limits[1], upper(found), tolerance);
}

/// Pairs of points with equal residuals: in mcr their order hangs on rounding.
long count_tied_residuals(const Pairs& data, double slope) {
  long tied = 0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    for (std::size_t j = i + 1; j < data.x.size(); ++j) {
      const double dx = data.x[j] - data.x[i];
      const double dy = data.y[j] - data.y[i];
      tied += (dx != 0.0 || dy != 0.0) && std::abs(dy - slope * dx) < 1e-10;
    }
  }
  return tied;
}

bool has_ties(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) != values.end();
}

MethodComparisonOptions read_method(const std::string& key) {
  static const std::map<std::string, ComparisonLine> lines{
      {"LinReg", ComparisonLine::ordinary},     {"WLinReg", ComparisonLine::weighted},
      {"Deming", ComparisonLine::deming},       {"WDeming", ComparisonLine::weighted_deming},
      {"PaBa", ComparisonLine::passing_bablok}, {"PaBaLarge", ComparisonLine::passing_bablok},
      {"PBequi", ComparisonLine::equivariant},  {"TS", ComparisonLine::theil_sen}};
  MethodComparisonOptions options;
  options.line = lines.at(key.substr(0, key.find('_')));
  if (key.find("_jackknife") != std::string::npos) options.interval = ComparisonInterval::jackknife;
  const std::size_t ratio = key.find("_er_");
  if (ratio != std::string::npos) options.error_ratio = std::stod(key.substr(ratio + 4));
  if (key.find("_tangent") != std::string::npos) options.slopes.average = SlopeAverage::slope;
  options.slopes.minus_one_tolerance = 0.0;  // mcr takes quotients as rounded
  options.weighted_deming_step = 1e-6;       // mcr's threshold
  return options;
}

void check_bias(const std::string& what, const Json& rows, const std::vector<BiasAtLevel>& found, bool percent,
                Tolerance tolerance, bool with_interval) {
  REQUIRE(rows.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string name = what + " level " + std::to_string(i + 1);
    const Estimate& estimate = percent ? found[i].percent : found[i].absolute;
    check_one(name, rows[i][0], estimate.value, tolerance);
    if (!with_interval) continue;
    check_one(name + " se", rows[i][1], estimate.standard_error, tolerance);
    check_one(name + " lower", rows[i][2], lower(estimate), tolerance);
    check_one(name + " upper", rows[i][3], upper(estimate), tolerance);
  }
}

void walk_line(ReferenceCase& one, const std::string& key, const Pairs& data, double alpha) {
  const Json& block = one.expected(key);
  const std::string what = one.id() + " " + key;
  MethodComparisonOptions options = read_method(key);
  options.confidence = 1.0 - alpha;
  if (block.contains("bias_levels")) options.levels = block.at("bias_levels").get<std::vector<double>>();
  if (block.contains("error") || block.at("slope").is_null()) {
    CHECK_FALSE(compare_methods(data.x, data.y, options).slope.interval.has_value());
    return;
  }
  const MethodComparison found = compare_methods(data.x, data.y, options);
  // Values near 0 are compared on the scale of the data: x·b − y cancels.
  const double scale = *std::max_element(data.y.begin(), data.y.end());
  Tolerance tolerance{1e-7 * scale, 1e-6};
  // PaBaLarge sorts slopes into 10^6 classes of angle, so it is off by half a class.
  if (key.starts_with("PaBaLarge")) tolerance = {2e-4 * scale, 2e-4};
  const bool sen = key.starts_with("TS");
  bool interval = true;
  bool intercept_interval = !sen;  // not seeded in the peer (STATISTICS.md, F8)
  if (sen || key.starts_with("PBequi")) {
    const bool few = data.x.size() < 4;
    // The variance of tau does not exist for three pairs; the peer divides by zero and cuts the infinity off.
    if (few) CHECK_FALSE(found.slope.interval.has_value());
    // mcr ranks pairs of equal x with the slopes of Theil-Sen, and takes residuals that differ by rounding for
    // different ones; both are ties by definition.
    const long tied = count_tied_residuals(data, *found.slope.value);
    const auto n = static_cast<long>(data.x.size());
    interval = !few && !(sen && has_ties(data.x)) && 50 * tied < n * (n - 1) / 2;
    // Up to two pairs are those that the median slope runs through.
    intercept_interval = intercept_interval && interval && tied <= 2;
  }
  check_coefficient(what, block, "slope", found.slope, tolerance, interval);
  check_coefficient(what, block, "intercept", found.intercept, tolerance, intercept_interval);
  if (!block.contains("bias_levels")) return;
  check_bias(what + " bias", block.at("bias_abs"), found.bias, false, tolerance, intercept_interval);
  check_bias(what + " bias %", block.at("bias_prop"), found.bias, true,
             {100.0 * tolerance.absolute / std::abs(*std::min_element(options.levels.begin(), options.levels.end())),
              tolerance.relative},
             intercept_interval);
}

void walk_therneau_slopes(ReferenceCase& one, const Pairs& data, double alpha) {
  const std::string key = "deming_pbreg_method1";
  if (!one.has(key)) return;
  const Json& block = one.expected(key);
  PassingBablokOptions options;
  options.confidence = 1.0 - alpha;
  options.ranks = IntervalRanks::outward;
  const PassingBablokFit fit = estimate_passing_bablok(data.x, data.y, options);
  const Tolerance tolerance{1e-9, 1e-6};
  check_one(one.id() + " pbreg intercept", block.at("coef")[0], fit.intercept.value, tolerance);
  check_one(one.id() + " pbreg slope", block.at("coef")[1], fit.slope.value, tolerance);
  const Json& limits = block.at("ci");
  if (limits[1][0].is_null()) {
    REQUIRE(fit.slope.interval.has_value());
    CHECK(std::isinf(fit.slope.interval->lower));
    return;
  }
  // With ties in x, deming takes the correction of the variance from its root, which no source does.
  if (has_ties(data.x)) return;
  check_one(one.id() + " pbreg slope lower", limits[1][0], lower(fit.slope), tolerance);
  check_one(one.id() + " pbreg slope upper", limits[1][1], upper(fit.slope), tolerance);
  check_one(one.id() + " pbreg intercept lower", limits[0][0], lower(fit.intercept), tolerance);
  check_one(one.id() + " pbreg intercept upper", limits[0][1], upper(fit.intercept), tolerance);
}

/// deming::deming minimises numerically to about 1e-4 and sums squared changes of the jackknife without (n − 1)/n.
void walk_therneau_deming(ReferenceCase& one, const Pairs& data, double alpha) {
  const std::string key = "deming_deming";
  if (!one.has(key)) return;
  const Json& block = one.expected(key);
  const Tolerance loose{1e-4, 2e-3};
  const StructuralLine line = fit_deming(data.x, data.y, 1.0);
  check_one(one.id() + " deming intercept", block.at("coef")[0], line.intercept, loose);
  check_one(one.id() + " deming slope", block.at("coef")[1], line.slope, loose);
  double slope_squares = 0.0;
  double intercept_squares = 0.0;
  for (std::size_t out = 0; out < data.x.size(); ++out) {
    Pairs rest = data;
    rest.x.erase(rest.x.begin() + static_cast<std::ptrdiff_t>(out));
    rest.y.erase(rest.y.begin() + static_cast<std::ptrdiff_t>(out));
    const StructuralLine left = fit_deming(rest.x, rest.y, 1.0);
    slope_squares += std::pow(left.slope - line.slope, 2);
    intercept_squares += std::pow(left.intercept - line.intercept, 2);
  }
  const double slope_error = std::sqrt(slope_squares);
  const double intercept_error = std::sqrt(intercept_squares);
  check_one(one.id() + " deming intercept se", block.at("se")[0], intercept_error, {0.0, 1e-2});
  check_one(one.id() + " deming slope se", block.at("se")[1], slope_error, {0.0, 1e-2});
  const double z = normal_upper_quantile(alpha / 2.0);
  const Json& limits = block.at("ci");
  const Tolerance wide{0.02 * z * intercept_error, 0.0};
  const Tolerance narrow{0.02 * z * slope_error, 0.0};
  check_one(one.id() + " deming ci", limits[0][0], line.intercept - z * intercept_error, wide);
  check_one(one.id() + " deming ci", limits[0][1], line.intercept + z * intercept_error, wide);
  check_one(one.id() + " deming ci", limits[1][0], line.slope - z * slope_error, narrow);
  check_one(one.id() + " deming ci", limits[1][1], line.slope + z * slope_error, narrow);
}

void walk_limits(ReferenceCase& one, const std::string& key, DifferenceScale scale, const Pairs& data, double alpha) {
  if (!one.has(key)) return;
  const Json& block = one.expected(key);
  BlandAltmanOptions options;
  options.scale = scale;
  options.confidence = 1.0 - alpha;
  const BlandAltman found = estimate_limits_of_agreement(data.x, data.y, options);
  const Tolerance tolerance{1e-12, 1e-9};
  const std::string what = one.id() + " " + key + " ";
  const auto both = [&](const std::string& name, std::optional<double> first, std::optional<double> second) {
    check_one(what + name, block.at(name)[0], first, tolerance);
    check_one(what + name, block.at(name)[1], second, tolerance);
  };
  check_one(what + "n", block.at("n"), static_cast<double>(found.pairs), {});
  check_one(what + "mean", block.at("mean"), found.mean.value, {1e-12, 1e-9});
  check_one(what + "sd", block.at("sd"), found.standard_deviation.value, tolerance);
  both("mean_ci", lower(found.mean), upper(found.mean));
  both("loa", found.lower_limit.value, found.upper_limit.value);
  both("loa_lower_ci", lower(found.lower_limit), upper(found.lower_limit));
  both("loa_upper_ci", lower(found.upper_limit), upper(found.upper_limit));
  both("exact_carkeet_upper_loa_ci", lower(found.upper_limit_exact), upper(found.upper_limit_exact));
  check_one(what + "se", block.at("loa_se_bland1999"), found.lower_limit.standard_error, tolerance);
  check_one(what + "se", block.at("loa_se_simple_3s2n"), found.upper_limit_simple.standard_error, tolerance);
  check_one(what + "t_p", block.at("t_p"), found.bias_p_value, {1e-9, 1e-9});
}

void walk_method_comparison(ReferenceCase& one) {
  const Pairs data = read_pairs(one.input());
  const double alpha = one.input().value("alpha", 0.05);
  one.check("n", static_cast<double>(data.x.size()), {});
  const MethodComparison whole = compare_methods(data.x, data.y);
  one.check("pearson_r", whole.pearson, {0.0, 1e-12});
  one.check("spearman", whole.spearman, {0.0, 1e-12});
  for (const std::string method : {"LinReg", "WLinReg", "Deming", "WDeming", "PaBa", "PaBaLarge", "PBequi", "TS"}) {
    for (const std::string how : {"_analytical", "_jackknife", "_tangent", "_radian"}) {
      for (const std::string ratio : {"", "_er_1", "_er_1.21", "_er_0.25", "_er_0.5", "_er_2", "_er_4"}) {
        const std::string key = method + how + ratio;
        if (one.has(key)) walk_line(one, key, data, alpha);
      }
    }
  }
  walk_therneau_slopes(one, data, alpha);
  walk_therneau_deming(one, data, alpha);
  one.leave_out("deming_deming_cv",
                "another estimator than Linnet's: each error follows its own fitted value, to a tolerance of 1e-4");
  walk_limits(one, "bland_altman_abs", DifferenceScale::absolute, data, alpha);
  walk_limits(one, "bland_altman_pct", DifferenceScale::percent, data, alpha);
  walk_limits(one, "bland_altman_log", DifferenceScale::logarithm, data, alpha);
}

/// Rows of Analyse-it and CALANAS, and of mcr's authors (equivariant and Theil-Sen) under settings of their own.
void walk_external_row(ReferenceCase& one, const Json& row, const Pairs& data) {
  const std::string method = row.at("parameter").at("RegMethod").get<std::string>();
  const Json& wanted = row.at("reference");
  MethodComparisonOptions options = read_method(method);
  if (row.at("parameter").value("CIMethod", "analytical") == "jackknife")
    options.interval = ComparisonInterval::jackknife;
  options.error_ratio = row.at("parameter").value("ErrorRatio", 1.0);
  if (row.at("parameter").contains("Bias")) options.levels = row.at("parameter").at("Bias").get<std::vector<double>>();
  const MethodComparison found = compare_methods(data.x, data.y, options);
  const double scale = *std::max_element(data.y.begin(), data.y.end());
  // STATISTICS.md, F1: the largest deviations of mcr from these rows, method by method.
  static const std::map<std::string, double> deviations{{"LinReg", 1.4e-7},  {"Deming", 3.6e-7}, {"WDeming", 2.3e-6},
                                                        {"WLinReg", 2.6e-5}, {"PaBa", 1.8e-5},   {"PaBaLarge", 9.6e-5}};
  const bool own = deviations.count(method) == 0;
  const double relative = own ? 1e-2 : 1.5 * deviations.at(method);
  const Tolerance tolerance{relative * scale * 1e-2, relative};
  const std::string what = one.id() + " " + row.at("name").get<std::string>() + " ";
  check_one(what + "slope", wanted.at("Slope"), found.slope.value, tolerance);
  check_one(what + "intercept", wanted.at("Intercept"), found.intercept.value, tolerance);
  check_one(what + "slope lower", wanted.at("SlopeL"), lower(found.slope), tolerance);
  check_one(what + "slope upper", wanted.at("SlopeU"), upper(found.slope), tolerance);
  if (method == "TS") return;
  const Tolerance wider{own ? 2e-2 * scale : tolerance.absolute, own ? 2e-2 : relative};
  check_one(what + "intercept lower", wanted.at("InterceptL"), lower(found.intercept), wider);
  check_one(what + "intercept upper", wanted.at("InterceptU"), upper(found.intercept), wider);
  if (!wanted.contains("Bias")) return;
  REQUIRE(found.bias.size() == wanted.at("Bias").size());
  for (std::size_t i = 0; i < found.bias.size(); ++i) {
    check_one(what + "bias", wanted.at("Bias")[i], found.bias[i].absolute.value, tolerance);
    check_one(what + "bias lower", wanted.at("BiasL")[i], lower(found.bias[i].absolute), tolerance);
    check_one(what + "bias upper", wanted.at("BiasU")[i], upper(found.bias[i].absolute), tolerance);
  }
}

/// `expected` is a list here; its rows are found in the document.
void walk_external(ReferenceCase& one) {
  const Pairs data = read_pairs(one.input());
  for (const Json& candidate : one.document().at("cases")) {
    if (!one.id().ends_with(" " + candidate.at("id").get<std::string>())) continue;
    const Json& rows = candidate.at("expected");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      walk_external_row(one, rows[i], data);
      one.leave_out(std::to_string(i), "compared as a row of the list");
    }
  }
}

void walk_cohen_kappa(ReferenceCase& one) {
  const auto counts = one.input().at("table_rowmajor").get<std::vector<long>>();
  const auto categories = one.input().at("dim").get<std::size_t>();
  const auto estimate = [&](KappaWeights weights, KappaError error) {
    CohenKappaOptions options;
    options.weights = weights;
    options.error = error;
    options.confidence = one.input().value("conf_level", 0.95);
    return estimate_cohen_kappa(counts, categories, options);
  };
  const Tolerance tolerance{1e-9, 1e-9};
  const CohenKappa plain = estimate(KappaWeights::unweighted, KappaError::full);
  one.check_triple("Unweighted", plain.kappa, tolerance);
  one.check_triple("Equal_Spacing", estimate(KappaWeights::linear, KappaError::full).kappa, tolerance);
  one.check_triple("Fleiss_Cohen", estimate(KappaWeights::quadratic, KappaError::full).kappa, tolerance);
  const auto check_error = [&](const std::string& key, const CohenKappa& found) {
    if (!one.has(key)) return;
    const Json& pair = one.expected(key);
    check_one(one.id() + " " + key, pair[0], found.kappa.value, tolerance);
    check_one(one.id() + " " + key + " se", pair[1], found.kappa.standard_error, tolerance);
  };
  check_error("vcd_unweighted", estimate(KappaWeights::unweighted, KappaError::full));
  check_error("vcd_weighted", estimate(KappaWeights::linear, KappaError::full));
  one.check("po", plain.observed_agreement, tolerance);
  if (!one.has("bowker")) return;
  if (one.expected("bowker").is_null()) {
    // mcnemar.test divides 0 by 0 where both cells of a pair are empty; here such a pair does not count.
    CHECK(plain.bowker_degrees < static_cast<long>(categories * (categories - 1) / 2));
    one.leave_out("bowker_p", "the peer has no number where a pair of cells is empty");
    return;
  }
  one.check("bowker", plain.bowker_statistic, tolerance);
  one.check("bowker_p", plain.bowker_p_value, tolerance);
}

}  // namespace

std::vector<ReferenceKind> agreement_references() {
  return {{"method_comparison.json", walk_method_comparison},
          {"method_comparison_external.json", walk_external},
          {"cohen_kappa.json", walk_cohen_kappa}};
}

}  // namespace qpcr::test
