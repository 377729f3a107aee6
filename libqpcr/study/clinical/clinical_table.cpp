// Reading cells of clinical data as codes, numbers, bounds and days.
#include "libqpcr/study/clinical/clinical_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/study/identifiers.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {
namespace {

/// Positions of the columns that a mapping names.
struct ColumnPlace {
  const MappedColumn* mapped = nullptr;
  const ClinicalVariable* variable = nullptr;
  std::size_t index = 0;
  std::optional<std::size_t> unit_index;
};

class CellReader {
 public:
  CellReader(const CsvTable& table, const ClinicalMapping& mapping, ClinicalTable& result)
      : table_(table), mapping_(mapping), result_(result) {}

  void read(const CsvRow& row, const ColumnPlace& place, ClinicalRecord& record) {
    const std::string_view written = trim(row.cells[place.index]);
    if (written.empty() || is_missing_word(written)) return;
    const auto word = place.mapped->words.find(std::string(written));
    const std::string text = word == place.mapped->words.end() ? std::string(written) : word->second;
    if (word != place.mapped->words.end() && text == "missing") return;
    std::optional<ClinicalValue> value = parse(row, place, text, record);
    if (value) record.values.emplace(place.variable->name, std::move(*value));
  }

  void report(const CsvRow& row, const std::string& column, const ClinicalRecord& record, const std::string& check,
              std::vector<std::pair<std::string, std::string>> values) {
    StudyFinding finding;
    finding.check = "clinical_" + check;
    finding.severity = Severity::blocks;
    values.emplace_back("column", column);
    values.emplace_back("line", fmt::format("{}", row.line));
    finding.what = {finding.check, std::move(values)};
    finding.centre = record.centre;
    finding.subject = record.subject;
    finding.file = table_.path();
    finding.line = row.line;
    finding.column = column;
    result_.findings.push_back(std::move(finding));
  }

 private:
  bool is_missing_word(std::string_view text) const {
    return std::find(mapping_.missing.begin(), mapping_.missing.end(), text) != mapping_.missing.end();
  }

  std::optional<ClinicalValue> parse(const CsvRow& row, const ColumnPlace& place, const std::string& text,
                                     const ClinicalRecord& record) {
    const ClinicalVariable& variable = *place.variable;
    switch (variable.kind) {
      case ClinicalKind::code:
        return parse_word(row, place, text, record, variable.codes);
      case ClinicalKind::flag:
        return parse_word(row, place, text, record, {"yes", "no"});
      case ClinicalKind::number:
      case ClinicalKind::bounded:
        return parse_quantity(row, place, text, record);
      case ClinicalKind::date: {
        std::optional<std::string> day = parse_clinical_day(text, mapping_.dates);
        if (day) return ClinicalValue{std::move(*day), std::nullopt, Bound::exact};
        report(row, place.mapped->heading, record, "date_unreadable", {{"found", mask_personal(text)}});
        return std::nullopt;
      }
      case ClinicalKind::identifier:
        if (const auto fault = find_identifier_fault(text); fault || find_personal(text)) {
          report(row, place.mapped->heading, record, "identifier_fault", {{"found", mask_personal(text)}});
          return std::nullopt;
        }
        break;
      case ClinicalKind::text:
        break;
    }
    return ClinicalValue{mask_personal(text), std::nullopt, Bound::exact};
  }

  std::optional<ClinicalValue> parse_word(const CsvRow& row, const ColumnPlace& place, const std::string& text,
                                          const ClinicalRecord& record, const std::vector<std::string>& words) {
    if (std::find(words.begin(), words.end(), text) != words.end())
      return ClinicalValue{text, std::nullopt, Bound::exact};
    report(row, place.mapped->heading, record, "code_unknown",
           {{"found", mask_personal(text)}, {"codes", fmt::format("{}", fmt::join(words, ", "))}});
    return std::nullopt;
  }

  /// The unit of a cell: of its row, else of its column, else the variable's own.
  std::string find_unit(const CsvRow& row, const ColumnPlace& place) const {
    if (place.unit_index) {
      const std::string_view unit = trim(row.cells[*place.unit_index]);
      if (!unit.empty()) return std::string(unit);
    }
    return place.mapped->unit.empty() ? place.variable->unit : place.mapped->unit;
  }

  std::optional<ClinicalValue> parse_quantity(const CsvRow& row, const ColumnPlace& place, const std::string& text,
                                              const ClinicalRecord& record) {
    const ClinicalVariable& variable = *place.variable;
    ClinicalValue value{text, std::nullopt, Bound::exact};
    std::string_view digits = text;
    if (variable.kind == ClinicalKind::bounded && (digits.front() == '<' || digits.front() == '>')) {
      value.bound = digits.front() == '<' ? Bound::below : Bound::above;
      digits = trim(digits.substr(1));
    }
    const std::optional<double> number =
        parse_number(digits, mapping_.decimal_comma ? NumberFormat::decimal_comma : NumberFormat::decimal_dot);
    if (!number) {
      report(row, place.mapped->heading, record, mapping_.decimal_comma ? "number_not_comma" : "number_not_dot",
             {{"found", mask_personal(text)}});
      return std::nullopt;
    }
    const std::string unit = find_unit(row, place);
    const std::optional<double> factor =
        unit.empty() ? std::optional<double>(1) : find_unit_factor(unit, variable.unit);
    if (!factor) {
      report(row, place.mapped->heading, record, "unit_differs",
             {{"found", fmt::format("{} {}", text, unit)}, {"unit", variable.unit}});
      return std::nullopt;
    }
    value.number = *number * *factor;
    if (*value.number < variable.lowest || *value.number > variable.highest) {
      report(row, place.mapped->heading, record, "out_of_range",
             {{"found", text},
              {"lowest", format_double(variable.lowest)},
              {"highest", fmt::format("{} {}", format_double(variable.highest), variable.unit)}});
      return std::nullopt;
    }
    return value;
  }

