// Puts tests and estimates of comparisons into the shape that every evaluation hands out.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

void add_methods(EvaluationResult& result, const std::string& name, const std::vector<MethodEstimate>& methods,
                 const std::string& stratum = {});
/// "statistic", "degrees_of_freedom" and "p_value" of the test's method; an absent test is one absent p.
void add_test(EvaluationResult& result, const ComparisonTest& test, const std::string& stratum = {});
/// A proportion with its Wilson interval.
void add_proportion(EvaluationResult& result, const std::string& stratum, long successes, long total,
                    double confidence);
/// Each warning once.
void add_warning(EvaluationResult& result, const Message& warning);

/// Both tests' results against each other.
ResultTable paired_table(const std::string& name, const PairedCounts& counts);

/// Which proportion: "result" (default), "sensitivity" or "specificity".
EvaluationOption comparison_of_option();

/// A column worded as "evaluation_column.comparison_<name>", and an entry of this area.
EvaluationColumn comparison_column(std::string name, ColumnKind kind, bool required = true);
Evaluation comparison_entry(const char* name, const char* standard, const char* source,
                            std::vector<EvaluationColumn> columns, std::vector<EvaluationOption> options,
                            EvaluationResult (*compute)(const DataTable&, const EvaluationOptions&));

/// The evaluations of strata and centres.
std::vector<Evaluation> strata_evaluations();

}  // namespace qpcr
