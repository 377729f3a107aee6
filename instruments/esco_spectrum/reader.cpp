// Reads the results table of an Esco Spectrum.
#include "instruments/esco_spectrum/reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::esco_spectrum {
namespace {

/// The block of a Spectrum 48.
constexpr PlateGeometry block{2, 24};
constexpr PlateGeometry largest_plate{32, 48};

/// "<A1>" as the software writes wells.
std::optional<GridPosition> parse_well(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() < 4 || cell.front() != '<' || cell.back() != '>') return std::nullopt;
  const std::optional<GridPosition> position = parse_label(cell.substr(1, cell.size() - 2));
  return position && largest_plate.contains(*position) ? position : std::nullopt;
}

bool holds_folded(std::string_view line, std::string_view words) {
  return fold_header(line).find(words) != std::string::npos;
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text file"};
  const std::string_view header = head.first_line();
  if (!holds_folded(header, "number") || !holds_folded(header, "ct") || !holds_folded(header, "concentration"))
    return {Confidence::no, "no header with Number, a concentration and Ct"};
  const std::size_t end = static_cast<std::size_t>(header.data() - head.text.data()) + header.size();
  const std::string_view below = trim(std::string_view(head.text).substr(end));
  if (below.starts_with('<') || below.starts_with("\"<"))
    return {Confidence::certain, "header with Number, a concentration and Ct above wells such as <A1>"};
  return {Confidence::no, "wells are not written as <A1>"};
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  const Grid grid = read_text_grid(file.bytes, file.path);
  const NumberFormat format = decide_grid_format(grid, ThousandsCommas::never);
  const std::optional<std::size_t> header = find_header_row(grid, {HeaderNames{"Number", "Well"}});
  if (!header) grid.fail(ErrorCode::missing_column, 0, {}, grid.cell(0, 0), "a header with the column 'Number'");
  GridTable table(grid, *header, grid.row_count());
  const std::size_t well = table.require({"Number", "Well"});
  const std::size_t ct = table.require({"Ct", "Cq", "Cp"});
  const auto sample = table.find({"Sample Name", "Sample"});
  const auto standard = table.find({"Standard Concentration", "Standard Conc."});
  const auto calculated = table.find({"Calculated Concentration", "Calculated Conc."});
  const auto dye = table.find({"Dye", "Channel", "Fluorophore"});
  const auto target = table.find({"Target", "Target Name", "Gene"});
  const auto type = table.find({"Type", "Sample Type"});

  RunData run;
  run.name = file.name.substr(0, file.name.rfind('.'));
  run.instrument.vendor = "Esco";
  run.instrument.model = "Spectrum";
  std::set<std::string> seen;
  bool fits_block = true;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    if (grid.is_blank(row)) continue;
    const std::optional<GridPosition> position = parse_well(table.text(row, well));
    if (!position) table.fail(row, well, "a well such as <A1>");
    Measurement measurement;
    measurement.well = to_well(*position);
    measurement.sample = table.text(row, sample);
    measurement.dye = table.text(row, dye);
    measurement.target = table.text(row, target);
    if (!seen.insert(measurement.well.label + '\n' + measurement.target + '\n' + measurement.dye).second)
      table.fail(ErrorCode::duplicate_entry, row, well, "each well once");
    measurement.role_text = table.text(row, type);
    measurement.role = parse_role(measurement.role_text).value_or(SampleRole::unspecified);
    measurement.quantity = table.number(row, standard, format);
    // A standard of nothing is none: 0 stands where no concentration was given.
    if (measurement.quantity && !(*measurement.quantity > 0)) measurement.quantity.reset();
    if (measurement.quantity && measurement.role_text.empty()) measurement.role = SampleRole::standard;
    measurement.vendor.quantity = table.number(row, calculated, format);
    if (!set_vendor_cq(measurement.vendor, table.text(row, ct), format))
      table.fail(row, ct, "a number, or an empty cell where there is none");
    fits_block = fits_block && block.contains(*position);
    run.measurements.push_back(std::move(measurement));
  }
  if (run.measurements.empty()) grid.fail(ErrorCode::malformed_file, *header, {}, {}, "wells below the header");
  if (fits_block) {
    run.plate = block;
    run.instrument.model = "Spectrum 48";
  }
  sort_by_well(run.measurements);
  run.warnings.emplace_back("the file holds results only: the run has no curve");
  NotReadList not_read;
  table.report_columns_not_read(not_read, file.name);
  run.provenance.not_read = not_read.entries();
  std::vector<RunData> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{{"esco_spectrum",
                             "Esco Spectrum, results",
                             "Esco",
                             {{"results table (CSV), wells written <A1>", "Spectrum 48", "not stated in the files",
                               "samples, standards, calculated quantity, Ct", ReaderMaturity::sampled,
                               "one real file, every row; synthetic files value by value"}},
                             {}},
                            sniff,
                            read,
                            nullptr};
  return value;
}

}  // namespace qpcr::esco_spectrum
