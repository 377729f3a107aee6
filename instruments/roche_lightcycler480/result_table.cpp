// Reads result and sample tables by their headers.
#include "instruments/roche_lightcycler480/result_table.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/vocabulary.hpp"
#include "instruments/roche_lightcycler480/well_name.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

/// Several analyses of the largest plate.
constexpr std::size_t most_rows = 50'000;

void check_length(const GridTable& table) {
  if (table.end_row() - table.first_row() <= most_rows) return;
  table.grid().fail(ErrorCode::invalid_value, table.end_row() - 1, {}, std::to_string(table.end_row()),
                    fmt::format("a table of at most {} rows", most_rows));
}

/// "tm", "tm1", "tm2" …
bool is_numbered(std::string_view folded, std::string_view word) {
  return folded.starts_with(word) &&
         folded.substr(word.size()).find_first_not_of("0123456789") == std::string_view::npos;
}

/// The format of the cells of some columns; names hold commas of their own. Cells with a dot are looked at too: a file
/// that holds both signs is refused.
NumberFormat decide_format(const GridTable& table, const std::vector<std::optional<std::size_t>>& columns) {
  std::vector<std::string_view> cells;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    for (const std::optional<std::size_t>& column : columns) {
      const std::string_view cell = table.text(row, column);
      if (cell.find_first_of(".,") != std::string_view::npos) cells.push_back(cell);
    }
  }
  return decide_number_format(cells, table.grid().delimiter(), ThousandsCommas::never, table.grid().path());
}

WellId read_well(const GridTable& table, std::size_t row, std::size_t column) {
  const std::optional<WellId> well = parse_well(table.text(row, column));
  if (!well) table.fail(row, column, "a well such as A1");
  return *well;
}

class ResultTableReader {
 public:
  ResultTableReader(const Grid& grid, const TextLayout& layout)
      : layout_(layout), table_(grid, layout.header_row, grid.row_count()) {}

  ResultTable read(NotReadList& not_read) {
    check_length(table_);
    find_columns();
    std::vector<std::optional<std::size_t>> numbers{cq_, quantity_, standard_, end_point_};
    numbers.insert(numbers.end(), melting_.begin(), melting_.end());
    format_ = decide_format(table_, numbers);
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (!table_.grid().is_blank(row)) result_.rows.push_back(read_row(row));
    }
    constexpr std::size_t most_wells = 1536;
    if (layout_.kind == TableKind::melting && result_.rows.size() <= most_wells) copy_whole();
    table_.report_columns_not_read(not_read, layout_.kind == TableKind::melting ? "melting results" : "results");
    return std::move(result_);
  }

 private:
  void find_columns() {
    well_ = table_.require({"Pos", "Position", "SamplePos"});
    name_ = table_.find({"Name", "SampleName", "Sample"});
    include_ = table_.find({"Include", "Included"});
    cq_ = table_.find({"Cp", "CrossingPoint"});
    quantity_ = table_.find({"Concentration"});
    standard_ = table_.find({"Standard"});
    call_ = table_.find({"Call"});
    group_ = table_.find({"Group", "Genotype"});
    end_point_ = table_.find({"EPF"});
    analysis_ = table_.find({"Analysis Name"});
    experiment_ = table_.find({"Experiment Name", "Eperiment_name"});
    filter_ = table_.find({"Filt. Comb.", "Filter Combination", "Selected Filter"});
    target_ = table_.find({"Target Name", "Target"});
    for (const char* name : {"Status", "StatusCodes", "StatusDesc"}) texts_of_flags_.push_back(table_.find({name}));
    for (const char* name : {"CpUncertain", "CalcConcUncertain"}) {
      const std::optional<std::size_t> column = table_.find({name});
      if (column) raised_.push_back(*column);
    }
    state_ = table_.find({"CpState"});
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      if (!is_numbered(fold_header(table_.header(column)), "tm")) continue;
      table_.mark_read(column);
      melting_.emplace_back(column);
    }
  }

  ResultRow read_row(std::size_t row) {
    ResultRow result;
    result.row = row;
    result.well = read_well(table_, row, well_);
    result.experiment = table_.text(row, experiment_);
    result.sample = table_.text(row, name_);
    result.filter = table_.text(row, filter_);
    result.target = table_.text(row, target_);
    const std::string_view include = table_.text(row, include_);
    result.excluded = !include.empty() && !is_yes(include);
    if (result.excluded) result.exclusion_reason = fmt::format("{} is {}", table_.header(*include_), include);
    if (const std::optional<double> standard = read_number(row, standard_); standard && *standard > 0) {
      result.role = SampleRole::standard;
      result.quantity = standard;
    }
    result.end_point = read_number(row, end_point_);
    read_vendor(row, result);
    return result;
  }

  std::optional<double> read_number(std::size_t row, std::optional<std::size_t> column) const {
    return is_no_cq(table_.text(row, column)) ? std::nullopt : table_.number(row, column, format_);
  }

  void read_vendor(std::size_t row, ResultRow& result) {
    VendorResult& vendor = result.vendor;
    vendor.algorithm = table_.text(row, analysis_);
    vendor.call = table_.text(row, call_);
    if (vendor.call.empty()) vendor.call = table_.text(row, group_);
    vendor.quantity = read_number(row, quantity_);
    for (const std::optional<std::size_t>& column : melting_) {
      if (const std::optional<double> value = read_number(row, column); value && *value > 0)
        vendor.melting_temperatures_celsius.push_back(*value);
    }
    for (const std::optional<std::size_t>& column : texts_of_flags_) add_flag(vendor, table_.text(row, column));
    for (const std::size_t column : raised_) {
      const std::string_view text = table_.text(row, column);
      if (!text.empty() && text != "0") add_flag(vendor, table_.header(column));
    }
    if (const std::string_view state = table_.text(row, state_); fold_header(state) != "cpsnormal")
      add_flag(vendor, state);
    if (!cq_) return;
    result.has_cq = true;
    if (!set_vendor_cq(vendor, table_.text(row, cq_), format_)) table_.fail(row, *cq_, "a cycle, or nothing for none");
    if (vendor.cq_status == CqStatus::no_amplification && result.excluded) vendor.cq_status = CqStatus::excluded;
    if (vendor.cq_status == CqStatus::found && fold_header(vendor.call).ends_with("negative")) {
      vendor.cq_status = CqStatus::no_amplification;
      vendor.cq_cycles.reset();
      result_.warnings.push_back(fmt::format("well {}: the crossing point {} stands beside the call {} and is no Cq",
                                             result.well.label, vendor.cq_text, vendor.call));
    }
  }

  static void add_flag(VendorResult& vendor, std::string_view text) {
    if (!text.empty() && std::find(vendor.flags.begin(), vendor.flags.end(), text) == vendor.flags.end())
      vendor.flags.emplace_back(text);
  }

  void copy_whole() {
    VendorTable whole;
    whole.name = group_ ? "melting curve genotyping" : call_ ? "genotyping" : "melting temperatures";
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      if (table_.header(column).empty()) continue;
      table_.mark_read(column);
      columns.push_back(column);
      whole.columns.emplace_back(table_.header(column));
    }
    for (const ResultRow& row : result_.rows) {
      std::vector<std::string>& cells = whole.rows.emplace_back();
      for (const std::size_t column : columns) cells.emplace_back(table_.text(row.row, column));
    }
    result_.whole = std::move(whole);
  }

  const TextLayout& layout_;
  GridTable table_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::size_t well_ = 0;
  std::optional<std::size_t> name_;
  std::optional<std::size_t> include_;
  std::optional<std::size_t> cq_;
  std::optional<std::size_t> quantity_;
  std::optional<std::size_t> standard_;
  std::optional<std::size_t> call_;
  std::optional<std::size_t> group_;
  std::optional<std::size_t> end_point_;
  std::optional<std::size_t> analysis_;
  std::optional<std::size_t> experiment_;
  std::optional<std::size_t> filter_;
  std::optional<std::size_t> target_;
  std::optional<std::size_t> state_;
  std::vector<std::optional<std::size_t>> texts_of_flags_;
  std::vector<std::size_t> raised_;
  std::vector<std::optional<std::size_t>> melting_;
  ResultTable result_;
};

