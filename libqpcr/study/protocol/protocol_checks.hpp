// Whether the parts of a protocol fit each other and the evaluations that exist.
#pragma once

#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr {

/// @throws Error study_invalid at the place of `document`, as derive_protocol() says.
void check_protocol(const ProtocolDocument& document, const Protocol& protocol);

}  // namespace qpcr
