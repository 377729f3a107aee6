// Same content, same bytes.
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/canonical.hpp"

using nlohmann::json;

TEST_CASE("keys are ordered, white space is gone, numbers are shortest") {
  const json value = json::parse(R"({ "b": [1, 2.50, -0.1], "a": {"z": "荧光\n", "y": null}, "c": true })");
  CHECK(qpcr::to_canonical_json(value) == R"({"a":{"y":null,"z":"荧光\n"},"b":[1,2.5,-0.1],"c":true})");
}

TEST_CASE("order and layout of the source do not change the hash, any value does") {
  const std::string one = qpcr::canonical_sha256(json::parse(R"({"a":1,"b":0.974})"));
  CHECK(qpcr::canonical_sha256(json::parse("{\"b\": 9.74e-1,\n \"a\": 1}")) == one);
  CHECK(qpcr::canonical_sha256(json::parse(R"({"a":1,"b":0.975})")) != one);
}

TEST_CASE("what has no canonical form is refused") {
  CHECK_THROWS_AS(qpcr::to_canonical_json(json(std::numeric_limits<double>::infinity())), qpcr::Error);
  CHECK_THROWS_AS(qpcr::to_canonical_json(json("\xC0\xAF")), qpcr::Error);
}
