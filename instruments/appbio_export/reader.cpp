// Recognises Applied Biosystems exports and joins their tables to a run.
#include "instruments/appbio_export/reader.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_export/draft.hpp"
#include "instruments/appbio_export/file_name.hpp"
#include "instruments/appbio_export/header.hpp"
#include "instruments/appbio_export/readings.hpp"
#include "instruments/appbio_export/results.hpp"
#include "instruments/appbio_export/table.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_export {
namespace {

constexpr std::size_t most_head_lines = 120;
constexpr int enough_keys = 2;

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// The key of a line above a table: "* Block Type = 96well", "# Barcode: x", "Chemistry,TAQMAN,,".
std::string_view key_of_line(std::string_view line) {
  line = trim(line);
  if (line.starts_with('"')) line.remove_prefix(1);
  if (line.starts_with('*'))
    return trim(line.substr(1, line.find('=') == std::string_view::npos ? 0 : line.find('=') - 1));
  if (line.starts_with('#'))
    return trim(line.substr(1, line.find(':') == std::string_view::npos ? 0 : line.find(':') - 1));
  const std::string_view key = line.substr(0, line.find_first_of("\t,;"));
  return key.size() == line.size() ? std::string_view() : trim(key);
}

/// Headers that stand beside a well and a Cq in the results of these programs only.
bool is_result_header(const std::vector<std::string>& folded) {
  const auto has = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(folded.begin(), folded.end(), [&](const std::string& cell) {
      return std::find(names.begin(), names.end(), cell) != names.end();
    });
  };
  return has({"well", "wellposition"}) && has({"ct", "crt", "cq"}) &&
         has({"targetname", "target", "snpassayname", "reporter"}) && has({"quencher", "reporter", "omit"}) &&
         has({"ctthreshold", "crtthreshold", "ampstatus", "ampscore", "baselinestart", "ctmean", "crtmean"});
}

bool is_section_line(std::string_view line) {
  line = trim(line.substr(0, line.find_first_of(",\t;")));
  constexpr std::array<std::string_view, 6> names{"[Sample Setup]",        "[Results]",
                                                  "[Amplification Data]",  "[Multicomponent Data]",
                                                  "[Melt Curve Raw Data]", "[Raw Data]"};
  return std::find(names.begin(), names.end(), line) != names.end();
}

Sniff sniff_text(std::string_view text) {
  int keys = 0;
  bool section = false;
  std::size_t lines = 0;
  while (!text.empty() && lines < most_head_lines) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (trim(line).empty()) continue;
    ++lines;
    if (is_telling_key(key_of_line(line))) ++keys;
    section = section || is_section_line(line);
    if (section && fold_header(line.substr(0, line.find_first_of(",\t;"))) == "well")
      return {Confidence::certain, "a [section] of the software with a column Well"};
    if (keys >= enough_keys)
      return {Confidence::certain, "lines such as Block Type and Instrument Type above the table"};
    std::vector<std::string> folded;
    const char delimiter = line.find('\t') != std::string_view::npos  ? '\t'
                           : line.find(';') != std::string_view::npos ? ';'
                                                                      : ',';
    for (const std::string_view cell : split(line, delimiter)) folded.push_back(fold_header(cell));
    if (is_result_header(folded))
      return {Confidence::possible, "headers of a result table with Reporter, Cq and baseline"};
  }
  return {Confidence::no, "no [section] and no line such as Block Type above a table"};
}

Sniff sniff_workbook(const Workbook& workbook) {
  for (const Sheet& sheet : workbook.sheets) {
    int keys = 0;
    for (std::size_t row = 0; row < std::min(sheet.grid.row_count(), most_head_lines); ++row) {
      const std::optional<KeyValue> entry = parse_key_value(sheet.grid, row);
      if (entry && is_telling_key(entry->key)) ++keys;
      if (keys >= enough_keys)
        return {Confidence::certain, "a sheet with lines such as Block Type and Instrument Type above the table"};
      std::vector<std::string> folded;
      for (const std::string_view cell : sheet.grid.row(row)) folded.push_back(fold_header(cell));
      if (is_result_header(folded))
        return {Confidence::possible, "a sheet with a result table of Reporter, Cq and baseline"};
    }
  }
  return {Confidence::no, "no sheet with lines such as Block Type above a table"};
}

