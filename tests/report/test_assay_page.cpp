// The page of a definition.
#include <catch2/catch.hpp>
