// Reads tables by maps.
#include "instruments/mapped_table/table.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::mapped_table {
namespace {

constexpr std::size_t rows_before_header = 200;
constexpr long most_cycles = 65'536;
constexpr PlateGeometry largest_plate{64, 96};

/// The number in a header such as "循环12" under a pattern such as "循环{n}"; both folded.
std::optional<long> parse_cycle_header(std::string_view header, const std::string& pattern) {
  const std::string folded = fold_header(header);
  const std::size_t hole = pattern.find("{n}");
  if (hole == std::string::npos) return std::nullopt;
  const std::string_view before = std::string_view(pattern).substr(0, hole);
  const std::string_view after = std::string_view(pattern).substr(hole + 3);
  std::string_view text = folded;
  if (!text.starts_with(before) || !text.ends_with(after) || text.size() <= before.size() + after.size())
    return std::nullopt;
  text.remove_prefix(before.size());
  text.remove_suffix(after.size());
  const std::optional<long> cycle = parse_integer(text);
  if (!cycle || *cycle < 1 || *cycle > most_cycles) return std::nullopt;
  return cycle;
}

struct CycleColumn {
  std::size_t column;
  long cycle;
};

std::vector<CycleColumn> find_cycle_columns(const Grid& grid, std::size_t header_row, const ColumnMap& map) {
  std::vector<CycleColumn> columns;
  if (map.cycle_header.empty()) return columns;
  const std::string pattern = fold_header(map.cycle_header);
  const auto cells = grid.row(header_row);
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (const std::optional<long> cycle = parse_cycle_header(cells[column], pattern))
      columns.push_back({column, *cycle});
  }
  return columns;
}

bool holds_one_of(const std::vector<std::string>& folded, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(folded.begin(), folded.end(), fold_header(name)) != folded.end();
  });
}

/// A row with the wells' header and that of something to read.
bool is_header(const Grid& grid, std::size_t row, const ColumnMap& map) {
  constexpr std::size_t fewest_cycles = 3;
  std::vector<std::string> folded;
  for (const std::string_view cell : grid.row(row)) folded.push_back(fold_header(cell));
  return holds_one_of(folded, map.headers_of(ColumnField::well)) &&
         (holds_one_of(folded, map.headers_of(ColumnField::cq)) ||
          holds_one_of(folded, map.headers_of(ColumnField::fluorescence)) ||
          find_cycle_columns(grid, row, map).size() >= fewest_cycles);
}

/// Everything about one table while its rows are read.
class TableReader {
 public:
  TableReader(const Grid& grid, std::size_t header_row, std::size_t end_row, const ColumnMap& map, MapOrigin origin,
              MeasurementSet& set, NotReadList& not_read)
      : table_(grid, header_row, end_row), map_(map), set_(set), not_read_(not_read) {
    for (const ColumnField field : column_fields()) {
      const std::vector<std::string>& names = map.headers_of(field);
      std::optional<std::size_t> column;
      // Exports carry a sample's name and its number side by side: the first spelling that is there is meant.
      for (std::size_t i = 0; i < names.size() && !column; ++i)
        column = table_.find(std::span<const std::string>(names).subspan(i, 1));
      if (!column && !names.empty() && origin == MapOrigin::user) fail_missing(names.front(), header_row);
      columns_[static_cast<std::size_t>(field)] = column;
    }
    cycles_ = find_cycle_columns(grid, header_row, map);
    check_cycles(header_row);
    for (const CycleColumn& cycle : cycles_) table_.mark_read(cycle.column);
    format_ = map.number_format ? *map.number_format : decide_format();
  }

