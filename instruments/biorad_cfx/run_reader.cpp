// Collects the tables of a run and joins them.
#include "instruments/biorad_cfx/run_reader.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "instruments/biorad_cfx/threshold_match.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::biorad_cfx {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem, long line = 0) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// "0" is the number of a sheet.
bool is_fluor(const std::string& text) { return !text.empty() && !parse_integer(text); }

/// Takes a text that is not there yet. @return false when there is another.
bool take(std::string& into, std::string&& text) {
  if (text.empty()) return true;
  if (into.empty()) into = std::move(text);
  return into == text || text.empty();
}

/// Two tables of one analysis agree, but one may show fewer digits.
bool agree(const VendorResult& a, const VendorResult& b) {
  constexpr double shown = 0.01;
  if (a.cq_status != b.cq_status) return false;
  return !a.cq_cycles || std::abs(*a.cq_cycles - *b.cq_cycles) <= shown;
}

std::string stem_of(const std::string& name) { return name.substr(0, std::min(name.rfind('.'), name.size())); }

}  // namespace

void RunReader::add(const InputFile& file) {
  if (first_path_.empty()) first_path_ = file.path;
  const FileName name = parse_file_name(file.name);
  if (run_.name.empty()) run_.name = name.run.empty() ? stem_of(file.name) : name.run;
  for (Table& table : read_tables(file)) add_table(file, std::move(table));
}

void RunReader::add_table(const InputFile& file, Table table) {
  switch (table.head.kind) {
    case TableKind::amplification:
    case TableKind::melt:
      add_curves(file, table);
      break;
    case TableKind::results:
      add_results(file, table);
      break;
    case TableKind::allelic_discrimination:
      keep(table);
      genotypes_.push_back(std::move(table));
      return;
    case TableKind::run_information:
      break;
    case TableKind::other:
      keep(table);
      break;
    case TableKind::none:
      if (table.is_sheet && table.grid->row_count() == 0) return;
      if (table.name.table.empty()) {
        not_read_.add(table.place, "a table of the run that no result comes from");
      } else if (table.rows().empty()) {
        not_read_.add(table.place, "the table is empty");
      } else {
        keep(table);
      }
      return;
  }
  add_information(file, table);
}

/// As it is, among the tables of the vendor.
void RunReader::keep(const Table& table) {
  VendorTable kept = to_vendor_table(table);
  if (kept.name.empty()) kept.name = "table";
  if (is_fluor(table.name.fluor)) kept.name += "_" + table.name.fluor;
  if (!kept.columns.empty()) run_.vendor_tables.push_back(std::move(kept));
}

void RunReader::add_curves(const InputFile& file, const Table& table) {
  if (table.name.table.starts_with("melt curve derivative")) {
    not_read_.add(table.place, "the derivative is computed from the melting curve, not taken from the vendor");
    return;
  }
  CurveTable curves{
      table.head.kind, table.name, table.place, table.path, is_fluor(table.name.fluor) ? table.name.fluor : "", {}};
  const auto same = std::find_if(curves_.begin(), curves_.end(), [&](const CurveTable& other) {
    return other.kind == curves.kind && equals_ignoring_case(other.fluor, curves.fluor);
  });
  if (same != curves_.end() && !curves.fluor.empty()) {
    // The melting curves have two names in some versions, and then two files.
    if (curves.kind == TableKind::melt && same->name.table != curves.name.table) {
      not_read_.add(table.place, fmt::format("'{}' holds the melting curves of {} too", same->file, curves.fluor));
      return;
    }
    refuse(ErrorCode::ambiguous_format, file.path,
           fmt::format("'{}' holds the same table of the same run for {}", same->file, curves.fluor));
  }
  curves.columns = read_wide_table(table);
  curves_.push_back(std::move(curves));
}

void RunReader::add_results(const InputFile& file, const Table& table) {
  Results results{table.name, table.place, table.path, read_result_table(table)};
  for (const Results& other : results_) {
    if (other.table.has_cq != results.table.has_cq || other.name.table != results.name.table ||
        other.name.fluor != results.name.fluor) {
      continue;
    }
    refuse(
        ErrorCode::ambiguous_format, file.path,
        fmt::format("'{}' is {} of the same run", other.file, results.table.has_cq ? "a Cq table" : "the same table"));
  }
  results_.push_back(std::move(results));
}

