// RDML elements in the order of the schema: experimenters, dyes, samples, targets, protocols, then experiments with
// their runs.
#include "libqpcr/exchange/rdml.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_definitions.hpp"
#include "libqpcr/exchange/rdml_protocol.hpp"
#include "libqpcr/exchange/rdml_text.hpp"
#include "libqpcr/exchange/rdml_wells.hpp"
#include "libqpcr/exchange/run_rest.hpp"
#include "libqpcr/exchange/xml_text.hpp"
#include "libqpcr/tabular/zip_writer.hpp"

namespace qpcr {
namespace {

class Writer {
 public:
  Writer(std::span<const Run> runs, const RdmlOptions& options)
      : runs_(runs), options_(options), definitions_(runs, options.version, not_written_) {}

  WrittenDocument write() {
    xml_ =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdml xmlns=\"http://www.rdml.org\" version=\"{}\">\n",
                    is_1_2() ? "1.2" : "1.3");
    write_experimenters();
    xml_ += definitions_.render();
    write_protocols();
    write_experiments();
    xml_ += "</rdml>\n";
    return {std::move(xml_), not_written_.release()};
  }

 private:
  bool is_1_2() const { return options_.version == RdmlVersion::v1_2; }

  void note(std::string where, std::string why) { not_written_.add(std::move(where), std::move(why)); }

  void element(std::string_view name, double value, const std::string& place) {
    if (std::isfinite(value)) {
      xml_ += fmt::format("<{0}>{1}</{0}>", name, format_double(value));
    } else {
      note(place, fmt::format("{}, which is not a finite number", name));
    }
  }

  /// RDML has first and last name; the last word is taken for the latter.
  void write_experimenters() {
    for (const Run& run : runs_) {
      const std::string& name = run->operator_name;
      if (name.empty()) continue;
      if (!options_.with_operator) {
        note(fmt::format("run {}", run->name), "the operator's name, which is personal data");
        continue;
      }
      const std::string id = fmt::format("experimenter {}", experimenters_.size() + 1);
      if (!experimenters_.emplace(name, id).second) continue;
      const std::size_t space = name.rfind(' ');
      const std::string first = space == std::string::npos ? "" : name.substr(0, space);
      const std::string last = space == std::string::npos ? name : name.substr(space + 1);
      xml_ += fmt::format("<experimenter id=\"{}\"><firstName>{}</firstName><lastName>{}</lastName></experimenter>\n",
                          id, escape_xml(first), escape_xml(last));
    }
  }

  void write_protocols() {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::string id = fmt::format("protocol {}", i + 1);
      const std::string protocol = render_rdml_protocol(*runs_[i], id, not_written_);
      xml_ += protocol;
      protocol_ids_.push_back(protocol.empty() ? std::string() : id);
    }
  }

