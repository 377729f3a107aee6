// Results of MxPro and AriaMx: vendor Ct, thresholds, quantities, standard curves and replicates.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
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

/// R, dR, Rn, dRn … of which a report has a few.
constexpr std::size_t most_signals = 16;

struct CtColumn {
  std::size_t ct = 0;
  std::optional<std::size_t> threshold;  ///< of the same signal
};

struct Columns {
  std::size_t well = 0;
  std::optional<std::size_t> assay, dye, sample, role, replicate, quantity;
  std::vector<CtColumn> cts;
  std::vector<std::size_t> melting_temperatures;
  std::vector<std::size_t> standard_curve;
};

bool starts_with_unit(std::string_view folded, std::string_view word) {
  return folded.starts_with(word) && folded.substr(word.size()).starts_with("(");
}

Columns find_columns(GridTable& table) {
  Columns columns;
  columns.well = table.require({"Well"});
  columns.assay = table.find({"Assay", "Target", "Target Name"});
  columns.dye = table.find({"Dye"});
  columns.sample = table.find({"Well Name", "Sample Name", "Sample"});
  columns.role = table.find({"Well Type"});
  columns.replicate = table.find({"Replicate", "Replicate #"});
  columns.quantity = find_with_unit(table, "quantity");
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string folded = fold_header(table.header(column));
    if (starts_with_unit(folded, "ct") || starts_with_unit(folded, "cq")) {
      table.mark_read(column);
      if (columns.cts.size() == most_signals)
        table.fail(ErrorCode::malformed_file, table.first_row() - 1, column,
                   "no more Ct columns than there are signals");
      CtColumn ct{column, std::nullopt};
      const std::string threshold = "threshold" + folded.substr(2);
      for (std::size_t other = 0; other < table.column_count(); ++other) {
        if (fold_header(table.header(other)) != threshold) continue;
        table.mark_read(other);
        ct.threshold = other;
      }
      columns.cts.push_back(ct);
    } else if (folded.starts_with("tm")) {
      table.mark_read(column);
      columns.melting_temperatures.push_back(column);
    } else if (folded.starts_with("rsq") || folded.starts_with("slope") || folded.starts_with("efficiency") ||
               folded.starts_with("y-intercept") || folded.starts_with("intercept")) {
      table.mark_read(column);
      columns.standard_curve.push_back(column);
    }
  }
  return columns;
}

NumberFormat decide_format(const GridTable& table, const Columns& columns) {
  std::vector<std::size_t> numeric = columns.melting_temperatures;
  numeric.insert(numeric.end(), columns.standard_curve.begin(), columns.standard_curve.end());
  if (columns.quantity) numeric.push_back(*columns.quantity);
  for (const CtColumn& ct : columns.cts) {
    numeric.push_back(ct.ct);
    if (ct.threshold) numeric.push_back(*ct.threshold);
  }
  std::vector<std::string_view> cells;
  for (const std::size_t column : numeric) {
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) cells.push_back(table.text(row, column));
  }
  return decide_number_format(cells, table.grid().delimiter(), ThousandsCommas::never, table.grid().path());
}

VendorResult read_ct(const GridTable& table, std::size_t row, const CtColumn& column, NumberFormat format) {
  VendorResult vendor;
  vendor.algorithm = table.header(column.ct);
  const std::string_view text = table.text(row, column.ct);
  if (equals_ignoring_case(text, "Reference")) {
    vendor.cq_text = text;
  } else if (!set_vendor_cq(vendor, text, format)) {
    table.fail(row, column.ct, "a number or 'No Ct'");
  }
  if (!is_no_cq(table.text(row, column.threshold))) vendor.threshold = table.number(row, column.threshold, format);
  return vendor;
}

