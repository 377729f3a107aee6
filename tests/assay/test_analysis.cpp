// Whole plates of ideal curves: matching, controls, exclusions, thresholds, independence of order.
#include <algorithm>
#include <random>
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/assay/message_words.hpp"
#include "tests/assay/vendor_plate.hpp"

using assay_test::add_well;
using assay_test::error_of;
using assay_test::find_call;
using assay_test::has_reason;
using assay_test::methylation;
using assay_test::methylation_run;
using qpcr::Outcome;

namespace {

const qpcr::AssayDefinition& assay() {
  static const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  return definition;
}

qpcr::CovariateTable covariates() {
  return assay_test::covariates(assay(), "sample,sex,afp [ng/mL]\nS1,female,4\nS2,male,4\nS3,male,4\nS4,male,4\n");
}

qpcr::RunData plate() {
  qpcr::RunData run = methylation_run();
  add_well(run, "B1", "S1", methylation({{}, {}, {}, 26}));
  add_well(run, "B2", "S2", methylation({31, {}, 33, 26}));
  add_well(run, "B3", "S3", methylation({{}, {}, {}, 34}));
  return run;
}

qpcr::PlateResult analyze(const qpcr::RunData& run, const qpcr::AssayDefinition& definition = assay()) {
  const qpcr::PlateResult result = qpcr::analyze_run(qpcr::Run(run), definition, covariates());
  assay_test::check_words(result);
  return result;
}

std::string error(const qpcr::RunData& run) {
  return error_of([&] { analyze(run); });
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

qpcr::Measurement& measurement(qpcr::RunData& run, std::string_view well, std::string_view target) {
  for (qpcr::Measurement& found : run.measurements) {
    if (found.well.label == well && found.target == target) return found;
  }
  throw std::logic_error("no such measurement");
}

const qpcr::WellResult& row(const qpcr::PlateResult& result, std::string_view well, std::string_view target) {
  for (const qpcr::WellResult& found : result.wells) {
    if (found.well.label == well && found.target == target) return found;
  }
  throw std::logic_error("no such row");
}

}  // namespace

TEST_CASE("a good plate: run valid, three calls, Cqs where they were put") {
  const auto result = analyze(plate());
  for (const auto& reason : result.run_reasons) WARN(reason.id);
  REQUIRE(result.run_valid);
  CHECK(result.simulated);
  REQUIRE(result.calls.size() == 3);
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
  CHECK(find_call(result, "S3").outcome == Outcome::invalid);
  CHECK(row(result, "B2", "DM1").cq.cq_cycles.value() == Approx(31).margin(0.2));
  CHECK(row(result, "B2", "DIC").cq.cq_cycles.value() == Approx(26).margin(0.2));
  CHECK(row(result, "B1", "DM1").imputed);
  CHECK(row(result, "B1", "DM1").used_cq_cycles.value() == 45);
  CHECK(row(result, "A1", "DM1").control == qpcr::ControlKind::no_template);
  CHECK_FALSE(row(result, "B1", "DM1").control.has_value());
  CHECK(result.wells.size() == 24);
  CHECK(find_call(result, "S2").wells.size() == 4);
  CHECK(result.wells[find_call(result, "S2").wells[0]].well.label == "B2");
  REQUIRE(result.thresholds.size() == 4);
  CHECK(result.thresholds[0].fixed);
  CHECK(result.thresholds[0].threshold.value() == 200);
  CHECK(result.assay.sha256 == qpcr::identify(assay()).sha256);
  CHECK(
      std::all_of(result.controls.begin(), result.controls.end(), [](const auto& control) { return control.passed; }));
  CHECK(result.controls.size() == 15);
  CHECK(qpcr::count_calls(result, Outcome::positive) == 1);
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].id == "covariate_row_without_sample");
  CHECK(qpcr::find_value(result.warnings[0], "samples") == "S4");
  REQUIRE(result.provenance.sources.size() == 1);
  CHECK(result.provenance.sources[0].name == "covariates.csv");
  CHECK(result.provenance.sources[0].sha256.size() == 64);
}

