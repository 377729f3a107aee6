// The walkers of the reference files of diagnostic accuracy: single proportions, fourfold tables, predictive values.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/accuracy/predictive_values.hpp"
#include "libqpcr/study/accuracy/single_proportion.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

constexpr Tolerance interval_tolerance{1e-10, 0.0};
constexpr Tolerance table_tolerance{1e-9, 1e-9};

double confidence_of(const Json& input) { return input.value("conf_level", 0.95); }

// ---- single_proportion_ci.json

Estimate estimate_case(const Json& input, ProportionInterval interval,
                       ProportionSides sides = ProportionSides::two_sided) {
  return estimate_single_proportion(input.at("x").get<long>(), input.at("n").get<long>(),
                                    {confidence_of(input), interval, sides});
}

void check_limits(ReferenceCase& one, const std::string& key, ProportionInterval interval, Tolerance tolerance) {
  const Estimate found = estimate_case(one.input(), interval);
  if (!one.has(key)) return;
  const Json& limits = one.expected(key);
  if (limits.at(0).is_null() || limits.at(1).is_null()) {
    // DescTools' logit interval of 0 of n is [0, NaN]: half an interval is none.
    INFO(one.id() << ' ' << key);
    CHECK_FALSE(found.interval.has_value());
    CHECK(found.why_absent.has_value());
    return;
  }
  one.check_interval(key, found.interval, tolerance);
}

/// DescTools lets the angle leave 0 … π/2, where its sine turns back: 0 of 1 becomes 0.229 to 0.988. Our limit is then
/// 0 or 1; that the printed limit is the sine that turned back is checked with it.
void check_arcsine(ReferenceCase& one) {
  if (!one.has("arcsine")) return;
  const Json& input = one.input();
  const double n = input.at("n").get<double>();
  const double angle = std::asin(std::sqrt((input.at("x").get<double>() + 0.375) / (n + 0.75)));
  const double half_width = normal_upper_quantile((1.0 - confidence_of(input)) / 2.0) / (2.0 * std::sqrt(n));
  const Interval found = *estimate_case(input, ProportionInterval::arcsine).interval;
  const Json& limits = one.expected("arcsine");
  const auto check = [&](const char* side, double at, double limit, double folded, const Json& expected) {
    const bool turned = at < 0.0 || at > std::numbers::pi / 2.0;
    if (turned) CHECK(limit == folded);
    check_value(one.id() + " arcsine " + side, expected, turned ? std::sin(at) * std::sin(at) : limit,
                interval_tolerance);
  };
  check("lower", angle - half_width, found.lower, 0.0, limits.at(0));
  check("upper", angle + half_width, found.upper, 1.0, limits.at(1));
}

/// Blaker's limits are found by DescTools in steps of 1e-5 from the Clopper–Pearson limits inwards, stopping before the
/// exact limit: ours lie within one step of them, on the inner side.
void check_blaker(ReferenceCase& one) {
  if (!one.has("blaker")) return;
  check_limits(one, "blaker", ProportionInterval::blaker, {1.0001e-5, 0.0});
  const Interval found = *estimate_case(one.input(), ProportionInterval::blaker).interval;
  CHECK(found.lower >= one.expected("blaker").at(0).get<double>() - 1e-10);
  CHECK(found.upper <= one.expected("blaker").at(1).get<double>() + 1e-10);
}

