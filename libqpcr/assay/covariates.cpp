// Covariate tables.
#include "libqpcr/assay/covariates.hpp"

#include <optional>
#include <set>

#include <fmt/format.h>

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

std::string column_name(const CovariateDefinition& covariate) {
  return covariate.kind == CovariateKind::category ? covariate.id
                                                   : fmt::format("{} [{}]", covariate.id, covariate.unit);
}

/// The covariate of a header cell, whose unit must be the definition's.
const CovariateDefinition& match_column(const AssayDefinition& definition, std::string_view header,
                                        const std::string& path, long line) {
  const std::size_t bracket = header.find(" [");
  const std::string id(trim(header.substr(0, bracket)));
  const CovariateDefinition* covariate = find_covariate(definition, id);
  if (covariate == nullptr) {
    std::vector<std::string> known;
    for (const CovariateDefinition& defined : definition.covariates) known.push_back(column_name(defined));
    const auto nearest = find_nearest_word(header, known);
    refuse(ErrorCode::invalid_value, path, line, std::string(header), {}, {},
           nearest ? fmt::format("the assay has no such covariate; did you mean '{}'?", *nearest)
                   : std::string("the assay has no such covariate"));
  }
  const std::string expected = column_name(*covariate);
  if (trim(header) != expected) {
    const bool unit_missing = covariate->kind == CovariateKind::number && bracket == std::string_view::npos;
    refuse(ErrorCode::invalid_value, path, line, std::string(header), {}, fmt::format("the column '{}'", expected),
           unit_missing ? "the unit is missing" : "another unit than the assay's");
  }
  return *covariate;
}

}  // namespace

CovariateValue parse_covariate_value(const CovariateDefinition& covariate, std::string_view text) {
  CovariateValue value;
  value.text = std::string(trim(text));
  const auto refuse_value = [&](std::string expected) {
    refuse(ErrorCode::invalid_value, {}, 0, column_name(covariate), value.text, std::move(expected), {});
  };
  if (covariate.kind == CovariateKind::category) {
    std::string expected;
    for (const auto& [code, number] : covariate.coding)
      expected += fmt::format("{}'{}'", expected.empty() ? "" : " or ", code);
    if (!covariate.coding.contains(value.text)) refuse_value(expected);
    value.category = value.text;
    return value;
  }
  const bool below = value.text.starts_with('<');
  const bool above = value.text.starts_with('>');
  const std::string_view digits = trim(std::string_view(value.text).substr(below || above ? 1 : 0));
  const std::optional<double> number = parse_double(digits);
  if (!number) refuse_value("a number, or a bound as '<0.8'");
  if (!(*number >= *covariate.minimum && *number <= *covariate.maximum)) {
    refuse_value(fmt::format("{} to {}", format_double(*covariate.minimum), format_double(*covariate.maximum)));
  }
  value.range = ValueRange::point(*number);
  if (below) value.range = {*covariate.minimum, *number, false, true};
  if (above) value.range = {*number, *covariate.maximum, true, false};
  if ((below || above) && value.range.lower >= value.range.upper) refuse_value("a bound inside the covariate's range");
  return value;
}

CovariateTable parse_covariates(std::string_view bytes, const std::string& path, const AssayDefinition& definition) {
  const CsvTable csv = read_csv_table(bytes, path);
  if (csv.header().empty() || trim(csv.header().front()) != "sample") {
    refuse(ErrorCode::missing_column, path, csv.header_line(), "sample",
           csv.header().empty() ? "" : csv.header().front(), "the first column to be 'sample'", {});
  }
  std::vector<const CovariateDefinition*> columns{nullptr};
  for (std::size_t i = 1; i < csv.header().size(); ++i) {
    columns.push_back(&match_column(definition, csv.header()[i], path, csv.header_line()));
  }
  for (const CovariateDefinition& covariate : definition.covariates) csv.column(column_name(covariate));

  CovariateTable table;
  table.source = SourceFile{std::filesystem::path(path).filename().string(), sha256_hex(bytes), bytes.size()};
  std::set<std::string, std::less<>> samples;
  for (const CsvRow& cells : csv.rows()) {
    CovariateRow row;
    row.line = cells.line;
    row.sample = std::string(trim(cells.cells.front()));
    if (row.sample.empty())
      refuse(ErrorCode::invalid_value, path, row.line, "sample", {}, "an identifier", "the cell is empty");
    if (find_personal(row.sample)) {
      refuse(ErrorCode::personal_data, path, row.line, "sample", row.sample,
             "a coded identifier, no name or number of a person", {});
    }
    if (!samples.insert(row.sample).second) {
      refuse(ErrorCode::duplicate_entry, path, row.line, "sample", row.sample, {},
             "this sample stands in the table twice");
    }
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (trim(cells.cells[i]).empty()) continue;
      try {
        row.values[columns[i]->id] = parse_covariate_value(*columns[i], cells.cells[i]);
      } catch (const Error& error) {
        ErrorContext context = error.context();
        context.path = path;
        context.line = row.line;
        throw Error(error.code(), std::move(context));
      }
    }
    table.rows.push_back(std::move(row));
  }
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
