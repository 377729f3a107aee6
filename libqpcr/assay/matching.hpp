// Which measurement of a run is which target of the assay, and what each well is for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

/// One channel of a well that the assay uses.
struct MatchedChannel {
  std::size_t measurement = 0;  ///< index into the run's measurements
  std::size_t target = 0;       ///< index into the definition's targets
  bool by_dye = false;          ///< the run names no target for it
};

/// One well with a sample, a control or at least one channel of the assay.
struct MatchedWell {
  WellId well;
  std::string sample;
  SampleRole role = SampleRole::unspecified;
  std::optional<std::size_t> control;    ///< index into the definition's controls
  std::vector<MatchedChannel> channels;  ///< in the definition's order of targets; none where nothing can be read
  std::string unknown_role;              ///< what the file calls the well's role, where no role is known by that word
  bool other_assay = false;              ///< it holds readings of a channel that is none of this assay
  /// Of its first channel in a table that has one row a channel, in the order of PlateMatch::wells.
  std::size_t first_row = 0;
  /// The control's name that the sample's begins with, where the well is none and the plate is judged all the same.
  std::string similar_control = {};
};

/// It holds readings, but none of a channel of this assay: it is listed and not called.
bool is_of_other_assay(const MatchedWell& well);

struct PlateMatch {
  std::vector<MatchedWell> wells;    ///< plate order
  std::vector<Message> warnings;     ///< channels with data that the assay does not use …
  std::vector<Message> run_reasons;  ///< contradictions between names and roles of controls: they make the run invalid
};

/// @throws Error as analyze_run().
PlateMatch match_plate(const RunData& run, const AssayDefinition& definition);

/// Of one well: "A01" and "a1" are one place.
bool is_label_of(const WellId& well, std::string_view label);

/// The curve of a measurement that the assay may analyse, or null: a raw filter without a target is not separated by
/// colour.
const AmplificationCurve* find_assay_curve(const Measurement& measurement);

}  // namespace qpcr
