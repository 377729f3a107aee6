// Comparing the files and the curves of runs by their hashes.
#include "libqpcr/study/distinct_runs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const PlannedRun& run, std::string field, std::string problem) {
  throw Error(ErrorCode::study_invalid, {.path = run.paths.empty() ? std::string() : run.paths.front().string(),
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = {},
                                         .expected = {},
                                         .problem = std::move(problem)});
}

void check_files(const StudyPlan& plan, const std::vector<TestedRun>& runs) {
  std::map<std::string, std::pair<std::size_t, std::string>> seen;  // hash to run and file name
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const Run& run : runs[i].runs) {
      for (const SourceFile& source : run->provenance.sources) {
        const auto [first, added] = seen.emplace(source.sha256, std::pair(i, source.name));
        if (added || first->second.first == i) continue;
        refuse(plan.runs[i], fmt::format("run {}", plan.runs[i].id),
               fmt::format("file '{}' has the same bytes as file '{}' of run '{}' (SHA-256 {}): one measurement must "
                           "not count as two",
                           mask_personal(source.name), mask_personal(first->second.second),
                           plan.runs[first->second.first].id, source.sha256));
      }
    }
  }
}

/// Enough different readings that chance does not make two curves equal.
bool is_telling(const std::vector<double>& readings) {
  constexpr std::size_t fewest_readings = 10;
  constexpr std::size_t fewest_values = 5;
  std::vector<double> finite;
  for (const double reading : readings) {
    if (std::isfinite(reading)) finite.push_back(reading);
  }
  if (finite.size() < fewest_readings) return false;
  std::sort(finite.begin(), finite.end());
  return static_cast<std::size_t>(std::unique(finite.begin(), finite.end()) - finite.begin()) >= fewest_values;
}

/// FNV-1a over the bits of the readings; equal hashes are compared in full.
std::uint64_t hash_readings(const std::vector<double>& readings) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const double reading : readings) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &reading, sizeof bits);
    hash = (hash ^ bits) * 1099511628211ULL;
  }
  return hash;
}

bool are_same(const std::vector<double>& left, const std::vector<double>& right) {
  return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0;
}

struct CurvePlace {
  std::size_t run = 0;
  const Measurement* measurement = nullptr;
  const std::vector<double>* readings = nullptr;
};

std::string describe_well(const Measurement& measurement) {
  const std::string& target = measurement.target.empty() ? measurement.dye : measurement.target;
  return fmt::format("well {} (sample '{}', {})", measurement.well.label, mask_personal(measurement.sample), target);
}

void check_curves(const StudyPlan& plan, const std::vector<TestedRun>& runs) {
  std::unordered_map<std::uint64_t, std::vector<CurvePlace>> seen;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const Run& run : runs[i].runs) {
      for (const Measurement& measurement : run->measurements) {
        for (const AmplificationCurve& curve : measurement.amplification) {
          if (!is_telling(curve.fluorescence)) continue;
          std::vector<CurvePlace>& places = seen[hash_readings(curve.fluorescence)];
          for (const CurvePlace& place : places) {
            if (place.run == i || !are_same(*place.readings, curve.fluorescence)) continue;
            refuse(plan.runs[i], fmt::format("run {}", plan.runs[i].id),
                   fmt::format("{} has the same readings in every cycle as {} of run '{}': one measurement must not "
                               "count as two",
                               describe_well(measurement), describe_well(*place.measurement), plan.runs[place.run].id));
          }
          places.push_back({i, &measurement, &curve.fluorescence});
        }
      }
    }
  }
}

}  // namespace

void check_distinct_runs(const StudyPlan& plan, const std::vector<TestedRun>& runs) {
  if (plan.runs.size() != runs.size()) return;
  check_files(plan, runs);
  check_curves(plan, runs);
}

}  // namespace qpcr
