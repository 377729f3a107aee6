// Archives: what is read, and every way in which a hostile one is refused.
#include <ctime>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/support/instrumented.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::make_zip;
using qpcr::test::ZipEntry;

namespace {

ZipEntry entry(std::string name, std::string bytes) {
  ZipEntry result;
  result.name = std::move(name);
  result.bytes = std::move(bytes);
  return result;
}

/// Every refusal must be quick; measured in time of the processor, because other programs may be busy.
ErrorCode code_of(const std::function<void()>& action) {
  const std::clock_t start = std::clock();
  try {
    action();
  } catch (const Error& error) {
    CHECK((test::instrumented || static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 1.0));
    CHECK_THAT(error.what(), Catch::Contains("a.zip"));
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::file_not_found;
}

ErrorCode open_code(const std::string& bytes) {
  return code_of([&] { const Archive archive(bytes, "a.zip"); });
}

}  // namespace

TEST_CASE("members are found whatever the case and the slash") {
  const std::string bytes =
      make_zip({entry("APLDBIO\\SDS\\Plate.xml", "<a/>"), entry("b/", ""), entry("b/c.txt", "hello")});
  Archive archive(bytes, "a.zip");
  REQUIRE(archive.members().size() == 3);
  const ArchiveMember* member = archive.find("apldbio/sds/plate.XML");
  REQUIRE(member != nullptr);
  CHECK(archive.read(*member) == "<a/>");
  CHECK(archive.path_of(*member) == "a.zip:APLDBIO\\SDS\\Plate.xml");
  CHECK(archive.members()[1].is_folder);
  CHECK(archive.find("nothing") == nullptr);
}

TEST_CASE("an archive behind the marker of a split one is read") {
  // Offsets of the directory count the marker, as Bio-Rad writes it.
  const std::string bytes = make_zip({entry("a.xml", "<a/>")}, "PK\x07\x08");
  CHECK(is_zip(bytes));
  Archive archive(bytes, "a.zip");
  CHECK(archive.read(archive.members().front()) == "<a/>");
}

TEST_CASE("names that lead elsewhere are refused") {
  for (const char* name : {"../x", "a/../../x", "a\\..\\x", "/etc/passwd", "\\\\server\\x", "C:\\x", "c:x"}) {
    INFO(name);
    CHECK(open_code(make_zip({entry(name, "x")})) == ErrorCode::unsafe_archive);
  }
  CHECK(open_code(make_zip({entry(std::string("a\0b", 3), "x")})) == ErrorCode::unsafe_archive);
  CHECK(open_code(make_zip({entry("a", "x"), entry("A", "y")})) == ErrorCode::unsafe_archive);
  ZipEntry link = entry("link", "/etc/passwd");
  link.external_attributes = 0120777U << 16U;
  CHECK(open_code(make_zip({link})) == ErrorCode::unsafe_archive);
  // Two dots inside a name are only dots.
  const std::string harmless = make_zip({entry("a..b/c...xml", "x")});
  CHECK(Archive(harmless, "a.zip").members().size() == 1);
}

TEST_CASE("a damaged archive is a malformed file") {
  const std::string bytes = make_zip({entry("a.txt", std::string(1000, 'x')), entry("b.txt", "y")});
  for (const std::size_t keep :
       {std::size_t{4}, std::size_t{30}, bytes.size() / 2, bytes.size() - 23, bytes.size() - 1}) {
    INFO(keep);
    CHECK(open_code(bytes.substr(0, keep)) == ErrorCode::malformed_file);
  }
  ZipEntry wrong = entry("a.txt", "hello");
  wrong.checksum_error = 1;
  const std::string corrupt = make_zip({wrong});
  CHECK(code_of([&] {
          Archive archive(corrupt, "a.zip");
          archive.read(archive.members().front());
        }) == ErrorCode::malformed_file);
}

TEST_CASE("a member whose size, checksum or stream is not as declared is malformed, whichever way it lies") {
  constexpr int blocks = 3;
  ZipEntry honest = entry("a.txt", test::deflate_zeros(blocks));
  honest.deflated = true;
  honest.inflated_size = blocks * test::deflated_block_bytes;
  honest.deflated_checksum = test::crc32(std::string(honest.inflated_size, '\0'));
  const auto read_code = [](const ZipEntry& member) {
    return code_of([&] {
      const std::string bytes = make_zip({member});
      Archive archive(bytes, "a.zip");
      archive.inflate(archive.members().front());
    });
  };
  {
    const std::string bytes = make_zip({honest});
    Archive archive(bytes, "a.zip");
    CHECK(archive.inflate(archive.members().front()).view() == std::string(honest.inflated_size, '\0'));
  }
  for (const std::uint32_t size : {0U, 1U, honest.inflated_size - 1, honest.inflated_size + 1, 5'000'000U}) {
    INFO(size);
    ZipEntry lying = honest;
    lying.inflated_size = size;
    CHECK(read_code(lying) == ErrorCode::malformed_file);
  }
  ZipEntry wrong = honest;
  wrong.checksum_error = 1;
  CHECK(read_code(wrong) == ErrorCode::malformed_file);
  for (const std::size_t keep : {std::size_t{0}, std::size_t{1}, honest.bytes.size() / 2, honest.bytes.size() - 1}) {
    INFO(keep);
    ZipEntry cut = honest;
    cut.bytes.resize(keep);
    CHECK(read_code(cut) == ErrorCode::malformed_file);
  }
  ZipEntry invalid = honest;
  invalid.bytes[0] = '\x07';  // block type 3, which RFC 1951 reserves
  CHECK(read_code(invalid) == ErrorCode::malformed_file);
  ZipEntry stored = entry("a.txt", "hello");
  stored.lie_about_size = true;
  stored.inflated_size = 4;
  CHECK(read_code(stored) == ErrorCode::malformed_file);
}

TEST_CASE("an encrypted member is listed and not read") {
  ZipEntry secret = entry("a.txt", std::string(40, 'x'));
  secret.flags = 1;
  const std::string bytes = make_zip({secret});
  Archive archive(bytes, "a.zip");
  CHECK(archive.members().front().encrypted);
  CHECK(code_of([&] { archive.read(archive.members().front()); }) == ErrorCode::unsafe_archive);
}

TEST_CASE("too many members are refused") {
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 10'001; ++i) entries.push_back(entry(std::to_string(i), ""));
  CHECK(open_code(make_zip(entries)) == ErrorCode::unsafe_archive);
  entries.pop_back();
  const std::string bytes = make_zip(entries);
  CHECK(Archive(bytes, "a.zip").members().size() == 10'000);
}

TEST_CASE("bombs are refused quickly, whatever size they declare") {
  ZipEntry bomb = entry("bomb.xml", test::deflate_zeros(4096));
  bomb.deflated = true;

  SECTION("honest: 256 MiB of zeros") {
    bomb.inflated_size = 4096U * test::deflated_block_bytes;
    CHECK(open_code(make_zip({bomb})) == ErrorCode::unsafe_archive);
  }
  SECTION("declares a kilobyte") {
    bomb.inflated_size = 1024;
    const std::string bytes = make_zip({bomb});
    const ErrorCode code = code_of([&] {
      Archive archive(bytes, "a.zip");
      archive.read(archive.members().front());
    });
    CHECK((code == ErrorCode::unsafe_archive || code == ErrorCode::malformed_file));
  }
  SECTION("declares more than a file can hold") {
    bomb.inflated_size = 0xFFFFFFFEU;
    CHECK(open_code(make_zip({bomb})) == ErrorCode::unsafe_archive);
  }
  SECTION("many members that are small by themselves") {
    std::vector<ZipEntry> entries;
    for (int i = 0; i < 40; ++i) {
      ZipEntry part = entry(std::to_string(i), test::deflate_zeros(100));
      part.deflated = true;
      part.inflated_size = 100U * test::deflated_block_bytes;
      entries.push_back(part);
    }
    CHECK(open_code(make_zip(entries)) == ErrorCode::unsafe_archive);
  }
  SECTION("the sum of what is stored without compression") {
    const std::string bytes = make_zip({entry("a", std::string(600, 'x')), entry("b", std::string(600, 'x'))});
    ArchiveLimits limits;
    limits.inflated_bytes = 1000;
    CHECK(code_of([&] { const Archive archive(bytes, "a.zip", limits); }) == ErrorCode::unsafe_archive);
  }
}

TEST_CASE("strongly compressed data below ten megabytes are read") {
  const int blocks = 100;
  const std::string zeros(static_cast<std::size_t>(blocks) * test::deflated_block_bytes, '0');
  ZipEntry member = entry("a.txt", test::deflate_zeros(blocks));
  member.deflated = true;
  member.inflated_size = static_cast<std::uint32_t>(zeros.size());
  member.deflated_checksum = test::crc32(std::string(zeros.size(), '\0'));
  const std::string bytes = make_zip({member});
  Archive archive(bytes, "a.zip");
  CHECK(archive.read(archive.members().front()) == std::string(zeros.size(), '\0'));
}
