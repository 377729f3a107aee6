// The thermal protocol of an .eds: tcprotocol.xml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

/// "CYCLING", "PRE_CYCLING", "DISSOCIATION", "MELT_CURVE", "PRE_READ" … A flag that is not known is a hold.
StageKind parse_stage_kind(std::string_view flag);

/// @throws Error invalid_value for a number of repetitions that is none.
std::vector<Stage> read_protocol(const XmlDocument& document, NotReadList& not_read);

/// The steps of all stages, numbered.
std::vector<ProtocolStep> to_protocol_steps(const std::vector<Stage>& stages);

}  // namespace qpcr::appbio_quantstudio
