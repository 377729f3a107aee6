// Eppendorf Mastercycler ep realplex exports: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
