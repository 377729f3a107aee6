// Reads an SDS text from its first line to its last.
#include "instruments/appbio_sds/results.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_sds/join.hpp"
#include "instruments/appbio_sds/table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_sds {
namespace {

/// Values below the table of a 7700, which hold for all of its wells.
struct CommonAnalysis {
  std::optional<double> threshold, baseline_first_cycle, baseline_last_cycle;
};

struct Plate {
  std::string name;
  std::vector<TableRow> rows;
};

/// A path with a drive, of a server, or from the root.
bool is_file_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("\\\\") || text.find(":\\") != std::string_view::npos;
}

constexpr const char* path_reason = "the path of a file may name people";

void add_note(RunData& run, const std::string& note) {
  if (!run.notes.empty()) run.notes += "; ";
  run.notes += note;
}

class TextReader {
 public:
  TextReader(const InputFile& file, Layout layout)
      : file_(file), layout_(layout), grid_(read_text_grid(file.bytes, file.path)) {}

  std::vector<RunData> read() {
    for (std::size_t row = 0; row < grid_.row_count(); ++row) {
      if (grid_.is_blank(row)) {
        after_data_ = false;
      } else {
        take_row(row);
      }
    }
    decide_format();
    for (std::size_t table = 0; table < tables_.size(); ++table) read_rows(table);
    if (plates_.empty())
      grid_.fail(ErrorCode::malformed_file, 0, {}, {}, "a table with the column 'Well' and rows below it");
    std::vector<RunData> runs;
    for (Plate& plate : plates_) runs.push_back(make_run(plate));
    return runs;
  }

 private:
  std::size_t count_cells(std::size_t row) const {
    const auto cells = grid_.row(row);
    return static_cast<std::size_t>(
        std::count_if(cells.begin(), cells.end(), [](std::string_view cell) { return !trim(cell).empty(); }));
  }

  void take_row(std::size_t row) {
    if (is_well(row) && count_cells(row) > 1) {
      tables_.back().add_row(row);
      after_data_ = true;
    } else if (is_well_header(grid_, row)) {
      if (tables_.size() == most_tables)
        grid_.fail(ErrorCode::malformed_file, row, "Well", grid_.cell(row, 0),
                   fmt::format("at most {} tables", most_tables));
      tables_.emplace_back(grid_, row, kind_of_rest_);
      if (!tables_.back().names_detectors()) take_detectors(row);
      after_data_ = true;
    } else if (is_detector_header(grid_, row)) {
      detector_header_ = row;
      detectors_.clear();
    } else if (detector_header_) {
      detectors_.push_back(row);
    } else if ((after_data_ || awaits_rows()) && count_cells(row) >= least_cells_of_a_well && !is_footer(row)) {
      grid_.fail(ErrorCode::invalid_value, row, "Well", trim(grid_.cell(row, tables_.back().well_column())),
                 "a well of a plate of up to 384, such as 12 or A12");
    } else {
      take_line(row);
      after_data_ = false;
    }
  }

  /// A header was read and no row of its table yet.
  bool awaits_rows() const { return !tables_.empty() && !tables_.back().has_rows(); }

  bool is_well(std::size_t row) const { return !tables_.empty() && tables_.back().well_of(row).has_value(); }

