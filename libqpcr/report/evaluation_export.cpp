// Writes results and descriptions of evaluations as JSON and as lines of text.
#include "libqpcr/report/evaluation_export.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/report/json_text.hpp"

namespace qpcr {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(std::optional<double> value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json to_json(const Message& message) {
  return {
      {"id", message.id}, {"zh", render_message(message, Language::zh)}, {"en", render_message(message, Language::en)}};
}

Json to_json(const NamedEstimate& named) {
  Json made{{"name", named.name}};
  if (!named.stratum.empty()) made["stratum"] = named.stratum;
  if (!named.method.empty()) made["method"] = named.method;
  if (!named.unit.empty()) made["unit"] = named.unit;
  const Estimate& estimate = named.estimate;
  made["value"] = to_json(estimate.value);
  if (estimate.standard_error) made["standard_error"] = to_json(estimate.standard_error);
  if (estimate.interval) {
    // A side without a limit is open, which JSON's numbers cannot say.
    made["interval"] = {{"lower", to_json(std::optional(estimate.interval->lower))},
                        {"upper", to_json(std::optional(estimate.interval->upper))}};
  }
  if (estimate.why_absent) made["why_absent"] = to_json(*estimate.why_absent);
  return made;
}

Json to_json(const ResultTable& table) {
  Json columns = Json::array();
  for (const ResultColumn& column : table.columns) {
    Json cells = Json::array();
    if (const auto* numbers = std::get_if<std::vector<std::optional<double>>>(&column.cells)) {
      for (const std::optional<double>& number : *numbers) cells.push_back(to_json(number));
    } else {
      for (const std::string& text : std::get<std::vector<std::string>>(column.cells)) cells.push_back(text);
    }
    columns.push_back({{"name", column.name}, {"cells", std::move(cells)}});
  }
  return {{"name", table.name}, {"columns", std::move(columns)}};
}

Json to_json(const Assumption& assumption) {
  Json made{{"what", to_json(assumption.what)}};
  if (!assumption.test.empty()) made["test"] = assumption.test;
  if (assumption.statistic) made["statistic"] = to_json(assumption.statistic);
  if (assumption.p_value) made["p_value"] = to_json(assumption.p_value);
  made["holds"] = assumption.holds ? Json(*assumption.holds) : Json(nullptr);
  return made;
}

std::string_view to_string(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::number:
      return "number";
    case ColumnKind::count:
      return "count";
    case ColumnKind::binary:
      return "binary";
    case ColumnKind::text:
      break;
  }
  return "text";
}

Json worded(std::string_view id) {
  return {{"zh", render_text(id, Language::zh)}, {"en", render_text(id, Language::en)}};
}

std::string estimate_text(const NamedEstimate& named, Language language) {
  const Estimate& estimate = named.estimate;
  std::string line = fmt::format("  {}", named.name);
  if (!named.stratum.empty()) line += fmt::format(" [{}]", named.stratum);
  if (estimate.value) line += fmt::format(" {}", format_double(*estimate.value));
  if (!named.unit.empty()) line += fmt::format(" {}", named.unit);
  if (estimate.standard_error) line += fmt::format(" SE {}", format_double(*estimate.standard_error));
  if (estimate.interval)
    line += fmt::format(" ({}, {})", format_double(estimate.interval->lower), format_double(estimate.interval->upper));
  if (!named.method.empty()) line += fmt::format(" {}", named.method);
  if (estimate.why_absent) line += fmt::format(" — {}", render_message(*estimate.why_absent, language));
  return line + "\n";
}

}  // namespace

std::string render_evaluation_json(const Evaluation& evaluation, const EvaluationResult& result) {
  Json made{{"schema", "qpcr.evaluation/1"},   {"software", std::string("libqpcr ") + library_version},
            {"evaluation", result.evaluation}, {"title", worded(evaluation.title)},
            {"standard", evaluation.standard}, {"source", evaluation.source},
            {"method", result.method}};
  if (result.confidence) made["confidence"] = *result.confidence;
  Json options = Json::object();
  for (const auto& [name, value] : result.options) options[name] = value;
  made["options"] = std::move(options);
  made["estimates"] = Json::array();
  for (const NamedEstimate& named : result.estimates) made["estimates"].push_back(to_json(named));
  made["assumptions"] = Json::array();
  for (const Assumption& assumption : result.assumptions) made["assumptions"].push_back(to_json(assumption));
  made["warnings"] = Json::array();
  for (const Message& warning : result.warnings) made["warnings"].push_back(to_json(warning));
  made["exclusions"] = Json::array();
  for (const Exclusion& exclusion : result.exclusions) {
    made["exclusions"].push_back(
        {{"reason", to_json(exclusion.reason)}, {"rows", exclusion.rows}, {"lines", exclusion.lines}});
  }
  made["unread_columns"] = result.unread_columns;
  made["tables"] = Json::array();
  for (const ResultTable& table : result.tables) made["tables"].push_back(to_json(table));
  return render_json(made);
}

