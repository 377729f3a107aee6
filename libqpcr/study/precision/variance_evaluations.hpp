// The evaluations of variance components as the registry knows them.
#pragma once

#include <vector>

#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

std::vector<Evaluation> variance_evaluations();

}  // namespace qpcr
