// Batches of sigmoid fits: the bits of the single fit for any size, order, thread and vector target; no memory per
// curve.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/analysis_batch.hpp"
#include "libqpcr/curve/baseline_window.hpp"
#include "libqpcr/curve/registration.hpp"
#include "libqpcr/curve/sigmoid_batch.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "tests/curve/curve_data.hpp"

namespace {
std::atomic<long> allocations{0};
}  // namespace

#ifndef QPCR_INSTRUMENTED
// The address sanitizer pairs its own forms of new and delete; the count stays 0 under it. Inlined in part, g++ takes
// them for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace {

using namespace qpcr;
using test::Random;

/// Amplified, late, noisy, flat, gapped and short curves in turn.
std::vector<AmplificationCurve> make_mixed(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<AmplificationCurve> curves;
  for (std::size_t i = 0; i < count; ++i) {
    test::Shape shape;
    shape.e = 14.0 + 24.0 * random.uniform();
    shape.b = -shape.e * (0.4 + 0.4 * random.uniform());
    shape.f = std::exp(1.2 * random.normal());
    shape.slope_per_cycle = 0.3 * random.normal();
    shape.noise_sd = std::exp(3.0 * random.uniform());
    if (i % 9 == 5) shape.d = shape.c;
    if (i % 9 == 7) shape.e = 44.0;
    AmplificationCurve curve = test::make_curve(shape, i % 11 == 3 ? 60 : i % 7 == 2 ? 38 : 45, random);
    if (i % 5 == 1) curve.fluorescence[i % 30] = std::numeric_limits<double>::quiet_NaN();
    curves.push_back(std::move(curve));
  }
  return curves;
}

std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& curves) {
  std::vector<CurveView> views;
  for (const auto& curve : curves) views.push_back(to_view(curve));
  return views;
}

SigmoidOptions with_model(SigmoidModel model) {
  SigmoidOptions options;
  options.model = model;
  return options;
}

constexpr SigmoidModel both_models[] = {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5};

void add_bits(std::uint64_t& hash, double value) {
  hash = (hash ^ (std::isnan(value) ? 1u : std::bit_cast<std::uint64_t>(value))) * 0x100000001b3u;
}

/// Every number of a fit in one.
std::uint64_t digest(const SigmoidFit& fit) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const double value :
       {fit.b, fit.c, fit.d, fit.e, fit.f, fit.residual_sum_of_squares, static_cast<double>(fit.status),
        static_cast<double>(fit.points), static_cast<double>(fit.iterations), fit.gompertz_limit ? 1.0 : 0.0})
    add_bits(hash, value);
  for (const double value : fit.standard_errors) add_bits(hash, value);
  for (const auto& row : fit.shape_covariance) {
    for (const double value : row) add_bits(hash, value);
  }
  for (const auto& cycle : {derive_first_derivative_maximum(fit), derive_second_derivative_maximum(fit)}) {
    add_bits(hash, cycle ? cycle->cycle : -1.0);
    add_bits(hash, cycle ? cycle->standard_error_cycles : -1.0);
  }
  return hash;
}

std::vector<std::uint64_t> digest_all(std::span<const SigmoidFit> fits) {
  std::vector<std::uint64_t> digests;
  for (const SigmoidFit& fit : fits) digests.push_back(digest(fit));
  return digests;
}

