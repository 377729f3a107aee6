// Reads samples, targets and runs of an RDML document.
#include "instruments/rdml/document.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/rdml/child_texts.hpp"
#include "instruments/rdml/definitions.hpp"
#include "instruments/rdml/protocol.hpp"
#include "instruments/rdml/run_draft.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"

namespace qpcr::rdml {
namespace {

class DocumentReader {
 public:
  DocumentReader(const XmlSource& source, NotReadList not_read, OutsideCalls calls)
      : source_(source), not_read_(std::move(not_read)), calls_(calls), definition_reader_(source) {}

  std::vector<RunData> read() {
    XmlTokenizer xml(source_);
    const std::size_t root = xml.offset();
    const std::optional<Error> wrong_root = check_root(xml);
    if (wrong_root) {
      xml.skip();
      throw *wrong_root;
    }
    read_drafts(xml);
    definitions_ = definition_reader_.finish(not_read_);
    std::set<std::string> names;
    for (RunDraft& draft : drafts_) complete_run(draft, names);
    add_all(pending_);
    report_unused();
    if (runs_.empty()) refuse(root, ErrorCode::malformed_file, "rdml", {}, "at least one run with reactions");
    for (RunData& run : runs_) {
      run.provenance.not_read = not_read_.entries();
      run.warnings.insert(run.warnings.begin(), definitions_.warnings.begin(), definitions_.warnings.end());
    }
    return std::move(runs_);
  }

 private:
  [[noreturn]] void refuse(std::size_t offset, ErrorCode code, std::string field, std::string found,
                           std::string expected, std::string problem = {}) const {
    throw make_error(source_, offset, code, std::move(field), std::move(found), std::move(expected),
                     std::move(problem));
  }

  /// What no run refers to is not known to be of any.
  void report_unused() {
    for (const auto& [id, conditions] : conditions_) {
      if (!used_conditions_.contains(id)) not_read_.add("rdml/thermalCyclingConditions", "no run refers to them");
    }
    for (const auto& [id, name] : people_) {
      if (!used_people_.contains(id)) not_read_.add("rdml/experimenter", "no run refers to this person");
    }
  }

  void add_all(const NotReadList& list) {
    for (const NotRead& entry : list.entries()) not_read_.add(entry.where, entry.why);
  }

  std::optional<Error> check_root(const XmlTokenizer& xml) {
    if (xml.name() != "rdml") {
      return make_error(source_, xml.offset(), ErrorCode::unsupported_format, {}, std::string(xml.name()),
                        "the root element 'rdml'");
    }
    version_ = std::string(xml.attribute("version").value_or(""));
    constexpr std::array<std::string_view, 5> known{"1.0", "1.1", "1.2", "1.3", "1.4"};
    if (std::find(known.begin(), known.end(), version_) == known.end()) {
      return make_error(source_, xml.offset(), ErrorCode::unsupported_format, "rdml version", version_,
                        "a version from 1.0 to 1.4");
    }
    return std::nullopt;
  }

  void ignore(const char* parent, XmlTokenizer& xml) {
    pending_.add(fmt::format("{}/{}", parent, xml.name()), "no result comes from it");
    xml.skip();
  }

  void read_drafts(XmlTokenizer& xml) {
    while (xml.next_child()) {
      const std::string_view name = xml.name();
      if (name == "experiment") {
        read_experiment(xml);
      } else if (name == "sample") {
        definition_reader_.read_sample(xml);
      } else if (name == "target") {
        definition_reader_.read_target(xml);
      } else if (name == "experimenter") {
        read_experimenter(xml);
      } else if (name == "thermalCyclingConditions") {
        CyclingConditions conditions = read_cycling_conditions(xml);
        std::string id = conditions.id;
        conditions_.emplace(std::move(id), std::move(conditions));
      } else if (name == "dye") {
        xml.skip();
      } else if (name == "id") {
        // Vendors sign their files; RDML that other software wrote of their data is not signed by them.
        const auto [publisher] = read_child_texts<1>(xml, {"publisher"});
        is_signed_ = is_signed_ || (publisher && !publisher->empty());
        pending_.add("rdml/id", "no result comes from it");
      } else {
        ignore("rdml", xml);
      }
    }
  }

