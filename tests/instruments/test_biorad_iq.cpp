// Bio-Rad iQ5, MyiQ and Opticon exports: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
