// Options, README and checksums of the shipped simulated data.
#include "libqpcr/simulate/shipped.hpp"

#include <utility>

#include <fmt/format.h>

#include "libqpcr/simulate/trial.hpp"

namespace qpcr {
namespace {

constexpr std::string_view mark =
    "**模拟数据 / SIMULATED.** No person, instrument, reagent or hospital stands behind any number here. "
    "仅供科研/演示，不得用于临床诊断.\n";

ShippedDataset seal(std::string name, std::vector<OutputFile> files, std::string readme) {
  files.push_back({"README.md", std::move(readme)});
  files.push_back(render_checksums(files));
  return {std::move(name), std::move(files)};
}

std::string render_origin(std::uint64_t seed, const std::string& command) {
  return fmt::format(
      "Seed {}. Drawn by `{} --out FOLDER`, this page aside. A test draws every file again and compares the bytes.\n",
      seed, command);
}

std::string render_measured_calls(SimulatedPanel panel) {
  std::string text =
      "Measured by a test on such plates (same panel, other seeds; the calls that are clear-cut by the template, made "
      "from RDML with the "
      "shipped definition):\n\n"
      "| wells with an artefact (step, spike or drift) | seeds | clear-cut samples | called wrong | undecided |\n"
      "|---|---|---|---|---|\n";
  for (const MeasuredCalls& measured : measured_calls()) {
    if (measured.panel != panel) continue;
    text +=
        fmt::format("| {} | {}–{} | {} | {} | {} |\n",
                    measured.artefact_rate == 0 ? "none" : fmt::format("{:.0f} %", measured.artefact_rate * 100),
                    measured.first_seed, measured.last_seed, measured.clear_cut, measured.wrong, measured.undecided);
  }
  text += "\nThe plate here has no artefacts; `--artefact-rate` draws them.\n\n";
  return text;
}

std::string plate_readme(const PlateOptions& options, const std::string& name) {
  const std::string_view panel = to_string(options.panel);
  std::string text = fmt::format("# {}\n\n{}\n", name, mark);
  text += fmt::format(
      "One plate of the fictional panel `{}`: {} cases and {} controls (`SIM-0001` …) with two wells each of NTC, NC "
      "and PC, 45 cycles.\n",
      panel, options.cases, options.controls);
  text += options.noise_free ? "Without noise: every reaction holds its expected number of molecules, amplifies as "
                               "expected and is read without noise, drift "
                               "or difference between wells. Every sample is clear of every limit of the panel.\n"
                             : "Template numbers are Poisson, early cycles a branching process; wells differ in gain, "
                               "baselines drift, readings are noisy.\n";
  text +=
      "\n| file | what |\n|---|---|\n"
      "| `run.rdml` | the run as RDML 1.3: signal of each dye with its baseline |\n"
      "| `cfx/` | the same run as Bio-Rad CFX CSV: baseline-subtracted signal and the Cq at 200 RFU |\n";
  if (options.panel == SimulatedPanel::demo_methylation) text += "| `covariates.csv` | sex and AFP of each sample |\n";
  text +=
      "| `truth_samples.csv` | class, expected molecules a reaction, expected Cq, and the call where it is clear-cut "
      "|\n"
      "| `truth_reactions.csv` | each well and target: expected and drawn molecules, expected Cq |\n"
      "| `truth_defects.csv` | what was made wrong on purpose |\n"
      "| `SHA256SUMS` | of all files: `sha256sum -c SHA256SUMS` |\n\n";
  text +=
      "An expected Cq is where the curve of the expected molecules crosses 200 RFU above its baseline, interpolated "
      "linearly between "
      "cycles.\n\n";
  if (!options.noise_free) text += render_measured_calls(options.panel);
  std::string command = fmt::format("qpcr simulate plate --panel {} --seed {} --cases {} --controls {} --run-name {}",
                                    panel, options.seed, options.cases, options.controls, options.run_name);
  if (options.noise_free) command += " --noise-free";
  if (options.excluded_wells > 0) {
    command += fmt::format(" --internal-control-failure-rate {} --excluded-wells {}",
                           options.internal_control_failure_rate, options.excluded_wells);
  }
  text += render_origin(options.seed, command);
  return text;
}

ShippedDataset ship_plate(const std::string& name, const PlateOptions& options) {
  return seal(name, render_plate_files(simulate_plate(options)), plate_readme(options, name));
}

PlateOptions plate_options(SimulatedPanel panel, std::uint64_t seed, int cases, int controls, bool noise_free) {
  PlateOptions options;
  options.panel = panel;
  options.seed = seed;
  options.run_name = fmt::format("SIM-{}{}", panel == SimulatedPanel::demo_methylation ? "METHYLATION" : "RNA",
                                 noise_free ? "-NOISE-FREE" : "");
  options.cases = cases;
  options.controls = controls;
  options.noise_free = noise_free;
  if (!noise_free) {
    options.internal_control_failure_rate = 0.04;
    options.excluded_wells = 1;
  }
  return options;
}

std::string trial_readme(const TrialOptions& options, const SimulatedTrial& trial) {
  std::string text = fmt::format("# demo_trial\n\n{}\n", mark);
  text += fmt::format(
      "A diagnostic trial of the fictional panel `demo-methylation`: {} subjects at the centres C01–C04 (which are "
      "nowhere), {} runs. "
      "`study.toml` is the study file of `qpcr-validate report` (docs/formats/study.md).\n\n",
      options.subjects, trial.runs.size());
  text += "| group | subjects | rate of positive calls aimed at |\n|---|---|---|\n";
  const std::vector<int> sizes = share_out(options.subjects);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const GroupModel& group = trial_groups()[i];
    text += fmt::format("| {}{} | {} | {:.0f} % |\n", group.name,
                        group.stage.empty() ? "" : fmt::format(", BCLC {}", group.stage), sizes[i],
                        group.aimed_positive_rate * 100);
  }
  text +=
      "\nThe rates are assumed, near what studies of such tests report; the numbers of a single draw scatter about "
      "them. "
      "This seed was taken because its overall rates come near the aims and no centre stands out; over the 16 seeds "
      "20260101 to "
      "20260116 the sensitivity was 75.2 % and the specificity 91.3 % of the decided results.\n\n"
      "| file | what |\n|---|---|\n"
      "| `study.toml`, `subjects.csv`, `covariates.csv` | what a trial hands to its statistician |\n"
      "| `runs/` | the runs: RDML at C01–C03, Bio-Rad CFX CSV at C04 |\n"
      "| `truth.csv` | group, tumour fraction and expected molecules a reaction of each subject; the call that follows "
      "from them where no limit is near (a draw may still differ) |\n"
      "| `truth_defects.csv` | every defect that was planted |\n"
      "| `SHA256SUMS` | of all files |\n\n";
  text +=
      "Not planted, for later versions: a wrong dye, orders that clash, edited exports, identical curves, overlapping "
      "runs, clocks out of "
      "order.\n\n";
  text += render_origin(options.seed,
                        fmt::format("qpcr simulate trial --seed {} --subjects {}", options.seed, options.subjects));
  return text;
}

}  // namespace

