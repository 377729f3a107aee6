// A negative needs a curve that was silent all along: odd curves, gaps, lost channels and doubtful wells of a plate.
#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/assay/support.hpp"

using assay_test::add_well;
using assay_test::error_of;
using assay_test::find_call;
using assay_test::has_reason;
using assay_test::methylation;
using assay_test::methylation_run;
using qpcr::CqStatus;
using qpcr::Outcome;

namespace {

const qpcr::AssayDefinition& assay() {
  static const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  return definition;
}

qpcr::RunData plate() {
  qpcr::RunData run = methylation_run();
  add_well(run, "B1", "S1", methylation({{}, {}, {}, 26}));
  add_well(run, "B2", "S2", methylation({31, {}, 33, 26}));
  return run;
}

qpcr::PlateResult analyze(const qpcr::RunData& run) {
  std::string table = "sample,sex,afp [ng/mL]\n";
  std::vector<std::string> seen;
  for (const qpcr::Measurement& measurement : run.measurements) {
    if (measurement.sample.empty() || std::find(seen.begin(), seen.end(), measurement.sample) != seen.end()) continue;
    seen.push_back(measurement.sample);
    table += measurement.sample + ",female,4\n";
  }
  return qpcr::analyze_run(qpcr::Run(run), assay(), assay_test::covariates(assay(), table));
}

qpcr::Measurement& measurement(qpcr::RunData& run, std::string_view well, std::string_view target) {
  for (qpcr::Measurement& found : run.measurements) {
    if (found.well.label == well && found.target == target) return found;
  }
  throw std::logic_error("no such measurement");
}

template <typename F>
void change(qpcr::RunData& run, std::string_view well, std::string_view target, const F& to) {
  qpcr::AmplificationCurve& curve = measurement(run, well, target).amplification[0];
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    curve.fluorescence[i] = to(curve.cycles[i], curve.fluorescence[i]);
  }
}

const qpcr::WellResult& row(const qpcr::PlateResult& result, std::string_view well, std::string_view target) {
  for (const qpcr::WellResult& found : result.wells) {
    if (found.well.label == well && found.target == target) return found;
  }
  throw std::logic_error("no such row");
}

void remove_well(qpcr::RunData& run, std::string_view well, std::string_view target) {
  run.measurements.erase(std::remove_if(run.measurements.begin(), run.measurements.end(),
                                        [&](const qpcr::Measurement& each) {
                                          return each.well.label == well && (target.empty() || each.target == target);
                                        }),
                         run.measurements.end());
}

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("no positive becomes an unreviewed negative through a step or a spike in its curves") {
  for (const double height : {-0.5, 0.5, 0.75, 3.0}) {
    for (const double at : {8.0, 10.0, 20.0, 36.0}) {
      for (const bool is_step : {true, false}) {
        CAPTURE(height, at, is_step);
        qpcr::RunData run = methylation_run();
        for (int i = 0; i < 12; ++i) {
          const double cq = 21 + 0.8 * i;
          add_well(run, "D" + std::to_string(i + 1), "S" + std::to_string(i), methylation({cq, cq + 1, cq + 2, 26}));
          for (const char* target : {"DM1", "DM2", "DM3"}) {
            change(run, "D" + std::to_string(i + 1), target, [&](double cycle, double value) {
              return value + ((is_step ? cycle >= at : cycle == at) ? height * 5000 : 0.0);
            });
          }
        }
        const auto result = analyze(run);
        REQUIRE(result.calls.size() == 12);
        for (const qpcr::SampleCall& call : result.calls) {
          CAPTURE(call.sample);
          CHECK_FALSE((call.outcome == Outcome::negative && !call.needs_review));
          CHECK(call.outcome != Outcome::negative);
        }
      }
    }
  }
}

TEST_CASE("a no-template control with a step or a dead channel makes the run invalid") {
  const auto invalid_because = [](const qpcr::RunData& run) {
    const auto result = analyze(run);
    CHECK_FALSE(result.run_valid);
    CHECK(find_call(result, "S1").outcome == Outcome::invalid);
    CHECK(has_reason(result.run_reasons, "control_not_readable"));
  };
  for (const double level : {0.0, 1800.0, 60000.0}) {
    qpcr::RunData constant = plate();
    change(constant, "A1", "DM1", [&](double, double) { return level; });
    invalid_because(constant);
  }
  for (const double at : {5.0, 20.0, 40.0}) {
    qpcr::RunData step = plate();
    change(step, "A1", "DM1", [&](double cycle, double value) { return value + (cycle >= at ? 4000 : 0); });
    invalid_because(step);
  }
  qpcr::RunData decay = plate();
  change(decay, "A1", "DM1", [](double cycle, double value) { return value + 3000 * std::exp(-cycle / 4); });
  invalid_because(decay);
  qpcr::RunData slow = plate();
  change(slow, "A1", "DM1",
         [](double cycle, double value) { return value + 4000 / (1 + std::exp(-0.15 * (cycle - 25))); });
  CHECK_FALSE(analyze(slow).run_valid);
}

