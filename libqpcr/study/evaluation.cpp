// The registry of evaluations and the reading of their options.
#include "libqpcr/study/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/evaluation_areas.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string option, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(option);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_option, context);
}

template <typename Named>
std::string list_names(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return fmt::format("one of {}", fmt::join(names, ", "));
}

}  // namespace

void add_estimate(EvaluationResult& result, std::string name, Estimate estimate, std::string method,
                  std::string stratum, std::string unit) {
  result.estimates.push_back(
      {std::move(name), std::move(estimate), std::move(method), std::move(stratum), std::move(unit)});
}

ResultColumn number_column(std::string name, std::vector<std::optional<double>> cells) {
  return {std::move(name), std::move(cells)};
}

ResultColumn text_column(std::string name, std::vector<std::string> cells) {
  return {std::move(name), std::move(cells)};
}

EvaluationOptions::EvaluationOptions(std::map<std::string, std::string> given,
                                     const std::vector<EvaluationOption>& known) {
  for (const EvaluationOption& option : known) {
    const auto found = given.find(option.name);
    if (found == given.end()) {
      if (option.required) refuse(option.name, "nothing", "a value: there is no default");
      values_[option.name] = option.default_value;
      continue;
    }
    if (!option.choices.empty() &&
        std::find(option.choices.begin(), option.choices.end(), found->second) == option.choices.end())
      refuse(option.name, found->second, fmt::format("one of {}", fmt::join(option.choices, ", ")));
    values_[option.name] = found->second;
    given.erase(found);
  }
  if (!given.empty()) refuse("option", given.begin()->first, known.empty() ? "no option" : list_names(known));
}

bool EvaluationOptions::has(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && !found->second.empty();
}

const std::string& EvaluationOptions::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) refuse(std::string(name), "nothing", "an option of this evaluation");
  return found->second;
}

double EvaluationOptions::number(std::string_view name) const {
  const std::optional<double> number = parse_double(text(name));
  if (!number || !std::isfinite(*number)) refuse(std::string(name), text(name), "a finite number");
  return *number;
}

std::optional<double> EvaluationOptions::find_number(std::string_view name) const {
  return has(name) ? std::optional(number(name)) : std::nullopt;
}

std::vector<double> EvaluationOptions::numbers(std::string_view name) const {
  std::vector<double> found;
  std::string_view rest = text(name);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = trim(rest.substr(0, comma));
    const std::optional<double> number = parse_double(part);
    if (!number || !std::isfinite(*number)) refuse(std::string(name), text(name), "finite numbers between commas");
    found.push_back(*number);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return found;
}

long EvaluationOptions::count(std::string_view name, long least) const {
  const std::optional<long> number = parse_integer(text(name));
  if (!number || *number < least)
    refuse(std::string(name), text(name), fmt::format("a whole number of at least {}", least));
  return *number;
}

bool EvaluationOptions::flag(std::string_view name) const {
  if (text(name) != "true" && text(name) != "false") refuse(std::string(name), text(name), "true or false");
  return text(name) == "true";
}

double EvaluationOptions::fraction(std::string_view name) const {
  const double found = number(name);
  if (!(found > 0.0 && found < 1.0)) refuse(std::string(name), text(name), "a number between 0 and 1");
  return found;
}

std::vector<std::pair<std::string, std::string>> EvaluationOptions::list() const {
  return {values_.begin(), values_.end()};
}

const std::vector<Evaluation>& list_evaluations() {
  static const std::vector<Evaluation> all = [] {
    std::vector<Evaluation> gathered;
    for (const auto area :
         {accuracy_evaluations, comparison_evaluations, roc_evaluations, agreement_evaluations, precision_evaluations,
          detection_evaluations, quantitative_evaluations, score_evaluations, planning_evaluations}) {
      std::vector<Evaluation> found = area();
      std::sort(found.begin(), found.end(), [](const Evaluation& a, const Evaluation& b) { return a.name < b.name; });
      std::move(found.begin(), found.end(), std::back_inserter(gathered));
    }
    return gathered;
  }();
  return all;
}

const Evaluation& find_evaluation(std::string_view name) {
  const std::vector<Evaluation>& all = list_evaluations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Evaluation& one) { return one.name == name; });
  if (found == all.end()) refuse("evaluation", std::string(name), list_names(all));
  return *found;
}

EvaluationResult evaluate(const Evaluation& evaluation, const DataTable& table,
                          const std::map<std::string, std::string>& options) {
  const EvaluationOptions read(options, evaluation.options);
  for (const EvaluationColumn& column : evaluation.columns) {
    if (column.required && evaluation.needs_data) static_cast<void>(table.texts(column.name));
  }
  EvaluationResult result = evaluation.compute(table, read);
  result.evaluation = evaluation.name;
  result.options = read.list();
  if (evaluation.needs_data) result.unread_columns = table.unread();
  return result;
}

EvaluationOption confidence_option(std::string default_value) {
  return {"confidence", std::move(default_value), {}, "evaluation_option.confidence", false};
}

EvaluationOption seed_option() { return {"seed", "1", {}, "evaluation_option.seed", false}; }

EvaluationOption replicates_option(std::string default_value) {
  return {"replicates", std::move(default_value), {}, "evaluation_option.replicates", false};
}

EvaluationOption threads_option() { return {"threads", "0", {}, "evaluation_option.threads", false}; }

}  // namespace qpcr
