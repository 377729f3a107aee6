// Joins by well.
#include "instruments/appbio_quantstudio/run_builder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/analysis_settings.hpp"
#include "instruments/appbio_quantstudio/baseline_window.hpp"
#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/plate_setup.hpp"
#include "instruments/appbio_quantstudio/protocol.hpp"
#include "instruments/appbio_quantstudio/read_points.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

/// Smallest plate in use that holds a well.
std::optional<PlateGeometry> find_plate_holding(long last_well) {
  for (const long wells : {96L, 384L, 3072L}) {
    if (last_well < wells) return find_plate_of(wells);
  }
  return std::nullopt;
}

std::vector<double> take(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  std::vector<double> taken;
  taken.reserve(places.size());
  for (const std::size_t place : places) taken.push_back(values[place]);
  return taken;
}

class RunBuilder {
 public:
  RunBuilder(Contents contents, NotReadList& not_read) : contents_(std::move(contents)), not_read_(not_read) {}

  RunData build() {
    describe();
    dyes_ = split_read_points(contents_.dyes.points, contents_.protocol, contents_.settings, contents_.dyes.member,
                              not_read_);
    filters_ = split_read_points(contents_.filters.points, contents_.protocol, contents_.settings,
                                 contents_.filters.member, not_read_);
    for (const std::size_t i : dyes_.amplification) dye_cycles_.push_back(contents_.dyes.points[i].cycle);
    for (const std::size_t i : filters_.amplification) filter_cycles_.push_back(contents_.filters.points[i].cycle);
    for (std::size_t i = 0; i < contents_.dyes.points.size(); ++i) dye_points_.emplace(contents_.dyes.points[i], i);
    choose_plate();
    std::set<long> wells;
    for (const auto& [well, setup] : contents_.setup.wells) {
      if (!setup.targets.empty()) wells.insert(well);
    }
    for (const auto& [well, signals] : contents_.dyes.wells) wells.insert(well);
    for (const auto& [well, signals] : contents_.filters.wells) wells.insert(well);
    for (const auto& [key, melt] : contents_.melts) wells.insert(key.first);
    for (AnalysisResult& result : contents_.results) {
      std::vector<AnalysisResult*>& of_well = results_[result.well];
      if (of_well.size() == most_targets) refuse_targets(result.well, result.line);
      of_well.push_back(&result);
      wells.insert(result.well);
    }
    for (const long well : wells) add_well(well);
    if (repetitions_differ_)
      run_.warnings.emplace_back("a curve of Rn has not as many readings as the protocol has cycles");
    if (contents_.settings.table) run_.vendor_tables.push_back(std::move(*contents_.settings.table));
    for (VendorTable& table : contents_.tables) run_.vendor_tables.push_back(std::move(table));
    return std::move(run_);
  }

 private:
  void describe() {
    Experiment& experiment = contents_.experiment;
    run_.name = experiment.name;
    run_.instrument = experiment.instrument;
    run_.instrument.vendor = "Applied Biosystems";
    run_.started_at = experiment.started_at;
    run_.ended_at = experiment.ended_at;
    run_.operator_name = experiment.operator_name;
    run_.notes = experiment.notes;
    run_.plate_barcode = contents_.setup.barcode.empty() ? experiment.barcode : contents_.setup.barcode;
    run_.passive_reference_dye = contents_.setup.passive_reference;
    run_.protocol = to_protocol_steps(contents_.protocol);
    run_.warnings = std::move(contents_.warnings);
    const std::string& state = experiment.run_state;
    if (!state.empty() && !equals_ignoring_case(state, "COMPLETE") && !equals_ignoring_case(state, "COMPLETED"))
      run_.warnings.push_back(fmt::format("the run was saved in the state '{}'", state));
  }

  [[noreturn]] void refuse_targets(long well, long line) const {
    refuse(ErrorCode::malformed_file, contents_.results_path, line,
           fmt::format("the well with index {} has more than {} targets", well, most_targets));
  }

