// The walkers of the reference files of this area.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/math/normality.hpp"
#include "libqpcr/study/detection/limit_of_blank.hpp"
#include "libqpcr/study/detection/limit_of_detection_hit_rate.hpp"
#include "libqpcr/study/detection/limit_of_detection_parametric.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance close{1e-9, 1e-6};
/// drc stops its search early and takes second differences for its errors: its estimates agree to 2e-4 and its errors
/// to 2e-2 with the maximum, which its own likelihood confirms.
constexpr Tolerance searched{1e-9, 5e-4};
constexpr Tolerance differenced{1e-9, 2e-2};

std::vector<HitRow> read_rows(const Json& input) {
  std::vector<HitRow> rows;
  for (std::size_t i = 0; i < input.at("conc").size(); ++i) {
    const Json& tested = input.at("n");
    rows.push_back({input.at("conc")[i].get<double>(), input.at("pos")[i].get<long>(),
                    tested.is_array() ? tested[i].get<long>() : tested.get<long>()});
  }
  return rows;
}

void check_dose(const std::string& what, const Json& expected, const DoseAtTarget& found) {
  for (const auto& [key, value] : expected.items()) {
    const std::string name = what + " " + key;
    const auto limits = [&name](const Json& pair, const Estimate& estimate) {
      if (pair.is_null()) {
        CHECK_FALSE(estimate.interval.has_value());
        return;
      }
      const auto& interval = estimate.interval;
      // A peer's closed form of Fieller's limits goes on where g ≥ 1; there is no interval there.
      if (!interval && estimate.why_absent) {
        CHECK(estimate.why_absent->id == "detection_interval_fieller_open");
        return;
      }
      check_value(name + " lower", pair[0], interval ? std::optional(interval->lower) : std::nullopt, close);
      check_value(name + " upper", pair[1], interval ? std::optional(interval->upper) : std::nullopt, close);
    };
    if (key == "x") {
      check_value(name, value, found.scaled, close);
    } else if (key == "se_delta") {
      check_value(name, value, found.scaled_standard_error, close);
    } else if (key == "conc") {
      check_value(name, value, found.delta.value, close);
    } else if (key == "ci95_delta_conc") {
      limits(value, found.delta);
    } else if (key == "ci95_fieller_conc") {
      limits(value, found.fieller);
    } else {
      FAIL("unknown key " << name);
    }
  }
}

void check_curve(const std::string& what, const Json& expected, const DoseResponse& found) {
  if (found.why_absent) {
    // glm prints numbers where the likelihood has no maximum; ours must have none.
    INFO(what);
    CHECK(found.why_absent->id == "detection_not_estimable_separation");
    for (const DoseAtTarget& dose : found.doses) CHECK_FALSE(dose.delta.value.has_value());
    if (expected.is_object()) CHECK(std::abs(expected.at("loglik").get<double>()) < 1e-9);
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    const std::string name = what + " " + key;
    if (key == "converged") {
      CHECK(value.get<bool>());
    } else if (key == "intercept") {
      check_value(name, value, found.intercept, close);
    } else if (key == "slope") {
      check_value(name, value, found.slope, close);
    } else if (key == "se") {
      check_value(name, value[0], found.intercept_standard_error, close);
      check_value(name, value[1], found.slope_standard_error, close);
    } else if (key == "cov01") {
      check_value(name, value, found.covariance, close);
    } else if (key == "deviance") {
      check_value(name, value, found.deviance.statistic, close);
    } else if (key == "df") {
      check_value(name, value, static_cast<double>(found.degrees_of_freedom), close);
    } else if (key == "pearson_chi2") {
      check_value(name, value, found.pearson.statistic, close);
    } else if (key == "loglik") {
      check_value(name, value, found.log_likelihood, close);
    } else if (key == "aic") {
      check_value(name, value, found.aic, close);
    } else if (key.front() == 'C') {
      const double target = std::stoi(key.substr(1)) / 100.0;
      const auto dose = std::find_if(found.doses.begin(), found.doses.end(), [target](const DoseAtTarget& one) {
        return std::abs(one.target - target) < 1e-12;
      });
      if (dose == found.doses.end()) FAIL("nobody asked for the dose " << name);
      check_dose(name, value, *dose);
    } else {
      FAIL("unknown key " << name);
    }
  }
}

DoseResponseOptions read_curve_options(const std::string& key) {
  DoseResponseOptions options;
  options.targets = {0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99};
  const std::string link = key.substr(0, key.find('_'));
  options.link = link == "cloglog" ? BinomialLink::complementary_log_log : parse_binomial_link(link);
  options.scale = parse_dose_scale(key.substr(key.find('_') + 1));
  return options;
}

void check_single_hit(const std::string& what, const Json& expected, const std::vector<HitRow>& rows) {
  const SingleHitFit found = fit_single_hit(rows, {});
  if (found.why_absent) {
    CHECK(std::abs(expected.at("deviance").get<double>()) < 1e-9);
    CHECK_FALSE(found.doses.back().wald.value.has_value());
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    const std::string name = what + " " + key;
    const Estimate& limit = found.doses.back().wald;
    if (key == "log_lambda") {
      check_value(name, value, found.log_rate, close);
    } else if (key == "se") {
      check_value(name, value, found.log_rate_standard_error, close);
    } else if (key == "lambda") {
      check_value(name, value, std::exp(found.log_rate), close);
    } else if (key == "LoD95_conc") {
      check_value(name, value, limit.value, close);
    } else if (key == "LoD95_ci") {
      check_value(name, value[0], limit.interval->lower, close);
      check_value(name, value[1], limit.interval->upper, close);
    } else if (key == "deviance") {
      check_value(name, value, found.deviance.statistic, close);
    } else {
      FAIL("unknown key " << name);
    }
  }
}

