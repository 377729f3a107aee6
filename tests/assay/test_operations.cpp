// Derived values: published numbers, naive formulas, properties.
#include <catch2/catch.hpp>
