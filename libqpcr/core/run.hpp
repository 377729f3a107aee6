// One instrument run: what was in each well, its curves and what the vendor's software said, read once and then
// constant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/provenance.hpp"
#include "libqpcr/core/well.hpp"

namespace qpcr {

/// What a reaction is for, as far as the export says.
enum class SampleRole {
  unspecified,
  unknown,  ///< a sample to be measured
  standard,
  no_template_control,
  no_amplification_control,
  no_reverse_transcriptase_control,
  positive_control,
  negative_control,
  calibrator,
};

std::string_view to_string(SampleRole role);

/// What the instrument's own software reported; kept beside our results, never in place of them.
struct VendorResult {
  CqStatus cq_status = CqStatus::not_measured;
  std::optional<double> cq_cycles;  ///< set exactly when cq_status is found
  std::string cq_text;              ///< as written: "Undetermined", "NaN", "40.0"
  std::string algorithm;            ///< "Ct", "CRT" …; empty when the file does not say
  std::optional<double> threshold;  ///< in the units of the curve
  std::optional<double> cq_confidence;
  std::string call;                            ///< amplification status, genotype or call, as written
  std::optional<double> baseline_first_cycle;  ///< of the window that the vendor took as ground
  std::optional<double> baseline_last_cycle;   ///< the same
  std::optional<double> quantity;              ///< computed by the vendor's software
  std::string quantity_unit;
  std::vector<double> melting_temperatures_celsius;  ///< peaks, the vendor's first one first
  std::vector<std::string> flags;                    ///< quality flags that are raised, as written
};

/// When a reading outside of amplification and melting was taken.
enum class ReadStage { pre_read, post_read, end_point };

std::string_view to_string(ReadStage stage);
std::optional<ReadStage> parse_read_stage(std::string_view text);

/// One reading that belongs to no curve.
struct SingleReading {
  ReadStage stage = ReadStage::end_point;
  CurveKind kind = CurveKind::unknown;
  double fluorescence = 0;  ///< in the units of the instrument; NaN when missing in the file
  std::optional<double> temperature_celsius = std::nullopt;
};

/// One dye in one well: the unit that gets a Cq.
struct Measurement {
  WellId well;
  std::string sample;  ///< identifier of the sample; empty when not assigned
  std::string target;  ///< empty for a dye that no target uses (passive reference)
  std::string dye;     ///< reporter or filter; empty when the file does not say
  SampleRole role = SampleRole::unspecified;
  std::string role_text;           ///< as written: "Unkn-01", "NTC"
  std::optional<double> quantity;  ///< of a standard
  std::string quantity_unit;
  std::vector<AmplificationCurve> amplification;  ///< at most one of each kind
  std::vector<MeltCurve> melt;
  std::vector<SingleReading> single_readings;  ///< in the order of the file
  VendorResult vendor;
  std::vector<VendorResult> other_vendor_results;  ///< of further algorithms: "CRT" beside "Ct"
  bool excluded = false;                           ///< omitted in the instrument's software
  std::string exclusion_reason;
  std::string subarray;  ///< of an array of arrays (OpenArray, dynamic array): "A1"; the well is that within the whole
  std::string note;      ///< written by people beside the well
};

/// A result table of the vendor's software that is not one row a measurement (standard curves, replicate groups,
/// genotypes), cells as written.
struct VendorTable {
  std::string name;  ///< of the sheet or section
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as wide as columns

  bool operator==(const VendorTable&) const = default;
};

/// One step of the thermal protocol.
struct ProtocolStep {
  int stage = 1;    ///< 1-based
  int step = 1;     ///< 1-based within the stage
  int repeats = 1;  ///< of the stage: the number of cycles
  std::optional<double> temperature_celsius = std::nullopt;
  std::optional<double> duration_seconds = std::nullopt;
  bool collects = false;  ///< fluorescence is read in this step

  bool operator==(const ProtocolStep&) const = default;
};

struct Instrument {
  std::string vendor;
  std::string model;
  std::string serial_number;
  std::string software;
  std::string software_version;

  bool operator==(const Instrument&) const = default;
};

/// The contents of a run before validation; aggregates only.
struct RunData {
  std::string name;  ///< unique within a file; "experiment/run" for RDML
  Instrument instrument;
  std::string started_at;     ///< as written, in the instrument's own time
  std::string ended_at;       ///< the same
  std::string operator_name;  ///< names a person: shown only where the user asks for it
  std::string plate_barcode;
  std::string notes;                   ///< of the whole run
  std::vector<ProtocolStep> protocol;  ///< empty when the file does not say
  std::optional<PlateGeometry> plate;
  std::string passive_reference_dye;
  std::vector<Measurement> measurements;  ///< wells in plate order, then targets in file order
  std::vector<VendorTable> vendor_tables;
  std::vector<std::string> warnings;  ///< oddities that a person should see
  Provenance provenance;
};

/// Most measurements of a run: ten times the largest arrays with all their filters.
inline constexpr std::size_t most_measurements = 200'000;

/// A validated, constant run.
class Run {
 public:
  /// @throws Error duplicate_entry for two measurements of one well, target and dye; invalid_value for arrays of
  /// unequal
  ///   length, cycles that do not increase, infinite readings, two curves of one kind, a well outside the plate, or a
  ///   vendor Cq without the status found.
  explicit Run(RunData data);

  const RunData& operator*() const noexcept { return data_; }
  const RunData* operator->() const noexcept { return &data_; }

 private:
  RunData data_;
};

/// The curve of a kind, or null.
const AmplificationCurve* find_curve(const Measurement& measurement, CurveKind kind);

/// The curve an analysis starts from: baseline-subtracted is never taken where an earlier stage of the signal is at
/// hand. Order: normalised, multicomponent, background-subtracted, unknown, baseline-subtracted; raw filters are not
/// separated by colour and come last. Null when there is no curve.
const AmplificationCurve* find_analysis_curve(const Measurement& measurement);

/// True when the data declare themselves simulated: instrument serial number or model "SIMULATED", or any sample
/// "SIM-…" (controls on a simulated plate have plain names).
bool is_simulated(const RunData& run);

}  // namespace qpcr
