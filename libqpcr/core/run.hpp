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
  std::string call;  ///< amplification status or call, as written
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
  VendorResult vendor;
  bool excluded = false;  ///< omitted in the instrument's software
  std::string exclusion_reason;
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
  std::string started_at;  ///< as written, in the instrument's own time
  std::optional<PlateGeometry> plate;
  std::string passive_reference_dye;
  std::vector<Measurement> measurements;  ///< wells in plate order, then targets in file order
  std::vector<std::string> warnings;      ///< oddities that a person should see
  Provenance provenance;
};

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
