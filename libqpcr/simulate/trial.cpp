// Enrols subjects, plants defects, lays out the runs of each centre and writes the tables.
#include "libqpcr/simulate/trial.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::string_view, 4> centres{"C01", "C02", "C03", "C04"};
constexpr std::string_view cfx_centre = "C04";
constexpr std::string_view late_lot_centre = "C03";
constexpr std::size_t samples_per_plate = 90;

constexpr std::uint64_t enrolment_stream = 1;
constexpr std::uint64_t defect_stream = 2;
constexpr std::uint64_t subject_stream = 1'000;
constexpr std::uint64_t plate_seed_factor = 1'000;

class TrialBuilder {
 public:
  explicit TrialBuilder(const TrialOptions& options) : options_(options) {}

  SimulatedTrial build() && {
    enrol();
    if (options_.plant_defects) plant();
    run_plates();
    trial_.files.push_back({"subjects.csv", render_subjects()});
    trial_.files.push_back({"covariates.csv", render_covariates()});
    trial_.files.push_back({"study.toml", render_study()});
    trial_.files.push_back({"truth.csv", render_truth()});
    trial_.files.push_back({"truth_defects.csv", render_defects_csv(trial_.defects)});
    return std::move(trial_);
  }

 private:
  /// Deals the members of each group to the centres in turn, then mixes the order within a centre.
  void enrol() {
    RandomStream random(options_.seed, enrolment_stream);
    std::array<std::vector<TrialSubject>, centres.size()> by_centre;
    const std::vector<int> sizes = share_out(options_.subjects);
    std::size_t turn = 0;
    std::uint64_t number = 0;
    for (std::size_t group = 0; group < sizes.size(); ++group) {
      for (int i = 0; i < sizes[group]; ++i) {
        RandomStream subject_random(options_.seed, subject_stream + number++);
        by_centre[turn++ % centres.size()].push_back(draw_subject(trial_groups()[group], subject_random));
      }
    }
    int sample = 0;
    for (std::size_t centre = 0; centre < centres.size(); ++centre) {
      std::vector<TrialSubject>& subjects = by_centre[centre];
      for (std::size_t i = subjects.size(); i > 1; --i) std::swap(subjects[i - 1], subjects[random.index(i)]);
      int in_centre = 0;
      for (TrialSubject& subject : subjects) {
        subject.centre = centres[centre];
        subject.id = fmt::format("SIM-{}-{:03}", subject.centre, ++in_centre);
        subject.sample = fmt::format("SIM-{:04}", ++sample);
        TrialRecord record;
        record.reference_standard = describe(subject.group).stage.empty() ? "negative" : "positive";
        record.subject = std::move(subject);
        trial_.records.push_back(std::move(record));
      }
    }
  }

  /// A record that no defect has touched yet.
  TrialRecord& pick(RandomStream& random) {
    for (;;) {
      const std::size_t index = random.index(trial_.records.size());
      if (std::find(touched_.begin(), touched_.end(), index) != touched_.end()) continue;
      touched_.push_back(index);
      return trial_.records[index];
    }
  }

  void note(std::string kind, std::string where, std::string detail) {
    trial_.defects.push_back({std::move(kind), std::move(where), std::move(detail)});
  }

  /// Counts are those of 1 200 subjects for the rates and of a small trial for the single events, so that each occurs.
  void plant() {
    RandomStream random(options_.seed, defect_stream);
    const int failures = static_cast<int>(trial_.records.size()) * 3 / 100;
    for (int i = 0; i < failures; ++i) {
      TrialRecord& record = pick(random);
      record.internal_control_failure = true;
      note("internal_control_failure", record.subject.sample, "0.1 % of the template was recovered");
    }
    for (int i = 0; i < 5; ++i) {
      TrialRecord& record = pick(random);
      record.afp_recorded = false;
      note("missing_afp", record.subject.id, "no AFP in the tables");
    }
    for (int i = 0; i < 2; ++i) {
      TrialRecord& record = pick(random);
      record.afp_below_quantification = true;
      note("bounded_afp", record.subject.id, "AFP is '<0.8' in the tables");
    }
    const std::pair<const char*, bool> exclusions[] = {{"consent withdrawn", false},
                                                       {"consent withdrawn", false},
                                                       {"haemolysed sample", false},
                                                       {"haemolysed sample", false},
                                                       {"haemolysed sample", false},
                                                       {"treated before blood collection", true},
                                                       {"treated before blood collection", true},
                                                       {"wrong collection tube", false}};
    for (const auto& [reason, tested] : exclusions) {
      TrialRecord& record = pick(random);
      record.excluded = true;
      record.exclusion_reason = reason;
      record.tested = tested;
      note("exclusion", record.subject.id, reason);
    }
    for (int i = 0; i < 3; ++i) {
      TrialRecord& record = pick(random);
      record.reference_standard.clear();
      note("missing_reference_standard", record.subject.id, "neither pathology nor imaging");
    }
    for (int i = 0; i < 2; ++i) {
      TrialRecord& record = pick(random);
      record.tested = false;
      note("lost_sample", record.subject.sample, "in the table of subjects, in no run");
    }
  }

