// Cells of comma-separated text by RFC 4180.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// `text`, in double quotes when it holds a comma, a quote or a line end, quotes doubled (RFC 4180 section 2).
std::string to_csv_cell(std::string_view text);

}  // namespace qpcr
