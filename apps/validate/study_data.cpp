// Reading the imports of a study and asking every check.
#include "apps/validate/study_data.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/validate/study_covariates.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/study/clinical/clinical_checks.hpp"
#include "libqpcr/study/clinical/clinical_source.hpp"
#include "libqpcr/study/conduct/authenticity_curves.hpp"
#include "libqpcr/study/conduct/authenticity_ledger.hpp"
#include "libqpcr/study/conduct/import_store.hpp"

namespace qpcr::apps {
namespace {

void add(StudyFindings& findings, const LedgerRun& run, const std::string& check, Severity severity,
         std::vector<std::pair<std::string, std::string>> values) {
  values.emplace_back("run", run.listed.id);
  findings.push_back(make_run_finding(run, check, severity, {"study_" + check, std::move(values)}));
}

void check_listed_hashes(const LedgerRun& run, const ImportManifest& manifest, StudyFindings& findings) {
  for (std::size_t i = 0; i < run.listed.sha256.size(); ++i) {
    for (const SourceFile& file : manifest.files) {
      if (file.name != run_file_name(run.listed.files[i]) || file.sha256 == run.listed.sha256[i]) continue;
      add(findings, run, "run_file_changed", Severity::blocks,
          {{"name", run.listed.files[i]}, {"found", file.sha256}, {"expected", run.listed.sha256[i]}});
    }
  }
}

/// What runs are read against.
struct IndexTestInputs {
  std::optional<AssayDefinition> assay;
  std::map<std::string, CovariateRow> covariates;  ///< by sample
};

/// The covariates of a plate's own samples: a plate is looked up in a table, and the table of a study is long.
CovariateTable pick_covariates(const std::map<std::string, CovariateRow>& covariates, const Run& plate) {
  CovariateTable table;
  std::set<std::string> samples;
  for (const Measurement& measurement : plate->measurements) {
    if (!samples.insert(measurement.sample).second) continue;
    const auto known = covariates.find(measurement.sample);
    if (known != covariates.end()) table.rows.push_back(known->second);
  }
  return table;
}

void read_plates(const OpenStudy& study, const ImportRecord& import, const IndexTestInputs& inputs, StudyData& data,
                 LedgerRun& run) {
  if (run.listed.files.empty()) return;
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : run.listed.files)
    paths.push_back(import_path(study.folder, import, run_file_name(name)));
  LoadOptions load;
  load.find_companions = false;
  std::vector<Run> plates;
  try {
    plates = load_runs(paths, load);
  } catch (const Error& error) {
    add(data.findings, run, "run_not_read", Severity::blocks, {{"error", error.what()}});
    return;
  }
  for (Run& plate : plates) {
    data.plates.push_back(std::move(plate));
    const Run& kept = data.plates.back();
    run.plates.push_back(&kept);
    if (is_simulated(*kept) != study.protocol.simulated)
      add(data.findings, run, study.protocol.simulated ? "run_not_simulated" : "run_simulated", Severity::blocks, {});
    if (!inputs.assay || run.listed.status != RunStatus::completed) continue;
    try {
      data.results.push_back(analyze_run(kept, *inputs.assay, pick_covariates(inputs.covariates, kept)));
      run.results.push_back(&data.results.back());
    } catch (const Error& error) {
      add(data.findings, run, "run_not_analysed", Severity::blocks, {{"error", error.what()}});
    }
  }
}

void read_runs(const OpenStudy& study, const ImportRecord& import, const IndexTestInputs& inputs, StudyData& data) {
  const ImportManifest manifest = read_manifest(study.folder, import);
  for (const SourceFile& file : manifest.files) read_imported(study.folder, import, file);
  const auto list_file = std::find_if(manifest.files.begin(), manifest.files.end(),
                                      [](const SourceFile& file) { return file.name.find('/') == std::string::npos; });
  const RunList list = parse_run_list(read_imported(study.folder, import, *list_file), list_file->name);
  Progress progress(list.runs.size());
  for (const ListedRun& listed : list.runs) {
    progress.step(listed.id);
    LedgerRun run;
    run.listed = listed;
    run.file = fmt::format("{}/{}", import.key, list_file->name);
    check_listed_hashes(run, manifest, data.findings);
    read_plates(study, import, inputs, data, run);
    data.ledger.push_back(std::move(run));
  }
}

void read_clinical(const OpenStudy& study, const ImportRecord& import, StudyData& data) {
  const ImportManifest manifest = read_manifest(study.folder, import);
  const std::vector<ClinicalVariable> variables = list_clinical_variables(study.protocol);
  const auto find = [&](bool is_mapping) {
    return std::find_if(manifest.files.begin(), manifest.files.end(),
                        [=](const SourceFile& file) { return (file.name == mapping_file_name) == is_mapping; });
  };
  const auto mapping_file = find(true);
  const auto table_file = find(false);
  const ClinicalMapping mapping =
      parse_clinical_mapping(read_imported(study.folder, import, *mapping_file), mapping_file->name, variables);
  const std::string path = fmt::format("{}/{}", import.key, table_file->name);
  // What had persons in it was stored as CSV without them.
  ClinicalMapping stored = mapping;
  if (!mapping.drop.empty() || !mapping.pseudonymise.empty()) stored.format = ClinicalFormat::csv;
  const std::string bytes = read_imported(study.folder, import, *table_file);
  ClinicalTable table = read_clinical_table(read_clinical_source(bytes, path, stored), stored, variables, import.key);
  std::move(table.records.begin(), table.records.end(), std::back_inserter(data.records));
  std::move(table.findings.begin(), table.findings.end(), std::back_inserter(data.findings));
  std::move(table.not_read.begin(), table.not_read.end(), std::back_inserter(data.not_read));
}

void read_tables(const OpenStudy& study, const ImportRecord& import, StudyData& data) {
  for (const SourceFile& file : read_manifest(study.folder, import).files) {
    const std::string bytes = read_imported(study.folder, import, file);
    const std::string path = fmt::format("{}/{}", import.key, file.name);
    if (import.kind == ImportKind::links) {
      LinkTable table = parse_links(bytes, path);
      data.links.insert(data.links.end(), table.links.begin(), table.links.end());
      data.not_read.insert(data.not_read.end(), table.not_read.begin(), table.not_read.end());
    } else if (import.kind == ImportKind::instruments) {
      const std::vector<InstrumentEntry> entries = parse_instrument_list(bytes, path);
      data.instruments.insert(data.instruments.end(), entries.begin(), entries.end());
    }
  }
}

}  // namespace

