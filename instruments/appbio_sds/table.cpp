// Reads rows of a table of wells.
#include "instruments/appbio_sds/table.hpp"

#include <array>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_sds {
namespace {

/// Columns of quality flags: high standard deviation in the replicate group, no amplification, bad passive reference …
constexpr std::array<std::string_view, 22> flag_names{
    "FOS", "HMD", "LME", "EW",       "BPR",    "NAW",   "HNS",       "HRN",      "EAF",     "BAF",       "TAF",
    "CAF", "HSD", "GBO", "OFFSCALE", "HIGHSD", "NOAMP", "OUTLIERRG", "NOSIGNAL", "EXPFAIL", "THOLDFAIL", "BADROX"};

/// SDS numbers the samples of a study and their controls by what the detector is for.
std::optional<SampleRole> parse_task(std::string_view text) {
  if (const std::optional<SampleRole> role = parse_role(text)) return role;
  const std::string folded = fold_header(text);
  if (folded == "target" || folded == "endogenouscontrol" || folded == "endogenous" || folded == "endo" ||
      folded == "targ")
    return SampleRole::unknown;
  if (folded == "stnd") return SampleRole::standard;
  return std::nullopt;
}

/// "Auto:0.554813" and "0.2" as numbers; nothing for "(Auto)".
std::optional<double> parse_threshold(std::string_view text, NumberFormat format) {
  text = trim(text);
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) text = trim(text.substr(colon + 1));
  return parse_number(text, format);
}

}  // namespace

WellTable::WellTable(const Grid& grid, std::size_t header, CurveKind kind_of_rest)
    : table_(grid, header, grid.row_count()) {
  if (const auto label = table_.find({"Well Position", "Pos", "Position"})) {
    well_ = *label;
    number_ = table_.find({"Well"});
  } else {
    well_ = table_.require({"Well"});
  }
  if (!number_) number_ = table_.find({"Well ID", "#"});
  plate_ = table_.find({"Plate", "Plate Name"});
  sample_ = table_.find({"Sample Name", "Sample"});
  target_ = table_.find({"Detector", "Detector Name", "Marker", "Marker Name", "Target Name"});
  dye_ = table_.find({"Reporter", "Reporter Dye", "Dye"});
  task_ = table_.find({"Task", "Tasks"});
  type_ = table_.find({"Type"});
  ct_ = table_.find({"Ct", "Cq"});
  quantity_ = table_.find({"Qty", "Quantity"});
  tm_ = table_.find({"Tm", "Tm1"});
  omit_ = table_.find({"Omit", "Omitted"});
  filtered_ = table_.find({"Filtered"});
  flag_ = table_.find({"Flag"});
  first_ = table_.find({"Baseline Start", "Start"});
  last_ = table_.find({"Baseline Stop", "Baseline End", "End", "Stop"});
  threshold_ = table_.find({"Threshold", "Ct Threshold"});
  call_ = table_.find({"Call"});
  confidence_ = table_.find({"Cq Conf", "Ct Confidence", "Quality Value"});
  for (const std::string_view name : flag_names) {
    if (const auto column = table_.find({name})) flags_.push_back(*column);
  }
  curves_ = find_curve_columns(table_, kind_of_rest);
}

std::optional<WrittenWell> WellTable::well_of(std::size_t row) const {
  // Not by the table: the row may be of another one, and wider.
  return parse_well(table_.grid().cell(row, well_));
}

void WellTable::add_numeric_cells(std::vector<std::string_view>& cells) const {
  std::vector<std::size_t> columns;
  for (const auto& column : {ct_, quantity_, tm_, threshold_, confidence_}) {
    if (column) columns.push_back(*column);
  }
  for (const CurveColumns& curve : curves_) columns.insert(columns.end(), curve.columns.begin(), curve.columns.end());
  for (const std::size_t row : rows_) {
    for (const std::size_t column : columns) cells.push_back(table_.text(row, column));
  }
}

