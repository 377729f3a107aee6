// Controls of a plate against their limits: kinds, places, counts, means and standard curves.
#include <algorithm>
#include <array>
#include <cmath>

#include <catch2/catch.hpp>

#include "tests/assay/vendor_plate.hpp"

using assay_test::add_vendor_well;
using assay_test::analyze;
using assay_test::has_reason;
using assay_test::methylation;
using qpcr::ControlKind;
using qpcr::LimitKind;
using qpcr::Outcome;
using qpcr::SampleRole;

namespace {

qpcr::AssayDefinition assay() {
  static const qpcr::AssayDefinition definition = assay_test::vendor_definition("demo-methylation.toml");
  return definition;
}

qpcr::RunData plate() {
  qpcr::RunData run = assay_test::vendor_methylation_run();
  add_vendor_well(run, "B2", "S1", methylation({31, {}, 33, 26}));
  return run;
}

qpcr::ControlDefinition& control(qpcr::AssayDefinition& definition, const std::string& id) {
  for (qpcr::ControlDefinition& each : definition.controls) {
    if (each.id == id) return each;
  }
  throw std::logic_error("no control " + id);
}

/// An assay with a standard curve of DM1 and a control STD of kind standard.
qpcr::AssayDefinition curve_assay() {
  qpcr::AssayDefinition definition = assay();
  qpcr::ControlDefinition standard;
  standard.id = "STD";
  standard.kind = ControlKind::standard;
  standard.sample_names = {"STD"};
  standard.minimum_count = 0;
  definition.controls.push_back(standard);
  qpcr::StandardCurveDefinition curve;
  curve.id = "dm1_curve";
  curve.target = "DM1";
  curve.unit = "{copies}";
  definition.standard_curves.push_back(curve);
  return definition;
}

void add_standard(qpcr::RunData& run, const std::string& well, std::optional<double> quantity, std::optional<double> cq,
                  const std::string& unit = "copies") {
  add_vendor_well(run, well, "STD", methylation({cq, {}, {}, {}}));
  for (qpcr::Measurement& each : run.measurements) {
    if (each.well.label != well) continue;
    each.quantity = quantity;
    each.quantity_unit = unit;
  }
}

qpcr::RunData standards(const std::vector<double>& quantities, double slope, double intercept) {
  qpcr::RunData run = plate();
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    add_standard(run, "E" + std::to_string(i + 1), quantities[i], intercept + slope * std::log10(quantities[i]));
  }
  return run;
}

qpcr::RunStandardCurve fit(const qpcr::RunData& run, const qpcr::AssayDefinition& definition = curve_assay()) {
  return assay_test::find_controls(run, definition).context.standard_curves.at("dm1_curve");
}

}  // namespace

TEST_CASE("each kind of control fails with its own reason and makes the run invalid") {
  struct Case {
    ControlKind kind;
    const char* reason;
  };
  // PC is asked for Cqs of 25 to 34, and gives none for DM2.
  for (const Case& each : std::vector<Case>{{ControlKind::positive, "positive_control_failed"},
                                            {ControlKind::weak_positive, "weak_positive_control_failed"},
                                            {ControlKind::fully_methylated, "fully_methylated_control_failed"},
                                            {ControlKind::calibrator, "calibrator_failed"},
                                            {ControlKind::standard, "standard_failed"},
                                            {ControlKind::conversion, "conversion_control_failed"},
                                            {ControlKind::spike_in, "spike_in_failed"}}) {
    CAPTURE(each.reason);
    qpcr::AssayDefinition definition = assay();
    control(definition, "PC").kind = each.kind;
    qpcr::RunData run = plate();
    CHECK(analyze(run, definition).run_valid);
    assay_test::remove_wells(run, "PC");
    add_vendor_well(run, "H12", "PC", methylation({29, {}, 29, 26}));
    const auto result = analyze(run, definition);
    CHECK_FALSE(result.run_valid);
    REQUIRE(result.run_reasons.size() == 1);
    CHECK(result.run_reasons[0].id == each.reason);
    CHECK(qpcr::find_value(result.run_reasons[0], "target") == "DM2");
    CHECK(assay_test::find_call(result, "S1").outcome == Outcome::invalid);
  }
  // NTC and NC are asked for none, and give one of DM1.
  for (const Case& each :
       std::vector<Case>{{ControlKind::no_template, "ntc_amplified"},
                         {ControlKind::extraction_blank, "extraction_blank_amplified"},
                         {ControlKind::no_reverse_transcription, "no_reverse_transcription_amplified"},
                         {ControlKind::negative, "negative_control_failed"},
                         {ControlKind::unmethylated, "unmethylated_control_failed"}}) {
    CAPTURE(each.reason);
    qpcr::AssayDefinition definition = assay();
    control(definition, "NTC").kind = each.kind;
    qpcr::RunData run = plate();
    CHECK(analyze(run, definition).run_valid);
    assay_test::remove_wells(run, "NTC");
    add_vendor_well(run, "H10", "NTC", methylation({38, {}, {}, {}}));
    const auto result = analyze(run, definition);
    REQUIRE(result.run_reasons.size() == 1);
    CHECK(result.run_reasons[0].id == each.reason);
    CHECK(assay_test::find_call(result, "S1").outcome == Outcome::invalid);
  }
}

