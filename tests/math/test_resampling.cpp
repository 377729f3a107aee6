// Resampling: draws that depend on seed and replicate alone, each index as likely as the others, quantiles by hand.
#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/resampling.hpp"

namespace {

using qpcr::ResamplingStream;

TEST_CASE("a replicate's draws depend on seed and replicate alone") {
  std::vector<std::size_t> alone;
  ResamplingStream stream(42, 7);
  for (int i = 0; i < 50; ++i) alone.push_back(stream.index(1000));
  ResamplingStream other(42, 6);
  ResamplingStream again(42, 7);
  int equal = 0;
  for (int i = 0; i < 50; ++i) {
    if (other.index(1000) == alone[static_cast<std::size_t>(i)]) ++equal;
    CHECK(again.index(1000) == alone[static_cast<std::size_t>(i)]);
  }
  CHECK(equal < 5);
  CHECK(ResamplingStream(43, 7).bits() != ResamplingStream(42, 7).bits());
}

TEST_CASE("the first bits are SplitMix64's") {
  // SplitMix64 from state s gives mix(s + γ), mix(s + 2γ), …; the state is made of seed and replicate by the same mix.
  const auto mix = [](std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  };
  // Published first output of SplitMix64 from state 0.
  CHECK(mix(0x9E3779B97F4A7C15ULL) == 0xE220A8397B1DCDAFULL);
  ResamplingStream stream(0, 0);
  CHECK(stream.bits() == mix(mix(0xE220A8397B1DCDAFULL) + 0x9E3779B97F4A7C15ULL));
}

TEST_CASE("every index is as likely as every other") {
  constexpr std::size_t count = 7;
  constexpr int draws = 70000;
  std::array<int, count> seen{};
  for (int replicate = 0; replicate < 100; ++replicate) {
    ResamplingStream stream(1, static_cast<std::uint64_t>(replicate));
    for (int i = 0; i < draws / 100; ++i) ++seen.at(stream.index(count));
  }
  double chi_squared = 0.0;
  for (const int n : seen) chi_squared += (n - 1e4) * (n - 1e4) / 1e4;
  CHECK(chi_squared < 22.46);  // 99.9 % point with 6 degrees of freedom
  CHECK_THROWS_AS(ResamplingStream(1, 1).index(0), qpcr::Error);
  CHECK(ResamplingStream(1, 1).index(1) == 0);
}

TEST_CASE("quantiles interpolate between order statistics") {
  // R: quantile(c(3, 1, 2, 10), c(0, .25, .5, .9, 1)) = 1, 1.75, 2.5, 7.9, 10.
  std::array<double, 4> values{3.0, 1.0, 2.0, 10.0};
  CHECK(qpcr::quantile_in_place(values, 0.0) == 1.0);
  CHECK(qpcr::quantile_in_place(values, 0.25) == Approx(1.75).epsilon(1e-15));
  CHECK(qpcr::quantile_in_place(values, 0.5) == Approx(2.5).epsilon(1e-15));
  CHECK(qpcr::quantile_in_place(values, 0.9) == Approx(7.9).epsilon(1e-15));
  CHECK(qpcr::quantile_in_place(values, 1.0) == 10.0);
  CHECK(std::isnan(qpcr::quantile_in_place({}, 0.5)));
  CHECK_THROWS_AS(qpcr::quantile_in_place(values, 1.5), qpcr::Error);
}

TEST_CASE("percentile limits leave half of the rest on either side") {
  std::vector<double> values;
  for (int i = 1000; i >= 0; --i) values.push_back(i);
  const qpcr::Interval limits = qpcr::percentile_interval(values, 0.95);
  CHECK(limits.lower == Approx(25.0).epsilon(1e-12));
  CHECK(limits.upper == Approx(975.0).epsilon(1e-12));
  CHECK_THROWS_AS(qpcr::percentile_interval(values, 1.0), qpcr::Error);
}

}  // namespace