void walk_single_proportion(ReferenceCase& one) {
  const Json& input = one.input();
  one.check("estimate", estimate_case(input, ProportionInterval::wilson), interval_tolerance);
  // prop.test cuts Yates' correction to |x − n/2|, its null hypothesis being 1/2: half successes get none.
  const bool half = 2 * input.at("x").get<long>() == input.at("n").get<long>();
  const std::array<std::pair<const char*, ProportionInterval>, 13> exact{{
      {"wilson", ProportionInterval::wilson},
      {"prop.test_wilson_nocc", ProportionInterval::wilson},
      {"wilsoncc", ProportionInterval::wilson_corrected},
      {"prop.test_wilson_cc", half ? ProportionInterval::wilson : ProportionInterval::wilson_corrected},
      {"clopper_pearson", ProportionInterval::clopper_pearson},
      {"binom.test_clopper_pearson", ProportionInterval::clopper_pearson},
      {"agresti_coull", ProportionInterval::agresti_coull},
      {"wald", ProportionInterval::wald},
      {"waldcc", ProportionInterval::wald_corrected},
      {"jeffreys", ProportionInterval::jeffreys},
      {"modified_jeffreys", ProportionInterval::modified_jeffreys},
      {"modified_wilson", ProportionInterval::modified_wilson},
      {"logit", ProportionInterval::logit},
  }};
  for (const auto& [key, interval] : exact) check_limits(one, key, interval, interval_tolerance);
  // R's uniroot stops within 1.2e-4 (its default); test_single_proportion.cpp holds both to their equations at 1e-12.
  check_limits(one, "midp", ProportionInterval::mid_p, {1.3e-4, 0.0});
  check_limits(one, "lik", ProportionInterval::likelihood, {1.3e-4, 0.0});
  check_blaker(one);
  check_arcsine(one);
  one.check("cp_lower_one_sided",
            estimate_case(input, ProportionInterval::clopper_pearson, ProportionSides::lower).interval->lower,
            interval_tolerance);
  one.check("cp_upper_one_sided",
            estimate_case(input, ProportionInterval::clopper_pearson, ProportionSides::upper).interval->upper,
            interval_tolerance);
}

// ---- single_proportion_test.json

void walk_target_test(ReferenceCase& one) {
  const Json& input = one.input();
  const std::string word = input.value("alternative", "two.sided");
  const TargetAlternative alternative = word == "greater" ? TargetAlternative::greater
                                        : word == "less"  ? TargetAlternative::less
                                                          : TargetAlternative::two_sided;
  const TargetComparison found = compare_with_target(input.at("x").get<long>(), input.at("n").get<long>(),
                                                     input.at("p0").get<double>(), alternative);
  one.check("p_exact", found.exact, interval_tolerance);
  one.check("p_score_nocc", found.score, interval_tolerance);
  one.check("p_score_cc", found.score_corrected, interval_tolerance);
}

// ---- diagnostic_2x2.json, regulatory_2x2.json

FourfoldTable table_of(const Json& input) {
  return {input.at("tp").get<long>(), input.at("fp").get<long>(), input.at("fn").get<long>(),
          input.at("tn").get<long>()};
}

AccuracyOptions cohort(double confidence, YoudenInterval youden) {
  return {.confidence = confidence,
          .sampling = Sampling::consecutive,
          .youden_interval = youden,
          .zero_cells = ZeroCells::not_estimable};
}

Estimate to_estimate(const Proportion& proportion, const std::optional<Interval>& interval) {
  Estimate made;
  made.value = proportion.estimate;
  made.interval = interval;
  made.why_absent = proportion.why_absent;
  return made;
}

/// epiR prints "Inf" or nothing, and sometimes limits alone, for what does not exist: ours must be absent.
void check_epir(ReferenceCase& one, const std::string& key, const Estimate& found) {
  if (!one.has(key)) return;
  INFO(one.id() << ' ' << key);
  const Json& triple = one.expected(key);
  const auto is_number = [&](std::size_t at) { return triple.at(at).is_number(); };
  if (!is_number(0)) {
    CHECK_FALSE(found.value.has_value());
    CHECK_FALSE(found.interval.has_value());
    CHECK(found.why_absent.has_value());
    return;
  }
  check_value(one.id() + " " + key, triple.at(0), found.value, table_tolerance);
  if (!is_number(1) || !is_number(2)) {
    CHECK_FALSE(found.interval.has_value());
    CHECK(found.why_absent.has_value());
    return;
  }
  one.check_triple(key, found, table_tolerance);
}

/// epiR inverts the limits of Youden's index even when they hold 0, where the reciprocals are no interval.
void check_number_needed(ReferenceCase& one, const AccuracyResult& found) {
  if (!one.has("epiR_nndx")) return;
  const Estimate& number = found.number_needed_to_diagnose;
  const Json& triple = one.expected("epiR_nndx");
  if (!triple.at(0).is_number() || number.interval) {
    check_epir(one, "epiR_nndx", number);
    return;
  }
  check_value(one.id() + " epiR_nndx", triple.at(0), number.value, table_tolerance);
  CHECK(number.why_absent->id == "interval_not_estimable_holds_zero");
  const Interval youden = *found.youden_index.interval;
  const double least = std::min(1.0 / youden.lower, 1.0 / youden.upper);
  const double most = std::max(1.0 / youden.lower, 1.0 / youden.upper);
  check_value(one.id() + " epiR_nndx lower", triple.at(1), least, table_tolerance);
  check_value(one.id() + " epiR_nndx upper", triple.at(2), most, table_tolerance);
}