  void read(std::optional<CurveKind> kind) {
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (table_.grid().is_blank(row)) {
        if (goes_on_after(row)) continue;
        report_rest(row);
        break;
      }
      if (is_header_again(row)) continue;
      read_row(row, kind);
    }
    table_.report_columns_not_read(not_read_, name_of_table());
  }

 private:
  /// From the numbers that are read alone: a sample's name may look like a number. A comma in a Cq is never thousands.
  NumberFormat decide_format() const {
    std::vector<std::size_t> numeric;
    for (const ColumnField field :
         {ColumnField::quantity, ColumnField::cq, ColumnField::threshold, ColumnField::melting_temperature,
          ColumnField::vendor_quantity, ColumnField::cycle, ColumnField::fluorescence}) {
      if (const std::optional<std::size_t> at = column(field)) numeric.push_back(*at);
    }
    for (const CycleColumn& cycle : cycles_) numeric.push_back(cycle.column);
    std::vector<std::string_view> cells;
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      for (const std::size_t at : numeric) cells.push_back(table_.grid().cell(row, at));
    }
    return decide_number_format(cells, table_.grid().delimiter(), ThousandsCommas::never, table_.grid().path());
  }

  std::string name_of_table() const { return map_.name.empty() ? "table" : map_.name; }

  [[noreturn]] void fail_missing(const std::string& name, std::size_t header_row) const {
    ErrorContext context;
    context.path = table_.grid().path();
    context.line = table_.grid().line(header_row);
    context.column = name;
    context.problem = "the map names this column, and the table has none of that name";
    throw Error(ErrorCode::missing_column, std::move(context));
  }

  std::optional<std::size_t> column(ColumnField field) const { return columns_[static_cast<std::size_t>(field)]; }

  void check_cycles(std::size_t header_row) const {
    for (std::size_t i = 1; i < cycles_.size(); ++i) {
      if (cycles_[i].cycle > cycles_[i - 1].cycle) continue;
      table_.grid().fail(ErrorCode::duplicate_entry, header_row, std::string(table_.header(cycles_[i].column)),
                         table_.header(cycles_[i].column), fmt::format("a cycle after {}", cycles_[i - 1].cycle));
    }
  }

  bool is_header_again(std::size_t row) const {
    const std::size_t well = *column(ColumnField::well);
    return fold_header(table_.text(row, well)) == fold_header(table_.header(well));
  }

  /// Blank rows may stand inside a table: what follows them and begins with a well is a part of it.
  bool goes_on_after(std::size_t row) const {
    while (row < table_.end_row() && table_.grid().is_blank(row)) ++row;
    return row < table_.end_row() && parse_label(trim(table_.grid().cell(row, *column(ColumnField::well))));
  }

  void report_rest(std::size_t row) {
    for (; row < table_.end_row(); ++row) {
      if (table_.grid().is_blank(row)) continue;
      not_read_.add(fmt::format("{}: from line {} on", name_of_table(), table_.grid().line(row)),
                    "stands below the table");
      return;
    }
  }

  /// The cell, or the one above where the map says so.
  std::string text(std::size_t row, ColumnField field) {
    std::string found(table_.text(row, column(field)));
    if (std::find(map_.fill_down.begin(), map_.fill_down.end(), field) == map_.fill_down.end()) return found;
    std::string& above = above_[static_cast<std::size_t>(field)];
    if (found.empty()) return above;
    // A new well has nothing in common with the one above.
    if (field == ColumnField::well && found != above) above_ = {};
    above_[static_cast<std::size_t>(field)] = found;
    return found;
  }

  WellId read_well(std::size_t row) {
    const std::string label = text(row, ColumnField::well);
    const std::size_t at = *column(ColumnField::well);
    if (label.empty()) table_.fail(row, at, "a well");
    const PlateGeometry plate = map_.plate.value_or(largest_plate);
    if (const std::optional<GridPosition> position = parse_label(label)) {
      if (!plate.contains(*position)) table_.fail(row, at, fmt::format("a well of {} × {}", plate.rows, plate.columns));
      return to_well(*position);
    }
    const std::optional<long> number = parse_integer(label);
    if (!number || *number < 1) table_.fail(row, at, "a well such as A1 or its number");
    if (!map_.plate) return {label, std::nullopt};
    if (*number > static_cast<long>(plate.rows) * plate.columns)
      table_.fail(row, at, fmt::format("a number up to {}", plate.rows * plate.columns));
    return to_well(to_position(*number - 1, plate));
  }

  void read_row(std::size_t row, std::optional<CurveKind> kind) {
    const WellId well = read_well(row);
    const std::string sample = text(row, ColumnField::sample);
    const std::string target = text(row, ColumnField::target);
    const std::string dye = text(row, ColumnField::dye);
    Measurement& m = set_.at(well, target, dye);
    if (m.sample.empty()) m.sample = sample;
    const auto [of_well, is_first] = sample_of_well_.emplace(well.label, sample);
    if (!is_first && of_well->second.empty()) of_well->second = sample;
    if (!sample.empty() && of_well->second != sample)
      fail_again(row, ColumnField::sample, "the sample of the other rows of the well");
    read_role(m, text(row, ColumnField::role));
    if (const std::string note = text(row, ColumnField::note); !note.empty()) m.note = note;
    read_exclusion(row, m);
    if (const std::optional<double> quantity = optional_number(row, ColumnField::quantity);
        quantity && (m.role == SampleRole::standard || *quantity > 0)) {
      m.quantity = quantity;
      m.quantity_unit = text(row, ColumnField::quantity_unit);
    }
    if (column(ColumnField::fluorescence)) {
      read_reading(row, m);
      read_result_once(row, m);
      return;
    }
    if (!cycles_.empty() && kind) read_curve(row, m, *kind);
    read_result_once(row, m);
  }

  [[noreturn]] void fail_again(std::size_t row, ColumnField field, std::string expected) const {
    table_.fail(ErrorCode::duplicate_entry, row, *column(field), std::move(expected));
  }

  void read_exclusion(std::size_t row, Measurement& m) {
    const std::optional<std::size_t> at = column(ColumnField::excluded);
    const std::string word = text(row, ColumnField::excluded);
    if (!at || is_no(word)) return;
    if (!is_yes(word)) table_.fail(row, *at, "yes or no: an exclusion must not be guessed");
    m.excluded = true;
    m.exclusion_reason = fmt::format("{}: {}", table_.header(*at), word);
  }

  void read_role(Measurement& m, const std::string& text) const {
    if (text.empty()) return;
    m.role_text = text;
    const auto own = map_.roles.find(text);
    m.role = own != map_.roles.end() ? own->second : parse_role(text).value_or(SampleRole::unspecified);
  }

  void read_curve(std::size_t row, Measurement& m, CurveKind kind) {
    AmplificationCurve curve;
    curve.kind = kind;
    bool any = false;
    for (const CycleColumn& cycle : cycles_) {
      const std::string_view cell = table_.text(row, cycle.column);
      std::optional<double> value;
      if (!is_no_cq(cell)) value = table_.require_number(row, cycle.column, format_);
      any = any || value.has_value();
      curve.cycles.push_back(static_cast<double>(cycle.cycle));
      curve.fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    if (!any) return;
    if (find_curve(m, kind) != nullptr)
      fail_again(row, ColumnField::well,
                 "one curve for each well, target and dye; the map lacks what tells them apart");
    m.amplification.push_back(std::move(curve));
  }

  void read_reading(std::size_t row, Measurement& m) {
    const double cycle = table_.require_number(row, *column(ColumnField::cycle), format_);
    const std::optional<double> value = table_.number(row, column(ColumnField::fluorescence), format_);
    if (m.amplification.empty()) m.amplification.emplace_back().kind = map_.curve_kind;
    AmplificationCurve& curve = m.amplification.front();
    if (!curve.cycles.empty() && !(cycle > curve.cycles.back()))
      table_.fail(row, *column(ColumnField::cycle), fmt::format("a cycle after {}", curve.cycles.back()));
    if (cycle < 0 || cycle > static_cast<double>(most_cycles))
      table_.fail(row, *column(ColumnField::cycle), fmt::format("a cycle up to {}", most_cycles));
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }

  /// Results stand in one row of a measurement, or the same in each.
  void read_result_once(std::size_t row, Measurement& m) {
    constexpr std::array results{ColumnField::cq, ColumnField::threshold, ColumnField::call,
                                 ColumnField::vendor_quantity, ColumnField::melting_temperature};
    if (std::none_of(results.begin(), results.end(), [&](ColumnField field) { return column(field).has_value(); }))
      return;
    VendorResult vendor;
    if (const std::optional<std::size_t> cq = column(ColumnField::cq)) {
      const std::string_view cell = table_.text(row, cq);
      const bool is_none = std::find(map_.no_cq.begin(), map_.no_cq.end(), cell) != map_.no_cq.end();
      if (table_.grid().is_text() && *cq >= table_.grid().row(row).size()) {
        table_.grid().fail(ErrorCode::malformed_file, row, std::string(table_.header(*cq)), {},
                           "a cell under each header; the row ends before this one");
      }
      if (is_none) {
        vendor.cq_status = CqStatus::no_amplification;
        vendor.cq_text = std::string(cell);
      } else if (!set_vendor_cq(vendor, cell, format_)) {
        table_.fail(row, *cq, "a Cq or a word for none");
      }
    }
    vendor.threshold = optional_number(row, ColumnField::threshold);
    vendor.call = text(row, ColumnField::call);
    vendor.quantity = optional_number(row, ColumnField::vendor_quantity);
    if (vendor.quantity) vendor.quantity_unit = text(row, ColumnField::quantity_unit);
    if (const std::optional<double> tm = optional_number(row, ColumnField::melting_temperature))
      vendor.melting_temperatures_celsius.push_back(*tm);
    const bool is_new = results_of_.insert(&m - set_.all().data()).second;
    if (is_new) {
      m.vendor = std::move(vendor);
    } else if (vendor.cq_text != m.vendor.cq_text || vendor.call != m.vendor.call) {
      fail_again(row, column(ColumnField::cq) ? ColumnField::cq : ColumnField::well,
                 "the same result in every row of a well, target and dye; the map lacks what tells them apart");
    } else if (!column(ColumnField::fluorescence)) {
      fail_again(row, ColumnField::well, "one row for each well, target and dye; the map lacks what tells them apart");
    }
  }

  std::optional<double> optional_number(std::size_t row, ColumnField field) {
    const std::optional<std::size_t> at = column(field);
    return is_no_cq(table_.text(row, at)) ? std::nullopt : table_.number(row, at, format_);
  }

  GridTable table_;
  const ColumnMap& map_;
  MeasurementSet& set_;
  NotReadList& not_read_;
  std::array<std::optional<std::size_t>, column_field_count> columns_{};
  std::array<std::string, column_field_count> above_{};
  std::vector<CycleColumn> cycles_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::set<std::ptrdiff_t> results_of_;
  std::map<std::string, std::string> sample_of_well_;
};

