// Results of a Rotor-Gene export: blocks of a title, settings and a table.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "instruments/qiagen_rotorgene/channels.hpp"
#include "instruments/qiagen_rotorgene/exports.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

std::string unit_of(std::string_view header) {
  const std::size_t open = header.rfind('(');
  if (open == std::string_view::npos || !header.ends_with(')')) return {};
  return std::string(trim(header.substr(open + 1, header.size() - open - 2)));
}

bool is_peak(std::string_view folded) {
  return folded.starts_with("peak") && parse_integer(folded.substr(4)).has_value();
}

/// A title with its tables.
struct Block {
  std::string title;
  std::string dye;
  std::vector<std::string> labels;                 ///< of the measurements whose results stand in the block
  std::vector<std::vector<std::string>> settings;  ///< keys and values
};

class AnalysedReader {
 public:
  explicit AnalysedReader(const InputFile& file) : file_(file), grid_(read_text_grid(file.bytes, file.path)) {}

  RunData read() {
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Qiagen";
    run_.instrument.model = "Rotor-Gene";
    scan();
    for (std::size_t row = 1; row < grid_.row_count();) row = read_line(row);
    finish_block();
    if (run_.vendor_tables.empty() && set_.empty()) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "no table of results (with the columns 'No.' and 'Name')";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    if (set_.empty()) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "no table with a Ct or melting peaks; only quantitation and melting analyses are read";
      throw Error(ErrorCode::unsupported_format, std::move(context));
    }
    run_.measurements = set_.release();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  bool is_header(std::size_t row) const {
    bool number = false;
    bool name = false;
    for (const std::string_view cell : grid_.row(row)) {
      const std::string folded = fold_header(cell);
      number = number || folded == "no." || folded == "no";
      name = name || folded == "name";
    }
    return number && name;
  }

  std::size_t count_cells(std::size_t row) const {
    const auto cells = grid_.row(row);
    return static_cast<std::size_t>(
        std::count_if(cells.begin(), cells.end(), [](std::string_view cell) { return !trim(cell).empty(); }));
  }

  std::size_t end_of_table(std::size_t header) const {
    std::size_t end = header + 1;
    while (end < grid_.row_count() && !grid_.is_blank(end)) ++end;
    return end;
  }

