// Agreement of several readers on categories: Fleiss' and Conger's kappa and Krippendorff's alpha.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// How far two ratings are apart, for Krippendorff's alpha.
enum class RatingScale { nominal, ordinal, interval };

std::string_view to_string(RatingScale scale);

struct ReaderAgreementOptions {
  RatingScale scale = RatingScale::nominal;
  double confidence = 0.95;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

/// The kappas are of the subjects that all readers rated; alpha takes every subject with two ratings or more.
/// Intervals are from the jackknife over subjects.
struct ReaderAgreement {
  double confidence = 0.95;
  long subjects = 0;  ///< rated by all
  long readers = 0;
  Estimate observed;                     ///< mean share of agreeing pairs of readers
  Estimate fleiss_kappa;                 ///< Fleiss 1971, 10.1037/h0031619
  std::optional<double> fleiss_p_value;  ///< of no agreement beyond chance (Fleiss, Nee & Landis 1979)
  Estimate conger_kappa;        ///< chance from each reader's own shares (Conger 1980, 10.1037/0033-2909.88.2.322)
  Estimate krippendorff_alpha;  ///< Hayes & Krippendorff 2007, 10.1080/19312450709336664
  long alpha_subjects = 0;
  std::vector<Exclusion> exclusions;
};

/// @param ratings of each subject by each reader: categories as numbers (for nominal only equality counts); NaN is
/// missing.
/// @throws Error invalid_value unless every subject has as many places, at least 2, and for infinite ratings.
ReaderAgreement estimate_reader_agreement(const std::vector<std::vector<double>>& ratings,
                                          const ReaderAgreementOptions& options = {});

}  // namespace qpcr