void walk_epir(ReferenceCase& one, const AccuracyResult& found) {
  const std::map<std::string, const Proportion*> proportions{
      {"ap", &found.apparent_prevalence},
      {"tp", &found.true_prevalence},
      {"se", &found.sensitivity},
      {"sp", &found.specificity},
      {"diag_ac", &found.overall_accuracy},
      {"pv_pos", &found.positive_predictive_value},
      {"pv_neg", &found.negative_predictive_value},
      {"p_rout", &found.ruled_out},
      {"p_rin", &found.apparent_prevalence},
      {"p_tpdn", &found.false_positive_rate},
      {"p_tndp", &found.false_negative_rate},
      {"p_dntp", &found.false_discovery_rate},
      {"p_dptn", &found.false_omission_rate},
  };
  for (const auto& [name, proportion] : proportions) {
    check_epir(one, "epiR_" + name, to_estimate(*proportion, proportion->clopper_pearson));
    check_epir(one, "epiR_wilson_" + name, to_estimate(*proportion, proportion->wilson));
  }
  for (const std::string prefix : {"epiR_", "epiR_wilson_"}) {
    check_epir(one, prefix + "lr_pos", found.positive_likelihood_ratio);
    check_epir(one, prefix + "lr_neg", found.negative_likelihood_ratio);
    check_epir(one, prefix + "diag_or", found.diagnostic_odds_ratio);
  }
  check_epir(one, "epiR_youden", found.youden_index);
  check_number_needed(one, found);
}

/// BDtest gives [estimate, one-sided lower, lower, upper] of NPV and PPV: standard logit, or, for a table with a zero,
/// the adjusted logit whose estimate is that of the one-sided limit.
void check_bdtest(ReferenceCase& one, const std::string& key, const FourfoldTable& table, double prevalence,
                  double confidence) {
  const Json& expected = one.expected(key);
  const bool any_zero =
      std::min({table.true_positive, table.false_positive, table.false_negative, table.true_negative}) == 0;
  const PredictiveInterval kind = any_zero ? PredictiveInterval::logit_adjusted : PredictiveInterval::logit;
  const PredictiveValues two_sided = estimate_predictive_values(table, prevalence, confidence, kind);
  const PredictiveValues one_sided = estimate_predictive_values(table, prevalence, 2.0 * confidence - 1.0, kind);
  const auto check_row = [&](const char* name, const Json& row, const Estimate& both, const Estimate& lower) {
    const std::string what = one.id() + " " + key + " " + name;
    check_value(what, row.at(0), lower.value, table_tolerance);
    REQUIRE(both.interval.has_value());
    REQUIRE(lower.interval.has_value());
    check_value(what + " one-sided", row.at(1), lower.interval->lower, table_tolerance);
    check_value(what + " lower", row.at(2), both.interval->lower, table_tolerance);
    check_value(what + " upper", row.at(3), both.interval->upper, table_tolerance);
  };
  check_row("NPV", expected.at("PPVNPV").at(0), two_sided.negative, one_sided.negative);
  check_row("PPV", expected.at("PPVNPV").at(1), two_sided.positive, one_sided.positive);
  const auto check_group = [&](const char* name, const Json& row, long right, long total) {
    const std::string what = one.id() + " " + key + " " + name;
    const SingleProportionOptions options{confidence, ProportionInterval::clopper_pearson, ProportionSides::two_sided};
    const SingleProportionOptions lower{confidence, ProportionInterval::clopper_pearson, ProportionSides::lower};
    const Estimate both = estimate_single_proportion(right, total, options);
    check_value(what, row.at(0), both.value, table_tolerance);
    check_value(what + " one-sided", row.at(1), estimate_single_proportion(right, total, lower).interval->lower,
                table_tolerance);
    check_value(what + " lower", row.at(2), both.interval->lower, table_tolerance);
    check_value(what + " upper", row.at(3), both.interval->upper, table_tolerance);
  };
  check_group("sensitivity", expected.at("SESP").at(0), table.true_positive, table.cases());
  check_group("specificity", expected.at("SESP").at(1), table.true_negative, table.controls());
}

