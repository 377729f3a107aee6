// Reading a ledger of runs against clocks, instruments, lots and itself.
#include "libqpcr/study/conduct/authenticity_ledger.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

constexpr long shortest_run_minutes = 20;

Message say(std::string_view check, std::vector<std::pair<std::string, std::string>> values) {
  return {fmt::format("authenticity_{}", check), std::move(values)};
}

std::set<std::string> samples_of(const LedgerRun& run) {
  std::set<std::string> samples;
  for (const Run* const plate : run.plates) {
    for (const Measurement& measurement : (*plate)->measurements) {
      const bool is_sample = measurement.role == SampleRole::unknown || measurement.role == SampleRole::unspecified;
      if (is_sample && !measurement.sample.empty()) samples.insert(measurement.sample);
    }
  }
  return samples;
}

/// Samples that an assay called, where there is a result: controls are known then, whatever the file calls them.
std::set<std::string> called_samples_of(const LedgerRun& run) {
  if (run.results.empty()) return samples_of(run);
  std::set<std::string> samples;
  for (const PlateResult* const result : run.results) {
    for (const SampleCall& call : result->calls) samples.insert(call.sample);
  }
  return samples;
}

void add(StudyFindings& findings, const LedgerRun& run, std::string_view check, Severity severity,
         std::vector<std::pair<std::string, std::string>> values, std::string sample = {}) {
  values.emplace_back("run", run.listed.id);
  findings.push_back(make_run_finding(run, std::string(check), severity, say(check, std::move(values))));
  findings.back().sample = std::move(sample);
}

}  // namespace

StudyFindings find_overlapping_runs(const std::vector<LedgerRun>& runs) {
  struct Span {
    long start = 0;
    long end = 0;
    bool end_assumed = false;
    const LedgerRun* run = nullptr;
  };
  StudyFindings findings;
  std::map<std::string, std::vector<Span>> by_serial;
  for (const LedgerRun& run : runs) {
    const std::string serial = serial_of(run);
    const std::optional<long> start = parse_local_minutes(started_at(run));
    if (!start) add(findings, run, "clock_not_readable", Severity::note, {{"found", started_at(run)}});
    if (serial.empty() || !start) continue;
    const std::optional<long> end = parse_local_minutes(ended_at(run));
    const bool assumed = !end || *end <= *start;
    by_serial[serial].push_back({*start, assumed ? *start + shortest_run_minutes : *end, assumed, &run});
  }
  for (auto& [serial, spans] : by_serial) {
    std::stable_sort(spans.begin(), spans.end(),
                     [](const Span& left, const Span& right) { return left.start < right.start; });
    std::set<std::string> centres;
    const Span* longest = nullptr;
    for (const Span& span : spans) {
      centres.insert(span.run->listed.centre);
      if (longest != nullptr && span.start < longest->end) {
        add(findings, *span.run, "runs_overlap", Severity::blocks,
            {{"serial", serial},
             {"other_run", longest->run->listed.id},
             {"start", started_at(*span.run)},
             {"other_start", started_at(*longest->run)},
             {"other_end",
              longest->end_assumed ? fmt::format("≥ +{} min", shortest_run_minutes) : ended_at(*longest->run)}});
      }
      if (longest == nullptr || span.end > longest->end) longest = &span;
    }
    if (centres.size() > 1) {
      add(findings, *spans.front().run, "serial_at_two_centres", Severity::query,
          {{"serial", serial}, {"centres", fmt::format("{}", fmt::join(centres, ", "))}});
    }
  }
  return findings;
}

