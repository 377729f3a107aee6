// qpcr quantify: standard curves of a run, the quantities of its samples, and amounts relative to references.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/cq_method.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/quantity/run_quantity.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  InputOptions input;
  std::string method;  ///< empty: the recommended one
  std::string threshold;
  std::string kind;
  std::string interval = "fieller";
  std::string confidence;
  std::string lower_limit;
  std::string upper_limit;
  std::vector<std::string> references;
  std::string calibrator;
  std::string language;
  bool csv = false;
  bool json = false;
};

double to_number(const char* option, const std::string& text) {
  const auto number = parse_double(text);
  if (!number) refuse_option(option, text, "a number with a dot as decimal sign");
  return *number;
}

RunCqOptions to_cq_options(const Options& options) {
  RunCqOptions result;
  if (!options.method.empty()) {
    result.cq.method = read_cq_method(options.method);
  } else if (!options.threshold.empty()) {
    result.cq.method = CqMethod::threshold;
  }
  result.fall_back = options.method.empty();
  if (!options.threshold.empty()) {
    if (result.cq.method != CqMethod::threshold)
      refuse_option("--threshold", options.threshold, "no threshold with --method " + options.method);
    result.cq.threshold = to_number("--threshold", options.threshold);
  }
  if (!options.kind.empty()) {
    result.kind = parse_curve_kind(options.kind);
    if (!result.kind) {
      refuse_option("--kind", options.kind,
                    "raw_filter, multicomponent, normalised, baseline_subtracted, background_subtracted or unknown");
    }
  }
  return result;
}

RunQuantityOptions to_quantity_options(const Options& options) {
  RunQuantityOptions result;
  if (options.interval == "delta") {
    result.interval = QuantityInterval::delta;
  } else if (options.interval != "fieller") {
    refuse_option("--interval", options.interval, "fieller or delta");
  }
  if (!options.confidence.empty()) result.standard_curve.confidence = to_number("--confidence", options.confidence);
  if (!options.lower_limit.empty())
    result.standard_curve.lower_limit_quantity = to_number("--lower-limit", options.lower_limit);
  if (!options.upper_limit.empty())
    result.standard_curve.upper_limit_quantity = to_number("--upper-limit", options.upper_limit);
  result.reference_targets = options.references;
  result.calibrator_sample = options.calibrator;
  result.validate();
  return result;
}

struct QuantifiedRun {
  std::string name;
  RunQuantities quantities;
};

std::string_view range_text(const QuantityEstimate& estimate) {
  return estimate.range ? to_string(*estimate.range) : std::string_view();
}

std::optional<double> lower_of(const std::optional<Interval>& interval) {
  return interval ? std::optional<double>(interval->lower) : std::nullopt;
}

std::optional<double> upper_of(const std::optional<Interval>& interval) {
  return interval ? std::optional<double>(interval->upper) : std::nullopt;
}

