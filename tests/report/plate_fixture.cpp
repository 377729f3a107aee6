// Makes the plate of the report tests.
#include "tests/report/plate_fixture.hpp"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace qpcr::testing {
namespace {

struct TargetFixture {
  const char* target;
  const char* dye;
  TargetRole role;
};

constexpr std::array<TargetFixture, 4> targets = {{{"OTX1", "FAM", TargetRole::target},
                                                   {"H3C7", "VIC", TargetRole::target},
                                                   {"RNF135", "ROX", TargetRole::target},
                                                   {"ACTB", "CY5", TargetRole::internal_control}}};
constexpr double fixture_threshold = 0.2;
constexpr double plateau = 2.4;

std::string sample_name(int index) {
  if (index == 1) return "SIM-<script>&\"'";
  if (index == 2) return "=SIM-0002+1";
  return fmt::format("SIM-{:04}", index);
}

/// The outcome of the sample at an index: mostly negative, every kind present in the first row.
Outcome outcome_at(int index) {
  if (index % 17 == 3) return Outcome::positive;
  if (index % 31 == 5) return Outcome::indeterminate;
  if (index % 41 == 7) return Outcome::invalid;
  return Outcome::negative;
}

/// Cq the fixture gives; nothing for a flat curve.
std::optional<double> cq_at(int index, std::size_t target, Outcome outcome, std::optional<ControlKind> control) {
  const double spread = 0.37 * ((index * 7 + static_cast<int>(target) * 3) % 11 - 5);
  if (control == ControlKind::no_template) return std::nullopt;
  if (targets.at(target).role == TargetRole::internal_control) {
    if (outcome == Outcome::invalid && !control) return 33.1 + spread;
    return 26.4 + 0.5 * spread;
  }
  if (control == ControlKind::positive) return 28.0 + 0.2 * spread;
  if (control == ControlKind::negative) return std::nullopt;
  if (outcome == Outcome::positive && target != 2) return 31.5 + spread;
  if (outcome == Outcome::indeterminate && target == 0) return 37.8;
  return std::nullopt;
}

AmplificationCurve make_curve(std::optional<double> cq, int index, std::size_t target) {
  AmplificationCurve curve;
  curve.kind = CurveKind::normalised;
  for (int cycle = 1; cycle <= 45; ++cycle) {
    const double noise = 0.006 * std::sin(12.9898 * cycle + 78.233 * index + static_cast<double>(target));
    const double base = 0.55 + 0.01 * static_cast<double>(target) + 0.0004 * cycle + noise;
    // A logistic curve that crosses the threshold at the Cq.
    const double shift = 1.6 * std::log(plateau / fixture_threshold - 1);
    const double rise = cq ? plateau / (1 + std::exp(-(cycle - *cq - shift) / 1.6)) : 0.0;
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(base + rise);
  }
  return curve;
}

CqResult make_cq(std::optional<double> cq, std::size_t target, bool excluded) {
  CqResult result;
  result.status = excluded ? CqStatus::excluded : cq ? CqStatus::found : CqStatus::no_amplification;
  if (result.status == CqStatus::found) result.cq_cycles = cq;
  result.threshold = fixture_threshold;
  result.amplified = cq.has_value() && !excluded;
  result.reason = cq ? Message{"curve_amplified", {{"rise_over_noise", "213"}}} : Message{"curve_flat", {}};
  result.baseline.method = BaselineMethod::linear;
  result.baseline.intercept = 0.55 + 0.01 * static_cast<double>(target);
  result.baseline.slope_per_cycle = 0.0004;
  result.baseline.first_cycle = 3;
  result.baseline.last_cycle = 15;
  result.baseline.noise_sd = 0.0042;
  result.end_fluorescence_rise = cq ? plateau : 0.01;
  return result;
}

AssayIdentity make_assay(AssayStatus status) {
  AssayIdentity assay;
  assay.id = "demo-methylation";
  assay.version = "1.0.0";
  assay.status = status;
  assay.sha256 = std::string(64, 'a');
  assay.title = {"演示用甲基化组合", "Demonstration methylation panel"};
  assay.intended_use = {"软件演示，不用于任何人的诊断",
                        "Demonstration of the software, not for the diagnosis of anyone"};
  assay.citations = {"Untergasser A. et al. (2021) BMC Bioinformatics 22:398. doi:10.1186/s12859-021-04306-1"};
  assay.statements = {{"本结果仅供辅助诊断，阴性不能排除肝癌。",
                       "This result is an aid to diagnosis only; a negative result does not exclude liver cancer."}};
  return assay;
}

SampleCall make_call(const std::string& sample, Outcome outcome, const std::vector<WellResult>& wells) {
  SampleCall call;
  call.sample = sample;
  call.outcome = outcome;
  const Message amplified{"curve_amplified", {{"rise_over_noise", "213"}}};
  const Message flat{"curve_flat", {}};
  const Message below{"curve_below_threshold", {{"threshold", "0.2"}}};
  call.reasons.push_back(outcome == Outcome::positive ? amplified : outcome == Outcome::negative ? flat : below);
  call.needs_review = outcome == Outcome::indeterminate || outcome == Outcome::invalid;
  call.depends_on_imputed_cq = outcome == Outcome::indeterminate;
  for (const std::size_t target : {0U, 1U, 2U}) {
    const WellResult& well = wells[wells.size() - 4 + target];
    const WellResult& reference = wells.back();
    NamedValue value;
    value.id = fmt::format("delta_{}", targets.at(target).target);
    value.unit = "cycles";
    if (well.cq.cq_cycles && reference.cq.cq_cycles) {
      value.value = *well.cq.cq_cycles - *reference.cq.cq_cycles;
      value.depends_on_imputed_cq = call.depends_on_imputed_cq;
    } else {
      value.why_absent = flat;
    }
    call.values.push_back(value);
    RuleTrace rule;
    rule.id = value.id;
    rule.statement = value.value ? amplified : flat;
    rule.value = value.value;
    rule.truth = outcome == Outcome::positive ? Truth::yes : Truth::no;
    rule.decisive = target == 0;
    call.rules.push_back(rule);
  }
  return call;
}

ControlResult make_control(const WellResult& well, ControlKind kind, bool passed) {
  ControlResult control;
  control.kind = kind;
  control.control = kind == ControlKind::no_template ? "ntc" : kind == ControlKind::negative ? "nc" : "pc";
  control.sample = well.sample;
  control.well = well.well;
  control.target = well.target;
  control.cq_status = well.cq.status;
  control.cq_cycles = well.cq.cq_cycles;
  control.passed = passed;
  control.expectation = Message{"curve_flat", {}};
  control.finding = well.cq.reason;
  return control;
}

}  // namespace

