// qpcr simulate: plates and trials with known truth, from a seed.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/simulate/output_files.hpp"
#include "libqpcr/simulate/plate.hpp"
#include "libqpcr/simulate/trial.hpp"

namespace qpcr::apps {
namespace {

/// Writes the files with their checksums and prints their paths.
int write_simulation(const std::string& folder, std::vector<OutputFile> files) {
  files.push_back(render_checksums(files));
  std::vector<std::pair<std::string, std::string>> named;
  for (OutputFile& file : files) named.emplace_back(std::move(file.path), std::move(file.bytes));
  std::string text;
  for (const std::filesystem::path& path : write_files(folder, named)) text += path.string() + "\n";
  print_data(text);
  return exit_ok;
}

void add_plate(CLI::App& command, Action& action) {
  struct Options {
    PlateOptions plate;
    std::string panel = "demo-methylation";
    std::string out;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* plate = command.add_subcommand("plate", "one plate as RDML and CFX CSV, with its truth");
  plate->add_option("--panel", options->panel, "demo-methylation (default) or demo-rna");
  plate->add_option("--seed", options->plate.seed, "same seed, same bytes");
  plate->add_option("--cases", options->plate.cases, "samples with a tumour");
  plate->add_option("--controls", options->plate.controls, "samples without");
  plate->add_option("--run-name", options->plate.run_name, "name of the run");
  plate->add_flag("--noise-free", options->plate.noise_free, "expected curves without any noise");
  plate->add_option("--internal-control-failure-rate", options->plate.internal_control_failure_rate,
                    "share of samples that lost their template");
  plate->add_flag("--contaminated-ntc", options->plate.contaminated_ntc, "the first NTC holds template");
  plate->add_flag("--degraded-positive-control", options->plate.degraded_positive_control,
                  "the positive control holds 0.1 % of its template");
  plate->add_option("--excluded-wells", options->plate.excluded_wells, "wells omitted by the operator");
  plate->add_option("--artefact-rate", options->plate.artefact_rate,
                    "share of the samples' wells with a step, a spike or a drift");
  plate->add_option("--lot-shift-cycles", options->plate.lot_shift_cycles, "a reagent lot that reads later");
  plate->add_option("--out", options->out, "folder to write")->required();
  plate->callback([options, &action] {
    action = [options] {
      const std::optional<SimulatedPanel> panel = parse_simulated_panel(options->panel);
      if (!panel) refuse_option("--panel", options->panel, "demo-methylation or demo-rna");
      PlateOptions plate_options = options->plate;
      plate_options.panel = *panel;
      plate_options.validate();
      return write_simulation(options->out, render_plate_files(simulate_plate(plate_options)));
    };
  });
}

void add_trial(CLI::App& command, Action& action) {
  struct Options {
    TrialOptions trial;
    bool without_defects = false;
    std::string out;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* trial =
      command.add_subcommand("trial", "a trial of four centres: study file, subjects, runs, and the truth");
  trial->add_option("--seed", options->trial.seed, "same seed, same bytes");
  trial->add_option("--subjects", options->trial.subjects, "over the four centres");
  trial->add_option("--assay-path", options->trial.assay_path,
                    "path of the assay definition, as the study file writes it");
  trial->add_flag("--without-defects", options->without_defects, "no planted defects");
  trial->add_option("--out", options->out, "folder to write")->required();
  trial->callback([options, &action] {
    action = [options] {
      TrialOptions trial_options = options->trial;
      trial_options.plant_defects = !options->without_defects;
      trial_options.validate();
      return write_simulation(options->out, simulate_trial(trial_options).files);
    };
  });
}

}  // namespace

void add_simulate(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("simulate", "fictional data with known truth, marked SIMULATED");
  command->require_subcommand(1);
  add_plate(*command, action);
  add_trial(*command, action);
  add_call_rates(*command, action);
}

}  // namespace qpcr::apps