  void choose_plate() {
    run_.plate = contents_.setup.geometry;
    if (!run_.plate) run_.plate = parse_plate_type(contents_.experiment.block_type);
    long last = 0;
    for (const AnalysisResult& result : contents_.results) last = std::max(last, result.well);
    for (const auto& [key, melt] : contents_.melts) last = std::max(last, key.first);
    for (const auto* wells : {&contents_.dyes.wells, &contents_.filters.wells}) {
      if (!wells->empty()) last = std::max(last, wells->rbegin()->first);
    }
    if (!run_.plate) {
      run_.plate = find_plate_holding(last);
      if (run_.plate) {
        run_.warnings.push_back(
            fmt::format("the file does not say its plate: taken as {} wells", run_.plate->rows * run_.plate->columns));
      }
    }
    const long count = run_.plate ? static_cast<long>(run_.plate->rows) * run_.plate->columns : 0;
    for (const AnalysisResult& result : contents_.results) {
      if (result.well >= 0 && result.well < count) continue;
      refuse(ErrorCode::invalid_value, contents_.results_path, result.line,
             fmt::format("expected a well index from 0 to {}, got {}", count - 1, result.well));
    }
    if (last >= count) {
      refuse(ErrorCode::invalid_value, contents_.results_path, 0,
             fmt::format("signals of well index {} on a plate of {} wells", last, count));
    }
    is_open_array_ = run_.plate == find_plate_of(3072);
  }

  /// Number of cycles of the amplification stage: a Ct that reaches it is "undetermined".
  std::optional<double> find_cycle_limit(const AnalysisResult& result) const {
    const std::vector<Stage>& protocol = contents_.protocol;
    const int chosen = dyes_.amplification_stage != 0 ? dyes_.amplification_stage : filters_.amplification_stage;
    const auto stage = static_cast<std::size_t>(chosen);
    if (stage >= 1 && stage <= protocol.size() && protocol[stage - 1].repetitions)
      return static_cast<double>(*protocol[stage - 1].repetitions);
    long most = 0;
    for (const Stage& each : protocol) {
      if (each.kind == StageKind::cycling) most = std::max(most, each.repetitions.value_or(0));
    }
    if (most > 0) return static_cast<double>(most);
    if (!result.rn.empty()) return static_cast<double>(result.rn.size());
    return std::nullopt;
  }

  VendorResult to_vendor_result(const AnalysisResult& result) const {
    VendorResult vendor;
    vendor.call = result.call;
    vendor.cq_confidence = result.confidence;
    vendor.quantity = result.quantity;
    vendor.melting_temperatures_celsius = result.melting_temperatures_celsius;
    vendor.flags = result.flags;
    if (result.ct_text) {
      vendor.cq_text = *result.ct_text;
      const std::string& algorithm = contents_.settings.algorithm;
      vendor.algorithm = algorithm.empty() || algorithm == "default" ? result.algorithm : algorithm;
      const std::optional<double> limit = find_cycle_limit(result);
      if (!result.ct || !(*result.ct > 0) || (limit && *result.ct >= *limit)) {
        vendor.cq_status = CqStatus::no_amplification;
      } else {
        vendor.cq_status = CqStatus::found;
        vendor.cq_cycles = result.ct;
      }
    }
    vendor.threshold = result.threshold;
    vendor.baseline_first_cycle = result.baseline_first_cycle;
    vendor.baseline_last_cycle = result.baseline_last_cycle;
    const CtSetting setting = find_ct_setting(contents_.settings, result.well, result.target);
    if (!vendor.threshold && setting.automatic_threshold == false) vendor.threshold = setting.threshold;
    if (!vendor.baseline_first_cycle && setting.baseline_first_cycle && setting.baseline_last_cycle) {
      // An automatic window is written only where the curves bear it out.
      if (setting.automatic_baseline == false ||
          is_baseline_window(result.rn, result.delta_rn, *setting.baseline_first_cycle, *setting.baseline_last_cycle)) {
        vendor.baseline_first_cycle = setting.baseline_first_cycle;
        vendor.baseline_last_cycle = setting.baseline_last_cycle;
      }
    }
    return vendor;
  }

  /// The vendor's curves have one reading a cycle of the amplification stage.
  AmplificationCurve to_curve(CurveKind kind, std::vector<double> readings, const WellSignals* signals) {
    AmplificationCurve curve{kind, {}, std::move(readings)};
    if (signals != nullptr && dye_cycles_.size() == curve.fluorescence.size()) {
      curve.cycles = dye_cycles_;
      if (!signals->temperatures_celsius.empty())
        curve.temperatures_celsius = take(signals->temperatures_celsius, dyes_.amplification);
      return curve;
    }
    if (signals != nullptr && !dye_cycles_.empty()) repetitions_differ_ = true;
    for (std::size_t i = 0; i < curve.fluorescence.size(); ++i) curve.cycles.push_back(static_cast<double>(i + 1));
    return curve;
  }

