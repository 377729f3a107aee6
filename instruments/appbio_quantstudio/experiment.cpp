// Reads the description of an experiment.
#include "instruments/appbio_quantstudio/experiment.hpp"

#include <chrono>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

std::string find_manifest_value(std::string_view manifest, std::string_view key) {
  for (const std::string_view line : split(manifest, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':'))
      return std::string(trim(line.substr(key.size() + 1)));
  }
  return {};
}

std::string read_time(const XmlElement& element) {
  const std::optional<long> milliseconds = parse_integer(element.text());
  return milliseconds ? to_utc_text(*milliseconds).value_or("") : std::string{};
}

void read_properties(const XmlElement& property, Experiment& experiment) {
  for (XmlElement value = property.first(); value; value = value.next()) {
    const std::string text = value.child("String").text();
    const std::optional<std::string_view> key = value.attribute("key");
    if (text.empty() || !key) continue;
    if (*key == "instrumentType") experiment.instrument.model = text;
    if (*key == "instrumentSerialNumber") experiment.instrument.serial_number = text;
    if (*key == "softwareVersion") experiment.instrument.software = text;
    // Nobody signed in.
    if (*key == "userId" && text != "DEFAULT" && experiment.operator_name.empty()) experiment.operator_name = text;
  }
}

}  // namespace

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
  experiment.notes = root.child("Description").text();
  if (experiment.notes.empty()) experiment.notes = root.child("Comment").text();
  experiment.operator_name = root.child("Operator").text();
  experiment.barcode = root.child("Barcode").text();
  if (experiment.barcode.empty()) experiment.barcode = root.child("BarCode").text();
  experiment.run_state = root.child("RunState").text();
  experiment.started_at = read_time(root.child("RunStartTime"));
  experiment.ended_at = read_time(root.child("RunEndTime"));
  experiment.block_type = root.child("PlateTypeID").text();
  experiment.instrument.model = root.child("InstrumentTypeId").text();
  for (XmlElement property = root.first(); property; property = property.next()) {
    if (property.name() != "ExperimentProperty") continue;
    const std::optional<std::string_view> type = property.attribute("type");
    if (type == "InstrumentInfo" || type == "RunInfo") read_properties(property, experiment);
  }
  return experiment;
}

void read_manifest(std::string_view manifest, Instrument& instrument) {
  const std::string title = find_manifest_value(manifest, "Implementation-Title");
  const std::string version = find_manifest_value(manifest, "Implementation-Version");
  if (!title.empty()) {
    instrument.software = title;
    instrument.software_version = version;
    return;
  }
  // "7500 Software v2.3" has no title of its own.
  const std::size_t mark = version.rfind(" v");
  const bool is_whole =
      mark != std::string::npos && mark + 2 < version.size() && version[mark + 2] >= '0' && version[mark + 2] <= '9';
  if (is_whole) {
    instrument.software = version.substr(0, mark);
    instrument.software_version = version.substr(mark + 2);
  } else if (!version.empty()) {
    instrument.software_version = version;
  }
}

}  // namespace qpcr::appbio_quantstudio