  void read_experimenter(XmlTokenizer& xml) {
    const std::string id = read_identifier(xml);
    auto [first, last, email, laboratory, address] =
        read_child_texts<5>(xml, {"firstName", "lastName", "email", "labName", "labAddress"});
    std::string name = std::move(first).value_or("");
    if (!name.empty() && last && !last->empty()) name += " ";
    people_[id] = name + std::move(last).value_or("");
    if (email || laboratory || address) pending_.add("rdml/experimenter", "addresses of people");
  }

  void read_experiment(XmlTokenizer& xml) {
    const std::string experiment = read_identifier(xml);
    while (xml.next_child()) {
      if (xml.name() != "run") {
        ignore("rdml/experiment", xml);
        continue;
      }
      RunDraft draft = read_run_draft(xml, source_, experiment);
      draft.before = std::exchange(pending_, {});
      drafts_.push_back(std::move(draft));
    }
  }

  void complete_run(RunDraft& draft, std::set<std::string>& names) {
    RunData& run = draft.run;
    add_all(draft.before);
    if (!names.insert(run.name).second) {
      refuse(draft.offset, ErrorCode::duplicate_entry, "run", run.name, {},
             "two runs of one experiment have one identifier");
    }
    if (draft.header_fault) throw *draft.header_fault;
    identify_writer(draft);
    complete_header(draft);
    complete_reacts(draft);
    if (calls_are_missing_) withdraw_cqs(run);
    add_all(draft.header);
    add_all(draft.body);
    const bool has_data = std::any_of(run.measurements.begin(), run.measurements.end(), [](const Measurement& m) {
      return !m.target.empty() || !m.dye.empty() || !m.amplification.empty() || !m.melt.empty() ||
             m.vendor.cq_status != CqStatus::not_measured;
    });
    if (!has_data) {
      not_read_.add(run.name, "a run without data");
    } else {
      runs_.push_back(std::move(run));
    }
  }

  void complete_header(RunDraft& draft) {
    RunData& run = draft.run;
    for (const std::string& id : draft.experimenter_ids) {
      const auto person = people_.find(id);
      used_people_.insert(id);
      if (person == people_.end() || person->second.empty()) continue;
      if (!run.operator_name.empty()) run.operator_name += "; ";
      run.operator_name += person->second;
    }
    const auto conditions = conditions_.find(draft.protocol_id);
    if (draft.protocol_id.empty()) return;
    used_conditions_.insert(draft.protocol_id);
    std::optional<std::vector<ProtocolStep>> protocol;
    if (conditions != conditions_.end()) protocol = to_protocol(conditions->second, loops_count_returns_);
    if (protocol) {
      run.protocol = std::move(*protocol);
    } else {
      draft.header.add("rdml/thermalCyclingConditions", conditions == conditions_.end()
                                                            ? "the run names conditions that are not in the file"
                                                            : "loops or numbers that make no stages");
    }
  }

  void complete_reacts(RunDraft& draft) {
    RunData& run = draft.run;
    without_curve_ = {};
    results_ = {};
    results_.name = "results in RDML";
    run.measurements.reserve(draft.data.size() + draft.reacts.size());
    std::set<std::string_view> seen;
    for (const ReactDraft& react : draft.reacts) {
      if (!seen.insert(react.id).second) {
        refuse(react.offset, ErrorCode::duplicate_entry, "react", react.id, {},
               fmt::format("run '{}' holds two reactions of one identifier", run.name));
      }
      complete_react(draft, react);
    }
    add_results(run);
    sort_by_well(run.measurements);
    const auto has_curve = [](const Measurement& m) { return !m.amplification.empty() || !m.melt.empty(); };
    if (std::none_of(run.measurements.begin(), run.measurements.end(), has_curve)) {
      run.warnings.emplace_back("the run holds no curve");
    } else if (!without_curve_.empty()) {
      run.warnings.push_back("wells of which a reading is missing altogether: " + without_curve_.text());
    }
  }

