// Run sheets, good and bad.
#include <catch2/catch.hpp>
