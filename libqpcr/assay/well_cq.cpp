// The Cq of every channel of a plate.
#include "libqpcr/assay/well_cq.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

// Up to so many cycles may be missing in a row, and before the first reading: what amplifies is still there after them.
constexpr double largest_gap_cycles = 2.0;
// Beyond this our Cq and the instrument's are not about the same crossing.
constexpr double largest_vendor_difference_cycles = 2.0;

/// Missing cycles between which a curve says nothing.
struct Gap {
  double after = 0.0;
  double before = 0.0;
};

/// The first gap wider than allowed before `needed`, or, with a Cq, the one that holds it.
std::optional<Gap> find_gap(const AmplificationCurve& curve, double needed, std::optional<double> cq) {
  double previous = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i])) continue;
    const double cycle = curve.cycles[i];
    const bool matters = cq ? previous <= *cq && *cq <= cycle : previous < needed;
    if (matters && cycle - previous > largest_gap_cycles + 1.0) return Gap{previous, cycle};
    previous = cycle;
  }
  return std::nullopt;
}

/// The last cycle with a reading; 0 when there is none.
double find_last_cycle(const AmplificationCurve& curve) {
  for (std::size_t i = curve.cycles.size(); i > 0; --i) {
    if (std::isfinite(curve.fluorescence[i - 1])) return curve.cycles[i - 1];
  }
  return 0.0;
}

/// Cycles that the protocol of the file reads; 0 when it does not say.
double count_protocol_cycles(const RunData& run) {
  int most = 0;
  for (const ProtocolStep& step : run.protocol) {
    if (step.collects) most = std::max(most, step.repeats);
  }
  return most;
}

void forget_cq(CqResult& cq, CqStatus status) {
  cq.status = status;
  cq.cq_cycles.reset();
  cq.standard_error_cycles.reset();
}

class WellReader {
 public:
  WellReader(const RunData& run, const AssayDefinition& definition, const std::vector<CqOptions>& options)
      : run_(run), definition_(definition), options_(options) {}

  PlateCq read(const PlateMatch& match) {
    for (const MatchedWell& well : match.wells) {
      for (const MatchedChannel& channel : well.channels) read_channel(well, channel);
    }
    check_length();
    return std::move(made_);
  }

 private:
  bool is_vendor() const { return definition_.cq.origin == CqOrigin::vendor; }

  void read_channel(const MatchedWell& well, const MatchedChannel& channel) {
    const Measurement& seen = run_.measurements[channel.measurement];
    const AssayTarget& target = definition_.targets[channel.target];
    WellResult row;
    row.measurement = channel.measurement;
    row.well = well.well;
    row.sample = well.sample;
    row.target = target.id;
    row.target_as_read = seen.target;
    row.dye = seen.dye.empty() ? target.dye : seen.dye;
    row.role = target.role;
    if (well.control) row.control = definition_.controls[*well.control].kind;
    row.vendor_cq_cycles = seen.vendor.cq_cycles;
    row.cq.method = options_[channel.target].method;
    if (channel.by_dye) row.flags.push_back({"matched_by_dye", {{"target", target.id}, {"dye", target.dye}}});
    if (seen.excluded) {
      list_excluded(seen, target, row);
    } else if (is_vendor()) {
      take_vendor_cq(seen, target, row);
    } else {
      estimate(seen, target, options_[channel.target], row);
    }
    made_.rows.push_back(std::move(row));
  }

  /// For an eye: in the row, and for a control in the warnings of the plate.
  void flag(WellResult& row, Message message) {
    if (row.control) made_.warnings.push_back(message);
    row.flags.push_back(std::move(message));
  }

  void list_excluded(const Measurement& seen, const AssayTarget& target, WellResult& row) {
    row.cq.status = CqStatus::excluded;
    const Message note{"well_excluded",
                       {{"well", seen.well.label},
                        {"sample", row.sample.empty() ? "–" : row.sample},
                        {"target", target.id},
                        {"reason", seen.exclusion_reason.empty() ? "–" : seen.exclusion_reason}}};
    row.flags.push_back(note);
    made_.warnings.push_back(note);
  }

