// Reads samples, targets and runs of an RDML document.
#include "instruments/rdml/document.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/rdml/definitions.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"

namespace qpcr::rdml {
namespace {

/// 1536 wells: the largest plate with letters and numbers.
constexpr PlateGeometry largest_plate{32, 48};

class DocumentReader {
 public:
  DocumentReader(const XmlDocument& document, NotReadList not_read)
      : document_(document), not_read_(std::move(not_read)) {}

  std::vector<RunData> read() {
    const XmlElement root = document_.root();
    check_root(root);
    definitions_ = read_definitions(root, not_read_);
    std::set<std::string> names;
    for (XmlElement element = root.first(); element; element = element.next()) {
      const std::string_view name = element.name();
      if (name == "experiment") {
        read_experiment(element, names);
      } else if (name == "experimenter") {
        not_read_.add("rdml/experimenter", "names people");
      } else if (name != "sample" && name != "target" && name != "dye") {
        ignore("rdml", element);
      }
    }
    if (runs_.empty()) refuse(ErrorCode::malformed_file, root, "rdml", {}, "at least one run with reactions");
    for (RunData& run : runs_) {
      run.provenance.not_read = not_read_.entries();
      run.warnings.insert(run.warnings.begin(), definitions_.warnings.begin(), definitions_.warnings.end());
    }
    return std::move(runs_);
  }

 private:
  void ignore(const char* parent, const XmlElement& element) {
    not_read_.add(fmt::format("{}/{}", parent, element.name()), "no result comes from it");
  }

  void check_root(const XmlElement& root) {
    if (root.name() != "rdml") {
      refuse(ErrorCode::unsupported_format, root, {}, std::string(root.name()), "the root element 'rdml'");
    }
    version_ = std::string(root.attribute("version").value_or(""));
    constexpr std::array<std::string_view, 5> known{"1.0", "1.1", "1.2", "1.3", "1.4"};
    if (std::find(known.begin(), known.end(), version_) == known.end()) {
      refuse(ErrorCode::unsupported_format, root, "rdml version", version_, "a version from 1.0 to 1.4");
    }
  }

  void read_experiment(const XmlElement& element, std::set<std::string>& names) {
    const std::string experiment = identifier(element);
    for (XmlElement child = element.first(); child; child = child.next()) {
      if (child.name() != "run") {
        ignore("rdml/experiment", child);
        continue;
      }
      RunData run;
      run.name = fmt::format("{}/{}", experiment, identifier(child));
      if (!names.insert(run.name).second) {
        refuse(ErrorCode::duplicate_entry, child, "run", run.name, {},
               "two runs of one experiment have one identifier");
      }
      read_run(child, run);
      const bool has_data = std::any_of(run.measurements.begin(), run.measurements.end(),
                                        [](const Measurement& m) { return !m.target.empty() || !m.dye.empty(); });
      if (!has_data) {
        not_read_.add(run.name, "a run without data");
      } else {
        runs_.push_back(std::move(run));
      }
    }
  }

  void read_run(const XmlElement& element, RunData& run) {
    std::string background;
    rows_are_letters_ = true;
    without_curve_ = {};
    curve_kind_ = CurveKind::unknown;
    for (XmlElement child = element.first(); child; child = child.next()) {
      const std::string_view name = child.name();
      if (name == "instrument") {
        run.instrument.model = child.text();
      } else if (name == "dataCollectionSoftware") {
        run.instrument.software = child.child("name").text();
        run.instrument.software_version = child.child("version").text();
      } else if (name == "backgroundDeterminationMethod") {
        background = child.text();
      } else if (name == "cqDetectionMethod") {
        algorithm_ = child.text();
      } else if (name == "runDate") {
        run.started_at = child.text();
      } else if (name == "pcrFormat") {
        read_format(child, run);
      } else if (name != "react") {
        ignore("rdml/experiment/run", child);
      }
    }
    identify_writer(run, background);
    std::set<std::string> seen;
    for (XmlElement child = element.first(); child; child = child.next()) {
      if (child.name() != "react") continue;
      const std::string id = identifier(child);
      if (!seen.insert(id).second) {
        refuse(ErrorCode::duplicate_entry, child, "react", id, {},
               fmt::format("run '{}' holds two reactions of one identifier", run.name));
      }
      read_react(child, id, run);
    }
    algorithm_.clear();
    sort_by_well(run.measurements);
    const auto has_curve = [](const Measurement& m) { return !m.amplification.empty() || !m.melt.empty(); };
    if (std::none_of(run.measurements.begin(), run.measurements.end(), has_curve)) {
      run.warnings.emplace_back("the run holds no curve");
    } else if (!without_curve_.empty()) {
      run.warnings.push_back("wells of which a reading is missing altogether: " + without_curve_.text());
    }
  }

  /// The kind in a text of this software's own RDML.
  static std::optional<CurveKind> parse_written_kind(std::string_view text) {
    if (!text.starts_with(rdml_text::curve_kind)) return std::nullopt;
    return parse_curve_kind(text.substr(rdml_text::curve_kind.size()));
  }

