// The parts of a definition that speak of numbers: covariates, acceptance, derived values, rules, calls and classes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"

namespace qpcr {

/// lot: the identifier of a batch of reagent, looked up in the run sheet for its expiry; it enters no number.
enum class CovariateKind { number, category, lot };
enum class MissingPolicy { refuse, indeterminate };
/// A number outside the covariate's range: the table is refused, or the sample is invalid.
enum class OutOfRangePolicy { refuse, invalid };
/// A value that is older than the covariate allows.
enum class TooOldPolicy { invalid, indeterminate };
enum class Transform { none, log10, ln, sqrt, exp };
enum class ValueKind {
  delta_cq,             ///< Cq of the target − mean Cq of the references
  delta_delta_cq,       ///< a ΔCq − the same ΔCq of a control of the run, or − a constant
  relative_amount,      ///< scale · base^−value of a ΔCq or ΔΔCq
  pfaffl_ratio,         ///< E_t^(control − sample) / geometric mean of E_r^(control − sample)
  quantity,             ///< of a target, read from a standard curve
  relative_to_control,  ///< scale · value / the same value of a control of the run (PMR with fully methylated DNA)
  product,              ///< Π multiply / Π divide: ratios, volumes of the chain, conversions
  fraction,             ///< scale · part / (part + Σ others): allele fraction, methylated of all
  poisson,              ///< −ln(1 − positives/total): copies a partition or well
  linear,               ///< intercept + Σ coefficient · term
  logistic,             ///< scale / (1 + exp(−linear))
  survival,             ///< scale · (1 − baseline_survival^exp(linear))
  max_of_sigmoids,
  maximum,  ///< of `values`
  minimum,  ///< of `values`
  bands,    ///< a number for each half-open band of another value
  transform
};
enum class Relation { at_most, below, at_least, above };
enum class Comparison { unrounded, rounded };
/// Which way a quantity moves when the template of its target doubles.
enum class Orientation { rises_with_template, falls_with_template };
enum class AcceptanceAction { invalid, indeterminate, review };

std::string_view to_string(CovariateKind kind);
std::string_view to_string(MissingPolicy policy);
std::string_view to_string(OutOfRangePolicy policy);
std::string_view to_string(TooOldPolicy policy);
std::string_view to_string(Transform transform);
std::string_view to_string(ValueKind kind);
std::string_view to_string(Relation relation);
std::string_view to_symbol(Relation relation);  ///< "≤", "<", "≥", ">"
std::string_view to_string(Comparison comparison);
std::string_view to_string(Orientation orientation);
std::string_view to_string(AcceptanceAction action);

/// Another unit that a table may use: value in the covariate's unit = factor · value as written.
struct UnitConversion {
  std::string unit;
  double factor = 1.0;
  std::string source;

  bool operator==(const UnitConversion&) const = default;
};

struct CovariateDefinition {
  std::string id;
  CovariateKind kind = CovariateKind::number;
  MissingPolicy missing = MissingPolicy::refuse;
  std::string unit;  ///< number: UCUM
  std::vector<UnitConversion> conversions;
  std::optional<double> minimum;
  std::optional<double> maximum;
  OutOfRangePolicy out_of_range = OutOfRangePolicy::refuse;
  std::optional<double> floor;  ///< a smaller value counts as this, before the transform
  std::optional<double> cap;    ///< a larger value counts as this, before the transform
  Transform transform = Transform::none;
  std::map<std::string, double> coding;    ///< category: code in the table → number in the scores
  std::optional<double> maximum_age_days;  ///< between its date and that of the sample; needs a date in the table
  TooOldPolicy too_old = TooOldPolicy::invalid;
  std::string source;

  bool operator==(const CovariateDefinition&) const = default;
};

/// What a covariate, as written and before its transform, must be for a sample to be accepted.
struct AcceptanceRule {
  std::string id;
  std::string covariate;
  std::optional<double> at_least;   ///< number
  std::optional<double> at_most;    ///< number
  std::vector<std::string> one_of;  ///< category: the codes that are accepted
  AcceptanceAction action = AcceptanceAction::invalid;
  LocalizedText text;  ///< what the report says of a sample that is not accepted
  std::string source;

  bool operator==(const AcceptanceRule&) const = default;
};

struct Sigmoid {
  std::string value;
  double centre = 0.0;
  double slope = 0.0;  ///< term = scale / (1 + exp(−slope·(value − centre)))

  bool operator==(const Sigmoid&) const = default;
};

/// A half-open band ends below its edge or at it; the last one has no end. So bands cover every number, once.
struct Band {
  std::optional<double> below;
  std::optional<double> at_most;
  double value = 0.0;

