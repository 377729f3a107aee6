// The walkers of the reference files of this area.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/scores/brier_score.hpp"
#include "libqpcr/study/scores/decision_curve.hpp"
#include "libqpcr/study/scores/hosmer_lemeshow.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"
#include "libqpcr/study/scores/reclassification.hpp"
#include "libqpcr/study/scores/risk_calibration.hpp"
#include "libqpcr/study/scores/risk_discrimination.hpp"
#include "libqpcr/study/scores/score_optimism.hpp"
#include "tests/study/reference/walk.hpp"
#include "tests/study/scores/peer_conventions.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance closed_form{1e-9, 1e-9};
constexpr Tolerance iterated{1e-6, 1e-6};
/// Of peers that stop their iterations early: glm at a relative change of 1e-8 of the deviance.
constexpr Tolerance peer_iteration{2e-8, 2e-8};

/// All expected values of a case, to find keys of a kind; each is then compared through expected().
const Json& expected_of(const ReferenceCase& test_case, const std::string& file) {
  for (const Json& one : test_case.document().at("cases")) {
    if (file + " " + one.at("id").get<std::string>() == test_case.id()) return one.at("expected");
  }
  throw std::runtime_error("no such case: " + test_case.id());
}

/// The values of a case: numbers and texts by name, and how often each row counts.
struct CaseData {
  std::vector<ScorePredictor> columns;
  std::vector<int> outcomes;
  std::vector<double> weights;
};

std::vector<double> parse_inline_values(const std::string& text) {
  if (const std::size_t dots = text.find(".."); dots != std::string::npos) {
    std::vector<double> values;
    const double last = parse_double(text.substr(dots + 2)).value();
    for (double value = parse_double(text.substr(0, dots)).value(); value <= last; value += 1.0)
      values.push_back(value);
    return values;
  }
  const std::size_t times = text.find('x');
  const double value = parse_double(text.substr(0, times)).value();
  return std::vector<double>(
      times == std::string::npos ? 1U : static_cast<std::size_t>(parse_integer(text.substr(times + 1)).value()), value);
}

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    parts.emplace_back(trim(std::string_view(text).substr(from, end - from)));
    from = end + 1;
  }
  return parts;
}

/// "x=1..10,y=0x5,1x5": numbers one to ten; five times 0, five times 1.
std::vector<ScorePredictor> parse_inline(const std::string& text) {
  std::vector<ScorePredictor> columns;
  for (const std::string& part : split_commas(text)) {
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos) columns.push_back({part.substr(0, equals), std::vector<double>()});
    const std::vector<double> values =
        parse_inline_values(equals == std::string::npos ? part : part.substr(equals + 1));
    auto& numbers = std::get<std::vector<double>>(columns.back().values);
    numbers.insert(numbers.end(), values.begin(), values.end());
  }
  return columns;
}

ScorePredictor read_column(const DataTable& table, const std::string& name) {
  try {
    return {name, table.numbers(name)};
  } catch (const Error&) {
    std::vector<std::string> texts;
    bool is_binary = true;
    for (const std::string_view text : table.texts(name)) {
      texts.emplace_back(text);
      is_binary = is_binary && (text == "TRUE" || text == "FALSE");
    }
    if (!is_binary) return {name, texts};
    std::vector<double> numbers;
    for (const std::string& text : texts) numbers.push_back(text == "TRUE" ? 1.0 : 0.0);
    return {name, numbers};
  }
}

DataTable read_statistics_table(const std::string& file) {
  const std::string path = (statistics_data() / file).string();
  return read_data_table(read_file(path), path);
}

/// Outcomes as "column" or "column==value".
std::vector<int> read_outcomes(const std::vector<ScorePredictor>& columns, const std::string& text) {
  const std::size_t equals = text.find("==");
  const std::string name(trim(std::string_view(text).substr(0, equals)));
  const std::string wanted(equals == std::string::npos ? "1" : trim(std::string_view(text).substr(equals + 2)));
  const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == name; });
  REQUIRE(column != columns.end());
  std::vector<int> outcomes;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column->values)) {
    for (const std::string& one : *texts) outcomes.push_back(one == wanted ? 1 : 0);
  } else {
    for (const double one : std::get<std::vector<double>>(column->values))
      outcomes.push_back(one == parse_double(wanted).value() ? 1 : 0);
  }
  return outcomes;
}

