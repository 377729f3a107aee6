// Learning a common shape: all reactions and the spline in one damped Gauss–Newton, reactions eliminated.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "libqpcr/curve/analysis_batch.hpp"
#include "libqpcr/curve/common_shape.hpp"
#include "libqpcr/curve/registration.hpp"
#include "libqpcr/math/bordered_system.hpp"
#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int own_count = 5;
constexpr std::size_t smallest_reactions = 3;
constexpr std::size_t enough_reactions = 24;
constexpr double shortest_reach = 3.0;
// Left of it the shape is held close to the logistic law (CommonShapeOptions::left_smoothing).
constexpr double left_end = -1.2;
constexpr double smallest_misfit = 0.3;
constexpr double noise_factor = 1.5;
constexpr int weighting_iterations = 6;
constexpr int largest_iterations = 60;
constexpr double relative_reduction = 1e-5;
// At the limit of iterations: what is left lies along directions that the curves hardly determine.
constexpr double tolerated_reduction = 1e-3;
constexpr double ridge = 1e-10;
constexpr double grid = 0.05;

/// The logistic curve's logarithm, 0 where it accelerates most.
double logistic_log(double x) {
  const double middle = elementary::log(2.0 + std::numbers::sqrt3);
  return elementary::log1p(elementary::exp(middle)) - elementary::log1p(elementary::exp(middle - x));
}

struct Reaction {
  std::size_t begin = 0;
  std::size_t end = 0;
  double anchor_cycle = 0.0;
  double maximum_cycle = std::numeric_limits<double>::quiet_NaN();  ///< second-derivative maximum of its own fit
  double weight = 1.0;
  double misfit = 0.0;
};

/// The readings beside the model, at one set of parameters.
struct Values {
  std::vector<int> interval;     ///< of the spline
  std::vector<double> place;     ///< in the interval, 0 to 1
  std::vector<double> beyond;    ///< how far outside the knots, in knot spacings; 0 within
  std::vector<double> above;     ///< predicted fluorescence above the baseline
  std::vector<double> residual;  ///< fluorescence
};

/// The parameters of one reaction.
struct Own {
  double baseline = 0.0;
  double log_amplitude = 0.0;
  double reference_cycle = 0.0;
  double log_width = 0.0;
  double slope = 0.0;
};

double median_of(const std::vector<Own>& all, double Own::*member, std::vector<double>& work) {
  work.clear();
  for (const Own& own : all) work.push_back(own.*member);
  return median_in_place(work);
}

class ShapeLearner {
 public:
  explicit ShapeLearner(const CommonShapeOptions& options) : options_(options) { shape_.options = options; }

  CommonShape learn(const AnalysisBatch& curves) {
    if (!gather(curves)) return shape_;
    start_spline();
    const bool converged = fit();
    normalise();
    derive_efficiency();
    derive_anchor();
    describe(converged);
    return shape_;
  }

 private:
  using System = BorderedSystem<own_count>;

  bool gather(const AnalysisBatch& curves);
  void start_spline();
  void set_weights(bool first);
  void evaluate(const std::vector<Own>& all, const UniformCubicSpline& spline, Values& values);
  double evaluate_cost(const std::vector<Own>& all, const UniformCubicSpline& spline, const Values& values) const;
  void assemble();
  void add_reaction(std::size_t i, Eigen::VectorXd& shared_vector, Eigen::MatrixXd* shared_matrix);
  void add_penalty();
  double bend(const UniformCubicSpline& spline, std::size_t i) const;
  bool fit();
  void normalise();
  void derive_efficiency();
  void derive_anchor();
  std::pair<double, double> fit_rate(double offset, std::vector<double>* influence, double* misfit) const;
  void describe(bool converged);
  std::array<double, own_count> priors() const;

  CommonShapeOptions options_;
  CommonShape shape_;
  std::vector<double> cycles_;
  std::vector<double> fluorescence_;
  std::vector<double> variances_;
  std::vector<Reaction> reactions_;
  std::vector<Own> own_;
  std::vector<double> reference_;  ///< coefficients of the logistic law
  std::vector<double> differences_;
  std::vector<double> work_;
  std::vector<std::array<double, 4>> pieces_;  ///< of the spline evaluated last: powers of the place in each interval
  Values values_;                              ///< at the parameters held
  Values trial_values_;
  double noise_ = 0.0;  ///< of a reading, share of A: as measured
  double median_log_amplitude_ = 0.0;
  double median_slope_ = 0.0;
  double misfit_ = 1.0;
  System system_;
};

