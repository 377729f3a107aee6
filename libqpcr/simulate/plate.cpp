// Lays samples out on 96 wells, draws their reactions and writes down what was drawn.
#include "libqpcr/simulate/plate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"

namespace qpcr {
namespace {

constexpr PlateGeometry plate_geometry{8, 12};
constexpr int control_wells = 6;
constexpr double stray_molecules = 0.1;

// Streams of the plate's seed: what is drawn for one never moves another.
constexpr std::uint64_t order_stream = 1;
constexpr std::uint64_t exclusion_stream = 2;
constexpr std::uint64_t sample_stream = 1'000;
constexpr std::uint64_t reaction_stream = 1'000'000;
constexpr std::uint64_t artefact_stream = 2'000'000;

void require(bool holds, const char* field, const std::string& found, const std::string& expected) {
  if (holds) return;
  throw Error(
      ErrorCode::invalid_option,
      {.path = {}, .line = 0, .column = {}, .field = field, .found = found, .expected = expected, .problem = {}});
}

SampleRole to_role(SimulatedClass simulated_class) {
  switch (simulated_class) {
    case SimulatedClass::no_template_control:
      return SampleRole::no_template_control;
    case SimulatedClass::negative_control:
      return SampleRole::negative_control;
    case SimulatedClass::positive_control:
      return SampleRole::positive_control;
    case SimulatedClass::case_sample:
    case SimulatedClass::control_sample:
      break;
  }
  return SampleRole::unknown;
}

bool is_control_material(SimulatedClass simulated_class) { return to_role(simulated_class) != SampleRole::unknown; }

std::vector<double> scaled(std::vector<double> molecules, double factor) {
  for (double& value : molecules) value *= factor;
  return molecules;
}

SimulatedSample draw_sample(const PlateOptions& options, bool is_case, int number) {
  const PanelModel& panel = describe(options.panel);
  RandomStream random(options.seed, sample_stream + static_cast<std::uint64_t>(number));
  SimulatedSample sample;
  sample.id = fmt::format("SIM-{:04}", number);
  sample.intended = is_case ? SimulatedClass::case_sample : SimulatedClass::control_sample;
  sample.expected_molecules = is_case ? panel.case_sample : panel.control_sample;
  // The whole sample varies with what was extracted, each target by itself with biology.
  const double extracted = std::exp(0.3 * random.normal());
  for (std::size_t target = 0; target < panel.targets.size(); ++target) {
    double& molecules = sample.expected_molecules[target];
    const double biology = std::exp(0.7 * random.normal());
    if (options.noise_free) continue;
    // The reference is what was extracted; a target that a control lacks still has a stray molecule now and then.
    molecules = (molecules == 0 ? stray_molecules : molecules) * extracted *
                (panel.targets[target].is_reference ? 1.0 : biology);
  }
  const double failure = random.uniform();
  sample.internal_control_failure = failure < options.internal_control_failure_rate;
  if (options.panel == SimulatedPanel::demo_methylation) {
    sample.sex = random.uniform() < (is_case ? 0.75 : 0.55) ? "male" : "female";
    const double afp = is_case ? 60 * std::exp(1.2 * random.normal()) : 4 * std::exp(0.5 * random.normal());
    sample.afp_ng_ml = std::round(afp * 10) / 10;
  }
  return sample;
}

class PlateBuilder {
 public:
  PlateBuilder(const PlateOptions& options, const PanelModel& panel) : options_(options), panel_(panel) {
    data_.name = options.run_name;
    data_.instrument = {"", "SIMULATED", "SIMULATED", "qpcr simulate", simulation_model_version};
    data_.started_at = options.started_at;
    data_.plate = plate_geometry;
    data_.provenance.reader = "simulate";
    data_.provenance.library_version = library_version;
  }

  void add_defect(std::string kind, std::string where, std::string detail) {
    defects_.push_back({std::move(kind), std::move(where), std::move(detail)});
  }

