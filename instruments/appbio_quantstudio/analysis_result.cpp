// Reads analysis_result.txt and meltcuve_result.txt.
#include "instruments/appbio_quantstudio/analysis_result.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/label_tables.hpp"
#include "instruments/appbio_quantstudio/number_list.hpp"
#include "instruments/appbio_quantstudio/result_text.hpp"
#include "instruments/appbio_quantstudio/utf8_text.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

class ResultReader {
 public:
  ResultReader(std::string_view utf8, const std::string& path, NotReadList& not_read)
      : text_(utf8, path), not_read_(not_read) {}

  std::vector<AnalysisResult> read() {
    while (text_.next()) read_line();
    if (header_.empty()) text_.fail(ErrorCode::missing_column, "Well", "no header line with 'Well' and 'Detector'");
    return std::move(results_);
  }

  std::vector<VendorTable> release_tables() {
    std::vector<VendorTable> tables;
    if (!table_.rows.empty()) tables.push_back(std::move(table_));
    for (VendorTable& table : lines_.release()) tables.push_back(std::move(table));
    return tables;
  }

 private:
  void read_line() {
    const std::string_view label = text_.label();
    if (label == "Rn values") {
      read_readings(&AnalysisResult::rn);
    } else if (label == "Delta Rn values") {
      read_readings(&AnalysisResult::delta_rn);
    } else if (const std::optional<long> well = parse_integer(label); well && !header_.empty()) {
      read_result(*well);
    } else if (equals_ignoring_case(label, "Well")) {
      read_header();
    } else if (!label.empty() && label != "Session Name") {
      if (results_.empty()) {
        not_read_.add("analysis_result.txt: lines above the results", "no result comes from them");
      } else {
        lines_.add(label, text_.cells(), results_.back(), not_read_);
      }
    }
  }

  void read_header() {
    header_.read(text_.cells());
    columns_ = {};
    header_.find({"Well"}, text_);
    columns_.sample = header_.find({"Sample Name", "Sample"}, text_);
    columns_.task = header_.find({"Task"}, text_);
    columns_.call = header_.find({"Call"}, text_);
    columns_.marker = header_.find({"Marker Name", "Marker", "Assay Name", "SNP Assay Name"}, text_);
    is_genotyping_ = columns_.call && columns_.marker;
    if (!is_genotyping_) {
      columns_.target = header_.find({"Detector", "Detector Name", "Target Name", "Target"}, text_, true);
      columns_.ct = header_.find({"Ct", "Cq", "Crt"}, text_, true);
      algorithm_ = to_algorithm(header_.names()[*columns_.ct]);
      columns_.status = header_.find({"Amp Status"}, text_);
      columns_.confidence = header_.find({"Cq Conf", "Ct Conf"}, text_);
      columns_.quantity = header_.find({"Qty", "Quantity"}, text_);
    }
    others_ = header_.others();
    table_.name = is_genotyping_ ? "Genotyping" : "analysis_result.txt";
    table_.columns = {"Well", "Sample Name", is_genotyping_ ? "Marker Name" : "Detector"};
    if (is_genotyping_) table_.columns.insert(table_.columns.end(), {"Call", "Task"});
    for (const std::size_t column : others_) table_.columns.push_back(header_.names()[column]);
  }

  static std::string to_algorithm(std::string_view name) {
    const std::string lower = to_lower_ascii(name);
    return lower == "crt" ? "CRT" : lower == "cq" ? "Cq" : "Ct";
  }

  std::optional<double> read_number(const std::vector<std::string_view>& cells, std::optional<std::size_t> column) {
    const std::string_view cell = cell_of(cells, column);
    if (is_no_cq(cell)) return std::nullopt;
    const std::string& name = header_.names()[*column];
    if (cell == "Infinity" || cell == "-Infinity") {
      not_read_.add(fmt::format("analysis_result.txt: column '{}'", name), "a number without bound");
      return std::nullopt;
    }
    const std::optional<double> value = parse_double(cell);
    if (!value) text_.fail(ErrorCode::invalid_value, name, cell, "a number");
    return value;
  }

  void read_result(long well) {
    const std::vector<std::string_view>& cells = text_.cells();
    AnalysisResult result;
    result.well = well;
    result.line = text_.line();
    result.sample = std::string(cell_of(cells, columns_.sample));
    result.task = std::string(cell_of(cells, columns_.task));
    if (is_genotyping_) {
      result.target = std::string(cell_of(cells, columns_.marker));
      result.call = std::string(cell_of(cells, columns_.call));
    } else {
      result.target = std::string(cell_of(cells, columns_.target));
      result.call = std::string(cell_of(cells, columns_.status));
      const std::string_view ct = cell_of(cells, columns_.ct);
      result.ct_text = std::string(ct);
      result.algorithm = algorithm_;
      if (!is_no_cq(ct)) {
        result.ct = parse_double(ct);
        if (!result.ct) {
          text_.fail(ErrorCode::invalid_value, header_.names()[*columns_.ct], ct, "a number or 'Undetermined'");
        }
      }
      result.confidence = read_number(cells, columns_.confidence);
      result.quantity = read_number(cells, columns_.quantity);
    }
    if (!seen_.emplace(well, result.target).second) {
      text_.fail(ErrorCode::duplicate_entry, "Well",
                 fmt::format("the well with index {} has target '{}' twice", well, result.target));
    }
    add_row(cells, result);
    results_.push_back(std::move(result));
  }

