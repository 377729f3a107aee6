// qpcr-workbench: the local web page that turns a run into a plate report.
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/workbench/server/server.hpp"
#include "libqpcr/core/version.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "Serves the workbench on this machine.\n\n"
      "  qpcr-workbench --assays validation_data/assays --port 8080\n",
      "qpcr-workbench"};
  app.set_version_flag("--version", std::string("qpcr-workbench ") + qpcr::library_version);
  qpcr::apps::WorkbenchOptions options;
  std::string assays;
  std::string language;
  app.add_option("--assays", assays, "folder of assay definitions")->required();
  app.add_option("--port", options.port, "0 chooses a free one")->check(CLI::Range(0, 65535));
  app.add_option("--lang", language, "zh (default) or en");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? qpcr::apps::exit_ok : qpcr::apps::exit_usage;
  }
  return qpcr::apps::run_program("qpcr-workbench", [&] {
    options.assays = assays;
    options.language = qpcr::apps::choose_language(language);
    qpcr::apps::serve(options, [](int port) { qpcr::apps::print_data(fmt::format("http://127.0.0.1:{}/\n", port)); });
    return qpcr::apps::exit_ok;
  });
}