  /// Puts `wells` reactions of a sample on the plate. `template_of(replicate)` lets one replicate differ from its
  /// sample.
  void add(const SimulatedSample& sample, int wells, const std::vector<double>& first_well_molecules) {
    SampleTruth truth;
    truth.sample = sample;
    for (std::size_t target = 0; target < panel_.targets.size(); ++target) {
      truth.expected_cq_cycles.push_back(expected_cq(sample.expected_molecules[target], target));
    }
    if (!is_control_material(sample.intended))
      truth.expected_call = derive_clear_call(options_.panel, sample, options_.lot_shift_cycles);
    samples_.push_back(std::move(truth));
    for (int replicate = 0; replicate < wells; ++replicate) {
      add_well(sample, replicate == 0 ? first_well_molecules : sample.expected_molecules);
    }
  }

  void exclude_wells() {
    RandomStream random(options_.seed, exclusion_stream);
    const auto sample_wells = static_cast<std::uint64_t>(next_well_ - control_wells);
    std::vector<long> excluded;
    while (excluded.size() < static_cast<std::size_t>(options_.excluded_wells)) {
      const long well = control_wells + static_cast<long>(random.index(sample_wells));
      if (std::find(excluded.begin(), excluded.end(), well) == excluded.end()) excluded.push_back(well);
    }
    for (const long well : excluded) {
      const WellId id = to_well(to_position(well, plate_geometry));
      for (Measurement& measurement : data_.measurements) {
        if (measurement.well != id) continue;
        measurement.excluded = true;
        measurement.exclusion_reason = "air bubble";
        measurement.vendor = {};
        measurement.vendor.cq_status = CqStatus::excluded;
        forget_call(measurement.sample);
      }
      add_defect("excluded_well", id.label, "air bubble");
    }
  }

  SimulatedPlate finish(bool expected_valid) && {
    if (!expected_valid) {
      for (SampleTruth& truth : samples_) {
        if (!is_control_material(truth.sample.intended)) truth.expected_call = "invalid";
      }
    }
    return {Run(std::move(data_)), options_.panel,        expected_valid,
            std::move(samples_),   std::move(reactions_), std::move(defects_)};
  }

 private:
  std::optional<double> expected_cq(double molecules, std::size_t target) const {
    return derive_expected_cq(molecules, to_amplification_options(options_.panel, target, options_.lot_shift_cycles),
                              panel_.threshold_rfu);
  }

  /// A sample with one well is lost with it; the majority of three still decides.
  void forget_call(const std::string& sample) {
    for (SampleTruth& truth : samples_) {
      if (truth.sample.id == sample && panel_.wells_per_sample == 1) truth.expected_call = "invalid";
    }
  }

  static void add_readings(const std::vector<double>& readings, AmplificationCurve& curve) {
    constexpr double resolution = 100;  // of the written readings, as in simulate_curve
    for (std::size_t i = 0; i < readings.size(); ++i)
      curve.fluorescence[i] = std::round((curve.fluorescence[i] + readings[i]) * resolution) / resolution;
  }

  /// What an artefact adds to each reading of each target of the next well; empty where there is none.
  std::vector<std::vector<double>> draw_artefact(const SimulatedSample& sample, const WellId& well) {
    if (options_.artefact_rate == 0 || is_control_material(sample.intended)) return {};
    RandomStream random(options_.seed, artefact_stream + static_cast<std::uint64_t>(next_well_));
    if (random.uniform() >= options_.artefact_rate) return {};
    const std::uint64_t kind = random.index(3);
    const std::size_t only = random.index(panel_.targets.size());
    const auto cycles = static_cast<std::size_t>(AmplificationOptions{}.cycles);
    const std::size_t start = 5 + random.index(cycles - 10);  // the cycle before the first one that is changed
    const double share = random.uniform(0.05, 0.8);           // of the rise of an amplified dye
    const bool upward = random.uniform() < 0.8;
    const double signed_share = upward ? share : -share;
    std::vector<std::vector<double>> added(panel_.targets.size(), std::vector<double>(cycles, 0.0));
    for (std::size_t target = 0; target < panel_.targets.size(); ++target) {
      // A bubble stands in the way of every dye.
      if (kind != 0 && target != only) continue;
      const double height = signed_share * panel_.targets[target].plateau_rise_rfu;
      for (std::size_t i = 0; i < cycles; ++i) {
        if (kind == 0 && i >= start) added[target][i] = height;
        if (kind == 1 && i == start) added[target][i] = height;
        if (kind == 2) added[target][i] = height * static_cast<double>(i) / static_cast<double>(cycles - 1);
      }
    }
    const std::string percent = format_fixed(100 * signed_share, 0);
    if (kind == 0) {
      add_defect("artefact_step", well.label,
                 fmt::format("all dyes {} % of their rise from cycle {} on", percent, start + 1));
    } else if (kind == 1) {
      add_defect("artefact_spike", well.label,
                 fmt::format("{} {} % of its rise in cycle {}", panel_.targets[only].id, percent, start + 1));
    } else {
      add_defect("artefact_drift", well.label,
                 fmt::format("{} {} % of its rise over the run", panel_.targets[only].id, percent));
    }
    return added;
  }

