// Reads the CSV of the OpenArray software.
#include "instruments/appbio_sds/open_array.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"

namespace qpcr::appbio_sds {
namespace {

constexpr PlateGeometry subarrays{4, 12};
constexpr PlateGeometry holes{8, 8};
/// The software's protocol always has so many; it writes the number where there is no Ct.
constexpr double cycle_count = 40;

struct Columns {
  explicit Columns(GridTable& table)
      : address(table.require({"ThroughHole.Address"})),
        ct(table.find({"ThroughHole.Ct"})),
        plate(table.find({"OpenArrayPlate.SerialNumber"})),
        assay(table.find({"Assay.Assay ID"})),
        assay_name(table.find({"Assay.Assay Name"})),
        dye(table.find({"Assay.AmplificationCurveDyeNames.0"})),
        sample(table.find({"SampleInfo.SampleID"})),
        description(table.find({"SampleInfo.Description"})),
        outlier(table.find({"ThroughHole.Outlier"})),
        confidence(table.find({"ThroughHole.CtConfidence"})),
        quantity(table.find({"ThroughHole.Concentration"})),
        unit(table.find({"ThroughHole.ConcentrationUnit"})),
        melting_temperature(table.find({"ThroughHole.Tm"})),
        software(table.find({"VersionInfo.ProductName"})),
        version(table.find({"VersionInfo.ProductVersion"})) {}

  std::size_t address;
  std::optional<std::size_t> ct, plate, assay, assay_name, dye, sample, description, outlier, confidence, quantity,
      unit, melting_temperature, software, version;
};

void read_vendor(const GridTable& table, std::size_t row, const Columns& columns, NumberFormat format,
                 VendorResult& vendor) {
  if (columns.ct) {
    if (!set_vendor_cq(vendor, table.text(row, *columns.ct), format))
      table.fail(row, *columns.ct, "a number; 40 where there is no Ct");
    if (vendor.cq_cycles && *vendor.cq_cycles >= cycle_count) {
      vendor.cq_cycles.reset();
      vendor.cq_status = CqStatus::no_amplification;
    }
    vendor.algorithm = "Ct";
  }
  const auto optional_number = [&](std::optional<std::size_t> column) {
    return is_no_cq(table.text(row, column)) ? std::nullopt : table.number(row, column, format);
  };
  vendor.cq_confidence = optional_number(columns.confidence);
  vendor.quantity = optional_number(columns.quantity);
  vendor.quantity_unit = table.text(row, columns.unit);
  const std::optional<double> peak = optional_number(columns.melting_temperature);
  if (peak && *peak > 0) vendor.melting_temperatures_celsius.push_back(*peak);
  if (is_yes(table.text(row, columns.outlier))) vendor.flags.emplace_back("Outlier");
}

}  // namespace

std::optional<GridPosition> parse_hole(std::string_view address) {
  address = trim(address);
  const std::size_t inner = address.find_first_of("abcdefghijklmnopqrstuvwxyz");
  if (inner == std::string_view::npos) return std::nullopt;
  const std::optional<GridPosition> subarray = parse_label(address.substr(0, inner));
  const std::optional<GridPosition> hole = parse_label(address.substr(inner));
  if (!subarray || !hole || !subarrays.contains(*subarray) || !holes.contains(*hole)) return std::nullopt;
  return GridPosition{subarray->row * holes.rows + hole->row, subarray->column * holes.columns + hole->column};
}

std::vector<RunData> read_open_array(const InputFile& file) {
  const Grid grid = read_text_grid(file.bytes, file.path);
  const NumberFormat format = decide_grid_format(grid, ThousandsCommas::never);
  const auto header = find_header_row(grid, {HeaderNames{"ThroughHole.Address"}});
  if (!header) grid.fail(ErrorCode::missing_column, 0, "ThroughHole.Address", {}, "a header with that column");
  GridTable table(grid, *header, grid.row_count());
  const Columns columns(table);

  std::vector<RunData> runs;
  std::vector<MeasurementSet> sets;
  std::map<std::string, std::size_t, std::less<>> plates;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    if (grid.is_blank(row)) continue;
    const std::string plate(table.text(row, columns.plate));
    const auto [entry, is_new] = plates.emplace(plate, runs.size());
    if (is_new) {
      sets.emplace_back();
      RunData& run = runs.emplace_back();
      run.name = plate.empty() ? file.name.substr(0, file.name.rfind('.')) : plate;
      run.plate_barcode = plate;
      run.plate = PlateGeometry{subarrays.rows * holes.rows, subarrays.columns * holes.columns};
      run.instrument.vendor = "Applied Biosystems";
      run.instrument.model = "OpenArray";
      run.instrument.software = table.text(row, columns.software);
      run.instrument.software_version = table.text(row, columns.version);
      run.warnings.emplace_back("the file holds results only: the run has no curve");
    }
    const std::string_view address = table.text(row, columns.address);
    const std::optional<GridPosition> hole = parse_hole(address);
    if (!hole) table.fail(row, columns.address, "a through-hole from A1a1 to D12h8");
    // Assays may share a name, not an identifier.
    const std::string target(table.text(row, columns.assay ? columns.assay : columns.assay_name));
    const std::string dye(table.text(row, columns.dye));
    MeasurementSet& set = sets[entry->second];
    if (set.find(std::string(address), target, dye) != nullptr)
      table.fail(ErrorCode::duplicate_entry, row, columns.address, "each through-hole, assay and dye once");
    Measurement& measurement = set.at({std::string(address), hole}, target, dye);
    measurement.subarray = address.substr(0, address.find_first_of("abcdefghijklmnopqrstuvwxyz"));
    measurement.sample = table.text(row, columns.sample);
    measurement.note = table.text(row, columns.description);
    read_vendor(table, row, columns, format, measurement.vendor);
  }
  if (runs.empty()) grid.fail(ErrorCode::malformed_file, *header, {}, {}, "through-holes below the header");
  NotReadList not_read;
  table.report_columns_not_read(not_read, file.name);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].measurements = sets[i].release();
    runs[i].provenance.not_read = not_read.entries();
  }
  return runs;
}

}  // namespace qpcr::appbio_sds