TEST_CASE("the order of wells and channels in the file changes nothing") {
  const auto expected = analyze(plate());
  std::mt19937 random(3);
  for (int round = 0; round < 5; ++round) {
    qpcr::RunData run = plate();
    std::shuffle(run.measurements.begin(), run.measurements.end(), random);
    const auto result = analyze(run);
    REQUIRE(result.calls.size() == expected.calls.size());
    for (std::size_t i = 0; i < result.calls.size(); ++i) {
      CHECK(result.calls[i].sample == expected.calls[i].sample);
      CHECK(result.calls[i].outcome == expected.calls[i].outcome);
      CHECK(result.calls[i].reasons == expected.calls[i].reasons);
      CHECK(result.calls[i].values[5].value == expected.calls[i].values[5].value);
    }
    for (std::size_t i = 0; i < result.wells.size(); ++i)
      CHECK(result.wells[i].cq.cq_cycles == expected.wells[i].cq.cq_cycles);
  }
}

TEST_CASE("a sample alone is called as in its batch") {
  const auto batch = analyze(plate());
  for (const auto& [well, sample, cqs] : std::vector<std::tuple<std::string, std::string, assay_test::Cqs>>{
           {"B1", "S1", {{}, {}, {}, 26}}, {"B2", "S2", {31, {}, 33, 26}}, {"B3", "S3", {{}, {}, {}, 34}}}) {
    qpcr::RunData run = methylation_run();
    add_well(run, well, sample, methylation(cqs));
    const auto alone = analyze(run);
    REQUIRE(alone.calls.size() == 1);
    CHECK(alone.calls[0].outcome == find_call(batch, sample).outcome);
    CHECK(alone.calls[0].reasons == find_call(batch, sample).reasons);
  }
}

TEST_CASE("controls: each failure makes the run and every call invalid, with the traces kept") {
  struct Case {
    std::string well;
    assay_test::Cqs cqs;
    std::string reason;
  };
  for (const Case& bad : std::vector<Case>{{"A1", {36, {}, {}, {}}, "ntc_amplified"},
                                           {"A1", {{}, {}, {}, 38}, "ntc_amplified"},
                                           {"A2", {{}, 30, {}, 26}, "negative_control_failed"},
                                           {"A2", {{}, {}, {}, 20}, "negative_control_failed"},
                                           {"A3", {29, 29, {}, 26}, "positive_control_failed"},
                                           {"A3", {36, 29, 29, 26}, "positive_control_failed"},
                                           {"A3", {24, 29, 29, 26}, "positive_control_failed"},
                                           {"A3", {29, 29, 29, {}}, "positive_control_failed"}}) {
    INFO(bad.well << " " << bad.reason);
    qpcr::RunData run = plate();
    run.measurements.erase(std::remove_if(run.measurements.begin(), run.measurements.end(),
                                          [&](const qpcr::Measurement& m) { return m.well.label == bad.well; }),
                           run.measurements.end());
    const std::string name = bad.well == "A1" ? "NTC" : bad.well == "A2" ? "NC" : "PC";
    add_well(run, bad.well, name, methylation(bad.cqs));
    const auto result = analyze(run);
    CHECK_FALSE(result.run_valid);
    REQUIRE(has_reason(result.run_reasons, bad.reason));
    CHECK(qpcr::find_value(result.run_reasons.front(), "well") == bad.well);
    for (const auto& call : result.calls) {
      CHECK(call.outcome == Outcome::invalid);
      CHECK(call.reasons.front().id == "run_invalid");
    }
    CHECK(find_call(result, "S2").rules[0].truth == qpcr::Truth::yes);
  }
  // A late signal of the internal control in the NTC is allowed above 40.
  qpcr::RunData late = plate();
  measurement(late, "A1", "DIC").amplification[0] = assay_test::make_curve(40.6);
  CHECK(analyze(late).run_valid);
}

TEST_CASE("a run without controls, or without enough of them, is invalid") {
  for (const char* well : {"A1", "A2", "A3"}) {
    qpcr::RunData run = plate();
    run.measurements.erase(std::remove_if(run.measurements.begin(), run.measurements.end(),
                                          [&](const qpcr::Measurement& m) { return m.well.label == well; }),
                           run.measurements.end());
    const auto result = analyze(run);
    CHECK_FALSE(result.run_valid);
    CHECK(has_reason(result.run_reasons, "control_missing"));
  }
}

