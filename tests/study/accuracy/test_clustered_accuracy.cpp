// Clustered specimens: independence, copies, the variance by the naive formula, resampling, what is not estimable.
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/accuracy/clustered_accuracy.hpp"

using namespace qpcr;

namespace {

/// Subjects with (right, specimens) among cases, and controls with one specimen each, `wrong` of them false positive.
std::vector<ClusteredSpecimen> make_specimens(const std::vector<std::pair<int, int>>& cases, int controls, int wrong) {
  std::vector<ClusteredSpecimen> made;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (int k = 0; k < cases[i].second; ++k) made.push_back({"case " + std::to_string(i), true, k < cases[i].first});
  }
  for (int i = 0; i < controls; ++i) made.push_back({"control " + std::to_string(i), false, i < wrong});
  return made;
}

ClusteredOptions options(int threads = 1) {
  ClusteredOptions made;
  made.threads = threads;
  return made;
}

const std::vector<std::pair<int, int>> uneven{{3, 3}, {1, 2}, {0, 4}, {2, 2}, {1, 1}, {2, 3}, {5, 5}, {0, 1}};

}  // namespace

TEST_CASE("one specimen a subject is the ordinary proportion", "[clustered]") {
  const ClusteredAccuracy found =
      estimate_clustered_accuracy(make_specimens({{1, 1}, {1, 1}, {0, 1}, {1, 1}, {1, 1}}, 10, 2), options());
  // The ratio variance is p(1 − p)/(k − 1): a design effect of k/(k − 1).
  CHECK(*found.sensitivity.design_effect.value == Approx(5.0 / 4.0).epsilon(1e-12));
  CHECK(*found.specificity.design_effect.value == Approx(10.0 / 9.0).epsilon(1e-12));
  CHECK(found.sensitivity.intraclass_correlation.why_absent->id == "not_estimable_one_specimen_a_subject");
  CHECK(found.table == FourfoldTable{4, 2, 1, 8});
}

TEST_CASE("the variance is the sum over subjects of the textbook", "[clustered]") {
  const ClusteredAccuracy found = estimate_clustered_accuracy(make_specimens(uneven, 12, 3), options());
  double right = 0.0;
  double all = 0.0;
  for (const auto& [x, m] : uneven) {
    right += x;
    all += m;
  }
  const double p = right / all;
  double sum = 0.0;
  for (const auto& [x, m] : uneven) sum += (x - p * m) * (x - p * m);
  const double k = static_cast<double>(uneven.size());
  CHECK(*found.sensitivity.wald.value == Approx(p).epsilon(1e-14));
  CHECK(*found.sensitivity.wald.standard_error == Approx(std::sqrt(k / (k - 1.0) * sum) / all).epsilon(1e-12));
  CHECK(found.sensitivity.subjects == 8);
  CHECK(found.sensitivity.subjects_all_right.numerator == 4);
  CHECK(found.sensitivity.naive.interval->upper - found.sensitivity.naive.interval->lower <
        found.sensitivity.wilson.interval->upper - found.sensitivity.wilson.interval->lower);
}

TEST_CASE("copies of every specimen add no information", "[clustered]") {
  std::vector<std::pair<int, int>> doubled;
  for (const auto& [x, m] : uneven) doubled.emplace_back(2 * x, 2 * m);
  const ClusteredAccuracy one = estimate_clustered_accuracy(make_specimens(uneven, 12, 3), options());
  const ClusteredAccuracy two = estimate_clustered_accuracy(make_specimens(doubled, 12, 3), options());
  CHECK(*two.sensitivity.design_effect.value == Approx(2.0 * *one.sensitivity.design_effect.value).epsilon(1e-12));
  CHECK(two.sensitivity.wilson.interval->lower == Approx(one.sensitivity.wilson.interval->lower).epsilon(1e-12));
  CHECK(two.sensitivity.wilson.interval->upper == Approx(one.sensitivity.wilson.interval->upper).epsilon(1e-12));
  CHECK(two.sensitivity.bootstrap == one.sensitivity.bootstrap);
}

TEST_CASE("specimens that agree within each subject have correlation 1", "[clustered]") {
  const ClusteredAccuracy found =
      estimate_clustered_accuracy(make_specimens({{3, 3}, {0, 3}, {3, 3}, {3, 3}}, 5, 1), options());
  CHECK(*found.sensitivity.intraclass_correlation.value == Approx(1.0).epsilon(1e-12));
  CHECK(*found.sensitivity.design_effect.value == Approx(4.0).epsilon(1e-12));  // 3 for the copies, 4/3 for k − 1
}

