// The object streams in which LightCycler 480 software stores experiments: obj, prop and list elements with names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::roche_lightcycler480 {

/// The document without the `$` and hexadecimal digits that follow the last end tag.
/// @throws Error malformed_file for anything else behind it.
std::string_view cut_trailer(std::string_view bytes, const std::string& path);

/// Value of the attribute `class`; empty without one.
std::string class_of(const XmlElement& element);

/// The child `obj` of that name; none when there is none.
XmlElement find_object(const XmlElement& parent, std::string_view name);

/// Text of the child `prop` of that name; empty when there is none.
std::string read_property(const XmlElement& parent, std::string_view name);

/// The elements of the child `list` of that name.
std::vector<XmlElement> list_items(const XmlElement& parent, std::string_view name);

/// Decimal digits, or `$` and the 16 hexadecimal digits of a big-endian double; nothing for any other text and for
/// numbers that are not finite.
std::optional<double> parse_real(std::string_view text);

/// The whole number of a property. @throws Error invalid_value where it is there and not from `least` to `most`.
std::optional<long> read_whole(const XmlElement& parent, std::string_view name, long least, long most);

/// RFC 4648 section 4 with padding, white space between the digits allowed; nothing for any other text.
std::optional<std::string> decode_base64(std::string_view text);

[[noreturn]] void refuse_element(ErrorCode code, const XmlElement& element, std::string field, std::string found,
                                 std::string expected);

}  // namespace qpcr::roche_lightcycler480
