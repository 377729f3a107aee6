// qpcr melt: one row a melting peak, or one row a curve without any and the reason.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/melt/product.hpp"
#include "libqpcr/melt/run_melt.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  InputOptions input;
  std::string signal;
  std::string kind;
  std::string smoothing;
  std::string lowest;
  std::string highest;
  std::vector<std::string> expected;
  std::string tolerance;
  std::string language;
  bool csv = false;
  bool json = false;
};

std::optional<double> read_number(const char* name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<double> value = parse_double(text);
  if (!value) refuse_option(name, text, "a number with a dot as decimal sign");
  return value;
}

RunMeltOptions to_run_options(const Options& options) {
  RunMeltOptions result;
  if (!options.signal.empty()) {
    const auto signal = parse_melt_signal(options.signal);
    if (!signal) refuse_option("--signal", options.signal, "falls or rises");
    result.melt.signal = *signal;
  }
  if (!options.kind.empty()) {
    result.kind = parse_curve_kind(options.kind);
    if (!result.kind) {
      refuse_option("--kind", options.kind,
                    "raw_filter, multicomponent, normalised, baseline_subtracted, background_subtracted or unknown");
    }
  }
  result.melt.smoothing_half_width_celsius = read_number("--smoothing", options.smoothing);
  result.melt.lowest_tm_celsius = read_number("--from", options.lowest);
  result.melt.highest_tm_celsius = read_number("--to", options.highest);
  result.melt.validate();
  return result;
}

std::optional<ProductExpectation> to_expectation(const Options& options) {
  if (options.expected.empty()) {
    if (!options.tolerance.empty()) refuse_option("--tolerance", options.tolerance, "a product, named by --product");
    return std::nullopt;
  }
  ProductExpectation result;
  for (const std::string& text : options.expected) result.tm_celsius.push_back(*read_number("--product", text));
  if (const auto tolerance = read_number("--tolerance", options.tolerance)) result.tolerance_celsius = *tolerance;
  result.validate();
  return result;
}

struct Row {
  const Run* run;
  const Measurement* measurement;
  MeasurementMelt melt;
  std::optional<ProductCheck> check;
};

std::vector<Row> analyse(const std::vector<Run>& runs, const Options& options) {
  const RunMeltOptions run_options = to_run_options(options);
  const std::optional<ProductExpectation> expectation = to_expectation(options);
  std::vector<Row> rows;
  std::size_t left_out = 0;
  for (const Run& run : runs) {
    const RunMelt result = analyse_run_melt(run, run_options);
    left_out += result.left_out.size();
    for (const MeasurementMelt& melt : result.curves) {
      Row& row = rows.emplace_back(Row{&run, &run->measurements[melt.measurement], melt, std::nullopt});
      if (expectation) row.check = call_melt_product(melt.result, *expectation);
    }
  }
  if (left_out > 0) {
    print_message(fmt::format(
        "qpcr: {} measurements have no melting curve to analyse (none recorded, passive reference, single filters)",
        left_out));
  }
  return rows;
}

Message find_reason(const Row& row) { return row.check ? row.check->reason : describe_melt(row.melt.result); }

