// Columns and tables of the detection area.
#include "libqpcr/study/detection/detection_adapters.hpp"

#include <algorithm>
#include <utility>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

std::vector<std::string> read_labels(const DataTable& table, const std::string& name) {
  if (!table.has(name)) return std::vector<std::string>(table.rows());
  const std::vector<std::string_view> texts = table.texts(name);
  return {texts.begin(), texts.end()};
}

void exclude_row(EvaluationResult& result, const DataTable& table, std::size_t row, const std::string& reason) {
  const auto known = std::find_if(result.exclusions.begin(), result.exclusions.end(),
                                  [&](const Exclusion& one) { return one.reason.id == reason; });
  Exclusion& entry = known != result.exclusions.end() ? *known : result.exclusions.emplace_back();
  entry.reason.id = reason;
  ++entry.rows;
  if (entry.lines.size() < 100) entry.lines.push_back(table.line(row));
}

HitTable read_hits(const DataTable& table, EvaluationResult& result) {
  const std::vector<double> doses = table.numbers("concentration");
  HitTable read;
  if (!table.has("detected")) {
    const std::vector<long> positive = table.counts("positive");
    const std::vector<long> tested = table.counts("tested");
    for (std::size_t row = 0; row < doses.size(); ++row) {
      if (std::isnan(doses[row])) {
        exclude_row(result, table, row, "detection_excluded_missing");
        continue;
      }
      if (positive[row] > tested[row]) table.refuse(row, "positive", "no more than tested");
      read.rows.push_back({doses[row], positive[row], tested[row]});
      read.lines.push_back(table.line(row));
    }
    return read;
  }
  const std::vector<std::optional<bool>> detected = table.binaries("detected");
  std::vector<double> kept;
  std::vector<bool> positive;
  std::map<double, long> first_line;
  for (std::size_t row = 0; row < doses.size(); ++row) {
    if (std::isnan(doses[row]) || !detected[row]) {
      exclude_row(result, table, row, "detection_excluded_missing");
      continue;
    }
    kept.push_back(doses[row]);
    positive.push_back(*detected[row]);
    first_line.emplace(doses[row], table.line(row));
  }
  read.rows = count_hits(kept, positive);
  for (const HitRow& row : read.rows) read.lines.push_back(first_line[row.dose]);
  return read;
}

NamedEstimate name_estimate(std::string name, Estimate estimate, std::string method, std::string stratum,
                            std::string unit) {
  return {std::move(name), std::move(estimate), std::move(method), std::move(stratum), std::move(unit)};
}

Estimate plain(double value) { return {value, std::nullopt, std::nullopt, std::nullopt}; }

Estimate plain(std::optional<double> value, const std::string& why) {
  return value ? plain(*value) : not_estimable(why);
}

EvaluationOption make_option(std::string name, std::string default_value, std::vector<std::string> choices,
                             bool required) {
  EvaluationOption option;
  option.about = "evaluation_option.detection_" + name;
  option.name = std::move(name);
  option.default_value = std::move(default_value);
  option.choices = std::move(choices);
  option.required = required;
  return option;
}

EvaluationColumn make_column(std::string name, ColumnKind kind, bool required) {
  EvaluationColumn column;
  column.about = "evaluation_column.detection_" + name;
  column.name = std::move(name);
  column.kind = kind;
  column.required = required;
  return column;
}

}  // namespace qpcr
