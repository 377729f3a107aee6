// Collects samples, targets and dyes over all runs and writes their elements.
#include "libqpcr/exchange/rdml_definitions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"
#include "libqpcr/exchange/roles.hpp"
#include "libqpcr/exchange/xml_text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string problem) {
  throw Error(ErrorCode::invalid_value, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = std::move(field),
                                         .found = {},
                                         .expected = {},
                                         .problem = std::move(problem)});
}

std::string_view unit_code(std::string_view unit) {
  for (const std::string_view code : {"cop", "fold", "dil", "ng", "nMol"}) {
    if (equals_ignoring_case(unit, code)) return code;
  }
  return equals_ignoring_case(unit, "copies") ? "cop" : "other";
}

void check_reserved(std::string_view name, std::string_view reserved, const char* field) {
  if (!name.starts_with(reserved)) return;
  refuse(fmt::format("{} '{}'", field, name),
         fmt::format("names that start with '{}' have a meaning of their own in RDML of this software", reserved));
}

std::string dye_id(const Measurement& measurement) {
  return measurement.dye.empty() ? std::string(rdml_text::no_dye) : measurement.dye;
}

std::string free_id(std::string id, std::set<std::string>& used) {
  const std::string wanted = id;
  for (int suffix = 2; !used.insert(id).second; ++suffix) id = fmt::format("{} #{}", wanted, suffix);
  return id;
}

}  // namespace

bool is_bare(const Measurement& measurement) {
  return measurement.target.empty() && measurement.dye.empty() && measurement.amplification.empty() &&
         measurement.melt.empty() && measurement.single_readings.empty() && measurement.note.empty() &&
         measurement.vendor.cq_status == CqStatus::not_measured && !measurement.excluded;
}

RdmlDefinitions::RdmlDefinitions(std::span<const Run> runs, RdmlVersion version, NotWrittenList& not_written)
    : version_(version), not_written_(not_written) {
  collect_targets(runs);
  collect_wells(runs);
}

std::string RdmlDefinitions::target_id(const Measurement& measurement) const {
  const auto found = target_ids_.find({measurement.target, measurement.dye});
  return found == target_ids_.end() ? std::string() : found->second;
}

void RdmlDefinitions::collect_targets(std::span<const Run> runs) {
  std::map<std::string, std::set<std::string>> dyes_of_target;
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      check_reserved(measurement.sample, rdml_text::no_sample, "sample");
      check_reserved(measurement.target, rdml_text::no_target, "target");
      check_reserved(measurement.dye, rdml_text::no_dye, "dye");
      dyes_of_target[measurement.target].insert(measurement.dye);
    }
  }
  std::set<std::string> used;
  for (const auto& [target, dyes] : dyes_of_target) {
    if (!target.empty() && dyes.size() == 1) used.insert(target);
  }
  std::set<std::string> known_dyes;
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      const auto key = std::make_pair(measurement.target, measurement.dye);
      // RDML 1.2 has no reaction without data, so that a bare well needs a target there.
      if (target_ids_.contains(key) || (is_bare(measurement) && version_ != RdmlVersion::v1_2)) continue;
      std::string id = measurement.target;
      std::string name;
      if (measurement.target.empty()) {
        id = std::string(rdml_text::no_target) + (measurement.dye.empty() ? "" : ":" + measurement.dye);
      } else if (dyes_of_target[measurement.target].size() > 1) {
        name = measurement.target;
        id = free_id(fmt::format("{} ({})", name, measurement.dye.empty() ? "no dye" : measurement.dye), used);
      }
      target_ids_[key] = id;
      targets_.push_back({id, dye_id(measurement), name});
      if (known_dyes.insert(dye_id(measurement)).second) dyes_.push_back(dye_id(measurement));
    }
  }
}

