// From observations to the truth of every rule.
#include "libqpcr/assay/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

using Quantities = std::map<std::string, Quantity>;

Quantity known(double value) {
  Quantity quantity;
  quantity.range = ValueRange::point(value);
  return quantity;
}

Quantity unusable(Message why) {
  Quantity quantity;
  quantity.range = ValueRange::everything();
  quantity.invalid = true;
  quantity.why = std::move(why);
  return quantity;
}

Quantity open(const ValueRange& range, std::optional<Message> why) {
  Quantity quantity;
  quantity.range = range;
  quantity.unknown = true;
  quantity.why = std::move(why);
  return quantity;
}

/// The flags and the first explanation of both.
void take_flags(Quantity& into, const Quantity& from) {
  // An invalid part explains more than a missing one: it asks for a repeat.
  if (from.why && (!into.why || (from.invalid && !into.invalid))) into.why = from.why;
  into.invalid = into.invalid || from.invalid;
  into.unknown = into.unknown || from.unknown;
}

Quantity sum(const Quantity& left, const Quantity& right) {
  Quantity total = left;
  total.range = add(left.range, right.range);
  take_flags(total, right);
  return total;
}

Quantity multiplied(const Quantity& quantity, double factor) {
  Quantity product = quantity;
  product.range = scale(quantity.range, factor);
  return product;
}

Quantity mean(const std::vector<Quantity>& parts) {
  Quantity total = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) total = sum(total, parts[i]);
  const auto count = static_cast<double>(parts.size());
  total.range.lower /= count;
  total.range.upper /= count;
  return total;
}

double transformed(Transform transform, double value) {
  switch (transform) {
    case Transform::none:
      return value;
    case Transform::log10:
      return std::log10(value);
    case Transform::ln:
      return std::log(value);
    case Transform::sqrt:
      return std::sqrt(value);
    case Transform::exp:
      return std::exp(value);
  }
  return value;
}

double logistic(double exponent) { return 1.0 / (1.0 + std::exp(-exponent)); }

class SampleEvaluator {
 public:
  SampleEvaluator(const AssayDefinition& definition, const SampleObservation& sample, Imputation imputation)
      : definition_(definition), sample_(sample), imputation_(imputation) {}

  Evaluation run() {
    for (const AssayTarget& target : definition_.targets) {
      if (!result_.tubes.contains(target.tube)) result_.tubes[target.tube] = evaluate_tube(target.tube);
    }
    for (const AssayTarget& target : definition_.targets) {
      const TubeEvaluation& tube = result_.tubes[target.tube];
      result_.quantities[target.id] = combine_replicates(target, tube, tube.valid);
    }
    for (auto& [name, tube] : result_.tubes) note_left_out(tube);
    for (const CovariateDefinition& covariate : definition_.covariates) {
      result_.quantities[covariate.id] = read_covariate(covariate);
    }
    for (const ValueDefinition& value : definition_.values) {
      result_.quantities[value.id] =
          value.kind == ValueKind::delta_cq ? derive_paired_delta(value) : derive_value(value, result_.quantities);
    }
    for (const RuleDefinition& rule : definition_.rules) result_.rules[rule.id] = evaluate_rule(rule);
    if (!result_.refusals.empty() || !definition_.positive) {
      result_.truth = Truth::invalid;
    } else {
      result_.truth = evaluate(*definition_.positive,
                               [this](std::string_view rule) { return result_.rules.at(std::string(rule)).truth; });
    }
    return std::move(result_);
  }

 private:
  const CqObservation& observation(const ReplicateObservation& replicate, const std::string& target) const {
    static const CqObservation absent;
    const auto found = replicate.targets.find(target);
    return found == replicate.targets.end() ? absent : found->second;
  }

  TubeEvaluation evaluate_tube(const std::string& name) const {
    TubeEvaluation tube;
    tube.expected = definition_.replicates.count;
    for (const ReplicateObservation& replicate : sample_.replicates) {
      if (replicate.tube != name) continue;
      ++tube.present;
      if (is_valid(replicate, tube)) tube.valid.push_back(&replicate);
    }
    const std::string expected = std::to_string(tube.expected);
    if (tube.present > tube.expected) {
      tube.invalid = true;
      tube.faults.insert(
          tube.faults.begin(),
          Message{"too_many_replicates", {{"found", std::to_string(tube.present)}, {"expected", expected}}});
    } else if (tube.present < tube.expected) {
      tube.faults.push_back({"replicates_missing", {{"found", std::to_string(tube.present)}, {"expected", expected}}});
    }
    if (static_cast<int>(tube.valid.size()) < definition_.replicates.minimum_valid) {
      tube.invalid = true;
      tube.faults.push_back({"too_few_valid_replicates",
                             {{"found", std::to_string(tube.valid.size())},
                              {"expected", std::to_string(definition_.replicates.minimum_valid)}}});
    }
    return tube;
  }

