// Reads the XML of a CFX project: plate set-up, and the readings of each optical channel as the instrument took them.
#include "instruments/biorad_cfx/project.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::biorad_cfx {
namespace {

constexpr long most_channels = 16;
/// 32 × 48, and a row that is no row of wells.
constexpr long most_positions = 1'600;

/// One reading of all wells.
struct PlateRead {
  long step = 0;
  long cycle = 0;
  long channels = 0;
  long rows = 0;
  long columns = 0;
  std::optional<double> temperature_celsius;
  std::string serial_number;
  std::vector<double> means;  ///< by channel, then by position
};

struct WellSetUp {
  long index = 0;  ///< row by row, from 0
  std::string type;
  std::string sample;
  std::string target;
  std::optional<double> quantity;
};

struct DyeLayer {
  std::string dye;
  std::optional<long> channel;  ///< from 0
  std::vector<WellSetUp> wells;
};

enum class Stage { amplification, melt, single, left_out };

class ProjectReader {
 public:
  ProjectReader(const XmlSource& source, RunData& run) : source_(source), xml_(source), run_(run) {}

  void read() {
    if (xml_.name() != "experimentalData2")
      refuse(xml_.offset(), fmt::format("the root is <{}>, not <experimentalData2>", xml_.name()));
    while (xml_.next_child()) read_part();
    if (reads_.empty()) refuse(0, "the project holds no readings");
    check_plate();
    divide_steps();
    build();
    run_.provenance.not_read = not_read_.entries();
  }

 private:
  [[noreturn]] void refuse(std::size_t offset, std::string problem, ErrorCode code = ErrorCode::malformed_file) const {
    ErrorContext context;
    context.path = source_.path();
    context.line = offset == 0 ? 0 : source_.line_at(offset);
    context.problem = std::move(problem);
    throw Error(code, std::move(context));
  }

  std::string attribute(std::string_view name) const { return std::string(trim(xml_.attribute(name).value_or(""))); }

  long read_integer(std::string_view name) {
    const std::size_t offset = xml_.offset();
    const std::string text(xml_.read_text());
    const std::optional<long> value = parse_integer(text);
    if (!value) refuse(offset, fmt::format("<{}> is '{}', not a whole number", name, text), ErrorCode::invalid_value);
    return *value;
  }

  void read_part() {
    const std::string name(xml_.name());
    if (name == "plateSetup2") {
      rows_ = parse_integer(attribute("rows"));
      columns_ = parse_integer(attribute("columns"));
      read_set_up();
    } else if (name == "runData") {
      while (xml_.next_child()) {
        if (xml_.name() == "plateReadDataVector") {
          read_plate_reads();
        } else {
          not_read_.add("runData/" + std::string(xml_.name()), "no result comes from it");
          xml_.skip();
        }
      }
    } else if (name == "header") {
      if (run_.instrument.software_version.empty())
        run_.instrument.software_version = attribute("createdByClientAppVersion");
      xml_.skip();
    } else {
      if (name != "identifier") not_read_.add(name, "no result comes from it");
      xml_.skip();
    }
  }

  /// Layers of dyes, at whatever depth.
  void read_set_up() {
    while (xml_.next_child()) {
      if (xml_.name() == "dyeLayer") {
        DyeLayer layer;
        layer.dye = attribute("plateName");
        read_layer(layer);
        layers_.push_back(std::move(layer));
      } else {
        read_set_up();
      }
    }
  }

  void read_layer(DyeLayer& layer) {
    while (xml_.next_child()) {
      if (xml_.name() == "fluor") {
        if (std::string dye = attribute("fluorName"); !dye.empty()) layer.dye = std::move(dye);
        layer.channel = parse_integer(attribute("channelPosition"));
        xml_.skip();
      } else if (xml_.name() == "wellSample") {
        read_well(layer);
        xml_.skip();
      } else {
        read_layer(layer);
      }
    }
  }

