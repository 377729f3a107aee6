// Names and orders what comparisons found.
#include "libqpcr/study/comparison/comparison_results.hpp"

#include <algorithm>
#include <utility>

namespace qpcr {

void add_methods(EvaluationResult& result, const std::string& name, const std::vector<MethodEstimate>& methods,
                 const std::string& stratum) {
  for (const MethodEstimate& one : methods) add_estimate(result, name, one.estimate, one.method, stratum);
}

void add_test(EvaluationResult& result, const ComparisonTest& test, const std::string& stratum) {
  const auto add = [&](const char* name, double value) {
    Estimate made;
    made.value = value;
    add_estimate(result, name, made, test.method, stratum);
  };
  if (test.statistic) add("statistic", *test.statistic);
  if (test.degrees_of_freedom) add("degrees_of_freedom", *test.degrees_of_freedom);
  if (test.p_value) {
    add("p_value", *test.p_value);
  } else if (test.why_absent) {
    add_estimate(result, "p_value", not_estimable(*test.why_absent), test.method, stratum);
  }
}

void add_proportion(EvaluationResult& result, const std::string& stratum, long successes, long total,
                    double confidence) {
  Estimate made = not_estimable("not_estimable_no_subjects");
  if (total > 0) {
    made = make_estimate(static_cast<double>(successes) / static_cast<double>(total), "not_estimable_no_subjects");
    made.interval = wilson_interval(successes, total, confidence);
  }
  add_estimate(result, "proportion", made, "wilson", stratum);
}

void add_warning(EvaluationResult& result, const Message& warning) {
  if (std::find(result.warnings.begin(), result.warnings.end(), warning) == result.warnings.end())
    result.warnings.push_back(warning);
}

ResultTable paired_table(const std::string& name, const PairedCounts& counts) {
  const auto numbers = [](long first, long second) {
    return std::vector<std::optional<double>>{static_cast<double>(first), static_cast<double>(second)};
  };
  return {name,
          {{"test1", std::vector<std::string>{"positive", "negative"}},
           {"test2_positive", numbers(counts.both_positive, counts.second_only)},
           {"test2_negative", numbers(counts.first_only, counts.both_negative)}}};
}

EvaluationColumn comparison_column(std::string name, ColumnKind kind, bool required) {
  std::string about = "evaluation_column.comparison_" + name;
  return {std::move(name), kind, required, std::move(about)};
}

Evaluation comparison_entry(const char* name, const char* standard, const char* source,
                            std::vector<EvaluationColumn> columns, std::vector<EvaluationOption> options,
                            EvaluationResult (*compute)(const DataTable&, const EvaluationOptions&)) {
  Evaluation made;
  made.name = name;
  made.area = "comparison";
  made.title = std::string("evaluation.") + name;
  made.standard = standard;
  made.source = source;
  made.columns = std::move(columns);
  made.options = std::move(options);
  made.compute = compute;
  return made;
}

EvaluationOption comparison_of_option() {
  return {"of", "result", {"result", "sensitivity", "specificity"}, "evaluation_option.comparison_of", false};
}

}  // namespace qpcr
