// Differences between versions of a definition.
#include <catch2/catch.hpp>
