// Values of cases and controls, and how many of each have every distinct value: what all ROC evaluations start from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// Which values speak for disease. `automatic` compares the medians of the groups, which looks at the answer: it is
/// never a default, and results that used it say so.
enum class RocDirection { higher_is_case, lower_is_case, automatic };

std::string_view to_string(RocDirection direction);
/// @throws Error invalid_option.
RocDirection parse_roc_direction(std::string_view text);

/// Finite values by reference standard. A specimen without Cq takes a number beyond the last cycle.
struct RocSample {
  std::vector<double> cases;
  std::vector<double> controls;

  bool operator==(const RocSample&) const = default;
};

/// Counts of each distinct value, in the order of growing suspicion: ascending values where higher ones speak for
/// disease, descending where lower ones do. Resampled counts may be 0 for both groups.
struct RocCounts {
  std::vector<double> values;
  std::vector<long> cases;
  std::vector<long> controls;
  long case_total = 0;
  long control_total = 0;
  RocDirection direction = RocDirection::higher_is_case;  ///< never automatic

  std::size_t size() const { return values.size(); }
};

/// The direction itself, or for `automatic` the one in which the median of the cases is on the side of disease
/// (higher where they are equal or a group is empty).
RocDirection decide_roc_direction(const RocSample& sample, RocDirection direction);

/// O(n log n). @throws Error invalid_value for a value that is not finite.
RocCounts count_roc_sample(const RocSample& sample, RocDirection direction);

/// Says that the direction was found from the data, where it was.
void note_automatic_direction(RocDirection asked, RocDirection used, std::vector<Message>& warnings);

/// Why nothing can be estimated: a group is empty.
std::optional<std::string> find_missing_group(long cases, long controls);

/// estimate ± quantile·error, cut to `bounds`.
Interval make_wald_interval(double estimate, double standard_error, double quantile, Interval bounds);

/// @throws Error invalid_option unless 0 < value < 1.
void check_roc_fraction(const char* field, double value);

/// How often and from which seed a bootstrap resamples.
struct RocResampling {
  long replicates = 2000;  ///< 0: no bootstrap
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: one for each processor; the numbers do not depend on it

  /// Draws of subjects that a bootstrap makes at most: about a minute's work.
  static constexpr double most_draws = 2e9;
  bool fits(double subjects) const { return static_cast<double>(replicates) * subjects <= most_draws; }

  /// @throws Error invalid_option for negative numbers, 1 to 99 and more than 10⁶ replicates.
  void validate() const;
};

}  // namespace qpcr
