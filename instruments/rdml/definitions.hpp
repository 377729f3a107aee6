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
#include "libqpcr/tabular/xml_tokenizer.hpp"

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

/// Reads definitions as they are met. The first fault is kept: a document that is not well formed is said first.
class DefinitionReader {
 public:
  explicit DefinitionReader(const XmlSource& source) : source_(source) {}

  /// The element at which the tokenizer stands. @throws Error malformed_file for XML that is not well formed.
  void read_sample(XmlTokenizer& xml);
  void read_target(XmlTokenizer& xml);

  /// Everything that was read, and in `not_read` what no result comes from.
  /// @throws Error duplicate_entry for two different definitions of one identifier, invalid_value for a quantity that
  /// is no number.
  Definitions finish(NotReadList& not_read);

 private:
  void ignore(const char* parent, XmlTokenizer& xml);
  void read_quantity(XmlTokenizer& xml, Sample& sample);
  template <typename Value>
  void define(std::map<std::string, Value>& known, const std::string& id, Value value, std::size_t offset,
              const char* what);

  const XmlSource& source_;
  Definitions result_;
  NotReadList not_read_;
  std::optional<Error> fault_;
  long line_ = 1;  ///< of line_offset_
  std::size_t line_offset_ = 0;
};

/// What the sample is for the target of that identifier: a type or quantity that names the target goes before one for
/// all.
void apply_sample(const Sample& sample, std::string_view target_id, Measurement& measurement);

}  // namespace qpcr::rdml
