// From the texts of a protocol to its types.
#include "libqpcr/study/protocol/protocol.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/protocol/protocol_checks.hpp"
#include "libqpcr/study/protocol/protocol_values.hpp"

namespace qpcr {
namespace {

/// One row of a table, read by key; absent texts are empty.
class Fields {
 public:
  Fields(std::string_view table, const ProtocolRow& row) : table_(table), row_(row) {}

  std::string text(std::string_view key) const {
    const auto found = row_.values.find(key);
    return found == row_.values.end() ? std::string() : found->second.text;
  }
  LocalizedText localized(const std::string& key) const { return {text(key + "_zh"), text(key + "_en")}; }
  bool flag(std::string_view key) const { return text(key) == "yes"; }
  std::optional<double> number(std::string_view key) const { return parse_double(text(key)); }
  std::optional<long> count(std::string_view key) const { return parse_integer(text(key)); }

  std::vector<double> numbers(std::string_view key) const {
    std::vector<double> values;
    for (const std::string& part : split_protocol_list(text(key))) values.push_back(parse_double(part).value());
    return values;
  }

  template <typename Value, std::size_t count>
  Value word(std::string_view key, const std::array<Value, count>& values, Value otherwise) const {
    const std::string found = text(key);
    for (const Value each : values) {
      if (to_string(each) == found) return each;
    }
    return otherwise;
  }

  [[noreturn]] void refuse(std::string_view key, std::string found, std::string expected,
                           std::string problem = {}) const {
    const auto value = row_.values.find(key);
    refuse_protocol(value == row_.values.end() ? row_.place : value->second.place, fmt::format("{}.{}", table_, key),
                    std::move(found), std::move(expected), std::move(problem));
  }

  /// "name=value" parts, each name once.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view key) const {
    std::vector<std::pair<std::string, std::string>> made;
    for (const std::string& part : split_protocol_list(text(key))) {
      const std::size_t equals = part.find('=');
      if (equals == std::string::npos || equals == 0) refuse(key, part, "NAME=VALUE");
      std::string name(trim(std::string_view(part).substr(0, equals)));
      const bool twice = std::any_of(made.begin(), made.end(), [&](const auto& each) { return each.first == name; });
      if (twice) refuse(key, part, "each name once");
      made.emplace_back(std::move(name), std::string(trim(std::string_view(part).substr(equals + 1))));
    }
    return made;
  }

  std::map<std::string, std::string> map(std::string_view key) const {
    std::map<std::string, std::string> made;
    for (auto& [name, value] : pairs(key)) made.emplace(name, value);
    return made;
  }

  /// "name=value|value" parts.
  std::vector<std::pair<std::string, std::vector<std::string>>> filter(std::string_view key) const {
    std::vector<std::pair<std::string, std::vector<std::string>>> made;
    for (auto& [name, value] : pairs(key)) {
      std::vector<std::string> admitted;
      for (const std::string_view each : split(value, '|')) {
        if (trim(each).empty()) refuse(key, value, "values between '|', none of them empty");
        admitted.emplace_back(trim(each));
      }
      made.emplace_back(name, std::move(admitted));
    }
    return made;
  }

  std::optional<Criterion> criterion() const {
    const int given = static_cast<int>(!text("criterion").empty()) + static_cast<int>(!text("criterion_on").empty()) +
                      static_cast<int>(!text("criterion_value").empty());
    if (given == 0) return std::nullopt;
    if (given < 3)
      refuse("criterion", {}, {}, "a criterion is criterion_on, criterion and criterion_value: all three or none");
    constexpr std::array ons{Criterion::On::estimate, Criterion::On::lower, Criterion::On::upper};
    return Criterion{word("criterion_on", ons, Criterion::On::estimate), text("criterion"),
                     number("criterion_value").value()};
  }

