// Reads the results table of a BioMark export.
#include "instruments/fluidigm_biomark/results.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::fluidigm_biomark {
namespace {

/// Stands for a Ct that there is not.
constexpr double no_ct = 999;

/// Three lines of header, folded but for the name of the probe.
struct Column {
  std::string block;  ///< "Experiment Information" or a probe, as written
  std::string group;  ///< "sample", "ct", or a folded probe
  std::string name;   ///< "value", "call" …
};

struct Probe {
  std::string name;
  std::size_t value = 0;
  std::optional<std::size_t> target, target_type, quality, call, threshold, melting_temperature;
};

struct Layout {
  std::vector<Column> columns;
  std::optional<std::size_t> sample, sample_type, concentration, comments;
  std::vector<Probe> probes;
  std::set<std::size_t> read{0};
};

std::vector<Column> read_columns(const Grid& grid, std::size_t header) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < grid.row(header).size(); ++i) {
    Column column;
    if (header >= 2) column.block = std::string(trim(grid.cell(header - 2, i)));
    if (header >= 1) column.group = fold_header(grid.cell(header - 1, i));
    column.name = fold_header(grid.cell(header, i));
    columns.push_back(std::move(column));
  }
  return columns;
}

class LayoutFinder {
 public:
  LayoutFinder(const Grid& grid, std::size_t header) : grid_(grid), header_(header) {
    layout_.columns = read_columns(grid, header);
  }

  Layout find() {
    layout_.sample = take("", "sample", "name");
    layout_.sample_type = take("", "sample", "type");
    layout_.concentration = take("", "sample", "rconc");
    layout_.comments = take("", "defined", "comments");
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      const Column column = layout_.columns[i];
      if (column.group != "ct" || column.name != "value") continue;
      Probe probe;
      if (layout_.probes.size() == most_probes)
        grid_.fail(ErrorCode::malformed_file, header_, "Value", {}, fmt::format("at most {} probes", most_probes));
      probe.name = column.block;
      probe.value = i;
      layout_.read.insert(i);
      probe.quality = take(column.block, "ct", "quality");
      probe.call = take(column.block, "ct", "call");
      probe.threshold = take(column.block, "ct", "threshold");
      probe.melting_temperature = take(column.block, "tm", "inrange");
      probe.target = take("", fold_header(column.block), "name");
      probe.target_type = take("", fold_header(column.block), "type");
      if (!probe.target) probe.target = take("", "assay", "name");
      layout_.probes.push_back(std::move(probe));
    }
    return std::move(layout_);
  }

 private:
  /// The first column of that group and name, in a block where one is given.
  std::optional<std::size_t> take(const std::string& block, const std::string& group, const std::string& name) {
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      const Column& column = layout_.columns[i];
      if (column.group != group || column.name != name || (!block.empty() && column.block != block)) continue;
      layout_.read.insert(i);
      return i;
    }
    return std::nullopt;
  }

  static constexpr std::size_t most_probes = 32;

  const Grid& grid_;
  std::size_t header_;
  Layout layout_;
};

class RowReader {
 public:
  RowReader(const Grid& grid, std::size_t header, NumberFormat format, const Layout& layout)
      : grid_(grid), header_(header), format_(format), layout_(layout) {}

  void read(std::size_t row, GridPosition chamber, MeasurementSet& measurements) const {
    const WellId well{std::string(text(row, 0)), chamber};
    for (const Probe& probe : layout_.probes) {
      const std::string target(text(row, probe.target));
      if (measurements.find(well.label, target, probe.name) != nullptr) {
        grid_.fail(ErrorCode::duplicate_entry, row, "ID", well.label, "each chamber once");
      }
      Measurement& measurement = measurements.at(well, target, probe.name);
      measurement.sample = text(row, layout_.sample);
      measurement.role_text = text(row, layout_.sample_type);
      measurement.role = parse_role(measurement.role_text).value_or(SampleRole::unspecified);
      // Of an unknown this is how far it was diluted, which the vendor writes into the same column.
      if (measurement.role == SampleRole::standard) measurement.quantity = number(row, layout_.concentration);
      measurement.note = text(row, layout_.comments);
      read_vendor(row, probe, measurement.vendor);
    }
  }

 private:
  std::string_view text(std::size_t row, std::optional<std::size_t> column) const {
    return column ? trim(grid_.cell(row, *column)) : std::string_view();
  }