  /// One pass ahead of the reading: the decimal sign of the file, and which channels are read at two points.
  void scan() {
    std::vector<std::string_view> cells;
    for (std::size_t row = 0; row < grid_.row_count(); ++row) {
      if (fold_header(grid_.cell(row, 0)).find("threshold") != std::string::npos) cells.push_back(grid_.cell(row, 1));
      if (count_cells(row) == 1) {
        if (auto acquisition = parse_acquisition(grid_.cell(row, 0))) acquisitions_.push_back(std::move(*acquisition));
      }
      if (!is_header(row)) continue;
      const auto header = grid_.row(row);
      const std::size_t end = end_of_table(row);
      for (std::size_t column = 0; column < header.size(); ++column) {
        const std::string folded = fold_header(header[column]);
        const bool numeric = folded == "ct" || is_peak(folded) || folded.starts_with("givenconc") ||
                             folded.starts_with("calcconc") || folded.starts_with("rep.ct");
        for (std::size_t at = row + 1; numeric && at < end; ++at) cells.push_back(grid_.cell(at, column));
      }
    }
    format_ = decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, file_.path);
    const std::vector<std::string> dyes = derive_dyes(acquisitions_);
    for (std::size_t i = 0; i < dyes.size(); ++i) dyes_.emplace(acquisitions_[i].name, dyes[i]);
  }

  /// @return the row to go on with.
  std::size_t read_line(std::size_t row) {
    if (grid_.is_blank(row)) return row + 1;
    if (is_header(row)) return read_table(row);
    const std::string first(trim(grid_.cell(row, 0)));
    if (count_cells(row) == 1) {
      if (const auto acquisition = parse_acquisition(first)) {
        start_block(first, *acquisition);
        return row + 1;
      }
    }
    const std::string folded = fold_header(first);
    if (folded.starts_with("(c)") || folded.starts_with("copyright") || folded.find("copyright") < 4) return row + 1;
    if (!has_started_ && use_head(folded, std::string(trim(grid_.cell(row, 1))))) return row + 1;
    std::vector<std::string> cells;
    for (const std::string_view cell : grid_.row(row)) cells.emplace_back(trim(cell));
    while (cells.size() > 2 && cells.back().empty()) cells.pop_back();
    cells.resize(std::max<std::size_t>(cells.size(), 2));
    block_.settings.push_back(std::move(cells));
    return row + 1;
  }

  /// Keys of the head that have a place in a run. @return false for any other.
  bool use_head(const std::string& key, const std::string& value) {
    if (key == "file") {
      if (!value.empty()) run_.name = value.substr(0, value.rfind('.'));
    } else if (key == "date") {
      date_ = value;
      run_.started_at = value;
    } else if (key == "time") {
      run_.started_at = date_.empty() ? value : date_ + " " + value;
    } else if (key == "operator") {
      run_.operator_name = value;
    } else if (key == "notes") {
      run_.notes = value;
    } else if (key == "machineserialno." || key == "machineserialnumber" || key == "serialnumber") {
      run_.instrument.serial_number = value;
    } else if (key == "softwareversion") {
      run_.instrument.software_version = value;
    } else {
      return false;
    }
    return true;
  }

  void start_block(const std::string& title, const Acquisition& acquisition) {
    // What stands before the first title belongs to it.
    std::vector<std::vector<std::string>> settings;
    if (has_started_) {
      finish_block();
    } else {
      settings = std::move(block_.settings);
    }
    has_started_ = true;
    block_ = {};
    block_.title = title;
    block_.settings = std::move(settings);
    block_.dye = dyes_.at(acquisition.name);
  }

  void finish_block() {
    if (block_.settings.empty()) return;
    VendorTable table;
    table.name = block_.title.empty() ? "settings" : block_.title + ": settings";
    std::size_t width = 2;
    for (const auto& cells : block_.settings) width = std::max(width, cells.size());
    for (std::size_t column = 0; column < width; ++column)
      table.columns.push_back(column == 0 ? "setting" : column == 1 ? "value" : fmt::format("value {}", column));
    for (std::vector<std::string>& cells : block_.settings) {
      if (fold_header(cells[0]) == "threshold") set_threshold(cells[1]);
      cells.resize(width);
      table.rows.push_back(std::move(cells));
    }
    block_.settings.clear();
    run_.vendor_tables.push_back(std::move(table));
  }

  void set_threshold(const std::string& text) {
    const std::optional<double> threshold = parse_number(text, format_);
    if (!threshold) {
      if (!is_no_cq(text)) not_read_.add(block_.title + ": 'Threshold'", "is no number");
      return;
    }
    for (const std::string& label : block_.labels) {
      if (Measurement* m = set_.find(label, {}, block_.dye)) m->vendor.threshold = threshold;
    }
  }

  std::size_t read_table(std::size_t header) {
    has_started_ = true;
    const std::size_t end = end_of_table(header);
    GridTable table(grid_, header, end);
    const bool melt = [&] {
      for (std::size_t column = 0; column < table.column_count(); ++column) {
        if (is_peak(fold_header(table.header(column)))) return true;
      }
      return false;
    }();
    if (const auto ct = table.find({"Ct"})) {
      read_results(table, *ct);
    } else if (melt) {
      read_peaks(table);
    } else {
      keep_table(table);
    }
    return end;
  }

  Measurement& find_row(const GridTable& table, std::size_t row, std::size_t number, std::set<std::string>& seen) {
    const std::optional<WellId> well = parse_tube(table.text(row, number));
    if (!well) table.fail(row, number, "a tube such as A1 or 17");
    if (!seen.insert(well->label).second) table.fail(ErrorCode::duplicate_entry, row, number, "each tube once");
    return set_.at(*well, {}, block_.dye);
  }

  void read_names(Measurement& m, const GridTable& table, std::size_t row, std::optional<std::size_t> name,
                  std::optional<std::size_t> type) {
    const std::string sample(table.text(row, name));
    if (m.sample.empty()) m.sample = sample;
    if (m.sample != sample && !sample.empty()) {
      run_.warnings.push_back(fmt::format("tube {} has another name in '{}'", m.well.label, block_.title));
    }
    const std::string role(table.text(row, type));
    if (!m.role_text.empty() || equals_ignoring_case(role, "None")) return;
    m.role_text = role;
    m.role = parse_role(role).value_or(SampleRole::unspecified);
  }

  void read_results(GridTable& table, std::size_t ct) {
    const std::size_t number = table.require({"No.", "No"});
    const auto name = table.find({"Name"});
    const auto type = table.find({"Type"});
    const auto comment = table.find({"Ct Comment"});
    std::optional<std::size_t> given;
    std::optional<std::size_t> computed;
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      const std::string folded = fold_header(table.header(column));
      if (folded.starts_with("givenconc")) given = column;
      if (folded.starts_with("calcconc")) computed = column;
      if (folded == "color" || folded == "colour") table.mark_read(column);
    }
    if (given) table.mark_read(*given);
    if (computed) table.mark_read(*computed);
    std::set<std::string> seen;
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      Measurement& m = find_row(table, row, number, seen);
      read_names(m, table, row, name, type);
      VendorResult vendor;
      if (!set_vendor_cq(vendor, table.text(row, ct), format_)) table.fail(row, ct, "a number or an empty cell");
      if (!table.text(row, comment).empty()) vendor.flags.emplace_back(table.text(row, comment));
      if (!is_no_cq(table.text(row, computed))) {
        vendor.quantity = table.number(row, computed, format_);
        vendor.quantity_unit = unit_of(table.header(*computed));
      }
      if (!is_no_cq(table.text(row, given))) {
        const std::optional<double> quantity = table.number(row, given, format_);
        if (!m.quantity) {
          m.quantity = quantity;
          m.quantity_unit = unit_of(table.header(*given));
        }
      }
      const bool first = m.vendor.cq_status == CqStatus::not_measured;
      if (first) {
        vendor.melting_temperatures_celsius = std::move(m.vendor.melting_temperatures_celsius);
        m.vendor = std::move(vendor);
        block_.labels.push_back(m.well.label);
      } else {
        // Without a title this may as well be another channel.
        if (block_.title.empty()) table.fail(ErrorCode::duplicate_entry, row, number, "a title above each table");
        vendor.algorithm = block_.title;
        m.other_vendor_results.push_back(std::move(vendor));
        pages_.add(m.well);
      }
    }
    warn_of_pages();
    table.report_columns_not_read(not_read_, block_.title.empty() ? "results" : block_.title);
  }

  void warn_of_pages() {
    if (pages_.empty()) return;
    run_.warnings.push_back(fmt::format(
        "'{}' gives a second result of the same channel, kept beside the first, for: {}", block_.title, pages_.text()));
    pages_ = {};
  }

  void read_peaks(GridTable& table) {
    const std::size_t number = table.require({"No.", "No"});
    const auto name = table.find({"Name"});
    const auto type = table.find({"Type"});
    const auto genotype = table.find({"Genotype"});
    std::vector<std::size_t> peaks;
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      const std::string folded = fold_header(table.header(column));
      if (folded == "color" || folded == "colour") table.mark_read(column);
      if (!is_peak(folded)) continue;
      peaks.push_back(column);
      table.mark_read(column);
    }
    std::set<std::string> seen;
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      Measurement& m = find_row(table, row, number, seen);
      read_names(m, table, row, name, type);
      if (!m.vendor.melting_temperatures_celsius.empty())
        table.fail(ErrorCode::duplicate_entry, row, number, "one melting analysis of each tube and channel");
      if (m.vendor.call.empty()) m.vendor.call = table.text(row, genotype);
      for (const std::size_t column : peaks) {
        if (!is_no_cq(table.text(row, column)))
          m.vendor.melting_temperatures_celsius.push_back(table.require_number(row, column, format_));
      }
    }
    table.report_columns_not_read(not_read_, block_.title.empty() ? "melting" : block_.title);
  }

  void keep_table(const GridTable& table) {
    VendorTable kept;
    kept.name = block_.title.empty() ? fmt::format("line {}", grid_.line(table.first_row() - 1)) : block_.title;
    for (std::size_t column = 0; column < table.column_count(); ++column)
      kept.columns.emplace_back(table.header(column));
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      std::vector<std::string>& cells = kept.rows.emplace_back();
      for (std::size_t column = 0; column < table.column_count(); ++column) cells.emplace_back(table.text(row, column));
    }
    run_.vendor_tables.push_back(std::move(kept));
  }

  const InputFile& file_;
  Grid grid_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  MeasurementSet set_;
  NotReadList not_read_;
  std::vector<Acquisition> acquisitions_;
  std::map<std::string, std::string> dyes_;  ///< by the acquisition's name
  std::string date_;
  Block block_;
  bool has_started_ = false;
  WellList pages_;
};

}  // namespace

RunData read_analysed_export(const InputFile& file) { return AnalysedReader(file).read(); }

}  // namespace qpcr::qiagen_rotorgene
