// Reads the tables of an Open qPCR run and joins them.
#include "instruments/chai_openqpcr/reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::chai_openqpcr {
namespace {

/// Two rows of eight tubes.
constexpr PlateGeometry block{2, 8};
constexpr long well_count = 16;
constexpr long most_cycles = 65536;
constexpr long most_channels = 16;

enum class TableKind { none, amplification, melt, cq, wells };

struct Header {
  std::set<std::string> names;
  bool has(std::string_view name) const { return names.contains(std::string(name)); }
  bool has_any(std::initializer_list<std::string_view> list) const {
    return std::any_of(list.begin(), list.end(), [&](std::string_view name) { return has(name); });
  }
};

TableKind identify(const Header& header) {
  if (!header.has("wellnum")) return TableKind::none;
  const bool signal = header.has_any({"fluorescencevalue", "backgroundsubtractedvalue", "backgroundsubstractedvalue",
                                      "baselinesubtractedvalue", "baselinesubstractedvalue"});
  if (header.has("cyclenum") && signal) return TableKind::amplification;
  if (header.has("temperature") && header.has_any({"fluorescencevalue", "fluorescencedata", "normalizeddata"}))
    return TableKind::melt;
  if (header.has("channel") && header.has_any({"cq", "ct"})) return TableKind::cq;
  if (header.has_any({"welltype", "quantitym"})) return TableKind::wells;
  return TableKind::none;
}

TableKind identify_line(std::string_view line) {
  Header header;
  for (const std::string_view cell : split(line, detect_delimiter(line))) {
    std::string name = fold_header(cell);
    std::erase(name, '"');
    header.names.insert(std::move(name));
  }
  return identify(header);
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr || head.text.empty()) return {Confidence::no, "not a text file"};
  switch (identify_line(head.first_line())) {
    case TableKind::amplification:
      return {Confidence::certain, "header with well_num, cycle_num and Open qPCR's kinds of signal"};
    case TableKind::melt:
      return {Confidence::certain, "header with well_num, temperature and Open qPCR's signal"};
    case TableKind::cq:
      return {Confidence::certain, "header with channel, well_num and cq"};
    case TableKind::wells:
      return {Confidence::certain, "header with well_num and well_type"};
    case TableKind::none:
      break;
  }
  return {Confidence::no, "no header of an Open qPCR table"};
}

/// Numbers as the tables have them, checked for the range that the instrument has.
long require_integer(const GridTable& table, std::size_t row, std::size_t column, long first, long last,
                     const char* what) {
  const std::optional<long> value = table.integer(row, column);
  if (!value || *value < first || *value > last)
    table.fail(row, column, fmt::format("{} from {} to {}", what, first, last));
  return *value;
}