  std::string name_of(std::size_t column) const { return std::string(trim(grid_.cell(header_, column))); }

  std::optional<double> number(std::size_t row, std::optional<std::size_t> column) const {
    const std::string_view cell = text(row, column);
    if (is_no_cq(cell)) return std::nullopt;
    const std::optional<double> value = parse_number(cell, format_);
    if (!value) grid_.fail(ErrorCode::invalid_value, row, name_of(*column), cell, "a number or an empty cell");
    return value;
  }

  void read_vendor(std::size_t row, const Probe& probe, VendorResult& vendor) const {
    const std::string_view cell = text(row, probe.value);
    if (!set_vendor_cq(vendor, cell, format_))
      grid_.fail(ErrorCode::invalid_value, row, name_of(probe.value), cell, "a number; 999 where there is no Ct");
    if (vendor.cq_cycles && *vendor.cq_cycles >= no_ct) {
      vendor.cq_cycles.reset();
      vendor.cq_status = CqStatus::no_amplification;
    }
    vendor.call = text(row, probe.call);
    vendor.cq_confidence = number(row, probe.quality);
    vendor.threshold = number(row, probe.threshold);
    const std::optional<double> peak = number(row, probe.melting_temperature);
    if (peak && *peak > 0 && *peak < no_ct) vendor.melting_temperatures_celsius.push_back(*peak);
  }

  const Grid& grid_;
  std::size_t header_;
  NumberFormat format_;
  const Layout& layout_;
};

}  // namespace

std::optional<GridPosition> parse_chamber(std::string_view text) {
  text = trim(text);
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.size() < 2 || (text.front() != 'S' && text.front() != 's'))
    return std::nullopt;
  const std::string_view assay = text.substr(dash + 1);
  if (assay.empty() || (assay.front() != 'A' && assay.front() != 'a')) return std::nullopt;
  const std::string_view sample_number = text.substr(1, dash - 1);
  const std::string_view assay_number = assay.substr(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(sample_number.begin(), sample_number.end(), is_digit) ||
      !std::all_of(assay_number.begin(), assay_number.end(), is_digit))
    return std::nullopt;
  const std::optional<long> row = parse_integer(sample_number);
  const std::optional<long> column = parse_integer(assay_number);
  if (!row || !column || *row < 1 || *column < 1 || *row > most_inlets || *column > most_inlets) return std::nullopt;
  return GridPosition{static_cast<int>(*row) - 1, static_cast<int>(*column) - 1};
}

std::optional<std::size_t> find_results_header(const Grid& grid) {
  constexpr std::size_t longest_head = 200;
  for (std::size_t row = 0; row < std::min(grid.row_count(), longest_head); ++row) {
    if (fold_header(grid.cell(row, 0)) == "id" && grid.row(row).size() > 2) return row;
  }
  return std::nullopt;
}

std::size_t read_results(const Grid& grid, std::size_t header, NumberFormat format, MeasurementSet& measurements,
                         NotReadList& not_read) {
  const Layout layout = LayoutFinder(grid, header).find();
  if (layout.probes.empty()) {
    ErrorContext context;
    context.path = grid.path();
    context.line = grid.line(header);
    context.problem = "the table has no Ct of a probe: export 'Table Results' of a gene expression analysis";
    throw Error(ErrorCode::unsupported_format, std::move(context));
  }
  const RowReader reader(grid, header, format, layout);
  std::size_t row = header + 1;
  // What follows a blank row may be another section; what follows a chamber is a chamber.
  for (bool after_blank = false; row < grid.row_count(); ++row) {
    if (grid.is_blank(row)) {
      after_blank = true;
      continue;
    }
    const std::optional<GridPosition> chamber = parse_chamber(grid.cell(row, 0));
    if (!chamber && after_blank) break;
    if (!chamber) grid.fail(ErrorCode::invalid_value, row, "ID", grid.cell(row, 0), "a chamber such as S48-A01");
    reader.read(row, *chamber, measurements);
    after_blank = false;
  }
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const Column& column = layout.columns[i];
    const std::string name(trim(grid.cell(header, i)));
    if (layout.read.contains(i) || name.empty()) continue;
    not_read.add(fmt::format("results: column '{} {} {}'", column.block, trim(grid.cell(header - 1, i)), name),
                 "no result comes from it");
  }
  return row;
}

}  // namespace qpcr::fluidigm_biomark
