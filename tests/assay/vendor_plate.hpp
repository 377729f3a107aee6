// Plates whose Cqs are exact because the definition takes them over from the instrument: for tests of what rests on
// Cqs.
#pragma once

#include "libqpcr/assay/control_wells.hpp"
#include "libqpcr/assay/well_cq.hpp"
#include "tests/assay/message_words.hpp"
#include "tests/assay/support.hpp"

namespace assay_test {

/// A shipped definition that takes the instrument's Cq.
inline qpcr::AssayDefinition vendor_definition(const std::string& name) {
  qpcr::AssayDefinition definition = qpcr::read_assay(assay_path(name));
  definition.cq.origin = qpcr::CqOrigin::vendor;
  return definition;
}

/// One measurement a channel, with the instrument's Cq or its statement that nothing amplified.
inline void add_vendor_well(qpcr::RunData& run, const std::string& well, const std::string& sample,
                            const std::vector<Channel>& channels) {
  for (const Channel& channel : channels) {
    qpcr::Measurement measurement;
    measurement.well.label = well;
    measurement.well.position = qpcr::parse_label(well);
    measurement.sample = sample;
    measurement.target = channel.target;
    measurement.dye = channel.dye;
    measurement.vendor.cq_cycles = channel.cq_cycles;
    measurement.vendor.cq_status = channel.cq_cycles ? qpcr::CqStatus::found : qpcr::CqStatus::no_amplification;
    run.measurements.push_back(std::move(measurement));
  }
}

inline qpcr::RunData empty_run() {
  qpcr::RunData run;
  run.name = "plate";
  run.plate = qpcr::PlateGeometry{8, 12};
  return run;
}

/// A demo-methylation plate with good controls far from the samples, in H10–H12.
inline qpcr::RunData vendor_methylation_run() {
  qpcr::RunData run = empty_run();
  add_vendor_well(run, "H10", "NTC", methylation({{}, {}, {}, {}}));
  add_vendor_well(run, "H11", "NC", methylation({{}, {}, {}, 26}));
  add_vendor_well(run, "H12", "PC", methylation({29, 29, 29, 26}));
  return run;
}

/// A table that gives every sample of the run the same sex and AFP.
inline qpcr::CovariateTable same_covariates(const qpcr::AssayDefinition& definition, const qpcr::RunData& run) {
  std::string csv = "sample,sex,afp [ng/mL]\n";
  std::vector<std::string> seen;
  for (const qpcr::Measurement& measurement : run.measurements) {
    if (std::find(seen.begin(), seen.end(), measurement.sample) != seen.end()) continue;
    const std::string& name = measurement.sample;
    if (name == "NTC" || name == "NC" || name == "PC") continue;
    seen.push_back(name);
    csv += name + ",female,4\n";
  }
  return covariates(definition, csv);
}

inline qpcr::PlateResult analyze(const qpcr::RunData& run, const qpcr::AssayDefinition& definition,
                                 const qpcr::AnalysisContext& context = {}) {
  const qpcr::PlateResult result =
      qpcr::analyze_run(qpcr::Run(run), definition, same_covariates(definition, run), context);
  check_words(result);
  return result;
}

inline qpcr::ControlFindings find_controls(const qpcr::RunData& run, const qpcr::AssayDefinition& definition) {
  const qpcr::PlateMatch match = qpcr::match_plate(run, definition);
  const qpcr::PlateCq cqs = qpcr::estimate_plate_cq(
      run, definition, match, std::vector<qpcr::CqOptions>(definition.targets.size(), definition.cq.options));
  qpcr::ControlFindings findings = qpcr::check_controls(run, definition, match, cqs.rows);
  for (const auto& [id, curve] : findings.context.standard_curves) check_words(curve.problems);
  check_words(findings.warnings);
  return findings;
}

inline void remove_wells(qpcr::RunData& run, const std::string& sample) {
  std::vector<qpcr::Measurement> kept;
  for (qpcr::Measurement& measurement : run.measurements) {
    if (measurement.sample != sample) kept.push_back(std::move(measurement));
  }
  run.measurements = std::move(kept);
}

inline void set_role(qpcr::RunData& run, const std::string& sample, qpcr::SampleRole role) {
  for (qpcr::Measurement& measurement : run.measurements) {
    if (measurement.sample == sample) measurement.role = role;
  }
}

}  // namespace assay_test
