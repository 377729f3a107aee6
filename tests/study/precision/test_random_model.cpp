// Reduced models against dense matrices of the size of the values.
#include <cmath>
#include <numbers>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/crossed_random_model.hpp"
#include "libqpcr/math/nested_random_model.hpp"
#include "libqpcr/math/roots.hpp"
#include "libqpcr/math/variance_components.hpp"
#include "tests/study/precision/precision_designs.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

/// Projections, covariance and restricted likelihood written down as they are defined.
struct Dense {
  Eigen::VectorXd y;
  std::vector<Eigen::MatrixXd> products;     // Z Zᵀ of each term, then I
  std::vector<Eigen::MatrixXd> projections;  // of each sequential sum of squares

  Dense(const std::vector<double>& values, const std::vector<RandomTerm>& terms) {
    const auto n = static_cast<Eigen::Index>(values.size());
    y = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
    Eigen::MatrixXd columns = Eigen::MatrixXd::Ones(n, 1);
    Eigen::MatrixXd before = Eigen::MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n));
    for (const RandomTerm& term : terms) {
      Eigen::MatrixXd z = Eigen::MatrixXd::Zero(n, term.levels);
      for (Eigen::Index i = 0; i < n; ++i) z(i, term.level[static_cast<std::size_t>(i)]) = 1.0;
      products.push_back(z * z.transpose());
      Eigen::MatrixXd joined(n, columns.cols() + z.cols());
      joined << columns, z;
      columns = joined;
      const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(columns);
      const Eigen::MatrixXd q = Eigen::MatrixXd(qr.householderQ()).leftCols(qr.rank());
      projections.push_back(q * q.transpose() - before);
      before = q * q.transpose();
    }
    products.push_back(Eigen::MatrixXd::Identity(n, n));
    projections.push_back(Eigen::MatrixXd::Identity(n, n) - before);
  }

  Eigen::MatrixXd covariance(const Eigen::VectorXd& variances) const {
    Eigen::MatrixXd v = Eigen::MatrixXd::Zero(y.size(), y.size());
    for (std::size_t i = 0; i < products.size(); ++i) v += variances[static_cast<Eigen::Index>(i)] * products[i];
    return v;
  }

  RestrictedLikelihood likelihood(const Eigen::VectorXd& variances) const {
    const auto n = static_cast<double>(y.size());
    const Eigen::MatrixXd v = covariance(variances);
    const Eigen::MatrixXd inverse = v.inverse();
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(y.size());
    const Eigen::VectorXd weighted = inverse * ones;
    const Eigen::MatrixXd q = inverse - weighted * weighted.transpose() / ones.dot(weighted);
    const auto size = static_cast<Eigen::Index>(products.size());
    RestrictedLikelihood found{0.0, Eigen::VectorXd(size), Eigen::VectorXd(size), Eigen::MatrixXd(size, size)};
    found.minus_two_log = (n - 1.0) * std::log(2.0 * std::numbers::pi) +
                          2.0 * Eigen::MatrixXd(v.llt().matrixL()).diagonal().array().log().sum() +
                          std::log(ones.dot(weighted)) - std::log(n) + y.dot(q * y);
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::MatrixXd qi = q * products[static_cast<std::size_t>(i)];
      found.quadratic[i] = y.dot(qi * (q * y));
      found.trace[i] = qi.trace();
      for (Eigen::Index j = 0; j < size; ++j)
        found.information(i, j) = (qi * q * products[static_cast<std::size_t>(j)]).trace();
    }
    return found;
  }
};

void check_near(const Eigen::MatrixXd& found, const Eigen::MatrixXd& wanted, double relative) {
  REQUIRE(found.rows() == wanted.rows());
  REQUIRE(found.cols() == wanted.cols());
  INFO("found\n" << found << "\nwanted\n" << wanted);
  CHECK((found - wanted).cwiseAbs().maxCoeff() <= relative * wanted.cwiseAbs().maxCoeff());
}