bool is_missing(const ScorePredictor& column, std::size_t row) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) return std::isnan((*numbers)[row]);
  const std::string& text = std::get<std::vector<std::string>>(column.values)[row];
  return text.empty() || text == "NA";
}

template <typename Value>
void erase_rows(std::vector<Value>& values, const std::vector<bool>& gone) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!gone[i]) values[kept++] = values[i];
  }
  values.resize(kept);
}

/// Rows with a missing predictor, outcome or weight leave, as in R's model frames.
void leave_missing_out(CaseData& data, const std::vector<std::string>& used) {
  std::vector<bool> gone(data.outcomes.size());
  for (const ScorePredictor& column : data.columns) {
    if (std::find(used.begin(), used.end(), column.name) == used.end()) continue;
    for (std::size_t i = 0; i < gone.size(); ++i) gone[i] = gone[i] || is_missing(column, i);
  }
  erase_rows(data.outcomes, gone);
  if (!data.weights.empty()) erase_rows(data.weights, gone);
  for (ScorePredictor& column : data.columns)
    std::visit([&](auto& values) { erase_rows(values, gone); }, column.values);
}

CaseData read_case(const Json& input, const std::vector<ScoreTerm>& terms, std::string response) {
  CaseData data;
  std::string weights;
  std::string file = input.value("file", std::string());
  if (file.rfind("inline ", 0) == 0) {
    data.columns = parse_inline(file.substr(7));
  } else if (!file.empty()) {
    const std::vector<std::string> parts = split_commas(file);
    const DataTable table = read_statistics_table(parts[0].substr(0, parts[0].find(' ')));
    for (const std::string& name : table.names()) data.columns.push_back(read_column(table, name));
    for (const std::string& part : parts) {
      if (part.rfind("y=", 0) == 0) response = part.substr(2);
      if (part.rfind("weights=", 0) == 0) weights = part.substr(8);
    }
  } else {
    for (const auto& [name, values] : input.items()) {
      if (values.is_array() && !values.empty() && values[0].is_number())
        data.columns.push_back({name, values.get<std::vector<double>>()});
    }
  }
  std::vector<std::string> used = list_predictors(terms);
  used.push_back(response.substr(0, response.find("==")));
  data.outcomes = read_outcomes(data.columns, response);
  if (input.contains("weights")) weights = input.at("weights").get<std::string>();
  if (!weights.empty()) {
    used.push_back(weights);
    for (const ScorePredictor& column : data.columns) {
      if (column.name == used.back()) data.weights = std::get<std::vector<double>>(column.values);
    }
  }
  leave_missing_out(data, used);
  return data;
}

/// R writes "factor(race)2" and "smokeyes" where we write "race=2" and "smoke=yes".
std::string plain_name(std::string name) {
  for (const std::string gone : {"as.factor", "factor", "(", ")", "="}) {
    for (std::size_t at = name.find(gone); at != std::string::npos; at = name.find(gone)) name.erase(at, gone.size());
  }
  return name;
}

template <typename Get>
void check_each(const std::string& what, const Json& expected, const LogisticScore& score, Tolerance tolerance,
                Get get) {
  REQUIRE(expected.size() == score.coefficients.size());
  for (std::size_t k = 0; k < expected.size(); ++k)
    check_value(what + " " + score.coefficients[k].name, expected[k], get(score.coefficients[k]), tolerance);
}

template <typename Get>
void check_limits(const std::string& what, const Json& expected, const LogisticScore& score, Tolerance tolerance,
                  Get get) {
  REQUIRE(expected.size() == score.coefficients.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const std::optional<Interval> found = get(score.coefficients[k]);
    const std::string name = what + " " + score.coefficients[k].name;
    check_value(name + " lower", expected[k][0], found ? std::optional(found->lower) : std::nullopt, tolerance);
    check_value(name + " upper", expected[k][1], found ? std::optional(found->upper) : std::nullopt, tolerance);
  }
}

