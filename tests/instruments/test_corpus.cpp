// The committed synthetic files: made by our own writers, each known to one reader, each read to what is pinned.
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "tests/instruments/golden.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
namespace fs = std::filesystem;

TEST_CASE("the corpus on disk is what the writers make, no file more and none less") {
  std::set<std::string> made;
  std::size_t readers_with_files = 0;
  for (const test::ReaderCorpus& corpus : test::corpora()) {
    const std::vector<test::CorpusFile> files = corpus.make();
    readers_with_files += files.empty() ? 0U : 1U;
    for (const test::CorpusFile& file : files) {
      const fs::path path = test::corpus_folder() / corpus.reader_id / file.name;
      INFO(path);
      CHECK(made.insert(corpus.reader_id + "/" + file.name).second);
      REQUIRE(fs::exists(path));
      CHECK(read_file(path) == file.bytes);
    }
  }
  CHECK(readers_with_files == readers().size());
  for (const auto& entry : fs::recursive_directory_iterator(test::corpus_folder())) {
    if (!entry.is_regular_file() || entry.path().filename() == ".gitattributes") continue;
    INFO(entry.path());
    CHECK(made.contains(fs::relative(entry.path(), test::corpus_folder()).string()));
  }
}

TEST_CASE("each file of the corpus is claimed by the one reader it was written for") {
  for (const test::ReaderCorpus& corpus : test::corpora()) {
    for (const fs::path& file : test::list_files(test::corpus_folder() / corpus.reader_id)) {
      INFO(file);
      try {
        CHECK(identify(file).reader_id == corpus.reader_id);
      } catch (const Error& error) {
        FAIL(error.what());
      }
    }
  }
}

TEST_CASE("the corpus reads to what is pinned") {
  const test::GoldenBlocks pinned = test::parse_golden(read_file(test::golden_folder() / "corpus.txt"));
  const test::GoldenBlocks found = test::project_folder(test::corpus_folder());
  CHECK(pinned.size() == found.size());
  for (const auto& [name, block] : found) {
    INFO(name);
    const auto golden = pinned.find(name);
    REQUIRE(golden != pinned.end());
    CHECK(block == golden->second);
  }
}

TEST_CASE("public exports read to what is pinned, and others open or say why not", "[reference]") {
  const test::GoldenBlocks pinned = test::parse_golden(read_file(test::golden_folder() / "reference.txt"));
  const fs::path folder = test::reference_data() / "instruments/files";
  const test::GoldenBlocks found = test::project_folder(folder);
  std::map<std::string, int> outcomes;
  for (const auto& [name, block] : found) {
    INFO(name);
    ++outcomes[block.starts_with("refused") ? "refused" : "opened"];
    const auto golden = pinned.find(name);
    if (golden != pinned.end()) {
      CHECK(block == golden->second);
    } else {
      WARN(name << ": " << block.substr(0, block.find('\n')));
      CHECK_FALSE(block.empty());
    }
  }
  WARN("files opened: " << outcomes["opened"] << ", refused: " << outcomes["refused"]);
  CHECK(found.size() >= 1);
}
