// The catalogue: complete in both languages, sorted, with the same placeholders; and every message of the sources in
// it.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/catalogue.hpp"

using namespace qpcr;
namespace fs = std::filesystem;

namespace {

std::set<std::string> placeholders(const std::string& text) {
  const auto list = list_placeholders(text);
  return {list.begin(), list.end()};
}

std::set<std::string> known_ids() {
  std::set<std::string> ids;
  for (const CatalogueEntry& entry : catalogue()) ids.insert(entry.id);
  return ids;
}

struct Use {
  std::string id;
  std::string file;
};

/// The identifiers of messages built in the sources: Message{"id", …} and render_text("id", …).
std::vector<Use> find_uses() {
  const std::regex pattern("(?:\\bMessage\\s*\\{\\s*|\\brender_text\\(\\s*)\"([^\"]+)\"");
  std::vector<Use> uses;
  for (const char* folder : {"libqpcr", "instruments", "apps"}) {
    const fs::path root = fs::path(QPCR_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
      const std::string source = read_file(entry.path());
      for (auto match = std::sregex_iterator(source.begin(), source.end(), pattern); match != std::sregex_iterator();
           ++match) {
        uses.push_back({(*match)[1].str(), fs::relative(entry.path(), QPCR_SOURCE_DIR).string()});
      }
    }
  }
  return uses;
}

}  // namespace

TEST_CASE("every message has both languages with the same placeholders", "[catalogue]") {
  REQUIRE(catalogue().size() >= 100);
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.id);
    CHECK_FALSE(entry.text.zh.empty());
    CHECK_FALSE(entry.text.en.empty());
    CHECK(placeholders(entry.text.zh) == placeholders(entry.text.en));
    CHECK(std::count(entry.text.zh.begin(), entry.text.zh.end(), '{') ==
          std::count(entry.text.zh.begin(), entry.text.zh.end(), '}'));
    CHECK(std::count(entry.text.en.begin(), entry.text.en.end(), '{') ==
          std::count(entry.text.en.begin(), entry.text.en.end(), '}'));
  }
}

TEST_CASE("message files are sorted by identifier", "[catalogue]") {
  const std::regex key("\\n?  \"([^\"]+)\": \\{");
  int files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages")) {
    INFO(entry.path());
    REQUIRE(entry.path().extension() == ".json");
    ++files;
    const std::string text = read_file(entry.path());
    std::vector<std::string> ids;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), key); match != std::sregex_iterator(); ++match)
      ids.push_back((*match)[1].str());
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    // Found by pattern here, by a JSON parser in the library: both must see the same entries.
    const auto parsed = std::count_if(catalogue().begin(), catalogue().end(), [&](const CatalogueEntry& each) {
      return each.room == entry.path().stem().string();
    });
    CHECK(static_cast<std::size_t>(parsed) == ids.size());
  }
  CHECK(files >= 3);
}

TEST_CASE("every message that the sources build is in the catalogue", "[catalogue]") {
  const std::set<std::string> ids = known_ids();
  const std::vector<Use> uses = find_uses();
  REQUIRE(uses.size() >= 50);
  for (const Use& use : uses) {
    INFO(use.file << " uses '" << use.id << "'");
    CHECK(ids.count(use.id) == 1);
  }
}

TEST_CASE("templates are filled, enumerators worded", "[catalogue]") {
  CHECK(render_message(Message{"report.page_number", {{"page", "2"}, {"pages", "7"}}}, Language::zh) == "第 2 / 7 页");
  CHECK(render_message(Message{"report.page_number", {{"pages", "7"}, {"page", "2"}}}, Language::en) == "Page 2 of 7");
  const Message status{"report.research_explained", {{"status", "template_only"}}};
  CHECK(render_message(status, Language::zh).find("仅为模板") != std::string::npos);
  CHECK(render_message(status, Language::en).find("template only") != std::string::npos);
  // A value is not a template.
  CHECK(render_message(Message{"report.summary_samples", {{"count", "{page}"}}}, Language::en) == "Samples {page}");
}

TEST_CASE("unknown messages and missing values are errors", "[catalogue]") {
  const auto code_of = [](const Message& message) {
    try {
      render_message(message, Language::en);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::file_not_found;
  };
  CHECK(code_of(Message{"no_such_message", {}}) == ErrorCode::invalid_option);
  CHECK(code_of(Message{"report.page_number", {{"page", "2"}}}) == ErrorCode::invalid_option);
  CHECK(code_of(Message{"report.research_explained", {{"status", "no_such_status"}}}) == ErrorCode::invalid_option);
}

TEST_CASE("languages are recognised by their tag", "[catalogue]") {
  CHECK(parse_language("zh-CN") == Language::zh);
  CHECK(parse_language("zh_CN.UTF-8") == Language::zh);
  CHECK(parse_language("EN") == Language::en);
  CHECK_FALSE(parse_language("english"));
  CHECK_FALSE(parse_language("de"));
  CHECK_FALSE(parse_language(""));
  CHECK(pick({"", "only English"}, Language::zh) == "only English");
  CHECK(pick({"中文", "English"}, Language::zh) == "中文");
}