/// What glm() prints of a fit that does not exist: large numbers where its iterations stopped.
void expect_nothing(ReferenceCase& test_case, const LogisticScore& score) {
  INFO(test_case.id());
  CHECK_FALSE(score.exists());
  CHECK(score.separation != "none");
  CHECK(score.covariance.empty());
  for (const ScoreCoefficient& one : score.coefficients) {
    CHECK_FALSE(one.wald.value);
    CHECK_FALSE(one.wald.interval);
    CHECK_FALSE(one.z);
    CHECK_FALSE(one.wald_p);
    CHECK_FALSE(one.profile.interval);
    REQUIRE(one.wald.why_absent);
    CHECK(one.wald.why_absent->id == "score_separation");
  }
  for (const Estimate& one :
       {score.log_likelihood, score.deviance, score.aic, score.cox_snell_r2, score.nagelkerke_r2, score.mcfadden_r2})
    CHECK_FALSE(one.value);
  for (const char* key : {"coef", "se", "z", "p", "vcov", "loglik", "deviance", "aic", "profile_ci", "wald_ci",
                          "r2_cox_snell", "r2_nagelkerke", "mcfadden", "validation"})
    test_case.leave_out(key, "separation: the maximum likelihood does not exist, ours is asserted to be absent");
  for (const auto& [key, value] : expected_of(test_case, "logistic_regression.json").items()) {
    if (key.rfind("hosmer_lemeshow", 0) == 0) test_case.leave_out(key, "of a fit that does not exist");
  }
}

void check_val_prob(const std::string& where, const Json& expected, const std::vector<double>& risks,
                    const std::vector<int>& outcomes, Tolerance tolerance) {
  const RiskDiscrimination told = estimate_risk_discrimination(risks, outcomes);
  const RiskCalibration fit = estimate_risk_calibration(risks, outcomes, {});
  const BrierScore brier = estimate_brier_score(risks, outcomes);
  const double rounded = rounded_concordance(risks, outcomes);
  // Of equal risks the peer prints stand-ins (slope 0, D −1/n), and those of 0 and 1 it drops; ours do not exist.
  const bool constant = std::all_of(risks.begin(), risks.end(), [&](double risk) { return risk == risks[0]; });
  const bool sure = std::any_of(risks.begin(), risks.end(), [](double risk) { return risk <= 0.0 || risk >= 1.0; });
  const std::set<std::string> told_of_slope{"R2",       "D",   "D:Chi-sq", "D:p",       "U",
                                            "U:Chi-sq", "U:p", "Q",        "Intercept", "Slope"};
  const std::map<std::string, std::optional<double>> found{{"R2", told.nagelkerke_r2.value},
                                                           {"D", told.discrimination_index.value},
                                                           {"D:Chi-sq", told.likelihood_ratio.value},
                                                           {"D:p", told.recalibrated_likelihood_ratio_p},
                                                           {"U", told.unreliability_index.value},
                                                           {"U:Chi-sq", fit.miscalibration_chi_square.value},
                                                           {"U:p", fit.miscalibration_p},
                                                           {"Q", told.quality_index.value},
                                                           {"Brier", brier.brier.value},
                                                           {"Intercept", fit.intercept.value},
                                                           {"Slope", fit.slope.value},
                                                           {"Emax", fit.greatest_error.value},
                                                           {"E90", fit.ninety_percent_error.value},
                                                           {"Eavg", fit.mean_error.value},
                                                           {"S:z", brier.spiegelhalter_z.value},
                                                           {"S:p", brier.spiegelhalter_p},
                                                           {"Dxy", 2.0 * rounded - 1.0},
                                                           {"C (ROC)", rounded}};
  for (const auto& [key, value] : expected.items()) {
    // The peer's fit with given starting values has no p; it prints NA, and we say nothing of the risks as they are.
    if (key == "D:p" && value.is_null()) continue;
    if ((constant || sure) && told_of_slope.count(key) != 0) {
      INFO(where << " " << key);
      CHECK_FALSE(found.at(key).has_value());
      continue;
    }
    // The peer's list for equal risks holds a value too many, so that its last names are those of others.
    if (constant && (key[0] == 'E' || key[0] == 'S')) continue;
    check_value(where + " " + key, value, found.at(key), tolerance);
  }
}

void check_hosmer_lemeshow(ReferenceCase& test_case, const Json& expected_all, const LogisticScore& score,
                           const std::vector<int>& outcomes) {
  const std::string prefix = "hosmer_lemeshow_g";
  for (const auto& [key, value] : expected_all.items()) {
    if (key.rfind(prefix, 0) != 0) continue;
    const Json& expected = test_case.expected(key);
    HosmerLemeshowOptions options;
    options.groups = parse_integer(key.substr(prefix.size())).value();
    const HosmerLemeshow found = estimate_hosmer_lemeshow(score.risks, outcomes, options);
    const std::string where = test_case.id() + " " + key;
    CHECK(found.degrees_of_freedom == expected.at("df").get<long>());
    check_value(where + " chisq", expected.at("chisq"), found.chi_square.value, iterated);
    check_value(where + " p", expected.at("p"), found.p_value, iterated);
  }
}

