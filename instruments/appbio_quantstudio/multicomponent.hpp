// Signal per dye of an .eds: multicomponentdata.xml.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "instruments/appbio_quantstudio/plate_setup.hpp"
#include "libqpcr/core/curve.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

struct DyeSignal {
  std::string dye;
  AmplificationCurve amplification;  ///< no cycles when the run has no amplification stage
  MeltCurve melt;                    ///< no readings when the run has no melt stage
};

struct Multicomponent {
  int amplification_stage = 0;                   ///< 1-based, 0 for none
  std::map<long, std::vector<DyeSignal>> wells;  ///< by zero-based index, dyes in file order
};

/// Splits the collection points: the amplification stage is the one with most distinct cycles, of its steps the last
/// one with most cycles; melt stages are those the protocol calls so, or without a protocol those with one cycle and
/// many points. What is left out goes to `not_read`.
/// @throws Error malformed_file, invalid_value with the line.
Multicomponent read_multicomponent(const XmlDocument& document, const std::vector<ProtocolStage>& protocol,
                                   NotReadList& not_read);

}  // namespace qpcr::appbio_quantstudio