TEST_CASE("a control that lacks a Cq or cannot be read passes no limit that it should pass") {
  qpcr::AssayDefinition definition = assay();
  // "Absent or later" would excuse a dead positive control; its kind does not.
  control(definition, "PC").limits = {{"DM1", LimitKind::absent_or_above, 20.0, {}}};
  qpcr::RunData run = plate();
  CHECK(analyze(run, definition).run_valid);
  assay_test::remove_wells(run, "PC");
  add_vendor_well(run, "H12", "PC", methylation({{}, {}, {}, {}}));
  CHECK(has_reason(analyze(run, definition).run_reasons, "positive_control_failed"));

  qpcr::RunData lost = plate();
  for (qpcr::Measurement& each : lost.measurements) {
    if (each.sample == "NTC" && each.target == "DM1") each.vendor.cq_status = qpcr::CqStatus::fit_failed;
  }
  CHECK(has_reason(analyze(lost, assay()).run_reasons, "control_not_readable"));

  // A blank that must show its spike-in.
  definition = assay();
  control(definition, "NTC").limits = {{"DIC", LimitKind::within, 22.0, 32.0}};
  CHECK(has_reason(analyze(plate(), definition).run_reasons, "blank_signal_missing"));
}

TEST_CASE("missing controls make the run invalid, whatever their kind") {
  for (const char* name : {"NTC", "NC", "PC"}) {
    qpcr::RunData run = plate();
    assay_test::remove_wells(run, name);
    const auto result = analyze(run, assay());
    CHECK_FALSE(result.run_valid);
    REQUIRE(has_reason(result.run_reasons, "control_missing"));
    CHECK(qpcr::find_value(result.run_reasons[0], "control") == name);
    CHECK(assay_test::find_call(result, "S1").outcome == Outcome::invalid);
  }
}

TEST_CASE("a control in another well, and a sample in a control's well, make the run invalid") {
  qpcr::AssayDefinition definition = assay();
  control(definition, "PC").wells = {"h012", "G12"};
  CHECK(analyze(plate(), definition).run_valid);

  control(definition, "PC").wells = {"G12"};
  const auto elsewhere = analyze(plate(), definition);
  REQUIRE(elsewhere.run_reasons.size() == 1);
  CHECK(elsewhere.run_reasons[0].id == "control_in_other_well");
  CHECK(qpcr::find_value(elsewhere.run_reasons[0], "well") == "H12");
  CHECK(qpcr::find_value(elsewhere.run_reasons[0], "expected") == "G12");
  CHECK(assay_test::find_call(elsewhere, "S1").outcome == Outcome::invalid);

  control(definition, "PC").wells = {"H12", "B2"};
  const auto taken = analyze(plate(), definition);
  REQUIRE(taken.run_reasons.size() == 1);
  CHECK(taken.run_reasons[0].id == "control_well_taken");
  CHECK(qpcr::find_value(taken.run_reasons[0], "sample") == "S1");
  // Another control in it is no better.
  control(definition, "PC").wells = {"H12", "H11"};
  CHECK(has_reason(analyze(plate(), definition).run_reasons, "control_well_taken"));
}