StudyFindings find_clock_faults(const std::vector<LedgerRun>& runs, const std::vector<SampleFacts>& samples,
                                const StudyDates& dates) {
  std::map<std::string, const SampleFacts*> facts;
  for (const SampleFacts& each : samples) facts.emplace(each.sample, &each);
  StudyFindings findings;
  for (const LedgerRun& run : runs) {
    const std::string start = started_at(run);
    const std::string day = parse_local_day(start);
    if (day.empty()) continue;
    for (const auto& [centre, approved] : dates.approved_on) {
      if (centre == run.listed.centre && !approved.empty() && day < approved)
        add(findings, run, "run_before_approval", Severity::blocks, {{"start", start}, {"approved", approved}});
    }
    for (const std::string& sample : called_samples_of(run)) {
      const auto found = facts.find(sample);
      if (found == facts.end() || found->second->collected_at.empty()) continue;
      const std::string& collected = found->second->collected_at;
      const std::optional<long> run_minutes = parse_local_minutes(start);
      const std::optional<long> sample_minutes = parse_local_minutes(collected);
      const bool before =
          run_minutes && sample_minutes ? *run_minutes < *sample_minutes : day < parse_local_day(collected);
      if (before) {
        add(findings, run, "run_before_collection", Severity::blocks,
            {{"start", start}, {"sample", mask_personal(sample)}, {"collected", collected}}, sample);
      }
    }
    if (!dates.unblinded_at.empty() && day > parse_local_day(dates.unblinded_at)) {
      add(findings, run, "run_after_unblinding", Severity::blocks, {{"start", start}, {"moment", dates.unblinded_at}});
    } else if (!dates.locked_at.empty() && day > parse_local_day(dates.locked_at)) {
      add(findings, run, "run_after_lock", Severity::query, {{"start", start}, {"moment", dates.locked_at}});
    }
  }
  return findings;
}

StudyFindings find_unreported_tests(const std::vector<LedgerRun>& runs,
                                    const std::vector<InstrumentEntry>& instruments) {
  StudyFindings findings;
  std::set<std::string> submitted;
  std::set<std::string> listed;
  std::set<std::string> serials;
  for (const LedgerRun& run : runs) submitted.insert(run.listed.id);
  for (const InstrumentEntry& entry : instruments) {
    listed.insert(entry.run);
    serials.insert(entry.serial);
    if (submitted.contains(entry.run)) continue;
    StudyFinding finding;
    finding.check = "run_not_submitted";
    finding.severity = entry.status == "completed" ? Severity::blocks : Severity::query;
    finding.what =
        say(finding.check,
            {{"run", entry.run}, {"serial", entry.serial}, {"start", entry.started_at}, {"status", entry.status}});
    finding.run = entry.run;
    finding.file = entry.file;
    finding.line = entry.line;
    findings.push_back(std::move(finding));
  }
  std::map<std::string, std::vector<const LedgerRun*>> by_sample;
  for (const LedgerRun& run : runs) {
    if (serials.contains(serial_of(run)) && !listed.contains(run.listed.id))
      add(findings, run, "run_not_in_instrument", Severity::query, {{"serial", serial_of(run)}});
    if (run.listed.status != RunStatus::completed && run.listed.reason.empty())
      add(findings, run, "run_without_reason", Severity::query,
          {{"status", std::string(to_string(run.listed.status))}});
    for (const std::string& sample : called_samples_of(run)) by_sample[sample].push_back(&run);
  }
  for (const auto& [sample, tested] : by_sample) {
    for (std::size_t i = 1; i < tested.size(); ++i) {
      if (tested[i]->listed.repeat_of == tested[i - 1]->listed.id) continue;
      add(findings, *tested[i], "retest_not_declared", Severity::blocks,
          {{"sample", mask_personal(sample)}, {"other_run", tested[i - 1]->listed.id}}, sample);
    }
  }
  return findings;
}

