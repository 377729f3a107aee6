// Signatures, good and forged.
#include <catch2/catch.hpp>
