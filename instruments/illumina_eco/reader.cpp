// Reads Illumina Eco result tables.
#include "instruments/illumina_eco/reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::illumina_eco {
namespace {

constexpr PlateGeometry eco_plate{6, 8};
constexpr PlateGeometry largest_plate{32, 48};

/// True for the header of the results: no other export has both an 'Assay Role' and an 'Exclude' column.
bool is_results_header(std::string_view line) {
  const std::string folded = fold_header(line);
  return folded.find("well") != std::string::npos && folded.find("assayrole") != std::string::npos &&
         folded.find("exclude") != std::string::npos && folded.find("cq") != std::string::npos;
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  std::string_view rest = head.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    if (is_results_header(rest.substr(0, end)))
      return {Confidence::certain, "a header with Well, Exclude, Assay Role and Cq"};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {Confidence::no, "no header with Well, Exclude, Assay Role and Cq"};
}

class EcoReader {
 public:
  explicit EcoReader(const InputFile& file) : file_(file), grid_(read_text_grid(file.bytes, file.path)) {}

  RunData read() {
    const std::optional<std::size_t> header =
        find_header_row(grid_, {HeaderNames{"Well"}, HeaderNames{"Assay Role"}, HeaderNames{"Cq"}});
    if (!header) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "no results header with Well, Assay Role and Cq";
      throw Error(ErrorCode::missing_column, std::move(context));
    }
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Illumina";
    read_head(*header);
    std::size_t end = *header + 1;
    while (end < grid_.row_count() && !grid_.is_blank(end)) ++end;
    read_results(GridTable(grid_, *header, end));
    for (std::size_t row = end; row < grid_.row_count(); ++row) {
      if (grid_.is_blank(row)) continue;
      not_read_.add(fmt::format("line {} and what follows", grid_.line(row)), "no table that is known");
      break;
    }
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  /// Keys and values, and the list of assays with its own header.
  void read_head(std::size_t header) {
    for (std::size_t row = 0; row < header; ++row) {
      if (grid_.is_blank(row)) continue;
      const std::string key(trim(grid_.cell(row, 0)));
      const std::string folded = fold_header(key);
      const std::string value(trim(grid_.cell(row, 1)));
      if (folded == "assayname") {
        row = read_assays(row, header);
      } else if (folded == "experimentname") {
        if (!value.empty()) run_.name = value;
      } else if (folded == "runstart") {
        run_.started_at = value;
      } else if (folded == "runfinish") {
        run_.ended_at = value;
      } else if (folded == "instrument") {
        run_.instrument.model = value;
      } else if (folded == "serialnumber" || folded == "instrumentserialnumber") {
        run_.instrument.serial_number = value;
      } else if (folded == "operator" || folded == "user" || folded == "username") {
        run_.operator_name = value;
      } else if (folded == "notes" || folded == "comments") {
        run_.notes = value;
      } else if (folded == "software") {
        const std::size_t version = value.rfind(" v");
        run_.instrument.software = value.substr(0, version);
        if (version != std::string::npos) run_.instrument.software_version = value.substr(version + 2);
      } else if (!value.empty()) {
        not_read_.add(fmt::format("'{}'", key), "no result comes from it");
      }
    }
  }

  /// @return the last row of the list.
  std::size_t read_assays(std::size_t first, std::size_t header) {
    VendorTable table;
    table.name = "Assays";
    for (const std::string_view cell : grid_.row(first)) table.columns.emplace_back(trim(cell));
    while (!table.columns.empty() && table.columns.back().empty()) table.columns.pop_back();
    std::size_t row = first + 1;
    for (; row < header && !grid_.is_blank(row); ++row) {
      std::vector<std::string>& cells = table.rows.emplace_back();
      for (std::size_t column = 0; column < table.columns.size(); ++column)
        cells.emplace_back(trim(grid_.cell(row, column)));
    }
    if (!table.rows.empty()) run_.vendor_tables.push_back(std::move(table));
    return row - 1;
  }

  struct Columns {
    std::size_t well = 0;
    std::optional<std::size_t> exclude, sample, assay, role, call, dye, quantity, baseline_first, baseline_last,
        threshold;
    std::size_t cq = 0;
    std::vector<std::size_t> melting_temperatures;
  };