std::string* find_run_field(RunData& run, const std::string& name) {
  if (name == "vendor") return &run.instrument.vendor;
  if (name == "model") return &run.instrument.model;
  if (name == "serial_number") return &run.instrument.serial_number;
  if (name == "software") return &run.instrument.software;
  if (name == "software_version") return &run.instrument.software_version;
  if (name == "started_at") return &run.started_at;
  if (name == "ended_at") return &run.ended_at;
  return name == "run_name" ? &run.name : nullptr;
}

/// "B3", or "Sheet!B3" of another sheet; empty where there is no such sheet.
std::string_view read_cell(const InputFile& file, const Grid& grid, std::string_view place) {
  const Grid* from = &grid;
  if (const std::size_t mark = place.rfind('!'); mark != std::string_view::npos) {
    const Sheet* sheet = file.workbook == nullptr ? nullptr : file.workbook->find(place.substr(0, mark));
    if (sheet == nullptr) return {};
    from = &sheet->grid;
    place.remove_prefix(mark + 1);
  }
  // The letters of a cell are its column; those of a well are its row.
  const std::optional<GridPosition> at = parse_label(place);
  return at ? trim(from->cell(static_cast<std::size_t>(at->column), static_cast<std::size_t>(at->row)))
            : std::string_view();
}

