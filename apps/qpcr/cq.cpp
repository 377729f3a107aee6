// qpcr cq: one row a curve with its Cq or the reason there is none.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/cq_method.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/calibration.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  InputOptions input;
  std::string method;  ///< empty: the recommended one
  std::optional<std::string> calibration;
  std::string threshold;
  std::string interpolation;
  std::string baseline;
  std::string kind;
  std::string model;
  std::string language;
  int threads = 1;
  bool csv = false;
  bool json = false;
};

template <class Value>
struct ShortName {
  std::string_view name;
  Value value;
};

constexpr std::array<ShortName<AmplificationModel>, 6> short_models{{
    {"l4", AmplificationModel::log_logistic_4},
    {"l5", AmplificationModel::log_logistic_5},
    {"l6", AmplificationModel::log_logistic_6},
    {"b4", AmplificationModel::logistic_4},
    {"b5", AmplificationModel::logistic_5},
    {"b6", AmplificationModel::logistic_6},
}};

template <class Value, std::size_t N>
std::optional<Value> find_short(const std::array<ShortName<Value>, N>& names, std::string_view text) {
  for (const ShortName<Value>& entry : names) {
    if (entry.name == text) return entry.value;
  }
  return std::nullopt;
}

constexpr const char* model_choices =
    "log_logistic_4, 5 or 6 (l4, l5, l6), logistic_4, 5 or 6 (b4, b5, b6), gompertz, or aicc for the one of smallest "
    "AICc";

void read_model(const Options& options, CqOptions& result) {
  if (options.model.empty()) return;
  if (!is_model_based(result.method) && result.baseline.method != BaselineMethod::model)
    refuse_option("--model", options.model, "no model with --method " + std::string(to_string(result.method)));
  if (options.model == "aicc") {
    result.choose_model = true;
    return;
  }
  auto model = parse_amplification_model(options.model);
  if (!model) model = find_short(short_models, options.model);
  if (!model) refuse_option("--model", options.model, model_choices);
  result.model = result.baseline.model = *model;
}

CqOptions to_cq_options(const Options& options) {
  CqOptions result = RunCqOptions::recommended_cq_options();
  // A threshold or an interpolation asks for the one method that has them.
  const bool by_threshold = !options.threshold.empty() || !options.interpolation.empty();
  if (options.method.empty() && by_threshold) result.method = CqMethod::threshold;
  if (!options.method.empty()) result.method = read_cq_method(options.method);
  if (!options.threshold.empty()) {
    result.threshold = parse_double(options.threshold);
    if (!result.threshold) refuse_option("--threshold", options.threshold, "a number with a dot as decimal sign");
    if (result.method != CqMethod::threshold)
      refuse_option("--threshold", options.threshold, "no threshold with --method " + options.method);
  }
  if (!options.interpolation.empty()) {
    const auto interpolation = options.interpolation == "log" ? std::optional(Interpolation::logarithmic)
                                                              : parse_interpolation(options.interpolation);
    if (!interpolation) refuse_option("--interpolation", options.interpolation, "linear or logarithmic (log)");
    if (result.method != CqMethod::threshold)
      refuse_option("--interpolation", options.interpolation, "no interpolation with --method " + options.method);
    result.interpolation = *interpolation;
  }
  if (!options.baseline.empty()) {
    const auto baseline = parse_baseline_method(options.baseline);
    if (!baseline) refuse_option("--baseline", options.baseline, "none, constant, linear or model");
    result.baseline.method = *baseline;
  }
  read_model(options, result);
  if (options.calibration && result.method != CqMethod::common_shape)
    refuse_option("--calibration", *options.calibration, "no calibration with --method " + options.method);
  if (options.calibration && options.calibration->empty())
    refuse_option("--calibration", {}, "a record of `qpcr calibrate`");
  return result;
}

struct Row {
  const Run* run;
  const Measurement* measurement;
  MeasurementCq cq;
};

/// One line on stderr for each group whose quantities rest on a common shape.
void print_groups(const RunCq& cq) {
  for (const GroupCq& group : cq.groups) {
    if (!group.common_shape) continue;
    const CommonShape& shape = *group.common_shape;
    std::string line = fmt::format("qpcr: {}{}{}: common shape {}", group.target, group.dye.empty() ? "" : "/",
                                   group.dye, group.pinned ? "pinned, " : "");
    line += fmt::format("{}, {} reactions", to_string(shape.status), shape.reactions);
    if (is_usable(shape.status)) {
      line += fmt::format(", E {:.3f} (95 % {:.3f} to {:.3f})", shape.efficiency(), shape.efficiency_low(),
                          shape.efficiency_high());
    }
    print_message(line);
  }
}

RunCqOptions to_run_options(const Options& options) {
  RunCqOptions result;
  result.cq = to_cq_options(options);
  result.fall_back = options.method.empty() && !options.calibration;
  result.threads = options.threads;
  if (!options.kind.empty()) {
    result.kind = parse_curve_kind(options.kind);
    if (!result.kind) {
      refuse_option("--kind", options.kind,
                    "raw_filter, multicomponent, normalised, baseline_subtracted, background_subtracted or unknown");
    }
  }
  if (options.calibration) result.calibration = to_pinned_calibration(read_calibration(*options.calibration));
  return result;
}

std::vector<Row> estimate(const std::vector<Run>& runs, const RunCqOptions& options) {
  std::vector<Row> rows;
  std::size_t left_out = 0;
  for (const Run& run : runs) {
    const RunCq result = estimate_run_cq(run, options);
    left_out += result.left_out.size();
    for (const MeasurementCq& cq : result.curves) rows.push_back({&run, &run->measurements[cq.measurement], cq});
    print_groups(result);
  }
  if (left_out > 0) {
    print_message(fmt::format(
        "qpcr: {} measurements have no curve to analyse here (passive reference, single filters, or none of the kind)",
        left_out));
  }
  return rows;
}

