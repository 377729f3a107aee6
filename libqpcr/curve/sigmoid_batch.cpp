// The stages of a batch: one start for every curve, further ones for those that the first did not settle.
#include "libqpcr/curve/sigmoid_batch.hpp"

#include <algorithm>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/curve/sigmoid_result.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/lane_least_squares.hpp"
#include "libqpcr/math/parallel.hpp"

namespace qpcr {
namespace {

// Curves prepared together: few enough for their readings to stay in the cache, many enough to keep the lanes full.
constexpr std::size_t block_size = 512;

/// True where a fit looks like an amplification curve seen whole: nothing a further start would improve.
bool is_settled(const SigmoidMinimum& minimum, const PreparedCurve& curve) {
  return minimum.status == lanes::converged && minimum.shape.tau > curve.smallest_log_cycle &&
         minimum.shape.tau < curve.largest_log_cycle && minimum.residual_sum_of_squares < 0.02 * curve.total;
}

void keep_better(SigmoidMinimum& best, const SigmoidMinimum& candidate) {
  const int iterations = best.iterations + candidate.iterations;
  if (candidate.status != lanes::not_finite &&
      (best.status == lanes::not_finite || candidate.residual_sum_of_squares < best.residual_sum_of_squares)) {
    best = candidate;
  }
  best.iterations = iterations;
}

void check_sizes(std::size_t curves, std::size_t fits) {
  if (curves == fits) return;
  ErrorContext context;
  context.field = "fits";
  context.found = std::to_string(fits);
  context.expected = "one for each of the " + std::to_string(curves) + " curves";
  throw Error(ErrorCode::invalid_value, context);
}

}  // namespace

void SigmoidBatch::add_job(std::size_t curve, const SigmoidShape& start) {
  jobs_.push_back(prepared_.make_job(prepared_.curves()[curve], start));
  curve_of_job_.push_back(curve);
}

void SigmoidBatch::run_jobs(int parameters, const SigmoidOptions& options, std::vector<SigmoidMinimum>& best) {
  minima_.resize(jobs_.size());
  fit_sigmoid_jobs(parameters, jobs_, minima_, options.max_iterations, lanes_);
  for (std::size_t i = 0; i < jobs_.size(); ++i) keep_better(best[curve_of_job_[i]], minima_[i]);
  jobs_.clear();
  curve_of_job_.clear();
}

void SigmoidBatch::fit_four(const SigmoidOptions& options) {
  const auto curves = prepared_.curves();
  for (const std::size_t i : open_) add_job(i, estimate_symmetric_start(curves[i]));
  run_jobs(2, options, four_);
  for (const std::size_t i : open_) {
    const PreparedCurve& curve = curves[i];
    if (is_settled(four_[i], curve)) continue;
    const double first = elementary::exp(curve.smallest_log_cycle);
    const double last = elementary::exp(curve.largest_log_cycle);
    const double middle = elementary::log((first + last) / 2.0);
    const double late = elementary::log(0.15 * first + 0.85 * last);
    for (const double tau : {middle, late, curve.largest_log_cycle + 0.15}) {
      for (const double log_beta : {1.791759469228055, 2.995732273553991}) add_job(i, {log_beta, tau, 1.0});
    }
  }
  run_jobs(2, options, four_);
}

void SigmoidBatch::fit_five(const SigmoidOptions& options) {
  const auto curves = prepared_.curves();
  for (std::size_t i = 0; i < curves.size(); ++i) add_job(i, estimate_start(curves[i]));
  run_jobs(3, options, best_);
  open_.clear();
  for (std::size_t i = 0; i < curves.size(); ++i) {
    if (!is_settled(best_[i], curves[i]) || best_[i].at_bound[2]) open_.push_back(i);
  }
  fit_four(options);
  for (const std::size_t i : open_) {
    const SigmoidShape& base = four_[i].shape;
    add_job(i, base);
    // A steep lag with a slow plateau, and its mirror image: the minima on either side of the symmetric curve.
    add_job(i, {base.log_beta - 0.4, base.tau - 0.1, 0.02});
    add_job(i, {base.log_beta + 0.7, base.tau + 0.1, 8.0});
    best_[i].iterations += four_[i].iterations;
  }
  run_jobs(3, options, best_);
}

void SigmoidBatch::fit_block(std::span<const CurveView> curves, const SigmoidOptions& options,
                             std::span<SigmoidFit> fits) {
  const bool five = options.model == SigmoidModel::log_logistic_5;
  std::size_t readings = 0;
  for (const CurveView& curve : curves) {
    check_lengths(curve);
    readings += curve.cycles.size();
  }
  prepared_.clear(readings);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const int least = five ? 6 : 5;
    const PreparedCurves::Outcome outcome = prepared_.add(i, curves[i], least);
    clear_result(options.model, outcome.points, fits[i]);
    if (outcome.points >= least && outcome.constant) {
      fits[i].status = FitStatus::degenerate;
      fits[i].residual_sum_of_squares = 0.0;
    }
  }
  SigmoidMinimum none;
  none.status = lanes::not_finite;
  best_.assign(prepared_.curves().size(), none);
  four_.assign(prepared_.curves().size(), none);
  if (five) {
    fit_five(options);
  } else {
    open_.clear();
    for (std::size_t i = 0; i < prepared_.curves().size(); ++i) open_.push_back(i);
    fit_four(options);
    best_.swap(four_);
  }
  for (std::size_t i = 0; i < prepared_.curves().size(); ++i)
    derive_result(prepared_.curves()[i], best_[i], fits[prepared_.curves()[i].index]);
}

void SigmoidBatch::fit(std::span<const CurveView> curves, const SigmoidOptions& options, std::span<SigmoidFit> fits) {
  check_sizes(curves.size(), fits.size());
  for (std::size_t first = 0; first < curves.size(); first += block_size) {
    const std::size_t count = std::min(block_size, curves.size() - first);
    fit_block(curves.subspan(first, count), options, fits.subspan(first, count));
  }
}

void fit_sigmoid_batch(std::span<const CurveView> curves, const SigmoidOptions& options, std::span<SigmoidFit> fits,
                       int threads) {
  options.validate();
  check_sizes(curves.size(), fits.size());
  parallel_for(curves.size(), block_size, threads, [&](std::size_t first, std::size_t last) {
    SigmoidBatch batch;
    batch.fit(curves.subspan(first, last - first), options, fits.subspan(first, last - first));
  });
}

}  // namespace qpcr