class RunReader {
 public:
  RunData read(const std::vector<InputFile>& files) {
    run_.name = files.front().name.substr(0, files.front().name.rfind('.'));
    for (const InputFile& file : files) read_file(file);
    if (measurements_.empty()) {
      ErrorContext context;
      context.path = files.front().path;
      context.problem = "no curve and no Cq: amplification.csv or cq.csv of the same run is missing";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    run_.instrument.vendor = "Chai";
    run_.instrument.model = "Open qPCR";
    run_.plate = block;
    run_.measurements = measurements_.release();
    join_wells();
    if (!found_.contains(TableKind::amplification) && !found_.contains(TableKind::melt))
      run_.warnings.emplace_back("only the Cq table was found: the run holds no curve");
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  struct Well {
    std::string type;
    std::optional<double> quantity;
    bool omitted = false;
  };

  void read_file(const InputFile& file) {
    const Grid grid = read_text_grid(file.bytes, file.path);
    std::size_t header_row = 0;
    while (header_row < grid.row_count() && grid.is_blank(header_row)) ++header_row;
    Header header;
    for (const std::string_view cell : grid.row(header_row)) header.names.insert(fold_header(cell));
    const TableKind kind = identify(header);
    if (kind == TableKind::none) {
      not_read_.add(file.name, "no table of an Open qPCR run");
      return;
    }
    if (const auto [previous, is_new] = found_.emplace(kind, file.name); !is_new) {
      ErrorContext context;
      context.path = file.path;
      context.problem = fmt::format("'{}' is the same table of the same run", previous->second);
      throw Error(ErrorCode::ambiguous_format, std::move(context));
    }
    format_ = decide_grid_format(grid, ThousandsCommas::never);
    GridTable table(grid, header_row, grid.row_count());
    switch (kind) {
      case TableKind::amplification:
        read_amplification(table);
        break;
      case TableKind::melt:
        read_melt(table);
        break;
      case TableKind::cq:
        read_cq(table);
        break;
      case TableKind::wells:
        read_wells(table);
        break;
      case TableKind::none:
        break;
    }
    table.report_columns_not_read(not_read_, file.name);
  }

  Measurement& at(const GridTable& table, std::size_t row, std::size_t well_column,
                  std::optional<std::size_t> channel_column) {
    const long well = require_integer(table, row, well_column, 1, well_count, "a well");
    std::string dye;
    if (channel_column)
      dye = fmt::format("ch{}", require_integer(table, row, *channel_column, 1, most_channels, "a channel"));
    return measurements_.at({fmt::format("{}", well), to_position(well - 1, block)}, {}, dye);
  }

  static double reading(const GridTable& table, std::size_t row, std::size_t column, NumberFormat format) {
    return table.number(row, column, format).value_or(std::numeric_limits<double>::quiet_NaN());
  }

  void read_amplification(GridTable& table) {
    const std::size_t well = table.require({"well_num"});
    const std::size_t cycle = table.require({"cycle_num"});
    const auto channel = table.find({"channel"});
    // The least treated signal comes last, so that it is what a list of all curves ends with.
    const std::array<std::pair<std::optional<std::size_t>, CurveKind>, 3> signals{
        {{table.find({"baseline_subtracted_value", "baseline_substracted_value"}), CurveKind::baseline_subtracted},
         {table.find({"background_subtracted_value", "background_substracted_value"}),
          CurveKind::background_subtracted},
         {table.find({"fluorescence_value"}), CurveKind::unknown}}};
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      if (table.grid().is_blank(row)) continue;
      Measurement& measurement = at(table, row, well, channel);
      const long number = require_integer(table, row, cycle, 1, most_cycles, "a cycle");
      if (measurement.amplification.empty()) {
        for (const auto& [column, kind] : signals) {
          if (column) measurement.amplification.push_back({kind, {}, {}});
        }
      }
      std::vector<double>& cycles = measurement.amplification.front().cycles;
      if (!cycles.empty() && !(static_cast<double>(number) > cycles.back())) {
        table.fail(ErrorCode::duplicate_entry, row, cycle,
                   fmt::format("a cycle after {} of well {}", cycles.back(), measurement.well.label));
      }
      std::size_t curve = 0;
      for (const auto& [column, kind] : signals) {
        if (!column) continue;
        AmplificationCurve& here = measurement.amplification[curve++];
        here.cycles.push_back(static_cast<double>(number));
        here.fluorescence.push_back(reading(table, row, *column, format_));
      }
    }
  }

  void read_melt(GridTable& table) {
    const std::size_t well = table.require({"well_num"});
    const std::size_t temperature = table.require({"temperature"});
    const auto channel = table.find({"channel"});
    const std::size_t signal = table.require({"fluorescence_value", "fluorescence_data", "normalized_data"});
    const CurveKind kind =
        fold_header(table.header(signal)) == "normalizeddata" ? CurveKind::normalised : CurveKind::unknown;
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      if (table.grid().is_blank(row)) continue;
      Measurement& measurement = at(table, row, well, channel);
      if (measurement.melt.empty()) measurement.melt.push_back({kind, {}, {}});
      measurement.melt.front().temperatures_celsius.push_back(table.require_number(row, temperature, format_));
      measurement.melt.front().fluorescence.push_back(reading(table, row, signal, format_));
    }
  }

