// Writes runs as RDML 1.3 or 1.2, the open format of the RDML consortium.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

enum class RdmlVersion {
  v1_2,
  v1_3,
};

struct RdmlOptions {
  /// The curve of each measurement that is written; without it the one an analysis starts from (find_analysis_curve).
  /// RDML holds one amplification curve a reaction and target.
  std::optional<CurveKind> kind = std::nullopt;
  RdmlVersion version = RdmlVersion::v1_3;
  bool with_operator = false;  ///< write the operator's name, which is personal data, as `experimenter`
  bool setup_only = false;     ///< samples, targets and reactions without any reading or result: a plate set-up
};

/// RDML as XML (schemas RDML_v1_2_REC and RDML_v1_3_REC of the consortium, http://www.rdml.org; Lefever et al. 2009,
/// doi:10.1093/nar/gkp056).
///
/// A run named "experiment/run" is split at its first slash; any other run stands in the experiment "experiment".
/// Samples, dyes and targets that share an identifier are one element. Numbers are the shortest text that reads back to
/// the same double.
/// - Roles: unknown `unkn`, standard `std`, no template `ntc`, no amplification `nac`, no reverse transcriptase `nrt`,
///   positive `pos`, negative `ntp` (no target present), calibrator `unkn` with `calibratorSample`; unspecified has no
///   `type`. Where a sample has different roles for different targets, `type` names the target. A sample name that
///   stands in another role or quantity in another well is a sample of its own, "name #2", with its name in the
///   `description` ("qpcr sample: …").
/// - RDML has no element for what was done to a curve. The kind of the run's curves stands in
///   `backgroundDeterminationMethod` ("qpcr curve kind: multicomponent"), that of a curve of another kind in its
///   `note` (1.3).
/// - RDML demands a sample, a target and a dye. Wells without a sample have one named `qpcr:no-sample…`, a dye without
///   target the target `qpcr:no-target:<dye>`, an unknown dye is `qpcr:no-dye`. The reader of RDML maps them back.
/// - The text of a role without a code is an annotation of the sample ("qpcr role").
/// - A run that declares itself simulated has the instrument `SIMULATED`.
/// - A well without target, dye, curve and Cq is a `react` without `data`.
/// - A vendor Cq that was found is `cq`; a vendor's "none" is the `-1.0` of the schema; not measured and excluded have
///   no `cq`. The first melting temperature of the vendor is `meltTemp`, its threshold `quantFluor`, the only end-point
///   reading `endPt`.
/// - A temperature of a reading is its `tmp`; notes of the run are its `description`, a note of a reaction its `note`.
/// - A missing reading has no `adp`; a temperature that repeats has one `mdp`.
/// - A target that is used with several dyes becomes one target a dye, "target (dye)", with its name in the
///   `description` ("qpcr target: …").
/// - `react` is numbered row by row. Wells without a plate: if all labels are whole numbers from 1, these are the
///   numbers; otherwise they are numbered in the order of the run. Both are a rotor of one column (`123` labels), and
///   each well whose name is lost is listed.
/// - RDML 1.2 has no `note` and no `meltTemp`, demands one role of a sample (none is written as `unkn`, and listed),
/// and
///   knows no roles by target and no reaction without data (a bare well has the target `qpcr:no-target`).
/// Everything else that a run can hold is in the list of what was not written. Warnings and provenance, which say how
/// the input was read, are no part of the run and not listed.
/// @throws Error invalid_value for text that XML cannot hold, names that start like the reserved ones above, two
///   samples in one well, wells with and without a position in one run; duplicate_entry for two runs of one name.
WrittenDocument render_rdml_xml(std::span<const Run> runs, const RdmlOptions& options = {});

/// The same in a zip with the single member `rdml_data.xml`. The bytes depend on the runs and the zlib version alone:
/// the member carries the first instant a zip can hold (1980-01-01) and no attributes of a host.
WrittenDocument render_rdml(std::span<const Run> runs, const RdmlOptions& options = {});

}  // namespace qpcr
