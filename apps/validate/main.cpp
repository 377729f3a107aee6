// qpcr-validate: a study and its runs to the trial report, on the command line.
#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "libqpcr/core/version.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "A study from its protocol to its report, and the evaluations behind it.\n\n"
      "  qpcr-validate new trial --kind clinical            an empty protocol as a workbook\n"
      "  qpcr-validate import trial runs C01/runs.csv --centre C01\n"
      "  qpcr-validate report study.toml --out trial_report\n"
      "  qpcr-validate report study.toml --out trial_report --lang en --json > results.json\n",
      "qpcr-validate"};
  app.set_version_flag("--version", std::string("qpcr-validate ") + qpcr::library_version);
  app.require_subcommand(1);
  qpcr::apps::Action action;
  qpcr::apps::add_new(app, action);
  qpcr::apps::add_import(app, action);
  qpcr::apps::add_check(app, action);
  qpcr::apps::add_seals(app, action);
  qpcr::apps::add_report(app, action);
  qpcr::apps::add_compute(app, action);
  qpcr::apps::add_list(app, action);
  qpcr::apps::add_cutoff(app, action);
  qpcr::apps::add_coverage(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? qpcr::apps::exit_ok : qpcr::apps::exit_usage;
  }
  return qpcr::apps::run_program("qpcr-validate", action);
}