std::array<double, own_count> ShapeLearner::priors() const {
  const auto weight = [](double sd) { return 1.0 / (sd * sd); };
  return {0.0, weight(options_.log_amplitude_sd), 0.0, weight(options_.log_width_sd),
          weight(options_.baseline_slope_sd)};
}

/// Reads the curves that amplified. @return false where there is too little to learn from.
bool ShapeLearner::gather(const AnalysisBatch& curves) {
  struct Candidate {
    const CurveAnalyser* analyser;
    std::size_t end;
  };
  // Odd curves are kept out of the shape where enough typical ones are there.
  std::size_t typical = 0;
  for (std::size_t i = 0; i < curves.size(); ++i)
    typical += curves[i].call().verdict == AmplificationVerdict::typical ? 1U : 0U;
  const bool typical_only = typical >= smallest_reactions;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const CurveAnalyser& analyser = curves[i];
    if (!analyser.call().amplified || !to_registration_start(analyser.fit(), 1.0)) continue;
    if (typical_only && analyser.call().verdict != AmplificationVerdict::typical) continue;
    candidates.push_back({&analyser, analyser.fitted_end()});
    work_.push_back(-analyser.fit().b / analyser.fit().e);
  }
  shape_.reactions = static_cast<int>(candidates.size());
  if (candidates.size() < smallest_reactions) return false;
  const double width = 1.0 / median_in_place(work_);
  shape_.width_cycles = width;
  double reach = 0.0;
  for (const Candidate& candidate : candidates) {
    const RegistrationStart start = to_registration_start(candidate.analyser->fit(), width).value();
    const auto& cycles = candidate.analyser->readings().cycles;
    const auto& y = candidate.analyser->readings().fluorescence;
    const ReadingWindow window =
        select_window(cycles, candidate.analyser->first(), candidate.end, start.reference_cycle, width,
                      std::numeric_limits<double>::infinity(), options_);
    Own own;
    own.baseline = start.baseline;
    own.log_amplitude = elementary::log(start.amplitude);
    own.reference_cycle = start.reference_cycle;
    Reaction reaction;
    reaction.begin = cycles_.size();
    reaction.anchor_cycle = start.reference_cycle - drift_anchor_widths * width;
    for (std::size_t i = window.first; i < window.end; ++i) {
      cycles_.push_back(cycles[i]);
      fluorescence_.push_back(y[i]);
    }
    reaction.end = cycles_.size();
    reach = std::max(reach, (cycles[candidate.end - 1] - start.reference_cycle) / width);
    const auto skipped = static_cast<std::size_t>(options_.skipped_readings);
    for (std::size_t i = skipped + 1; i + 1 < candidate.end && cycles[i] < start.reference_cycle - 2.5 * width; ++i) {
      differences_.push_back(std::abs(y[i + 1] - 2.0 * y[i] + y[i - 1]) / (start.amplitude * std::sqrt(6.0)));
    }
    if (candidate.analyser->takeoff()) reaction.maximum_cycle = candidate.analyser->takeoff()->cycle;
    reactions_.push_back(reaction);
    own_.push_back(own);
  }
  shape_.reach = reach;
  if (reach < shortest_reach) {
    shape_.status = ShapeStatus::cut_short;
    return false;
  }
  noise_ = differences_.size() >= 10 ? 1.482602218505602 * median_in_place(differences_) : options_.smallest_noise;
  shape_.noise = std::max(noise_factor * noise_, options_.smallest_noise);
  variances_.resize(cycles_.size());
  shape_.log_shape.first_knot = options_.first_knot;
  shape_.log_shape.spacing = options_.knot_spacing;
  shape_.log_shape.coefficients.resize(static_cast<std::size_t>(
      count_spline_coefficients(options_.first_knot, std::min(options_.last_knot, reach), options_.knot_spacing)));
  return true;
}

void ShapeLearner::start_spline() {
  auto& spline = shape_.log_shape;
  for (std::size_t i = 0; i < spline.coefficients.size(); ++i) {
    spline.coefficients[i] = logistic_log(spline.first_knot + spline.spacing * (static_cast<double>(i) - 1.0));
  }
  reference_ = spline.coefficients;
}

