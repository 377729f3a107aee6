// Reads the `run` elements of RDML in one pass; the numbers of a curve go straight into its arrays.
#include "instruments/rdml/run_draft.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/rdml/child_texts.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"

namespace qpcr::rdml {
namespace {

/// Elements of `data` that results of analyses stand in, in the order of the schema.
constexpr std::array<std::string_view, 14> result_names{"N0",      "Ncopy",      "ampEffMet",  "ampEff",   "ampEffSE",
                                                        "corrF",   "corrP",      "corrCq",     "meltTemp", "endPt",
                                                        "bgFluor", "bgFluorSlp", "quantFluor", "corrM"};

/// The last number of one name inside a reading.
struct Number {
  bool seen = false;
  bool valid = false;
  double value = 0;
  std::size_t offset = 0;
};

class RunDraftReader {
 public:
  RunDraftReader(XmlTokenizer& xml, const XmlSource& source) : xml_(xml), source_(source) {}

  RunDraft read(const std::string& experiment) {
    draft_.offset = xml_.offset();
    draft_.run.name = fmt::format("{}/{}", experiment, read_identifier(xml_));
    RunData& run = draft_.run;
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "react") {
        read_react();
      } else if (name == "instrument") {
        run.instrument.model = xml_.read_text();
      } else if (name == "dataCollectionSoftware") {
        auto [software, version] = read_child_texts<2>(xml_, {"name", "version"});
        run.instrument.software = std::move(software).value_or("");
        run.instrument.software_version = std::move(version).value_or("");
      } else if (name == "backgroundDeterminationMethod") {
        draft_.background = xml_.read_text();
      } else if (name == "cqDetectionMethod") {
        draft_.algorithm = xml_.read_text();
      } else if (name == "runDate") {
        run.started_at = xml_.read_text();
      } else if (name == "pcrFormat") {
        read_format();
      } else if (name == "thermalCyclingConditions") {
        draft_.protocol_id = read_identifier(xml_);
        xml_.skip();
      } else if (name == "experimenter") {
        draft_.experimenter_ids.push_back(read_identifier(xml_));
        xml_.skip();
      } else if (name == "description") {
        run.notes = xml_.read_text();
      } else {
        draft_.header.add(fmt::format("rdml/experiment/run/{}", name), no_result);
        xml_.skip();
      }
    }
    return std::move(draft_);
  }

 private:
  static constexpr const char* no_result = "no result comes from it";

  void fail_header(std::size_t offset, std::string found, std::string expected) {
    if (draft_.header_fault) return;
    draft_.header_fault =
        make_error(source_, offset, ErrorCode::invalid_value, "pcrFormat", std::move(found), std::move(expected));
  }

  void read_format() {
    const std::size_t offset = xml_.offset();
    std::string text;
    const auto [rows_text, columns_text, label] = read_child_texts<3>(xml_, {"rows", "columns", "rowLabel"}, &text);
    if (!rows_text) {
      // Version 1.0: free text, "96-well plate; A1-H12" or "free format".
      if (const std::size_t at = text.find("A1-"); at != std::string::npos) {
        const std::optional<GridPosition> last = parse_label(std::string_view(text).substr(at + 3));
        if (last && largest_plate.contains(*last)) draft_.run.plate = PlateGeometry{last->row + 1, last->column + 1};
      }
      return;
    }
    const std::optional<long> rows = parse_integer(*rows_text);
    const std::optional<long> columns = parse_integer(columns_text.value_or(""));
    constexpr long most = 10'000;
    constexpr long most_of_plate = 100;
    if (!rows || !columns || *rows < -1 || *rows == 0 || *columns < 1 || *rows > most || *columns > most) {
      fail_header(offset, fmt::format("{} x {}", *rows_text, columns_text.value_or("")), "rows and columns of a plate");
      return;
    }
    // Rotors and arrays number their reactions; -1 rows is the free format.
    draft_.rows_are_letters = label.value_or("") == "ABC" && *rows > 0;
    if (!draft_.rows_are_letters) return;
    if (*rows > most_of_plate || *columns > most_of_plate) {
      fail_header(offset, fmt::format("{} x {}", *rows, *columns),
                  fmt::format("a plate of at most {} rows and columns", most_of_plate));
      return;
    }
    draft_.run.plate = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
  }

