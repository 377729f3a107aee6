// Ratio estimators and a bootstrap of subjects for clustered specimens.
#include "libqpcr/study/accuracy/clustered_accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libqpcr/math/bootstrap.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

/// The specimens of one subject in one group (cases or controls).
struct ClusterCount {
  long right = 0;
  long specimens = 0;
};

struct Subject {
  ClusterCount cases;
  ClusterCount controls;
};

using Group = ClusterCount Subject::*;

std::vector<Subject> gather_subjects(std::span<const ClusteredSpecimen> specimens) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<Subject> subjects;
  for (const ClusteredSpecimen& specimen : specimens) {
    if (specimen.subject.empty()) refuse_value("subject", "nothing", "an identifier of the subject");
    const auto [place, is_new] = places.emplace(specimen.subject, subjects.size());
    if (is_new) subjects.emplace_back();
    Subject& subject = subjects[place->second];
    ClusterCount& count = specimen.reference_positive ? subject.cases : subject.controls;
    ++count.specimens;
    if (specimen.test_positive == specimen.reference_positive) ++count.right;
  }
  return subjects;
}

double to_double(long count) { return static_cast<double>(count); }

/// Wilson's score interval of counts that need not be whole.
Interval effective_wilson(double share, double n, double z) {
  const double z2 = z * z;
  const double centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
  const double half_width = z / (1.0 + z2 / n) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
  return {std::max(0.0, centre - half_width), std::min(1.0, centre + half_width)};
}

/// Mean squares between and within subjects of the 0/1 results, for unequal numbers of specimens.
Estimate estimate_intraclass(const std::vector<Subject>& subjects, Group group, const ClusteredProportion& total) {
  const double n = to_double(total.specimens);
  const double k = to_double(total.subjects);
  if (total.subjects < 2 || total.specimens == total.subjects)
    return not_estimable("not_estimable_one_specimen_a_subject");
  const double p = to_double(total.right) / n;
  double between = 0.0;
  double within = 0.0;
  double squares = 0.0;
  for (const Subject& subject : subjects) {
    const ClusterCount& count = subject.*group;
    if (count.specimens == 0) continue;
    const double m = to_double(count.specimens);
    const double share = to_double(count.right) / m;
    between += m * (share - p) * (share - p);
    within += m * share * (1.0 - share);
    squares += m * m;
  }
  const double mean_between = between / (k - 1.0);
  const double mean_within = within / (n - k);
  const double size = (n - squares / n) / (k - 1.0);
  const double denominator = mean_between + (size - 1.0) * mean_within;
  if (denominator == 0.0) return not_estimable("not_estimable_no_variation_of_results");
  return make_estimate((mean_between - mean_within) / denominator, "not_estimable_no_variation_of_results");
}

/// k/(k−1)·Σ(xᵢ − p·mᵢ)(yᵢ − q·lᵢ)/(ΣmΣl) over the subjects that have any specimen.
double ratio_covariance(const std::vector<Subject>& subjects, Group first, const ClusteredProportion& of_first,
                        Group second, const ClusteredProportion& of_second) {
  const double p = to_double(of_first.right) / to_double(of_first.specimens);
  const double q = to_double(of_second.right) / to_double(of_second.specimens);
  double sum = 0.0;
  double clusters = 0.0;
  for (const Subject& subject : subjects) {
    const ClusterCount& one = subject.*first;
    const ClusterCount& other = subject.*second;
    if (one.specimens == 0 && other.specimens == 0) continue;
    clusters += 1.0;
    sum += (to_double(one.right) - p * to_double(one.specimens)) *
           (to_double(other.right) - q * to_double(other.specimens));
  }
  return clusters / (clusters - 1.0) * sum / (to_double(of_first.specimens) * to_double(of_second.specimens));
}

Estimate value_without_interval(double value, const std::string& why) {
  Estimate made;
  made.value = value;
  made.why_absent = Message{why, {}};
  return made;
}

Estimate bootstrap_share(const std::vector<Subject>& subjects, Group group, double value,
                         const ClusteredOptions& options) {
  if (options.replicates == 0) return value_without_interval(value, "interval_not_asked_for");
  std::vector<double> shares = run_replicates(static_cast<std::size_t>(options.replicates), options.seed,
                                              options.threads, [&](ResamplingStream& stream, std::size_t) {
                                                long right = 0;
                                                long specimens = 0;
                                                for (std::size_t i = 0; i < subjects.size(); ++i) {
                                                  const ClusterCount& count =
                                                      subjects[stream.index(subjects.size())].*group;
                                                  right += count.right;
                                                  specimens += count.specimens;
                                                }
                                                return to_double(right) / to_double(specimens);
                                              });
  shares.erase(std::remove_if(shares.begin(), shares.end(), [](double share) { return std::isnan(share); }),
               shares.end());
  if (shares.empty()) return value_without_interval(value, "interval_not_estimable_no_variation");
  Estimate made;
  made.value = value;
  made.interval = percentile_interval(shares, options.confidence);
  return made;
}

