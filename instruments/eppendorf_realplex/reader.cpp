// Reads realplex result tables.
#include "instruments/eppendorf_realplex/reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::eppendorf_realplex {
namespace {

constexpr PlateGeometry realplex_plate{8, 12};
constexpr PlateGeometry largest_plate{32, 48};
constexpr std::size_t most_dyes = 16;

/// "SYBR" of "Ct SYBR"; nothing for "Ct Mean SYBR", "Ct Dev. SYBR" and any other column.
std::optional<std::string> parse_ct_header(std::string_view header) {
  header = trim(header);
  if (header.size() <= 3 || !equals_ignoring_case(header.substr(0, 3), "Ct ")) return std::nullopt;
  const std::string_view rest = trim(header.substr(3));
  for (const std::string_view other : {"Mean", "Dev", "SD", "Std"}) {
    if (rest.size() >= other.size() && equals_ignoring_case(rest.substr(0, other.size()), other)) return std::nullopt;
  }
  return rest.empty() ? std::nullopt : std::optional(std::string(rest));
}

/// Row with "Pos" and at least one "Ct <dye>" column.
std::optional<std::size_t> find_header(const Grid& grid) {
  for (std::size_t row = 0; row < grid.row_count(); ++row) {
    const auto cells = grid.row(row);
    const bool position =
        std::any_of(cells.begin(), cells.end(), [](std::string_view cell) { return fold_header(cell) == "pos"; });
    if (!position) continue;
    if (std::any_of(cells.begin(), cells.end(),
                    [](std::string_view cell) { return parse_ct_header(cell).has_value(); }))
      return row;
  }
  return std::nullopt;
}

Sniff sniff(const FileHead& head) {
  if (head.workbook != nullptr) {
    for (const Sheet& sheet : head.workbook->sheets) {
      if (find_header(sheet.grid)) return {Confidence::certain, "a sheet with the columns 'Pos' and 'Ct <dye>'"};
    }
    return {Confidence::no, "no sheet with the columns 'Pos' and 'Ct <dye>'"};
  }
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  const char delimiter = detect_grid_delimiter(head.text);
  std::string_view rest = head.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    bool position = false;
    bool ct = false;
    for (std::string_view cell : split(rest.substr(0, end), delimiter)) {
      cell = trim(cell);
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
      position = position || fold_header(cell) == "pos";
      ct = ct || parse_ct_header(cell).has_value();
    }
    if (position && ct) return {Confidence::certain, "a header with the columns 'Pos' and 'Ct <dye>'"};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {Confidence::no, "no header with the columns 'Pos' and 'Ct <dye>'"};
}

struct DyeColumns {
  std::string dye;
  std::size_t ct = 0;
  std::optional<std::size_t> amount, target, role;
  std::string unit;
  std::vector<std::size_t> melting_temperatures;
};

class TableReader {
 public:
  TableReader(const Grid& grid, const InputFile& file) : grid_(grid), file_(file) {}

  RunData read() {
    const std::optional<std::size_t> header = find_header(grid_);
    if (!header) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "no header with the columns 'Pos' and 'Ct <dye>'";
      throw Error(ErrorCode::missing_column, std::move(context));
    }
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Eppendorf";
    run_.instrument.model = "Mastercycler ep realplex";
    for (std::size_t row = 0; row < *header; ++row) {
      if (!grid_.is_blank(row)) not_read_.add(fmt::format("line {}", grid_.line(row)), "stands before the results");
    }
    std::size_t end = *header + 1;
    while (end < grid_.row_count() && !grid_.is_blank(end) && !is_parameters(end)) ++end;
    read_results(GridTable(grid_, *header, end));
    read_parameters(end);
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  bool is_parameters(std::size_t row) const { return fold_header(grid_.cell(row, 0)) == "analysisparameters"; }