  void read_cq(GridTable& table) {
    const std::size_t well = table.require({"well_num"});
    const auto channel = table.find({"channel"});
    const std::size_t cq = table.require({"cq", "ct"});
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      if (table.grid().is_blank(row)) continue;
      Measurement& measurement = at(table, row, well, channel);
      if (measurement.vendor.cq_status != CqStatus::not_measured)
        table.fail(ErrorCode::duplicate_entry, row, well, "each channel and well once");
      if (!set_vendor_cq(measurement.vendor, table.text(row, cq), format_))
        table.fail(row, cq, "a number, or an empty cell where there is none");
    }
  }

  void read_wells(GridTable& table) {
    const std::size_t well = table.require({"well_num"});
    const auto type = table.find({"well_type"});
    const auto mantissa = table.find({"quantity_m"});
    const auto exponent = table.find({"quantity_b"});
    const auto omit = table.find({"omit"});
    for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
      if (table.grid().is_blank(row)) continue;
      Well entry;
      entry.type = table.text(row, type);
      entry.omitted = is_yes(table.text(row, omit));
      const std::optional<double> m = table.number(row, mantissa, format_);
      const std::optional<double> b = table.number(row, exponent, format_);
      if (m && b) {
        // Read as one decimal text, which is the nearest number; a product with a power is not.
        const std::string text = fmt::format("{}e{}", format_double(*m), format_double(*b));
        entry.quantity = parse_double(text);
        if (!entry.quantity) table.fail(row, *exponent, "a whole exponent of ten");
      }
      const long number = require_integer(table, row, well, 1, well_count, "a well");
      if (!wells_.emplace(number, std::move(entry)).second)
        table.fail(ErrorCode::duplicate_entry, row, well, "each well once");
    }
  }

  /// A row of the table of wells is about every channel of the well.
  void join_wells() {
    std::set<long> used;
    for (Measurement& measurement : run_.measurements) {
      const long number = parse_integer(measurement.well.label).value_or(0);
      const auto found = wells_.find(number);
      if (found == wells_.end()) continue;
      used.insert(number);
      const Well& well = found->second;
      measurement.role_text = well.type;
      measurement.role = parse_role(well.type).value_or(SampleRole::unspecified);
      if (measurement.role == SampleRole::standard) measurement.quantity = well.quantity;
      measurement.excluded = well.omitted;
      if (well.omitted) measurement.exclusion_reason = "omitted in the table of wells";
    }
    WellList without;
    for (const auto& [number, well] : wells_) {
      if (!used.contains(number)) without.add({fmt::format("{}", number), to_position(number - 1, block)});
    }
    if (!without.empty()) run_.warnings.push_back("the table of wells names wells without data: " + without.text());
  }

  RunData run_;
  NotReadList not_read_;
  MeasurementSet measurements_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  std::map<TableKind, std::string> found_;
  std::map<long, Well> wells_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(RunReader().read(files));
  return runs;
}

/// "amplification.csv" and "cq.csv" belong together, and so do "run 1_amplification.csv" and "run 1_cq.csv".
std::string companion_key(std::string_view name) {
  std::string lower = to_lower_ascii(name);
  if (lower.ends_with(".gz")) lower.resize(lower.size() - 3);
  for (const std::string_view table :
       {"amplification.csv", "targets_wells.csv", "melt_curve.csv", "melt_curve_data.csv", "melt.csv", "cq.csv"}) {
    if (!lower.ends_with(table)) continue;
    const std::string before = lower.substr(0, lower.size() - table.size());
    if (before.empty() || before.ends_with('_') || before.ends_with('-') || before.ends_with(' '))
      return "open qpcr/" + before;
  }
  return {};
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"chai_openqpcr",
       "Chai Open qPCR, CSV",
       "Chai",
       {{"amplification.csv with cq.csv and targets_wells.csv", "Open qPCR, single and dual channel",
         "not stated in the files",
         "baseline-subtracted, background-subtracted and further signal, Cq, well types, quantities, omissions",
         ReaderMaturity::verified, "signal and Cq against an independent program"},
        {"melting curve (CSV)", "Open qPCR", "", "melting curve", ReaderMaturity::provisional,
         "synthetic files value by value"}},
       {}},
      sniff,
      read,
      companion_key};
  return value;
}

}  // namespace qpcr::chai_openqpcr