  bool is_valid(const ReplicateObservation& replicate, TubeEvaluation& tube) const {
    bool valid = true;
    for (const ValidityRule& rule : definition_.validity) {
      const AssayTarget* target = find_target(definition_, rule.limit.target);
      if (target == nullptr || target->tube != replicate.tube) continue;
      const CqObservation& seen = observation(replicate, rule.limit.target);
      if (satisfies(definition_, rule.limit, seen)) continue;
      Message message = describe_failure(rule, replicate, seen);
      if (is_excused(rule, replicate)) {
        message.id = "validity_exception";
        message.values.emplace_back("beside", rule.exception_target);
        tube.exceptions.push_back(std::move(message));
      } else {
        valid = false;
        tube.faults.push_back(std::move(message));
      }
    }
    return valid;
  }

  bool is_excused(const ValidityRule& rule, const ReplicateObservation& replicate) const {
    if (rule.exception_target.empty()) return false;
    const AssayTarget* beside = find_target(definition_, rule.exception_target);
    const CqObservation& seen = observation(replicate, rule.exception_target);
    // A control that was not measured at all, or whose curve is unusable, is no drop-out beside a strong target.
    const TargetReading control = read_target(definition_, *find_target(definition_, rule.limit.target),
                                              observation(replicate, rule.limit.target));
    return (control.detected || control.not_detected) && read_target(definition_, *beside, seen).detected &&
           *seen.cq_cycles <= *rule.exception_at_most;
  }

  static Message describe_failure(const ValidityRule& rule, const ReplicateObservation& replicate,
                                  const CqObservation& seen) {
    Message message{seen.cq_cycles ? "internal_control_out_of_window" : "internal_control_absent",
                    {{"target", rule.limit.target}, {"well", replicate.well}}};
    if (seen.cq_cycles) message.values.emplace_back("cq", format_fixed(*seen.cq_cycles, 2));
    if (!seen.cq_cycles) message.values.emplace_back("status", std::string(to_string(seen.status)));
    message.values.emplace_back("limit", render_limit(rule.limit));
    return message;
  }

  /// Nothing when the policy says that the observation is left out.
  std::optional<Quantity> read(const AssayTarget& target, const ReplicateObservation& replicate) const {
    const CqObservation& seen = observation(replicate, target.id);
    const TargetReading reading = read_target(definition_, target, seen);
    if (reading.detected) return known(*seen.cq_cycles);
    if (!reading.not_detected) {
      return unusable(
          {"target_not_readable",
           {{"target", target.id}, {"well", replicate.well}, {"status", std::string(to_string(seen.status))}}});
    }
    const Message absent{"target_not_detected", {{"target", target.id}, {"well", replicate.well}}};
    ValueRange later = ValueRange::everything();
    later.lower = effective_maximum_cq(definition_, target);
    switch (target.not_detected.policy) {
      case NotDetectedPolicy::exclude:
        return std::nullopt;
      case NotDetectedPolicy::fail:
        return unusable({"not_detected_fails", {{"target", target.id}, {"well", replicate.well}}});
      case NotDetectedPolicy::censor:
        later.lower = target.not_detected.cycles.value_or(later.lower);
        return open(later, absent);
      case NotDetectedPolicy::impute:
        if (imputation_ == Imputation::only_later) return open(later, absent);
        if (imputation_ == Imputation::unknown) return open(ValueRange::everything(), absent);
        return known(*reading.used_cq_cycles);
    }
    return unusable(absent);
  }

  using Replicates = std::vector<const ReplicateObservation*>;

  Message tube_fault(const AssayTarget& target, const TubeEvaluation& tube) const {
    return tube.faults.empty() ? Message{"sample_not_measured", {{"target", target.id}}} : tube.faults.front();
  }

