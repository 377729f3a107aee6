// Who the subjects are: sex, age and AFP of cases, controls and all.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/disposition.hpp"

namespace qpcr {

/// A continuous characteristic; missing values are counted, never filled in.
struct Summary {
  long known = 0;
  long missing = 0;
  std::optional<double> mean;
  std::optional<double> standard_deviation;  ///< n − 1; absent below two values
  std::optional<double> minimum;
  std::optional<double> median;
  std::optional<double> maximum;
};

/// AFP in the classes of the guidelines. A bound is counted where it decides the class ("<0.8" is below 20), else as
/// undecided.
struct AfpClasses {
  long below_20 = 0;
  long from_20_to_400 = 0;
  long above_400 = 0;
  long undecided = 0;
  long missing = 0;
};

struct GroupDemographics {
  long subjects = 0;
  long male = 0;
  long female = 0;
  long sex_missing = 0;
  Summary age_years;
  AfpClasses afp;
};

struct Demographics {
  std::string_view method = "demographics_of_enrolled";
  GroupDemographics cases;
  GroupDemographics controls;
  GroupDemographics without_reference;
  GroupDemographics all;
};

/// Mean, standard deviation and order statistics of `values` (any order); the median of an even number is the mean of
/// the middle two.
Summary summarise(std::vector<double> values, long missing);

/// All enrolled subjects, also those excluded later.
Demographics summarise_demographics(const SubjectTable& subjects);

}  // namespace qpcr
