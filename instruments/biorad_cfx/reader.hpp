// Bio-Rad CFX Manager and Maestro: the exported tables of one run, and projects that a key opens.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::biorad_cfx {

/// The reader of CFX exports: CSV, TXT, XML and workbooks. Files of one run share the start and the extension of their
/// names ("<run> -  Quantification Cq Results.csv"), or their contents prove it; they become one Run: amplification per
/// fluorophore joined with the result tables by well and fluorophore, melting curves, and the run information. The
/// fluorophore of curves stands only in the name of the file, the sheet or the root element. Curves are
/// baseline-subtracted.
const Reader& reader();

}  // namespace qpcr::biorad_cfx
