// What looks like a person's name or number, and how it is masked before it reaches a message, a log or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

enum class PersonalKind { identity_number, phone_number, person_name };

/// Finds text that identifies a person where a coded identifier belongs.
/// identity_number: a mainland China resident number, 18 characters with a valid check character (GB 11643-1999), or 15
/// digits with a plausible birth date. phone_number: an 11-digit mainland mobile number. person_name: two to four Han
/// characters that begin with a common surname and hold no laboratory word (对照, 标准, 质控 …).
/// @return nothing for a coded identifier. Names in Latin letters are not recognised.
std::optional<PersonalKind> find_personal(std::string_view utf8);

/// `text` with identity and phone numbers anywhere in it, and the whole of it when it looks like a name, replaced by
/// the first character and asterisks.
std::string mask_personal(std::string_view utf8);

/// At most `limit` bytes of `text`, cut at a UTF-8 boundary and closed with an ellipsis, control characters as '?'.
std::string excerpt(std::string_view utf8, std::size_t limit);

}  // namespace qpcr
