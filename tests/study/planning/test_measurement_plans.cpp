// Sample sizes of ROC areas, agreement, likelihood ratios, hit rates, imprecision and reference intervals.
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/planning/agreement_plan.hpp"
#include "libqpcr/study/planning/auc_plan.hpp"
#include "libqpcr/study/planning/hit_rate_plan.hpp"
#include "libqpcr/study/planning/imprecision_plan.hpp"
#include "libqpcr/study/planning/likelihood_ratio_plan.hpp"
#include "libqpcr/study/planning/reference_interval_plan.hpp"

using namespace qpcr;

TEST_CASE("area under the curve: symmetry of cases and controls, and Hanley and McNeil's variance", "[planning]") {
  // Equal groups of one size: the published formula with n = m, less its terms of order 1/n².
  const double a = 0.8;
  const double n = 1e6;
  const double q1 = a / (2.0 - a);
  const double q2 = 2.0 * a * a / (1.0 + a);
  const double published = (a * (1.0 - a) + (n - 1.0) * (q1 - a * a) + (n - 1.0) * (q2 - a * a)) / (n * n);
  CHECK(hanley_mcneil_variance(a, 1.0) / n == Approx(published).epsilon(1e-5));
  const AucPlan plan = derive_auc_plan({0.8, 0.7, 0.05, 2.0, 0.05, 0.8});
  CHECK(*plan.hanley_mcneil_controls.unrounded == Approx(2.0 * *plan.hanley_mcneil_cases.unrounded));
  CHECK(plan.obuchowski_cases.why_absent->id == "plan_only_against_chance");
  const double z = normal_upper_quantile(0.025);
  CHECK(*plan.precision_cases.unrounded == Approx(z * z * hanley_mcneil_variance(0.8, 2.0) / 0.0025).epsilon(1e-12));
  CHECK_THROWS_AS(derive_auc_plan({0.5, 0.5, 0.05, 1.0, 0.05, 0.8}), Error);
  CHECK_THROWS_AS(derive_auc_plan({0.8, 0.85, 0.05, 1.0, 0.05, 0.8}), Error);
}

TEST_CASE("kappa: the noncentrality is the chi-square distance of expected counts", "[planning]") {
  const KappaPlanOptions options{0.6, 0.4, 0.3, 0.1, 0.05, 0.8};
  const KappaPlan plan = derive_kappa_plan(options);
  const auto cells = [](double kappa, double p) {
    return std::vector<double>{p * p + kappa * p * (1 - p), 2 * p * (1 - p) * (1 - kappa),
                               (1 - p) * (1 - p) + kappa * p * (1 - p)};
  };
  const std::vector<double> expected = cells(0.6, 0.3);
  const std::vector<double> null = cells(0.4, 0.3);
  double distance = 0.0;
  for (int i = 0; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    distance += (expected[at] - null[at]) * (expected[at] - null[at]) / null[at];
  }
  CHECK(*plan.test.unrounded == Approx(7.848879734 / distance).epsilon(1e-8));
  // No agreement beyond chance and even prevalence: the variance is 1.
  const KappaPlan chance = derive_kappa_plan({0.0, -0.2, 0.5, 0.1, 0.05, 0.8});
  CHECK(*chance.precision.unrounded == Approx(384.1458820694).epsilon(1e-10));
  CHECK_THROWS_AS(derive_kappa_plan({-0.9, -0.95, 0.1, 0.1, 0.05, 0.8}), Error);
  CHECK_THROWS_AS(derive_kappa_plan({0.4, 0.4, 0.3, 0.1, 0.05, 0.8}), Error);
}

TEST_CASE("limits of agreement: 79 pairs by the approximation, 83 exactly, as two peers have them", "[planning]") {
  const LimitsOfAgreementOptions options{0.001167, 0.001129, 0.004, 0.95, 0.05, 0.8};
  const LimitsOfAgreementPlan plan = derive_limits_of_agreement_plan(options);
  CHECK(*plan.approximate.subjects == 79);  // SimplyAgree
  CHECK(*plan.exact.subjects == 83);        // MedCalc
  CHECK(derive_limits_of_agreement_power(82, options).exact < 0.8);
}

TEST_CASE("limits of agreement: the exact power is the integral over the standard deviation", "[planning]") {
  const LimitsOfAgreementOptions options{0.2, 1.0, 2.9, 0.95, 0.05, 0.8};
  const double z = normal_upper_quantile(0.025);
  for (const long pairs : {20L, 60L, 90L}) {
    const double n = static_cast<double>(pairs);
    const double nu = n - 1.0;
    const double factor = z + student_t_upper_quantile(0.025, nu) * std::sqrt(1.0 / n + z * z / (2.0 * nu));
    double power = 0.0;
    const int steps = 20000;
    double last = 0.0;
    for (int i = 1; i <= steps; ++i) {
      const double s = 3.0 * i / steps;
      const double middle = s - 1.5 / steps;
      const double now = chi_square_cumulative(nu * s * s, nu);
      const double above = (2.9 - factor * middle - 0.2) * std::sqrt(n);
      const double below = (-2.9 + factor * middle - 0.2) * std::sqrt(n);
      power += (now - last) * std::max(0.0, normal_cumulative(above) - normal_cumulative(below));
      last = now;
    }
    CHECK(derive_limits_of_agreement_power(pairs, options).exact == Approx(power).margin(1e-6));
  }
  CHECK_THROWS_AS(derive_limits_of_agreement_plan({0.0, 1.0, 1.9, 0.95, 0.05, 0.8}), Error);
  CHECK_THROWS_AS(derive_limits_of_agreement_plan({0.0, 0.0, 1.9, 0.95, 0.05, 0.8}), Error);
}

