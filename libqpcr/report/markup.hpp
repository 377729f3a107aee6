// Text made safe to show and to stand inside HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// `text` with control characters (except line feed and tab), bytes that are not UTF-8 and code points that XML refuses
/// as U+FFFD.
std::string clean_text(std::string_view text);

/// clean_text() with `&`, `<`, `>` and both quotation marks as character references: safe between tags and in
/// attributes.
std::string escape_markup(std::string_view text);

}  // namespace qpcr