  void take_vendor_cq(const Measurement& seen, const AssayTarget& target, WellResult& row) {
    row.cq.status = seen.vendor.cq_status;
    row.cq.cq_cycles = seen.vendor.cq_cycles;
    row.cq.amplified = row.cq.cq_cycles.has_value();
    if (row.cq.status == CqStatus::not_measured) {
      row.flags.push_back({"vendor_cq_missing", {{"target", target.id}, {"well", seen.well.label}}});
      made_.warnings.push_back(row.flags.back());
    } else {
      row.flags.push_back({"vendor_cq_used",
                           {{"target", target.id},
                            {"well", seen.well.label},
                            {"algorithm", seen.vendor.algorithm.empty() ? "–" : seen.vendor.algorithm}}});
    }
    if (const AmplificationCurve* curve = find_assay_curve(seen)) {
      longest_ = std::max(longest_, find_last_cycle(*curve));
      if (row.cq.status != CqStatus::not_measured) check_coverage(*curve, target, row);
    }
    read_by_rules(target, row);
  }

  void estimate(const Measurement& seen, const AssayTarget& target, const CqOptions& options, WellResult& row) {
    const Message at{"", {{"target", target.id}, {"well", seen.well.label}}};
    const AmplificationCurve* curve = find_assay_curve(seen);
    if (curve == nullptr) {
      row.flags.push_back({"curve_missing", at.values});
      made_.warnings.push_back(row.flags.back());
      flag_vendor(target, row);
      return;
    }
    row.cq = estimate_cq(to_view(*curve), options);
    if (row.cq.status != CqStatus::found) row.flags.push_back(row.cq.reason);
    row.flags.insert(row.flags.end(), row.cq.notes.begin(), row.cq.notes.end());
    const CqStatus estimated = row.cq.status;
    apply_gate(target, row);
    longest_ = std::max(longest_, find_last_cycle(*curve));
    check_coverage(*curve, target, row);
    read_by_rules(target, row);
    if (row.cq.status == CqStatus::below_threshold && row.cq.amplified) {
      flag(row, {"amplified_below_threshold", at.values});
    }
    if (estimated == CqStatus::fit_failed) row.flags.push_back({"curve_unusable", at.values});
    flag_vendor(target, row);
  }

  /// Why the curve is less than the definition demands of one with a Cq; nothing when it is not.
  std::optional<std::string> find_gate_failure(const AssayTarget& target, const CqResult& cq) const {
    const AmplificationVerdict verdict = cq.verdict;
    const RequiredShape shape = definition_.cq.gate.shape;
    const bool shaped = shape == RequiredShape::any ||
                        (shape == RequiredShape::amplified && verdict != AmplificationVerdict::not_amplified) ||
                        (shape == RequiredShape::typical && verdict == AmplificationVerdict::typical);
    if (!shaped) return std::string(to_string(verdict));
    if (target.minimum_rise && !(cq.end_fluorescence_rise >= *target.minimum_rise)) {
      return format_fixed(cq.end_fluorescence_rise, 1) + " < " + format_double(*target.minimum_rise);
    }
    return std::nullopt;
  }

  void apply_gate(const AssayTarget& target, WellResult& row) {
    if (row.cq.status != CqStatus::found) return;
    const std::optional<std::string> failure = find_gate_failure(target, row.cq);
    if (!failure) return;
    flag(row, {definition_.cq.gate.on_failure == GateFailure::not_detected ? "curve_gate_failed"
                                                                           : "curve_gate_failed_unreadable",
               {{"target", target.id},
                {"well", row.well.label},
                {"cq", format_fixed(*row.cq.cq_cycles, 2)},
                {"found", *failure}}});
    forget_cq(row.cq, definition_.cq.gate.on_failure == GateFailure::not_detected ? CqStatus::no_amplification
                                                                                  : CqStatus::fit_failed);
  }

