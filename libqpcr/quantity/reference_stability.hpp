// Which candidate reference genes are stable over samples: geNorm, NormFinder and BestKeeper.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpcr {

/// Expression of genes in samples on the log2 scale (for Cq: −Cq·log2 of the growth per cycle).
struct ExpressionTable {
  std::vector<std::string> genes;
  std::vector<std::string> samples;
  std::vector<double> log2_quantities;  ///< sample by sample, one value a gene; NaN where missing
  std::vector<std::string> groups;      ///< one entry a sample; empty where the samples are one group

  double at(std::size_t sample, std::size_t gene) const { return log2_quantities[sample * genes.size() + gene]; }
  /// @throws Error invalid_value for arrays that do not fit, duplicate_entry for a gene or sample named twice.
  void validate() const;
};

/// Means of Cq to log2 expression, growth one per gene. @throws Error invalid_value.
ExpressionTable derive_expression_table(std::vector<std::string> genes, std::vector<std::string> samples,
                                        std::span<const double> cq_cycles, std::span<const double> growth_fold);

struct GeNormGene {
  std::string gene;
  double m = 0.0;  ///< among all genes: mean over the others of the SD of the log2 ratio; NaN with fewer than 2 samples
};

/// One step of the exclusion.
struct GeNormStep {
  std::size_t genes = 0;  ///< still in
  double mean_m = 0.0;    ///< over them
  std::string excluded;   ///< the least stable of them, dropped next; empty for the last pair
  std::optional<double>
      pairwise_variation;   ///< V of genes − 1 against genes normalisation factors; absent for the pair
  std::size_t samples = 0;  ///< complete in all of them, on which the variation rests
};

struct GeNorm {
  std::vector<GeNormGene> genes;     ///< in the table's order
  std::vector<GeNormStep> steps;     ///< from all genes down to the last two
  std::vector<std::string> ranking;  ///< most stable first; the first two cannot be ranked against each other
};

/// Vandesompele 2002 (10.1186/gb-2002-3-7-research0034). A pair is compared over the samples that have both genes.
/// Where two genes are equally unstable, the later in the table goes first.
/// @throws Error invalid_value with fewer than 3 genes, or a pair of genes with fewer than 2 samples in common.
GeNorm estimate_genorm(const ExpressionTable& table);

struct NormFinderGene {
  std::string gene;
  std::vector<double> group_variances;    ///< intra-group, log2²; estimates below 0 are set to 0
  std::vector<double> group_differences;  ///< inter-group, shrunk; empty with one group
  double stability = 0.0;                 ///< smaller is more stable
};

struct NormFinder {
  std::vector<std::string> groups;    ///< in the order of first appearance; one unnamed for a table without groups
  std::vector<NormFinderGene> genes;  ///< in the table's order
  double difference_variance = 0.0;   ///< γ² of the inter-group differences; 0 with one group
  std::size_t samples_used = 0;
  std::vector<std::string> samples_left_out;  ///< with a missing gene
  bool variance_was_negative = false;         ///< a variance estimate was below 0: too few samples or genes
};

/// Andersen 2004 (10.1158/0008-5472.CAN-04-0496). One group: stability is the intra-group SD. Several: mean over the
/// groups of |shrunk difference| + its standard deviation.
/// @throws Error invalid_value with fewer than 3 genes, or a group with fewer than 3 complete samples.
NormFinder estimate_normfinder(const ExpressionTable& table);

struct BestKeeperGene {
  std::string gene;
  int samples = 0;
  double geometric_mean_cq_cycles = 0.0;
  double mean_cq_cycles = 0.0;
  double minimum_cq_cycles = 0.0;
  double maximum_cq_cycles = 0.0;
  double sd_cycles = 0.0;
  double mean_absolute_deviation_cycles = 0.0;  ///< what BestKeeper's tables call "std dev [± CP]"
  double variation_percent = 0.0;               ///< mean absolute deviation over the mean
  double index_correlation = 0.0;               ///< Pearson, with the index; NaN with fewer than 3 samples
  std::optional<double> correlation_p_value;    ///< two-sided
  bool is_unstable = false;                     ///< mean absolute deviation above 1 cycle (Pfaffl 2004)
};

struct BestKeeper {
  std::vector<double> index_cq_cycles;  ///< geometric mean over the genes; NaN for a sample with a missing gene
  std::vector<BestKeeperGene> genes;
};

/// Pfaffl 2004 (10.1023/B:BILE.0000019559.84305.47), on Cq, sample by sample, one value a gene; NaN where missing.
/// @throws Error invalid_value for arrays that do not fit, no genes, or a Cq that is not positive.
BestKeeper estimate_bestkeeper(const std::vector<std::string>& genes, const std::vector<std::string>& samples,
                               std::span<const double> cq_cycles);

}  // namespace qpcr
