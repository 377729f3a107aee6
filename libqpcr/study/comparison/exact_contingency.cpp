// Layers of partial tables with bounds on their completions.
#include "libqpcr/study/comparison/exact_contingency.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/math/parallel.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr {
namespace {

constexpr double tie = 1e-7;
constexpr double same_past = 1e-11;
constexpr long steps_a_state = 10;          // columns filled, at most, for each state that is allowed
constexpr long most_subjects = 10'000'000;  // of the exact and of the sampled test: one logarithm, one place each

/// Partial tables with one remainder of the rows and one probability so far.
struct Partial {
  std::uint64_t remainder;  ///< of all rows, in mixed radix
  double log_past;
  double count;
};

struct Extremes {
  double least;
  double most;
};

class Layers {
 public:
  Layers(ContingencyTable table, long most_states)
      : table_(std::move(table)),
        most_states_(most_states),
        most_steps_(most_states > std::numeric_limits<long>::max() / steps_a_state ? most_states
                                                                                   : most_states * steps_a_state),
        rows_(table_.size()),
        columns_(table_.front().size()),
        row_totals_(rows_),
        column_totals_(columns_),
        extremes_(columns_ + 1) {
    for (std::size_t i = 0; i < rows_; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) {
        row_totals_[i] += table_[i][j];
        column_totals_[j] += table_[i][j];
      }
    }
    const long total = std::accumulate(row_totals_.begin(), row_totals_.end(), 0L);
    log_factorials_.resize(static_cast<std::size_t>(total) + 1);
    for (std::size_t k = 1; k < log_factorials_.size(); ++k)
      log_factorials_[k] = log_factorials_[k - 1] + std::log(static_cast<double>(k));
  }

  /// Whether remainders fit a number, and the p where it was within reach.
  std::optional<double> p_value() {
    double radix = 1.0;
    for (const long total : row_totals_) radix *= static_cast<double>(total) + 1.0;
    if (radix > 1e18) return std::nullopt;
    const double observed = observed_log_weight() + tie;
    const double everything = log_completions(row_totals_);
    std::vector<Partial> layer{{encode(row_totals_), 0.0, 1.0}};
    double p = 0.0;
    for (std::size_t j = 0; j < columns_ && !layer.empty(); ++j) {
      std::vector<Partial> next;
      for (const Partial& partial : layer) {
        const bool within =
            each_column(decode(partial.remainder), j, [&](const std::vector<long>& rest, double log_term) {
              if (++steps_ > most_steps_) return false;
              const double past = partial.log_past + log_term;
              const std::uint64_t key = encode(rest);
              const std::optional<Extremes> bounds = find_extremes(key, rest, j + 1);
              if (!bounds) return false;
              if (past + bounds->least > observed) return true;
              if (past + bounds->most <= observed) {
                p += partial.count * std::exp(past + log_completions(rest) - everything);
                return true;
              }
              next.push_back({key, past, partial.count});
              if (next.size() > 2 * static_cast<std::size_t>(most_states_)) merge(next);
              return next.size() <= static_cast<std::size_t>(most_states_) * 2;
            });
        if (!within) return std::nullopt;
      }
      merge(next);
      layer = std::move(next);
    }
    return std::min(1.0, p);
  }

  /// The logarithm of what the probability of a table is proportional to.
  double observed_log_weight() const { return log_weight(table_); }