  void add_well(const SimulatedSample& sample, const std::vector<double>& molecules) {
    const WellId well = to_well(to_position(next_well_, plate_geometry));
    RandomStream well_random(options_.seed, reaction_stream + static_cast<std::uint64_t>(next_well_) * 16 + 15);
    const double gain = std::exp(0.03 * well_random.normal());
    const std::vector<std::vector<double>> artefacts = draw_artefact(sample, well);
    for (std::size_t target = 0; target < panel_.targets.size(); ++target) {
      RandomStream random(options_.seed, reaction_stream + static_cast<std::uint64_t>(next_well_) * 16 + target);
      AmplificationOptions reaction = to_amplification_options(options_.panel, target, options_.lot_shift_cycles);
      double drawn = molecules[target];
      if (!options_.noise_free) {
        drawn = static_cast<double>(random.poisson(molecules[target]));
        reaction.gain = gain;
        reaction.drift_rfu_per_cycle = random.uniform(-1.5, 2.5);
        reaction.noise_sd_rfu = random.uniform(5, 10);
        reaction.noise_fraction = 0.003;
      } else {
        reaction.branching_limit = 0;
      }
      Measurement measurement;
      measurement.well = well;
      measurement.sample = sample.id;
      measurement.target = panel_.targets[target].id;
      measurement.dye = panel_.targets[target].dye;
      measurement.role = to_role(sample.intended);
      SimulatedCurve curve = simulate_curve(drawn, reaction, random);
      if (!artefacts.empty()) {
        add_readings(artefacts[target], curve.total);
        add_readings(artefacts[target], curve.subtracted);
      }
      measurement.vendor = read_vendor_cq(curve.subtracted);
      measurement.amplification = {std::move(curve.total), std::move(curve.subtracted)};
      reactions_.push_back({well, sample.id, measurement.target, measurement.dye, molecules[target], drawn,
                            expected_cq(molecules[target], target)});
      data_.measurements.push_back(std::move(measurement));
    }
    ++next_well_;
  }

  VendorResult read_vendor_cq(const AmplificationCurve& curve) const {
    VendorResult vendor;
    vendor.cq_status = CqStatus::no_amplification;
    vendor.cq_text = "NaN";
    vendor.threshold = panel_.threshold_rfu;
    for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
      const double before = curve.fluorescence[i - 1];
      const double after = curve.fluorescence[i];
      if (before >= panel_.threshold_rfu || after < panel_.threshold_rfu) continue;
      vendor.cq_status = CqStatus::found;
      vendor.cq_cycles = curve.cycles[i - 1] + (panel_.threshold_rfu - before) / (after - before);
      vendor.cq_text = format_double(*vendor.cq_cycles);
      break;
    }
    return vendor;
  }

  const PlateOptions& options_;
  const PanelModel& panel_;
  RunData data_;
  std::vector<SampleTruth> samples_;
  std::vector<ReactionTruth> reactions_;
  std::vector<PlantedDefect> defects_;
  long next_well_ = 0;
};

void check_space(const PlateOptions& options, std::size_t samples) {
  const std::size_t wells =
      control_wells + samples * static_cast<std::size_t>(describe(options.panel).wells_per_sample);
  require(wells <= 96, "samples", std::to_string(samples), fmt::format("no more than 96 wells in all, not {}", wells));
  require(static_cast<std::size_t>(options.excluded_wells) <= wells - control_wells, "excluded_wells",
          std::to_string(options.excluded_wells), "no more than the samples have wells");
}

}  // namespace

