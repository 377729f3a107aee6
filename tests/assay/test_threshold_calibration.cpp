// Calibration of thresholds: made, accepted, refused, chosen.
#include <catch2/catch.hpp>