Sniff sniff(const FileHead& head) {
  if (head.workbook != nullptr) return sniff_workbook(*head.workbook);
  if (head.is_zip || head.text.empty()) return {Confidence::no, "neither text nor a workbook"};
  return sniff_text(head.text);
}

/// Cells that are read as numbers and tell the decimal sign: those with a comma, and one with a dot.
void collect_number_cells(Table& table, std::vector<std::string_view>& cells, bool& has_dot) {
  constexpr std::array<std::string_view, 27> names{
      "rn",           "deltarn",    "drn",          "δrn",      "ct",           "crt",         "cq",
      "quantity",     "ctmean",     "crtmean",      "cqmean",   "ctsd",         "ctthreshold", "crtthreshold",
      "threshold",    "cqconf",     "cqconfidence", "ampscore", "quantitymean", "quantitysd",  "temperature",
      "fluorescence", "derivative", "tm1",          "tm2",      "tm",           "efficiency"};
  const bool readings = table.kind() == TableKind::multicomponent || table.kind() == TableKind::raw_data;
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string& folded = table.folded(column);
    const bool is_number = std::find(names.begin(), names.end(), folded) != names.end() ||
                           folded.starts_with("reading") || folded.starts_with("allele1c") ||
                           folded.starts_with("allele2c") || (readings && !folded.starts_with("sample"));
    if (!is_number) continue;
    for (const std::size_t row : table.rows()) {
      const std::string_view cell = table.cells().grid().cell(row, column);
      const bool comma = cell.find(',') != std::string_view::npos;
      const bool dot = !has_dot && cell.find('.') != std::string_view::npos;
      if (comma || dot) cells.push_back(cell);
      has_dot = has_dot || (dot && parse_double(trim(cell)).has_value());
    }
  }
}

/// A name alone brings a file to a run: "Plate1_Results.csv" may be a laboratory's own list, whose numbers are not the
/// software's.
bool is_of_software(const InputFile& file) {
  if (file.workbook) return sniff_workbook(*file.workbook).confidence != Confidence::no;
  try {
    return sniff_text(decode_text(file.bytes, file.path).utf8).confidence != Confidence::no;
  } catch (const Error&) {
    return false;
  }
}

/// Collects the files of one run.
class RunReader {
 public:
  explicit RunReader(const std::vector<InputFile>& files) : files_(files) {}

  RunData read() {
    for (const InputFile& file : files_) add_file(file);
    const Header header(layout_.entries);
    header.apply(draft_.run, draft_.not_read);
    draft_.algorithm = header.algorithm();
    draft_.pcr_stage = header.pcr_stage();
    draft_.pre_read_stage = header.pre_read_stage();
    draft_.post_read_stage = header.post_read_stage();
    if (draft_.run.name.empty()) draft_.run.name = name_of_file();
    check_files_agree();
    find_renamed_results();
    check_tables_are_there_once();
    decide_format();
    for (Table& table : layout_.tables) draft_.wells.learn(table);
    draft_.wells.set_plate(header.plate());
    draft_.run.plate = draft_.wells.plate();
    read_tables();
    return finish();
  }

 private:
  void add_file(const InputFile& file) {
    const std::size_t first = layout_.entries.size();
    if (files_.size() > 1 && !is_of_software(file)) {
      draft_.not_read.add(file.name, "its name is of this run, but its contents are not of the software's exports");
    } else if (file.workbook) {
      for (const Sheet& sheet : file.workbook->sheets) add_tables(sheet.grid, sheet.name, layout_);
      for (const NotRead& entry : file.workbook->not_read) draft_.not_read.add(entry.where, entry.why);
    } else {
      grids_.push_back(read_text_grid(file.bytes, file.path));
      add_tables(grids_.back(), parse_file_name(file.name).table, layout_);
    }
    entries_of_file_.push_back({layout_.entries.begin() + static_cast<std::ptrdiff_t>(first), layout_.entries.end()});
  }

