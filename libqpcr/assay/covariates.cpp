// Covariate tables.
#include "libqpcr/assay/covariates.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string column, std::string found,
                         std::string expected, std::string problem) {
  throw Error(code, {.path = path,
                     .line = line,
                     .column = std::move(column),
                     .field = {},
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = std::move(problem)});
}

std::string name_column(const CovariateDefinition& covariate, std::string_view unit) {
  return covariate.kind == CovariateKind::number ? fmt::format("{} [{}]", covariate.id, unit) : covariate.id;
}

std::string name_column(const CovariateDefinition& covariate) { return name_column(covariate, covariate.unit); }

std::string name_date_column(const CovariateDefinition& covariate) { return covariate.id + " date"; }

enum class ColumnKind { sample, value, date, subject, barcode, collected };

/// What a column of the table holds.
struct Column {
  ColumnKind kind = ColumnKind::value;
  const CovariateDefinition* covariate = nullptr;
  const UnitConversion* conversion = nullptr;  ///< null: in the covariate's own unit
};

std::string list_units(const CovariateDefinition& covariate) {
  std::string expected = fmt::format("the column '{}'", name_column(covariate));
  for (const UnitConversion& conversion : covariate.conversions) {
    expected += fmt::format(" or '{}'", name_column(covariate, conversion.unit));
  }
  return expected;
}

[[noreturn]] void refuse_unknown_column(const AssayDefinition& definition, std::string_view header,
                                        const std::string& path, long line) {
  std::vector<std::string> known{"subject", "barcode", "collected"};
  for (const CovariateDefinition& covariate : definition.covariates) {
    known.push_back(name_column(covariate));
    known.push_back(name_date_column(covariate));
  }
  const auto nearest = find_nearest_word(header, known);
  refuse(ErrorCode::invalid_value, path, line, std::string(header), {}, {},
         nearest ? fmt::format("the assay has no such covariate; did you mean '{}'?", *nearest)
                 : std::string("the assay has no such covariate"));
}

/// The covariate, date or identifier of a header cell; a number's unit must be one that the definition knows.
Column match_column(const AssayDefinition& definition, std::string_view cell, const std::string& path, long line) {
  const std::string_view header = trim(cell);
  for (const CovariateDefinition& covariate : definition.covariates) {
    if (header == name_column(covariate)) return {ColumnKind::value, &covariate, nullptr};
    if (header == name_date_column(covariate)) return {ColumnKind::date, &covariate, nullptr};
    if (covariate.kind != CovariateKind::number) continue;
    for (const UnitConversion& conversion : covariate.conversions) {
      if (header == name_column(covariate, conversion.unit)) return {ColumnKind::value, &covariate, &conversion};
    }
  }
  const std::size_t bracket = header.find(" [");
  const CovariateDefinition* covariate = find_covariate(definition, trim(header.substr(0, bracket)));
  if (covariate != nullptr) {
    const bool unit_missing = covariate->kind == CovariateKind::number && bracket == std::string_view::npos;
    refuse(ErrorCode::invalid_value, path, line, std::string(header), {}, list_units(*covariate),
           unit_missing ? "the unit is missing" : "another unit than the assay's");
  }
  if (header == "subject") return {ColumnKind::subject, nullptr, nullptr};
  if (header == "barcode") return {ColumnKind::barcode, nullptr, nullptr};
  if (header == "collected") return {ColumnKind::collected, nullptr, nullptr};
  refuse_unknown_column(definition, cell, path, line);
}

/// A number as written, in the unit of its column.
struct WrittenNumber {
  double number = 0.0;
  bool below = false;
  bool above = false;
};

WrittenNumber parse_written(const CovariateDefinition& covariate, std::string_view text) {
  WrittenNumber written;
  written.below = text.starts_with('<');
  written.above = text.starts_with('>');
  const std::optional<double> number = parse_double(trim(text.substr(written.below || written.above ? 1 : 0)));
  if (!number) {
    refuse(ErrorCode::invalid_value, {}, 0, name_column(covariate), std::string(text), "a number, or a bound as '<0.8'",
           {});
  }
  written.number = *number;
  return written;
}

