// Which table of LightCycler 480 software a text is, and what stands above the table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libqpcr/tabular/grid.hpp"

namespace qpcr::roche_lightcycler480 {

/// Most columns of a table that are looked at.
inline constexpr std::size_t most_columns = 256;

/// In the order in which the tables of one experiment are read.
enum class TableKind {
  raw,          ///< readings: SamplePos, Prog#, Cycle#, Temp, a column a filter combination
  sample_info,  ///< sample editor: "General:Pos", "General:Target Name" …
  results,      ///< Cp and calls, also a melting-temperature column beside
  melting,      ///< melting temperatures or groups without Cp
  none,
};

struct TextLayout {
  TableKind kind = TableKind::none;
  bool certain = false;
  std::size_t header_row = 0;
  std::string reason;            ///< as a phrase
  std::string experiment;        ///< of the lines above the header; empty when they do not say
  std::string filter;            ///< "SYBR Green I / HRM Dye (483-533)", of a results table
  std::string software_version;  ///< "1.5.0.39", of raw data
};

/// Looks at the first rows.
TextLayout find_layout(const Grid& grid);

/// The same for the head of a file; never throws.
TextLayout find_layout_of_head(std::string_view text);

/// "483-533" of "483-533", "SYBR Green I / HRM Dye (483-533)" or "465 - 510 nm"; empty without two wavelengths.
std::string find_filter_combination(std::string_view text);

}  // namespace qpcr::roche_lightcycler480