TEST_CASE("a passing count lets so many wells fail, and shows them") {
  qpcr::AssayDefinition definition = assay();
  control(definition, "PC").minimum_count = 3;
  qpcr::RunData run = plate();
  add_vendor_well(run, "G12", "PC", methylation({29, 29, 29, 26}));
  add_vendor_well(run, "F12", "PC", methylation({29, {}, 29, 26}));
  CHECK_FALSE(analyze(run, definition).run_valid);

  control(definition, "PC").passing_count = 2;
  const auto allowed = analyze(run, definition);
  CHECK(allowed.run_valid);
  CHECK(has_reason(allowed.warnings, "control_failures_allowed"));
  CHECK(std::count_if(allowed.controls.begin(), allowed.controls.end(),
                      [](const qpcr::ControlResult& each) { return !each.passed; }) == 1);

  control(definition, "PC").passing_count = 3;
  const auto refused = analyze(run, definition);
  CHECK_FALSE(refused.run_valid);
  CHECK(has_reason(refused.run_reasons, "control_passing_too_few"));
  CHECK(has_reason(refused.run_reasons, "positive_control_failed"));
  // Fewer wells than the count cannot pass it.
  assay_test::remove_wells(run, "PC");
  add_vendor_well(run, "H12", "PC", methylation({29, 29, 29, 26}));
  CHECK(has_reason(analyze(run, definition).run_reasons, "control_missing"));
}

TEST_CASE("roles of the run find controls, and fit the kinds an instrument can set up") {
  struct Case {
    ControlKind kind;
    SampleRole role;
    bool by_role;    ///< a well of that role without the control's name is the control
    bool agreeable;  ///< the name does not contradict the role
  };
  for (const Case& each : std::vector<Case>{
           {ControlKind::positive, SampleRole::positive_control, true, true},
           {ControlKind::calibrator, SampleRole::calibrator, true, true},
           {ControlKind::standard, SampleRole::standard, true, true},
           {ControlKind::no_reverse_transcription, SampleRole::no_reverse_transcriptase_control, true, true},
           {ControlKind::weak_positive, SampleRole::positive_control, false, true},
           {ControlKind::fully_methylated, SampleRole::positive_control, false, true},
           {ControlKind::calibrator, SampleRole::positive_control, false, true},
           {ControlKind::unmethylated, SampleRole::positive_control, false, false},
           {ControlKind::positive, SampleRole::standard, false, false},
           {ControlKind::positive, SampleRole::no_amplification_control, false, false},
           {ControlKind::positive, SampleRole::unknown, false, true}}) {
    CAPTURE(to_string(each.kind), to_string(each.role));
    qpcr::AssayDefinition definition = assay();
    control(definition, "PC").kind = each.kind;
    control(definition, "PC").limits = {{"DIC", LimitKind::within, 22.0, 32.0}};
    qpcr::RunData named = plate();
    assay_test::set_role(named, "PC", each.role);
    CHECK(has_reason(analyze(named, definition).run_reasons, "control_role_conflict") != each.agreeable);
    qpcr::RunData unnamed = named;
    for (qpcr::Measurement& well : unnamed.measurements) well.sample = well.sample == "PC" ? "tube 7" : well.sample;
    CHECK(has_reason(analyze(unnamed, definition).run_reasons, "control_missing") != each.by_role);
  }
  qpcr::AssayDefinition two = assay();
  two.controls.push_back(control(two, "PC"));
  two.controls.back().id = "PC2";
  two.controls.back().sample_names = {"PC2"};
  qpcr::RunData run = plate();
  assay_test::set_role(run, "PC", SampleRole::positive_control);
  for (qpcr::Measurement& well : run.measurements) well.sample = well.sample == "PC" ? "tube 7" : well.sample;
  CHECK(has_reason(analyze(run, two).run_reasons, "control_name_unknown"));
}

