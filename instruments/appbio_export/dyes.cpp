// Reads dyes and filters, and tells the stages of a run apart.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_export/readings.hpp"
#include "instruments/appbio_export/series.hpp"

namespace qpcr::appbio_export {
namespace {

enum class Part { amplification, pre_read, post_read, melting, other };

struct Reading {
  std::size_t row = 0;
  long stage = 0;
  long step = 0;
  long cycle = 0;
  Part part = Part::other;
};

struct Columns {
  std::optional<std::size_t> stage;
  std::optional<std::size_t> step;
  std::size_t cycle = 0;
  std::optional<std::size_t> temperature;
  std::vector<std::size_t> dyes;
};

using StageKey = std::pair<long, long>;

Columns find_columns(Table& table, NumberFormat format) {
  Columns columns;
  columns.stage = table.find({"stage", "stagenumber"});
  columns.step = table.find({"step", "stepnumber"});
  columns.cycle = *table.find({"cycle", "cyclenumber"});
  columns.temperature = table.find({"temperature"});
  table.find({"sample", "samplename"});
  table.find({"omit"});
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    if (table.is_read(column) || table.folded(column).empty()) continue;
    // A dye that no well uses has an empty column; a column of texts is the user's own.
    const auto filled = std::find_if(table.rows().begin(), table.rows().end(),
                                     [&](std::size_t row) { return !table.cells().text(row, column).empty(); });
    if (filled == table.rows().end() || !parse_number(table.cells().text(*filled, column), format)) continue;
    table.mark_read(column);
    columns.dyes.push_back(column);
  }
  return columns;
}

long require_whole(const Table& table, std::size_t row, std::size_t column) {
  const std::optional<long> value = parse_whole(table.cells().text(row, column));
  if (!value || *value < 0 || static_cast<double>(*value) > largest_axis)
    table.cells().fail(row, column, "a whole number");
  return *value;
}

using ByWell = std::vector<std::vector<Reading>>;

/// Stages are numbered: the amplification is the stage and step that the header states, else the one with most
/// distinct cycles. @return false when two have as many.
bool assign_by_stage(ByWell& wells, const Draft& draft) {
  struct Group {
    std::set<long> cycles;
    bool repeats = false;  ///< a well has two readings of one cycle
  };
  std::map<StageKey, Group> groups;
  for (const std::vector<Reading>& readings : wells) {
    std::map<StageKey, std::set<long>> here;
    for (const Reading& reading : readings) {
      Group& group = groups[{reading.stage, reading.step}];
      group.cycles.insert(reading.cycle);
      if (!here[{reading.stage, reading.step}].insert(reading.cycle).second) group.repeats = true;
    }
  }
  std::optional<StageKey> chosen;
  std::size_t most = 0;
  bool tie = false;
  for (const auto& [key, group] : groups) {
    if (group.repeats) continue;
    if (group.cycles.size() > most) {
      chosen = key;
      most = group.cycles.size();
      tie = false;
    } else if (group.cycles.size() == most) {
      tie = true;
    }
  }
  if (draft.pcr_stage) {
    for (const auto& [key, group] : groups) {
      const bool is_stated =
          key.first == draft.pcr_stage->stage && (!draft.pcr_stage->step || key.second == *draft.pcr_stage->step);
      if (is_stated && !group.repeats) {
        chosen = key;
        tie = false;
        most = group.cycles.size();
      }
    }
  }
  if (tie && most > 1) return false;
  const auto is_stage = [](const std::optional<StageStep>& stated, const StageKey& key) {
    return stated && stated->stage == key.first && (!stated->step || *stated->step == key.second);
  };
  for (std::vector<Reading>& readings : wells) {
    for (Reading& reading : readings) {
      const StageKey key{reading.stage, reading.step};
      const Group& group = groups[key];
      if (chosen && key == *chosen) {
        reading.part = Part::amplification;
      } else if (group.repeats) {
        reading.part = Part::melting;
      } else if (is_stage(draft.pre_read_stage, key)) {
        reading.part = Part::pre_read;
      } else if (is_stage(draft.post_read_stage, key)) {
        reading.part = Part::post_read;
      } else if (group.cycles.size() == 1 && chosen && key.first != chosen->first) {
        reading.part = key.first < chosen->first ? Part::pre_read : Part::post_read;
      }
    }
  }
  return true;
}

/// Stages are not numbered: within a step, cycles that begin again begin another stage. The amplification is the
/// longest stretch of rising cycles; readings before and after it are the pre-read and post-read where the header
/// states that there are these. @return false when the longest stretch of a well is not the only one of its length.
bool assign_by_order(std::vector<Reading>& readings, const Draft& draft) {
  std::map<long, std::vector<std::size_t>> steps;
  for (std::size_t i = 0; i < readings.size(); ++i) steps[readings[i].step].push_back(i);
  std::vector<std::vector<std::size_t>> stretches;
  for (const auto& [step, indices] : steps) {
    const bool is_stated =
        steps.size() == 1 || !draft.pcr_stage || !draft.pcr_stage->step || *draft.pcr_stage->step == step;
    if (!is_stated) continue;
    stretches.emplace_back();
    for (const std::size_t i : indices) {
      if (!stretches.back().empty() && readings[i].cycle <= readings[stretches.back().back()].cycle)
        stretches.emplace_back();
      stretches.back().push_back(i);
    }
  }
  const auto longest = std::max_element(stretches.begin(), stretches.end(),
                                        [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (longest == stretches.end()) return true;
  const auto as_long = std::count_if(stretches.begin(), stretches.end(),
                                     [&](const auto& stretch) { return stretch.size() == longest->size(); });
  if (as_long > 1) return longest->size() == 1;
  const bool is_other_length = draft.amplification_cycles > 0 && longest->size() != draft.amplification_cycles;
  if (stretches.size() > 1 && is_other_length) return false;
  for (const std::size_t i : *longest) readings[i].part = Part::amplification;
  const std::size_t first = longest->front();
  const std::size_t last = longest->back();
  if (first == 1 && draft.pre_read_stage) readings[0].part = Part::pre_read;
  if (last + 2 == readings.size() && draft.post_read_stage) readings[last + 1].part = Part::post_read;
  // A melting stage reads many times in one cycle.
  constexpr std::size_t fewest_melting_readings = 3;
  const bool one_cycle = std::all_of(readings.begin() + static_cast<std::ptrdiff_t>(last) + 1, readings.end(),
                                     [&](const Reading& reading) { return reading.cycle == readings.back().cycle; });
  if (one_cycle && readings.size() >= last + 1 + fewest_melting_readings) {
    for (std::size_t i = last + 1; i < readings.size(); ++i) readings[i].part = Part::melting;
  }
  return true;
}

/// All readings of a table by well, each with the part of the run it belongs to.
ByWell gather(Table& table, const Columns& columns, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  const auto is_filled = [&](std::optional<std::size_t> column) {
    return column && std::all_of(table.rows().begin(), table.rows().end(),
                                 [&](std::size_t row) { return !table.cells().text(row, column).empty(); });
  };
  const bool has_stage = is_filled(columns.stage);
  const bool has_step = is_filled(columns.step);
  ByWell by_well(draft.wells.size());
  for (std::size_t i = 0; i < wells.size(); ++i) {
    Reading reading;
    reading.row = table.rows()[i];
    reading.cycle = require_whole(table, reading.row, columns.cycle);
    if (has_stage) reading.stage = require_whole(table, reading.row, *columns.stage);
    if (has_step) reading.step = require_whole(table, reading.row, *columns.step);
    by_well[wells[i]].push_back(reading);
  }
  bool is_clear = true;
  if (has_stage) {
    is_clear = assign_by_stage(by_well, draft);
  } else {
    for (std::vector<Reading>& readings : by_well) is_clear = assign_by_order(readings, draft) && is_clear;
  }
  if (!is_clear) {
    draft.run.warnings.push_back(
        fmt::format("'{}': cycles begin again and the file does not say which stage is the amplification; its curves "
                    "are not read where that is so",
                    table.name()));
  }
  return by_well;
}

double value_of(const Table& table, std::size_t row, std::size_t column, NumberFormat format) {
  return number_of(table, row, column, format).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// The readings of one well and dye, part by part.
struct DyeReadings {
  AmplificationCurve amplification;
  std::vector<SingleReading> singles;
  std::vector<double> melting;
  std::vector<double> melting_temperatures;
  bool any_other = false;
};

DyeReadings read_dye(const Table& table, const std::vector<Reading>& readings, const Columns& columns, std::size_t dye,
                     CurveKind kind, NumberFormat format) {
  DyeReadings result;
  result.amplification.kind = kind;
  bool any = false;
  for (const Reading& reading : readings) {
    const double value = value_of(table, reading.row, dye, format);
    const std::optional<double> temperature = number_of(table, reading.row, columns.temperature, format);
    switch (reading.part) {
      case Part::amplification:
        any = any || !std::isnan(value);
        result.amplification.cycles.push_back(static_cast<double>(reading.cycle));
        result.amplification.fluorescence.push_back(value);
        if (temperature) result.amplification.temperatures_celsius.push_back(*temperature);
        break;
      case Part::pre_read:
      case Part::post_read:
        if (!std::isnan(value)) {
          const ReadStage stage = reading.part == Part::pre_read ? ReadStage::pre_read : ReadStage::post_read;
          result.singles.push_back({stage, kind, value, temperature});
        }
        break;
      case Part::melting:
        result.melting.push_back(value);
        if (temperature) result.melting_temperatures.push_back(*temperature);
        break;
      case Part::other:
        result.any_other = result.any_other || !std::isnan(value);
        break;
    }
  }
  if (!any) result.amplification = {};
  if (result.amplification.temperatures_celsius.size() != result.amplification.cycles.size())
    result.amplification.temperatures_celsius.clear();
  if (std::all_of(result.melting.begin(), result.melting.end(), [](double v) { return std::isnan(v); }))
    result.melting.clear();
  return result;
}

}  // namespace

void read_dyes(Table& table, CurveKind kind, Draft& draft) {
  const Columns columns = find_columns(table, draft.format);
  ByWell by_well = gather(table, columns, draft);
  bool melting_left = false;
  bool other_left = false;
  for (std::size_t well = 0; well < by_well.size(); ++well) {
    std::vector<Reading>& readings = by_well[well];
    if (readings.empty()) continue;
    const auto amplification_end = std::stable_partition(
        readings.begin(), readings.end(), [](const Reading& r) { return r.part == Part::amplification; });
    std::stable_sort(readings.begin(), amplification_end,
                     [](const Reading& a, const Reading& b) { return a.cycle < b.cycle; });
    const Reading* previous = nullptr;
    for (const Reading& reading : readings) {
      if (reading.part != Part::amplification) continue;
      if (previous != nullptr && reading.cycle == previous->cycle)
        table.cells().fail(ErrorCode::duplicate_entry, reading.row, columns.cycle, "each cycle once for a well");
      previous = &reading;
    }
    for (const std::size_t column : columns.dyes) {
      const std::string dye(table.cells().header(column));
      DyeReadings read = read_dye(table, readings, columns, column, kind, draft.format);
      other_left = other_left || read.any_other;
      const bool melt_curve = !read.melting.empty() && read.melting_temperatures.size() == read.melting.size();
      if (!read.melting.empty() && !melt_curve) {
        melting_left = true;
        if (kind == CurveKind::multicomponent) draft.melting_readings[well].push_back({dye, read.melting});
      }
      if (read.amplification.cycles.empty() && read.singles.empty() && !melt_curve) continue;
      for (Measurement* m : draft.at_dye(well, dye)) {
        if (!read.amplification.cycles.empty()) m->amplification.push_back(read.amplification);
        m->single_readings.insert(m->single_readings.end(), read.singles.begin(), read.singles.end());
        if (melt_curve) m->melt.push_back({kind, read.melting_temperatures, read.melting});
      }
    }
  }
  if (melting_left) {
    draft.not_read.add(fmt::format("{}: readings of the melting stage", table.name()),
                       "they have no temperature; melting curves are read from their own table");
  }
  if (other_left) {
    draft.not_read.add(fmt::format("{}: readings of other stages", table.name()),
                       "they belong neither to the amplification nor to a pre-read, post-read or melting stage");
  }
  keep_other_columns(table, draft);
}

}  // namespace qpcr::appbio_export
