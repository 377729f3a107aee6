// Counts subjects by two tests and a reference, and compares the tests among cases and among controls.
#include "libqpcr/study/comparison/paired_accuracy.hpp"

#include <cmath>
#include <limits>
#include <unordered_set>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

double as_number(long count) { return static_cast<double>(count); }

Estimate estimate_share(long part, long whole, double z, const char* why) {
  if (whole == 0) return not_estimable(why);
  const double p = as_number(part) / as_number(whole);
  return wald_estimate(p, std::sqrt(p * (1.0 - p) / as_number(whole)), z, 0.0, 1.0);
}

/// (a/m)/(b/n).
Estimate estimate_ratio(long a, long m, long b, long n, double z) {
  if (m == 0 || n == 0) return not_estimable("not_estimable_needs_cases_and_controls");
  if (b == 0) return not_estimable("comparison_zero_denominator");
  const double p = as_number(a) / as_number(m);
  const double q = as_number(b) / as_number(n);
  if (a == 0) {
    Estimate made = make_estimate(0.0, "comparison_zero_denominator");
    made.why_absent = Message{"interval_not_estimable_zero_cell", {}};
    return made;
  }
  const double error = std::sqrt((1.0 - p) / as_number(a) + (1.0 - q) / as_number(b));
  Estimate made = log_scale_estimate(p / q, error, z);
  made.standard_error = error;
  return made;
}

SingleTestAccuracy estimate_single(const PairedAccuracyCounts& counts, double z) {
  const long tp = counts.cases.first_positive();
  const long fn = counts.cases.first_negative();
  const long fp = counts.controls.first_positive();
  const long tn = counts.controls.first_negative();
  return {estimate_share(tp, tp + fn, z, "not_estimable_no_cases"),
          estimate_share(tn, tn + fp, z, "not_estimable_no_controls"),
          estimate_share(tp, tp + fp, z, "not_estimable_no_test_positives"),
          estimate_share(tn, tn + fn, z, "not_estimable_no_test_negatives"),
          estimate_ratio(tp, tp + fn, fp, fp + tn, z),
          estimate_ratio(fn, tp + fn, tn, fp + tn, z)};
}

}  // namespace

CountedSubjects count_paired_subjects(std::span<const PairedSubject> subjects) {
  CountedSubjects made;
  std::unordered_set<std::string_view> seen;
  for (const PairedSubject& subject : subjects) {
    if (subject.count < 0) refuse_value("count", std::to_string(subject.count), "a count of at least 0");
    if (!subject.subject.empty() && !seen.insert(subject.subject).second) {
      ErrorContext context;
      context.line = subject.line;
      context.field = "subject";
      context.found = std::string(subject.subject);
      context.expected = "each subject once";
      throw Error(ErrorCode::duplicate_entry, context);
    }
    if (!subject.reference) {
      note_exclusion(made.exclusions, "comparison_missing_reference", subject.line);
    } else if (!subject.first || !subject.second) {
      note_exclusion(made.exclusions, "comparison_missing_test", subject.line);
    } else {
      PairedCounts& counts = *subject.reference ? made.counts.cases : made.counts.controls;
      (*subject.first ? (*subject.second ? counts.both_positive : counts.first_only)
                      : (*subject.second ? counts.second_only : counts.both_negative)) += subject.count;
    }
  }
  return made;
}

PairedAccuracyResult compare_paired_accuracy(const PairedAccuracyCounts& counts,
                                             const PairedProportionsOptions& options) {
  const double z = two_sided_z(options.confidence);
  PairedAccuracyResult result;
  result.confidence = options.confidence;
  result.counts = counts;
  result.sensitivity = compare_paired_proportions(counts.cases, options);
  result.specificity = compare_paired_proportions(counts.controls.mirrored(), options);
  result.first = estimate_single(counts, z);
  result.second = estimate_single(counts.swapped(), z);
  return result;
}

}  // namespace qpcr