/// The file called these four functions with false positives and true negatives exchanged: for 62/10/38/90 at 0.01 it
/// has a PPV of 0.0069 where Bayes and BDtest have 0.0589. The formulas are compared on the exchanged table.
void check_mercaldo(ReferenceCase& one, const std::string& key, const FourfoldTable& table, double prevalence,
                    double confidence) {
  const FourfoldTable exchanged{table.true_positive, table.true_negative, table.false_negative, table.false_positive};
  const bool adjusted = key.compare(5, 3, "vak") == 0 || key.compare(6, 2, "ak") == 0;
  const PredictiveValues values = estimate_predictive_values(
      exchanged, prevalence, confidence, adjusted ? PredictiveInterval::logit_adjusted : PredictiveInterval::logit);
  const Estimate& found = key.compare(0, 5, "CIlpp") == 0 ? values.positive : values.negative;
  const Json& expected = one.expected(key);
  INFO(one.id() << ' ' << key);
  check_value(one.id() + " " + key, expected.at("estimate"), found.value, table_tolerance);
  const Json& limits = expected.at("conf_int");
  if (limits.at(0).is_null() || limits.at(0) == limits.at(1)) {
    // A variance of 0 (all positive, all positive) is printed as an interval without width.
    CHECK_FALSE(found.interval.has_value());
    CHECK(found.why_absent.has_value());
    return;
  }
  REQUIRE(found.interval.has_value());
  check_value(one.id() + " " + key + " lower", limits.at(0), found.interval->lower, table_tolerance);
  check_value(one.id() + " " + key + " upper", limits.at(1), found.interval->upper, table_tolerance);
}

void walk_diagnostic(ReferenceCase& one) {
  const FourfoldTable table = table_of(one.input());
  const double confidence = confidence_of(one.input());
  const AccuracyResult found = estimate_accuracy(table, cohort(confidence, YoudenInterval::marginal_limits));
  walk_epir(one, found);
  check_epir(one, "kappa", found.kappa);
  for (const std::string& key : one.missed()) {
    const std::size_t at = key.find("_pr_");
    if (at == std::string::npos) continue;
    const double prevalence = parse_double(key.substr(at + 4)).value();
    if (key.starts_with("bdpv_")) check_bdtest(one, key, table, prevalence, confidence);
    if (key.starts_with("CIl")) check_mercaldo(one, key, table, prevalence, confidence);
  }
}

void walk_regulatory(ReferenceCase& one) {
  const AccuracyResult found =
      estimate_accuracy(table_of(one.input()), cohort(confidence_of(one.input()), YoudenInterval::newcombe));
  const std::map<std::string, const Proportion*> proportions{{"sens", &found.sensitivity},
                                                             {"spec", &found.specificity},
                                                             {"ppv", &found.positive_predictive_value},
                                                             {"npv", &found.negative_predictive_value},
                                                             {"acc", &found.overall_accuracy}};
  for (const auto& [name, proportion] : proportions) {
    one.check(name == "acc" ? "accuracy" : name, proportion->estimate, table_tolerance);
    one.check_interval(name + "_wilson", proportion->wilson, interval_tolerance);
    one.check_interval(name + "_cp", proportion->clopper_pearson, interval_tolerance);
  }
  one.check("lr_pos", found.positive_likelihood_ratio, table_tolerance);
  one.check_interval("lr_pos_simel_ci", found.positive_likelihood_ratio.interval, table_tolerance);
  one.check("lr_neg", found.negative_likelihood_ratio, table_tolerance);
  one.check_interval("lr_neg_simel_ci", found.negative_likelihood_ratio.interval, table_tolerance);
  one.check("youden", found.youden_index, table_tolerance);
  one.check_interval("youden_newcombe_score_ci", found.youden_index.interval, table_tolerance);
  check_epir(one, "kappa", found.kappa);
}

}  // namespace

std::vector<ReferenceKind> accuracy_references() {
  return {{"single_proportion_ci.json", walk_single_proportion},
          {"single_proportion_test.json", walk_target_test},
          {"diagnostic_2x2.json", walk_diagnostic},
          {"regulatory_2x2.json", walk_regulatory}};
}

}  // namespace qpcr::test