void RdmlDefinitions::collect_wells(std::span<const Run> runs) {
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) sample_ids_.insert(measurement.sample);
  }
  for (const Run& run : runs) {
    std::vector<RdmlWell>& wells = wells_.emplace_back();
    std::map<std::string, std::size_t> index;
    for (const Measurement& measurement : run->measurements) {
      const auto [found, inserted] = index.emplace(measurement.well.label, wells.size());
      if (inserted) wells.emplace_back();
      wells[found->second].measurements.push_back(&measurement);
    }
    for (RdmlWell& well : wells) {
      for (const Measurement* measurement : well.measurements) {
        if (measurement->sample != well.measurements.front()->sample)
          refuse(fmt::format("well {}", measurement->well.label), "holds two samples, which RDML cannot say");
      }
      well.sample_id = place_sample(well.measurements);
    }
  }
  for (const Sample& sample : samples_) check_uses(sample);
}

RdmlDefinitions::Use RdmlDefinitions::to_use(const Measurement& measurement) const {
  Use use;
  use.target_id = target_id(measurement);
  use.role = measurement.role;
  if (measurement.role == SampleRole::unspecified) use.role_text = measurement.role_text;
  use.quantity = measurement.quantity;
  if (measurement.quantity) use.quantity_unit = measurement.quantity_unit;
  return use;
}

/// Whether one sample can say both. RDML 1.2 says one role and quantity for all targets of a sample; a well without
/// target speaks for all targets in any version.
bool RdmlDefinitions::agree(const Use& left, const Use& right) const {
  const bool same_use = left.role == right.role && left.role_text == right.role_text &&
                        left.quantity == right.quantity && left.quantity_unit == right.quantity_unit;
  if (same_use) return true;
  if (left.target_id == right.target_id || left.target_id.empty() || right.target_id.empty()) return false;
  if (version_ == RdmlVersion::v1_2) return false;
  const bool one_text = left.role != SampleRole::unspecified || right.role != SampleRole::unspecified ||
                        left.role_text == right.role_text;
  const auto calibrates = [](const Use& use) { return use.role == SampleRole::calibrator; };
  const auto measures = [](const Use& use) { return use.role == SampleRole::unknown; };
  const bool one_calibrator = !(calibrates(left) && measures(right)) && !(measures(left) && calibrates(right));
  return one_text && one_calibrator;
}

/// The sample of a well: the first of its name that says the same of every target, or a new one. A sample name that
/// stands for a control in one well and for a patient in another must not become one of them.
std::string RdmlDefinitions::place_sample(const std::vector<const Measurement*>& well) {
  const std::string& name = well.front()->sample;
  std::vector<Use> uses;
  for (const Measurement* measurement : well) uses.push_back(to_use(*measurement));
  std::vector<std::size_t>& candidates = samples_of_name_[name];
  for (const std::size_t candidate : candidates) {
    Sample& sample = samples_[candidate];
    const bool fits = std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
      return std::all_of(sample.uses.begin(), sample.uses.end(), [&](const Use& other) { return agree(use, other); });
    });
    if (!fits) continue;
    for (const Use& use : uses) {
      if (std::find(sample.uses.begin(), sample.uses.end(), use) == sample.uses.end()) sample.uses.push_back(use);
    }
    return sample.id;
  }
  Sample sample;
  sample.name = name;
  const std::size_t number = candidates.size() + 1;
  if (name.empty()) {
    sample.id = std::string(rdml_text::no_sample) + (number == 1 ? "" : fmt::format(":{}", number));
  } else {
    sample.id = number == 1 ? name : free_id(name, sample_ids_);
  }
  sample.uses = std::move(uses);
  candidates.push_back(samples_.size());
  samples_.push_back(std::move(sample));
  return samples_.back().id;
}