TEST_CASE("an unusable curve is invalid, reviewed and says why in its flags") {
  qpcr::RunData run = plate();
  change(run, "B1", "DM1", [](double cycle, double value) { return value + (cycle >= 20 ? 2000 : 0); });
  const auto result = analyze(run);
  REQUIRE(result.run_valid);
  CHECK(find_call(result, "S1").outcome == Outcome::invalid);
  CHECK(find_call(result, "S1").needs_review);
  CHECK(row(result, "B1", "DM1").cq.status == CqStatus::fit_failed);
  CHECK(has_reason(row(result, "B1", "DM1").flags, "curve_irregular"));
  CHECK(has_reason(row(result, "B1", "DM1").flags, "curve_unusable"));
  // A silent curve gives its reason too.
  CHECK(has_reason(row(result, "B1", "DM2").flags, row(result, "B1", "DM2").cq.reason.id));
}

TEST_CASE("a spike is left out, reported, and changes no call") {
  qpcr::RunData run = plate();
  change(run, "B1", "DM1", [](double cycle, double value) { return value + (cycle == 20 ? 3000 : 0); });
  change(run, "B2", "DM1", [](double cycle, double value) { return value + (cycle == 10 ? 3000 : 0); });
  const auto result = analyze(run);
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
  CHECK(row(result, "B2", "DM1").cq.cq_cycles.value() == Approx(31).margin(0.2));
  CHECK(has_reason(row(result, "B1", "DM1").flags, "curve_spikes_dropped"));
  CHECK(has_reason(row(result, "B2", "DM1").flags, "curve_spikes_dropped"));
}

TEST_CASE("missing cycles are no silence") {
  const auto status = [](double first, double last, bool as_nan, std::string_view well) {
    qpcr::RunData run = plate();
    for (const char* target : {"DM1", "DM2", "DM3"}) {
      qpcr::AmplificationCurve& curve = measurement(run, well, target).amplification[0];
      qpcr::AmplificationCurve kept;
      kept.kind = curve.kind;
      for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
        const bool gone = curve.cycles[i] >= first && curve.cycles[i] <= last;
        if (gone && !as_nan) continue;
        kept.cycles.push_back(curve.cycles[i]);
        kept.fluorescence.push_back(gone ? missing : curve.fluorescence[i]);
      }
      curve = kept;
    }
    const auto result = analyze(run);
    const qpcr::SampleCall& call = find_call(result, well == "B1" ? "S1" : "S2");
    CHECK((call.outcome != Outcome::negative || row(result, well, "DM1").cq.status == CqStatus::no_amplification));
    return row(result, well, "DM1").cq.status;
  };
  for (const bool as_nan : {true, false}) {
    for (const char* well : {"B1", "B2"}) {
      const CqStatus wide = status(16, 44, as_nan, well);
      CHECK((wide == CqStatus::not_measured || wide == CqStatus::fit_failed));
      CHECK(status(1, 36, as_nan, well) != CqStatus::no_amplification);
      CHECK(status(20, 35, as_nan, well) == CqStatus::not_measured);
    }
    CHECK(status(1, 10, as_nan, "B1") == CqStatus::not_measured);
    CHECK(status(20, 22, as_nan, "B1") == CqStatus::not_measured);
    CHECK(status(20, 21, as_nan, "B1") == CqStatus::no_amplification);
    CHECK(status(1, 2, as_nan, "B1") == CqStatus::no_amplification);
    CHECK(status(5, 12, as_nan, "B2") == CqStatus::found);
  }
}

TEST_CASE("a lost channel or well does not vanish") {
  qpcr::RunData no_curve = plate();
  measurement(no_curve, "B1", "DM1").amplification.clear();
  const auto without_curve = analyze(no_curve);
  CHECK(find_call(without_curve, "S1").outcome == Outcome::invalid);
  CHECK(has_reason(without_curve.warnings, "curve_missing"));
  CHECK(row(without_curve, "B1", "DM1").cq.status == CqStatus::not_measured);

  qpcr::RunData no_channel = plate();
  remove_well(no_channel, "B1", "DM1");
  CHECK(find_call(analyze(no_channel), "S1").outcome == Outcome::invalid);

  for (const char* well : {"A1", "B1"}) {
    CAPTURE(well);
    for (const bool keeps_measurement : {true, false}) {
      qpcr::RunData empty = plate();
      const std::string sample = measurement(empty, well, "DM1").sample;
      remove_well(empty, well, "");
      qpcr::Measurement named;
      named.well.label = well;
      named.well.position = qpcr::parse_label(well);
      named.sample = sample;
      if (keeps_measurement) named.target = "DM1";
      empty.measurements.push_back(named);
      add_well(empty, "A4", "NTC", methylation({{}, {}, {}, {}}));
      const auto result = analyze(empty);
      if (std::string(well) == "A1") {
        CHECK_FALSE(result.run_valid);
      } else {
        REQUIRE(result.run_valid);
        CHECK(find_call(result, "S1").outcome == Outcome::invalid);
        CHECK(find_call(result, "S1").needs_review);
        CHECK_FALSE(result.warnings.empty());
      }
    }
  }
}

