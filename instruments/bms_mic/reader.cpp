// Reads the raw fluorescence of a Mic run.
#include "instruments/bms_mic/reader.hpp"

#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::bms_mic {
namespace {

/// Tubes of the rotor, which has never had another number.
constexpr int tube_count = 48;
constexpr PlateGeometry rotor{tube_count, 1};

std::string_view unquote(std::string_view cell) {
  cell = trim(cell);
  return cell.size() >= 2 && cell.front() == '"' && cell.back() == '"' ? trim(cell.substr(1, cell.size() - 2)) : cell;
}

/// Tubes 1 to 48 in turn and nothing else: tables of a few numbered curves, as people make them, are none of these.
bool is_rotor_header(std::string_view line) {
  const std::vector<std::string_view> cells = split(line, detect_delimiter(line));
  if (cells.size() <= tube_count || fold_header(unquote(cells.front())) != "cycle") return false;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const std::string_view cell = unquote(cells[i]);
    if (i > tube_count ? !cell.empty() : parse_integer(cell) != static_cast<long>(i)) return false;
  }
  return true;
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text file"};
  if (is_rotor_header(head.first_line())) return {Confidence::certain, "header 'Cycle' and the tubes 1 to 48 of a Mic"};
  return {Confidence::no, "the header is not 'Cycle' and the tubes 1 to 48"};
}

class RawTable {
 public:
  explicit RawTable(const InputFile& file) : grid_(read_text_grid(file.bytes, file.path)) {
    while (header_ < grid_.row_count() && grid_.is_blank(header_)) ++header_;
    format_ = decide_grid_format(grid_, ThousandsCommas::never);
    read_cycles();
  }

  std::vector<Measurement> read_tubes() const {
    std::vector<Measurement> tubes;
    for (std::size_t tube = 1; tube <= tube_count; ++tube) {
      AmplificationCurve curve{CurveKind::unknown, cycles_, read_tube(tube)};
      if (curve.fluorescence.empty()) continue;
      Measurement measurement;
      measurement.well = {fmt::format("{}", tube), GridPosition{static_cast<int>(tube) - 1, 0}};
      measurement.amplification.push_back(std::move(curve));
      tubes.push_back(std::move(measurement));
    }
    return tubes;
  }

 private:
  void read_cycles() {
    for (std::size_t row = header_ + 1; row < grid_.row_count(); ++row) {
      if (grid_.is_blank(row)) continue;
      const std::optional<double> cycle = parse_number(grid_.cell(row, 0), format_);
      if (!cycle || !(*cycle > (cycles_.empty() ? 0 : cycles_.back()))) {
        grid_.fail(ErrorCode::invalid_value, row, "Cycle", grid_.cell(row, 0),
                   cycles_.empty() ? "the number of a cycle" : "a cycle after " + format_double(cycles_.back()));
      }
      for (std::size_t column = tube_count + 1; column < grid_.row(row).size(); ++column) {
        if (!trim(grid_.cell(row, column)).empty())
          grid_.fail(ErrorCode::malformed_file, row, fmt::format("number {}", column + 1), grid_.cell(row, column),
                     "nothing after the last tube");
      }
      cycles_.push_back(*cycle);
      rows_.push_back(row);
    }
    if (rows_.empty()) grid_.fail(ErrorCode::malformed_file, header_, "Cycle", {}, "at least one row below the header");
  }

  /// Empty for a column without any reading: no tube was there.
  std::vector<double> read_tube(std::size_t tube) const {
    std::vector<double> readings;
    bool loaded = false;
    for (const std::size_t row : rows_) {
      const std::string_view cell = trim(grid_.cell(row, tube));
      const std::optional<double> value = parse_number(cell, format_);
      if (!value && !cell.empty() && fold_header(cell) != "nan")
        grid_.fail(ErrorCode::invalid_value, row, fmt::format("{}", tube), cell, "a number, an empty cell or NaN");
      readings.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      loaded = loaded || value.has_value();
    }
    return loaded ? readings : std::vector<double>();
  }

  Grid grid_;
  std::size_t header_ = 0;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::vector<std::size_t> rows_;
  std::vector<double> cycles_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  RunData run;
  run.name = file.name.substr(0, file.name.rfind('.'));
  run.instrument.vendor = "Bio Molecular Systems";
  run.instrument.model = "Mic";
  run.plate = rotor;
  run.measurements = RawTable(file).read_tubes();
  if (run.measurements.empty()) {
    ErrorContext context;
    context.path = file.path;
    context.problem = "no tube has a reading";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
  std::vector<RunData> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"bms_mic",
       "Bio Molecular Systems Mic, raw fluorescence",
       "Bio Molecular Systems",
       {{"raw fluorescence (CSV), 'Cycle' and the tubes 1 to 48", "Mic", "not stated in the files",
         "curves of unknown kind", ReaderMaturity::verified, "curves bit by bit against an independent program"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::bms_mic