  /// A row of what no measurement has a place for, where there is something.
  void add_row(const std::vector<std::string_view>& cells, const AnalysisResult& result) {
    bool is_any = is_genotyping_;
    for (const std::size_t column : others_) is_any = is_any || !cell_of(cells, column).empty();
    constexpr std::size_t most_cells = 4'000'000;
    if (!is_any) return;
    if (table_.rows.size() * table_.columns.size() > most_cells) {
      not_read_.add("analysis_result.txt: further columns", "too many");
      return;
    }
    std::vector<std::string>& row = table_.rows.emplace_back();
    row = {fmt::format("{}", result.well), result.sample, result.target};
    if (is_genotyping_) {
      row.push_back(result.call);
      row.push_back(result.task);
    }
    for (const std::size_t column : others_) row.emplace_back(cell_of(cells, column));
  }

  void read_readings(std::vector<double> AnalysisResult::*member) {
    if (results_.empty())
      text_.fail(ErrorCode::malformed_file, std::string(text_.label()), "readings before the first result line");
    std::vector<double>& readings = results_.back().*member;
    if (!readings.empty()) {
      text_.fail(ErrorCode::duplicate_entry, std::string(text_.label()), "the readings of one target are there twice");
    }
    readings.reserve(expected_);
    text_.read_numbers(readings);
    expected_ = readings.size();
  }

  struct Columns {
    std::optional<std::size_t> sample, target, task, ct, status, confidence, quantity, call, marker;
  };

  ResultText text_;
  NotReadList& not_read_;
  ResultHeader header_;
  Columns columns_;
  std::vector<std::size_t> others_;
  bool is_genotyping_ = false;
  std::string algorithm_;
  std::size_t expected_ = 0;
  std::vector<AnalysisResult> results_;
  std::set<WellTarget> seen_;
  VendorTable table_;
  LabelTables lines_;
};

}  // namespace

std::vector<AnalysisResult> read_analysis_result(std::string_view bytes, const std::string& path,
                                                 std::vector<VendorTable>& tables, NotReadList& not_read) {
  const Utf8Text text(bytes, path);
  ResultReader reader(text.view(), path, not_read);
  std::vector<AnalysisResult> results = reader.read();
  for (VendorTable& table : reader.release_tables()) tables.push_back(std::move(table));
  return results;
}

std::map<WellTarget, MeltResult> read_melt_result(std::string_view bytes, const std::string& path,
                                                  NotReadList& not_read) {
  const Utf8Text decoded(bytes, path);
  ResultText text(decoded.view(), path);
  ResultHeader header;
  std::optional<std::size_t> target_column;
  std::optional<std::size_t> tm_column;
  std::map<WellTarget, MeltResult> results;
  MeltResult* current = nullptr;
  while (text.next()) {
    const std::string_view label = text.label();
    if (equals_ignoring_case(label, "Well")) {
      header.read(text.cells());
      target_column = header.find({"Detector", "Detector Name", "Target Name", "Target"}, text, true);
      tm_column = header.find({"Tm", "Tm1"}, text);
    } else if (const std::optional<long> well = parse_integer(label); well && !header.empty()) {
      const std::vector<std::string_view>& cells = text.cells();
      const std::string target(cell_of(cells, target_column));
      if (*well < 0 || *well >= most_wells)
        text.fail(ErrorCode::invalid_value, "Well", label, fmt::format("a well index from 0 to {}", most_wells - 1));
      const auto [entry, is_new] = results.emplace(WellTarget{*well, target}, MeltResult{});
      if (!is_new) {
        text.fail(ErrorCode::duplicate_entry, "Well",
                  fmt::format("the well with index {} has target '{}' twice", *well, target));
      }
      current = &entry->second;
      const std::string_view tm = cell_of(cells, tm_column);
      if (!is_no_cq(tm)) {
        const std::string_view wrong = read_number_list(tm, current->melting_temperatures_celsius);
        if (!wrong.empty()) text.fail(ErrorCode::invalid_value, "Tm", wrong, "temperatures with commas between");
      }
    } else if (current != nullptr && label == "Sample Temperatures" && current->temperatures_celsius.empty()) {
      text.read_numbers(current->temperatures_celsius);
    } else if (current != nullptr && label == "Rn values" && current->rn.empty()) {
      text.read_numbers(current->rn);
      if (current->rn.size() != current->temperatures_celsius.size()) {
        text.fail(
            ErrorCode::malformed_file, "Rn values",
            fmt::format("{} readings at {} temperatures", current->rn.size(), current->temperatures_celsius.size()));
      }
    } else if (current != nullptr && label.starts_with("Delta Rn")) {
      not_read.add("meltcuve_result.txt: Delta Rn values", "the derivative of the melting curve, made from it");
    } else if (label != "Session Name") {
      not_read.add("meltcuve_result.txt: other lines", "no result comes from them");
    }
  }
  return results;
}

bool looks_like_analysis_result(std::string_view utf8) {
  if (!utf8.starts_with("Session Name")) return false;
  const std::size_t end = utf8.find_first_of("\r\n");
  if (end == std::string_view::npos) return false;
  std::string_view second = utf8.substr(end);
  second = second.substr(std::min(second.find_first_not_of("\r\n"), second.size()));
  return second.starts_with("Well\tSample Name\tDetector\tTask") ||
         second.starts_with("Well\tSample Name\tCall\tMarker Name");
}

}  // namespace qpcr::appbio_quantstudio
