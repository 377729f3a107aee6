// Reads set-up and signals of the JSON layout.
#include "instruments/appbio_quantstudio/json_layout.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/experiment.hpp"
#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/plate_setup.hpp"
#include "instruments/appbio_quantstudio/protocol.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

using nlohmann::json;

long read_well(const json& object, const char* key, const std::string& path, long wells) {
  const std::optional<long> well = find_integer(object, key);
  if (!well || *well < 0 || *well >= wells) {
    refuse(ErrorCode::invalid_value, path, 0, key, well ? fmt::format("{}", *well) : std::string{},
           fmt::format("a well index from 0 to {}", wells - 1));
  }
  return *well;
}

ReadPoint read_point(const json& object, const std::string& path) {
  const auto number = [&](const char* key) {
    const std::optional<long> value = find_integer(object, key);
    if (!value || *value < 0 || *value > static_cast<long>(most_readings)) {
      refuse(ErrorCode::invalid_value, path, 0, fmt::format("collectionPoint.{}", key),
             value ? fmt::format("{}", *value) : std::string{}, "a number of a stage, cycle, step or point");
    }
    return static_cast<int>(*value);
  };
  ReadPoint point;
  point.stage = number("stage");
  point.cycle = number("cycle");
  point.step = number("step");
  point.point = find_integer(object, "point") ? number("point") : 1;
  return point;
}

void set_if_any(std::string& to, std::string text) {
  if (!text.empty()) to = std::move(text);
}

std::string read_time(const json& object, const char* key) {
  const std::optional<long> milliseconds = find_integer(object, key);
  return milliseconds ? to_utc_text(*milliseconds).value_or("") : std::string{};
}

ProtocolStep read_step(const json& object, bool& is_melt) {
  const json& ramp = find_object(object, "ramp");
  const json& hold = find_object(object, "hold");
  ProtocolStep step;
  step.temperature_celsius = find_number(ramp, "temperature");
  if (!step.temperature_celsius) step.temperature_celsius = find_number(hold, "temperature");
  step.duration_seconds = find_number(hold, "duration");
  const json& at_hold = find_object(hold, "collectionProfile");
  const json& at_ramp = find_object(ramp, "collectionProfile");
  step.collects = at_hold.is_object() || at_ramp.is_object();
  for (const json* profile : {&at_hold, &at_ramp}) {
    const std::string words =
        to_lower_ascii(find_text(*profile, "processing") + " " + find_text(*profile, "filterSettingId"));
    if (words.find("melt") != std::string::npos) is_melt = true;
  }
  // Amplification is read while a temperature is held.
  if (at_ramp.is_object() && !at_hold.is_object()) is_melt = true;
  return step;
}

}  // namespace

void read_summary(const JsonMember& member, Experiment& experiment) {
  set_if_any(experiment.name, find_text(member.root, "name"));
  set_if_any(experiment.notes, find_text(member.root, "description"));
  set_if_any(experiment.run_state, find_text(member.root, "runStatus"));
  set_if_any(experiment.block_type, find_text(member.root, "blockType"));
  set_if_any(experiment.instrument.model, find_text(member.root, "instrumentType"));
}

void read_run_summary(const JsonMember& member, Experiment& experiment) {
  set_if_any(experiment.instrument.serial_number, find_text(member.root, "instrumentSerialNumber"));
  if (experiment.instrument.model.empty()) experiment.instrument.model = find_text(member.root, "instrumentId");
  set_if_any(experiment.operator_name, find_text(member.root, "operator"));
  set_if_any(experiment.barcode, find_text(member.root, "plateBarcode"));
  set_if_any(experiment.started_at, read_time(member.root, "startTime"));
  set_if_any(experiment.ended_at, read_time(member.root, "endTime"));
}

PlateSetup read_json_plate_setup(const JsonMember& member) {
  PlateSetup setup;
  setup.geometry = parse_plate_type(find_text(member.root, "blockType"));
  setup.passive_reference = std::string(strip_no_dye(find_text(member.root, "passiveReference")));
  setup.barcode = find_text(member.root, "barcode");
  if (setup.barcode.empty()) setup.barcode = find_text(member.root, "plateBarcode");
  std::map<std::string, std::string> reporters;
  for (const json& target : find_list(member.root, "targets"))
    reporters[find_text(target, "name")] = std::string(strip_no_dye(find_text(target, "reporter")));
  const long wells = setup.geometry ? static_cast<long>(setup.geometry->rows) * setup.geometry->columns : most_wells;
  for (const json& entry : find_list(member.root, "wells")) {
    WellSetup& well = setup.wells[read_well(entry, "index", member.path, wells)];
    well.sample = find_text(entry, "sampleName");
    well.omitted = find_truth(entry, "omitted");
    well.comment = find_text(entry, "comment");
    for (const json& assignment : find_list(entry, "targetAssignments")) {
      TargetTask target;
      target.target = find_text(assignment, "targetName");
      const auto reporter = reporters.find(target.target);
      if (reporter != reporters.end()) target.reporter = reporter->second;
      target.task = find_text(assignment, "task");
      // Every assignment carries a quantity; only a standard's was chosen by somebody.
      if (equals_ignoring_case(target.task, "STANDARD")) target.quantity = find_number(assignment, "quantity");
      if (well.targets.size() == most_targets) {
        refuse(ErrorCode::malformed_file, member.path, 0,
               fmt::format("the well with index {} has more than {} targets", *find_integer(entry, "index"),
                           most_targets));
      }
      const bool is_known = std::any_of(well.targets.begin(), well.targets.end(),
                                        [&](const TargetTask& other) { return other.target == target.target; });
      if (is_known) {
        refuse(ErrorCode::duplicate_entry, member.path, 0, fmt::format("a well has target '{}' twice", target.target));
      }
      well.targets.push_back(std::move(target));
    }
  }
  return setup;
}

