// Operations on numbers known in part: hand numbers first, then sampling of the operands, then ends and edges.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/assay/operations.hpp"

using qpcr::Band;
using qpcr::Quantity;
using qpcr::Reason;
using qpcr::ReasonCode;
using qpcr::Transform;
using qpcr::ValueRange;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Reason because{ReasonCode::value_undefined, 0, -1, 0, 0, 0.0};

Quantity between(double lower, double upper, bool lower_open = false, bool upper_open = false) {
  return qpcr::open({lower, upper, lower_open, upper_open}, {ReasonCode::covariate_bounded, 0, -1, 0, 0, 0.0});
}

Quantity broken() { return qpcr::unusable({ReasonCode::target_not_readable, 0, -1, 0, 0, 0.0}); }

bool is_everything(const Quantity& quantity) { return quantity.range == ValueRange::everything() && quantity.unknown; }

bool holds(const ValueRange& range, double value) {
  const double slack = 1e-9 * std::max(1.0, std::abs(value));
  return value >= range.lower - slack && value <= range.upper + slack;
}

/// The image of two operands contains every sampled value and its ends are approached by samples.
void check_image(const std::function<Quantity(const Quantity&, const Quantity&)>& operation,
                 const std::function<double(double, double)>& naive, double from, double to) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> uniform(from, to);
  for (int round = 0; round < 200; ++round) {
    double a = uniform(random), b = uniform(random), c = uniform(random), d = uniform(random);
    if (a > b) std::swap(a, b);
    if (c > d) std::swap(c, d);
    const Quantity image = operation(between(a, b), between(c, d));
    double least = infinity, most = -infinity;
    for (int i = 0; i <= 20; ++i) {
      for (int j = 0; j <= 20; ++j) {
        const double value = naive(a + (b - a) * i / 20, c + (d - c) * j / 20);
        REQUIRE(holds(image.range, value));
        least = std::min(least, value);
        most = std::max(most, value);
      }
    }
    const double slack = 1e-9 * std::max(1.0, std::abs(least) + std::abs(most));
    CHECK(std::abs(image.range.lower - least) <= slack);
    CHECK(std::abs(image.range.upper - most) <= slack);
    CHECK(image.unknown);
  }
}

}  // namespace

TEST_CASE("hand numbers of each kind of value") {
  // 100·2^−ΔCq with ΔCq = 3: one part in eight.
  CHECK(qpcr::relative_amount(qpcr::known(3), 2, 100).range.lower == 12.5);
  CHECK(qpcr::sigmoid(qpcr::known(5.58), 5.58, -0.3, 100).range.lower == 50);
  CHECK(qpcr::sigmoid(qpcr::known(1), 0, 1, 1).range.lower == Approx(0.7310585786300049));
  // REACH-B's link: 1 − 0.99853^exp(0) and a hundredfold hazard.
  CHECK(qpcr::survival(qpcr::known(0), 0.99853, 1).range.lower == Approx(0.00147));
  CHECK(qpcr::survival(qpcr::known(std::log(100.0)), 0.99853, 100).range.lower ==
        Approx(100 * (1 - std::pow(0.99853, 100))));
  CHECK(qpcr::fraction(qpcr::known(1), qpcr::known(3), 100, because).range.lower == 25);
  // 5 000 of 20 000 partitions: λ = ln(4/3).
  CHECK(qpcr::poisson(qpcr::known(5000), qpcr::known(20000), because, because).range.lower ==
        Approx(std::log(4.0 / 3.0)).epsilon(1e-14));
  // Slope −3.32, intercept 38: Cq 28.04 is 1 000.
  CHECK(qpcr::read_curve(qpcr::known(28.04), -3.32, 38, {}, {}, because).range.lower == Approx(1000));
  CHECK(qpcr::product(qpcr::known(-2), qpcr::known(3)).range.lower == -6);
  CHECK(qpcr::quotient(qpcr::known(7), qpcr::known(3), because).range.lower == 7.0 / 3.0);
  CHECK(qpcr::larger(qpcr::known(2), qpcr::known(3)).range.lower == 3);
  CHECK(qpcr::smaller(qpcr::known(2), qpcr::known(3)).range.lower == 2);
  CHECK(qpcr::transform(qpcr::known(100), {}, {}, Transform::log10, because).range.lower == 2);
  CHECK(qpcr::transform(qpcr::known(std::exp(1.5)), {}, {}, Transform::ln, because).range.lower == Approx(1.5));
  CHECK(qpcr::transform(qpcr::known(16), {}, {}, Transform::sqrt, because).range.lower == 4);
  CHECK(qpcr::transform(qpcr::known(0), {}, {}, Transform::exp, because).range.lower == 1);
  CHECK(qpcr::transform(qpcr::known(7), {}, {}, Transform::none, because).range.lower == 7);
}