TEST_CASE("an unknown role word is no sample, and a sample named like a control is pointed at") {
  qpcr::RunData run = plate();
  for (qpcr::Measurement& each : run.measurements) {
    if (each.well.label == "B1") each.role_text = "opt";
  }
  add_well(run, "C1", "NTC 2", methylation({{}, {}, {}, 26}));
  add_well(run, "C2", "NCI-7", methylation({{}, {}, {}, 26}));
  const auto result = analyze(run);
  REQUIRE(result.calls.size() == 3);
  CHECK(result.calls[0].sample == "S2");
  REQUIRE(has_reason(result.warnings, "role_not_recognised"));
  CHECK_FALSE(result.run_valid);
  CHECK(std::count_if(result.run_reasons.begin(), result.run_reasons.end(),
                      [](const auto& reason) { return reason.id == "control_unclear"; }) == 1);
}

TEST_CASE("an instrument's Cq that contradicts ours asks for review and changes no call") {
  qpcr::RunData run = plate();
  const auto give = [&](const char* well, double cycles) {
    measurement(run, well, "DM1").vendor.cq_status = CqStatus::found;
    measurement(run, well, "DM1").vendor.cq_cycles = cycles;
  };
  give("B1", 36);
  give("B2", 31.5);
  auto result = analyze(run);
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  CHECK(find_call(result, "S1").needs_review);
  CHECK(has_reason(find_call(result, "S1").reasons, "vendor_cq_differs"));
  CHECK_FALSE(find_call(result, "S2").needs_review);
  give("B2", 34);
  result = analyze(run);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
  CHECK(find_call(result, "S2").needs_review);
}

TEST_CASE("a no-template control may not be bounded before the latest positive Cq") {
  const std::string text = assay_test::assay_text("demo-methylation.toml");
  const auto with = [&](const std::string& limit) {
    return error_of([&] {
      qpcr::parse_assay(assay_test::replace_first(text, "{ target = \"DM1\", not_detected = true }",
                                                  "{ target = \"DM1\", " + limit + " }"),
                        "a.toml");
    });
  };
  CHECK(with("absent_or_above = 1").find("latest Cq of 'DM1'") != std::string::npos);
  CHECK(with("absent_or_above = 44.9").find("latest Cq of 'DM1'") != std::string::npos);
  CHECK(with("absent_or_above = 45").empty());
}

TEST_CASE("replicates of which one lost a target do not become a negative") {
  const qpcr::AssayDefinition rna = qpcr::read_assay(assay_test::assay_path("demo-rna.toml"));
  using assay_test::cq;
  using assay_test::none;
  const auto well = [](const char* label, qpcr::CqObservation first, qpcr::CqObservation second,
                       qpcr::CqObservation reference) {
    return assay_test::replicate(label, {{"DR1", first}, {"DR2", second}, {"DREF", reference}, {"DSPK", cq(26)}});
  };
  qpcr::SampleObservation sample;
  sample.sample = "S1";
  sample.replicates = {well("A1", cq(24), cq(24.2), cq(20)), well("A2", cq(24.1), cq(24), cq(20)),
                       well("A3", cq(24), cq(24.1), cq(20.6))};
  CHECK(qpcr::call_sample(rna, sample).outcome == Outcome::positive);

  qpcr::SampleObservation flattened = sample;
  flattened.replicates[1] = well("A2", none(), none(), cq(20));
  const auto discordant = qpcr::call_sample(rna, flattened);
  CHECK(discordant.outcome == Outcome::indeterminate);
  CHECK(discordant.needs_review);
  CHECK(has_reason(discordant.reasons, "replicates_discordant"));

  qpcr::SampleObservation apart = sample;
  apart.replicates[1] = well("A2", cq(30), cq(24), cq(20));
  CHECK(has_reason(qpcr::call_sample(rna, apart).reasons, "replicates_disagree"));

  for (const auto& lost :
       {assay_test::unusable(), qpcr::CqObservation{CqStatus::excluded, {}}, qpcr::CqObservation{}}) {
    qpcr::SampleObservation partial = sample;
    partial.replicates[2] = well("A3", lost, cq(24.1), cq(20.6));
    const auto call = qpcr::call_sample(rna, partial);
    CHECK(call.outcome == Outcome::positive);
    CHECK(call.needs_review);
    CHECK(has_reason(call.reasons, "replicate_left_out"));
    // The reference counts in the wells of its target alone: (24 + 24.1) / 2 − 20.
    for (const qpcr::NamedValue& value : call.values) {
      if (value.id == "dDR1") CHECK(value.value.value() == Approx(4.05));
      if (value.id == "dDR2") CHECK(value.value.value() == Approx((24.2 + 24 + 24.1) / 3 - 60.6 / 3));
    }
  }
}