  std::string name_of_file() const {
    const FileName name = parse_file_name(files_.front().name);
    return name.run.empty() ? files_.front().name.substr(0, files_.front().name.rfind('.')) : name.run;
  }

  /// Files that only their names bring together must be of one experiment.
  void check_files_agree() const {
    check_key_agrees({"experimentname"});
    check_key_agrees({"filename", "experimentfilename"});
    check_key_agrees({"runstartdate/time", "experimentrunendtime"});
    check_key_agrees({"instrumentserialnumber"});
  }

  void check_key_agrees(FoldedNames keys) const {
    std::string known;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::string here(Header(entries_of_file_[i]).find(keys));
      if (here.empty()) continue;
      if (!known.empty() && here != known) {
        refuse(ErrorCode::ambiguous_format, files_[i].path,
               fmt::format("its name says that it belongs to '{}', but its head is of another experiment",
                           files_.front().name));
      }
      known = here;
    }
  }

  /// A results table under another name, as in a workbook that was saved again: the first with wells and a Cq.
  void find_renamed_results() {
    const auto is_results = [](const Table& table) { return table.kind() == TableKind::results; };
    if (std::any_of(layout_.tables.begin(), layout_.tables.end(), is_results)) return;
    for (Table& table : layout_.tables) {
      if (table.kind() != TableKind::other || !table.has({"ct", "crt", "cq"}) || !table.has({"well", "wellposition"}))
        continue;
      table.set_kind(TableKind::results);
      return;
    }
  }

  void check_tables_are_there_once() const {
    std::map<TableKind, const Table*> seen;
    for (const Table& table : layout_.tables) {
      const TableKind kind = table.kind();
      if (kind == TableKind::other || kind == TableKind::calls || kind == TableKind::melt_regions ||
          kind == TableKind::melt_peaks || kind == TableKind::sample_setup || table.rows().empty())
        continue;
      const auto [entry, is_new] = seen.emplace(kind, &table);
      if (is_new) continue;
      refuse(ErrorCode::ambiguous_format, table.cells().grid().path(),
             fmt::format("'{}' and '{}' are tables of one kind", entry->second->name(), table.name()));
    }
  }

  void decide_format() {
    std::vector<std::string_view> cells;
    bool has_dot = false;
    char delimiter = '\t';
    for (Table& table : layout_.tables) {
      collect_number_cells(table, cells, has_dot);
      if (table.cells().grid().delimiter() == ';') delimiter = ';';
    }
    draft_.format = decide_number_format(cells, delimiter, ThousandsCommas::possible, files_.front().path);
  }

  std::vector<Table*> of_kind(TableKind kind) {
    std::vector<Table*> found;
    for (Table& table : layout_.tables) {
      if (table.kind() == kind && !table.rows().empty()) found.push_back(&table);
    }
    return found;
  }

  void read_tables() {
    for (Table* table : of_kind(TableKind::sample_setup)) read_sample_setup(*table, draft_);
    for (Table* table : of_kind(TableKind::results)) read_results(*table, draft_);
    for (Table* table : of_kind(TableKind::genotyping_results)) read_genotyping_results(*table, draft_);
    for (Table* table : of_kind(TableKind::amplification)) read_amplification(*table, draft_);
    for (Table* table : of_kind(TableKind::multicomponent)) read_dyes(*table, CurveKind::multicomponent, draft_);
    for (Table* table : of_kind(TableKind::raw_data)) read_dyes(*table, CurveKind::raw_filter, draft_);
    for (Table* table : of_kind(TableKind::melt_readings)) read_melt_readings(*table, draft_);
    read_melt_regions(of_kind(TableKind::melt_regions), draft_);
    for (Table* table : of_kind(TableKind::melt_peaks)) read_melt_peaks(*table, draft_);
    for (Table* table : of_kind(TableKind::calls)) read_calls(*table, draft_);
    for (Table* table : of_kind(TableKind::other)) {
      const bool has_wells = table->has({"well", "wellposition"});
      if (has_wells) {
        read_further_results(*table, draft_);
      } else {
        keep_whole_table(*table, draft_);
      }
    }
  }

  RunData finish() {
    std::vector<Measurement>& all = draft_.all();
    std::set<std::string> wells_with_measurement;
    for (Measurement& m : all) wells_with_measurement.insert(m.well.label);
    // A well that the set-up gives a sample and no target.
    for (const auto& [well, sample] : draft_.samples) {
      if (!wells_with_measurement.contains(draft_.wells.at(well).well.label)) draft_.at(well, {}).sample = sample;
    }
    if (all.empty()) {
      refuse(ErrorCode::malformed_file, files_.front().path,
             "the export holds no table of a sample set-up, of results or of readings with a well");
    }
    std::map<std::string, const std::string*> samples;
    for (const auto& [well, sample] : draft_.samples) samples[draft_.wells.at(well).well.label] = &sample;
    WellList without_result;
    for (Measurement& m : all) {
      const auto sample = samples.find(m.well.label);
      if (m.sample.empty() && sample != samples.end()) m.sample = *sample->second;
      if (draft_.has_results && !m.target.empty() && m.vendor.algorithm.empty() &&
          m.vendor.cq_status == CqStatus::not_measured && m.vendor.cq_text.empty() && !m.vendor.threshold)
        without_result.add(m.well);
    }
    if (!without_result.empty())
      draft_.run.warnings.push_back("some wells have a target but no row in the results: " + without_result.text());
    draft_.run.measurements = std::move(all);
    sort_by_well(draft_.run.measurements);
    draft_.run.provenance.not_read = draft_.not_read.entries();
    return std::move(draft_.run);
  }

  const std::vector<InputFile>& files_;
  std::deque<Grid> grids_;
  Layout layout_;
  std::vector<std::vector<KeyValue>> entries_of_file_;
  Draft draft_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(RunReader(files).read());
  return runs;
}

