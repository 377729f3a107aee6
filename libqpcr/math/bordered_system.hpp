// Normal equations of many blocks of parameters that meet only in a few shared ones, solved block by block.
#pragma once

#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace qpcr {

/// Each block i has N parameters of its own with matrix Aᵢ, coupled by Cᵢ to the shared parameters with matrix S:
///
///     Aᵢ·xᵢ + Cᵢ·y = aᵢ          Σ Cᵢᵀ·xᵢ + S·y = s
///
/// The blocks are eliminated (Schur complement; Golub & Van Loan, Matrix Computations, section 4.2), so that the work
/// grows linearly with their number. Memory is reused from one problem to the next.
template <int N>
class BorderedSystem {
 public:
  using OwnMatrix = Eigen::Matrix<double, N, N>;
  using OwnVector = Eigen::Matrix<double, N, 1>;
  using Coupling = Eigen::Matrix<double, N, Eigen::Dynamic>;

  /// An all-zero system.
  void reset(std::size_t blocks, int shared) {
    blocks_.resize(blocks);
    for (auto& block : blocks_) {
      block.matrix.setZero();
      block.vector.setZero();
      block.coupling.setZero(N, shared);
    }
    shared_matrix_.setZero(shared, shared);
    shared_vector_.setZero(shared);
  }

  OwnMatrix& matrix(std::size_t block) { return blocks_[block].matrix; }
  OwnVector& vector(std::size_t block) { return blocks_[block].vector; }
  Coupling& coupling(std::size_t block) { return blocks_[block].coupling; }
  Eigen::MatrixXd& shared_matrix() { return shared_matrix_; }
  Eigen::VectorXd& shared_vector() { return shared_vector_; }

  /// Solves with every diagonal multiplied by 1 + damping (Marquardt 1963, 10.1137/0111030).
  /// @return false where a matrix is not positive definite; the solution is then meaningless.
  bool solve(double damping) {
    reduced_ = shared_matrix_;
    reduced_.diagonal() *= 1.0 + damping;
    reduced_vector_ = shared_vector_;
    for (auto& block : blocks_) {
      OwnMatrix damped = block.matrix;
      damped.diagonal() *= 1.0 + damping;
      block.factor.compute(damped);
      if (block.factor.info() != Eigen::Success) return false;
      OwnVector half = block.vector;
      block.factor.matrixL().solveInPlace(half);
      eliminate(block, half);
    }
    shared_factor_.compute(reduced_.template selfadjointView<Eigen::Lower>());
    if (shared_factor_.info() != Eigen::Success) return false;
    shared_solution_ = shared_factor_.solve(reduced_vector_);
    for (auto& block : blocks_) {
      block.solution = block.factor.solve(block.vector - block.coupling * shared_solution_);
    }
    return shared_solution_.allFinite();
  }

  const Eigen::VectorXd& shared_solution() const { return shared_solution_; }
  const OwnVector& solution(std::size_t block) const { return blocks_[block].solution; }

  /// Product of the inverse of the reduced shared matrix (the covariance of the shared parameters when the system is
  /// one of weighted normal equations) with a vector. After solve().
  Eigen::VectorXd multiply_shared_inverse(const Eigen::VectorXd& vector) const { return shared_factor_.solve(vector); }

  /// What a block alone contributes to the right side of the reduced system, given its part of shared_vector(). After
  /// solve().
  Eigen::VectorXd reduce(std::size_t block, const Eigen::VectorXd& part) const {
    return part - blocks_[block].coupling.transpose() * blocks_[block].factor.solve(blocks_[block].vector);
  }

 private:
  struct Block {
    OwnMatrix matrix;
    OwnVector vector;
    OwnVector solution;
    Coupling coupling;
    Eigen::LLT<OwnMatrix> factor;
  };

  /// Takes a block's part out of the reduced system: Hᵀ·H with H = L⁻¹·C, over the columns that C has.
  void eliminate(const Block& block, const OwnVector& half) {
    const Eigen::Index shared = shared_matrix_.rows();
    Eigen::Index first = 0;
    Eigen::Index end = shared;
    while (first < end && block.coupling.col(first).isZero(0.0)) ++first;
    while (end > first && block.coupling.col(end - 1).isZero(0.0)) --end;
    half_coupling_.resize(shared, N);
    const OwnMatrix lower = block.factor.matrixL();
    const OwnVector inverse_diagonal = lower.diagonal().cwiseInverse();
    for (Eigen::Index column = first; column < end; ++column) {
      double down = 0.0;
      for (int i = 0; i < N; ++i) {
        double value = block.coupling(i, column);
        for (int k = 0; k < i; ++k) value -= lower(i, k) * half_coupling_(column, k);
        value *= inverse_diagonal(i);
        half_coupling_(column, i) = value;
        down += value * half(i);
      }
      reduced_vector_(column) -= down;
    }
    for (Eigen::Index column = first; column < end; ++column) {
      double* const target = &reduced_(0, column);
      for (int k = 0; k < N; ++k) {
        const double factor = half_coupling_(column, k);
        const double* const source = &half_coupling_(0, k);
        for (Eigen::Index row = column; row < end; ++row) target[row] -= factor * source[row];
      }
    }
  }

  std::vector<Block> blocks_;
  Eigen::MatrixXd shared_matrix_;
  Eigen::MatrixXd reduced_;
  Eigen::VectorXd shared_vector_;
  Eigen::VectorXd reduced_vector_;
  Eigen::VectorXd shared_solution_;
  Eigen::Matrix<double, Eigen::Dynamic, N> half_coupling_;  ///< of one block: Hᵀ
  Eigen::LLT<Eigen::MatrixXd> shared_factor_;
};

}  // namespace qpcr