void check_maximum_likelihood(ReferenceCase& test_case, const LogisticScore& score, const ScoreDesign& design,
                              const CaseData& data) {
  const std::string where = test_case.id();
  const auto each = [&](const char* key, auto get) {
    if (test_case.has(key)) check_each(where + " " + key, test_case.expected(key), score, iterated, get);
  };
  each("coef", [](const ScoreCoefficient& one) { return one.wald.value; });
  each("se", [](const ScoreCoefficient& one) { return one.wald.standard_error; });
  each("z", [](const ScoreCoefficient& one) { return one.z; });
  each("p", [](const ScoreCoefficient& one) { return one.wald_p; });
  if (test_case.has("vcov")) {
    const Json& expected = test_case.expected("vcov");
    const std::size_t columns = score.coefficients.size();
    REQUIRE(score.covariance.size() == columns * columns);
    for (std::size_t i = 0; i < columns; ++i) {
      for (std::size_t j = 0; j < columns; ++j)
        check_value(where + " vcov", expected[i][j], score.covariance[i * columns + j], iterated);
    }
  }
  test_case.check("loglik", score.log_likelihood, iterated);
  test_case.check("deviance", score.deviance, iterated);
  test_case.check("aic", score.aic, iterated);
  test_case.check("r2_cox_snell", score.cox_snell_r2, iterated);
  test_case.check("r2_nagelkerke", score.nagelkerke_r2, iterated);
  test_case.check("mcfadden", score.mcfadden_r2, iterated);
  if (test_case.has("wald_ci"))
    check_limits(where + " wald_ci", test_case.expected("wald_ci"), score, iterated,
                 [](const ScoreCoefficient& one) { return one.wald.interval; });
  if (test_case.has("profile_ci")) {
    const Json& expected = test_case.expected("profile_ci");
    REQUIRE(expected.size() == score.coefficients.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      // confint.glm() interpolates a coarse grid of the profile; its steps on our profile give its limits, and those
      // lie near the exact ones.
      const Interval peer = interpolated_profile_interval(design, data.outcomes, data.weights, score, k);
      const std::string name = where + " profile_ci " + score.coefficients[k].name;
      check_value(name + " lower as interpolated", expected[k][0], peer.lower, iterated);
      check_value(name + " upper as interpolated", expected[k][1], peer.upper, iterated);
      const Estimate& exact = score.coefficients[k].profile;
      REQUIRE(exact.interval);
      const double error = *score.coefficients[k].wald.standard_error;
      check_value(name + " lower", expected[k][0], exact.interval->lower, {2e-2 * error, 0.0});
      check_value(name + " upper", expected[k][1], exact.interval->upper, {2e-2 * error, 0.0});
    }
  }
  if (test_case.has("validation")) {
    const Json& validation = test_case.expected("validation");
    const RiskDiscrimination told = estimate_risk_discrimination(score.risks, data.outcomes);
    check_value(where + " auc", validation.at("auc"), told.concordance.value, closed_form);
    check_value(where + " brier", validation.at("brier"), estimate_brier_score(score.risks, data.outcomes).brier.value,
                iterated);
    if (validation.contains("val.prob"))
      check_val_prob(where + " val.prob", validation.at("val.prob"), score.risks, data.outcomes, iterated);
  }
}

void check_firth(ReferenceCase& test_case, const LogisticScore& score) {
  const std::string where = test_case.id() + " firth";
  const auto coefficient = [](const ScoreCoefficient& one) { return one.wald.value; };
  if (test_case.has("firth_brglm2_coef"))
    check_each(where + " brglm2", test_case.expected("firth_brglm2_coef"), score, iterated, coefficient);
  if (!test_case.has("firth")) return;
  const Json& expected = test_case.expected("firth");
  check_each(where + " coef", expected.at("coef"), score, iterated, coefficient);
  check_each(where + " se", expected.at("se"), score, iterated,
             [](const ScoreCoefficient& one) { return one.augmented_standard_error; });
  check_each(where + " p", expected.at("p"), score, iterated,
             [](const ScoreCoefficient& one) { return one.likelihood_ratio_p; });
  check_limits(where + " pl_ci", expected.at("pl_ci"), score, iterated,
               [](const ScoreCoefficient& one) { return one.profile.interval; });
  check_value(where + " loglik", expected.at("penalized_loglik")[0], score.penalised_log_likelihood.value, iterated);
  check_value(where + " null", expected.at("penalized_loglik")[1], score.penalised_null_log_likelihood.value, iterated);
}

