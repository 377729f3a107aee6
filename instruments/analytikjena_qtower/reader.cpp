// Reads the blocks of readings of a qPCRsoft export.
#include "instruments/analytikjena_qtower/reader.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/analytikjena_qtower/head.hpp"
#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::analytikjena_qtower {
namespace {

constexpr PlateGeometry plate96{8, 12};
constexpr PlateGeometry plate384{16, 24};

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text file"};
  if (!fold_header(head.first_line()).starts_with("title:")) return {Confidence::no, "the first line is not 'Title:'"};
  constexpr std::size_t longest_head = 4096;
  const std::string folded = fold_header(to_valid_utf8(std::string_view(head.text).substr(0, longest_head)));
  const std::size_t device = folded.find("device:");
  if (device == std::string::npos || folded.find("tower", device) == std::string::npos)
    return {Confidence::no, "no 'Device:' with a qTOWER"};
  return {Confidence::certain, "head of qPCRsoft with 'Title:' and 'Device:' qTOWER"};
}

/// What the columns of a block are.
struct Axis {
  bool is_melt = false;
  std::vector<double> values;  ///< cycles or temperatures
  std::optional<double> temperature_celsius;
};

class RunReader {
 public:
  explicit RunReader(const InputFile& file) : grid_(read_text_grid(file.bytes, file.path)) {
    format_ = decide_grid_format(grid_, ThousandsCommas::never);
    run_.name = file.name.substr(0, file.name.rfind('.'));
  }

  RunData read() {
    run_.instrument.vendor = "Analytik Jena";
    run_.instrument.software = "qPCRsoft";
    head_ = read_head(grid_, format_, run_, not_read_);
    std::size_t row = head_.end_row;
    while (row < grid_.row_count()) row = grid_.is_blank(row) ? row + 1 : read_block(row);
    if (measurements_.empty())
      grid_.fail(ErrorCode::malformed_file, 0, {}, {}, "a block of readings, which starts with the name of a dye");
    run_.measurements = measurements_.release();
    set_plate();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  /// @return one past the rows of the block.
  std::size_t read_block(std::size_t header) {
    const std::string dye(trim(grid_.cell(header, 0)));
    if (dye.empty() || (!head_.dyes.empty() && !head_.dyes.contains(dye))) {
      grid_.fail(ErrorCode::malformed_file, header, "number 1", dye,
                 head_.dyes.empty() ? "the name of a dye" : fmt::format("a dye: {}", fmt::join(head_.dyes, ", ")));
    }
    const Axis axis = read_axis(header);
    std::size_t row = header + 1;
    for (; row < grid_.row_count() && !grid_.is_blank(row); ++row) {
      // "Cy5" has the shape of a well, so the dyes are looked at first.
      const std::string first(trim(grid_.cell(row, 0)));
      const std::optional<GridPosition> position = parse_label(first);
      if (head_.dyes.contains(first) || !position) break;
      if (!plate384.contains(*position)) {
        if (head_.dyes.empty()) break;
        grid_.fail(ErrorCode::invalid_value, row, "number 1", first, "a well from A1 to P24");
      }
      read_well(row, *position, dye, axis);
    }
    if (row == header + 1)
      grid_.fail(ErrorCode::malformed_file, header, "number 1", dye, "wells below the name of a dye");
    return row;
  }

  void read_well(std::size_t row, GridPosition position, const std::string& dye, const Axis& axis) {
    std::vector<double> readings;
    bool loaded = false;
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
      const std::string_view cell = trim(grid_.cell(row, i + 1));
      const std::optional<double> value = parse_number(cell, format_);
      if (!value && !cell.empty() && fold_header(cell) != "nan")
        grid_.fail(ErrorCode::invalid_value, row, std::string(trim(grid_.cell(row, 0))), cell, "a number");
      readings.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      loaded = loaded || value.has_value();
    }
    for (std::size_t column = axis.values.size() + 1; column < grid_.row(row).size(); ++column) {
      if (!trim(grid_.cell(row, column)).empty())
        grid_.fail(ErrorCode::malformed_file, row, fmt::format("number {}", column + 1), grid_.cell(row, column),
                   "no reading after the last column of the block");
    }
    if (!loaded) return;
    Measurement& measurement = measurements_.at(to_well(position), {}, dye);
    const bool twice = axis.is_melt ? !measurement.melt.empty() : !measurement.amplification.empty();
    if (twice) grid_.fail(ErrorCode::duplicate_entry, row, "number 1", grid_.cell(row, 0), "each well once for " + dye);
    if (axis.is_melt) {
      measurement.melt.push_back({CurveKind::unknown, axis.values, std::move(readings)});
      return;
    }
    AmplificationCurve curve{CurveKind::unknown, axis.values, std::move(readings)};
    if (axis.temperature_celsius) curve.temperatures_celsius.assign(axis.values.size(), *axis.temperature_celsius);
    measurement.amplification.push_back(std::move(curve));
  }

