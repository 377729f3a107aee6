// Fluorescence of MxPro: readings sorted into series by segment and plateau or ramp, and series into stages.
#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/agilent_mxpro/tables.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::agilent_mxpro {
namespace {

constexpr long most_cycles = 65536;
/// A plateau keeps its temperature, a melting ramp spans tens of degrees.
constexpr double melt_span_celsius = 10;

struct Reading {
  double cycle = 0;
  double fluorescence = 0;
  std::optional<double> temperature_celsius;
  std::size_t row = 0;
};

struct SeriesKey {
  long segment = 0;
  std::string part;  ///< "P" or "R"
  long number = 0;
  auto operator<=>(const SeriesKey&) const = default;
};

std::string describe(const SeriesKey& key) {
  return fmt::format("segment {}, {} {}", key.segment, key.part == "R" ? "ramp" : "plateau", key.number);
}

struct CurveKey {
  GridPosition position;
  std::string assay;
  auto operator<=>(const CurveKey&) const = default;
};

struct Series {
  std::map<CurveKey, std::vector<Reading>> curves;
  std::size_t cycles = 0;  ///< most distinct cycles of a curve
  bool is_melt = false;
};

struct WellNotes {
  std::string sample;
  std::string role_text;
};

CurveKind find_kind(std::string_view header) {
  const std::string unit = fold_header(unit_of(header));
  if (unit == "drn" || unit == "dr") return CurveKind::baseline_subtracted;
  return unit == "rn" ? CurveKind::normalised : CurveKind::unknown;
}

class RawDataReader {
 public:
  RawDataReader(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name)
      : draft_(draft), table_(grid, header, grid.row_count()), file_name_(file_name) {}

  void read() {
    read_rows();
    for (auto& [key, series] : series_) judge(series);
    place_series();
  }

