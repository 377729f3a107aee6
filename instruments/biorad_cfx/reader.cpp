// Reads the tables of a CFX run and joins them.
#include "instruments/biorad_cfx/reader.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "instruments/biorad_cfx/file_name.hpp"
#include "instruments/biorad_cfx/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::biorad_cfx {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

bool is_encrypted_project(const FileHead& head) {
  return head.is_zip && head.members.size() == 1 && head.members.front().ends_with(".pcrd");
}

Sniff sniff(const FileHead& head) {
  if (is_encrypted_project(head)) return {Confidence::certain, "a zip whose only member is a .pcrd project"};
  if (head.is_zip || head.text.empty()) return {Confidence::no, "neither text nor a .pcrd project"};
  switch (identify_table(head.text)) {
    case TableKind::amplification:
      return {Confidence::certain, "header ',Cycle,<wells>'"};
    case TableKind::melt:
      return {Confidence::certain, "header ',Temperature,<wells>'"};
    case TableKind::cq:
      return {Confidence::certain, "header of a Cq table (Well, Fluor, Content, Cq …)"};
    case TableKind::melt_peaks:
      return {Confidence::certain, "header with Well, Fluor, Content and Melt Temperature"};
    case TableKind::run_information:
      return {Confidence::certain, "run information with 'Run Started' and serial numbers"};
    case TableKind::none:
      break;
  }
  return {Confidence::no, "no header of a CFX table"};
}

