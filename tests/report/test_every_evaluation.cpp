// Every evaluation of the registry on every kind of poor table: numbers or reasons that can be worded, or an error that
// names what is wrong; never NaN, never another exception.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

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

std::string render_rows(const std::vector<const qpcr::EvaluationColumn*>& columns, const Table& table) {
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

std::string render_table(const Evaluation& evaluation, const Table& table, bool with_optional) {
  std::vector<const qpcr::EvaluationColumn*> columns;
  for (const qpcr::EvaluationColumn& column : evaluation.columns) {
    if (column.required || with_optional) columns.push_back(&column);
  }
  return render_rows(columns, table);
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

/// Nothing where the table is refused.
std::optional<qpcr::EvaluationResult> find_result(const Evaluation& evaluation, const std::string& text,
                                                  const std::map<std::string, std::string>& options) {
  try {
    return qpcr::evaluate(evaluation, qpcr::read_data_table(text, "t.csv"), options);
  } catch (const qpcr::Error&) {
    return std::nullopt;
  }
}

bool has_option(const Evaluation& evaluation, const std::string& name) {
  return std::any_of(evaluation.options.begin(), evaluation.options.end(),
                     [&](const qpcr::EvaluationOption& option) { return option.name == name; });
}

/// Values of estimates by name, method and stratum, but for a line of the table; absent ones as nothing.
std::multimap<std::string, std::optional<double>> collect_values(const qpcr::EvaluationResult& result) {
  std::multimap<std::string, std::optional<double>> values;
  for (const qpcr::NamedEstimate& named : result.estimates) {
    const std::string stratum = named.stratum.starts_with("line ") ? "line" : named.stratum;
    values.emplace(fmt::format("{} {} {}", named.name, named.method, stratum), named.estimate.value);
  }
  return values;
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

TEST_CASE("what an evaluation finds does not depend on the number of threads") {
  std::size_t compared = 0;
  for (const Evaluation& evaluation : qpcr::list_evaluations()) {
    if (!evaluation.needs_data || !has_option(evaluation, "threads")) continue;
    CAPTURE(evaluation.name);
    const std::string text = render_table(evaluation, tables().front(), true);
    auto options = fill_options(evaluation, "0.9");
    options["threads"] = "1";
    auto one = find_result(evaluation, text, options);
    options["threads"] = "2";
    auto two = find_result(evaluation, text, options);
    REQUIRE(one.has_value() == two.has_value());
    if (!one) continue;
    one->options.clear();
    two->options.clear();
    CHECK(*one == *two);
    ++compared;
  }
  CHECK(compared >= 3);
}

TEST_CASE("the order of columns and columns that are not read change nothing") {
  std::size_t compared = 0;
  for (const Evaluation& evaluation : qpcr::list_evaluations()) {
    if (!evaluation.needs_data) continue;
    CAPTURE(evaluation.name);
    const auto options = fill_options(evaluation, "0.9");
    std::vector<const qpcr::EvaluationColumn*> columns;
    std::map<std::string, std::size_t> places;
    for (const qpcr::EvaluationColumn& column : evaluation.columns) {
      places[column.name] = columns.size();
      columns.push_back(&column);
    }
    const Table placed{"by name", 40, [&](const auto& column, std::size_t, std::size_t row) {
                         return column.name == "remark" ? std::string("x")
                                                        : draw(column, places.at(column.name), row, 1);
                       }};
    auto before = find_result(evaluation, render_rows(columns, placed), options);
    std::reverse(columns.begin(), columns.end());
    const qpcr::EvaluationColumn remark{"remark", ColumnKind::text, false, {}};
    columns.insert(columns.begin(), &remark);
    auto after = find_result(evaluation, render_rows(columns, placed), options);
    REQUIRE(before.has_value() == after.has_value());
    if (!before) continue;
    CHECK(std::count(after->unread_columns.begin(), after->unread_columns.end(), "remark") == 1);
    before->unread_columns.clear();
    after->unread_columns.clear();
    CHECK(*before == *after);
    ++compared;
  }
  CHECK(compared >= 30);
}

TEST_CASE("the order of rows changes no estimate") {
  std::size_t compared = 0;
  for (const Evaluation& evaluation : qpcr::list_evaluations()) {
    // Resampling draws rows by their place.
    if (!evaluation.needs_data || has_option(evaluation, "seed")) continue;
    CAPTURE(evaluation.name);
    const auto options = fill_options(evaluation, "0.9");
    const std::size_t last = 39;
    const Table forwards{"forwards", last + 1,
                         [](const auto& column, std::size_t i, std::size_t row) { return draw(column, i, row, 1); }};
    const Table backwards{"backwards", last + 1, [](const auto& column, std::size_t i, std::size_t row) {
                            return draw(column, i, last - row, 1);
                          }};
    for (const bool with_optional : {false, true}) {
      const auto one = find_result(evaluation, render_table(evaluation, forwards, with_optional), options);
      const auto other = find_result(evaluation, render_table(evaluation, backwards, with_optional), options);
      CAPTURE(with_optional);
      CHECK(one.has_value() == other.has_value());
      if (!one || !other) continue;
      ++compared;
      const auto values = collect_values(*one);
      const auto others = collect_values(*other);
      CHECK(values.size() == others.size());
      for (auto a = values.begin(), b = others.begin(); a != values.end() && b != others.end(); ++a, ++b) {
        CAPTURE(a->first);
        CHECK(a->first == b->first);
        CHECK(a->second.has_value() == b->second.has_value());
        if (a->second && b->second) CHECK(*a->second == Approx(*b->second).epsilon(1e-7).margin(1e-9));
      }
    }
  }
  CHECK(compared >= 40);
}
