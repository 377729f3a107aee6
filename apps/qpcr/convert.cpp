// qpcr convert: an instrument file written as RDML, RDES or a long CSV table.
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "libqpcr/exchange/tables.hpp"

namespace qpcr::apps {
namespace {

/// Says what the format could not carry, so that nothing is lost silently.
std::string take_bytes(WrittenDocument document) {
  for (const NotWritten& item : document.not_written) {
    print_message(fmt::format("qpcr: not written: {}: {}", item.where, item.why));
  }
  return std::move(document.bytes);
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  struct Options {
    std::vector<std::string> files;
    std::string format;
    std::string out;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("convert", "write the runs of FILE in another format");
  command->add_option("FILE", options->files, "instrument files")->required();
  command->add_option("--to", options->format, "rdml, rdes or csv")
      ->required()
      ->check(CLI::IsMember({"rdml", "rdes", "csv"}));
  command->add_option("--out", options->out, "file to write; stdout without it");
  command->callback([options, &action] {
    action = [options] {
      const std::vector<Run> runs = load_runs({options->files.begin(), options->files.end()});
      print_simulated(runs);
      std::string bytes;
      if (options->format == "rdml") {
        bytes = take_bytes(render_rdml(runs));
      } else if (options->format == "rdes") {
        if (runs.size() != 1) {
          refuse_option(
              "--to", "rdes",
              fmt::format("a file of one run, since an RDES table holds one; this one holds {}", runs.size()));
        }
        bytes = take_bytes(render_rdes(runs.front()));
      } else {
        bytes = render_curves_csv(runs);
      }
      if (options->out.empty()) {
        if (options->format == "rdml" && ::isatty(STDOUT_FILENO) != 0) {
          refuse_option("--out", "", "a file name, since RDML is binary (or redirect stdout)");
        }
        print_data(bytes);
        return exit_ok;
      }
      const HeldSignals held;
      write_file(options->out, bytes);
      print_message(fmt::format("qpcr: wrote {}", options->out));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
