// Every row of the truth tables of calls.
#include <catch2/catch.hpp>
