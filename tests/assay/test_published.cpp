// Shipped definitions against the published numbers of their sources.
#include <catch2/catch.hpp>
