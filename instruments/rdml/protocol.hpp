// Thermal cycling conditions of an RDML document.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::rdml {

/// One `step` as written: a temperature, or a loop back to an earlier one.
struct CyclingStep {
  long number = 0;
  std::optional<double> temperature_celsius;
  std::optional<double> duration_seconds;
  bool collects = false;
  bool holds = false;  ///< it is a temperature, a gradient or a pause
  std::optional<long> goto_number;
  long repeat = 0;
};

struct CyclingConditions {
  std::string id;
  std::vector<CyclingStep> steps;
  bool is_readable = true;  ///< false where a number is none
};

/// The element at which the tokenizer stands.
CyclingConditions read_cycling_conditions(XmlTokenizer& xml);

/// Stages of a protocol; nothing where loops overlap, go forward or name a step that is not there.
/// @param counts_returns the writer counts how often the loop goes back (Bio-Rad CFX, LightCycler 96), not how often it
///   runs as the schema says.
std::optional<std::vector<ProtocolStep>> to_protocol(const CyclingConditions& conditions, bool counts_returns);

}  // namespace qpcr::rdml