TEST_CASE("controls are found by role where the run gives one, and contradictions invalidate the run") {
  qpcr::RunData by_role = plate();
  for (qpcr::Measurement& m : by_role.measurements) {
    if (m.sample == "NTC") {
      m.sample = "H2O";
      m.role = qpcr::SampleRole::no_template_control;
    }
  }
  CHECK(analyze(by_role).run_valid);
  qpcr::RunData contradiction = plate();
  for (qpcr::Measurement& m : contradiction.measurements) {
    if (m.sample == "NTC") m.role = qpcr::SampleRole::positive_control;
  }
  const auto result = analyze(contradiction);
  CHECK_FALSE(result.run_valid);
  CHECK(has_reason(result.run_reasons, "control_role_conflict"));
}

TEST_CASE("excluded wells are honoured and listed, and can cost the run its controls") {
  qpcr::RunData run = plate();
  for (qpcr::Measurement& m : run.measurements) {
    if (m.well.label == "B2" || m.well.label == "A1") {
      m.excluded = true;
      m.exclusion_reason = "bubble";
    }
  }
  const auto result = analyze(run);
  CHECK_FALSE(result.run_valid);
  CHECK(has_reason(result.run_reasons, "control_missing"));
  CHECK(has_reason(result.warnings, "control_well_excluded"));
  CHECK(std::count_if(result.warnings.begin(), result.warnings.end(),
                      [](const auto& w) { return w.id == "well_excluded"; }) == 8);
  CHECK(row(result, "B2", "DM1").cq.status == qpcr::CqStatus::excluded);
  const auto& call = find_call(result, "S2");
  CHECK(call.outcome == Outcome::invalid);
  CHECK(has_reason(call.reasons, "replicates_missing"));
  // One excluded channel: what needs it is invalid, a clear marker beside it stays.
  qpcr::RunData channel = plate();
  measurement(channel, "B2", "DM3").excluded = true;
  CHECK(find_call(analyze(channel), "S2").outcome == Outcome::positive);
  measurement(channel, "B1", "DM3").excluded = true;
  CHECK(find_call(analyze(channel), "S1").outcome == Outcome::invalid);
}

TEST_CASE("an excluded well may be repeated in another; two valid wells of a single-well assay are one too many") {
  qpcr::RunData run = plate();
  add_well(run, "C2", "S2", methylation({31, {}, 33, 26}));
  const auto doubled = analyze(run);
  CHECK(find_call(doubled, "S2").outcome == Outcome::invalid);
  CHECK(has_reason(find_call(doubled, "S2").reasons, "too_many_replicates"));
  for (qpcr::Measurement& m : run.measurements) m.excluded = m.excluded || m.well.label == "B2";
  CHECK(find_call(analyze(run), "S2").outcome == Outcome::positive);
}

TEST_CASE("targets are matched by alias and dye, and nothing is guessed") {
  qpcr::RunData hex = plate();
  for (qpcr::Measurement& m : hex.measurements) {
    if (m.dye == "VIC") m.dye = "Hex";
    m.target = m.target == "DM1" ? "dm1" : m.target;
  }
  CHECK(find_call(analyze(hex), "S2").outcome == Outcome::positive);
  CHECK(row(analyze(hex), "B2", "DM1").target_as_read == "dm1");

  qpcr::RunData wrong_dye = plate();
  measurement(wrong_dye, "B1", "DM1").dye = "TET";
  CHECK(error(wrong_dye) ==
        "assay_mismatch: 'plate', 'well B1, target DM1': expected the dye FAM that the assay names, got 'TET'");

  qpcr::RunData unnamed = plate();
  for (qpcr::Measurement& m : unnamed.measurements) m.target = m.dye == "FAM" ? "" : m.target;
  const auto by_dye = analyze(unnamed);
  CHECK(find_call(by_dye, "S2").outcome == Outcome::positive);
  CHECK(has_reason(by_dye.warnings, "matched_by_dye"));
  CHECK(has_reason(row(by_dye, "B2", "DM1").flags, "matched_by_dye"));

  // One channel names the target, so the nameless ones are not taken for it.
  measurement(unnamed, "B1", "").target = "DM1";
  const auto named = analyze(unnamed);
  CHECK(find_call(named, "S2").outcome == Outcome::invalid);
  CHECK(has_reason(named.warnings, "channel_not_in_assay"));

  qpcr::RunData other = plate();
  for (qpcr::Measurement& m : other.measurements) m.target = m.dye == "FAM" ? "KRAS" : m.target;
  CHECK(contains(error(other),
                 "'target DM1': the run does not hold this target: expected a channel DM1 (FAM) with curves"));
  CHECK(contains(error(other), "KRAS (FAM)"));
}

