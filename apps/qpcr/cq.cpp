// qpcr cq: one row a curve with its Cq or the reason there is none.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string method = "threshold";
  std::string threshold;
  std::string baseline;
  std::string kind;
  std::string model;
  std::string language;
  bool csv = false;
  bool json = false;
};

CqOptions to_cq_options(const Options& options) {
  CqOptions result;
  if (options.method == "threshold") {
    result.method = CqMethod::threshold;
  } else if (options.method == "sdm" || options.method == "second_derivative_maximum") {
    result.method = CqMethod::second_derivative_maximum;
  } else {
    refuse_option("--method", options.method, "threshold or sdm");
  }
  if (!options.threshold.empty()) {
    result.threshold = parse_double(options.threshold);
    if (!result.threshold) refuse_option("--threshold", options.threshold, "a number with a dot as decimal sign");
    if (result.method != CqMethod::threshold)
      refuse_option("--threshold", options.threshold, "no threshold with --method sdm");
  }
  if (!options.baseline.empty()) {
    const auto method = parse_baseline_method(options.baseline);
    if (!method) refuse_option("--baseline", options.baseline, "none, constant or linear");
    result.baseline.method = *method;
  }
  if (!options.model.empty()) {
    const auto model = parse_sigmoid_model(options.model);
    if (!model) refuse_option("--model", options.model, "log_logistic_4 or log_logistic_5");
    result.model = *model;
  }
  result.validate();
  return result;
}

struct Row {
  const Run* run;
  const Measurement* measurement;
  MeasurementCq cq;
};

std::vector<Row> estimate(const std::vector<Run>& runs, const Options& options) {
  RunCqOptions run_options{to_cq_options(options), std::nullopt};
  if (!options.kind.empty()) {
    run_options.kind = parse_curve_kind(options.kind);
    if (!run_options.kind) {
      refuse_option("--kind", options.kind,
                    "raw_filter, multicomponent, normalised, baseline_subtracted, background_subtracted or unknown");
    }
  }
  std::vector<Row> rows;
  std::size_t left_out = 0;
  for (const Run& run : runs) {
    const RunCq result = estimate_run_cq(run, run_options);
    left_out += result.left_out.size();
    for (const MeasurementCq& cq : result.curves) rows.push_back({&run, &run->measurements[cq.measurement], cq});
  }
  if (left_out > 0) {
    print_message(fmt::format(
        "qpcr: {} measurements have no curve to analyse here (passive reference, single filters, or none of the kind)",
        left_out));
  }
  return rows;
}

std::string render_csv(const std::vector<Row>& rows, const Options& options, Language language) {
  CsvWriter writer;
  for (const char* title : {"run", "well", "sample", "target", "dye", "cq_cycles", "status", "standard_error_cycles",
                            "method", "kind", "threshold", "amplified", "reason", "vendor_cq_cycles"}) {
    writer.add(title);
  }
  writer.end_row();
  for (const Row& row : rows) {
    const Measurement& m = *row.measurement;
    const CqResult& cq = row.cq.result;
    writer.add((*row.run)->name).add(m.well.label).add(m.sample).add(m.target).add(m.dye);
    writer.add_number(cq.cq_cycles).add(to_string(cq.status)).add_number(cq.standard_error_cycles);
    writer.add(options.method).add(to_string(row.cq.kind)).add_number(cq.threshold).add(cq.amplified ? "yes" : "no");
    writer.add(cq.reason.id.empty() ? std::string() : render_message(cq.reason, language));
    writer.add_number(m.vendor.cq_cycles);
    writer.end_row();
  }
  return writer.text();
}

std::string render_json(const std::vector<Row>& rows, const Options& options) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json document;
  document["schema"] = "qpcr.cq/1";
  document["library_version"] = library_version;
  document["method"] = options.method;
  document["curves"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const Measurement& m = *row.measurement;
    nlohmann::ordered_json entry;
    entry["run"] = (*row.run)->name;
    entry["well"] = m.well.label;
    entry["sample"] = m.sample;
    entry["target"] = m.target;
    entry["dye"] = m.dye;
    entry["kind"] = to_string(row.cq.kind);
    entry["cq_cycles"] = number(row.cq.result.cq_cycles);
    entry["status"] = to_string(row.cq.result.status);
    entry["standard_error_cycles"] = number(row.cq.result.standard_error_cycles);
    entry["threshold"] = number(row.cq.result.threshold);
    entry["amplified"] = row.cq.result.amplified;
    entry["reason"] = row.cq.result.reason.id;
    entry["vendor_cq_cycles"] = number(m.vendor.cq_cycles);
    document["curves"].push_back(std::move(entry));
  }
  return document.dump(1) + "\n";
}

}  // namespace

void add_cq(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cq", "one row a curve: its Cq, or the status that says why there is none");
  command->add_option("FILE", options->files, "instrument files")->required();
  command->add_option("--method", options->method, "threshold (default) or sdm (second-derivative maximum)");
  command->add_option("--threshold", options->threshold,
                      "fluorescence above baseline; automatic for each target without it");
  command->add_option("--baseline", options->baseline,
                      "none, constant or linear (default); already subtracted curves stay as they are");
  command->add_option("--model", options->model, "log_logistic_4 or log_logistic_5, for sdm");
  command->add_option("--kind", options->kind,
                      "which signal to analyse; the earliest that is colour-separated without it");
  command->add_option("--lang", options->language, "zh or en, for the reasons");
  command->add_flag("--csv", options->csv, "CSV on stdout (the default)");
  command->add_flag("--json", options->json, "JSON on stdout, schema qpcr.cq/1");
  command->callback([options, &action] {
    action = [options] {
      const Language language = choose_language(options->language);
      const std::vector<Run> runs = load_runs({options->files.begin(), options->files.end()});
      print_simulated(runs);
      const std::vector<Row> rows = estimate(runs, *options);
      print_data(options->json ? render_json(rows, *options) : render_csv(rows, *options, language));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
