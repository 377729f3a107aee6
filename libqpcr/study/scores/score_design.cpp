// Parses terms and codes predictors as columns.
#include "libqpcr/study/scores/score_design.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {
namespace {

struct DesignColumn {
  std::string name;
  std::vector<double> values;
};

std::vector<std::string> split(std::string_view text, char by, std::string_view whole) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(by, from), text.size());
    parts.emplace_back(trim(text.substr(from, end - from)));
    if (parts.back().empty()) refuse_option("terms", std::string(whole), "names between +, : and *");
    from = end + 1;
  }
  return parts;
}

/// "log(x)" → {"log", "x"}; a plain name has no function.
std::pair<std::string, std::string> split_function(const std::string& part) {
  const std::size_t open = part.find('(');
  if (open == std::string::npos || part.back() != ')') return {"", part};
  return {part.substr(0, open), std::string(trim(std::string_view(part).substr(open + 1, part.size() - open - 2)))};
}

double transform(const std::string& function, double value, const std::string& part) {
  if (function.empty()) return value;
  const bool is_root = function == "sqrt";
  if (!is_root && function != "log" && function != "log2" && function != "log10")
    refuse_option("terms", part, "factor, log, log2, log10 or sqrt of a predictor");
  if (is_root ? value < 0.0 : value <= 0.0)
    refuse_value(part, fmt::format("{}", value), is_root ? "numbers of at least 0" : "numbers above 0");
  if (is_root) return std::sqrt(value);
  return function == "log" ? std::log(value) : function == "log2" ? std::log2(value) : std::log10(value);
}

template <typename Value>
std::vector<DesignColumn> code_factor(const std::string& name, const std::vector<Value>& values) {
  std::map<Value, std::vector<double>> levels;
  for (const Value& value : values) levels.try_emplace(value, values.size(), 0.0);
  if (levels.size() < 2) refuse_option("terms", name, "a factor of two levels or more");
  for (std::size_t i = 0; i < values.size(); ++i) levels[values[i]][i] = 1.0;
  std::vector<DesignColumn> columns;
  for (auto level = std::next(levels.begin()); level != levels.end(); ++level)
    columns.push_back({fmt::format("{}={}", name, level->first), std::move(level->second)});
  return columns;
}

std::vector<DesignColumn> code_predictor(const std::string& part, std::span<const ScorePredictor> predictors) {
  const auto [function, name] = split_function(part);
  for (const ScorePredictor& predictor : predictors) {
    if (predictor.name != name) continue;
    if (const auto* texts = std::get_if<std::vector<std::string>>(&predictor.values)) {
      if (!function.empty() && function != "factor") refuse_option("terms", part, "a predictor of numbers");
      return code_factor(name, *texts);
    }
    const auto& numbers = std::get<std::vector<double>>(predictor.values);
    if (function == "factor") return code_factor(name, numbers);
    DesignColumn column{part, {}};
    for (const double number : numbers) column.values.push_back(transform(function, number, part));
    return {std::move(column)};
  }
  refuse_option("terms", part, "a predictor that is there");
}

std::vector<DesignColumn> code_term(const ScoreTerm& term, std::span<const ScorePredictor> predictors) {
  std::vector<DesignColumn> columns;
  for (const std::string& part : term) {
    const std::vector<DesignColumn> coded = code_predictor(part, predictors);
    if (columns.empty()) {
      columns = coded;
      continue;
    }
    std::vector<DesignColumn> products;
    for (const DesignColumn& right : coded) {
      for (const DesignColumn& left : columns) {
        products.push_back({left.name + ":" + right.name, left.values});
        for (std::size_t i = 0; i < right.values.size(); ++i) products.back().values[i] *= right.values[i];
      }
    }
    columns = std::move(products);
  }
  return columns;
}

}  // namespace

std::vector<ScoreTerm> parse_score_terms(std::string_view text) {
  std::vector<ScoreTerm> terms;
  const auto add = [&](ScoreTerm term) {
    if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(std::move(term));
  };
  for (const std::string& one : split(text, '+', text)) {
    const std::vector<std::string> crossed = split(one, '*', text);
    // Every non-empty choice of the crossed parts is a term.
    for (std::size_t choice = 1; choice < (std::size_t{1} << crossed.size()); ++choice) {
      ScoreTerm term;
      for (std::size_t k = 0; k < crossed.size(); ++k) {
        if ((choice >> k & 1U) == 0U) continue;
        for (std::string& part : split(crossed[k], ':', text)) term.push_back(std::move(part));
      }
      add(std::move(term));
    }
  }
  std::stable_sort(terms.begin(), terms.end(),
                   [](const ScoreTerm& a, const ScoreTerm& b) { return a.size() < b.size(); });
  return terms;
}

std::vector<std::string> list_predictors(std::span<const ScoreTerm> terms) {
  std::vector<std::string> names;
  for (const ScoreTerm& term : terms) {
    for (const std::string& part : term) {
      std::string name = split_function(part).second;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

ScoreDesign build_score_design(std::span<const ScorePredictor> predictors, std::span<const ScoreTerm> terms,
                               std::size_t rows) {
  for (const ScorePredictor& predictor : predictors) {
    if (const auto* numbers = std::get_if<std::vector<double>>(&predictor.values)) {
      score_inputs::check_values(*numbers, rows, predictor.name);
    } else if (std::get<std::vector<std::string>>(predictor.values).size() != rows) {
      refuse_value(predictor.name, "another number of values", fmt::format("{} values", rows));
    }
  }
  std::vector<DesignColumn> columns{{"(Intercept)", std::vector<double>(rows, 1.0)}};
  ScoreDesign design;
  design.rows = rows;
  design.terms.emplace_back();
  for (const ScoreTerm& term : terms) {
    for (DesignColumn& column : code_term(term, predictors)) {
      columns.push_back(std::move(column));
      design.terms.push_back(fmt::format("{}", fmt::join(term, ":")));
    }
  }
  design.values.resize(rows * columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k) {
    design.names.push_back(columns[k].name);
    for (std::size_t i = 0; i < rows; ++i) design.values[i * columns.size() + k] = columns[k].values[i];
  }
  return design;
}

}  // namespace qpcr
