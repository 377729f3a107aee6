// Every evaluation of the registry on every kind of poor table: numbers or reasons that can be worded, or an error that
// names what is wrong; never NaN, never another exception.
#include <cmath>
#include <functional>
#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/report/evaluation_export.hpp"

namespace {

using qpcr::ColumnKind;
using qpcr::Evaluation;

/// A cell of a column in a row.
using Cell = std::function<std::string(const qpcr::EvaluationColumn&, std::size_t column, std::size_t row)>;

struct Table {
  const char* name;
  std::size_t rows;
  Cell cell;
};

std::string draw(const qpcr::EvaluationColumn& column, std::size_t index, std::size_t row, std::uint64_t seed) {
  qpcr::ResamplingStream stream(seed + index, row);
  switch (column.kind) {
    case ColumnKind::number:
      return fmt::format("{:.3f}", 1.0 + 0.001 * static_cast<double>(stream.index(9000)));
    case ColumnKind::count:
      return std::to_string(stream.index(40));
    case ColumnKind::binary:
      return std::to_string(stream.index(2));
    case ColumnKind::text:
      break;
  }
  return std::string(1, static_cast<char>('A' + stream.index(3)));
}

std::string steady(const qpcr::EvaluationColumn& column, const char* number, const char* count, const char* binary) {
  switch (column.kind) {
    case ColumnKind::number:
      return number;
    case ColumnKind::count:
      return count;
    case ColumnKind::binary:
      return binary;
    case ColumnKind::text:
      break;
  }
  return "A";
}

const std::vector<Table>& tables() {
  static const std::vector<Table> all{
      {"drawn", 40, [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 1); }},
      {"drawn again", 200, [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 77); }},
      {"one row", 1, [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 2); }},
      {"two rows", 2, [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 3); }},
      {"three rows", 3, [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 4); }},
      {"constant", 12, [](const auto& column, std::size_t, std::size_t) { return steady(column, "5", "5", "1"); }},
      {"zeros", 12, [](const auto& column, std::size_t, std::size_t) { return steady(column, "0", "0", "0"); }},
      {"enormous", 12,
       [](const auto& column, std::size_t i, std::size_t row) {
         const std::string number = draw(column, i, row, 5);
         return column.kind == ColumnKind::number  ? number + "e300"
                : column.kind == ColumnKind::count ? number + "00000000"
                                                   : number;
       }},
      {"minute", 12,
       [](const auto& column, std::size_t i, std::size_t row) {
         const std::string number = draw(column, i, row, 6);
         return column.kind == ColumnKind::number ? "-" + number + "e-300" : number;
       }},
      {"all missing", 6, [](const auto& column, std::size_t, std::size_t) { return steady(column, "NA", "0", "NA"); }},
      {"half missing", 30,
       [](const auto& column, std::size_t i, std::size_t row) {
         return row % 2 == 0 ? draw(column, i, row, 7) : steady(column, "", "3", "");
       }},
      {"two values", 30,
       [](const auto& column, std::size_t i, std::size_t row) {
         return column.kind == ColumnKind::number ? std::string(row % 2 == 0 ? "1" : "2") : draw(column, i, row, 8);
       }},
      {"separated", 30,
       [](const auto& column, std::size_t i, std::size_t row) {
         if (column.kind == ColumnKind::number) return std::to_string(row);
         if (column.kind == ColumnKind::binary) return std::string(row < 15 ? "0" : "1");
         return draw(column, i, row, 9);
       }},
      {"subjects of their own", 40,
       [](const auto& column, std::size_t i, std::size_t row) {
         return column.kind == ColumnKind::text ? fmt::format("S{}", row) : draw(column, i, row, 10);
       }},
  };
  return all;
}

std::string render_table(const Evaluation& evaluation, const Table& table, bool with_optional) {
  std::vector<const qpcr::EvaluationColumn*> columns;
  for (const qpcr::EvaluationColumn& column : evaluation.columns) {
    if (column.required || with_optional) columns.push_back(&column);
  }
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) text += (i == 0 ? "" : ",") + columns[i]->name;
  for (std::size_t row = 0; row < table.rows; ++row) {
    text += '\n';
    // Quotes keep a row whose only cell is empty from being a blank line.
    for (std::size_t i = 0; i < columns.size(); ++i)
      text += (i == 0 ? "\"" : ",\"") + table.cell(*columns[i], i, row) + "\"";
  }
  return text + "\n";
}

