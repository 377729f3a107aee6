// qpcr curves: every reading of the files as one long table.
#include <memory>
#include <string>
#include <vector>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/exchange/tables.hpp"

namespace qpcr::apps {

void add_curves(CLI::App& app, Action& action) {
  struct Options {
    InputOptions input;
    bool melt = false;
    bool csv = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("curves", "every reading as a row: run,well,sample,target,dye,kind,cycle,fluorescence");
  add_input_options(*command, options->input);
  command->add_flag("--melt", options->melt, "melting curves instead: …,kind,temperature_celsius,fluorescence");
  command->add_flag("--csv", options->csv, "CSV on stdout (the default)");
  command->callback([options, &action] {
    action = [options] {
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      print_data(options->melt ? render_melt_csv(runs) : render_curves_csv(runs));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
