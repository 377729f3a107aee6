// Texts by which RDML of this software says what the schema has no element for, shared by writer and reader;
// docs/formats/rdml.md lists them.
#pragma once

#include <string_view>

namespace qpcr::rdml_text {

/// Of run/backgroundDeterminationMethod, and of data/note where a curve is of another kind than the run's; a kind
/// follows, as in "qpcr curve kind: baseline_subtracted".
inline constexpr std::string_view curve_kind = "qpcr curve kind: ";

/// Start of the identifier of a sample that stands for wells without one; RDML demands a sample.
inline constexpr std::string_view no_sample = "qpcr:no-sample";

/// Start of the identifier of a target that stands for a dye which no target uses; RDML demands a target.
inline constexpr std::string_view no_target = "qpcr:no-target";

/// Identifier of a dye that stands for one that is not known; a target of RDML demands a dye.
inline constexpr std::string_view no_dye = "qpcr:no-dye";

/// Start of the description of a target that is used with several dyes, one RDML target a dye; its name follows.
inline constexpr std::string_view target_description = "qpcr target: ";

/// Start of the description of a sample whose identifier is not its name, because wells of that name hold it in another
/// role or quantity; the name follows.
inline constexpr std::string_view sample_description = "qpcr sample: ";

/// Property of a sample's annotation: the text of a role that RDML has no code for.
inline constexpr std::string_view role_property = "qpcr role";

}  // namespace qpcr::rdml_text
