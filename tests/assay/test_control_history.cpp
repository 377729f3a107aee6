// Results of controls over many runs.
#include <catch2/catch.hpp>