  void read_well(DyeLayer& layer) const {
    WellSetUp well;
    const std::optional<long> index = parse_integer(attribute("plateIndex"));
    if (!index || *index < 0 || *index >= most_positions) {
      refuse(xml_.offset(), fmt::format("the plateIndex '{}' is that of no well", attribute("plateIndex")),
             ErrorCode::invalid_value);
    }
    well.type = attribute("wellSampleType");
    if (well.type.empty() || well.type == "wcEmpty" || equals_ignoring_case(attribute("wellLoadedFluor"), "false"))
      return;
    well.index = *index;
    well.sample = attribute("conditionName");
    if (well.sample.empty()) well.sample = attribute("sampleId");
    well.target = attribute("geneName");
    well.quantity = parse_double(attribute("sampleQuantity"));
    layer.wells.push_back(std::move(well));
  }

  void read_plate_reads() {
    while (xml_.next_child()) {
      const std::size_t offset = xml_.offset();
      PlateRead read;
      std::string values;
      read_plate_read(read, values);
      if (read.channels < 1 || read.channels > most_channels || read.rows < 1 || read.columns < 1 ||
          read.rows > most_positions || read.columns > most_positions || read.rows * read.columns > most_positions) {
        refuse(offset,
               fmt::format("a reading of {} channels and {} × {} positions", read.channels, read.rows, read.columns),
               ErrorCode::invalid_value);
      }
      parse_means(read, values, offset);
      if (!reads_.empty() && (reads_.front().channels != read.channels || reads_.front().rows != read.rows ||
                              reads_.front().columns != read.columns)) {
        refuse(offset, "the readings are of different sizes", ErrorCode::invalid_value);
      }
      reads_.push_back(std::move(read));
    }
  }

  void read_plate_read(PlateRead& read, std::string& values) {
    while (xml_.next_child()) {
      const std::string name(xml_.name());
      if (name == "PlateReadDataHeader") {
        read_header(read);
      } else if (name == "Data") {
        while (xml_.next_child()) {
          if (xml_.name() == "PAr") {
            values = xml_.read_text();
          } else {
            xml_.skip();
          }
        }
      } else if (name == "PlateRead" || name == "Hdr") {
        read_plate_read(read, values);
      } else {
        xml_.skip();
      }
    }
  }

  void read_header(PlateRead& read) {
    while (xml_.next_child()) {
      const std::string name(xml_.name());
      if (name == "Step") {
        read.step = read_integer(name);
      } else if (name == "Cycle") {
        read.cycle = read_integer(name);
      } else if (name == "ChCount") {
        read.channels = read_integer(name);
      } else if (name == "NumRows") {
        read.rows = read_integer(name);
      } else if (name == "NumCols") {
        read.columns = read_integer(name);
      } else if (name == "BlockTmp") {
        read.temperature_celsius = parse_double(xml_.read_text());
      } else if (name == "BaseSerNum") {
        read.serial_number = xml_.read_text();
      } else {
        xml_.skip();
      }
    }
  }

  /// `v[channel * positions * 4 + position * 4 + statistic]`, of which the first statistic is the mean.
  void parse_means(PlateRead& read, std::string_view values, std::size_t offset) const {
    constexpr long statistics = 4;
    const long expected = read.channels * read.rows * read.columns * statistics;
    long count = 0;
    while (!values.empty()) {
      const std::size_t end = std::min(values.find(';'), values.size());
      if (count % statistics == 0) {
        const std::optional<double> mean = parse_double(trim(values.substr(0, end)));
        if (!mean) {
          refuse(
              offset,
              fmt::format("the reading number {} is '{}'", count + 1, values.substr(0, std::min<std::size_t>(end, 20))),
              ErrorCode::invalid_value);
        }
        read.means.push_back(*mean);
      }
      ++count;
      values.remove_prefix(std::min(end + 1, values.size()));
    }
    if (count != expected)
      refuse(offset, fmt::format("a reading holds {} values instead of {}", count, expected), ErrorCode::invalid_value);
  }

