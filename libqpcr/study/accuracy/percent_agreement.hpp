// Agreement with a comparator that is no reference standard: never called sensitivity, specificity or accuracy.
#pragma once

#include <string_view>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

namespace qpcr {

/// Subjects by the new test and by the comparator.
struct AgreementTable {
  long both_positive = 0;
  long new_positive_only = 0;
  long comparator_positive_only = 0;
  long both_negative = 0;

  bool operator==(const AgreementTable&) const = default;
  long comparator_positive() const { return both_positive + comparator_positive_only; }
  long comparator_negative() const { return new_positive_only + both_negative; }
  long total() const { return comparator_positive() + comparator_negative(); }
};

/// Positive, negative and overall percent agreement (FDA 2007; CLSI EP12), with what does not favour either test.
struct PercentAgreement {
  std::string_view method = "percent_agreement";
  double confidence = 0.95;
  AgreementTable table;
  Proportion positive;        ///< both positive / comparator positive
  Proportion negative;        ///< both negative / comparator negative
  Proportion overall;         ///< both the same / all
  Estimate average_positive;  ///< 2a/(2a+b+c): the same whichever test is called the comparator
  Estimate average_negative;  ///< 2d/(2d+b+c)
  Estimate kappa;
};

/// Average agreements have the interval of their logit, ln(2a/(b+c)) ± z √(1/a + 1/(b+c)) (delta method on the
/// multinomial; Graham & Bull 1998, Journal of Clinical Epidemiology). Tested in
/// tests/study/accuracy/test_percent_agreement.cpp.
/// @throws Error invalid_option (confidence), invalid_value (negative count).
PercentAgreement estimate_percent_agreement(const AgreementTable& table, double confidence);

}  // namespace qpcr