/// The value in the covariate's unit, within its range or marked as outside where that is the policy.
CovariateValue to_value(const CovariateDefinition& covariate, const WrittenNumber& written, std::string text) {
  CovariateValue value;
  value.text = std::move(text);
  const bool bounded = written.below || written.above;
  const auto leaves_range = [&](std::string expected) {
    if (covariate.out_of_range == OutOfRangePolicy::refuse) {
      refuse(ErrorCode::invalid_value, {}, 0, name_column(covariate), value.text, std::move(expected), {});
    }
    value.out_of_range = true;
    value.range = bounded ? ValueRange::everything() : ValueRange::point(written.number);
    return value;
  };
  const bool inside = (!covariate.minimum || written.number >= *covariate.minimum) &&
                      (!covariate.maximum || written.number <= *covariate.maximum);
  if (!inside) {
    return leaves_range(fmt::format("{} to {}", covariate.minimum ? format_double(*covariate.minimum) : "–",
                                    covariate.maximum ? format_double(*covariate.maximum) : "–"));
  }
  const ValueRange all = ValueRange::everything();
  value.range = ValueRange::point(written.number);
  if (written.below) value.range = {covariate.minimum.value_or(all.lower), written.number, false, true};
  if (written.above) value.range = {written.number, covariate.maximum.value_or(all.upper), true, false};
  if (bounded && value.range.lower >= value.range.upper) return leaves_range("a bound inside the covariate's range");
  return value;
}

/// The date of a cell; empty where the cell is.
std::string parse_date(std::string_view cell, const std::string& path, long line, const std::string& column) {
  const std::string text(trim(cell));
  if (!text.empty() && !parse_calendar_day(text)) {
    refuse(ErrorCode::invalid_value, path, line, column, text, "a date as 2026-03-02", {});
  }
  return text;
}

class TableReader {
 public:
  TableReader(const CsvTable& csv, const std::string& path, const AssayDefinition& definition)
      : csv_(csv), path_(path), definition_(definition) {}