std::optional<double> present(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

/// Three kinds of row, named in the column result: a target's standard curve (lower and upper are its calibrated
/// range), a sample's quantity read from it, a sample's amount relative to the calibrator.
std::string render_csv(const std::vector<QuantifiedRun>& runs, Language language) {
  CsvWriter writer;
  for (const char* title : {"run",
                            "sample",
                            "target",
                            "dye",
                            "role",
                            "result",
                            "status",
                            "replicates",
                            "replicates_without_cq",
                            "mean_cq_cycles",
                            "value",
                            "lower",
                            "upper",
                            "unit",
                            "log10_standard_error",
                            "range",
                            "slope_cycles_per_log10",
                            "amplification_efficiency",
                            "r_squared",
                            "reason"}) {
    writer.add(title);
  }
  writer.end_row();
  const auto words = [language](const Message& reason) {
    return reason.id.empty() ? std::string() : render_message(reason, language);
  };
  for (const QuantifiedRun& run : runs) {
    for (const TargetStandardCurve& standards : run.quantities.standard_curves) {
      const StandardCurve& curve = standards.curve;
      if (curve.points + curve.left_out == 0) continue;
      writer.add(run.name).add("").add(standards.target).add(standards.dye).add(to_string(SampleRole::standard));
      writer.add("standard_curve").add(to_string(curve.status)).add(std::to_string(curve.points));
      writer.add(std::to_string(curve.left_out)).add("").add("").add_number(present(curve.lower_limit_quantity));
      writer.add_number(present(curve.upper_limit_quantity)).add(standards.quantity_unit).add("").add("");
      writer.add_number(present(curve.slope_cycles_per_log10)).add_number(present(curve.amplification_efficiency));
      writer.add_number(present(curve.r_squared)).add("");
      writer.end_row();
    }
    for (const SampleQuantity& sample : run.quantities.samples) {
      const QuantityEstimate& estimate = sample.estimate;
      const TargetStandardCurve& standards = run.quantities.standard_curves[sample.standard_curve];
      writer.add(run.name).add(sample.sample).add(sample.target).add(sample.dye).add(to_string(sample.role));
      writer.add("quantity").add(to_string(estimate.status)).add(std::to_string(estimate.replicates));
      writer.add(std::to_string(estimate.replicates_without_cq)).add_number(estimate.mean_cq_cycles);
      writer.add_number(estimate.quantity).add_number(lower_of(estimate.quantity_interval));
      writer.add_number(upper_of(estimate.quantity_interval)).add(estimate.quantity ? standards.quantity_unit : "");
      writer.add_number(estimate.log10_standard_error).add(range_text(estimate));
      writer.add_number(present(standards.curve.slope_cycles_per_log10));
      writer.add_number(present(standards.curve.amplification_efficiency));
      writer.add_number(present(standards.curve.r_squared)).add(words(sample.reason));
      writer.end_row();
    }
    for (const SampleRelativeQuantity& sample : run.quantities.relative) {
      const RelativeQuantity& quantity = sample.quantity;
      const bool found = std::isfinite(quantity.ratio);
      writer.add(run.name).add(sample.sample).add(sample.target).add(sample.dye).add("").add("relative");
      writer.add(found ? "estimated" : "no_cq").add("").add("").add("").add_number(present(quantity.ratio));
      writer.add_number(lower_of(quantity.ratio_interval)).add_number(upper_of(quantity.ratio_interval)).add("");
      const auto error = quantity.log2_standard_error;
      writer.add_number(error ? std::optional<double>(*error * std::log10(2.0)) : std::nullopt);
      writer.add("").add("").add_number(present(sample.growth.fold - 1.0)).add("").add(words(sample.reason));
      writer.end_row();
    }
  }
  return writer.text();
}

Json number(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(); }

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json::array({number(interval->lower), number(interval->upper)}) : Json();
}

Json curve_json(const TargetStandardCurve& standards) {
  const StandardCurve& curve = standards.curve;
  Json entry;
  entry["target"] = standards.target;
  entry["dye"] = standards.dye;
  entry["status"] = to_string(curve.status);
  entry["quantity_unit"] = standards.quantity_unit;
  entry["points"] = curve.points;
  entry["left_out"] = curve.left_out;
  entry["levels"] = curve.levels;
  entry["slope_cycles_per_log10"] = number(curve.slope_cycles_per_log10);
  entry["slope_standard_error"] = number(curve.slope_standard_error);
  entry["slope_interval"] = interval_json(curve.slope_interval);
  entry["intercept_cycles"] = number(curve.intercept_cycles);
  entry["intercept_standard_error"] = number(curve.intercept_standard_error);
  entry["intercept_interval"] = interval_json(curve.intercept_interval);
  entry["r_squared"] = number(curve.r_squared);
  entry["residual_sd_cycles"] = number(curve.residual_sd_cycles);
  entry["amplification_efficiency"] = number(curve.amplification_efficiency);
  entry["amplification_efficiency_standard_error"] = number(curve.amplification_efficiency_standard_error);
  entry["amplification_efficiency_interval"] = interval_json(curve.amplification_efficiency_interval);
  entry["lower_limit_quantity"] = number(curve.lower_limit_quantity);
  entry["upper_limit_quantity"] = number(curve.upper_limit_quantity);
  if (curve.lack_of_fit) {
    entry["lack_of_fit"] = {{"f", number(curve.lack_of_fit->f)},
                            {"numerator_degrees", curve.lack_of_fit->numerator_degrees},
                            {"denominator_degrees", curve.lack_of_fit->denominator_degrees},
                            {"p_value", number(curve.lack_of_fit->p_value)}};
  } else {
    entry["lack_of_fit"] = nullptr;
  }
  return entry;
}

Json sample_json(const SampleQuantity& sample, const TargetStandardCurve& standards) {
  const QuantityEstimate& estimate = sample.estimate;
  Json entry;
  entry["sample"] = sample.sample;
  entry["target"] = sample.target;
  entry["dye"] = sample.dye;
  entry["role"] = to_string(sample.role);
  entry["status"] = to_string(estimate.status);
  entry["replicates"] = estimate.replicates;
  entry["replicates_without_cq"] = estimate.replicates_without_cq;
  entry["mean_cq_cycles"] = number(estimate.mean_cq_cycles);
  entry["quantity"] = number(estimate.quantity);
  entry["quantity_unit"] = standards.quantity_unit;
  entry["quantity_interval"] = interval_json(estimate.quantity_interval);
  entry["log10_quantity"] = number(estimate.log10_quantity);
  entry["log10_standard_error"] = number(estimate.log10_standard_error);
  entry["log10_interval"] = interval_json(estimate.log10_interval);
  entry["range"] = estimate.range ? Json(to_string(*estimate.range)) : Json();
  entry["reason"] = sample.reason.id;
  return entry;
}