/// Variances of the readings and weights of the reactions, from the residuals at hand.
void ShapeLearner::set_weights(bool first) {
  const double limit = options_.outlier_limit * misfit_;
  const double limit_squared = first ? std::numeric_limits<double>::infinity() : limit * limit;
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    Reaction& reaction = reactions_[i];
    const double ground = shape_.noise * elementary::exp(own_[i].log_amplitude);
    double sum = 0.0;
    for (std::size_t k = reaction.begin; k < reaction.end; ++k) {
      const double noise = options_.relative_noise * values_.above[k];
      variances_[k] = ground * ground + noise * noise;
      sum += std::min(limit_squared, values_.residual[k] * values_.residual[k] / variances_[k]);
    }
    const double degrees = std::max(1.0, static_cast<double>(reaction.end - reaction.begin) - 4.0);
    reaction.misfit = std::sqrt(sum / degrees);
  }
  work_.clear();
  for (const Reaction& reaction : reactions_) work_.push_back(reaction.misfit);
  misfit_ = std::max(smallest_misfit, median_in_place(work_));
  for (Reaction& reaction : reactions_) {
    const double share = 2.0 * misfit_ / std::max(reaction.misfit, misfit_);
    reaction.weight = std::min(1.0, share * share);
  }
  median_log_amplitude_ = median_of(own_, &Own::log_amplitude, work_);
  median_slope_ = median_of(own_, &Own::slope, work_);
}

/// Second difference of the log shape against the logistic law's, times the root of its penalty.
double ShapeLearner::bend(const UniformCubicSpline& spline, std::size_t i) const {
  const double knot = spline.first_knot + spline.spacing * static_cast<double>(i);
  const double root =
      std::sqrt((knot < left_end ? options_.left_smoothing : 1.0) / elementary::pow(spline.spacing, 3.0));
  const auto& c = spline.coefficients;
  const double difference =
      c[i] - 2.0 * c[i + 1] + c[i + 2] - (reference_[i] - 2.0 * reference_[i + 1] + reference_[i + 2]);
  return root * difference;
}

/// The model at every reading; the exponentials of all readings are made together.
void ShapeLearner::evaluate(const std::vector<Own>& all, const UniformCubicSpline& spline, Values& values) {
  const std::size_t count = cycles_.size();
  for (auto* list : {&values.place, &values.beyond, &values.above, &values.residual}) list->resize(count);
  values.interval.resize(count);
  const auto& c = spline.coefficients;
  pieces_.resize(c.size() - 3);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    pieces_[i] = {(c[i] + 4.0 * c[i + 1] + c[i + 2]) / 6.0, (c[i + 2] - c[i]) / 2.0,
                  (c[i] - 2.0 * c[i + 1] + c[i + 2]) / 2.0, (c[i + 3] - c[i] + 3.0 * (c[i + 1] - c[i + 2])) / 6.0};
  }
  const double per_spacing = 1.0 / spline.spacing;
  const auto end = static_cast<double>(pieces_.size());
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    const Own& own = all[i];
    const double scale = per_spacing * elementary::exp(-own.log_width) / shape_.width_cycles;
    const double origin = own.reference_cycle * scale + spline.first_knot * per_spacing;
    for (std::size_t k = reactions_[i].begin; k < reactions_[i].end; ++k) {
      const double scaled = cycles_[k] * scale - origin;
      const double inside = std::clamp(scaled, 0.0, end);
      const int interval = std::min(static_cast<int>(inside), static_cast<int>(pieces_.size()) - 1);
      const double u = inside - interval;
      const auto& p = pieces_[static_cast<std::size_t>(interval)];
      const double slope = p[1] + u * (2.0 * p[2] + u * 3.0 * p[3]);
      const double value = p[0] + u * (p[1] + u * (p[2] + u * p[3])) + slope * (scaled - inside);
      values.interval[k] = interval;
      values.place[k] = u;
      values.beyond[k] = scaled - inside;
      values.above[k] = std::min(50.0, value);
    }
  }
  elementary::exp_all(values.above, values.above);
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    const Own& own = all[i];
    const double amplitude = elementary::exp(own.log_amplitude);
    const double drift = amplitude * own.slope / shape_.width_cycles;
    for (std::size_t k = reactions_[i].begin; k < reactions_[i].end; ++k) {
      values.above[k] *= amplitude;
      values.residual[k] =
          fluorescence_[k] - own.baseline - drift * (cycles_[k] - reactions_[i].anchor_cycle) - values.above[k];
    }
  }
}

