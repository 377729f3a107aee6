// Reads analysis_result.txt, a text of records that span several lines.
#include "instruments/appbio_quantstudio/analysis_result.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

constexpr std::array<std::string_view, 7> used_columns{"Well", "Sample Name", "Detector", "Task",
                                                       "Ct",   "Amp Status",  "Cq Conf"};

struct Place {
  const std::string& path;
  long line = 0;
};

[[noreturn]] void refuse(const Place& place, ErrorCode code, std::string column, std::string found,
                         std::string expected, std::string problem = {}) {
  ErrorContext context;
  context.path = place.path;
  context.line = place.line;
  context.column = std::move(column);
  context.found = std::move(found);
  context.expected = std::move(expected);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

bool is_none(std::string_view text) {
  constexpr std::array<std::string_view, 5> tokens{"", "undetermined", "nan", "n/a", "-"};
  const std::string lower = to_lower_ascii(text);
  return std::find(tokens.begin(), tokens.end(), lower) != tokens.end();
}

class ResultReader {
 public:
  ResultReader(const std::string& path, NotReadList& not_read) : place_{path, 0}, not_read_(not_read) {}

  std::vector<AnalysisResult> read(std::string_view text) {
    while (!text.empty()) {
      ++place_.line;
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line(split(line, '\t'));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (header_.empty())
      refuse(place_, ErrorCode::missing_column, "Well", {}, {}, "no header line with 'Well' and 'Detector'");
    return std::move(results_);
  }

 private:
  void read_line(const std::vector<std::string_view>& cells) {
    const std::string_view first = trim(cells.front());
    if (first == "Well") {
      read_header(cells);
    } else if (first == "Rn values") {
      read_readings(cells, &AnalysisResult::rn, "Rn values");
    } else if (first == "Delta Rn values") {
      read_readings(cells, &AnalysisResult::delta_rn, "Delta Rn values");
    } else if (const std::optional<long> well = parse_integer(first); well && !header_.empty()) {
      read_result(cells, *well);
    } else if (!first.empty() && first != "Session Name") {
      not_read_.add(fmt::format("analysis_result.txt: {}", excerpt_name(first)), "a result of the vendor's software");
    }
  }

  /// "Std Curve Results for ..." differ in their numbers only; the words before the first digit name the kind of line.
  static std::string excerpt_name(std::string_view first) {
    constexpr std::size_t longest = 40;
    const std::size_t end = std::min({first.find_first_of("0123456789"), first.size(), longest});
    std::string name(trim(first.substr(0, end)));
    return is_valid_utf8(name) && !name.empty() ? name : "unnamed lines";
  }

  void read_header(const std::vector<std::string_view>& cells) {
    header_.clear();
    for (const std::string_view cell : cells) header_.emplace_back(trim(cell));
    for (const char* required : {"Sample Name", "Detector", "Task", "Ct"}) {
      if (find(required)) continue;
      const bool genotyping = find("Marker Name").has_value();
      refuse(place_, ErrorCode::missing_column, required, {}, {},
             fmt::format("the column is missing{}; the header holds '{}'",
                         genotyping ? " (a genotyping result, which is not read)" : "", fmt::join(header_, "', '")));
    }
    for (const std::string& name : header_) {
      if (name.empty() || std::find(used_columns.begin(), used_columns.end(), name) != used_columns.end()) continue;
      not_read_.add(fmt::format("analysis_result.txt: column '{}'", name), "a result of the vendor's software");
    }
  }

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
  }

  std::string cell(const std::vector<std::string_view>& cells, std::string_view name) const {
    const std::optional<std::size_t> column = find(name);
    return column && *column < cells.size() ? std::string(trim(cells[*column])) : std::string{};
  }

  void read_result(const std::vector<std::string_view>& cells, long well) {
    AnalysisResult result;
    result.well = well;
    result.line = place_.line;
    result.sample = cell(cells, "Sample Name");
    result.target = cell(cells, "Detector");
    result.task = cell(cells, "Task");
    result.ct_text = cell(cells, "Ct");
    result.amplification_status = cell(cells, "Amp Status");
    if (!is_none(result.ct_text)) {
      result.ct = parse_double(result.ct_text);
      if (!result.ct) refuse(place_, ErrorCode::invalid_value, "Ct", result.ct_text, "a number or 'Undetermined'");
    }
    if (const std::string text = cell(cells, "Cq Conf"); !is_none(text)) {
      result.confidence = parse_double(text);
      if (!result.confidence) refuse(place_, ErrorCode::invalid_value, "Cq Conf", text, "a number");
    }
    if (!seen_.emplace(well, result.target).second) {
      refuse(place_, ErrorCode::duplicate_entry, "Well", {}, {},
             fmt::format("the well with index {} has target '{}' twice", well, result.target));
    }
    results_.push_back(std::move(result));
  }

  void read_readings(const std::vector<std::string_view>& cells, std::vector<double> AnalysisResult::*member,
                     const char* name) {
    if (results_.empty())
      refuse(place_, ErrorCode::malformed_file, name, {}, {}, "readings before the first result line");
    std::vector<double>& readings = results_.back().*member;
    if (!readings.empty())
      refuse(place_, ErrorCode::duplicate_entry, name, {}, {}, "the readings of one target are there twice");
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const std::string_view text = trim(cells[i]);
      // Lines end with a tab.
      if (text.empty() && i + 1 == cells.size()) break;
      std::optional<double> value = parse_double(text);
      if (!value && text == "NaN") value = std::numeric_limits<double>::quiet_NaN();
      if (!value)
        refuse(place_, ErrorCode::invalid_value, fmt::format("{} cycle {}", name, i), std::string(text),
               "a finite number");
      readings.push_back(*value);
    }
  }

  Place place_;
  NotReadList& not_read_;
  std::vector<std::string> header_;
  std::vector<AnalysisResult> results_;
  std::set<std::pair<long, std::string>> seen_;
};

}  // namespace

std::vector<AnalysisResult> read_analysis_result(std::string_view bytes, const std::string& path,
                                                 NotReadList& not_read) {
  const DecodedText text = decode_text(bytes, path);
  return ResultReader(path, not_read).read(text.utf8);
}

bool looks_like_analysis_result(std::string_view utf8) {
  return utf8.starts_with("Session Name\t") &&
         utf8.find("\nWell\tSample Name\tDetector\tTask\tCt") != std::string_view::npos;
}

}  // namespace qpcr::appbio_quantstudio
