// Tables with one row a well and fluorophore: Cq results, summaries, melting peaks, end point, and custom exports that
// hold columns of all of them.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "instruments/biorad_cfx/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::biorad_cfx {
namespace {

constexpr PlateGeometry largest_plate{32, 48};

/// Spellings of one header, folded.
using Names = std::initializer_list<std::string_view>;

/// "Unkn-01", "Std-3", "NTC", "Pos Ctrl-1": the word before the replicate group's number. A number without '-' is part
/// of a name that people typed.
SampleRole to_role(std::string_view content) {
  const std::size_t dash = content.rfind('-');
  std::string_view word = content;
  if (dash != std::string_view::npos && parse_integer(content.substr(dash + 1))) word = content.substr(0, dash);
  word = trim(word);
  if (word.empty() || (word.back() >= '0' && word.back() <= '9')) return SampleRole::unspecified;
  return parse_role(word).value_or(SampleRole::unspecified);
}

/// "#####", "#NUM!": a spreadsheet or the vendor's own report had no room for the number or none at all.
bool is_overflow(std::string_view text) { return text.starts_with('#'); }

class ResultReader {
 public:
  explicit ResultReader(const Table& table) : table_(table), grid_(*table.grid), header_(table.head.header_row) {
    for (const std::string_view cell : grid_.row(header_)) folded_.push_back(fold_header(cell));
    while (!folded_.empty() && folded_.back().empty()) folded_.pop_back();
  }