void RunReader::add_information(const InputFile& file, const Table& table) {
  std::vector<InformationEntry> entries = read_run_information(table);
  if (entries.empty()) return;
  if (information_.empty()) {
    information_ = std::move(entries);
    information_file_ = table.place;
    return;
  }
  // Every workbook and every custom export repeats it.
  for (const InformationEntry& entry : entries) {
    const std::string key = fold_header(entry.key);
    if (key != "filename" && key != "runstarted") continue;
    const auto other = std::find_if(information_.begin(), information_.end(),
                                    [&](const InformationEntry& each) { return fold_header(each.key) == key; });
    if (other == information_.end() || other->value == entry.value) continue;
    refuse(ErrorCode::ambiguous_format, file.path,
           fmt::format("'{}' is of another run: their '{}' differ", information_file_, entry.key));
  }
}

std::vector<std::string> RunReader::fluors_of_cq() const {
  std::vector<std::string> fluors;
  std::set<std::string> seen;
  for (const Results& results : results_) {
    if (!results.table.has_cq) continue;
    for (const Measurement& row : results.table.rows) {
      if (!row.dye.empty() && seen.insert(to_lower_ascii(row.dye)).second) fluors.push_back(row.dye);
    }
  }
  return fluors;
}

bool RunReader::follows(const CurveTable& curves, const std::string& fluor) const {
  if (curves.kind != TableKind::amplification) return false;
  for (const Results& results : results_) {
    if (!results.table.has_cq) continue;
    std::vector<const Measurement*> rows;
    for (const Measurement& row : results.table.rows) {
      if (equals_ignoring_case(row.dye, fluor)) rows.push_back(&row);
    }
    return follow_one_threshold(curves.columns, rows);
  }
  return false;
}

bool RunReader::is_one_run() const {
  const auto with_cq = std::count_if(results_.begin(), results_.end(), [](const Results& r) { return r.table.has_cq; });
  const bool others = with_cq != static_cast<std::ptrdiff_t>(results_.size()) || !genotypes_.empty() ||
                      !information_.empty() || !run_.vendor_tables.empty() || !not_read_.entries().empty();
  if (with_cq != 1 || curves_.empty() || others) return false;
  std::set<std::string> names;
  std::set<std::string> used;
  if (!results_.front().name.run.empty()) names.insert(results_.front().name.run);
  for (const CurveTable& curves : curves_) {
    if (!curves.name.run.empty()) names.insert(curves.name.run);
    std::vector<std::string> fitting;
    for (const std::string& fluor : fluors_of_cq()) {
      if ((curves.fluor.empty() || equals_ignoring_case(curves.fluor, fluor)) && follows(curves, fluor))
        fitting.push_back(fluor);
    }
    if (fitting.size() != 1 || !used.insert(fitting.front()).second) return false;
  }
  return names.size() <= 1;
}

/// A fluorophore that no name tells is the one of the Cq table whose Cq these curves give, or the only one where the
/// names say that both are of one run.
void RunReader::name_fluor(CurveTable& curves) const {
  if (!curves.fluor.empty()) return;
  const std::vector<std::string> fluors = fluors_of_cq();
  std::vector<std::string> fitting;
  std::copy_if(fluors.begin(), fluors.end(), std::back_inserter(fitting),
               [&](const std::string& fluor) { return follows(curves, fluor); });
  if (fitting.size() == 1) {
    curves.fluor = fitting.front();
  } else if (fluors.size() == 1 && !curves.name.table.empty()) {
    curves.fluor = fluors.front();
  } else if (!curves.name.table.empty()) {
    refuse(ErrorCode::malformed_file, curves.path,
           "the fluorophore is missing: it stands only in the file's name, as in '… Quantification Amplification "
           "Results_FAM.csv'");
  } else if (!fluors.empty()) {
    refuse(ErrorCode::ambiguous_format, curves.path,
           "the fluorophore of these curves is not known: the file's name does not tell it, and the Cq do not follow "
           "from the curves");
  }
}