void PlateOptions::validate() const {
  require(!run_name.empty(), "run_name", run_name, "a name");
  require(cases >= 0 && cases <= 90, "cases", std::to_string(cases), "0 to 90");
  require(controls >= 0 && controls <= 90, "controls", std::to_string(controls), "0 to 90");
  require(first_sample_number >= 1 && first_sample_number <= 999'999, "first_sample_number",
          std::to_string(first_sample_number), "1 to 999999");
  require(internal_control_failure_rate >= 0 && internal_control_failure_rate <= 1, "internal_control_failure_rate",
          format_double(internal_control_failure_rate), "0 to 1");
  require(excluded_wells >= 0, "excluded_wells", std::to_string(excluded_wells), "a number from 0");
  require(artefact_rate >= 0 && artefact_rate <= 1, "artefact_rate", format_double(artefact_rate), "0 to 1");
  require(lot_shift_cycles >= -5 && lot_shift_cycles <= 5, "lot_shift_cycles", format_double(lot_shift_cycles),
          "−5 to 5");
}

SimulatedPlate simulate_plate(const PlateOptions& options) {
  options.validate();
  const int count = options.cases + options.controls;
  check_space(options, static_cast<std::size_t>(count));
  std::vector<bool> is_case(static_cast<std::size_t>(count), false);
  for (int i = 0; i < options.cases; ++i) is_case[static_cast<std::size_t>(i)] = true;
  RandomStream random(options.seed, order_stream);
  for (std::size_t i = is_case.size(); i > 1; --i) {
    const std::size_t other = random.index(i);
    const bool kept = is_case[i - 1];
    is_case[i - 1] = is_case[other];
    is_case[other] = kept;
  }
  std::vector<SimulatedSample> samples;
  for (int i = 0; i < count; ++i)
    samples.push_back(draw_sample(options, is_case[static_cast<std::size_t>(i)], options.first_sample_number + i));
  return simulate_plate(options, samples);
}

SimulatedPlate simulate_plate(const PlateOptions& options, const std::vector<SimulatedSample>& samples) {
  options.validate();
  check_space(options, samples.size());
  const PanelModel& panel = describe(options.panel);
  PlateBuilder builder(options, panel);
  const auto add_control = [&](const char* id, SimulatedClass intended, const std::vector<double>& molecules,
                               const std::vector<double>& first_well) {
    SimulatedSample control;
    control.id = id;
    control.intended = intended;
    control.expected_molecules = molecules;
    builder.add(control, 2, first_well);
  };
  const std::vector<double> contamination = scaled(panel.positive_control, 0.2);
  add_control("NTC", SimulatedClass::no_template_control, panel.no_template,
              options.contaminated_ntc ? contamination : panel.no_template);
  if (options.contaminated_ntc) builder.add_defect("contaminated_ntc", "A1", "20 % of the positive control's template");
  add_control("NC", SimulatedClass::negative_control, panel.negative_control, panel.negative_control);
  const std::vector<double> positive = scaled(panel.positive_control, options.degraded_positive_control ? 0.001 : 1.0);
  add_control("PC", SimulatedClass::positive_control, positive, positive);
  if (options.degraded_positive_control) builder.add_defect("degraded_positive_control", "PC", "0.1 % of its template");
  for (SimulatedSample sample : samples) {
    require(sample.expected_molecules.size() == panel.targets.size(), "expected_molecules",
            std::to_string(sample.expected_molecules.size()), "one number for each target of the panel");
    if (sample.internal_control_failure) {
      sample.expected_molecules = scaled(sample.expected_molecules, 0.001);
      builder.add_defect("internal_control_failure", sample.id, "0.1 % of the template was recovered");
    }
    builder.add(sample, panel.wells_per_sample, sample.expected_molecules);
  }
  if (options.lot_shift_cycles != 0)
    builder.add_defect("lot_shift", options.run_name,
                       fmt::format("{} cycles", format_double(options.lot_shift_cycles)));
  builder.exclude_wells();
  return std::move(builder).finish(!options.contaminated_ntc && !options.degraded_positive_control);
}

}  // namespace qpcr
