// A document as plain text for the terminal.
#pragma once

#include <string>

#include "libqpcr/report/document.hpp"

namespace qpcr {

/// Headings, paragraphs and lists as lines; a row of a table as its first cell, then "column: value" for each other
/// cell that holds something; figures are left out. Banner and watermark stand at the head.
std::string render_plain_text(const Document& document);

}  // namespace qpcr