/// Rows at which blocks begin, the first at 0.
std::vector<std::size_t> find_blocks(const Grid& grid, const ColumnMap& map) {
  std::vector<std::size_t> starts{0};
  if (map.block_mark.empty()) return starts;
  for (std::size_t row = 0; row < grid.row_count(); ++row) {
    if (trim(grid.cell(row, 0)).starts_with(map.block_mark)) starts.push_back(row);
  }
  return starts;
}

}  // namespace

std::optional<std::size_t> find_header(const Grid& grid, const ColumnMap& map) {
  for (std::size_t row = 0; row < std::min(grid.row_count(), rows_before_header); ++row) {
    if (is_header(grid, row, map)) return row;
  }
  return std::nullopt;
}

const Grid* find_grid(const InputFile& file, const Grid* text, const ColumnMap& map) {
  if (file.workbook == nullptr) return text != nullptr && find_header(*text, map) ? text : nullptr;
  for (const Sheet& sheet : file.workbook->sheets) {
    const bool named = std::any_of(map.sheets.begin(), map.sheets.end(), [&](const std::string& name) {
      return fold_header(name) == fold_header(sheet.name);
    });
    if ((map.sheets.empty() || named) && find_header(sheet.grid, map)) return &sheet.grid;
  }
  return nullptr;
}

