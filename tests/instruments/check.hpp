// Short ways to expect an error of a reader at a place.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr::test {

/// The error that reading gives; the test fails when there is none.
inline Error error_of(const std::string& bytes, const std::string& name) {
  try {
    load_bytes(bytes, name);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Contains(name));
    return error;
  }
  FAIL("'" << name << "' was read");
  return Error(ErrorCode::file_not_found, {});
}

inline const Measurement& find(const Run& run, const std::string& well, const std::string& target,
                               const std::string& dye = {}) {
  for (const Measurement& measurement : run->measurements) {
    if (measurement.well.label == well && measurement.target == target && (dye.empty() || measurement.dye == dye))
      return measurement;
  }
  FAIL("no measurement " << well << " " << target << " " << dye);
  return run->measurements.front();
}

}  // namespace qpcr::test
