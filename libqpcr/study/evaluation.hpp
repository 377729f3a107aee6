// What an evaluation is to the outside: its name, standard, source, columns and options, and a result of one shape.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// One estimate of a result. Where a result has several kinds of interval, each is an estimate of its own with the
/// same name and another `method`.
struct NamedEstimate {
  std::string name;  ///< "sensitivity"
  Estimate estimate;
  std::string method;   ///< of the interval or the test: "wilson"; empty where there is but one
  std::string stratum;  ///< "centre=A"; empty for the whole
  std::string unit;     ///< UCUM, empty for a number without one

  bool operator==(const NamedEstimate&) const = default;
};

/// A column of a result table: numbers (empty where there is none) or texts.
struct ResultColumn {
  std::string name;
  std::variant<std::vector<std::optional<double>>, std::vector<std::string>> cells;

  bool operator==(const ResultColumn&) const = default;
};

ResultColumn number_column(std::string name, std::vector<std::optional<double>> cells);
ResultColumn text_column(std::string name, std::vector<std::string> cells);

/// A table of a result, or the data of its figure. Columns are equally long.
struct ResultTable {
  std::string name;  ///< "roc_curve"
  std::vector<ResultColumn> columns;

  bool operator==(const ResultTable&) const = default;
};

/// What an evaluation found, in the shape that JSON, Python and reports share.
struct EvaluationResult {
  std::string evaluation;  ///< name in the registry
  std::string method;      ///< what was computed, precisely: "delong"
  std::optional<double> confidence;
  std::vector<NamedEstimate> estimates;
  std::vector<Assumption> assumptions;
  std::vector<Message> warnings;
  std::vector<Exclusion> exclusions;
  std::vector<ResultTable> tables;
  /// Options as they were used, defaults included.
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::string> unread_columns;  ///< of the table: they had no part in the result

  bool operator==(const EvaluationResult&) const = default;
};

void add_estimate(EvaluationResult& result, std::string name, Estimate estimate, std::string method = {},
                  std::string stratum = {}, std::string unit = {});

enum class ColumnKind { number, count, binary, text };

/// A column that an evaluation reads. `about` is a catalogue entry.
struct EvaluationColumn {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  bool required = true;
  std::string about;
};

/// An option of an evaluation. `about` is a catalogue entry.
struct EvaluationOption {
  std::string name;                  ///< "confidence"
  std::string default_value;         ///< empty: must be given, or has no default (the text says which)
  std::vector<std::string> choices;  ///< empty: a number or a free text
  std::string about;
  bool required = false;
};

/// The values of options by name. Every getter notes what was asked for, so that a result echoes what it used.
class EvaluationOptions {
 public:
  /// @throws Error invalid_option for a name that `known` lacks (listing those it has), for a value outside the
  /// choices, and for a required option that is not given.
  EvaluationOptions(std::map<std::string, std::string> given, const std::vector<EvaluationOption>& known);

  bool has(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  /// @throws Error invalid_option when the value is no finite number.
  double number(std::string_view name) const;
  std::optional<double> find_number(std::string_view name) const;
  /// Numbers between commas. @throws Error invalid_option.
  std::vector<double> numbers(std::string_view name) const;
  /// @throws Error invalid_option unless a whole number of at least `least`.
  long count(std::string_view name, long least = 0) const;
  bool flag(std::string_view name) const;  ///< "true" or "false"
  /// A number strictly between 0 and 1.
  double fraction(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> list() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// An entry of the registry.
struct Evaluation {
  std::string name;      ///< "auc"
  std::string area;      ///< "roc"
  std::string title;     ///< catalogue entry
  std::string standard;  ///< "CLSI EP24", empty where none asks for it
  std::string source;    ///< "DeLong et al. 1988, 10.2307/2531595"
  std::vector<EvaluationColumn> columns;
  std::vector<EvaluationOption> options;
  std::function<EvaluationResult(const DataTable&, const EvaluationOptions&)> compute;
  /// False for evaluations without data (sample sizes): compute() is then called with an empty table.
  bool needs_data = true;
};

/// All evaluations, by area and then by name.
const std::vector<Evaluation>& list_evaluations();

/// @throws Error invalid_option that lists the names.
const Evaluation& find_evaluation(std::string_view name);

/// Runs an evaluation by name and fills in `evaluation` and `options` of the result.
/// @throws Error of the table and of the options.
EvaluationResult evaluate(const Evaluation& evaluation, const DataTable& table,
                          const std::map<std::string, std::string>& options);

/// Shared options, worded once: "confidence" (0.95), "seed" (1), "replicates", "threads" (0, all).
EvaluationOption confidence_option(std::string default_value = "0.95");
EvaluationOption seed_option();
EvaluationOption replicates_option(std::string default_value);
EvaluationOption threads_option();

}  // namespace qpcr