  void identify_writer(RunData& run, std::string_view background) {
    stepone_ = run.instrument.software == "StepOne Software";
    if (const std::optional<CurveKind> written = parse_written_kind(background)) {
      curve_kind_ = *written;
    } else if (run.instrument.software.starts_with("BioRadCFX")) {
      run.instrument.vendor = "Bio-Rad";
      if (background.starts_with("Baseline Subtracted")) curve_kind_ = CurveKind::baseline_subtracted;
      constexpr std::string_view mark = "Cycler SN: ";
      const std::string& model = run.instrument.model;
      if (const std::size_t at = model.find(mark); at != std::string::npos) {
        const std::size_t begin = at + mark.size();
        run.instrument.serial_number = model.substr(begin, std::min(model.find(',', begin), model.size()) - begin);
      }
    } else if (stepone_ && version_ == "1.0") {
      run.instrument.vendor = "Applied Biosystems";
      curve_kind_ = CurveKind::normalised;
    }
  }

  void read_format(const XmlElement& element, RunData& run) {
    if (!element.child("rows")) {
      // Version 1.0: free text, "96-well plate; A1-H12" or "free format".
      const std::string text = element.text();
      if (const std::size_t at = text.find("A1-"); at != std::string::npos) {
        const std::optional<GridPosition> last = parse_label(std::string_view(text).substr(at + 3));
        if (last && largest_plate.contains(*last)) {
          run.plate = PlateGeometry{last->row + 1, last->column + 1};
        }
      }
      return;
    }
    const std::optional<long> rows = parse_integer(element.child("rows").text());
    const std::optional<long> columns = parse_integer(element.child("columns").text());
    constexpr long most = 10'000;
    constexpr long most_of_plate = 100;
    if (!rows || !columns || *rows < -1 || *rows == 0 || *columns < 1 || *rows > most || *columns > most) {
      refuse(ErrorCode::invalid_value, element, "pcrFormat",
             fmt::format("{} x {}", element.child("rows").text(), element.child("columns").text()),
             "rows and columns of a plate");
    }
    // Rotors and arrays number their reactions; -1 rows is the free format.
    rows_are_letters_ = element.child("rowLabel").text() == "ABC" && *rows > 0;
    if (rows_are_letters_ && (*rows > most_of_plate || *columns > most_of_plate)) {
      refuse(ErrorCode::invalid_value, element, "pcrFormat", fmt::format("{} x {}", *rows, *columns),
             fmt::format("a plate of at most {} rows and columns", most_of_plate));
    }
    if (rows_are_letters_) run.plate = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
  }

  WellId read_well(const XmlElement& element, const std::string& id, const RunData& run) const {
    const std::optional<long> number = parse_integer(id);
    if (number && run.plate) {
      const long count = static_cast<long>(run.plate->rows) * run.plate->columns;
      if (*number < 1 || *number > count) {
        refuse(ErrorCode::invalid_value, element, "react", id, fmt::format("a number from 1 to {}", count));
      }
      return to_well(to_position(*number - 1, *run.plate));
    }
    if (!number && rows_are_letters_) {
      const std::optional<GridPosition> position = parse_label(id);
      if (position && largest_plate.contains(*position)) {
        return to_well(*position);
      }
    }
    if (id.empty()) refuse(ErrorCode::invalid_value, element, "react", {}, "an identifier");
    return {id, std::nullopt};
  }

  void read_react(const XmlElement& element, const std::string& id, RunData& run) {
    Measurement common;
    common.well = read_well(element, id, run);
    const Sample* sample = nullptr;
    for (XmlElement child = element.first(); child; child = child.next()) {
      if (child.name() == "sample") {
        const std::string sample_id = identifier(child);
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
      } else if (child.name() != "data") {
        ignore("rdml/experiment/run/react", child);
      }
    }
    std::set<std::string> seen;
    for (XmlElement child = element.first(); child; child = child.next()) {
      if (child.name() != "data") continue;
      Measurement measurement = common;
      const std::string target_id = identifier(child.child("tar"));
      measurement.target = target_id;
      const std::string place = fmt::format("react {}, target {}", id, target_id);
      if (!seen.insert(target_id).second) {
        refuse(ErrorCode::duplicate_entry, child, place, {}, {}, "the reaction has this target twice");
      }
      if (const auto target = definitions_.targets.find(target_id); target != definitions_.targets.end()) {
        measurement.dye = target->second.dye;
        if (target->second.name) measurement.target = *target->second.name;
      }
      if (sample != nullptr) apply_sample(*sample, target_id, measurement);
      read_data(child, place, measurement, run);
      if (measurement.amplification.empty() && measurement.melt.empty() && !measurement.excluded)
        without_curve_.add(measurement.well);
      run.measurements.push_back(std::move(measurement));
    }
    if (!seen.empty()) return;
    // The well was filled, or it would not be here: it stays in the run, so that nobody takes it for absent.
    if (sample != nullptr) apply_sample(*sample, {}, common);
    without_curve_.add(common.well);
    run.measurements.push_back(std::move(common));
  }