TEST_CASE("a control's mean and spread rest on the wells that count") {
  qpcr::RunData run = plate();
  add_vendor_well(run, "G12", "PC", methylation({30, 29, 29, 27}));
  add_vendor_well(run, "F12", "PC", methylation({33, 29, 29, 28}));
  add_vendor_well(run, "E12", "PC", methylation({20, 20, 20, 20}));
  for (qpcr::Measurement& each : run.measurements) each.excluded = each.well.label == "E12";
  const auto context = assay_test::find_controls(run, assay()).context;
  const qpcr::ControlCq& dm1 = context.controls.at("PC").at("DM1");
  CHECK(dm1.count == 3);
  CHECK(dm1.mean_cycles == Approx((29.0 + 30.0 + 33.0) / 3));
  // By hand: deviations −5/3, −2/3, 7/3; squares 78/9; over 2.
  CHECK(dm1.sd_cycles.value() == Approx(std::sqrt(78.0 / 9.0 / 2.0)));
  CHECK(context.controls.at("PC").at("DM2").count == 3);
  CHECK(context.controls.at("NC").at("DIC").mean_cycles == 26);
  CHECK_FALSE(context.controls.at("NC").at("DIC").sd_cycles.has_value());
  CHECK_FALSE(context.controls.at("NC").contains("DM1"));
  CHECK_FALSE(context.controls.contains("NTC"));
}

TEST_CASE("a run's standard curve is the line through its standards") {
  const auto exact = fit(standards({1e5, 1e4, 1e3, 1e2}, -3.4, 39.0));
  CHECK(exact.problems.empty());
  CHECK(exact.slope.value() == Approx(-3.4).epsilon(1e-12));
  CHECK(exact.intercept.value() == Approx(39.0).epsilon(1e-12));
  CHECK(exact.correlation.value() == Approx(-1.0).epsilon(1e-12));

  // Replicates count one by one; the naive normal equations say the same.
  qpcr::RunData run = plate();
  const std::vector<double> quantities{1e5, 1e5, 1e4, 1e3, 1e2};
  const std::vector<double> cqs{21.9, 22.3, 25.6, 28.7, 32.4};
  double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < cqs.size(); ++i) {
    add_standard(run, "E" + std::to_string(i + 1), quantities[i], cqs[i]);
    const double x = std::log10(quantities[i]);
    sx += x;
    sy += cqs[i];
    sxx += x * x;
    sxy += x * cqs[i];
    syy += cqs[i] * cqs[i];
  }
  const double n = 5;
  const auto fitted = fit(run);
  CHECK(fitted.slope.value() == Approx((n * sxy - sx * sy) / (n * sxx - sx * sx)).epsilon(1e-10));
  CHECK(fitted.intercept.value() == Approx((sy - fitted.slope.value() * sx) / n).epsilon(1e-10));
  CHECK(fitted.correlation.value() ==
        Approx((n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy))).epsilon(1e-10));
}