double ShapeLearner::evaluate_cost(const std::vector<Own>& all, const UniformCubicSpline& spline,
                                   const Values& values) const {
  const double k = options_.outlier_limit;
  const double per_misfit = 1.0 / (misfit_ * misfit_);
  const auto prior = priors();
  double total = 0.0;
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    const Reaction& reaction = reactions_[i];
    const Own& own = all[i];
    double sum = 0.0;
    for (std::size_t j = reaction.begin; j < reaction.end; ++j) {
      const double squared = values.residual[j] * values.residual[j] / variances_[j] * per_misfit;
      sum += squared <= k * k ? squared : 2.0 * k * std::sqrt(squared) - k * k;
    }
    const double amplitude_off = own.log_amplitude - median_log_amplitude_;
    const double slope_off = own.slope - median_slope_;
    sum += (prior[1] * amplitude_off * amplitude_off + prior[3] * own.log_width * own.log_width +
            prior[4] * slope_off * slope_off) /
           (misfit_ * misfit_);
    total += reaction.weight * sum;
  }
  for (std::size_t i = 0; i + 2 < spline.coefficients.size(); ++i) {
    const double value = bend(spline, i);
    total += value * value;
  }
  return total;
}

/// One reaction's part of the normal equations; the shared matrix is passed over where it is not wanted.
void ShapeLearner::add_reaction(std::size_t i, Eigen::VectorXd& shared_vector, Eigen::MatrixXd* shared_matrix) {
  const Reaction& reaction = reactions_[i];
  const Own& own = own_[i];
  const double amplitude = elementary::exp(own.log_amplitude);
  const double width = shape_.width_cycles * elementary::exp(own.log_width);
  const double scale = reaction.weight / (misfit_ * misfit_);
  const double limit = options_.outlier_limit * misfit_;
  const double per_spacing = 1.0 / shape_.log_shape.spacing;
  const double per_width = 1.0 / width;
  const double drift_scale = amplitude / shape_.width_cycles;
  auto& coupling = system_.coupling(i);
  coupling.setZero();
  std::array<double, own_count * own_count> matrix{};
  std::array<double, own_count> vector{};
  const auto shared = static_cast<std::size_t>(shared_vector.size());
  for (std::size_t k = reaction.begin; k < reaction.end; ++k) {
    const auto first = static_cast<std::size_t>(values_.interval[k]);
    const double u = values_.place[k];
    const double v = 1.0 - u;
    const double beyond = values_.beyond[k];
    const double above = values_.above[k];
    const double residual = values_.residual[k];
    // The basis where the reading lies, on a straight line outside the knots.
    const std::array<double, 4> basis{v * v * v / 6.0 - 0.5 * v * v * beyond,
                                      (u * u * (3.0 * u - 6.0) + 4.0) / 6.0 + 0.5 * u * (3.0 * u - 4.0) * beyond,
                                      (v * v * (3.0 * v - 6.0) + 4.0) / 6.0 - 0.5 * v * (3.0 * v - 4.0) * beyond,
                                      u * u * u / 6.0 + 0.5 * u * u * beyond};
    const auto& p = pieces_[first];
    const double by_cycle = -above * (p[1] + u * (2.0 * p[2] + u * 3.0 * p[3])) * per_spacing * per_width;
    const double drift = drift_scale * (cycles_[k] - reaction.anchor_cycle);
    double weight = scale / variances_[k];
    const double squared = residual * residual / variances_[k];
    if (squared > limit * limit) weight *= limit / std::sqrt(squared);
    const std::array<double, own_count> j{1.0, above + own.slope * drift, by_cycle,
                                          by_cycle * (cycles_[k] - own.reference_cycle), drift};
    std::array<double, own_count> weighted{};
    for (std::size_t a = 0; a < own_count; ++a) {
      weighted[a] = weight * j[a];
      vector[a] += weighted[a] * residual;
      for (std::size_t b = 0; b <= a; ++b) matrix[own_count * b + a] += weighted[a] * j[b];
    }
    double* const couple = coupling.data() + own_count * first;
    const double shared_weight = weight * above;
    for (std::size_t a = 0; a < 4; ++a) {
      const double by_a = above * basis[a];
      for (std::size_t b = 0; b < own_count; ++b) couple[own_count * a + b] += by_a * weighted[b];
      shared_vector.data()[first + a] += weight * residual * by_a;
      if (shared_matrix == nullptr) continue;
      for (std::size_t b = 0; b <= a; ++b) {
        shared_matrix->data()[(first + b) * shared + first + a] += shared_weight * by_a * basis[b];
      }
    }
  }
  auto& own_matrix = system_.matrix(i);
  auto& own_vector = system_.vector(i);
  const auto prior = priors();
  const std::array<double, own_count> off{0.0, own.log_amplitude - median_log_amplitude_, 0.0, own.log_width,
                                          own.slope - median_slope_};
  for (int a = 0; a < own_count; ++a) {
    const auto n = static_cast<std::size_t>(a);
    for (int b = 0; b <= a; ++b) {
      own_matrix(a, b) = own_matrix(b, a) = matrix[own_count * static_cast<std::size_t>(b) + n];
    }
    own_matrix(a, a) += scale * prior[n];
    own_vector(a) = vector[n] - scale * prior[n] * off[n];
  }
}