Json relative_json(const SampleRelativeQuantity& sample) {
  const RelativeQuantity& quantity = sample.quantity;
  Json entry;
  entry["sample"] = sample.sample;
  entry["target"] = sample.target;
  entry["dye"] = sample.dye;
  entry["ratio"] = number(quantity.ratio);
  entry["ratio_interval"] = interval_json(quantity.ratio_interval);
  entry["log2_ratio"] = number(quantity.log2_ratio);
  entry["log2_standard_error"] = number(quantity.log2_standard_error);
  entry["log2_growth_standard_error"] = number(quantity.log2_growth_standard_error);
  entry["degrees_of_freedom"] = number(quantity.degrees_of_freedom);
  entry["growth_fold_per_cycle"] = number(sample.growth.fold);
  entry["growth_standard_error"] = number(sample.growth.standard_error);
  entry["growth_is_assumed"] = sample.growth_is_assumed;
  entry["reason"] = sample.reason.id;
  return entry;
}

std::string render_json(const std::vector<QuantifiedRun>& runs, const Options& options,
                        const RunQuantityOptions& quantity_options) {
  Json document;
  document["schema"] = "qpcr.quantify/1";
  document["library_version"] = library_version;
  document["method"] = to_string(to_cq_options(options).cq.method);
  document["interval"] = to_string(quantity_options.interval);
  document["confidence"] = quantity_options.standard_curve.confidence;
  document["reference_targets"] = quantity_options.reference_targets;
  document["calibrator_sample"] = quantity_options.calibrator_sample;
  document["runs"] = Json::array();
  for (const QuantifiedRun& run : runs) {
    Json entry;
    entry["run"] = run.name;
    entry["standard_curves"] = Json::array();
    for (const auto& standards : run.quantities.standard_curves)
      entry["standard_curves"].push_back(curve_json(standards));
    entry["samples"] = Json::array();
    for (const auto& sample : run.quantities.samples)
      entry["samples"].push_back(sample_json(sample, run.quantities.standard_curves[sample.standard_curve]));
    entry["relative"] = Json::array();
    for (const auto& sample : run.quantities.relative) entry["relative"].push_back(relative_json(sample));
    document["runs"].push_back(std::move(entry));
  }
  return document.dump(1) + "\n";
}

}  // namespace

void add_quantify(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("quantify", "quantities from the run's standards, or relative to references and a calibrator");
  add_input_options(*command, options->input);
  command->add_option("--method", options->method, cq_method_choices);
  command->add_option("--threshold", options->threshold, "fluorescence above baseline, with --method threshold");
  command->add_option("--kind", options->kind,
                      "which signal to analyse; the earliest that is colour-separated without it");
  command->add_option("--interval", options->interval, "of quantities: fieller (default) or delta");
  command->add_option("--confidence", options->confidence, "of intervals: 0.95 without it");
  command->add_option("--lower-limit", options->lower_limit,
                      "limit of quantification in the standards' unit; the lowest standard without it");
  command->add_option("--upper-limit", options->upper_limit, "the same at the top");
  command->add_option("--reference", options->references, "reference targets, separated by commas; with --calibrator")
      ->delimiter(',');
  command->add_option("--calibrator", options->calibrator, "the sample whose relative quantity is 1; with --reference");
  command->add_option("--lang", options->language, "zh or en, for the reasons");
  command->add_flag("--csv", options->csv, "CSV on stdout (the default)");
  command->add_flag("--json", options->json, "JSON on stdout, schema qpcr.quantify/1");
  command->callback([options, &action] {
    action = [options] {
      const Language language = choose_language(options->language);
      const RunCqOptions cq_options = to_cq_options(*options);
      const RunQuantityOptions quantity_options = to_quantity_options(*options);
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      std::vector<QuantifiedRun> quantified;
      for (const Run& run : runs) {
        quantified.push_back(
            {run->name, estimate_run_quantities(run, estimate_run_cq(run, cq_options), quantity_options)});
      }
      print_data(options->json ? render_json(quantified, *options, quantity_options)
                               : render_csv(quantified, language));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
