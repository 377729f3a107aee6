// Texts by which RDML of this software says what the schema has no element for, shared by writer and reader;
// docs/formats/rdml.md lists them.
#pragma once

#include <string>
#include <string_view>

#include "libqpcr/core/text.hpp"

namespace qpcr::rdml_text {

/// Of run/backgroundDeterminationMethod, and of data/note where a curve is of another kind than the run's; a kind
/// follows, as in "qpcr curve kind: baseline_subtracted". An unknown kind is written only where a Cq would not be taken
/// for one otherwise (is_lightcycler96).
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

/// True for the writer whose Cq are none without the calls in its own file: LightCycler 96, also with its name escaped
/// twice ("LightCycler&#174; 96"), and a LightCycler that does not say which it is.
inline bool is_lightcycler96(std::string_view software, std::string_view model) {
  const std::string name = to_lower_ascii(software);
  if (name.starts_with("lc96") || model.starts_with("LC96SN")) return true;
  return name.starts_with("lightcycler") && name.find("480") == std::string::npos;
}

}  // namespace qpcr::rdml_text
