// Reads melting curves and melting temperatures.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_export/readings.hpp"
#include "instruments/appbio_export/series.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_export {
namespace {

constexpr const char* derivative_reason =
    "the derivative is computed from the melting curve, not taken from the vendor";

/// The kind is stated nowhere; it is known where the readings are those of the colour-separated dye, number by number.
CurveKind find_kind(const Draft& draft, std::size_t well, const std::string& dye, const std::vector<double>& readings) {
  const auto known = draft.melting_readings.find(well);
  if (known == draft.melting_readings.end()) return CurveKind::unknown;
  for (const OtherReadings& other : known->second) {
    if (equals_ignoring_case(other.dye, dye) && other.fluorescence == readings) return CurveKind::multicomponent;
  }
  return CurveKind::unknown;
}

void check_temperature(const Table& table, std::size_t row, std::size_t column, double temperature) {
  constexpr double coldest = -50;
  constexpr double hottest = 200;
  if (!(temperature > coldest && temperature < hottest)) table.cells().fail(row, column, "a temperature in °C");
}

/// Columns "Reading 1", "Reading 2" … in the order of their numbers.
std::vector<std::size_t> find_reading_columns(Table& table) {
  std::map<long, std::size_t> columns;
  constexpr std::string_view start = "reading";
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string& folded = table.folded(column);
    if (!folded.starts_with(start)) continue;
    const std::optional<long> number = parse_integer(std::string_view(folded).substr(start.size()));
    if (!number) continue;
    table.mark_read(column);
    if (!columns.emplace(*number, column).second) {
      ErrorContext context;
      context.path = table.cells().grid().path();
      context.column = std::string(table.cells().header(column));
      context.problem = "the column is there twice";
      throw Error(ErrorCode::duplicate_entry, std::move(context));
    }
  }
  std::vector<std::size_t> ordered;
  for (const auto& [number, column] : columns) ordered.push_back(column);
  return ordered;
}

/// A row of a wide table: readings of one well and target.
struct Region {
  std::size_t row = 0;
  std::size_t well = 0;
  std::string target;
  std::string dye;
  std::vector<double> readings;
};

std::map<std::string, Region> read_regions(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  const auto target = table.find({"targetname", "target"});
  const auto dye = table.find({"reporter", "dye", "reporterdye"});
  const auto sample = table.find({"samplename", "sample"});
  const std::vector<std::size_t> columns = find_reading_columns(table);
  std::map<std::string, Region> regions;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    Region region;
    region.row = table.rows()[i];
    region.well = wells[i];
    region.target = text_of(table, region.row, target);
    region.dye = text_of(table, region.row, dye);
    if (const std::string name = text_of(table, region.row, sample); !name.empty())
      draft.samples.emplace(wells[i], name);
    for (const std::size_t column : columns) {
      const std::optional<double> value = number_of(table, region.row, column, draft.format);
      region.readings.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    while (!region.readings.empty() && std::isnan(region.readings.back())) region.readings.pop_back();
    if (region.readings.empty()) continue;
    const std::size_t row = region.row;
    const std::string key = fmt::format("{}\t{}\t{}", wells[i], region.target, region.dye);
    if (!regions.emplace(key, std::move(region)).second) {
      ErrorContext context;
      context.path = table.cells().grid().path();
      context.line = table.cells().grid().line(row);
      context.problem =
          fmt::format("well {} is there twice in '{}'", draft.wells.at(wells[i]).well.label, table.name());
      throw Error(ErrorCode::duplicate_entry, std::move(context));
    }
  }
  keep_other_columns(table, draft);
  return regions;
}

}  // namespace

