// Counts replicates by level and group and describes their Cq.
#include "libqpcr/study/precision/qualitative_precision.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/precision/cv_interval.hpp"

namespace qpcr {
namespace {

Estimate estimate_percent(long numerator, long denominator, double confidence) {
  Estimate made;
  made.value = 100.0 * static_cast<double>(numerator) / static_cast<double>(denominator);
  const Interval limits = wilson_interval(numerator, denominator, confidence);
  made.interval = Interval{100.0 * limits.lower, 100.0 * limits.upper};
  return made;
}

QualitativePrecisionRow make_row(const std::vector<const QualitativeReplicate*>& replicates, double confidence) {
  QualitativePrecisionRow row;
  row.level = replicates.front()->level;
  std::vector<double> cq;
  for (const QualitativeReplicate* one : replicates) {
    ++row.replicates;
    row.positive += *one->positive ? 1 : 0;
    if (one->cq) cq.push_back(*one->cq);
    if (!one->expected) continue;
    if (row.expected && row.expected != one->expected)
      refuse_request(ErrorCode::invalid_value, "expected", fmt::format("level {} expected both ways", row.level),
                     "one expected result a level");
    row.expected = one->expected;
  }
  row.percent_positive = estimate_percent(row.positive, row.replicates, confidence);
  row.percent_agreement = row.expected ? estimate_percent(*row.expected ? row.positive : row.replicates - row.positive,
                                                          row.replicates, confidence)
                                       : not_estimable("not_estimable_no_expected_result");
  const CvResult scatter = estimate_cv(cq, confidence);
  row.cq_values = scatter.values;
  row.cq_mean = scatter.mean;
  row.cq_sd = scatter.sd;
  row.cq_cv = scatter.cv_vangel;
  return row;
}

}  // namespace

QualitativePrecisionResult estimate_qualitative_precision(const std::vector<QualitativeReplicate>& replicates,
                                                          double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence), "a number between 0 and 1");
  QualitativePrecisionResult result;
  std::vector<std::string> levels;
  std::vector<std::string> groups;
  std::vector<const QualitativeReplicate*> used;
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    const QualitativeReplicate& one = replicates[i];
    if (one.cq && !std::isfinite(*one.cq))
      refuse_request(ErrorCode::invalid_value, "cq", "not finite", "finite Cq or none");
    if (!one.positive) {
      result.excluded.push_back(i);
      continue;
    }
    used.push_back(&one);
    if (std::find(levels.begin(), levels.end(), one.level) == levels.end()) levels.push_back(one.level);
    if (std::find(groups.begin(), groups.end(), one.group) == groups.end()) groups.push_back(one.group);
  }
  if (used.empty()) refuse_request(ErrorCode::invalid_value, "replicates", "none with a result", "at least one");
  for (const std::string& level : levels) {
    std::vector<const QualitativeReplicate*> of_level;
    for (const QualitativeReplicate* one : used)
      if (one->level == level) of_level.push_back(one);
    result.rows.push_back(make_row(of_level, confidence));
    if (groups.size() < 2) continue;
    for (const std::string& group : groups) {
      std::vector<const QualitativeReplicate*> of_group;
      for (const QualitativeReplicate* one : of_level)
        if (one->group == group) of_group.push_back(one);
      if (of_group.empty()) continue;
      result.rows.push_back(make_row(of_group, confidence));
      result.rows.back().group = group;
    }
  }
  return result;
}

}  // namespace qpcr