/// "Target Unknown", "Ref PosCalibrator", "Negative Control": what the sample is for, whatever its gene is.
SampleRole parse_sample_type(std::string_view text) {
  std::string folded = fold_header(text);
  for (const std::string_view gene : {"target", "ref"}) {
    if (folded.starts_with(gene)) {
      folded.erase(0, gene.size());
      break;
    }
  }
  constexpr std::array<std::pair<std::string_view, SampleRole>, 4> words{{
      {"poscalibrator", SampleRole::calibrator},
      {"positivecalibrator", SampleRole::calibrator},
      {"calibrator", SampleRole::calibrator},
      {"negative", SampleRole::negative_control},
  }};
  for (const auto& [word, role] : words) {
    if (folded == word) return role;
  }
  return parse_role(folded).value_or(SampleRole::unspecified);
}

}  // namespace

ResultTable read_result_table(const Grid& grid, const TextLayout& layout, NotReadList& not_read) {
  return ResultTableReader(grid, layout).read(not_read);
}

ResultTable read_sample_table(const Grid& grid, const TextLayout& layout, NotReadList& not_read) {
  GridTable table(grid, layout.header_row, grid.row_count());
  check_length(table);
  const std::size_t well = table.require({"General:Pos"});
  const std::optional<std::size_t> name = table.find({"General:Sample Name"});
  const std::optional<std::size_t> filter = table.find({"General:Filt. Comb."});
  const std::optional<std::size_t> target = table.find({"General:Target Name"});
  const std::optional<std::size_t> note = table.find({"General:Notes", "General:Sample Note", "General:Note"});
  std::optional<std::size_t> type = table.find({"Abs Quant:Sample Type", "Quantification:Sample Type"});
  if (!type) type = table.find({"Rel Quant:Combined Sample/Target type", "Rel Quant:Sample Type"});
  const std::optional<std::size_t> quantity = table.find({"Abs Quant:Concentration", "Quantification:Concentration"});
  std::vector<std::optional<std::size_t>> numbers{quantity};
  // Not read, but written with the decimal sign of the file.
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    if (fold_header(table.header(column)).ends_with("efficiency")) numbers.emplace_back(column);
  }
  const NumberFormat format = decide_format(table, numbers);
  ResultTable result;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    if (table.grid().is_blank(row)) continue;
    ResultRow& entry = result.rows.emplace_back();
    entry.row = row;
    entry.well = read_well(table, row, well);
    entry.sample = table.text(row, name);
    entry.filter = table.text(row, filter);
    entry.target = table.text(row, target);
    entry.note = table.text(row, note);
    entry.role_text = table.text(row, type);
    entry.role = parse_sample_type(entry.role_text);
    entry.quantity = table.number(row, quantity, format);
  }
  table.report_columns_not_read(not_read, "sample information");
  return result;
}

}  // namespace qpcr::roche_lightcycler480