void ShapeLearner::add_penalty() {
  const auto& spline = shape_.log_shape;
  auto& matrix = system_.shared_matrix();
  auto& vector = system_.shared_vector();
  constexpr std::array<double, 3> difference{1.0, -2.0, 1.0};
  for (std::size_t i = 0; i + 2 < spline.coefficients.size(); ++i) {
    const double knot = spline.first_knot + spline.spacing * static_cast<double>(i);
    const double root =
        std::sqrt((knot < left_end ? options_.left_smoothing : 1.0) / elementary::pow(spline.spacing, 3.0));
    const double value = bend(spline, i);
    for (std::size_t a = 0; a < 3; ++a) {
      const auto row = static_cast<Eigen::Index>(i + a);
      vector(row) -= root * difference[a] * value;
      for (std::size_t b = 0; b <= a; ++b) {
        matrix(row, static_cast<Eigen::Index>(i + b)) += root * root * difference[a] * difference[b];
      }
    }
  }
  // Level, place and scale of the shape are free against the reactions' own: a ridge decides, far below the data.
  matrix.diagonal().array() += ridge * matrix.diagonal().sum() / static_cast<double>(matrix.rows());
}

void ShapeLearner::assemble() {
  system_.reset(reactions_.size(), static_cast<int>(shape_.log_shape.coefficients.size()));
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    add_reaction(i, system_.shared_vector(), &system_.shared_matrix());
  }
  add_penalty();
  system_.shared_matrix().template triangularView<Eigen::StrictlyUpper>() = system_.shared_matrix().transpose();
}

bool ShapeLearner::fit() {
  std::vector<Own> trial(own_.size());
  UniformCubicSpline trial_spline = shape_.log_shape;
  double damping = 1e-3;
  double reduction = 0.0;
  double cost = 0.0;
  evaluate(own_, shape_.log_shape, values_);
  for (int iteration = 1; iteration <= largest_iterations; ++iteration) {
    shape_.iterations = iteration;
    if (iteration <= weighting_iterations) set_weights(iteration == 1);
    cost = evaluate_cost(own_, shape_.log_shape, values_);
    assemble();
    bool improved = false;
    for (int attempt = 0; attempt < 10 && !improved; ++attempt) {
      if (system_.solve(damping)) {
        for (std::size_t i = 0; i < own_.size(); ++i) {
          const auto& step = system_.solution(i);
          trial[i].baseline = own_[i].baseline + step(0);
          trial[i].log_amplitude = own_[i].log_amplitude + std::clamp(step(1), -1.0, 1.0);
          trial[i].reference_cycle = own_[i].reference_cycle + std::clamp(step(2), -2.0, 2.0);
          trial[i].log_width = own_[i].log_width + std::clamp(step(3), -0.2, 0.2);
          trial[i].slope = own_[i].slope + step(4);
        }
        for (std::size_t k = 0; k < trial_spline.coefficients.size(); ++k) {
          trial_spline.coefficients[k] =
              shape_.log_shape.coefficients[k] + system_.shared_solution()(static_cast<Eigen::Index>(k));
        }
        evaluate(trial, trial_spline, trial_values_);
        reduction = cost - evaluate_cost(trial, trial_spline, trial_values_);
        improved = reduction >= 0.0;
      }
      if (!improved) damping *= 8.0;
    }
    // No shorter step lowers the cost: the minimum, to rounding, once the weights stand.
    if (!improved) return iteration > weighting_iterations;
    own_.swap(trial);
    std::swap(values_, trial_values_);
    shape_.log_shape.coefficients = trial_spline.coefficients;
    damping = std::max(1e-9, damping / 5.0);
    if (iteration > weighting_iterations && reduction <= relative_reduction * cost) return true;
  }
  return reduction <= tolerated_reduction * cost;
}

