// Reads Rn and ΔRn.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "instruments/appbio_export/readings.hpp"
#include "instruments/appbio_export/series.hpp"
#include "instruments/base/vocabulary.hpp"

namespace qpcr::appbio_export {
namespace {

/// The readings of a column; empty when there is none at all.
std::vector<double> read_column(const Table& table, const Series& series, std::optional<std::size_t> column,
                                NumberFormat format) {
  std::vector<double> readings;
  if (!column) return readings;
  bool any = false;
  readings.reserve(series.rows.size());
  for (const std::size_t row : series.rows) {
    const std::optional<double> value = number_of(table, row, column, format);
    any = any || value.has_value();
    readings.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  if (!any) readings.clear();
  return readings;
}

}  // namespace

void read_amplification(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  const auto cycle = table.find({"cycle", "cyclenumber"});
  const auto target = table.find({"targetname", "target"});
  const auto rn = table.find({"rn"});
  const auto delta = table.find({"deltarn", "drn", "δrn"});
  const auto omit = table.find({"omit"});
  const auto dye = table.find({"reporter", "dye"});
  table.find({"sample", "samplename"});
  table.find({"stage", "stagenumber"});
  table.find({"step", "stepnumber"});
  SeriesList list;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string_view name = table.cells().text(row, target);
    // A well that was not analysed has rows of cycles without a target and readings.
    if (name.empty() && table.cells().text(row, rn).empty() && table.cells().text(row, delta).empty()) continue;
    const double at = table.cells().require_number(row, *cycle, draft.format);
    if (!(at > 0 && at <= largest_axis)) table.cells().fail(row, *cycle, "a cycle");
    Series& series = list.at(wells[i], name);
    series.axis.push_back(at);
    series.rows.push_back(row);
  }
  for (Series& series : list.all()) {
    sort_series(table, series, *cycle);
    const std::size_t first = series.rows.front();
    Measurement& m = series.target.empty() ? draft.at_only_target(series.well)
                                           : draft.at(series.well, series.target, table.cells().text(first, dye));
    if (is_yes(table.cells().text(first, omit))) {
      m.excluded = true;
      m.exclusion_reason = "omitted in the instrument's software";
    }
    for (const auto& [column, kind] :
         {std::pair(rn, CurveKind::normalised), std::pair(delta, CurveKind::baseline_subtracted)}) {
      std::vector<double> readings = read_column(table, series, column, draft.format);
      if (readings.empty()) continue;
      m.amplification.push_back({kind, series.axis, std::move(readings)});
      draft.amplification_cycles = std::max(draft.amplification_cycles, series.axis.size());
    }
  }
  keep_other_columns(table, draft);
}

}  // namespace qpcr::appbio_export
