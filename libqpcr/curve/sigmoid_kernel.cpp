// Keeps the vector lanes full: a lane whose curve is done takes the next one while its neighbours go on.
#include "libqpcr/curve/sigmoid_kernel.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "libqpcr/curve/sigmoid_kernel.cpp"
#include <hwy/foreach_target.h>

#include "libqpcr/curve/sigmoid_kernel-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace qpcr::sigmoid {
namespace HWY_NAMESPACE {

constexpr double smallest_log_beta = -2.995732273553991;  // ln 0.05
constexpr double largest_log_beta = 7.600902459542082;    // ln 2000
constexpr std::size_t idle = static_cast<std::size_t>(-1);

/// Curves in flight, at most one in a lane.
template <std::size_t N, class D>
class Lanes {
 public:
  static constexpr std::size_t width = hn::MaxLanes(D());

  Lanes(std::span<const SigmoidJob> jobs, std::span<SigmoidMinimum> minima, int max_iterations, SigmoidLanes& memory)
      : jobs_(jobs), minima_(minima) {
    settings_.max_iterations = static_cast<double>(max_iterations);
    for (const SigmoidJob& job : jobs) rows_ = std::max(rows_, job.points);
    const std::size_t column = rows_ * width;
    memory.rows.resize(std::max(memory.rows.size(), Columns::count * column + alignment));
    auto address = reinterpret_cast<std::uintptr_t>(memory.rows.data());
    const std::size_t skip = (alignment - address / sizeof(double) % alignment) % alignment;
    double* const base = memory.rows.data() + skip;
    log_cycles_ = base;
    fluorescence_ = base + column;
    columns_ = {base, base + column, base + 2 * column, base + 3 * column, base + 4 * column, base + 5 * column};
    std::fill_n(base, 2 * column, 0.0);
    job_.fill(idle);
    points_.fill(1.0);
    const double neutral[3] = {0.0, 0.0, 1.0};
    for (std::size_t lane = 0; lane < width; ++lane) {
      for (std::size_t k = 0; k < N; ++k) state_.lower[k][lane] = state_.upper[k][lane] = neutral[k];
      state_.floor[lane] = 0.0;
      state_.start(lane, neutral, settings_.initial_damping);
    }
  }

  void run() {
    for (std::size_t lane = 0; lane < width; ++lane) take_next(lane);
    while (active_ > 0) {
      update();
      for (std::size_t lane = 0; lane < width; ++lane) {
        if (job_[lane] == idle || state_.status[lane] == lanes::running) continue;
        give_back(lane);
        take_next(lane);
      }
    }
  }

 private:
  static constexpr std::size_t alignment = 8;

  void take_next(std::size_t lane) {
    if (next_ == jobs_.size()) {
      job_[lane] = idle;
      find_range();
      return;
    }
    const SigmoidJob& job = jobs_[next_];
    job_[lane] = next_++;
    ++active_;
    points_[lane] = static_cast<double>(job.points);
    double* const x = log_cycles_ + lane;
    double* const y = fluorescence_ + lane;
    for (std::size_t i = 0; i < job.points; ++i) {
      x[i * width] = job.log_cycles[i];
      y[i * width] = job.fluorescence[i];
    }
    for (std::size_t i = job.points; i < rows_; ++i) x[i * width] = y[i * width] = 0.0;
    const double parameters[3] = {job.start.log_beta, job.start.tau, job.start.kappa};
    const double lower[3] = {smallest_log_beta, job.smallest_log_cycle - 6.0, smallest_sigmoid_kappa};
    const double upper[3] = {largest_log_beta, job.largest_log_cycle + 6.0, largest_sigmoid_kappa};
    for (std::size_t k = 0; k < N; ++k) {
      state_.lower[k][lane] = lower[k];
      state_.upper[k][lane] = upper[k];
    }
    // Readings of size 1 round at 1e-16: a promise below this share of their squares is none.
    state_.floor[lane] = 1e-28 * job.total;
    state_.start(lane, parameters, settings_.initial_damping);
    find_range();
  }

  void find_range() {
    double fewest = static_cast<double>(rows_);
    double most = 0.0;
    for (std::size_t lane = 0; lane < width; ++lane) {
      if (job_[lane] == idle) continue;
      fewest = std::min(fewest, points_[lane]);
      most = std::max(most, points_[lane]);
    }
    range_ = {static_cast<std::size_t>(std::min(fewest, most)), static_cast<std::size_t>(most)};
  }