  const CsvTable& table_;
  const ClinicalMapping& mapping_;
  ClinicalTable& result_;
};

std::vector<ColumnPlace> find_places(const CsvTable& table, const ClinicalMapping& mapping,
                                     const std::vector<ClinicalVariable>& variables) {
  std::vector<ColumnPlace> places;
  for (const MappedColumn& mapped : mapping.columns) {
    ColumnPlace place;
    place.mapped = &mapped;
    place.variable = find_clinical_variable(variables, mapped.variable);
    place.index = table.column(mapped.heading);
    if (!mapped.unit_heading.empty()) place.unit_index = table.column(mapped.unit_heading);
    places.push_back(place);
  }
  return places;
}

void list_unread(const CsvTable& table, const ClinicalMapping& mapping, ClinicalTable& result) {
  for (const std::string& heading : table.header()) {
    const std::string_view name = trim(heading);
    const bool read = std::any_of(mapping.columns.begin(), mapping.columns.end(), [name](const MappedColumn& each) {
      return each.heading == name || each.unit_heading == name;
    });
    if (!read) result.not_read.push_back({fmt::format("{}: {}", table.path(), name), "column_not_used"});
  }
}

/// A number of at most four digits, or nothing.
std::optional<int> parse_part(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (const char each : text) {
    if (each < '0' || each > '9') return std::nullopt;
    value = 10 * value + (each - '0');
  }
  return value;
}

}  // namespace

const ClinicalValue* ClinicalRecord::find(std::string_view variable) const {
  const auto found = values.find(variable);
  return found == values.end() ? nullptr : &found->second;
}

std::string ClinicalRecord::text(std::string_view variable) const {
  const ClinicalValue* const value = find(variable);
  return value == nullptr ? std::string() : value->text;
}

std::optional<std::string> parse_clinical_day(std::string_view text, DateOrder order) {
  text = trim(text);
  std::string plain(text.substr(0, text.find_first_of("T ")));
  for (const std::string_view mark : {"年", "月", "日", "/", "."}) {
    for (std::size_t at = plain.find(mark); at != std::string::npos; at = plain.find(mark))
      plain.replace(at, mark.size(), mark == "日" ? "" : "-");
  }
  if (order == DateOrder::year_month_day && plain.size() == 8 && plain.find('-') == std::string::npos)
    plain = fmt::format("{}-{}-{}", plain.substr(0, 4), plain.substr(4, 2), plain.substr(6));
  const std::vector<std::string_view> parts = split(plain, '-');
  if (parts.size() != 3) return std::nullopt;
  constexpr std::array<std::array<std::size_t, 3>, 3> places{{{0, 1, 2}, {2, 1, 0}, {2, 0, 1}}};
  const std::array<std::size_t, 3>& place = places[static_cast<std::size_t>(order)];
  const std::optional<int> year = parse_part(parts[place[0]]);
  const std::optional<int> month = parse_part(parts[place[1]]);
  const std::optional<int> day = parse_part(parts[place[2]]);
  if (!year || !month || !day || parts[place[0]].size() != 4) return std::nullopt;
  std::string iso = fmt::format("{:04}-{:02}-{:02}", *year, *month, *day);
  if (!is_day(iso)) return std::nullopt;
  return iso;
}

ClinicalTable read_clinical_table(const CsvTable& table, const ClinicalMapping& mapping,
                                  const std::vector<ClinicalVariable>& variables, const std::string& centre) {
  const std::vector<ColumnPlace> places = find_places(table, mapping, variables);
  const auto subject_place = std::find_if(places.begin(), places.end(),
                                          [](const ColumnPlace& place) { return place.variable->name == "subject"; });
  ClinicalTable result;
  list_unread(table, mapping, result);
  CellReader reader(table, mapping, result);
  for (const CsvRow& row : table.rows()) {
    ClinicalRecord record;
    record.centre = centre;
    record.file = table.path();
    record.line = row.line;
    record.subject = mask_personal(trim(row.cells[subject_place->index]));
    for (const ColumnPlace& place : places) reader.read(row, place, record);
    if (record.subject.empty()) reader.report(row, subject_place->mapped->heading, record, "subject_missing", {});
    const std::string stated = record.text("centre");
    if (!stated.empty() && stated != centre)
      reader.report(row, "centre", record, "other_centre", {{"found", stated}, {"centre", centre}});
    result.records.push_back(std::move(record));
  }
  return result;
}

}  // namespace qpcr
