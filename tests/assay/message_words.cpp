// The wordings of the catalogues, read from the source tree, and what their placeholders ask for.
#include "tests/assay/message_words.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/assay/support.hpp"

namespace assay_test {
namespace {

/// The wordings of every catalogue, by identifier.
const nlohmann::json& all_words() {
  static const nlohmann::json words = [] {
    nlohmann::json all;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages")) {
      if (entry.path().extension() == ".json") all.update(nlohmann::json::parse(qpcr::read_file(entry.path())));
    }
    return all;
  }();
  return words;
}

}  // namespace

bool is_worded(const std::string& id) { return all_words().contains(id); }

std::set<std::string> find_placeholders(const std::string& text) {
  std::set<std::string> found;
  static const std::regex pattern(R"(\{([a-z_]+)\})");
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

void check_words(const std::vector<qpcr::Message>& messages) {
  for (const qpcr::Message& message : messages) {
    if (!is_worded(message.id)) continue;
    for (const char* language : {"zh", "en"}) {
      for (const std::string& name : find_placeholders(all_words()[message.id][language].get<std::string>())) {
        INFO(message.id << " {" << name << "}");
        CHECK(std::any_of(message.values.begin(), message.values.end(),
                          [&](const auto& value) { return value.first == name; }));
      }
    }
  }
}

void check_words(const qpcr::PlateResult& result) {
  check_words(result.run_reasons);
  check_words(result.warnings);
  check_words(result.not_releasable);
  for (const qpcr::ControlResult& control : result.controls) check_words({control.expectation, control.finding});
  for (const qpcr::WellResult& well : result.wells) check_words(well.flags);
  for (const qpcr::SampleCall& call : result.calls) {
    check_words(call.reasons);
    check_words(call.flags);
  }
}

}  // namespace assay_test
