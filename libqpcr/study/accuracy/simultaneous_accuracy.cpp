// Simultaneous limits of sensitivity and specificity.
#include "libqpcr/study/accuracy/simultaneous_accuracy.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

double SimultaneousOptions::marginal_confidence() const {
  return rule == SimultaneousRule::sidak ? std::sqrt(confidence) : 1.0 - (1.0 - confidence) / 2.0;
}

void SimultaneousOptions::validate() const {
  check_fraction("confidence", confidence);
  SingleProportionOptions{marginal_confidence(), interval, sides}.validate();
}

SimultaneousAccuracy estimate_simultaneous_accuracy(const FourfoldTable& table, const SimultaneousOptions& options) {
  options.validate();
  for (const long count : {table.true_positive, table.false_positive, table.false_negative, table.true_negative}) {
    if (count < 0) refuse_value("fourfold table", fmt::format("{}", count), "counts of at least 0");
  }
  SimultaneousAccuracy made;
  made.confidence = options.confidence;
  made.marginal_confidence = options.marginal_confidence();
  const SingleProportionOptions each{made.marginal_confidence, options.interval, options.sides};
  made.sensitivity = table.cases() == 0 ? not_estimable("not_estimable_no_cases")
                                        : estimate_single_proportion(table.true_positive, table.cases(), each);
  made.specificity = table.controls() == 0 ? not_estimable("not_estimable_no_controls")
                                           : estimate_single_proportion(table.true_negative, table.controls(), each);
  return made;
}

}  // namespace qpcr
