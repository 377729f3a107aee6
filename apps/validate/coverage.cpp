// qpcr-validate coverage: measures how often each 95 % interval holds the truth, and writes the page of the methods.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/simulate/coverage/coverage_page.hpp"

namespace qpcr::apps {
namespace {

struct CommandOptions {
  CoverageOptions measured;
  std::string out;
  std::string language;
  bool json = false;
};

int measure(const CommandOptions& options) {
  const Language language = choose_language(options.language);
  options.measured.validate();
  const CoverageReport report = measure_all_coverage(options.measured, [language](std::string_view title) {
    print_message(render_message({"coverage_progress", {{"part", std::string(title)}}}, language));
  });
  const std::string page = render_coverage_page(report);
  if (!options.out.empty()) write_file(options.out, page);
  if (options.json)
    print_data(render_coverage_json(report));
  else if (options.out.empty())
    print_data(page);
  return exit_ok;
}

}  // namespace

void add_coverage(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CommandOptions>();
  CLI::App* command = app.add_subcommand(
      "coverage", "how often each 95 % interval holds the truth, as Markdown (docs/methods/coverage.md)");
  command->add_option("--out", options->out, "the page to write; without it, it is printed");
  command->add_option("--replicates", options->measured.replicates,
                      "of a simulation, 10000 without it; slow ones take a share");
  command->add_option("--seed", options->measured.seed, "1 without it");
  command->add_option("--threads", options->measured.threads, "0, the default, for all processors");
  command->add_option("--lang", options->language, "zh (default) or en, for the progress");
  command->add_flag("--json", options->json, "print all numbers as JSON");
  command->callback([options, &action] { action = [options] { return measure(*options); }; });
}

}  // namespace qpcr::apps
