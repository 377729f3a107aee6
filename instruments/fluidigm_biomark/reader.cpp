// Reads a BioMark export: head, results, and the readings of each cycle where they are exported.
#include "instruments/fluidigm_biomark/reader.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/fluidigm_biomark/results.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::fluidigm_biomark {
namespace {

constexpr std::size_t most_cycles = 65536;

/// Arrays by their inlets for samples and assays.
constexpr std::array<PlateGeometry, 5> arrays{{{24, 192}, {48, 48}, {96, 96}, {192, 24}, {12, 12}}};

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text file"};
  const std::string first = fold_header(head.first_line());
  for (const std::string_view start : {"chiprunfilename", "chipruninfo"}) {
    if (first.starts_with(start) || first.starts_with('"' + std::string(start)))
      return {Confidence::certain, "first line 'Chip Run …' of a BioMark export"};
  }
  return {Confidence::no, "the first line is not 'Chip Run Filename' or 'Chip Run Info'"};
}

/// "96.96 (136x)" as inlets.
std::optional<PlateGeometry> parse_array(std::string_view text) {
  text = trim(text);
  text = text.substr(0, text.find(' '));
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::optional<long> samples = parse_integer(text.substr(0, dot));
  const std::optional<long> assays = parse_integer(text.substr(dot + 1));
  if (!samples || !assays || *samples < 1 || *assays < 1 || *samples > most_inlets || *assays > most_inlets)
    return std::nullopt;
  return PlateGeometry{static_cast<int>(*samples), static_cast<int>(*assays)};
}

class RunReader {
 public:
  explicit RunReader(const InputFile& file) : grid_(read_text_grid(file.bytes, file.path)) {
    run_.name = file.name.substr(0, file.name.rfind('.'));
    run_.instrument.vendor = "Fluidigm";
    run_.instrument.model = "BioMark";
  }

  RunData read() {
    const std::optional<std::size_t> header = find_results_header(grid_);
    if (!header) {
      ErrorContext context;
      context.path = grid_.path();
      context.problem =
          "the export has no table with a column 'ID': heat maps and detailed views are not read, export 'Table "
          "Results'";
      throw Error(ErrorCode::unsupported_format, std::move(context));
    }
    read_head(*header);
    decide_format(*header);
    std::size_t row = read_results(grid_, *header, format_, measurements_, not_read_);
    if (measurements_.empty()) grid_.fail(ErrorCode::malformed_file, *header, "ID", {}, "chambers below the header");
    while (row < grid_.row_count()) row = grid_.is_blank(row) ? row + 1 : read_section(row);
    run_.measurements = measurements_.release();
    set_array();
    const bool has_curves = std::any_of(run_.measurements.begin(), run_.measurements.end(),
                                        [](const Measurement& m) { return !m.amplification.empty(); });
    if (!has_curves) run_.warnings.emplace_back("the file holds results only: the run has no curve");
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  /// Builds and times of the head are no numbers of the file.
  void decide_format(std::size_t header) {
    std::vector<std::string_view> cells;
    for (std::size_t row = header; row < grid_.row_count(); ++row) {
      const auto here = grid_.row(row);
      cells.insert(cells.end(), here.begin(), here.end());
    }
    format_ = decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, grid_.path());
  }

  void read_head(std::size_t header) {
    for (std::size_t row = 0; row < header; ++row) {
      const std::string key(trim(grid_.cell(row, 0)));
      const std::string folded = fold_header(key);
      const std::string value(trim(grid_.cell(row, 1)));
      if (value.empty() || folded == "experimentinformation" || folded == "chamber") continue;
      if (folded == "chipruninfo") {
        read_run_info(row);
      } else if (folded == "applicationversion") {
        run_.instrument.software_version = value + run_.instrument.software_version;
      } else if (folded == "applicationbuild") {
        run_.instrument.software_version += " (build " + value + ")";
      } else if (folded == "chiprunfilename") {
        not_read_.add("'Chip Run Filename'", "a path of the instrument's computer");
      } else {
        run_.notes += fmt::format("{}{}: {}", run_.notes.empty() ? "" : "; ", key, value);
      }
    }
  }

  /// Path, barcode, array, protocol, passive reference, probes, start, duration, instrument: the line has no names, so
  /// it is read only where the array tells what is before and after it.
  void read_run_info(std::size_t row) {
    const auto cells = grid_.row(row);
    constexpr std::size_t first_possible = 2;
    for (std::size_t i = first_possible; i < cells.size(); ++i) {
      array_ = parse_array(cells[i]);
      if (!array_) continue;
      run_.plate_barcode = trim(grid_.cell(row, i - 1));
      run_.passive_reference_dye = trim(grid_.cell(row, i + 2));
      run_.started_at = trim(grid_.cell(row, i + 4));
      run_.instrument.serial_number = trim(grid_.cell(row, i + 6));
      not_read_.add("'Chip Run Info'", "path, protocol and duration: no result comes from them");
      return;
    }
    not_read_.add("'Chip Run Info'", "no cell names the array, such as '96.96'");
  }

