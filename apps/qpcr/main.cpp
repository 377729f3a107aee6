// qpcr: instrument files to curves, Cq values, calls and plate reports, on the command line.
#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/core/version.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "Real-time PCR files to curves, Cq values and calls.\n\n"
      "  qpcr info plate.rdml\n"
      "  qpcr cq plate.eds --method sdm --csv > cq.csv\n"
      "  qpcr analyze plate.rdml --assay assay.toml --out report\n",
      "qpcr"};
  app.set_version_flag("--version", std::string("qpcr ") + qpcr::library_version);
  app.require_subcommand(1);
  qpcr::apps::Action action;
  qpcr::apps::add_info(app, action);
  qpcr::apps::add_curves(app, action);
  qpcr::apps::add_cq(app, action);
  qpcr::apps::add_qc(app, action);
  qpcr::apps::add_quantify(app, action);
  qpcr::apps::add_melt(app, action);
  qpcr::apps::add_analyze(app, action);
  qpcr::apps::add_assay(app, action);
  qpcr::apps::add_benchmark(app, action);
  qpcr::apps::add_calibrate(app, action);
  qpcr::apps::add_columns(app, action);
  qpcr::apps::add_convert(app, action);
  qpcr::apps::add_instruments(app, action);
  qpcr::apps::add_key(app, action);
  qpcr::apps::add_simulate(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? qpcr::apps::exit_ok : qpcr::apps::exit_usage;
  }
  return qpcr::apps::run_program("qpcr", action);
}
