// Arithmetic of units.
#include <catch2/catch.hpp>