StudyData read_study_data(const OpenStudy& study, const std::optional<std::string>& codes) {
  StudyData data;
  if (codes) data.codes = parse_blinding_codes(*codes, "codes.csv");
  for (const ImportRecord& import : study.state.current()) {
    if (import.kind == ImportKind::clinical) read_clinical(study, import, data);
    if (import.kind == ImportKind::links || import.kind == ImportKind::instruments) read_tables(study, import, data);
  }
  IndexTestInputs inputs;
  if (study.protocol.index_test) {
    inputs.assay = read_assay(study.folder / study.protocol.index_test->assay);
    CovariateTable covariates = derive_covariates(*inputs.assay, data.records, data.links,
                                                  data.codes.value_or(BlindingCodes{}), study.protocol);
    for (CovariateRow& row : covariates.rows) inputs.covariates.emplace(row.sample, std::move(row));
  }
  for (const ImportRecord& import : study.state.current()) {
    if (import.kind == ImportKind::runs) read_runs(study, import, inputs, data);
  }
  return data;
}

StudyFindings check_study(const OpenStudy& study, const StudyData& data) {
  std::vector<SampleFacts> samples;
  for (const SampleLink& link : data.links) samples.push_back({link.sample, link.centre, link.collected_at});
  StudyDates dates;
  for (const ProtocolCentre& centre : study.protocol.centres)
    dates.approved_on.emplace_back(centre.id, centre.ethics_approved_on);
  if (study.state.lock) dates.locked_at = study.state.lock->time;
  if (study.state.unblinding) dates.unblinded_at = study.state.unblinding->time;
  std::vector<LotFacts> lots;
  for (const ProtocolLot& lot : study.protocol.lots) lots.push_back({lot.id, lot.expires_on});
  std::vector<CalibrationFacts> instruments;
  for (const ProtocolInstrument& each : study.protocol.instruments)
    instruments.push_back({each.serial, each.centre, each.calibration_due});
  // Without codes, a coded study's samples and subjects cannot be put together, and must not be.
  const bool is_open = !study.protocol.design || study.protocol.design->blinding == Blinding::open;
  const bool joined = !data.records.empty() && !data.links.empty() && (is_open || data.codes);
  StudyFindings all = data.findings;
  for (const StudyFindings& found :
       {find_clinical_faults(data.records, study.protocol), find_curve_copies(data.ledger),
        find_overlapping_runs(data.ledger), find_clock_faults(data.ledger, samples, dates),
        find_unreported_tests(data.ledger, data.instruments), find_material_faults(data.ledger, lots, instruments),
        find_small_variances(data.ledger),
        data.links.empty() ? StudyFindings{} : find_link_faults(data.links, data.ledger),
        joined ? find_joining_faults(data.records, data.links, data.codes.value_or(BlindingCodes{})) : StudyFindings{}})
    all.insert(all.end(), found.begin(), found.end());
  return all;
}

}  // namespace qpcr::apps