ClusteredProportion estimate_group(const std::vector<Subject>& subjects, Group group, const std::string& why_absent,
                                   const ClusteredOptions& options) {
  ClusteredProportion made;
  long all_right = 0;
  for (const Subject& subject : subjects) {
    const ClusterCount& count = subject.*group;
    made.right += count.right;
    made.specimens += count.specimens;
    if (count.specimens == 0) continue;
    ++made.subjects;
    if (count.right == count.specimens) ++all_right;
  }
  made.subjects_all_right = estimate_proportion(all_right, made.subjects, options.confidence, why_absent);
  if (made.specimens == 0) {
    for (Estimate* each :
         {&made.wilson, &made.wald, &made.bootstrap, &made.naive, &made.design_effect, &made.intraclass_correlation})
      *each = not_estimable(why_absent);
    return made;
  }
  const double n = to_double(made.specimens);
  const double p = to_double(made.right) / n;
  const double z = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  made.naive.value = p;
  made.naive.interval = wilson_interval(made.right, made.specimens, options.confidence);
  made.intraclass_correlation = estimate_intraclass(subjects, group, made);
  const bool constant = made.right == 0 || made.right == made.specimens;
  const double variance = made.subjects < 2 || constant ? 0.0 : ratio_covariance(subjects, group, made, group, made);
  if (variance <= 0.0) {
    const std::string why =
        made.subjects < 2 ? "interval_not_estimable_one_subject" : "interval_not_estimable_no_variation";
    for (Estimate* each : {&made.wilson, &made.wald, &made.bootstrap}) *each = value_without_interval(p, why);
    made.design_effect = not_estimable(why);
    return made;
  }
  const double error = std::sqrt(variance);
  const double effect = variance * n / (p * (1.0 - p));
  made.design_effect.value = effect;
  made.wilson.value = p;
  made.wilson.standard_error = error;
  made.wilson.interval = effective_wilson(p, n / effect, z);
  made.wald.value = p;
  made.wald.standard_error = error;
  const double t = student_t_upper_quantile((1.0 - options.confidence) / 2.0, to_double(made.subjects) - 1.0);
  made.wald.interval = Interval{std::max(0.0, p - t * error), std::min(1.0, p + t * error)};
  made.bootstrap = bootstrap_share(subjects, group, p, options);
  return made;
}

Estimate estimate_youden(const std::vector<Subject>& subjects, const ClusteredAccuracy& result) {
  const Estimate& sensitivity = result.sensitivity.wilson;
  const Estimate& specificity = result.specificity.wilson;
  if (!sensitivity.value || !specificity.value) return not_estimable("not_estimable_needs_cases_and_controls");
  const double value = *sensitivity.value + *specificity.value - 1.0;
  if (!sensitivity.standard_error || !specificity.standard_error)
    return value_without_interval(value, "interval_not_estimable_no_variation");
  const double covariance =
      ratio_covariance(subjects, &Subject::cases, result.sensitivity, &Subject::controls, result.specificity);
  const double variance = *sensitivity.standard_error * *sensitivity.standard_error +
                          *specificity.standard_error * *specificity.standard_error + 2.0 * covariance;
  if (variance <= 0.0) return value_without_interval(value, "interval_not_estimable_no_variation");
  Estimate made;
  made.value = value;
  made.standard_error = std::sqrt(variance);
  const double z = normal_upper_quantile((1.0 - result.confidence) / 2.0);
  made.interval =
      Interval{std::max(-1.0, value - z * *made.standard_error), std::min(1.0, value + z * *made.standard_error)};
  return made;
}

}  // namespace

void ClusteredOptions::validate() const {
  check_fraction("confidence", confidence);
  check_count("replicates", replicates, 0, 1'000'000);
}

ClusteredAccuracy estimate_clustered_accuracy(std::span<const ClusteredSpecimen> specimens,
                                              const ClusteredOptions& options) {
  options.validate();
  const std::vector<Subject> subjects = gather_subjects(specimens);
  ClusteredAccuracy made;
  made.confidence = options.confidence;
  made.subjects = static_cast<long>(subjects.size());
  made.sensitivity = estimate_group(subjects, &Subject::cases, "not_estimable_no_cases", options);
  made.specificity = estimate_group(subjects, &Subject::controls, "not_estimable_no_controls", options);
  made.table = {made.sensitivity.right, made.specificity.specimens - made.specificity.right,
                made.sensitivity.specimens - made.sensitivity.right, made.specificity.right};
  made.youden_index = estimate_youden(subjects, made);
  return made;
}

}  // namespace qpcr
