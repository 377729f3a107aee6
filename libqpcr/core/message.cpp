// Look-up of a message's placeholder.
#include "libqpcr/core/message.hpp"

namespace qpcr {

std::string_view find_value(const Message& message, std::string_view name) {
  for (const auto& [key, value] : message.values) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace qpcr