TEST_CASE("standards that make no curve say why, and give no slope") {
  const auto problem = [](const qpcr::RunStandardCurve& curve, const char* id) {
    CHECK_FALSE(curve.slope.has_value());
    CHECK_FALSE(curve.intercept.has_value());
    return has_reason(curve.problems, id);
  };
  const std::vector<double> levels{1e5, 1e4, 1e3, 1e2};
  CHECK(problem(fit(plate()), "standard_levels_too_few"));
  CHECK(problem(fit(standards({1e5, 1e4, 1e3}, -3.4, 39)), "standard_levels_too_few"));
  CHECK(problem(fit(standards({1e5, 1e5, 1e5, 1e5}, -3.4, 39)), "standard_levels_too_few"));
  CHECK(problem(fit(standards(levels, 3.4, 20)), "standard_slope_outside"));
  CHECK(problem(fit(standards(levels, 0.0, 30)), "standard_slope_outside"));

  qpcr::AssayDefinition strict = curve_assay();
  strict.standard_curves[0].slope_window = {-3.6, -3.1};
  CHECK(fit(standards(levels, -3.6, 39), strict).slope.has_value());
  CHECK(problem(fit(standards(levels, -3.61, 39), strict), "standard_slope_outside"));
  CHECK(problem(fit(standards(levels, -3.09, 39), strict), "standard_slope_outside"));
  strict.standard_curves[0].minimum_r = 0.98;
  qpcr::RunData scattered = standards(levels, -3.4, 39);
  CHECK(fit(scattered, strict).slope.has_value());
  add_standard(scattered, "F1", 1e5, 30);
  CHECK(problem(fit(scattered, strict), "standard_correlation_low"));
  // A single level is no line, even where the definition asks for no more.
  strict.standard_curves[0].minimum_levels = 1;
  CHECK(problem(fit(standards({1e5, 1e5}, -3.4, 39), strict), "standard_levels_too_few"));

  struct Case {
    std::optional<double> quantity;
    std::string unit;
    const char* id;
  };
  for (const Case& each : std::vector<Case>{{{}, "copies", "standard_without_quantity"},
                                            {0.0, "copies", "standard_without_quantity"},
                                            {-5.0, "copies", "standard_without_quantity"},
                                            {std::nan(""), "copies", "standard_without_quantity"},
                                            {INFINITY, "copies", "standard_without_quantity"},
                                            {10.0, "IU", "standard_unit_differs"},
                                            {10.0, "", "standard_without_unit"}}) {
    CAPTURE(each.id, each.unit);
    qpcr::RunData run = standards(levels, -3.4, 39);
    add_standard(run, "F1", each.quantity, 35, each.unit);
    CHECK(problem(fit(run), each.id));
  }
  // A standard without a Cq is left out and named; an excluded one is as if it were not there.
  qpcr::RunData dropped = standards(levels, -3.4, 39);
  add_standard(dropped, "F1", 10.0, {});
  add_standard(dropped, "F2", 1e4, 12);
  for (qpcr::Measurement& each : dropped.measurements) each.excluded = each.well.label == "F2";
  const auto findings = assay_test::find_controls(dropped, curve_assay());
  CHECK(findings.context.standard_curves.at("dm1_curve").slope.value() == Approx(-3.4));
  CHECK(has_reason(findings.warnings, "standard_without_cq"));
}

TEST_CASE("which roles of the instrument each kind of control may have") {
  using qpcr::SampleRole;
  const std::vector<SampleRole> roles{SampleRole::negative_control, SampleRole::no_template_control,
                                      SampleRole::positive_control, SampleRole::standard};
  struct Row {
    ControlKind kind;
    std::array<bool, 4> allowed;
  };
  const std::vector<Row> rows{{ControlKind::no_template, {false, true, false, false}},
                              {ControlKind::extraction_blank, {true, true, false, false}},
                              {ControlKind::no_reverse_transcription, {true, true, false, false}},
                              {ControlKind::negative, {true, false, false, false}},
                              {ControlKind::unmethylated, {true, false, false, false}},
                              {ControlKind::positive, {false, false, true, false}},
                              {ControlKind::weak_positive, {false, false, true, false}},
                              {ControlKind::fully_methylated, {false, false, true, false}},
                              {ControlKind::calibrator, {false, false, true, false}},
                              {ControlKind::standard, {false, false, false, true}},
                              {ControlKind::conversion, {true, false, true, false}},
                              {ControlKind::spike_in, {true, false, true, false}}};
  for (const Row& row : rows) {
    CAPTURE(qpcr::to_string(row.kind));
    for (std::size_t i = 0; i < roles.size(); ++i) {
      CAPTURE(i);
      qpcr::AssayDefinition definition = assay();
      control(definition, "PC").kind = row.kind;
      qpcr::RunData run = plate();
      assay_test::set_role(run, "PC", roles[i]);
      CHECK(has_reason(analyze(run, definition).run_reasons, "control_role_conflict") != row.allowed[i]);
    }
  }
}

