// Curves of a Rotor-Gene export: tables that start with the row of tube identifiers.
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/measurement_set.hpp"
#include "instruments/qiagen_rotorgene/channels.hpp"
#include "instruments/qiagen_rotorgene/exports.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

struct Table {
  std::size_t header = 0;
  std::size_t first = 0;  ///< row of readings
  std::size_t end = 0;
  std::optional<Acquisition> acquisition;
};

class RawReader {
 public:
  explicit RawReader(const InputFile& file) : file_(file), grid_(read_text_grid(file.bytes, file.path)) {}

  RunData read() {
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Qiagen";
    run_.instrument.model = "Rotor-Gene";
    find_tables();
    if (tables_.empty()) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "no table that starts with the row 'ID' of tube numbers";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    decide_format();
    std::vector<Acquisition> acquisitions;
    for (const Table& table : tables_) acquisitions.push_back(table.acquisition.value_or(Acquisition{}));
    const std::vector<std::string> dyes = derive_dyes(acquisitions);
    for (std::size_t i = 0; i < tables_.size(); ++i) read_table(tables_[i], dyes[i]);
    run_.measurements = set_.release();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  void find_tables() {
    std::optional<Acquisition> acquisition;
    std::string date;
    for (std::size_t row = 1; row < grid_.row_count();) {
      if (fold_header(grid_.cell(row, 0)) != "id") {
        for (const std::string_view cell : grid_.row(row)) {
          if (auto found = parse_acquisition(cell)) acquisition = std::move(found);
        }
        read_head(row, date);
        ++row;
        continue;
      }
      Table table;
      table.header = row;
      table.acquisition = std::exchange(acquisition, std::nullopt);
      table.first = row + 1;
      while (table.first < grid_.row_count() && !grid_.is_blank(table.first) && !is_number(grid_.cell(table.first, 0)))
        ++table.first;
      table.end = table.first;
      while (table.end < grid_.row_count() && !grid_.is_blank(table.end)) ++table.end;
      row = table.end;
      if (table.first == table.end)
        grid_.fail(ErrorCode::malformed_file, table.header, "ID", {}, "rows of readings below the tube numbers");
      tables_.push_back(std::move(table));
    }
  }

  static bool is_number(std::string_view text) {
    return parse_number(text, NumberFormat::decimal_dot) || parse_number(text, NumberFormat::decimal_comma);
  }

  void read_head(std::size_t row, std::string& date) {
    if (!tables_.empty() || grid_.is_blank(row)) return;
    const std::string key = fold_header(grid_.cell(row, 0));
    const std::string value(trim(grid_.cell(row, 1)));
    if (key == "file") {
      if (!value.empty()) run_.name = value.substr(0, value.rfind('.'));
    } else if (key == "date") {
      date = value;
      run_.started_at = value;
    } else if (key == "time") {
      run_.started_at = date.empty() ? value : date + " " + value;
    } else if (key == "operator") {
      run_.operator_name = value;
    } else if (!value.empty() && !parse_acquisition(value)) {
      not_read_.add(fmt::format("'{}'", trim(grid_.cell(row, 0))), "no result comes from it");
    }
  }

  void decide_format() {
    std::vector<std::string_view> cells;
    for (const Table& table : tables_) {
      for (std::size_t row = table.first; row < table.end; ++row) {
        const auto here = grid_.row(row);
        cells.insert(cells.end(), here.begin(), here.end());
      }
    }
    format_ = decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, file_.path);
  }

  std::vector<double> read_axis(const Table& table) const {
    std::vector<double> axis;
    for (std::size_t row = table.first; row < table.end; ++row) {
      const std::optional<double> value = parse_number(grid_.cell(row, 0), format_);
      if (!value) grid_.fail(ErrorCode::invalid_value, row, "ID", grid_.cell(row, 0), "a cycle or temperature");
      axis.push_back(*value);
    }
    return axis;
  }

