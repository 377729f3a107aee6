// The evaluations that fit a score or apply one, as the registry knows them.
#pragma once

#include <vector>

#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

std::vector<Evaluation> score_fit_evaluations();

}  // namespace qpcr
