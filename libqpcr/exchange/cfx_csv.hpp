// Writes a run in the CSV layout of Bio-Rad CFX Maestro: amplification per fluor, Cq results, run information.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

struct CfxFiles {
  std::vector<std::pair<std::string, std::string>> files;  ///< name, bytes
  std::vector<NotWritten> not_written;
};

/// `<run> -  Quantification Amplification Results_<FLUOR>.csv` for each dye in the order of the run, `… Quantification
/// Cq Results.csv` and `… Run Information.csv`, CRLF, first header cell of the tables empty, wells unpadded in the
/// amplification files and padded (`A01`) in the Cq file, `NaN` for no Cq. Only baseline-subtracted curves are written,
/// as CFX does; others are listed. Characters of the run name that a file name cannot hold are written as '-'.
/// `Content` is numbered by sample in order of appearance (`Unkn-01`, `Std-01`); roles without a CFX word leave it
/// empty and are listed. Excluded
/// measurements are in none of the files, as in CFX's own, and are listed. An unspecified role is its text. The serial
/// number of a run that declares itself simulated is SIMULATED. Means and standard deviations of replicates are 0 and
/// the quantities NaN, which CFX writes where it has none. The set point is 60.
/// @throws Error invalid_value for a well without a plate position, a measurement without dye, two measurements of one
/// dye in
///   one well, curves of different cycles in one dye, or no baseline-subtracted curve at all.
CfxFiles render_cfx_csv(const Run& run);

}  // namespace qpcr
