// Inner steps of a call: replicates, quantities, values, rules, with imputed Cqs taken at one of three strengths.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/call.hpp"

namespace qpcr {

/// How much an imputed Cq is believed.
enum class Imputation {
  as_defined,  ///< the number the definition gives
  unknown,     ///< not at all
  only_later,  ///< later than the target's maximum, no more
};

/// A number the rules see, known fully, in part or not at all.
struct Quantity {
  ValueRange range;
  bool invalid = false;  ///< an invalid observation is among its parts
  bool unknown = false;  ///< something missing, bounded or discordant is among its parts
  std::optional<Message> why;

  bool is_known() const { return range.is_point() && !invalid && !unknown; }
};

struct RuleEvaluation {
  Truth truth = Truth::unknown;
  bool gray = false;
  Quantity quantity;                ///< of the sample; not used by rules within replicates
  std::vector<Truth> replicates;    ///< rules within replicates: one per expected well
  std::optional<Message> why_open;  ///< why it is unknown or invalid
};

/// The wells of one tube of one sample.
struct TubeEvaluation {
  std::vector<const ReplicateObservation*> valid;
  int expected = 1;
  int present = 0;
  bool invalid = false;
  std::vector<Message> faults;      ///< why wells or the tube are invalid
  std::vector<Message> exceptions;  ///< limits that failed and were excused
  std::vector<Message> left_out;    ///< observations of valid replicates that enter no mean
};

struct Evaluation {
  std::map<std::string, TubeEvaluation> tubes;
  std::map<std::string, Quantity> quantities;  ///< targets, covariates and values, by identifier
  std::map<std::string, RuleEvaluation> rules;
  std::vector<Message> refusals;  ///< required covariates that are missing
  Truth truth = Truth::invalid;
};

/// @throws Error invalid_value for a covariate outside its range or with an unknown code.
Evaluation evaluate_sample(const AssayDefinition& definition, const SampleObservation& sample, Imputation imputation);

}  // namespace qpcr
