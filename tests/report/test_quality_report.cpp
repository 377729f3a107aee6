// Levey–Jennings charts and records.
#include <catch2/catch.hpp>
