// The decision of one sample on a compiled definition: outcome, truths and reasons as codes, without making any text.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libqpcr/assay/operations.hpp"
#include "libqpcr/assay/program.hpp"

namespace qpcr {

/// How much an imputed Cq is believed.
enum class Imputation {
  as_defined,  ///< the number the definition gives
  unknown,     ///< not at all
  only_later,  ///< later than the target's maximum, no more
};

/// The wells of one tube of one sample.
struct TubeDecision {
  std::vector<int> valid;  ///< indices of replicates
  int present = 0;
  bool invalid = false;
  std::vector<Reason> faults;      ///< why wells or the tube are invalid
  std::vector<Reason> exceptions;  ///< limits that failed and were excused
  std::vector<Reason> left_out;    ///< observations of valid replicates that enter no mean

  bool operator==(const TubeDecision&) const = default;
};

struct RuleDecision {
  Truth truth = Truth::unknown;  ///< of its own value; the call takes the alternate's where that answers
  bool gray = false;
  bool depends_on_imputed_cq = false;
  bool decisive = false;                  ///< the outcome would not stand without it
  int answered_by = -1;                   ///< index of the alternate, where missing covariates alone leave this open
  Quantity quantity;                      ///< of the sample; not used by rules within replicates
  std::vector<Truth> replicates;          ///< rules within replicates: one per expected well
  std::vector<ValueRange> in_replicates;  ///< the value in each valid well
  Reason why_open;                        ///< why it is unknown or invalid
};

struct Decision {
  Outcome outcome = Outcome::invalid;
  Truth truth = Truth::invalid;        ///< of the expression; of a classification: yes where it has one class
  int score_class = -1;                ///< index into the classes of a scored sample
  bool depends_on_imputed_cq = false;  ///< the outcome changes once every imputed Cq is taken as unknown
  bool imputed_cq_decides = false;     ///< it changes once imputed Cqs are only known to be later than the maximum
  bool needs_review = false;
  bool gray = false;        ///< a rule's value lies in its gray zone
  bool discordant = false;  ///< replicates of a target disagree
  bool inhibited = false;
  std::vector<Quantity> quantities;   ///< by slot
  std::vector<std::uint8_t> imputed;  ///< by slot: 1 where the number rests on an imputed Cq
  std::vector<RuleDecision> rules;    ///< by rule
  std::vector<TubeDecision> tubes;    ///< by tube
  std::vector<Reason> refusals;       ///< why the sample is invalid whatever its rules say
  std::vector<Reason> restraints;     ///< why it is neither positive, negative nor scored
  std::vector<Reason> notes;          ///< what asks for review and changes nothing
  Reason score_open;                  ///< why a score has no class
};

/// Decides samples one after another, reusing its memory. Each decision depends on its observation alone. Not for
/// several threads at once: each has its own.
class SampleDecider {
 public:
  /// Both must outlive the decider.
  SampleDecider(const AssayProgram& program, const CompactContext& context);
  SampleDecider(const SampleDecider&) = delete;
  SampleDecider& operator=(const SampleDecider&) = delete;

  /// The reference is good until the next decision.
  const Decision& decide(const CompactObservation& observation);

  /// Every quantity by slot, with the Cq of one target moved by `shift_cycles`.
  std::vector<Quantity> derive(const CompactObservation& observation, Imputation imputation, int shifted_target = -1,
                               double shift_cycles = 0.0);

  /// The wells that make the mean of a target, after derive() or decide() of the same observation.
  std::vector<int> wells_of(int target) const;

 private:
  struct Pass {
    std::vector<Quantity> quantities;
    std::vector<RuleDecision> rules;
    Truth truth = Truth::invalid;
    Outcome outcome = Outcome::invalid;
    int score_class = -1;
    Reason score_open;
  };

  bool says_something(int well, int target) const;
  const TargetReading& reading(int well, int target) const;
  const CqObservation& seen(int well, int target) const;

