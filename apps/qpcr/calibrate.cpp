// qpcr calibrate: what targets have in common, learned once from calibration runs and written as a pinned record.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/calibration.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  InputOptions input;
  std::string output;
  std::string name;
  std::string kind;
};

std::string render_table(const CalibrationRecord& record) {
  CsvWriter writer;
  for (const char* title : {"target", "dye", "kind", "shape_status", "reactions", "efficiency", "efficiency_low",
                            "efficiency_high", "threshold"}) {
    writer.add(title);
  }
  writer.end_row();
  for (const TargetCalibration& target : record.targets) {
    const bool usable = is_usable(target.shape.status);
    const auto number = [usable](double value) { return usable ? std::optional<double>(value) : std::nullopt; };
    writer.add(target.target).add(target.dye).add(to_string(target.kind)).add(to_string(target.shape.status));
    writer.add(std::to_string(target.shape.reactions)).add_number(number(target.shape.efficiency()));
    writer.add_number(number(target.shape.efficiency_low())).add_number(number(target.shape.efficiency_high()));
    writer.add_number(target.threshold);
    writer.end_row();
  }
  return writer.text();
}

}  // namespace

void add_calibrate(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "calibrate", "learn each target's common shape, efficiency and threshold once, for `qpcr cq --calibration`");
  add_input_options(*command, options->input, "instrument files of the calibration runs");
  command->add_option("-o,--output", options->output, "the record to write, JSON");
  // Asked for below: a required FILE would take the name of the subcommand for itself.
  command->get_option("FILE")->required(false);
  command->add_option("--name", options->name, "name of the record; the file's name without it");
  command->add_option("--kind", options->kind, "which signal to learn from");
  add_calibrate_sign(*command, action);
  add_calibrate_threshold(*command, action);
  command->callback([options, command, &action] {
    if (!command->get_subcommands().empty()) {
      for (const CLI::Option* given : command->parse_order())
        throw CLI::ExtrasError(
            std::vector<std::string>{given->get_name()});  // before the subcommand: it would be left out unnoticed
      return;
    }
    for (const char* needed : {"FILE", "--output"}) {
      if (command->count(needed) == 0) throw CLI::RequiredError(needed);
    }
    action = [options] {
      std::optional<CurveKind> kind;
      if (!options->kind.empty()) {
        kind = parse_curve_kind(options->kind);
        if (!kind) refuse_option("--kind", options->kind, "a kind of signal, as `qpcr info` names it");
      }
      const std::filesystem::path path(options->output);
      if (std::filesystem::exists(path)) refuse_option("--output", options->output, "a file that does not exist yet");
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      const CalibrationRecord record =
          calibrate_targets(runs, options->name.empty() ? path.stem().string() : options->name, kind);
      write_file(path, render_calibration(record));
      print_data(render_table(record));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