void walk_logistic(ReferenceCase& test_case) {
  const std::string formula = test_case.input().at("formula").get<std::string>();
  const std::size_t tilde = formula.find('~');
  const std::vector<ScoreTerm> terms = parse_score_terms(formula.substr(tilde + 1));
  const CaseData data = read_case(test_case.input(), terms, std::string(trim(formula.substr(0, tilde))));
  const ScoreDesign design = build_score_design(
      [&] {
        std::vector<ScorePredictor> used;
        const std::vector<std::string> names = list_predictors(terms);
        for (const ScorePredictor& column : data.columns) {
          if (std::find(names.begin(), names.end(), column.name) != names.end()) used.push_back(column);
        }
        return used;
      }(),
      terms, data.outcomes.size());
  LogisticScoreOptions options;
  const LogisticScore plain = fit_logistic_score(design, data.outcomes, data.weights, options);
  options.firth = true;
  const LogisticScore firth = fit_logistic_score(design, data.outcomes, data.weights, options);
  test_case.leave_out("note", "a remark");
  if (test_case.has("terms")) {
    const Json& names = test_case.expected("terms");
    REQUIRE(names.size() == design.columns());
    for (std::size_t k = 0; k < design.columns(); ++k)
      CHECK(plain_name(names[k].get<std::string>()) == plain_name(design.names[k]));
  }
  test_case.check("null_deviance", plain.null_deviance, closed_form);
  if (plain.exists()) {
    check_maximum_likelihood(test_case, plain, design, data);
    check_hosmer_lemeshow(test_case, expected_of(test_case, "logistic_regression.json"), plain, data.outcomes);
  } else {
    expect_nothing(test_case, plain);
  }
  check_firth(test_case, firth);
}

void walk_calibration(ReferenceCase& test_case) {
  const auto outcomes = test_case.input().at("y").get<std::vector<int>>();
  const auto risks = test_case.input().at("p").get<std::vector<double>>();
  const RiskCalibration fit = estimate_risk_calibration(risks, outcomes, {});
  const BrierScore brier = estimate_brier_score(risks, outcomes);
  test_case.check("calibration_slope", fit.slope, peer_iteration);
  test_case.check("calibration_intercept_joint", fit.intercept, peer_iteration);
  test_case.check("calibration_in_the_large", fit.calibration_in_the_large, peer_iteration);
  test_case.check("slope_se", fit.slope.standard_error, iterated);
  test_case.check("citl_se", fit.calibration_in_the_large.standard_error, iterated);
  test_case.check("brier", brier.brier, closed_form);
  test_case.check("brier_scaled", brier.scaled, closed_form);
  test_case.check("O_over_E", fit.observed_over_expected, closed_form);
  if (test_case.has("val_prob"))
    check_val_prob(test_case.id(), test_case.expected("val_prob"), risks, outcomes, peer_iteration);
}

/// The command of the file names the model; Somers' D is the index that it corrects.
void walk_optimism(ReferenceCase& test_case) {
  Json input = test_case.input();
  const std::string file = input.at("file").get<std::string>();
  if (file.find("y=") == std::string::npos && file.rfind("pROC_aSAH", 0) == 0)
    input["file"] = file + ", y=outcome==Poor";
  const std::string formula = input.value("formula", std::string("y ~ s100b + ndka + age"));
  const std::size_t tilde = formula.find('~');
  const std::vector<ScoreTerm> terms = parse_score_terms(formula.substr(tilde + 1));
  const CaseData data = read_case(input, terms, std::string(trim(formula.substr(0, tilde))));
  const ScoreDesign design = build_score_design(data.columns, terms, data.outcomes.size());
  ScoreOptimismOptions options;
  options.replicates = 20000;
  const ScoreOptimism found = estimate_score_optimism(design, data.outcomes, options);
  const OptimismIndex& index = found.somers_d;
  test_case.check("apparent", index.apparent, closed_form);
  // The peer's mean is of three runs of 2000 replicates, of the same spread a replicate as ours.
  test_case.leave_out("optimism_sd", "the spread of three runs: too few to be a tolerance");
  REQUIRE(index.optimism.standard_error);
  const double ours = *index.optimism.standard_error;
  const double peer = ours * std::sqrt(static_cast<double>(options.replicates) / 6000.0);
  const Tolerance monte_carlo{4.0 * std::hypot(ours, peer), 0.0};
  test_case.check("optimism_mean", index.optimism, monte_carlo);
  test_case.check("corrected_mean", index.corrected, monte_carlo);
}

