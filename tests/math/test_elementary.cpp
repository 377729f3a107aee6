// Our own exp, log and kin against long double on millions of arguments, at the edges, and bit for bit between targets.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/math/elementary.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/math/test_elementary.cpp"
#include <hwy/foreach_target.h>

#include "libqpcr/math/elementary-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::elementary {
namespace HWY_NAMESPACE {

/// All functions of each argument by full vectors, one result after the other.
void fill_by_vectors(const double* x, std::size_t count, double* results) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(exp(d, v), d, results + i);
    hn::StoreU(expm1(d, v), d, results + count + i);
    hn::StoreU(log(d, v), d, results + 2 * count + i);
    hn::StoreU(log1p(d, v), d, results + 3 * count + i);
    hn::Vec<decltype(d)> size[1] = {hn::Min(hn::Abs(v), hn::Set(d, 1000.0))};
    hn::Vec<decltype(d)> other[1] = {hn::Neg(size[0])};
    hn::Vec<decltype(d)> result[1];
    exp2_in_range<1>(d, other, result);
    hn::StoreU(result[0], d, results + 4 * count + i);
    log2_of_one_plus<1>(d, size, result, other);
    hn::StoreU(result[0], d, results + 5 * count + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::elementary
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qpcr::elementary {
HWY_EXPORT(fill_by_vectors);
}  // namespace qpcr::elementary

namespace {

using namespace qpcr;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class Uniform {
 public:
  double operator()(double from, double to) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return from + (to - from) * static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_ = 1;
};

/// Distance from the true value in units of the last place of the double nearest to it.
double count_ulps(double got, long double truth) {
  const auto nearest = static_cast<double>(truth);
  if (!std::isfinite(nearest) || !std::isfinite(got)) return got == nearest ? 0.0 : infinity;
  int exponent = 0;
  (void)std::frexp(nearest, &exponent);
  const double ulp = std::ldexp(1.0, std::max(exponent - 53, -1074));
  return static_cast<double>(std::abs(static_cast<long double>(got) - truth) / static_cast<long double>(ulp));
}

template <class Ours, class Truth>
double find_worst(Ours&& ours, Truth&& truth, double from, double to, bool logarithmic, bool both_signs) {
  Uniform uniform;
  double worst = 0.0;
  for (int i = 0; i < 500'000; ++i) {
    double x = uniform(from, to);
    if (logarithmic) x = std::exp(x);
    if (both_signs && i % 2 == 0) x = -x;
    worst = std::max(worst, count_ulps(ours(x), truth(static_cast<long double>(x))));
  }
  return worst;
}

TEST_CASE("exp, expm1, log and log1p are correct to 1 ulp") {
  const auto exp_truth = [](long double x) { return std::exp(x); };
  CHECK(find_worst(elementary::exp, exp_truth, -1.0, 1.0, false, false) < 1.0);
  CHECK(find_worst(elementary::exp, exp_truth, -746.0, 710.0, false, false) < 1.0);
  CHECK(find_worst(elementary::exp, exp_truth, -746.0, -700.0, false, false) < 1.0);
  CHECK(find_worst(elementary::exp, exp_truth, -40.0, 6.0, true, true) < 1.0);
  const auto expm1_truth = [](long double x) { return std::expm1(x); };
  CHECK(find_worst(elementary::expm1, expm1_truth, -1.2, 1.2, false, false) < 1.0);
  CHECK(find_worst(elementary::expm1, expm1_truth, -45.0, 709.7, false, false) < 1.0);
  CHECK(find_worst(elementary::expm1, expm1_truth, -60.0, 4.0, true, true) < 1.0);
  const auto log_truth = [](long double x) { return std::log(x); };
  CHECK(find_worst(elementary::log, log_truth, 0.5, 2.0, false, false) < 1.0);
  CHECK(find_worst(elementary::log, log_truth, 0.99, 1.01, false, false) < 1.0);
  CHECK(find_worst(elementary::log, log_truth, -744.0, 709.0, true, false) < 1.0);
  const auto log1p_truth = [](long double x) { return std::log1p(x); };
  CHECK(find_worst(elementary::log1p, log1p_truth, -0.99999, 3.0, false, false) < 1.0);
  CHECK(find_worst(elementary::log1p, log1p_truth, -0.5, 0.5, false, false) < 1.0);
  CHECK(find_worst(elementary::log1p, log1p_truth, -744.0, 709.0, true, false) < 1.0);
}

TEST_CASE("pow keeps its stated relative error") {
  Uniform uniform;
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::exp(uniform(-20.0, 20.0));
    const double y = uniform(-15.0, 15.0);
    const long double truth = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    const double error = static_cast<double>(std::abs(elementary::pow(x, y) / truth - 1.0L));
    REQUIRE(error <= (2.0 + std::abs(y * std::log(x))) * 0x1p-52);
  }
  CHECK(elementary::pow(0.0, 0.0) == 1.0);
  CHECK(elementary::pow(0.0, 2.0) == 0.0);
  CHECK(elementary::pow(0.0, -2.0) == infinity);
  CHECK(std::isnan(elementary::pow(-1.0, 0.5)));
}

TEST_CASE("elementary functions at the edges") {
  constexpr double smallest = std::numeric_limits<double>::denorm_min();
  constexpr double largest = std::numeric_limits<double>::max();
  CHECK(elementary::exp(0.0) == 1.0);
  CHECK(elementary::exp(-infinity) == 0.0);
  CHECK(elementary::exp(infinity) == infinity);
  CHECK(elementary::exp(709.8) == infinity);
  CHECK(std::isfinite(elementary::exp(709.782712893384)));
  CHECK(elementary::exp(-745.13) == smallest);
  CHECK(elementary::exp(-745.2) == 0.0);
  CHECK(elementary::exp(-largest) == 0.0);
  CHECK(elementary::expm1(infinity) == infinity);
  CHECK(elementary::expm1(-infinity) == -1.0);
  CHECK(elementary::expm1(smallest) == smallest);
  CHECK(std::signbit(elementary::expm1(-0.0)));
  CHECK(std::isfinite(elementary::expm1(709.782712893384)));
  CHECK(elementary::log(1.0) == 0.0);
  CHECK(elementary::log(0.0) == -infinity);
  CHECK(elementary::log(infinity) == infinity);
  CHECK(elementary::log(smallest) == Approx(-744.4400719213812).epsilon(1e-15));
  CHECK(elementary::log(largest) == Approx(709.782712893384).epsilon(1e-15));
  CHECK(std::isnan(elementary::log(-smallest)));
  CHECK(elementary::log1p(-1.0) == -infinity);
  CHECK(elementary::log1p(infinity) == infinity);
  CHECK(elementary::log1p(-smallest) == -smallest);
  CHECK(std::signbit(elementary::log1p(-0.0)));
  CHECK(std::isnan(elementary::log1p(-1.5)));
  for (const auto function : {elementary::exp, elementary::expm1, elementary::log, elementary::log1p})
    CHECK(std::isnan(function(nan)));
}

TEST_CASE("every vector target and lane gives the bits of the scalar functions") {
  constexpr std::size_t count = 32'768;
  std::vector<double> x;
  Uniform uniform;
  for (std::size_t i = 0; i < count - 16; ++i) {
    const double sign = i % 2 == 0 ? 1.0 : -1.0;
    x.push_back(i % 4 < 2 ? sign * std::exp(uniform(-60.0, 7.0)) : uniform(-760.0, 760.0));
  }
  for (const double edge : {0.0, 1.0, infinity, nan, 5e-324, 1e-310, 1e308, 709.9}) {
    x.push_back(edge);
    x.push_back(-edge);
  }
  std::vector<double> expected(6 * count);
  for (std::size_t i = 0; i < count; ++i) {
    expected[i] = elementary::exp(x[i]);
    expected[count + i] = elementary::expm1(x[i]);
    expected[2 * count + i] = elementary::log(x[i]);
    expected[3 * count + i] = elementary::log1p(x[i]);
  }
  std::vector<double> results(6 * count);
  int targets = 0;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    using namespace qpcr::elementary;
    HWY_DYNAMIC_DISPATCH(fill_by_vectors)(x.data(), count, results.data());
    // The bounded forms have no scalar function: the first target stands for it.
    if (targets++ == 0) std::copy(results.begin() + 4 * count, results.end(), expected.begin() + 4 * count);
    int different = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const bool both_nan = std::isnan(results[i]) && std::isnan(expected[i]);
      if (!both_nan && std::bit_cast<std::uint64_t>(results[i]) != std::bit_cast<std::uint64_t>(expected[i]))
        ++different;
    }
    CAPTURE(hwy::TargetName(target));
    CHECK(different == 0);
  }
  hwy::SetSupportedTargetsForTest(0);
  CHECK(targets >= 2);
  double worst_exp2 = 0.0;
  double worst_log2 = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const long double size = std::min(std::abs(static_cast<long double>(x[i])), 1000.0L);
    if (std::isnan(size)) continue;
    worst_exp2 = std::max(worst_exp2, count_ulps(expected[4 * count + i], std::exp2(-size)));
    worst_log2 = std::max(worst_log2, count_ulps(expected[5 * count + i], std::log1p(size) / std::log(2.0L)));
  }
  CHECK(worst_exp2 < 3.0);
  CHECK(worst_log2 < 5.0);
}

}  // namespace
#endif
