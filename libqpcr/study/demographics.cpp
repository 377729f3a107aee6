// Counting and summarising characteristics of subjects.
#include "libqpcr/study/demographics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace qpcr {
namespace {

constexpr double low_afp_ng_ml = 20.0;
constexpr double high_afp_ng_ml = 400.0;

void count_afp(AfpClasses& classes, const std::optional<BoundedValue>& afp) {
  if (!afp) {
    ++classes.missing;
    return;
  }
  const double value = afp->value;
  switch (afp->bound) {
    case Bound::exact:
      if (value < low_afp_ng_ml) {
        ++classes.below_20;
      } else {
        ++(value <= high_afp_ng_ml ? classes.from_20_to_400 : classes.above_400);
      }
      return;
    case Bound::below:
      ++(value <= low_afp_ng_ml ? classes.below_20 : classes.undecided);
      return;
    case Bound::above:
      ++(value >= high_afp_ng_ml ? classes.above_400 : classes.undecided);
      return;
  }
}

GroupDemographics summarise_group(const std::vector<const Subject*>& subjects) {
  GroupDemographics group;
  std::vector<double> ages;
  for (const Subject* subject : subjects) {
    ++group.subjects;
    if (!subject->sex) {
      ++group.sex_missing;
    } else {
      ++(*subject->sex == Sex::male ? group.male : group.female);
    }
    if (subject->age_years) ages.push_back(*subject->age_years);
    count_afp(group.afp, subject->afp_ng_ml);
  }
  group.age_years = summarise(ages, group.subjects - static_cast<long>(ages.size()));
  return group;
}

}  // namespace

Summary summarise(std::vector<double> values, long missing) {
  Summary summary;
  summary.known = static_cast<long>(values.size());
  summary.missing = missing;
  if (values.empty()) return summary;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  summary.mean = mean;
  if (values.size() > 1) summary.standard_deviation = std::sqrt(squares / (count - 1.0));
  summary.minimum = values.front();
  summary.maximum = values.back();
  const std::size_t middle = values.size() / 2;
  summary.median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
  return summary;
}

Demographics summarise_demographics(const SubjectTable& subjects) {
  std::vector<const Subject*> cases;
  std::vector<const Subject*> controls;
  std::vector<const Subject*> without;
  std::vector<const Subject*> all;
  for (const Subject& subject : subjects.subjects) {
    all.push_back(&subject);
    if (!subject.reference) {
      without.push_back(&subject);
    } else {
      (*subject.reference == ReferenceStandard::positive ? cases : controls).push_back(&subject);
    }
  }
  Demographics demographics;
  demographics.cases = summarise_group(cases);
  demographics.controls = summarise_group(controls);
  demographics.without_reference = summarise_group(without);
  demographics.all = summarise_group(all);
  return demographics;
}

}  // namespace qpcr