  /// The number under any call but Positive is none: 100, or the crossing of a fit that the software rejected.
  static void withdraw_cqs(RunData& run) {
    WellList wells;
    for (Measurement& measurement : run.measurements) {
      VendorResult& vendor = measurement.vendor;
      if (vendor.cq_status != CqStatus::found) continue;
      vendor.cq_status = CqStatus::not_measured;
      vendor.cq_cycles.reset();
      wells.add(measurement.well);
    }
    if (wells.empty()) return;
    run.warnings.push_back(
        "written by LightCycler 96, whose calls say which numbers are Cq; the file does not hold them, so that these "
        "wells' number is kept as text and is no Cq: " +
        wells.text());
  }

  void identify_writer(RunDraft& draft) {
    RunData& run = draft.run;
    const std::string_view background = draft.background;
    curve_kind_ = CurveKind::unknown;
    loops_count_returns_ = false;
    stepone_ = run.instrument.software == "StepOne Software";
    const std::optional<CurveKind> written = parse_written_kind(background);
    calls_are_missing_ =
        calls_ == OutsideCalls::missing || (calls_ == OutsideCalls::by_writer && !written &&
                                            rdml_text::is_lightcycler96(run.instrument.software, run.instrument.model));
    if (written) {
      curve_kind_ = *written;
    } else if (run.instrument.software.starts_with("BioRadCFX")) {
      run.instrument.vendor = "Bio-Rad";
      loops_count_returns_ = is_signed_;
      if (background.starts_with("Baseline Subtracted")) curve_kind_ = CurveKind::baseline_subtracted;
      constexpr std::string_view mark = "Cycler SN: ";
      const std::string& model = run.instrument.model;
      if (const std::size_t at = model.find(mark); at != std::string::npos) {
        const std::size_t begin = at + mark.size();
        run.instrument.serial_number = model.substr(begin, std::min(model.find(',', begin), model.size()) - begin);
      }
    } else if (to_lower_ascii(run.instrument.software).starts_with("lightcycler")) {
      run.instrument.vendor = "Roche";
      loops_count_returns_ = is_signed_;
    } else if (stepone_ && version_ == "1.0") {
      run.instrument.vendor = "Applied Biosystems";
      curve_kind_ = CurveKind::normalised;
    }
  }

  WellId read_well(const RunDraft& draft, const ReactDraft& react) const {
    const std::string& id = react.id;
    const std::optional<PlateGeometry>& plate = draft.run.plate;
    const std::optional<long> number = parse_integer(id);
    if (number && plate) {
      const long count = static_cast<long>(plate->rows) * plate->columns;
      if (*number < 1 || *number > count) {
        refuse(react.offset, ErrorCode::invalid_value, "react", id, fmt::format("a number from 1 to {}", count));
      }
      return to_well(to_position(*number - 1, *plate));
    }
    if (!number && draft.rows_are_letters) {
      const std::optional<GridPosition> position = parse_label(id);
      if (position && largest_plate.contains(*position)) {
        return to_well(*position);
      }
    }
    if (id.empty()) refuse(react.offset, ErrorCode::invalid_value, "react", {}, "an identifier");
    return {id, std::nullopt};
  }

