// Controls of a plate against their limits.
#include <catch2/catch.hpp>
