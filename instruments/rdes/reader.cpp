// Reads RDES tables by the names of their columns.
#include "instruments/rdes/reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/roles.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::rdes {
namespace {

constexpr std::array<std::string_view, 6> shared_headers{"well", "sample", "sampletype", "target", "targettype", "dye"};

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  const std::string_view line = head.first_line();
  if (line.find('\t') == std::string_view::npos) return {Confidence::no, "the first line holds no tab"};
  std::set<std::string> headers;
  bool any_number = false;
  for (const std::string_view cell : split(line, '\t')) {
    any_number = any_number || parse_number(cell, NumberFormat::decimal_dot).has_value();
    headers.insert(fold_header(cell));
  }
  for (const std::string_view name : shared_headers) {
    if (!headers.contains(std::string(name)))
      return {Confidence::no, fmt::format("the header has no column '{}' of RDES", name)};
  }
  if (!headers.contains("cq") && !headers.contains("tm") && !any_number)
    return {Confidence::no, "the header has neither Cq nor Tm nor a cycle"};
  return {Confidence::certain, "the header holds the columns of RDES"};
}

SampleRole to_role(std::string_view type) {
  if (const std::optional<SampleRole> role = parse_rdml_role(type)) return *role;
  return parse_role(type).value_or(SampleRole::unspecified);
}

/// Name of the run: that of the file without its extensions and the mark of its table.
std::string run_name(std::string_view file) {
  std::string stem(file.substr(0, file.rfind('.')));
  for (const std::string_view ending : {".rdes", ".amplification", "_amplification", ".melt", "_melt"}) {
    if (stem.size() > ending.size() && to_lower_ascii(stem).ends_with(ending)) stem.resize(stem.size() - ending.size());
  }
  return stem;
}

std::string companion_key(std::string_view name) {
  std::string stem = run_name(name);
  const bool marked = stem + std::string(name.substr(std::min(name.size(), name.rfind('.')))) != std::string(name);
  return marked ? stem : std::string();
}

/// One file of the run.
class TableReader {
 public:
  TableReader(const InputFile& file, MeasurementSet& measurements, NotReadList& not_read)
      : file_(file),
        measurements_(measurements),
        not_read_(not_read),
        grid_(read_text_grid(file.bytes, file.path, '\t')),
        table_(grid_, find_header(), grid_.row_count()) {}

