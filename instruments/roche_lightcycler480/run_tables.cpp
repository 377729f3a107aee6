// Reads the tables of an experiment in the order that lets each add to those before it.
#include "instruments/roche_lightcycler480/run_tables.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/measurement_set.hpp"
#include "instruments/roche_lightcycler480/file_name.hpp"
#include "instruments/roche_lightcycler480/raw_table.hpp"
#include "instruments/roche_lightcycler480/result_table.hpp"
#include "instruments/roche_lightcycler480/text_layout.hpp"
#include "instruments/roche_lightcycler480/well_name.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

struct Table {
  const InputFile* file = nullptr;
  Grid grid;
  TextLayout layout;
  ResultTable results;  ///< of all kinds but raw
  NotReadList not_read;
};

/// One experiment.
class RunJoiner {
 public:
  RunData read(std::string name, const std::string& experiment, std::vector<Table>& tables) {
    run_.name = std::move(name);
    run_.instrument.vendor = "Roche";
    run_.instrument.model = "LightCycler 480";
    for (Table& table : tables) {
      if (table.layout.kind == TableKind::raw) {
        if (table.layout.experiment == experiment || table.layout.experiment.empty()) read_raw(table);
      } else {
        add_rows(table, experiment);
      }
    }
    return finish();
  }

 private:
  void read_raw(const Table& table) {
    if (!raw_file_.empty()) {
      refuse(ErrorCode::ambiguous_format, table.file->path,
             fmt::format("'{}' holds raw data of the same experiment", raw_file_));
    }
    raw_file_ = table.file->name;
    RawReadings readings = read_raw_table(table.grid, table.layout, measurements_, not_read_);
    filters_ = std::move(readings.filters);
    run_.warnings.insert(run_.warnings.end(), readings.warnings.begin(), readings.warnings.end());
    run_.instrument.software = "LCS480";
    run_.instrument.software_version = table.layout.software_version;
  }

  /// The filter combinations that a row is about.
  std::vector<std::string> find_dyes(const Table& table, const ResultRow& row) {
    const std::string& text = row.filter.empty() ? table.layout.filter : row.filter;
    if (!text.empty()) {
      std::string filter = find_filter_combination(text);
      return {filter.empty() ? text : filter};
    }
    if (filters_.size() == 1) return filters_;
    if (filters_.empty()) return {""};
    if (table.layout.kind == TableKind::sample_info) return filters_;
    if (files_without_filter_.insert(table.file->name).second) {
      run_.warnings.push_back(fmt::format("'{}' does not say to which of the filter combinations its results belong",
                                          mask_personal(table.file->name)));
    }
    return {""};
  }

  void add_rows(const Table& table, const std::string& experiment) {
    for (const NotRead& entry : table.not_read.entries()) not_read_.add(entry.where, entry.why);
    run_.warnings.insert(run_.warnings.end(), table.results.warnings.begin(), table.results.warnings.end());
    if (table.results.whole) add_vendor_table(table, *table.results.whole);
    std::set<std::pair<std::string, std::string>> seen;
    for (const ResultRow& row : table.results.rows) {
      if (!row.experiment.empty() && row.experiment != experiment) continue;
      for (const std::string& dye : find_dyes(table, row)) {
        if (!seen.emplace(row.well.label + '\0' + dye, row.vendor.algorithm).second) {
          table.grid.fail(ErrorCode::duplicate_entry, row.row, "Pos", row.well.label,
                          "each well once in a table of one analysis and filter");
        }
        add_row(table, row, dye);
      }
    }
  }

  void add_vendor_table(const Table& table, VendorTable whole) {
    if (!table.layout.filter.empty()) whole.name += ", " + table.layout.filter;
    run_.vendor_tables.push_back(std::move(whole));
  }

  void add_row(const Table& table, const ResultRow& row, const std::string& dye) {
    const bool without_readings = !filters_.empty() && measurements_.find(row.well.label, {}, dye) == nullptr;
    Measurement& m = measurements_.at(row.well, {}, dye);
    if (without_readings) without_readings_.add(row.well);
    if (m.sample.empty()) {
      m.sample = row.sample;
    } else if (!row.sample.empty() && row.sample != m.sample) {
      other_samples_.add(row.well);
    }
    if (!row.target.empty()) targets_[{row.well.label, dye}] = row.target;
    if (!table.layout.filter.empty()) filter_texts_.emplace(dye, table.layout.filter);
    if (row.role != SampleRole::unspecified || !row.role_text.empty()) {
      if (m.role == SampleRole::unspecified) m.role = row.role;
      if (m.role_text.empty()) m.role_text = row.role_text;
    }
    if (row.quantity && !m.quantity) m.quantity = row.quantity;
    if (m.note.empty()) m.note = row.note;
    if (row.excluded && !m.excluded) {
      m.excluded = true;
      m.exclusion_reason = row.exclusion_reason;
    }
    if (row.end_point) {
      SingleReading reading;
      reading.fluorescence = *row.end_point;
      m.single_readings.push_back(reading);
    }
    if (table.layout.kind == TableKind::sample_info) return;
    row.has_cq ? add_cq(table, row, dye, m) : add_melting(row.vendor, m.vendor);
  }

