// Errors of requests, worded in one place.
#include "libqpcr/study/request_checks.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace qpcr {

void refuse_option(std::string option, std::string found, std::string expected) {
  refuse_request(ErrorCode::invalid_option, std::move(option), std::move(found), std::move(expected));
}

void refuse_option(std::string option, double found, std::string expected) {
  refuse_option(std::move(option), fmt::format("{}", found), std::move(expected));
}

void refuse_value(std::string field, std::string found, std::string expected) {
  refuse_request(ErrorCode::invalid_value, std::move(field), std::move(found), std::move(expected));
}

void check_fraction(const std::string& option, double value) {
  if (!(value > 0.0 && value < 1.0)) refuse_option(option, value, "a number between 0 and 1, both excluded");
}

void check_positive(const std::string& option, double value) {
  if (!(std::isfinite(value) && value > 0.0)) refuse_option(option, value, "a finite number above 0");
}

void check_count(const std::string& option, long value, long least, long most) {
  if (value < least || value > most)
    refuse_option(option, fmt::format("{}", value), fmt::format("a whole number from {} to {}", least, most));
}

void check_finite(const std::string& field, double value) {
  if (!std::isfinite(value)) refuse_value(field, fmt::format("{}", value), "a finite number");
  if (std::abs(value) > greatest_magnitude)
    refuse_value(field, fmt::format("{}", value), fmt::format("a magnitude of at most {}", greatest_magnitude));
}

void check_finite(const std::string& field, std::span<const double> values) {
  for (const double value : values) check_finite(field, value);
}

void check_same_length(const std::string& field, std::size_t found, std::size_t expected) {
  if (found != expected) refuse_value(field, fmt::format("{} values", found), fmt::format("{} values", expected));
}

}  // namespace qpcr
