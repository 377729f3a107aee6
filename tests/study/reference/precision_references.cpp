// The walkers of the reference files of this area.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/random_model.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/precision/one_way_anova.hpp"
#include "libqpcr/study/precision/precision_profile.hpp"
#include "libqpcr/study/precision/variance_components.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

DataTable read_table(const std::string& file) {
  const std::filesystem::path path = statistics_data() / file;
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream.good());
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return read_data_table(bytes.str(), path.string());
}

/// A precision study of a case: its values and every other column as a factor.
struct PrecisionCase {
  std::vector<double> values;
  std::vector<PrecisionFactor> factors;
  VarianceFormula formula;
};

/// "rows removed (1-based): 2,12" and "sample == P1"; other notes keep all rows.
std::vector<std::size_t> choose_rows(const DataTable& table, const std::string& note) {
  std::vector<bool> kept(table.rows(), true);
  const std::string removed = "rows removed (1-based):";
  const std::size_t equal = note.find(" == ");
  if (note.rfind(removed, 0) == 0) {
    std::istringstream list(note.substr(removed.size()));
    for (std::string one; std::getline(list, one, ',');) kept.at(std::stoul(one) - 1) = false;
  } else if (equal != std::string::npos) {
    const std::string wanted = note.substr(equal + 4);
    const auto texts = table.texts(note.substr(0, equal));
    for (std::size_t row = 0; row < kept.size(); ++row) kept[row] = texts[row] == wanted;
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < kept.size(); ++row)
    if (kept[row]) rows.push_back(row);
  return rows;
}

PrecisionCase read_precision_case(const Json& input) {
  PrecisionCase found;
  found.formula = parse_variance_formula(input.at("formula").get<std::string>());
  std::vector<std::string> names;
  for (const auto& term : found.formula.terms)
    for (const std::string& name : term)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  if (input.at("file") == "inline") {
    found.values = input.at(found.formula.response).get<std::vector<double>>();
    for (const std::string& name : names) {
      std::vector<std::string> texts;
      for (const Json& level : input.at(name)) texts.push_back(level.dump());
      found.factors.push_back(number_levels(name, {texts.begin(), texts.end()}));
    }
    return found;
  }
  const DataTable table = read_table(input.at("file"));
  const Json note = input.value("note", Json());
  const std::vector<std::size_t> rows = choose_rows(table, note.is_string() ? note.get<std::string>() : "");
  const std::vector<double> all = table.numbers(found.formula.response);
  for (const std::size_t row : rows) found.values.push_back(all[row]);
  for (const std::string& name : names)
    found.factors.push_back(keep_rows(number_levels(name, table.texts(name)), rows));
  return found;
}

using Limits = std::optional<Interval> ComponentIntervals::*;

/// How one method's components are compared: the total first, then terms and error.
class ComponentsCheck {
 public:
  ComponentsCheck(std::string what, const Json& expected, const VarianceComponentsResult& found, bool iterated)
      : what_(std::move(what)), expected_(expected), found_(found), iterated_(iterated) {
    rows_.push_back(&found.total);
    for (const VarianceComponent& component : found.components) rows_.push_back(&component);
  }

  void run() {
    for (const auto& [key, value] : expected_.items()) {
      INFO(what_ << " " << key);
      if (key == "component") {
        for (std::size_t i = 0; i < rows_.size(); ++i) CHECK(value.at(i) == rows_[i]->name);
      } else if (key == "nobs") {
        CHECK(value == found_.values);
      } else if (key == "mean") {
        check_value(what_ + " mean", value, found_.mean, {0.0, 1e-12});
      } else if (key.rfind("ci95_", 0) == 0) {
        check_limits(key, value);
      } else {
        check_column(key, value);
      }
    }
  }

 private:
  /// A component on its bound, which the peer's optimiser leaves at a rounding of 0.
  bool at_zero(std::size_t i) const { return rows_[i]->variance.value == 0.0; }

  /// An iterated peer stops about 1e-7 of the total from the optimum: relative to a small component that is more, and
  /// degrees of freedom (a ratio of squares) and limits at few degrees of freedom enlarge it.
  Tolerance tolerance(std::size_t i, double enlarged) const {
    const double total = *found_.total.variance.value;
    const double share = at_zero(i) ? 1.0 : *rows_[i]->variance.value / total;
    if (!iterated_) return {1e-9 * total, 1e-6};
    return {std::max(2e-6 * total, at_zero(i) ? 1e-5 : 0.0), std::max(2e-6, enlarged * 1e-6 / share)};
  }

