// Our methods and the peers scored alike on each set of the benchmark.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/qpcr/benchmark_data.hpp"
#include "apps/qpcr/benchmark_methods.hpp"
#include "apps/qpcr/benchmark_peers.hpp"
#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/quantification_performance.hpp"

namespace qpcr::apps {

/// Count, mean and standard deviation (n − 1) of the values that are numbers; NaN where there are too few.
struct Moments {
  long count = 0;
  double mean = 0.0;
  double sd = 0.0;
};

Moments derive_moments(const std::vector<double>& values);

/// One method's values for every reaction of a set.
struct MethodValues {
  std::string id;  ///< method id, or the peer's label
  bool peer = false;
  BenchmarkOutput output = BenchmarkOutput::cq;
  std::vector<double> values;
  std::vector<double> efficiencies;
};

/// One method on one dilution series.
struct MethodScore {
  const MethodValues* method = nullptr;
  double efficiency = 0.0;                 ///< E of the standard curve that made Cq quantities; NaN for quantities
  long lost = 0;                           ///< reactions that count and have no value
  std::vector<ConcentrationGroup> groups;  ///< quantities of the reactions that count; NaN for Cq of one amount
  QuantificationPerformance performance;
};

/// One dilution series, or replicates of one amount.
struct SeriesScore {
  std::string name;
  std::vector<std::size_t> reactions;  ///< those that count, by falling amount and in the set's order
  std::vector<MethodScore> methods;    ///< ours, then peers
};

/// What our methods and the peers did on one set.
struct SetScore {
  const BenchmarkSet* set = nullptr;
  const SetPeers* peers = nullptr;
  std::vector<bool> amplified;        ///< our call for each reaction
  std::vector<bool> typical;          ///< our verdict on its shape: what raters of curves judge
  std::vector<MethodValues> methods;  ///< empty where the set has neither amounts nor blanks
  /// Reactions with template that failed: nobody labelled them, and no peer that looked at them has a value.
  std::vector<std::size_t> failed;
  std::vector<SeriesScore> series;  ///< of at least two reactions that count
};

/// Scores a set. Reactions count where the amount is known, the label, if any, says amplified, and the reaction did not
/// fail. `progress` hears what is being done.
SetScore score_set(const BenchmarkSet& set, const SetPeers& peers,
                   const std::function<void(std::string_view)>& progress);

/// A classifier against labels of amplified or not; ambiguous ones are counted apart.
struct LabelScore {
  std::string id;
  bool peer = false;
  AccuracyResult accuracy;
  long ambiguous = 0;           ///< curves labelled so
  long ambiguous_positive = 0;  ///< of these, called amplified
};

/// Our call and every peer's verdicts where the set has labels; empty where it has none.
std::vector<LabelScore> score_labels(const SetScore& score);

/// How our numbers differ from the peer's own for the same quantity.
struct AgreementScore {
  std::string set;
  std::string ours;
  std::string peer;
  std::string unit;  ///< "cycles" or "%"
  long compared = 0;
  double median = 0.0;  ///< of |difference|
  double upper = 0.0;   ///< 95 % of |difference|
  double largest = 0.0;
  long within = 0;  ///< no further apart than 0.0100 cycles or 1 %
};

std::vector<AgreementScore> score_agreement(const SetScore& score);

/// Our fits against qpcR's on the same readings.
struct FitAgreement {
  std::string set;
  std::string model;
  long fits = 0;
  long as_good = 0;     ///< RSS ≤ (1 + 1e-6) × that of the peer's parameters
  double worst = 0.0;   ///< largest RSS ratio
  long peer_worse = 0;  ///< the peer's RSS is above ours by more than 1e-4 of it: it stopped elsewhere
  /// Cycles cpD1 and cpD2 where both reached the same minimum, against the peer's grid of 0.01.
  long cycles = 0;
  long cycles_within = 0;  ///< at most half a step of the grid apart
  double cycles_upper = 0.0;
  double cycles_largest = 0.0;
};

std::vector<FitAgreement> score_fits(const SetScore& score);

/// The best peer in one indicator of one series, and each of our methods against it on the same reactions.
struct PairedScore {
  std::string method;
  struct Column {
    std::string name;  ///< "MS within", "MS deviation", "var 1500"
    std::string peer;
    IndicatorRatio ratio;
  };
  std::vector<Column> columns;
  double mean_log_ratio = 0.0;                    ///< over all columns
  double mean_log_ratio_without_deviation = 0.0;  ///< over precision columns
  long above = 0;                                 ///< columns whose lower limit is above 1
};

/// Empty without peers, or where a concentration has fewer than eight reactions.
std::vector<PairedScore> compare_with_best_peers(const SeriesScore& series, const PairedBootstrapOptions& options);

}  // namespace qpcr::apps