  void write_experiments() {
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::size_t>>>> experiments;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const std::string& name = runs_[i]->name;
      const std::size_t slash = name.find('/');
      const bool split_name = slash != std::string::npos && slash > 0 && slash + 1 < name.size();
      const std::string experiment = split_name ? name.substr(0, slash) : "experiment";
      const std::string id = split_name ? name.substr(slash + 1) : name.empty() ? "run" : name;
      auto found =
          std::find_if(experiments.begin(), experiments.end(), [&](const auto& e) { return e.first == experiment; });
      if (found == experiments.end()) found = experiments.insert(experiments.end(), {experiment, {}});
      for (const auto& [other, unused] : found->second) {
        if (other != id) continue;
        throw Error(ErrorCode::duplicate_entry, {.path = {},
                                                 .line = 0,
                                                 .column = {},
                                                 .field = "run",
                                                 .found = {},
                                                 .expected = {},
                                                 .problem = fmt::format("two runs are named '{}'", name)});
      }
      found->second.emplace_back(id, i);
    }
    for (const auto& [experiment, runs] : experiments) {
      xml_ += fmt::format("<experiment id=\"{}\">\n", escape_xml(experiment));
      for (const auto& [id, index] : runs) write_run(id, index);
      xml_ += "</experiment>\n";
    }
  }

  void write_run(const std::string& id, std::size_t index) {
    const RunData& run = *runs_[index];
    xml_ += fmt::format("<run id=\"{}\">\n", escape_xml(id));
    if (!run.notes.empty()) xml_ += fmt::format("<description>{}</description>\n", escape_xml(run.notes));
    if (const auto found = experimenters_.find(run.operator_name); found != experimenters_.end())
      xml_ += fmt::format("<experimenter id=\"{}\"/>\n", found->second);
    write_instrument(run);
    if (!options_.setup_only) write_methods(run);
    if (!protocol_ids_[index].empty())
      xml_ += fmt::format("<thermalCyclingConditions id=\"{}\"/>\n", protocol_ids_[index]);
    const RdmlNumbering numbering = number_rdml_wells(run, not_written_);
    xml_ += numbering.format;
    write_start(run);
    for (const RdmlWell& well : definitions_.wells(index))
      write_reaction(run, numbering.numbers.at(well.measurements.front()->well.label), well);
    xml_ += "</run>\n";
    RestOfRun said;
    said.role_codes = true;
    list_rest_of_run(run, said, not_written_);
  }

  void write_instrument(const RunData& run) {
    const Instrument& instrument = run.instrument;
    const std::string place = fmt::format("run {}", run.name);
    std::string model = instrument.model;
    // A vendor that the model already opens with ("Bio-Rad CFX96") is not repeated.
    if (!instrument.vendor.empty() && !model.starts_with(instrument.vendor)) {
      model = model.empty() ? instrument.vendor : instrument.vendor + " " + model;
    }
    // A serial number has no place in RDML; the mark of simulated data must not be lost with it.
    constexpr std::string_view simulated = "SIMULATED";
    if (is_simulated(run) && model != simulated) {
      if (!model.empty()) note(place, fmt::format("instrument '{}'", model));
      model = simulated;
    }
    if (!model.empty()) xml_ += fmt::format("<instrument>{}</instrument>\n", escape_xml(model));
    if (!instrument.vendor.empty() && model != simulated)
      note(place, fmt::format("vendor and model stand in one text, '{}'", model));
    if (!instrument.serial_number.empty() && instrument.serial_number != model) {
      note(place, fmt::format("serial number '{}' of the instrument has no place in RDML", instrument.serial_number));
    }
    if (!instrument.software.empty()) {
      xml_ += fmt::format("<dataCollectionSoftware><name>{}</name><version>{}</version></dataCollectionSoftware>\n",
                          escape_xml(instrument.software), escape_xml(instrument.software_version));
    } else if (!instrument.software_version.empty()) {
      note(place, fmt::format("software version '{}' without the software's name", instrument.software_version));
    }
  }

  /// The curve of a measurement that goes into the file, or null.
  const AmplificationCurve* choose_curve(const Measurement& measurement) const {
    return options_.kind ? find_curve(measurement, *options_.kind) : find_analysis_curve(measurement);
  }

  /// Says what was done to the curves, since a reader that does not know would subtract their baseline again; and by
  /// which method of the schema's list the Cq was found, where the file says one for the whole run.
  void write_methods(const RunData& run) {
    run_kind_ = CurveKind::unknown;
    for (const Measurement& measurement : run.measurements) {
      const AmplificationCurve* curve = choose_curve(measurement);
      if (curve == nullptr) continue;
      run_kind_ = curve->kind;
      break;
    }
    if (run_kind_ != CurveKind::unknown || rdml_text::is_lightcycler96(run.instrument.software, run.instrument.model)) {
      xml_ += fmt::format("<backgroundDeterminationMethod>{}{}</backgroundDeterminationMethod>\n",
                          rdml_text::curve_kind, to_string(run_kind_));
    }
    std::set<std::string> algorithms;
    for (const Measurement& measurement : run.measurements) {
      if (measurement.vendor.cq_status != CqStatus::not_measured) algorithms.insert(measurement.vendor.algorithm);
    }
    algorithms.erase("");
    constexpr std::string_view methods[] = {"automated threshold and baseline settings",
                                            "manual threshold and baseline settings", "second derivative maximum",
                                            "other"};
    const bool known = algorithms.size() == 1 &&
                       std::find(std::begin(methods), std::end(methods), *algorithms.begin()) != std::end(methods);
    if (known) {
      xml_ += fmt::format("<cqDetectionMethod>{}</cqDetectionMethod>\n", *algorithms.begin());
    } else {
      for (const std::string& algorithm : algorithms)
        note(fmt::format("run {}", run.name), fmt::format("algorithm '{}' of the vendor Cq", algorithm));
    }
  }

  void write_start(const RunData& run) {
    if (run.started_at.empty()) return;
    if (is_iso_instant(run.started_at)) {
      xml_ += fmt::format("<runDate>{}</runDate>\n", run.started_at);
    } else {
      note(fmt::format("run {}", run.name), fmt::format("its start '{}' is not an ISO 8601 instant", run.started_at));
    }
  }

  void write_reaction(const RunData& run, long number, const RdmlWell& well) {
    xml_ += fmt::format("<react id=\"{}\"><sample id=\"{}\"/>\n", number, escape_xml(well.sample_id));
    for (const Measurement* measurement : well.measurements) {
      const std::string target = definitions_.target_id(*measurement);
      if (target.empty()) continue;
      if (options_.setup_only) {
        xml_ += fmt::format("<data><tar id=\"{}\"/></data>\n", escape_xml(target));
      } else {
        write_data(fmt::format("run {}, well {}, target {}", run.name, measurement->well.label, target), target,
                   *measurement);
      }
    }
    xml_ += "</react>\n";
  }

  void write_data(const std::string& place, const std::string& target, const Measurement& measurement) {
    xml_ += fmt::format("<data><tar id=\"{}\"/>", escape_xml(target));
    const VendorResult& vendor = measurement.vendor;
    if (vendor.cq_cycles) {
      xml_ += fmt::format("<cq>{}</cq>", format_double(*vendor.cq_cycles));
    } else if (vendor.cq_status != CqStatus::not_measured && vendor.cq_status != CqStatus::excluded) {
      xml_ += "<cq>-1.0</cq>";
      if (vendor.cq_status != CqStatus::no_amplification)
        note(place, fmt::format("why there is no Cq: {}", to_string(vendor.cq_status)));
    } else if (vendor.cq_status == CqStatus::excluded) {
      note(place, "why there is no Cq: excluded");
    }
    if (!vendor.melting_temperatures_celsius.empty()) {
      if (is_1_2()) {
        note(place, "melting temperatures of the vendor");
      } else {
        element("meltTemp", vendor.melting_temperatures_celsius.front(), place);
        if (vendor.melting_temperatures_celsius.size() > 1) note(place, "further melting temperatures of the vendor");
      }
    }
    if (measurement.excluded) {
      xml_ += fmt::format("<excl>{}</excl>",
                          escape_xml(measurement.exclusion_reason.empty() ? "excluded" : measurement.exclusion_reason));
    }
    write_note(place, measurement);
    write_amplification(place, measurement);
    write_melt(place, measurement);
    write_end_point(place, measurement);
    if (vendor.threshold) element("quantFluor", *vendor.threshold, place);
    list_vendor_rest(vendor, place, not_written_);
    xml_ += "</data>\n";
  }

  void write_note(const std::string& place, const Measurement& measurement) {
    const AmplificationCurve* curve = choose_curve(measurement);
    const bool other_kind = curve != nullptr && curve->kind != run_kind_;
    if (other_kind) {
      const std::string text = fmt::format("{}{}", rdml_text::curve_kind, to_string(curve->kind));
      if (is_1_2()) {
        note(place, fmt::format("that its curve is of kind {}", to_string(curve->kind)));
      } else {
        xml_ += fmt::format("<note>{}</note>", text);
      }
    }
    if (measurement.note.empty()) return;
    if (is_1_2() || other_kind) {
      note(place, "the note beside the well");
    } else {
      xml_ += fmt::format("<note>{}</note>", escape_xml(measurement.note));
    }
  }

  void write_amplification(const std::string& place, const Measurement& measurement) {
    const AmplificationCurve* written = choose_curve(measurement);
    for (const AmplificationCurve& curve : measurement.amplification) {
      if (&curve != written) note(place, fmt::format("amplification curve of kind {}", to_string(curve.kind)));
    }
    if (written == nullptr) return;
    for (std::size_t i = 0; i < written->cycles.size(); ++i) {
      if (std::isnan(written->fluorescence[i])) {
        note(place, "missing readings have no data point");
        continue;
      }
      xml_ += "<adp><cyc>" + format_double(written->cycles[i]) + "</cyc>";
      if (!written->temperatures_celsius.empty() && std::isfinite(written->temperatures_celsius[i]))
        xml_ += "<tmp>" + format_double(written->temperatures_celsius[i]) + "</tmp>";
      xml_ += "<fluor>" + format_double(written->fluorescence[i]) + "</fluor></adp>";
    }
  }

  void write_melt(const std::string& place, const Measurement& measurement) {
    for (std::size_t curve_index = 1; curve_index < measurement.melt.size(); ++curve_index) {
      note(place,
           fmt::format("melting curve {} of kind {}", curve_index + 1, to_string(measurement.melt[curve_index].kind)));
    }
    if (measurement.melt.empty()) return;
    const MeltCurve& curve = measurement.melt.front();
    if (curve.kind != CurveKind::unknown)
      note(place, fmt::format("that its melting curve is of kind {}", to_string(curve.kind)));
    std::set<float> temperatures;  // the schema's type: two that are one float are a duplicate to a validator
    for (std::size_t i = 0; i < curve.temperatures_celsius.size(); ++i) {
      if (std::isnan(curve.fluorescence[i])) {
        note(place, "missing readings have no data point");
      } else if (!temperatures.insert(static_cast<float>(curve.temperatures_celsius[i])).second) {
        note(place, "melting points at a temperature that was read before");
      } else {
        xml_ += fmt::format("<mdp><tmp>{}</tmp><fluor>{}</fluor></mdp>", format_double(curve.temperatures_celsius[i]),
                            format_double(curve.fluorescence[i]));
      }
    }
  }

  void write_end_point(const std::string& place, const Measurement& measurement) {
    const auto is_end_point = [](const SingleReading& reading) { return reading.stage == ReadStage::end_point; };
    const auto& readings = measurement.single_readings;
    const bool one = std::count_if(readings.begin(), readings.end(), is_end_point) == 1;
    for (const SingleReading& reading : readings) {
      if (one && is_end_point(reading)) {
        element("endPt", reading.fluorescence, place);
        if (reading.kind != CurveKind::unknown || reading.temperature_celsius)
          note(place, "kind and temperature of the end-point reading");
      } else {
        note(place, fmt::format("single reading of the stage {}", to_string(reading.stage)));
      }
    }
  }

  std::span<const Run> runs_;
  const RdmlOptions& options_;
  NotWrittenList not_written_;
  RdmlDefinitions definitions_;
  std::map<std::string, std::string> experimenters_;  ///< operator → identifier
  std::vector<std::string> protocol_ids_;             ///< of each run; empty without a protocol
  CurveKind run_kind_ = CurveKind::unknown;           ///< of the run being written
  std::string xml_;
};

}  // namespace

WrittenDocument render_rdml_xml(std::span<const Run> runs, const RdmlOptions& options) {
  return Writer(runs, options).write();
}

WrittenDocument render_rdml(std::span<const Run> runs, const RdmlOptions& options) {
  WrittenDocument document = render_rdml_xml(runs, options);
  document.bytes = zip_single_file("rdml_data.xml", document.bytes);
  return document;
}

}  // namespace qpcr