  double log_weight(const ContingencyTable& table) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < columns_; ++j) {
      sum += log_factorial(column_totals_[j]);
      for (std::size_t i = 0; i < rows_; ++i) sum -= log_factorial(table[i][j]);
    }
    return sum;
  }

  const std::vector<long>& row_totals() const { return row_totals_; }
  const std::vector<long>& column_totals() const { return column_totals_; }

 private:
  double log_factorial(long k) const { return log_factorials_[static_cast<std::size_t>(k)]; }

  /// ln of the sum of weights over all completions of a remainder: a multinomial coefficient.
  double log_completions(const std::vector<long>& rest) const {
    double sum = log_factorial(std::accumulate(rest.begin(), rest.end(), 0L));
    for (const long left : rest) sum -= log_factorial(left);
    return sum;
  }

  std::uint64_t encode(const std::vector<long>& rest) const {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < rows_; ++i)
      key = key * static_cast<std::uint64_t>(row_totals_[i] + 1) + static_cast<std::uint64_t>(rest[i]);
    return key;
  }

  std::vector<long> decode(std::uint64_t key) const {
    std::vector<long> rest(rows_);
    for (std::size_t i = rows_; i-- > 0;) {
      const std::uint64_t base = static_cast<std::uint64_t>(row_totals_[i] + 1);
      rest[i] = static_cast<long>(key % base);
      key /= base;
    }
    return rest;
  }

  /// Calls visit(what remains, ln weight) for every way to fill column `j`; stops at false.
  template <typename Visit>
  bool each_column(std::vector<long> rest, std::size_t j, const Visit& visit) const {
    return fill(rest, 0, column_totals_[j], log_factorial(column_totals_[j]), visit);
  }

  template <typename Visit>
  bool fill(std::vector<long>& rest, std::size_t row, long left, double log_term, const Visit& visit) const {
    if (row + 1 == rows_) {
      if (left > rest[row]) return true;
      rest[row] -= left;
      const bool go_on = visit(rest, log_term - log_factorial(left));
      rest[row] += left;
      return go_on;
    }
    long below = 0;
    for (std::size_t i = row + 1; i < rows_; ++i) below += rest[i];
    const long available = rest[row];
    for (long take = std::max(0L, left - below); take <= std::min(left, available); ++take) {
      rest[row] = available - take;
      const bool go_on = fill(rest, row + 1, left - take, log_term - log_factorial(take), visit);
      rest[row] = available;
      if (!go_on) return false;
    }
    return true;
  }

  /// Least and greatest weight of a completion; nothing when there are too many remainders to keep.
  std::optional<Extremes> find_extremes(std::uint64_t key, const std::vector<long>& rest, std::size_t j) {
    if (j == columns_) return Extremes{0.0, 0.0};
    const auto known = extremes_[j].find(key);
    if (known != extremes_[j].end()) return known->second;
    if (++kept_ > most_states_) return std::nullopt;
    Extremes found{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    const bool complete = each_column(rest, j, [&](const std::vector<long>& left, double log_term) {
      if (++steps_ > most_steps_) return false;
      const std::optional<Extremes> tail = find_extremes(encode(left), left, j + 1);
      if (!tail) return false;
      found.least = std::min(found.least, log_term + tail->least);
      found.most = std::max(found.most, log_term + tail->most);
      return true;
    });
    if (!complete) return std::nullopt;
    extremes_[j].emplace(key, found);
    return found;
  }

  static void merge(std::vector<Partial>& layer) {
    std::sort(layer.begin(), layer.end(), [](const Partial& a, const Partial& b) {
      return a.remainder != b.remainder ? a.remainder < b.remainder : a.log_past < b.log_past;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      if (kept > 0 && layer[kept - 1].remainder == layer[i].remainder &&
          layer[i].log_past - layer[kept - 1].log_past <= same_past * (1.0 + std::abs(layer[i].log_past))) {
        layer[kept - 1].count += layer[i].count;
      } else {
        layer[kept++] = layer[i];
      }
    }
    layer.resize(kept);
  }

  ContingencyTable table_;
  long most_states_;
  long most_steps_;
  std::size_t rows_;
  std::size_t columns_;
  std::vector<long> row_totals_;
  std::vector<long> column_totals_;
  std::vector<double> log_factorials_;
  std::vector<std::unordered_map<std::uint64_t, Extremes>> extremes_;
  long kept_ = 0;
  long steps_ = 0;
};

/// Without empty rows and columns, and with the shorter side as rows.
ContingencyTable tidy(const ContingencyTable& table) {
  if (table.empty() || table.front().empty()) refuse_value("contingency table", "none", "at least one row and column");
  std::vector<std::size_t> columns;
  ContingencyTable rows;
  for (const std::vector<long>& row : table) {
    if (row.size() != table.front().size())
      refuse_value("contingency table", fmt::format("{} columns", row.size()),
                   fmt::format("{} columns in each row", table.front().size()));
    for (const long count : row) {
      if (count < 0) refuse_value("contingency table", fmt::format("{}", count), "counts of at least 0");
    }
    if (std::any_of(row.begin(), row.end(), [](long count) { return count > 0; })) rows.push_back(row);
  }
  for (std::size_t j = 0; j < table.front().size(); ++j) {
    if (std::any_of(rows.begin(), rows.end(), [&](const std::vector<long>& row) { return row[j] > 0; }))
      columns.push_back(j);
  }
  // Large columns last: what they may still hold bounds the partial tables before them.
  const auto total_of = [&](std::size_t j) {
    return std::accumulate(rows.begin(), rows.end(), 0L, [&](long sum, const auto& row) { return sum + row[j]; });
  };
  std::stable_sort(columns.begin(), columns.end(),
                   [&](std::size_t a, std::size_t b) { return total_of(a) < total_of(b); });
  const bool turned = columns.size() < rows.size();
  ContingencyTable made(turned ? columns.size() : rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) made[turned ? k : i].push_back(rows[i][columns[k]]);
  }
  return made;
}

