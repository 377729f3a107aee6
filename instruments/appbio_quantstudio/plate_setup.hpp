// How the plate was set up: plate_setup.xml of an .eds.
#pragma once

#include <optional>
#include <string_view>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

/// @throws Error invalid_value, duplicate_entry with the line.
PlateSetup read_plate_setup(const XmlDocument& document, NotReadList& not_read);

/// Rows and columns that the name of a plate or block says: "TYPE_16X24", "BLOCK_384W", "96-Well 0.2-mL Block".
std::optional<PlateGeometry> parse_plate_type(std::string_view type);

/// Rows and columns of a plate by its number of wells, where there is one usual plate of them.
std::optional<PlateGeometry> find_plate_of(long wells);

/// The dye's name, empty for the spellings of none.
std::string_view strip_no_dye(std::string_view dye);

}  // namespace qpcr::appbio_quantstudio