TEST_CASE("images contain every value of their operands and end where those do") {
  check_image(
      qpcr::product, [](double a, double b) { return a * b; }, -5, 5);
  check_image([](const Quantity& a, const Quantity& b) { return qpcr::quotient(a, b, because); },
              [](double a, double b) { return a / b; }, 0.5, 9);
  check_image([](const Quantity& a, const Quantity& b) { return qpcr::quotient(a, qpcr::multiplied(b, -1), because); },
              [](double a, double b) { return a / -b; }, 0.5, 9);
  check_image(
      qpcr::larger, [](double a, double b) { return std::max(a, b); }, -5, 5);
  check_image(
      qpcr::smaller, [](double a, double b) { return std::min(a, b); }, -5, 5);
  check_image(
      qpcr::sum, [](double a, double b) { return a + b; }, -5, 5);
  check_image([](const Quantity& a, const Quantity& b) { return qpcr::fraction(a, b, 100, because); },
              [](double a, double b) { return 100 * a / (a + b); }, 0.1, 9);
  check_image([](const Quantity& a,
                 const Quantity& b) { return qpcr::poisson(a, qpcr::sum(b, qpcr::known(20)), because, because); },
              [](double a, double b) { return -std::log(1 - a / (b + 20)); }, 0, 9);
  const auto first = [](const auto& one) { return [one](const Quantity& a, const Quantity&) { return one(a); }; };
  for (const double sign : {1.0, -1.0}) {
    check_image(
        first([&](const Quantity& a) { return qpcr::sigmoid(a, 1, sign * 0.4, 10); }),
        [&](double a, double) { return 10 / (1 + std::exp(-sign * 0.4 * (a - 1))); }, -5, 5);
    check_image(
        first([&](const Quantity& a) { return qpcr::sigmoid(a, 1, 0.4, sign * 10); }),
        [&](double a, double) { return sign * 10 / (1 + std::exp(-0.4 * (a - 1))); }, -5, 5);
    check_image(
        first([&](const Quantity& a) { return qpcr::survival(a, 0.9, sign); }),
        [&](double a, double) { return sign * (1 - std::pow(0.9, std::exp(a))); }, -3, 3);
    check_image(
        first([&](const Quantity& a) { return qpcr::relative_amount(a, 1.9, sign * 100); }),
        [&](double a, double) { return sign * 100 * std::pow(1.9, -a); }, -5, 5);
    check_image(
        first([&](const Quantity& a) { return qpcr::read_curve(a, sign * 3.3, 38, {}, {}, because); }),
        [&](double a, double) { return std::pow(10, (a - 38) / (sign * 3.3)); }, 25, 40);
  }
  check_image(
      first([](const Quantity& a) { return qpcr::relative_amount(a, 0.5, 1); }),
      [](double a, double) { return std::pow(2, a); }, -5, 5);
}

