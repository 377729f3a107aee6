// RDML 1.0 to 1.4, the consortium's exchange format: a zip around one XML document, or the document alone.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::rdml {

/// The reader of RDML. Each run of the file becomes a Run named "experiment/run", because run identifiers are unique
/// only within their experiment. What the fluorescence is (raw, Rn, baseline-subtracted) RDML does not say: the kind is
/// unknown except where the writing software is certain (Bio-Rad CFX Manager, StepOne).
const Reader& reader();

}  // namespace qpcr::rdml
