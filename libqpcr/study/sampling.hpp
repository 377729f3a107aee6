// How subjects came into a study, which decides what its raw predictive values mean.
#pragma once

#include <string_view>

namespace qpcr {

/// How subjects came into the study; raw predictive values need the prevalence of the intended population.
enum class Sampling { consecutive, enriched };

std::string_view to_string(Sampling sampling);

}  // namespace qpcr
