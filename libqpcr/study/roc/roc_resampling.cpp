// Draws subjects as places in the counts and counts them anew.
#include "libqpcr/study/roc/roc_resampling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/index_draws.hpp"
#include "libqpcr/math/parallel.hpp"

namespace qpcr {
namespace {

constexpr std::size_t replicates_per_block = 64;

/// For each subject of a group, the place of its value.
std::vector<std::uint32_t> list_places(const std::vector<long>& counts, long total) {
  std::vector<std::uint32_t> places;
  places.reserve(static_cast<std::size_t>(total));
  for (std::size_t i = 0; i < counts.size(); ++i)
    places.insert(places.end(), static_cast<std::size_t>(counts[i]), static_cast<std::uint32_t>(i));
  return places;
}

void redraw(ResamplingStream& stream, const std::vector<std::uint32_t>& places, std::vector<long>& counts) {
  std::fill(counts.begin(), counts.end(), 0);
  draw_indices(stream, static_cast<std::uint32_t>(places.size()), places.size(),
               [&](std::uint32_t index) { ++counts[places[index]]; });
}

}  // namespace

RocReplicates resample_roc(const RocCounts& counts, const RocResampling& resampling, std::size_t statistics,
                           const std::function<void(const RocCounts&, std::span<double>)>& compute) {
  const std::vector<std::uint32_t> cases = list_places(counts.cases, counts.case_total);
  const std::vector<std::uint32_t> controls = list_places(counts.controls, counts.control_total);
  const auto subjects = static_cast<double>(counts.case_total + counts.control_total);
  if (!resampling.fits(subjects)) {
    refuse_request(ErrorCode::invalid_option, "replicates", fmt::format("{}", resampling.replicates),
                   fmt::format("at most {:.0f} of {:.0f} subjects", RocResampling::most_draws / subjects, subjects));
  }
  const auto replicates = static_cast<std::size_t>(resampling.replicates);
  RocReplicates made;
  made.values.assign(statistics, std::vector<double>(replicates));
  parallel_for(replicates, replicates_per_block, resampling.threads, [&](std::size_t first, std::size_t last) {
    RocCounts resampled = counts;
    std::vector<double> row(statistics);
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(resampling.seed, replicate);
      redraw(stream, cases, resampled.cases);
      redraw(stream, controls, resampled.controls);
      std::fill(row.begin(), row.end(), std::numeric_limits<double>::quiet_NaN());
      compute(resampled, row);
      for (std::size_t i = 0; i < statistics; ++i) made.values[i][replicate] = row[i];
    }
  });
  return made;
}

RocBootstrap summarize_replicates(std::vector<double> replicates, double confidence) {
  RocBootstrap made;
  const auto exists =
      std::remove_if(replicates.begin(), replicates.end(), [](double value) { return std::isnan(value); });
  made.without_value = std::distance(exists, replicates.end());
  replicates.erase(exists, replicates.end());
  if (replicates.size() < 2) return made;
  made.percentile = percentile_interval(replicates, confidence);
  made.median = quantile_in_place(replicates, 0.5);
  const auto n = static_cast<double>(replicates.size());
  double sum = 0.0;
  for (const double value : replicates) sum += value;
  made.mean = sum / n;
  double squares = 0.0;
  for (const double value : replicates) squares += (value - *made.mean) * (value - *made.mean);
  made.standard_error = std::sqrt(squares / (n - 1.0));
  return made;
}

Estimate make_bootstrap_estimate(double value, const RocBootstrap& bootstrap) {
  Estimate made;
  made.value = value;
  made.standard_error = bootstrap.standard_error;
  made.interval = bootstrap.percentile;
  return made;
}

}  // namespace qpcr
