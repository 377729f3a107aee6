// Keys and lists of trusted keys.
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/key.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/primitives.hpp"
#include "libqpcr/seal/trust_list.hpp"
#include "tests/seal/support.hpp"

using seal_test::contains;
using seal_test::error_of;
using seal_test::Folder;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat information {};
  REQUIRE(::stat(path.c_str(), &information) == 0);
  return information.st_mode & 07777U;
}

/// A file as its owner alone sees it.
void write_private(const std::filesystem::path& path, const std::string& text) {
  qpcr::write_file(path, text);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

qpcr::TrustedKey trusted(const qpcr::SigningKey& key) {
  qpcr::TrustedKey entry;
  entry.id = key.id;
  entry.holder = key.holder;
  entry.public_key = key.public_key;
  entry.purposes = {qpcr::KeyPurpose::release};
  return entry;
}

}  // namespace

// Public key of TEST 1 of RFC 8032, section 7.1, and its SHA-256 by coreutils: xxd -r -p | sha256sum.
TEST_CASE("the id of a key begins the hash of its public bytes") {
  const std::string public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  CHECK(qpcr::derive_key_id(public_key) == std::optional<std::string>("21fe31dfa154a261"));
  CHECK_FALSE(qpcr::derive_key_id(public_key.substr(2)));
  CHECK_FALSE(qpcr::derive_key_id("D" + public_key.substr(1)));
  CHECK_FALSE(qpcr::derive_key_id(""));
}

TEST_CASE("a key file gives back the key, and only its owner may read it") {
  const Folder folder;
  const qpcr::SigningKey key = qpcr::make_signing_key("质量保证 QA \"1\"");
  ::umask(0);
  qpcr::write_signing_key(folder / "qa.key", key, nullptr);
  CHECK(mode_of(folder / "qa.key") == 0600);
  const qpcr::SigningKey read = qpcr::read_signing_key(folder / "qa.key", nullptr);
  CHECK(read.id == key.id);
  CHECK(read.holder == key.holder);
  CHECK(read.public_key == key.public_key);
  CHECK(read.secret == key.secret);
  CHECK_FALSE(read.test_key);
  const qpcr::KeyFileSummary expected{key.id, key.holder, key.public_key, false, false};
  CHECK(qpcr::read_key_summary(folder / "qa.key") == expected);
}

TEST_CASE("a test key is one by its id, and a key file that says otherwise is refused") {
  const Folder folder;
  for (int i = 0; i < 20; ++i) CHECK_FALSE(qpcr::is_test_key_id(qpcr::make_signing_key("QA").id));
  for (const bool test_key : {true, false}) {
    const qpcr::SigningKey key = qpcr::make_signing_key("QA", test_key);
    CHECK(qpcr::is_test_key_id(key.id) == test_key);
    const std::string name = test_key ? "test.key" : "qa.key";
    const std::string edited = "edited " + name;
    qpcr::write_signing_key(folder / name.c_str(), key, nullptr);
    std::string text = qpcr::read_file(folder / name.c_str());
    const std::string from = test_key ? "true" : "false";
    text.replace(text.find(from), from.size(), test_key ? "false" : "true");
    write_private(folder / edited.c_str(), text);
    CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / edited.c_str(), nullptr); }), "test_key"));
    CHECK(contains(error_of([&] { qpcr::read_key_summary(folder / edited.c_str()); }), "integrity_failure"));
  }
}

TEST_CASE("the hash of a trust list is that of its content, not of its order") {
  const qpcr::TrustedKey one = trusted(qpcr::make_signing_key("one"));
  const qpcr::TrustedKey two = trusted(qpcr::make_signing_key("two"));
  const std::string hash = qpcr::identify_trust_list({{one, two}});
  CHECK(qpcr::identify_trust_list({{two, one}}) == hash);
  CHECK(qpcr::identify_trust_list({{one}}) != hash);
  qpcr::TrustedKey later = two;
  later.valid_until = "2027-01-01";
  CHECK(qpcr::identify_trust_list({{one, later}}) != hash);
}

TEST_CASE("a key is never overwritten, not through a link either") {
  const Folder folder;
  const qpcr::SigningKey key = qpcr::make_signing_key("QA", true);
  qpcr::write_signing_key(folder / "qa.key", key, nullptr);
  const std::string before = qpcr::read_file(folder / "qa.key");
  CHECK(contains(error_of([&] { qpcr::write_signing_key(folder / "qa.key", key, nullptr); }), "never overwritten"));
  std::filesystem::create_symlink(folder / "elsewhere.key", folder / "link.key");
  CHECK(contains(error_of([&] { qpcr::write_signing_key(folder / "link.key", key, nullptr); }), "file_unwritable"));
  CHECK_FALSE(std::filesystem::exists(folder / "elsewhere.key"));
  CHECK(qpcr::read_file(folder / "qa.key") == before);
  CHECK(qpcr::read_signing_key(folder / "qa.key", nullptr).test_key);
}

