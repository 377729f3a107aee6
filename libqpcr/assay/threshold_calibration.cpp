// Calibration of fluorescence thresholds: which record holds for a run.
#include "libqpcr/assay/threshold_calibration.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

using Day = std::chrono::sys_days;

struct Candidate {
  const ThresholdCalibration* record = nullptr;
  std::vector<Message> problems;
  bool other_definition = false;
  bool in_future = false;
};

Candidate judge(const ThresholdCalibration& record, const std::string& definition_sha256, std::optional<Day> day) {
  Candidate candidate;
  candidate.record = &record;
  const auto add = [&candidate](Message problem) { candidate.problems.push_back(std::move(problem)); };
  const std::string& name = record.name;
  candidate.other_definition = record.assay_sha256 != definition_sha256;
  if (candidate.other_definition) add(Message{"calibration_other_definition", {{"name", name}}});
  if (!record.accepted) add(Message{"calibration_not_accepted", {{"name", name}}});
  const std::optional<Day> first = parse_calendar_day(record.date);
  const std::optional<Day> last = parse_calendar_day(record.expiry);
  candidate.in_future = day && first && *day < *first;
  if (!day || !first || !last) {
    add(Message{"calibration_date_unknown", {{"name", name}}});
  } else if (candidate.in_future) {
    add(Message{"calibration_not_yet_valid", {{"name", name}, {"date", record.date}}});
  } else if (*day > *last) {
    add(Message{"calibration_expired", {{"name", name}, {"date", record.expiry}}});
  }
  if (!record.signature_verified) add(Message{"calibration_unsigned", {{"name", name}}});
  if (record.simulated) add(Message{"calibration_simulated", {{"name", name}}});
  return candidate;
}

/// The better one comes last. ISO dates sort as text; the identity settles what is left.
auto rank(const Candidate& candidate) {
  return std::make_tuple(candidate.problems.empty(), !candidate.other_definition, candidate.record->accepted,
                         !candidate.in_future, !candidate.record->simulated, std::string_view(candidate.record->date),
                         candidate.record->signature_verified, std::string_view(candidate.record->identity));
}

}  // namespace

std::string_view to_string(ThresholdMethod method) {
  switch (method) {
    case ThresholdMethod::calibrator_anchored:
      return "calibrator_anchored";
    case ThresholdMethod::blank_deviations:
      return "blank_deviations";
    case ThresholdMethod::fixed:
      return "fixed";
  }
  return "calibrator_anchored";
}

std::optional<ThresholdMethod> parse_threshold_method(std::string_view text) {
  for (const ThresholdMethod method :
       {ThresholdMethod::calibrator_anchored, ThresholdMethod::blank_deviations, ThresholdMethod::fixed}) {
    if (to_string(method) == text) return method;
  }
  return std::nullopt;
}

CalibrationChoice find_threshold_calibration(const std::vector<ThresholdCalibration>& records,
                                             const AssayDefinition& definition, std::string_view instrument_serial,
                                             std::string_view reagent_lot, std::string_view date) {
  const std::string definition_sha256 = identify(definition).sha256;
  const std::optional<Day> day = parse_calendar_day(date.substr(0, std::min(date.find('T'), date.size())));
  const std::string_view serial = trim(instrument_serial);
  const std::string_view lot = trim(reagent_lot);
  std::vector<Candidate> candidates;
  // A record and a run that both name no instrument, or no lot, are not therefore of the same one.
  if (!serial.empty() && !lot.empty()) {
    for (const ThresholdCalibration& record : records) {
      if (record.assay_id == definition.id && record.instrument_serial == serial && record.reagent_lot == lot)
        candidates.push_back(judge(record, definition_sha256, day));
    }
  }
  const auto best = std::max_element(candidates.begin(), candidates.end(),
                                     [](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  if (best == candidates.end()) {
    const auto shown = [](std::string_view text) { return text.empty() ? std::string("–") : std::string(text); };
    return {nullptr, {Message{"calibration_missing", {{"serial", shown(serial)}, {"lot", shown(lot)}}}}};
  }
  CalibrationChoice choice{best->record, best->problems};
  for (const Candidate& other : candidates) {
    const bool later = other.record->date > best->record->date && !other.in_future;
    if (!later || other.record->accepted || other.other_definition || other.record->simulated ||
        !best->record->accepted)
      continue;
    choice.problems.push_back(
        Message{"calibration_later_refused", {{"name", other.record->name}, {"date", other.record->date}}});
  }
  return choice;
}

const CalibratedThreshold* find_threshold(const ThresholdCalibration& record, std::string_view target) {
  for (const CalibratedThreshold& threshold : record.thresholds) {
    if (threshold.target == target) return &threshold;
  }
  return nullptr;
}

}  // namespace qpcr
