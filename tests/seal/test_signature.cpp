// Signatures, good and forged.
#include <array>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/primitives.hpp"
#include "libqpcr/seal/signature.hpp"
#include "libqpcr/seal/trust_list.hpp"
#include "tests/seal/support.hpp"

using seal_test::contains;
using seal_test::error_of;

namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  std::string message;
  const char* signature;
};

qpcr::TrustedKey trusted(const qpcr::SigningKey& key) {
  qpcr::TrustedKey entry;
  entry.id = key.id;
  entry.holder = key.holder;
  entry.public_key = key.public_key;
  entry.purposes = {qpcr::KeyPurpose::release};
  entry.valid_from = "2026-01-01";
  entry.valid_until = "2026-12-31";
  return entry;
}

struct Signed {
  qpcr::SigningKey key = qpcr::make_signing_key("QA");
  std::string content = qpcr::sha256_hex("content");
  qpcr::TrustList trust{{trusted(key)}};
  qpcr::Signature signature = qpcr::sign(key, content, "demo 1.0.0", qpcr::KeyPurpose::release,
                                         "verified on 120 samples", "2026-11-23T19:49:10Z");

  std::string error(const qpcr::Signature& other) const {
    return error_of([&] { qpcr::verify(other, content, qpcr::KeyPurpose::release, trust); });
  }
};

}  // namespace

// RFC 8032, section 7.1, TEST 1 to 3.
TEST_CASE("the vectors of RFC 8032 are reproduced") {
  const std::array<Vector, 3> vectors{{
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
       "4"
       "655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "\x72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
       "e"
       "b00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "\xaf\x82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
       "d"
       "c027beceea1ec40a"},
  }};
  for (const Vector& vector : vectors) {
    INFO(vector.public_key);
    const auto seed = qpcr::parse_hex_of<32>(vector.seed);
    const auto signature = qpcr::parse_hex_of<64>(vector.signature);
    REQUIRE((seed && signature));
    const qpcr::Ed25519Pair pair = qpcr::derive_pair(*seed);
    CHECK(qpcr::to_hex(pair.public_key.data(), pair.public_key.size()) == vector.public_key);
    CHECK(qpcr::sign_bytes(pair.secret_key, vector.message) == *signature);
    CHECK(qpcr::verify_bytes(pair.public_key, vector.message, *signature));
    CHECK_FALSE(qpcr::verify_bytes(pair.public_key, vector.message + "x", *signature));
  }
}

