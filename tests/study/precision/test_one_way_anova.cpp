// One-way ANOVA: exact centring, the table by hand, and what does not exist.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/one_way_anova.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

TEST_CASE("differences of decimal texts are exact", "[one_way_anova]") {
  const std::vector<std::string_view> texts{"1000000000000.4", "1000000000000.3", "-1", "1000000000001"};
  const auto centred = centre_decimals(texts);
  REQUIRE(centred.has_value());
  CHECK(centred->differences == std::vector<double>{0.0, -0.1, -1000000000001.4, 0.6});
  for (const std::string_view text : {"1e3", "", "-", ".", "1.2.3", "12345678901234567890", "abc", "1,5", "+1"})
    CHECK_FALSE(centre_decimals(std::vector<std::string_view>{"1", text}).has_value());
  CHECK_FALSE(centre_decimals(std::vector<std::string_view>{"100000000000000000", "0.000000000000000001"}).has_value());
  CHECK(centre_decimals(std::vector<std::string_view>{"0.1", "000.30", "-0.25"})->differences ==
        std::vector<double>{0.0, 0.2, -0.35});
}

TEST_CASE("the table of two groups is the square of Student's t", "[one_way_anova]") {
  const std::vector<double> values{1.2, 1.9, 1.4, 2.8, 3.1, 2.2, 2.7};
  const OneWayAnovaResult found =
      estimate_one_way_anova(centre_values(values), make_factor("group", {1, 1, 1, 2, 2, 2, 2}));
  const double first = 1.5, second = 2.7;
  double within = 0.0;
  for (std::size_t i = 0; i < 7; ++i) within += std::pow(values[i] - (i < 3 ? first : second), 2);
  const double t = (second - first) / std::sqrt(within / 5.0 * (1.0 / 3.0 + 1.0 / 4.0));
  CHECK(found.between_degrees == 1.0);
  CHECK(found.within_degrees == 5.0);
  CHECK(*found.f.value == Approx(t * t));
  CHECK(*found.p_value.value == Approx(student_t_two_sided(t, 5.0)));
  CHECK(*found.residual_sd.value == Approx(std::sqrt(within / 5.0)));
  std::vector<double> moved;
  for (const double value : values) moved.push_back(-7.0 * value + 1e3);
  const OneWayAnovaResult changed =
      estimate_one_way_anova(centre_values(moved), make_factor("group", {9, 9, 9, 4, 4, 4, 4}));
  CHECK(*changed.f.value == Approx(*found.f.value));
  CHECK(changed.within_sum == Approx(49.0 * found.within_sum));
}

TEST_CASE("a table without replicates, groups or variation says why", "[one_way_anova]") {
  const auto compute = [](const std::vector<double>& values, const std::vector<int>& group) {
    return estimate_one_way_anova(centre_values(values), make_factor("group", group));
  };
  CHECK(compute({1, 2}, {1, 2}).f.why_absent->id == "not_estimable_no_replicates");
  CHECK(compute({1, 2}, {1, 1}).f.why_absent->id == "not_estimable_one_group");
  CHECK(compute({3, 3, 3, 3}, {1, 1, 2, 2}).f.why_absent->id == "not_estimable_no_variation_of_values");
  CHECK(compute({1, std::nan(""), 2, 3}, {1, 1, 1, 2}).excluded == std::vector<std::size_t>{1});
  CHECK_THROWS_AS(compute({1}, {1}), Error);
  CHECK_THROWS_AS(compute({1, 2}, {1}), Error);
  CHECK_THROWS_AS(estimate_one_way_anova({0.0, {1.0, INFINITY}}, make_factor("group", {1, 1})), Error);
}
