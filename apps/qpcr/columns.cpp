// qpcr columns: proposes a map of the columns of a table.
#include <memory>
#include <string>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "instruments/registry.hpp"

namespace qpcr::apps {

void add_columns(CLI::App& app, Action& action) {
  const auto file = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("columns", "propose a map of the columns of a table, for --columns of the other commands");
  command->add_option("FILE", *file, "delimited text or workbook")->required();
  command->callback([file, &action] {
    action = [file] {
      print_data(propose_columns(*file));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