  void update() {
    const D d;
    using V = hn::Vec<D>;
    V parameters[N];
    for (std::size_t k = 0; k < N; ++k) parameters[k] = hn::Load(d, state_.trial[k]);
    lanes::HWY_NAMESPACE::Normal<N, V> normal;
    Projection<N, V> projection;
    evaluate<N>(d, columns_, range_, hn::Load(d, points_.data()), parameters, normal, projection);
    const auto taken = lanes::HWY_NAMESPACE::advance<N>(d, state_, normal, settings_);
    hn::BlendedStore(projection.amplitude, taken, d, amplitude_.data());
    hn::BlendedStore(projection.mean_shape, taken, d, mean_shape_.data());
    hn::BlendedStore(projection.shape_square, taken, d, shape_square_.data());
    for (std::size_t k = 0; k < N; ++k) {
      hn::BlendedStore(projection.mean[k], taken, d, mean_[k].data());
      hn::BlendedStore(projection.along[k], taken, d, along_[k].data());
    }
  }

  void give_back(std::size_t lane) {
    SigmoidMinimum& minimum = minima_[job_[lane]];
    --active_;
    minimum.status = state_.status[lane];
    minimum.iterations = static_cast<int>(state_.iterations[lane]);
    minimum.shape = {state_.best[0][lane], state_.best[1][lane], N == 3 ? state_.best[N - 1][lane] : 1.0};
    minimum.residual_sum_of_squares = state_.residual_sum_of_squares[lane];
    for (std::size_t k = 0; k < lanes::triangle<N>; ++k) minimum.matrix[k] = state_.matrix[k][lane];
    minimum.amplitude = amplitude_[lane];
    minimum.mean_shape = mean_shape_[lane];
    minimum.shape_square = shape_square_[lane];
    minimum.at_bound = {};
    for (std::size_t k = 0; k < N; ++k) {
      minimum.at_bound[k] = state_.at_bound[k][lane] > 0.0;
      minimum.mean[k] = mean_[k][lane];
      minimum.along[k] = along_[k][lane];
    }
  }

  using Row = std::array<double, width>;

  std::span<const SigmoidJob> jobs_;
  std::span<SigmoidMinimum> minima_;
  lanes::Settings settings_;
  Columns columns_{};
  double* log_cycles_ = nullptr;
  double* fluorescence_ = nullptr;
  std::size_t rows_ = 0;
  RowRange range_{};
  std::size_t next_ = 0;
  std::size_t active_ = 0;
  std::array<std::size_t, width> job_{};
  lanes::HWY_NAMESPACE::State<N, D> state_;
  alignas(64) Row points_{};
  alignas(64) Row amplitude_{};
  alignas(64) Row mean_shape_{};
  alignas(64) Row shape_square_{};
  alignas(64) std::array<Row, N> mean_{};
  alignas(64) std::array<Row, N> along_{};
};

void run_jobs(int parameters, std::span<const SigmoidJob> jobs, std::span<SigmoidMinimum> minima, int max_iterations,
              SigmoidLanes& memory) {
  using D = hn::ScalableTag<double>;
  if (parameters == 2) {
    Lanes<2, D>(jobs, minima, max_iterations, memory).run();
  } else {
    Lanes<3, D>(jobs, minima, max_iterations, memory).run();
  }
}

const char* name_target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace qpcr::sigmoid
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qpcr {
namespace sigmoid {
HWY_EXPORT(run_jobs);
HWY_EXPORT(name_target);
}  // namespace sigmoid

void fit_sigmoid_jobs(int parameters, std::span<const SigmoidJob> jobs, std::span<SigmoidMinimum> minima,
                      int max_iterations, SigmoidLanes& memory) {
  using namespace sigmoid;
  if (!jobs.empty()) HWY_DYNAMIC_DISPATCH(run_jobs)(parameters, jobs, minima, max_iterations, memory);
}

const char* find_sigmoid_target() {
  using namespace sigmoid;
  return HWY_DYNAMIC_DISPATCH(name_target)();
}

}  // namespace qpcr
#endif
