// Reads workbook.xml, its relations and styles.xml (ECMA-376 part 1, 18.2 and 18.8; part 2 for relations).
#include "libqpcr/tabular/xlsx_package.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::xlsx {
namespace {

constexpr std::size_t most_sheets = 10'000;

[[noreturn]] void refuse(ErrorCode code, std::string path, std::string problem, std::string_view found = {}) {
  ErrorContext context;
  context.path = std::move(path);
  context.found = std::string(found);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// An XML part with the memory it points into.
struct Part {
  Part(Archive& archive, const ArchiveMember& member)
      : bytes(archive.inflate(member)), source(bytes.view(), archive.path_of(member)) {}
  ByteBuffer bytes;
  XmlSource source;
};

bool is_true(std::optional<std::string_view> value) { return value && (*value == "1" || *value == "true"); }

std::string_view folder_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

/// A relation's target as a member's name in normalised form: relative to the part's folder, or from the root.
std::string resolve_target(std::string_view folder, std::string_view target) {
  const std::string normal = normalise_member_name(target);
  std::vector<std::string_view> parts;
  const auto append = [&parts](std::string_view path) {
    for (const std::string_view part : split(path, '/')) {
      if (part == ".." && !parts.empty()) parts.pop_back();
      if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    }
  };
  if (!normal.starts_with('/')) append(folder);
  append(normal);
  return fmt::format("{}", fmt::join(parts, "/"));
}

struct Relation {
  std::string id;
  std::string kind;    ///< last word of the type: "worksheet"
  std::string member;  ///< normalised name
};

/// Relations of a part; nothing when it has none.
std::vector<Relation> read_relations(Archive& archive, std::string_view part_name) {
  const std::string normal = normalise_member_name(part_name);
  const std::string_view folder = folder_of(normal);
  const std::string_view file = std::string_view(normal).substr(folder.empty() ? 0 : folder.size() + 1);
  const ArchiveMember* member = archive.find(fmt::format("{}{}_rels/{}.rels", folder, folder.empty() ? "" : "/", file));
  std::vector<Relation> relations;
  if (member == nullptr) return relations;
  const Part part(archive, *member);
  XmlTokenizer xml(part.source);
  while (xml.next_child()) {
    if (xml.name() == "Relationship" && xml.attribute("TargetMode").value_or("") != "External") {
      const std::string_view type = xml.attribute("Type").value_or("");
      Relation relation;
      relation.id = xml.attribute("Id").value_or("");
      relation.kind = type.substr(type.rfind('/') + 1);
      relation.member = resolve_target(folder, xml.attribute("Target").value_or(""));
      relations.push_back(std::move(relation));
    }
    xml.skip();
  }
  return relations;
}

const Relation* find_kind(const std::vector<Relation>& relations, std::string_view kind) {
  const auto found =
      std::find_if(relations.begin(), relations.end(), [&](const Relation& r) { return r.kind == kind; });
  return found == relations.end() ? nullptr : &*found;
}

/// The part that lists the sheets: as the package says, else where every program puts it.
const ArchiveMember& find_workbook_part(Archive& archive, const std::string& path) {
  const std::vector<Relation> relations = read_relations(archive, "");
  const Relation* relation = find_kind(relations, "officeDocument");
  const ArchiveMember* member = relation == nullptr ? nullptr : archive.find(relation->member);
  if (member == nullptr) member = archive.find("xl/workbook.xml");
  if (member == nullptr) member = archive.find("xl/workbook.bin");
  if (member == nullptr)
    refuse(ErrorCode::malformed_file, path, "the workbook has no list of sheets (xl/workbook.xml)");
  if (normalise_member_name(member->name).ends_with(".bin")) {
    refuse(ErrorCode::unsupported_format, path, "a binary workbook (.xlsb) is not read: save it as .xlsx");
  }
  return *member;
}

struct SheetEntry {
  std::string name;
  std::string relation;
  bool hidden = false;
};

std::vector<SheetEntry> read_sheet_list(const XmlSource& source, bool& since_1904) {
  std::vector<SheetEntry> entries;
  XmlTokenizer xml(source);
  while (xml.next_child()) {
    if (xml.name() == "workbookPr") since_1904 = is_true(xml.attribute("date1904"));
    if (xml.name() != "sheets") {
      xml.skip();
      continue;
    }
    while (xml.next_child()) {
      if (xml.name() == "sheet") {
        SheetEntry entry;
        entry.name = xml.attribute("name").value_or("");
        entry.relation = xml.attribute("id").value_or("");
        entry.hidden = xml.attribute("state").value_or("visible") != "visible";
        entries.push_back(std::move(entry));
        if (entries.size() > most_sheets) {
          refuse(ErrorCode::unsafe_archive, source.path(), fmt::format("more than {} sheets", most_sheets));
        }
      }
      xml.skip();
    }
  }
  return entries;
}

void refuse_repeated_names(const std::vector<SheetEntry>& entries, const std::string& path) {
  std::set<std::string> names;
  for (const SheetEntry& entry : entries) {
    if (entry.name.empty()) refuse(ErrorCode::malformed_file, path, "a sheet has no name");
    if (!names.insert(to_lower_ascii(entry.name)).second)
      refuse(ErrorCode::duplicate_entry, path, "two sheets have one name", entry.name);
  }
}

/// Members of sheets in the order of the numbers in their names, for a workbook without relations.
std::vector<const ArchiveMember*> list_sheet_members(const Archive& archive) {
  constexpr std::string_view start = "xl/worksheets/sheet";
  constexpr std::string_view end = ".xml";
  std::map<long, const ArchiveMember*> by_number;
  for (const ArchiveMember& member : archive.members()) {
    const std::string name = normalise_member_name(member.name);
    if (!name.starts_with(start) || !name.ends_with(end) || name.size() < start.size() + end.size()) continue;
    const std::string_view digits =
        std::string_view(name).substr(start.size(), name.size() - start.size() - end.size());
    if (const std::optional<long> number = parse_integer(digits)) by_number.emplace(*number, &member);
  }
  std::vector<const ArchiveMember*> members;
  members.reserve(by_number.size());
  for (const auto& entry : by_number) members.push_back(entry.second);
  return members;
}

void place_sheets(Package& package, const Archive& archive, const std::vector<SheetEntry>& entries,
                  const std::vector<Relation>& relations, const std::string& path) {
  std::set<const ArchiveMember*> seen;
  const bool by_order = relations.empty();
  const std::vector<const ArchiveMember*> in_order = by_order ? list_sheet_members(archive) : decltype(in_order){};
  if (by_order && in_order.size() != entries.size()) {
    refuse(ErrorCode::malformed_file, path,
           fmt::format("the workbook does not say where its sheets are (no xl/_rels/workbook.xml.rels), and lists {} "
                       "where {} are",
                       entries.size(), in_order.size()));
  }
  if (by_order && !entries.empty()) {
    package.not_read.push_back({"xl/_rels/workbook.xml.rels",
                                "missing: the sheets were taken in the order of their "
                                "numbers"});
  }
  // Looked up by name: a hostile file lists thousands of each.
  std::map<std::string_view, const Relation*> by_id;
  for (const Relation& relation : relations) by_id.emplace(relation.id, &relation);
  std::map<std::string, const ArchiveMember*> by_name;
  for (const ArchiveMember& member : archive.members()) by_name.emplace(normalise_member_name(member.name), &member);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const SheetEntry& entry = entries[i];
    SheetPart sheet{entry.name, entry.hidden, by_order ? in_order[i] : nullptr};
    if (!by_order) {
      const auto relation = by_id.find(entry.relation);
      if (relation == by_id.end()) {
        refuse(ErrorCode::malformed_file, path + ":" + entry.name, "the workbook does not say where this sheet is",
               entry.relation);
      }
      if (relation->second->kind != "worksheet") {
        package.not_read.push_back({entry.name, fmt::format("a sheet of another kind ({})", relation->second->kind)});
        continue;
      }
      const auto member = by_name.find(relation->second->member);
      if (member == by_name.end()) {
        refuse(ErrorCode::malformed_file, path + ":" + entry.name, "the sheet is not in the file",
               relation->second->member);
      }
      sheet.member = member->second;
    }
    if (!seen.insert(sheet.member).second) {
      refuse(ErrorCode::malformed_file, path + ":" + entry.name, "two sheets are one part of the file",
             sheet.member->name);
    }
    package.sheets.push_back(std::move(sheet));
  }
}

long read_number_attribute(const XmlTokenizer& xml, std::string_view name) {
  return parse_integer(xml.attribute(name).value_or("")).value_or(0);
}

std::vector<DateStyle> read_date_styles(const XmlSource& source) {
  std::map<long, DateStyle> custom;
  std::vector<long> formats;
  XmlTokenizer xml(source);
  while (xml.next_child()) {
    const bool is_formats = xml.name() == "numFmts";
    if (!is_formats && xml.name() != "cellXfs") {
      xml.skip();
      continue;
    }
    while (xml.next_child()) {
      if (is_formats && xml.name() == "numFmt")
        custom[read_number_attribute(xml, "numFmtId")] = classify_format_code(xml.attribute("formatCode").value_or(""));
      if (!is_formats && xml.name() == "xf") formats.push_back(read_number_attribute(xml, "numFmtId"));
      xml.skip();
    }
  }
  std::vector<DateStyle> styles;
  styles.reserve(formats.size());
  for (const long format : formats) {
    const auto found = custom.find(format);
    styles.push_back(found == custom.end() ? classify_builtin_format(format) : found->second);
  }
  return styles;
}

/// Why nothing is read from a member, or nothing where no value of a cell can stand in it.
std::optional<NotRead> explain_unread(const std::string& name) {
  struct Kind {
    std::string_view start;
    std::string_view what;
  };
  constexpr std::array<Kind, 12> kinds{{{"xl/vbaproject", "macros"},
                                        {"xl/macrosheets/", "macros"},
                                        {"xl/media/", "pictures"},
                                        {"xl/drawings/", "drawings"},
                                        {"xl/charts/", "charts"},
                                        {"xl/comments", "notes at cells"},
                                        {"xl/threadedcomments/", "notes at cells"},
                                        {"xl/pivotcache/", "data behind pivot tables"},
                                        {"xl/pivottables/", "layout of pivot tables"},
                                        {"xl/externallinks/", "values of other workbooks"},
                                        {"xl/embeddings/", "embedded files"},
                                        {"xl/activex/", "controls"}}};
  for (const Kind& kind : kinds) {
    if (name.starts_with(kind.start)) {
      const bool is_folder = kind.start.back() == '/';
      return NotRead{is_folder ? std::string(kind.start.substr(0, kind.start.size() - 1)) : name,
                     std::string(kind.what)};
    }
  }
  constexpr std::array<std::string_view, 14> silent{"_rels/",      "[content_types].xml", "docprops/",
                                                    "customxml/",  "xl/_rels/",           "xl/theme/",
                                                    "xl/styles",   "xl/calcchain",        "xl/printersettings/",
                                                    "xl/tables/",  "xl/sharedstrings",    "xl/worksheets/_rels/",
                                                    "xl/persons/", "xl/ctrlprops/"};
  if (name.ends_with('/') ||
      std::any_of(silent.begin(), silent.end(), [&](std::string_view s) { return name.starts_with(s); }))
    return std::nullopt;
  return NotRead{name, "a part of no known meaning"};
}

void list_unread(Package& package, const Archive& archive, const ArchiveMember& workbook) {
  std::set<const ArchiveMember*> read{&workbook, package.shared_strings};
  for (const SheetPart& sheet : package.sheets) read.insert(sheet.member);
  for (const ArchiveMember& member : archive.members()) {
    if (read.contains(&member)) continue;
    std::optional<NotRead> entry = explain_unread(normalise_member_name(member.name));
    if (!entry) continue;
    const bool known = std::find(package.not_read.begin(), package.not_read.end(), *entry) != package.not_read.end();
    if (!known) package.not_read.push_back(std::move(*entry));
  }
}

}  // namespace

Package read_package(Archive& archive, const std::string& path) {
  const ArchiveMember& workbook = find_workbook_part(archive, path);
  const std::vector<Relation> relations = read_relations(archive, workbook.name);
  Package package;
  const Part list(archive, workbook);
  const std::vector<SheetEntry> entries = read_sheet_list(list.source, package.since_1904);
  refuse_repeated_names(entries, path);
  place_sheets(package, archive, entries, relations, path);
  // Some writers name these parts in other case than their relation does, or give no relation at all.
  const auto find_part = [&](std::string_view kind, std::string_view usual) {
    const Relation* relation = find_kind(relations, kind);
    const ArchiveMember* member = relation == nullptr ? nullptr : archive.find(relation->member);
    return member != nullptr ? member : archive.find(usual);
  };
  package.shared_strings = find_part("sharedStrings", "xl/sharedstrings.xml");
  if (const ArchiveMember* styles = find_part("styles", "xl/styles.xml")) {
    const Part part(archive, *styles);
    package.date_styles = read_date_styles(part.source);
  }
  list_unread(package, archive, workbook);
  return package;
}

}  // namespace qpcr::xlsx