TEST_CASE("every bit of a published signature, key and message counts") {
  const qpcr::Ed25519Pair pair = qpcr::derive_pair(*qpcr::parse_hex_of<32>(std::string(64, '5')));
  const std::string message = "qpcr";
  const qpcr::Ed25519Signature good = qpcr::sign_bytes(pair.secret_key, message);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    qpcr::Ed25519Signature forged = good;
    forged[bit / 8] = static_cast<unsigned char>(forged[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(qpcr::verify_bytes(pair.public_key, message, forged));
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    qpcr::Ed25519PublicKey other = pair.public_key;
    other[bit / 8] = static_cast<unsigned char>(other[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(qpcr::verify_bytes(other, message, good));
  }
  // A key of small order would accept signatures of anything.
  CHECK_FALSE(qpcr::verify_bytes(qpcr::Ed25519PublicKey{}, message, qpcr::Ed25519Signature{}));
}

TEST_CASE("what is signed is fixed byte for byte") {
  qpcr::Signature signature;
  signature.content_sha256 = std::string(64, 'a');
  signature.subject = "demo \"1\"";
  signature.purpose = qpcr::KeyPurpose::audit;
  signature.reason = "因为";
  signature.signed_at = "2026-11-23T19:49:10Z";
  signature.key_id = "0123456789abcdef";
  signature.bytes = "not covered";
  CHECK(qpcr::to_signed_bytes(signature) ==
        "qpcr.signature/1\n{\"content_sha256\":\"" + std::string(64, 'a') +
            "\",\"key_id\":\"0123456789abcdef\",\"purpose\":\"audit\",\"reason\":\"因为\","
            "\"signed_at\":\"2026-11-23T19:49:10Z\",\"subject\":\"demo \\\"1\\\"\"}");
}

TEST_CASE("a good signature gives the trusted key, after a file as well") {
  const Signed good;
  const auto& key =
      qpcr::verify(good.signature, good.content, qpcr::KeyPurpose::release, good.trust, false, "2026-11-23");
  CHECK(key == good.trust.keys[0]);
  CHECK(qpcr::parse_signature(qpcr::render_signature(good.signature), "s") == good.signature);
}

TEST_CASE("a signature with any member changed does not hold, and the reason names what differs") {
  const Signed good;
  REQUIRE(good.error(good.signature).empty());
  const auto changed = [&](auto&& change) {
    qpcr::Signature forged = good.signature;
    change(forged);
    const std::string error = good.error(forged);
    CHECK(contains(error, "integrity_failure: "));
    return error;
  };
  using S = qpcr::Signature;
  CHECK(contains(changed([](S& s) { s.content_sha256 = qpcr::sha256_hex("other"); }), "made for another content"));
  CHECK(contains(changed([](S& s) { s.content_sha256 = ""; }), "made for another content"));
  CHECK(contains(changed([](S& s) { s.purpose = qpcr::KeyPurpose::audit; }), "made for another purpose"));
  CHECK(contains(changed([](S& s) { s.key_id = "0123456789abcdef"; }), "not in the list of trusted keys"));
  CHECK(contains(changed([](S& s) { s.subject = "demo 1.0.1"; }), "the subject, the reason, the time or the bytes"));
  CHECK(contains(changed([](S& s) { s.reason = "verified on 121 samples"; }), "its bytes do not fit"));
  CHECK(contains(changed([](S& s) { s.reason = " "; }), "its reason is empty"));
  CHECK(contains(changed([](S& s) { s.subject = "\xFF"; }), "not UTF-8"));
  CHECK(contains(changed([](S& s) { s.signed_at = "2026-11-22T19:49:10Z"; }), "its bytes do not fit"));
  CHECK(contains(changed([](S& s) { s.signed_at = "2026-11-23"; }), "its time is none"));
  CHECK(contains(changed([](S& s) { s.signed_at = "2025-12-31T23:59:59Z"; }), "not valid yet on the day of signing"));
  CHECK(contains(changed([](S& s) { s.signed_at = "2027-01-01T00:00:00Z"; }), "no longer valid on the day of signing"));
  CHECK(contains(changed([](S& s) { s.bytes.pop_back(); }), "128 lower-case hexadecimal digits"));
  CHECK(contains(changed([](S& s) { s.bytes = std::string(128, '0'); }), "its bytes do not fit"));
}

TEST_CASE("a signature with any byte flipped does not hold") {
  const Signed good;
  for (std::size_t i = 0; i < good.signature.bytes.size(); ++i) {
    qpcr::Signature forged = good.signature;
    forged.bytes[i] = forged.bytes[i] == '0' ? '1' : '0';
    CHECK(contains(good.error(forged), "integrity_failure: "));
  }
  const std::string text = qpcr::render_signature(good.signature);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string forged = text;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    INFO(forged);
    std::string error;
    try {
      error = good.error(qpcr::parse_signature(forged, "s"));
    } catch (const qpcr::Error& refused) {
      error = refused.what();
    }
    CHECK_FALSE(error.empty());
  }
}

TEST_CASE("the validity of a key includes its first and last day") {
  Signed good;
  for (const char* day : {"2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z"}) {
    CHECK(good.error(qpcr::sign(good.key, good.content, "demo", qpcr::KeyPurpose::release, "r", day)).empty());
  }
  for (const char* day : {"2025-12-31T23:59:59Z", "2027-01-01T00:00:00Z"}) {
    CHECK_FALSE(good.error(qpcr::sign(good.key, good.content, "demo", qpcr::KeyPurpose::release, "r", day)).empty());
  }
  good.trust.keys[0].valid_from.clear();
  good.trust.keys[0].valid_until.clear();
  CHECK(good.error(qpcr::sign(good.key, good.content, "d", qpcr::KeyPurpose::release, "r", "1999-01-01T00:00:00Z"))
            .empty());
}

TEST_CASE("a key vouches only for its purposes, and a test key for nothing") {
  Signed good;
  const auto error = [&](qpcr::KeyPurpose purpose, bool accept = false) {
    const auto signature = qpcr::sign(good.key, good.content, "demo", purpose, "r", "2026-11-23T00:00:00Z");
    return error_of([&] { qpcr::verify(signature, good.content, purpose, good.trust, accept); });
  };
  CHECK(error(qpcr::KeyPurpose::release).empty());
  CHECK(contains(error(qpcr::KeyPurpose::calibration), "not trusted for the purpose calibration"));
  good.trust.keys[0].test_key = true;
  CHECK(contains(error(qpcr::KeyPurpose::release), "is a test key"));
  CHECK(error(qpcr::KeyPurpose::release, true).empty());
}

TEST_CASE("a test key signs in a domain of its own and cannot be laundered by a list or a file") {
  Signed good;
  good.key = qpcr::make_signing_key("QA", true);
  good.trust.keys = {trusted(good.key)};
  good.signature = qpcr::sign(good.key, good.content, "demo", qpcr::KeyPurpose::release, "r", "2026-11-23T00:00:00Z");
  CHECK(qpcr::is_test_key_id(good.key.id));
  CHECK(qpcr::to_signed_bytes(good.signature).starts_with("qpcr.signature/1 test\n"));
  REQUIRE_FALSE(good.trust.keys[0].test_key);
  CHECK(contains(good.error(good.signature), "is a test key"));
  CHECK_NOTHROW(qpcr::verify(good.signature, good.content, qpcr::KeyPurpose::release, good.trust, true));
  // The key of a normal signer that forgets the mark signs in the domain of its id all the same.
  good.key.test_key = false;
  CHECK(qpcr::sign(good.key, good.content, "demo", qpcr::KeyPurpose::release, "r", "2026-11-23T00:00:00Z") ==
        good.signature);
  // A list that was told nothing marks it when it is read; one that was told otherwise is refused.
  CHECK(qpcr::parse_trust_list(qpcr::render_trust_list(good.trust), "t").keys[0].test_key);
  const std::string denied = qpcr::render_trust_list(good.trust) + "test = false\n";
  CHECK(contains(error_of([&] { qpcr::parse_trust_list(denied, "t"); }), "the id is that of a test key"));
}

TEST_CASE("another key under the same id, or in the list, does not verify") {
  Signed good;
  const qpcr::SigningKey other = qpcr::make_signing_key("QA");
  good.trust.keys[0].public_key = other.public_key;
  CHECK(contains(good.error(good.signature), "gives the key"));
  good.trust.keys = {trusted(good.key), trusted(other)};
  qpcr::Signature claimed = good.signature;
  claimed.key_id = other.id;
  CHECK(contains(good.error(claimed), "its bytes do not fit"));
  good.trust.keys.clear();
  CHECK(contains(good.error(good.signature), "not in the list"));
}

TEST_CASE("a signature from the future is refused where the day is known") {
  const Signed good;
  const auto error = [&](std::string_view today) {
    return error_of(
        [&] { qpcr::verify(good.signature, good.content, qpcr::KeyPurpose::release, good.trust, false, today); });
  };
  CHECK(error("").empty());
  CHECK(error("2026-11-23").empty());
  CHECK(contains(error("2026-11-22"), "dated in the future"));
  CHECK(contains(error("yesterday"), "dated in the future"));
}

TEST_CASE("nothing without meaning is signed") {
  const Signed good;
  const auto error = [&](const std::string& content, const std::string& subject, const std::string& reason,
                         const std::string& time) {
    return error_of([&] { qpcr::sign(good.key, content, subject, qpcr::KeyPurpose::release, reason, time); });
  };
  const std::string now = "2026-11-23T00:00:00Z";
  CHECK(error(good.content, "s", "r", now).empty());
  CHECK(contains(error("abc", "s", "r", now), "'content_sha256'"));
  CHECK(contains(error(good.content, "", "r", now), "'subject'"));
  CHECK(contains(error(good.content, "s", " \n", now), "'reason'"));
  CHECK(contains(error(good.content, "s", std::string(1001, 'r'), now), "'reason'"));
  CHECK(contains(error(good.content, "s", "r", "2026-11-23"), "a moment in UTC"));
}

TEST_CASE("no mutation of a signature file makes another signature that holds") {
  const Signed good;
  const std::string text = qpcr::render_signature(good.signature);
  seal_test::Numbers numbers;
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string forged = seal_test::mutate(text, numbers);
    try {
      const qpcr::Signature signature = qpcr::parse_signature(forged, "s");
      qpcr::verify(signature, good.content, qpcr::KeyPurpose::release, good.trust);
      CHECK(signature == good.signature);
    } catch (const qpcr::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 3000);
  CHECK(contains(error_of([] { qpcr::parse_signature(std::string(1000, '\0'), "s"); }), "malformed_file"));
  CHECK(contains(error_of([] { qpcr::parse_signature(std::string((1U << 20U) + 1, '{'), "s"); }), "1 MiB"));
}
