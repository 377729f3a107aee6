// The result of an evaluation, and the list of all evaluations, as JSON and as plain text.
#pragma once

#include <string>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

/// `qpcr.evaluation/1` (docs/formats/evaluation.md): what could not be estimated is null with its reason beside it.
std::string render_evaluation_json(const Evaluation& evaluation, const EvaluationResult& result);

/// Estimates, warnings and exclusions for people; tables are left to the JSON.
std::string render_evaluation_text(const Evaluation& evaluation, const EvaluationResult& result, Language language);

/// Every evaluation with its standard, source, columns and options.
std::string render_evaluation_list_json();
std::string render_evaluation_list_text(Language language);

}  // namespace qpcr
