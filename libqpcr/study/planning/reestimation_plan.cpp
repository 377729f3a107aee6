// Blinded re-estimation of the size of a study from its prevalence.
#include "libqpcr/study/planning/reestimation_plan.hpp"

#include "libqpcr/study/accuracy/single_proportion.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

void ReestimationOptions::validate() const {
  check_count("enrolled", enrolled, 1);
  check_count("planned", planned, enrolled);
  check_count("cases", cases, 0, enrolled);
  check_count("needed_cases", needed_cases, 1);
  check_fraction("assurance", assurance);
}

ReestimationPlan derive_reestimation_plan(const ReestimationOptions& options) {
  options.validate();
  ReestimationPlan plan;
  plan.prevalence = estimate_single_proportion(options.cases, options.enrolled, {});
  const double rate = *plan.prevalence.value;
  const long missing = options.needed_cases - options.cases;
  const auto chance = [&](long total) { return binomial_upper_tail(missing, total - options.enrolled, rate); };
  plan.assurance_as_planned = chance(options.planned);
  if (plan.assurance_as_planned >= options.assurance) {
    plan.subjects.subjects = options.planned;
    plan.subjects.power = plan.assurance_as_planned;
    return plan;
  }
  if (rate == 0.0) {
    plan.subjects = plan_size_absent("plan_no_case_yet");
    return plan;
  }
  constexpr long most_subjects = 1'000'000'000;
  long none = options.planned;
  long enough = 2 * options.planned;
  while (enough <= most_subjects && chance(enough) < options.assurance) {
    none = enough;
    enough *= 2;
  }
  if (enough > most_subjects) {
    plan.subjects = plan_size_absent("plan_too_many_subjects");
    return plan;
  }
  while (enough - none > 1) {
    const long middle = none + (enough - none) / 2;
    (chance(middle) >= options.assurance ? enough : none) = middle;
  }
  plan.subjects.subjects = enough;
  plan.subjects.power = chance(enough);
  return plan;
}

}  // namespace qpcr