  /// The row below the plate is the instrument's own reference.
  void check_plate() {
    if (!rows_ || !columns_) refuse(0, "the plate's rows and columns are missing");
    if (*rows_ < 1 || *columns_ < 1 || *rows_ > reads_.front().rows || *columns_ != reads_.front().columns) {
      refuse(0,
             fmt::format("a plate of {} × {} wells in readings of {} × {}", *rows_, *columns_, reads_.front().rows,
                         reads_.front().columns),
             ErrorCode::invalid_value);
    }
    run_.plate = PlateGeometry{static_cast<int>(*rows_), static_cast<int>(*columns_)};
  }

  /// A melting step is one whose temperature rises or falls from reading to reading.
  bool is_ramp(const std::vector<std::size_t>& reads) const {
    constexpr double least_span = 5;
    double first = 0;
    double last = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
      const std::optional<double>& temperature = reads_[reads[i]].temperature_celsius;
      if (!temperature) return false;
      if (i == 0) first = *temperature;
      if (i > 1 && (*temperature > last) != (last > first)) return false;
      last = *temperature;
    }
    return reads.size() >= 3 && std::abs(last - first) >= least_span;
  }

  bool has_rising_cycles(const std::vector<std::size_t>& reads) const {
    for (std::size_t i = 1; i < reads.size(); ++i) {
      if (reads_[reads[i]].cycle <= reads_[reads[i - 1]].cycle) return false;
    }
    return true;
  }

  void divide_steps() {
    for (std::size_t i = 0; i < reads_.size(); ++i) steps_[reads_[i].step].push_back(i);
    std::size_t most = 0;
    for (const auto& [step, reads] : steps_) {
      stages_[step] = reads.size() == 1 ? Stage::single : is_ramp(reads) ? Stage::melt : Stage::left_out;
      if (stages_[step] == Stage::left_out && has_rising_cycles(reads) && reads.size() > most) {
        most = reads.size();
        amplification_ = step;
      }
    }
    for (const auto& [step, reads] : steps_) {
      if (stages_[step] != Stage::left_out || step == amplification_) continue;
      if (reads.size() == most) {
        refuse(0,
               fmt::format("steps {} and {} are both read {} times: which is the amplification is not known",
                           *amplification_, step, most),
               ErrorCode::ambiguous_format);
      }
      not_read_.add(fmt::format("readings of step {}", step), "another step is the amplification");
    }
    if (amplification_) stages_[*amplification_] = Stage::amplification;
  }

  double mean(std::size_t read, long channel, GridPosition position) const {
    const PlateRead& from = reads_[read];
    const long at = channel * from.rows * from.columns + position.row * from.columns + position.column;
    return from.means[static_cast<std::size_t>(at)];
  }

  void add_readings(Measurement& m, long channel) const {
    for (const auto& [step, reads] : steps_) {
      const Stage stage = stages_.at(step);
      if (stage == Stage::amplification) {
        AmplificationCurve curve{CurveKind::raw_filter, {}, {}, {}};
        for (const std::size_t read : reads) {
          curve.cycles.push_back(static_cast<double>(reads_[read].cycle));
          curve.fluorescence.push_back(mean(read, channel, *m.well.position));
          if (reads_[read].temperature_celsius) curve.temperatures_celsius.push_back(*reads_[read].temperature_celsius);
        }
        if (curve.temperatures_celsius.size() != curve.cycles.size()) curve.temperatures_celsius.clear();
        m.amplification.push_back(std::move(curve));
      } else if (stage == Stage::melt) {
        MeltCurve curve{CurveKind::raw_filter, {}, {}};
        for (const std::size_t read : reads) {
          curve.temperatures_celsius.push_back(*reads_[read].temperature_celsius);
          curve.fluorescence.push_back(mean(read, channel, *m.well.position));
        }
        m.melt.push_back(std::move(curve));
      } else if (stage == Stage::single) {
        const std::size_t read = reads.front();
        SingleReading reading;
        reading.stage = !amplification_                             ? ReadStage::end_point
                        : read < steps_.at(*amplification_).front() ? ReadStage::pre_read
                                                                    : ReadStage::post_read;
        reading.kind = CurveKind::raw_filter;
        reading.fluorescence = mean(read, channel, *m.well.position);
        reading.temperature_celsius = reads_[read].temperature_celsius;
        m.single_readings.push_back(reading);
      }
    }
  }

