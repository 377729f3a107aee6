// Rates of wrong calls on simulated samples.
#include <catch2/catch.hpp>