std::size_t RunReader::find_or_add(const WellId& well, const std::string& fluor) {
  const auto [entry, is_new] =
      index_.emplace(std::make_pair(*well.position, to_lower_ascii(fluor)), run_.measurements.size());
  if (is_new) {
    Measurement& fresh = run_.measurements.emplace_back();
    fresh.well = well;
    fresh.dye = fluor;
    has_row_.push_back(false);
  }
  return entry->second;
}

void RunReader::merge(std::size_t into, Measurement&& row, const Results& from, long line) {
  Measurement& m = run_.measurements[into];
  const auto contradict = [&](std::string_view what) {
    refuse(ErrorCode::ambiguous_format, from.path,
           fmt::format("well {} with {} has another {} in another table of the run", m.well.label, m.dye, what), line);
  };
  if (m.role == SampleRole::unspecified) m.role = row.role;
  if (!take(m.role_text, std::move(row.role_text))) contradict("content");
  if (!take(m.target, std::move(row.target))) contradict("target");
  if (!take(m.sample, std::move(row.sample))) contradict("sample");
  if (!take(m.note, std::move(row.note))) contradict("note");
  if (!m.quantity) m.quantity = row.quantity;
  VendorResult& vendor = m.vendor;
  if (vendor.cq_status == CqStatus::not_measured) {
    vendor.cq_status = row.vendor.cq_status;
    vendor.cq_cycles = row.vendor.cq_cycles;
    if (vendor.cq_text.empty()) vendor.cq_text = row.vendor.cq_text;
  } else if (row.vendor.cq_status != CqStatus::not_measured && !agree(vendor, row.vendor)) {
    contradict("Cq");
  }
  if (!vendor.quantity) vendor.quantity = row.vendor.quantity;
  if (vendor.call.empty()) vendor.call = row.vendor.call;
  if (vendor.melting_temperatures_celsius.empty())
    vendor.melting_temperatures_celsius = std::move(row.vendor.melting_temperatures_celsius);
  if (m.single_readings.empty()) m.single_readings = std::move(row.single_readings);
}

void RunReader::join_results() {
  // The Cq table gives the order; the table of peaks, not the summary, the melting temperatures.
  const auto rank = [](const Results& results) {
    if (results.name.table == "quantification cq results") return 0;
    if (results.table.has_cq) return 1;
    return results.name.table == "melt curve summary" ? 3 : 2;
  };
  std::stable_sort(results_.begin(), results_.end(),
                   [&](const Results& a, const Results& b) { return rank(a) < rank(b); });
  WellList overflow;
  for (Results& results : results_) {
    for (std::size_t i = 0; i < results.table.rows.size(); ++i) {
      Measurement& row = results.table.rows[i];
      const std::size_t at = find_or_add(row.well, row.dye);
      has_row_[at] = true;
      merge(at, std::move(row), results, results.table.lines[i]);
    }
    if (!results.table.overflow.empty()) {
      run_.warnings.push_back(fmt::format("'{}' writes ### where a number had no room; it is missing in: {}",
                                          results.file, results.table.overflow.text()));
    }
    if (!results.table.rest.columns.empty()) run_.vendor_tables.push_back(std::move(results.table.rest));
  }
}

void RunReader::join_curves() {
  for (CurveTable& curves : curves_) {
    const bool is_melt = curves.kind == TableKind::melt;
    if (is_melt && !curves.name.table.starts_with("melt curve")) {
      run_.warnings.push_back(fmt::format(
          "the name of '{}' does not say whether it holds melting curves or their derivative", curves.file));
    }
    for (WideColumn& column : curves.columns) {
      Measurement& m = run_.measurements[find_or_add(to_well(column.position), curves.fluor)];
      if (is_melt) {
        m.melt.push_back(MeltCurve{CurveKind::unknown, std::move(column.axis), std::move(column.readings)});
      } else {
        m.amplification.push_back(
            AmplificationCurve{CurveKind::baseline_subtracted, std::move(column.axis), std::move(column.readings), {}});
      }
    }
  }
}

