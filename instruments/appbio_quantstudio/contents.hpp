// What the members of an .eds hold, in any of its layouts, before it is joined to a run.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::appbio_quantstudio {

/// Most wells of a plate: an OpenArray has 3 072 through-holes.
inline constexpr long most_wells = 10'000;
/// Most targets, results or raised flags of one well; they are searched one by one.
inline constexpr std::size_t most_targets = 1000;
/// Most readings of one well and dye.
inline constexpr std::size_t most_readings = 65'536;

/// What a stage of the thermal protocol is for.
enum class StageKind { hold, cycling, melt, pre_read, post_read };

/// A stage of the thermal protocol; read points name it by its 1-based place in the list.
struct Stage {
  StageKind kind = StageKind::hold;
  std::optional<long> repetitions;
  std::vector<ProtocolStep> steps;  ///< numbered by the reader that made them
};

/// When a reading was taken. All numbers are 1-based.
struct ReadPoint {
  int stage = 0;
  int cycle = 0;
  int step = 0;
  int point = 0;

  bool operator==(const ReadPoint&) const = default;
  auto operator<=>(const ReadPoint&) const = default;
};

/// One dye or filter in one well, a reading for each read point.
struct Signal {
  std::string dye;
  std::vector<double> readings;
};

struct WellSignals {
  std::vector<Signal> signals;
  std::vector<double> temperatures_celsius;  ///< one for each read point, or empty
};

/// Readings of a plate.
struct Signals {
  std::string member;  ///< they come from; for errors and lists
  std::vector<ReadPoint> points;
  std::map<long, WellSignals> wells;  ///< by zero-based row-major index
};

/// One target in one well as the plate was set up.
struct TargetTask {
  std::string target;
  std::string reporter;
  std::string task;                ///< "UNKNOWN", "STANDARD", "NTC" …
  std::optional<double> quantity;  ///< of a standard
  std::string allele;              ///< of a genotyping marker, of which each allele has its reporter
};

struct WellSetup {
  std::string sample;
  std::vector<TargetTask> targets;
  bool omitted = false;
  std::vector<std::string> flags;  ///< raised quality flags: "CC-Target 1", "ROXLOW"
  std::string comment;
};

struct PlateSetup {
  std::optional<PlateGeometry> geometry;
  std::string passive_reference;
  std::string barcode;
  std::map<long, WellSetup> wells;  ///< by zero-based row-major index
};

/// Name, instrument and times (ISO 8601 in UTC) of the experiment.
struct Experiment {
  std::string name;
  std::string notes;
  std::string operator_name;
  std::string barcode;
  std::string run_state;
  std::string started_at;
  std::string ended_at;
  std::string block_type;
  Instrument instrument;
};

/// How the vendor's software was told to find the Ct of a target, or of a target in one well.
struct CtSetting {
  std::optional<double> threshold;
  std::optional<bool> automatic_threshold;
  std::optional<double> baseline_first_cycle;
  std::optional<double> baseline_last_cycle;
  std::optional<bool> automatic_baseline;
  bool is_target_default = false;  ///< of a well: what holds for the target holds for it
};

struct AnalysisSettings {
  std::map<std::string, CtSetting> targets;
  std::map<std::pair<long, std::string>, CtSetting> wells;  ///< by index and target
  std::optional<CtSetting> defaults;
  std::string algorithm;                   ///< "default" or a name
  std::optional<ReadPoint> amplification;  ///< stage, step and point that were analysed; its cycle has no meaning
  std::optional<int> melt_stage;
  std::optional<VendorTable> table;  ///< the settings of the targets, as written
};

/// One target in one well as analysed by the vendor's software.
struct AnalysisResult {
  long well = 0;  ///< zero-based row-major
  long line = 0;
  std::string sample;
  std::string target;
  std::string task;
  std::optional<std::string> ct_text;  ///< none when there is no such column (genotyping)
  std::optional<double> ct;            ///< as written, also when it is the number of cycles
  std::string algorithm;
  std::string call;
  std::optional<double> confidence;
  std::optional<double> quantity;
  std::optional<double> threshold;
  std::optional<double> baseline_first_cycle;
  std::optional<double> baseline_last_cycle;
  std::vector<double> melting_temperatures_celsius;
  std::vector<std::string> flags;
  bool omitted = false;
  std::vector<double> rn;
  std::vector<double> delta_rn;
};

/// Melting of one target in one well as stored by the vendor's software.
struct MeltResult {
  std::vector<double> melting_temperatures_celsius;
  std::vector<double> temperatures_celsius;
  std::vector<double> rn;
};

using WellTarget = std::pair<long, std::string>;

/// Everything read from the members, before it is joined.
struct Contents {
  PlateSetup setup;
  std::vector<Stage> protocol;
  Experiment experiment;
  AnalysisSettings settings;
  Signals dyes;
  Signals filters;
  std::vector<AnalysisResult> results;
  std::string results_path;
  std::map<WellTarget, MeltResult> melts;
  std::map<WellTarget, double> quantities;  ///< computed by the vendor's software, stored beside the results
  std::vector<VendorTable> tables;
  std::vector<std::string> warnings;
};

}  // namespace qpcr::appbio_quantstudio
