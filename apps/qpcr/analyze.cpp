// qpcr analyze: runs and an assay definition to the batch verdict, the calls and the plate report.
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/analysis_context.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/plate_report.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  InputOptions input;
  std::string assay;
  std::string covariates;
  ContextOptions context;
  std::string out;
  std::string language;
  bool json = false;
  bool replace = false;
};

/// A folder name made of a run's name: letters, digits, dot, dash and underscore; numbered where two would be one.
std::string to_folder_name(const std::string& run, std::set<std::string>& used) {
  std::string name;
  for (const char c : run) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  if (name.find_first_not_of('.') == std::string::npos) name = "run";
  const std::string stem = name;
  for (int number = 2; !used.insert(name).second; ++number) name = fmt::format("{}-{}", stem, number);
  return name;
}

/// Refuses a folder that holds another result: a reanalysis makes a new one, and both calls stay readable.
void keep_earlier_results(const std::filesystem::path& folder,
                          const std::vector<std::pair<std::string, std::string>>& files) {
  for (const auto& [name, bytes] : files) {
    const std::filesystem::path path = folder / name;
    if (path.filename() != "result.json" || !std::filesystem::is_regular_file(path)) continue;
    if (read_file(path) == bytes) continue;
    refuse_option("--out", folder.string(), "a folder without an earlier result (or --replace to give that one up)");
  }
}

int analyze(const Options& options) {
  const Language language = choose_language(options.language);
  const AssayDefinition assay = read_assay(options.assay);
  const CovariateTable covariates =
      options.covariates.empty() ? CovariateTable{} : read_covariates(options.covariates, assay);
  const AnalysisContext context = read_context(options.context, options.assay, assay);
  std::vector<Run> runs;
  std::vector<PlateResult> results;
  if (assay.targets.empty()) {
    // A score of covariates alone: the table takes the place of the run.
    if (!options.input.files.empty())
      refuse_option("FILE", options.input.files.front(), "no instrument file: the definition measures nothing");
    if (covariates.rows.empty()) refuse_option("--covariates", options.covariates, "a table with at least one sample");
    RunData data;
    data.name = std::filesystem::path(options.covariates).stem().string();
    runs.emplace_back(std::move(data));
    results.push_back(analyze_covariates(assay, covariates, context));
    results.back().run = runs.front()->name;
  } else {
    if (options.input.files.empty()) refuse_option("FILE", "nothing", "the instrument files of the runs");
    runs = load_inputs(options.input);
  }
  Progress progress(runs.size() * 2);
  for (const Run& run : runs) {
    progress.step(run->name);
    if (!assay.targets.empty()) results.push_back(analyze_run(run, assay, covariates, context));
  }

  std::vector<std::pair<std::string, std::string>> files;
  std::set<std::string> used;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    progress.step(runs[i]->name);
    const std::string folder = runs.size() == 1 ? std::string() : to_folder_name(runs[i]->name, used) + "/";
    const Document document = build_plate_report(runs[i], results[i], PlateReportOptions{language});
    files.emplace_back(folder + "result.json", render_result_json(results[i]));
    // With the mark that lets Excel and WPS see UTF-8: these two tables are opened by double click.
    const ResultCsvOptions csv{language, true};
    files.emplace_back(folder + "calls.csv", render_calls_csv(results[i], csv));
    files.emplace_back(folder + "wells.csv", render_wells_csv(results[i], csv));
    files.emplace_back(folder + "report.html", render_html(document));
    files.emplace_back(folder + "report.pdf", render_pdf(document));
  }
  if (!options.replace) keep_earlier_results(options.out, files);
  const std::vector<std::filesystem::path> written = write_files(options.out, files);

  std::string text;
  bool valid = true;
  for (const PlateResult& result : results) {
    valid = valid && result.run_valid;
    text +=
        options.json ? render_result_json(result) : render_text_summary(result, language, wants_colour(STDOUT_FILENO));
  }
  print_data(text);
  for (const std::filesystem::path& path : written) print_message(fmt::format("qpcr: wrote {}", path.string()));
  return valid ? exit_ok : exit_run_invalid;
}

}  // namespace

void add_analyze(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "analyze", "batch verdict, calls and plate report of each run in FILE (exit 4: a run is invalid)");
  add_input_options(*command, options->input, "instrument files; none for a score of covariates alone", false);
  add_context_options(*command, options->context);
  command->add_option("--assay", options->assay, "assay definition (TOML)")->required();
  command->add_option("--covariates", options->covariates,
                      "CSV: sample and a column for each covariate, numbers as 'afp [ng/mL]'");
  command->add_option("--out", options->out, "folder for result.json, calls.csv, wells.csv, report.html, report.pdf")
      ->required();
  command->add_flag("--replace", options->replace, "overwrite an earlier result in the folder");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "result.json on stdout instead of the summary, one document a run");
  command->callback([options, &action] { action = [options] { return analyze(*options); }; });
}

}  // namespace qpcr::apps
