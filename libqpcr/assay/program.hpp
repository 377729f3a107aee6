// An assay definition compiled into indices, and the observations and run context that it decides on, by index too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/release.hpp"

namespace qpcr {

/// Where a number of the definition stands among the quantities of a sample: targets, then covariates, then values,
/// each in the definition's order.
using Slot = int;
inline constexpr Slot no_slot = -1;

struct CompiledFactor {
  Slot slot = no_slot;  ///< no_slot: the number
  double number = 1.0;
};

struct CompiledTerm {
  Slot slot = no_slot;
  double coefficient = 0.0;
};

/// A value with the slots of its operands. The constants stay in the definition.
struct CompiledValue {
  Slot target = no_slot;                    ///< delta_cq, pfaffl_ratio, quantity
  std::vector<Slot> references;             ///< delta_cq, pfaffl_ratio
  Slot operand = no_slot;                   ///< the operand of kinds that have one
  std::vector<Slot> operands;               ///< maximum, minimum; fraction: the others; max_of_sigmoids
  std::vector<CompiledFactor> multiply;     ///< product
  std::vector<CompiledFactor> divide;       ///< product
  Slot positives = no_slot;                 ///< poisson
  Slot total = no_slot;                     ///< poisson
  std::vector<CompiledTerm> terms;          ///< linear, logistic, survival; no coefficient is 0
  double target_log_base = 0.0;             ///< pfaffl_ratio: ln of the efficiency base
  std::vector<double> reference_log_bases;  ///< pfaffl_ratio
  int curve = -1;                           ///< quantity: index into the standard curves
  bool in_cycles = false;                   ///< a Cq, or a difference of Cqs
};

struct CompiledRule {
  Slot slot = no_slot;
  int tube = -1;                ///< rules within replicates: of the wells
  std::vector<int> needed;      ///< rules within replicates: the values behind it, in order
  std::vector<int> covariates;  ///< those behind it
  int alternate = -1;           ///< index of a rule
  bool in_cycles = false;
};

/// One step of the expression of the call in postfix order: the truth of a rule, or k of the last `count` truths.
struct CallStep {
  int rule = -1;
  int at_least = 1;
  int count = 0;
};

struct CompiledTarget {
  int tube = 0;
  double maximum_cq_cycles = 0.0;
};

/// Made by compile(); immutable, copies share the definition.
struct AssayProgram {
  std::shared_ptr<const AssayDefinition> definition;
  std::vector<std::string> tubes;  ///< in the order of their first target
  std::vector<CompiledTarget> targets;
  std::vector<std::vector<int>> validity;         ///< indices of the rules, by tube
  std::vector<int> validity_exceptions;           ///< target by rule; −1 for none
  std::vector<int> validity_targets;              ///< target by rule
  std::vector<int> inhibition_targets;            ///< target by rule
  std::vector<int> inhibition_exceptions;         ///< target by rule; −1 for none
  std::vector<int> acceptance_covariates;         ///< covariate by rule
  std::vector<std::vector<std::string>> codings;  ///< codes by covariate, sorted; empty for other kinds
  std::vector<std::vector<double>> code_numbers;  ///< their numbers
  std::vector<CompiledValue> values;
  std::vector<CompiledRule> rules;
  std::vector<CallStep> positive;  ///< empty where the definition makes no positive and negative
  Slot classified = no_slot;       ///< the score of a classification
  std::vector<Band> classes;       ///< its ends

  int target_count() const { return static_cast<int>(targets.size()); }
  Slot covariate_slot(int covariate) const { return target_count() + covariate; }
  Slot value_slot(int value) const { return target_count() + static_cast<int>(codings.size()) + value; }
  int slot_count() const { return value_slot(static_cast<int>(values.size())); }
};

/// Compiles a checked definition. @throws Error assay_refused as require_runnable(definition, proof).
AssayProgram compile(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof = {});
/// The same without asking whether the definition may make calls: for what is no call, as the values of a control.
AssayProgram compile_unproved(const AssayDefinition& definition);

/// What a covariate table says of one sample, by index.
struct CompactCovariate {
  int code = -1;     ///< of a category: index into AssayProgram::codings
  ValueRange range;  ///< of a number
  bool out_of_range = false;
  bool lot_expired = false;
  std::optional<double> age_days;

  bool operator==(const CompactCovariate&) const = default;
};

/// A SampleObservation by index, without names.
struct CompactObservation {
  std::vector<int> tubes;          ///< of each replicate; −1: no tube of the definition
  std::vector<CqObservation> cqs;  ///< replicate by replicate, each with every target of the definition
  std::vector<std::optional<CompactCovariate>> covariates;  ///< by covariate

  bool operator==(const CompactObservation&) const = default;
};

/// @throws Error invalid_value for a covariate with an unknown code, or outside its range where the definition refuses
/// that.
CompactObservation to_compact(const AssayProgram& program, const SampleObservation& sample);

/// A RunContext by index.
struct CompactContext {
  struct Curve {
    bool usable = false;
    double slope = 0.0;
    double intercept = 0.0;
  };
  struct Control {
    std::optional<double> value;                    ///< delta_delta_cq, relative_to_control
    std::optional<double> target_cq;                ///< pfaffl_ratio
    std::vector<std::optional<double>> references;  ///< pfaffl_ratio
  };
  std::vector<Curve> curves;                        ///< by standard curve
  std::vector<Control> controls;                    ///< by value
  std::vector<std::optional<ControlCq>> negatives;  ///< by inhibition rule
};

CompactContext to_compact(const AssayProgram& program, const RunContext& context);

}  // namespace qpcr