TEST_CASE("channels with data that the assay does not use are named; a passive reference is not") {
  qpcr::RunData run = plate();
  run.passive_reference_dye = "ROX-P";
  add_well(run, "B1", "S1", {{"EXTRA", "CY55", 30}, {"", "ROX-P", {}}});
  const auto result = analyze(run);
  REQUIRE(result.warnings.size() == 2);
  CHECK(result.warnings[1].id == "covariate_row_without_sample");
  CHECK(result.warnings[0].id == "channel_not_in_assay");
  CHECK(qpcr::find_value(result.warnings[0], "target") == "EXTRA");
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
}

TEST_CASE("wells that contradict themselves are refused") {
  qpcr::RunData two_samples = plate();
  measurement(two_samples, "B1", "DM2").sample = "S4";
  CHECK(contains(error(two_samples), "two channels of the well name different samples"));
  qpcr::RunData two_roles = plate();
  measurement(two_roles, "B1", "DM2").role = qpcr::SampleRole::unknown;
  measurement(two_roles, "B1", "DM3").role = qpcr::SampleRole::standard;
  CHECK(contains(error(two_roles), "different roles"));
  qpcr::RunData no_curves = plate();
  for (qpcr::Measurement& m : no_curves.measurements) m.amplification.clear();
  CHECK(contains(error(no_curves), "no amplification curves"));
}

TEST_CASE("a run that ends before the protocol cannot say that nothing was there") {
  qpcr::RunData run;
  run.name = "aborted";
  add_well(run, "A1", "NTC", methylation({{}, {}, {}, {}}), 38);
  add_well(run, "A2", "NC", methylation({{}, {}, {}, 26}), 38);
  add_well(run, "A3", "PC", methylation({29, 29, 29, 26}), 38);
  add_well(run, "B1", "S1", methylation({{}, {}, {}, 26}), 38);
  const auto result = analyze(run);
  CHECK_FALSE(result.run_valid);
  CHECK(has_reason(result.run_reasons, "run_too_short"));
  CHECK(row(result, "B1", "DM1").cq.status == qpcr::CqStatus::not_measured);
  // One curve that ends early spoils its sample alone.
  qpcr::RunData one = plate();
  measurement(one, "B1", "DM1").amplification[0] = assay_test::make_curve({}, 30);
  const auto partial = analyze(one);
  CHECK(partial.run_valid);
  CHECK(find_call(partial, "S1").outcome == Outcome::invalid);
  CHECK(has_reason(row(partial, "B1", "DM1").flags, "curve_ends_early"));
  CHECK(find_call(partial, "S2").outcome == Outcome::positive);
}

TEST_CASE("a fixed threshold is not applied on another scale") {
  qpcr::RunData run = plate();
  for (qpcr::Measurement& m : run.measurements) m.amplification[0].kind = qpcr::CurveKind::normalised;
  CHECK(contains(error(run), "expected a signal on the scale 'fluorescence' of the fixed threshold, got 'normalised'"));
}

TEST_CASE("an automatic threshold is derived per target from the plate") {
  std::string text = assay_test::assay_text("demo-methylation.toml");
  for (int i = 0; i < 4; ++i) text = assay_test::replace_first(text, "threshold = 200\n", "");
  const auto automatic = qpcr::parse_assay(text, "automatic.toml");
  const auto result = qpcr::analyze_run(qpcr::Run(plate()), automatic, covariates());
  CHECK_FALSE(result.thresholds[0].fixed);
  CHECK(result.thresholds[0].threshold.value() > 0);
  // ΔCq does not care where in the log-linear phase the threshold lies.
  const auto fixed = analyze(plate());
  CHECK(find_call(result, "S2").values[2].value.value() ==
        Approx(find_call(fixed, "S2").values[2].value.value()).margin(0.15));
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
}

TEST_CASE("names of persons stop the analysis, masked") {
  qpcr::RunData run = plate();
  for (qpcr::Measurement& m : run.measurements) m.sample = m.sample == "S1" ? "王小明" : m.sample;
  CHECK(contains(error(run), "personal_data"));
  CHECK_FALSE(contains(error(run), "王小明"));
}

