// Compares the cases of statistics/reference and keeps account of what was compared.
#include "tests/study/reference/walk.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/support/reference_data.hpp"

namespace qpcr::test {

ReferenceCase::ReferenceCase(std::string file, const Json& document, const Json& one)
    : id_(file + " " + one.at("id").get<std::string>()), document_(document), one_(one) {}

const Json& ReferenceCase::expected(const std::string& key) {
  seen_.insert(key);
  return one_.at("expected").at(key);
}

void ReferenceCase::leave_out(const std::string& key, const std::string& reason) {
  REQUIRE_FALSE(reason.empty());
  seen_.insert(key);
}

void ReferenceCase::check(const std::string& key, std::optional<double> found, Tolerance tolerance) {
  if (has(key)) check_value(id_ + " " + key, expected(key), found, tolerance);
}

void ReferenceCase::check(const std::string& key, const Estimate& found, Tolerance tolerance) {
  check(key, found.value, tolerance);
}

void ReferenceCase::check_interval(const std::string& key, std::optional<Interval> found, Tolerance tolerance) {
  if (!has(key)) return;
  const Json& limits = expected(key);
  if (limits.is_null()) {
    check_value(id_ + " " + key, limits, found ? std::optional(found->lower) : std::nullopt, tolerance);
    return;
  }
  REQUIRE(limits.size() == 2);
  check_value(id_ + " " + key + " lower", limits[0], found ? std::optional(found->lower) : std::nullopt, tolerance);
  check_value(id_ + " " + key + " upper", limits[1], found ? std::optional(found->upper) : std::nullopt, tolerance);
}

void ReferenceCase::check_triple(const std::string& key, const Estimate& found, Tolerance tolerance) {
  if (!has(key)) return;
  const Json& triple = expected(key);
  REQUIRE(triple.size() == 3);
  const auto& limits = found.interval;
  check_value(id_ + " " + key, triple[0], found.value, tolerance);
  check_value(id_ + " " + key + " lower", triple[1], limits ? std::optional(limits->lower) : std::nullopt, tolerance);
  check_value(id_ + " " + key + " upper", triple[2], limits ? std::optional(limits->upper) : std::nullopt, tolerance);
}

void ReferenceCase::check_list(const std::string& key, const std::vector<std::optional<double>>& found,
                               Tolerance tolerance) {
  if (!has(key)) return;
  const Json& list = expected(key);
  INFO(id_ << " " << key);
  REQUIRE(list.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    check_value(id_ + " " + key + " " + std::to_string(i + 1), list[i], found[i], tolerance);
}

std::vector<std::string> ReferenceCase::missed() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : one_.at("expected").items()) {
    if (seen_.count(key) == 0) keys.push_back(key);
  }
  return keys;
}

void check_value(const std::string& what, const Json& expected, std::optional<double> found, Tolerance tolerance) {
  INFO(what << ": expected " << expected.dump() << ", found " << (found ? std::to_string(*found) : "none"));
  if (expected.is_null()) {
    CHECK_FALSE(found.has_value());
    return;
  }
  CHECK(found.has_value());
  if (!found) return;
  const double wanted = expected.get<double>();
  if (std::abs(wanted) >= 1e307) {
    CHECK(*found == std::copysign(std::numeric_limits<double>::infinity(), wanted));
    return;
  }
  const double difference = std::abs(*found - wanted);
  CHECK(difference <= std::max(tolerance.absolute, tolerance.relative * std::abs(wanted)));
}

std::filesystem::path statistics_data() { return reference_data() / "statistics" / "data"; }

}  // namespace qpcr::test
