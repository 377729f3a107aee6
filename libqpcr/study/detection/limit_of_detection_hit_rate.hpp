// Limit of detection from hit rates: one model named in advance, beside the table of what the others would say.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/detection/dose_response.hpp"
#include "libqpcr/study/detection/single_hit.hpp"

namespace qpcr {

enum class DetectionModel { regression, single_hit };

struct HitRateDetectionOptions {
  DetectionModel model = DetectionModel::regression;
  BinomialLink link = BinomialLink::probit;
  DoseScale scale = DoseScale::log10;
  Dispersion dispersion = Dispersion::none;
  double confidence = 0.95;
  double hit_rate = 0.95;  ///< the share that the limit of detection is defined by

  /// @throws Error invalid_option.
  void validate() const;
};

/// One level as it was measured, with the score interval of its rate.
struct HitRate {
  HitRow row;
  std::optional<double> rate;
  std::optional<Interval> wilson;

  bool operator==(const HitRate&) const = default;
};

/// What one model says of the limit.
struct ModelRow {
  DetectionModel model = DetectionModel::regression;
  std::optional<BinomialLink> link;
  std::optional<DoseScale> scale;
  std::optional<double> aic;
  GoodnessOfFit deviance;
  GoodnessOfFit pearson;
  long degrees_of_freedom = 0;
  long levels = 0;
  Estimate limit;   ///< delta interval (regression) or Wald interval (single hit)
  Estimate second;  ///< Fieller's interval, or that of the likelihood ratio

  bool operator==(const ModelRow&) const = default;
};

struct HitRateDetection {
  HitRateDetectionOptions options;
  ModelRow chosen;
  std::optional<DoseResponse> curve;       ///< of the chosen regression
  std::optional<SingleHitFit> single_hit;  ///< of the chosen Poisson model
  std::vector<ModelRow> models;  ///< three links on two scales and the Poisson model; AIC compares equal levels only
  /// Greatest over least limit among the models that have one: how much the choice matters.
  std::optional<double> spread;
  std::vector<HitRate> levels;
  /// The lowest level above 0 with a rate of at least `hit_rate`, and the lowest from which all higher ones have it.
  std::optional<double> lowest_reached;
  std::optional<double> lowest_held;
  bool extrapolated = false;  ///< the limit lies outside the levels measured
  std::vector<Message> warnings;
};

/// The dose with a hit rate of 95 % (CLSI EP17-A2) by the model chosen before the data are seen. Finney 1971; Collett
/// 2003; the Poisson model as in Armbruster & Pry 2008.
/// @throws Error invalid_option, invalid_value as fit_dose_response().
HitRateDetection estimate_detection_limit(const std::vector<HitRow>& rows, const HitRateDetectionOptions& options);

}  // namespace qpcr