  void read() {
    find_columns();
    decide_format();
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (!grid_.is_blank(row)) read_row(row);
    }
    if (target_type_)
      not_read_.add(file_.name + ", column Target Type", "a run does not say which targets are references");
    table_.report_columns_not_read(not_read_, file_.name);
  }

 private:
  std::size_t find_header() const {
    for (std::size_t row = 0; row < grid_.row_count(); ++row) {
      if (!grid_.is_blank(row)) return row;
    }
    ErrorContext context;
    context.path = file_.path;
    context.problem = "the file holds no table";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }

  void find_columns() {
    well_ = table_.require({"well"});
    sample_ = table_.require({"sample"});
    sample_type_ = table_.require({"sampletype"});
    target_ = table_.require({"target"});
    dye_ = table_.require({"dye"});
    target_type_ = table_.find({"targettype"});
    cq_ = table_.find({"cq"});
    tm_ = table_.find({"tm"});
    if (cq_ && tm_) table_.fail(table_.first_row() - 1, *tm_, "a column Cq or a column Tm, not both");
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      const std::optional<double> position = parse_number(table_.header(column), NumberFormat::decimal_dot);
      if (!position) continue;
      points_.emplace_back(*position, column);
      table_.mark_read(column);
    }
    std::stable_sort(points_.begin(), points_.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (points_[i].first == points_[i - 1].first)
        table_.fail(ErrorCode::duplicate_entry, table_.first_row() - 1, points_[i].second,
                    "each cycle or temperature once");
    }
  }

  /// The format has a decimal dot; a table that went through a spreadsheet may have lost it.
  void decide_format() {
    std::vector<std::string_view> cells;
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (cq_) cells.push_back(table_.text(row, cq_));
      for (const auto& [position, column] : points_) cells.push_back(grid_.cell(row, column));
    }
    format_ = decide_number_format(cells, '\t', ThousandsCommas::never, file_.path);
  }

  void read_row(std::size_t row) {
    const std::string label(table_.text(row, well_));
    if (label.empty()) table_.fail(row, well_, "a well");
    for (std::size_t column = table_.column_count(); column < grid_.row(row).size(); ++column) {
      if (!trim(grid_.cell(row, column)).empty()) table_.fail(row, well_, "no cells beyond the last column");
    }
    const std::string target(table_.text(row, target_));
    const std::string dye(table_.text(row, dye_));
    const std::string sample(table_.text(row, sample_));
    std::string type(table_.text(row, sample_type_));
    const bool has_no_code = type.starts_with(rdes_role_text);
    if (has_no_code) type.erase(0, rdes_role_text.size());
    if (!seen_.insert(fmt::format("{}\n{}\n{}", label, target, dye)).second)
      table_.fail(ErrorCode::duplicate_entry, row, well_, "each well, target and dye once");
    const bool known = measurements_.find(label, target, dye) != nullptr;
    Measurement& measurement = measurements_.at({label, parse_label(label)}, target, dye);
    if (known && (measurement.sample != sample || measurement.role_text != type))
      table_.fail(row, sample_, fmt::format("the sample and type of the other table, '{}'", measurement.sample));
    measurement.sample = sample;
    measurement.role_text = type;
    measurement.role = has_no_code ? SampleRole::unspecified : to_role(type);
    if (cq_) read_cq(row, measurement);
    if (tm_) read_melting_temperatures(row, measurement);
    read_points(row, measurement);
  }

  void read_cq(std::size_t row, Measurement& measurement) const {
    const std::string_view text = table_.text(row, cq_);
    if (text.empty()) return;
    if (!set_vendor_cq(measurement.vendor, text, format_)) table_.fail(row, *cq_, "a Cq, or -1.0 for none");
  }

  /// Several temperatures stand in one cell, separated by semicolons.
  void read_melting_temperatures(std::size_t row, Measurement& measurement) const {
    for (const std::string_view part : split(table_.text(row, tm_), ';')) {
      if (is_no_cq(trim(part))) continue;
      const std::optional<double> value = parse_number(part, format_);
      if (!value) table_.fail(row, *tm_, "melting temperatures, separated by semicolons");
      if (*value == -1.0) continue;
      measurement.vendor.melting_temperatures_celsius.push_back(*value);
    }
  }

  /// An empty cell is a reading that is missing, or one that the well never had: the format does not tell them apart.
  /// Between readings of an amplification curve it is NaN; elsewhere there is no reading.
  void read_points(std::size_t row, Measurement& measurement) const {
    std::vector<double> axis;
    std::vector<double> readings;
    std::size_t filled = 0;
    for (const auto& [position, column] : points_) {
      const std::string_view text = table_.text(row, column);
      const bool missing = text.empty() || text == "NA" || text == "NaN";
      if (missing && (tm_ || filled == 0)) continue;
      axis.push_back(position);
      readings.push_back(missing ? std::numeric_limits<double>::quiet_NaN()
                                 : table_.require_number(row, column, format_));
      if (!missing) filled = axis.size();
    }
    if (filled == 0) return;
    axis.resize(filled);
    readings.resize(filled);
    if (tm_) {
      measurement.melt.push_back({CurveKind::unknown, std::move(axis), std::move(readings)});
    } else {
      if (!measurement.amplification.empty())
        table_.fail(ErrorCode::duplicate_entry, row, well_, "one amplification curve of a well and target");
      measurement.amplification.push_back({CurveKind::unknown, std::move(axis), std::move(readings), {}});
    }
  }

  const InputFile& file_;
  MeasurementSet& measurements_;
  NotReadList& not_read_;
  Grid grid_;
  GridTable table_;
  std::size_t well_ = 0;
  std::size_t sample_ = 0;
  std::size_t sample_type_ = 0;
  std::size_t target_ = 0;
  std::size_t dye_ = 0;
  std::optional<std::size_t> target_type_;
  std::optional<std::size_t> cq_;
  std::optional<std::size_t> tm_;
  std::vector<std::pair<double, std::size_t>> points_;  ///< cycle or temperature and its column, sorted
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::set<std::string> seen_;
};

/// Positions only when every label is one and no two labels are one well.
void settle_wells(std::vector<Measurement>& measurements) {
  std::set<std::pair<GridPosition, std::string>> labels;
  std::set<GridPosition> positions;
  bool all = true;
  for (const Measurement& measurement : measurements) {
    constexpr PlateGeometry largest_plate{72, 96};
    all = all && measurement.well.position && largest_plate.contains(*measurement.well.position);
    if (!all) break;
    labels.emplace(*measurement.well.position, measurement.well.label);
    positions.insert(*measurement.well.position);
  }
  if (all && labels.size() == positions.size()) return;
  for (Measurement& measurement : measurements) measurement.well.position.reset();
}

/// A name alone brings a file to a run: "run1_melt.csv" may be of any program.
bool is_table(const InputFile& file) {
  FileHead head;
  try {
    head.text = decode_text(file.bytes, file.path).utf8;
  } catch (const Error&) {
    return false;
  }
  return sniff(head).confidence != Confidence::no;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  RunData run;
  run.name = run_name(files.front().name);
  MeasurementSet measurements;
  NotReadList not_read;
  for (const InputFile& file : files) {
    if (files.size() > 1 && !is_table(file)) {
      not_read.add(file.name, "its name is of this run, but its first line is not that of an RDES table");
    } else {
      TableReader(file, measurements, not_read).read();
    }
  }
  if (measurements.empty()) {
    ErrorContext context;
    context.path = files.front().path;
    context.problem = "the table has no row below its header";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
  run.measurements = std::move(measurements.all());
  settle_wells(run.measurements);
  sort_by_well(run.measurements);
  run.provenance.not_read = not_read.entries();
  std::vector<RunData> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"rdes",
       "RDES 1.0",
       "any",
       {{"amplification table: Well, Sample, Sample Type, Target, Target Type, Dye, Cq, then cycles", "any", "",
         "curves of unknown kind, Cq, roles", ReaderMaturity::provisional,
         "round trip of every reference file through our own writer; layouts of public programs' tests"},
        {"melting table: the same with Tm and temperatures", "any", "", "melting curves, Tm, roles",
         ReaderMaturity::provisional, "as above"}},
       {}},
      sniff,
      read,
      companion_key};
  return value;
}

}  // namespace qpcr::rdes
