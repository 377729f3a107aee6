// Bio-Rad CFX Manager and Maestro: the CSV files of one run, one file a table and a fluorophore.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::biorad_cfx {

/// The reader of CFX exports. Files of one run share the start of their names ("<run> -  Quantification Cq
/// Results.csv"); they become one Run: amplification per fluorophore joined with the Cq table by well and fluorophore,
/// melting curves, and the run information. The fluorophore stands only in the file's name. Curves are
/// baseline-subtracted.
const Reader& reader();

}  // namespace qpcr::biorad_cfx