/// Puts the shape's origin where it accelerates most and its height there to 1.
void ShapeLearner::normalise() {
  auto& spline = shape_.log_shape;
  const auto acceleration = [&spline](double x) {
    const double slope = spline.evaluate_slope(x);
    return elementary::exp(spline.evaluate(x)) * (slope * slope + spline.evaluate_curvature(x));
  };
  double best = 0.0;
  double largest = -std::numeric_limits<double>::infinity();
  constexpr double fine = 0.01;
  for (int i = -240; i <= 240; ++i) {
    const double value = acceleration(fine * i);
    if (!(value > largest)) continue;
    largest = value;
    best = fine * i;
  }
  const double before = acceleration(best - fine);
  const double after = acceleration(best + fine);
  const double bend = before - 2.0 * largest + after;
  if (bend < 0.0) best += std::clamp(0.5 * fine * (before - after) / bend, -fine, fine);
  const double height = spline.evaluate(best);
  spline.first_knot -= best;
  shape_.reach -= best;
  for (double& coefficient : spline.coefficients) coefficient -= height;
  for (Own& own : own_) {
    own.reference_cycle += best * shape_.width_cycles * elementary::exp(own.log_width);
    own.log_amplitude += height;
    own.slope *= elementary::exp(-height);
  }
  shape_.noise *= elementary::exp(-height);
  noise_ *= elementary::exp(-height);
  shape_.typical_misfit = misfit_;
  shape_.median_amplitude = elementary::exp(median_of(own_, &Own::log_amplitude, work_));
  shape_.median_slope = median_of(own_, &Own::slope, work_);
  shape_.plateau = 0.0;
  for (double x = 0.0; x < spline.last_knot() + grid; x += grid) {
    shape_.plateau = std::max(shape_.plateau, elementary::exp(spline.evaluate(x)));
  }
}

/// The straight line of u′ against g between two shares of the plateau, of a shape whose baseline is `offset` lower.
/// @return the intercept and its number of points; `influence` of the coefficients, root mean square `misfit`.
std::pair<double, double> ShapeLearner::fit_rate(double offset, std::vector<double>* influence, double* misfit) const {
  const auto& spline = shape_.log_shape;
  std::vector<double> places;
  std::vector<double> shares;
  std::vector<double> rates;
  const double plateau = shape_.plateau + offset;
  for (double x = spline.first_knot; x < spline.last_knot(); x += grid) {
    const double g = elementary::exp(spline.evaluate(x));
    const double share = (g + offset) / plateau;
    if (share >= options_.largest_share) break;
    if (share <= options_.smallest_share) continue;
    places.push_back(x);
    shares.push_back(share);
    rates.push_back(spline.evaluate_slope(x) * g / (g + offset));
  }
  const auto n = static_cast<double>(places.size());
  if (places.size() < 5) return {nan, n};
  double share_sum = 0.0;
  double square_sum = 0.0;
  for (const double share : shares) {
    share_sum += share;
    square_sum += share * share;
  }
  const double determinant = n * square_sum - share_sum * share_sum;
  double intercept = 0.0;
  double slope = 0.0;
  if (influence != nullptr) influence->assign(spline.coefficients.size(), 0.0);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double weight = (square_sum - share_sum * shares[i]) / determinant;
    intercept += weight * rates[i];
    slope += (n * shares[i] - share_sum) / determinant * rates[i];
    if (influence == nullptr) continue;
    const SplinePoint point = spline.locate(places[i]);
    for (std::size_t a = 0; a < 4; ++a) {
      (*influence)[static_cast<std::size_t>(point.first) + a] += weight * point.slopes[a];
    }
  }
  if (misfit != nullptr) {
    double sum = 0.0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const double off = rates[i] - intercept - slope * shares[i];
      sum += off * off;
    }
    *misfit = std::sqrt(sum / n);
  }
  return {intercept, n};
}

