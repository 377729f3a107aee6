// Comparisons of areas against naive covariances, and what swapping and joining the tests must do.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

namespace {

double compare_pair(double one, double other) { return one > other ? 1.0 : (one == other ? 0.5 : 0.0); }

/// Covariance of two areas by the definition, O(mn).
double find_naive_covariance(const RocSample& first, const RocSample& second) {
  const std::size_t m = first.cases.size();
  const std::size_t n = first.controls.size();
  const auto place = [&](const RocSample& sample, bool of_cases) {
    std::vector<double> placed(of_cases ? m : n);
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t j = 0; j < n; ++j)
        placed[of_cases ? i : j] +=
            compare_pair(sample.cases[i], sample.controls[j]) / static_cast<double>(of_cases ? n : m);
    }
    return placed;
  };
  const auto covary = [](const std::vector<double>& a, const std::vector<double>& b) {
    double mean_a = 0.0;
    double mean_b = 0.0;
    const auto count = static_cast<double>(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      mean_a += a[i] / count;
      mean_b += b[i] / count;
    }
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
    return sum / (count - 1.0) / count;
  };
  return covary(place(first, true), place(second, true)) + covary(place(first, false), place(second, false));
}

}  // namespace

TEST_CASE("the paired covariance equals the naive one", "[roc]") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const std::size_t m = 2 + seed % 19;
    const std::size_t n = 2 + seed % 13;
    const RocSample first = make_roc_sample(seed, m, n, 0.7, 3.0);
    RocSample second = make_roc_sample(seed + 1000, m, n, 0.3, 3.0);
    for (std::size_t i = 0; i < m; ++i) second.cases[i] += 0.5 * first.cases[i];
    const AucComparison found = compare_auc(first, second, {});
    CHECK(*found.covariance == Approx(find_naive_covariance(first, second)).margin(1e-13));
    CHECK(*found.first.value == Approx(*estimate_auc(first, {}).delong.value).margin(1e-15));
  }
}

TEST_CASE("swapping the tests turns the difference over", "[roc]") {
  const RocSample first = make_roc_sample(5, 30, 40, 1.0);
  const RocSample second = make_roc_sample(6, 30, 40, 0.4);
  for (const bool paired : {true, false}) {
    AucComparisonOptions options;
    options.paired = paired;
    const AucComparison one = compare_auc(first, second, options);
    const AucComparison other = compare_auc(second, first, options);
    CHECK(*one.difference.value == -*other.difference.value);
    CHECK(one.difference.interval->lower == Approx(-other.difference.interval->upper).margin(1e-15));
    CHECK(*one.p_value == Approx(*other.p_value).epsilon(1e-12));
  }
}

TEST_CASE("independent samples: the variances add up", "[roc]") {
  const RocSample first = make_roc_sample(8, 25, 35, 1.0);
  const RocSample second = make_roc_sample(9, 15, 60, 0.4);
  AucComparisonOptions options;
  options.paired = false;
  options.resampling = {20000, 3, 0};
  const AucComparison found = compare_auc(first, second, options);
  CHECK(*found.difference.standard_error ==
        Approx(std::hypot(*found.first.standard_error, *found.second.standard_error)).epsilon(1e-12));
  CHECK_FALSE(found.covariance);
  CHECK(*found.degrees_of_freedom > 59.0);
  // The bootstrap variance is DeLong's times (n − 1)/n, nearly; it must lie close to it.
  CHECK(*found.bootstrap_difference.standard_error == Approx(*found.difference.standard_error).epsilon(0.06));
}

TEST_CASE("the paired bootstrap draws subjects, so that joint tests cancel", "[roc]") {
  const RocSample first = make_roc_sample(15, 30, 40, 1.0, 1000.0);
  RocSample second = first;
  second.cases[0] -= 0.3;
  AucComparisonOptions options;
  options.resampling = {2000, 1, 0};
  const AucComparison found = compare_auc(first, second, options);
  CHECK(*found.bootstrap_difference.standard_error < 0.5 * *found.first.standard_error);
  options.resampling.threads = 3;
  CHECK(compare_auc(first, second, options).bootstrap_difference == found.bootstrap_difference);
}

TEST_CASE("a test against itself has no variance to be judged by", "[roc]") {
  const RocSample sample = make_roc_sample(2, 20, 20);
  const AucComparison found = compare_auc(sample, sample, {});
  CHECK(*found.difference.value == 0.0);
  CHECK_FALSE(found.p_value);
  CHECK_FALSE(found.difference.interval);
  CHECK(found.difference.why_absent->id == "roc_areas_vary_together");
}

TEST_CASE("pairs that are none are refused, groups that are missing are said", "[roc]") {
  CHECK_THROWS_AS(compare_auc({{1, 2}, {1}}, {{1}, {1}}, {}), Error);
  CHECK(compare_auc({{}, {1}}, {{}, {1}}, {}).difference.why_absent->id == "not_estimable_no_cases");
  const AucComparison one_case = compare_auc({{2}, {1, 3}}, {{2}, {1, 0}}, {});
  CHECK(*one_case.difference.value == -0.5);
  CHECK_FALSE(one_case.p_value);
}