  void complete_react(RunDraft& draft, const ReactDraft& react) {
    RunData& run = draft.run;
    Measurement common;
    common.well = read_well(draft, react);
    const Sample* sample = nullptr;
    for (const std::string& sample_id : react.sample_ids) {
      const auto found = definitions_.samples.find(sample_id);
      if (found == definitions_.samples.end()) {
        // Without its definition it is not known whether the well holds a control; such a well is read, and not
        // called.
        common.sample = sample_id;
        common.role_text = "undefined sample";
        continue;
      }
      sample = &found->second;
      common.sample = sample->name;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < react.data_count; ++i) {
      DataDraft& data = draft.data[react.first_data + i];
      if (!seen.insert(data.target_id).second) {
        refuse(data.offset, ErrorCode::duplicate_entry, place(react, data), {}, {},
               "the reaction has this target twice");
      }
      if (draft.data_fault && draft.faulty_data == react.first_data + i) throw *draft.data_fault;
      Measurement measurement = common;
      measurement.target = data.target_id;
      if (const auto target = definitions_.targets.find(data.target_id); target != definitions_.targets.end()) {
        measurement.dye = target->second.dye;
        if (target->second.name) measurement.target = *target->second.name;
      }
      if (sample != nullptr) apply_sample(*sample, data.target_id, measurement);
      complete_data(draft, react, data, measurement);
      if (measurement.amplification.empty() && measurement.melt.empty() && !measurement.excluded)
        without_curve_.add(measurement.well);
      run.measurements.push_back(std::move(measurement));
    }
    if (react.data_count > 0) return;
    // The well was filled, or it would not be here: it stays in the run, so that nobody takes it for absent.
    if (sample != nullptr) apply_sample(*sample, {}, common);
    without_curve_.add(common.well);
    run.measurements.push_back(std::move(common));
  }

  static std::string place(const ReactDraft& react, const DataDraft& data) {
    return fmt::format("react {}, target {}", react.id, data.target_id);
  }

  void complete_data(RunDraft& draft, const ReactDraft& react, DataDraft& data, Measurement& measurement) {
    measurement.excluded = data.excluded;
    measurement.exclusion_reason = std::move(data.exclusion_reason);
    data.amplification.kind = data.kind.value_or(curve_kind_);
    sort_cycles(draft, react, data);
    if (data.cq_text) read_cq(draft, react, data, measurement);
    read_results(data, measurement);
    measurement.note = std::move(data.note);
    if (!data.amplification.cycles.empty()) measurement.amplification.push_back(std::move(data.amplification));
    if (!data.melt.fluorescence.empty()) measurement.melt.push_back(std::move(data.melt));
  }

  /// What a run has a place for goes there; the rest stands in a table as written.
  void read_results(DataDraft& data, Measurement& measurement) {
    VendorResult& vendor = measurement.vendor;
    if (data.quantity_text) {
      vendor.quantity = parse_double(*data.quantity_text);
      if (vendor.quantity) vendor.quantity_unit = data.quantity_unit;
    }
    std::vector<std::pair<std::string_view, std::string>> rest;
    for (auto& [name, text] : data.results) {
      const std::optional<double> value = parse_double(text);
      if (name == "quantFluor" && value && !vendor.threshold) {
        vendor.threshold = value;
      } else if (name == "meltTemp" && value) {
        vendor.melting_temperatures_celsius.push_back(*value);
      } else if (name == "endPt" && value) {
        SingleReading reading;
        reading.fluorescence = *value;
        reading.kind = data.amplification.kind;
        measurement.single_readings.push_back(reading);
      } else {
        rest.emplace_back(name, std::move(text));
      }
    }
    if (rest.empty()) return;
    constexpr std::size_t key_columns = 2;
    std::vector<std::string>& row = results_.rows.emplace_back();
    row = {measurement.well.label, measurement.target};
    for (auto& [name, text] : rest) {
      const auto column = std::find(result_columns_.begin(), result_columns_.end(), name);
      const auto index = static_cast<std::size_t>(column - result_columns_.begin());
      if (column == result_columns_.end()) result_columns_.emplace_back(name);
      if (row.size() <= key_columns + index) row.resize(key_columns + index + 1);
      row[key_columns + index] = std::move(text);
    }
  }

  void add_results(RunData& run) {
    if (results_.rows.empty()) return;
    results_.columns = {"well", "target"};
    results_.columns.insert(results_.columns.end(), result_columns_.begin(), result_columns_.end());
    for (std::vector<std::string>& row : results_.rows) row.resize(results_.columns.size());
    run.vendor_tables.push_back(std::exchange(results_, {}));
    result_columns_.clear();
  }