  static SampleRole to_role(std::string_view type) {
    // The vendor's own spelling of the positive control lacks a letter.
    constexpr std::array<std::pair<std::string_view, SampleRole>, 8> roles{{
        {"wcSample", SampleRole::unknown},
        {"wcStandard", SampleRole::standard},
        {"wcNTC", SampleRole::no_template_control},
        {"wcPostiveControl", SampleRole::positive_control},
        {"wcPositiveControl", SampleRole::positive_control},
        {"wcNegativeControl", SampleRole::negative_control},
        {"wcNRT", SampleRole::no_reverse_transcriptase_control},
        {"wcUnknown", SampleRole::unknown},
    }};
    const auto* const found =
        std::find_if(roles.begin(), roles.end(), [&](const auto& role) { return role.first == type; });
    return found == roles.end() ? SampleRole::unspecified : found->second;
  }

  void build() {
    for (const DyeLayer& layer : layers_) {
      if (!layer.channel || *layer.channel < 0 || *layer.channel >= reads_.front().channels) {
        run_.warnings.push_back(fmt::format("the channel of {} is not known: its readings are left out", layer.dye));
      }
      for (const WellSetUp& well : layer.wells) {
        Measurement m;
        const GridPosition position = to_position(well.index, *run_.plate);
        m.well = to_well(position);
        if (!run_.plate->contains(position)) {
          refuse(0, fmt::format("the plateIndex {} lies outside the plate", well.index), ErrorCode::invalid_value);
        }
        m.sample = well.sample;
        m.target = well.target;
        m.dye = layer.dye;
        m.role_text = well.type;
        m.role = to_role(well.type);
        if (m.role == SampleRole::standard) m.quantity = well.quantity;
        if (layer.channel && *layer.channel >= 0 && *layer.channel < reads_.front().channels)
          add_readings(m, *layer.channel);
        run_.measurements.push_back(std::move(m));
      }
    }
    if (run_.measurements.empty()) refuse(0, "the plate set-up names no well that is loaded");
    not_read_.add("channels of no dye, internal reference wells, and spreads of the readings",
                  "no result comes from them");
    run_.instrument.serial_number = reads_.front().serial_number;
    run_.warnings.emplace_back(
        "a project holds readings of optical channels: without colour compensation, baseline and Cq of the vendor");
    sort_by_well(run_.measurements);
  }

  const XmlSource& source_;
  XmlTokenizer xml_;
  RunData& run_;
  NotReadList not_read_;
  std::optional<long> rows_, columns_;
  std::vector<DyeLayer> layers_;
  std::vector<PlateRead> reads_;
  std::map<long, std::vector<std::size_t>> steps_;
  std::map<long, Stage> stages_;
  std::optional<long> amplification_;
};

bool is_only_member(const std::vector<std::string>& members, std::string_view extension) {
  return members.size() == 1 && members.front().ends_with(extension);
}

}  // namespace

bool is_project(const std::vector<std::string>& members) { return is_only_member(members, ".pcrd"); }

bool is_set_up(const std::vector<std::string>& members) {
  return is_only_member(members, ".pltd") || is_only_member(members, ".prcl");
}

RunData read_project(const InputFile& file) {
  Archive archive(file.bytes, file.path);
  const ArchiveMember& member = archive.members().front();
  if (member.encrypted && file.key.empty()) {
    ErrorContext context;
    context.path = file.path;
    context.problem =
        "a CFX project (.pcrd) is encrypted by the vendor's software: export CSV (Export, Export All Data Sheets) or "
        "RDML from it, or supply the key that you are entitled to use";
    throw Error(ErrorCode::unsupported_format, std::move(context));
  }
  const ByteBuffer bytes = archive.inflate(member, file.key);
  const XmlSource source(bytes.view(), archive.path_of(member));
  RunData run;
  run.name = file.name.substr(0, std::min(file.name.rfind('.'), file.name.size()));
  run.instrument.vendor = "Bio-Rad";
  ProjectReader(source, run).read();
  return run;
}

}  // namespace qpcr::biorad_cfx