StudyFindings find_material_faults(const std::vector<LedgerRun>& runs, const std::vector<LotFacts>& lots,
                                   const std::vector<CalibrationFacts>& instruments) {
  StudyFindings findings;
  std::map<std::string, std::set<std::string>> centres_of_lot;
  std::map<std::string, std::set<std::string>> lots_of_centre;
  for (const LedgerRun& run : runs) {
    const std::string day = parse_local_day(started_at(run));
    const std::string& lot = run.listed.lot;
    if (!lot.empty()) {
      centres_of_lot[lot].insert(run.listed.centre);
      lots_of_centre[run.listed.centre].insert(lot);
    }
    const auto known = std::find_if(lots.begin(), lots.end(), [&](const LotFacts& each) { return each.lot == lot; });
    if (!lots.empty() && !lot.empty() && known == lots.end())
      add(findings, run, "lot_unknown", Severity::query, {{"lot", lot}});
    if (known != lots.end() && !day.empty() && day > known->expires_on)
      add(findings, run, "lot_expired", Severity::blocks,
          {{"lot", lot}, {"start", day}, {"expires", known->expires_on}});
    const std::string serial = serial_of(run);
    if (instruments.empty() || serial.empty()) continue;
    const auto instrument = std::find_if(instruments.begin(), instruments.end(),
                                         [&](const CalibrationFacts& each) { return each.serial == serial; });
    if (instrument == instruments.end()) {
      add(findings, run, "instrument_unknown", Severity::query, {{"serial", serial}});
      continue;
    }
    if (instrument->centre != run.listed.centre)
      add(findings, run, "instrument_elsewhere", Severity::query, {{"serial", serial}, {"centre", instrument->centre}});
    if (!instrument->calibration_due.empty() && !day.empty() && day > instrument->calibration_due) {
      add(findings, run, "calibration_overdue", Severity::blocks,
          {{"serial", serial}, {"start", day}, {"due", instrument->calibration_due}});
    }
  }
  if (centres_of_lot.size() < 2) return findings;
  std::set<std::string> told;
  for (const LedgerRun& run : runs) {
    const std::string& lot = run.listed.lot;
    if (lot.empty() || centres_of_lot[lot].size() > 1 || lots_of_centre[run.listed.centre].size() > 1) continue;
    if (told.insert(lot).second)
      add(findings, run, "lot_confounded", Severity::note, {{"lot", lot}, {"centre", run.listed.centre}});
  }
  return findings;
}

void SmallVarianceOptions::validate() const {
  check_fraction("alpha", alpha);
  check_fraction("largest_ratio", largest_ratio);
  if (fewest_values < 5) refuse_option("fewest_values", static_cast<double>(fewest_values), "at least 5");
}

StudyFindings find_small_variances(const std::vector<LedgerRun>& runs, const SmallVarianceOptions& options) {
  options.validate();
  struct Pool {
    double squares = 0;
    long values = 0;
    long plates = 0;
    const LedgerRun* run = nullptr;
    double variance() const { return squares / static_cast<double>(values - plates); }
    double degrees() const { return static_cast<double>(values - plates); }
  };
  std::map<std::string, std::map<std::string, Pool>> by_target;
  for (const LedgerRun& run : runs) {
    for (const PlateResult* const result : run.results) {
      std::map<std::string, std::vector<double>> values;
      for (const WellResult& well : result->wells) {
        const bool counts = well.role != TargetRole::target && !well.control && well.cq.status == CqStatus::found &&
                            well.cq.cq_cycles && !well.sample.empty();
        if (counts && result->run_valid) values[well.target].push_back(*well.cq.cq_cycles);
      }
      for (const auto& [target, of_plate] : values) {
        if (of_plate.size() < 2) continue;
        Pool& pool = by_target[target][run.listed.centre];
        double mean = 0;
        for (const double value : of_plate) mean += value / static_cast<double>(of_plate.size());
        for (const double value : of_plate) pool.squares += (value - mean) * (value - mean);
        pool.values += static_cast<long>(of_plate.size());
        ++pool.plates;
        if (pool.run == nullptr) pool.run = &run;
      }
    }
  }
  double tests = 0;
  for (const auto& [target, centres] : by_target) tests += static_cast<double>(centres.size());
  StudyFindings findings;
  for (const auto& [target, centres] : by_target) {
    for (const auto& [centre, pool] : centres) {
      Pool others;
      for (const auto& [other, of_other] : centres) {
        if (other == centre) continue;
        others.squares += of_other.squares;
        others.values += of_other.values;
        others.plates += of_other.plates;
      }
      if (pool.values < options.fewest_values || others.values < options.fewest_values || !(others.squares > 0))
        continue;
      const double ratio = pool.variance() / others.variance();
      const double p_value = f_cumulative(ratio, pool.degrees(), others.degrees());
      if (ratio > options.largest_ratio || p_value * tests > options.alpha) continue;
      add(findings, *pool.run, "variance_too_small", Severity::query,
          {{"centre", centre},
           {"target", target},
           {"ratio", format_fixed(ratio, 3)},
           {"p", fmt::format("{:.1e}", p_value)},
           {"values", fmt::format("{}", pool.values)}});
      findings.back().run.clear();
    }
  }
  return findings;
}

}  // namespace qpcr
