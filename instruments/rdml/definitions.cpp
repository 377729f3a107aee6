// Reads samples and targets of an RDML document.
#include "instruments/rdml/definitions.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "instruments/rdml/child_texts.hpp"
#include "instruments/rdml/run_draft.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"
#include "libqpcr/exchange/roles.hpp"

namespace qpcr::rdml {
namespace {

/// Identifiers as LightCycler 96 writes them: 8-4-4-4-12 hexadecimal digits.
bool is_guid(std::string_view text) {
  constexpr std::size_t length = 36;
  if (text.size() != length) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hexadecimal = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hexadecimal) return false;
  }
  return true;
}

SampleRole to_role(std::string_view type) { return parse_rdml_role(type).value_or(SampleRole::unspecified); }

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

}  // namespace

void DefinitionReader::ignore(const char* parent, XmlTokenizer& xml) {
  not_read_.add(fmt::format("{}/{}", parent, xml.name()), "no result comes from it");
  xml.skip();
}

/// A definition that is there twice with the same content is an oddity; with another content it is an error.
template <typename Value>
void DefinitionReader::define(std::map<std::string, Value>& known, const std::string& id, Value value,
                              std::size_t offset, const char* what) {
  const auto [entry, is_new] = known.emplace(id, value);
  if (is_new) return;
  if (!(entry->second == value)) {
    if (!fault_) {
      fault_ = make_error(source_, offset, ErrorCode::duplicate_entry, what, id, {},
                          fmt::format("two different {}s have one identifier", what));
    }
    return;
  }
  // Counted from the last one, since every definition may be there twice.
  line_ += source_.count_line_ends(line_offset_, offset);
  line_offset_ = offset;
  result_.warnings.push_back(fmt::format("line {}: {} '{}' is defined twice", line_, what, mask_personal(id)));
}

void DefinitionReader::read_sample(XmlTokenizer& xml) {
  const std::size_t offset = xml.offset();
  Sample sample;
  const std::string id = read_identifier(xml);
  if (!id.starts_with(rdml_text::no_sample)) sample.name = id;
  while (xml.next_child()) {
    const std::string_view name = xml.name();
    if (name == "type") {
      std::string target(xml.attribute("targetId").value_or(""));
      sample.types.emplace_back(std::move(target), xml.read_text());
    } else if (name == "calibratorSample") {
      sample.calibrator = is_true(xml.read_text());
    } else if (name == "quantity") {
      read_quantity(xml, sample);
    } else if (name == "description") {
      const std::string_view text = xml.read_text();
      if (text.starts_with(rdml_text::sample_description)) {
        sample.name = text.substr(rdml_text::sample_description.size());
      } else if (!is_guid(id)) {
        not_read_.add("rdml/sample/description", "no result comes from it");
      } else if (!text.empty()) {
        sample.name = text;
      }
    } else if (name == "annotation") {
      const auto [property, value] = read_child_texts<2>(xml, {"property", "value"});
      if (property == rdml_text::role_property) {
        sample.role_text = value.value_or("");
      } else {
        not_read_.add("rdml/sample/annotation", "no result comes from it");
      }
    } else {
      ignore("rdml/sample", xml);
    }
  }
  define(result_.samples, id, std::move(sample), offset, "sample");
}

void DefinitionReader::read_quantity(XmlTokenizer& xml, Sample& sample) {
  const std::size_t offset = xml.offset();
  std::string target(xml.attribute("targetId").value_or(""));
  auto [text, unit] = read_child_texts<2>(xml, {"value", "unit"});
  if (text && to_lower_ascii(*text) == "nan") return;
  const std::optional<double> value = parse_double(text.value_or(""));
  if (value) {
    sample.quantities.push_back({std::move(target), *value, std::move(unit).value_or("")});
  } else if (!fault_) {
    fault_ = make_error(source_, offset, ErrorCode::invalid_value, "quantity of sample " + mask_personal(sample.name),
                        std::move(text).value_or(""), "a number");
  }
}

void DefinitionReader::read_target(XmlTokenizer& xml) {
  const std::size_t offset = xml.offset();
  Target target;
  const std::string id = read_identifier(xml);
  if (id.starts_with(rdml_text::no_target)) target.name = "";
  while (xml.next_child()) {
    const std::string_view name = xml.name();
    if (name == "dyeId") {
      // Version 1.0 has the name as text, later ones refer to a dye.
      const std::optional<std::string> reference(xml.attribute("id"));
      const std::string_view text = xml.read_text();
      target.dye = reference ? *reference : std::string(text);
      if (target.dye == rdml_text::no_dye) target.dye.clear();
    } else if (name == "description") {
      const std::string_view text = xml.read_text();
      if (text.starts_with(rdml_text::target_description)) {
        target.name = text.substr(rdml_text::target_description.size());
      } else {
        not_read_.add("rdml/target/description", "no result comes from it");
      }
    } else {
      ignore("rdml/target", xml);
    }
  }
  define(result_.targets, id, std::move(target), offset, "target");
}

Definitions DefinitionReader::finish(NotReadList& not_read) {
  if (fault_) throw *fault_;
  for (const NotRead& entry : not_read_.entries()) not_read.add(entry.where, entry.why);
  return std::move(result_);
}

void apply_sample(const Sample& sample, std::string_view target_id, Measurement& measurement) {
  const auto pick = [&](const auto& list, auto target_of) {
    auto best = list.end();
    for (auto it = list.begin(); it != list.end(); ++it) {
      if (target_of(*it) == target_id) return it;
      if (target_of(*it).empty() && best == list.end()) best = it;
    }
    return best;
  };
  const auto type = pick(sample.types, [](const auto& entry) -> const std::string& { return entry.first; });
  // RDML 1.2 demands a type; this software writes `unkn` beside the text of a role that has no code.
  const bool is_filler = type != sample.types.end() && type->first.empty() && type->second == "unkn";
  if (type != sample.types.end() && !(is_filler && !sample.role_text.empty())) {
    measurement.role_text = type->second;
    measurement.role = to_role(type->second);
  } else {
    measurement.role_text = sample.role_text;
  }
  if (sample.calibrator && measurement.role == SampleRole::unknown) measurement.role = SampleRole::calibrator;
  const auto quantity = pick(sample.quantities, [](const auto& entry) -> const std::string& { return entry.target; });
  if (quantity != sample.quantities.end()) {
    measurement.quantity = quantity->value;
    measurement.quantity_unit = quantity->unit;
  }
}

}  // namespace qpcr::rdml