TEST_CASE("wells without a sample name and standards are not called, and are listed") {
  qpcr::RunData run = plate();
  add_well(run, "C1", "", methylation({31, {}, {}, 26}));
  add_well(run, "C2", "STD1", methylation({31, {}, {}, 26}));
  for (qpcr::Measurement& m : run.measurements) {
    if (m.sample == "STD1") m.role = qpcr::SampleRole::standard;
  }
  const auto result = analyze(run);
  CHECK(result.calls.size() == 3);
  CHECK(has_reason(result.warnings, "sample_name_missing"));
  CHECK(has_reason(result.warnings, "wells_not_called"));
}

TEST_CASE("a definition without controls asks for review of every call") {
  const auto three = qpcr::read_assay(assay_test::assay_path("methylation-three-gene-afp.toml"));
  qpcr::RunData run;
  run.name = "plate";
  add_well(run, "A1", "S1", {{"OTX1", "FAM", 28.0}, {"Riplet", "ROX", {}}, {"H3C7", "VIC", 31.0}, {"IC", "CY5", 25.0}},
           40);
  add_well(run, "A2", "S2", {{"OTX1", "FAM", {}}, {"Riplet", "ROX", 30.0}, {"H3C7", "VIC", {}}, {"IC", "CY5", 25.0}},
           40);
  const auto table = assay_test::covariates(three, "sample,sex,afp_strip\nS1,female,negative\nS2,male,positive\n");
  const auto result = qpcr::analyze_run(qpcr::Run(run), three, table);
  CHECK(result.run_valid);
  CHECK_FALSE(result.simulated);
  CHECK(has_reason(result.warnings, "no_controls_defined"));
  CHECK(find_call(result, "S1").outcome == Outcome::positive);
  CHECK(find_call(result, "S1").needs_review);
}

TEST_CASE("a truncated control or a failed sample never stops the plate") {
  qpcr::RunData run = plate();
  measurement(run, "B3", "DM1").amplification[0].fluorescence.assign(45, std::nan(""));
  const auto result = analyze(run);
  CHECK(find_call(result, "S3").outcome == Outcome::invalid);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
}

TEST_CASE("two assays on a plate: wells of the other are left alone and listed, a sample in both is pointed at") {
  qpcr::RunData run = plate();
  add_well(run, "D1", "X1", {{"KRAS", "FAM", 30.0}});
  add_well(run, "D2", "S1", {{"KRAS", "FAM", 30.0}});
  // The other assay's controls are not ours to judge.
  add_well(run, "D3", "NTC", {{"KRAS", "FAM", 30.0}});
  add_well(run, "D4", "STRANGE", {{"KRAS", "FAM", 30.0}});
  for (qpcr::Measurement& each : run.measurements) {
    if (each.sample == "STRANGE") each.role = qpcr::SampleRole::positive_control;
  }
  const auto result = analyze(run);
  CHECK(result.run_valid);
  CHECK(result.calls.size() == 3);
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  const auto listed = std::find_if(result.warnings.begin(), result.warnings.end(),
                                   [](const auto& warning) { return warning.id == "wells_of_other_assay"; });
  REQUIRE(listed != result.warnings.end());
  CHECK(qpcr::find_value(*listed, "wells") == "D1, D2, D3, D4");
  const auto both = std::find_if(result.warnings.begin(), result.warnings.end(),
                                 [](const auto& warning) { return warning.id == "sample_in_other_assay"; });
  REQUIRE(both != result.warnings.end());
  CHECK(qpcr::find_value(*both, "sample") == "S1");
}

TEST_CASE("a sample that the covariate table does not know is invalid and says so") {
  qpcr::RunData run = plate();
  add_well(run, "C5", "S8", methylation({31, {}, {}, 26}));
  const auto result = analyze(run);
  const auto& call = find_call(result, "S8");
  CHECK(call.outcome == Outcome::invalid);
  CHECK(has_reason(call.reasons, "covariate_row_missing"));
  CHECK_FALSE(has_reason(find_call(result, "S2").reasons, "covariate_row_missing"));
}

