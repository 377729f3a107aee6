// Flags that need the whole plate.
#include <catch2/catch.hpp>
