// Reads DTprime run files: sections between '$' lines, optical measurements of two exposures.
#include "instruments/dnatechnology_dtprime/reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/measurement_set.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr::dnatechnology_dtprime {
namespace {

constexpr std::string_view tubes_marker = "$Information about tubes:$";
constexpr std::string_view results_marker = "$Results of optical measurements:$";
constexpr std::string_view tests_marker = "$Information about TESTs:$";
constexpr std::string_view concentrations_marker = "$MultiChannel:$";

constexpr PlateGeometry dtprime_plate{8, 12};
constexpr std::size_t tube_count = 96;
constexpr std::array<const char*, 5> dye_names{"FAM", "HEX", "ROX", "Cy5", "Cy5.5"};
constexpr std::size_t rows_of_cycle = dye_names.size() * 2;
constexpr std::size_t most_cycles = 1000;
constexpr double exposure_ratio = 5;
/// Net signal of the long exposure at which the detector is saturated.
constexpr double saturated_signal = 15000;

/// Fields of a row of optical measurements before the tubes.
enum Field : std::size_t { field_dye = 0, field_cycle = 4, field_exposure = 5, field_background = 6, field_tubes = 7 };

Sniff sniff(const FileHead& head) {
  if (head.is_zip) return {Confidence::no, "not a text file"};
  // Older files are in a Russian code page; the names of the sections are ASCII in all of them.
  if (head.bytes.find(tubes_marker) != std::string_view::npos)
    return {Confidence::certain, "a section '$Information about tubes:$'"};
  return {Confidence::no, "no section '$Information about tubes:$'"};
}

struct Line {
  std::string_view text;  ///< trimmed
  long number = 0;
};

std::vector<Line> split_lines(std::string_view text) {
  std::vector<Line> lines;
  for (long number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back({trim(text.substr(0, end)), number});
    const bool both = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(end + (both ? 2U : 1U), text.size()));
  }
  return lines;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text = trim(text.substr(end));
  }
  return words;
}

struct Tube {
  long number = 0;  ///< zero-based
  std::string test;
  std::string name;
};

/// One row of optical measurements.
struct Row {
  std::vector<std::string_view> words;
  long line = 0;
};

class RunReader {
 public:
  explicit RunReader(const InputFile& file)
      : file_(file),
        text_(is_valid_utf8(file.bytes) ? decode_text(file.bytes, file.path).utf8
                                        : decode_as(file.bytes, "windows-1251", file.path)),
        lines_(split_lines(text_)) {}