TEST_CASE("the instrument's Cq is taken over where the definition says so, and the flags say so") {
  const auto vendor = assay_test::vendor_definition("demo-methylation.toml");
  qpcr::RunData run = assay_test::vendor_methylation_run();
  assay_test::add_vendor_well(run, "B2", "S1", methylation({31, {}, 33, 26}));
  assay_test::add_vendor_well(run, "B4", "S2", methylation({{}, {}, {}, 26}));
  const auto result = assay_test::analyze(run, vendor);
  REQUIRE(result.run_valid);
  CHECK(find_call(result, "S1").outcome == Outcome::positive);
  CHECK(find_call(result, "S2").outcome == Outcome::negative);
  CHECK(row(result, "B2", "DM1").cq.cq_cycles.value() == 31);
  CHECK(has_reason(row(result, "B2", "DM1").flags, "vendor_cq_used"));
  CHECK(row(result, "B2", "DM2").imputed);
  CHECK(has_reason(result.warnings, "vendor_cq_taken_over"));
  CHECK(has_reason(result.warnings, "run_length_unknown"));
  CHECK_FALSE(result.thresholds[0].threshold.has_value());

  // A curve beside it decides nothing, but a run that was stopped early cannot say "not detected".
  for (qpcr::Measurement& each : run.measurements) each.amplification.push_back(assay_test::make_curve({}, 38));
  const auto stopped = assay_test::analyze(run, vendor);
  CHECK(has_reason(stopped.run_reasons, "run_too_short"));
  CHECK(row(stopped, "B2", "DM1").cq.cq_cycles.value() == 31);
  CHECK(row(stopped, "B2", "DM2").cq.status == qpcr::CqStatus::not_measured);
  qpcr::RunData protocol = assay_test::vendor_methylation_run();
  qpcr::ProtocolStep step;
  step.repeats = 40;
  step.collects = true;
  protocol.protocol.push_back(step);
  CHECK(has_reason(assay_test::analyze(protocol, vendor).run_reasons, "run_too_short"));

  // A well without the instrument's Cq is not judged, a run without any is refused.
  qpcr::RunData partial = assay_test::vendor_methylation_run();
  assay_test::add_vendor_well(partial, "B2", "S1", methylation({31, {}, 33, 26}));
  measurement(partial, "B2", "DM2").vendor = {};
  const auto lacking = assay_test::analyze(partial, vendor);
  CHECK(has_reason(row(lacking, "B2", "DM2").flags, "vendor_cq_missing"));
  CHECK(row(lacking, "B2", "DM2").cq.status == qpcr::CqStatus::not_measured);
  CHECK(find_call(lacking, "S1").needs_review);
  CHECK(contains(error_of([&] { qpcr::analyze_run(qpcr::Run(plate()), vendor, covariates()); }),
                 "the run does not hold this target: expected a channel DM1 (FAM) with the instrument's own Cq, got "
                 "'no Cq of the instrument'"));
}

TEST_CASE("a curve that the gate refuses has no Cq, and the well says what it was") {
  qpcr::AssayDefinition gated = assay();
  for (qpcr::AssayTarget& target : gated.targets) {
    if (target.id == "DM1") target.minimum_rise = 4000;
  }
  // Typical curves of 5 000 RFU pass every gate; one that is a tenth as high fails the rise.
  for (const auto shape : {qpcr::RequiredShape::any, qpcr::RequiredShape::amplified, qpcr::RequiredShape::typical}) {
    gated.cq.gate.shape = shape;
    CHECK(find_call(analyze(plate(), gated), "S2").outcome == Outcome::positive);
  }
  gated.cq.gate.shape = qpcr::RequiredShape::any;
  qpcr::RunData run = plate();
  qpcr::AmplificationCurve& low = measurement(run, "B2", "DM1").amplification[0];
  const qpcr::AmplificationCurve flat = assay_test::make_curve({});
  for (std::size_t i = 0; i < low.fluorescence.size(); ++i) {
    low.fluorescence[i] = flat.fluorescence[i] + 0.1 * (low.fluorescence[i] - flat.fluorescence[i]);
  }
  CHECK(row(analyze(run), "B2", "DM1").cq.status == qpcr::CqStatus::found);

  gated.cq.gate.on_failure = qpcr::GateFailure::not_detected;
  const auto absent = analyze(run, gated);
  CHECK(row(absent, "B2", "DM1").cq.status == qpcr::CqStatus::no_amplification);
  CHECK_FALSE(row(absent, "B2", "DM1").cq.cq_cycles.has_value());
  CHECK(row(absent, "B2", "DM1").imputed);
  REQUIRE(has_reason(row(absent, "B2", "DM1").flags, "curve_gate_failed"));
  CHECK(find_call(absent, "S2").needs_review);

  gated.cq.gate.on_failure = qpcr::GateFailure::unreadable;
  const auto unreadable = analyze(run, gated);
  CHECK(row(unreadable, "B2", "DM1").cq.status == qpcr::CqStatus::fit_failed);
  CHECK(has_reason(row(unreadable, "B2", "DM1").flags, "curve_gate_failed_unreadable"));
  CHECK_FALSE(row(unreadable, "B2", "DM1").imputed);

  // A step in the middle of the plateau: the crossing is there, the shape is not typical.
  qpcr::RunData odd = plate();
  qpcr::AmplificationCurve& stepped = measurement(odd, "B2", "DM1").amplification[0];
  for (std::size_t i = 41; i < stepped.fluorescence.size(); ++i) stepped.fluorescence[i] -= 4000;
  qpcr::AssayDefinition typical = assay();
  typical.cq.gate.shape = qpcr::RequiredShape::typical;
  CHECK_FALSE(row(analyze(odd, typical), "B2", "DM1").cq.cq_cycles.has_value());
}

