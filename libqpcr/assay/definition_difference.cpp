// What changed between two versions of a definition.
#include "libqpcr/assay/definition_difference.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "libqpcr/assay/definition_content.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

bool has_identifiers(const json& list) {
  if (!list.is_array() || list.empty()) return false;
  for (const json& item : list) {
    if (!item.is_object() || !item.contains("id") || !item["id"].is_string()) return false;
  }
  return true;
}

class ContentComparison {
 public:
  void compare(const std::string& place, const json& before, const json& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) {
      compare_objects(place, before, after);
    } else if (before.is_array() && after.is_array() && (before.empty() || has_identifiers(before)) &&
               (after.empty() || has_identifiers(after))) {
      compare_lists(place, before, after);
    } else {
      changes.push_back({DefinitionChange::Kind::changed, place, to_canonical_json(before), to_canonical_json(after)});
    }
  }

  std::vector<DefinitionChange> changes;

 private:
  static std::string below(const std::string& place, const std::string& key) {
    return place.empty() ? key : place + "." + key;
  }

  void compare_objects(const std::string& place, const json& before, const json& after) {
    std::set<std::string> keys;
    for (const auto& [key, value] : before.items()) keys.insert(key);
    for (const auto& [key, value] : after.items()) keys.insert(key);
    for (const std::string& key : keys) {
      compare_members(below(place, key), before.contains(key) ? &before[key] : nullptr,
                      after.contains(key) ? &after[key] : nullptr);
    }
  }

  void compare_members(const std::string& place, const json* before, const json* after) {
    if (before == nullptr) {
      changes.push_back({DefinitionChange::Kind::added, place, {}, to_canonical_json(*after)});
    } else if (after == nullptr) {
      changes.push_back({DefinitionChange::Kind::removed, place, to_canonical_json(*before), {}});
    } else {
      compare(place, *before, *after);
    }
  }

  static const json* find(const json& list, const std::string& id) {
    for (const json& item : list) {
      if (item["id"] == id) return &item;
    }
    return nullptr;
  }

  void compare_lists(const std::string& place, const json& before, const json& after) {
    json order_before = json::array();
    json order_after = json::array();
    for (const json& item : before) {
      const std::string id = item["id"];
      const json* same = find(after, id);
      if (same != nullptr) order_before.push_back(id);
      compare_members(below(place, id), &item, same);
    }
    for (const json& item : after) {
      const std::string id = item["id"];
      if (find(before, id) != nullptr) {
        order_after.push_back(id);
      } else {
        compare_members(below(place, id), nullptr, &item);
      }
    }
    compare(below(place, "order"), order_before, order_after);
  }
};

}  // namespace

std::vector<DefinitionChange> compare_definitions(const AssayDefinition& before, const AssayDefinition& after) {
  ContentComparison comparison;
  comparison.compare({}, to_content(before), to_content(after));
  return std::move(comparison.changes);
}

Message describe(const DefinitionChange& change) {
  switch (change.kind) {
    case DefinitionChange::Kind::added:
      return {"definition_added", {{"place", change.place}, {"after", change.after}}};
    case DefinitionChange::Kind::removed:
      return {"definition_removed", {{"place", change.place}, {"before", change.before}}};
    case DefinitionChange::Kind::changed:
      break;
  }
  return {"definition_changed", {{"place", change.place}, {"before", change.before}, {"after", change.after}}};
}

}  // namespace qpcr