  /// Whether the target says something in a well, be it "not detected".
  bool is_readable(const AssayTarget& target, const ReplicateObservation& replicate) const {
    const TargetReading reading = read_target(definition_, target, observation(replicate, target.id));
    return reading.detected || reading.not_detected;
  }

  /// A target detected in some wells and not in others is no average of both, unless absent wells are left out by the
  /// definition, or fail.
  std::optional<Message> find_discordance(const AssayTarget& target, const Replicates& replicates) const {
    const NotDetectedPolicy policy = target.not_detected.policy;
    if (policy == NotDetectedPolicy::exclude || policy == NotDetectedPolicy::fail) return std::nullopt;
    int detected = 0;
    int absent = 0;
    for (const ReplicateObservation* replicate : replicates) {
      const TargetReading reading = read_target(definition_, target, observation(*replicate, target.id));
      detected += reading.detected ? 1 : 0;
      absent += reading.not_detected ? 1 : 0;
    }
    if (detected == 0 || absent == 0) return std::nullopt;
    return Message{
        "replicates_discordant",
        {{"target", target.id}, {"detected", std::to_string(detected)}, {"not_detected", std::to_string(absent)}}};
  }

  /// Between the earliest Cq seen and what stands in for none: calls are made only where all of it agrees.
  ValueRange bound_discordant(const AssayTarget& target, const Replicates& replicates) const {
    ValueRange range = ValueRange::everything();
    if (imputation_ == Imputation::unknown) return range;
    for (const ReplicateObservation* replicate : replicates) {
      const CqObservation& seen = observation(*replicate, target.id);
      if (!read_target(definition_, target, seen).detected) continue;
      range.lower = std::isfinite(range.lower) ? std::min(range.lower, *seen.cq_cycles) : *seen.cq_cycles;
    }
    if (imputation_ == Imputation::as_defined && target.not_detected.policy == NotDetectedPolicy::impute) {
      range.upper = *target.not_detected.cycles;
    }
    return range;
  }

  Quantity combine_replicates(const AssayTarget& target, const TubeEvaluation& tube,
                              const Replicates& replicates) const {
    if (tube.invalid) return unusable(tube_fault(target, tube));
    Replicates readable;
    std::vector<Quantity> usable;
    std::optional<Quantity> failed;
    int left_out = 0;
    for (const ReplicateObservation* replicate : replicates) {
      std::optional<Quantity> quantity = read(target, *replicate);
      if (!quantity) {
        ++left_out;
      } else if (quantity->invalid) {
        failed = failed ? failed : std::move(quantity);
      } else {
        usable.push_back(*std::move(quantity));
        readable.push_back(replicate);
      }
    }
    if (static_cast<int>(usable.size()) + left_out < definition_.replicates.minimum_valid) {
      return failed ? *failed : unusable(tube_fault(target, tube));
    }
    if (usable.empty())
      return open(ValueRange::everything(), Message{"not_detected_excluded", {{"target", target.id}}});
    if (std::optional<Message> discordance = find_discordance(target, readable)) {
      return open(bound_discordant(target, readable), std::move(discordance));
    }
    if (target.maximum_spread_cycles) {
      double latest = usable.front().range.lower;
      double earliest = usable.front().range.upper;
      for (const Quantity& quantity : usable) {
        latest = std::max(latest, quantity.range.lower);
        earliest = std::min(earliest, quantity.range.upper);
      }
      if (latest - earliest > *target.maximum_spread_cycles) {
        return open(ValueRange::everything(), Message{"replicates_disagree",
                                                      {{"target", target.id},
                                                       {"spread", format_fixed(latest - earliest, 2)},
                                                       {"limit", format_double(*target.maximum_spread_cycles)}}});
      }
    }
    return mean(usable);
  }

  /// Targets that are unreadable in a valid replicate, which is averaged without them.
  void note_left_out(TubeEvaluation& tube) const {
    for (const ReplicateObservation* replicate : tube.valid) {
      for (const AssayTarget& target : definition_.targets) {
        if (target.tube != replicate->tube || target.role == TargetRole::internal_control) continue;
        if (is_readable(target, *replicate)) continue;
        tube.left_out.push_back({"replicate_left_out",
                                 {{"target", target.id},
                                  {"well", replicate->well},
                                  {"status", std::string(to_string(observation(*replicate, target.id).status))}}});
      }
    }
  }

