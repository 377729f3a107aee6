// Moments and shapes of the random numbers against theory, and the standard's own check value of the engine.
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/simulate/random.hpp"

namespace {

using qpcr::RandomStream;

struct Moments {
  double mean = 0;
  double variance = 0;
  double skewness = 0;
  double kurtosis = 0;
};

template <class Draw>
Moments measure(int count, Draw draw) {
  std::vector<double> values;
  Moments result;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<double>(draw()));
  for (const double value : values) result.mean += value / count;
  double third = 0;
  double fourth = 0;
  for (const double value : values) {
    const double d = value - result.mean;
    result.variance += d * d / count;
    third += d * d * d / count;
    fourth += d * d * d * d / count;
  }
  result.skewness = third / std::pow(result.variance, 1.5);
  result.kurtosis = fourth / (result.variance * result.variance);
  return result;
}

constexpr int draws = 200'000;
/// Five standard errors of a mean.
double tolerance(double variance) { return 5 * std::sqrt(variance / draws); }

TEST_CASE("The engine is the standard's") {
  std::mt19937_64 engine;  // ISO C++ [rand.predef]: the 10000th value of a default-constructed mt19937_64
  engine.discard(9999);
  CHECK(engine() == 9981545732273789042ULL);
}

TEST_CASE("Uniform numbers") {
  RandomStream random(1, 1);
  bool inside = true;
  const Moments m = measure(draws, [&] {
    const double u = random.uniform();
    inside = inside && u >= 0 && u < 1;
    return u;
  });
  CHECK(inside);
  CHECK(std::abs(m.mean - 0.5) < tolerance(1.0 / 12));
  CHECK(std::abs(m.variance - 1.0 / 12) < 0.001);
}

TEST_CASE("Normal numbers") {
  RandomStream random(2, 1);
  int beyond = 0;
  const Moments m = measure(draws, [&] {
    const double z = random.normal();
    beyond += std::abs(z) > 1.959963984540054 ? 1 : 0;
    return z;
  });
  CHECK(std::abs(m.mean) < tolerance(1));
  CHECK(std::abs(m.variance - 1) < tolerance(2));
  CHECK(std::abs(m.skewness) < tolerance(6));
  CHECK(std::abs(m.kurtosis - 3) < tolerance(24));
  CHECK(std::abs(beyond - 0.05 * draws) < 5 * std::sqrt(0.05 * 0.95 * draws));
}

TEST_CASE("Poisson numbers of small, middle and large mean") {
  for (const double lambda : {0.01, 0.3, 3.0, 15.9, 16.0, 16.1, 40.0, 1500.0}) {
    RandomStream random(3, static_cast<std::uint64_t>(lambda * 100));
    const int count = lambda > 100 ? 20'000 : draws;
    int zeros = 0;
    const Moments m = measure(count, [&] {
      const long k = random.poisson(lambda);
      zeros += k == 0 ? 1 : 0;
      return k;
    });
    INFO("lambda " << lambda);
    CHECK(std::abs(m.mean - lambda) < 5 * std::sqrt(lambda / count));
    // Variance of the sample variance of a Poisson number: (λ + 2 λ²) / n.
    CHECK(std::abs(m.variance - lambda) < 5 * std::sqrt((lambda + 2 * lambda * lambda) / count));
    const double p0 = std::exp(-lambda);
    CHECK(std::abs(zeros - p0 * count) < 5 * std::sqrt(p0 * (1 - p0) * count) + 1);
  }
  RandomStream random(3, 0);
  CHECK(random.poisson(0) == 0);
}

TEST_CASE("Poisson frequencies fit by chi-square") {
  RandomStream random(4, 1);
  constexpr double lambda = 2.5;
  std::array<double, 9> observed{};
  for (int i = 0; i < draws; ++i) observed[static_cast<std::size_t>(std::min(random.poisson(lambda), 8L))] += 1;
  double chi_square = 0;
  double probability = std::exp(-lambda);
  double rest = 1;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    const double expected = draws * (k + 1 == observed.size() ? rest : probability);
    chi_square += (observed[k] - expected) * (observed[k] - expected) / expected;
    rest -= probability;
    probability *= lambda / static_cast<double>(k + 1);
  }
  CHECK(chi_square < 26.12);  // 99.9 % of χ² with 8 degrees of freedom
}

TEST_CASE("Binomial numbers") {
  for (const double p : {0.0, 0.1, 0.95, 1.0}) {
    RandomStream random(5, static_cast<std::uint64_t>(p * 100));
    const Moments m = measure(20'000, [&] { return random.binomial(37, p); });
    CHECK(std::abs(m.mean - 37 * p) <= 5 * std::sqrt(37 * p * (1 - p) / 20'000) + 1e-9);
    CHECK(std::abs(m.variance - 37 * p * (1 - p)) <= 0.05 * 37 * p * (1 - p) + 1e-9);
  }
}

TEST_CASE("Streams repeat themselves and differ from each other") {
  RandomStream a(7, 1);
  RandomStream again(7, 1);
  RandomStream other_stream(7, 2);
  RandomStream other_seed(8, 1);
  double correlation_stream = 0;
  double correlation_seed = 0;
  bool same = true;
  for (int i = 0; i < 10'000; ++i) {
    const double u = a.uniform();
    same = same && u == again.uniform();
    correlation_stream += (u - 0.5) * (other_stream.uniform() - 0.5) * 12 / 10'000;
    correlation_seed += (u - 0.5) * (other_seed.uniform() - 0.5) * 12 / 10'000;
  }
  CHECK(same);
  CHECK(std::abs(correlation_stream) < 0.05);
  CHECK(std::abs(correlation_seed) < 0.05);
}

TEST_CASE("Meaningless parameters are refused") {
  RandomStream random(1, 1);
  CHECK_THROWS_AS(random.poisson(-1), qpcr::Error);
  CHECK_THROWS_AS(random.poisson(NAN), qpcr::Error);
  CHECK_THROWS_AS(random.poisson(1e8), qpcr::Error);
  CHECK_THROWS_AS(random.binomial(-1, 0.5), qpcr::Error);
  CHECK_THROWS_AS(random.binomial(1, 1.5), qpcr::Error);
  CHECK_THROWS_AS(random.index(0), qpcr::Error);
}

}  // namespace