  /// "Raw Data for Probe FAM-MGB" and its relatives. @return one past its last row.
  std::size_t read_section(std::size_t title_row) {
    const std::string title(trim(grid_.cell(title_row, 0)));
    if (++sections_ > most_sections)
      grid_.fail(ErrorCode::malformed_file, title_row, "number 1", title,
                 fmt::format("at most {} sections", most_sections));
    const std::string folded = fold_header(title);
    std::size_t end = title_row + 1;
    const bool has_table = end < grid_.row_count() && fold_header(grid_.cell(end, 0)) == "chamberid";
    if (has_table) {
      while (end < grid_.row_count() && !grid_.is_blank(end)) ++end;
    }
    const std::string lower = to_lower_ascii(title);
    const bool reference = lower.find("passive reference ") != std::string::npos;
    const std::string_view word = reference ? "reference " : "probe ";
    const std::size_t name_at = lower.find(word);
    std::optional<CurveKind> kind;
    if (folded.starts_with("rawdata")) kind = CurveKind::raw_filter;
    if (folded.starts_with("bkgdadjusteddata") || folded.starts_with("backgroundadjusteddata"))
      kind = CurveKind::background_subtracted;
    if (!has_table || !kind || name_at == std::string::npos) {
      not_read_.add(fmt::format("section '{}'", title), "no curve comes from it");
      return end;
    }
    const std::string dye(trim(std::string_view(title).substr(name_at + word.size())));
    read_curves(title_row + 1, end, *kind, dye, reference);
    return end;
  }

  void read_curves(std::size_t header, std::size_t end, CurveKind kind, const std::string& dye, bool reference) {
    std::vector<double> cycles;
    std::size_t width = grid_.row(header).size();
    while (width > 1 && trim(grid_.cell(header, width - 1)).empty()) --width;
    for (std::size_t column = 1; column < width && column <= most_cycles; ++column) {
      const std::optional<double> cycle = parse_number(grid_.cell(header, column), format_);
      if (!cycle || !(*cycle > (cycles.empty() ? 0 : cycles.back())))
        grid_.fail(ErrorCode::invalid_value, header, fmt::format("number {}", column + 1), grid_.cell(header, column),
                   "cycles that rise");
      cycles.push_back(*cycle);
    }
    std::unordered_map<std::string, std::string> targets;
    if (!reference) {
      for (const Measurement& m : measurements_.all()) {
        if (m.dye == dye) targets.emplace(m.well.label, m.target);
      }
    }
    for (std::size_t row = header + 1; row < end; ++row) {
      const std::string label(trim(grid_.cell(row, 0)));
      const std::optional<GridPosition> chamber = parse_chamber(label);
      if (!chamber) grid_.fail(ErrorCode::invalid_value, row, "Chamber ID", label, "a chamber such as S48-A01");
      AmplificationCurve curve{kind, cycles, {}};
      for (std::size_t i = 0; i < cycles.size(); ++i) {
        const std::string_view cell = trim(grid_.cell(row, i + 1));
        const std::optional<double> value = parse_number(cell, format_);
        if (!value && !cell.empty()) grid_.fail(ErrorCode::invalid_value, row, label, cell, "a number");
        curve.fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      }
      const auto target = targets.find(label);
      Measurement& measurement =
          measurements_.at({label, *chamber}, target == targets.end() ? std::string() : target->second, dye);
      if (find_curve(measurement, kind) != nullptr)
        grid_.fail(ErrorCode::duplicate_entry, row, "Chamber ID", label, "each chamber once");
      measurement.amplification.push_back(std::move(curve));
    }
  }

  /// Without a statement, the array is one that has exactly the inlets of the last chamber.
  void set_array() {
    PlateGeometry used{0, 0};
    for (const Measurement& m : run_.measurements) {
      used.rows = std::max(used.rows, m.well.position->row + 1);
      used.columns = std::max(used.columns, m.well.position->column + 1);
    }
    if (!array_ && std::find(arrays.begin(), arrays.end(), used) != arrays.end()) array_ = used;
    run_.plate = array_;
  }

  static constexpr std::size_t most_sections = 200;

  Grid grid_;
  std::size_t sections_ = 0;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  std::optional<PlateGeometry> array_;
  NotReadList not_read_;
  MeasurementSet measurements_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(RunReader(files.front()).read());
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"fluidigm_biomark",
       "Fluidigm BioMark, table results",
       "Fluidigm",
       {{"Table Results (CSV) with 'Chip Run Filename'", "BioMark", "2.1.1",
         "samples, assays, roles, Ct, quality, call, threshold", ReaderMaturity::verified,
         "every Ct against an independent program"},
        {"Table Results (CSV) with 'Chip Run Info', several probes, melting temperatures, raw data of each cycle",
         "BioMark HD, EP1", "", "the same, melting temperatures, raw readings of probes and passive reference",
         ReaderMaturity::provisional, "synthetic files value by value"}},
       {{"heat map results, detailed (genotyping) table results",
         "they hold no Ct of each chamber: export 'Table Results'"}}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::fluidigm_biomark