  void run_plates() {
    for (std::size_t centre = 0; centre < centres.size(); ++centre) {
      std::vector<const TrialRecord*> tested;
      for (const TrialRecord& record : trial_.records) {
        if (record.subject.centre == centres[centre] && record.tested) tested.push_back(&record);
      }
      int plate = 0;
      for (std::size_t first = 0; first < tested.size(); first += samples_per_plate) {
        const std::size_t last = std::min(first + samples_per_plate, tested.size());
        run_plate(
            centre, ++plate,
            {tested.begin() + static_cast<std::ptrdiff_t>(first), tested.begin() + static_cast<std::ptrdiff_t>(last)});
      }
    }
  }

  void run_plate(std::size_t centre, int number, const std::vector<const TrialRecord*>& records) {
    std::vector<SimulatedSample> samples;
    for (const TrialRecord* record : records) {
      samples.push_back(to_sample(*record));
    }
    const std::string_view name = centres[centre];
    PlateOptions plate;
    plate.seed = options_.seed * plate_seed_factor + (centre + 1) * 100 + static_cast<std::uint64_t>(number);
    plate.run_name = fmt::format("SIM-{}-{}", name, number);
    plate.started_at = fmt::format("2026-{:02}-{:02}T09:00:00", 2 + static_cast<int>(centre), 2 + number);
    const bool first = number == 1 && options_.plant_defects;
    if (options_.plant_defects && name == late_lot_centre) plate.lot_shift_cycles = 0.6;
    plate.excluded_wells = first && centre == 0 ? 1 : 0;
    plate.contaminated_ntc = first && centre == 1;
    plate.degraded_positive_control = first && centre == 2;
    TrialRun run;
    run.id = fmt::format("{}-{}", name, number);
    run.centre = name;
    const bool valid = add_run(run, plate, samples);
    if (valid) return;
    TrialRun repeat;
    repeat.id = run.id + "R";
    repeat.centre = name;
    repeat.repeat_of = run.id;
    repeat.reason = plate.contaminated_ntc ? "no-template control amplified" : "positive control failed";
    plate.seed += 50;
    plate.run_name += "R";
    plate.started_at = fmt::format("2026-{:02}-{:02}T14:00:00", 2 + static_cast<int>(centre), 2 + number);
    plate.contaminated_ntc = false;
    plate.degraded_positive_control = false;
    add_run(repeat, plate, samples);
  }

  bool add_run(TrialRun run, const PlateOptions& options, const std::vector<SimulatedSample>& samples) {
    const SimulatedPlate plate = simulate_plate(options, samples);
    run.expected_valid = plate.expected_valid;
    if (run.centre == cfx_centre) {
      for (auto& [name, bytes] : render_cfx_csv(plate.run).files) {
        run.files.push_back(fmt::format("runs/{}/{}", run.id, name));
        trial_.files.push_back({run.files.back(), std::move(bytes)});
      }
    } else {
      run.files.push_back(fmt::format("runs/{}.rdml", run.id));
      trial_.files.push_back({run.files.back(), render_rdml({&plate.run, 1}, {CurveKind::multicomponent}).bytes});
    }
    for (const PlantedDefect& defect : plate.defects) {
      if (defect.kind != "internal_control_failure")
        note(defect.kind, fmt::format("run {}, {}", run.id, defect.where), defect.detail);
    }
    const bool valid = run.expected_valid;
    trial_.runs.push_back(std::move(run));
    return valid;
  }

  static SimulatedSample to_sample(const TrialRecord& record) {
    SimulatedSample sample;
    sample.id = record.subject.sample;
    sample.intended =
        describe(record.subject.group).stage.empty() ? SimulatedClass::control_sample : SimulatedClass::case_sample;
    sample.sex = record.subject.sex;
    if (record.afp_recorded) sample.afp_ng_ml = record.afp_below_quantification ? 0.8 : record.subject.afp_ng_ml;
    sample.expected_molecules = record.subject.expected_molecules;
    sample.internal_control_failure = record.internal_control_failure;
    return sample;
  }

  static std::string to_afp_cell(const TrialRecord& record) {
    if (!record.afp_recorded) return {};
    return record.afp_below_quantification ? "<0.8" : format_double(record.subject.afp_ng_ml);
  }