  static Columns find_columns(GridTable& table) {
    Columns columns;
    columns.well = table.require({"Well"});
    columns.cq = table.require({"Cq"});
    columns.exclude = table.find({"Exclude", "Excluded"});
    columns.sample = table.find({"Sample Name", "Sample"});
    columns.assay = table.find({"Assay Name", "Assay"});
    columns.role = table.find({"Assay Role", "Role"});
    columns.call = table.find({"Call"});
    columns.dye = table.find({"Reporter", "Dye", "Channel"});
    columns.quantity = table.find({"Quantity", "Starting Quantity", "Concentration"});
    columns.baseline_first = table.find({"Baseline Start"});
    columns.baseline_last = table.find({"Baseline End"});
    columns.threshold = table.find({"Cq Threshold", "Threshold"});
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      const std::string folded = fold_header(table.header(column));
      if (!folded.starts_with("tm") || !parse_integer(std::string_view(folded).substr(2))) continue;
      table.mark_read(column);
      columns.melting_temperatures.push_back(column);
    }
    return columns;
  }

  NumberFormat decide_format(const GridTable& table, const Columns& columns) const {
    std::vector<std::string_view> cells;
    const auto add = [&](std::optional<std::size_t> column) {
      if (!column) return;
      for (std::size_t row = table.first_row(); row < table.end_row(); ++row) cells.push_back(table.text(row, column));
    };
    for (const auto& column : {std::optional(columns.cq), columns.quantity, columns.threshold, columns.baseline_first,
                               columns.baseline_last})
      add(column);
    for (const std::size_t column : columns.melting_temperatures) add(column);
    return decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, file_.path);
  }

  void read_results(GridTable table) {
    const Columns columns = find_columns(table);
    const NumberFormat format = decide_format(table, columns);
    MeasurementSet set;
    bool on_plate = true;
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      const std::optional<GridPosition> position = parse_label(table.text(row, columns.well));
      if (!position || !largest_plate.contains(*position)) table.fail(row, columns.well, "a well such as A1");
      on_plate = on_plate && eco_plate.contains(*position);
      const WellId well = to_well(*position);
      const std::string assay(table.text(row, columns.assay));
      const std::string dye(table.text(row, columns.dye));
      if (set.find(well.label, assay, dye) != nullptr)
        table.fail(ErrorCode::duplicate_entry, row, columns.well, "each well and assay once");
      fill(set.at(well, assay, dye), table, row, columns, format);
    }
    table.report_columns_not_read(not_read_, "results");
    run_.measurements = set.release();
    if (run_.measurements.empty())
      table.grid().fail(ErrorCode::malformed_file, table.first_row() - 1, "Well", {}, "a row below the header");
    if (on_plate) run_.plate = eco_plate;
  }

  static void fill(Measurement& m, const GridTable& table, std::size_t row, const Columns& columns,
                   NumberFormat format) {
    m.sample = table.text(row, columns.sample);
    m.role_text = table.text(row, columns.role);
    m.role = parse_role(m.role_text).value_or(SampleRole::unspecified);
    const std::string exclude(table.text(row, columns.exclude));
    m.excluded = is_yes(exclude) || fold_header(exclude) == "excluded";
    if (m.excluded) {
      m.exclusion_reason = "excluded in the instrument's software";
    } else if (!exclude.empty() && !is_excluded_no(exclude)) {
      table.fail(row, *columns.exclude, "'Excluded' or nothing");
    }
    VendorResult& vendor = m.vendor;
    if (!set_vendor_cq(vendor, table.text(row, columns.cq), format))
      table.fail(row, columns.cq, "a number or an empty cell");
    if (m.excluded && vendor.cq_status == CqStatus::no_amplification) vendor.cq_status = CqStatus::excluded;
    vendor.call = table.text(row, columns.call);
    vendor.threshold = table.number(row, columns.threshold, format);
    vendor.baseline_first_cycle = table.number(row, columns.baseline_first, format);
    vendor.baseline_last_cycle = table.number(row, columns.baseline_last, format);
    for (const std::size_t column : columns.melting_temperatures) {
      if (const std::optional<double> tm = table.number(row, column, format))
        vendor.melting_temperatures_celsius.push_back(*tm);
    }
    if (const std::string_view text = table.text(row, columns.quantity); !is_no_cq(text)) {
      (m.role == SampleRole::standard ? m.quantity : vendor.quantity) = table.number(row, columns.quantity, format);
    }
  }

  static bool is_excluded_no(std::string_view text) {
    const std::string folded = fold_header(text);
    return folded == "no" || folded == "false" || folded == "0" || folded == "included";
  }

  const InputFile& file_;
  Grid grid_;
  RunData run_;
  NotReadList not_read_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(EcoReader(files.front()).read());
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"illumina_eco",
       "Illumina Eco results",
       "Illumina",
       {{"results (CSV)", "Eco Real-Time PCR System", "Eco Software 3.0.16.0",
         "Cq, sample, assay, role, call, exclusions, threshold, baseline window, Tm; no curves",
         ReaderMaturity::sampled, "every row of a real file compared with a naive split of its lines"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::illumina_eco
