// The samples, targets and dyes that reactions of an RDML document refer to.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"
#include "libqpcr/exchange/rdml.hpp"

namespace qpcr {

/// The measurements of one well, with the identifier of the sample they share.
struct RdmlWell {
  std::vector<const Measurement*> measurements;
  std::string sample_id;
};

/// A well that is only known to be filled; RDML 1.3 has a `react` without `data` for it.
bool is_bare(const Measurement& measurement);

/// Gives every sample, target and dye of the runs its identifier. The runs must outlive it.
class RdmlDefinitions {
 public:
  /// @throws Error invalid_value for a name that starts like a reserved one, or two samples in one well.
  RdmlDefinitions(std::span<const Run> runs, RdmlVersion version, NotWrittenList& not_written);

  /// Wells of a run in the order of the run.
  const std::vector<RdmlWell>& wells(std::size_t run_index) const { return wells_[run_index]; }
  /// Identifier of the target; empty for a bare well in RDML 1.3.
  std::string target_id(const Measurement& measurement) const;
  /// The elements `dye`, `sample` and `target`.
  std::string render() const;

 private:
  /// What the sample is for one target.
  struct Use {
    std::string target_id;
    SampleRole role = SampleRole::unspecified;
    std::string role_text;  ///< of a role without a code
    std::optional<double> quantity;
    std::string quantity_unit;

    bool operator==(const Use&) const = default;
  };
  struct Sample {
    std::string id;
    std::string name;  ///< empty for wells without a sample
    std::vector<Use> uses;
  };
  struct Target {
    std::string id;
    std::string dye;
    std::string name;  ///< empty unless the identifier is not the name
  };

  void collect_targets(std::span<const Run> runs);
  void collect_wells(std::span<const Run> runs);
  std::string place_sample(const std::vector<const Measurement*>& well);
  Use to_use(const Measurement& measurement) const;
  bool agree(const Use& left, const Use& right) const;
  void check_uses(const Sample& sample);
  std::string render_sample(const Sample& sample) const;

  RdmlVersion version_;
  NotWrittenList& not_written_;
  std::vector<std::vector<RdmlWell>> wells_;
  std::vector<std::string> dyes_;
  std::vector<Sample> samples_;
  std::map<std::string, std::vector<std::size_t>> samples_of_name_;
  std::set<std::string> sample_ids_;  ///< all names and all identifiers given
  std::vector<Target> targets_;
  std::map<std::pair<std::string, std::string>, std::string> target_ids_;  ///< (target, dye) of the run → identifier
};

}  // namespace qpcr
