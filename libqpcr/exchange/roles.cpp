// The table of role codes.
#include "libqpcr/exchange/roles.hpp"

namespace qpcr {

std::string_view to_rdml_role(SampleRole role) {
  switch (role) {
    case SampleRole::unspecified:
      return "";
    case SampleRole::unknown:
      return "unkn";
    case SampleRole::standard:
      return "std";
    case SampleRole::no_template_control:
      return "ntc";
    case SampleRole::no_amplification_control:
      return "nac";
    case SampleRole::no_reverse_transcriptase_control:
      return "nrt";
    case SampleRole::positive_control:
      return "pos";
    case SampleRole::negative_control:
      return "ntp";
    case SampleRole::calibrator:
      return "unkn";
  }
  return "";
}

std::optional<SampleRole> parse_rdml_role(std::string_view code) {
  // The calibrator shares its code with the unknown and is not among them.
  for (const SampleRole role : {SampleRole::unknown, SampleRole::standard, SampleRole::no_template_control,
                                SampleRole::no_amplification_control, SampleRole::no_reverse_transcriptase_control,
                                SampleRole::positive_control, SampleRole::negative_control}) {
    if (to_rdml_role(role) == code) return role;
  }
  return std::nullopt;
}

}  // namespace qpcr
