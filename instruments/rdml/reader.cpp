// Recognises RDML and finds the document inside the archive.
#include "instruments/rdml/reader.hpp"

#include <utility>

#include <fmt/format.h>

#include "instruments/rdml/document.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::rdml {
namespace {

constexpr std::string_view standard_member = "rdml_data.xml";

bool is_standard_member(std::string_view normalised) {
  return normalised == standard_member || normalised.ends_with("/rdml_data.xml");
}

/// Name of the first element of an XML text without its prefix, or nothing.
std::string_view find_root_name(std::string_view text) {
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string_view::npos) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('?') || rest.starts_with('!')) {
      const std::string_view end = rest.starts_with('?') ? "?>" : rest.starts_with("!--") ? "-->" : ">";
      at = text.find(end, at);
      if (at == std::string_view::npos) return {};
      continue;
    }
    std::string_view name = rest.substr(0, rest.find_first_of(" \t\r\n/>"));
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    return name;
  }
  return {};
}

/// LightCycler 96 lays its own analysis beside the document; such files have a reader of their own.
bool is_lightcycler96(const FileHead& head) {
  return head.has_member("app_data.xml") && head.has_member("calculated_data.xml");
}

Sniff sniff_zip(const FileHead& head) {
  std::size_t files = 0;
  std::size_t xml = 0;
  if (is_lightcycler96(head)) return {Confidence::no, "a LightCycler 96 project"};
  for (const std::string& member : head.members) {
    if (is_standard_member(member)) {
      return {Confidence::certain, "a zip that holds rdml_data.xml"};
    }
    if (member.ends_with('/')) continue;
    ++files;
    if (member.ends_with(".xml")) ++xml;
  }
  // Writers name the one member as they like: a temporary path, another ending.
  if (files != 1) return {Confidence::no, "a zip without rdml_data.xml that holds not just one document"};
  const std::string name = to_lower_ascii(head.name);
  const bool named = name.ends_with(".rdml") || name.ends_with(".rdm");
  return {named ? Confidence::certain : Confidence::possible,
          fmt::format("a zip of one {}{}", xml == 1 ? "XML document" : "member", named ? ", named as RDML" : "")};
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip) return sniff_zip(head);
  if (head.text.empty()) return {Confidence::no, "neither a zip nor text"};
  const std::string_view root = find_root_name(head.text);
  if (root == "rdml") return {Confidence::certain, "XML with the root element 'rdml'"};
  return {Confidence::no, "not XML with the root element 'rdml'"};
}

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

const ArchiveMember& find_document(const Archive& archive, const std::string& path) {
  const ArchiveMember* standard = nullptr;
  const ArchiveMember* only = nullptr;
  std::size_t files = 0;
  for (const ArchiveMember& member : archive.members()) {
    const std::string name = normalise_member_name(member.name);
    if (is_standard_member(name)) {
      if (standard != nullptr) refuse(ErrorCode::malformed_file, path, "two members are named rdml_data.xml");
      standard = &member;
    }
    if (!member.is_folder) {
      ++files;
      only = &member;
    }
  }
  if (standard != nullptr) return *standard;
  if (files != 1) {
    refuse(ErrorCode::malformed_file, path,
           fmt::format("expected rdml_data.xml or one member in the archive, got {}", files));
  }
  return *only;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  NotReadList not_read;
  if (!is_zip(file.bytes)) {
    return read_document(XmlSource(file.bytes, file.path), std::move(not_read));
  }
  Archive archive(file.bytes, file.path);
  const ArchiveMember& member = find_document(archive, file.path);
  bool lightcycler96 = false;
  for (const ArchiveMember& other : archive.members()) {
    if (&other == &member || other.is_folder) continue;
    not_read.add(other.name, "not part of RDML's data");
    lightcycler96 = lightcycler96 || normalise_member_name(other.name) == "app_data.xml";
  }
  const ByteBuffer bytes = archive.inflate(member);
  return read_document(XmlSource(bytes.view(), archive.path_of(member)), std::move(not_read),
                       lightcycler96 ? OutsideCalls::missing : OutsideCalls::by_writer);
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"rdml",
       "RDML 1.0 to 1.4",
       "any",
       {{"RDML 1.0, 1.1, 1.2, 1.3, 1.4; also the XML document without its zip", "any", "files of all five versions",
         "curves with temperatures, melt, Cq, Tm, roles, quantities, protocol", ReaderMaturity::verified,
         "curves and Cq bit by bit against two programs"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::rdml