 private:
  std::string_view table_;
  const ProtocolRow& row_;
};

void read_study_table(const Fields& fields, Protocol& protocol) {
  protocol.id = fields.text("id");
  protocol.kind = fields.word("kind", std::array{StudyKind::clinical, StudyKind::analytical}, StudyKind::clinical);
  protocol.title = fields.localized("title");
  protocol.version = fields.text("version");
  protocol.version_date = fields.text("version_date");
  protocol.simulated = fields.flag("simulated");
  protocol.product = fields.text("product");
  protocol.sponsor = fields.text("sponsor");
  protocol.registration = fields.text("registration");
  protocol.intended_use = fields.localized("intended_use");
  protocol.objectives = fields.localized("objectives");
  protocol.hypotheses = fields.localized("hypotheses");
}

ProtocolDesign read_design(const Fields& fields) {
  ProtocolDesign design;
  design.timing = fields.word("timing", std::array{Timing::prospective, Timing::retrospective}, Timing::prospective);
  design.sampling = fields.text("sampling") == "consecutive" ? Sampling::consecutive : Sampling::enriched;
  design.blinding = fields.word("blinding", std::array{Blinding::coded, Blinding::open}, Blinding::coded);
  design.recruitment = fields.localized("recruitment");
  design.inclusion = fields.localized("inclusion");
  design.exclusion = fields.localized("exclusion");
  return design;
}

void read_analysis(const Fields& fields, Protocol& protocol) {
  constexpr double least_confidence = 0.5;
  protocol.confidence = fields.number("confidence").value();
  if (!(protocol.confidence > least_confidence && protocol.confidence < 1))
    fields.refuse("confidence", fields.text("confidence"), "a number between 0.5 and 1, both excluded");
  constexpr std::array handlings{Handling::excluded, Handling::as_positive, Handling::as_negative, Handling::as_wrong};
  constexpr std::array rules{RepeatRule::none, RepeatRule::invalid, RepeatRule::invalid_or_indeterminate};
  protocol.primary_set =
      fields.word("primary_set", std::array{AnalysisSet::full, AnalysisSet::per_protocol}, AnalysisSet::full);
  protocol.repeats = fields.word("repeats", rules, RepeatRule::none);
  protocol.indeterminate = fields.word("indeterminate", handlings, Handling::excluded);
  protocol.invalid = fields.word("invalid", handlings, Handling::excluded);
  protocol.missing = fields.word("missing", handlings, Handling::excluded);
  protocol.prevalences = fields.numbers("prevalences");
  for (const double prevalence : protocol.prevalences) {
    if (!(prevalence > 0 && prevalence < 1))
      fields.refuse("prevalences", format_double(prevalence), "numbers between 0 and 1, both excluded");
  }
  protocol.seed = fields.count("seed").value();
}

ProtocolComparator read_comparator(const Fields& fields) {
  ProtocolComparator comparator;
  comparator.id = fields.text("id");
  comparator.label = fields.localized("label");
  comparator.quantitative = fields.text("kind") == "quantitative";
  comparator.unit = fields.text("unit");
  comparator.positive_from = fields.number("positive_from");
  if (comparator.quantitative != comparator.positive_from.has_value() ||
      comparator.quantitative != !comparator.unit.empty()) {
    fields.refuse("kind", fields.text("kind"), {},
                  "a quantitative comparator needs unit and positive_from, a qualitative one has neither");
  }
  return comparator;
}

ProtocolEndpoint read_endpoint(const Fields& fields) {
  ProtocolEndpoint endpoint;
  endpoint.id = fields.text("id");
  endpoint.label = fields.localized("label");
  constexpr std::array roles{EndpointRole::primary, EndpointRole::secondary, EndpointRole::exploratory};
  endpoint.role = fields.word("role", roles, EndpointRole::primary);
  endpoint.measure = fields.text("measure");
  endpoint.comparator = fields.text("comparator");
  endpoint.among = fields.filter("among");
  endpoint.interval = fields.text("interval");
  endpoint.criterion = fields.criterion();
  if (endpoint.role == EndpointRole::primary && !endpoint.criterion)
    fields.refuse("criterion", {}, {}, "a primary endpoint needs an acceptance criterion");
  return endpoint;
}

ProtocolSubgroup read_subgroup(const Fields& fields) {
  ProtocolSubgroup subgroup;
  subgroup.id = fields.text("id");
  subgroup.label = fields.localized("label");
  subgroup.variable = fields.text("variable");
  subgroup.among = fields.text("among");
  subgroup.cuts = fields.numbers("cuts");
  subgroup.prespecified = fields.flag("prespecified");
  const bool is_number =
      subgroup.variable == "age_years" || subgroup.variable == "lesion_size_mm" || subgroup.variable == "afp";
  if (is_number != !subgroup.cuts.empty())
    fields.refuse("cuts", fields.text("cuts"), {}, "cuts belong to a variable that is a number, and it needs them");
  if (!std::is_sorted(subgroup.cuts.begin(), subgroup.cuts.end(), std::less_equal<>()))
    fields.refuse("cuts", fields.text("cuts"), "increasing numbers");
  return subgroup;
}

ProtocolEvaluation read_evaluation(const Fields& fields) {
  ProtocolEvaluation evaluation;
  evaluation.id = fields.text("id");
  evaluation.label = fields.localized("label");
  evaluation.design = fields.localized("design");
  evaluation.evaluation = fields.text("evaluation");
  evaluation.data = fields.text("data");
  evaluation.columns = fields.map("columns");
  evaluation.rows = fields.filter("rows");
  evaluation.options = fields.map("options");
  evaluation.estimate = fields.text("estimate");
  evaluation.stratum = fields.text("stratum");
  evaluation.method = fields.text("method");
  evaluation.criterion = fields.criterion();
  if (evaluation.criterion && evaluation.estimate.empty())
    fields.refuse("estimate", {}, {}, "a criterion needs the name of the estimate that it is about");
  return evaluation;
}

template <typename Read>
auto read_rows(const ProtocolDocument& document, std::string_view table, Read read) {
  std::vector<decltype(read(std::declval<const Fields&>()))> made;
  for (const ProtocolRow& row : document.rows(table)) made.push_back(read(Fields(table, row)));
  return made;
}

void read_lists(const ProtocolDocument& document, Protocol& protocol) {
  protocol.centres = read_rows(document, "centre", [](const Fields& fields) {
    return ProtocolCentre{fields.text("id"), fields.localized("name"), fields.text("ethics_approval_number"),
                          fields.text("ethics_approved_on"), fields.count("planned_subjects")};
  });
  protocol.groups = read_rows(document, "group", [](const Fields& fields) {
    const bool positive = fields.text("reference") == "positive";
    return ProtocolGroup{fields.text("id"), fields.localized("label"),
                         positive ? ReferenceStandard::positive : ReferenceStandard::negative,
                         fields.count("planned_subjects")};
  });
  protocol.comparators = read_rows(document, "comparator", read_comparator);
  protocol.endpoints = read_rows(document, "endpoint", read_endpoint);
  protocol.subgroups = read_rows(document, "subgroup", read_subgroup);
  protocol.sample_sizes = read_rows(document, "sample_size", [](const Fields& fields) {
    return ProtocolSampleSize{fields.text("id"),       fields.text("evaluation"),       fields.map("options"),
                              fields.text("estimate"), fields.count("planned").value(), fields.localized("note")};
  });
  protocol.lots = read_rows(document, "lot", [](const Fields& fields) {
    return ProtocolLot{fields.text("id"), fields.text("expires_on")};
  });
  protocol.instruments = read_rows(document, "instrument", [](const Fields& fields) {
    return ProtocolInstrument{fields.text("serial"), fields.text("centre"), fields.text("model"),
                              fields.text("calibrated_on"), fields.text("calibration_due")};
  });
  protocol.evaluations = read_rows(document, "evaluation", read_evaluation);
}

}  // namespace

