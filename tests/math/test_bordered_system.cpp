// The bordered solver against one dense solution of the whole system.
#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "libqpcr/math/bordered_system.hpp"

namespace {

using namespace qpcr;

TEST_CASE("elimination block by block is the dense solution") {
  constexpr int own = 3;
  constexpr int blocks = 7;
  constexpr int shared = 4;
  constexpr int size = own * blocks + shared;
  // A dense positive definite matrix with the bordered pattern: JᵀJ of rows that touch one block and the border.
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(blocks * 12, size);
  Eigen::VectorXd observed(rows.rows());
  for (int r = 0; r < rows.rows(); ++r) {
    const int block = r / 12;
    for (int k = 0; k < own; ++k) rows(r, block * own + k) = std::sin(1.0 + (1.7 + 0.6 * k) * r);
    for (int k = 0; k < shared; ++k) rows(r, blocks * own + k) = std::cos(0.3 + 0.9 * r * (k + 1));
    observed(r) = std::sin(0.37 * r);
  }
  const Eigen::MatrixXd matrix = rows.transpose() * rows;
  const Eigen::VectorXd vector = rows.transpose() * observed;
  BorderedSystem<own> system;
  for (const double damping : {0.0, 0.25}) {
    system.reset(blocks, shared);
    for (int i = 0; i < blocks; ++i) {
      const auto n = static_cast<std::size_t>(i);
      system.matrix(n) = matrix.block<own, own>(i * own, i * own);
      system.coupling(n) = matrix.block(i * own, blocks * own, own, shared);
      system.vector(n) = vector.segment<own>(i * own);
    }
    system.shared_matrix() = matrix.bottomRightCorner(shared, shared);
    system.shared_vector() = vector.tail(shared);
    Eigen::MatrixXd damped = matrix;
    damped.diagonal() *= 1.0 + damping;
    const Eigen::VectorXd expected = damped.ldlt().solve(vector);
    REQUIRE(system.solve(damping));
    CHECK((system.shared_solution() - expected.tail(shared)).norm() < 1e-10);
    for (int i = 0; i < blocks; ++i) {
      CHECK((system.solution(static_cast<std::size_t>(i)) - expected.segment<own>(i * own)).norm() < 1e-10);
    }
    const Eigen::VectorXd unit = Eigen::VectorXd::Unit(shared, 1);
    const Eigen::MatrixXd inverse = damped.inverse();
    CHECK((system.multiply_shared_inverse(unit) - inverse.bottomRightCorner(shared, shared).col(1)).norm() < 1e-9);
  }
}

TEST_CASE("a singular system is refused") {
  BorderedSystem<2> system;
  system.reset(1, 1);
  CHECK_FALSE(system.solve(0.0));
}

}  // namespace