  void attach(const Signal& signal, const WellSignals& well, CurveKind kind, const PointSplit& split,
              const std::vector<double>& cycles, Measurement& measurement) const {
    const std::vector<double>& temperatures = well.temperatures_celsius;
    if (!split.amplification.empty()) {
      AmplificationCurve curve{kind, cycles, take(signal.readings, split.amplification)};
      if (!temperatures.empty()) curve.temperatures_celsius = take(temperatures, split.amplification);
      measurement.amplification.push_back(std::move(curve));
    }
    if (!split.melt.empty() && !temperatures.empty()) {
      MeltCurve melt{kind, {}, {}};
      for (const std::size_t i : split.melt) {
        if (std::isnan(temperatures[i])) continue;
        melt.temperatures_celsius.push_back(temperatures[i]);
        melt.fluorescence.push_back(signal.readings[i]);
      }
      if (!melt.fluorescence.empty()) measurement.melt.push_back(std::move(melt));
    }
    for (const auto& [i, stage] : split.single) {
      SingleReading reading{stage, kind, signal.readings[i]};
      if (!temperatures.empty() && !std::isnan(temperatures[i])) reading.temperature_celsius = temperatures[i];
      measurement.single_readings.push_back(reading);
    }
  }

  Measurement make_common(long well, const WellSetup& setup) const {
    Measurement common;
    const GridPosition position = to_position(well, *run_.plate);
    common.well = to_well(position);
    common.sample = setup.sample;
    common.note = setup.comment;
    constexpr int side = 8;
    if (is_open_array_) common.subarray = to_label({position.row / side, position.column / side});
    if (setup.omitted) {
      common.excluded = true;
      common.exclusion_reason = "IsOmit";
    }
    return common;
  }

  /// Targets of the set-up, then those of results that it does not name.
  static std::vector<TargetTask> list_targets(const WellSetup& setup, const std::vector<AnalysisResult*>& results) {
    std::vector<TargetTask> targets = setup.targets;
    for (const AnalysisResult* result : results) {
      const bool listed =
          std::any_of(targets.begin(), targets.end(), [&](const TargetTask& t) { return t.target == result->target; });
      if (!listed) targets.push_back({result->target, {}, result->task, {}, {}});
    }
    return targets;
  }

  /// Flags of a well name a target behind a hyphen, or hold for the whole well.
  static void add_flags(const WellSetup& setup, const std::string& target, VendorResult& vendor) {
    std::set<std::string> raised(vendor.flags.begin(), vendor.flags.end());
    for (const std::string& flag : setup.flags) {
      const std::size_t hyphen = flag.find('-');
      const std::string code = flag.substr(0, hyphen);
      if (hyphen != std::string::npos && std::string_view(flag).substr(hyphen + 1) != target) continue;
      if (raised.insert(code).second) vendor.flags.push_back(code);
    }
  }

  void add_target(const TargetTask& target, const WellSetup& setup, const Measurement& common,
                  const WellSignals* signals, const std::vector<AnalysisResult*>& results, long well) {
    Measurement measurement = common;
    measurement.target = target.target;
    measurement.dye = target.reporter;
    measurement.role_text = target.task;
    measurement.role = parse_role(target.task).value_or(SampleRole::unspecified);
    measurement.quantity = target.quantity;
    if (signals != nullptr) {
      const Signal* signal = find_signal(*signals, target.reporter);
      if (signal != nullptr) attach(*signal, *signals, CurveKind::multicomponent, dyes_, dye_cycles_, measurement);
    }
    const auto result = std::find_if(results.begin(), results.end(),
                                     [&](const AnalysisResult* r) { return r->target == target.target; });
    // The curves of a result are moved out of it: only alleles, which have none, share one.
    if (result != results.end()) {
      measurement.vendor = to_vendor_result(**result);
      if ((*result)->omitted && !measurement.excluded) {
        measurement.excluded = true;
        measurement.exclusion_reason = "omitted";
      }
      if (!(*result)->rn.empty())
        measurement.amplification.push_back(to_curve(CurveKind::normalised, std::move((*result)->rn), signals));
      if (!(*result)->delta_rn.empty()) {
        measurement.amplification.push_back(
            to_curve(CurveKind::baseline_subtracted, std::move((*result)->delta_rn), signals));
      }
    }
    if (const auto quantity = contents_.quantities.find({well, target.target}); quantity != contents_.quantities.end())
      measurement.vendor.quantity = quantity->second;
    if (const auto melt = contents_.melts.find({well, target.target}); melt != contents_.melts.end())
      add_melt(melt->second, measurement);
    add_flags(setup, target.target, measurement.vendor);
    run_.measurements.push_back(std::move(measurement));
  }