  /// The order of readings carries no meaning in RDML; two readings of one cycle would.
  void sort_cycles(RunDraft& draft, const ReactDraft& react, DataDraft& data) const {
    AmplificationCurve& curve = data.amplification;
    if (!std::is_sorted(curve.cycles.begin(), curve.cycles.end())) {
      std::vector<std::size_t> order(curve.cycles.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return curve.cycles[a] < curve.cycles[b]; });
      AmplificationCurve sorted;
      sorted.kind = curve.kind;
      for (const std::size_t i : order) {
        sorted.cycles.push_back(curve.cycles[i]);
        sorted.fluorescence.push_back(curve.fluorescence[i]);
        if (!curve.temperatures_celsius.empty()) sorted.temperatures_celsius.push_back(curve.temperatures_celsius[i]);
      }
      curve = std::move(sorted);
      draft.run.warnings.push_back(place(react, data) + ": cycles were not in order and have been sorted");
    }
    const auto twin = std::adjacent_find(curve.cycles.begin(), curve.cycles.end());
    if (twin != curve.cycles.end()) {
      refuse(data.offset, ErrorCode::duplicate_entry, "cyc of " + place(react, data), format_double(*twin), {},
             "a cycle is there twice");
    }
  }

  void read_cq(RunDraft& draft, const ReactDraft& react, const DataDraft& data, Measurement& measurement) const {
    VendorResult& vendor = measurement.vendor;
    vendor.cq_text = *data.cq_text;
    if (vendor.cq_text.empty()) return;
    vendor.algorithm = draft.algorithm;
    const std::optional<double> value = parse_double(vendor.cq_text);
    if (!value && to_lower_ascii(vendor.cq_text) != "nan") {
      refuse(data.cq_offset, ErrorCode::invalid_value, "cq of " + place(react, data), vendor.cq_text,
             "a number, or -1 for none");
    }
    if (!value || *value == -1.0 || *value == 0.0) {
      vendor.cq_status = CqStatus::no_amplification;
      return;
    }
    if (*value < 0) {
      refuse(data.cq_offset, ErrorCode::invalid_value, "cq of " + place(react, data), vendor.cq_text,
             "a cycle, or -1 for none");
    }
    const std::vector<double>& cycles = data.amplification.cycles;
    if (stepone_ && !cycles.empty() && *value >= cycles.back()) {
      vendor.cq_status = CqStatus::no_amplification;
      draft.run.warnings.push_back(
          fmt::format("{}: vendor Cq {} is the number of cycles, which StepOne writes for undetermined",
                      place(react, data), vendor.cq_text));
      return;
    }
    vendor.cq_status = CqStatus::found;
    vendor.cq_cycles = value;
  }

  const XmlSource& source_;
  NotReadList not_read_;
  OutsideCalls calls_;
  DefinitionReader definition_reader_;
  std::string version_;
  bool is_signed_ = false;
  NotReadList pending_;  ///< met since the last run
  std::vector<RunDraft> drafts_;
  Definitions definitions_;
  std::map<std::string, CyclingConditions> conditions_;
  std::map<std::string, std::string> people_;  ///< name, by identifier
  std::set<std::string> used_conditions_;
  std::set<std::string> used_people_;
  std::vector<RunData> runs_;
  // Of the run being completed.
  bool stepone_ = false;
  bool calls_are_missing_ = false;
  bool loops_count_returns_ = false;
  VendorTable results_;
  std::vector<std::string> result_columns_;
  CurveKind curve_kind_ = CurveKind::unknown;
  WellList without_curve_;
};

}  // namespace

std::vector<RunData> read_document(const XmlSource& source, NotReadList not_read, OutsideCalls calls) {
  return DocumentReader(source, std::move(not_read), calls).read();
}

}  // namespace qpcr::rdml
