// Refusals and checks that evaluations share: what is out of range, told by the name of the option or value.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "libqpcr/core/refusal.hpp"

namespace qpcr {

/// @throws Error invalid_option, always.
[[noreturn]] void refuse_option(std::string option, std::string found, std::string expected);
[[noreturn]] void refuse_option(std::string option, double found, std::string expected);

/// @throws Error invalid_value, always.
[[noreturn]] void refuse_value(std::string field, std::string found, std::string expected);

/// @throws Error invalid_option unless 0 < value < 1.
void check_fraction(const std::string& option, double value);

/// @throws Error invalid_option unless value is finite and above 0.
void check_positive(const std::string& option, double value);

/// @throws Error invalid_option unless least ≤ value ≤ most.
void check_count(const std::string& option, long value, long least, long most = 1'000'000'000);

/// The greatest magnitude of a measured value: squares and sums of squares of ten million of them stay finite.
inline constexpr double greatest_magnitude = 1e100;

/// @throws Error invalid_value unless finite and within ± greatest_magnitude.
void check_finite(const std::string& field, double value);
void check_finite(const std::string& field, std::span<const double> values);

/// @throws Error invalid_value unless both are equally long.
void check_same_length(const std::string& field, std::size_t found, std::size_t expected);

}  // namespace qpcr