std::string_view to_string(StudyKind kind) { return kind == StudyKind::clinical ? "clinical" : "analytical"; }

std::string_view to_string(Timing timing) { return timing == Timing::prospective ? "prospective" : "retrospective"; }

std::string_view to_string(Blinding blinding) { return blinding == Blinding::coded ? "coded" : "open"; }

std::string_view to_string(AnalysisSet set) { return set == AnalysisSet::full ? "full" : "per_protocol"; }

std::string_view to_string(Handling handling) {
  switch (handling) {
    case Handling::excluded:
      return "excluded";
    case Handling::as_positive:
      return "as_positive";
    case Handling::as_negative:
      return "as_negative";
    case Handling::as_wrong:
      return "as_wrong";
  }
  return "";
}

std::string_view to_string(Criterion::On on) {
  switch (on) {
    case Criterion::On::estimate:
      return "estimate";
    case Criterion::On::lower:
      return "lower";
    case Criterion::On::upper:
      return "upper";
  }
  return "";
}

std::string_view to_string(EndpointRole role) {
  switch (role) {
    case EndpointRole::primary:
      return "primary";
    case EndpointRole::secondary:
      return "secondary";
    case EndpointRole::exploratory:
      return "exploratory";
  }
  return "";
}

bool meets(const Criterion& criterion, double found) {
  if (criterion.comparison == ">=") return found >= criterion.value;
  if (criterion.comparison == ">") return found > criterion.value;
  if (criterion.comparison == "<=") return found <= criterion.value;
  return found < criterion.value;
}