  std::string render_subjects() const {
    std::string table =
        "subject,centre,sample,reference_standard,control_class,stage_bclc,size_mm,sex,age_years,afp_ng_ml,excluded,"
        "exclusion_reason\n";
    for (const TrialRecord& record : trial_.records) {
      const TrialSubject& subject = record.subject;
      const GroupModel& group = describe(subject.group);
      const bool known = !record.reference_standard.empty();
      // Without a reference standard there is neither a class nor a stage.
      const std::string_view control_class = known && group.stage.empty() ? group.name : "";
      const std::string_view stage = known ? group.stage : "";
      table += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", subject.id, subject.centre,
                           record.excluded && !record.tested ? "" : subject.sample, record.reference_standard,
                           control_class, stage, to_cell(subject.size_mm, 0), subject.sex, subject.age_years,
                           to_afp_cell(record), record.excluded ? "yes" : "no", to_csv_cell(record.exclusion_reason));
    }
    return table;
  }

  std::string render_covariates() const {
    std::string table = "sample,sex,afp [ng/mL]\n";
    for (const TrialRecord& record : trial_.records) {
      if (!record.tested) continue;
      table += fmt::format("{},{},{}\n", record.subject.sample, record.subject.sex, to_afp_cell(record));
    }
    return table;
  }

  std::string render_truth() const {
    const PanelModel& panel = describe(SimulatedPanel::demo_methylation);
    std::string table = "subject,sample,group,stage_bclc,sex,afp_ng_ml,tumour_fraction";
    for (const PanelTarget& target : panel.targets) table += fmt::format(",expected_molecules_{}", target.id);
    table += ",tested,internal_control_failure,expected_call\n";
    for (const TrialRecord& record : trial_.records) {
      const TrialSubject& subject = record.subject;
      const GroupModel& group = describe(subject.group);
      table += fmt::format("{},{},{},{},{},{},{}", subject.id, subject.sample, group.name, group.stage, subject.sex,
                           format_double(subject.afp_ng_ml), to_cell(subject.tumour_fraction, 7));
      for (const double molecules : subject.expected_molecules) table += fmt::format(",{}", to_cell(molecules, 4));
      std::string call;
      if (record.internal_control_failure) {
        call = "invalid";
      } else if (record.tested) {
        call = derive_clear_call(SimulatedPanel::demo_methylation, to_sample(record), 0).value_or("");
      }
      table += fmt::format(",{},{},{}\n", record.tested ? "yes" : "no", record.internal_control_failure ? "yes" : "no",
                           call);
    }
    return table;
  }

  std::string render_study() const {
    std::string text = fmt::format(
        "schema = \"qpcr.study/1\"\n\n[study]\nid = \"SIM-TRIAL-{}\"\n"
        "title = {{ zh = \"模拟多中心临床试验（模拟数据）\", en = \"Simulated multi-centre trial (simulated data)\" "
        "}}\n"
        "simulated = true\nsampling = \"enriched\"\nassay = \"{}\"\nsubjects = \"subjects.csv\"\ncovariates = "
        "\"covariates.csv\"\n"
        "repeats = \"invalid\"\nconfidence = 0.95\nprevalences = [0.01, 0.05, 0.20]\n",
        options_.seed, options_.assay_path);
    for (const TrialRun& run : trial_.runs) {
      text += fmt::format("\n[[run]]\nid = \"{}\"\ncentre = \"{}\"\nfiles = [\n", run.id, run.centre);
      for (const std::string& file : run.files) text += fmt::format("  \"{}\",\n", file);
      text += "]\n";
      if (!run.repeat_of.empty())
        text += fmt::format("repeat_of = [\"{}\"]\nreason = \"{}\"\n", run.repeat_of, run.reason);
    }
    return text;
  }

  const TrialOptions& options_;
  SimulatedTrial trial_;
  std::vector<std::size_t> touched_;
};

}  // namespace

void TrialOptions::validate() const {
  const auto require = [](bool holds, const char* field, std::string found, const char* expected) {
    if (holds) return;
    throw Error(ErrorCode::invalid_option, {.path = {},
                                            .line = 0,
                                            .column = {},
                                            .field = field,
                                            .found = std::move(found),
                                            .expected = expected,
                                            .problem = {}});
  };
  // Fewer could not hold every planted defect once; more than nine plates a centre have no date.
  require(subjects >= 60 && subjects <= 3240, "subjects", std::to_string(subjects), "60 to 3240 subjects");
  require(assay_path.find_first_of("\"\\\n\r") == std::string::npos, "assay_path", assay_path,
          "a path without quotes and backslashes");
}

SimulatedTrial simulate_trial(const TrialOptions& options) {
  options.validate();
  return TrialBuilder(options).build();
}

}  // namespace qpcr
