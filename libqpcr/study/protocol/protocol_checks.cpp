// What a protocol may not contradict.
#include "libqpcr/study/protocol/protocol_checks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/evaluation.hpp"
#include "libqpcr/study/protocol/protocol_values.hpp"

namespace qpcr {
namespace {

/// The place of a field, or of its row where the field is empty.
ProtocolPlace place_of(const ProtocolDocument& document, std::string_view table, std::size_t row,
                       std::string_view key) {
  const std::vector<ProtocolRow>& rows = document.rows(table);
  if (row >= rows.size()) return {document.source.name, 0, {}};
  const auto value = rows[row].values.find(key);
  return value == rows[row].values.end() ? rows[row].place : value->second.place;
}

void refuse_at(const ProtocolDocument& document, std::string_view table, std::size_t row, std::string_view key,
               std::string found, std::string expected, std::string problem = {}) {
  refuse_protocol(place_of(document, table, row, key), fmt::format("{}.{}", table, key), std::move(found),
                  std::move(expected), std::move(problem));
}

void check_unique(const ProtocolDocument& document, std::string_view table, std::string_view key) {
  std::set<std::string> seen;
  const std::vector<ProtocolRow>& rows = document.rows(table);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& text = rows[i].values.find(key)->second.text;
    if (!seen.insert(text).second) refuse_at(document, table, i, key, text, {}, fmt::format("'{}' stands twice", text));
  }
}

void require_table(const ProtocolDocument& document, std::string_view table, std::string_view why) {
  if (!document.rows(table).empty()) return;
  refuse_protocol({document.source.name, 0, {}}, std::string(table), {}, {}, std::string(why));
}

void check_clinical(const ProtocolDocument& document, const Protocol& protocol) {
  for (const std::string_view table : {"design", "index_test", "reference_standard", "group", "endpoint"})
    require_table(document, table, "a clinical study needs this table");
  bool cases = false;
  bool controls = false;
  for (const ProtocolGroup& group : protocol.groups)
    (group.reference == ReferenceStandard::positive ? cases : controls) = true;
  if (!cases || !controls)
    refuse_at(document, "group", 0, "reference", {}, {}, "groups of both kinds are needed: cases and controls");
  const bool primary =
      std::any_of(protocol.endpoints.begin(), protocol.endpoints.end(),
                  [](const ProtocolEndpoint& endpoint) { return endpoint.role == EndpointRole::primary; });
  if (!primary) refuse_at(document, "endpoint", 0, "role", {}, {}, "no endpoint is primary");
}

bool compares(const std::string& measure) {
  return measure.ends_with("_difference") || measure == "ppa" || measure == "npa" || measure == "opa";
}

void check_endpoints(const ProtocolDocument& document, const Protocol& protocol) {
  const ProtocolTable& table = *find_protocol_table("subgroup");
  const ProtocolField& variable = *find_protocol_field(table, "variable");
  for (std::size_t i = 0; i < protocol.endpoints.size(); ++i) {
    const ProtocolEndpoint& endpoint = protocol.endpoints[i];
    const auto same_id = [&](const ProtocolComparator& comparator) { return comparator.id == endpoint.comparator; };
    const bool known = std::any_of(protocol.comparators.begin(), protocol.comparators.end(), same_id);
    if (!endpoint.comparator.empty() && !known)
      refuse_at(document, "endpoint", i, "comparator", endpoint.comparator, "a comparator of this protocol");
    if (compares(endpoint.measure) && endpoint.comparator.empty())
      refuse_at(document, "endpoint", i, "comparator", {}, {},
                fmt::format("'{}' compares with another test and needs a comparator", endpoint.measure));
    for (const auto& [name, admitted] : endpoint.among) {
      if (std::find(variable.choices.begin(), variable.choices.end(), name) == variable.choices.end())
        refuse_at(document, "endpoint", i, "among", name, fmt::format("one of {}", fmt::join(variable.choices, ", ")));
    }
    const bool needs_score = endpoint.measure.starts_with("auc");
    if (needs_score && (!protocol.index_test || protocol.index_test->score.empty()))
      refuse_at(document, "endpoint", i, "measure", endpoint.measure, {},
                "an area under the curve needs index_test.score: the quantity that is ordered");
    const bool delong = endpoint.interval == "delong";
    const bool paired = endpoint.interval == "tango" || endpoint.interval == "newcombe";
    const bool of_difference =
        endpoint.measure == "sensitivity_difference" || endpoint.measure == "specificity_difference";
    if (!endpoint.interval.empty() && (delong != needs_score || paired != of_difference || endpoint.measure == "kappa"))
      refuse_at(document, "endpoint", i, "interval", endpoint.interval,
                fmt::format("an interval that exists for '{}'", endpoint.measure));
  }
}

/// An evaluation of the registry, or a refusal at the place of its name.
const Evaluation& find_named(const ProtocolDocument& document, std::string_view table, std::size_t row,
                             const std::string& name) {
  for (const Evaluation& each : list_evaluations()) {
    if (each.name == name) return each;
  }
  refuse_protocol(place_of(document, table, row, "evaluation"), fmt::format("{}.evaluation", table), name,
                  "an evaluation that 'qpcr-validate list' names");
}

void check_options(const ProtocolDocument& document, std::string_view table, std::size_t row,
                   const Evaluation& evaluation, const std::map<std::string, std::string>& options) {
  try {
    EvaluationOptions(options, evaluation.options);
  } catch (const Error& error) {
    const ProtocolPlace place = place_of(document, table, row, "options");
    throw Error(ErrorCode::study_invalid, {.path = place.path,
                                           .line = place.line,
                                           .column = place.column,
                                           .field = fmt::format("{}.options.{}", table, error.context().field),
                                           .found = error.context().found,
                                           .expected = error.context().expected,
                                           .problem = error.context().problem});
  }
}

void check_evaluations(const ProtocolDocument& document, const Protocol& protocol) {
  for (std::size_t i = 0; i < protocol.evaluations.size(); ++i) {
    const ProtocolEvaluation& planned = protocol.evaluations[i];
    const Evaluation& evaluation = find_named(document, "evaluation", i, planned.evaluation);
    check_options(document, "evaluation", i, evaluation, planned.options);
    if (evaluation.needs_data == planned.data.empty()) {
      refuse_at(document, "evaluation", i, "data", planned.data, {},
                evaluation.needs_data ? "this evaluation needs the name of an imported table"
                                      : "this evaluation has options alone and takes no table");
    }
    for (const auto& planned_column : planned.columns) {
      const std::string& name = planned_column.first;
      const bool known = std::any_of(evaluation.columns.begin(), evaluation.columns.end(),
                                     [&](const EvaluationColumn& column) { return column.name == name; });
      if (!known)
        refuse_at(document, "evaluation", i, "columns", name, fmt::format("a column of '{}'", evaluation.name));
    }
  }
  for (std::size_t i = 0; i < protocol.sample_sizes.size(); ++i) {
    const ProtocolSampleSize& planned = protocol.sample_sizes[i];
    const Evaluation& evaluation = find_named(document, "sample_size", i, planned.evaluation);
    if (evaluation.needs_data)
      refuse_at(document, "sample_size", i, "evaluation", planned.evaluation,
                "a sample size: an evaluation without data");
    check_options(document, "sample_size", i, evaluation, planned.options);
  }
}

}  // namespace

void check_protocol(const ProtocolDocument& document, const Protocol& protocol) {
  for (const std::string_view table :
       {"centre", "group", "comparator", "endpoint", "subgroup", "sample_size", "lot", "evaluation"})
    check_unique(document, table, "id");
  check_unique(document, "instrument", "serial");
  if (protocol.kind == StudyKind::clinical) {
    check_clinical(document, protocol);
  } else {
    require_table(document, "evaluation", "an analytical study needs at least one evaluation");
    if (!protocol.endpoints.empty())
      refuse_at(document, "endpoint", 0, "measure", {}, {}, "an analytical study has evaluations, not endpoints");
  }
  for (std::size_t i = 0; i < protocol.instruments.size(); ++i) {
    if (find_centre(protocol, protocol.instruments[i].centre) == nullptr)
      refuse_at(document, "instrument", i, "centre", protocol.instruments[i].centre, "a centre of this protocol");
  }
  check_endpoints(document, protocol);
  check_evaluations(document, protocol);
}

}  // namespace qpcr
