// The sections of the accuracy benchmark, built from scores.
#pragma once

#include <vector>

#include "apps/qpcr/benchmark_score.hpp"
#include "apps/qpcr/benchmark_tables.hpp"

namespace qpcr::apps {

/// What one target of one method reached, for the tables by target; expected_ratio of the series.
struct TargetTable {
  const SetScore* score = nullptr;
  const PeerIndicators* published = nullptr;  ///< rows of the same targets computed elsewhere; null: none
  std::vector<TargetIndicators> rows;         ///< ours for every target, then the published or the peers'
  std::vector<MethodRank> peer_ranks;         ///< peers among themselves
  struct Ours {
    std::string method;
    MethodRank rank;       ///< this method alone among the peers
    MethodRank best_peer;  ///< the best peer of that ranking
    double fold_bias = 0.0;
    double ms_deviation = 0.0;  ///< medians over targets
    double ms_within = 0.0;
    double detectable_difference = 0.0;
    double slope_mean = 0.0;
    double slope_sd = 0.0;
    long lost = 0;
    bool without_standard_curve = false;
  };
  std::vector<Ours> ours;
};

/// Everything that the tables and the goals are made of.
struct BenchmarkScores {
  std::vector<SetScore> sets;
  std::vector<TargetTable> targets;
  /// One for each set with one series; empty where there is nothing to compare with.
  std::vector<std::vector<PairedScore>> paired;
  std::vector<std::vector<LabelScore>> labels;         ///< one for each set
  std::vector<std::vector<AgreementScore>> agreement;  ///< one for each set
  std::vector<std::vector<FitAgreement>> fits;         ///< one for each set
};

/// Sums scores up over targets and ranks them; `sets` must outlive the result.
BenchmarkScores combine_scores(std::vector<SetScore> sets, const BenchmarkPeers& peers,
                               const PairedBootstrapOptions& bootstrap);

BenchmarkSection build_replicate_series_section(const BenchmarkScores& scores);
BenchmarkSection build_paired_section(const BenchmarkScores& scores, const PairedBootstrapOptions& bootstrap);
BenchmarkSection build_target_section(const BenchmarkScores& scores);
BenchmarkSection build_replicates_section(const BenchmarkScores& scores);
BenchmarkSection build_label_section(const BenchmarkScores& scores);
BenchmarkSection build_blank_section(const BenchmarkScores& scores);
BenchmarkSection build_agreement_section(const BenchmarkScores& scores);
/// What the project set out to reach, met or missed by how much, and by which method.
BenchmarkSection build_goal_section(const BenchmarkScores& scores);

}  // namespace qpcr::apps