/// Collects the tables of one run.
class RunReader {
 public:
  RunData read(const std::vector<InputFile>& files) {
    for (const InputFile& file : files) read_file(file);
    if (readings_.empty() && cq_.empty()) {
      refuse(ErrorCode::malformed_file, files.front().path,
             "no amplification, melting or Cq table of this CFX run was found; they are files of the same folder that "
             "start alike");
    }
    join();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  struct Key {
    GridPosition position;
    std::string fluor;
    auto operator<=>(const Key&) const = default;
    bool operator==(const Key&) const = default;
  };
  struct Readings {
    std::optional<AmplificationCurve> amplification;
    std::optional<MeltCurve> melt;
  };

  void read_file(const InputFile& file) {
    const FileName name = parse_file_name(file.name);
    if (run_.name.empty()) run_.name = name.table.empty() ? file.name.substr(0, file.name.rfind('.')) : name.run;
    Text text = decode_table(file.bytes, file.path);
    const TableKind kind = identify_table(text.utf8);
    switch (kind) {
      case TableKind::amplification:
      case TableKind::melt:
        read_curves(file, name, std::move(text), kind);
        break;
      case TableKind::cq:
        read_cq(file, std::move(text));
        break;
      case TableKind::run_information:
        read_information(file, text);
        break;
      case TableKind::melt_peaks:
        not_read_.add(file.name, "melting peaks of the vendor's software");
        break;
      case TableKind::none:
        not_read_.add(file.name, "a table of the run that no result comes from");
        break;
    }
  }

  void read_curves(const InputFile& file, const FileName& name, Text text, TableKind kind) {
    if (name.table.starts_with("melt curve derivative")) {
      not_read_.add(file.name, "the derivative is computed from the melting curve, not taken from the vendor");
      return;
    }
    if (name.fluor.empty() && !name.table.empty()) {
      refuse(ErrorCode::malformed_file, file.path,
             "the fluorophore is missing: it stands only in the file's name, as in '… Quantification Amplification "
             "Results_FAM.csv'");
    }
    const auto [previous, is_new] = curve_files_.emplace(std::make_pair(kind, name.fluor), file.name);
    if (!is_new) {
      refuse(ErrorCode::ambiguous_format, file.path,
             fmt::format("'{}' holds the same table of the same run for {}", previous->second, name.fluor));
    }
    fluors_.push_back(name.fluor);
    for (WideColumn& column : read_wide_table(std::move(text), file.path, kind)) {
      Readings& readings = readings_[{column.position, name.fluor}];
      if (kind == TableKind::amplification) {
        readings.amplification =
            AmplificationCurve{CurveKind::baseline_subtracted, std::move(column.axis), std::move(column.readings)};
      } else {
        readings.melt = MeltCurve{CurveKind::unknown, std::move(column.axis), std::move(column.readings)};
      }
    }
  }

  void read_cq(const InputFile& file, Text text) {
    if (!cq_file_.empty())
      refuse(ErrorCode::ambiguous_format, file.path, fmt::format("'{}' is a Cq table of the same run", cq_file_));
    cq_file_ = file.name;
    CqTable table = read_cq_table(std::move(text), file.path);
    for (const std::string& column : table.columns_not_read) {
      not_read_.add(fmt::format("{}: column '{}'", file.name, column), "no result comes from it");
    }
    cq_ = std::move(table.rows);
  }

  void read_information(const InputFile& file, const Text& text) {
    for (auto& [key, value] : read_run_information(text, file.path)) {
      if (key == "Run Started") {
        run_.started_at = value;
      } else if (key == "Base Serial Number") {
        run_.instrument.serial_number = value;
      } else if (key.starts_with("CFX ") && key.ends_with(" Version")) {
        run_.instrument.software = key.substr(0, key.size() - std::string_view(" Version").size());
        run_.instrument.software_version = value;
      } else if (!key.empty()) {
        not_read_.add(fmt::format("{}: '{}'", file.name, key),
                      key == "Created By User" ? "names people" : "no result comes from it");
      }
    }
  }

  /// File names are retyped by people: a fluorophore is the Cq table's where only the case differs.
  void take_spelling_of_cq_table() {
    for (std::string& fluor : fluors_) {
      const auto same = std::find_if(
          cq_.begin(), cq_.end(), [&](const CqRow& row) { return equals_ignoring_case(row.measurement.dye, fluor); });
      if (same == cq_.end() || same->measurement.dye == fluor) continue;
      std::map<Key, Readings> renamed;
      for (auto& [key, readings] : readings_) {
        const std::string& name = key.fluor == fluor ? same->measurement.dye : key.fluor;
        renamed.emplace(Key{key.position, name}, std::move(readings));
      }
      readings_ = std::move(renamed);
      fluor = same->measurement.dye;
    }
  }

  void join() {
    run_.instrument.vendor = "Bio-Rad";
    take_spelling_of_cq_table();
    std::set<Key> used;
    std::map<std::string, WellList> without_curve;
    WellList without_row;
    for (CqRow& row : cq_) {
      const Key key{*row.measurement.well.position, row.measurement.dye};
      used.insert(key);
      const auto found = readings_.find(key);
      if (found != readings_.end()) attach(found->second, row.measurement);
      if (row.measurement.amplification.empty() && row.measurement.melt.empty())
        without_curve[key.fluor].add(row.measurement.well);
      run_.measurements.push_back(std::move(row.measurement));
    }
    for (const std::string& fluor : fluors_) {
      for (auto& [key, readings] : readings_) {
        if (key.fluor != fluor || !used.insert(key).second) continue;
        Measurement measurement;
        measurement.well = to_well(key.position);
        measurement.dye = key.fluor;
        attach(readings, measurement);
        without_row.add(measurement.well);
        run_.measurements.push_back(std::move(measurement));
      }
    }
    if (!cq_.empty() && !without_row.empty())
      run_.warnings.push_back("some wells have curves but no row in the Cq table: " + without_row.text());
    if (readings_.empty()) {
      run_.warnings.emplace_back("only the Cq table was found: the run holds no curve");
    } else {
      for (const auto& [fluor, wells] : without_curve) {
        run_.warnings.push_back(fmt::format("the Cq table names wells without a curve of {}: {}", fluor, wells.text()));
      }
    }
    if (cq_.empty()) run_.warnings.emplace_back("no Cq table was found: samples, targets and vendor Cq are missing");
    sort_by_well(run_.measurements);
  }

  static void attach(Readings& readings, Measurement& measurement) {
    if (readings.amplification) measurement.amplification.push_back(std::move(*readings.amplification));
    if (readings.melt) measurement.melt.push_back(std::move(*readings.melt));
  }

  RunData run_;
  NotReadList not_read_;
  std::map<std::pair<TableKind, std::string>, std::string> curve_files_;
  std::vector<std::string> fluors_;  ///< in the order of the files
  std::map<Key, Readings> readings_;
  std::string cq_file_;
  std::vector<CqRow> cq_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  for (const InputFile& file : files) {
    if (file.bytes.starts_with("PK")) {
      refuse(ErrorCode::unsupported_format, file.path,
             "a CFX project (.pcrd) is encrypted by the vendor: export CSV (Export, Export All Data Sheets) or RDML "
             "from CFX Maestro");
    }
  }
  std::vector<RunData> runs;
  runs.push_back(RunReader().read(files));
  return runs;
}

std::string companion_key(std::string_view name) {
  const FileName parsed = parse_file_name(name);
  return parsed.table.empty() || parsed.run.empty() ? std::string{} : parsed.run;
}

}  // namespace

const Reader& reader() {
  static const Reader value{{"biorad_cfx",
                             "Bio-Rad CFX Manager and Maestro, CSV",
                             "Bio-Rad",
                             {{"CSV exports", "CFX96, CFX384, CFX Connect, Opus", "", "ΔRFU, Cq, melt",
                               ReaderMaturity::verified, "Cq by one threshold to 1e-9"}},
                             {{".pcrd", "encrypted"}}},
                            sniff,
                            read,
                            companion_key};
  return value;
}

}  // namespace qpcr::biorad_cfx