  std::optional<double> column(const std::string& key, std::size_t i) const {
    const VarianceComponent& row = *rows_[i];
    if (key == "DF") return row.degrees_of_freedom;
    if (key == "SS") return row.sum_of_squares;
    if (key == "MS") return row.mean_square;
    if (key == "VC") return row.variance.value;
    if (key == "_Total") return row.percent;
    if (key == "SD") return row.sd.value;
    if (key == "CV_") return row.cv.value;
    if (key == "Var_VC_") return *row.variance.standard_error * *row.variance.standard_error;
    FAIL_CHECK("nobody compared " << what_ << " " << key);
    return std::nullopt;
  }

  void check_column(const std::string& key, const Json& value) {
    REQUIRE(value.size() == rows_.size());
    // An error alone: the peer prints sums of squares for REML too, which has none.
    if (iterated_ && (key == "SS" || key == "MS")) return;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Json wanted = value[i];
      const bool of_terms_alone = key == "SS" || key == "MS";
      if (iterated_ && key == "DF" && at_zero(i)) {
        // The peer's Inf or nothing: a component on its bound has no degrees of freedom.
        CHECK_FALSE(column(key, i).has_value());
        continue;
      }
      if (of_terms_alone && i == 0) {
        CHECK(wanted.is_null());
        continue;
      }
      check_value(what_ + " " + key + " " + rows_[i]->name, wanted, column(key, i), tolerance(i, 4.0));
    }
  }

  void check_limits(const std::string& key, const Json& value) {
    const bool wald = key.find("_sas") != std::string::npos;
    const bool one_sided = key.find("onesided") != std::string::npos;
    const Limits member = key.find("_VC_") != std::string::npos   ? &ComponentIntervals::variance
                          : key.find("_SD_") != std::string::npos ? &ComponentIntervals::sd
                                                                  : &ComponentIntervals::cv;
    REQUIRE(value.size() == rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      CHECK(value[i].at("component") == rows_[i]->name);
      const ComponentLimits& limits = wald ? rows_[i]->wald : rows_[i]->satterthwaite;
      const std::optional<Interval>& found = (one_sided ? limits.one_sided : limits.two_sided).*member;
      const Json& lower = value[i].at("lower");
      const Json& upper = value[i].at("upper");
      const std::string what = what_ + " " + key + " " + rows_[i]->name;
      INFO(what);
      // No interval: of a component at 0 (where the peer prints 0 to 0), or with next to no degrees of freedom.
      if (at_zero(i) || lower.is_null() || upper.is_null() || upper == "Inf") {
        if (at_zero(i)) CHECK((lower.is_null() || std::abs(lower.get<double>()) < 1e-5));
        CHECK_FALSE(found.has_value());
        continue;
      }
      const Tolerance near = tolerance(i, 20.0);
      check_value(what + " lower", lower, found ? std::optional(found->lower) : std::nullopt, near);
      check_value(what + " upper", upper, found ? std::optional(found->upper) : std::nullopt, near);
    }
  }

  std::string what_;
  const Json& expected_;
  const VarianceComponentsResult& found_;
  bool iterated_;
  std::vector<const VarianceComponent*> rows_;
};

/// Our restricted likelihood is at least that of the peer's components.
void check_optimum(const PrecisionCase& study, const VarianceComponentsResult& found, const Json& expected) {
  std::vector<RandomTerm> terms;
  for (const auto& term : study.formula.terms) {
    std::vector<const PrecisionFactor*> factors;
    for (const std::string& name : term)
      factors.push_back(&*std::find_if(study.factors.begin(), study.factors.end(),
                                       [&](const PrecisionFactor& one) { return one.name == name; }));
    PrecisionFactor combined = combine_factors(factors);
    terms.push_back({combined.level, static_cast<int>(combined.labels.size())});
  }
  const auto model = make_random_model(study.values, terms);
  const std::vector<double> all = expected.at("VC").get<std::vector<double>>();
  const Eigen::VectorXd theirs =
      Eigen::Map<const Eigen::VectorXd>(all.data() + 1, static_cast<Eigen::Index>(all.size()) - 1);
  CHECK(*found.minus_two_log_likelihood <= model->restricted_likelihood(theirs).minus_two_log + 1e-9);
}

void walk_variance_components(ReferenceCase& test_case) {
  const PrecisionCase study = read_precision_case(test_case.input());
  for (const std::string key : {"anova", "anova_scm", "reml"}) {
    if (!test_case.has(key)) continue;
    VarianceComponentsOptions options;
    options.method = key == "reml" ? ComponentMethod::reml : ComponentMethod::anova;
    if (key == "anova_scm") options.covariance = ComponentCovarianceKind::searle_casella_mcculloch;
    const VarianceComponentsResult found =
        estimate_variance_components(study.values, study.factors, study.formula, options);
    const Json& expected = test_case.expected(key);
    if (expected.is_null()) {
      CHECK_FALSE(found.total.variance.value.has_value());
      continue;
    }
    REQUIRE(found.total.variance.value.has_value());
    ComponentsCheck(test_case.id() + " " + key, expected, found, key == "reml").run();
    if (key == "reml") check_optimum(study, found, expected);
  }
}