  void read_data(const XmlElement& element, const std::string& place, Measurement& measurement, RunData& run) {
    AmplificationCurve amplification;
    MeltCurve melt;
    amplification.kind = curve_kind_;
    XmlElement cq;
    for (XmlElement child = element.first(); child; child = child.next()) {
      const std::string_view name = child.name();
      if (name == "adp") {
        read_point(child, "cyc", place, amplification.cycles, amplification.fluorescence);
      } else if (name == "mdp") {
        read_point(child, "tmp", place, melt.temperatures_celsius, melt.fluorescence);
      } else if (name == "cq") {
        cq = child;
      } else if (name == "excl") {
        measurement.excluded = true;
        measurement.exclusion_reason = child.text();
      } else if (name == "note" && parse_written_kind(child.text())) {
        amplification.kind = *parse_written_kind(child.text());
      } else if (name != "tar") {
        ignore("rdml/experiment/run/react/data", child);
      }
    }
    sort_cycles(element, place, amplification, run);
    if (cq) read_cq(cq, place, amplification, measurement, run);
    if (!amplification.cycles.empty()) measurement.amplification.push_back(std::move(amplification));
    if (!melt.fluorescence.empty()) measurement.melt.push_back(std::move(melt));
  }

  static double read_number(const XmlElement& parent, const XmlElement& element, const char* name,
                            const std::string& place) {
    if (!element) refuse(ErrorCode::malformed_file, parent, place, {}, {}, fmt::format("a reading without '{}'", name));
    const std::string text = element.text();
    const std::optional<double> value = parse_double(text);
    if (!value)
      refuse(ErrorCode::invalid_value, element, fmt::format("{} of {}", name, place), text, "a finite number");
    return *value;
  }

  void read_point(const XmlElement& element, const char* axis_name, const std::string& place, std::vector<double>& axis,
                  std::vector<double>& readings) {
    XmlElement position;
    XmlElement reading;
    for (XmlElement child = element.first(); child; child = child.next()) {
      const std::string_view name = child.name();
      if (name == axis_name) {
        position = child;
      } else if (name == "fluor") {
        reading = child;
      } else if (name != "tmp" || !saw_cycle_temperature_) {
        not_read_.add(fmt::format("rdml/experiment/run/react/data/{}/{}", element.name(), name),
                      "no result comes from it");
        // Every reading repeats it.
        saw_cycle_temperature_ = saw_cycle_temperature_ || name == "tmp";
      }
    }
    axis.push_back(read_number(element, position, axis_name, place));
    readings.push_back(read_number(element, reading, "fluor", place));
  }

  /// The order of readings carries no meaning in RDML; two readings of one cycle would.
  static void sort_cycles(const XmlElement& element, const std::string& place, AmplificationCurve& curve,
                          RunData& run) {
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
      }
      curve = std::move(sorted);
      run.warnings.push_back(place + ": cycles were not in order and have been sorted");
    }
    const auto twin = std::adjacent_find(curve.cycles.begin(), curve.cycles.end());
    if (twin != curve.cycles.end()) {
      refuse(ErrorCode::duplicate_entry, element, "cyc of " + place, format_double(*twin), {},
             "a cycle is there twice");
    }
  }

  void read_cq(const XmlElement& element, const std::string& place, const AmplificationCurve& curve,
               Measurement& measurement, RunData& run) const {
    VendorResult& vendor = measurement.vendor;
    vendor.cq_text = element.text();
    if (trim(vendor.cq_text).empty()) return;
    vendor.algorithm = algorithm_;
    const std::optional<double> value = parse_double(vendor.cq_text);
    if (!value && to_lower_ascii(vendor.cq_text) != "nan") {
      refuse(ErrorCode::invalid_value, element, "cq of " + place, vendor.cq_text, "a number, or -1 for none");
    }
    if (!value || *value == -1.0) {
      vendor.cq_status = CqStatus::no_amplification;
      return;
    }
    if (*value < 0)
      refuse(ErrorCode::invalid_value, element, "cq of " + place, vendor.cq_text, "a cycle, or -1 for none");
    vendor.cq_status = CqStatus::found;
    vendor.cq_cycles = value;
    if (stepone_ && !curve.cycles.empty() && *value >= curve.cycles.back()) {
      run.warnings.push_back(fmt::format(
          "{}: vendor Cq {} is the number of cycles, which StepOne writes for undetermined", place, vendor.cq_text));
    }
  }

  const XmlDocument& document_;
  NotReadList not_read_;
  std::string version_;
  Definitions definitions_;
  std::vector<RunData> runs_;
  // Of the run being read.
  bool rows_are_letters_ = true;
  bool stepone_ = false;
  bool saw_cycle_temperature_ = false;
  CurveKind curve_kind_ = CurveKind::unknown;
  std::string algorithm_;
  WellList without_curve_;
};

}  // namespace

std::vector<RunData> read_document(const XmlDocument& document, NotReadList not_read) {
  return DocumentReader(document, std::move(not_read)).read();
}

}  // namespace qpcr::rdml
