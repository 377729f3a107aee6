// The evaluations of each area, gathered by the registry.
#pragma once

#include <vector>

#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

std::vector<Evaluation> accuracy_evaluations();      ///< study/accuracy
std::vector<Evaluation> comparison_evaluations();    ///< study/comparison
std::vector<Evaluation> roc_evaluations();           ///< study/roc
std::vector<Evaluation> agreement_evaluations();     ///< study/agreement
std::vector<Evaluation> precision_evaluations();     ///< study/precision
std::vector<Evaluation> detection_evaluations();     ///< study/detection
std::vector<Evaluation> quantitative_evaluations();  ///< study/quantitative
std::vector<Evaluation> score_evaluations();         ///< study/scores
std::vector<Evaluation> planning_evaluations();      ///< study/planning

}  // namespace qpcr
