// qpcr benchmark: the accuracy of every method on curves with known truth, peers beside it.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/benchmark_data.hpp"
#include "apps/qpcr/benchmark_figures.hpp"
#include "apps/qpcr/benchmark_methods.hpp"
#include "apps/qpcr/benchmark_peers.hpp"
#include "apps/qpcr/benchmark_sections.hpp"
#include "apps/qpcr/benchmark_tables.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string data;
  std::vector<std::string> sets;
  std::string figures;
  PairedBootstrapOptions bootstrap;
  bool json = false;
  bool markdown = false;
};

BenchmarkTable build_method_table() {
  BenchmarkTable table;
  table.id = "methods";
  table.title = "Methods";
  table.columns = {"method", "gives", "what it is"};
  for (const BenchmarkMethod& method : benchmark_methods()) {
    table.rows.push_back({make_words(std::string(method.id)),
                          make_words(method.output == BenchmarkOutput::cq ? "Cq" : "quantity without a standard curve"),
                          make_words(std::string(method.description))});
  }
  return table;
}

/// What was read, and what was left out and why.
BenchmarkSection build_data_section(const BenchmarkData& data) {
  BenchmarkSection section;
  section.title = "Data and methods";
  BenchmarkTable table;
  table.id = "sets";
  table.title = "Sets";
  table.columns = {"set", "curves", "assays", "series", "amounts", "blanks", "labels"};
  for (const BenchmarkSet& set : data.sets) {
    long blanks = 0;
    for (const BenchmarkReaction& reaction : set.reactions) blanks += reaction.blank ? 1 : 0;
    table.rows.push_back({make_words(set.name), make_count(static_cast<long>(set.reactions.size())),
                          make_count(static_cast<long>(set.assays.size())),
                          make_count(static_cast<long>(set.series.size())),
                          make_words(set.amount_column.empty() ? "–" : set.amount_column), make_count(blanks),
                          make_words(set.label_source.empty() ? "–" : set.label_source)});
  }
  section.tables = {std::move(table), build_method_table()};
  return section;
}

std::vector<BenchmarkSection> build_sections(const BenchmarkData& data, const BenchmarkScores& scores,
                                             const PairedBootstrapOptions& bootstrap) {
  std::vector<BenchmarkSection> sections = {
      build_goal_section(scores),   build_replicate_series_section(scores), build_paired_section(scores, bootstrap),
      build_target_section(scores), build_replicates_section(scores),       build_label_section(scores),
      build_blank_section(scores),  build_agreement_section(scores)};
  sections.push_back(build_data_section(data));
  sections.erase(std::remove_if(sections.begin(), sections.end(),
                                [](const BenchmarkSection& section) { return section.tables.empty(); }),
                 sections.end());
  return sections;
}

std::string render(const std::vector<BenchmarkSection>& sections, const Options& options) {
  if (options.json) return render_json(sections);
  return options.markdown ? render_markdown(sections) : render_text(sections);
}

int run_accuracy(const Options& options) {
  if (options.json && options.markdown) refuse_option("--markdown", "with --json", "one form of output");
  options.bootstrap.validate();
  BenchmarkData data = read_benchmark_data(options.data, options.sets);
  const BenchmarkPeers peers = read_benchmark_peers(data);
  int status = exit_ok;
  for (const LeftOut& one : data.left_out) {
    // A file of a set that was not asked for is not worth a word.
    if (!one.error && !options.sets.empty()) continue;
    print_message(fmt::format("qpcr: left out: {}: {}", one.path, one.why));
    if (one.error) status = describe(*one.error).exit_status;
  }
  std::vector<SetScore> sets;
  {
    std::size_t steps = 0;
    for (const BenchmarkSet& set : data.sets) {
      bool has_truth = false;
      for (const BenchmarkReaction& reaction : set.reactions)
        has_truth = has_truth || reaction.amount || reaction.blank;
      steps += 1 + (has_truth ? benchmark_methods().size() : 0);
    }
    Progress progress(steps);
    for (std::size_t i = 0; i < data.sets.size(); ++i) {
      sets.push_back(
          score_set(data.sets[i], peers.sets[i], [&progress](std::string_view what) { progress.step(what); }));
    }
  }
  const BenchmarkScores scores = combine_scores(std::move(sets), peers, options.bootstrap);
  if (!options.figures.empty()) {
    for (const auto& path : write_files(options.figures, render_benchmark_figures(scores)))
      print_message(fmt::format("qpcr: wrote {}", path.string()));
  }
  print_data(render(build_sections(data, scores, options.bootstrap), options));
  return status;
}

void add_forms(CLI::App& command, Options& options) {
  command.add_flag("--json", options.json, "JSON on stdout, schema qpcr.benchmark/1");
  command.add_flag("--markdown", options.markdown, "Markdown on stdout");
}

}  // namespace

void add_benchmark(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("benchmark", "how accurate the methods are, on curves with known truth");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* accuracy =
      command->add_subcommand("accuracy", "score every method and every peer on every set of a folder");
  accuracy->add_option("--data", options->data, "folder with data/<set>/*.csv and *.truth.csv, and reference/<peer>/")
      ->required();
  accuracy->add_option("--set", options->sets, "only this set; may be given again")->take_all();
  accuracy->add_option("--bootstrap", options->bootstrap.replicates, "samples of the paired bootstrap (2000)");
  accuracy->add_option("--seed", options->bootstrap.seed, "of the bootstrap; same seed, same limits");
  accuracy->add_option("--figures", options->figures, "folder for SVG figures");
  add_forms(*accuracy, *options);
  accuracy->callback([options, &action] { action = [options] { return run_accuracy(*options); }; });
  CLI::App* methods = command->add_subcommand("methods", "the methods that are compared");
  add_forms(*methods, *options);
  methods->callback([options, &action] {
    action = [options] {
      BenchmarkSection section;
      section.title = "Methods";
      section.tables = {build_method_table()};
      print_data(render({section}, *options));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