std::string render_csv(const std::vector<Row>& rows, Language language) {
  CsvWriter writer;
  for (const char* title :
       {"run", "well", "sample", "target", "dye", "kind", "status", "peak", "tm_celsius", "standard_error_celsius",
        "height", "area", "area_fraction", "width_celsius", "prominence_over_error", "product", "reason"}) {
    writer.add(title);
  }
  writer.end_row();
  for (const Row& row : rows) {
    const Measurement& m = *row.measurement;
    const MeltResult& result = row.melt.result;
    const std::string reason = render_message(find_reason(row), language);
    const auto begin = [&] {
      writer.add((*row.run)->name).add(m.well.label).add(m.sample).add(m.target).add(m.dye);
      writer.add(to_string(result.kind)).add(to_string(result.status));
    };
    const auto end = [&] {
      writer.add(row.check ? to_string(row.check->verdict) : std::string_view()).add(reason);
      writer.end_row();
    };
    if (result.peaks.empty()) {
      begin();
      for (int i = 0; i < 8; ++i) writer.add("");
      end();
    }
    for (std::size_t i = 0; i < result.peaks.size(); ++i) {
      const MeltPeak& peak = result.peaks[i];
      begin();
      writer.add(std::to_string(i + 1));
      for (const double value : {peak.tm_celsius, peak.tm_standard_error_celsius, peak.height, peak.area,
                                 peak.area_fraction, peak.width_celsius, peak.prominence_over_error}) {
        writer.add_number(std::isfinite(value) ? std::optional<double>(value) : std::nullopt);
      }
      end();
    }
  }
  return writer.text();
}

std::string render_json(const std::vector<Row>& rows, const Options& options) {
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json document;
  document["schema"] = "qpcr.melt/1";
  document["library_version"] = library_version;
  document["signal"] = options.signal.empty() ? "falls" : options.signal;
  document["curves"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const Measurement& m = *row.measurement;
    const MeltResult& result = row.melt.result;
    nlohmann::ordered_json entry;
    entry["run"] = (*row.run)->name;
    entry["well"] = m.well.label;
    entry["sample"] = m.sample;
    entry["target"] = m.target;
    entry["dye"] = m.dye;
    entry["kind"] = to_string(result.kind);
    entry["status"] = to_string(result.status);
    entry["readings"] = result.readings;
    entry["noise_sd"] = number(result.noise_sd);
    entry["smoothing_half_width_celsius"] = number(result.half_width_celsius);
    entry["peaks"] = nlohmann::ordered_json::array();
    for (const MeltPeak& peak : result.peaks) {
      nlohmann::ordered_json found;
      found["tm_celsius"] = number(peak.tm_celsius);
      found["standard_error_celsius"] = number(peak.tm_standard_error_celsius);
      found["height"] = number(peak.height);
      found["area"] = number(peak.area);
      found["area_fraction"] = number(peak.area_fraction);
      found["width_celsius"] = number(peak.width_celsius);
      found["prominence_over_error"] = number(peak.prominence_over_error);
      found["left_celsius"] = number(peak.left_celsius);
      found["right_celsius"] = number(peak.right_celsius);
      entry["peaks"].push_back(std::move(found));
    }
    if (row.check) entry["product"] = to_string(row.check->verdict);
    entry["reason"] = find_reason(row).id;
    document["curves"].push_back(std::move(entry));
  }
  return document.dump(1) + "\n";
}

}  // namespace

void add_melt(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("melt", "one row a melting peak with its Tm, or the reason why a curve has none");
  add_input_options(*command, options->input);
  command->add_option("--signal", options->signal, "falls (default) or rises where a duplex melts");
  command->add_option("--kind", options->kind,
                      "which signal to analyse; the earliest that is colour-separated without it");
  command->add_option("--smoothing", options->smoothing,
                      "half of the smoothing window in °C; chosen from the data without it");
  command->add_option("--from", options->lowest, "lowest Tm in °C");
  command->add_option("--to", options->highest, "highest Tm in °C");
  command->add_option("--product", options->expected, "Tm of the product expected; each reaction is then judged by it");
  command->add_option("--tolerance", options->tolerance, "of the product's Tm, 1 °C without it");
  command->add_option("--lang", options->language, "zh or en, for the reasons");
  command->add_flag("--csv", options->csv, "CSV on stdout (the default)");
  command->add_flag("--json", options->json, "JSON on stdout, schema qpcr.melt/1");
  command->callback([options, &action] {
    action = [options] {
      const Language language = choose_language(options->language);
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      const std::vector<Row> rows = analyse(runs, *options);
      print_data(options->json ? render_json(rows, *options) : render_csv(rows, language));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
