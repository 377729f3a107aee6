// DNA-Technology DTprime text (.r96): read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
