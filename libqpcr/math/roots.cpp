// Boost's bracketed root and minimum finders behind our own names.
#include "libqpcr/math/roots.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/toms748_solve.hpp>

namespace qpcr {

std::optional<double> find_root(const std::function<double(double)>& function, double lower, double upper) {
  const double at_lower = function(lower);
  const double at_upper = function(upper);
  if (at_lower == 0.0) return lower;
  if (at_upper == 0.0) return upper;
  if (std::isnan(at_lower) || std::isnan(at_upper) || std::signbit(at_lower) == std::signbit(at_upper))
    return std::nullopt;
  std::uintmax_t most = 500;
  const auto bracket = boost::math::tools::toms748_solve(
      function, lower, upper, at_lower, at_upper,
      boost::math::tools::eps_tolerance<double>(std::numeric_limits<double>::digits), most);
  return bracket.first + (bracket.second - bracket.first) / 2.0;
}

double find_minimum(const std::function<double(double)>& function, double lower, double upper) {
  return boost::math::tools::brent_find_minima(function, lower, upper, std::numeric_limits<double>::digits / 2).first;
}

}  // namespace qpcr
