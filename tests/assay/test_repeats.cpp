// Repeated samples: which result counts.
#include <catch2/catch.hpp>
