// Labels and positions agree both ways.
#include <catch2/catch.hpp>

#include "libqpcr/core/well.hpp"

using qpcr::GridPosition;

TEST_CASE("labels of every plate format read back to their position") {
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < 72; ++column)
      CHECK(qpcr::parse_label(qpcr::to_label({row, column})) == GridPosition{row, column});
  }
  CHECK(qpcr::to_label({25, 0}) == "Z1");
  CHECK(qpcr::to_label({26, 47}) == "AA48");
}

TEST_CASE("padded and lower-case labels are read, other texts are not") {
  CHECK(qpcr::parse_label("a01") == GridPosition{0, 0});
  CHECK(qpcr::parse_label("      H12") == GridPosition{7, 11});
  for (const char* text : {"", "A", "1", "A0", "A-1", "A1B", "ABC1", "A1234"}) CHECK_FALSE(qpcr::parse_label(text));
}

TEST_CASE("indices are row-major") {
  CHECK(qpcr::to_position(24, {16, 24}) == GridPosition{1, 0});
  CHECK(qpcr::to_position(95, {8, 12}) == GridPosition{7, 11});
}
