// A made plate for the tests of the report room: sigmoid curves, controls, every outcome, flags and odd names.
#pragma once

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr::testing {

struct PlateFixture {
  Run run;
  PlateResult result;
};

struct FixtureOptions {
  int rows = 8;
  int columns = 12;
  bool simulated = true;
  AssayStatus status = AssayStatus::simulated;
  bool valid = true;
};

/// Last three wells are the controls; H1 (where it exists) is excluded. The samples hold `<script>` and a formula among
/// their names.
PlateFixture make_plate(const FixtureOptions& options);

/// A run without a measurement and its result.
PlateFixture make_empty_plate();

}  // namespace qpcr::testing