void read_melt_readings(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  const auto number = table.find({"reading", "readingnumber"});
  const auto target = table.find({"targetname", "target"});
  const auto dye = table.find({"reporter", "dye"});
  const auto temperature = table.find({"temperature"});
  const auto fluorescence = table.find({"fluorescence"});
  table.find({"sample", "samplename"});
  table.find({"omit"});
  if (table.find({"derivative"}) && !table.rows().empty())
    draft.not_read.add(fmt::format("{}: column 'Derivative'", table.name()), derivative_reason);
  SeriesList list;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    if (table.cells().text(row, temperature).empty() && table.cells().text(row, fluorescence).empty()) continue;
    const double at = table.cells().require_number(row, *number, draft.format);
    if (!(at >= 0 && at <= largest_axis)) table.cells().fail(row, *number, "the number of a reading");
    Series& series = list.at(wells[i], table.cells().text(row, target));
    series.axis.push_back(at);
    series.rows.push_back(row);
  }
  for (Series& series : list.all()) {
    sort_series(table, series, *number);
    MeltCurve curve;
    for (const std::size_t row : series.rows) {
      const double celsius = table.cells().require_number(row, *temperature, draft.format);
      check_temperature(table, row, *temperature, celsius);
      curve.temperatures_celsius.push_back(celsius);
      curve.fluorescence.push_back(
          number_of(table, row, fluorescence, draft.format).value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    Measurement& m = series.target.empty()
                         ? draft.at_only_target(series.well)
                         : draft.at(series.well, series.target, table.cells().text(series.rows.front(), dye));
    curve.kind = find_kind(draft, series.well, m.dye, curve.fluorescence);
    m.melt.push_back(std::move(curve));
  }
  keep_other_columns(table, draft);
}

void read_melt_regions(std::vector<Table*> tables, Draft& draft) {
  Table* temperatures = nullptr;
  std::vector<Table*> signals;
  for (Table* table : tables) {
    const std::string name = fold_header(table->name());
    if (name.find("temperature") != std::string::npos) {
      temperatures = table;
    } else if (name.find("derivative") != std::string::npos) {
      draft.not_read.add(table->name(), derivative_reason);
    } else {
      signals.push_back(table);
    }
  }
  if (temperatures == nullptr || signals.empty()) {
    for (const Table* table : signals) draft.not_read.add(table->name(), "the table of the temperatures is missing");
    if (temperatures != nullptr) draft.not_read.add(temperatures->name(), "no table of melting readings belongs to it");
    return;
  }
  const std::map<std::string, Region> axis = read_regions(*temperatures, draft);
  for (Table* table : signals) {
    const bool normalised = fold_header(table->name()).find("normali") != std::string::npos;
    for (auto& [key, region] : read_regions(*table, draft)) {
      const auto found = axis.find(key);
      if (found == axis.end() || found->second.readings.size() < region.readings.size()) {
        table->cells().fail(ErrorCode::malformed_file, region.row, 0, "a temperature for each reading of the well");
      }
      for (const double celsius : found->second.readings)
        check_temperature(*temperatures, found->second.row, 0, celsius);
      region.readings.resize(found->second.readings.size(), std::numeric_limits<double>::quiet_NaN());
      Measurement& m = !region.target.empty() ? draft.at(region.well, region.target, region.dye)
                       : !region.dye.empty()  ? *draft.at_dye(region.well, region.dye).front()
                                              : draft.at_only_target(region.well);
      m.melt.push_back({normalised ? CurveKind::normalised : CurveKind::unknown, found->second.readings,
                        std::move(region.readings)});
    }
  }
}

void read_melt_peaks(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  keep_whole_table(table, draft);
  const auto target = table.find({"targetname", "target"});
  const auto tm = table.find({"tm"});
  const auto find_measurement = [&](std::size_t well, std::size_t row) -> Measurement* {
    if (target) return draft.find(well, table.cells().text(row, target));
    const std::vector<Measurement*> reactions = draft.reactions(well);
    return reactions.size() == 1 ? reactions.front() : nullptr;
  };
  std::set<const Measurement*> known;  // of the results
  for (const Measurement& m : draft.all()) {
    if (!m.vendor.melting_temperatures_celsius.empty()) known.insert(&m);
  }
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::optional<double> celsius = number_of(table, row, tm, draft.format);
    Measurement* m = find_measurement(wells[i], row);
    if (celsius && m != nullptr && !known.contains(m)) m->vendor.melting_temperatures_celsius.push_back(*celsius);
  }
}

}  // namespace qpcr::appbio_export