  Axis read_axis(std::size_t header) {
    Axis axis;
    std::size_t width = grid_.row(header).size();
    while (width > 1 && trim(grid_.cell(header, width - 1)).empty()) --width;
    bool counts = true;
    for (std::size_t column = 1; column < width; ++column) {
      const std::optional<double> value = parse_number(grid_.cell(header, column), format_);
      if (!value)
        grid_.fail(ErrorCode::invalid_value, header, fmt::format("number {}", column + 1), grid_.cell(header, column),
                   "the number of a reading or a temperature");
      axis.values.push_back(*value);
      counts = counts && *value == static_cast<double>(column);
    }
    if (axis.values.empty())
      grid_.fail(ErrorCode::malformed_file, header, "number 1", grid_.cell(header, 0), "readings after the dye");
    if (!counts) {
      const bool rises =
          std::adjacent_find(axis.values.begin(), axis.values.end(), std::greater_equal<>()) == axis.values.end();
      const bool falls =
          std::adjacent_find(axis.values.begin(), axis.values.end(), std::less_equal<>()) == axis.values.end();
      if (!rises && !falls)
        grid_.fail(ErrorCode::invalid_value, header, "number 2", grid_.cell(header, 1),
                   "temperatures that rise or fall, or the numbers 1, 2, 3 …");
      axis.is_melt = true;
      return axis;
    }
    apply_protocol(axis);
    return axis;
  }

  /// Readings are only numbered; what they are is told by the step that reads as often.
  void apply_protocol(Axis& axis) {
    std::vector<Scan> fitting;
    for (const Scan& scan : head_.scans) {
      if (scan.readings == static_cast<long>(axis.values.size())) fitting.push_back(scan);
    }
    if (fitting.size() != 1) {
      if (!head_.scans.empty() && !warned_) {
        warned_ = true;
        run_.warnings.push_back(fmt::format(
            "no single step of the protocol reads {} times: readings are taken as cycles, without temperatures",
            axis.values.size()));
      }
      return;
    }
    const Scan& scan = fitting.front();
    if (scan.change_celsius == 0) {
      axis.temperature_celsius = scan.temperature_celsius;
      return;
    }
    axis.is_melt = true;
    for (std::size_t i = 0; i < axis.values.size(); ++i)
      axis.values[i] = scan.temperature_celsius + scan.change_celsius * static_cast<double>(i);
  }

  void set_plate() {
    const std::string& model = run_.instrument.model;
    const bool beyond96 = std::any_of(run_.measurements.begin(), run_.measurements.end(), [](const Measurement& m) {
      return m.well.position && !plate96.contains(*m.well.position);
    });
    // "qTOWER³84" is the model for 384 wells; the others hold 96.
    const bool says384 = model.find("84") != std::string::npos;
    if (beyond96 || says384) {
      run_.plate = plate384;
    } else if (!model.empty()) {
      run_.plate = plate96;
    }
  }

  Grid grid_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  Head head_;
  NotReadList not_read_;
  MeasurementSet measurements_;
  bool warned_ = false;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(RunReader(files.front()).read());
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"analytikjena_qtower",
       "Analytik Jena qTOWER, CSV of qPCRsoft",
       "Analytik Jena",
       {{"raw data (CSV), temperature changing from reading to reading", "qTOWER³ 84 G", "not stated in the files",
         "melting curves of every colour, protocol, device, times", ReaderMaturity::sampled,
         "one real file; a second reading of it by the test compared value by value"},
        {"raw data (CSV), cycles", "qTOWER³", "", "amplification curves of every colour, protocol, device, times",
         ReaderMaturity::provisional, "synthetic files value by value"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::analytikjena_qtower