void check_model(const RandomModel& model, const Dense& dense, const Eigen::VectorXd& variances) {
  const SequentialSums sums = model.sequential_sums();
  for (std::size_t i = 0; i < dense.projections.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const Eigen::MatrixXd& a = dense.projections[i];
    CHECK(sums.sum_of_squares[row] == Approx(dense.y.dot(a * dense.y)).epsilon(1e-9));
    CHECK(sums.degrees_of_freedom[row] == Approx(a.trace()).margin(1e-9));
    for (std::size_t j = 0; j < dense.products.size(); ++j)
      CHECK(sums.expectation(row, static_cast<Eigen::Index>(j)) ==
            Approx((a * dense.products[j]).trace()).margin(1e-9));
  }
  const Eigen::MatrixXd v = dense.covariance(variances);
  const Eigen::MatrixXd found = model.sums_covariance(variances);
  for (std::size_t i = 0; i < dense.projections.size(); ++i)
    for (std::size_t j = 0; j < dense.projections.size(); ++j) {
      const double wanted = 2.0 * (dense.projections[i] * v * dense.projections[j] * v).trace();
      CHECK(found(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) == Approx(wanted).margin(1e-8));
    }
  const RestrictedLikelihood ours = model.restricted_likelihood(variances);
  const RestrictedLikelihood wanted = dense.likelihood(variances);
  CHECK(ours.minus_two_log == Approx(wanted.minus_two_log).epsilon(1e-10));
  check_near(ours.quadratic, wanted.quadratic, 1e-9);
  check_near(ours.trace, wanted.trace, 1e-10);
  check_near(ours.information, wanted.information, 1e-10);
}

std::vector<double> draw_values(ResamplingStream& stream, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(3.0 * draw_normal(stream) + 30.0);
  return values;
}

/// Sites of unequal days of unequal runs of one to three replicates.
std::vector<RandomTerm> draw_nested(ResamplingStream& stream, std::size_t& count) {
  std::vector<int> site, day, run;
  for (int s = 0; s < 3; ++s) {
    const int days = 2 + static_cast<int>(stream.index(3));
    for (int d = 0; d < days; ++d) {
      const int runs = 1 + static_cast<int>(stream.index(3));
      for (int r = 0; r < runs; ++r) {
        const int replicates = 1 + static_cast<int>(stream.index(3));
        for (int i = 0; i < replicates; ++i) {
          site.push_back(s);
          day.push_back(10 * s + d);
          run.push_back(100 * s + 10 * d + r);
        }
      }
    }
  }
  count = site.size();
  return {make_term(site), make_term(day), make_term(run)};
}

}  // namespace

TEST_CASE("nested terms agree with dense matrices, level by level and crossed", "[random_model]") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    ResamplingStream stream(20261124, seed);
    std::size_t count = 0;
    const std::vector<RandomTerm> terms = draw_nested(stream, count);
    const std::vector<double> values = draw_values(stream, count);
    Eigen::VectorXd variances(4);
    for (Eigen::Index i = 0; i < 4; ++i) variances[i] = 0.1 + 3.0 * draw_uniform(stream);
    if (seed % 3 == 1) variances[1] = 0.0;
    const Dense dense(values, terms);
    check_model(*make_random_model(values, terms), dense, variances);
    std::vector<double> centred = values;
    double mean = 0.0;
    for (const double value : values) mean += value / static_cast<double>(count);
    for (double& value : centred) value -= mean;
    check_model(CrossedRandomModel(centred, mean, terms), dense, variances);
  }
}

TEST_CASE("crossed terms agree with dense matrices", "[random_model]") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    ResamplingStream stream(7, seed);
    std::vector<int> lot, device, day;
    for (int l = 0; l < 3; ++l)
      for (int d = 0; d < 4; ++d)
        for (int k = 0; k < 2; ++k)
          for (std::size_t i = 0; i <= stream.index(3); ++i) {
            lot.push_back(l);
            device.push_back(d);
            day.push_back(100 * l + 10 * d + k);
          }
    const std::vector<RandomTerm> terms{make_term(lot), make_term(device), make_term(day)};
    const std::vector<double> values = draw_values(stream, lot.size());
    Eigen::VectorXd variances(4);
    for (Eigen::Index i = 0; i < 4; ++i) variances[i] = 0.1 + 3.0 * draw_uniform(stream);
    if (seed % 3 == 1) variances[1] = 0.0;
    check_model(*make_random_model(values, terms), Dense(values, terms), variances);
  }
}

