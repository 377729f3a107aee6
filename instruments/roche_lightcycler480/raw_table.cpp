// Collects readings by well and program, then decides what each program is.
#include "instruments/roche_lightcycler480/raw_table.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/roche_lightcycler480/well_name.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr long most_programs = 1000;
constexpr long most_cycles = 65'536;
constexpr std::size_t fewest_of_melting = 5;
constexpr double least_rise_celsius = 5;
constexpr std::size_t most_single_readings = 3;

/// Program and segment.
using ProgramKey = std::pair<long, long>;

struct Reading {
  std::size_t row = 0;  ///< of the grid
  long cycle = 0;
  double temperature_celsius = 0;
};

struct WellReadings {
  WellId well;
  std::string sample;
  std::map<ProgramKey, std::vector<Reading>> programs;
};

enum class Use { amplification, melting, single, left_out };

struct Program {
  std::set<long> cycles;
  std::size_t most_in_cycle = 0;  ///< readings of a well in one cycle
  std::size_t most_in_well = 0;
  double rise_celsius = 0;  ///< from the first to the last reading of a well in a cycle, or over all where one has one
  Use use = Use::left_out;
};

class RawTableReader {
 public:
  RawTableReader(const Grid& grid, const TextLayout& layout) : table_(grid, layout.header_row, grid.row_count()) {}

  RawReadings read(MeasurementSet& measurements, NotReadList& not_read) {
    find_columns();
    read_rows();
    describe_programs();
    choose_uses(not_read);
    for (const WellReadings& well : wells_) {
      for (std::size_t filter = 0; filter < filter_columns_.size(); ++filter) {
        Measurement& measurement = measurements.at(well.well, {}, result_.filters[filter]);
        if (measurement.sample.empty()) measurement.sample = well.sample;
        add_readings(well, filter, measurement);
      }
    }
    table_.report_columns_not_read(not_read, "raw data");
    return std::move(result_);
  }

