// Writes a run as a JSON document of the Allotrope Simple Model for qPCR, REC/2024/09.
#pragma once

#include <optional>
#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// What the schema demands and instrument exports do not say; see docs/formats/asm.md.
struct AsmOptions {
  std::optional<double> well_volume_microlitres = std::nullopt;
  std::string experiment_type;         ///< "standard curve qPCR experiment" …
  std::string measurement_method;      ///< identifier of the method
  std::string data_system_identifier;  ///< of the system that keeps the file
  bool with_operator = false;          ///< write the operator's name, which is personal data, as `analyst`
};

/// One document for the run, valid by http://purl.allotrope.org/json-schemas/adm/pcr/REC/2024/09/qpcr.schema, one
/// `measurement document` a well, target and dye. The same run gives the same bytes.
///
/// - Curves: the multicomponent one, else background-subtracted, unknown or raw filter, is the `reporter data cube`,
/// and
///   the cube's `label` says the kind; the normalised one is the `normalized reporter data cube`; the
///   baseline-subtracted one the `baseline corrected reporter data cube`; the curve of the passive reference dye is the
///   `passive reference data cube` of every measurement of its well. A missing reading is null.
/// - Melting: `melting curve data cube`. The schema demands a second measure, the slope, which a run does not hold: it
/// is
///   null throughout.
/// - Vendor results: Cq, threshold and baseline window in `processed data document`, one a result; computed quantity
/// and
///   melting temperatures in the calculated data; flags and exclusions are errors.
/// - What the model has no property for stands in `custom information`: role in full, quantity of a standard, status,
///   text and algorithm of the vendor Cq, call, confidence, note, subarray, single readings, notes and end of the run.
/// - A text that the schema demands and nobody states is "N/A", a volume that nobody states is -0.0, the marker that
///   public converters to this model use; each is listed.
WrittenDocument render_asm(const Run& run, const AsmOptions& options = {});

}  // namespace qpcr
