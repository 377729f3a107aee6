// Reading and checking the table of subjects.
#include "libqpcr/study/subjects.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/study/personal_columns.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<std::string_view, ReferenceStandard>, 2> reference_words{
    {{"positive", ReferenceStandard::positive}, {"negative", ReferenceStandard::negative}}};
constexpr std::array<std::pair<std::string_view, ControlClass>, 5> class_words{
    {{"cirrhosis", ControlClass::cirrhosis},
     {"chronic_hepatitis_b", ControlClass::chronic_hepatitis_b},
     {"benign_lesion", ControlClass::benign_lesion},
     {"other_cancer", ControlClass::other_cancer},
     {"healthy", ControlClass::healthy}}};
constexpr std::array<std::pair<std::string_view, Sex>, 2> sex_words{{{"male", Sex::male}, {"female", Sex::female}}};
constexpr std::array<std::pair<std::string_view, BclcStage>, 5> stage_words{{{"0", BclcStage::stage_0},
                                                                             {"A", BclcStage::stage_a},
                                                                             {"B", BclcStage::stage_b},
                                                                             {"C", BclcStage::stage_c},
                                                                             {"D", BclcStage::stage_d}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> exclusion_words{{{"yes", true}, {"no", false}}};

constexpr std::array<std::string_view, 11> known_columns{
    "subject", "centre",    "sample",    "reference_standard", "control_class",   "stage_bclc",
    "sex",     "age_years", "afp_ng_ml", "excluded",           "exclusion_reason"};

template <typename Value, std::size_t count>
std::string_view find_word(const std::array<std::pair<std::string_view, Value>, count>& words, Value value) {
  for (const auto& [word, candidate] : words) {
    if (candidate == value) return word;
  }
  return "";
}

template <typename Value, std::size_t count>
std::string list_words(const std::array<std::pair<std::string_view, Value>, count>& words) {
  std::string text;
  for (const auto& [word, value] : words) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", word);
  return text;
}

/// One row with the columns by name, and errors that know both.
class RowReader {
 public:
  RowReader(const CsvTable& table, const CsvRow& row) : table_(&table), row_(&row) {}

  std::string text(std::string_view column) const {
    const auto index = table_->find_column(column);
    return index ? std::string(trim(row_->cells[*index])) : std::string();
  }

  [[noreturn]] void refuse(ErrorCode code, std::string_view column, std::string found, std::string expected,
                           std::string problem = {}) const {
    throw Error(code, {.path = table_->path(),
                       .line = row_->line,
                       .column = std::string(column),
                       .field = {},
                       .found = std::move(found),
                       .expected = std::move(expected),
                       .problem = std::move(problem)});
  }

  template <typename Value, std::size_t count>
  std::optional<Value> word(std::string_view column,
                            const std::array<std::pair<std::string_view, Value>, count>& words) const {
    const std::string found = text(column);
    if (found.empty()) return std::nullopt;
    for (const auto& [word, value] : words) {
      if (word == found) return value;
    }
    refuse(ErrorCode::invalid_value, column, found, list_words(words) + " or an empty cell");
  }

  std::optional<double> number(std::string_view column, double lowest, double highest) const {
    const std::string found = text(column);
    if (found.empty()) return std::nullopt;
    const std::optional<double> value = parse_double(found);
    if (!value || *value < lowest || *value > highest) {
      refuse(ErrorCode::invalid_value, column, found, fmt::format("a number from {} to {}", lowest, highest));
    }
    return value;
  }

  std::optional<BoundedValue> bounded(std::string_view column) const {
    BoundedValue value;
    value.text = text(column);
    if (value.text.empty()) return std::nullopt;
    std::string_view digits = value.text;
    if (digits.front() == '<' || digits.front() == '>') {
      value.bound = digits.front() == '<' ? Bound::below : Bound::above;
      digits = trim(digits.substr(1));
    }
    const std::optional<double> number = parse_double(digits);
    if (!number || *number < 0.0) {
      refuse(ErrorCode::invalid_value, column, value.text, "a number of at least 0, or a bound such as '<0.8'");
    }
    value.value = *number;
    return value;
  }

  /// Refuses what find_identifier_fault() finds.
  void check_identifier(std::string_view column, const std::string& found) const {
    if (const std::optional<std::string_view> fault = find_identifier_fault(found)) {
      refuse(ErrorCode::study_invalid, column, found, "one identifier", std::string(*fault));
    }
  }

  /// A coded identifier: not empty, no name, no number of a person, no separator.
  std::string identifier(std::string_view column) const {
    std::string found = text(column);
    if (found.empty()) refuse(ErrorCode::invalid_value, column, {}, "a coded identifier, got an empty cell");
    if (find_personal(found)) {
      refuse(ErrorCode::personal_data, column, found, "a coded identifier, not the name or number of a person");
    }
    check_identifier(column, found);
    return found;
  }

  long line() const { return row_->line; }

 private:
  const CsvTable* table_;
  const CsvRow* row_;
};

void check_headings(const CsvTable& table) {
  for (const std::string& heading : table.header()) {
    if (!asks_for_person(heading)) continue;
    throw Error(ErrorCode::personal_data,
                {.path = table.path(),
                 .line = table.header_line(),
                 .column = heading,
                 .field = {},
                 .found = {},
                 .expected = {},
                 .problem = "a study table must not hold names, numbers or addresses of persons"});
  }
}

Subject read_subject(const RowReader& row) {
  Subject subject;
  subject.line = row.line();
  subject.id = row.identifier("subject");
  subject.centre = row.text("centre");
  if (subject.centre.empty()) row.refuse(ErrorCode::invalid_value, "centre", {}, "a centre, got an empty cell");
  row.check_identifier("centre", subject.centre);
  subject.reference = row.word("reference_standard", reference_words);
  subject.control_class = row.word("control_class", class_words);
  subject.stage = row.word("stage_bclc", stage_words);
  subject.sex = row.word("sex", sex_words);
  constexpr double oldest_years = 120.0;
  subject.age_years = row.number("age_years", 0.0, oldest_years);
  subject.afp_ng_ml = row.bounded("afp_ng_ml");
  subject.excluded = row.word("excluded", exclusion_words).value_or(false);
  subject.exclusion_reason = row.text("exclusion_reason");
  if (subject.excluded && subject.exclusion_reason.empty()) {
    row.refuse(ErrorCode::study_invalid, "exclusion_reason", {}, {}, "an excluded subject needs a reason");
  }
  if (!subject.excluded && !subject.exclusion_reason.empty()) {
    row.refuse(ErrorCode::study_invalid, "exclusion_reason", subject.exclusion_reason, {},
               "a reason on a subject that is not excluded");
  }
  if (find_personal(subject.exclusion_reason)) {
    row.refuse(ErrorCode::personal_data, "exclusion_reason", subject.exclusion_reason,
               "a reason, not the name of a person");
  }
  if (row.text("sample").empty()) {
    if (!subject.excluded) row.refuse(ErrorCode::study_invalid, "sample", {}, {}, "a subject without a sample");
  } else {
    subject.sample = row.identifier("sample");
  }
  if (subject.stage && subject.reference != ReferenceStandard::positive) {
    row.refuse(ErrorCode::study_invalid, "stage_bclc", std::string(to_string(*subject.stage)), {},
               "a stage on a subject whose reference standard is not positive");
  }
  if (subject.control_class && subject.reference != ReferenceStandard::negative) {
    row.refuse(ErrorCode::study_invalid, "control_class", std::string(to_string(*subject.control_class)), {},
               "a control class on a subject whose reference standard is not negative");
  }
  return subject;
}

}  // namespace

std::string_view to_string(ReferenceStandard reference) { return find_word(reference_words, reference); }
std::string_view to_string(ControlClass control_class) { return find_word(class_words, control_class); }
std::string_view to_string(Sex sex) { return find_word(sex_words, sex); }
std::string_view to_string(BclcStage stage) { return find_word(stage_words, stage); }

const std::vector<ControlClass>& all_control_classes() {
  static const std::vector<ControlClass> classes{ControlClass::cirrhosis, ControlClass::chronic_hepatitis_b,
                                                 ControlClass::benign_lesion, ControlClass::other_cancer,
                                                 ControlClass::healthy};
  return classes;
}

const std::vector<BclcStage>& all_bclc_stages() {
  static const std::vector<BclcStage> stages{BclcStage::stage_0, BclcStage::stage_a, BclcStage::stage_b,
                                             BclcStage::stage_c, BclcStage::stage_d};
  return stages;
}

SubjectTable read_subjects(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  const CsvTable table = read_csv_table(bytes, path.string());
  check_headings(table);
  for (const std::string_view column : {"subject", "centre", "sample", "reference_standard"}) table.column(column);
  refuse_personal_numbers(table);

  SubjectTable result;
  result.source = {path.filename().string(), sha256_hex(bytes), bytes.size()};
  for (const std::string& heading : table.header()) {
    const std::string_view name = trim(heading);
    if (std::find(known_columns.begin(), known_columns.end(), name) == known_columns.end()) {
      result.not_read.push_back({fmt::format("{}: {}", result.source.name, name), "column_not_used"});
    }
  }
  std::map<std::string, std::size_t> by_id;
  std::map<std::string, std::size_t> by_sample;
  for (const CsvRow& cells : table.rows()) {
    const RowReader row(table, cells);
    Subject subject = read_subject(row);
    const auto [same_id, new_id] = by_id.emplace(subject.id, result.subjects.size());
    if (!new_id) {
      const Subject& earlier = result.subjects[same_id->second];
      const bool two_samples = earlier.sample != subject.sample;
      row.refuse(two_samples ? ErrorCode::study_invalid : ErrorCode::duplicate_entry, "subject", subject.id, {},
                 two_samples ? fmt::format("a subject with two samples, the other in line {}", earlier.line)
                             : fmt::format("a subject that is listed twice, first in line {}", earlier.line));
    }
    if (!subject.sample.empty()) {
      const auto [same_sample, new_sample] = by_sample.emplace(subject.sample, result.subjects.size());
      if (!new_sample) {
        row.refuse(
            ErrorCode::duplicate_entry, "sample", subject.sample, {},
            fmt::format("a sample of two subjects, the other in line {}", result.subjects[same_sample->second].line));
      }
    }
    result.subjects.push_back(std::move(subject));
  }
  if (result.subjects.empty()) {
    throw Error(ErrorCode::study_invalid, {.path = path.string(),
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = {},
                                           .expected = {},
                                           .problem = "a table without subjects"});
  }
  return result;
}

}  // namespace qpcr
