// Flags that need the whole plate: what raises each, what must not, and that none changes an outcome.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/assay/vendor_plate.hpp"

using assay_test::add_vendor_well;
using assay_test::analyze;
using assay_test::find_call;
using assay_test::has_reason;
using assay_test::methylation;
using qpcr::Outcome;

namespace {

qpcr::AssayDefinition assay() {
  static const qpcr::AssayDefinition definition = assay_test::vendor_definition("demo-methylation.toml");
  return definition;
}

/// The spike-in of this one is exogenous and may come as late as it likes.
qpcr::AssayDefinition spiked() {
  qpcr::AssayDefinition definition = assay();
  for (qpcr::AssayTarget& target : definition.targets) {
    if (target.id == "DIC") target.internal_control_kind = qpcr::InternalControlKind::exogenous;
  }
  return definition;
}

struct Filled {
  const char* well;
  const char* sample;
  assay_test::Cqs cqs;
};

qpcr::RunData plate(const std::vector<Filled>& wells) {
  qpcr::RunData run = assay_test::vendor_methylation_run();
  for (const Filled& each : wells) add_vendor_well(run, each.well, each.sample, methylation(each.cqs));
  return run;
}

const qpcr::Message* find_flag(const qpcr::SampleCall& call, std::string_view id) {
  for (const qpcr::Message& flag : call.flags) {
    if (flag.id == id) return &flag;
  }
  return nullptr;
}

/// ΔCq of DM1 may be at most 9: 34 − 26 is a weak positive, 24 − 26 a strong one.
const assay_test::Cqs weak{34, {}, {}, 26};
const assay_test::Cqs strong{24, 25, 25, 26};
const assay_test::Cqs silent{{}, {}, {}, 26};

bool is_flagged(const std::vector<Filled>& wells, const char* id = "neighbour_contamination_suspected") {
  const auto result = analyze(plate(wells), assay());
  const qpcr::SampleCall& call = find_call(result, "S1");
  const bool flagged = find_flag(call, id) != nullptr;
  if (flagged) CHECK(call.needs_review);
  return flagged;
}

}  // namespace

TEST_CASE("a weak positive beside a strong well, or in its column, is flagged and stays positive") {
  for (const char* neighbour : {"A1", "A2", "A3", "B1", "B3", "C1", "C2", "C3", "F2", "H2"}) {
    CAPTURE(neighbour);
    const auto result = analyze(plate({{"B2", "S1", weak}, {neighbour, "S2", strong}}), assay());
    const qpcr::SampleCall& call = find_call(result, "S1");
    CHECK(call.outcome == Outcome::positive);
    const qpcr::Message* flag = find_flag(call, "neighbour_contamination_suspected");
    REQUIRE(flag != nullptr);
    CHECK(call.needs_review);
    CHECK(qpcr::find_value(*flag, "target") == "DM1");
    CHECK(qpcr::find_value(*flag, "neighbour") == neighbour);
    CHECK(qpcr::find_value(*flag, "neighbour_cq") == "24.00");
    CHECK(find_call(result, "S2").flags.empty());
  }
}

TEST_CASE("a neighbour is no suspect where it is far, late, the same sample, or explains nothing") {
  CHECK(is_flagged({{"B2", "S1", weak}, {"B3", "S2", strong}}));
  for (const char* far : {"B4", "D4", "A4", "C5", "D1"}) {
    CAPTURE(far);
    CHECK_FALSE(is_flagged({{"B2", "S1", weak}, {far, "S2", strong}}));
  }
  // Eight cycles ahead or more.
  CHECK(is_flagged({{"B2", "S1", weak}, {"B3", "S2", {26, {}, {}, 26}}}));
  CHECK_FALSE(is_flagged({{"B2", "S1", weak}, {"B3", "S2", {26.01, {}, {}, 26}}}));
  // Another target ahead is none of this one's template.
  CHECK_FALSE(is_flagged({{"B2", "S1", weak}, {"B3", "S2", {{}, 24, 24, 26}}}));
  CHECK_FALSE(is_flagged({{"B2", "S1", weak}, {"B3", "S2", silent}}));
  // A negative has nothing to explain.
  CHECK_FALSE(is_flagged({{"B2", "S1", {38, {}, {}, 26}}, {"B3", "S2", strong}}));
  // A second marker that no neighbour explains carries the call on its own.
  CHECK_FALSE(is_flagged({{"B2", "S1", {34, 30, {}, 26}}, {"B3", "S2", {24, {}, {}, 26}}}));
  // Both markers explained: both are named.
  const auto both = analyze(plate({{"B2", "S1", {34, 33, {}, 26}}, {"B3", "S2", {24, 25, {}, 26}}}), assay());
  const std::vector<qpcr::Message>& flags = find_call(both, "S1").flags;
  CHECK(std::count_if(flags.begin(), flags.end(),
                      [](const qpcr::Message& flag) { return flag.id == "neighbour_contamination_suspected"; }) == 2);

  qpcr::AssayDefinition replicated = assay();
  replicated.replicates.count = 2;
  const auto own = analyze(plate({{"B2", "S1", {34, {}, {}, 26}}, {"B3", "S1", {25, {}, {}, 26}}}), replicated);
  CHECK(find_flag(find_call(own, "S1"), "neighbour_contamination_suspected") == nullptr);
}

