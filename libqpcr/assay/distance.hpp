// How far the values of a sample lie from their cut-offs, in cycles and in standard errors.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/assay/evaluation.hpp"

namespace qpcr {

/// Positive on the positive side of the cut-off. As RuleTrace says.
struct RuleDistance {
  std::optional<double> cycles;
  std::optional<double> standard_errors;
};

/// By rule. Absent where the value is no number or rests on an imputed Cq. Of a rule within k of n replicates: the k-th
/// best replicate's, where all are known. The standard error of a value is that of each target's Cq (of the mean over
/// the sample's wells, or of the one well, as its observation states it) through the slope of the value, the targets
/// taken as independent; absent where a target that matters states none.
std::vector<RuleDistance> measure_distances(const AssayProgram& program, const CompactContext& context,
                                            const CompactObservation& observation, const Decision& decision);

}  // namespace qpcr
