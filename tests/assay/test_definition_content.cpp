// The canonical content of definitions.
#include <catch2/catch.hpp>