TEST_CASE("flags of the operands are carried, and an invalid part gives the reason") {
  const auto both = qpcr::sum(between(1, 2), broken());
  CHECK(both.invalid);
  CHECK(both.unknown);
  CHECK(both.why.code == ReasonCode::target_not_readable);
  CHECK(qpcr::sum(broken(), between(1, 2)).why.code == ReasonCode::target_not_readable);
  CHECK(qpcr::sum(qpcr::known(1), between(1, 2)).why.code == ReasonCode::covariate_bounded);
  CHECK(qpcr::sum(between(1, 2), qpcr::known(1)).why.code == ReasonCode::covariate_bounded);
  CHECK(qpcr::product(broken(), qpcr::known(2)).invalid);
  CHECK(qpcr::fraction(broken(), qpcr::known(2), 1, because).invalid);
  CHECK(qpcr::undefined(broken(), because).why.code == ReasonCode::target_not_readable);
  CHECK(qpcr::undefined(broken(), because).invalid);
  CHECK(qpcr::undefined(qpcr::known(1), because).why.code == ReasonCode::value_undefined);
  const std::vector<Quantity> three{qpcr::known(1), qpcr::known(2), qpcr::known(6)};
  CHECK(qpcr::mean(three).range == ValueRange::point(3));
}

TEST_CASE("zero and infinity in products and quotients") {
  CHECK(qpcr::product(qpcr::known(0), broken()).range == ValueRange::point(0));
  CHECK(qpcr::product(broken(), qpcr::known(0)).range == ValueRange::point(0));
  CHECK(qpcr::product(between(0, 2, true), qpcr::known(0)).range == ValueRange::point(0));
  // An open zero is not reached: (0, 2] · [3, ∞).
  CHECK(qpcr::product(between(0, 2, true), between(3, infinity, false, true)).range ==
        ValueRange{0, infinity, true, true});
  CHECK(qpcr::product(between(0, 2), between(3, infinity, false, true)).range == ValueRange{0, infinity, false, true});
  CHECK(qpcr::product(between(3, 4), between(0, 2, true)).range == ValueRange{0, 8, true, false});
  CHECK(qpcr::product(between(3, 4, true), between(0, 2)).range == ValueRange{0, 8, false, false});
  CHECK(qpcr::product(between(-1, 2, true, false), between(-3, 5, false, true)).range ==
        ValueRange{-6, 10, false, true});
  for (const auto& [lower, upper] : std::vector<std::pair<double, double>>{{0, 0}, {-1, 1}, {0, 2}, {-2, 0}}) {
    CHECK(is_everything(qpcr::quotient(qpcr::known(1), between(lower, upper), because)));
  }
  CHECK(is_everything(qpcr::quotient(qpcr::known(1), between(0, 0, true, false), because)));
  CHECK(is_everything(qpcr::quotient(qpcr::known(1), between(0, 0, false, true), because)));
  CHECK(qpcr::quotient(qpcr::known(6), between(0, 2, true), because).range == ValueRange{3, infinity, false, true});
  CHECK(qpcr::quotient(qpcr::known(6), between(-2, 0, false, true), because).range ==
        ValueRange{-infinity, -3, true, false});
  CHECK(qpcr::quotient(qpcr::known(6), between(2, infinity, false, true), because).range ==
        ValueRange{0, 3, true, false});
  CHECK(qpcr::quotient(between(0, infinity, true, true), between(0, infinity, true, true), because).range ==
        ValueRange{0, infinity, true, true});
  CHECK(qpcr::quotient(qpcr::known(0), between(0, 2, true), because).range == ValueRange{0, 0, false, false});
  CHECK(qpcr::quotient(between(0, 1, true), between(2, 4), because).range == ValueRange{0, 0.5, true, false});
  CHECK(qpcr::quotient(between(1, 2), between(2, 4, true), because).range == ValueRange{0.25, 1, false, true});
  CHECK(qpcr::quotient(between(1, 2, true), qpcr::known(2), because).range == ValueRange{0.5, 1, true, false});
}