  ResultTable read() {
    find_columns();
    rows_ = table_.rows();
    std::vector<std::string_view> numbers;
    for (const std::size_t row : rows_) {
      check_width(row);
      for (const auto column : {cq_, quantity_, melting_, end_rfu_}) {
        if (column) numbers.push_back(grid_.cell(row, *column));
      }
    }
    format_ = decide_number_format(numbers, grid_.delimiter(), ThousandsCommas::never, table_.path);
    result_.has_cq = cq_.has_value();
    for (const std::size_t row : rows_) read_row(row);
    fill_rest();
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(ErrorCode code, long line, std::string column, std::string_view found, std::string expected,
                           std::string problem = {}) const {
    ErrorContext context;
    context.path = table_.path;
    context.line = line;
    context.column = std::move(column);
    context.found = std::string(found);
    context.expected = std::move(expected);
    context.problem = std::move(problem);
    throw Error(code, std::move(context));
  }

  std::optional<std::size_t> find(Names names) {
    std::optional<std::size_t> found;
    for (std::size_t column = 0; column < folded_.size(); ++column) {
      if (std::find(names.begin(), names.end(), folded_[column]) == names.end()) continue;
      if (found) {
        refuse(ErrorCode::duplicate_entry, grid_.line(header_), header(column), {}, {},
               fmt::format("the column is already there as '{}'", header(*found)));
      }
      found = column;
    }
    if (found) read_.insert(*found);
    return found;
  }

  std::size_t require(Names names, const std::string& name) {
    if (const std::optional<std::size_t> column = find(names)) return *column;
    std::vector<std::string> headers;
    for (std::size_t column = 0; column < folded_.size(); ++column) {
      if (!folded_[column].empty()) headers.push_back(header(column));
    }
    refuse(ErrorCode::missing_column, grid_.line(header_), name, {}, {},
           fmt::format("the column is missing; there are: {}", fmt::join(headers, ", ")));
  }

  void find_columns() {
    well_ = require({"well"}, "Well");
    fluor_ = require({"fluor", "fluorophore"}, "Fluor");
    target_ = find({"target", "targetname"});
    content_ = find({"content"});
    sample_ = find({"sample", "samplename"});
    quantity_ = find({"startingquantity(sq)", "startingquantity", "sq"});
    melting_ = find({"melttemperature", "melttemp", "melttemp."});
    end_rfu_ = find({"endrfu"});
    call_ = find({"call"});
    call_type_ = find({"calltype"});
    note_ = find({"wellnote"});
    const Names cq_names{"cq", "c(t)", "ct", "thresholdcycle(c(t))", "thresholdcycle(ct)", "quantificationcycle(cq)"};
    cq_ = melting_ || end_rfu_ ? find(cq_names) : std::optional<std::size_t>(require(cq_names, "Cq"));
  }

  void check_width(std::size_t row) const {
    if (table_.is_sheet) return;
    const auto cells = grid_.row(row);
    const bool too_long =
        std::any_of(cells.begin() + static_cast<std::ptrdiff_t>(std::min(folded_.size(), cells.size())), cells.end(),
                    [](std::string_view cell) { return !trim(cell).empty(); });
    if (cells.size() < folded_.size() || too_long) {
      refuse(ErrorCode::malformed_file, grid_.line(row), {}, {}, {},
             fmt::format("the row has {} cells, the header {}", cells.size(), folded_.size()));
    }
  }

  std::string header(std::size_t column) const { return std::string(trim(grid_.cell(header_, column))); }

  std::string text(std::size_t row, std::optional<std::size_t> column) const {
    return column ? std::string(trim(grid_.cell(row, *column))) : std::string{};
  }

  /// Nothing for "NaN", "None", an empty cell and "###", which is noted.
  std::optional<double> number(std::size_t row, std::optional<std::size_t> column, const WellId& well) {
    const std::string cell = text(row, column);
    if (is_no_cq(cell)) return std::nullopt;
    if (is_overflow(cell)) {
      result_.overflow.add(well);
      return std::nullopt;
    }
    const std::optional<double> value = parse_number(cell, format_);
    if (!value) refuse(ErrorCode::invalid_value, grid_.line(row), header(*column), cell, "a number");
    return value;
  }

  void read_vendor(std::size_t row, Measurement& m) {
    if (cq_) {
      const std::string cell = text(row, cq_);
      if (is_overflow(cell)) {
        m.vendor.cq_text = cell;
        result_.overflow.add(m.well);
      } else if (!set_vendor_cq(m.vendor, cell, format_)) {
        refuse(ErrorCode::invalid_value, grid_.line(row), header(*cq_), cell, "a number, NaN or N/A");
      }
    }
    if (const std::optional<double> quantity = number(row, quantity_, m.well)) {
      // Of a standard it is what the lab put in. Of any other well it is computed, and 0 where there is no curve.
      if (m.role == SampleRole::standard) {
        m.quantity = quantity;
      } else if (*quantity > 0) {
        m.vendor.quantity = quantity;
      }
    }
    if (const std::optional<double> melting = number(row, melting_, m.well))
      m.vendor.melting_temperatures_celsius.push_back(*melting);
    if (const std::optional<double> end = number(row, end_rfu_, m.well)) {
      SingleReading reading;
      reading.fluorescence = *end;
      m.single_readings.push_back(reading);
    }
    m.vendor.call = text(row, call_);
    if (m.vendor.call.empty()) m.vendor.call = text(row, call_type_);
    if (equals_ignoring_case(m.vendor.call, "unassigned")) m.vendor.call.clear();
  }

  void read_row(std::size_t row) {
    Measurement m;
    const std::string label = text(row, well_);
    const std::optional<GridPosition> position = parse_label(label);
    if (!position || !largest_plate.contains(*position))
      refuse(ErrorCode::invalid_value, grid_.line(row), header(well_), label, "a well such as A01");
    m.well = to_well(*position);
    m.dye = text(row, fluor_);
    m.target = text(row, target_);
    m.sample = text(row, sample_);
    m.role_text = text(row, content_);
    m.role = to_role(m.role_text);
    m.note = text(row, note_);
    read_vendor(row, m);
    const auto [first, is_new] = seen_.emplace(std::make_pair(*position, m.dye), result_.rows.size());
    if (is_new) {
      result_.rows.push_back(std::move(m));
      result_.lines.push_back(grid_.line(row));
      return;
    }
    add_peak(row, m, first->second);
  }

  /// A melting curve with several peaks has a row for each.
  void add_peak(std::size_t row, const Measurement& m, std::size_t first) {
    Measurement& before = result_.rows[first];
    const bool is_peak = !m.vendor.melting_temperatures_celsius.empty() && m.target == before.target &&
                         m.sample == before.sample && m.role_text == before.role_text &&
                         m.vendor.cq_text == before.vendor.cq_text;
    if (!is_peak) {
      refuse(ErrorCode::duplicate_entry, grid_.line(row), header(well_), {}, {},
             fmt::format("well {} with {} is already in line {}", m.well.label, m.dye, result_.lines[first]));
    }
    before.vendor.melting_temperatures_celsius.push_back(m.vendor.melting_temperatures_celsius.front());
  }

  void fill_rest() {
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < folded_.size(); ++column) {
      if (folded_[column].empty() || read_.contains(column)) continue;
      if (std::any_of(rows_.begin(), rows_.end(), [&](std::size_t row) { return !text(row, column).empty(); }))
        columns.push_back(column);
    }
    if (columns.empty()) return;
    // What a peak's height is of, is its temperature.
    if (melting_) columns.insert(columns.begin(), *melting_);
    columns.insert(columns.begin(), {well_, fluor_});
    result_.rest.name = table_.name.title.empty() ? "Quantification Cq Results" : table_.name.title;
    if (!table_.name.fluor.empty() && !parse_integer(table_.name.fluor)) result_.rest.name += "_" + table_.name.fluor;
    for (const std::size_t column : columns) result_.rest.columns.push_back(header(column));
    for (const std::size_t row : rows_) {
      std::vector<std::string>& cells = result_.rest.rows.emplace_back();
      for (const std::size_t column : columns) {
        std::string cell = text(row, column);
        cells.push_back(is_overflow(cell) ? std::string{} : std::move(cell));
      }
    }
  }

  const Table& table_;
  const Grid& grid_;
  std::size_t header_;
  std::vector<std::string> folded_;
  std::set<std::size_t> read_;
  std::vector<std::size_t> rows_;
  std::size_t well_ = 0;
  std::size_t fluor_ = 0;
  std::optional<std::size_t> target_, content_, sample_, cq_, quantity_, melting_, end_rfu_, call_, call_type_, note_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::map<std::pair<GridPosition, std::string>, std::size_t> seen_;
  ResultTable result_;
};

}  // namespace

ResultTable read_result_table(const Table& table) { return ResultReader(table).read(); }

}  // namespace qpcr::biorad_cfx