std::string render_evaluation_text(const Evaluation& evaluation, const EvaluationResult& result, Language language) {
  std::string text =
      fmt::format("{} ({}: {})\n", render_text(evaluation.title, language), result.evaluation, result.method);
  for (const NamedEstimate& named : result.estimates) text += estimate_text(named, language);
  for (const Assumption& assumption : result.assumptions) {
    const char* const verdict = !assumption.holds   ? "evaluation_assumption_untested"
                                : *assumption.holds ? "evaluation_assumption_holds"
                                                    : "evaluation_assumption_fails";
    text += fmt::format("  ? {}: {}", render_message(assumption.what, language), render_text(verdict, language));
    if (assumption.p_value) text += fmt::format(" (p = {})", format_double(*assumption.p_value));
    text += '\n';
  }
  for (const Message& warning : result.warnings) text += fmt::format("  ! {}\n", render_message(warning, language));
  for (const Exclusion& exclusion : result.exclusions)
    text += fmt::format("  - {} × {}\n", exclusion.rows, render_message(exclusion.reason, language));
  if (!result.unread_columns.empty()) {
    const Message unread{"evaluation_unread_columns",
                         {{"columns", fmt::format("{}", fmt::join(result.unread_columns, ", "))}}};
    text += fmt::format("  - {}\n", render_message(unread, language));
  }
  return text;
}

std::string render_evaluation_list_json() {
  Json all = Json::array();
  for (const Evaluation& evaluation : list_evaluations()) {
    Json columns = Json::array();
    for (const EvaluationColumn& column : evaluation.columns) {
      columns.push_back({{"name", column.name},
                         {"kind", to_string(column.kind)},
                         {"required", column.required},
                         {"about", worded(column.about)}});
    }
    Json options = Json::array();
    for (const EvaluationOption& option : evaluation.options) {
      options.push_back({{"name", option.name},
                         {"default", option.default_value},
                         {"required", option.required},
                         {"choices", option.choices},
                         {"about", worded(option.about)}});
    }
    all.push_back({{"name", evaluation.name},
                   {"area", evaluation.area},
                   {"title", worded(evaluation.title)},
                   {"standard", evaluation.standard},
                   {"source", evaluation.source},
                   {"needs_data", evaluation.needs_data},
                   {"columns", std::move(columns)},
                   {"options", std::move(options)}});
  }
  return render_json({{"schema", "qpcr.evaluation_list/1"}, {"evaluations", std::move(all)}});
}

std::string render_evaluation_list_text(Language language) {
  std::string text;
  std::string area;
  for (const Evaluation& evaluation : list_evaluations()) {
    if (evaluation.area != area) text += fmt::format("{}{}\n", area.empty() ? "" : "\n", evaluation.area);
    area = evaluation.area;
    text += fmt::format("  {}: {}\n", evaluation.name, render_text(evaluation.title, language));
    if (!evaluation.standard.empty()) text += fmt::format("      {}\n", evaluation.standard);
    text += fmt::format("      {}\n", evaluation.source);
    for (const EvaluationColumn& column : evaluation.columns) {
      text += fmt::format("      {}{} ({}): {}\n", column.name, column.required ? "" : "?", to_string(column.kind),
                          render_text(column.about, language));
    }
    for (const EvaluationOption& option : evaluation.options) {
      text += fmt::format("      --option {}={}{}: {}\n", option.name, option.default_value,
                          option.choices.empty() ? "" : fmt::format(" ({})", fmt::join(option.choices, " | ")),
                          render_text(option.about, language));
    }
  }
  return text;
}

}  // namespace qpcr