TEST_CASE("floor and cap come before the transform, and a range that they make one number is known") {
  const auto floored = qpcr::transform(between(0, 0.8, false, true), 1.0, {}, Transform::log10, because);
  CHECK(floored.is_known());
  CHECK(floored.range.lower == 0);
  CHECK_FALSE(floored.why);
  CHECK(qpcr::transform(between(50, 90), {}, 20.0, Transform::none, because).is_known());
  CHECK(qpcr::transform(qpcr::known(3), 1.0, 20.0, Transform::none, because).range.lower == 3);
  CHECK(qpcr::transform(between(0, 5), 1.0, {}, Transform::none, because).range == ValueRange{1, 5, false, false});
  CHECK(qpcr::transform(between(3, infinity, false, true), {}, 20.0, Transform::none, because).range ==
        ValueRange{3, 20, false, false});
  CHECK_FALSE(qpcr::transform(broken(), 1.0, 1.0, Transform::none, because).is_known());
  // Nothing has no logarithm, less than nothing none at all.
  CHECK(qpcr::transform(between(0, 100), {}, {}, Transform::log10, because).range ==
        ValueRange{-infinity, 2, true, false});
  CHECK(qpcr::transform(between(0, 1), {}, {}, Transform::ln, because).range == ValueRange{-infinity, 0, true, false});
  CHECK(is_everything(qpcr::transform(qpcr::known(0), {}, {}, Transform::log10, because)));
  CHECK(is_everything(qpcr::transform(qpcr::known(-1), {}, {}, Transform::ln, because)));
  CHECK(is_everything(qpcr::transform(between(-1, 5), {}, {}, Transform::sqrt, because)));
  CHECK(qpcr::transform(between(0, 4), {}, {}, Transform::sqrt, because).range == ValueRange{0, 2, false, false});
  CHECK(qpcr::transform(between(-1, 0), {}, {}, Transform::exp, because).range.upper == 1);
  // exp overflows to a point at infinity, which is no number.
  CHECK_FALSE(qpcr::transform(between(1e4, 2e4), {}, {}, Transform::exp, because).is_known());
}

TEST_CASE("shares of amounts that are unbounded, absent or impossible") {
  const auto share = [](const Quantity& part, const Quantity& others) {
    return qpcr::fraction(part, others, 1, because);
  };
  CHECK(is_everything(share(qpcr::known(0), qpcr::known(0))));
  CHECK(is_everything(share(between(0, 5), between(0, 5))));
  CHECK(is_everything(share(between(-1, 5), qpcr::known(2))));
  CHECK(is_everything(share(qpcr::known(2), between(-1, 5))));
  CHECK(share(between(0, 5, true), between(0, 5)).range == ValueRange{0, 1, true, false});
  CHECK(share(between(0, 5), between(0, 5, true)).range == ValueRange{0, 1, false, true});
  CHECK(share(between(0, infinity, false, true), qpcr::known(2)).range == ValueRange{0, 1, false, true});
  CHECK(share(qpcr::known(2), between(2, infinity, false, true)).range == ValueRange{0, 0.5, true, false});
  CHECK(share(qpcr::known(0), between(2, infinity, true, true)).range == ValueRange{0, 0, false, false});
  CHECK(share(between(2, infinity, false, true), between(1, infinity, false, true)).range ==
        ValueRange{0, 1, true, true});
  CHECK(share(between(1, 3, false, true), between(1, 3, true, false)).range == ValueRange{0.25, 0.75, false, true});
}

TEST_CASE("Poisson counts that cannot be, and all positive") {
  const auto copies = [](const Quantity& positives, const Quantity& total) {
    return qpcr::poisson(positives, total, {ReasonCode::positives_exceed_total, 0, -1, 0, 0, 0.0},
                         {ReasonCode::beyond_quantification, 0, -1, 0, 0, 0.0});
  };
  CHECK(copies(qpcr::known(5), qpcr::known(4)).invalid);
  CHECK(copies(qpcr::known(0), qpcr::known(0)).invalid);
  CHECK(copies(qpcr::known(-1), qpcr::known(4)).invalid);
  CHECK(copies(qpcr::known(5), qpcr::known(4)).why.code == ReasonCode::positives_exceed_total);
  CHECK(copies(qpcr::known(0), qpcr::known(4)).range == ValueRange::point(0));
  const auto all = copies(qpcr::known(4), qpcr::known(4));
  CHECK(all.unknown);
  CHECK(all.range.lower == Approx(std::log(4.0)));
  CHECK(all.range.upper == infinity);
  CHECK(all.why.code == ReasonCode::beyond_quantification);
  CHECK(copies(between(4, 4), qpcr::known(4)).why.code == ReasonCode::covariate_bounded);
  const auto some = copies(between(1, 4), qpcr::known(4));
  CHECK(some.range == ValueRange{-std::log1p(-0.25), infinity, false, true});
  CHECK(copies(between(-1, 1), qpcr::known(4)).range.lower == 0);
  CHECK(copies(qpcr::known(1), between(4, infinity, false, true)).range ==
        ValueRange{0, -std::log1p(-0.25), true, false});
  CHECK(copies(between(1, 2, true, true), between(4, 8, true, true)).range ==
        ValueRange{-std::log1p(-1.0 / 8), -std::log1p(-0.5), true, true});
  CHECK(copies(between(0, 2), between(4, 8, true, true)).range.lower_open == false);
}