 private:
  void read_rows() {
    const auto segment = table_.find({"Segment"});
    const auto part = table_.find({"Ramp/Plateau"});
    const auto number = table_.find({"Ramp/Plateau #", "Ramp/Plateau No."});
    const std::size_t well = table_.require({"Well"});
    const std::size_t assay = table_.require({"Dye", "Assay", "Target"});
    const auto sample = table_.find({"Well Name"});
    const auto type = table_.find({"Well Type"});
    const std::size_t cycle = table_.require({"Cycle #", "Cycle"});
    const std::optional<std::size_t> fluorescence = find_with_unit(table_, "fluorescence");
    if (!fluorescence) table_.require({"Fluorescence"});
    const std::optional<std::size_t> temperature = find_with_unit(table_, "temperature");
    kind_ = find_kind(table_.header(*fluorescence));
    std::vector<std::string_view> cells;
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      cells.push_back(table_.text(row, fluorescence));
      if (temperature) cells.push_back(table_.text(row, temperature));
    }
    const NumberFormat format =
        decide_number_format(cells, table_.grid().delimiter(), ThousandsCommas::never, table_.grid().path());
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (table_.grid().is_blank(row)) continue;
      SeriesKey key{table_.integer(row, segment).value_or(1), std::string(table_.text(row, part)),
                    table_.integer(row, number).value_or(1)};
      if (key.part.empty()) key.part = "P";
      if (key.part != "P" && key.part != "R") table_.fail(row, *part, "P or R");
      const WellId id = read_well(table_, row, well);
      const std::optional<long> at = table_.integer(row, cycle);
      if (!at || *at < 0 || *at > most_cycles) table_.fail(row, cycle, "the number of a cycle");
      Reading reading;
      reading.cycle = static_cast<double>(*at);
      reading.fluorescence = table_.require_number(row, *fluorescence, format);
      reading.temperature_celsius = table_.number(row, temperature, format);
      reading.row = row;
      const CurveKey curve{*id.position, std::string(table_.text(row, assay))};
      series_[key].curves[curve].push_back(reading);
      if (sample || type) {
        WellNotes& notes = notes_[curve];
        take_note(notes.sample, row, sample, "one sample for all readings of a well");
        take_note(notes.role_text, row, type, "one type for all readings of a well and assay");
      }
    }
    cycle_column_ = cycle;
    table_.report_columns_not_read(draft_.not_read, file_name_);
    if (series_.empty())
      table_.fail(ErrorCode::malformed_file, table_.first_row() - 1, cycle, "a row below the header");
  }

  void take_note(std::string& into, std::size_t row, std::optional<std::size_t> column, const char* expected) const {
    const std::string_view text = table_.text(row, column);
    if (text.empty() || text == into) return;
    if (!into.empty()) table_.fail(ErrorCode::ambiguous_format, row, *column, expected);
    into = text;
  }

  /// A ramp or plateau is a melting curve when its temperature changes as only a melting curve's does.
  void judge(Series& series) {
    double span = 0;
    for (auto& [key, readings] : series.curves) {
      std::vector<double> cycles;
      std::optional<double> lowest;
      std::optional<double> highest;
      for (const Reading& reading : readings) {
        cycles.push_back(reading.cycle);
        if (!reading.temperature_celsius) continue;
        lowest = std::min(lowest.value_or(*reading.temperature_celsius), *reading.temperature_celsius);
        highest = std::max(highest.value_or(*reading.temperature_celsius), *reading.temperature_celsius);
      }
      std::sort(cycles.begin(), cycles.end());
      const auto distinct = std::unique(cycles.begin(), cycles.end()) - cycles.begin();
      series.cycles = std::max(series.cycles, static_cast<std::size_t>(distinct));
      if (lowest) span = std::max(span, *highest - *lowest);
    }
    series.is_melt = span > melt_span_celsius;
  }

  void place_series() {
    const SeriesKey* amplification = nullptr;
    std::size_t most = 1;
    for (const auto& [key, series] : series_) {
      if (series.is_melt || series.cycles <= most) continue;
      most = series.cycles;
      amplification = &key;
    }
    for (auto& [key, series] : series_) {
      if (series.is_melt) {
        for (auto& [curve, readings] : series.curves) add_melt(curve, readings);
      } else if (amplification != nullptr && key == *amplification) {
        for (auto& [curve, readings] : series.curves) add_amplification(curve, readings);
      } else if (series.cycles == 1) {
        const ReadStage stage = amplification == nullptr || key.segment == amplification->segment ? ReadStage::end_point
                                : key.segment < amplification->segment                            ? ReadStage::pre_read
                                                                       : ReadStage::post_read;
        for (auto& [curve, readings] : series.curves) add_single(curve, readings, stage);
      } else {
        draft_.not_read.add(fmt::format("{}: {}", file_name_, describe(key)),
                            "another reading of the same cycles; the amplification is that with most cycles");
        if (series.cycles == most) {
          draft_.run.warnings.push_back(
              fmt::format("{} and {} were both read in each cycle; the amplification is taken "
                          "from the first",
                          describe(*amplification), describe(key)));
        }
      }
    }
  }

  Measurement& measurement(const CurveKey& key) {
    const WellId well = to_well(key.position);
    Measurement& m = draft_.set.at(well, key.assay, find_dye(key.assay));
    if (const auto notes = notes_.find(key); notes != notes_.end()) {
      m.sample = notes->second.sample;
      m.role_text = notes->second.role_text;
      m.role = parse_role(m.role_text).value_or(SampleRole::unspecified);
    }
    return m;
  }

  void add_amplification(const CurveKey& key, std::vector<Reading>& readings) {
    std::stable_sort(readings.begin(), readings.end(),
                     [](const Reading& left, const Reading& right) { return left.cycle < right.cycle; });
    AmplificationCurve curve;
    curve.kind = kind_;
    const bool with_temperature = std::all_of(readings.begin(), readings.end(), [](const Reading& reading) {
      return reading.temperature_celsius.has_value();
    });
    for (const Reading& reading : readings) {
      if (!curve.cycles.empty() && curve.cycles.back() == reading.cycle)
        table_.fail(ErrorCode::duplicate_entry, reading.row, cycle_column_, "each cycle of a well and assay once");
      curve.cycles.push_back(reading.cycle);
      curve.fluorescence.push_back(reading.fluorescence);
      if (with_temperature) curve.temperatures_celsius.push_back(*reading.temperature_celsius);
    }
    measurement(key).amplification.push_back(std::move(curve));
  }

  void add_melt(const CurveKey& key, const std::vector<Reading>& readings) {
    MeltCurve curve;
    curve.kind = kind_;
    for (const Reading& reading : readings) {
      if (!reading.temperature_celsius)
        table_.fail(reading.row, cycle_column_, "a temperature at each reading of a melting curve");
      curve.temperatures_celsius.push_back(*reading.temperature_celsius);
      curve.fluorescence.push_back(reading.fluorescence);
    }
    measurement(key).melt.push_back(std::move(curve));
  }

  void add_single(const CurveKey& key, const std::vector<Reading>& readings, ReadStage stage) {
    for (const Reading& reading : readings) {
      measurement(key).single_readings.push_back({stage, kind_, reading.fluorescence, reading.temperature_celsius});
    }
  }

  Draft& draft_;
  GridTable table_;
  const std::string& file_name_;
  CurveKind kind_ = CurveKind::unknown;
  std::size_t cycle_column_ = 0;
  std::map<SeriesKey, Series> series_;
  std::map<CurveKey, WellNotes> notes_;
};

}  // namespace

void add_raw_data(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name) {
  RawDataReader(draft, grid, header, file_name).read();
}

}  // namespace qpcr::agilent_mxpro
