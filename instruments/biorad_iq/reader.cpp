// Reads the results tables of iQ5, MyiQ and Opticon Monitor.
#include "instruments/biorad_iq/reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::biorad_iq {
namespace {

/// More than any plate these instruments take.
constexpr PlateGeometry largest_plate{16, 24};

enum class Layout { none, iq, opticon };

bool holds(const std::vector<std::string>& folded, std::string_view name) {
  return std::find(folded.begin(), folded.end(), name) != folded.end();
}

Layout identify_header(const std::vector<std::string>& folded) {
  if (holds(folded, "well") && holds(folded, "fluor") && holds(folded, "identifier") &&
      (holds(folded, "thresholdcycle(ct)") || holds(folded, "ct") || holds(folded, "ctmean"))) {
    return Layout::iq;
  }
  if (holds(folded, "well/set") && holds(folded, "dye") && holds(folded, "content") && holds(folded, "description"))
    return Layout::opticon;
  return Layout::none;
}

std::vector<std::string> fold_row(const Grid& grid, std::size_t row) {
  std::vector<std::string> folded;
  for (const std::string_view cell : grid.row(row)) folded.push_back(fold_header(cell));
  return folded;
}

/// The header may stand below lines about the run.
constexpr std::size_t head_rows = 40;

Layout find_layout(const Grid& grid, std::size_t& header_row) {
  for (header_row = 0; header_row < std::min(grid.row_count(), head_rows); ++header_row) {
    const Layout layout = identify_header(fold_row(grid, header_row));
    if (layout != Layout::none) return layout;
  }
  return Layout::none;
}

Layout find_layout(std::string_view text) {
  const char delimiter = detect_grid_delimiter(text);
  for (std::size_t row = 0; row < head_rows && !text.empty(); ++row) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::vector<std::string> folded;
    for (std::string_view cell : split(text.substr(0, end), delimiter)) {
      cell = trim(cell);
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
      folded.push_back(fold_header(cell));
    }
    if (const Layout layout = identify_header(folded); layout != Layout::none) return layout;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Layout::none;
}

Sniff to_sniff(Layout layout) {
  switch (layout) {
    case Layout::iq:
      return {Confidence::certain, "header with Well, Fluor, Identifier and a threshold cycle"};
    case Layout::opticon:
      return {Confidence::certain, "header with Well / Set, Dye, Content and Description"};
    case Layout::none:
      break;
  }
  return {Confidence::no, "no header of iQ5, MyiQ or Opticon results"};
}

Sniff sniff(const FileHead& head) {
  if (head.workbook != nullptr) {
    for (const Sheet& sheet : head.workbook->sheets) {
      std::size_t row = 0;
      const Sniff answer = to_sniff(find_layout(sheet.grid, row));
      if (answer.confidence != Confidence::no) return answer;
    }
    return {Confidence::no, "no sheet with results of iQ5, MyiQ or Opticon"};
  }
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  return to_sniff(find_layout(head.text));
}

/// "#####": a spreadsheet had no room for the number, which is lost.
bool is_overflow(std::string_view text) {
  return !text.empty() && text.find_first_not_of('#') == std::string_view::npos;
}

class TableReader {
 public:
  /// @param is_text rows of a sheet end at their last cell; in a text that is damage.
  TableReader(const Grid& grid, std::size_t header_row, Layout layout, std::string name, bool is_text)
      : grid_(grid),
        layout_(layout),
        name_(std::move(name)),
        table_(grid, header_row, grid.row_count()),
        is_text_(is_text) {
    width_ = grid.row(header_row).size();
    while (width_ > 0 && trim(grid.cell(header_row, width_ - 1)).empty()) --width_;
  }

  RunData read() {
    run_.name = name_.substr(0, std::min(name_.rfind('.'), name_.size()));
    run_.instrument.vendor = "Bio-Rad";
    find_columns();
    std::vector<std::string_view> numbers;
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      for (const auto column : {std::optional<std::size_t>(cq_), quantity_}) {
        if (column) numbers.push_back(grid_.cell(row, *column));
      }
    }
    // Neither program groups thousands.
    format_ = decide_number_format(numbers, grid_.delimiter(), ThousandsCommas::never, grid_.path());
    for (std::size_t row = table_.first_row(); row < table_.end_row(); ++row) {
      if (!grid_.is_blank(row)) read_row(row);
    }
    run_.measurements = measurements_.release();
    if (run_.measurements.empty()) {
      ErrorContext context;
      context.path = grid_.path();
      context.problem = "the results table names no well";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    keep_rest();
    run_.warnings.emplace_back("only the results table was found: the run holds no curve");
    if (!overflow_.empty())
      run_.warnings.push_back("### stands where a number had no room; it is missing in: " + overflow_.text());
    return std::move(run_);
  }

 private:
  void find_columns() {
    if (layout_ == Layout::iq) {
      well_ = table_.require({"Well"});
      dye_ = table_.require({"Fluor"});
      role_ = table_.find({"Type", "Content"});
      sample_ = table_.require({"Identifier"});
      cq_ = table_.require({"Threshold Cycle (Ct)", "Ct", "C(t)"});
      quantity_ = table_.find({"Starting Quantity (SQ)", "SQ"});
    } else {
      well_ = table_.require({"Well / Set"});
      dye_ = table_.require({"Dye"});
      role_ = table_.find({"Content"});
      sample_ = table_.require({"Description"});
      cq_ = table_.require({"C(t)"});
      quantity_ = table_.find({"moles"});
    }
  }