  std::vector<CovariateRow> read() {
    read_header();
    std::vector<CovariateRow> rows;
    std::set<std::string, std::less<>> samples;
    for (const CsvRow& cells : csv_.rows()) {
      CovariateRow row = read_row(cells);
      if (!samples.insert(row.sample).second) {
        refuse(ErrorCode::duplicate_entry, path_, row.line, "sample", row.sample, {},
               "this sample stands in the table twice");
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  void read_header() {
    const std::vector<std::string>& header = csv_.header();
    if (header.empty() || trim(header.front()) != "sample") {
      refuse(ErrorCode::missing_column, path_, csv_.header_line(), "sample", header.empty() ? "" : header.front(),
             "the first column to be 'sample'", {});
    }
    columns_.push_back({ColumnKind::sample, nullptr, nullptr});
    std::set<const CovariateDefinition*> given;
    for (std::size_t i = 1; i < header.size(); ++i) {
      const Column column = match_column(definition_, header[i], path_, csv_.header_line());
      if (column.kind == ColumnKind::value && !given.insert(column.covariate).second) {
        refuse(ErrorCode::invalid_value, path_, csv_.header_line(), header[i], {}, {},
               "the table gives this covariate in two columns");
      }
      columns_.push_back(column);
    }
    for (const CovariateDefinition& covariate : definition_.covariates) {
      if (!given.contains(&covariate)) csv_.column(name_column(covariate));
    }
  }

  std::string read_identifier(const CsvRow& cells, std::size_t i) const {
    std::string text(trim(cells.cells[i]));
    if (find_personal(text)) {
      refuse(ErrorCode::personal_data, path_, cells.line, csv_.header()[i], text,
             "a coded identifier, no name or number of a person", {});
    }
    return text;
  }

  CovariateRow read_row(const CsvRow& cells) const {
    CovariateRow row;
    row.line = cells.line;
    row.sample = read_identifier(cells, 0);
    if (row.sample.empty())
      refuse(ErrorCode::invalid_value, path_, row.line, "sample", {}, "an identifier", "the cell is empty");
    std::map<std::string, std::string> dates;
    for (std::size_t i = 1; i < columns_.size(); ++i) {
      const std::string& cell = cells.cells[i];
      switch (columns_[i].kind) {
        case ColumnKind::sample:
          break;
        case ColumnKind::value:
          if (!trim(cell).empty()) read_value(columns_[i], cell, row);
          break;
        case ColumnKind::date:
          dates[columns_[i].covariate->id] = parse_date(cell, path_, row.line, csv_.header()[i]);
          break;
        case ColumnKind::subject:
          row.subject = read_identifier(cells, i);
          break;
        case ColumnKind::barcode:
          row.barcode = read_identifier(cells, i);
          break;
        case ColumnKind::collected:
          row.collected = parse_date(cell, path_, row.line, csv_.header()[i]);
          break;
      }
    }
    for (auto& [id, value] : row.values) {
      const auto taken = parse_calendar_day(row.collected);
      const auto measured = parse_calendar_day(dates[id]);
      if (taken && measured) value.age_days = std::abs(static_cast<double>((*taken - *measured).count()));
    }
    return row;
  }

  void read_value(const Column& column, const std::string& cell, CovariateRow& row) const {
    const CovariateDefinition& covariate = *column.covariate;
    try {
      if (column.conversion == nullptr) {
        row.values[covariate.id] = parse_covariate_value(covariate, cell);
        return;
      }
      row.values[covariate.id] = parse_covariate_value(covariate, *column.conversion, cell);
      row.notes.push_back({"covariate_converted",
                           {{"covariate", covariate.id},
                            {"text", std::string(trim(cell))},
                            {"from", column.conversion->unit},
                            {"to", covariate.unit},
                            {"factor", format_double(column.conversion->factor)},
                            {"source", column.conversion->source.empty() ? "–" : column.conversion->source}}});
    } catch (const Error& error) {
      ErrorContext context = error.context();
      context.path = path_;
      context.line = row.line;
      throw Error(error.code(), std::move(context));
    }
  }

  const CsvTable& csv_;
  const std::string& path_;
  const AssayDefinition& definition_;
  std::vector<Column> columns_;
};

}  // namespace

CovariateValue parse_covariate_value(const CovariateDefinition& covariate, std::string_view text) {
  const std::string written(trim(text));
  if (covariate.kind == CovariateKind::number) return to_value(covariate, parse_written(covariate, written), written);
  CovariateValue value;
  value.text = written;
  if (covariate.kind == CovariateKind::lot) return value;
  std::string expected;
  for (const auto& [code, number] : covariate.coding)
    expected += fmt::format("{}'{}'", expected.empty() ? "" : " or ", code);
  if (!covariate.coding.contains(written)) {
    refuse(ErrorCode::invalid_value, {}, 0, name_column(covariate), written, expected, {});
  }
  value.category = written;
  return value;
}

CovariateValue parse_covariate_value(const CovariateDefinition& covariate, const UnitConversion& conversion,
                                     std::string_view text) {
  const std::string_view as_written = trim(text);
  WrittenNumber written = parse_written(covariate, as_written);
  written.number *= conversion.factor;
  const std::string_view sign = written.below ? "<" : written.above ? ">" : "";
  return to_value(
      covariate, written,
      fmt::format("{} {} = {}{}", as_written, conversion.unit, sign, fmt::format("{:.6g}", written.number)));
}

CovariateTable parse_covariates(std::string_view bytes, const std::string& path, const AssayDefinition& definition) {
  const CsvTable csv = read_csv_table(bytes, path);
  CovariateTable table;
  table.source = SourceFile{std::filesystem::path(path).filename().string(), sha256_hex(bytes), bytes.size()};
  table.rows = TableReader(csv, path, definition).read();
  return table;
}

CovariateTable read_covariates(const std::filesystem::path& path, const AssayDefinition& definition) {
  return parse_covariates(read_file(path), path.string(), definition);
}

const CovariateRow* find_row(const CovariateTable& table, std::string_view sample) {
  for (const CovariateRow& row : table.rows) {
    if (row.sample == sample) return &row;
  }
  return nullptr;
}

}  // namespace qpcr
