// The demonstration panels against formulas written by hand, and their controls at every limit.
#include <catch2/catch.hpp>

#include "tests/assay/demo_vectors.hpp"

using assay_vectors::Vector;

TEST_CASE("samples of the demonstration panels are called as the formulas say") {
  std::map<std::string, int> count;
  std::map<qpcr::Outcome, int> outcomes;
  for (const Vector& vector : assay_vectors::demo_vectors()) {
    INFO(vector.assay << ": " << vector.name);
    const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path(vector.assay + ".toml"));
    ++count[vector.assay];
    if (vector.refused) {
      CHECK_THROWS_AS(assay_vectors::observe(definition, vector), qpcr::Error);
      continue;
    }
    ++outcomes[vector.outcome];
    const qpcr::SampleCall call = qpcr::call_sample(definition, assay_vectors::observe(definition, vector));
    CHECK(call.outcome == vector.outcome);
    for (const assay_vectors::PrintedValue& printed : vector.values) {
      REQUIRE(call.values.back().id == printed.id);
      CHECK(qpcr::format_fixed(call.values.back().value.value(), 9) == printed.text);
    }
  }
  CHECK(count["demo-methylation"] == 62);
  CHECK(count["demo-rna"] == 62);
  // Every outcome that the panels know is among them.
  for (const qpcr::Outcome outcome :
       {qpcr::Outcome::positive, qpcr::Outcome::negative, qpcr::Outcome::indeterminate, qpcr::Outcome::invalid}) {
    CHECK(outcomes[outcome] > 0);
  }
}

TEST_CASE("controls of the demonstration panels pass and fail at their limits") {
  const std::vector<assay_vectors::ControlVector> vectors = assay_vectors::demo_control_vectors();
  CHECK(vectors.size() == 221);
  for (const assay_vectors::ControlVector& vector : vectors) {
    INFO(vector.assay << " " << vector.control << " " << vector.target);
    const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path(vector.assay + ".toml"));
    const qpcr::ControlDefinition* control = qpcr::find_control(definition, vector.control);
    REQUIRE(control != nullptr);
    int found = 0;
    for (const qpcr::CqLimit& limit : control->limits) {
      if (limit.target != vector.target) continue;
      ++found;
      CHECK(qpcr::satisfies(definition, limit, vector.observation) == vector.passed);
    }
    CHECK(found == 1);
  }
}
