// Recognises SDS texts and the header rows of their tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/tabular/grid.hpp"

namespace qpcr::appbio_sds {

enum class Layout {
  none,
  sds2,        ///< first line "SDS 2.3", a tab, the kind of table
  sds1,        ///< head with "Document Name:" of the 7000, 7300 or 7500
  table,       ///< a table of results alone
  components,  ///< a table of detectors above one of wells (7000)
  prism7700,   ///< a table with 'Baseline StdDev' and 'deltaRn'
  cycles,      ///< a table with a column for each cycle
  open_array,  ///< a table with 'ThroughHole.Address'
};

struct LayoutFound {
  Layout layout = Layout::none;
  std::string reason;  ///< why, as a phrase
};

/// What the text is; looks at its first lines only, never throws.
LayoutFound find_layout(std::string_view text);

/// True for cells that are the header of a table of wells.
bool is_well_header(const Grid& grid, std::size_t row);

/// True for the header of a table of detectors, with their thresholds and no wells.
bool is_detector_header(const Grid& grid, std::size_t row);

/// Which kind of curve a folded text names: "rn", "deltarn" …
bool is_rn(std::string_view folded);
bool is_delta_rn(std::string_view folded);

}  // namespace qpcr::appbio_sds
