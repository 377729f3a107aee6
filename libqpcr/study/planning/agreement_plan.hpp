// How many subjects a study of agreement needs: kappa of two yes/no tests, limits of agreement of two measurements.
#pragma once

#include <string_view>

#include "libqpcr/study/planning/plan.hpp"

namespace qpcr {

struct KappaPlanOptions {
  double kappa = 0.0;       ///< expected, −1 … 1
  double null_kappa = 0.0;  ///< to be exceeded
  double prevalence = 0.5;  ///< of a positive result, the same for both tests
  double half_width = 0.1;  ///< of the interval, for the precision plan
  double alpha = 0.05;      ///< two-sided
  double power = 0.8;

  /// @throws Error invalid_option, also where both kappas are not possible at that prevalence.
  void validate() const;
};

struct KappaPlan {
  std::string_view method = "kappa_donner_eliasziw";
  PlannedSize test;       ///< goodness of fit (Donner & Eliasziw 1992, Statistics in Medicine 11:1511)
  PlannedSize precision;  ///< z²·V/d² with the large-sample variance of the common-correlation model
};

/// @throws Error invalid_option.
KappaPlan derive_kappa_plan(const KappaPlanOptions& options);

struct LimitsOfAgreementOptions {
  double mean_difference = 0.0;
  double standard_deviation = 0.0;  ///< of the differences
  double allowed_difference = 0.0;  ///< both limits of agreement, with their intervals, shall lie within ± this
  double agreement = 0.95;          ///< share of differences between the limits
  double alpha = 0.05;              ///< 1 − confidence of the interval of each limit
  double power = 0.8;

  /// @throws Error invalid_option, also where the true limits reach the allowed difference.
  void validate() const;
};

/// Power with n pairs.
struct LimitsOfAgreementPower {
  double approximate = 0.0;  ///< Lu et al. 2016: noncentral t with the approximate standard error of a limit
  double exact = 0.0;        ///< both limits at once, integrated over the distribution of the standard deviation
};

LimitsOfAgreementPower derive_limits_of_agreement_power(long pairs, const LimitsOfAgreementOptions& options);

struct LimitsOfAgreementPlan {
  std::string_view method = "bland_altman_lu_2016";
  PlannedSize approximate;  ///< Lu et al. 2016 (10.1515/ijb-2015-0039)
  PlannedSize exact;
};

/// @throws Error invalid_option.
LimitsOfAgreementPlan derive_limits_of_agreement_plan(const LimitsOfAgreementOptions& options);

}  // namespace qpcr