  /// The title says what was read; without one only 1, 2, 3 … can be cycles.
  void check_axis(const Table& table, const std::vector<double>& axis) const {
    if (table.acquisition && table.acquisition->stage == Stage::melt) return;
    for (std::size_t i = 0; i < axis.size(); ++i) {
      if (axis[i] == static_cast<double>(i + 1)) continue;
      grid_.fail(ErrorCode::invalid_value, table.first + i, "ID", grid_.cell(table.first + i, 0),
                 table.acquisition ? fmt::format("cycle {}", i + 1)
                                   : "cycles 1, 2, 3 …, or a title that says which acquisition this is");
    }
  }

  void read_table(const Table& table, const std::string& dye) {
    if (!table.acquisition && tables_.size() > 1)
      grid_.fail(ErrorCode::malformed_file, table.header, "ID", {}, "a title above that names the acquisition");
    const std::vector<double> axis = read_axis(table);
    check_axis(table, axis);
    const bool is_melt = table.acquisition && table.acquisition->stage == Stage::melt;
    const auto header = grid_.row(table.header);
    std::map<std::string, std::size_t> columns;
    for (std::size_t row = table.first; row < table.end; ++row) {
      const auto cells = grid_.row(row);
      for (std::size_t column = header.size(); column < cells.size(); ++column) {
        if (!trim(cells[column]).empty())
          grid_.fail(ErrorCode::malformed_file, row, fmt::format("number {}", column + 1), cells[column],
                     "no more cells than there are tubes");
      }
    }
    for (std::size_t column = 1; column < header.size(); ++column) {
      if (trim(header[column]).empty()) continue;
      const std::optional<WellId> well = parse_tube(header[column]);
      if (!well) grid_.fail(ErrorCode::invalid_value, table.header, "ID", header[column], "a tube such as 17 or A1");
      if (!columns.emplace(well->label, column).second)
        grid_.fail(ErrorCode::duplicate_entry, table.header, "ID", header[column], "each tube once");
      std::vector<double> readings;
      bool any = false;
      for (std::size_t row = table.first; row < table.end; ++row) {
        const std::string_view text = trim(grid_.cell(row, column));
        std::optional<double> reading = std::numeric_limits<double>::quiet_NaN();
        if (!text.empty()) reading = parse_number(text, format_);
        if (!reading) grid_.fail(ErrorCode::invalid_value, row, well->label, text, "a number or an empty cell");
        any = any || !text.empty();
        readings.push_back(*reading);
      }
      if (!any) continue;
      if (const Measurement* known = set_.find(well->label, {}, dye);
          known != nullptr && (is_melt ? !known->melt.empty() : !known->amplification.empty()))
        grid_.fail(ErrorCode::duplicate_entry, table.header, "ID", header[column], "one table of each acquisition");
      Measurement& m = set_.at(*well, {}, dye);
      take_names(m, table, column);
      if (is_melt) {
        m.melt.push_back({CurveKind::unknown, axis, std::move(readings)});
      } else {
        m.amplification.push_back({CurveKind::unknown, axis, std::move(readings)});
      }
    }
  }

  /// Rows "Page 1", "Page 2" … between the tube numbers and the readings hold names.
  void take_names(Measurement& m, const Table& table, std::size_t column) {
    for (std::size_t row = table.header + 1; row < table.first; ++row) {
      const std::string key = fold_header(grid_.cell(row, 0));
      const std::string name(trim(grid_.cell(row, column)));
      if (!key.starts_with("page")) {
        not_read_.add(fmt::format("row '{}'", trim(grid_.cell(row, 0))), "no result comes from it");
      } else if (m.sample.empty()) {
        m.sample = name;
      } else if (!name.empty() && name != m.sample) {
        not_read_.add(fmt::format("row '{}'", trim(grid_.cell(row, 0))), "names of the tubes on a further page");
      }
    }
  }

  const InputFile& file_;
  Grid grid_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  MeasurementSet set_;
  NotReadList not_read_;
  std::vector<Table> tables_;
};

}  // namespace

RunData read_raw_export(const InputFile& file) { return RawReader(file).read(); }

}  // namespace qpcr::qiagen_rotorgene