  /// The detectors stand in a table above wells that do not name theirs.
  void take_detectors(std::size_t row) {
    if (!detector_header_) return;
    GridTable table(grid_, *detector_header_, row);
    const std::size_t name = table.require({"Detector", "Detector Name"});
    const std::size_t reporter = table.require({"Reporter"});
    const std::size_t threshold = table.require({"Threshold"});
    std::vector<Detector> detectors;
    for (const std::size_t at : detectors_) {
      std::string_view text = table.text(at, threshold);
      if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) text = text.substr(colon + 1);
      detectors.push_back({std::string(table.text(at, name)), std::string(table.text(at, reporter)),
                           parse_number(text, text.find(',') == std::string_view::npos ? NumberFormat::decimal_dot
                                                                                       : NumberFormat::decimal_comma)});
    }
    if (detectors.size() > 1)
      grid_.fail(ErrorCode::missing_column, row, "Detector", {}, "the detector of each well, as there are several");
    tables_.back().set_detectors(std::move(detectors));
    detector_header_.reset();
  }

  bool is_footer(std::size_t row) const {
    const std::string key = fold_header(grid_.cell(row, 0));
    return key.starts_with("slope") || key.find("intercept") != std::string::npos || key.starts_with("r^2") ||
           key.starts_with("r2") || key.starts_with("plateid") || key.starts_with("nap");
  }

  /// "Key: value" of SDS 1.x, "Key<tab>value" of SDS 2.x.
  void take_line(std::size_t row) {
    std::string_view key = trim(grid_.cell(row, 0));
    std::string value;
    if (const std::size_t colon = key.find(':'); colon != std::string_view::npos) {
      value = trim(key.substr(colon + 1));
      key = trim(key.substr(0, colon));
    }
    for (std::size_t column = 1; column < grid_.row(row).size(); ++column) {
      const std::string_view cell = trim(grid_.cell(row, column));
      if (cell.empty()) continue;
      if (!value.empty()) value += ", ";
      value += cell;
    }
    take_entry(row, key, value);
  }

  void take_entry(std::size_t row, std::string_view key, const std::string& value) {
    const std::string folded = fold_header(key);
    const std::string first_cell(trim(grid_.cell(row, 1)));
    if (is_delta_rn(folded) || folded.find("deltarn") != std::string::npos) {
      kind_of_rest_ = CurveKind::baseline_subtracted;
    } else if (is_rn(folded) || folded.starts_with("rnvs")) {
      kind_of_rest_ = CurveKind::normalised;
    }
    if (key.starts_with("SDS ")) {
      take_version(key.substr(4));
    } else if (plate_id_follows_) {
      head_.plate_barcode = std::string(key);
      plate_id_follows_ = false;
    } else if (folded == "plateid") {
      plate_id_follows_ = first_cell == "NAP";
      if (!plate_id_follows_) head_.plate_barcode = value;
    } else if (folded == "slope" || folded.ends_with("intercept") || folded == "r^2" || folded == "r2" ||
               folded == "fitstddev") {
      take_fit(row, key, first_cell);
    } else if (!tables_.empty() && take_common(folded, first_cell)) {
      return;
    } else if (value.empty()) {
      return;
    } else if (folded == "operator" || folded == "user") {
      if (folded == "operator" || head_.operator_name.empty()) head_.operator_name = value;
    } else if (folded == "rundate" || folded == "rundatetime") {
      started_.push_back(value);
    } else if (folded == "instrumenttype") {
      head_.instrument.model = value;
    } else if (folded == "passivereference") {
      head_.passive_reference_dye = value;
    } else if (folded == "filename" || folded == "embeddedfile") {
      not_read_.add(fmt::format("{}: '{}'", file_.name, folded), path_reason);
    } else if (folded == "comments" || folded == "documentname" || folded == "platetype" || folded == "assaytype" ||
               folded == "calibrator") {
      if (is_file_path(value)) {
        not_read_.add(fmt::format("{}: '{}'", file_.name, folded), path_reason);
      } else {
        add_note(head_, fmt::format("{}: {}", key, value));
      }
    } else if (not_read_.entries().size() < most_lines_listed) {
      not_read_.add(fmt::format("{}: '{}'", file_.name, folded.empty() ? std::string_view("a line") : key),
                    "no result comes from it");
    } else {
      not_read_.add(file_.name + ": further lines", "no result comes from them");
    }
  }

  /// "v1.2" and "2.3 RQ Results".
  void take_version(std::string_view text) {
    text = trim(text);
    if (text.starts_with('v')) text.remove_prefix(1);
    head_.instrument.software = "SDS";
    head_.instrument.software_version = std::string(text.substr(0, text.find(' ')));
  }

  void take_fit(std::size_t row, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    if (fits_.columns.empty()) {
      fits_.name = "Standard curve";
      fits_.columns = {"parameter", "value", "unit"};
    }
    fits_.rows.push_back({std::string(key), value, std::string(trim(grid_.cell(row, 2)))});
  }

  bool take_common(const std::string& key, const std::string& text) {
    std::optional<double>* place = key == "threshold"       ? &common_.threshold
                                   : key == "baselinestart" ? &common_.baseline_first_cycle
                                   : key == "baselinestop"  ? &common_.baseline_last_cycle
                                                            : nullptr;
    if (place == nullptr) return false;
    *place = parse_double(text);
    return place->has_value();
  }

  /// One decision for the file, from the columns that hold numbers: samples may be named "1,2".
  void decide_format() {
    std::vector<std::string_view> cells;
    for (const WellTable& table : tables_) table.add_numeric_cells(cells);
    format_ = decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, grid_.path());
  }

  void read_rows(std::size_t index) {
    const WellTable& table = tables_[index];
    std::unordered_set<std::string> seen;
    for (const std::size_t row : table.rows()) {
      std::optional<TableRow> read = table.read(row, format_);
      if (!read) continue;
      read->table = index;
      const Measurement& m = read->measurement;
      const std::string well(trim(grid_.cell(row, table.well_column())));
      if (!seen.insert(fmt::format("{}\n{}\n{}\n{}", read->plate, to_lower_ascii(well), m.target, m.dye)).second)
        grid_.fail(ErrorCode::duplicate_entry, row, "Well", well, "each well, detector and reporter once");
      const auto [plate, is_new] = plate_index_.emplace(read->plate, plates_.size());
      if (is_new) plates_.push_back({read->plate, {}});
      plates_[plate->second].rows.push_back(std::move(*read));
    }
    table.report(not_read_, file_.name);
  }

  RunData make_run(Plate& plate) {
    RunData run = head_;
    run.instrument.vendor = "Applied Biosystems";
    run.name = plates_.size() > 1 ? plate.name : file_.name.substr(0, file_.name.rfind('.'));
    if (started_.size() == 1) {
      run.started_at = started_.front();
    } else {
      for (const std::string& time : started_) add_note(run, "Run DateTime: " + time);
    }
    // A barcode that stands once is that of one plate.
    if (plates_.size() > 1) run.plate_barcode.clear();
    if (!fits_.rows.empty()) run.vendor_tables.push_back(fits_);

    std::vector<WrittenWell> wells;
    bool numbers = false;
    for (const TableRow& row : plate.rows) {
      wells.push_back(row.well);
      numbers = numbers || row.well.number.has_value();
    }
    const PlateGeometry geometry = derive_plate(wells);
    const bool sure = layout_ != Layout::sds2 || geometry.rows * geometry.columns > smaller_plate;
    if (sure || numbers) run.plate = geometry;
    if (!sure && numbers) {
      run.warnings.emplace_back(
          "wells are numbers up to 96 and the file does not name the plate: they are taken as those of 96 wells, not "
          "of "
          "384");
    }
    name_dyes(plate.rows, geometry, grid_);
    MeasurementSet measurements;
    for (TableRow& row : plate.rows) {
      if (!row.warning.empty()) run.warnings.push_back(row.warning);
      const WellId well = to_well_id(row.well, geometry);
      Measurement& place = measurements.at(well, row.measurement.target, row.measurement.dye);
      join_row(place, std::move(row), grid_);
    }
    for (Measurement& m : measurements.all()) fill_common(m.vendor);
    run.measurements = measurements.release();
    hide_cycle_count(run);
    const bool curves = std::any_of(run.measurements.begin(), run.measurements.end(),
                                    [](const Measurement& m) { return !m.amplification.empty(); });
    if (!curves) run.warnings.emplace_back("the file holds results only: the run has no curve");
    run.provenance.not_read = not_read_.entries();
    return run;
  }

  void fill_common(VendorResult& vendor) const {
    if (!vendor.threshold) vendor.threshold = common_.threshold;
    if (!vendor.baseline_first_cycle) vendor.baseline_first_cycle = common_.baseline_first_cycle;
    if (!vendor.baseline_last_cycle) vendor.baseline_last_cycle = common_.baseline_last_cycle;
  }

  /// The 7700 writes the number of cycles where the curve never crosses the threshold. The table does not hold that
  /// number, so it is the largest Ct, where that is a usual one to the last digit.
  void hide_cycle_count(RunData& run) const {
    if (layout_ != Layout::prism7700) return;
    double largest = 0;
    for (const Measurement& m : run.measurements) largest = std::max(largest, m.vendor.cq_cycles.value_or(0));
    if (largest != 40 && largest != 45 && largest != 50) return;
    WellList wells;
    for (Measurement& m : run.measurements) {
      if (m.vendor.cq_cycles != largest) continue;
      m.vendor.cq_cycles.reset();
      m.vendor.cq_status = CqStatus::no_amplification;
      wells.add(m.well);
    }
    run.warnings.push_back(
        fmt::format("a Ct of {} is the number of cycles and stands for none: {}", largest, wells.text()));
  }

  static constexpr std::size_t least_cells_of_a_well = 4;
  static constexpr std::size_t most_tables = 500;
  static constexpr std::size_t most_lines_listed = 100;
  static constexpr int smaller_plate = 96;

  const InputFile& file_;
  Layout layout_;
  Grid grid_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData head_;
  std::vector<std::string> started_;
  NotReadList not_read_;
  std::vector<WellTable> tables_;
  std::optional<std::size_t> detector_header_;
  std::vector<std::size_t> detectors_;
  CommonAnalysis common_;
  VendorTable fits_;
  std::vector<Plate> plates_;
  std::unordered_map<std::string, std::size_t> plate_index_;
  CurveKind kind_of_rest_ = CurveKind::unknown;
  bool after_data_ = false;
  bool plate_id_follows_ = false;
};

}  // namespace

std::vector<RunData> read_results(const InputFile& file, Layout layout) { return TextReader(file, layout).read(); }

}  // namespace qpcr::appbio_sds
