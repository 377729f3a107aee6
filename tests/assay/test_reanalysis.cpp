// Two results of one run, side by side.
#include <optional>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/assay/reanalysis.hpp"
#include "tests/assay/support.hpp"

using assay_test::error_of;

namespace {

qpcr::NamedValue value(const char* id, std::optional<double> number) {
  qpcr::NamedValue named;
  named.id = id;
  named.value = number;
  return named;
}

qpcr::SampleCall call(const char* sample, qpcr::Outcome outcome, std::vector<qpcr::NamedValue> values = {}) {
  qpcr::SampleCall made;
  made.sample = sample;
  made.outcome = outcome;
  made.reasons = {{qpcr::to_string(outcome) == "positive" ? "call_positive" : "call_negative", {}}};
  made.values = std::move(values);
  return made;
}

qpcr::PlateResult result(const char* definition, std::vector<qpcr::SampleCall> calls) {
  qpcr::PlateResult made;
  made.assay.id = "demo";
  made.assay.version = "1.0.0";
  made.assay.sha256 = definition;
  made.run = "plate";
  made.library_version = "0.5.0";
  made.run_valid = true;
  made.provenance.sources = {{"a.csv", "aa", 10}, {"b.csv", "bb", 11}};
  made.calls = std::move(calls);
  return made;
}

}  // namespace

TEST_CASE("a reanalysis shows both calls, both definitions and what changed") {
  const auto before = result("h1", {call("S1", qpcr::Outcome::negative, {value("d", 9.1), value("same", 1)}),
                                    call("S2", qpcr::Outcome::positive), call("S3", qpcr::Outcome::negative)});
  auto after =
      result("h2", {call("S4", qpcr::Outcome::invalid), call("S2", qpcr::Outcome::positive),
                    call("S1", qpcr::Outcome::positive, {value("same", 1), value("d", 8.9), value("new", 2)})});
  // The order of the files is no difference.
  std::swap(after.provenance.sources[0], after.provenance.sources[1]);
  const auto comparison = qpcr::compare_results(before, after);
  CHECK(comparison.before == qpcr::ResultOrigin{"demo 1.0.0", "h1", "0.5.0", true});
  CHECK(comparison.after.definition_sha256 == "h2");
  REQUIRE(comparison.samples.size() == 4);
  const auto& first = comparison.samples[0];
  CHECK(first.sample == "S1");
  CHECK(first.before == qpcr::Outcome::negative);
  CHECK(first.after == qpcr::Outcome::positive);
  CHECK(first.call_changed());
  CHECK(first.reasons_before[0].id == "call_negative");
  CHECK(first.reasons_after[0].id == "call_positive");
  REQUIRE(first.values.size() == 2);
  CHECK(first.values[0].id == "d");
  CHECK(first.values[0].before->value == 9.1);
  CHECK(first.values[0].after->value == 8.9);
  CHECK(first.values[1].id == "new");
  CHECK_FALSE(first.values[1].before);
  CHECK_FALSE(comparison.samples[1].call_changed());
  CHECK(comparison.samples[2].sample == "S3");
  CHECK_FALSE(comparison.samples[2].after);
  CHECK(comparison.samples[2].call_changed());
  CHECK(comparison.samples[3].sample == "S4");
  CHECK_FALSE(comparison.samples[3].before);
}

TEST_CASE("values are compared unrounded, with unit, text and why they are absent") {
  const auto changes = [](const qpcr::NamedValue& left, const qpcr::NamedValue& right) {
    const auto comparison = qpcr::compare_results(result("h", {call("S", qpcr::Outcome::negative, {left})}),
                                                  result("h", {call("S", qpcr::Outcome::negative, {right})}));
    CHECK_FALSE(comparison.samples[0].call_changed());
    return comparison.samples[0].values.size();
  };
  const qpcr::NamedValue plain = value("v", 0.3);
  CHECK(changes(plain, plain) == 0);
  CHECK(changes(plain, value("v", 0.1 + 0.2)) == 1);
  CHECK(changes(plain, value("v", std::nullopt)) == 1);
  auto other = plain;
  other.unit = "ng/mL";
  CHECK(changes(plain, other) == 1);
  other = plain;
  other.text = "<0.3";
  CHECK(changes(plain, other) == 1);
  other = plain;
  other.why_absent = qpcr::Message{"x", {}};
  CHECK(changes(plain, other) == 1);
  other = plain;
  other.depends_on_imputed_cq = true;
  CHECK(changes(plain, other) == 1);
}

TEST_CASE("a class that changes is a call that changes, and doubled samples are paired in order") {
  auto one = call("S", qpcr::Outcome::scored);
  one.score_class = qpcr::ScoreClassResult{"low", {}};
  auto two = one;
  two.score_class->id = "high";
  const auto comparison = qpcr::compare_results(result("h", {one, two}), result("h", {one, one}));
  REQUIRE(comparison.samples.size() == 2);
  CHECK_FALSE(comparison.samples[0].call_changed());
  CHECK(comparison.samples[1].call_changed());
  CHECK(comparison.samples[1].class_before == "high");
  CHECK(comparison.samples[1].class_after == "low");
}

TEST_CASE("results of different runs, or of unknown ones, are not compared") {
  const auto good = result("h", {});
  const auto error = [&](const qpcr::PlateResult& other) {
    return error_of([&] { qpcr::compare_results(good, other); }) +
           error_of([&] { qpcr::compare_results(other, good); });
  };
  CHECK(error(good).empty());
  auto other = good;
  other.provenance.sources[1].sha256 = "cc";
  CHECK(error(other).find("different runs") != std::string::npos);
  other.provenance.sources.pop_back();
  CHECK(error(other).find("different runs") != std::string::npos);
  other.provenance.sources.clear();
  CHECK(error(other).find("does not name the files") != std::string::npos);
  other = good;
  other.provenance.sources[0].sha256.clear();
  CHECK(error(other).find("does not name the files") != std::string::npos);
}
