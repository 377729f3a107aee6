// Pairwise ratios, two-way residuals and correlations, each as its paper defines it.
#include "libqpcr/quantity/reference_stability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const std::string& expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

void check_names(const std::vector<std::string>& names, const char* field) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
  if (twin != sorted.end()) refuse(ErrorCode::duplicate_entry, field, *twin, "every name once");
}

void check_size(const char* field, std::size_t found, std::size_t expected) {
  if (found != expected)
    refuse(ErrorCode::invalid_value, field, std::to_string(found), std::to_string(expected) + " values");
}

/// Standard deviation of values that are there; NaN with fewer than two.
double spread(const std::vector<double>& values) {
  if (values.size() < 2) return nan;
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1.0));
}

double ratio_spread(const ExpressionTable& table, std::size_t first, std::size_t second) {
  std::vector<double> ratios;
  for (std::size_t s = 0; s < table.samples.size(); ++s) {
    const double ratio = table.at(s, first) - table.at(s, second);
    if (!std::isnan(ratio)) ratios.push_back(ratio);
  }
  const double result = spread(ratios);
  if (std::isnan(result)) {
    refuse(ErrorCode::invalid_value, "samples", std::to_string(ratios.size()),
           "at least 2 samples with both " + table.genes[first] + " and " + table.genes[second]);
  }
  return result;
}

/// Spread between the normalisation factors of `genes` and of all of them but the last.
void set_variation(const ExpressionTable& table, const std::vector<std::size_t>& genes, GeNormStep& step) {
  std::vector<double> ratios;
  for (std::size_t s = 0; s < table.samples.size(); ++s) {
    double sum = 0.0;
    for (const std::size_t gene : genes) sum += table.at(s, gene);
    if (std::isnan(sum)) continue;
    const auto n = static_cast<double>(genes.size());
    ratios.push_back((sum - table.at(s, genes.back())) / (n - 1.0) - sum / n);
  }
  step.samples = ratios.size();
  if (ratios.size() >= 2) step.pairwise_variation = spread(ratios);
}

}  // namespace

void ExpressionTable::validate() const {
  check_names(genes, "genes");
  check_names(samples, "samples");
  check_size("log2_quantities", log2_quantities.size(), genes.size() * samples.size());
  if (!groups.empty()) check_size("groups", groups.size(), samples.size());
  for (const double value : log2_quantities) {
    if (std::isinf(value))
      refuse(ErrorCode::invalid_value, "log2_quantities", format_double(value), "finite values or NaN");
  }
}

ExpressionTable derive_expression_table(std::vector<std::string> genes, std::vector<std::string> samples,
                                        std::span<const double> cq_cycles, std::span<const double> growth_fold) {
  check_size("growth_fold", growth_fold.size(), genes.size());
  check_size("cq_cycles", cq_cycles.size(), genes.size() * samples.size());
  ExpressionTable table;
  for (std::size_t i = 0; i < cq_cycles.size(); ++i) {
    const double growth = growth_fold[i % genes.size()];
    if (!(growth > 1.0))
      refuse(ErrorCode::invalid_value, "growth_fold", format_double(growth), "fold per cycle above 1");
    table.log2_quantities.push_back(-cq_cycles[i] * std::log2(growth));
  }
  table.genes = std::move(genes);
  table.samples = std::move(samples);
  table.validate();
  return table;
}

GeNorm estimate_genorm(const ExpressionTable& table) {
  table.validate();
  const std::size_t count = table.genes.size();
  if (count < 3) refuse(ErrorCode::invalid_value, "genes", std::to_string(count), "at least 3 genes");
  std::vector<double> spreads(count * count, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = i + 1; k < count; ++k) {
      spreads[i * count + k] = ratio_spread(table, i, k);
      spreads[k * count + i] = spreads[i * count + k];
    }
  }
  const auto mean_spread = [&](std::size_t gene, const std::vector<std::size_t>& among) {
    double sum = 0.0;
    for (const std::size_t other : among) sum += spreads[gene * count + other];
    return sum / (static_cast<double>(among.size()) - 1.0);
  };

  GeNorm result;
  std::vector<std::size_t> left(count);
  for (std::size_t i = 0; i < count; ++i) left[i] = i;
  for (const std::size_t gene : left) result.genes.push_back({table.genes[gene], mean_spread(gene, left)});
  while (true) {
    GeNormStep step;
    step.genes = left.size();
    std::size_t worst = 0;
    double largest = -1.0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const double m = mean_spread(left[i], left);
      step.mean_m += m / static_cast<double>(left.size());
      if (m >= largest) {
        largest = m;
        worst = i;
      }
    }
    if (left.size() == 2) {
      result.steps.push_back(step);
      result.ranking.insert(result.ranking.begin(), {table.genes[left[0]], table.genes[left[1]]});
      return result;
    }
    std::swap(left[worst], left.back());
    set_variation(table, left, step);
    step.excluded = table.genes[left.back()];
    result.ranking.insert(result.ranking.begin(), step.excluded);
    left.pop_back();
    std::sort(left.begin(), left.end());
    result.steps.push_back(step);
  }
}

