// Reads samples and targets of an RDML document.
#include "instruments/rdml/definitions.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml_text.hpp"

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

SampleRole to_role(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, SampleRole>, 7> roles{{
      {"unkn", SampleRole::unknown},
      {"std", SampleRole::standard},
      {"ntc", SampleRole::no_template_control},
      {"nac", SampleRole::no_amplification_control},
      {"nrt", SampleRole::no_reverse_transcriptase_control},
      {"ntp", SampleRole::negative_control},
      {"pos", SampleRole::positive_control},
  }};
  for (const auto& [name, role] : roles) {
    if (name == type) return role;
  }
  return SampleRole::unspecified;
}

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

class DefinitionReader {
 public:
  explicit DefinitionReader(NotReadList& not_read) : not_read_(not_read) {}

  Definitions read(const XmlElement& root) {
    for (XmlElement element = root.first(); element; element = element.next()) {
      if (element.name() == "sample") {
        read_sample(element);
      } else if (element.name() == "target") {
        read_target(element);
      }
    }
    return std::move(result_);
  }

 private:
  void ignore(const char* parent, const XmlElement& element) {
    not_read_.add(fmt::format("{}/{}", parent, element.name()), "no result comes from it");
  }

  /// A definition that is there twice with the same content is an oddity; with another content it is an error.
  template <typename Value>
  void define(std::map<std::string, Value>& known, const std::string& id, Value value, const XmlElement& element,
              const char* what) {
    const auto [entry, is_new] = known.emplace(id, value);
    if (is_new) return;
    if (!(entry->second == value)) {
      refuse(ErrorCode::duplicate_entry, element, what, id, {},
             fmt::format("two different {}s have one identifier", what));
    }
    result_.warnings.push_back(
        fmt::format("line {}: {} '{}' is defined twice", element.line(), what, mask_personal(id)));
  }

  void read_sample(const XmlElement& element) {
    Sample sample;
    const std::string id = identifier(element);
    if (!id.starts_with(rdml_text::no_sample)) sample.name = id;
    for (XmlElement child = element.first(); child; child = child.next()) {
      const std::string_view name = child.name();
      if (name == "type") {
        sample.types.emplace_back(child.attribute("targetId").value_or(""), child.text());
      } else if (name == "calibratorSample") {
        sample.calibrator = is_true(child.text());
      } else if (name == "quantity") {
        read_quantity(child, sample);
      } else if (name == "description" && is_guid(id)) {
        if (const std::string text = child.text(); !text.empty()) sample.name = text;
      } else if (name == "annotation" && child.child("property").text() == rdml_text::role_property) {
        sample.role_text = child.child("value").text();
      } else {
        ignore("rdml/sample", child);
      }
    }
    define(result_.samples, id, std::move(sample), element, "sample");
  }

  void read_quantity(const XmlElement& element, Sample& sample) {
    const std::string text = element.child("value").text();
    if (to_lower_ascii(text) == "nan") return;
    const std::optional<double> value = parse_double(text);
    if (!value)
      refuse(ErrorCode::invalid_value, element, "quantity of sample " + mask_personal(sample.name), text, "a number");
    sample.quantities.push_back(
        {std::string(element.attribute("targetId").value_or("")), *value, element.child("unit").text()});
  }

  void read_target(const XmlElement& element) {
    Target target;
    const std::string id = identifier(element);
    if (id.starts_with(rdml_text::no_target)) target.name = "";
    for (XmlElement child = element.first(); child; child = child.next()) {
      if (child.name() == "dyeId") {
        // Version 1.0 has the name as text, later ones refer to a dye.
        const std::optional<std::string_view> dye = child.attribute("id");
        target.dye = dye ? std::string(*dye) : child.text();
        if (target.dye == rdml_text::no_dye) target.dye.clear();
      } else if (child.name() == "description" && child.text().starts_with(rdml_text::target_description)) {
        target.name = child.text().substr(rdml_text::target_description.size());
      } else {
        ignore("rdml/target", child);
      }
    }
    define(result_.targets, id, std::move(target), element, "target");
  }

  NotReadList& not_read_;
  Definitions result_;
};

}  // namespace

Definitions read_definitions(const XmlElement& root, NotReadList& not_read) {
  return DefinitionReader(not_read).read(root);
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
  if (type != sample.types.end()) {
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

void refuse(ErrorCode code, const XmlElement& element, std::string field, std::string found, std::string expected,
            std::string problem) {
  ErrorContext context;
  context.path = element.path();
  context.line = element.line();
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

std::string identifier(const XmlElement& element) { return std::string(element.attribute("id").value_or("")); }

}  // namespace qpcr::rdml