TEST_CASE("without a calibration the nominal thresholds serve research and nothing can be released") {
  qpcr::AssayDefinition calibrated = assay();
  calibrated.cq.threshold_origin = qpcr::ThresholdOrigin::calibrated;
  const auto result = analyze(plate(), calibrated);
  CHECK(result.run_valid);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
  CHECK(result.thresholds[0].threshold.value() == 200);
  CHECK(result.thresholds[0].calibration.empty());
  CHECK(has_reason(result.warnings, "threshold_not_calibrated"));
  CHECK(has_reason(result.not_releasable, "threshold_not_calibrated"));
  CHECK(has_reason(result.not_releasable, "run_sheet_missing"));
  CHECK_FALSE(result.releasable);
}

TEST_CASE("a fixed threshold is releasable only where a valid record of instrument and lot confirms the number") {
  qpcr::AnalysisContext context;
  context.today = "2026-03-02";
  context.sheet = qpcr::parse_run_sheet(
      "schema = \"qpcr.run_sheet/1\"\nrun_date = 2026-03-02\ninstrument_serial = \"S-1\"\n"
      "[[lots]]\nkind = \"reagent\"\nlot = \"R1\"\nexpires = 2026-12-31\n",
      "sheet.toml");
  const auto blocks = [&](const qpcr::AssayDefinition& definition) {
    const auto result = qpcr::analyze_run(qpcr::Run(plate()), definition, covariates(), context);
    assay_test::check_words(result);
    CHECK_FALSE(find_call(result, "S2").releasable);
    return result.not_releasable;
  };
  CHECK(has_reason(blocks(assay()), "threshold_not_confirmed"));
  qpcr::ThresholdCalibration record;
  record.name = "record";
  record.assay_id = assay().id;
  record.assay_sha256 = qpcr::identify(assay()).sha256;
  record.instrument_serial = "S-1";
  record.reagent_lot = "R1";
  record.method = qpcr::ThresholdMethod::fixed;
  record.date = "2026-03-01";
  record.expiry = "2026-12-31";
  record.accepted = true;
  record.signature_verified = true;
  for (const qpcr::AssayTarget& target : assay().targets) {
    qpcr::CalibratedThreshold threshold;
    threshold.target = target.id;
    threshold.threshold = *target.threshold;
    record.thresholds.push_back(threshold);
  }
  context.calibrations = {record};
  for (const qpcr::Message& block : blocks(assay())) CHECK(block.id.rfind("threshold_", 0) != 0);
  context.calibrations[0].thresholds[1].threshold += 0.5;
  CHECK(has_reason(blocks(assay()), "threshold_differs_from_record"));
  context.calibrations[0] = record;
  context.calibrations[0].thresholds.pop_back();
  CHECK(has_reason(blocks(assay()), "threshold_differs_from_record"));
  context.calibrations[0] = record;
  context.calibrations[0].expiry = "2026-03-01";
  CHECK(has_reason(blocks(assay()), "threshold_calibration_not_valid"));
  CHECK(has_reason(blocks(assay()), "calibration_expired"));
  context.calibrations[0] = record;
  context.calibrations[0].reagent_lot = "R2";
  CHECK(has_reason(blocks(assay()), "threshold_not_confirmed"));
  // A Cq without a threshold needs no record.
  context.calibrations.clear();
  qpcr::AssayDefinition derivative = assay();
  derivative.cq.options.method = qpcr::CqMethod::second_derivative_maximum;
  CHECK_FALSE(has_reason(blocks(derivative), "threshold_not_confirmed"));
}

