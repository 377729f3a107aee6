// Accuracy in parts of the study: by centre, by stage among cases only, by class among controls only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/disposition.hpp"

namespace qpcr {

/// Sensitivity or specificity in one stratum.
struct Stratum {
  std::string id;  ///< "A", "cirrhosis", "not_stated"
  Proportion proportion;
};

struct StrataResult {
  std::string_view method;  ///< "sensitivity_by_stage", "specificity_by_control_class"
  double confidence = 0.95;
  std::vector<Stratum> strata;  ///< reporting order; a stratum without subjects is left out
  std::vector<ExcludedCount> exclusions;
};

struct CentreAccuracy {
  std::string centre;
  AccuracyResult accuracy;
};

/// The fourfold table of the analysed subjects, of one centre or (empty) of all.
FourfoldTable count_fourfold(const SubjectTable& subjects, const Disposition& disposition,
                             std::string_view centre = {});

/// Subjects not analysed by place, of one centre or of all, with the reference standard given or of either kind; zeros
/// kept.
std::vector<ExcludedCount> count_exclusions(const SubjectTable& subjects, const Disposition& disposition,
                                            std::string_view centre = {},
                                            std::optional<ReferenceStandard> reference = std::nullopt);

/// Centres in byte order, as the table of subjects names them.
std::vector<std::string> list_centres(const SubjectTable& subjects);

std::vector<CentreAccuracy> estimate_accuracy_by_centre(const SubjectTable& subjects, const Disposition& disposition,
                                                        const AccuracyOptions& options);

/// Positive calls among analysed cases of each BCLC stage; controls never enter.
StrataResult estimate_sensitivity_by_stage(const SubjectTable& subjects, const Disposition& disposition,
                                           double confidence);

/// Negative calls among analysed controls of each class; cases never enter.
StrataResult estimate_specificity_by_class(const SubjectTable& subjects, const Disposition& disposition,
                                           double confidence);

}  // namespace qpcr
