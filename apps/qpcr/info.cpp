// qpcr info: what a file is, what was read from it, and what was not.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/markup.hpp"

namespace qpcr::apps {
namespace {

/// Counts of a run, formed once for the text and the JSON form.
struct Summary {
  std::size_t wells = 0;
  std::size_t samples = 0;
  std::size_t measurements = 0;
  std::size_t excluded = 0;
  std::size_t vendor_cq = 0;
  std::size_t melt_curves = 0;
  std::size_t single_readings = 0;
  std::size_t vendor_melting_temperatures = 0;
  std::vector<std::string> targets;
  std::vector<std::string> dyes;
  std::map<std::string, std::size_t> curves_by_kind;
  std::size_t fewest_cycles = 0;
  std::size_t most_cycles = 0;
};

Summary summarise(const RunData& run) {
  Summary summary;
  std::set<std::string> wells;
  std::set<std::string> samples;
  std::set<std::string> targets;
  std::set<std::string> dyes;
  bool first = true;
  for (const Measurement& m : run.measurements) {
    wells.insert(m.well.label);
    if (!m.sample.empty()) samples.insert(m.sample);
    if (!m.target.empty() && targets.insert(m.target).second) summary.targets.push_back(m.target);
    if (!m.dye.empty() && dyes.insert(m.dye).second) summary.dyes.push_back(m.dye);
    if (m.excluded) ++summary.excluded;
    if (m.vendor.cq_cycles) ++summary.vendor_cq;
    summary.melt_curves += m.melt.size();
    summary.single_readings += m.single_readings.size();
    summary.vendor_melting_temperatures += m.vendor.melting_temperatures_celsius.size();
    for (const AmplificationCurve& curve : m.amplification) {
      ++summary.curves_by_kind[std::string(to_string(curve.kind))];
      summary.fewest_cycles = first ? curve.cycles.size() : std::min(summary.fewest_cycles, curve.cycles.size());
      summary.most_cycles = std::max(summary.most_cycles, curve.cycles.size());
      first = false;
    }
  }
  summary.wells = wells.size();
  summary.samples = samples.size();
  summary.measurements = run.measurements.size();
  return summary;
}

nlohmann::ordered_json to_json(const ProtocolStep& step) {
  nlohmann::ordered_json json = {{"stage", step.stage}, {"step", step.step}, {"repeats", step.repeats}};
  json["temperature_celsius"] =
      step.temperature_celsius ? nlohmann::ordered_json(*step.temperature_celsius) : nlohmann::ordered_json(nullptr);
  json["duration_seconds"] =
      step.duration_seconds ? nlohmann::ordered_json(*step.duration_seconds) : nlohmann::ordered_json(nullptr);
  json["collects"] = step.collects;
  return json;
}

nlohmann::ordered_json to_json(const RunData& run, bool show_operator) {
  const Summary summary = summarise(run);
  nlohmann::ordered_json json;
  json["run"] = run.name;
  json["reader"] = run.provenance.reader;
  json["instrument"] = {{"vendor", run.instrument.vendor},
                        {"model", run.instrument.model},
                        {"serial_number", run.instrument.serial_number},
                        {"software", run.instrument.software},
                        {"software_version", run.instrument.software_version}};
  json["started_at"] = run.started_at;
  json["ended_at"] = run.ended_at;
  if (show_operator) json["operator_name"] = run.operator_name;
  json["plate_barcode"] = run.plate_barcode;
  json["notes"] = mask_personal(run.notes);
  json["protocol"] = nlohmann::ordered_json::array();
  for (const ProtocolStep& step : run.protocol) json["protocol"].push_back(to_json(step));
  if (run.plate) {
    json["plate"] = {{"rows", run.plate->rows}, {"columns", run.plate->columns}};
  } else {
    json["plate"] = nullptr;
  }
  json["passive_reference_dye"] = run.passive_reference_dye;
  json["simulated"] = is_simulated(run);
  json["wells"] = summary.wells;
  json["samples"] = summary.samples;
  json["measurements"] = summary.measurements;
  json["targets"] = summary.targets;
  json["dyes"] = summary.dyes;
  json["curves"] = summary.curves_by_kind;
  json["cycles"] = {{"fewest", summary.fewest_cycles}, {"most", summary.most_cycles}};
  json["melt_curves"] = summary.melt_curves;
  json["single_readings"] = summary.single_readings;
  json["vendor_cq"] = summary.vendor_cq;
  json["vendor_melting_temperatures"] = summary.vendor_melting_temperatures;
  json["vendor_tables"] = nlohmann::ordered_json::array();
  for (const VendorTable& table : run.vendor_tables) {
    json["vendor_tables"].push_back(
        {{"name", table.name}, {"columns", table.columns.size()}, {"rows", table.rows.size()}});
  }
  json["excluded"] = summary.excluded;
  json["warnings"] = run.warnings;
  json["not_read"] = nlohmann::ordered_json::array();
  for (const NotRead& item : run.provenance.not_read)
    json["not_read"].push_back({{"where", item.where}, {"why", item.why}});
  json["sources"] = nlohmann::ordered_json::array();
  for (const SourceFile& source : run.provenance.sources) {
    json["sources"].push_back({{"name", source.name}, {"sha256", source.sha256}, {"size_bytes", source.size_bytes}});
  }
  return json;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string render(const RunData& run, Language language, bool show_operator) {
  const Summary summary = summarise(run);
  std::string text;
  const auto line = [&](std::string_view id, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {}: {}\n", render_text(id, language), value);
  };
  text += fmt::format("{}: {}\n", render_text("info_run", language), run.name);
  line("info_reader", run.provenance.reader);
  const Instrument& instrument = run.instrument;
  line("info_instrument", join([&] {
         std::vector<std::string> parts;
         for (const std::string& part : {instrument.vendor, instrument.model, instrument.serial_number}) {
           if (!part.empty()) parts.push_back(part);
         }
         return parts;
       }()));
  line("info_software", std::string(trim(instrument.software + " " + instrument.software_version)));
  line("info_started_at", run.started_at);
  line("info_ended_at", run.ended_at);
  if (show_operator) line("info_operator", run.operator_name);
  line("info_barcode", run.plate_barcode);
  line("info_notes", mask_personal(run.notes));
  if (!run.protocol.empty()) line("info_protocol", std::to_string(run.protocol.size()));
  if (run.plate) line("info_plate", fmt::format("{} × {}", run.plate->rows, run.plate->columns));
  line("info_wells", std::to_string(summary.wells));
  line("info_samples", std::to_string(summary.samples));
  line("info_targets", join(summary.targets));
  line("info_dyes", join(summary.dyes));
  line("info_passive_reference", run.passive_reference_dye);
  std::vector<std::string> curves;
  for (const auto& [kind, count] : summary.curves_by_kind) curves.push_back(fmt::format("{} {}", count, kind));
  line("info_curves", join(curves));
  if (summary.most_cycles > 0) {
    line("info_cycles", summary.fewest_cycles == summary.most_cycles
                            ? std::to_string(summary.most_cycles)
                            : fmt::format("{}–{}", summary.fewest_cycles, summary.most_cycles));
  }
  if (summary.melt_curves > 0) line("info_melt_curves", std::to_string(summary.melt_curves));
  if (summary.single_readings > 0) line("info_single_readings", std::to_string(summary.single_readings));
  line("info_vendor_cq", fmt::format("{} / {}", summary.vendor_cq, summary.measurements));
  for (const VendorTable& table : run.vendor_tables)
    line("info_vendor_table", fmt::format("{} ({} × {})", table.name, table.rows.size(), table.columns.size()));
  if (summary.excluded > 0) line("info_excluded", std::to_string(summary.excluded));
  if (is_simulated(run)) line("info_simulated", "SIMULATED");
  for (const std::string& warning : run.warnings) line("info_warning", warning);
  for (const SourceFile& source : run.provenance.sources) {
    line("info_source", fmt::format("{}  {} B  SHA-256 {}", source.name, source.size_bytes, source.sha256));
  }
  if (run.provenance.not_read.empty()) {
    line("info_not_read", std::string(render_text("info_nothing", language)));
  } else {
    text += fmt::format("  {}:\n", render_text("info_not_read", language));
    for (const NotRead& item : run.provenance.not_read) text += fmt::format("    - {}: {}\n", item.where, item.why);
  }
  return text;
}

}  // namespace

void print_simulated(const std::vector<Run>& runs) {
  const bool simulated = std::any_of(runs.begin(), runs.end(), [](const Run& run) { return is_simulated(*run); });
  if (simulated) print_message("qpcr: simulated data");
}

void add_info(CLI::App& app, Action& action) {
  struct Options {
    InputOptions input;
    std::string language;
    bool json = false;
    bool show_operator = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("info", "what FILE is, what was read from it, and what was not");
  add_input_options(*command, options->input);
  command->add_option("--lang", options->language, "zh or en");
  command->add_flag("--json", options->json, "JSON on stdout, schema qpcr.info/1");
  command->add_flag("--operator", options->show_operator, "show who ran the instrument; the name of a person");
  command->callback([options, &action] {
    action = [options] {
      const Language language = choose_language(options->language);
      const std::vector<Run> runs = load_inputs(options->input);
      print_simulated(runs);
      if (options->json) {
        nlohmann::ordered_json document;
        document["schema"] = "qpcr.info/1";
        document["runs"] = nlohmann::ordered_json::array();
        for (const Run& run : runs) document["runs"].push_back(to_json(*run, options->show_operator));
        print_data(document.dump(1) + "\n");
        return exit_ok;
      }
      std::string text;
      for (const Run& run : runs) text += render(*run, language, options->show_operator);
      // A name in a file must not speak to the terminal.
      print_data(clean_text(text));
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
