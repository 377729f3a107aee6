// Renders a simulated plate and its truth.
#include "libqpcr/simulate/output_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

std::string render_covariates(const SimulatedPlate& plate) {
  std::string table = "sample,sex,afp [ng/mL]\n";
  for (const SampleTruth& truth : plate.samples) {
    const SimulatedSample& sample = truth.sample;
    if (sample.intended != SimulatedClass::case_sample && sample.intended != SimulatedClass::control_sample) continue;
    table += fmt::format("{},{},{}\n", sample.id, sample.sex,
                         sample.afp_ng_ml ? format_double(*sample.afp_ng_ml) : std::string());
  }
  return table;
}

std::string render_samples(const SimulatedPlate& plate) {
  std::string table = "sample,intended_class,expected_call,sex,afp_ng_ml,internal_control_failure";
  for (const PanelTarget& target : describe(plate.panel).targets) {
    table += fmt::format(",expected_molecules_{},expected_cq_cycles_{}", target.id, target.id);
  }
  table += '\n';
  for (const SampleTruth& truth : plate.samples) {
    const SimulatedSample& sample = truth.sample;
    table += fmt::format("{},{},{},{},{},{}", sample.id, to_string(sample.intended), truth.expected_call.value_or(""),
                         sample.sex, sample.afp_ng_ml ? format_double(*sample.afp_ng_ml) : std::string(),
                         sample.internal_control_failure ? "yes" : "no");
    for (std::size_t target = 0; target < truth.expected_cq_cycles.size(); ++target) {
      table += fmt::format(",{},{}", to_cell(sample.expected_molecules[target], 4),
                           to_cell(truth.expected_cq_cycles[target], 4));
    }
    table += '\n';
  }
  return table;
}

std::string render_reactions(const SimulatedPlate& plate) {
  std::string table = "well,sample,target,dye,expected_molecules,drawn_molecules,expected_cq_cycles\n";
  for (const ReactionTruth& reaction : plate.reactions) {
    table += fmt::format("{},{},{},{},{},{},{}\n", reaction.well.label, reaction.sample, reaction.target, reaction.dye,
                         to_cell(reaction.expected_molecules, 4), to_cell(reaction.drawn_molecules, 4),
                         to_cell(reaction.expected_cq_cycles, 4));
  }
  return table;
}

}  // namespace

std::string to_cell(const std::optional<double>& value, int decimals) {
  return value ? format_fixed(*value, decimals) : std::string();
}

std::string render_defects_csv(const std::vector<PlantedDefect>& defects) {
  std::string table = "kind,where,detail\n";
  for (const PlantedDefect& defect : defects) {
    table += fmt::format("{},{},{}\n", to_csv_cell(defect.kind), to_csv_cell(defect.where), to_csv_cell(defect.detail));
  }
  return table;
}

std::vector<OutputFile> render_plate_files(const SimulatedPlate& plate) {
  std::vector<OutputFile> files;
  files.push_back({"run.rdml", render_rdml({&plate.run, 1}, {CurveKind::multicomponent}).bytes});
  for (auto& [name, bytes] : render_cfx_csv(plate.run).files) files.push_back({"cfx/" + name, std::move(bytes)});
  if (plate.panel == SimulatedPanel::demo_methylation) files.push_back({"covariates.csv", render_covariates(plate)});
  files.push_back({"truth_samples.csv", render_samples(plate)});
  files.push_back({"truth_reactions.csv", render_reactions(plate)});
  files.push_back({"truth_defects.csv", render_defects_csv(plate.defects)});
  return files;
}

OutputFile render_checksums(const std::vector<OutputFile>& files) {
  std::vector<std::string> lines;
  for (const OutputFile& file : files) lines.push_back(fmt::format("{}  {}\n", sha256_hex(file.bytes), file.path));
  std::sort(lines.begin(), lines.end(),
            [](const std::string& a, const std::string& b) { return a.substr(64) < b.substr(64); });
  std::string text;
  for (const std::string& line : lines) text += line;
  return {"SHA256SUMS", text};
}

}  // namespace qpcr