TEST_CASE("amounts beyond a curve's limits are only known to be beyond them") {
  const auto amount = [](const Quantity& cq) { return qpcr::read_curve(cq, -3.0, 38, 10.0, 1e6, because); };
  CHECK(amount(qpcr::known(32)).range == ValueRange::point(100));
  CHECK(amount(qpcr::known(35)).is_known());  // the limit itself is quantified
  CHECK(amount(qpcr::known(36)).range == ValueRange{0, 10, false, true});
  CHECK(amount(qpcr::known(36)).why.code == ReasonCode::value_undefined);
  CHECK(amount(qpcr::known(19)).range == ValueRange{1e6, infinity, true, true});
  CHECK(amount(between(32, 36)).range == ValueRange{0, 100, false, false});
  CHECK(amount(between(19, 32)).range == ValueRange{100, infinity, false, true});
  CHECK(amount(between(30, infinity, true, true)).range.lower == 0);
  CHECK(amount(between(36, 37)).why.code == ReasonCode::covariate_bounded);
  CHECK(amount(broken()).invalid);
  CHECK(qpcr::read_curve(qpcr::known(36), -3.0, 38, {}, 1e6, because).is_known());
  CHECK(qpcr::read_curve(qpcr::known(19), -3.0, 38, 10.0, {}, because).is_known());
}

TEST_CASE("half-open bands hold every number once, and a range over several gives the hull of their values") {
  // ALT of REACH-B, whose printed integer edges (15–44, ≥ 45) leave 44.5 out in public code.
  const std::vector<Band> alt{{15.0, {}, 0.0}, {45.0, {}, 0.38823}, {{}, {}, 0.96311}};
  const auto at = [&](double x) { return qpcr::band(qpcr::known(x), alt).range.lower; };
  CHECK(at(14.999) == 0);
  CHECK(at(15) == 0.38823);
  CHECK(at(44.5) == 0.38823);
  CHECK(at(45) == 0.96311);
  const std::vector<Band> closed{{{}, 2.0, 1.0}, {{}, 4.0, -1.0}, {{}, {}, 1.0}};
  CHECK(qpcr::band(qpcr::known(2), closed).range.lower == 1);
  CHECK(qpcr::band(qpcr::known(2.1), closed).range.lower == -1);
  CHECK(qpcr::band(qpcr::known(1e9), closed).range.lower == 1);
  CHECK(qpcr::band(between(16, 40), alt).is_known());
  CHECK(qpcr::band(between(0, 15, false, true), alt).is_known());  // "<15"
  CHECK(qpcr::band(between(0, 15), alt).range == ValueRange{0, 0.38823, false, false});
  CHECK_FALSE(qpcr::band(between(0, 15), alt).is_known());
  CHECK(qpcr::band(between(0, 100), alt).range == ValueRange{0, 0.96311, false, false});
  CHECK(qpcr::band(between(2, 4, true), closed).is_known());
  CHECK(qpcr::band(between(2, 4), closed).range == ValueRange{-1, 1, false, false});
  CHECK(qpcr::band(between(3, 5), closed).range == ValueRange{-1, 1, false, false});
  // The ends agree and the middle does not.
  CHECK(qpcr::band(between(1, 5), closed).range == ValueRange{-1, 1, false, false});
  CHECK_FALSE(qpcr::band(broken(), alt).is_known());
  CHECK(qpcr::find_bands(ValueRange::point(1), {}).last == 0);
}