TEST_CASE("a positive control is a neighbour like any other") {
  CHECK(is_flagged({{"G11", "S1", {35, {}, {}, 27}}, {"G12", "S2", {27, {}, {}, 26}}}));
  // PC stands in H12 with Cq 29.
  qpcr::AssayDefinition near = assay();
  near.flags.neighbour_difference_cycles = 5;
  const auto result = analyze(plate({{"G12", "S1", weak}}), near);
  REQUIRE(find_flag(find_call(result, "S1"), "neighbour_contamination_suspected") != nullptr);
  CHECK_FALSE(is_flagged({{"G12", "S1", weak}}));
}

TEST_CASE("the well filled right after a very strong one is flagged as carry-over") {
  const assay_test::Cqs very_strong{18, {}, {}, 26};
  for (const auto& [first, second] :
       std::vector<std::pair<const char*, const char*>>{{"B2", "B3"}, {"B2", "C2"}, {"B12", "C1"}, {"H4", "A5"}}) {
    CAPTURE(first, second);
    CHECK(is_flagged({{second, "S1", weak}, {first, "S2", very_strong}}, "carry_over_suspected"));
    CHECK_FALSE(is_flagged({{first, "S1", weak}, {second, "S2", very_strong}}, "carry_over_suspected"));
    CHECK_FALSE(is_flagged({{second, "S1", weak}, {first, "S2", {18.01, {}, {}, 26}}}, "carry_over_suspected"));
  }
  CHECK_FALSE(is_flagged({{"C3", "S1", weak}, {"B2", "S2", very_strong}}, "carry_over_suspected"));
}

TEST_CASE("a spike-in later than in the run's negatives is flagged unless a target explains it") {
  const auto flagged = [](const qpcr::AssayDefinition& definition, const assay_test::Cqs& cqs) {
    const auto result = analyze(plate({{"B2", "S1", cqs}}), definition);
    return find_flag(find_call(result, "S1"), "inhibition_suspected") != nullptr;
  };
  // NC has 26.
  CHECK(flagged(spiked(), {{}, {}, {}, 28.1}));
  CHECK_FALSE(flagged(spiked(), {{}, {}, {}, 28.0}));
  CHECK_FALSE(flagged(spiked(), {{}, {}, {}, 22.5}));
  CHECK_FALSE(flagged(spiked(), {24, {}, {}, 30}));
  // A human sequence says how much there was, not whether it was copied.
  CHECK_FALSE(flagged(assay(), {{}, {}, {}, 30}));
  // An invalid sample is repeated anyway.
  CHECK_FALSE(flagged(spiked(), {{}, {}, {}, 34}));

  // Without negatives eight samples stand for the run, fewer do not.
  for (const int samples : {6, 9}) {
    qpcr::AssayDefinition without = spiked();
    without.controls.clear();
    qpcr::RunData run = assay_test::empty_run();
    for (int i = 0; i < samples; ++i) {
      add_vendor_well(run, "B" + std::to_string(i + 1), "T" + std::to_string(i), methylation(silent));
    }
    add_vendor_well(run, "D1", "S1", methylation({{}, {}, {}, 29}));
    const auto result = analyze(run, without);
    CHECK((find_flag(find_call(result, "S1"), "inhibition_suspected") != nullptr) == (samples == 9));
  }
}

