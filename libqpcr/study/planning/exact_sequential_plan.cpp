// Exact binomial recursion over looks.
#include "libqpcr/study/planning/exact_sequential_plan.hpp"

#include <algorithm>

#include "libqpcr/study/planning/target_value_plan.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long most_exact_subjects = 20'000;

/// Probabilities of each count in studies that go on.
class Ongoing {
 public:
  explicit Ongoing(double rate) : rate_(rate) {}

  void enrol(long subjects) {
    const long added = subjects - std::ssize(masses_) + 1;
    std::vector<double> steps;
    for (long k = 0; k <= added; ++k) steps.push_back(binomial_mass(k, added, rate_));
    std::vector<double> next(static_cast<std::size_t>(subjects) + 1, 0.0);
    for (std::size_t from = 0; from < masses_.size(); ++from) {
      if (masses_[from] == 0.0) continue;
      for (std::size_t k = 0; k < steps.size(); ++k) next[from + k] += masses_[from] * steps[k];
    }
    masses_ = std::move(next);
  }

  double upper(long from) const {
    double sum = 0.0;
    for (long k = std::ssize(masses_) - 1; k >= std::max(0L, from); --k) sum += masses_[static_cast<std::size_t>(k)];
    return sum;
  }

  /// Smallest count from which on at most `allowed` lies.
  long find_critical(double allowed) const {
    double sum = 0.0;
    long critical = std::ssize(masses_);
    while (critical > 0 && sum + masses_[static_cast<std::size_t>(critical) - 1] <= allowed) {
      --critical;
      sum += masses_[static_cast<std::size_t>(critical)];
    }
    return critical;
  }

  /// Ends the studies with counts of at least `from`. @return their probability.
  double stop_from(long from) {
    const double stopped = upper(from);
    for (long k = from; k < std::ssize(masses_); ++k) masses_[static_cast<std::size_t>(k)] = 0.0;
    return stopped;
  }

  double stop_until(long last) {
    double stopped = 0.0;
    for (long k = 0; k <= std::min(last, static_cast<long>(std::ssize(masses_)) - 1); ++k) {
      stopped += masses_[static_cast<std::size_t>(k)];
      masses_[static_cast<std::size_t>(k)] = 0.0;
    }
    return stopped;
  }

 private:
  double rate_;
  std::vector<double> masses_{1.0};
};

}  // namespace

void ExactSequentialOptions::validate() const {
  TargetValueOptions{target, expected, one_sided_alpha, 0.5}.validate();
  spend_alpha(spending, 1.0, one_sided_alpha);
  if (looks.empty() || looks.size() > 50) refuse_value("looks", "too few or many", "1 to 50 looks");
  long last = 0;
  for (const long look : looks) {
    check_count("looks", look, last + 1, most_exact_subjects);
    last = look;
  }
  if (futility.empty()) return;
  if (futility.size() + 1 != looks.size()) refuse_value("futility", "another number", "one for each look but the last");
  for (std::size_t k = 0; k < futility.size(); ++k) check_count("futility", futility[k], -1, looks[k]);
}

ExactSequentialPlan derive_exact_sequential_plan(const ExactSequentialOptions& options) {
  options.validate();
  ExactSequentialPlan plan;
  plan.counts_failures = options.expected < options.target;
  const double target = plan.counts_failures ? 1.0 - options.target : options.target;
  const double expected = plan.counts_failures ? 1.0 - options.expected : options.expected;
  Ongoing binding_free(target);  // under the target, never stopping for futility: holds the type I error
  Ongoing under_target(target);
  Ongoing under_expected(expected);
  double alpha = 0.0;
  double power = 0.0;
  double futile = 0.0;
  double stopped_under_target = 0.0;
  long before = 0;
  for (std::size_t k = 0; k < options.looks.size(); ++k) {
    const long subjects = options.looks[k];
    const double fraction = static_cast<double>(subjects) / static_cast<double>(options.looks.back());
    plan.expected_subjects_under_target += (1.0 - stopped_under_target) * static_cast<double>(subjects - before);
    plan.expected_subjects_under_expected += (1.0 - power - futile) * static_cast<double>(subjects - before);
    before = subjects;
    for (Ongoing* each : {&binding_free, &under_target, &under_expected}) each->enrol(subjects);
    ExactSequentialLook look;
    look.subjects = subjects;
    look.alpha_allowed = spend_alpha(options.spending, fraction, options.one_sided_alpha);
    look.critical = binding_free.find_critical(look.alpha_allowed - alpha);
    // A count that stops for futility cannot reject.
    if (k < options.futility.size()) look.critical = std::max(look.critical, options.futility[k] + 1);
    look.cumulative_alpha = alpha += binding_free.stop_from(look.critical);
    look.cumulative_power = power += under_expected.stop_from(look.critical);
    stopped_under_target += under_target.stop_from(look.critical);
    if (k < options.futility.size()) {
      futile += under_expected.stop_until(options.futility[k]);
      stopped_under_target += under_target.stop_until(options.futility[k]);
    }
    look.cumulative_futility = futile;
    plan.looks.push_back(look);
  }
  plan.size = alpha;
  plan.power = power;
  return plan;
}

double derive_conditional_power(long count, long seen, long planned, long critical, double rate) {
  check_count("seen", seen, 0);
  check_count("count", count, 0, seen);
  check_count("planned", planned, seen);
  check_count("critical", critical, 0, planned + 1);
  if (!(rate >= 0.0 && rate <= 1.0)) refuse_option("rate", rate, "from 0 to 1");
  return binomial_upper_tail(critical - count, planned - seen, rate);
}

}  // namespace qpcr