std::string join_flags(const CqResult& cq) {
  std::string text;
  for (const QualityFlag& flag : cq.flags) text += (text.empty() ? "" : " ") + std::string(to_string(flag.rule));
  return text;
}

std::string join_notes(const CqResult& cq, Language language) {
  std::string text;
  for (const Message& note : cq.notes) text += (text.empty() ? "" : "; ") + render_message(note, language);
  return text;
}

/// What a row echoes beside its method: the model that was fitted, the interpolation of a threshold.
std::string_view find_model(const CqResult& cq) { return cq.fit ? to_string(cq.fit->model) : std::string_view(); }

std::string_view find_interpolation(const CqResult& cq) {
  return cq.method == CqMethod::threshold ? to_string(cq.interpolation) : std::string_view();
}

std::string render_csv(const std::vector<Row>& rows, Language language) {
  CsvWriter writer;
  for (const char* title : {"run",
                            "well",
                            "sample",
                            "target",
                            "dye",
                            "cq_cycles",
                            "status",
                            "standard_error_cycles",
                            "method",
                            "kind",
                            "threshold",
                            "amplified",
                            "reason",
                            "vendor_cq_cycles",
                            "model",
                            "interpolation",
                            "baseline",
                            "verdict",
                            "flags",
                            "log10_n0",
                            "log10_n0_standard_error",
                            "notes"}) {
    writer.add(title);
  }
  writer.end_row();
  for (const Row& row : rows) {
    const Measurement& m = *row.measurement;
    const CqResult& cq = row.cq.result;
    writer.add((*row.run)->name).add(m.well.label).add(m.sample).add(m.target).add(m.dye);
    writer.add_number(cq.cq_cycles).add(to_string(cq.status)).add_number(cq.standard_error_cycles);
    writer.add(to_string(cq.method))
        .add(to_string(row.cq.kind))
        .add_number(cq.threshold)
        .add(cq.amplified ? "yes" : "no");
    writer.add(cq.reason.id.empty() ? std::string() : render_message(cq.reason, language));
    writer.add_number(m.vendor.cq_cycles);
    writer.add(find_model(cq)).add(find_interpolation(cq)).add(to_string(cq.baseline.method));
    writer.add(to_string(cq.verdict)).add(join_flags(cq));
    writer.add_number(cq.log10_n0).add_number(cq.log10_n0_standard_error);
    writer.add(join_notes(cq, language));
    writer.end_row();
  }
  return writer.text();
}

std::string render_json(const std::vector<Row>& rows, const RunCqOptions& options) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json document;
  document["schema"] = "qpcr.cq/1";
  document["library_version"] = library_version;
  document["method"] = to_string(options.cq.method);
  document["calibration"] = nullptr;
  if (options.calibration) {
    document["calibration"] = {{"name", options.calibration->name},
                               {"identity", options.calibration->identity},
                               {"simulated", options.calibration->simulated}};
  }
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
    entry["model"] = row.cq.result.fit ? nlohmann::ordered_json(find_model(row.cq.result)) : nlohmann::ordered_json();
    entry["interpolation"] = row.cq.result.method == CqMethod::threshold
                                 ? nlohmann::ordered_json(find_interpolation(row.cq.result))
                                 : nlohmann::ordered_json();
    entry["baseline"] = to_string(row.cq.result.baseline.method);
    entry["method"] = to_string(row.cq.result.method);
    entry["verdict"] = to_string(row.cq.result.verdict);
    entry["notes"] = nlohmann::ordered_json::array();
    for (const Message& note : row.cq.result.notes) entry["notes"].push_back(note.id);
    entry["flags"] = nlohmann::ordered_json::array();
    for (const QualityFlag& flag : row.cq.result.flags)
      entry["flags"].push_back({{"rule", to_string(flag.rule)}, {"value", flag.value}, {"limit", flag.limit}});
    entry["log10_n0"] = number(row.cq.result.log10_n0);
    entry["log10_n0_standard_error"] = number(row.cq.result.log10_n0_standard_error);
    document["curves"].push_back(std::move(entry));
  }
  return document.dump(1) + "\n";
}

}  // namespace

void add_cq(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cq", "one row a curve: its Cq, or the status that says why there is none");
  add_input_options(*command, options->input);
  command->add_option("--method", options->method, cq_method_choices);
  command->add_option("--calibration", options->calibration,
                      "record of `qpcr calibrate`: shapes are pinned, not learned from the plate");
  command->add_option("--threshold", options->threshold,
                      "fluorescence above baseline; automatic for each target without it");
  command->add_option("--interpolation", options->interpolation,
                      "between the readings next to the threshold: linear (default) or logarithmic (log)");
  command->add_option("--baseline", options->baseline,
                      "none, constant, linear (default) or model; already subtracted curves stay as they are");
  command->add_option("--model", options->model, model_choices);
  command->add_option("--kind", options->kind,
                      "which signal to analyse; the earliest that is colour-separated without it");
  command->add_option("--lang", options->language, "zh or en, for the reasons");
  command->add_option("--threads", options->threads, "threads to use, 0 for all; the results are the same")
      ->check(CLI::Range(0, 1024));
  command->add_flag("--csv", options->csv, "CSV on stdout (the default)");
  command->add_flag("--json", options->json, "JSON on stdout, schema qpcr.cq/1");
  command->callback([options, &action] {
    action = [options] {
      const Language language = choose_language(options->language);
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      const RunCqOptions run_options = to_run_options(*options);
      const std::vector<Row> rows = estimate(runs, run_options);
      print_data(options->json ? render_json(rows, run_options) : render_csv(rows, language));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
