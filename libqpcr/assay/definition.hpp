// An assay definition: everything that turns Cq values, controls and covariates into a call, read from one TOML file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr {

/// What an outcome is about. Positive and negative exist for diagnosis only.
enum class Claim { diagnosis, future_risk, prognosis, function };
/// exogenous: a spike-in; endogenous: a human sequence that is present in every sample.
enum class InternalControlKind { exogenous, endogenous };
enum class NotDetectedPolicy { censor, impute, exclude, fail };
/// The scale a fixed threshold belongs to: fluorescence units of the instrument, or normalised by a passive reference
/// (Rn).
enum class SignalScale { fluorescence, normalised };
enum class LimitKind { not_detected, at_most, below, at_least, above, within, absent_or_above };
enum class CovariateKind { number, category };
enum class MissingPolicy { refuse, indeterminate };
enum class Transform { none, log10, ln, sqrt };
enum class ValueKind { delta_cq, linear, logistic, max_of_sigmoids };
enum class Relation { at_most, below, at_least, above };
enum class Comparison { unrounded, rounded };

std::string_view to_string(Claim claim);
std::string_view to_string(InternalControlKind kind);
std::string_view to_string(NotDetectedPolicy policy);
std::string_view to_string(SignalScale scale);
std::string_view to_string(LimitKind kind);
std::string_view to_string(CovariateKind kind);
std::string_view to_string(MissingPolicy policy);
std::string_view to_string(Transform transform);
std::string_view to_string(ValueKind kind);
std::string_view to_string(Relation relation);
std::string_view to_symbol(Relation relation);  ///< "≤", "<", "≥", ">"
std::string_view to_string(Comparison comparison);

/// What a target means that has no Cq, or one later than its maximum.
struct NotDetected {
  NotDetectedPolicy policy = NotDetectedPolicy::fail;
  /// impute: the Cq that stands in. censor: the Cq is later than this. Absent otherwise.
  std::optional<double> cycles;
  /// A reference of the same tube whose validity must hold for "not detected" to mean anything; empty for none.
  std::string paired_with;

  bool operator==(const NotDetected&) const = default;
};

struct AssayTarget {
  std::string id;
  std::vector<std::string> aliases;
  std::string dye;
  std::vector<std::string> dye_aliases;  ///< other names of the same channel: VIC, HEX
  TargetRole role = TargetRole::target;
  std::optional<InternalControlKind> internal_control_kind;  ///< set exactly for internal controls
  std::string treatment = "none";               ///< of the template: none, bisulfite, reverse_transcription …
  std::string tube = "1";                       ///< targets of one tube share their wells
  std::optional<double> maximum_cq_cycles;      ///< a later Cq counts as not detected; absent: the last cycle
  std::optional<double> threshold;              ///< absent: derived from the plate
  std::optional<double> maximum_spread_cycles;  ///< largest minus smallest Cq of the valid replicates
  NotDetected not_detected;

  bool operator==(const AssayTarget&) const = default;
};

/// What a Cq must be. `lower` and `upper` are set as the kind needs them.
struct CqLimit {
  std::string target;
  LimitKind kind = LimitKind::not_detected;
  std::optional<double> lower;  ///< at_least, above, within, absent_or_above
  std::optional<double> upper;  ///< at_most, below, within

  bool operator==(const CqLimit&) const = default;
};

struct ControlDefinition {
  std::string id;
  ControlKind kind = ControlKind::no_template;
  std::vector<std::string> sample_names;  ///< compared without case; wells are also found by their role in the run
  int minimum_count = 1;                  ///< wells
  std::vector<CqLimit> limits;            ///< each must hold in every well of the control

  bool operator==(const ControlDefinition&) const = default;
};

/// What makes a replicate valid; the exception lets the limit fail beside a strong target.
struct ValidityRule {
  std::string id;
  CqLimit limit;
  std::string exception_target;  ///< empty for none
  std::optional<double> exception_at_most;

  bool operator==(const ValidityRule&) const = default;
};

struct ReplicatePlan {
  int count = 1;          ///< wells a sample and tube
  int minimum_valid = 1;  ///< fewer valid wells: the sample is invalid

  bool operator==(const ReplicatePlan&) const = default;
};

struct CovariateDefinition {
  std::string id;
  CovariateKind kind = CovariateKind::number;
  MissingPolicy missing = MissingPolicy::refuse;
  std::string unit;  ///< number: UCUM
  std::optional<double> minimum;
  std::optional<double> maximum;
  Transform transform = Transform::none;
  std::map<std::string, double> coding;  ///< category: code in the table → number in the scores