  void check_width(std::size_t row) const {
    if (is_text_ && grid_.row(row).size() < width_) {
      ErrorContext context;
      context.path = grid_.path();
      context.line = grid_.line(row);
      context.problem = fmt::format("the row has {} cells, the header {}", grid_.row(row).size(), width_);
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
  }

  void read_row(std::size_t row) {
    check_width(row);
    const std::string_view label = table_.text(row, well_);
    const std::optional<GridPosition> position = parse_label(label);
    if (!position || !largest_plate.contains(*position)) {
      // Below the wells Opticon Monitor lists sets of wells, whose numbers are means.
      if (layout_ == Layout::opticon && !label.empty() && !position) {
        sets_.push_back(row);
        return;
      }
      table_.fail(row, well_, "a well such as A01");
    }
    const std::string dye(table_.text(row, dye_));
    const WellId well = to_well(*position);
    if (measurements_.find(well.label, {}, dye) != nullptr)
      table_.fail(ErrorCode::duplicate_entry, row, well_, "each well and dye once");
    Measurement& m = measurements_.at(well, {}, dye);
    m.sample = table_.text(row, sample_);
    m.role_text = table_.text(row, role_);
    m.role = parse_role(m.role_text).value_or(SampleRole::unspecified);
    const std::string_view cq = table_.text(row, cq_);
    if (is_overflow(cq)) {
      m.vendor.cq_text = cq;
    } else if (!set_vendor_cq(m.vendor, cq, format_)) {
      table_.fail(row, cq_, "a number or N/A");
    }
    read_quantity(row, m);
    const auto cells = grid_.row(row);
    if (std::any_of(cells.begin(), cells.end(), [](std::string_view cell) { return is_overflow(trim(cell)); }))
      overflow_.add(well);
    rows_.push_back(row);
  }

  void read_quantity(std::size_t row, Measurement& m) {
    const std::string_view text = table_.text(row, quantity_);
    if (is_no_cq(text)) return;
    if (is_overflow(text)) return;
    const std::optional<double> quantity = parse_number(text, format_);
    if (!quantity) table_.fail(row, *quantity_, "a number");
    // 0 stands where there is no standard curve.
    if (m.role == SampleRole::standard) {
      m.quantity = quantity;
    } else if (*quantity > 0) {
      m.vendor.quantity = quantity;
    }
    if (layout_ == Layout::opticon) (m.quantity ? m.quantity_unit : m.vendor.quantity_unit) = "moles";
  }

  /// Means, replicate numbers and whatever else the measurements have no field for.
  void keep_rest() {
    const std::set<std::size_t> read{well_, dye_, sample_, cq_, role_.value_or(well_), quantity_.value_or(well_)};
    add_table("Results", rows_, read);
    add_table("Sets of wells", sets_, {});
  }

  void add_table(const std::string& name, const std::vector<std::size_t>& rows, const std::set<std::size_t>& read) {
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < table_.column_count(); ++column) {
      if (table_.header(column).empty() || read.contains(column)) continue;
      if (std::any_of(rows.begin(), rows.end(), [&](std::size_t row) { return !table_.text(row, column).empty(); }))
        columns.push_back(column);
    }
    if (columns.empty()) return;
    if (!read.empty()) columns.insert(columns.begin(), {well_, dye_});
    VendorTable kept;
    kept.name = name;
    for (const std::size_t column : columns) kept.columns.emplace_back(table_.header(column));
    for (const std::size_t row : rows) {
      std::vector<std::string>& cells = kept.rows.emplace_back();
      for (const std::size_t column : columns) {
        const std::string_view text = table_.text(row, column);
        cells.emplace_back(is_overflow(text) ? std::string_view() : text);
      }
    }
    run_.vendor_tables.push_back(std::move(kept));
  }

  const Grid& grid_;
  Layout layout_;
  std::string name_;
  GridTable table_;
  bool is_text_;
  std::size_t width_ = 0;
  std::size_t well_ = 0;
  std::size_t dye_ = 0;
  std::size_t sample_ = 0;
  std::size_t cq_ = 0;
  std::optional<std::size_t> role_, quantity_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> sets_;
  MeasurementSet measurements_;
  WellList overflow_;
  RunData run_;
};

RunData read_grid(const Grid& grid, const std::string& name, bool is_text) {
  std::size_t header_row = 0;
  const Layout layout = find_layout(grid, header_row);
  if (layout == Layout::none) {
    ErrorContext context;
    context.path = grid.path();
    context.problem = "no header of iQ5, MyiQ or Opticon results";
    throw Error(ErrorCode::malformed_file, std::move(context));
  }
  return TableReader(grid, header_row, layout, name, is_text).read();
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  for (const InputFile& file : files) {
    if (!file.workbook) {
      runs.push_back(read_grid(read_text_grid(file.bytes, file.path), file.name, true));
      continue;
    }
    for (const Sheet& sheet : file.workbook->sheets) {
      std::size_t row = 0;
      if (find_layout(sheet.grid, row) != Layout::none) runs.push_back(read_grid(sheet.grid, file.name, false));
    }
    if (runs.size() > 1) {
      for (std::size_t i = 0; i < runs.size(); ++i) runs[i].name += fmt::format(" {}", i + 1);
    }
  }
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"biorad_iq",
       "Bio-Rad iQ5, MyiQ and Opticon results",
       "Bio-Rad",
       {{"results with Identifier (CSV, TXT, workbook)", "iQ5, MyiQ", "MyiQ",
         "Ct, samples, roles, quantities; no curves", ReaderMaturity::sampled, "every row of a real file"},
        {"results with Well / Set (TXT)", "Opticon, MJ MiniOpticon", "Opticon Monitor",
         "Ct, descriptions, roles, quantities; no curves", ReaderMaturity::sampled, "every row of a real file"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::biorad_iq
