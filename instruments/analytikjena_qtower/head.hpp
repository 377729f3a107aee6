// The head of a qPCRsoft export: device, colours and thermal protocol.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::analytikjena_qtower {

/// A step in which fluorescence is read, and how often.
struct Scan {
  double temperature_celsius = 0;  ///< of the first reading
  double change_celsius = 0;       ///< from one reading to the next
  long readings = 1;
};

struct Head {
  std::set<std::string> dyes;  ///< of the colour table
  std::vector<Scan> scans;
  bool melt_active = false;
  std::size_t end_row = 0;  ///< one past the head
};

/// Fills what the head says of a run: device, operator, times, notes, protocol, reference dye.
/// @throws Error invalid_value for a protocol whose numbers are none.
Head read_head(const Grid& grid, NumberFormat format, RunData& run, NotReadList& not_read);

}  // namespace qpcr::analytikjena_qtower
