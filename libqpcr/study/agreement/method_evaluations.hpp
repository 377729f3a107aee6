// Evaluations of two procedures for the registry: lines, limits of agreement, concordance, bridging.
#pragma once

#include <vector>

#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

std::vector<Evaluation> method_evaluations();
/// Evaluations of readers: kappas, alpha, intraclass correlations.
std::vector<Evaluation> reader_evaluations();

}  // namespace qpcr