void walk_decision_curve(ReferenceCase& test_case) {
  const Json& input = test_case.input();
  const CaseData data =
      read_case(input, {}, input.value("outcome", std::string(input.contains("file") ? "cancer" : "y")));
  const std::vector<int>& outcomes = data.outcomes;
  const auto numbers_of = [&](const std::string& name) {
    const auto column =
        std::find_if(data.columns.begin(), data.columns.end(), [&](const auto& one) { return one.name == name; });
    REQUIRE(column != data.columns.end());
    return std::get<std::vector<double>>(column->values);
  };
  for (const auto& [model, expected] : expected_of(test_case, "decision_curve.json").items()) {
    const Json& curve = test_case.expected(model);
    DecisionCurveOptions options;
    options.thresholds = curve.at("threshold").get<std::vector<double>>();
    if (input.contains("prevalence")) options.prevalence = input.at("prevalence").get<double>();
    const bool all = model == "Treat All";
    const bool none = model == "Treat None";
    // A risk of 0 is never acted on, at a threshold of 0 either.
    options.acts_on_equal = !none;
    const std::vector<double> risks =
        all || none ? std::vector<double>(outcomes.size(), all ? 1.0 : 0.0) : numbers_of(model);
    const DecisionCurve found = estimate_decision_curve(risks, outcomes, options);
    REQUIRE(found.points.size() == options.thresholds.size());
    for (std::size_t k = 0; k < found.points.size(); ++k) {
      const DecisionPoint& point = found.points[k];
      const std::string where = test_case.id() + " " + model + " " + std::to_string(point.threshold);
      CHECK(point.threshold == options.thresholds[k]);
      check_value(where + " tp_rate", curve.at("tp_rate")[k], point.true_positive_rate.value, closed_form);
      check_value(where + " fp_rate", curve.at("fp_rate")[k], point.false_positive_rate.value, closed_form);
      check_value(where + " net_benefit", curve.at("net_benefit")[k], point.net_benefit.value, closed_form);
      if (all) check_value(where + " all", curve.at("net_benefit")[k], point.net_benefit_all.value, closed_form);
      if (curve.contains("net_intervention_avoided"))
        check_value(where + " avoided", curve.at("net_intervention_avoided")[k], point.interventions_avoided.value,
                    closed_form);
    }
  }
}

void walk_reclassification(ReferenceCase& test_case) {
  const auto outcomes = test_case.input().at("y").get<std::vector<int>>();
  const auto first = test_case.input().at("p1").get<std::vector<double>>();
  const auto second = test_case.input().at("p2").get<std::vector<double>>();
  const ReclassificationResult found = estimate_reclassification(first, second, outcomes, {});
  const auto index = [&](const std::string& key, const TestedIndex& one, const std::string& suffix) {
    test_case.check(key + suffix, one.estimate, closed_form);
    test_case.check("se." + key + suffix, one.estimate.standard_error, closed_form);
    test_case.check("z." + key + suffix, one.z, closed_form);
    test_case.check("p." + key + suffix, one.p_value, closed_form);
  };
  test_case.check("n", static_cast<double>(outcomes.size()), closed_form);
  test_case.check("na", static_cast<double>(found.events.subjects), closed_form);
  test_case.check("nb", static_cast<double>(found.nonevents.subjects), closed_form);
  test_case.check("pup.ev", found.events.share_up, closed_form);
  test_case.check("pup.ne", found.nonevents.share_up, closed_form);
  test_case.check("pdown.ev", found.events.share_down, closed_form);
  test_case.check("pdown.ne", found.nonevents.share_down, closed_form);
  index("nri", found.net_reclassification, "");
  index("nri", found.net_reclassification_events, ".ev");
  index("nri", found.net_reclassification_nonevents, ".ne");
  index("idi", found.integrated_discrimination, "");
  test_case.check("improveSens", found.mean_rise_events, closed_form);
  test_case.check("improveSpec", found.mean_fall_nonevents, closed_form);
}

}  // namespace

std::vector<ReferenceKind> score_references() {
  return {{"logistic_regression.json", walk_logistic},
          {"calibration_external.json", walk_calibration},
          {"bootstrap_optimism.json", walk_optimism},
          {"decision_curve.json", walk_decision_curve},
          {"nri_idi.json", walk_reclassification}};
}

}  // namespace qpcr::test