std::string companion_key(std::string_view name) {
  const FileName parsed = parse_file_name(name);
  if (parsed.table.empty() || (parsed.run.empty() && parsed.time.empty())) return {};
  return fmt::format("{}\t{}", parsed.run, parsed.time);
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"appbio_export",
       "Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis",
       "Applied Biosystems",
       {{".xls and .xlsx of the instrument's software",
         "StepOne, StepOnePlus, 7500, ViiA 7, QuantStudio 3/5/6/7/12K Flex", "QuantStudio 3, 5, 7 Flex, 12K Flex",
         "set-up, Rn, ΔRn, multicomponent, filters, melt, Cq (Ct and CRT apart), threshold, baseline, Tm, flags",
         ReaderMaturity::verified, "curves and Cq bit by bit against an independent program"},
        {"text with [sections]", "StepOne, StepOnePlus, 7500, ViiA 7, QuantStudio 6/7 Flex",
         "StepOnePlus, 7500, ViiA 7, QuantStudio 7 Flex", "the same tables", ReaderMaturity::verified,
         "curves and Cq bit by bit against an independent program"},
        {"CSV of one table", "QuantStudio 3, QuantStudio 6/7 Pro", "QuantStudio 3; Design & Analysis 2.7.0",
         "results, threshold, baseline, Tm, flags", ReaderMaturity::sampled,
         "every row, read again with another program's splitting"},
        {"Design & Analysis 2 and Diomni workbooks", "QuantStudio 1, 3, 5, 6, 7, 6 Pro, 7 Pro",
         "Design & Analysis 2.6.0 and 2.7.0",
         "results, Rn, ΔRn, multicomponent, filters, pre-read and post-read, melt, calls, group and standard curve "
         "tables",
         ReaderMaturity::verified, "curves, melt and Cq bit by bit against an independent program"},
        {"wide melting tables (Melt Region …)", "StepOne, StepOnePlus, 7500", "", "melting curves",
         ReaderMaturity::provisional, "made-up files only"},
        {"OpenArray and array card tables", "QuantStudio 12K Flex, ViiA 7, QuantStudio 7 Flex", "",
         "the same tables, through-holes by subarray", ReaderMaturity::provisional, "made-up files only"}},
       {}},
      sniff,
      read,
      companion_key};
  return value;
}

}  // namespace qpcr::appbio_export