/// Puts the zero of the Cq where the reactions' own second-derivative maxima lie in the median: the place where a
/// shape accelerates most moves by cycles with the noise of its readings, and one odd reaction may move it too.
void ShapeLearner::derive_anchor() {
  work_.clear();
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    const double amplitude = own_[i].log_amplitude - elementary::log(shape_.median_amplitude);
    const double raw = own_[i].reference_cycle - options_.amplitude_exponent * amplitude / shape_.log_efficiency +
                       options_.width_reference * shape_.width_cycles * own_[i].log_width;
    if (const double difference = reactions_[i].maximum_cycle - raw; std::isfinite(difference))
      work_.push_back(difference);
  }
  if (work_.empty()) return;
  const auto count = static_cast<double>(work_.size());
  shape_.anchor_cycles = median_in_place(work_);
  for (double& difference : work_) difference = std::abs(difference - shape_.anchor_cycles);
  // Of a median: √(π/2) times that of a mean; 1.4826 times the median deviation is the standard deviation.
  shape_.anchor_standard_error_cycles = 1.2533 * 1.4826 * median_in_place(work_) / std::sqrt(count);
  shape_.anchor_amplitude =
      shape_.median_amplitude * elementary::exp(shape_.log_shape.evaluate(shape_.anchor_cycles / shape_.width_cycles));
}

void ShapeLearner::derive_efficiency() {
  std::vector<double> influence;
  double misfit = nan;
  const double rate = fit_rate(0.0, &influence, &misfit).first;
  const double per_cycle = 1.0 / shape_.width_cycles;
  shape_.log_efficiency = rate * per_cycle;
  // Sandwich (White 1980, 10.2307/1912934) with a reaction as the unit: what each contributes to the intercept.
  evaluate(own_, shape_.log_shape, values_);
  assemble();
  shape_.sampling_error = nan;
  if (influence.empty()) return;
  if (system_.solve(0.0)) {
    const Eigen::VectorXd direction = system_.multiply_shared_inverse(
        Eigen::Map<const Eigen::VectorXd>(influence.data(), static_cast<Eigen::Index>(influence.size())));
    double sum = 0.0;
    for (std::size_t i = 0; i < reactions_.size(); ++i) {
      Eigen::VectorXd part = Eigen::VectorXd::Zero(direction.size());
      add_reaction(i, part, nullptr);
      const double score = direction.dot(system_.reduce(i, part));
      sum += score * score;
    }
    const auto n = static_cast<double>(reactions_.size());
    shape_.sampling_error = per_cycle * std::sqrt(sum * n / (n - 1.0));
  }
  const double higher = fit_rate(noise_, nullptr, nullptr).first;
  const double lower = fit_rate(-noise_, nullptr, nullptr).first;
  shape_.baseline_error = per_cycle * std::abs(higher - lower);
  shape_.linearity_error = 0.5 * per_cycle * misfit;
  shape_.model_error = options_.model_error * shape_.log_efficiency;
  shape_.excess_error = std::max(0.0, shape_.log_efficiency - std::numbers::ln2);
  double variance = 0.0;
  for (const double error :
       {shape_.sampling_error, shape_.baseline_error, shape_.linearity_error, shape_.model_error}) {
    variance += error * error;
  }
  // How far E exceeds 2 is known bias, not scatter: it is added, not squared away.
  shape_.log_efficiency_standard_error = std::sqrt(variance) + shape_.excess_error;
}

void ShapeLearner::describe(bool converged) {
  // Nothing that grows by less than a third a cycle is a reaction whose early cycles were seen.
  const bool finite = std::isfinite(shape_.log_efficiency_standard_error) &&
                      shape_.log_efficiency > elementary::log(1.3) && std::isfinite(shape_.anchor_amplitude);
  if (!converged || !finite) {
    shape_.status = ShapeStatus::not_converged;
  } else if (shape_.excess_error > shape_.model_error) {
    shape_.status = ShapeStatus::implausible_efficiency;
  } else if (reactions_.size() < enough_reactions) {
    shape_.status = ShapeStatus::few_reactions;
  } else {
    shape_.status = ShapeStatus::learned;
  }
}

}  // namespace

CommonShape learn_from_analysis(const AnalysisBatch& curves, const CommonShapeOptions& options) {
  options.validate();
  ShapeLearner learner(options);
  return learner.learn(curves);
}

CommonShape learn_common_shape(std::span<const CurveView> curves, const CommonShapeOptions& options) {
  AnalysisBatch analysis;
  analysis.analyse(curves);
  return learn_from_analysis(analysis, options);
}

}  // namespace qpcr
