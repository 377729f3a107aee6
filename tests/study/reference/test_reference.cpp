// Every case of every file in statistics/reference, each by the walker of its kind.
#include <exception>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "tests/study/reference/walk.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr::test;

namespace {

std::map<std::string, ReferenceKind> gather_kinds() {
  std::map<std::string, ReferenceKind> kinds;
  for (const auto area :
       {accuracy_references, comparison_references, roc_references, agreement_references, precision_references,
        detection_references, quantitative_references, score_references, planning_references}) {
    for (ReferenceKind& kind : area()) {
      INFO(kind.file);
      REQUIRE(kinds.emplace(kind.file, kind).second);
    }
  }
  return kinds;
}

}  // namespace

TEST_CASE("every case of the statistics reference agrees", "[reference]") {
  const std::map<std::string, ReferenceKind> kinds = gather_kinds();
  const auto files = list_files(reference_data() / "statistics" / "reference", ".json");
  REQUIRE(files.size() >= kinds.size());
  for (const auto& path : files) {
    const std::string file = path.filename().string();
    DYNAMIC_SECTION(file) {
      INFO(file);
      const auto kind = kinds.find(file);
      REQUIRE(kind != kinds.end());
      std::ifstream stream(path);
      const Json document = Json::parse(stream);
      REQUIRE_FALSE(document.at("cases").empty());
      for (const Json& one : document.at("cases")) {
        ReferenceCase test_case(file, document, one);
        INFO(test_case.id());
        try {
          kind->second.walk(test_case);
        } catch (const std::exception& error) {
          FAIL_CHECK(test_case.id() << ": " << error.what());
          continue;
        }
        for (const std::string& key : test_case.missed()) FAIL_CHECK(test_case.id() << ": nobody compared " << key);
      }
    }
  }
}