/// Lists what the sample cannot say of the targets that it has in one well.
void RdmlDefinitions::check_uses(const Sample& sample) {
  const Use& first = sample.uses.front();
  for (const Use& use : sample.uses) {
    const std::string place = fmt::format("sample {}, target {}", sample.id, use.target_id);
    if (!agree(first, use)) {
      not_written_.add(place, fmt::format("role {} and quantity beside another target's", to_string(use.role)));
    }
    if (version_ == RdmlVersion::v1_2 && use.role == SampleRole::unspecified) {
      not_written_.add(place,
                       use.role_text.empty()
                           ? "RDML 1.2 demands a role: none is written as 'unkn'"
                           : "RDML 1.2 demands a role: one without a code is written as 'unkn', with its text in "
                             "an annotation that other programs do not know");
    }
    if (use.quantity && unit_code(use.quantity_unit) == "other" && !use.quantity_unit.empty() &&
        use.quantity_unit != "other") {
      not_written_.add(place, fmt::format("unit '{}' is written as 'other'", use.quantity_unit));
    }
  }
}

std::string RdmlDefinitions::render() const {
  std::string xml;
  for (const std::string& dye : dyes_) xml += fmt::format("<dye id=\"{}\"/>\n", escape_xml(dye));
  for (const Sample& sample : samples_) xml += render_sample(sample);
  for (const Target& target : targets_) {
    xml += fmt::format("<target id=\"{}\">", escape_xml(target.id));
    if (!target.name.empty())
      xml += fmt::format("<description>{}{}</description>", rdml_text::target_description, escape_xml(target.name));
    xml += fmt::format("<type>toi</type><dyeId id=\"{}\"/></target>\n", escape_xml(target.dye));
  }
  return xml;
}

std::string RdmlDefinitions::render_sample(const Sample& sample) const {
  std::string xml = fmt::format("<sample id=\"{}\">", escape_xml(sample.id));
  if (!sample.name.empty() && sample.name != sample.id)
    xml += fmt::format("<description>{}{}</description>", rdml_text::sample_description, escape_xml(sample.name));
  const auto text =
      std::find_if(sample.uses.begin(), sample.uses.end(), [](const Use& u) { return !u.role_text.empty(); });
  if (text != sample.uses.end()) {
    xml += fmt::format("<annotation><property>{}</property><value>{}</value></annotation>", rdml_text::role_property,
                       escape_xml(text->role_text));
  }
  const Use& first = sample.uses.front();
  const bool one_role =
      std::all_of(sample.uses.begin(), sample.uses.end(), [&](const Use& use) { return use.role == first.role; });
  const bool calibrator = std::any_of(sample.uses.begin(), sample.uses.end(),
                                      [](const Use& use) { return use.role == SampleRole::calibrator; });
  const auto quantity_element = [](const Use& use, const std::string& attribute) {
    return fmt::format("<quantity{}><value>{}</value><unit>{}</unit></quantity>", attribute,
                       format_double(*use.quantity), unit_code(use.quantity_unit));
  };
  if (version_ == RdmlVersion::v1_2) {
    const auto named = std::find_if(sample.uses.begin(), sample.uses.end(),
                                    [](const Use& use) { return !to_rdml_role(use.role).empty(); });
    xml += fmt::format("<type>{}</type>", named == sample.uses.end() ? "unkn" : to_rdml_role(named->role));
    const auto dosed =
        std::find_if(sample.uses.begin(), sample.uses.end(), [](const Use& use) { return use.quantity.has_value(); });
    if (dosed != sample.uses.end()) xml += quantity_element(*dosed, "");
  } else {
    for (const Use& use : sample.uses) {
      if (to_rdml_role(use.role).empty()) continue;
      xml += one_role || use.target_id.empty()
                 ? fmt::format("<type>{}</type>", to_rdml_role(use.role))
                 : fmt::format("<type targetId=\"{}\">{}</type>", escape_xml(use.target_id), to_rdml_role(use.role));
      if (one_role) break;
    }
    for (const Use& use : sample.uses) {
      if (!use.quantity) continue;
      xml += quantity_element(
          use, use.target_id.empty() ? std::string() : fmt::format(" targetId=\"{}\"", escape_xml(use.target_id)));
    }
  }
  if (calibrator) xml += "<calibratorSample>true</calibratorSample>";
  return xml + "</sample>\n";
}

}  // namespace qpcr
