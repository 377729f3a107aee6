// Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis: read as
// written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