  static void add_melt(const MeltResult& melt, Measurement& measurement) {
    measurement.vendor.melting_temperatures_celsius = melt.melting_temperatures_celsius;
    MeltCurve curve{CurveKind::normalised, {}, {}};
    for (std::size_t i = 0; i < melt.rn.size(); ++i) {
      if (std::isnan(melt.temperatures_celsius[i])) continue;
      curve.temperatures_celsius.push_back(melt.temperatures_celsius[i]);
      curve.fluorescence.push_back(melt.rn[i]);
    }
    if (!curve.fluorescence.empty()) measurement.melt.push_back(std::move(curve));
  }

  static const Signal* find_signal(const WellSignals& signals, const std::string& dye) {
    if (dye.empty()) return nullptr;
    const auto found = std::find_if(signals.signals.begin(), signals.signals.end(),
                                    [&](const Signal& s) { return equals_ignoring_case(s.dye, dye); });
    return found == signals.signals.end() ? nullptr : &*found;
  }

  void add_well(long well) {
    static const WellSetup no_setup;
    static const std::vector<AnalysisResult*> no_results;
    const auto known = contents_.setup.wells.find(well);
    const WellSetup& setup = known == contents_.setup.wells.end() ? no_setup : known->second;
    const auto found = results_.find(well);
    const std::vector<AnalysisResult*>& results = found == results_.end() ? no_results : found->second;
    const auto measured = contents_.dyes.wells.find(well);
    const WellSignals* signals = measured == contents_.dyes.wells.end() ? nullptr : &measured->second;
    Measurement common = make_common(well, setup);
    if (common.sample.empty() && !results.empty()) common.sample = results.front()->sample;
    std::vector<TargetTask> targets = list_targets(setup, results);
    for (auto melt = contents_.melts.lower_bound({well, {}});
         melt != contents_.melts.end() && melt->first.first == well; ++melt) {
      const bool listed = std::any_of(targets.begin(), targets.end(),
                                      [&](const TargetTask& t) { return t.target == melt->first.second; });
      if (listed) continue;
      if (targets.size() >= 2 * most_targets) refuse_targets(well, 0);
      targets.push_back({melt->first.second, {}, {}, {}, {}});
    }
    for (const TargetTask& target : targets) add_target(target, setup, common, signals, results, well);
    if (signals != nullptr) add_dyes(*signals, targets, common);
    const auto raw = contents_.filters.wells.find(well);
    if (raw != contents_.filters.wells.end()) add_filters(raw->second, signals, common);
  }

  void add_dyes(const WellSignals& signals, const std::vector<TargetTask>& targets, const Measurement& common) {
    for (const Signal& signal : signals.signals) {
      const bool used = std::any_of(targets.begin(), targets.end(), [&](const TargetTask& target) {
        return equals_ignoring_case(target.reporter, signal.dye);
      });
      if (used) continue;
      Measurement measurement = common;
      measurement.dye = signal.dye;
      attach(signal, signals, CurveKind::multicomponent, dyes_, dye_cycles_, measurement);
      run_.measurements.push_back(std::move(measurement));
    }
  }

  void add_filters(WellSignals& raw, const WellSignals* signals, const Measurement& common) {
    // The filters were read when the dyes were.
    if (signals != nullptr && !signals->temperatures_celsius.empty()) {
      raw.temperatures_celsius.reserve(contents_.filters.points.size());
      for (const ReadPoint& point : contents_.filters.points) {
        const auto same = dye_points_.find(point);
        if (same == dye_points_.end()) {
          raw.temperatures_celsius.clear();
          break;
        }
        raw.temperatures_celsius.push_back(signals->temperatures_celsius[same->second]);
      }
    }
    for (const Signal& signal : raw.signals) {
      Measurement measurement = common;
      measurement.dye = signal.dye;
      attach(signal, raw, CurveKind::raw_filter, filters_, filter_cycles_, measurement);
      const bool is_any =
          !measurement.amplification.empty() || !measurement.melt.empty() || !measurement.single_readings.empty();
      if (is_any) run_.measurements.push_back(std::move(measurement));
    }
  }

  Contents contents_;
  NotReadList& not_read_;
  RunData run_;
  PointSplit dyes_;
  PointSplit filters_;
  std::vector<double> dye_cycles_;
  std::vector<double> filter_cycles_;
  std::map<ReadPoint, std::size_t> dye_points_;
  std::map<long, std::vector<AnalysisResult*>> results_;
  bool is_open_array_ = false;
  bool repetitions_differ_ = false;
};

}  // namespace

RunData build_run(Contents contents, NotReadList& not_read) {
  return RunBuilder(std::move(contents), not_read).build();
}

}  // namespace qpcr::appbio_quantstudio
