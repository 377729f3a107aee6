// From the signals of optical filters to the amounts of dyes: the spectra of pure dyes and least squares.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"

namespace qpcr {

/// What one unit of each dye gives in each filter, and what an empty well gives.
struct ColourMatrix {
  std::vector<std::string> filters;
  std::vector<std::string> dyes;
  std::vector<double> values;      ///< filters × dyes, row after row
  std::vector<double> background;  ///< of each filter, subtracted before solving; empty: none

  double at(std::size_t filter, std::size_t dye) const { return values[filter * dyes.size() + dye]; }

  /// @throws Error invalid_option: no dye, fewer filters than dyes, wrong sizes, values that are not finite, a dye
  /// without signal.
  void validate() const;

  bool operator==(const ColourMatrix&) const = default;
};

/// Signals of a plate of one dye: each filter's readings over wells or cycles.
struct PureDyeReadings {
  std::string dye;
  std::vector<std::vector<double>> by_filter;  ///< in the order of the filters
};

/// Spectra from wells of pure dyes. Each reading less the background is divided by its sum over the filters, and the
/// median over the readings is taken, so that a bad well does not count; a dye's largest value is then 1.
/// @param background of each filter, from wells with buffer alone; empty: none.
/// @throws Error invalid_value: unequal sizes, no readings, a dye without positive signal.
ColourMatrix estimate_colour_matrix(const std::vector<std::string>& filters, std::span<const PureDyeReadings> dyes,
                                    std::span<const double> background);

struct CompensationOptions {
  /// Dye amounts below zero are set to zero and the others solved again (Lawson & Hanson 1974, chapter 23). Off by
  /// default: noise around zero is then cut off on one side, and baselines rise.
  bool non_negative = false;
  /// Condition number of the matrix with columns of length 1: above, a small error of a filter becomes a large one of a
  /// dye.
  double largest_condition = 30.0;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const CompensationOptions&) const = default;
};

enum class CompensationStatus {
  compensated,
  ill_conditioned,  ///< compensated, but the spectra are too much alike
  wrong_kind,       ///< the signals are not those of raw filters: nothing is separated twice
  unequal_cycles,   ///< the filters' curves do not have the same cycles
};

std::string_view to_string(CompensationStatus status);

struct CompensatedWell {
  CompensationStatus status = CompensationStatus::wrong_kind;
  /// One curve of kind multicomponent a dye. A reading is NaN where any filter's is missing. Empty unless compensated
  /// or ill_conditioned.
  std::vector<AmplificationCurve> dyes;
  /// Root mean square of what the dyes leave unexplained, each cycle; √(RSS/(filters − dyes)), NaN for as many dyes as
  /// filters.
  std::vector<double> residual_sd;
  Message reason;  ///< empty where the status is compensated
};

/// Solves wells one after the other with one matrix.
class ColourCompensator {
 public:
  /// @throws Error invalid_option for a matrix or options that make no sense or spectra that are linearly dependent.
  ColourCompensator(ColourMatrix matrix, CompensationOptions options);

  const ColourMatrix& matrix() const { return matrix_; }
  double condition() const { return condition_; }

  /// Amounts of the dyes from one reading of each filter. @return √(RSS/(filters − dyes)).
  double solve(std::span<const double> filters, std::span<double> dyes) const;

  /// Curves of one well, one a filter in the order of the matrix.
  /// @throws Error invalid_value: not one curve a filter, arrays of unequal length.
  CompensatedWell compensate(std::span<const CurveView> filters) const;

 private:
  double solve_part(std::span<const double> net, const std::vector<bool>& used, std::span<double> dyes) const;
  void solve_non_negative(std::span<const double> net, std::span<double> dyes) const;
  double find_residual(std::span<const double> net, std::span<const double> dyes) const;

  ColourMatrix matrix_;
  CompensationOptions options_;
  double condition_ = 0.0;
  std::vector<double> inverse_;  ///< dyes × filters
};

}  // namespace qpcr
