// How subjects, samples, centres and runs may be named, and when two names are likely meant to be one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

/// What is wrong with a coded identifier, as a phrase: white space inside, a control or invisible character, '/' or
/// '\', a quote, or a separator that makes two identifiers of one cell (comma, semicolon, '|', '、' and their
/// full-width forms). Names and numbers of persons are find_personal()'s business.
/// @return nothing for a sound identifier; an empty one is sound here.
std::optional<std::string_view> find_identifier_fault(std::string_view utf8);

/// `utf8` in lower-case ASCII letters without spaces, hyphens, underscores and dots: identifiers with one skeleton are
/// likely spellings of one name.
std::string to_skeleton(std::string_view utf8);

}  // namespace qpcr
