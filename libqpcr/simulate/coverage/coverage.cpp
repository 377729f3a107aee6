// Counts how often intervals hold the truth.
#include "libqpcr/simulate/coverage/coverage.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/math/parallel.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

/// What was added up of one interval.
struct Tally {
  double total = 0.0;
  double estimable = 0.0;
  double covering = 0.0;
  double bounded = 0.0;
  double width = 0.0;

  void add(double weight, const std::optional<Interval>& interval, double truth) {
    total += weight;
    if (!interval) return;
    estimable += weight;
    if (interval->lower <= truth && truth <= interval->upper) covering += weight;
    const double length = interval->upper - interval->lower;
    if (!std::isfinite(length)) return;
    bounded += weight;
    width += weight * length;
  }
};

/// FNV-1a (Fowler, Noll and Vo): one number for a setting, so that adding a setting moves no other.
std::uint64_t number_text(std::string_view text) {
  std::uint64_t number = 0xcbf29ce484222325ULL;
  for (const char character : text) number = (number ^ static_cast<unsigned char>(character)) * 0x100000001b3ULL;
  return number;
}

CoverageRow summarise(const std::string& setting, const std::string& name, const Tally& tally, long replicates) {
  CoverageRow row;
  row.setting = setting;
  row.interval = name;
  row.replicates = replicates;
  row.not_estimable = tally.total > 0 ? std::max(0.0, 1.0 - tally.estimable / tally.total) : 0.0;
  if (tally.estimable <= 0) return row;
  const double coverage = tally.covering / tally.estimable;
  row.coverage = coverage;
  if (replicates > 0) row.standard_error = std::sqrt(coverage * (1.0 - coverage) / tally.estimable);
  row.open = std::max(0.0, 1.0 - tally.bounded / tally.estimable);
  if (tally.bounded > 0) row.mean_width = tally.width / tally.bounded;
  return row;
}

}  // namespace

void CoverageOptions::validate() const {
  check_count("replicates", replicates, 10, 1'000'000);
  check_count("threads", threads, 0, 1024);
}

void CoverageDraw::add(std::string name, const Estimate& estimate, double truth) {
  add(std::move(name), estimate.interval, truth);
}

void CoverageDraw::add(std::string name, const std::optional<Interval>& interval, double truth) {
  names.push_back(std::move(name));
  intervals.push_back(interval);
  truths.push_back(truth);
}

std::vector<CoverageRow> measure_coverage(const CoverageScenario& scenario, const CoverageOptions& options) {
  options.validate();
  const bool simulated = scenario.outcomes == 0;
  const std::size_t count = simulated ? static_cast<std::size_t>(std::max(
                                            1.0, std::floor(static_cast<double>(options.replicates) * scenario.share)))
                                      : scenario.outcomes;
  const std::uint64_t seed = options.seed ^ number_text(scenario.setting);
  std::vector<CoverageDraw> draws(count);
  constexpr std::size_t block = 16;
  parallel_for(count, block, options.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t index = first; index < last; ++index) {
      RandomStream stream(seed, index);
      scenario.draw(stream, index, draws[index]);
      if (index > 0) draws[index].names.clear();
    }
  });
  std::vector<Tally> tallies(draws[0].names.size());
  for (const CoverageDraw& draw : draws)
    for (std::size_t i = 0; i < tallies.size(); ++i)
      tallies[i].add(draw.weight, draw.intervals.at(i), draw.truths.at(i));
  std::vector<CoverageRow> rows;
  for (std::size_t i = 0; i < tallies.size(); ++i)
    rows.push_back(
        summarise(scenario.setting, draws[0].names[i], tallies[i], simulated ? static_cast<long>(count) : 0));
  return rows;
}

std::vector<MeasuredSection> measure_sections(const std::vector<CoverageSection>& sections,
                                              const CoverageOptions& options,
                                              const std::function<void(std::string_view)>& progress) {
  options.validate();
  std::vector<MeasuredSection> measured;
  for (const CoverageSection& section : sections) {
    if (progress) progress(section.title);
    MeasuredSection made{section.title, section.about, {}};
    for (const CoverageScenario& scenario : section.scenarios) {
      const std::vector<CoverageRow> rows = measure_coverage(scenario, options);
      made.rows.insert(made.rows.end(), rows.begin(), rows.end());
    }
    measured.push_back(std::move(made));
  }
  return measured;
}

}  // namespace qpcr
