// A number with its uncertainty, or the reason why there is none: what every evaluation hands out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {

/// An estimated quantity. Where it does not exist (separation, a zero cell, one case, no variation) `value` is empty
/// and `why_absent` says why; a value may stand without an interval, and then `why_absent` says why that is missing.
/// Nothing in it is ever NaN; a limit may be infinite where the interval is open on that side.
struct Estimate {
  std::optional<double> value;
  std::optional<double> standard_error;
  std::optional<Interval> interval;
  std::optional<Message> why_absent;

  bool operator==(const Estimate&) const = default;
};

/// An estimate that does not exist, and why.
Estimate not_estimable(Message why);
Estimate not_estimable(std::string why);

/// `value` alone, or not estimable for `why` when it is not finite.
Estimate make_estimate(double value, const std::string& why);

/// Limits of the interval for a cell of a table: none where there is no interval or where it is open on that side.
std::optional<double> lower_of(const Estimate& estimate);
std::optional<double> upper_of(const Estimate& estimate);

/// An assumption of a method, tested or looked at. `holds` is empty where nothing could be tested.
struct Assumption {
  Message what;  ///< catalogue entry that words it
  std::string test;
  std::optional<double> statistic;
  std::optional<double> p_value;
  std::optional<bool> holds;

  bool operator==(const Assumption&) const = default;
};

/// Rows that are not in an evaluation, and why.
struct Exclusion {
  Message reason;
  long rows = 0;
  std::vector<long> lines;  ///< of the file, the first hundred

  bool operator==(const Exclusion&) const = default;
};

}  // namespace qpcr
