// Differences between versions of a definition.
#include <algorithm>

#include <catch2/catch.hpp>

#include "libqpcr/assay/definition_difference.hpp"
#include "tests/assay/support.hpp"

using qpcr::DefinitionChange;

namespace {

qpcr::AssayDefinition methylation() {
  return qpcr::parse_assay(assay_test::assay_text("demo-methylation.toml"), "demo-methylation.toml");
}

}  // namespace

TEST_CASE("A definition does not differ from itself", "[assay]") {
  CHECK(qpcr::compare_definitions(methylation(), methylation()).empty());
}

TEST_CASE("A changed cut-off is named by its rule, with both numbers", "[assay]") {
  const qpcr::AssayDefinition before = methylation();
  qpcr::AssayDefinition after = before;
  after.rules.front().limit += 0.5;
  const auto changes = qpcr::compare_definitions(before, after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == DefinitionChange::Kind::changed);
  CHECK(changes[0].place == "rules." + before.rules.front().id + ".limit");
  CHECK(changes[0].before != changes[0].after);
  CHECK(qpcr::describe(changes[0]).id == "definition_changed");
}

TEST_CASE("Added and removed parts are named whole, and in the other direction the other way round", "[assay]") {
  const qpcr::AssayDefinition before = methylation();
  qpcr::AssayDefinition after = before;
  after.covariates.push_back(after.covariates.front());
  after.covariates.back().id = "another";
  const auto added = qpcr::compare_definitions(before, after);
  REQUIRE(added.size() == 1);
  CHECK(added[0].kind == DefinitionChange::Kind::added);
  CHECK(added[0].place == "covariates.another");
  const auto removed = qpcr::compare_definitions(after, before);
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].kind == DefinitionChange::Kind::removed);
  CHECK(removed[0].before == added[0].after);
}

TEST_CASE("A change of order alone is one difference of the list", "[assay]") {
  const qpcr::AssayDefinition before = methylation();
  qpcr::AssayDefinition after = before;
  REQUIRE(after.targets.size() > 1);
  std::swap(after.targets[0], after.targets[1]);
  const auto changes = qpcr::compare_definitions(before, after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].place == "targets.order");
}

TEST_CASE("There is a difference exactly where the hashes differ", "[assay]") {
  const qpcr::AssayDefinition before = methylation();
  std::vector<qpcr::AssayDefinition> variants(6, before);
  variants[1].title.zh += "。";
  variants[2].replicates.minimum_valid += 1;
  variants[3].controls.front().limits.front().kind = qpcr::LimitKind::absent_or_above;
  variants[4].flags.weak_positive_cycles += 0.25;
  variants[5].statements.pop_back();
  for (const qpcr::AssayDefinition& variant : variants) {
    const bool differs = qpcr::identify(before).sha256 != qpcr::identify(variant).sha256;
    CHECK(qpcr::compare_definitions(before, variant).empty() != differs);
  }
}
