// Choosing a reader: certain, possible, none and two; and files that are nothing at all.
#include <ctime>
#include <filesystem>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/hash.hpp"
#include "tests/instruments/check.hpp"
#include "tests/support/instrumented.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;

TEST_CASE("readers are listed in the order of their identifiers and describe themselves") {
  std::string previous;
  for (const Reader& reader : readers()) {
    CHECK(previous < reader.info.id);
    previous = reader.info.id;
    CHECK(reader.sniff != nullptr);
    CHECK(reader.read != nullptr);
    CHECK_FALSE(reader.info.title.empty());
    CHECK_FALSE(reader.info.formats.empty());
    CHECK_THAT(render_support_table(), Catch::Contains(reader.info.id));
    for (const ReaderFormat& format : reader.info.formats) {
      INFO(reader.info.id << ": " << format.layout);
      CHECK_FALSE(format.layout.empty());
      CHECK_FALSE(format.contents.empty());
      CHECK_FALSE(format.tested.empty());
      // Nothing that was never seen is called verified.
      CHECK((format.maturity == ReaderMaturity::provisional || !format.versions.empty()));
    }
  }
  const std::string docs = read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "docs/instruments.md");
  CHECK_THAT(docs, Catch::Contains(render_support_table()));
  CHECK_THAT(docs, Catch::Contains(render_refusal_table()));
}

TEST_CASE("contents decide, not the extension") {
  CHECK(identify_bytes("cycle,a\n1,2\n", "x.rdml", "x.rdml").reader_id == "wide_table");
  CHECK(identify_bytes("<?xml version='1.0'?><!-- c --><r:rdml xmlns:r='x'/>", "x.csv", "x.csv").reader_id == "rdml");
  CHECK(identify_bytes(std::string("\xFF\xFE<\0r\0d\0m\0l\0/\0>\0", 16), "x", "x").reader_id == "rdml");
  CHECK(identify_bytes("T\ta\n1\t2\n", "x", "x").reader_id == "wide_table");
  CHECK(identify_bytes(",Cycle,A1\n,1,2\n", "x", "x").reader_id == "biorad_cfx");
}

TEST_CASE("a zip that two readers claim is ambiguous, with both reasons") {
  test::ZipEntry rdml;
  rdml.name = "rdml_data.xml";
  rdml.bytes = "<rdml/>";
  test::ZipEntry eds;
  eds.name = "apldbio/sds/plate_setup.xml";
  eds.bytes = "<Plate/>";
  const Error error = error_of(test::make_zip({rdml, eds}), "both.zip");
  CHECK(error.code() == ErrorCode::ambiguous_format);
  CHECK_THAT(error.what(),
             Catch::Contains("appbio_quantstudio (") && Catch::Contains("rdml (a zip that holds rdml_data.xml)"));
}

TEST_CASE("files that are nothing are refused with the reasons of all readers") {
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string("PK"), std::string("\0", 1), std::string("\xFF"),
        std::string("\n\n"), std::string("hello world"), std::string(100'000, '\n')}) {
    const Error error = error_of(bytes, "nothing.bin");
    CHECK(error.code() == ErrorCode::unsupported_format);
    if (!bytes.empty()) {
      for (const Reader& reader : readers()) CHECK_THAT(error.what(), Catch::Contains(reader.info.id));
    }
  }
  CHECK(error_of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "cut.xls").code() == ErrorCode::malformed_file);
  std::mt19937 random(20240101);
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random() & 0xFFU);
    CHECK(error_of(bytes, "random.bin").code() == ErrorCode::unsupported_format);
  }
}

TEST_CASE("damaged and hostile archives are refused before any reader sees them") {
  const auto zip = [](const std::string& name, const std::string& bytes) {
    test::ZipEntry entry;
    entry.name = name;
    entry.bytes = bytes;
    return entry;
  };
  const std::string good = test::make_zip({zip("rdml_data.xml", "<rdml version='1.2'/>")});
  CHECK(error_of(good.substr(0, good.size() - 10), "a.rdml").code() == ErrorCode::malformed_file);
  CHECK(error_of("PK\x03\x04", "a.rdml").code() == ErrorCode::malformed_file);
  CHECK(error_of(test::make_zip({zip("../rdml_data.xml", "x")}), "a.rdml").code() == ErrorCode::unsafe_archive);
  CHECK(error_of(test::make_zip({zip("/rdml_data.xml", "x")}), "a.rdml").code() == ErrorCode::unsafe_archive);
  CHECK(error_of(test::make_zip({zip("rdml_data.xml", "x"), zip("RDML_data.xml", "x")}), "a.rdml").code() ==
        ErrorCode::unsafe_archive);
  test::ZipEntry secret = zip("rdml_data.xml", std::string(50, 'x'));
  secret.flags = 1;
  CHECK(error_of(test::make_zip({secret}), "a.rdml").code() == ErrorCode::unsafe_archive);

  test::ZipEntry bomb = zip("rdml_data.xml", test::deflate_zeros(5000));
  bomb.deflated = true;
  bomb.inflated_size = 1000;
  const std::string bytes = test::make_zip({bomb});
  const std::clock_t start = std::clock();
  const Error error = error_of(bytes, "a.rdml");
  CHECK((error.code() == ErrorCode::unsafe_archive || error.code() == ErrorCode::malformed_file));
  // Time of the processor, not of the clock: other programs may be busy.
  CHECK((test::instrumented || static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 1.0));
}

TEST_CASE("provenance is of the bytes that were parsed") {
  const std::string bytes = "cycle,a\n1,2\n";
  const Run run = load_bytes(bytes, "w.csv").front();
  REQUIRE(run->provenance.sources.size() == 1);
  CHECK(run->provenance.sources.front() == SourceFile{"w.csv", sha256_hex(bytes), bytes.size()});
  CHECK(run->provenance.reader == "wide_table");
  CHECK_FALSE(run->provenance.library_version.empty());
}

TEST_CASE("a file that is missing or a folder is an error of its own") {
  CHECK_THROWS_WITH(load_runs({"/nowhere/x.rdml"}), Catch::Contains("/nowhere/x.rdml"));
  CHECK_THROWS_AS(identify(std::filesystem::temp_directory_path()), Error);
}
