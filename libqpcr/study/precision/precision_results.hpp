// Variance components in the shape of every evaluation's result.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/precision/variance_components.hpp"

namespace qpcr {

/// Rows left out for a reason; nothing for no rows.
std::vector<Exclusion> list_exclusions(const DataTable& table, const std::vector<std::size_t>& rows,
                                       std::string reason);

/// Estimates of every component, sum and the total, and the tables "components" and "limits".
void add_components(EvaluationResult& result, const VarianceComponentsResult& found);

/// Variance, SD and CV of one component under a stratum, by Wald and by Satterthwaite limits.
void add_component(EvaluationResult& result, const VarianceComponent& component, const std::string& stratum);

}  // namespace qpcr