TEST_CASE("a key or passphrase that others may read is refused") {
  const Folder folder;
  qpcr::write_signing_key(folder / "qa.key", qpcr::make_signing_key("QA"), nullptr);
  write_private(folder / "words", "correct horse\n");
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
    REQUIRE(::chmod((folder / "qa.key").c_str(), mode) == 0);
    REQUIRE(::chmod((folder / "words").c_str(), mode) == 0);
    CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "qa.key", nullptr); }), "integrity_failure"));
    CHECK(contains(error_of([&] { qpcr::read_key_summary(folder / "qa.key"); }), "integrity_failure"));
    CHECK(contains(error_of([&] { qpcr::read_passphrase(folder / "words"); }), "integrity_failure"));
  }
}

TEST_CASE("a passphrase encrypts the secret, and no other opens it") {
  const Folder folder;
  const qpcr::SigningKey key = qpcr::make_signing_key("QA");
  const qpcr::Passphrase right("correct horse");
  qpcr::write_signing_key(folder / "qa.key", key, &right);
  const std::string text = qpcr::read_file(folder / "qa.key");
  CHECK_FALSE(contains(text, qpcr::to_hex(key.secret.data(), 32)));
  CHECK(qpcr::read_key_summary(folder / "qa.key").encrypted);
  CHECK(qpcr::read_signing_key(folder / "qa.key", &right).secret == key.secret);
  const qpcr::Passphrase wrong("correct horsf");
  CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "qa.key", &wrong); }), "passphrase is another one"));
  CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "qa.key", nullptr); }), "passphrase is needed"));
  std::string costly = text;
  const std::string memory = "\"memory_bytes\": 67108864";
  REQUIRE(contains(costly, memory));
  costly.replace(costly.find(memory), memory.size(), "\"memory_bytes\": 9007199254740992");
  write_private(folder / "costly.key", costly);
  CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "costly.key", &right); }), "integrity_failure"));
}

TEST_CASE("the passphrase is the first line of its file") {
  const Folder folder;
  write_private(folder / "words", "correct horse\r\nsecond line\n");
  CHECK(qpcr::read_passphrase(folder / "words").view() == "correct horse");
  write_private(folder / "empty", "\nsecond line\n");
  CHECK(contains(error_of([&] { qpcr::read_passphrase(folder / "empty"); }), "invalid_value"));
  CHECK(contains(error_of([&] { qpcr::read_passphrase(folder / "none"); }), "file_not_found"));
}

TEST_CASE("parts of two keys do not make one") {
  const Folder folder;
  const qpcr::SigningKey one = qpcr::make_signing_key("one");
  const qpcr::SigningKey two = qpcr::make_signing_key("two");
  qpcr::write_signing_key(folder / "one.key", one, nullptr);
  std::string text = qpcr::read_file(folder / "one.key");
  text.replace(text.find(one.public_key), 64, two.public_key);
  write_private(folder / "mixed.key", text);
  CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "mixed.key", nullptr); }), "'id'"));
  text.replace(text.find(one.id), 16, two.id);
  write_private(folder / "mixed.key", text);
  CHECK(contains(error_of([&] { qpcr::read_signing_key(folder / "mixed.key", nullptr); }), "'public_key'"));
}

TEST_CASE("no error of a key file shows its secret") {
  const Folder folder;
  const qpcr::SigningKey key = qpcr::make_signing_key("QA");
  qpcr::write_signing_key(folder / "qa.key", key, nullptr);
  const std::string secret = qpcr::to_hex(key.secret.data(), 32);
  const std::string text = qpcr::read_file(folder / "qa.key");
  seal_test::Numbers numbers;
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    write_private(folder / "bad.key", seal_test::mutate(text, numbers));
    const std::string error = error_of([&] { qpcr::read_signing_key(folder / "bad.key", nullptr); });
    refused += error.empty() ? 0 : 1;
    CHECK_FALSE(contains(error, secret.substr(4, 24)));
    CHECK_FALSE(contains(error, secret.substr(36, 24)));
  }
  CHECK(refused > 300);
}

TEST_CASE("malformed key files are refused with a reason") {
  const Folder folder;
  const auto error = [&](const std::string& text) {
    write_private(folder / "bad.key", text);
    return error_of([&] { qpcr::read_signing_key(folder / "bad.key", nullptr); });
  };
  CHECK(contains(error(""), "malformed_file"));
  CHECK(contains(error("[]"), "is not a JSON object"));
  CHECK(contains(error(std::string(100, '\0')), "malformed_file"));
  CHECK(contains(error("{\"schema\": \"qpcr.key/2\"}"), "'qpcr.key/1'"));
  CHECK(contains(error("{\"schema\": \"qpcr.key/1\", \"schema\": \"qpcr.key/1\"}"), "is given twice"));
  CHECK(contains(error("{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}"), "nested too deeply"));
  CHECK(contains(error(std::string(70000, ' ')), "larger than 64 KiB"));
  CHECK(contains(error("{\"a\": 1e999}"), "malformed_file"));
  CHECK(contains(error("\"\xC0\xAF\""), "wrong_encoding"));
}

