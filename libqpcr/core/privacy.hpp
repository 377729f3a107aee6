// What looks like a person's name or number, and how it is masked before it reaches a message, a log or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qpcr {

enum class PersonalKind { identity_number, phone_number, person_name };

/// Finds text that identifies a person where a coded identifier belongs, anywhere in `utf8`; numbers go before names.
/// identity_number: a mainland China resident number, 18 characters with a valid check character (GB 11643-1999), also
/// written in groups of 6, 8 and 4, or 15 digits with a plausible birth date. phone_number: an 11-digit mainland mobile
/// number, also with 86 in front or in groups of 3, 4 and 4. Full-width digits count. No digit may touch either end of
/// a number. person_name: a run of two to four Han characters (bounded by anything that is not Han: a space, a digit, a
/// letter, punctuation) that begins with a common surname and holds no laboratory word (对照, 标准, 质控 …), nor
/// begins with a common word or place of that first character (高值, 方案, 江苏, 张江); what follows a name in a
/// laboratory (复, 复检, 术后, 男 …) may be attached to it.
/// @return nothing for a coded identifier. Names in Latin letters, rarer surnames, and names inside a longer run of Han
/// characters are not recognised.
std::optional<PersonalKind> find_personal(std::string_view utf8);

/// `text` with every identity number, phone number and name that find_personal() sees in it replaced by its first
/// character and asterisks; the rest is kept byte for byte.
std::string mask_personal(std::string_view utf8);

/// At most `limit` bytes of `text`, cut at a UTF-8 boundary and closed with an ellipsis, control characters as '?'.
std::string excerpt(std::string_view utf8, std::size_t limit);

}  // namespace qpcr
