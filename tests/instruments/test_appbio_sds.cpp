// Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