TEST_CASE("holders are one line of text") {
  for (const std::string& holder : {std::string(), std::string("  "), std::string(201, 'a'), std::string("a\nb"),
                                    std::string("\xFF"), std::string("a\0b", 3)}) {
    CHECK(contains(error_of([&] { qpcr::make_signing_key(holder); }), "invalid_value"));
  }
}

TEST_CASE("days and moments are those of the calendar") {
  for (const char* day : {"2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"}) CHECK(qpcr::is_day(day));
  for (const char* day : {"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "2024-04-31",
                          "0000-01-01", "2024-1-01", "2024/01/01", "+024-01-01", "", "2024-01-01 "}) {
    INFO(day);
    CHECK_FALSE(qpcr::is_day(day));
  }
  CHECK(qpcr::is_utc_moment("2024-02-29T23:59:59Z"));
  for (const char* moment :
       {"2024-02-29", "2024-02-29T24:00:00Z", "2024-02-29T23:60:00Z", "2024-02-29T23:59:60Z", "2024-02-30T00:00:00Z",
        "2024-02-29T23:59:59", "2024-02-29 23:59:59Z", "2024-02-29T23:59:59z"}) {
    INFO(moment);
    CHECK_FALSE(qpcr::is_utc_moment(moment));
  }
}

TEST_CASE("a trust list reads back, and keeps its comments when a key joins") {
  qpcr::TrustedKey one = trusted(qpcr::make_signing_key("QA"));
  one.holder = "质控 \"QA\" \\ 1\t";
  one.purposes = {qpcr::KeyPurpose::audit, qpcr::KeyPurpose::release};
  one.valid_from = "2024-02-29";
  one.valid_until = "2027-01-01";
  qpcr::TrustedKey two = trusted(qpcr::make_signing_key("two"));
  two.test_key = true;
  const std::string text = qpcr::add_trusted_key("", one, "trust.toml") + "# checked by phone";
  const std::string both = qpcr::add_trusted_key(text, two, "trust.toml");
  CHECK(contains(both, "# checked by phone\n"));
  CHECK(qpcr::parse_trust_list(both, "trust.toml").keys == std::vector<qpcr::TrustedKey>{one, two});
  CHECK(qpcr::parse_trust_list(qpcr::render_trust_list({{one, two}}), "t").keys ==
        std::vector<qpcr::TrustedKey>{one, two});
  CHECK(contains(error_of([&] { qpcr::add_trusted_key(both, one, "trust.toml"); }), "listed twice"));
  CHECK(qpcr::find_key({{one, two}}, "none") == nullptr);
}

TEST_CASE("a wrong trust list is refused at its line") {
  qpcr::TrustedKey key = trusted(qpcr::make_signing_key("QA"));
  const std::string good = qpcr::render_trust_list({{key}});
  const auto error = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    REQUIRE(contains(text, from));
    text.replace(text.find(from), from.size(), to);
    return error_of([&] { qpcr::parse_trust_list(text, "trust.toml"); });
  };
  CHECK(contains(error("trust/1", "trust/2"), "'trust.toml' line 1, 'schema'"));
  CHECK(contains(error("holder", "owner"), "'keys[1].owner'"));
  CHECK(contains(error("\"QA\"", "\" \""), "line 5, 'keys[1].holder'"));
  CHECK(contains(error("\"QA\"", "7"), "expected a text"));
  CHECK(contains(error(key.id, "0000000000000000"), "integrity_failure"));
  CHECK(contains(error(key.public_key, "00"), "64 lower-case"));
  CHECK(contains(error("\"release\"", ""), "'keys[1].purposes'"));
  CHECK(contains(error("\"release\"", "\"realese\""), "'keys[1].purposes'"));
  CHECK(contains(error("\"release\"", "\"release\", \"release\""), "each once"));
  CHECK(contains(error("purposes", "test = 1\npurposes"), "expected true or false"));
  CHECK(contains(error("purposes", "valid_from = \"2024-01-01\"\npurposes"), "a date without quotes"));
  CHECK(contains(error("purposes", "valid_from = 2024-01-02\nvalid_until = 2024-01-01\npurposes"), "ends before"));
  CHECK(contains(error("[[keys]]", "[keys]"), "expected an array of tables"));
  CHECK(contains(error("[[keys]]", "[[keys"), "is not TOML"));
  CHECK(contains(error_of([] { qpcr::parse_trust_list("\xFF", "t"); }), "wrong_encoding"));
  CHECK(contains(error_of([] { qpcr::parse_trust_list(std::string((1U << 20U) + 1, '#'), "t"); }), "1 MiB"));
  CHECK(contains(error_of([] { qpcr::parse_trust_list("", "t"); }), "'schema'"));
}

TEST_CASE("no mutation of a trust list brings in a key under an id that is not its own") {
  const std::string good = qpcr::render_trust_list({{trusted(qpcr::make_signing_key("QA"))}});
  seal_test::Numbers numbers;
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = seal_test::mutate(good, numbers);
    try {
      for (const qpcr::TrustedKey& key : qpcr::parse_trust_list(text, "t").keys) {
        CHECK(qpcr::derive_key_id(key.public_key) == std::optional<std::string>(key.id));
      }
    } catch (const qpcr::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 2000);
}
