// Median and MAD against values worked out by hand.
#include <array>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/math/robust.hpp"

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("median takes the middle, or the mean of the two middles") {
  CHECK(qpcr::median(std::array{3.0, 1.0, 2.0}) == 2.0);
  CHECK(qpcr::median(std::array{4.0, 1.0, 3.0, 2.0}) == 2.5);
  CHECK(qpcr::median(std::array{7.0}) == 7.0);
  CHECK(qpcr::median(std::array{nan, 5.0, nan, 1.0, 3.0}) == 3.0);
  CHECK(std::isnan(qpcr::median(std::array{nan, nan})));
  CHECK(std::isnan(qpcr::median({})));
}

TEST_CASE("the scaled MAD ignores a wild value") {
  // R: mad(c(1, 2, 3, 4, 100)) = 1.4826; here with the constant to full precision.
  CHECK(qpcr::median_absolute_deviation_sd(std::array{1.0, 2.0, 3.0, 4.0, 100.0}) ==
        Approx(1.482602218505602).epsilon(1e-15));
  CHECK(qpcr::median_absolute_deviation_sd(std::array{1.0, nan, 2.0, 3.0, 4.0, 1e9}) ==
        Approx(1.482602218505602).epsilon(1e-15));
  CHECK(qpcr::median_absolute_deviation_sd(std::array{2.0, 2.0, 2.0}) == 0.0);
}

}  // namespace
