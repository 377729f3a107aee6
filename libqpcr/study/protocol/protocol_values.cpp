// Spelling and checking single values of a protocol.
#include "libqpcr/study/protocol/protocol_values.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/study/identifiers.hpp"

namespace qpcr {
namespace {

constexpr std::size_t longest_value = 20'000;

std::string normalise_number(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  const std::optional<double> value = parse_double(trim(text));
  if (!value) refuse_protocol(place, name, std::string(text), "a number with a decimal point");
  return format_double(*value);
}

std::string normalise_flag(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  const std::string lowered = to_lower_ascii(text);
  if (lowered == "yes" || lowered == "true" || text == "是") return "yes";
  if (lowered == "no" || lowered == "false" || text == "否") return "no";
  refuse_protocol(place, name, std::string(text), "yes or no (是, 否)");
}

std::string normalise_date(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  // A workbook's cell may hold a day as its midnight.
  constexpr std::string_view midnight = "T00:00:00";
  const std::string_view day = text.ends_with(midnight) ? text.substr(0, text.size() - midnight.size()) : text;
  if (!is_day(day)) refuse_protocol(place, name, std::string(text), "a day as 2026-01-31");
  return std::string(day);
}

std::string normalise_path(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  if (text.front() == '/' || text.find('\\') != std::string_view::npos || text.find(':') != std::string_view::npos) {
    refuse_protocol(place, name, std::string(text), "a path relative to the study's folder, with '/'");
  }
  return std::string(text);
}

std::string normalise_text(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  if (find_personal(text) == PersonalKind::identity_number || find_personal(text) == PersonalKind::phone_number) {
    throw Error(ErrorCode::personal_data, {.path = place.path,
                                           .line = place.line,
                                           .column = place.column,
                                           .field = name,
                                           .found = std::string(text),
                                           .expected = "a text without the number of a person",
                                           .problem = {}});
  }
  std::string joined;
  for (const char each : text) {
    if (each != '\r') joined += each;
  }
  return joined;
}

std::string normalise_identifier(std::string_view text, const ProtocolPlace& place, const std::string& name) {
  if (find_personal(text)) {
    throw Error(ErrorCode::personal_data, {.path = place.path,
                                           .line = place.line,
                                           .column = place.column,
                                           .field = name,
                                           .found = std::string(text),
                                           .expected = "a coded identifier, not the name or number of a person",
                                           .problem = {}});
  }
  if (const std::optional<std::string_view> fault = find_identifier_fault(text))
    refuse_protocol(place, name, std::string(text), "one identifier", std::string(*fault));
  return std::string(text);
}

std::string normalise_list(const ProtocolField& field, std::string_view text, const ProtocolPlace& place,
                           const std::string& name) {
  std::string joined;
  for (const std::string& part : split_protocol_list(text)) {
    if (!joined.empty()) joined += protocol_list_separator;
    joined +=
        field.kind == ProtocolKind::numbers ? normalise_number(part, place, name) : normalise_text(part, place, name);
  }
  return joined;
}

}  // namespace

void refuse_protocol(const ProtocolPlace& place, std::string field, std::string found, std::string expected,
                     std::string problem) {
  throw Error(ErrorCode::study_invalid, {.path = place.path,
                                         .line = place.line,
                                         .column = place.column,
                                         .field = std::move(field),
                                         .found = std::move(found),
                                         .expected = std::move(expected),
                                         .problem = std::move(problem)});
}

std::vector<std::string> split_protocol_list(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(text, ';')) {
    const std::string_view trimmed = trim(part);
    if (!trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

std::string normalise_protocol_value(const ProtocolField& field, std::string_view written, const ProtocolPlace& place,
                                     const std::string& name) {
  const std::string_view text = trim(written);
  if (text.empty()) return {};
  if (text.size() > longest_value)
    refuse_protocol(place, name, excerpt(text, 40), fmt::format("at most {} bytes", longest_value));
  switch (field.kind) {
    case ProtocolKind::text:
      return normalise_text(text, place, name);
    case ProtocolKind::identifier:
      return normalise_identifier(text, place, name);
    case ProtocolKind::choice: {
      if (std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end())
        refuse_protocol(place, name, std::string(text), fmt::format("one of {}", fmt::join(field.choices, ", ")));
      return std::string(text);
    }
    case ProtocolKind::flag:
      return normalise_flag(text, place, name);
    case ProtocolKind::number:
      return normalise_number(text, place, name);
    case ProtocolKind::count: {
      const std::optional<double> value = parse_double(text);
      constexpr double most = 1e9;
      if (!value || *value < 0 || *value > most || *value != static_cast<double>(static_cast<long>(*value)))
        refuse_protocol(place, name, std::string(text), "a whole number from 0 to 1000000000");
      return fmt::format("{}", static_cast<long>(*value));
    }
    case ProtocolKind::numbers:
    case ProtocolKind::texts:
      return normalise_list(field, text, place, name);
    case ProtocolKind::date:
      return normalise_date(text, place, name);
    case ProtocolKind::hash: {
      const bool holds = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
      if (!holds) refuse_protocol(place, name, std::string(text), "64 lower-case hexadecimal digits");
      return std::string(text);
    }
    case ProtocolKind::path:
      return normalise_path(text, place, name);
  }
  return {};
}

void check_protocol_completeness(const ProtocolDocument& document, const std::string& path) {
  for (const ProtocolTable& table : protocol_tables()) {
    const std::vector<ProtocolRow>& rows = document.rows(table.name);
    if (rows.empty() && table.required)
      refuse_protocol({path, 0, {}}, std::string(table.name), {}, {}, "this table is required and is not there");
    if (rows.size() > 1 && !table.repeated)
      refuse_protocol(rows[1].place, std::string(table.name), {}, {}, "a table that may stand only once");
    for (const ProtocolRow& row : rows) {
      for (const ProtocolField& field : table.fields) {
        if (field.required && !row.values.contains(field.key)) {
          refuse_protocol(row.place, fmt::format("{}.{}", table.name, field.key), {}, {},
                          "this field is required and is empty");
        }
      }
    }
  }
}

}  // namespace qpcr