/// The fluorescence may have named sample and type of the well: an empty cell or no column does not erase them.
void take_names(Measurement& m, const GridTable& table, std::size_t row, const Columns& columns) {
  const std::string_view sample = table.text(row, columns.sample);
  if (!sample.empty()) {
    if (!m.sample.empty() && m.sample != sample) {
      table.fail(ErrorCode::ambiguous_format, row, *columns.sample,
                 "the sample that the fluorescence of the run has in this well");
    }
    m.sample = sample;
  }
  const std::string_view type = table.text(row, columns.role);
  if (!type.empty()) {
    const SampleRole role = parse_role(type).value_or(SampleRole::unspecified);
    const bool agrees = m.role_text.empty() || equals_ignoring_case(m.role_text, type) ||
                        (m.role == role && role != SampleRole::unspecified);
    if (!agrees) {
      table.fail(ErrorCode::ambiguous_format, row, *columns.role,
                 "the type that the fluorescence of the run has for this well");
    }
    m.role_text = type;
    m.role = role;
  }
}

}  // namespace

void add_results(Draft& draft, const Grid& grid, std::size_t header, const std::string& file_name) {
  std::size_t end = header + 1;
  while (end < grid.row_count() && !grid.is_blank(end)) ++end;
  GridTable table(grid, header, end);
  const Columns columns = find_columns(table);
  const NumberFormat format = decide_format(table, columns);
  VendorTable standard_curves{"Standard curve", {"Assay"}, {}};
  for (const std::size_t column : columns.standard_curve) standard_curves.columns.emplace_back(table.header(column));
  VendorTable replicates{"Replicates", {"Well", "Assay", "Replicate"}, {}};
  std::set<std::vector<std::string>> curves;
  MeasurementSet seen;
  for (std::size_t row = table.first_row(); row < end; ++row) {
    const WellId well = read_well(table, row, columns.well);
    const std::string assay(table.text(row, columns.assay ? columns.assay : columns.dye));
    const std::string dye = columns.dye ? std::string(table.text(row, columns.dye)) : find_dye(assay);
    if (seen.find(well.label, assay, dye) != nullptr)
      table.fail(ErrorCode::duplicate_entry, row, columns.well, "each well and assay once");
    seen.at(well, assay, dye);
    Measurement& m = draft.set.at(well, assay, dye);
    take_names(m, table, row, columns);
    m.vendor = read_ct(table, row, columns.cts.front(), format);
    for (std::size_t i = 1; i < columns.cts.size(); ++i)
      m.other_vendor_results.push_back(read_ct(table, row, columns.cts[i], format));
    for (const std::size_t column : columns.melting_temperatures) {
      if (!is_no_cq(table.text(row, column)))
        m.vendor.melting_temperatures_celsius.push_back(table.require_number(row, column, format));
    }
    if (columns.quantity && !is_no_cq(table.text(row, columns.quantity))) {
      const double quantity = table.require_number(row, *columns.quantity, format);
      const std::string unit(unit_of(table.header(*columns.quantity)));
      if (m.role == SampleRole::standard) {
        m.quantity = quantity;
        m.quantity_unit = unit;
      } else {
        m.vendor.quantity = quantity;
        m.vendor.quantity_unit = unit;
      }
    }
    std::vector<std::string> curve{assay};
    for (const std::size_t column : columns.standard_curve) curve.emplace_back(table.text(row, column));
    const bool any =
        std::any_of(curve.begin() + 1, curve.end(), [](const std::string& cell) { return !is_no_cq(cell); });
    if (any && curves.insert(curve).second) standard_curves.rows.push_back(std::move(curve));
    if (columns.replicate && !table.text(row, columns.replicate).empty())
      replicates.rows.push_back({well.label, assay, std::string(table.text(row, columns.replicate))});
  }
  if (table.first_row() == end) table.fail(ErrorCode::malformed_file, header, columns.well, "a row below the header");
  table.report_columns_not_read(draft.not_read, file_name);
  for (std::size_t row = end; row < grid.row_count(); ++row) {
    if (grid.is_blank(row)) continue;
    draft.not_read.add(fmt::format("{}: line {} and what follows", file_name, grid.line(row)),
                       "no table that is known");
    break;
  }
  if (!standard_curves.rows.empty()) draft.run.vendor_tables.push_back(std::move(standard_curves));
  if (!replicates.rows.empty()) draft.run.vendor_tables.push_back(std::move(replicates));
}

}  // namespace qpcr::agilent_mxpro