TEST_CASE("no term, one level a term and one term", "[random_model]") {
  ResamplingStream stream(3, 0);
  const std::vector<double> values = draw_values(stream, 9);
  Eigen::VectorXd one(1);
  one << 1.7;
  check_model(*make_random_model(values, {}), Dense(values, {}), one);
  const std::vector<RandomTerm> terms{make_term({0, 0, 0, 0, 1, 1, 2, 2, 2})};
  Eigen::VectorXd two(2);
  two << 0.9, 2.1;
  check_model(*make_random_model(values, terms), Dense(values, terms), two);
}

TEST_CASE("the restricted likelihood is maximised where a dense search finds it", "[random_model][reml]") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    ResamplingStream stream(11, seed);
    std::vector<int> day;
    std::vector<double> values;
    for (int d = 0; d < 5; ++d) {
      const double effect = 1.5 * draw_normal(stream);
      for (std::size_t i = 0; i <= 1 + stream.index(3); ++i) {
        day.push_back(d);
        values.push_back(effect + draw_normal(stream));
      }
    }
    const std::vector<RandomTerm> terms{make_term(day)};
    const Dense dense(values, terms);
    const auto n = static_cast<double>(values.size());
    // The error variance that goes best with a ratio is yᵀQy/(n − 1) at that ratio.
    const auto error_at = [&](double ratio) {
      Eigen::VectorXd variances(2);
      variances << ratio, 1.0;
      const RestrictedLikelihood at = dense.likelihood(variances);
      return (ratio * at.quadratic[0] + at.quadratic[1]) / (n - 1.0);
    };
    const auto profile = [&](double ratio) {
      Eigen::VectorXd variances(2);
      variances << ratio * error_at(ratio), error_at(ratio);
      return dense.likelihood(variances).minus_two_log;
    };
    const double ratio = find_minimum(profile, 0.0, 30.0);
    const RemlFit fit = fit_reml(*make_random_model(values, terms));
    REQUIRE(fit.fault == ComponentFault::none);
    CHECK(fit.converged);
    CHECK(fit.minus_two_log <= profile(ratio) + 1e-9);
    CHECK(fit.variances[1] == Approx(error_at(ratio)).epsilon(1e-4));
    CHECK(fit.variances[0] == Approx(ratio * error_at(ratio)).epsilon(1e-4).margin(1e-4));
  }
}

TEST_CASE("a model refuses what it cannot hold", "[random_model]") {
  const std::vector<double> values{1.0, 2.0, 3.0};
  CHECK_THROWS_AS(make_random_model(std::vector<double>{1.0}, {}), Error);
  CHECK_THROWS_AS(make_random_model(std::vector<double>{1.0, std::nan("")}, {}), Error);
  CHECK_THROWS_AS(make_random_model(std::vector<double>{1.0, INFINITY}, {}), Error);
  CHECK_THROWS_AS(make_random_model(values, {{{0, 1}, 2}}), Error);
  CHECK_THROWS_AS(make_random_model(values, {{{0, 1, 2}, 2}}), Error);
  CHECK_THROWS_AS(make_random_model(values, {{{0, -1, 1}, 2}}), Error);
  CHECK_THROWS_AS(make_random_model(values, {{{0, 0, 1}, 3}}), Error);
}

TEST_CASE("terms that are not nested are refused beyond the size of a dense matrix", "[random_model]") {
  std::vector<double> values;
  RandomTerm a{{}, 3000};
  RandomTerm b{{}, 3000};
  for (int i = 0; i < 6000; ++i) {
    values.push_back(i % 7);
    a.level.push_back(i % 3000);
    b.level.push_back((i / 2) % 3000);
  }
  CHECK_THROWS_AS(make_random_model(values, {a, b}), Error);
}