TEST_CASE("replicates of which one did not detect a target are flagged") {
  qpcr::AssayDefinition pairs = assay();
  pairs.replicates.count = 2;
  const auto discordant = analyze(plate({{"B2", "S1", {31, {}, {}, 26}}, {"B3", "S1", silent}}), pairs);
  const qpcr::Message* flag = find_flag(find_call(discordant, "S1"), "replicates_discordant");
  REQUIRE(flag != nullptr);
  CHECK(qpcr::find_value(*flag, "target") == "DM1");
  CHECK(qpcr::find_value(*flag, "detected") == "1");
  const auto agreeing = analyze(plate({{"B2", "S1", {31, {}, {}, 26}}, {"B3", "S1", {31.5, {}, {}, 26}}}), pairs);
  CHECK(find_flag(find_call(agreeing, "S1"), "replicates_discordant") == nullptr);
}

TEST_CASE("a dye that a well lacks is named on the call and on the plate") {
  qpcr::RunData run = plate({{"B2", "S1", {31, 31, {}, 26}}, {"B3", "S2", silent}});
  run.measurements.erase(
      std::remove_if(run.measurements.begin(), run.measurements.end(),
                     [](const qpcr::Measurement& each) { return each.well.label == "B2" && each.target == "DM3"; }),
      run.measurements.end());
  const auto result = analyze(run, assay());
  const qpcr::Message* flag = find_flag(find_call(result, "S1"), "dye_missing");
  REQUIRE(flag != nullptr);
  CHECK(qpcr::find_value(*flag, "dye") == "VIC");
  CHECK(find_flag(find_call(result, "S2"), "dye_missing") == nullptr);
  REQUIRE(has_reason(result.warnings, "dye_missing_in_wells"));
}

TEST_CASE("a spike-in that follows the columns of the plate is a warning of the plate") {
  for (const bool tilted : {true, false}) {
    qpcr::RunData run = assay_test::vendor_methylation_run();
    for (int row = 0; row < 7; ++row) {
      for (int column = 0; column < 12; ++column) {
        const double noise = 0.1 * (((row * 7 + column * 5) % 11) - 5) / 5.0;
        const double cq = 26 + noise + (tilted ? 0.1 * column : 0.0);
        const std::string label = qpcr::to_label({row, column});
        add_vendor_well(run, label, "T" + label, methylation({{}, {}, {}, cq}));
      }
    }
    const auto result = analyze(run, spiked());
    CHECK(result.run_valid);
    CHECK(has_reason(result.warnings, "plate_effect") == tilted);
    CHECK(has_reason(result.warnings, "curve_plate_columns") == tilted);
  }
}

TEST_CASE("persons and barcodes that clash are flagged on both calls") {
  const qpcr::AssayDefinition definition = assay();
  qpcr::RunData run = plate({{"B2", "S1", silent}, {"B4", "S2", silent}, {"B6", "S3", silent}});
  run.plate_barcode = "P-7";
  const auto call = [&](const std::string& rows) {
    return qpcr::analyze_run(qpcr::Run(run), definition,
                             assay_test::covariates(definition, "sample,sex,afp [ng/mL],subject,barcode\n" + rows));
  };
  const auto clean = call("S1,male,4,p1,b1\nS2,male,4,p2,b2\nS3,male,4,,\n");
  for (const auto& each : clean.calls) CHECK(each.flags.empty());

  const auto person = call("S1,male,4,p1,b1\nS2,male,4,p1,b2\nS3,male,4,p3,\n");
  REQUIRE(find_flag(find_call(person, "S1"), "duplicate_subject") != nullptr);
  CHECK(qpcr::find_value(*find_flag(find_call(person, "S1"), "duplicate_subject"), "other") == "S2");
  CHECK(find_flag(find_call(person, "S2"), "duplicate_subject") != nullptr);
  CHECK(find_call(person, "S1").needs_review);
  CHECK(find_call(person, "S3").flags.empty());
  CHECK(find_call(person, "S1").outcome == find_call(clean, "S1").outcome);

  const auto barcode = call("S1,male,4,p1,b1\nS2,male,4,p2,b1\nS3,male,4,p3,S2\n");
  CHECK(find_flag(find_call(barcode, "S1"), "barcode_clash") != nullptr);
  CHECK(find_call(barcode, "S2").flags.size() == 2);
  CHECK(find_flag(find_call(barcode, "S3"), "barcode_clash") != nullptr);
  CHECK(find_flag(find_call(call("S1,male,4,p1,S1\nS2,male,4,p2,b2\nS3,male,4,,\n"), "S1"), "barcode_clash") ==
        nullptr);
  CHECK(find_flag(find_call(call("S1,male,4,p1,P-7\nS2,male,4,p2,b2\nS3,male,4,,\n"), "S1"), "barcode_of_plate") !=
        nullptr);

  const auto rest = call("S1,male,4,p1,b1\nS2,male,4,p2,b2\nS3,male,4,,\nS9,male,4,,\n");
  REQUIRE(has_reason(rest.warnings, "covariate_row_without_sample"));
}