std::optional<TableRow> WellTable::read(std::size_t row, NumberFormat format) const {
  const std::optional<WrittenWell> well = well_of(row);
  if (!well) table_.fail(row, well_, "a well of a plate of up to 384, such as 12 or A12");
  TableRow result;
  result.row = row;
  result.well = *well;
  result.plate = table_.text(row, plate_);
  Measurement& measurement = result.measurement;
  measurement.sample = table_.text(row, sample_);
  measurement.target = table_.text(row, target_);
  measurement.dye = table_.text(row, dye_);
  result.lacks_its_detector = target_ && measurement.target.empty();
  read_role(row, measurement);
  measurement.amplification = read_curves(table_, row, curves_, format);
  const bool empty = measurement.sample.empty() && measurement.target.empty() && measurement.role_text.empty() &&
                     table_.text(row, ct_).empty() && table_.text(row, call_).empty() &&
                     measurement.amplification.empty();
  if (empty) return std::nullopt;
  if (detectors_.size() == 1 && !target_) {
    measurement.target = detectors_.front().name;
    measurement.dye = detectors_.front().reporter;
    measurement.vendor.threshold = detectors_.front().threshold;
  }
  read_vendor(row, format, result);
  return result;
}

void WellTable::read_role(std::size_t row, Measurement& measurement) const {
  measurement.role_text = table_.text(row, task_);
  if (measurement.role_text.empty()) measurement.role_text = table_.text(row, type_);
  const std::optional<SampleRole> role = parse_task(measurement.role_text);
  measurement.role = role.value_or(SampleRole::unspecified);
  // The 7700 has no column for what is measured, so labs name their sample types after it. Such a word may as well be
  // a control by another name, so it stays the text of the role, which is then not known.
  if (!role && !task_ && type_ && !target_) measurement.target = measurement.role_text;
}

/// Nothing also for the words that stand where there is no number.
std::optional<double> WellTable::optional_number(std::size_t row, std::optional<std::size_t> column,
                                                 NumberFormat format) const {
  const std::string_view cell = table_.text(row, column);
  if (is_no_cq(cell) || fold_header(cell).starts_with("undet")) return std::nullopt;
  return table_.number(row, column, format);
}

std::optional<double> WellTable::read_quantity(std::size_t row, NumberFormat format, TableRow& result) const {
  const std::string_view cell = table_.text(row, quantity_);
  // Texts of the 7700 were cut by page breaks in transfer; the Ct stands before the cut.
  const bool damaged = type_ && !task_ && !cell.empty() && !parse_number(cell, format);
  if (damaged) {
    result.warning = fmt::format("line {}, column '{}': '{}' is no number, so the row is damaged from there on",
                                 table_.grid().line(row), table_.header(*quantity_), cell);
    return std::nullopt;
  }
  const std::optional<double> value = optional_number(row, quantity_, format);
  // The 7700 writes -1 where there is no quantity.
  return value && *value >= 0 ? value : std::nullopt;
}

void WellTable::read_vendor(std::size_t row, NumberFormat format, TableRow& result) const {
  Measurement& measurement = result.measurement;
  VendorResult& vendor = measurement.vendor;
  if (ct_) {
    const std::string_view cell = table_.text(row, *ct_);
    const bool undetermined = fold_header(cell).starts_with("undet");
    if (!set_vendor_cq(vendor, undetermined ? std::string_view() : cell, format))
      table_.fail(row, *ct_, "a number or 'Undetermined'");
    vendor.cq_text = std::string(cell);
    vendor.algorithm = "Ct";
  }
  (measurement.role == SampleRole::standard ? measurement.quantity : vendor.quantity) =
      read_quantity(row, format, result);
  if (const std::optional<double> peak = optional_number(row, tm_, format); peak && *peak > 0)
    vendor.melting_temperatures_celsius.push_back(*peak);
  vendor.call = table_.text(row, call_);
  vendor.cq_confidence = optional_number(row, confidence_, format);
  if (threshold_) {
    const std::string_view cell = table_.text(row, *threshold_);
    if (const std::optional<double> value = parse_threshold(cell, format)) vendor.threshold = value;
  }
  vendor.baseline_first_cycle = parse_number(table_.text(row, first_), format);
  vendor.baseline_last_cycle = parse_number(table_.text(row, last_), format);
  if (const std::string_view flag = table_.text(row, flag_); !flag.empty() && fold_header(flag) != "passed")
    vendor.flags.emplace_back(flag);
  if (is_yes(table_.text(row, filtered_))) vendor.flags.emplace_back("Filtered");
  for (const std::size_t column : flags_) {
    if (is_yes(table_.text(row, column))) vendor.flags.emplace_back(table_.header(column));
  }
  if (is_yes(table_.text(row, omit_))) {
    measurement.excluded = true;
    measurement.exclusion_reason = "omitted in the vendor's software";
  }
}

}  // namespace qpcr::appbio_sds