  /// Columns are headed "<what> <dye>", amounts also "<what> <dye> [unit]".
  void find_dyes(GridTable& table) {
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      const std::optional<std::string> dye = parse_ct_header(table.header(column));
      if (!dye) continue;
      if (std::any_of(dyes_.begin(), dyes_.end(), [&](const DyeColumns& other) { return other.dye == *dye; }))
        table.fail(ErrorCode::duplicate_entry, table.first_row() - 1, column, "each dye once");
      if (dyes_.size() == most_dyes)
        table.fail(ErrorCode::malformed_file, table.first_row() - 1, column, fmt::format("at most {} dyes", most_dyes));
      DyeColumns columns;
      columns.dye = *dye;
      columns.ct = column;
      table.mark_read(column);
      columns.target = table.find({"Target " + *dye});
      columns.role = table.find({"Type " + *dye, "Sample Type " + *dye});
      dyes_.push_back(std::move(columns));
    }
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      std::string_view name = table.header(column);
      std::string_view unit;
      if (const std::size_t open = name.rfind('['); open != std::string_view::npos && name.ends_with(']')) {
        unit = trim(name.substr(open + 1, name.size() - open - 2));
        name = trim(name.substr(0, open));
      }
      const std::string folded = fold_header(name);
      for (DyeColumns& columns : dyes_) {
        if (folded == fold_header("Amount " + columns.dye)) {
          if (columns.amount)
            table.fail(ErrorCode::duplicate_entry, table.first_row() - 1, column, "one amount of each dye");
          columns.amount = column;
          columns.unit = unit;
          table.mark_read(column);
        } else if (folded.starts_with("tm") && folded.ends_with(fold_header(columns.dye)) &&
                   is_melting(folded, columns)) {
          columns.melting_temperatures.push_back(column);
          table.mark_read(column);
        }
      }
    }
  }

  /// "Tm SYBR" and "Tm 2 SYBR".
  static bool is_melting(std::string_view folded, const DyeColumns& columns) {
    const std::string dye = fold_header(columns.dye);
    if (folded.size() < dye.size() + 2) return false;
    const std::string_view middle = folded.substr(2, folded.size() - 2 - dye.size());
    return middle.empty() || parse_integer(middle).has_value();
  }

  NumberFormat decide_format(const GridTable& table) const {
    std::vector<std::string_view> cells;
    for (const DyeColumns& columns : dyes_) {
      std::vector<std::size_t> numeric = columns.melting_temperatures;
      numeric.push_back(columns.ct);
      if (columns.amount) numeric.push_back(*columns.amount);
      for (const std::size_t column : numeric) {
        for (std::size_t row = table.first_row(); row < table.end_row(); ++row)
          cells.push_back(table.text(row, column));
      }
    }
    return decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, file_.path);
  }

  void read_results(GridTable table) {
    const std::size_t well_column = table.require({"Pos", "Position", "Well"});
    const auto name_column = table.find({"Name", "Sample Name", "Sample"});
    const auto role_column = table.find({"Type", "Sample Type"});
    find_dyes(table);
    format_ = decide_format(table);
    MeasurementSet set;
    bool on_plate = true;
    bool amount_without_role = false;
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      const std::optional<GridPosition> position = parse_label(table.text(row, well_column));
      if (!position || !largest_plate.contains(*position)) table.fail(row, well_column, "a well such as A1");
      on_plate = on_plate && realplex_plate.contains(*position);
      for (const DyeColumns& columns : dyes_) {
        const WellId well = to_well(*position);
        const std::string target(table.text(row, columns.target));
        if (set.find(well.label, target, columns.dye) != nullptr)
          table.fail(ErrorCode::duplicate_entry, row, well_column, "each well once");
        Measurement& m = set.at(well, target, columns.dye);
        m.sample = table.text(row, name_column);
        m.role_text = table.text(row, columns.role ? columns.role : role_column);
        if (m.role_text == "-") m.role_text.clear();
        m.role = parse_role(m.role_text).value_or(SampleRole::unspecified);
        if (!set_vendor_cq(m.vendor, table.text(row, columns.ct), format_))
          table.fail(row, columns.ct, "a number, '-' or an empty cell");
        read_amount(m, table, row, columns);
        amount_without_role = amount_without_role || (m.vendor.quantity && m.role_text.empty());
        for (const std::size_t column : columns.melting_temperatures) {
          if (is_no_cq(table.text(row, column))) continue;
          m.vendor.melting_temperatures_celsius.push_back(table.require_number(row, column, format_));
        }
      }
    }
    table.report_columns_not_read(not_read_, "results");
    run_.measurements = set.release();
    if (run_.measurements.empty())
      grid_.fail(ErrorCode::malformed_file, table.first_row() - 1, "Pos", {}, "a row below the header");
    if (on_plate) run_.plate = realplex_plate;
    if (amount_without_role) {
      run_.warnings.emplace_back(
          "the file does not say which wells are standards: amounts are kept as the vendor's quantities, also where "
          "they "
          "were put in");
    }
  }

  void read_amount(Measurement& m, const GridTable& table, std::size_t row, const DyeColumns& columns) const {
    if (!columns.amount || is_no_cq(table.text(row, columns.amount))) return;
    const double amount = table.require_number(row, *columns.amount, format_);
    if (m.role == SampleRole::standard) {
      m.quantity = amount;
      m.quantity_unit = columns.unit;
    } else {
      m.vendor.quantity = amount;
      m.vendor.quantity_unit = columns.unit;
    }
  }

  /// Keys and values below the results; values of several dyes stand side by side in the order of 'Dye(s)'.
  void read_parameters(std::size_t begin) {
    VendorTable table;
    table.name = "Analysis Parameters";
    table.columns = {"parameter"};
    std::size_t row = begin;
    while (row < grid_.row_count() && !is_parameters(row)) {
      if (!grid_.is_blank(row)) not_read_.add(fmt::format("line {}", grid_.line(row)), "no table that is known");
      ++row;
    }
    if (row >= grid_.row_count()) return;
    std::vector<std::vector<std::string>> rows;
    std::size_t width = 1;
    for (++row; row < grid_.row_count(); ++row) {
      if (grid_.is_blank(row)) continue;
      std::vector<std::string>& cells = rows.emplace_back();
      for (const std::string_view cell : grid_.row(row)) cells.emplace_back(trim(cell));
      while (cells.size() > 1 && cells.back().empty()) cells.pop_back();
      width = std::max(width, cells.size());
      use_parameter(row, cells);
    }
    for (std::size_t column = 1; column < width; ++column)
      table.columns.push_back(width == 2 ? "value" : fmt::format("value {}", column));
    for (std::vector<std::string>& cells : rows) {
      cells.resize(width);
      table.rows.push_back(std::move(cells));
    }
    if (!table.rows.empty()) run_.vendor_tables.push_back(std::move(table));
  }

  void use_parameter(std::size_t row, const std::vector<std::string>& cells) {
    const std::string key = fold_header(cells.front());
    if (key == "dye(s)" || key == "dyes") {
      parameter_dyes_.assign(cells.begin() + 1, cells.end());
    } else if (key == "thresholdlevel") {
      if (parameter_dyes_.empty() && dyes_.size() == 1) parameter_dyes_ = {dyes_.front().dye};
      if (cells.size() - 1 != parameter_dyes_.size()) {
        not_read_.add("'Threshold level'", "not as many values as dyes");
        return;
      }
      for (std::size_t i = 0; i < parameter_dyes_.size(); ++i) set_threshold(row, parameter_dyes_[i], cells[i + 1]);
    } else if (key == "internalreferencedye") {
      const bool off = cells.size() < 2 || is_no_cq(cells[1]) || equals_ignoring_case(cells[1], "OFF");
      if (!off) run_.passive_reference_dye = cells[1];
    }
  }

  void set_threshold(std::size_t row, const std::string& dye, const std::string& text) {
    if (is_no_cq(text)) return;
    std::string_view plain = text;
    NumberFormat format = format_;
    // The level may be the file's only number with a decimal sign.
    if (plain.find(',') != std::string_view::npos && format == NumberFormat::decimal_dot)
      format = decide_number_format({plain}, grid_.delimiter(), ThousandsCommas::never, file_.path);
    const std::optional<double> level = parse_number(plain, format);
    if (!level) grid_.fail(ErrorCode::invalid_value, row, "Threshold level", text, "a number");
    for (Measurement& m : run_.measurements) {
      if (m.dye == dye) m.vendor.threshold = level;
    }
  }

  const Grid& grid_;
  const InputFile& file_;
  RunData run_;
  NotReadList not_read_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::vector<DyeColumns> dyes_;
  std::vector<std::string> parameter_dyes_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  std::vector<RunData> runs;
  if (file.workbook == nullptr) {
    const Grid grid = read_text_grid(file.bytes, file.path);
    runs.push_back(TableReader(grid, file).read());
    return runs;
  }
  NotReadList others;
  for (const Sheet& sheet : file.workbook->sheets) {
    if (!find_header(sheet.grid)) {
      others.add(fmt::format("sheet '{}'", sheet.name), "no results of a realplex");
      continue;
    }
    runs.push_back(TableReader(sheet.grid, file).read());
    if (runs.size() > 1) runs.back().name += "/" + sheet.name;
  }
  for (const NotRead& entry : others.entries()) {
    if (!runs.empty()) runs.front().provenance.not_read.push_back(entry);
  }
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"eppendorf_realplex",
       "Eppendorf Mastercycler ep realplex results",
       "Eppendorf",
       {{"results (text, quoted, tab or ';')", "Mastercycler ep realplex", "not stated in the files",
         "Ct, sample, target, amount and unit of each dye, Tm, threshold level, analysis parameters; no curves",
         ReaderMaturity::sampled, "every row of real files compared with a naive split of its lines"},
        {"results (workbook)", "Mastercycler ep realplex", "", "the same", ReaderMaturity::provisional,
         "made-up workbook of the described layout"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::eppendorf_realplex
