// RDES 1.0: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