/// Genotypes are of wells, not of fluorophores; they make measurements only where no other table does.
void RunReader::join_genotypes() {
  if (!run_.measurements.empty() || genotypes_.size() != 1) return;
  const Table& table = genotypes_.front();
  std::map<std::string, std::size_t> columns;
  const auto header = table.grid->row(table.head.header_row);
  for (std::size_t column = 0; column < header.size(); ++column) columns.emplace(fold_header(header[column]), column);
  for (const std::size_t row : table.rows()) {
    const auto text = [&](const std::string& name) {
      const auto column = columns.find(name);
      return column == columns.end() ? std::string{} : std::string(trim(table.grid->cell(row, column->second)));
    };
    const std::optional<GridPosition> position = parse_label(text("well"));
    if (!position) table.grid->fail(ErrorCode::invalid_value, row, "Well", text("well"), "a well such as A01");
    const std::size_t before = run_.measurements.size();
    Measurement& m = run_.measurements[find_or_add(to_well(*position), {})];
    if (run_.measurements.size() == before)
      table.grid->fail(ErrorCode::duplicate_entry, row, "Well", text("well"), "each well once");
    m.sample = text("sample");
    m.vendor.call = text("call");
  }
  run_.warnings.emplace_back("only genotypes were found: the run holds no curve and no Cq");
}

void RunReader::take_information() {
  VendorTable rest{"Run Information", {"Name", "Value"}, {}};
  for (const auto& [key, value] : information_) {
    const std::string folded = fold_header(key);
    if (folded == "runstarted") {
      run_.started_at = value;
    } else if (folded == "runended") {
      run_.ended_at = value;
    } else if (folded == "createdbyuser") {
      run_.operator_name = value;
    } else if (folded == "notes") {
      run_.notes = value;
    } else if (folded == "id") {
      run_.plate_barcode = value;
    } else if (folded == "baseserialnumber") {
      run_.instrument.serial_number = value;
    } else if (folded.starts_with("cfx") && folded.ends_with("version")) {
      run_.instrument.software = trim(key.substr(0, key.size() - std::string_view("Version").size()));
      run_.instrument.software_version = value;
    } else if (!value.empty()) {
      rest.rows.push_back({key, value});
    }
  }
  if (!rest.rows.empty()) run_.vendor_tables.push_back(std::move(rest));
}

void RunReader::warn() {
  const bool has_cq = std::any_of(results_.begin(), results_.end(), [](const Results& r) { return r.table.has_cq; });
  WellList without_row;
  std::map<std::string, WellList> without_curve;
  for (std::size_t i = 0; i < run_.measurements.size(); ++i) {
    const Measurement& m = run_.measurements[i];
    if (!has_row_[i]) without_row.add(m.well);
    if (has_row_[i] && m.amplification.empty() && m.melt.empty()) without_curve[m.dye].add(m.well);
  }
  if (has_cq && !without_row.empty())
    run_.warnings.push_back("some wells have curves but no row in the Cq table: " + without_row.text());
  if (curves_.empty() && has_cq) {
    run_.warnings.emplace_back("only the Cq table was found: the run holds no curve");
  } else if (!curves_.empty()) {
    for (const auto& [fluor, wells] : without_curve) {
      run_.warnings.push_back(fmt::format("the Cq table names wells without a curve of {}: {}", fluor, wells.text()));
    }
  }
  if (!has_cq && !results_.empty()) {
    run_.warnings.emplace_back("no Cq table was found: vendor Cq are missing");
  } else if (!has_cq && genotypes_.empty()) {
    run_.warnings.emplace_back("no Cq table was found: samples, targets and vendor Cq are missing");
  }
}

RunData RunReader::finish() {
  run_.instrument.vendor = "Bio-Rad";
  std::set<std::pair<TableKind, std::string>> named;
  for (CurveTable& curves : curves_) {
    name_fluor(curves);
    if (!named.emplace(curves.kind, to_lower_ascii(curves.fluor)).second)
      refuse(ErrorCode::ambiguous_format, curves.path, "another file of the run holds the same curves");
  }
  join_results();
  join_curves();
  join_genotypes();
  if (run_.measurements.empty()) {
    refuse(ErrorCode::malformed_file, first_path_,
           "no amplification, melting or Cq table of this CFX run was found; they are files of the same folder that "
           "start alike");
  }
  take_information();
  warn();
  std::stable_sort(run_.vendor_tables.begin(), run_.vendor_tables.end(),
                   [](const VendorTable& a, const VendorTable& b) { return a.name < b.name; });
  sort_by_well(run_.measurements);
  run_.provenance.not_read = not_read_.entries();
  return std::move(run_);
}

}  // namespace qpcr::biorad_cfx
