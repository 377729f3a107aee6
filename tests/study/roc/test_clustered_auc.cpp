// Clustered areas against DeLong's where subjects give one specimen, and against what copies of specimens must do.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/clustered_auc.hpp"
#include "tests/study/roc/roc_data.hpp"

using namespace qpcr;
using qpcr::test::make_roc_sample;

namespace {

/// One subject a specimen, each given `copies` times.
std::vector<ClusteredValue> spread(const RocSample& sample, int copies) {
  std::vector<ClusteredValue> specimens;
  int subject = 0;
  for (const bool is_case : {true, false}) {
    for (const double value : is_case ? sample.cases : sample.controls) {
      ++subject;
      for (int copy = 0; copy < copies; ++copy) specimens.push_back({std::to_string(subject), value, is_case});
    }
  }
  return specimens;
}

}  // namespace

TEST_CASE("with one specimen a subject the variance is nearly DeLong's", "[roc]") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const RocSample sample = make_roc_sample(seed, 15 + seed, 20);
    const ClusteredAucResult clustered = estimate_clustered_auc(spread(sample, 1), {});
    const AucResult plain = estimate_auc(sample, {});
    CHECK(*clustered.auc.value == Approx(*plain.delong.value).margin(1e-14));
    // No subject has both kinds, so that the covariance term is none.
    CHECK(*clustered.auc.standard_error == Approx(*plain.delong.standard_error).epsilon(1e-12));
    CHECK(*clustered.design_effect == Approx(1.0).epsilon(1e-12));
  }
}

TEST_CASE("copies of specimens change neither the area nor its error, and the design effect counts them", "[roc]") {
  const RocSample sample = make_roc_sample(4, 18, 25);
  const ClusteredAucResult once = estimate_clustered_auc(spread(sample, 1), {});
  const ClusteredAucResult thrice = estimate_clustered_auc(spread(sample, 3), {});
  CHECK(*thrice.auc.value == Approx(*once.auc.value).margin(1e-14));
  CHECK(*thrice.auc.standard_error == Approx(*once.auc.standard_error).epsilon(1e-12));
  CHECK(*thrice.design_effect == Approx(3.0).epsilon(0.15));
}

TEST_CASE("subjects that are their own controls covary", "[roc]") {
  // A value of the subject common to both specimens cancels in the comparison within the subject.
  const RocSample effects = make_roc_sample(9, 40, 40, 0.0, 1000.0);
  std::vector<ClusteredValue> specimens;
  for (std::size_t i = 0; i < 40; ++i) {
    specimens.push_back({std::to_string(i), effects.cases[i] + 0.5, true});
    specimens.push_back({std::to_string(i), effects.cases[i] + 0.05 * effects.controls[i], false});
  }
  const ClusteredAucResult found = estimate_clustered_auc(specimens, {});
  CHECK(found.clusters == 40);
  CHECK(*found.design_effect < 0.5);
  std::vector<ClusteredValue> renamed(specimens.rbegin(), specimens.rend());
  for (ClusteredValue& one : renamed) one.cluster = "x" + one.cluster;
  CHECK(*estimate_clustered_auc(renamed, {}).auc.standard_error == Approx(*found.auc.standard_error).epsilon(1e-12));
}

TEST_CASE("clusters that are too few, or that nobody named", "[roc]") {
  CHECK(estimate_clustered_auc({}, {}).auc.why_absent->id == "not_estimable_no_subjects");
  const ClusteredAucResult one =
      estimate_clustered_auc({{"a", 3, true}, {"a", 4, true}, {"b", 1, false}, {"c", 2, false}}, {});
  CHECK(*one.auc.value == 1.0);
  CHECK(one.auc.why_absent->id == "roc_variance_needs_two_clusters_of_each");
  CHECK_THROWS_AS(estimate_clustered_auc({{"", 3, true}}, {}), Error);
  CHECK_THROWS_AS(estimate_clustered_auc({{"a", std::nan(""), true}}, {}), Error);
}
