// qpcr qc: controls from run to run: limits, Levey–Jennings charts, Westgard's rules, records of loss of control.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/assay/control_records.hpp"
#include "libqpcr/assay/quality_months.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/quality_export.hpp"
#include "libqpcr/report/quality_report.hpp"

namespace qpcr::apps {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string input;
  std::string out;
  std::string exclusions;
  std::string limits;
  std::string runs;
  std::string month;
  std::string language;
  bool json = false;
};

/// Every result.json below a folder, by path.
std::vector<fs::path> find_results(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failure;
  for (fs::recursive_directory_iterator each(folder, failure), end; !failure && each != end; each.increment(failure)) {
    if (each->path().filename() == "result.json" && each->is_regular_file()) found.push_back(each->path());
  }
  if (failure) {
    throw Error(ErrorCode::file_unreadable, {.path = folder.string(),
                                             .line = 0,
                                             .column = {},
                                             .field = {},
                                             .found = {},
                                             .expected = {},
                                             .problem = failure.message()});
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<ControlObservation> read_observations(const Options& options) {
  if (!fs::is_directory(options.input)) {
    if (!options.runs.empty()) refuse_option("--runs", options.runs, "no table of runs beside a table of controls");
    return parse_control_records(read_file(options.input), options.input);
  }
  const std::vector<RunStatement> records =
      options.runs.empty() ? std::vector<RunStatement>{} : parse_run_statements(read_file(options.runs), options.runs);
  std::vector<ControlObservation> observations;
  for (const fs::path& path : find_results(options.input)) {
    for (ControlObservation& each : parse_result_controls(read_file(path), path.string(), records))
      observations.push_back(std::move(each));
  }
  return observations;
}

int check_quality(const Options& options) {
  const Language language = choose_language(options.language);
  const std::vector<ControlObservation> observations = read_observations(options);
  if (observations.empty()) {
    throw Error(ErrorCode::invalid_value, {.path = options.input,
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = {},
                                           .expected = "results of controls (result.json of qpcr analyze, or a table)",
                                           .problem = {}});
  }
  const auto exclusions = options.exclusions.empty()
                              ? std::vector<QualityExclusion>{}
                              : parse_exclusions(read_file(options.exclusions), options.exclusions);
  const auto limits = options.limits.empty() ? std::vector<ControlLimits>{}
                                             : parse_limits_json(read_file(options.limits), options.limits);
  const QualityHistory history = judge_controls(observations, exclusions, limits);
  const std::vector<QualityMonth> months = summarise_months(history);
  const Document document = build_quality_report(history, months, QualityReportOptions{language, options.month});
  const std::string json = render_quality_json(history, months);
  const std::vector<fs::path> written = write_files(options.out, {{"qc.json", json},
                                                                  {"qc.csv", render_quality_csv(history)},
                                                                  {"months.csv", render_months_csv(history, months)},
                                                                  {"limits.json", render_limits_json(history.limits)},
                                                                  {"report.html", render_html(document)},
                                                                  {"report.pdf", render_pdf(document)}});
  print_data(options.json ? json : render_quality_summary(history, language));
  for (const fs::path& path : written) print_message(fmt::format("qpcr: wrote {}", path.string()));
  return ends_rejected(history) ? exit_run_invalid : exit_ok;
}

}  // namespace

void add_qc(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "qc", "controls from run to run: limits, Westgard's rules, charts, records (exit 4: a series ends rejected)");
  command->add_option("INPUT", options->input, "folder with result.json files of qpcr analyze, or a CSV of controls")
      ->required();
  command
      ->add_option("--out", options->out,
                   "folder for qc.json, qc.csv, months.csv, limits.json, report.html, report.pdf")
      ->required();
  command->add_option("--exclusions", options->exclusions, "CSV: run, control, target, reason");
  command->add_option("--limits", options->limits, "limits.json of an earlier qpcr qc, or limits of your own");
  command->add_option("--runs", options->runs,
                      "CSV: run, date; instrument, lot, control_lot: where result.json has none");
  command->add_option("--month", options->month, "report this month alone: 2026-11");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "qc.json on stdout instead of the summary");
  command->callback([options, &action] { action = [options] { return check_quality(*options); }; });
}

}  // namespace qpcr::apps