  void read_by_rules(const AssayTarget& target, WellResult& row) {
    const CqObservation observation = to_observation(row.cq);
    const TargetReading reading = read_target(definition_, target, observation);
    row.used_cq_cycles = reading.used_cq_cycles;
    row.imputed = reading.imputed;
    if (reading.late) row.flags.push_back(describe_observation(definition_, target.id, observation));
    if (reading.imputed) {
      row.flags.push_back(
          {"not_detected_imputed", {{"target", target.id}, {"value", format_double(*reading.used_cq_cycles)}}});
    }
  }

  /// Silence says nothing about cycles that were not recorded, nor a Cq about a crossing that nobody saw.
  void check_coverage(const AmplificationCurve& curve, const AssayTarget& target, WellResult& row) const {
    const double needed = effective_maximum_cq(definition_, target);
    const double last = find_last_cycle(curve);
    if (row.cq.status == CqStatus::fit_failed) return;
    if (row.cq.status != CqStatus::found && last < needed) {
      row.cq.status = CqStatus::not_measured;
      row.flags.push_back(
          {"curve_ends_early", {{"last_cycle", format_double(last)}, {"needed", format_double(needed)}}});
      return;
    }
    if (const std::optional<Gap> gap = find_gap(curve, needed, row.cq.cq_cycles)) {
      forget_cq(row.cq, CqStatus::not_measured);
      row.flags.push_back({"curve_has_gap",
                           {{"target", target.id},
                            {"well", row.well.label},
                            {"first_cycle", format_double(gap->after + 1)},
                            {"last_cycle", format_double(gap->before - 1)}}});
    }
  }

  /// The instrument's Cq decides nothing, but a person must look where it contradicts ours.
  void flag_vendor(const AssayTarget& target, WellResult& row) {
    if (!row.vendor_cq_cycles) return;
    const double vendor = *row.vendor_cq_cycles;
    const bool differs = row.cq.cq_cycles ? std::abs(*row.cq.cq_cycles - vendor) > largest_vendor_difference_cycles
                                          : vendor < effective_maximum_cq(definition_, target);
    if (!differs) return;
    flag(row, {"vendor_cq_differs",
               {{"target", target.id},
                {"well", row.well.label},
                {"vendor_cq", format_fixed(vendor, 2)},
                {"cq", row.cq.cq_cycles ? format_fixed(*row.cq.cq_cycles, 2) : "–"}}});
  }

  void check_length() {
    if (is_vendor()) {
      made_.warnings.push_back({"vendor_cq_taken_over", {}});
      if (longest_ == 0.0) longest_ = count_protocol_cycles(run_);
      if (longest_ == 0.0) made_.warnings.push_back({"run_length_unknown", {}});
    }
    if (longest_ > 0 && longest_ < definition_.cq.cycles) {
      made_.run_reasons.push_back(
          {"run_too_short", {{"found", format_double(longest_)}, {"expected", std::to_string(definition_.cq.cycles)}}});
    }
  }

  const RunData& run_;
  const AssayDefinition& definition_;
  const std::vector<CqOptions>& options_;
  double longest_ = 0.0;  ///< last cycle read on the plate
  PlateCq made_;
};

}  // namespace

CqObservation to_observation(const CqResult& result) {
  return {result.status, result.cq_cycles, result.standard_error_cycles};
}

bool is_fully_excluded(const RunData& run, const MatchedWell& well) {
  return std::all_of(well.channels.begin(), well.channels.end(),
                     [&](const MatchedChannel& channel) { return run.measurements[channel.measurement].excluded; });
}

const WellResult* find_row(const std::vector<WellResult>& rows, const AssayDefinition& definition,
                           const MatchedWell& well, std::string_view target) {
  for (std::size_t i = 0; i < well.channels.size(); ++i) {
    if (definition.targets[well.channels[i].target].id == target) return &rows[well.first_row + i];
  }
  return nullptr;
}

PlateCq estimate_plate_cq(const RunData& run, const AssayDefinition& definition, const PlateMatch& match,
                          const std::vector<CqOptions>& options) {
  return WellReader(run, definition, options).read(match);
}

}  // namespace qpcr
