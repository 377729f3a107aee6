// How the reactions of a run are numbered in RDML.
#pragma once

#include <map>
#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

struct RdmlNumbering {
  std::string format;                   ///< the element pcrFormat
  std::map<std::string, long> numbers;  ///< of each well label
};

/// @throws Error invalid_value for a run with wells that have a position and wells that do not.
RdmlNumbering number_rdml_wells(const RunData& run, NotWrittenList& not_written);

}  // namespace qpcr