TEST_CASE("a control's well is taken by a sample or another control, not by a well without a name") {
  qpcr::AssayDefinition definition = assay();
  control(definition, "PC").wells = {"H12", "C3"};
  qpcr::RunData run = plate();
  const auto is_taken = [&] {
    const auto table = assay_test::same_covariates(definition, plate());
    return has_reason(qpcr::analyze_run(qpcr::Run(run), definition, table, {}).run_reasons, "control_well_taken");
  };
  CHECK_FALSE(is_taken());
  add_vendor_well(run, "C3", "", methylation({{}, {}, {}, {}}));
  CHECK_FALSE(is_taken());
  // Without a name, but a control by its role.
  for (qpcr::Measurement& each : run.measurements) {
    if (each.well.label == "C3") each.role = SampleRole::no_template_control;
  }
  CHECK(is_taken());
}

TEST_CASE("enough good wells of a control and none that failed need no word, and silence below the threshold is read") {
  qpcr::AssayDefinition definition = assay();
  control(definition, "PC").passing_count = 1;
  CHECK_FALSE(has_reason(analyze(plate(), definition).warnings, "control_failures_allowed"));
  qpcr::RunData run = plate();
  for (qpcr::Measurement& each : run.measurements) {
    if (each.sample == "PC" && each.target == "DM1") {
      each.vendor.cq_cycles.reset();
      each.vendor.cq_status = qpcr::CqStatus::below_threshold;
    }
  }
  const auto silent = analyze(run, assay());
  CHECK(has_reason(silent.run_reasons, "positive_control_failed"));
  CHECK_FALSE(has_reason(silent.run_reasons, "control_not_readable"));
}

TEST_CASE("what samples are compared with rests on the wells of a control that passed") {
  qpcr::AssayDefinition definition = assay();
  control(definition, "PC").passing_count = 1;
  qpcr::RunData run = plate();
  add_vendor_well(run, "G12", "PC", methylation({33, {}, 29, 26}));
  const auto findings = assay_test::find_controls(run, definition);
  CHECK(findings.run_reasons.empty());
  CHECK(findings.context.controls.at("PC").at("DM1").count == 1);
  CHECK(findings.context.controls.at("PC").at("DM1").mean_cycles == 29);
  CHECK(findings.failed_wells == std::set<std::string>{"G12"});
  REQUIRE(has_reason(findings.warnings, "control_wells_not_averaged"));
}

TEST_CASE(
    "a well named like a control that the run calls a sample makes the run invalid, a patient's number does not") {
  for (const char* name : {"NTC 2", "ntc2", "NC-1", "PC2", "PC_a"}) {
    for (const SampleRole role : {SampleRole::unknown, SampleRole::unspecified}) {
      CAPTURE(name);
      qpcr::RunData run = plate();
      add_vendor_well(run, "D2", name, methylation({31, {}, 33, 26}));
      assay_test::set_role(run, name, role);
      const auto result = analyze(run, assay());
      CHECK_FALSE(result.run_valid);
      REQUIRE(has_reason(result.run_reasons, "control_unclear"));
      CHECK(assay_test::find_call(result, name).outcome == Outcome::invalid);
    }
  }
  for (const char* name : {"NCI-7", "PCR7", "S-NTC", "1PC"}) {
    CAPTURE(name);
    qpcr::RunData run = plate();
    add_vendor_well(run, "D2", name, methylation({31, {}, 33, 26}));
    CHECK(analyze(run, assay()).run_valid);
    CHECK_FALSE(assay_test::find_call(analyze(run, assay()), name).needs_review);
  }
  qpcr::RunData numbered = plate();
  add_vendor_well(numbered, "D2", "PC2026-0017", methylation({31, {}, 33, 26}));
  const auto result = analyze(numbered, assay());
  CHECK(result.run_valid);
  CHECK(has_reason(result.warnings, "sample_named_like_control"));
  CHECK(assay_test::find_call(result, "PC2026-0017").needs_review);
  // A definition without such a control has nothing that the name is like.
  qpcr::AssayDefinition other = assay();
  other.controls.erase(other.controls.begin());
  qpcr::RunData water = plate();
  assay_test::remove_wells(water, "NTC");
  add_vendor_well(water, "D2", "NTC 2", methylation({{}, {}, {}, 26}));
  CHECK(analyze(water, other).run_valid);
}