std::vector<Stage> read_run_method(const JsonMember& member) {
  std::vector<Stage> stages;
  for (const json& entry : find_list(member.root, "stages")) {
    Stage& stage = stages.emplace_back();
    stage.repetitions = find_integer(entry, "repeat");
    if (stage.repetitions && (*stage.repetitions < 0 || *stage.repetitions > static_cast<long>(most_readings))) {
      refuse(ErrorCode::invalid_value, member.path, 0, "repeat", fmt::format("{}", *stage.repetitions),
             fmt::format("a number of cycles from 0 to {}", most_readings));
    }
    bool is_melt = false;
    for (const json& step : find_list(entry, "steps")) stage.steps.push_back(read_step(step, is_melt));
    stage.kind = parse_stage_kind(find_text(entry, "type"));
    if (stage.kind == StageKind::hold && stage.repetitions.value_or(1) > 1) stage.kind = StageKind::cycling;
    if (stage.kind == StageKind::hold && is_melt) stage.kind = StageKind::melt;
  }
  return stages;
}

Signals read_json_multicomponent(const JsonMember& member, NotReadList& not_read) {
  Signals result;
  result.member = "multicomponent_data.json";
  const json& points = find_list(member.root, "collectionPoints");
  if (points.size() > most_readings)
    refuse(ErrorCode::malformed_file, member.path, 0, fmt::format("more than {} collection points", most_readings));
  for (const json& point : points) result.points.push_back(read_point(point, member.path));
  for (const json& entry : find_list(member.root, "wellData")) {
    const long well = read_well(entry, "wellIndex", member.path, most_wells);
    const auto [place, is_new] = result.wells.emplace(well, WellSignals{});
    if (!is_new) {
      refuse(ErrorCode::duplicate_entry, member.path, 0, fmt::format("the well with index {} has signals twice", well));
    }
    WellSignals& signals = place->second;
    for (const json& dye : find_list(entry, "dyeData")) {
      Signal signal;
      signal.dye = find_text(dye, "dyeName");
      const std::string field = fmt::format("well {}, dye '{}'", well, signal.dye);
      signal.readings = read_numbers(find_list(dye, "fluorescences"), member.path, field);
      if (signal.readings.size() != result.points.size()) {
        refuse(ErrorCode::malformed_file, member.path, 0,
               fmt::format("{}: expected {} readings as there are collection points, got {}", field,
                           result.points.size(), signal.readings.size()));
      }
      const bool is_known = std::any_of(signals.signals.begin(), signals.signals.end(),
                                        [&](const Signal& other) { return other.dye == signal.dye; });
      constexpr std::size_t most_dyes = 64;
      if (is_known || signals.signals.size() == most_dyes)
        refuse(ErrorCode::duplicate_entry, member.path, 0, fmt::format("{} is there twice", field));
      signals.signals.push_back(std::move(signal));
    }
    signals.temperatures_celsius =
        read_numbers(find_list(entry, "temperatures"), member.path, fmt::format("temperatures of well {}", well));
    if (signals.temperatures_celsius.size() != result.points.size()) {
      not_read.add("multicomponent_data.json: temperatures", "not one for each reading");
      signals.temperatures_celsius.clear();
    }
  }
  return result;
}

void read_json_filter_data(const JsonMember& member, FilterReadings& filters, NotReadList& not_read) {
  for (const json& entry : member.root.is_array() ? member.root : find_list(member.root, "filterData")) {
    const ReadPoint point = read_point(find_object(entry, "collectionPoint"), member.path);
    for (const json& plate : find_list(entry, "filterData")) {
      const std::string filter = find_text(plate, "filterSet");
      const json& readings = find_list(plate, "wellFluorescences");
      if (filter.empty() || readings.size() > static_cast<std::size_t>(most_wells)) {
        refuse(ErrorCode::malformed_file, member.path, 0,
               fmt::format("{} readings of filter '{}' at one point", readings.size(), filter));
      }
      filters.add(point, filter, read_numbers(readings, member.path, fmt::format("wellFluorescences of {}", filter)),
                  not_read);
    }
  }
}

}  // namespace qpcr::appbio_quantstudio