/// NIST's certified values to nine digits, the texts centred exactly.
void walk_nist_anova(ReferenceCase& test_case) {
  const DataTable table = read_table(test_case.input().at("file"));
  const auto texts = table.texts("y");
  const auto centred = centre_decimals(texts);
  REQUIRE(centred.has_value());
  const OneWayAnovaResult found = estimate_one_way_anova(*centred, number_levels("group", table.texts("group")));
  CHECK(found.values == test_case.input().value("n", found.values));
  const Tolerance digits{0.0, 1e-9};
  test_case.check("df_between", found.between_degrees, {});
  test_case.check("df_within", found.within_degrees, {});
  test_case.check("ss_between", found.between_sum, digits);
  test_case.check("ss_within", found.within_sum, digits);
  test_case.check("ms_between", found.between_mean_square, digits);
  test_case.check("ms_within", found.within_mean_square, digits);
  test_case.check("F", found.f, digits);
  test_case.check("r2", found.r_squared, digits);
  test_case.check("residual_sd", found.residual_sd, digits);
  test_case.check("sd_within", found.residual_sd, digits);
}

/// The peer's variance function at a level.
double evaluate_function(int number, const std::vector<double>& b, double u, double power) {
  switch (number) {
    case 1:
      return b[0];
    case 2:
      return b[0] * u * u;
    case 3:
      return b[0] + b[1] * u * u;
    case 4:
      return (b[0] + b[1] * u) * (b[0] + b[1] * u);
    case 5:
      return b[0] + b[1] * std::pow(u, power);
    case 6:
      return b[0] + b[1] * u + b[2] * std::pow(u, b[3]);
    case 7:
      return b[0] + b[1] * std::pow(u, b[2]);
    case 8:
      return std::pow(b[0] + b[1] * u, b[2]);
    default:
      return b[0] * std::pow(u, b[1]);
  }
}

void walk_precision_profile(ReferenceCase& test_case) {
  const Json& input = test_case.input();
  const auto level = input.at("Mean").get<std::vector<double>>();
  const auto variance = input.at("VC").get<std::vector<double>>();
  const auto degrees = input.at("DF").get<std::vector<double>>();
  const double power = input.value("K", 2.0);
  std::vector<VarianceAtLevel> points;
  for (std::size_t i = 0; i < level.size(); ++i) points.push_back({level[i], variance[i], degrees[i]});
  const Json& coefficients = test_case.expected("coef");
  const Json& deviances = test_case.expected("Deviance");
  const Json& sums = test_case.expected("RSS");
  const Json& criteria = test_case.expected("AIC");
  std::vector<double> at = level;
  if (test_case.has("pred_x"))
    for (const double x : test_case.expected("pred_x").get<std::vector<double>>()) at.push_back(x);
  PrecisionProfileOptions options;
  options.power = power;
  options.functions.clear();
  for (const auto& [key, value] : coefficients.items()) {
    const int number = std::stoi(key.substr(5));
    const std::string name = "Model_" + std::to_string(number);
    INFO(test_case.id() << " " << name);
    const auto fit = fit_variance_function(static_cast<VarianceFunction>(number), points, power);
    REQUIRE(fit.has_value());
    const auto theirs = value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value.get<double>()};
    const double deviance = deviances.at(name).get<double>();
    // The peer may stop short of the optimum; ours is then lower, and its predictions are no yardstick.
    CHECK(fit->deviance <= deviance * (1.0 + 1e-7));
    if (fit->deviance < deviance * (1.0 - 1e-6)) continue;
    options.functions.push_back(fit->function);
    check_value(name + " AIC", criteria.at(name), fit->aic, {0.0, 1e-6});
    check_value(name + " RSS", sums.at(name), fit->residual_sum_of_squares, {0.0, 1e-3});
    for (const double x : at)
      check_value(name + " prediction", Json(evaluate_function(number, theirs, x, power)), predict_variance(*fit, x),
                  {0.0, 1e-3});
  }
  const PrecisionProfileResult chosen = estimate_precision_profile(points, options);
  const int best = static_cast<int>(chosen.fits[chosen.best].function);
  if (test_case.has("best_model_by_AIC"))
    CHECK(test_case.expected("best_model_by_AIC") == "Model_" + std::to_string(best));
}

}  // namespace

std::vector<ReferenceKind> precision_references() {
  return {{"variance_components.json", walk_variance_components},
          {"nist_anova.json", walk_nist_anova},
          {"precision_profile_vfp.json", walk_precision_profile}};
}

}  // namespace qpcr::test
