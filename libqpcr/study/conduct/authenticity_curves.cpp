// Standardising, ordering and comparing the curves of a study.
#include "libqpcr/study/conduct/authenticity_curves.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

/// Of a rounding step, what it moves a reading by at most, with a margin for its part in mean and deviation.
constexpr double rounding_share = 0.6;

struct Candidate {
  const LedgerRun* run = nullptr;
  const Measurement* measurement = nullptr;
  const std::vector<double>* readings = nullptr;
  std::vector<double> standardised;
  double slack = 0;  ///< what the rounding of this curve explains
  double projection = 0;
};

/// The step of the decimal digits that all readings carry; 0 where they carry more than six.
double find_quantum(const std::vector<double>& readings) {
  constexpr int most_digits = 6;
  double step = 1;
  for (int digits = 0; digits <= most_digits; ++digits, step /= 10) {
    const bool whole = std::all_of(readings.begin(), readings.end(), [step](double reading) {
      const double scaled = reading / step;
      return std::abs(scaled - std::round(scaled)) <= 1e-9 * std::max(1.0, std::abs(scaled));
    });
    if (whole) return step;
  }
  return 0;
}

/// Standard deviation of the noise, by the median of absolute third differences, which a smooth signal leaves small.
double estimate_noise(const std::vector<double>& values) {
  std::vector<double> differences;
  for (std::size_t i = 3; i < values.size(); ++i)
    differences.push_back(std::abs(values[i] - 3 * values[i - 1] + 3 * values[i - 2] - values[i - 3]));
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  constexpr double median_of_absolute_normal = 0.6744897501960817;
  const double variance_factor = std::sqrt(20.0);  // 1 + 9 + 9 + 1
  return *middle / (median_of_absolute_normal * variance_factor);
}

bool has_values(const std::vector<double>& readings, std::size_t fewest) {
  std::set<double> different;
  for (const double reading : readings) {
    different.insert(reading);
    if (different.size() >= fewest) return true;
  }
  return false;
}

/// A direction without symmetry: of no meaning but the same for every curve.
double weight(std::size_t index) { return std::sin(1.0 + 2.3999632297286533 * static_cast<double>(index)); }

std::optional<Candidate> standardise(const LedgerRun& run, const Measurement& measurement,
                                     const std::vector<double>& readings, const CurveCopyOptions& options) {
  const bool finite = std::all_of(readings.begin(), readings.end(), [](double value) { return std::isfinite(value); });
  if (!finite || readings.size() < options.fewest_readings || !has_values(readings, options.fewest_values))
    return std::nullopt;
  const auto count = static_cast<double>(readings.size());
  double mean = 0;
  for (const double reading : readings) mean += reading / count;
  double variance = 0;
  for (const double reading : readings) variance += (reading - mean) * (reading - mean) / (count - 1);
  const double deviation = std::sqrt(variance);
  if (!(deviation > 0) || !std::isfinite(deviation)) return std::nullopt;
  Candidate made{&run, &measurement, &readings, {}, find_quantum(readings) / deviation, 0};
  for (std::size_t i = 0; i < readings.size(); ++i) {
    made.standardised.push_back((readings[i] - mean) / deviation);
    made.projection += weight(i) * made.standardised.back();
  }
  return made;
}

double limit_of(const Candidate& left, const Candidate& right, const CurveCopyOptions& options) {
  return options.tolerance + rounding_share * (left.slack + right.slack);
}

bool are_alike(const Candidate& left, const Candidate& right, double limit) {
  for (std::size_t i = 0; i < left.standardised.size(); ++i) {
    if (std::abs(left.standardised[i] - right.standardised[i]) > limit) return false;
  }
  return true;
}

StudyFinding make_finding(const Candidate& first, const Candidate& second, bool identical) {
  const auto well = [](const Candidate& each) {
    const Measurement& measurement = *each.measurement;
    return fmt::format("{} {}", measurement.well.label,
                       measurement.target.empty() ? measurement.dye : measurement.target);
  };
  const std::string check = identical ? "curve_identical" : "curve_affine";
  StudyFinding finding = make_run_finding(*second.run, check, identical ? Severity::blocks : Severity::query,
                                          {"authenticity_" + check,
                                           {{"run", second.run->listed.id},
                                            {"well", well(second)},
                                            {"sample", mask_personal(second.measurement->sample)},
                                            {"other_run", first.run->listed.id},
                                            {"other_well", well(first)},
                                            {"other_sample", mask_personal(first.measurement->sample)}}});
  finding.sample = second.measurement->sample;
  finding.well = second.measurement->well.label;
  return finding;
}

