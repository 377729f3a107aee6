// Agilent Mx3000P, Mx3005P and AriaMx text exports: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