NormFinder estimate_normfinder(const ExpressionTable& table) {
  table.validate();
  const std::size_t genes = table.genes.size();
  if (genes < 3) refuse(ErrorCode::invalid_value, "genes", std::to_string(genes), "at least 3 genes");
  const auto k = static_cast<double>(genes);
  NormFinder result;
  std::vector<std::vector<std::size_t>> members;
  for (std::size_t s = 0; s < table.samples.size(); ++s) {
    const std::string name = table.groups.empty() ? std::string() : table.groups[s];
    auto found = std::find(result.groups.begin(), result.groups.end(), name);
    const auto group = static_cast<std::size_t>(found - result.groups.begin());
    if (found == result.groups.end()) {
      result.groups.push_back(name);
      members.emplace_back();
    }
    bool complete = true;
    for (std::size_t gene = 0; gene < genes; ++gene) complete = complete && !std::isnan(table.at(s, gene));
    if (complete) {
      members[group].push_back(s);
      ++result.samples_used;
    } else {
      result.samples_left_out.push_back(table.samples[s]);
    }
  }
  if (members.empty()) refuse(ErrorCode::invalid_value, "samples", "0", "at least 3 complete samples");
  for (std::size_t g = 0; g < members.size(); ++g) {
    if (members[g].size() < 3) {
      refuse(ErrorCode::invalid_value, "samples", std::to_string(members[g].size()),
             "at least 3 complete samples in group '" + result.groups[g] + "'");
    }
  }

  const std::size_t groups = members.size();
  std::vector<double> means(groups * genes, 0.0);
  result.genes.resize(genes);
  for (std::size_t i = 0; i < genes; ++i) result.genes[i].gene = table.genes[i];
  for (std::size_t g = 0; g < groups; ++g) {
    const auto n = static_cast<double>(members[g].size());
    std::vector<double> sample_means;
    double group_mean = 0.0;
    for (const std::size_t s : members[g]) {
      double mean = 0.0;
      for (std::size_t i = 0; i < genes; ++i) {
        mean += table.at(s, i) / k;
        means[g * genes + i] += table.at(s, i) / n;
      }
      sample_means.push_back(mean);
      group_mean += mean / n;
    }
    // Two-way residuals: the gene's and the sample's level removed.
    std::vector<double> scaled(genes, 0.0);
    double sum = 0.0;
    for (std::size_t i = 0; i < genes; ++i) {
      for (std::size_t j = 0; j < members[g].size(); ++j) {
        const double residual = table.at(members[g][j], i) - means[g * genes + i] - sample_means[j] + group_mean;
        scaled[i] += residual * residual;
      }
      scaled[i] /= (n - 1.0) * (1.0 - 2.0 / k);
      sum += scaled[i];
    }
    for (std::size_t i = 0; i < genes; ++i) {
      const double variance = scaled[i] - sum / (k * (k - 1.0));
      result.variance_was_negative = result.variance_was_negative || variance < 0.0;
      result.genes[i].group_variances.push_back(std::max(0.0, variance));
    }
  }
  if (groups == 1) {
    for (NormFinderGene& gene : result.genes) gene.stability = std::sqrt(gene.group_variances[0]);
    return result;
  }

  // Differences of gene and group from additivity, and their variance beyond what the means' own errors make.
  std::vector<double> gene_means(genes, 0.0);
  std::vector<double> group_means(groups, 0.0);
  const auto group_count = static_cast<double>(groups);
  double mean = 0.0;
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t i = 0; i < genes; ++i) {
      gene_means[i] += means[g * genes + i] / group_count;
      group_means[g] += means[g * genes + i] / k;
      mean += means[g * genes + i] / (group_count * k);
    }
  }
  const auto difference = [&](std::size_t g, std::size_t i) {
    return means[g * genes + i] - gene_means[i] - group_means[g] + mean;
  };
  const auto error_variance = [&](std::size_t g, std::size_t i) {
    return result.genes[i].group_variances[g] / static_cast<double>(members[g].size());
  };
  double squares = 0.0;
  double errors = 0.0;
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t i = 0; i < genes; ++i) {
      squares += difference(g, i) * difference(g, i);
      errors += error_variance(g, i);
    }
  }
  const double gamma = std::max(0.0, squares / ((group_count - 1.0) * (k - 1.0)) - errors / (group_count * k));
  result.difference_variance = gamma;
  for (std::size_t i = 0; i < genes; ++i) {
    for (std::size_t g = 0; g < groups; ++g) {
      const double error = error_variance(g, i);
      const double total = gamma + error;
      const double shrunk = total > 0.0 ? difference(g, i) * gamma / total : 0.0;
      const double variance = error + (total > 0.0 ? gamma * error / total : 0.0);
      result.genes[i].group_differences.push_back(shrunk);
      result.genes[i].stability += (std::abs(shrunk) + std::sqrt(variance)) / group_count;
    }
  }
  return result;
}