  /// Passes over an element; the list is told once a run.
  void ignore(NotReadList& list, std::string_view parent) {
    std::string where = fmt::format("{}/{}", parent, xml_.name());
    if (ignored_.insert(where).second) list.add(std::move(where), no_result);
    xml_.skip();
  }

  void read_react() {
    ReactDraft react;
    react.offset = xml_.offset();
    react.id = read_identifier(xml_);
    react.first_data = draft_.data.size();
    // What a reaction holds beside its data is listed before what the data hold.
    NotReadList in_react;
    NotReadList in_data;
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "data") {
        read_data(react.id, in_data);
      } else if (name == "sample") {
        react.sample_ids.push_back(read_identifier(xml_));
        xml_.skip();
      } else if (name == "partitions") {
        if (ignored_.insert("partitions").second)
          in_react.add("rdml/experiment/run/react/partitions",
                       "digital PCR has no curves; its partitions are not read");
        xml_.skip();
      } else {
        ignore(in_react, "rdml/experiment/run/react");
      }
    }
    for (const NotReadList* list : {&in_react, &in_data}) {
      for (const NotRead& entry : list->entries()) draft_.body.add(entry.where, entry.why);
    }
    react.data_count = draft_.data.size() - react.first_data;
    draft_.reacts.push_back(std::move(react));
  }

  void read_data(const std::string& react_id, NotReadList& not_read) {
    DataDraft data;
    data.offset = xml_.offset();
    bool has_target = false;
    cycles_.clear();
    readings_.clear();
    cycle_temperatures_.clear();
    temperatures_.clear();
    melt_readings_.clear();
    fault_ = {};
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "adp") {
        read_point("cyc", cycles_, readings_, not_read);
      } else if (name == "mdp") {
        read_point("tmp", temperatures_, melt_readings_, not_read);
      } else if (name == "tar") {
        if (!has_target) data.target_id = read_identifier(xml_);
        has_target = true;
        xml_.skip();
      } else if (name == "cq") {
        data.cq_offset = xml_.offset();
        data.cq_text = std::string(xml_.read_text());
      } else if (name == "excl") {
        data.excluded = true;
        data.exclusion_reason = xml_.read_text();
      } else if (name == "note") {
        if (const std::optional<CurveKind> kind = parse_written_kind(xml_.read_text())) {
          data.kind = kind;
        } else {
          data.note = xml_.last_text();
        }
      } else if (name == "quantity") {
        auto [value, unit] = read_child_texts<2>(xml_, {"value", "unit"});
        data.quantity_text = std::move(value);
        data.quantity_unit = std::move(unit).value_or("");
      } else if (const auto* const known = std::find(result_names.begin(), result_names.end(), name);
                 known != result_names.end()) {
        data.results.emplace_back(*known, std::string(xml_.read_text()));
      } else {
        ignore(not_read, "rdml/experiment/run/react/data");
      }
    }
    // Copies of the right size: the buffers grow once for the whole run.
    data.amplification.cycles = cycles_;
    data.amplification.fluorescence = readings_;
    if (cycle_temperatures_.size() == cycles_.size()) {
      data.amplification.temperatures_celsius = cycle_temperatures_;
    } else if (!cycle_temperatures_.empty()) {
      not_read.add("rdml/experiment/run/react/data/adp/tmp", "only some of the readings of a curve have a temperature");
    }
    data.melt.temperatures_celsius = temperatures_;
    data.melt.fluorescence = melt_readings_;
    if (!fault_.name.empty() && !draft_.data_fault)
      keep_fault(fmt::format("react {}, target {}", react_id, data.target_id));
    draft_.data.push_back(std::move(data));
  }

  void keep_fault(const std::string& place) {
    if (fault_.is_missing) {
      draft_.data_fault = make_error(source_, fault_.offset, ErrorCode::malformed_file, place, {}, {},
                                     fmt::format("a reading without '{}'", fault_.name));
    } else {
      draft_.data_fault = make_error(source_, fault_.offset, ErrorCode::invalid_value,
                                     fmt::format("{} of {}", fault_.name, place), fault_.found, "a finite number");
    }
    draft_.faulty_data = draft_.data.size();
  }

  void read_number(Number& number, std::string& found) {
    number.seen = true;
    number.offset = xml_.offset();
    number.valid = xml_.read_double(number.value);
    if (!number.valid) found = xml_.last_text();
  }

  void read_point(std::string_view axis_name, std::vector<double>& axis, std::vector<double>& readings,
                  NotReadList& not_read) {
    const std::size_t offset = xml_.offset();
    const std::string_view point_name = xml_.name();
    Number position;
    Number reading;
    bool has_temperature = false;
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == axis_name) {
        read_number(position, position_text_);
      } else if (name == "fluor") {
        read_number(reading, reading_text_);
      } else if (name == "tmp") {
        temperature_ = {};
        read_number(temperature_, temperature_text_);
        has_temperature = true;
      } else {
        ignore(not_read, fmt::format("rdml/experiment/run/react/data/{}", point_name));
      }
    }
    if (!fault_.name.empty()) return;
    check_number(position, axis_name, position_text_, offset);
    if (fault_.name.empty()) check_number(reading, "fluor", reading_text_, offset);
    if (fault_.name.empty() && has_temperature) check_number(temperature_, "tmp", temperature_text_, offset);
    if (!fault_.name.empty()) return;
    if (has_temperature) cycle_temperatures_.push_back(temperature_.value);
    axis.push_back(position.value);
    readings.push_back(reading.value);
  }

  void check_number(const Number& number, std::string_view name, const std::string& found, std::size_t point_offset) {
    if (number.valid) return;
    fault_ = {name, !number.seen, number.seen ? number.offset : point_offset, number.seen ? found : std::string()};
  }

  /// The first fault of a number in the data being read.
  struct Fault {
    std::string_view name;  ///< of the element; empty without a fault
    bool is_missing = false;
    std::size_t offset = 0;
    std::string found;
  };

  XmlTokenizer& xml_;
  const XmlSource& source_;
  RunDraft draft_;
  Fault fault_;
  std::set<std::string> ignored_;
  std::vector<double> cycles_;
  std::vector<double> readings_;
  std::vector<double> cycle_temperatures_;
  std::vector<double> temperatures_;
  std::vector<double> melt_readings_;
  std::string position_text_;
  std::string reading_text_;
  Number temperature_;  ///< few files have one, and a reading must cost little
  std::string temperature_text_;
};

}  // namespace

std::optional<CurveKind> parse_written_kind(std::string_view text) {
  if (!text.starts_with(rdml_text::curve_kind)) return std::nullopt;
  return parse_curve_kind(text.substr(rdml_text::curve_kind.size()));
}

Error make_error(const XmlSource& source, std::size_t offset, ErrorCode code, std::string field, std::string found,
                 std::string expected, std::string problem) {
  ErrorContext context;
  context.path = source.path();
  context.line = source.line_at(offset);
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  context.problem = std::move(problem);
  return Error(code, std::move(context));
}

std::string read_identifier(const XmlTokenizer& xml) { return std::string(xml.attribute("id").value_or("")); }

RunDraft read_run_draft(XmlTokenizer& xml, const XmlSource& source, const std::string& experiment) {
  return RunDraftReader(xml, source).read(experiment);
}

}  // namespace qpcr::rdml
