// A large made .eds for benchmarks: its signals as XML, and the archive.
#pragma once

#include <string>

namespace qpcr::test {

/// multicomponentdata.xml of 5 dyes and 45 cycles, seven or eight digits a reading, as the instrument's software writes
/// it.
const std::string& eds_signals(int wells);

/// An archive with those signals, the set-up, and Rn, ΔRn and Ct of 4 targets a well. 96 or 384 wells.
const std::string& eds_archive(int wells);

}  // namespace qpcr::test