/// What a curve is a copy of: the first one like it in the order of the submission.
struct Copy {
  std::size_t first = 0;
  bool identical = false;
};

std::vector<Candidate> collect(const std::vector<LedgerRun>& runs, const CurveCopyOptions& options) {
  std::vector<Candidate> candidates;
  for (const LedgerRun& run : runs) {
    for (const Run* const plate : run.plates) {
      for (const Measurement& measurement : (*plate)->measurements) {
        const AmplificationCurve* const curve = find_analysis_curve(measurement);
        if (curve == nullptr) continue;
        if (auto candidate = standardise(run, measurement, curve->fluorescence, options))
          candidates.push_back(std::move(*candidate));
      }
    }
  }
  return candidates;
}

void find_identical(const std::vector<Candidate>& candidates, std::vector<std::optional<Copy>>& copies) {
  std::unordered_map<std::string_view, std::size_t> seen;  // by the bytes of the readings
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::vector<double>& readings = *candidates[i].readings;
    const std::string_view bytes(reinterpret_cast<const char*>(readings.data()), readings.size() * sizeof(double));
    const auto [first, added] = seen.emplace(bytes, i);
    if (!added) copies[i] = Copy{first->second, true};
  }
}

/// Compares curves that lie near each other along the common direction: alike curves differ there by at most their
/// length times the limit.
void find_affine(const std::vector<Candidate>& candidates, const CurveCopyOptions& options,
                 std::vector<std::optional<Copy>>& copies) {
  // Coarser rounding hides the noise that tells one measurement from another.
  constexpr double coarsest = 0.005;
  std::vector<std::size_t> order;
  double largest_slack = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (copies[i] || candidates[i].slack > coarsest) continue;
    order.push_back(i);
    largest_slack = std::max(largest_slack, candidates[i].slack);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    const Candidate& one = candidates[left];
    const Candidate& other = candidates[right];
    if (one.standardised.size() != other.standardised.size())
      return one.standardised.size() < other.standardised.size();
    return one.projection != other.projection ? one.projection < other.projection : left < right;
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Candidate& left = candidates[order[i]];
    const double reach = static_cast<double>(left.standardised.size()) *
                         (options.tolerance + rounding_share * (left.slack + largest_slack));
    for (std::size_t j = i + 1; j < order.size(); ++j) {
      const Candidate& right = candidates[order[j]];
      if (right.standardised.size() != left.standardised.size() || right.projection - left.projection > reach) break;
      const double limit = limit_of(left, right, options);
      if (!are_alike(left, right, limit)) continue;
      const double noise = std::min(estimate_noise(left.standardised), estimate_noise(right.standardised));
      if (noise < options.noise_ratio * limit) continue;
      const std::size_t first = std::min(order[i], order[j]);
      std::optional<Copy>& copy = copies[std::max(order[i], order[j])];
      if (!copy || first < copy->first) copy = Copy{first, false};
    }
  }
}

}  // namespace

void CurveCopyOptions::validate() const {
  check_positive("tolerance", tolerance);
  check_positive("noise_ratio", noise_ratio);
  if (fewest_readings < 10) refuse_option("fewest_readings", static_cast<double>(fewest_readings), "at least 10");
  if (fewest_values < 5) refuse_option("fewest_values", static_cast<double>(fewest_values), "at least 5");
}

StudyFindings find_curve_copies(const std::vector<LedgerRun>& runs, const CurveCopyOptions& options) {
  options.validate();
  const std::vector<Candidate> candidates = collect(runs, options);
  std::vector<std::optional<Copy>> copies(candidates.size());
  find_identical(candidates, copies);
  find_affine(candidates, options, copies);
  StudyFindings findings;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (copies[i]) findings.push_back(make_finding(candidates[copies[i]->first], candidates[i], copies[i]->identical));
  }
  return findings;
}

}  // namespace qpcr