  /// Target and references of one tube over the same wells: a well that lacks one of them drops out for all.
  Quantity derive_paired_delta(const ValueDefinition& value) const {
    const AssayTarget& target = *find_target(definition_, value.target);
    const TubeEvaluation& tube = result_.tubes.at(target.tube);
    Replicates paired;
    for (const ReplicateObservation* replicate : tube.valid) {
      bool complete = is_readable(target, *replicate);
      for (const std::string& reference : value.references) {
        const AssayTarget& other = *find_target(definition_, reference);
        complete = complete && (other.tube != target.tube || is_readable(other, *replicate));
      }
      if (complete) paired.push_back(replicate);
    }
    // With every well lacking something the unpaired quantities say why.
    const bool all = paired.size() == tube.valid.size() || paired.empty();
    const auto quantity = [&](const std::string& id) {
      const AssayTarget& part = *find_target(definition_, id);
      return all || part.tube != target.tube ? result_.quantities.at(id) : combine_replicates(part, tube, paired);
    };
    std::vector<Quantity> references;
    for (const std::string& reference : value.references) references.push_back(quantity(reference));
    return sum(quantity(value.target), multiplied(mean(references), -1));
  }

  [[noreturn]] static void refuse_covariate(const CovariateDefinition& covariate, const CovariateValue& value,
                                            std::string expected) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = covariate.id,
                                           .field = {},
                                           .found = value.text,
                                           .expected = std::move(expected),
                                           .problem = {}});
  }

  Quantity read_covariate(const CovariateDefinition& covariate) {
    const auto found = sample_.covariates.find(covariate.id);
    if (found == sample_.covariates.end()) return missing_covariate(covariate);
    const CovariateValue& value = found->second;
    if (covariate.kind == CovariateKind::category) {
      const auto code = covariate.coding.find(value.category);
      if (code == covariate.coding.end()) refuse_covariate(covariate, value, "a code of the definition");
      return known(code->second);
    }
    if (!(value.range.lower >= *covariate.minimum && value.range.upper <= *covariate.maximum &&
          value.range.lower <= value.range.upper)) {
      refuse_covariate(covariate, value,
                       format_double(*covariate.minimum) + " to " + format_double(*covariate.maximum));
    }
    const ValueRange range =
        map_monotone(value.range, true, [&](double x) { return transformed(covariate.transform, x); });
    if (range.is_point()) return known(range.lower);
    return open(range, Message{"covariate_bounded", {{"covariate", covariate.id}, {"value", value.text}}});
  }

  Quantity missing_covariate(const CovariateDefinition& covariate) {
    const Message why{"covariate_missing", {{"covariate", covariate.id}}};
    if (covariate.missing == MissingPolicy::refuse) result_.refusals.push_back(why);
    ValueRange range;
    if (covariate.kind == CovariateKind::category) {
      const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
      range.lower = std::min_element(covariate.coding.begin(), covariate.coding.end(), less)->second;
      range.upper = std::max_element(covariate.coding.begin(), covariate.coding.end(), less)->second;
    } else {
      range.lower = transformed(covariate.transform, *covariate.minimum);
      range.upper = transformed(covariate.transform, *covariate.maximum);
    }
    return open(range, why);
  }

  /// Adds the values of the definition to the quantities of the targets of one replicate and of the covariates.
  void derive_values(Quantities& quantities) const {
    for (const ValueDefinition& value : definition_.values) quantities[value.id] = derive_value(value, quantities);
  }

  static Quantity derive_value(const ValueDefinition& value, const Quantities& quantities) {
    if (value.kind == ValueKind::delta_cq) {
      std::vector<Quantity> references;
      for (const std::string& reference : value.references) references.push_back(quantities.at(reference));
      return sum(quantities.at(value.target), multiplied(mean(references), -1));
    }
    if (value.kind == ValueKind::max_of_sigmoids) {
      std::optional<Quantity> highest;
      for (const Sigmoid& sigmoid : value.sigmoids) {
        Quantity term = quantities.at(sigmoid.value);
        term.range = map_monotone(term.range, sigmoid.slope > 0, [&](double x) {
          return value.scale * logistic(sigmoid.slope * (x - sigmoid.centre));
        });
        if (highest) {
          term.range = max(highest->range, term.range);
          take_flags(term, *highest);
        }
        highest = std::move(term);
      }
      return *highest;
    }
    Quantity total = known(value.intercept);
    for (const auto& [id, coefficient] : value.terms) {
      if (coefficient != 0) total = sum(total, multiplied(quantities.at(id), coefficient));
    }
    if (value.kind == ValueKind::logistic) {
      total.range = map_monotone(total.range, true, [&](double x) { return value.scale * logistic(x); });
    }
    return total;
  }

  static Truth judge(const RuleDefinition& rule, const Quantity& quantity, bool& gray) {
    switch (compare(rule, quantity.range)) {
      case Comparand::holds:
        return Truth::yes;
      case Comparand::fails:
        return Truth::no;
      case Comparand::gray:
        gray = true;
        return Truth::unknown;
      case Comparand::undecided:
        break;
    }
    return quantity.invalid ? Truth::invalid : Truth::unknown;
  }

  RuleEvaluation evaluate_rule(const RuleDefinition& rule) const {
    if (rule.at_least_replicates) return evaluate_in_replicates(rule);
    RuleEvaluation evaluation;
    evaluation.quantity = result_.quantities.at(rule.value);
    evaluation.truth = judge(rule, evaluation.quantity, evaluation.gray);
    if (evaluation.gray) {
      evaluation.why_open = Message{"gray_zone",
                                    {{"value_name", rule.value},
                                     {"value", format_fixed(evaluation.quantity.range.lower, 2)},
                                     {"lower", format_double(rule.gray->lower)},
                                     {"upper", format_double(rule.gray->upper)}}};
    } else if (evaluation.truth != Truth::yes && evaluation.truth != Truth::no) {
      evaluation.why_open = evaluation.quantity.why;
    }
    return evaluation;
  }

  /// The tube that the targets behind a quantity share; check_assay() has seen to it that there is one.
  std::string find_tube(const std::string& id) const {
    if (const AssayTarget* target = find_target(definition_, id)) return target->tube;
    const ValueDefinition* value = find_value(definition_, id);
    if (value == nullptr) return {};
    if (value->kind == ValueKind::delta_cq) return find_tube(value->target);
    for (const auto& [term, coefficient] : value->terms) {
      if (const std::string tube = find_tube(term); coefficient != 0 && !tube.empty()) return tube;
    }
    for (const Sigmoid& sigmoid : value->sigmoids) {
      if (const std::string tube = find_tube(sigmoid.value); !tube.empty()) return tube;
    }
    return {};
  }

  RuleEvaluation evaluate_in_replicates(const RuleDefinition& rule) const {
    RuleEvaluation evaluation;
    const TubeEvaluation& tube = result_.tubes.at(find_tube(rule.value));
    if (!tube.invalid) {
      for (const ReplicateObservation* replicate : tube.valid) {
        Quantities quantities;
        for (const AssayTarget& target : definition_.targets) {
          quantities[target.id] = unusable({"target_in_other_tube", {{"target", target.id}}});
          if (target.tube != replicate->tube) continue;
          quantities[target.id] =
              read(target, *replicate)
                  .value_or(open(ValueRange::everything(), Message{"not_detected_excluded", {{"target", target.id}}}));
        }
        for (const CovariateDefinition& covariate : definition_.covariates) {
          quantities[covariate.id] = result_.quantities.at(covariate.id);
        }
        derive_values(quantities);
        const Quantity& quantity = quantities.at(rule.value);
        evaluation.replicates.push_back(judge(rule, quantity, evaluation.gray));
        const bool decided = evaluation.replicates.back() == Truth::yes || evaluation.replicates.back() == Truth::no;
        if (!decided && !evaluation.why_open) evaluation.why_open = quantity.why;
      }
    }
    while (static_cast<int>(evaluation.replicates.size()) < tube.expected) {
      evaluation.replicates.push_back(Truth::invalid);
      if (!tube.faults.empty()) evaluation.why_open = tube.faults.front();
    }
    evaluation.truth = at_least(*rule.at_least_replicates, evaluation.replicates);
    if (evaluation.truth == Truth::yes || evaluation.truth == Truth::no) evaluation.why_open.reset();
    return evaluation;
  }

  const AssayDefinition& definition_;
  const SampleObservation& sample_;
  Imputation imputation_;
  Evaluation result_;
};

}  // namespace

Evaluation evaluate_sample(const AssayDefinition& definition, const SampleObservation& sample, Imputation imputation) {
  return SampleEvaluator(definition, sample, imputation).run();
}

}  // namespace qpcr
