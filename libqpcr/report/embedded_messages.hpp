// The message files as they were when the library was built.
#pragma once

#include <string_view>
#include <vector>

namespace qpcr {

struct EmbeddedMessages {
  std::string_view room;
  std::string_view json;
};

/// One entry a file of libqpcr/report/messages; defined in a file that the build generates.
const std::vector<EmbeddedMessages>& embedded_messages();

}  // namespace qpcr
