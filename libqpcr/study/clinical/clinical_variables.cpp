// The list of clinical variables, and the units they come in.
#include "libqpcr/study/clinical/clinical_variables.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace qpcr {
namespace {

/// A unit as a multiple of the base of its dimension.
struct UnitScale {
  std::string_view unit;
  std::string_view dimension;
  double scale;
};

constexpr std::array<UnitScale, 14> unit_scales{{{"mm", "length", 1},
                                                 {"cm", "length", 10},
                                                 {"ng/mL", "mass concentration", 1},
                                                 {"ug/L", "mass concentration", 1},
                                                 {"µg/L", "mass concentration", 1},
                                                 {"μg/L", "mass concentration", 1},
                                                 {"ug/mL", "mass concentration", 1000},
                                                 {"mg/L", "mass concentration", 1000},
                                                 {"mAU/mL", "arbitrary units", 1},
                                                 {"AU/L", "arbitrary units", 1},
                                                 {"IU/mL", "international units", 1},
                                                 {"kIU/L", "international units", 1},
                                                 {"a", "time", 1},
                                                 {"years", "time", 1}}};

const UnitScale* find_scale(std::string_view unit) {
  const auto found =
      std::find_if(unit_scales.begin(), unit_scales.end(), [unit](const UnitScale& each) { return each.unit == unit; });
  return found == unit_scales.end() ? nullptr : &*found;
}

ClinicalVariable make_code(std::string name, std::vector<std::string> codes, bool required = false) {
  return {std::move(name), ClinicalKind::code, std::move(codes), {}, 0, 0, required};
}

ClinicalVariable make_number(std::string name, std::string unit, double lowest, double highest) {
  return {std::move(name), ClinicalKind::number, {}, std::move(unit), lowest, highest, false};
}

ClinicalVariable make_plain(std::string name, ClinicalKind kind, bool required = false) {
  return {std::move(name), kind, {}, {}, 0, 0, required};
}

}  // namespace

std::vector<ClinicalVariable> list_clinical_variables(const Protocol& protocol) {
  std::vector<std::string> groups;
  for (const ProtocolGroup& group : protocol.groups) groups.push_back(group.id);
  std::vector<ClinicalVariable> variables{
      make_plain("subject", ClinicalKind::identifier, true),
      make_plain("centre", ClinicalKind::identifier),
      make_code("group", std::move(groups), true),
      make_code("reference_standard", {"positive", "negative"}, true),
      make_code("stage_bclc", {"0", "A", "B", "C", "D"}),
      make_code("stage_cnlc", {"Ia", "Ib", "IIa", "IIb", "IIIa", "IIIb", "IV"}),
      make_number("lesion_size_mm", "mm", 1, 400),
      make_number("lesion_count", {}, 1, 100),
      make_code("aetiology", {"hbv", "hcv", "hbv_hcv", "alcohol", "masld", "other", "none"}),
      make_plain("cirrhosis", ClinicalKind::flag),
      make_code("sex", {"male", "female"}),
      make_number("age_years", "a", 0, 120),
      make_plain("enrolled_on", ClinicalKind::date),
      make_plain("collected_on", ClinicalKind::date),
      make_plain("reference_on", ClinicalKind::date),
      make_plain("treated_on", ClinicalKind::date),
      make_plain("treated_before_collection", ClinicalKind::flag),
      make_plain("excluded", ClinicalKind::flag),
      make_plain("exclusion_reason", ClinicalKind::text),
      make_plain("specimen_type", ClinicalKind::text),
      make_plain("deviation", ClinicalKind::text),
      make_plain("adverse_event", ClinicalKind::text),
      make_plain("person", ClinicalKind::identifier),
  };
  for (const ProtocolComparator& comparator : protocol.comparators) {
    const std::string name = fmt::format("comparator.{}", comparator.id);
    if (comparator.quantitative) {
      variables.push_back({name, ClinicalKind::bounded, {}, comparator.unit, 0, 1e9, false});
    } else {
      variables.push_back(make_code(name, {"positive", "negative"}));
    }
  }
  return variables;
}

const ClinicalVariable* find_clinical_variable(const std::vector<ClinicalVariable>& variables, std::string_view name) {
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [name](const ClinicalVariable& each) { return each.name == name; });
  return found == variables.end() ? nullptr : &*found;
}

std::optional<double> find_unit_factor(std::string_view from, std::string_view to) {
  if (from == to) return 1.0;
  const UnitScale* const source = find_scale(from);
  const UnitScale* const target = find_scale(to);
  if (source == nullptr || target == nullptr || source->dimension != target->dimension) return std::nullopt;
  return source->scale / target->scale;
}

}  // namespace qpcr