RunData read_table(const InputFile& file, const Grid& grid, const ColumnMap& map, MapOrigin origin) {
  RunData run;
  run.instrument = map.instrument;
  run.plate = map.plate;
  NotReadList not_read;
  for (const auto& [name, cell] : map.cells) {
    const std::string_view text = read_cell(file, grid, cell);
    if (std::string* field = find_run_field(run, name); field != nullptr && !text.empty()) *field = std::string(text);
  }
  if (run.name.empty()) run.name = file.name.substr(0, file.name.rfind('.'));
  MeasurementSet set;
  const std::vector<std::size_t> starts = find_blocks(grid, map);
  std::size_t tables = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : grid.row_count();
    std::size_t header = starts[i];
    while (header < end && !is_header(grid, header, map)) ++header;
    if (header == end) continue;
    MappedBlock block{true, map.curve_kind, {}};
    if (!map.blocks.empty()) {
      block = tables < map.blocks.size() ? map.blocks[tables]
                                         : MappedBlock{false, std::nullopt, fmt::format("table {}", tables + 1)};
    }
    ++tables;
    if (block.read) {
      TableReader(grid, header, end, map, origin, set, not_read).read(block.kind);
    } else {
      not_read.add(block.name, "no result comes from this table");
    }
  }
  run.measurements = set.release();
  if (run.measurements.empty()) {
    ErrorContext context;
    context.path = grid.path();
    context.problem = "the table holds no row with a well";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
  if (file.workbook != nullptr) {
    for (const Sheet& sheet : file.workbook->sheets) {
      if (&sheet.grid != &grid && sheet.grid.row_count() > 0)
        not_read.add(fmt::format("sheet '{}'", sheet.name), "the map does not name it");
    }
  }
  run.provenance.not_read = not_read.entries();
  return run;
}

RunData read_file(const InputFile& file, const ColumnMap& map, MapOrigin origin) {
  std::optional<Grid> text;
  if (file.workbook == nullptr) text = read_text_grid(file.bytes, file.path);
  const Grid* grid = find_grid(file, text ? &*text : nullptr, map);
  if (grid == nullptr) {
    ErrorContext context;
    context.path = file.path;
    context.problem = fmt::format(
        "no table with a header of the map: a column '{}' beside those that it names for Cq, "
        "fluorescence or cycles",
        map.headers_of(ColumnField::well).front());
    throw Error(ErrorCode::missing_column, std::move(context));
  }
  return read_table(file, *grid, map, origin);
}

}  // namespace qpcr::mapped_table