/// drc's two-parameter models: W1.2 is the log-log link, W2.2 the complementary one, LL.2 logit, LN.2 probit, on ln
/// dose.
void check_drc(const std::string& what, const std::string& model, const Json& expected,
               const std::vector<HitRow>& rows) {
  DoseResponseOptions options;
  options.link = model == "LL.2"   ? BinomialLink::logit
                 : model == "W1.2" ? BinomialLink::log_log
                 : model == "W2.2" ? BinomialLink::complementary_log_log
                                   : BinomialLink::probit;
  options.observed_information = true;
  const DoseResponse found = fit_dose_response(rows, options);
  if (found.why_absent) {
    CHECK(found.why_absent->id == "detection_not_estimable_separation");
    CHECK(std::abs(expected.at("AIC").get<double>() - 4.0) < 1e-3);
    return;
  }
  const bool falling = model == "LL.2" || model == "W1.2";
  const double steepness = found.slope / std::log(10.0);
  check_value(what + " b", expected.at("coef")[0], falling ? -steepness : steepness, searched);
  check_value(what + " e", expected.at("coef")[1], std::pow(10.0, -found.intercept / found.slope), searched);
  check_value(what + " AIC", expected.at("AIC"), found.aic, Tolerance{1e-9, 1e-6});
  CHECK(found.aic <= expected.at("AIC").get<double>() + 1e-9);
  for (std::size_t i = 0; i < found.doses.size(); ++i) {
    const Json& row = expected.at("ED50_90_95")[i];
    const Estimate& dose = found.doses[i].delta;
    check_value(what + " ED", row[0], dose.value, searched);
    check_value(what + " ED error", row[1], dose.standard_error, differenced);
    const double reach = 1.959963984540054 * *dose.standard_error;
    CHECK(std::abs(row[2].get<double>() - (*dose.value - reach)) < 0.03 * reach);
    CHECK(std::abs(row[3].get<double>() - (*dose.value + reach)) < 0.03 * reach);
  }
}

void walk_hit_rate(ReferenceCase& one) {
  const std::vector<HitRow> rows = read_rows(one.input());
  for (const char* key :
       {"probit_log10", "probit_linear", "logit_log10", "logit_linear", "cloglog_log10", "cloglog_linear"}) {
    if (one.has(key))
      check_curve(one.id() + " " + key, one.expected(key), fit_dose_response(rows, read_curve_options(key)));
  }
  if (one.has("poisson_single_hit")) check_single_hit(one.id() + " poisson", one.expected("poisson_single_hit"), rows);
  for (const char* model : {"LL.2", "W1.2", "W2.2", "LN.2"}) {
    const std::string key = std::string("drc_") + model;
    if (one.has(key) && one.expected(key).is_object()) check_drc(one.id() + " " + key, model, one.expected(key), rows);
  }
  const HitRateDetection found = estimate_detection_limit(rows, {});
  std::vector<std::optional<double>> rates;
  for (const HitRow& row : rows) {
    for (const HitRate& level : found.levels) {
      if (level.row == row) {
        rates.push_back(level.rate);
        break;
      }
    }
  }
  one.check_list("hit_rate", rates, close);
  one.check("lowest_conc_ge95", found.lowest_reached, close);
}

void walk_ep17(ReferenceCase& one) {
  std::vector<BlankResult> blanks;
  std::vector<double> values;
  for (const Json& value : one.input().at("blank")) {
    values.push_back(value.get<double>());
    blanks.push_back({value.get<double>(), "", ""});
  }
  const LimitOfBlank blank = estimate_limit_of_blank(blanks, {});
  std::vector<LowResult> low;
  std::vector<std::vector<double>> groups;
  for (const auto& [sample, list] : one.input().at("low").items()) {
    groups.emplace_back();
    for (const Json& value : list) {
      low.push_back({value.get<double>(), sample, ""});
      groups.back().push_back(value.get<double>());
    }
  }
  one.check("B", static_cast<double>(blank.pooled.blanks), close);
  one.check("rank_pos", blank.pooled.rank_position, close);
  one.check("lob_nonparametric", blank.rank, close);
  one.check("R_quantile_type5", blank.rank, close);
  one.check("blank_mean", blank.pooled.mean, close);
  one.check("blank_sd", blank.pooled.sd, close);
  one.check("lob_parametric", blank.parametric, close);
  one.check("cp_lob", blank.pooled.multiplier, close);
  const ParametricDetection by_rank = estimate_parametric_detection_limit(low, *blank.rank.value, {});
  const ParametricDetection by_mean = estimate_parametric_detection_limit(low, *blank.parametric.value, {});
  one.check("pooled_sd_low", by_rank.pooled.pooled_sd, close);
  one.check("df_low", static_cast<double>(by_rank.pooled.degrees_of_freedom), close);
  one.check("cp_lod", by_rank.pooled.multiplier, close);
  one.check("lod_parametric_from_np_lob", by_rank.limit, close);
  one.check("lod_parametric_from_par_lob", by_mean.limit, close);
  const NormalityTest normal = shapiro_wilk(values);
  one.check("shapiro_W", normal.statistic, close);
  one.check("shapiro_p", normal.p_value, close);
  const auto bartlett = compare_variances_bartlett(groups);
  one.check("bartlett_K2", bartlett ? std::optional(bartlett->statistic) : std::nullopt, close);
  one.check("bartlett_p", bartlett ? std::optional(bartlett->p_value) : std::nullopt, close);
}

}  // namespace

std::vector<ReferenceKind> detection_references() {
  return {{"lob_lod_ep17.json", walk_ep17}, {"lod_hit_rate.json", walk_hit_rate}};
}

}  // namespace qpcr::test