TEST_CASE("a batch is the single fit of each curve, bit for bit, in any order and with any neighbours") {
  const auto curves = make_mixed(1'300, 11);
  const auto views = to_views(curves);
  for (const SigmoidModel model : both_models) {
    const SigmoidOptions options = with_model(model);
    std::vector<std::uint64_t> single;
    for (const CurveView& view : views) single.push_back(digest(fit_sigmoid(view, options)));
    SigmoidBatch batch;
    std::vector<SigmoidFit> fits(views.size());
    batch.fit(views, options, fits);
    CHECK(digest_all(fits) == single);
    const std::vector<CurveView> reversed(views.rbegin(), views.rend());
    batch.fit(reversed, options, fits);
    std::reverse(fits.begin(), fits.end());
    CHECK(digest_all(fits) == single);
    for (const std::size_t size : {2u, 3u, 5u, 97u}) {
      for (std::size_t first = 0; first < views.size(); first += size) {
        const std::size_t count = std::min<std::size_t>(size, views.size() - first);
        batch.fit(std::span(views).subspan(first, count), options, std::span(fits).subspan(first, count));
      }
      CHECK(digest_all(fits) == single);
    }
  }
}

TEST_CASE("fits are the same on every vector target and number of threads") {
  // A million in tests/slow.sh.
  const char* const asked = std::getenv("QPCR_IDENTITY_CURVES");
  const std::size_t total = asked != nullptr ? std::stoul(asked) : 12'000;
  constexpr std::size_t part = 50'000;
  std::size_t amplified = 0;
  for (std::size_t first = 0; first < total; first += part) {
    const auto curves = make_mixed(std::min(part, total - first), 100 + first);
    const auto views = to_views(curves);
    for (const SigmoidModel model : both_models) {
      const SigmoidOptions options = with_model(model);
      std::vector<SigmoidFit> fits(views.size());
      fit_sigmoid_batch(views, options, fits, 1);
      const auto expected = digest_all(fits);
      for (const SigmoidFit& fit : fits) amplified += fit.status == FitStatus::converged ? 1u : 0u;
      fit_sigmoid_batch(views, options, fits, 2);
      CHECK(digest_all(fits) == expected);
      constexpr std::int64_t fused = HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL;
      for (const std::int64_t target : {HWY_SCALAR, HWY_SSSE3, HWY_SSE4, HWY_AVX2, HWY_AVX3, HWY_AVX3_DL}) {
        hwy::SetSupportedTargetsForTest(0);
        // What the processor has and the compiler made: Highway leaves AVX3_DL out unless asked for.
        if (target != HWY_SCALAR && (hwy::SupportedTargets() & HWY_TARGETS & target) == 0) continue;
        hwy::SetSupportedTargetsForTest(target);
        CAPTURE(hwy::TargetName(target));
        if (target != HWY_SCALAR) CHECK(hwy::TargetName(target) == std::string(find_sigmoid_target()));
        // Targets without a fused instruction call the C library's: fewer curves will do where time counts.
        const std::size_t count = asked != nullptr || (target & fused) != 0 ? views.size() : views.size() / 5;
        std::fill_n(fits.begin(), count, SigmoidFit{});
        fit_sigmoid_batch(std::span(views).first(count), options, std::span(fits).first(count), 2);
        CHECK(digest_all(fits) == expected);
      }
      hwy::SetSupportedTargetsForTest(0);
    }
  }
  CHECK(amplified > total);
}

TEST_CASE("a batch allocates nothing once its memory is there") {
  const auto curves = make_mixed(2'000, 12);
  const auto views = to_views(curves);
  std::vector<SigmoidFit> fits(views.size());
  SigmoidBatch batch;
  for (const SigmoidModel model : both_models) {
    batch.fit(views, with_model(model), fits);
    const long before = allocations;
    batch.fit(views, with_model(model), fits);
    CHECK(allocations - before == 0);
  }
}

TEST_CASE("bad readings give a status or an error, never a made-up number") {
  Random random(13);
  const AmplificationCurve good = test::make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 3.0}, 45, random);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<AmplificationCurve> curves(9, good);
  for (double& value : curves[0].fluorescence) value = 0.0;
  for (double& value : curves[1].fluorescence) value = 1e308;
  for (double& value : curves[2].fluorescence) value *= 1e305;
  for (double& value : curves[3].fluorescence) value = -value;
  for (double& value : curves[4].fluorescence) value = infinity;
  for (double& value : curves[5].fluorescence) value = std::min(value, 400.0);
  std::reverse(curves[6].cycles.begin(), curves[6].cycles.end());
  curves[7].cycles = {1, 2, 3, 4};
  curves[7].fluorescence = {1, 2, 4, 8};
  for (double& value : curves[8].fluorescence) value *= 1e-310;
  for (const SigmoidModel model : both_models) {
    std::vector<SigmoidFit> fits(curves.size());
    fit_sigmoid_batch(to_views(curves), with_model(model), fits, 1);
    CHECK(fits[0].status == FitStatus::degenerate);
    CHECK(fits[1].status == FitStatus::degenerate);
    CHECK(fits[4].status == FitStatus::too_few_points);
    CHECK(fits[7].status == FitStatus::too_few_points);
    for (const SigmoidFit& fit : fits) {
      if (fit.status != FitStatus::converged) continue;
      CHECK(std::isfinite(fit.b));
      CHECK(std::isfinite(fit.c));
      CHECK(std::isfinite(fit.d));
      CHECK(std::isfinite(fit.standard_errors[0]));
    }
  }
  std::vector<SigmoidFit> too_few(3);
  CHECK_THROWS_AS(fit_sigmoid_batch(to_views(curves), {}, too_few, 1), Error);
  curves[0].cycles.pop_back();
  std::vector<SigmoidFit> fits(curves.size());
  CHECK_THROWS_AS(fit_sigmoid_batch(to_views(curves), {}, fits, 2), Error);
}