  void add_cq(const Table& table, const ResultRow& row, const std::string& dye, Measurement& m) {
    const auto [before, is_first] = results_of_.emplace(row.well.label + '\0' + dye, table.file->name);
    if (is_first) {
      VendorResult melting = std::exchange(m.vendor, row.vendor);
      add_melting(melting, m.vendor);
      return;
    }
    if (row.vendor.algorithm.empty()) {
      refuse(ErrorCode::ambiguous_format, table.file->path,
             fmt::format("'{}' holds results of the same wells and filter, and neither says by which analysis",
                         before->second));
    }
    m.other_vendor_results.push_back(row.vendor);
  }

  static void add_melting(const VendorResult& from, VendorResult& to) {
    if (to.melting_temperatures_celsius.empty()) to.melting_temperatures_celsius = from.melting_temperatures_celsius;
    if (to.call.empty()) to.call = from.call;
    for (const std::string& flag : from.flags) {
      if (std::find(to.flags.begin(), to.flags.end(), flag) == to.flags.end()) to.flags.push_back(flag);
    }
  }

  RunData finish() {
    for (Measurement& m : measurements_.all()) {
      const auto target = targets_.find({m.well.label, m.dye});
      const auto text = filter_texts_.find(m.dye);
      if (target != targets_.end()) {
        m.target = target->second;
      } else if (text != filter_texts_.end()) {
        m.target = text->second;
      }
    }
    if (!other_samples_.empty()) {
      run_.warnings.push_back("the tables give these wells different samples, and the first is kept: " +
                              other_samples_.text());
    }
    if (!without_readings_.empty()) {
      run_.warnings.push_back("wells with results but without readings of that filter combination: " +
                              without_readings_.text());
    }
    run_.measurements = measurements_.release();
    run_.plate = find_plate(run_.measurements);
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

  RunData run_;
  MeasurementSet measurements_;
  NotReadList not_read_;
  std::string raw_file_;
  std::vector<std::string> filters_;
  std::map<std::string, std::string> filter_texts_;                     ///< of the results, by filter combination
  std::map<std::pair<std::string, std::string>, std::string> targets_;  ///< by well and filter combination
  std::map<std::string, std::string> results_of_;                       ///< file, by well and filter combination
  std::set<std::string> files_without_filter_;
  WellList other_samples_;
  WellList without_readings_;
};

Table read_table(const InputFile& file) {
  Table table;
  table.file = &file;
  table.grid = read_text_grid(file.bytes, file.path);
  table.layout = find_layout(table.grid);
  if (table.grid.row(table.layout.header_row).size() > most_columns)
    refuse(ErrorCode::malformed_file, file.path, fmt::format("the table has more than {} columns", most_columns));
  switch (table.layout.kind) {
    case TableKind::sample_info:
      table.results = read_sample_table(table.grid, table.layout, table.not_read);
      break;
    case TableKind::results:
    case TableKind::melting:
      table.results = read_result_table(table.grid, table.layout, table.not_read);
      break;
    case TableKind::raw:
    case TableKind::none:
      break;
  }
  return table;
}

/// Names of the experiments, in the order of the files.
std::vector<std::string> list_experiments(std::vector<Table>& tables) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (Table& table : tables) {
    add(table.layout.experiment);
    for (ResultRow& row : table.results.rows) {
      if (row.experiment.empty()) row.experiment = table.layout.experiment;
      add(row.experiment);
    }
  }
  return names;
}

void check_names(const std::vector<Table>& tables, std::size_t experiments) {
  if (experiments < 2) return;
  for (const Table& table : tables) {
    const bool named = table.layout.kind == TableKind::raw
                           ? !table.layout.experiment.empty()
                           : std::none_of(table.results.rows.begin(), table.results.rows.end(),
                                          [](const ResultRow& row) { return row.experiment.empty(); });
    if (!named) {
      refuse(ErrorCode::ambiguous_format, table.file->path,
             "the files are of several experiments, and this one does not name its own");
    }
  }
}

}  // namespace

std::vector<RunData> read_text_tables(const std::vector<InputFile>& files) {
  std::vector<Table> tables;
  std::vector<NotRead> others;
  for (const InputFile& file : files) {
    Table table = read_table(file);
    if (table.layout.kind == TableKind::none) {
      others.push_back({file.name, "a text beside the run that is no table of LightCycler 480 software"});
    } else {
      tables.push_back(std::move(table));
    }
  }
  if (tables.empty())
    refuse(ErrorCode::malformed_file, files.front().path, "no header of a table of LightCycler 480 software was found");
  std::stable_sort(tables.begin(), tables.end(),
                   [](const Table& a, const Table& b) { return a.layout.kind < b.layout.kind; });
  std::vector<std::string> experiments = list_experiments(tables);
  check_names(tables, experiments.size());
  if (experiments.empty()) experiments.emplace_back();
  std::vector<RunData> runs;
  for (const std::string& experiment : experiments) {
    std::string name = experiment.empty() ? find_stem(tables.front().file->name) : experiment;
    RunData run = RunJoiner().read(std::move(name), experiment, tables);
    if (run.measurements.empty())
      refuse(ErrorCode::malformed_file, tables.front().file->path, "the table holds no well");
    run.provenance.not_read.insert(run.provenance.not_read.end(), others.begin(), others.end());
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace qpcr::roche_lightcycler480
