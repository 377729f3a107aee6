// An assay definition: everything that turns Cq values, controls and covariates into a call, read from one TOML file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition_reactions.hpp"
#include "libqpcr/assay/definition_values.hpp"
#include "libqpcr/assay/result.hpp"

namespace qpcr {

/// What an outcome is about. Positive and negative exist for diagnosis only.
enum class Claim { diagnosis, future_risk, prognosis, function };
/// found: read in the source; recalled: from memory, to be verified; assumed: made up for a fictional assay.
enum class SourceCertainty { found, recalled, assumed };
enum class RepeatCause { gray, indeterminate, discordant, inhibited, invalid };
enum class RepeatStep { pcr, conversion, extraction, recollection };
/// Which result counts once a sample was repeated.
enum class RepeatDecision { last, two_of_three };

std::string_view to_string(Claim claim);
std::string_view to_string(SourceCertainty certainty);
std::string_view to_string(RepeatCause cause);
std::string_view to_string(RepeatStep step);
std::string_view to_string(RepeatDecision decision);

/// Where numbers of the definition come from.
struct CitedSource {
  std::string id;
  std::string text;
  SourceCertainty certainty = SourceCertainty::found;

  bool operator==(const CitedSource&) const = default;
};

struct RepeatRequest {
  RepeatCause cause = RepeatCause::invalid;
  RepeatStep from = RepeatStep::pcr;
  std::string instruction;  ///< "1:5 dilution"; empty for none

  bool operator==(const RepeatRequest&) const = default;
};

struct RepeatPlan {
  std::vector<RepeatRequest> rules;  ///< the first whose cause a call has applies
  int maximum = 0;                   ///< repeats of one sample
  RepeatDecision decision = RepeatDecision::last;

  bool operator==(const RepeatPlan&) const = default;
};

/// Distances at which a call or a well is flagged for an eye; they change no call.
struct FlagLimits {
  double weak_positive_cycles = 1.0;       ///< a positive this near to its cut-off
  double neighbour_difference_cycles = 8;  ///< a late Cq beside a well (8 around it, its column) this much earlier

  bool operator==(const FlagLimits&) const = default;
};

/// What must be known before results may reach a patient.
struct ReleaseRecord {
  std::string registration;               ///< number of the registration, or
  std::string laboratory_developed_test;  ///< reference of the laboratory-developed test
  std::string verified_by;                ///< laboratory of the local verification
  std::string verification_date;          ///< ISO 8601
  std::string verification_sha256;        ///< of its record
  std::string valid_from;                 ///< ISO 8601, the first day
  std::string valid_until;                ///< ISO 8601, the last day

  bool operator==(const ReleaseRecord&) const = default;
};

struct AssayDefinition {
  std::string id;
  std::string version;
  AssayStatus status = AssayStatus::template_only;
  Claim claim = Claim::diagnosis;
  std::optional<double> horizon_years;  ///< future_risk
  LocalizedText title;
  LocalizedText intended_use;
  std::vector<CitedSource> sources;
  std::string default_source;  ///< of the constants that name none
  std::vector<LocalizedText> statements;
  CqSettings cq;
  std::vector<AssayTarget> targets;  ///< none: a score of covariates alone
  std::vector<ControlDefinition> controls;
  std::vector<ValidityRule> validity;
  std::vector<InhibitionRule> inhibition;
  ReplicatePlan replicates;
  std::vector<StandardCurveDefinition> standard_curves;
  std::optional<ThresholdCalibrationPlan> threshold_calibration;
  std::vector<CovariateDefinition> covariates;
  std::vector<AcceptanceRule> acceptance;
  std::vector<ValueDefinition> values;
  std::vector<RuleDefinition> rules;
  std::optional<CallExpression> positive;        ///< of diagnosis; absent in templates and scores
  std::optional<Classification> classification;  ///< of scores
  RepeatPlan repeat;
  FlagLimits flags;
  OutcomeTexts outcomes;
  std::optional<ReleaseRecord> release;

  bool operator==(const AssayDefinition&) const = default;
};

/// What a definition that is not released must say in every report.
inline constexpr std::string_view research_statement_zh = "仅供科研/演示，不得用于临床诊断";

/// @throws Error file_not_found, file_unreadable, and as parse_assay().
AssayDefinition read_assay(const std::filesystem::path& path);

/// Parses schema qpcr.assay/2 (docs/formats/assay.md) and checks it. `path` is used in errors alone.
/// @throws Error assay_invalid with line and field; wrong_encoding.
AssayDefinition parse_assay(std::string_view toml, const std::string& path);

/// Every rule of consistency and clinical safety that a definition must keep. @throws Error assay_invalid naming the
/// field.
void check_assay(const AssayDefinition& definition);

/// @throws Error assay_refused for a template: numbers are missing, so it makes no calls. A definition marked released
/// runs only where its release was verified: see release.hpp.
void require_runnable(const AssayDefinition& definition);

/// Identity with the SHA-256 of to_content() (definition_content.hpp): layout, comments and key order of the file do
/// not enter. Where a source is recalled, the statements say so.
AssayIdentity identify(const AssayDefinition& definition);

const AssayTarget* find_target(const AssayDefinition& definition, std::string_view id);
const CovariateDefinition* find_covariate(const AssayDefinition& definition, std::string_view id);
const ValueDefinition* find_value(const AssayDefinition& definition, std::string_view id);
const RuleDefinition* find_rule(const AssayDefinition& definition, std::string_view id);
const ControlDefinition* find_control(const AssayDefinition& definition, std::string_view id);
const StandardCurveDefinition* find_standard_curve(const AssayDefinition& definition, std::string_view id);
/// The source of a constant that names `id`: the definition's own where `id` is empty.
const CitedSource* find_source(const AssayDefinition& definition, std::string_view id);

/// A Cq later than this counts as not detected: the target's maximum, or the last cycle of the protocol.
double effective_maximum_cq(const AssayDefinition& definition, const AssayTarget& target);

}  // namespace qpcr
