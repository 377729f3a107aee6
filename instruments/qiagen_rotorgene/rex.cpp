// Run files of a Rotor-Gene: samples by tube, groups of tubes, and one list of readings a tube and channel.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/measurement_set.hpp"
#include "instruments/qiagen_rotorgene/channels.hpp"
#include "instruments/qiagen_rotorgene/exports.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/number.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

constexpr long most_tubes = 1000;
constexpr std::size_t most_readings = 65536;

struct Tube {
  std::string name;
  std::string type;
  std::optional<double> quantity;
  std::set<std::string> groups;
};

struct Channel {
  Acquisition acquisition;
  XmlElement element;
};

[[noreturn]] void fail(const XmlElement& element, ErrorCode code, std::string field, std::string_view found,
                       std::string expected) {
  ErrorContext context;
  context.path = element.path();
  context.line = element.line();
  context.field = std::move(field);
  context.found = std::string(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

SampleRole to_role(std::string_view type) {
  if (type == "1") return SampleRole::standard;
  if (type == "3") return SampleRole::no_template_control;
  return type == "5" ? SampleRole::positive_control : SampleRole::unspecified;
}

class RexReader {
 public:
  explicit RexReader(const InputFile& file) : file_(file), document_(file.bytes, file.path) {}

  RunData read() {
    const XmlElement root = document_.root();
    if (root.name() != "Experiment")
      fail(root, ErrorCode::malformed_file, "root", root.name(), "the element Experiment");
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Qiagen";
    run_.instrument.model = "Rotor-Gene";
    find_channels(root);
    decide_format();
    read_samples(root.child("Samples"));
    read_groups(root.child("Samples").child("Groups"));
    read_channels();
    for (XmlElement child = root.first(); child; child = child.next()) {
      if (child.name() == "Samples" || child.name() == "RawChannels") continue;
      not_read_.add(fmt::format("element {}", child.name()), "its contents are not described");
    }
    run_.measurements = set_.release();
    run_.provenance.not_read = not_read_.entries();
    if (run_.measurements.empty()) fail(root, ErrorCode::malformed_file, "RawChannels", {}, "readings of a tube");
    return std::move(run_);
  }

 private:
  void find_channels(const XmlElement& root) {
    const XmlElement list = root.child("RawChannels");
    if (!list) fail(root, ErrorCode::malformed_file, "RawChannels", {}, "a list of raw channels");
    std::set<std::string> names;
    for (XmlElement element = list.first(); element; element = element.next()) {
      if (element.name() != "RawChannel") continue;
      const std::string name = element.child("Name").text();
      std::optional<Acquisition> acquisition = parse_acquisition(name);
      if (!acquisition) {
        not_read_.add(fmt::format("raw channel '{}'", name), "neither cycling nor melting");
        continue;
      }
      if (!names.insert(acquisition->name).second)
        fail(element, ErrorCode::duplicate_entry, "RawChannel", name, "each channel once");
      channels_.push_back({std::move(*acquisition), element});
    }
  }

  /// The software writes numbers as the computer it ran on does.
  void decide_format() {
    const XmlElement* with_dot = nullptr;
    const XmlElement* with_comma = nullptr;
    for (const Channel& channel : channels_) {
      for (XmlElement reading = channel.element.first(); reading; reading = reading.next()) {
        if (reading.name() != "Reading") continue;
        const std::string text = reading.text();
        if (text.find('.') != std::string::npos) with_dot = &channel.element;
        if (text.find(',') != std::string::npos) with_comma = &channel.element;
      }
    }
    if (with_dot != nullptr && with_comma != nullptr)
      fail(*with_comma, ErrorCode::invalid_value, "Reading", {}, "one decimal sign in the whole file");
    if (with_comma != nullptr) format_ = NumberFormat::decimal_comma;
  }

  double number_in(const XmlElement& element, std::string_view text, const std::string& field) const {
    const std::optional<double> value = parse_number(text, format_);
    if (!value) fail(element, ErrorCode::invalid_value, field, text, "a number");
    return *value;
  }

  void read_samples(const XmlElement& samples) {
    long page = 0;
    for (XmlElement element = samples.first(); element; element = element.next()) {
      if (element.name() != "Page") continue;
      ++page;
      for (XmlElement sample = element.first(); sample; sample = sample.next()) {
        if (sample.name() == "Sample") read_sample(sample, page);
      }
    }
  }

  void read_sample(const XmlElement& sample, long page) {
    const std::string text = sample.child("TubePosition").text();
    const std::optional<double> position = parse_number(text, format_);
    const long tube = position && *position >= 1 && *position <= most_tubes ? static_cast<long>(*position) : 0;
    if (tube == 0 || static_cast<double>(tube) != *position)
      fail(sample, ErrorCode::invalid_value, "TubePosition", text, fmt::format("a tube from 1 to {}", most_tubes));
    Tube read;
    read.name = sample.child("Name").text();
    read.type = sample.child("Type").text();
    if (const std::string given = sample.child("GivenConc").text(); !given.empty() && read.type == "1")
      read.quantity = number_in(sample, given, "GivenConc");
    const std::string id = sample.child("ID").text();
    if (!id.empty()) tube_of_id_.emplace(id, tube);
    const auto [known, is_new] = tubes_.emplace(tube, read);
    if (is_new) return;
    if (page == 1) fail(sample, ErrorCode::duplicate_entry, "TubePosition", text, "each tube once on a page");
    if (known->second.name != read.name && !read.name.empty())
      not_read_.add(fmt::format("page {} of the samples", page), "names of the tubes on a further page");
  }

  void read_groups(const XmlElement& groups) {
    for (XmlElement group = groups.first(); group; group = group.next()) {
      if (group.name() != "Group") continue;
      const std::string name = group.child("Name").text();
      for (XmlElement tube = group.first(); tube; tube = tube.next()) {
        if (tube.name() != "Tube") continue;
        const auto id = tube_of_id_.find(tube.text());
        if (id != tube_of_id_.end()) tubes_[id->second].groups.insert(name);
      }
    }
  }

  void read_channels() {
    std::vector<Acquisition> acquisitions;
    for (const Channel& channel : channels_) acquisitions.push_back(channel.acquisition);
    const std::vector<std::string> dyes = derive_dyes(acquisitions);
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      long tube = 0;
      for (XmlElement reading = channels_[i].element.first(); reading; reading = reading.next()) {
        if (reading.name() != "Reading") continue;
        if (++tube > most_tubes)
          fail(reading, ErrorCode::invalid_value, "Reading", {}, fmt::format("at most {} tubes", most_tubes));
        read_reading(channels_[i], dyes[i], tube, reading);
      }
    }
    if (several_groups_.empty()) return;
    run_.warnings.push_back("tubes that are in several groups have no target: " + several_groups_.text());
  }

  void read_reading(const Channel& channel, const std::string& dye, long number, const XmlElement& element) {
    std::vector<double> readings;
    const std::string text = element.text();
    std::string_view rest = trim(text);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
      if (readings.size() >= most_readings)
        fail(element, ErrorCode::invalid_value, "Reading", {}, fmt::format("at most {} readings", most_readings));
      readings.push_back(number_in(element, rest.substr(0, end), fmt::format("Reading of tube {}", number)));
      rest = trim(rest.substr(end));
    }
    if (readings.empty()) return;
    const auto known = tubes_.find(number);
    const Tube tube = known == tubes_.end() ? Tube{} : known->second;
    const WellId well{std::to_string(number), std::nullopt};
    if (tube.groups.size() > 1) several_groups_.add(well);
    const std::string target = tube.groups.size() == 1 ? *tube.groups.begin() : std::string();
    Measurement& m = set_.at(well, target, dye);
    m.sample = tube.name;
    m.role = to_role(tube.type);
    m.role_text = tube.type.empty() ? std::string() : "type " + tube.type;
    m.quantity = tube.quantity;
    if (channel.acquisition.stage == Stage::melt) {
      m.melt.push_back({CurveKind::unknown, read_temperatures(channel, readings.size()), std::move(readings)});
    } else {
      m.amplification.push_back({CurveKind::unknown, read_cycles(channel, readings.size()), std::move(readings)});
    }
  }

  std::optional<double> axis_value(const Channel& channel, const char* name) const {
    const XmlElement element = channel.element.child(name);
    const std::string text = element.text();
    if (text.empty()) return std::nullopt;
    // Numbers of the axis may be whole where readings are not, so both signs are tried.
    const std::optional<double> value = parse_number(
        text, text.find(',') == std::string::npos ? NumberFormat::decimal_dot : NumberFormat::decimal_comma);
    if (!value) fail(element, ErrorCode::invalid_value, name, text, "a number");
    return value;
  }

  std::vector<double> read_temperatures(const Channel& channel, std::size_t count) const {
    const std::optional<double> start = axis_value(channel, "StartX");
    const std::optional<double> step = axis_value(channel, "StepX");
    if (!start || !step || *step == 0)
      fail(channel.element, ErrorCode::invalid_value, "StartX and StepX", {}, "the temperatures of a melting curve");
    std::vector<double> axis;
    for (std::size_t i = 0; i < count; ++i) axis.push_back(*start + *step * static_cast<double>(i));
    return axis;
  }

  /// One reading in each cycle; a first cycle counted as 0 is cycle 1. Any other axis would move every Cq.
  std::vector<double> read_cycles(const Channel& channel, std::size_t count) {
    const double start = axis_value(channel, "StartX").value_or(1);
    const double step = axis_value(channel, "StepX").value_or(1);
    if ((start != 0 && start != 1) || step != 1) {
      fail(channel.element, ErrorCode::invalid_value, "StartX and StepX", fmt::format("{} and {}", start, step),
           "1 and 1, one reading in each cycle");
    }
    const std::string warning = fmt::format("raw channel '{}' counts its cycles from 0; they are cycles 1, 2, 3 … here",
                                            channel.acquisition.name);
    if (start == 0 && std::find(run_.warnings.begin(), run_.warnings.end(), warning) == run_.warnings.end())
      run_.warnings.push_back(warning);
    std::vector<double> axis;
    for (std::size_t i = 1; i <= count; ++i) axis.push_back(static_cast<double>(i));
    return axis;
  }

  const InputFile& file_;
  XmlDocument document_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  MeasurementSet set_;
  NotReadList not_read_;
  std::vector<Channel> channels_;
  std::map<long, Tube> tubes_;
  std::map<std::string, long> tube_of_id_;
  WellList several_groups_;
};

}  // namespace

RunData read_rex(const InputFile& file) { return RexReader(file).read(); }

}  // namespace qpcr::qiagen_rotorgene
