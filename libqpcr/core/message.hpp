// A sentence for people, kept as an identifier and its values until the catalogue words it in zh or en.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qpcr {

/// One entry of the message catalogue (libqpcr/report/catalogue) with the values of its placeholders.
struct Message {
  std::string id;                                           ///< "ntc_amplified"
  std::vector<std::pair<std::string, std::string>> values;  ///< placeholder → text: {"target","OTX1"}

  bool operator==(const Message&) const = default;
};

/// The value of a placeholder, or an empty text.
std::string_view find_value(const Message& message, std::string_view name);

}  // namespace qpcr