TEST_CASE("simulated data and invalid runs are never releasable, and an invalid call says that it is no result") {
  const auto good = analyze(plate());
  CHECK_FALSE(good.releasable);
  CHECK(has_reason(good.not_releasable, "release_simulated"));
  CHECK_FALSE(has_reason(good.not_releasable, "release_run_invalid"));
  CHECK(has_reason(find_call(good, "S3").flags, "call_not_releasable"));
  CHECK(find_call(good, "S2").flags.empty());
  qpcr::RunData bad = plate();
  measurement(bad, "A1", "DM1").amplification[0] = assay_test::make_curve(30.0);
  CHECK(has_reason(analyze(bad).not_releasable, "release_run_invalid"));
}

TEST_CASE("a definition of covariates alone calls a table without a run") {
  qpcr::AssayDefinition score = assay();
  score.targets.clear();
  score.controls.clear();
  score.validity.clear();
  score.values.clear();
  score.cq = {};
  qpcr::RuleDefinition rule;
  rule.id = "high_afp";
  rule.value = "afp";
  rule.relation = qpcr::Relation::at_least;
  rule.limit = 2.0;  // log10 of 100 ng/mL
  score.rules = {rule};
  score.positive = qpcr::CallExpression{};
  score.positive->rule = "high_afp";
  const auto table =
      assay_test::covariates(score, "sample,sex,afp [ng/mL],subject\nS1,female,4,p1\nS2,male,400,p1\nS3,,400,\n");
  const auto result = qpcr::analyze_covariates(score, table);
  assay_test::check_words(result);
  REQUIRE(result.calls.size() == 3);
  CHECK(result.run_valid);
  CHECK(result.run.empty());
  CHECK(result.wells.empty());
  CHECK(find_call(result, "S1").outcome == Outcome::negative);
  CHECK(find_call(result, "S2").outcome == Outcome::positive);
  CHECK(find_call(result, "S3").outcome == Outcome::invalid);
  CHECK(has_reason(find_call(result, "S1").flags, "duplicate_subject"));
  CHECK_FALSE(result.releasable);
  REQUIRE(result.provenance.sources.size() == 1);
  CHECK(contains(error_of([&] { qpcr::analyze_run(qpcr::Run(plate()), score, table); }), "assay_refused"));
  CHECK(contains(error_of([&] { qpcr::analyze_covariates(assay(), covariates()); }), "it needs a run"));
}

TEST_CASE("every message of the analysis is worded, in order, with the same placeholders in both languages") {
  const std::filesystem::path root(QPCR_SOURCE_DIR);
  const std::regex pattern(R"re(\{\s*"([a-z_]+)",\s*\{)re");
  int count = 0;
  for (const char* file : {"analysis", "control_matching", "control_wells", "covariates", "matching", "plate_flags",
                           "run_conditions", "standard_curve", "well_cq", "well_thresholds"}) {
    const std::string source = qpcr::read_file(root / "libqpcr/assay" / (std::string(file) + ".cpp"));
    for (std::sregex_iterator it(source.begin(), source.end(), pattern), end; it != end; ++it, ++count) {
      INFO(file << " " << (*it)[1].str());
      CHECK(assay_test::is_worded((*it)[1].str()));
    }
  }
  CHECK(count > 40);
  const std::string text = qpcr::read_file(root / "libqpcr/report/messages/assay_run.json");
  std::size_t place = 0;
  const nlohmann::json words = nlohmann::json::parse(text);
  for (const auto& [id, texts] : words.items()) {
    INFO(id);
    CHECK(texts.size() == 2);
    CHECK(assay_test::find_placeholders(texts["zh"]) == assay_test::find_placeholders(texts["en"]));
    const std::size_t next = text.find("\n  \"" + id + "\":");
    REQUIRE(next != std::string::npos);
    CHECK(next >= place);
    place = next;
  }
}