TEST_CASE("likelihood ratios: with the planned size the interval ends at the limit", "[planning]") {
  const LikelihoodRatioPlan plan = derive_likelihood_ratio_plan({0.8, 0.73, 2.0, 0.4, 1.0, 0.95});
  const double n = *plan.positive_cases.unrounded;
  const double error = std::sqrt(0.2 / (0.8 * n) + 0.73 / (0.27 * n));
  CHECK(plan.positive * std::exp(-1.959963984540054 * error) == Approx(2.0).epsilon(1e-12));
  const double m = *plan.negative_cases.unrounded;
  const double other = std::sqrt(0.8 / (0.2 * m) + 0.27 / (0.73 * m));
  CHECK(plan.negative * std::exp(1.959963984540054 * other) == Approx(0.4).epsilon(1e-12));
  // Simel 1991: sensitivity 0.80, specificity 0.73, LR+ to exceed 2 needs 73.4 → 74 subjects a group.
  CHECK(*plan.positive_cases.subjects == 74);
  CHECK_THROWS_AS(derive_likelihood_ratio_plan({0.8, 0.73, 3.0, 0.4, 1.0, 0.95}), Error);
}

TEST_CASE("hit rates: 59, 93, 124, 153, 181 and 208 replicates for 95 % with 95 % confidence", "[planning]") {
  const HitRatePlan plan = derive_hit_rate_plan({});
  const std::vector<long> published{59, 93, 124, 153, 181, 208};
  REQUIRE(plan.rows.size() == published.size());
  for (std::size_t i = 0; i < published.size(); ++i) CHECK(plan.rows[i].replicates == published[i]);
  CHECK(plan.rows[0].chance_of_passing == Approx(std::pow(0.99, 59.0)).epsilon(1e-12));
  // 19 of 20 hits, although 95 %, show no more than 78.4 %; and a true rate of 90 % passes with 39 %.
  CHECK(plan.rule_lower_limit == Approx(0.784).margin(0.0005));
  const double at_ninety = 20.0 * 0.1 * std::pow(0.9, 19.0) + std::pow(0.9, 20.0);
  CHECK(plan.characteristic[40].true_rate == 0.9);
  CHECK(plan.characteristic[40].chance_of_passing == Approx(at_ninety).epsilon(1e-12));
  HitRateOptions wrong;
  wrong.true_rate = 0.9;
  CHECK_THROWS_AS(derive_hit_rate_plan(wrong), Error);
}

TEST_CASE("imprecision: the smallest degrees of freedom, and the factors of the chi-square table", "[planning]") {
  const ImprecisionPlan plan = derive_imprecision_plan({});
  const auto factor = [](double nu) { return std::sqrt(nu / chi_square_quantile(0.05, nu)); };
  const auto found = static_cast<double>(*plan.width.subjects);
  CHECK(factor(found) <= 1.5);
  CHECK(factor(found - 1.0) > 1.5);
  // 20 degrees of freedom: χ² 0.025 and 0.975 are 9.591 and 34.170; the table has 19: 8.907 and 32.852.
  CHECK(plan.rows[3].degrees_of_freedom == 19);
  CHECK(plan.rows[3].lower_factor == Approx(std::sqrt(19.0 / 32.852)).epsilon(1e-4));
  CHECK(plan.rows[3].upper_factor == Approx(std::sqrt(19.0 / 8.907)).epsilon(1e-4));
  CHECK(*plan.claim.power >= 0.8);
  CHECK_THROWS_AS(derive_imprecision_plan({1.0, 0.95, 1.25, 0.05, 0.8}), Error);
}

TEST_CASE("reference intervals: ranks need 119 subjects, one fewer than the convention", "[planning]") {
  const ReferenceIntervalPlan plan = derive_reference_interval_plan({});
  CHECK(*plan.rank_minimum.subjects == 119);
  CHECK(std::pow(0.975, 119.0) <= 0.05);
  CHECK(std::pow(0.975, 118.0) > 0.05);
  const double n = *plan.parametric.unrounded;
  const double z = normal_upper_quantile(0.025);
  const double width = 2.0 * normal_upper_quantile(0.05) * std::sqrt((1.0 + z * z / 2.0) / n);
  CHECK(width / (2.0 * z) == Approx(0.2).epsilon(1e-12));
  CHECK(*plan.nonparametric.subjects > *plan.parametric.subjects);
  CHECK_THROWS_AS(derive_reference_interval_plan({1.0, 0.9, 0.2}), Error);
}
