// What may reach a patient, and what may not.
#include <catch2/catch.hpp>
