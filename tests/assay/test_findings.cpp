// Findings about definitions, each with its line and reason.
#include <catch2/catch.hpp>
