// Keys and lists of trusted keys.
#include <catch2/catch.hpp>