TEST_CASE("of several sources the one with most template is named, and a carrier before a neighbour") {
  const auto source_of = [](const std::vector<Filled>& wells) {
    const auto result = analyze(plate(wells), assay());
    const qpcr::SampleCall& call = find_call(result, "S1");
    for (const char* id : {"carry_over_suspected", "neighbour_contamination_suspected"}) {
      if (const qpcr::Message* flag = find_flag(call, id)) {
        return std::string(id) + " " + std::string(qpcr::find_value(*flag, "neighbour"));
      }
    }
    return std::string();
  };
  const assay_test::Cqs stronger{23, 25, 25, 26};
  const assay_test::Cqs strongest{12, 25, 25, 26};
  const double least = assay().flags.neighbour_difference_cycles;
  const assay_test::Cqs splash{34 - least, 25, 25, 26};
  CHECK(source_of({{"C3", "S1", weak}, {"B2", "S2", splash}, {"D4", "S3", {33 - least, 25, 25, 26}}}) ==
        "neighbour_contamination_suspected D4");
  CHECK(source_of({{"C3", "S1", weak}, {"B2", "S2", {33 - least, 25, 25, 26}}, {"D4", "S3", splash}}) ==
        "neighbour_contamination_suspected B2");
  // C2 is filled directly before C3, B2 is not; whichever is read first.
  CHECK(source_of({{"C3", "S1", weak}, {"B2", "S2", strongest}, {"C2", "S3", strongest}}) == "carry_over_suspected C2");
  CHECK(source_of({{"C3", "S1", weak}, {"C2", "S2", strongest}, {"D4", "S3", stronger}}) == "carry_over_suspected C2");
}

TEST_CASE("a well that the operator left out, or that is lacking, is flagged for review") {
  constexpr const char* id = "replicate_missing_or_excluded";
  qpcr::AssayDefinition pairs = assay();
  pairs.replicates.count = 2;
  const std::vector<Filled> both{{"B2", "S1", {31, {}, {}, 26}}, {"B4", "S1", {31.2, {}, {}, 26}}};
  CHECK(find_flag(find_call(analyze(plate(both), pairs), "S1"), id) == nullptr);
  const auto lacking = analyze(plate({both[0]}), pairs);
  REQUIRE(find_flag(find_call(lacking, "S1"), id) != nullptr);
  CHECK(qpcr::find_value(*find_flag(find_call(lacking, "S1"), id), "found") == "1");
  CHECK(find_call(lacking, "S1").needs_review);
  // Two that count of three pipetted: the third was chosen away.
  qpcr::RunData three = plate(both);
  add_vendor_well(three, "B6", "S1", methylation(silent));
  for (qpcr::Measurement& each : three.measurements) each.excluded = each.well.label == "B6" && each.target == "DM1";
  const auto excluded = analyze(three, pairs);
  REQUIRE(find_flag(find_call(excluded, "S1"), id) != nullptr);
  CHECK(qpcr::find_value(*find_flag(find_call(excluded, "S1"), id), "excluded") == "B6 DM1");
  CHECK(find_call(excluded, "S1").needs_review);
}

TEST_CASE("a curve on its plateau from the start is flagged, an ordinary flat one is not") {
  const auto measure = [](double lift) {
    qpcr::RunData run = assay_test::methylation_run();
    assay_test::add_well(run, "C1", "S1", methylation({{}, {}, {}, 26}));
    assay_test::add_well(run, "C2", "S2", methylation({29, 29, 29, 26}));
    for (qpcr::Measurement& measurement : run.measurements) {
      if (measurement.sample != "S1" || measurement.target != "DM1") continue;
      for (double& reading : measurement.amplification[0].fluorescence) reading += lift;
    }
    const auto result = analyze(run, qpcr::read_assay(assay_test::assay_path("demo-methylation.toml")));
    CHECK(find_call(result, "S1").outcome == Outcome::negative);
    const qpcr::Message* flag = find_flag(find_call(result, "S1"), "curve_level_high");
    if (flag != nullptr) {
      CHECK(find_value(*flag, "target") == "DM1");
      CHECK(find_call(result, "S1").needs_review);
    }
    CHECK(find_flag(find_call(result, "S2"), "curve_level_high") == nullptr);
    return flag != nullptr;
  };
  CHECK(measure(5000));
  CHECK_FALSE(measure(0));
  CHECK_FALSE(measure(500));
}