 private:
  void find_columns() {
    well_ = table_.require({"SamplePos", "Pos", "Position"});
    name_ = table_.find({"SampleName", "Name"});
    program_ = table_.require({"Prog#", "Program"});
    segment_ = table_.find({"Seg#", "Segment"});
    cycle_ = table_.require({"Cycle#", "Cycle"});
    temperature_ = table_.find({"Temp", "Temperature"});
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      std::string filter = find_filter_combination(table_.header(column));
      if (filter.empty()) continue;
      if (std::find(result_.filters.begin(), result_.filters.end(), filter) != result_.filters.end())
        table_.grid().fail(ErrorCode::duplicate_entry, table_.first_row() - 1, std::string(table_.header(column)),
                           table_.header(column), "each filter combination once");
      table_.mark_read(column);
      filter_columns_.push_back(column);
      result_.filters.push_back(std::move(filter));
    }
    constexpr std::size_t most_filters = 32;
    if (filter_columns_.size() > most_filters) {
      table_.grid().fail(ErrorCode::invalid_value, table_.first_row() - 1, "filter combinations",
                         std::to_string(filter_columns_.size()), fmt::format("at most {}", most_filters));
    }
    if (filter_columns_.empty()) (void)table_.require({"a filter combination such as 483-533"});
    decide_format();
  }

  /// Only readings decide: a name may hold a comma of its own. One number with a dot is enough to see that a file with
  /// commas holds both signs, which is refused.
  void decide_format() {
    std::vector<std::string_view> cells;
    bool has_dot = false;
    const auto add = [&](std::size_t row, std::optional<std::size_t> column) {
      const std::string_view cell = table_.text(row, column);
      const bool comma = cell.find(',') != std::string_view::npos;
      const bool dot = !has_dot && !comma && cell.find('.') != std::string_view::npos && parse_double(cell).has_value();
      if (comma || dot) cells.push_back(cell);
      has_dot = has_dot || dot;
    };
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      add(row, temperature_);
      for (const std::size_t column : filter_columns_) add(row, column);
    }
    format_ = decide_number_format(cells, table_.grid().delimiter(), ThousandsCommas::never, table_.grid().path());
  }

  long read_whole(std::size_t row, std::optional<std::size_t> column, long most) const {
    const std::optional<long> value = table_.integer(row, column);
    if (!value || *value < 0 || *value > most) table_.fail(row, *column, fmt::format("a whole number up to {}", most));
    return *value;
  }

  WellReadings& find_well(std::size_t row) {
    const std::string_view text = table_.text(row, well_);
    if (wells_.empty() || text != last_text_) {
      const std::optional<WellId> well = parse_well(text);
      if (!well) table_.fail(row, well_, "a well such as A1");
      const auto [entry, is_new] = well_index_.emplace(well->label, wells_.size());
      if (is_new) wells_.push_back({*well, std::string(table_.text(row, name_)), {}});
      last_text_ = text;
      last_well_ = entry->second;
    }
    WellReadings& found = wells_[last_well_];
    if (found.sample != table_.text(row, name_)) {
      table_.fail(ErrorCode::duplicate_entry, row, *name_,
                  fmt::format("the sample '{}' that the well held before", found.sample));
    }
    return found;
  }

  void read_rows() {
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (table_.grid().is_blank(row)) continue;
      WellReadings& well = find_well(row);
      const long segment = segment_ ? read_whole(row, segment_, most_programs) : 0;
      Reading reading{row, read_whole(row, cycle_, most_cycles), std::numeric_limits<double>::quiet_NaN()};
      if (temperature_) reading.temperature_celsius = table_.require_number(row, *temperature_, format_);
      well.programs[{read_whole(row, program_, most_programs), segment}].push_back(reading);
    }
    if (wells_.empty()) {
      ErrorContext context;
      context.path = table_.grid().path();
      context.problem = "the table of raw data holds no reading";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
  }

  void describe_programs() {
    for (WellReadings& well : wells_) {
      for (auto& [key, readings] : well.programs) {
        std::stable_sort(readings.begin(), readings.end(),
                         [](const Reading& a, const Reading& b) { return a.cycle < b.cycle; });
        Program& program = programs_[key];
        program.most_in_well = std::max(program.most_in_well, readings.size());
        std::size_t begin = 0;
        for (std::size_t i = 0; i < readings.size(); ++i) {
          if (i > 0 && readings[i].cycle == readings[i - 1].cycle) continue;
          describe_cycle(program, readings, begin, i);
          begin = i;
          program.cycles.insert(readings[i].cycle);
        }
        describe_cycle(program, readings, begin, readings.size());
        if (program.most_in_cycle == 1)
          add_rise(program, readings.front().temperature_celsius, readings.back().temperature_celsius);
      }
    }
  }

  static void describe_cycle(Program& program, const std::vector<Reading>& readings, std::size_t begin,
                             std::size_t end) {
    if (begin == end) return;
    program.most_in_cycle = std::max(program.most_in_cycle, end - begin);
    add_rise(program, readings[begin].temperature_celsius, readings[end - 1].temperature_celsius);
  }

  static void add_rise(Program& program, double first, double last) {
    program.rise_celsius = std::max(program.rise_celsius, last - first);
  }

  static std::string name_of(const ProgramKey& key) {
    return key.second == 0 ? fmt::format("program {}", key.first)
                           : fmt::format("program {}, segment {}", key.first, key.second);
  }

  void choose_uses(NotReadList& not_read) {
    const Program* most = nullptr;
    std::optional<ProgramKey> amplification;
    for (auto& [key, program] : programs_) {
      if (program.rise_celsius >= least_rise_celsius && program.most_in_well >= fewest_of_melting) {
        program.use = Use::melting;
        continue;
      }
      if (program.most_in_cycle > 1 || program.cycles.size() < 2) continue;
      if (most != nullptr && most->cycles.size() == program.cycles.size()) {
        ErrorContext context;
        context.path = table_.grid().path();
        context.problem = fmt::format("{} and {} have {} cycles each: which of them is the amplification is not said",
                                      name_of(*amplification), name_of(key), program.cycles.size());
        tie_ = Error(ErrorCode::ambiguous_format, std::move(context));
      } else if (most == nullptr || program.cycles.size() > most->cycles.size()) {
        tie_.reset();
        most = &program;
        amplification = key;
      }
    }
    if (tie_) throw *tie_;
    for (auto& [key, program] : programs_) {
      if (program.use == Use::melting) continue;
      if (key == amplification) {
        program.use = Use::amplification;
      } else if (program.cycles.size() == 1 && program.most_in_well <= most_single_readings) {
        program.use = Use::single;
        stages_[key] = !amplification         ? ReadStage::end_point
                       : key < *amplification ? ReadStage::pre_read
                                              : ReadStage::post_read;
      } else {
        leave_out(key, program, not_read);
      }
    }
  }

  void leave_out(const ProgramKey& key, const Program& program, NotReadList& not_read) {
    if (program.cycles.size() > 1) {
      not_read.add("raw data: " + name_of(key), fmt::format("{} cycles beside those of the amplification, up to {} "
                                                            "readings of a well in one",
                                                            program.cycles.size(), program.most_in_cycle));
      result_.warnings.push_back(
          fmt::format("{} has {} cycles of its own, which are not read", name_of(key), program.cycles.size()));
    } else {
      not_read.add(
          "raw data: " + name_of(key),
          fmt::format("{} readings of a well without a rising temperature (cooling or holding)", program.most_in_well));
    }
  }

  double read_value(std::size_t row, std::size_t filter) const {
    return table_.number(row, filter_columns_[filter], format_).value_or(std::numeric_limits<double>::quiet_NaN());
  }

  void add_readings(const WellReadings& well, std::size_t filter, Measurement& measurement) const {
    for (const auto& [key, readings] : well.programs) {
      switch (programs_.at(key).use) {
        case Use::amplification:
          add_amplification(well, readings, filter, measurement);
          break;
        case Use::melting:
          add_melting(programs_.at(key), readings, filter, measurement);
          break;
        case Use::single:
          for (const Reading& reading : readings) {
            SingleReading single;
            single.stage = stages_.at(key);
            single.fluorescence = read_value(reading.row, filter);
            if (temperature_) single.temperature_celsius = reading.temperature_celsius;
            measurement.single_readings.push_back(single);
          }
          break;
        case Use::left_out:
          break;
      }
    }
  }

  void add_amplification(const WellReadings& well, const std::vector<Reading>& readings, std::size_t filter,
                         Measurement& measurement) const {
    AmplificationCurve curve;
    curve.cycles.reserve(readings.size());
    curve.fluorescence.reserve(readings.size());
    for (const Reading& reading : readings) {
      const auto cycle = static_cast<double>(reading.cycle);
      if (!curve.cycles.empty() && curve.cycles.back() == cycle)
        table_.fail(ErrorCode::duplicate_entry, reading.row, cycle_,
                    fmt::format("one reading of a cycle in well {}", well.well.label));
      curve.cycles.push_back(cycle);
      curve.fluorescence.push_back(read_value(reading.row, filter));
      if (temperature_) curve.temperatures_celsius.push_back(reading.temperature_celsius);
    }
    measurement.amplification.push_back(std::move(curve));
  }

  void add_melting(const Program& program, const std::vector<Reading>& readings, std::size_t filter,
                   Measurement& measurement) const {
    long cycle = -1;
    for (const Reading& reading : readings) {
      // Where every cycle has one reading, the cycles are the steps of one melting.
      if (cycle < 0 || (program.most_in_cycle > 1 && reading.cycle != cycle)) measurement.melt.emplace_back();
      cycle = reading.cycle;
      measurement.melt.back().temperatures_celsius.push_back(reading.temperature_celsius);
      measurement.melt.back().fluorescence.push_back(read_value(reading.row, filter));
    }
  }

  GridTable table_;
  std::size_t well_ = 0;
  std::optional<std::size_t> name_;
  std::size_t program_ = 0;
  std::optional<std::size_t> segment_;
  std::size_t cycle_ = 0;
  std::optional<std::size_t> temperature_;
  std::vector<std::size_t> filter_columns_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::vector<WellReadings> wells_;
  std::unordered_map<std::string, std::size_t> well_index_;
  std::string_view last_text_;
  std::size_t last_well_ = 0;
  std::map<ProgramKey, Program> programs_;
  std::map<ProgramKey, ReadStage> stages_;
  std::optional<Error> tie_;
  RawReadings result_;
};

}  // namespace

RawReadings read_raw_table(const Grid& grid, const TextLayout& layout, MeasurementSet& measurements,
                           NotReadList& not_read) {
  return RawTableReader(grid, layout).read(measurements, not_read);
}

}  // namespace qpcr::roche_lightcycler480