BestKeeper estimate_bestkeeper(const std::vector<std::string>& genes, const std::vector<std::string>& samples,
                               std::span<const double> cq_cycles) {
  check_names(genes, "genes");
  check_names(samples, "samples");
  if (genes.empty()) refuse(ErrorCode::invalid_value, "genes", "0", "at least 1 gene");
  check_size("cq_cycles", cq_cycles.size(), genes.size() * samples.size());
  BestKeeper result;
  const auto at = [&](std::size_t s, std::size_t gene) { return cq_cycles[s * genes.size() + gene]; };
  for (std::size_t s = 0; s < samples.size(); ++s) {
    double sum = 0.0;
    for (std::size_t gene = 0; gene < genes.size(); ++gene) {
      const double cq = at(s, gene);
      if (!std::isnan(cq) && (!(cq > 0.0) || std::isinf(cq)))
        refuse(ErrorCode::invalid_value, "cq_cycles", format_double(cq), "a positive Cq or NaN");
      sum += elementary::log(cq);
    }
    result.index_cq_cycles.push_back(elementary::exp(sum / static_cast<double>(genes.size())));
  }
  for (std::size_t gene = 0; gene < genes.size(); ++gene) {
    BestKeeperGene entry;
    entry.gene = genes[gene];
    std::vector<double> values;
    std::vector<double> own;
    std::vector<double> index;
    for (std::size_t s = 0; s < samples.size(); ++s) {
      if (std::isnan(at(s, gene))) continue;
      values.push_back(at(s, gene));
      if (std::isnan(result.index_cq_cycles[s])) continue;
      own.push_back(at(s, gene));
      index.push_back(result.index_cq_cycles[s]);
    }
    entry.samples = static_cast<int>(values.size());
    const auto n = static_cast<double>(values.size());
    double sum = 0.0;
    double log_sum = 0.0;
    for (const double value : values) {
      sum += value;
      log_sum += elementary::log(value);
    }
    const auto limits = std::minmax_element(values.begin(), values.end());
    entry.mean_cq_cycles = values.empty() ? nan : sum / n;
    entry.geometric_mean_cq_cycles = values.empty() ? nan : elementary::exp(log_sum / n);
    entry.minimum_cq_cycles = values.empty() ? nan : *limits.first;
    entry.maximum_cq_cycles = values.empty() ? nan : *limits.second;
    entry.sd_cycles = spread(values);
    double deviations = 0.0;
    for (const double value : values) deviations += std::abs(value - entry.mean_cq_cycles);
    entry.mean_absolute_deviation_cycles = values.empty() ? nan : deviations / n;
    entry.variation_percent = 100.0 * entry.mean_absolute_deviation_cycles / entry.mean_cq_cycles;
    entry.is_unstable = entry.mean_absolute_deviation_cycles > 1.0;
    entry.index_correlation = nan;
    if (own.size() >= 3) {
      const auto m = static_cast<double>(own.size());
      double mean_own = 0.0;
      double mean_index = 0.0;
      for (std::size_t i = 0; i < own.size(); ++i) {
        mean_own += own[i] / m;
        mean_index += index[i] / m;
      }
      double sxx = 0.0;
      double syy = 0.0;
      double sxy = 0.0;
      for (std::size_t i = 0; i < own.size(); ++i) {
        sxx += (own[i] - mean_own) * (own[i] - mean_own);
        syy += (index[i] - mean_index) * (index[i] - mean_index);
        sxy += (own[i] - mean_own) * (index[i] - mean_index);
      }
      if (sxx > 0.0 && syy > 0.0) {
        const double r = std::clamp(sxy / std::sqrt(sxx * syy), -1.0, 1.0);
        entry.index_correlation = r;
        const double rest = (1.0 - r) * (1.0 + r);
        const double t =
            rest > 0.0 ? std::abs(r) * std::sqrt((m - 2.0) / rest) : std::numeric_limits<double>::infinity();
        entry.correlation_p_value = std::isinf(t) ? 0.0 : 2.0 * student_t_upper_tail(t, m - 2.0);
      }
    }
    result.genes.push_back(std::move(entry));
  }
  return result;
}

}  // namespace qpcr
