// Reads the tables of comparisons: one row a subject, or one row a pattern with the number of its subjects.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/study/comparison/centre_homogeneity.hpp"
#include "libqpcr/study/comparison/paired_accuracy.hpp"
#include "libqpcr/study/data_table.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

/// Which subjects of a table a proportion is made of, and what counts as a success.
enum class ProportionOf {
  result,       ///< positive results of all
  sensitivity,  ///< positive results among those with a positive reference
  specificity,  ///< negative results among those with a negative reference
};

/// @throws Error invalid_option unless "result", "sensitivity" or "specificity".
ProportionOf parse_proportion_of(const std::string& text);

/// Strata and successes by a column of names, in the order of their first row. Rows without a name, result or (where
/// one is needed) reference are excluded.
struct ReadStrata {
  std::vector<StratumCount> strata;
  std::vector<Exclusion> exclusions;
};
ReadStrata read_strata(const DataTable& table, const std::string& column, ProportionOf of);

/// All subjects as one stratum.
ReadStrata read_single(const DataTable& table, ProportionOf of);

/// Two groups of the column "group". `first` names the first one; empty: the one of the first row.
/// @throws Error invalid_value unless there are exactly two, invalid_option for a first that is none of them.
struct ReadPair {
  ProportionPair pair;
  std::string first;
  std::string second;
  std::vector<Exclusion> exclusions;
};
ReadPair read_pair(const DataTable& table, const std::string& first, ProportionOf of);

/// The same two groups within each value of the column "stratum".
struct ReadStratifiedPairs {
  std::vector<ProportionPair> pairs;
  std::vector<std::string> strata;
  std::string first;
  std::string second;
  std::vector<Exclusion> exclusions;
};
ReadStratifiedPairs read_stratified_pairs(const DataTable& table, const std::string& first, ProportionOf of);

/// Columns test1 and test2, with reference where `with_reference`; otherwise every subject counts as a case.
CountedSubjects read_paired(const DataTable& table, bool with_reference);

/// Columns row and column of a contingency table.
struct ReadContingency {
  ContingencyTable table;
  std::vector<Exclusion> exclusions;
};
ReadContingency read_contingency(const DataTable& table);

}  // namespace qpcr