Protocol derive_protocol(const ProtocolDocument& document) {
  Protocol protocol;
  protocol.source = document.source;
  protocol.content_sha256 = sha256_hex(to_canonical_protocol(document));
  read_study_table(Fields("study", document.rows("study").front()), protocol);
  read_analysis(Fields("analysis", document.rows("analysis").front()), protocol);
  if (const std::vector<ProtocolRow>& rows = document.rows("design"); !rows.empty())
    protocol.design = read_design(Fields("design", rows.front()));
  if (const std::vector<ProtocolRow>& rows = document.rows("index_test"); !rows.empty()) {
    const Fields fields("index_test", rows.front());
    protocol.index_test =
        ProtocolIndexTest{fields.text("assay"), fields.text("assay_version"), fields.text("assay_sha256"),
                          fields.text("score"), fields.localized("specimen")};
  }
  if (const std::vector<ProtocolRow>& rows = document.rows("reference_standard"); !rows.empty()) {
    const Fields fields("reference_standard", rows.front());
    protocol.reference_standard = fields.localized("description");
    protocol.reference_rationale = fields.localized("rationale");
  }
  read_lists(document, protocol);
  check_protocol(document, protocol);
  return protocol;
}

Protocol read_protocol(const std::filesystem::path& path) { return derive_protocol(read_protocol_document(path)); }

Protocol read_protocol_of(const std::filesystem::path& study_folder) {
  const std::filesystem::path toml = study_folder / "protocol.toml";
  const std::filesystem::path workbook = study_folder / "protocol.xlsx";
  std::error_code ignored;
  const bool has_workbook = std::filesystem::exists(workbook, ignored);
  if (!std::filesystem::exists(toml, ignored)) return read_protocol(has_workbook ? workbook : toml);
  const ProtocolDocument document = read_protocol_document(toml);
  if (has_workbook) {
    const std::string difference = find_protocol_difference(document, read_protocol_document(workbook));
    if (!difference.empty()) {
      refuse_protocol({study_folder.string(), 0, {}}, {}, {}, {},
                      fmt::format("protocol.toml and protocol.xlsx do not say the same: {}", difference));
    }
  }
  return derive_protocol(document);
}

const ProtocolCentre* find_centre(const Protocol& protocol, std::string_view id) {
  for (const ProtocolCentre& centre : protocol.centres) {
    if (centre.id == id) return &centre;
  }
  return nullptr;
}

}  // namespace qpcr
