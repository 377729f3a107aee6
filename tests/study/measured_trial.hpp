// A trial of 240 subjects in three centres with curves, wells and provenance, for the tests of the report.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/study/synthetic_trial.hpp"

namespace qpcr::test {

/// One run of up to 90 samples in two targets; the outcome of sample i of the run is outcomes[i].
inline TestedRun make_measured_run(const std::string& id, bool valid, const std::vector<std::string>& samples,
                                   const std::vector<Outcome>& outcomes) {
  RunData data;
  data.name = id;
  data.plate = PlateGeometry{8, 12};
  data.instrument = {"SIMULATED", "SIMULATED", "SIMULATED", "", ""};
  data.started_at = "2026-01-05T09:00:00";
  data.provenance.sources.push_back({id + ".rdml", id + std::string(64 - id.size(), 'b'), 1234});
  data.provenance.reader = "rdml";
  double offset = 0.0;  // no two runs have equal readings
  for (const char c : id) offset = 3.0 * offset + (c - '0');
  PlateResult result;
  result.assay.id = "demo";
  result.assay.version = "1";
  result.assay.status = AssayStatus::simulated;
  result.assay.sha256 = std::string(64, 'a');
  result.assay.title = {"演示检测方案", "Demonstration panel"};
  result.assay.intended_use = {"演示", "Demonstration"};
  result.assay.statements = {{"本结果仅供辅助诊断，阴性不能排除肝癌。",
                              "An aid to diagnosis only; a negative result does not exclude liver cancer."}};
  result.run = id;
  result.simulated = true;
  result.run_valid = valid;
  if (!valid) result.run_reasons = {{"not_estimable_no_cases", {}}};
  result.provenance = data.provenance;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    SampleCall call = make_call(samples[i], outcomes[i]);
    call.reasons = {{"not_estimable_no_controls", {}}};
    call.values = {{"score", "", outcomes[i] == Outcome::positive ? 1.25 : -0.75, 2, false, std::nullopt, {}}};
    const WellId well = to_well(to_position(static_cast<long>(i), *data.plate));
    for (const std::string target : {"OTX1", "ACTB"}) {
      const bool amplified = target == "ACTB" || outcomes[i] == Outcome::positive;
      const double middle = target == "ACTB" ? 27.0 + static_cast<double>(i % 5) : 33.0;
      Measurement measurement;
      measurement.well = well;
      measurement.sample = samples[i];
      measurement.target = target;
      measurement.dye = target == "ACTB" ? "VIC" : "FAM";
      AmplificationCurve curve;
      curve.kind = CurveKind::unknown;
      for (int cycle = 1; cycle <= 45; ++cycle) {
        curve.cycles.push_back(cycle);
        curve.fluorescence.push_back(100.0 + 1e-6 * offset +
                                     (amplified ? 900.0 / (1.0 + std::exp(middle - cycle)) : 0.0));
      }
      measurement.amplification.push_back(curve);
      WellResult well_result;
      well_result.measurement = data.measurements.size();
      well_result.well = well;
      well_result.sample = samples[i];
      well_result.target = target;
      well_result.cq.status = amplified ? CqStatus::found : CqStatus::no_amplification;
      if (amplified) well_result.cq.cq_cycles = middle - 2.2;
      well_result.cq.threshold = 90.0;
      well_result.cq.baseline.intercept = 100.0;
      call.wells.push_back(result.wells.size());
      result.wells.push_back(well_result);
      data.measurements.push_back(std::move(measurement));
    }
    result.calls.push_back(std::move(call));
  }
  TestedRun tested;
  tested.id = id;
  tested.runs.emplace_back(std::move(data));
  tested.results.push_back(std::move(result));
  return tested;
}

/// 80 subjects a centre: cases and controls, every place of the flow, a failed run and its repeat, a sample of no
/// subject.
inline TrialResult make_measured_trial(Sampling sampling = Sampling::enriched) {
  StudyPlan plan = make_plan({make_planned("C01-0001", "C01"), make_planned("C02-0001", "C02"),
                              make_planned("C02-0002", "C02", {"C02-0001"}), make_planned("C03-0001", "C03")},
                             RepeatRule::invalid);
  plan.id = "SIM-TRIAL";
  plan.title = {"模拟多中心临床试验", "Simulated multi-centre trial"};
  plan.sampling = sampling;
  plan.prevalences = {0.01, 0.05, 0.2};
  plan.source = {"study.toml", std::string(64, 'c'), 100};
  SubjectTable subjects;
  subjects.source = {"subjects.csv", std::string(64, 'd'), 1000};
  subjects.not_read = {{"subjects.csv: remark", "column_not_used"}};
  std::vector<std::string> samples[3];
  std::vector<Outcome> outcomes[3];
  for (int i = 0; i < 240; ++i) {
    const auto centre = static_cast<std::size_t>(i / 80);
    const bool ill = i % 3 == 0;
    Subject subject =
        make_subject(fmt::format("SIM-{:04}", i + 1), fmt::format("C0{}", centre + 1), fmt::format("SIM-S{:04}", i + 1),
                     ill ? ReferenceStandard::positive : ReferenceStandard::negative);
    if (ill) subject.stage = all_bclc_stages()[static_cast<std::size_t>(i % 5)];
    if (!ill) subject.control_class = all_control_classes()[static_cast<std::size_t>(i % 5)];
    subject.sex = i % 4 == 0 ? Sex::female : Sex::male;
    subject.age_years = 30 + i % 45;
    if (i % 9 != 0) subject.afp_ng_ml = BoundedValue{"3.1", 3.1, Bound::exact};
    if (i % 61 == 1) {
      subject.excluded = true;
      subject.exclusion_reason = i % 2 == 0 ? "样本溶血" : "入组前已接受抗肿瘤治疗";
    }
    if (i == 100) {
      subject.reference.reset();
      subject.control_class.reset();
    }
    const bool missing = i == 50 || i == 51;
    if (!missing) {
      samples[centre].push_back(subject.sample);
      outcomes[centre].push_back(i % 47 == 5                        ? Outcome::indeterminate
                                 : i % 53 == 7                      ? Outcome::invalid
                                 : (ill ? i % 4 != 0 : i % 13 == 0) ? Outcome::positive
                                                                    : Outcome::negative);
    }
    subjects.subjects.push_back(subject);
  }
  samples[2].push_back("SIM-S9999");
  outcomes[2].push_back(Outcome::negative);
  return evaluate_trial(plan, subjects,
                        {make_measured_run("C01-0001", true, samples[0], outcomes[0]),
                         make_measured_run("C02-0001", false, samples[1], outcomes[1]),
                         make_measured_run("C02-0002", true, {samples[1].begin(), samples[1].begin() + 75},
                                           {outcomes[1].begin(), outcomes[1].begin() + 75}),
                         make_measured_run("C03-0001", true, samples[2], outcomes[2])});
}

}  // namespace qpcr::test