/// A value for every option without a default; resampling kept short.
std::map<std::string, std::string> fill_options(const Evaluation& evaluation, const char* number) {
  std::map<std::string, std::string> options;
  for (const qpcr::EvaluationOption& option : evaluation.options) {
    if (option.name == "replicates") options[option.name] = "40";
    if (option.required) options[option.name] = option.choices.empty() ? number : option.choices.front();
  }
  return options;
}

/// @return true when a result came out.
bool compute(const Evaluation& evaluation, const std::string& text, const std::map<std::string, std::string>& options) {
  CAPTURE(text);
  try {
    const qpcr::EvaluationResult result = qpcr::evaluate(evaluation, qpcr::read_data_table(text, "t.csv"), options);
    CHECK(result.evaluation == evaluation.name);
    CHECK_FALSE(result.method.empty());
    for (const qpcr::NamedEstimate& named : result.estimates) {
      CAPTURE(named.name, named.method, named.stratum);
      if (named.estimate.value) {
        CHECK(std::isfinite(*named.estimate.value));
      } else {
        CHECK(named.estimate.why_absent.has_value());
      }
      if (named.estimate.standard_error) CHECK(std::isfinite(*named.estimate.standard_error));
      if (named.estimate.interval) {
        CHECK_FALSE(std::isnan(named.estimate.interval->lower));
        CHECK_FALSE(std::isnan(named.estimate.interval->upper));
        CHECK(named.estimate.interval->lower <= named.estimate.interval->upper);
      }
    }
    for (const qpcr::ResultTable& table : result.tables) {
      CAPTURE(table.name);
      std::optional<std::size_t> rows;
      for (const qpcr::ResultColumn& column : table.columns) {
        const std::size_t cells = std::visit([](const auto& list) { return list.size(); }, column.cells);
        CHECK(rows.value_or(cells) == cells);
        rows = cells;
        if (const auto* numbers = std::get_if<std::vector<std::optional<double>>>(&column.cells)) {
          for (const std::optional<double>& number : *numbers) CHECK_FALSE((number && std::isnan(*number)));
        }
      }
    }
    // Words every message in both languages; an identifier that the catalogue lacks throws.
    const nlohmann::json json = nlohmann::json::parse(qpcr::render_evaluation_json(evaluation, result));
    CHECK(json.at("evaluation") == evaluation.name);
    CHECK_FALSE(qpcr::render_evaluation_text(evaluation, result, qpcr::Language::zh).empty());
    return true;
  } catch (const qpcr::Error& error) {
    const bool names_what =
        !error.context().field.empty() || !error.context().column.empty() || !error.context().problem.empty();
    INFO(error.what());
    CHECK(names_what);
    CHECK_THAT(error.what(), !Catch::Contains("catalogue"));
    return false;
  }
}

}  // namespace

TEST_CASE("every evaluation gives numbers or reasons on every kind of table") {
  for (const Evaluation& evaluation : qpcr::list_evaluations()) {
    DYNAMIC_SECTION(evaluation.name) {
      CAPTURE(evaluation.name);
      for (const char* number : {"0.9", "2", "10"}) {
        const auto options = fill_options(evaluation, number);
        if (!evaluation.needs_data) {
          compute(evaluation, "none\n-\n", options);
          continue;
        }
        for (const Table& table : tables()) {
          for (const bool with_optional : {false, true}) {
            CAPTURE(table.name, with_optional, number);
            compute(evaluation, render_table(evaluation, table, with_optional), options);
          }
        }
        if (options.empty()) break;  // nothing depends on the number
      }
    }
  }
}

TEST_CASE("the list of evaluations is worded in both languages and as JSON") {
  const nlohmann::json json = nlohmann::json::parse(qpcr::render_evaluation_list_json());
  CHECK(json.at("evaluations").size() == qpcr::list_evaluations().size());
  for (const Evaluation& evaluation : qpcr::list_evaluations()) {
    CHECK_THAT(qpcr::render_evaluation_list_text(qpcr::Language::zh), Catch::Contains("  " + evaluation.name + ": "));
    CHECK_THAT(qpcr::render_evaluation_list_text(qpcr::Language::en), Catch::Contains("  " + evaluation.name + ": "));
  }
}