  bool operator==(const Band&) const = default;
};

/// An operand of a product: something defined, or a number with its unit.
struct Factor {
  std::string id;  ///< empty for a number
  double number = 1.0;
  std::string unit;  ///< of a number; UCUM, "1" for none

  bool operator==(const Factor&) const = default;
};

/// logit′ = intercept + slope · logit, where a score was recalibrated for another population.
struct Recalibration {
  double intercept = 0.0;
  double slope = 1.0;
  std::string source;

  bool operator==(const Recalibration&) const = default;
};

/// A number formed from Cq values, covariates and earlier values. Members that a kind does not use are empty.
struct ValueDefinition {
  std::string id;
  ValueKind kind = ValueKind::delta_cq;
  std::string unit;                                ///< UCUM; empty: cycles for a ΔCq, else a number without unit
  std::optional<Orientation> orientation;          ///< demanded of every kind that derives a quantity from Cq values
  std::string target;                              ///< delta_cq: minuend; pfaffl_ratio; quantity
  std::vector<std::string> references;             ///< delta_cq: the mean of their Cq is the subtrahend; pfaffl_ratio
  std::string control;                             ///< delta_delta_cq, pfaffl_ratio, relative_to_control: of the run
  std::optional<double> reference_value;           ///< delta_delta_cq: a constant in place of a control
  std::map<std::string, double> efficiency_bases;  ///< pfaffl_ratio: by target, 1 to 2 (1 + efficiency)
  double base = 2.0;                               ///< relative_amount
  std::string value;                               ///< the operand of kinds that have one
  std::vector<std::string> values;                 ///< maximum, minimum; fraction: what the part is of, beside itself
  std::string curve;                               ///< quantity: a standard curve
  std::vector<Factor> multiply;                    ///< product
  std::vector<Factor> divide;                      ///< product
  std::string positives;                           ///< poisson
  std::string total;                               ///< poisson
  double intercept = 0.0;                          ///< linear, logistic, survival
  std::map<std::string, double> terms;             ///< linear, logistic, survival: coefficients
  std::optional<double> baseline_survival;         ///< survival
  std::optional<Recalibration> recalibration;      ///< logistic
  std::vector<Sigmoid> sigmoids;
  std::vector<Band> bands;
  Transform transform = Transform::none;  ///< kind transform
  std::optional<double> floor;            ///< kind transform: before it
  std::optional<double> cap;              ///< kind transform: before it
  double scale = 1.0;  ///< relative_amount, relative_to_control, fraction, logistic, survival, sigmoids
  int display_digits = 2;
  std::string source;

  bool operator==(const ValueDefinition&) const = default;
};

/// Both limits are between `positive` and `negative`; strictly inside neither holds.
struct GrayZone {
  double lower = 0.0;
  double upper = 0.0;

  bool operator==(const GrayZone&) const = default;
};

/// Where a cut-off was established or verified.
struct CutoffRecord {
  std::string method;   ///< "Youden", "specificity 0.95" …
  std::string dataset;  ///< name of the set of subjects
  int cases = 0;
  int controls = 0;
  std::string date;           ///< ISO 8601
  std::string record_sha256;  ///< of the record of the evaluation

  bool operator==(const CutoffRecord&) const = default;
};

struct RuleDefinition {
  std::string id;
  std::string value;  ///< a value, a target (its Cq) or a covariate
  Relation relation = Relation::at_most;
  double limit = 0.0;
  std::string unit;  ///< of the limit; demanded where the value has one
  std::optional<GrayZone> gray;
  Comparison compare = Comparison::unrounded;
  int digits = 2;                          ///< of a rounded comparison
  std::optional<int> at_least_replicates;  ///< compared within each replicate: k of ReplicatePlan::count
  std::string alternate;                   ///< the rule that answers instead where a covariate of this one is missing
  std::optional<CutoffRecord> establishment;
  std::optional<CutoffRecord> verification;
  std::string source;

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

/// A class of a score; ends as a Band does.
struct ScoreClass {
  std::string id;
  LocalizedText text;
  std::optional<double> below;
  std::optional<double> at_most;

  bool operator==(const ScoreClass&) const = default;
};

/// What a definition reports that makes no positive and negative: a score, with classes where they are published.
struct Classification {
  std::string value;
  std::string unit;                 ///< as in RuleDefinition
  std::vector<ScoreClass> classes;  ///< ascending; empty: the score alone
  Comparison compare = Comparison::unrounded;
  int digits = 2;
  std::string source;

  bool operator==(const Classification&) const = default;
};

}  // namespace qpcr
