// Samples and targets of an RDML document, to which reactions refer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::rdml {

struct Sample {
  std::string name;                                        ///< the identifier, or the description of a GUID
  std::vector<std::pair<std::string, std::string>> types;  ///< target (empty: all), type
  bool calibrator = false;
  std::string role_text;  ///< of a role that RDML has no code for, where this software wrote it
  struct Quantity {
    std::string target;
    double value = 0;
    std::string unit;

    bool operator==(const Quantity&) const = default;
  };
  std::vector<Quantity> quantities;

  bool operator==(const Sample&) const = default;
};

struct Target {
  std::optional<std::string> name;  ///< in the run, where it is not the identifier
  std::string dye;

  bool operator==(const Target&) const = default;
};

struct Definitions {
  std::map<std::string, Sample> samples;
  std::map<std::string, Target> targets;
  std::vector<std::string> warnings;  ///< of the whole file
};

/// @throws Error duplicate_entry for two different definitions of one identifier, invalid_value for a quantity that is
/// no number.
Definitions read_definitions(const XmlElement& root, NotReadList& not_read);

/// What the sample is for the target of that identifier: a type or quantity that names the target goes before one for
/// all.
void apply_sample(const Sample& sample, std::string_view target_id, Measurement& measurement);

/// A problem at an element; `field` says which reaction.
[[noreturn]] void refuse(ErrorCode code, const XmlElement& element, std::string field, std::string found,
                         std::string expected, std::string problem = {});

/// The attribute `id`, or nothing.
std::string identifier(const XmlElement& element);

}  // namespace qpcr::rdml
