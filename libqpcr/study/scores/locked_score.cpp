// Writes, hashes and applies the specification of a score.
#include "libqpcr/study/scores/locked_score.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/scores/logistic_score.hpp"
#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {
namespace {

constexpr std::string_view intercept_name = "(Intercept)";

/// "race=2" → {"race", "2"}; a number has no class.
struct LockedPart {
  std::string predictor;
  std::optional<std::string> level;
};

std::vector<LockedPart> split_name(const std::string& name) {
  std::vector<LockedPart> parts;
  if (name == intercept_name) return parts;
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find(':', from), name.size());
    const std::string part = name.substr(from, end - from);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      parts.push_back({part, std::nullopt});
    } else {
      parts.push_back({part.substr(0, equals), part.substr(equals + 1)});
    }
    from = end + 1;
  }
  return parts;
}

const ScorePredictor& find_predictor(std::span<const ScorePredictor> predictors, const std::string& name) {
  const auto found =
      std::find_if(predictors.begin(), predictors.end(), [&](const auto& one) { return one.name == name; });
  if (found == predictors.end()) refuse_option("coefficients", name, "a predictor that is there");
  return *found;
}

/// 1 where the predictor is of the class, else 0.
std::vector<double> mark_class(const ScorePredictor& predictor, const std::string& level) {
  std::vector<double> marks;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&predictor.values)) {
    for (const std::string& text : *texts) marks.push_back(text == level ? 1.0 : 0.0);
    return marks;
  }
  const std::optional<double> wanted = parse_double(level);
  if (!wanted) refuse_option("coefficients", level, "a number: the predictor holds numbers");
  for (const double number : std::get<std::vector<double>>(predictor.values))
    marks.push_back(number == *wanted ? 1.0 : 0.0);
  return marks;
}

std::vector<double> value_part(const LockedPart& part, std::span<const ScorePredictor> predictors, std::size_t rows) {
  if (part.level) return mark_class(find_predictor(predictors, part.predictor), *part.level);
  const ScoreTerm term{part.predictor};
  const ScorePredictor& predictor = find_predictor(predictors, list_predictors(std::span(&term, 1)).front());
  if (!std::holds_alternative<std::vector<double>>(predictor.values))
    refuse_option("coefficients", part.predictor, "a class, as in name=class: the predictor holds texts");
  const ScoreDesign design = build_score_design(std::span(&predictor, 1), std::span(&term, 1), rows);
  std::vector<double> values;
  for (std::size_t i = 0; i < rows; ++i) values.push_back(design.values[2 * i + 1]);
  return values;
}

}  // namespace

void LockedScore::validate() const {
  std::set<std::string> names;
  if (coefficients.empty()) refuse_option("coefficients", "none", "at least one");
  for (const LockedCoefficient& one : coefficients) {
    if (one.name.empty() || !names.insert(one.name).second) refuse_option("coefficients", one.name, "each name once");
    if (!std::isfinite(one.value)) refuse_option("coefficients", one.name, "a finite value");
  }
  if (cut_off && !(*cut_off > 0.0 && *cut_off < 1.0))
    refuse_option("cut_off", fmt::format("{}", *cut_off), "a risk between 0 and 1");
}

std::vector<LockedCoefficient> parse_locked_coefficients(std::string_view text) {
  std::vector<LockedCoefficient> coefficients;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(';', from), text.size());
    const std::string_view part = trim(text.substr(from, end - from));
    from = end + 1;
    if (part.empty()) continue;
    const std::size_t equals = part.rfind('=');
    const std::optional<double> value =
        equals == std::string_view::npos ? std::nullopt : parse_double(trim(part.substr(equals + 1)));
    if (!value) refuse_option("coefficients", std::string(part), "name=value between semicolons");
    coefficients.push_back({std::string(trim(part.substr(0, equals))), *value});
  }
  return coefficients;
}

std::string render_specification(const LockedScore& score) {
  score.validate();
  nlohmann::json coefficients = nlohmann::json::object();
  for (const LockedCoefficient& one : score.coefficients) coefficients[one.name] = one.value;
  nlohmann::json specification{{"link", "logit"}, {"coefficients", coefficients}};
  if (score.cut_off)
    specification["cut_off"] = {{"risk", *score.cut_off}, {"positive", score.positive_at_cut_off ? ">=" : ">"}};
  return to_canonical_json(specification);
}

std::string derive_specification_hash(const LockedScore& score) { return sha256_hex(render_specification(score)); }

std::vector<std::string> list_predictors(const LockedScore& score) {
  std::vector<ScoreTerm> terms;
  for (const LockedCoefficient& one : score.coefficients) {
    for (const LockedPart& part : split_name(one.name)) terms.push_back({part.predictor});
  }
  return list_predictors(terms);
}

std::vector<ScoredSubject> apply_locked_score(const LockedScore& score, std::span<const ScorePredictor> predictors,
                                              std::size_t rows) {
  score.validate();
  for (const ScorePredictor& predictor : predictors) {
    const std::size_t found = std::visit([](const auto& values) { return values.size(); }, predictor.values);
    if (found != rows) refuse_value(predictor.name, fmt::format("{} values", found), fmt::format("{} values", rows));
  }
  std::vector<ScoredSubject> subjects(rows);
  for (const LockedCoefficient& one : score.coefficients) {
    std::vector<double> column(rows, 1.0);
    for (const LockedPart& part : split_name(one.name)) {
      const std::vector<double> values = value_part(part, predictors, rows);
      for (std::size_t i = 0; i < rows; ++i) column[i] *= values[i];
    }
    for (std::size_t i = 0; i < rows; ++i) subjects[i].linear_predictor += column[i] * one.value;
  }
  for (ScoredSubject& subject : subjects) {
    subject.risk = derive_risk(subject.linear_predictor);
    if (score.cut_off)
      subject.is_positive = score.positive_at_cut_off ? subject.risk >= *score.cut_off : subject.risk > *score.cut_off;
  }
  return subjects;
}

}  // namespace qpcr