long count_subjects(const ContingencyTable& table) {
  long subjects = 0;
  for (const std::vector<long>& row : table) subjects = std::accumulate(row.begin(), row.end(), subjects);
  return subjects;
}

/// How many of the replicates' tables are not more probable than the one given.
long sample_tables(const ContingencyTable& table, const Layers& layers, const ExactContingencyOptions& options) {
  const double observed = layers.observed_log_weight() + tie;
  std::vector<std::size_t> row_of_subject;
  for (std::size_t i = 0; i < table.size(); ++i)
    row_of_subject.insert(row_of_subject.end(), static_cast<std::size_t>(layers.row_totals()[i]), i);
  const std::size_t replicates = static_cast<std::size_t>(options.replicates);
  constexpr std::size_t block = 256;
  std::vector<long> hits((replicates + block - 1) / block, 0);
  parallel_for(replicates, block, options.threads, [&](std::size_t first, std::size_t last) {
    std::vector<std::size_t> subjects;
    ContingencyTable drawn = table;
    for (std::size_t replicate = first; replicate < last; ++replicate) {
      ResamplingStream stream(options.seed, replicate);
      subjects = row_of_subject;
      for (std::vector<long>& row : drawn) std::fill(row.begin(), row.end(), 0L);
      std::size_t left = subjects.size();
      for (std::size_t j = 0; j < layers.column_totals().size(); ++j) {
        for (long k = 0; k < layers.column_totals()[j]; ++k) {
          const std::size_t at = stream.index(left);
          ++drawn[subjects[at]][j];
          subjects[at] = subjects[--left];
        }
      }
      if (layers.log_weight(drawn) <= observed) ++hits[first / block];
    }
  });
  return std::accumulate(hits.begin(), hits.end(), 0L);
}

}  // namespace

void ExactContingencyOptions::validate() const {
  if (most_states < 1) refuse_option("most_states", fmt::format("{}", most_states), "at least 1");
  if (replicates < 0) refuse_option("replicates", fmt::format("{}", replicates), "at least 0");
  if (threads < 0) refuse_option("threads", fmt::format("{}", threads), "at least 0");
}

ExactContingencyResult compare_contingency_exactly(const ContingencyTable& given,
                                                   const ExactContingencyOptions& options) {
  options.validate();
  const ContingencyTable table = tidy(given);
  ExactContingencyResult result;
  if (table.size() < 2) {
    result.test = test_without_result("fisher_freeman_halton", "not_estimable_no_variation");
    return result;
  }
  if (count_subjects(table) > most_subjects) {
    result.test = test_without_result("fisher_freeman_halton", "comparison_exact_too_large");
    return result;
  }
  Layers layers(table, options.most_states);
  result.test.method = "fisher_freeman_halton";
  result.test.p_value = layers.p_value();
  if (result.test.p_value) return result;
  if (options.replicates == 0) {
    result.test = test_without_result("fisher_freeman_halton", "comparison_exact_too_large");
    return result;
  }
  const double replicates = static_cast<double>(options.replicates);
  const double p = (1.0 + static_cast<double>(sample_tables(table, layers, options))) / (1.0 + replicates);
  result.test.method = "fisher_freeman_halton_monte_carlo";
  result.test.p_value = p;
  result.monte_carlo_error = std::sqrt(p * (1.0 - p) / replicates);
  return result;
}

}  // namespace qpcr
