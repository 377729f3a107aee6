// RDML elements in the order of the schema: dyes, samples, targets, then experiments with their runs.
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
#include "libqpcr/exchange/rdml_text.hpp"
#include "libqpcr/exchange/roles.hpp"
#include "libqpcr/exchange/xml_text.hpp"
#include "libqpcr/exchange/zip_writer.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, std::string field, std::string problem) {
  throw Error(code, {.path = {},
                     .line = 0,
                     .column = {},
                     .field = std::move(field),
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

std::string_view unit_code(std::string_view unit) {
  for (const std::string_view code : {"cop", "fold", "dil", "ng", "nMol"}) {
    if (equals_ignoring_case(unit, code)) return code;
  }
  return equals_ignoring_case(unit, "copies") ? "cop" : "other";
}

struct Quantity {
  double value = 0;
  std::string unit;

  bool operator==(const Quantity&) const = default;
};

struct SampleEntry {
  std::string id;
  std::vector<std::pair<std::string, SampleRole>> roles;     ///< by target, first appearance
  std::vector<std::pair<std::string, Quantity>> quantities;  ///< by target
  std::string role_text;                                     ///< of a role without a code
};

struct TargetEntry {
  std::string id;
  std::string dye;
  std::string name;  ///< empty unless the identifier is not the name
};

/// A well that is only known to be filled; RDML has a `react` without `data` for it.
bool is_bare(const Measurement& measurement) {
  return measurement.target.empty() && measurement.dye.empty() && measurement.amplification.empty() &&
         measurement.melt.empty() && measurement.vendor.cq_status == CqStatus::not_measured && !measurement.excluded;
}

class Writer {
 public:
  Writer(std::span<const Run> runs, const RdmlOptions& options) : runs_(runs), options_(options) {}

  WrittenDocument write() {
    collect();
    xml_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdml xmlns=\"http://www.rdml.org\" version=\"1.3\">\n";
    for (const std::string& dye : dyes_) xml_ += fmt::format("<dye id=\"{}\"/>\n", escape_xml(dye));
    for (const SampleEntry& sample : samples_) write_sample(sample);
    for (const TargetEntry& target : targets_) {
      xml_ += fmt::format("<target id=\"{}\">", escape_xml(target.id));
      if (!target.name.empty())
        xml_ += fmt::format("<description>{}{}</description>", rdml_text::target_description, escape_xml(target.name));
      xml_ += fmt::format("<type>toi</type><dyeId id=\"{}\"/></target>\n", escape_xml(target.dye));
    }
    write_experiments();
    xml_ += "</rdml>\n";
    return {std::move(xml_), std::move(not_written_)};
  }

 private:
  void note(std::string where, std::string why) {
    NotWritten entry{std::move(where), std::move(why)};
    if (noted_.emplace(entry.where, entry.why).second) not_written_.push_back(std::move(entry));
  }

  /// Wells without a sample share an identifier when they agree in what they hold.
  std::string sample_id(const std::vector<const Measurement*>& well) {
    if (!well.front()->sample.empty()) return well.front()->sample;
    std::string contents;
    for (const Measurement* measurement : well) {
      contents += fmt::format(
          "{}\t{}\t{}\t{}\t{}\n", target_id(*measurement), to_string(measurement->role), measurement->role_text,
          measurement->quantity ? format_double(*measurement->quantity) : "", measurement->quantity_unit);
    }
    const auto [found, inserted] = unnamed_samples_.emplace(contents, unnamed_samples_.size() + 1);
    if (found->second == 1) return std::string(rdml_text::no_sample);
    return fmt::format("{}:{}", rdml_text::no_sample, found->second);
  }

  static std::string dye_id(const Measurement& measurement) {
    return measurement.dye.empty() ? std::string(rdml_text::no_dye) : measurement.dye;
  }

  std::string target_id(const Measurement& measurement) const {
    const auto found = target_ids_.find({measurement.target, measurement.dye});
    return found == target_ids_.end() ? std::string() : found->second;
  }

  void collect() {
    collect_targets();
    for (const Run& run : runs_) {
      for (const auto& well : by_well(*run)) {
        const std::string id = sample_id(well);
        for (const Measurement* measurement : well) collect_sample(id, *measurement);
      }
    }
  }

  /// The measurements of each well, wells in the order of the run.
  static std::vector<std::vector<const Measurement*>> by_well(const RunData& run) {
    std::vector<std::vector<const Measurement*>> wells;
    std::map<std::string, std::size_t> index;
    for (const Measurement& measurement : run.measurements) {
      const auto [found, inserted] = index.emplace(measurement.well.label, wells.size());
      if (inserted) wells.emplace_back();
      wells[found->second].push_back(&measurement);
    }
    return wells;
  }

  static void check_reserved(std::string_view name, std::string_view reserved, const char* field) {
    if (name.starts_with(reserved)) {
      refuse(ErrorCode::invalid_value, fmt::format("{} '{}'", field, name),
             fmt::format("names that start with '{}' have a meaning of their own in RDML of this software", reserved));
    }
  }

  void collect_targets() {
    std::map<std::string, std::set<std::string>> dyes_of_target;
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        check_reserved(measurement.sample, rdml_text::no_sample, "sample");
        check_reserved(measurement.target, rdml_text::no_target, "target");
        check_reserved(measurement.dye, rdml_text::no_dye, "dye");
        dyes_of_target[measurement.target].insert(measurement.dye);
      }
    }
    std::set<std::string> used;
    for (const auto& [target, dyes] : dyes_of_target) {
      if (!target.empty() && dyes.size() == 1) used.insert(target);
    }
    for (const Run& run : runs_) {
      for (const Measurement& measurement : run->measurements) {
        const auto key = std::make_pair(measurement.target, measurement.dye);
        if (target_ids_.contains(key) || is_bare(measurement)) continue;
        std::string id = measurement.target;
        std::string name;
        if (measurement.target.empty()) {
          id = std::string(rdml_text::no_target) + (measurement.dye.empty() ? "" : ":" + measurement.dye);
        } else if (dyes_of_target[measurement.target].size() > 1) {
          name = measurement.target;
          id = free_id(fmt::format("{} ({})", name, measurement.dye.empty() ? "no dye" : measurement.dye), used);
        }
        target_ids_[key] = id;
        targets_.push_back({id, dye_id(measurement), name});
        if (std::find(dyes_.begin(), dyes_.end(), dye_id(measurement)) == dyes_.end())
          dyes_.push_back(dye_id(measurement));
      }
    }
  }

  static std::string free_id(std::string id, std::set<std::string>& used) {
    const std::string wanted = id;
    for (int suffix = 2; !used.insert(id).second; ++suffix) id = fmt::format("{} #{}", wanted, suffix);
    return id;
  }

  void collect_sample(const std::string& id, const Measurement& measurement) {
    const auto [position, inserted] = sample_index_.emplace(id, samples_.size());
    if (inserted) samples_.push_back({id, {}, {}, {}});
    SampleEntry& sample = samples_[position->second];
    const std::string target = target_id(measurement);
    const auto same_target = [&](const auto& entry) { return entry.first == target; };
    const auto role = std::find_if(sample.roles.begin(), sample.roles.end(), same_target);
    if (role == sample.roles.end()) {
      sample.roles.emplace_back(target, measurement.role);
    } else if (role->second != measurement.role) {
      note(fmt::format("sample {}, target {}", id, target),
           fmt::format("also has the role {} in well {}", to_string(measurement.role), measurement.well.label));
    }
    if (measurement.role == SampleRole::unspecified && !measurement.role_text.empty()) {
      if (sample.role_text.empty()) sample.role_text = measurement.role_text;
      if (sample.role_text != measurement.role_text) {
        note(fmt::format("sample {}, target {}", id, target),
             fmt::format("also has the role '{}' in well {}", measurement.role_text, measurement.well.label));
      }
    }
    if (!measurement.quantity) return;
    Quantity quantity{*measurement.quantity, measurement.quantity_unit};
    const auto found = std::find_if(sample.quantities.begin(), sample.quantities.end(), same_target);
    if (found == sample.quantities.end()) {
      if (unit_code(quantity.unit) == "other" && !quantity.unit.empty() && quantity.unit != "other") {
        note(fmt::format("sample {}, target {}", id, target),
             fmt::format("unit '{}' is written as 'other'", quantity.unit));
      }
      sample.quantities.emplace_back(target, std::move(quantity));
    } else if (found->second != quantity) {
      note(fmt::format("sample {}, target {}", id, target),
           fmt::format("has another quantity in well {}", measurement.well.label));
    }
  }

  void write_sample(const SampleEntry& sample) {
    xml_ += fmt::format("<sample id=\"{}\">", escape_xml(sample.id));
    if (!sample.role_text.empty()) {
      xml_ += fmt::format("<annotation><property>{}</property><value>{}</value></annotation>", rdml_text::role_property,
                          escape_xml(sample.role_text));
    }
    const SampleRole first = sample.roles.front().second;
    const bool one_role =
        std::all_of(sample.roles.begin(), sample.roles.end(), [&](const auto& r) { return r.second == first; });
    bool calibrator = false;
    for (const auto& [target, role] : sample.roles) {
      calibrator = calibrator || role == SampleRole::calibrator;
      if (to_rdml_role(role).empty()) continue;
      xml_ += one_role || target.empty()
                  ? fmt::format("<type>{}</type>", to_rdml_role(role))
                  : fmt::format("<type targetId=\"{}\">{}</type>", escape_xml(target), to_rdml_role(role));
      if (one_role) break;
    }
    for (const auto& [target, quantity] : sample.quantities) {
      xml_ += target.empty() ? "<quantity>" : fmt::format("<quantity targetId=\"{}\">", escape_xml(target));
      xml_ += fmt::format("<value>{}</value><unit>{}</unit></quantity>", format_double(quantity.value),
                          unit_code(quantity.unit));
    }
    if (calibrator) xml_ += "<calibratorSample>true</calibratorSample>";
    xml_ += "</sample>\n";
  }

  void write_experiments() {
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, const Run*>>>> experiments;
    for (const Run& run : runs_) {
      const std::string& name = run->name;
      const std::size_t slash = name.find('/');
      const bool split_name = slash != std::string::npos && slash > 0 && slash + 1 < name.size();
      const std::string experiment = split_name ? name.substr(0, slash) : "experiment";
      const std::string id = split_name ? name.substr(slash + 1) : name.empty() ? "run" : name;
      auto found =
          std::find_if(experiments.begin(), experiments.end(), [&](const auto& e) { return e.first == experiment; });
      if (found == experiments.end()) found = experiments.insert(experiments.end(), {experiment, {}});
      for (const auto& [other, unused] : found->second) {
        if (other == id) refuse(ErrorCode::duplicate_entry, "run", fmt::format("two runs are named '{}'", name));
      }
      found->second.emplace_back(id, &run);
    }
    for (const auto& [experiment, runs] : experiments) {
      xml_ += fmt::format("<experiment id=\"{}\">\n", escape_xml(experiment));
      for (const auto& [id, run] : runs) write_run(id, **run);
      xml_ += "</experiment>\n";
    }
  }

  void write_run(const std::string& id, const RunData& run) {
    xml_ += fmt::format("<run id=\"{}\">\n", escape_xml(id));
    const Instrument& instrument = run.instrument;
    std::string model = instrument.model;
    // A vendor that the model already opens with ("Bio-Rad CFX96") is not repeated.
    if (!instrument.vendor.empty() && !model.starts_with(instrument.vendor)) {
      model = model.empty() ? instrument.vendor : instrument.vendor + " " + model;
    }
    // A serial number has no place in RDML; the mark of simulated data must not be lost with it.
    constexpr std::string_view simulated = "SIMULATED";
    if (is_simulated(run) && model != simulated) {
      if (!model.empty()) note(fmt::format("run {}", run.name), fmt::format("instrument '{}'", model));
      model = simulated;
    }
    if (!model.empty()) xml_ += fmt::format("<instrument>{}</instrument>\n", escape_xml(model));
    if (!instrument.serial_number.empty() && instrument.serial_number != model) {
      note(fmt::format("run {}", run.name),
           fmt::format("serial number '{}' of the instrument has no place in RDML", instrument.serial_number));
    }
    if (!instrument.software.empty()) {
      xml_ += fmt::format("<dataCollectionSoftware><name>{}</name><version>{}</version></dataCollectionSoftware>\n",
                          escape_xml(instrument.software), escape_xml(instrument.software_version));
    }
    write_kind(run);
    const std::map<std::string, long> numbers = number_wells(run);
    write_start(run);
    for (const auto& well : by_well(run)) write_reaction(run, numbers.at(well.front()->well.label), well);
    xml_ += "</run>\n";
  }

  /// The curve of a measurement that goes into the file, or null.
  const AmplificationCurve* choose_curve(const Measurement& measurement) const {
    return options_.kind ? find_curve(measurement, *options_.kind) : find_analysis_curve(measurement);
  }

  /// Says what was done to the curves, since a reader that does not know would subtract their baseline again.
  void write_kind(const RunData& run) {
    run_kind_ = CurveKind::unknown;
    for (const Measurement& measurement : run.measurements) {
      const AmplificationCurve* curve = choose_curve(measurement);
      if (curve == nullptr) continue;
      run_kind_ = curve->kind;
      break;
    }
    if (run_kind_ == CurveKind::unknown) return;
    xml_ += fmt::format("<backgroundDeterminationMethod>{}{}</backgroundDeterminationMethod>\n", rdml_text::curve_kind,
                        to_string(run_kind_));
  }

  /// Writes pcrFormat. @return the react number of each well label.
  std::map<std::string, long> number_wells(const RunData& run) {
    std::map<std::string, long> numbers;
    bool any_position = false;
    bool any_name = false;
    std::optional<PlateGeometry> plate = run.plate;
    GridPosition last;
    for (const Measurement& measurement : run.measurements) {
      (measurement.well.position ? any_position : any_name) = true;
      if (!measurement.well.position) continue;
      last.row = std::max(last.row, measurement.well.position->row);
      last.column = std::max(last.column, measurement.well.position->column);
    }
    if (any_position && any_name) {
      refuse(ErrorCode::invalid_value, fmt::format("run {}", run.name),
             "some wells have a position on the plate and some do not");
    }
    if (any_name) return number_named_wells(run);
    if (!plate) {
      for (const PlateGeometry standard : {PlateGeometry{8, 12}, PlateGeometry{16, 24}, PlateGeometry{32, 48}}) {
        if (!plate && standard.contains(last)) plate = standard;
      }
      if (!plate) plate = PlateGeometry{last.row + 1, last.column + 1};
      note(fmt::format("run {}", run.name),
           fmt::format("the plate is not known; written as {} × {} wells", plate->rows, plate->columns));
    }
    for (const Measurement& measurement : run.measurements) {
      const GridPosition position = *measurement.well.position;
      numbers[measurement.well.label] = static_cast<long>(position.row) * plate->columns + position.column + 1;
    }
    write_format(plate->rows, plate->columns, "ABC");
    return numbers;
  }

  std::map<std::string, long> number_named_wells(const RunData& run) {
    constexpr long largest_number = 100000;
    std::map<std::string, long> numbers;
    long largest = 1;
    bool all_numbers = true;
    for (const Measurement& measurement : run.measurements) {
      const auto number = parse_integer(measurement.well.label);
      // "01" and "1" would be one reaction, so only the plain form of a number counts as one.
      if (!number || *number < 1 || *number > largest_number || std::to_string(*number) != measurement.well.label)
        all_numbers = false;
      if (number) largest = std::max(largest, *number);
      numbers.emplace(measurement.well.label, number.value_or(0));
    }
    if (!all_numbers) {
      largest = 0;
      std::set<std::string> seen;
      for (const Measurement& measurement : run.measurements) {
        if (!seen.insert(measurement.well.label).second) continue;
        numbers[measurement.well.label] = ++largest;
        note(fmt::format("run {}, well {}", run.name, measurement.well.label),
             fmt::format("has no position; written as reaction {}", largest));
      }
    }
    write_format(static_cast<int>(largest), 1, "123");
    return numbers;
  }

  void write_format(int rows, int columns, std::string_view row_label) {
    xml_ += fmt::format(
        "<pcrFormat><rows>{}</rows><columns>{}</columns><rowLabel>{}</rowLabel><columnLabel>123</columnLabel></"
        "pcrFormat>\n",
        rows, columns, row_label);
  }

  void write_start(const RunData& run) {
    if (run.started_at.empty()) return;
    if (is_iso_instant(run.started_at)) {
      xml_ += fmt::format("<runDate>{}</runDate>\n", run.started_at);
    } else {
      note(fmt::format("run {}", run.name), fmt::format("its start '{}' is not an ISO 8601 instant", run.started_at));
    }
  }

  void write_reaction(const RunData& run, long number, const std::vector<const Measurement*>& measurements) {
    const std::string sample = sample_id(measurements);
    xml_ += fmt::format("<react id=\"{}\"><sample id=\"{}\"/>\n", number, escape_xml(sample));
    for (const Measurement* measurement : measurements) {
      if (measurement->sample != measurements.front()->sample) {
        refuse(ErrorCode::invalid_value, fmt::format("well {}", measurement->well.label),
               "holds two samples, which RDML cannot say");
      }
      if (!is_bare(*measurement)) write_data(run, *measurement);
    }
    xml_ += "</react>\n";
  }

  void write_data(const RunData& run, const Measurement& measurement) {
    const std::string place =
        fmt::format("run {}, well {}, target {}", run.name, measurement.well.label, target_id(measurement));
    xml_ += fmt::format("<data><tar id=\"{}\"/>", escape_xml(target_id(measurement)));
    const VendorResult& vendor = measurement.vendor;
    if (vendor.cq_cycles) {
      xml_ += fmt::format("<cq>{}</cq>", format_double(*vendor.cq_cycles));
    } else if (vendor.cq_status != CqStatus::not_measured && vendor.cq_status != CqStatus::excluded) {
      xml_ += "<cq>-1.0</cq>";
    }
    if (measurement.excluded) {
      xml_ += fmt::format("<excl>{}</excl>",
                          escape_xml(measurement.exclusion_reason.empty() ? "excluded" : measurement.exclusion_reason));
    }
    if (const AmplificationCurve* curve = choose_curve(measurement); curve != nullptr && curve->kind != run_kind_)
      xml_ += fmt::format("<note>{}{}</note>", rdml_text::curve_kind, to_string(curve->kind));
    write_amplification(place, measurement);
    write_melt(place, measurement);
    if (vendor.threshold) xml_ += fmt::format("<quantFluor>{}</quantFluor>", format_double(*vendor.threshold));
    if (!vendor.call.empty()) note(place, fmt::format("vendor call '{}'", vendor.call));
    if (vendor.cq_confidence) note(place, "confidence of the vendor Cq");
    xml_ += "</data>\n";
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
      xml_ += fmt::format("<adp><cyc>{}</cyc><fluor>{}</fluor></adp>", format_double(written->cycles[i]),
                          format_double(written->fluorescence[i]));
    }
  }

  void write_melt(const std::string& place, const Measurement& measurement) {
    for (std::size_t curve_index = 1; curve_index < measurement.melt.size(); ++curve_index) {
      note(place,
           fmt::format("melting curve {} of kind {}", curve_index + 1, to_string(measurement.melt[curve_index].kind)));
    }
    if (measurement.melt.empty()) return;
    const MeltCurve& curve = measurement.melt.front();
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

  std::span<const Run> runs_;
  const RdmlOptions& options_;
  std::vector<std::string> dyes_;
  std::vector<SampleEntry> samples_;
  std::map<std::string, std::size_t> sample_index_;
  std::vector<TargetEntry> targets_;
  std::map<std::pair<std::string, std::string>, std::string>
      target_ids_;                                      ///< (target, dye) of the run → id in the file
  std::map<std::string, std::size_t> unnamed_samples_;  ///< contents of wells without a sample → number
  CurveKind run_kind_ = CurveKind::unknown;             ///< of the run being written
  std::string xml_;
  std::vector<NotWritten> not_written_;
  std::set<std::pair<std::string, std::string>> noted_;
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
