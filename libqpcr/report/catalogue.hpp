// The zh/en catalogue: every sentence and label that people read, looked up by identifier and filled with values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/message.hpp"

namespace qpcr {

enum class Language { zh, en };

std::string_view to_string(Language language);
/// "zh", "zh-CN", "zh_CN.UTF-8", "en", "en-US" … by their first two letters; nothing for any other text.
std::optional<Language> parse_language(std::string_view text);
/// Tag for `lang` attributes and text shaping: "zh-CN" or "en".
std::string_view to_language_tag(Language language);

/// Words `message`. A template holds `{name}`, replaced by the value, or `{name|group}`, replaced by the text of the
/// entry "group.value" (so that enumerators are worded too: `{status|cq_status}`). Values that the template does not
/// name are ignored.
/// @throws Error invalid_option for an identifier that the catalogue lacks, or a placeholder without a value.
std::string render_message(const Message& message, Language language);

/// A label without placeholders. @throws Error as render_message.
std::string render_text(std::string_view id, Language language);

/// The text in a language; the other one where it is empty.
std::string pick(const LocalizedText& text, Language language);

/// One entry of the catalogue, as written.
struct CatalogueEntry {
  std::string id;
  std::string room;  ///< the file messages/<room>.json
  LocalizedText text;
};

/// All entries, sorted by identifier. @throws Error duplicate_entry or malformed_file when the embedded files are
/// wrong.
const std::vector<CatalogueEntry>& catalogue();

/// The names between braces in a template, in order; "name|group" counts as name.
std::vector<std::string> list_placeholders(std::string_view text);

}  // namespace qpcr