PlateFixture make_plate(const FixtureOptions& options) {
  RunData data;
  data.name = "2026-11-23-03";
  data.instrument = {"Applied Biosystems", "QuantStudio 5", options.simulated ? "SIMULATED" : "272512345",
                     "QuantStudio D&A", "1.5.1"};
  data.started_at = "2026-11-23 09:41:07";
  data.plate = PlateGeometry{options.rows, options.columns};
  data.warnings = {"channel HEX holds data that the definition does not use"};
  data.provenance.sources = {{"plate-03.rdml", std::string(64, 'b'), 184320}};
  data.provenance.reader = "rdml";
  data.provenance.library_version = "0.1.0";
  data.provenance.not_read = {{"thermalCyclingConditions", "cycling conditions are not used"}};

  PlateResult result;
  result.assay = make_assay(options.status);
  result.run = data.name;
  result.provenance = data.provenance;
  result.library_version = "0.1.0";
  result.simulated = options.simulated;
  result.run_valid = options.valid;
  result.releasable = options.valid && !options.simulated && options.status == AssayStatus::released;
  if (!options.valid) result.run_reasons = {Message{"curve_amplified", {{"rise_over_noise", "88"}}}};
  result.warnings = {Message{"curve_no_threshold", {}}};

  const int count = options.rows * options.columns;
  const int excluded_index = options.rows > 7 ? 7 * options.columns : -1;
  for (int index = 0; index < count; ++index) {
    const WellId well = to_well(to_position(index, *data.plate));
    std::optional<ControlKind> control;
    if (index == count - 3) control = ControlKind::no_template;
    if (index == count - 2) control = ControlKind::negative;
    if (index == count - 1) control = ControlKind::positive;
    const std::string sample = control ? fmt::format("SIM-{}", to_string(*control)) : sample_name(index + 1);
    const Outcome outcome = outcome_at(index + 1);
    const bool excluded = index == excluded_index;
    for (std::size_t target = 0; target < targets.size(); ++target) {
      std::optional<double> cq = cq_at(index + 1, target, outcome, control);
      if (!options.valid && control == ControlKind::no_template && target == 0) cq = 36.2;
      Measurement measurement;
      measurement.well = well;
      measurement.sample = sample;
      measurement.target = targets.at(target).target;
      measurement.dye = targets.at(target).dye;
      measurement.amplification = {make_curve(cq, index, target)};
      measurement.excluded = excluded;
      WellResult each;
      each.measurement = data.measurements.size();
      each.well = well;
      each.sample = sample;
      each.target = measurement.target;
      each.target_as_read = measurement.target;
      each.dye = measurement.dye;
      each.role = targets.at(target).role;
      each.control = control;
      each.cq = make_cq(cq, target, excluded);
      each.used_cq_cycles = each.cq.cq_cycles;
      if (outcome == Outcome::indeterminate && target == 1 && !control) {
        each.used_cq_cycles = 45.0;
        each.imputed = true;
        each.flags = {Message{"curve_below_threshold", {{"threshold", "0.2"}}}};
      }
      data.measurements.push_back(std::move(measurement));
      result.wells.push_back(std::move(each));
      if (control) {
        const bool failed = !options.valid && *control == ControlKind::no_template && target == 0;
        result.controls.push_back(make_control(result.wells.back(), *control, !failed));
      }
    }
    if (control || excluded) continue;
    SampleCall call = make_call(sample, outcome, result.wells);
    for (std::size_t i = result.wells.size() - targets.size(); i < result.wells.size(); ++i) call.wells.push_back(i);
    result.calls.push_back(std::move(call));
  }
  for (const TargetFixture& target : targets)
    result.thresholds.push_back({target.target, target.dye, fixture_threshold, target.role == TargetRole::target, ""});
  return {Run(std::move(data)), std::move(result)};
}

PlateFixture make_empty_plate() {
  RunData data;
  data.name = "empty";
  PlateResult result;
  result.assay = make_assay(AssayStatus::template_only);
  result.run = data.name;
  return {Run(std::move(data)), std::move(result)};
}

}  // namespace qpcr::testing
