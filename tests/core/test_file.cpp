// Output files appear whole or not at all.
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"

namespace fs = std::filesystem;

namespace {
struct TemporaryFolder {
  fs::path path = fs::temp_directory_path() / ("qpcr-test-file-" + std::to_string(::getpid()));
  TemporaryFolder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};
}  // namespace

TEST_CASE("files of one set appear together") {
  const TemporaryFolder folder;
  qpcr::OutputFiles output(folder.path / "new" / "deep");
  output.add("a.txt", "one");
  output.add("sub/b.txt", "two");
  CHECK_FALSE(fs::exists(folder.path / "new" / "deep" / "a.txt"));
  const auto paths = output.commit();
  REQUIRE(paths.size() == 2);
  CHECK(qpcr::read_file(paths[0]) == "one");
  CHECK(qpcr::read_file(paths[1]) == "two");
  CHECK(std::distance(fs::directory_iterator(folder.path / "new" / "deep"), fs::directory_iterator()) == 2);
}

TEST_CASE("a set that is given up leaves nothing behind") {
  const TemporaryFolder folder;
  {
    qpcr::OutputFiles output(folder.path / "gone");
    output.add("a.txt", "one");
    CHECK_THROWS_AS(output.add("a.txt", "again"), qpcr::Error);
  }
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a folder in the way of one file keeps all files back") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path / "b.txt");
  {
    qpcr::OutputFiles output(folder.path);
    output.add("a.txt", "one");
    CHECK_THROWS_WITH(output.add("b.txt", "two"), Catch::Contains("is a folder"));
  }
  CHECK_FALSE(fs::exists(folder.path / "a.txt"));
}

TEST_CASE("pipes and devices are neither read nor replaced") {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(qpcr::read_file(pipe), Catch::Contains("pipe or a device"));
  CHECK_THROWS_WITH(qpcr::read_file("/dev/zero"), Catch::Contains("pipe or a device"));
  CHECK_THROWS_WITH(qpcr::write_file(pipe, "x"), Catch::Contains("pipe or a device"));
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("missing files and folders are told apart") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(qpcr::read_file(folder.path / "none.csv"), Catch::Contains("no such file"));
  CHECK_THROWS_WITH(qpcr::read_file(folder.path), Catch::Contains("is a folder"));
  qpcr::write_file(folder.path / "empty", "");
  CHECK(qpcr::read_file(folder.path / "empty").empty());
}
