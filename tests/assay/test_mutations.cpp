// Each constant, comparison and connective of a shipped definition is pinned by a vector.
#include <catch2/catch.hpp>