const std::vector<MeasuredCalls>& measured_calls() {
  static const std::vector<MeasuredCalls> list{
      {SimulatedPanel::demo_methylation, 0, 100, 109, 45, 899, 2, 0},
      {SimulatedPanel::demo_methylation, 0.1, 100, 109, 45, 899, 3, 22},
      {SimulatedPanel::demo_rna, 0, 100, 109, 15, 300, 0, 11},
      {SimulatedPanel::demo_rna, 0.1, 100, 109, 15, 300, 0, 17},
  };
  return list;
}

std::vector<ShippedDataset> shipped_datasets() {
  std::vector<ShippedDataset> datasets;
  datasets.push_back(
      ship_plate("demo_methylation_plate", plate_options(SimulatedPanel::demo_methylation, 11, 45, 45, false)));
  datasets.push_back(
      ship_plate("demo_methylation_noise_free", plate_options(SimulatedPanel::demo_methylation, 12, 20, 20, true)));
  datasets.push_back(ship_plate("demo_rna_plate", plate_options(SimulatedPanel::demo_rna, 21, 15, 15, false)));
  datasets.push_back(ship_plate("demo_rna_noise_free", plate_options(SimulatedPanel::demo_rna, 22, 7, 7, true)));
  const TrialOptions trial_options;
  SimulatedTrial trial = simulate_trial(trial_options);
  std::string readme = trial_readme(trial_options, trial);
  datasets.push_back(seal("demo_trial", std::move(trial.files), std::move(readme)));
  return datasets;
}

}  // namespace qpcr
