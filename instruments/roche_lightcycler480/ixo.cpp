// Puts samples, channels, readings and analyses of an experiment together.
#include "instruments/roche_lightcycler480/ixo.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/roche_lightcycler480/acquisition_store.hpp"
#include "instruments/roche_lightcycler480/file_name.hpp"
#include "instruments/roche_lightcycler480/object_stream.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr long most_rows = 100;
constexpr long most_wells = 3072;
constexpr std::size_t most_channels = 16;
constexpr long most_repeats = 65'536;
constexpr double least_rise_celsius = 5;
constexpr std::size_t fewest_of_melting = 5;
constexpr std::size_t most_single_readings = 3;

struct Channel {
  std::string name;  ///< "465-510"
  std::string excitation;
  std::string emission;
};

/// What the sample editor says of a position in one channel.
struct ChannelSample {
  std::string target;
  std::string type;
  std::optional<double> concentration;
};

struct PositionSample {
  std::string name;
  std::map<long, ChannelSample> channels;
};

/// Readings of one program and segment.
struct Program {
  std::vector<const Acquisition*> readings;  ///< of one channel, in the order of the file
  std::set<long> cycles;
  std::size_t most_in_cycle = 0;
  double rise_celsius = 0;
};

SampleRole to_role(std::string_view type) {
  if (type == "qsUnknown") return SampleRole::unknown;
  if (type == "qsStandard") return SampleRole::standard;
  if (type == "qsNegative") return SampleRole::negative_control;
  if (type == "qsPositive") return SampleRole::positive_control;
  return SampleRole::unspecified;
}

class IxoReader {
 public:
  explicit IxoReader(const InputFile& file) : file_(file), document_(cut_trailer(file.bytes, file.path), file.path) {}

