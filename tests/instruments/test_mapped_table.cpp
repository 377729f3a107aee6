// Tables of other instruments, by a map of their columns: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
