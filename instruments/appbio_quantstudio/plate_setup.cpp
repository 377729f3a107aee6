// Reads the XML descriptions of an .eds.
#include "instruments/appbio_quantstudio/plate_setup.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

[[noreturn]] void refuse(const XmlElement& element, std::string found, std::string expected) {
  ErrorContext context;
  context.path = element.path();
  context.line = element.line();
  context.field = std::string(element.name());
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, std::move(context));
}

long read_index(const XmlElement& parent, const PlateSetup& setup) {
  const XmlElement element = parent.child("Index");
  const std::optional<long> index = parse_integer(element.text());
  const long wells = setup.geometry ? static_cast<long>(setup.geometry->rows) * setup.geometry->columns : 100'000;
  if (!index || *index < 0 || *index >= wells) {
    refuse(element ? element : parent, element.text(), fmt::format("a well index from 0 to {}", wells - 1));
  }
  return *index;
}

void read_targets(const XmlElement& item, WellSetup& well) {
  for (XmlElement task = item.child("DetectorTaskList").first(); task; task = task.next()) {
    if (task.name() != "DetectorTask") continue;
    TargetTask entry;
    const XmlElement detector = task.child("Detector");
    entry.target = detector.child("Name").text();
    entry.reporter = detector.child("Reporter").text();
    entry.task = task.child("Task").text();
    const XmlElement quantity = task.child("Concentration");
    // Every task carries a concentration; only a standard's was chosen by somebody.
    if (quantity && equals_ignoring_case(entry.task, "STANDARD")) {
      entry.quantity = parse_double(quantity.text());
      if (!entry.quantity) refuse(quantity, quantity.text(), "a number");
    }
    for (const TargetTask& other : well.targets) {
      if (other.target != entry.target) continue;
      ErrorContext context;
      context.path = detector.path();
      context.line = detector.line();
      context.field = "Detector";
      context.found = entry.target;
      context.problem = "the well has this target twice";
      throw Error(ErrorCode::duplicate_entry, std::move(context));
    }
    well.targets.push_back(std::move(entry));
  }
}

void read_features(const XmlElement& map, PlateSetup& setup, NotReadList& not_read) {
  const std::string id = map.child("Feature").child("Id").text();
  const bool samples = id == "sample";
  if (!samples && id != "detector-task") {
    if (map.child("FeatureValue"))
      not_read.add(fmt::format("plate_setup.xml: feature '{}'", id), "no result comes from it");
    return;
  }
  for (XmlElement value = map.first(); value; value = value.next()) {
    if (value.name() != "FeatureValue") continue;
    WellSetup& well = setup.wells[read_index(value, setup)];
    const XmlElement item = value.child("FeatureItem");
    if (samples) {
      well.sample = item.child("Sample").child("Name").text();
    } else {
      read_targets(item, well);
    }
  }
}

}  // namespace

PlateSetup read_plate_setup(const XmlDocument& document, NotReadList& not_read) {
  PlateSetup setup;
  const XmlElement root = document.root();
  const std::optional<long> rows = parse_integer(root.child("Rows").text());
  const std::optional<long> columns = parse_integer(root.child("Columns").text());
  constexpr long most = 100;
  if (!rows || !columns || *rows < 1 || *columns < 1 || *rows > most || *columns > most) {
    refuse(root, fmt::format("{} x {}", root.child("Rows").text(), root.child("Columns").text()),
           "rows and columns of a plate");
  }
  setup.geometry = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
  setup.passive_reference = root.child("PassiveReferenceDye").text();
  for (XmlElement element = root.first(); element; element = element.next()) {
    if (element.name() == "FeatureMap") {
      read_features(element, setup, not_read);
    } else if (element.name() == "Wells") {
      for (XmlElement well = element.first(); well; well = well.next()) {
        const long index = read_index(well, setup);
        if (equals_ignoring_case(well.child("IsOmit").text(), "true")) setup.wells[index].omitted = true;
        if (well.child("FlagName")) not_read.add("plate_setup.xml: FlagName", "quality flags of the vendor's software");
      }
    }
  }
  return setup;
}

std::vector<ProtocolStage> read_protocol(const XmlDocument& document) {
  std::vector<ProtocolStage> stages;
  for (XmlElement element = document.root().first(); element; element = element.next()) {
    if (element.name() != "TCStage") continue;
    stages.push_back({element.child("StageFlag").text(), parse_integer(element.child("NumOfRepetitions").text())});
  }
  return stages;
}

bool is_melt_stage(const ProtocolStage& stage) {
  const std::string flag = to_lower_ascii(stage.flag);
  return flag.find("melt") != std::string::npos || flag.find("dissociation") != std::string::npos;
}

std::optional<std::string> to_utc_text(long milliseconds) {
  constexpr long end_of_9999 = 253'402'300'800'000;
  if (milliseconds <= 0 || milliseconds >= end_of_9999) return std::nullopt;
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(milliseconds)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Experiment read_experiment(const XmlDocument& document) {
  Experiment experiment;
  const XmlElement root = document.root();
  experiment.name = root.child("Name").text();
  experiment.run_state = root.child("RunState").text();
  if (const std::optional<long> started = parse_integer(root.child("RunStartTime").text())) {
    experiment.started_at = to_utc_text(*started).value_or("");
  }
  experiment.instrument.vendor = "Applied Biosystems";
  experiment.instrument.model = root.child("InstrumentTypeId").text();
  for (XmlElement property = root.first(); property; property = property.next()) {
    if (property.name() != "ExperimentProperty" || property.attribute("type") != "InstrumentInfo") continue;
    for (XmlElement value = property.first(); value; value = value.next()) {
      const std::string text = value.child("String").text();
      if (text.empty()) continue;
      if (value.attribute("key") == "instrumentType") experiment.instrument.model = text;
      if (value.attribute("key") == "instrumentSerialNumber") experiment.instrument.serial_number = text;
    }
  }
  return experiment;
}

}  // namespace qpcr::appbio_quantstudio