  RunData read() {
    const XmlElement root = document_.root();
    if (root.name() != "objectstream" || root.attribute("signature") != "IXOS")
      refuse_element(ErrorCode::unsupported_format, root, "objectstream", std::string(root.name()),
                     "an object stream with the signature IXOS");
    const XmlElement experiment = root.child("obj");
    if (class_of(experiment) != "HTCExperiment")
      refuse_element(ErrorCode::unsupported_format, root, "obj", class_of(experiment), "an experiment (HTCExperiment)");
    const XmlElement run = find_object(experiment, "run");
    if (!run) {
      refuse_element(ErrorCode::unsupported_format, experiment, "run", {},
                     "an experiment that was run; a template or macro holds no reading");
    }
    read_heads(experiment, run);
    const XmlElement programs = find_object(find_object(run, "Protocol"), "Programs");
    read_plate(programs);
    read_channels(programs);
    read_protocol(programs);
    read_samples(experiment);
    make_measurements();
    read_readings(run);
    read_analyses(experiment);
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  void read_heads(const XmlElement& experiment, const XmlElement& run) {
    run_.name = read_property(experiment, "name");
    if (run_.name.empty()) run_.name = find_stem(file_.name);
    run_.instrument.vendor = "Roche";
    // Laboratories name their instruments as they like; only the vendor's own name is a model.
    const std::string name = read_property(run, "InstrumentName");
    run_.instrument.model =
        to_lower_ascii(name).find("lightcycler") != std::string::npos ? name : std::string("LightCycler 480");
    run_.instrument.serial_number = read_property(run, "InstrumentID");
    run_.instrument.software = "LCS480";
    std::string version = read_property(experiment, "SWVersion");
    if (const std::size_t blank = version.rfind(' '); blank != std::string::npos) version.erase(0, blank + 1);
    run_.instrument.software_version = std::move(version);
    run_.started_at = read_property(run, "StartTime");
    run_.ended_at = read_property(run, "EndTime");
    run_.operator_name = read_property(run, "Technician");
    if (run_.operator_name.empty()) run_.operator_name = read_property(experiment, "CreatedByName");
    run_.notes = read_property(run, "Notes");
  }

  void read_plate(const XmlElement& programs) {
    const XmlElement container = find_object(programs, "Container");
    const std::optional<long> rows = read_whole(container, "RowCount", 1, most_rows);
    const std::optional<long> columns = read_whole(container, "ColCount", 1, most_rows);
    if (!rows || !columns)
      refuse_element(ErrorCode::malformed_file, document_.root(), "Container", {},
                     "RowCount and ColCount of the plate");
    plate_ = {static_cast<int>(*rows), static_cast<int>(*columns)};
    wells_ = *rows * *columns;
    if (wells_ > most_wells)
      refuse_element(ErrorCode::invalid_value, container, "Container", fmt::format("{} x {}", *rows, *columns),
                     fmt::format("a plate of at most {} wells", most_wells));
    run_.plate = plate_;
    run_.plate_barcode = read_property(programs, "PlateID");
  }

  void read_channels(const XmlElement& programs) {
    const XmlElement formats = find_object(programs, "DetectionFormats");
    const std::string chosen = read_property(formats, "DefFormatName");
    std::vector<XmlElement> items = list_items(formats, "emlist");
    XmlElement format;
    for (const XmlElement& item : items) {
      if (!chosen.empty() && read_property(item, "name") == chosen) format = item;
    }
    if (!format && items.size() == 1) format = items.front();
    if (!format)
      refuse_element(ErrorCode::ambiguous_format, formats ? formats : document_.root(), "DetectionFormats",
                     fmt::format("{} formats", items.size()), "one detection format, named by DefFormatName");
    for (const XmlElement& item : list_items(format, "emlist")) {
      if (class_of(item) != "HTCChannel") continue;
      channels_.push_back(
          {read_property(item, "name"), read_property(item, "ExcitationWL"), read_property(item, "EmissionWL")});
    }
    if (channels_.size() > most_channels)
      refuse_element(ErrorCode::invalid_value, format, "HTCChannel", std::to_string(channels_.size()),
                     fmt::format("at most {} channels", most_channels));
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      const bool twice = std::any_of(channels_.begin(), channels_.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const Channel& other) { return other.name == channels_[i].name; });
      if (channels_[i].name.empty() || twice) channels_[i].name = fmt::format("channel {}", i + 1);
    }
    if (channels_.empty())
      refuse_element(ErrorCode::malformed_file, format, "HTCChannel", {}, "at least one detection channel");
  }

  void read_protocol(const XmlElement& programs) {
    int stage = 0;
    for (const XmlElement& program : list_items(programs, "emlist")) {
      ++stage;
      names_.push_back(read_property(program, "name"));
      const long repeats = read_whole(program, "Cycles", 1, most_repeats).value_or(1);
      int number = 0;
      for (const XmlElement& segment : list_items(find_object(program, "Segments"), "emlist")) {
        ProtocolStep step;
        step.stage = stage;
        step.step = ++number;
        step.repeats = static_cast<int>(repeats);
        step.temperature_celsius = parse_real(read_property(segment, "Target"));
        step.duration_seconds = parse_real(read_property(segment, "Hold"));
        const std::string mode = read_property(segment, "AcquisitionMode");
        step.collects = !mode.empty() && mode != "0";
        run_.protocol.push_back(step);
      }
    }
  }

  void read_samples(const XmlElement& experiment) {
    const XmlElement list = find_object(find_object(experiment, "AnlsAndSampleInfo"), "SampleInfoList");
    for (const XmlElement& item : list_items(list, "emlist")) {
      const std::optional<long> position = read_whole(item, "ContainerPosition", 0, wells_ - 1);
      if (!position) continue;
      PositionSample& sample = samples_[*position];
      for (const XmlElement& property : list_items(find_object(item, "SampleProperties"), "emlist")) {
        if (class_of(property) == "GenSampleEditName") sample.name = read_property(property, "name");
      }
      const XmlElement channels = find_object(item, "ChannelProperties");
      if (channels) read_channel_samples(channels, sample);
    }
  }

  /// Properties of a channel stand in one list, one of them saying which channel it is.
  void read_channel_samples(const XmlElement& parent, PositionSample& sample) {
    for (XmlElement child = parent.first(); child; child = child.next()) {
      if (child.name() == "obj") read_channel_samples(child, sample);
      if (child.name() != "list") continue;
      std::optional<long> channel;
      for (XmlElement item = child.first(); item; item = item.next()) {
        const long last = static_cast<long>(channels_.size()) - 1;
        if (!channel) channel = read_whole(item, "ChannelIdx", 0, last);
        if (!channel) channel = read_whole(find_object(item, "ChannelProp"), "ChannelIdx", 0, last);
      }
      for (XmlElement item = child.first(); item; item = item.next()) {
        if (!channel) {
          read_channel_samples(item, sample);
          continue;
        }
        read_channel_property(item, sample.channels[*channel]);
      }
    }
  }

  static void read_channel_property(const XmlElement& item, ChannelSample& sample) {
    const std::string kind = class_of(item);
    if (kind == "TargetName") {
      sample.target = read_property(item, "name");
    } else if (kind == "QuantSampleTypeProperty") {
      sample.type = read_property(item, "SampleType");
    } else if (kind == "QuantConcProperty") {
      sample.concentration = parse_real(read_property(item, "Concentration"));
    }
  }

  void make_measurements() {
    for (long well = 0; well < wells_; ++well) {
      const PositionSample& position = samples_[well];
      for (std::size_t i = 0; i < channels_.size(); ++i) {
        Measurement& m = run_.measurements.emplace_back();
        m.well = to_well(to_position(well, plate_));
        m.dye = channels_[i].name;
        m.sample = position.name;
        const auto found = position.channels.find(static_cast<long>(i));
        if (found == position.channels.end()) continue;
        m.target = found->second.target;
        m.role_text = found->second.type;
        m.role = to_role(m.role_text);
        if (m.role == SampleRole::standard) m.quantity = found->second.concentration;
      }
    }
  }

  Measurement& at(long well, std::size_t channel) {
    return run_.measurements[static_cast<std::size_t>(well) * channels_.size() + channel];
  }

  void read_readings(const XmlElement& run) {
    const std::string encoded = read_property(run, "AcquisitionStore");
    if (encoded.empty()) {
      run_.warnings.emplace_back("the experiment holds no readings");
      return;
    }
    store_ = read_acquisition_store(encoded, wells_, file_.path);
    run_.warnings.insert(run_.warnings.end(), store_.warnings.begin(), store_.warnings.end());
    std::map<std::pair<long, long>, std::map<long, Program>> programs;
    for (const Acquisition& acquisition : store_.acquisitions) {
      if (acquisition.channel >= static_cast<long>(channels_.size()))
        refuse_element(ErrorCode::invalid_value, run, "Channel", std::to_string(acquisition.channel),
                       fmt::format("one of {} channels", channels_.size()));
      programs[{acquisition.program, acquisition.segment}][acquisition.channel].readings.push_back(&acquisition);
    }
    std::optional<std::pair<long, long>> amplification;
    std::size_t most = 1;
    for (auto& [key, by_channel] : programs) {
      for (auto& [channel, program] : by_channel) describe(program);
      const Program& first = by_channel.begin()->second;
      if (is_melting(first) || first.most_in_cycle > 1 || first.cycles.size() < most || first.cycles.size() < 2)
        continue;
      if (amplification && first.cycles.size() == most)
        refuse_element(ErrorCode::ambiguous_format, run, "AcquisitionStore", {},
                       fmt::format("one program with the most cycles, not two with {}", most));
      amplification = key;
      most = first.cycles.size();
    }
    for (const auto& [key, by_channel] : programs) {
      for (const auto& [channel, program] : by_channel)
        add_program(key, program, static_cast<std::size_t>(channel), amplification);
    }
  }

  static void describe(Program& program) {
    std::map<long, std::size_t> counts;
    for (const Acquisition* reading : program.readings) {
      program.most_in_cycle = std::max(program.most_in_cycle, ++counts[reading->cycle]);
      program.cycles.insert(reading->cycle);
    }
    const std::optional<double> first = program.readings.front()->temperature_celsius;
    for (const Acquisition* reading : program.readings) {
      if (first && reading->temperature_celsius)
        program.rise_celsius = std::max(program.rise_celsius, *reading->temperature_celsius - *first);
    }
  }

  static bool is_melting(const Program& program) {
    return program.rise_celsius >= least_rise_celsius && program.readings.size() >= fewest_of_melting &&
           program.most_in_cycle >= fewest_of_melting;
  }

  void add_program(const std::pair<long, long>& key, const Program& program, std::size_t channel,
                   const std::optional<std::pair<long, long>>& amplification) {
    if (key == amplification) {
      for (long well = 0; well < wells_; ++well) add_amplification(program, well, at(well, channel));
    } else if (is_melting(program)) {
      for (long well = 0; well < wells_; ++well) add_melting(program, well, at(well, channel));
    } else if (program.readings.size() <= most_single_readings) {
      const ReadStage stage = !amplification         ? ReadStage::end_point
                              : key < *amplification ? ReadStage::pre_read
                                                     : ReadStage::post_read;
      for (long well = 0; well < wells_; ++well) {
        for (const Acquisition* reading : program.readings) {
          SingleReading single;
          single.stage = stage;
          single.fluorescence = reading->fluorescence[static_cast<std::size_t>(well)];
          single.temperature_celsius = reading->temperature_celsius;
          at(well, channel).single_readings.push_back(single);
        }
      }
    } else {
      const auto index = static_cast<std::size_t>(key.first);
      not_read_.add(fmt::format("program {}{}", key.first + 1,
                                index < names_.size() && !names_[index].empty() ? " (" + names_[index] + ")" : ""),
                    "readings that are neither the amplification's nor of a rising temperature");
    }
  }

  void add_amplification(const Program& program, long well, Measurement& m) {
    AmplificationCurve curve;
    bool has_temperatures = true;
    for (const Acquisition* reading : program.readings) {
      curve.cycles.push_back(static_cast<double>(reading->cycle));
      curve.fluorescence.push_back(reading->fluorescence[static_cast<std::size_t>(well)]);
      has_temperatures = has_temperatures && reading->temperature_celsius.has_value();
      curve.temperatures_celsius.push_back(reading->temperature_celsius.value_or(0));
    }
    if (!has_temperatures) curve.temperatures_celsius.clear();
    m.amplification.push_back(std::move(curve));
  }

  static void add_melting(const Program& program, long well, Measurement& m) {
    long cycle = -1;
    for (const Acquisition* reading : program.readings) {
      if (!reading->temperature_celsius) continue;
      if (reading->cycle != cycle) m.melt.emplace_back();
      cycle = reading->cycle;
      m.melt.back().temperatures_celsius.push_back(*reading->temperature_celsius);
      m.melt.back().fluorescence.push_back(reading->fluorescence[static_cast<std::size_t>(well)]);
    }
  }

  void read_analyses(const XmlElement& experiment) {
    for (const XmlElement& analysis : list_items(find_object(experiment, "analyses"), "emlist")) {
      std::vector<XmlElement> results = list_items(find_object(analysis, "AnaSamples"), "emlist");
      if (results.empty()) results = list_items(analysis, "AnaSamples");
      const std::string name = read_property(analysis, "name");
      const bool is_quantification =
          !results.empty() && std::all_of(results.begin(), results.end(),
                                          [](const XmlElement& item) { return class_of(item) == "QuantSampleB"; });
      const std::optional<std::size_t> channel = find_channel(analysis);
      if (!is_quantification || !channel) {
        not_read_.add(fmt::format("analysis '{}' ({})", name, class_of(analysis)),
                      is_quantification ? "the channel it is of is not clear" : "its results are not crossing points");
        continue;
      }
      std::set<long> seen;
      for (const XmlElement& item : results) add_result(item, name, *channel, seen);
    }
  }

  std::optional<std::size_t> find_channel(const XmlElement& analysis) const {
    const XmlElement ratio = find_object(analysis, "ChannelRatio");
    if (!ratio) return channels_.size() == 1 ? std::optional<std::size_t>(0) : std::nullopt;
    const std::string denominator = read_property(ratio, "DenominatorEWL");
    if (!denominator.empty() && parse_real(denominator) != 0.0) return std::nullopt;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      const bool same = !channels_[i].excitation.empty() &&
                        parse_real(read_property(ratio, "NumeratorXWL")) == parse_real(channels_[i].excitation) &&
                        parse_real(read_property(ratio, "NumeratorEWL")) == parse_real(channels_[i].emission);
      if (same) return i;
    }
    return std::nullopt;
  }

  void add_result(const XmlElement& item, const std::string& analysis, std::size_t channel, std::set<long>& seen) {
    const std::optional<long> position = read_whole(item, "Pos", 0, wells_ - 1);
    if (!position) refuse_element(ErrorCode::malformed_file, item, "QuantSampleB", {}, "the position of the result");
    if (!seen.insert(*position).second)
      refuse_element(ErrorCode::duplicate_entry, item, "Pos", std::to_string(*position), "each position once");
    Measurement& m = at(*position, channel);
    VendorResult vendor;
    vendor.algorithm = analysis;
    read_call(item, m, vendor);
    if (read_property(item, "IsIncluded") == "0") {
      m.excluded = true;
      m.exclusion_reason = "not included in the analysis";
      if (vendor.cq_status != CqStatus::found) vendor.cq_status = CqStatus::excluded;
    }
    if (m.vendor.cq_status == CqStatus::not_measured && m.vendor.algorithm.empty()) {
      m.vendor = std::move(vendor);
    } else {
      m.other_vendor_results.push_back(std::move(vendor));
    }
  }

  void read_call(const XmlElement& item, const Measurement& m, VendorResult& vendor) {
    vendor.cq_text = read_property(item, "CrossingPoint");
    const std::optional<double> point = parse_real(vendor.cq_text);
    if (!vendor.cq_text.empty() && !point)
      refuse_element(ErrorCode::invalid_value, item, "CrossingPoint", vendor.cq_text, "a number");
    constexpr long most_calls = 100;
    constexpr long positive = 2;
    const std::optional<long> call = read_whole(item, "Call", 0, most_calls);
    if (!call || call == positive) {
      if (call) vendor.call = "Positive";
      const bool is_found = point && *point > 0;
      vendor.cq_status = is_found ? CqStatus::found : CqStatus::no_amplification;
      if (is_found) vendor.cq_cycles = point;
    } else if (*call == 0) {
      vendor.call = "Negative";
      vendor.cq_status = CqStatus::no_amplification;
    } else {
      vendor.call = fmt::format("call {}", *call);
      vendor.cq_status = CqStatus::fit_failed;
      run_.warnings.push_back(
          fmt::format("well {}, {}: the software calls it neither positive nor negative (code {}); its crossing point "
                      "{} is kept as text",
                      m.well.label, m.dye, *call, vendor.cq_text));
    }
  }

  const InputFile& file_;
  XmlDocument document_;
  RunData run_;
  NotReadList not_read_;
  PlateGeometry plate_;
  long wells_ = 0;
  std::vector<Channel> channels_;
  std::vector<std::string> names_;
  std::map<long, PositionSample> samples_;
  AcquisitionStore store_;
};

}  // namespace

bool is_object_stream(std::string_view text) {
  constexpr std::size_t deepest = 1024;
  const std::string_view start = text.substr(0, deepest);
  const std::size_t at = start.find("<objectstream");
  return at != std::string_view::npos && start.find("IXOS", at) != std::string_view::npos;
}

RunData read_ixo(const InputFile& file) { return IxoReader(file).read(); }

}  // namespace qpcr::roche_lightcycler480
