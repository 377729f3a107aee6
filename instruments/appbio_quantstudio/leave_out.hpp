// Says that something whose name the file chooses was not read, within reason.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// NotReadList::add(), but for a list that is long already: each entry is compared with all before it.
inline void leave_out(NotReadList& list, std::string where, std::string why) {
  constexpr std::size_t most_entries = 500;
  if (list.entries().size() < most_entries) list.add(std::move(where), std::move(why));
}

}  // namespace qpcr::appbio_quantstudio
