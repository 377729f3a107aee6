// Westgard rules against published examples and a naive form.
#include <catch2/catch.hpp>
