// Finds and reads the columns of curves.
#include "instruments/appbio_sds/curve_columns.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "instruments/appbio_sds/layout.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_sds {
namespace {

constexpr long most_cycles = 65536;

struct Label {
  bool names_kind = false;
  CurveKind kind = CurveKind::unknown;
  long cycle = 0;  ///< 0 where the label names none
};

/// "Rn", "Delta Rn", "Rn 12", "12", "Cycle 12"; neither part for another text.
Label parse_header(std::string_view text) {
  std::string folded = fold_header(text);
  Label label;
  std::size_t digits = folded.size();
  while (digits > 0 && folded[digits - 1] >= '0' && folded[digits - 1] <= '9') --digits;
  if (digits < folded.size()) {
    label.cycle = parse_integer(std::string_view(folded).substr(digits)).value_or(0);
    folded.resize(digits);
    if (label.cycle > most_cycles) label.cycle = 0;
  }
  label.names_kind = is_rn(folded) || is_delta_rn(folded);
  if (label.names_kind) {
    label.kind = is_rn(folded) ? CurveKind::normalised : CurveKind::baseline_subtracted;
  } else if (!folded.empty() && folded != "cycle") {
    label.cycle = 0;
  }
  return label;
}

class Finder {
 public:
  Finder(GridTable& table, CurveKind kind_of_rest) : table_(table), kind_of_rest_(kind_of_rest) {}

  std::vector<CurveColumns> find() {
    CurveKind kind = kind_of_rest_;
    bool labelled = false;
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      const std::string_view text = table_.header(column);
      const Label label = parse_header(text);
      if (label.names_kind && label.cycle == 0) {
        close();
        kind = label.kind;
        labelled = is_followed_by_cycles(column);
        if (labelled) take_label(column, kind);
      } else if (label.cycle > 0) {
        if (label.names_kind) kind = label.kind;
        add(column, label.cycle, kind);
      } else if (text.empty()) {
        // The first empty column ends the curve.
        labelled = labelled && holds_text(column);
        if (labelled) add(column, current_.columns.empty() ? 1 : static_cast<long>(current_.cycles.back()) + 1, kind);
      } else {
        close();
        labelled = false;
        kind = kind_of_rest_;
      }
    }
    close();
    return std::move(curves_);
  }

 private:
  bool is_followed_by_cycles(std::size_t column) const {
    if (column + 1 >= table_.column_count()) return false;
    const Label next = parse_header(table_.header(column + 1));
    return (next.cycle > 0 && !next.names_kind) || (table_.header(column + 1).empty() && holds_text(column + 1));
  }

  /// The label stands in a column of its own, or above the first cycle.
  void take_label(std::size_t column, CurveKind kind) {
    table_.mark_read(column);
    const bool next_is_second = parse_header(table_.header(column + 1)).cycle == 2;
    if (holds_text(column) && (table_.header(column + 1).empty() || next_is_second)) add(column, 1, kind);
  }

  bool holds_text(std::size_t column) const {
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      // Rows of other tables may follow, and be wider.
      if (!trim(table_.grid().cell(row, column)).empty()) return true;
    }
    return false;
  }

  void add(std::size_t column, long cycle, CurveKind kind) {
    // Cycles that start again are those of the next curve, which the file did not name.
    if (!current_.columns.empty() && (kind != current_.kind)) close();
    if (!current_.cycles.empty() && !(static_cast<double>(cycle) > current_.cycles.back())) {
      table_.grid().fail(ErrorCode::invalid_value, table_.first_row() - 1, fmt::format("number {}", column + 1),
                         table_.header(column), "a cycle after " + format_double(current_.cycles.back()));
    }
    current_.kind = kind;
    current_.columns.push_back(column);
    current_.cycles.push_back(static_cast<double>(cycle));
    table_.mark_read(column);
  }

  void close() {
    if (current_.columns.empty()) return;
    for (const CurveColumns& other : curves_) {
      if (other.kind != current_.kind) continue;
      table_.grid().fail(ErrorCode::duplicate_entry, table_.first_row() - 1,
                         fmt::format("number {}", current_.columns.front() + 1),
                         table_.header(current_.columns.front()), "one curve of each kind in a row");
    }
    curves_.push_back(std::move(current_));
    current_ = {};
  }

  GridTable& table_;
  CurveKind kind_of_rest_;
  CurveColumns current_;
  std::vector<CurveColumns> curves_;
};

}  // namespace

std::vector<CurveColumns> find_curve_columns(GridTable& table, CurveKind kind_of_rest) {
  return Finder(table, kind_of_rest).find();
}

std::vector<AmplificationCurve> read_curves(const GridTable& table, std::size_t row,
                                            const std::vector<CurveColumns>& curves, NumberFormat format) {
  std::vector<AmplificationCurve> result;
  for (const CurveColumns& each : curves) {
    AmplificationCurve curve{each.kind, each.cycles, {}};
    curve.fluorescence.reserve(each.columns.size());
    bool any = false;
    for (const std::size_t column : each.columns) {
      const std::string_view cell = table.text(row, column);
      const std::optional<double> value = parse_number(cell, format);
      if (!value && !cell.empty() && fold_header(cell) != "nan") table.fail(row, column, "a number or an empty cell");
      curve.fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      any = any || value.has_value();
    }
    if (any) result.push_back(std::move(curve));
  }
  return result;
}

}  // namespace qpcr::appbio_sds
