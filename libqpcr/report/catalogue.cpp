// Look-up and filling of the catalogue's templates.
#include "libqpcr/report/catalogue.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/embedded_messages.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, std::string_view field, std::string problem) {
  ErrorContext context;
  context.field = field;
  context.problem = std::move(problem);
  throw Error(code, context);
}

std::vector<CatalogueEntry> parse_file(const EmbeddedMessages& file) {
  std::set<std::string> ids;
  std::string duplicate;
  const auto watch_keys = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (depth == 1 && event == nlohmann::json::parse_event_t::key) {
      const auto& id = parsed.get_ref<const std::string&>();
      if (!ids.insert(id).second) duplicate = id;
    }
    return true;
  };
  const std::string name = fmt::format("messages/{}.json", file.room);
  const nlohmann::json json = nlohmann::json::parse(file.json, watch_keys, false);
  if (!json.is_object()) refuse(ErrorCode::malformed_file, name, "not a JSON object");
  if (!duplicate.empty()) refuse(ErrorCode::duplicate_entry, name, fmt::format("'{}' stands twice", duplicate));
  std::vector<CatalogueEntry> entries;
  for (const auto& [id, texts] : json.items()) {
    if (!texts.is_object() || texts.size() != 2 || !texts.contains("zh") || !texts.contains("en") ||
        !texts["zh"].is_string() || !texts["en"].is_string()) {
      refuse(ErrorCode::malformed_file, name, fmt::format("'{}' needs exactly the texts 'zh' and 'en'", id));
    }
    entries.push_back({id, std::string(file.room), {texts["zh"].get<std::string>(), texts["en"].get<std::string>()}});
  }
  return entries;
}

std::vector<CatalogueEntry> read_catalogue() {
  std::vector<CatalogueEntry> entries;
  for (const EmbeddedMessages& file : embedded_messages()) {
    for (CatalogueEntry& entry : parse_file(file)) entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const CatalogueEntry& left, const CatalogueEntry& right) { return left.id < right.id; });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const CatalogueEntry& left, const CatalogueEntry& right) { return left.id == right.id; });
  if (twice != entries.end()) {
    refuse(ErrorCode::duplicate_entry, twice->id,
           fmt::format("the message stands in '{}' and in '{}'", twice->room, std::next(twice)->room));
  }
  return entries;
}

const std::string& find_template(std::string_view id, Language language) {
  const std::vector<CatalogueEntry>& entries = catalogue();
  const auto entry =
      std::lower_bound(entries.begin(), entries.end(), id,
                       [](const CatalogueEntry& left, std::string_view right) { return left.id < right; });
  if (entry == entries.end() || entry->id != id)
    refuse(ErrorCode::invalid_option, id, "the message catalogue has no such identifier");
  return language == Language::zh ? entry->text.zh : entry->text.en;
}

/// Calls `text(part)` and `placeholder(name, group)` for the pieces of a template in order.
template <typename OnText, typename OnPlaceholder>
void walk_template(std::string_view source, const OnText& text, const OnPlaceholder& placeholder) {
  while (!source.empty()) {
    const std::size_t open = source.find('{');
    const std::size_t close = open == std::string_view::npos ? open : source.find('}', open);
    if (close == std::string_view::npos) {
      text(source);
      return;
    }
    text(source.substr(0, open));
    const std::string_view inside = source.substr(open + 1, close - open - 1);
    const std::size_t bar = inside.find('|');
    placeholder(inside.substr(0, bar), bar == std::string_view::npos ? std::string_view{} : inside.substr(bar + 1));
    source.remove_prefix(close + 1);
  }
}

}  // namespace

std::string_view to_string(Language language) { return language == Language::zh ? "zh" : "en"; }

std::string_view to_language_tag(Language language) { return language == Language::zh ? "zh-CN" : "en"; }

std::optional<Language> parse_language(std::string_view text) {
  const std::string_view tag = text.substr(0, 2);
  if (text.size() > 2 && text[2] != '-' && text[2] != '_' && text[2] != '.') return std::nullopt;
  if (equals_ignoring_case(tag, "zh")) return Language::zh;
  if (equals_ignoring_case(tag, "en")) return Language::en;
  return std::nullopt;
}

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> entries = read_catalogue();
  return entries;
}

std::vector<std::string> list_placeholders(std::string_view text) {
  std::vector<std::string> names;
  walk_template(
      text, [](std::string_view) {}, [&](std::string_view name, std::string_view) { names.emplace_back(name); });
  return names;
}

std::string render_message(const Message& message, Language language) {
  std::string words;
  walk_template(
      find_template(message.id, language), [&](std::string_view text) { words += text; },
      [&](std::string_view name, std::string_view group) {
        const auto value = std::find_if(message.values.begin(), message.values.end(),
                                        [&](const auto& entry) { return entry.first == name; });
        if (value == message.values.end())
          refuse(ErrorCode::invalid_option, message.id, fmt::format("the message has no value for '{{{}}}'", name));
        if (group.empty()) {
          words += value->second;
        } else {
          words += find_template(fmt::format("{}.{}", group, value->second), language);
        }
      });
  return words;
}

std::string render_text(std::string_view id, Language language) {
  return render_message(Message{std::string(id), {}}, language);
}

std::string pick(const LocalizedText& text, Language language) {
  const std::string& wanted = language == Language::zh ? text.zh : text.en;
  const std::string& other = language == Language::zh ? text.en : text.zh;
  return wanted.empty() ? other : wanted;
}

}  // namespace qpcr