  void prepare(const CompactObservation& observation);
  void judge_tube(int tube);
  bool judge_limits(int tube, int well);
  bool is_excused(int rule, int well) const;
  void find_outlier(int tube, int target);
  void judge_inhibition(int rule);
  bool is_beside_strong_target(int target, double at_most) const;
  bool is_code(int covariate, int code) const;
  void read_covariate(int covariate);
  void accept(int rule);

  void run(Imputation imputation, Pass& pass);
  void form_quantities(Imputation imputation, Pass& pass);
  void judge(int rule, Pass& pass, Imputation imputation);
  Quantity read(int target, int well, Imputation imputation) const;
  Quantity combine(int target, const std::vector<int>& wells, Imputation imputation);
  Quantity discordant(int target, const std::vector<int>& wells, Imputation imputation, int detected, int absent) const;
  Quantity disagreeing(int target) const;
  const std::vector<int>& pair_wells(const CompiledValue& value);
  Quantity part(Slot slot, int tube, const std::vector<int>* paired, const std::vector<Quantity>& from,
                Imputation imputation);
  Quantity derive_value(int value, const std::vector<Quantity>& from, Imputation imputation, bool within_well);
  Quantity derive_from_cq(int value, const std::vector<Quantity>& from, Imputation imputation, bool within_well);
  Quantity derive_scaled(int value, const std::vector<Quantity>& from) const;
  Quantity add_terms(int value, const std::vector<Quantity>& from) const;
  void judge_rule(int rule, Pass& pass);
  void judge_in_replicates(int rule, Pass& pass, Imputation imputation);
  void answer_by_alternates(Pass& pass, Imputation imputation);
  bool is_open_by_lack_alone(int rule, const RuleDecision& decided, Imputation imputation);
  Truth evaluate_call(const std::vector<RuleDecision>& rules, int taken_as_unknown);
  void conclude(Pass& pass);
  void classify(Pass& pass) const;
  void find_decisive();

  const AssayProgram& program_;
  const AssayDefinition& definition_;
  const CompactContext& context_;
  const CompactObservation* observation_ = nullptr;
  int shifted_target_ = -1;
  double shift_cycles_ = 0.0;
  bool any_imputed_ = false;
  std::vector<TargetReading> readings_;  ///< well by well, as the observation's
  std::vector<std::uint8_t> outliers_;   ///< the same: left out of the mean
  std::vector<Quantity> covariates_;
  std::vector<std::uint8_t> lacking_;  ///< by covariate: missing where the definition allows that
  std::vector<Quantity> usable_;
  std::vector<int> paired_;
  std::vector<double> cqs_;
  std::vector<Quantity> within_well_;
  std::vector<Truth> stack_;
  Pass main_;
  Pass other_;
  Pass ends_;
  Decision decision_;
};

/// One decision. @see SampleDecider for many.
Decision decide(const AssayProgram& program, const CompactObservation& observation, const CompactContext& context);

/// The little of a decision that figures over many samples need.
struct BatchCall {
  Outcome outcome = Outcome::invalid;
  int score_class = -1;
  bool depends_on_imputed_cq = false;
  bool needs_review = false;

  bool operator==(const BatchCall&) const = default;
};

/// Decides each observation as if alone; `calls` has room for as many. Threads may each take a part of a batch.
void decide_batch(const AssayProgram& program, const CompactContext& context,
                  std::span<const CompactObservation> observations, std::span<BatchCall> calls);

/// Values formed for a control from its own wells, for RunContext::control_values; those that cannot be formed, or rest
/// on an imputed Cq, are absent. The limits of samples and their covariates do not enter.
std::map<std::string, double> form_control_values(const AssayDefinition& definition, const std::string& control,
                                                  const std::vector<ReplicateObservation>& replicates,
                                                  const RunContext& context);

}  // namespace qpcr