TEST_CASE("Youden's index counts subjects with specimens in both groups once", "[clustered]") {
  // Each subject has a right case and a right control specimen, or a wrong one of both: perfectly dependent.
  std::vector<ClusteredSpecimen> both;
  std::vector<ClusteredSpecimen> apart;
  for (int i = 0; i < 10; ++i) {
    const bool right = i < 7;
    both.push_back({std::to_string(i), true, right});
    both.push_back({std::to_string(i), false, !right});
    apart.push_back({"a" + std::to_string(i), true, right});
    apart.push_back({"b" + std::to_string(i), false, !right});
  }
  const double together = *estimate_clustered_accuracy(both, options()).youden_index.standard_error;
  const double separate = *estimate_clustered_accuracy(apart, options()).youden_index.standard_error;
  const double single = *estimate_clustered_accuracy(both, options()).sensitivity.wald.standard_error;
  CHECK(together == Approx(2.0 * single).epsilon(1e-12));
  CHECK(separate == Approx(std::sqrt(2.0) * single).epsilon(1e-12));
}

TEST_CASE("the bootstrap of subjects is the same at any number of threads", "[clustered]") {
  const auto specimens = make_specimens(uneven, 40, 6);
  const ClusteredAccuracy one = estimate_clustered_accuracy(specimens, options(1));
  const ClusteredAccuracy many = estimate_clustered_accuracy(specimens, options(5));
  CHECK(one.sensitivity.bootstrap == many.sensitivity.bootstrap);
  CHECK(one.specificity.bootstrap == many.specificity.bootstrap);
  // Its spread is that of the ratio estimator.
  const Interval wald = *one.specificity.wald.interval;
  const Interval resampled = *one.specificity.bootstrap.interval;
  CHECK(resampled.lower == Approx(wald.lower).margin(0.05));
  CHECK(resampled.upper == Approx(wald.upper).margin(0.05));
}

TEST_CASE("order and names of subjects do not matter", "[clustered]") {
  auto specimens = make_specimens(uneven, 12, 3);
  const ClusteredAccuracy before = estimate_clustered_accuracy(specimens, options());
  std::vector<ClusteredSpecimen> turned(specimens.rbegin(), specimens.rend());
  for (ClusteredSpecimen& each : turned) each.subject = "x" + each.subject;
  const ClusteredAccuracy after = estimate_clustered_accuracy(turned, options());
  CHECK(*after.sensitivity.wald.standard_error == Approx(*before.sensitivity.wald.standard_error).epsilon(1e-13));
  CHECK(*after.youden_index.standard_error == Approx(*before.youden_index.standard_error).epsilon(1e-13));
}

TEST_CASE("what clusters cannot tell is absent with its reason", "[clustered]") {
  const ClusteredAccuracy alone = estimate_clustered_accuracy(make_specimens({{2, 5}}, 0, 0), options());
  CHECK(*alone.sensitivity.wilson.value == 0.4);
  CHECK(alone.sensitivity.wilson.why_absent->id == "interval_not_estimable_one_subject");
  CHECK(alone.specificity.wilson.why_absent->id == "not_estimable_no_controls");
  CHECK_FALSE(alone.youden_index.value.has_value());
  const ClusteredAccuracy perfect = estimate_clustered_accuracy(make_specimens({{2, 2}, {3, 3}}, 4, 0), options());
  CHECK(*perfect.sensitivity.wilson.value == 1.0);
  CHECK_FALSE(perfect.sensitivity.wilson.interval.has_value());
  CHECK(perfect.sensitivity.subjects_all_right.clopper_pearson->lower == Approx(std::pow(0.025, 0.5)).epsilon(1e-12));
  const ClusteredAccuracy nobody = estimate_clustered_accuracy({}, options());
  CHECK_FALSE(nobody.sensitivity.wilson.value.has_value());
  ClusteredOptions none = options();
  none.replicates = 0;
  CHECK(estimate_clustered_accuracy(make_specimens(uneven, 12, 3), none).sensitivity.bootstrap.why_absent->id ==
        "interval_not_asked_for");
  const std::vector<ClusteredSpecimen> unnamed{{"", true, true}};
  CHECK_THROWS_AS(estimate_clustered_accuracy(unnamed, options()), Error);
  none.confidence = 1.0;
  CHECK_THROWS_AS(estimate_clustered_accuracy({}, none), Error);
}
