// Writes RDES 1.0, the spreadsheet form of the RDML consortium.
#pragma once

#include <optional>
#include <string_view>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// Start of a sample type that stands for a role without a code, so that no program takes a control for a patient's
/// sample; the role's text follows.
inline constexpr std::string_view rdes_role_text = "qpcr role: ";

struct RdesOptions {
  std::optional<CurveKind> kind = std::nullopt;  ///< as in RdmlOptions
};

/// RDES 1.0, amplification: tab-separated UTF-8, LF, decimal dot; Well, Sample, Sample Type, Target, Target Type, Dye,
/// Cq (the vendor's; -1.0 where it found none, empty where there is no statement), then one column a cycle; one row a
/// measurement that has a curve or a Cq. A missing reading is an empty cell. A role that has a text and no code
/// is written as that text after rdes_role_text, one without either as the format's default `unkn`, the type of every
/// target as `toi`, a calibrator as `calibrator`: a run does not say which are references. All are listed, and so is
/// a blank in place of a tab or line end in a name.
WrittenDocument render_rdes(const Run& run, const RdesOptions& options = {});

/// RDES 1.0, melting: `Tm` (the vendor's first) and one column a temperature; one row a measurement that has a melting
/// curve.
WrittenDocument render_rdes_melt(const Run& run);

}  // namespace qpcr
