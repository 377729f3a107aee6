// Writes curves as plain tables: long CSV, and the RDES spreadsheet form of the RDML consortium.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// `run,well,sample,target,dye,kind,cycle,fluorescence`: every amplification curve of every kind, one row a reading, in
/// the order of the runs. A missing reading is an empty cell; numbers are the shortest text that reads back to the same
/// double; lines end with LF; text cells are quoted by RFC 4180 and otherwise as they are in the run.
std::string render_curves_csv(std::span<const Run> runs);

/// `run,well,sample,target,dye,kind,temperature_celsius,fluorescence`, as above for melting curves.
std::string render_melt_csv(std::span<const Run> runs);

struct RdesOptions {
  std::optional<CurveKind> kind;  ///< as in RdmlOptions
};

/// RDES 1.0, amplification: tab-separated UTF-8, LF; Well, Sample, Sample Type, Target, Target Type, Dye, Cq (the
/// vendor's; empty when there is none), then one column a cycle. An unspecified role is the format's default `unkn` and
/// is listed.
/// @throws Error invalid_value for a tab or line end in a name.
WrittenDocument render_rdes(const Run& run, const RdesOptions& options = {});

/// RDES 1.0, melting: `Tm` (always empty: a run holds no melting temperatures) and one column a temperature.
WrittenDocument render_rdes_melt(const Run& run);

}  // namespace qpcr