TEST_CASE("a run of 65 536 cycles is fitted beside short ones") {
  Random random(14);
  std::vector<AmplificationCurve> curves = make_mixed(6, 15);
  curves.push_back(test::make_curve({-9.0, 100.0, 1100.0, 30000.0, 1.0, 0.0, 3.0}, 65'536, random));
  std::vector<SigmoidFit> fits(curves.size());
  fit_sigmoid_batch(to_views(curves), {}, fits, 1);
  CHECK(fits.back().points == 65'536);
  CHECK(fits.back().status == FitStatus::converged);
  CHECK(fits.back().e == Approx(30000.0).epsilon(1e-3));
  CHECK(digest(fits[0]) == digest(fit_sigmoid(to_view(curves[0]), {})));
}

TEST_CASE("scaling, shifting the level and stretching the cycles change a fit as they must") {
  for (const AmplificationCurve& curve : make_mixed(60, 16)) {
    for (const SigmoidModel model : both_models) {
      const SigmoidFit fit = fit_sigmoid(to_view(curve), with_model(model));
      const auto cycle = derive_second_derivative_maximum(fit);
      if (fit.status != FitStatus::converged || !cycle || cycle->standard_error_cycles > 0.5) continue;
      AmplificationCurve changed = curve;
      for (double& value : changed.fluorescence) value = 3.0 * value + 500.0;
      for (double& value : changed.cycles) value *= 2.0;
      const SigmoidFit other = fit_sigmoid(to_view(changed), with_model(model));
      REQUIRE(derive_second_derivative_maximum(other));
      const double tolerance = 1e-3 * cycle->standard_error_cycles;
      CHECK(derive_second_derivative_maximum(other)->cycle == Approx(2.0 * cycle->cycle).margin(2.0 * tolerance));
      CHECK(other.residual_sum_of_squares == Approx(9.0 * fit.residual_sum_of_squares).epsilon(1e-8));
    }
  }
}

}  // namespace

TEST_CASE("analysis and registration allocate nothing once their memory has grown") {
  Random random(5);
  std::vector<AmplificationCurve> curves;
  for (int i = 0; i < 300; ++i) {
    test::Shape shape;
    shape.e = 15.0 + 22.0 * random.uniform();
    shape.b = -0.6 * shape.e;
    shape.noise_sd = 3.0;
    shape.slope_per_cycle = i % 20 == 3 ? -10.0 : 0.3;
    if (i % 20 == 7) shape.d = shape.c;
    curves.push_back(test::make_curve(shape, 45, random));
    if (i % 20 == 11) curves.back().fluorescence[8] += 900.0;
  }
  std::vector<CurveView> views;
  for (const AmplificationCurve& curve : curves) views.push_back(to_view(curve));
  AnalysisBatch batch;
  batch.analyse(views);
  const CurveRegistrar registrar(learn_from_analysis(batch));
  REQUIRE(is_usable(registrar.shape().status));
  std::size_t found = 0;
  std::size_t baselines = 0;
  const long before = allocations;
  batch.analyse(views);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    found += registrar.register_analysed(batch[i]).status == RegistrationStatus::found ? 1u : 0u;
    baselines += std::isfinite(estimate_baseline(batch[i], views[i].kind, {}).intercept) ? 1u : 0u;
  }
  const long during = allocations - before;
  CHECK(during == 0);
  CHECK(found > 250);
  CHECK(baselines == batch.size());
}