  bool operator==(const CovariateDefinition&) const = default;
};

struct Sigmoid {
  std::string value;
  double centre = 0.0;
  double slope = 0.0;  ///< term = scale / (1 + exp(−slope·(value − centre)))

  bool operator==(const Sigmoid&) const = default;
};

/// A number formed from Cq values, covariates and earlier values.
struct ValueDefinition {
  std::string id;
  ValueKind kind = ValueKind::delta_cq;
  std::string target;                   ///< delta_cq: minuend
  std::vector<std::string> references;  ///< delta_cq: the mean of their Cq is the subtrahend
  double intercept = 0.0;               ///< linear, logistic
  std::map<std::string, double> terms;  ///< linear, logistic: coefficients
  std::vector<Sigmoid> sigmoids;
  double scale = 1.0;  ///< logistic, max_of_sigmoids
  int display_digits = 2;

  bool operator==(const ValueDefinition&) const = default;
};

/// Both limits are between `positive` and `negative`; strictly inside neither holds.
struct GrayZone {
  double lower = 0.0;
  double upper = 0.0;

  bool operator==(const GrayZone&) const = default;
};

struct RuleDefinition {
  std::string id;
  std::string value;  ///< a value, a target (its Cq) or a covariate
  Relation relation = Relation::at_most;
  double limit = 0.0;
  std::optional<GrayZone> gray;
  Comparison compare = Comparison::unrounded;
  int digits = 2;                          ///< of a rounded comparison
  std::optional<int> at_least_replicates;  ///< compared within each replicate: k of ReplicatePlan::count

  bool operator==(const RuleDefinition&) const = default;
};

/// any, all, at least k of operands, nested; a leaf names a rule.
struct CallExpression {
  enum class Kind { rule, any, all, at_least };
  Kind kind = Kind::rule;
  std::string rule;
  int at_least = 1;
  std::vector<CallExpression> operands;

  bool operator==(const CallExpression& other) const;
};

struct CqSettings {
  CqOptions options;  ///< without threshold: that belongs to the target
  int cycles = 0;     ///< the protocol's; a shorter curve cannot say "not detected"
  std::optional<SignalScale> signal;

  bool operator==(const CqSettings&) const = default;
};

struct AssayDefinition {
  std::string id;
  std::string version;
  AssayStatus status = AssayStatus::template_only;
  Claim claim = Claim::diagnosis;
  LocalizedText title;
  LocalizedText intended_use;
  std::vector<std::string> citations;
  std::vector<LocalizedText> statements;
  CqSettings cq;
  std::vector<AssayTarget> targets;
  std::vector<ControlDefinition> controls;
  std::vector<ValidityRule> validity;
  ReplicatePlan replicates;
  std::vector<CovariateDefinition> covariates;
  std::vector<ValueDefinition> values;
  std::vector<RuleDefinition> rules;
  std::optional<CallExpression> positive;  ///< absent in templates only
  OutcomeTexts outcomes;

  bool operator==(const AssayDefinition&) const = default;
};

/// What a definition that is not released must say in every report.
inline constexpr std::string_view research_statement_zh = "仅供科研/演示，不得用于临床诊断";

/// @throws Error file_not_found, file_unreadable, and as parse_assay().
AssayDefinition read_assay(const std::filesystem::path& path);

/// Parses schema qpcr.assay/1 (docs/formats/assay.md) and checks it. `path` is used in errors alone.
/// @throws Error assay_invalid with line and field; wrong_encoding.
AssayDefinition parse_assay(std::string_view toml, const std::string& path);

/// Every rule of consistency and clinical safety that a definition must keep. @throws Error assay_invalid naming the
/// field.
void check_assay(const AssayDefinition& definition);

/// @throws Error assay_refused for a definition that must not make calls: a template (numbers missing), or one marked
/// released
///   (this version has no signatures to prove a release with).
void require_runnable(const AssayDefinition& definition);

/// Identity with the SHA-256 of the canonical JSON of the content: layout, comments and key order of the file do not
/// enter.
AssayIdentity identify(const AssayDefinition& definition);

const AssayTarget* find_target(const AssayDefinition& definition, std::string_view id);
const CovariateDefinition* find_covariate(const AssayDefinition& definition, std::string_view id);
const ValueDefinition* find_value(const AssayDefinition& definition, std::string_view id);
const RuleDefinition* find_rule(const AssayDefinition& definition, std::string_view id);

/// A Cq later than this counts as not detected: the target's maximum, or the last cycle of the protocol.
double effective_maximum_cq(const AssayDefinition& definition, const AssayTarget& target);

}  // namespace qpcr