  RunData read() {
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "DNA-Technology";
    run_.instrument.model = "DTprime";
    run_.plate = dtprime_plate;
    read_tests();
    read_tubes();
    read_rows();
    check_rows();
    for (const Tube& tube : tubes_) add_tube(tube);
    if (set_.empty()) fail(tubes_line_, "tubes", {}, "a tube with a name and readings");
    list_not_read();
    if (!saturated_.empty()) {
      run_.warnings.push_back("the long exposure is saturated, and the short one, times 5, is taken: " +
                              saturated_.text());
    }
    run_.measurements = set_.release();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  [[noreturn]] void fail(long line, std::string field, std::string_view found, std::string expected,
                         ErrorCode code = ErrorCode::malformed_file) const {
    ErrorContext context;
    context.path = file_.path;
    context.line = line;
    context.field = std::move(field);
    context.found = std::string(found);
    context.expected = std::move(expected);
    throw Error(code, std::move(context));
  }

  /// Lines of a section, up to the next one. Some versions write more behind the marker.
  std::optional<std::vector<Line>> find_section(std::string_view marker) const {
    const auto start =
        std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.text.starts_with(marker); });
    if (start == lines_.end()) return std::nullopt;
    const auto end = std::find_if(start + 1, lines_.end(), [](const Line& line) { return line.text.starts_with('$'); });
    std::vector<Line> section;
    for (auto line = start + 1; line != end; ++line) {
      if (!line->text.empty()) section.push_back(*line);
    }
    return section;
  }

  std::vector<Line> require_section(std::string_view marker) const {
    std::optional<std::vector<Line>> section = find_section(marker);
    if (!section) fail(0, std::string(marker), {}, "this section");
    return std::move(*section);
  }

  void read_tests() {
    for (const Line& line : find_section(tests_marker).value_or(std::vector<Line>{})) {
      const std::vector<std::string_view> words = split_words(line.text);
      if (words.size() < 2 || !parse_integer(words[0])) continue;
      tests_.emplace(words[0], words[1]);
    }
  }

  /// "<number> … <test> <name>": the number is the first of eight fields, the test the seventh.
  void read_tubes() {
    constexpr std::size_t test_field = 6;
    constexpr std::size_t name_field = 7;
    for (const Line& line : require_section(tubes_marker)) {
      const std::vector<std::string_view> words = split_words(line.text);
      const std::optional<long> number = parse_integer(words[0]);
      if (!number) continue;
      tubes_line_ = line.number;
      if (*number < 0 || *number >= static_cast<long>(tube_count))
        fail(line.number, "tube", words[0], "a tube from 0 to 95", ErrorCode::invalid_value);
      if (words.size() <= name_field)
        fail(line.number, "tube", line.text, "eight fields, the last of them the name", ErrorCode::invalid_value);
      if (!numbers_.insert({*number, line.number}).second)
        fail(line.number, "tube", words[0], "each tube once", ErrorCode::duplicate_entry);
      Tube tube;
      tube.number = *number;
      const auto test = tests_.find(std::string(words[test_field]));
      if (test != tests_.end()) tube.test = test->second;
      const auto name = static_cast<std::size_t>(words[name_field].data() - line.text.data());
      tube.name = std::string(line.text.substr(name));
      if (tube.name != "-") tubes_.push_back(std::move(tube));
    }
  }

  void read_rows() {
    const std::vector<Line> section = require_section(results_marker);
    for (const Line& line : section) {
      Row row{split_words(line.text), line.number};
      const std::size_t fields = field_tubes + tube_count;
      // One more field than there are tubes is known to occur and holds nothing of the run.
      if (row.words.size() != fields && row.words.size() != fields + 1) {
        fail(line.number, "optical measurements", fmt::format("{} fields", row.words.size()),
             fmt::format("{} fields, 7 and one a tube of the 96", fields));
      }
      if (!rows_.empty() && rows_.front().words.size() != row.words.size())
        fail(line.number, "optical measurements", fmt::format("{} fields", row.words.size()),
             "as many fields as the first row has");
      rows_.push_back(std::move(row));
      if (rows_.size() > most_cycles * rows_of_cycle)
        fail(line.number, "optical measurements", {}, fmt::format("at most {} cycles", most_cycles));
    }
    if (rows_.empty() || rows_.size() % rows_of_cycle != 0) {
      fail(section.empty() ? 0 : section.back().number, "optical measurements", fmt::format("{} rows", rows_.size()),
           "ten rows a cycle: five dyes in two exposures each");
    }
  }

  double number(const Row& row, std::size_t field, const char* name) const {
    const std::optional<double> value = parse_double(row.words[field]);
    if (!value) fail(row.line, name, row.words[field], "a number", ErrorCode::invalid_value);
    return *value;
  }

  /// The description leaves open what a row says of itself, so what is used of the order of the rows must be confirmed
  /// by their own fields: one cycle number in each ten, dyes in one order, exposures in the ratio of 5 to 1.
  void check_rows() const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      const Row& first_of_cycle = rows_[i - i % rows_of_cycle];
      const double cycle = number(row, field_cycle, "cycle");
      if (cycle != number(first_of_cycle, field_cycle, "cycle"))
        fail(row.line, "cycle", row.words[field_cycle], "the same cycle in each ten rows", ErrorCode::invalid_value);
      if (i >= rows_of_cycle && i % rows_of_cycle == 0 &&
          cycle != number(rows_[i - rows_of_cycle], field_cycle, "cycle") + 1)
        fail(row.line, "cycle", row.words[field_cycle], "the cycle after the one above", ErrorCode::invalid_value);
      const Row& same_dye = rows_[i % rows_of_cycle - i % 2];
      if (row.words[field_dye] != same_dye.words[field_dye])
        fail(row.line, "dye", row.words[field_dye], fmt::format("{} as in the first cycle", same_dye.words[field_dye]),
             ErrorCode::invalid_value);
      if (i % 2 == 0) continue;
      const double longer = number(rows_[i - 1], field_exposure, "exposure");
      const double shorter = number(row, field_exposure, "exposure");
      if (!(shorter > 0) || longer != exposure_ratio * shorter)
        fail(row.line, "exposure", row.words[field_exposure], "a fifth of the exposure in the row above",
             ErrorCode::invalid_value);
    }
    const double first_cycle = number(rows_.front(), field_cycle, "cycle");
    if (first_cycle != 0 && first_cycle != 1)
      fail(rows_.front().line, "cycle", rows_.front().words[field_cycle], "cycle 1", ErrorCode::invalid_value);
  }

  void add_tube(const Tube& tube) {
    const std::size_t field = field_tubes + static_cast<std::size_t>(tube.number);
    const WellId well = to_well(to_position(tube.number, dtprime_plate));
    for (std::size_t dye = 0; dye < dye_names.size(); ++dye) {
      const std::size_t first = dye * 2;
      // A lone 1 is written where a channel is not measured in a tube.
      if (rows_[first].words[field] == "1") continue;
      AmplificationCurve curve;
      curve.kind = CurveKind::background_subtracted;
      std::vector<double> shorter;
      bool is_saturated = false;
      for (std::size_t at = first; at < rows_.size(); at += rows_of_cycle) {
        curve.cycles.push_back(static_cast<double>(at / rows_of_cycle + 1));
        curve.fluorescence.push_back(net_signal(rows_[at], field));
        shorter.push_back(exposure_ratio * net_signal(rows_[at + 1], field));
        is_saturated = is_saturated || curve.fluorescence.back() >= saturated_signal;
      }
      if (is_saturated) {
        curve.fluorescence = std::move(shorter);
        saturated_.add({fmt::format("{} {}", well.label, dye_names[dye]), std::nullopt});
      }
      Measurement& m = set_.at(well, tube.test, dye_names[dye]);
      m.sample = tube.name;
      m.amplification.push_back(std::move(curve));
    }
  }

  double net_signal(const Row& row, std::size_t field) const {
    return number(row, field, "reading") - number(row, field_background, "background");
  }

  void list_not_read() {
    for (const Line& line : lines_) {
      if (!line.text.starts_with('$')) continue;
      const bool known = line.text.starts_with(tubes_marker) || line.text.starts_with(results_marker) ||
                         line.text.starts_with(tests_marker);
      if (known) continue;
      const bool concentrations = line.text.starts_with(concentrations_marker);
      const std::string name(line.text.substr(0, line.text.find('$', 1) + 1));
      not_read_.add(name.empty() ? std::string(line.text) : name,
                    concentrations ? "which samples are standards is not described" : "its contents are not described");
    }
  }

  const InputFile& file_;
  std::string text_;
  std::vector<Line> lines_;
  RunData run_;
  MeasurementSet set_;
  NotReadList not_read_;
  std::map<std::string, std::string> tests_;
  std::map<long, long> numbers_;
  std::vector<Tube> tubes_;
  long tubes_line_ = 0;
  std::vector<Row> rows_;
  WellList saturated_;
};

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(RunReader(files.front()).read());
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"dnatechnology_dtprime",
       "DNA-Technology DTprime run files",
       "DNA-Technology",
       {{"run file (.r96)", "DTprime", "", "background-subtracted curves of five dyes, samples, tests",
         ReaderMaturity::provisional, "made-up files of the described layout"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::dnatechnology_dtprime
