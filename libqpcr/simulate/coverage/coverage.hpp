// How often the intervals of the library hold the truth, over scenarios whose truth is known: by enumeration of all
// outcomes where that is possible, else by simulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/simulate/random.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct CoverageOptions {
  long replicates = 10000;  ///< of a simulated scenario at most; slow ones take fewer (see CoverageScenario)
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: one for each processor; the numbers do not depend on it

  /// @throws Error invalid_option unless 10 ≤ replicates ≤ 10⁶ and threads ≥ 0.
  void validate() const;
};

/// The intervals of one outcome with what each should hold, always the same ones in the same order.
struct CoverageDraw {
  double weight = 1.0;  ///< probability of the outcome where all are enumerated
  std::vector<std::string> names;
  std::vector<std::optional<Interval>> intervals;
  std::vector<double> truths;

  void add(std::string name, const Estimate& estimate, double truth);
  void add(std::string name, const std::optional<Interval>& interval, double truth);
};

/// One setting of a study: draws its data and estimates its intervals.
struct CoverageScenario {
  std::string setting;
  /// Outcomes where they are enumerated (index 0 … outcomes − 1, the stream is not used); 0: simulated.
  std::size_t outcomes = 0;
  /// Simulated: replicates are the options' times this, at most 1: what a slow interval takes less.
  double share = 1.0;
  std::function<void(RandomStream& stream, std::size_t index, CoverageDraw& draw)> draw;
};

/// What became of one interval in one setting.
struct CoverageRow {
  std::string setting;
  std::string interval;
  long replicates = 0;                   ///< simulated; 0: enumerated
  std::optional<double> coverage;        ///< among the outcomes with an interval
  std::optional<double> standard_error;  ///< Monte Carlo; absent where enumerated
  std::optional<double> mean_width;      ///< of the intervals with two finite limits
  double open = 0.0;                     ///< share of the intervals with an infinite limit
  double not_estimable = 0.0;            ///< share of the outcomes without an interval

  bool operator==(const CoverageRow&) const = default;
};

/// A row for each interval of the scenario. Replicate r of a setting depends on the seed, the setting's text and r
/// alone; sums run in the order of r.
/// @throws Error invalid_option.
std::vector<CoverageRow> measure_coverage(const CoverageScenario& scenario, const CoverageOptions& options);

/// Scenarios of one area under one heading.
struct CoverageSection {
  std::string title;
  std::string about;  ///< the grid and its truth, in Markdown
  std::vector<CoverageScenario> scenarios;
};

/// Every section of the page, in its order.
std::vector<CoverageSection> list_coverage_sections();

struct MeasuredSection {
  std::string title;
  std::string about;
  std::vector<CoverageRow> rows;
};

/// Measures all sections; `progress` is told each title before it begins, if it is given.
/// @throws Error invalid_option.
std::vector<MeasuredSection> measure_sections(const std::vector<CoverageSection>& sections,
                                              const CoverageOptions& options,
                                              const std::function<void(std::string_view)>& progress = {});

}  // namespace qpcr
