// Counts the rows of a table into the inputs of comparisons.
#include "libqpcr/study/comparison/comparison_tables.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

/// Numbers names in the order in which they first appear.
class NameIndex {
 public:
  std::size_t index(std::string_view name) {
    const auto [found, added] = indices_.emplace(std::string(name), names_.size());
    if (added) names_.push_back(found->first);
    return found->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::size_t, std::less<>> indices_;
  std::vector<std::string> names_;
};

std::vector<long> read_frequencies(const DataTable& table) {
  return table.has("count") ? table.counts("count") : std::vector<long>(table.rows(), 1);
}

void check_subjects(const DataTable& table) {
  if (!table.has("subject")) return;
  std::unordered_set<std::string_view> seen;
  const std::vector<std::string_view> subjects = table.texts("subject");
  for (std::size_t row = 0; row < subjects.size(); ++row) {
    if (subjects[row].empty() || seen.insert(subjects[row]).second) continue;
    ErrorContext context;
    context.path = table.path();
    context.line = table.line(row);
    context.column = "subject";
    context.found = std::string(subjects[row]);
    context.expected = "each subject once";
    throw Error(ErrorCode::duplicate_entry, context);
  }
}

/// Calls use(row, success, frequency) for every row that counts, and notes the others.
template <typename Use>
std::vector<Exclusion> each_result(const DataTable& table, ProportionOf of, const Use& use) {
  check_subjects(table);
  std::vector<Exclusion> exclusions;
  const std::vector<std::optional<bool>> results = table.binaries("result");
  const std::vector<long> frequencies = read_frequencies(table);
  std::vector<std::optional<bool>> references;
  if (of != ProportionOf::result) references = table.binaries("reference");
  for (std::size_t row = 0; row < results.size(); ++row) {
    if (of != ProportionOf::result) {
      if (!references[row]) {
        note_exclusion(exclusions, "comparison_missing_reference", table.line(row));
        continue;
      }
      // The other group is not excluded: it has no part in this proportion.
      if (*references[row] != (of == ProportionOf::sensitivity)) continue;
    }
    if (!results[row]) {
      note_exclusion(exclusions, "comparison_missing_result", table.line(row));
      continue;
    }
    const bool success = *results[row] == (of != ProportionOf::specificity);
    if (!use(row, success, frequencies[row])) note_exclusion(exclusions, "comparison_missing_stratum", table.line(row));
  }
  return exclusions;
}

/// Index of the first group among two.
std::size_t find_first(const std::vector<std::string>& groups, const std::string& first) {
  if (groups.size() != 2)
    refuse_value("group", fmt::format("{} groups", groups.size()), "exactly two groups with results");
  if (first.empty()) return 0;
  const auto found = std::find(groups.begin(), groups.end(), first);
  if (found == groups.end()) refuse_option("first", first, fmt::format("one of {}, {}", groups[0], groups[1]));
  return static_cast<std::size_t>(found - groups.begin());
}

void add(ProportionPair& pair, bool to_first, bool success, long frequency) {
  (to_first ? pair.first_total : pair.second_total) += frequency;
  if (success) (to_first ? pair.first_successes : pair.second_successes) += frequency;
}

}  // namespace

ProportionOf parse_proportion_of(const std::string& text) {
  if (text == "result") return ProportionOf::result;
  if (text == "sensitivity") return ProportionOf::sensitivity;
  if (text == "specificity") return ProportionOf::specificity;
  refuse_option("of", text, "result, sensitivity or specificity");
}

ReadStrata read_strata(const DataTable& table, const std::string& column, ProportionOf of) {
  ReadStrata read;
  NameIndex index;
  const std::vector<std::string_view> names = table.texts(column);
  read.exclusions = each_result(table, of, [&](std::size_t row, bool success, long frequency) {
    if (names[row].empty()) return false;
    const std::size_t at = index.index(names[row]);
    if (at == read.strata.size()) read.strata.push_back({std::string(names[row]), 0, 0});
    read.strata[at].total += frequency;
    if (success) read.strata[at].successes += frequency;
    return true;
  });
  return read;
}

ReadStrata read_single(const DataTable& table, ProportionOf of) {
  ReadStrata read;
  read.strata.push_back({"all", 0, 0});
  read.exclusions = each_result(table, of, [&](std::size_t, bool success, long frequency) {
    read.strata[0].total += frequency;
    if (success) read.strata[0].successes += frequency;
    return true;
  });
  return read;
}

ReadPair read_pair(const DataTable& table, const std::string& first, ProportionOf of) {
  const ReadStrata strata = read_strata(table, "group", of);
  std::vector<std::string> groups;
  for (const StratumCount& one : strata.strata) groups.push_back(one.stratum);
  const std::size_t at = find_first(groups, first);
  const StratumCount& a = strata.strata[at];
  const StratumCount& b = strata.strata[1 - at];
  return {{a.successes, a.total, b.successes, b.total}, a.stratum, b.stratum, strata.exclusions};
}

ReadStratifiedPairs read_stratified_pairs(const DataTable& table, const std::string& first, ProportionOf of) {
  ReadStratifiedPairs read;
  NameIndex groups;
  NameIndex strata;
  const std::vector<std::string_view> group = table.texts("group");
  const std::vector<std::string_view> stratum = table.texts("stratum");
  read.exclusions = each_result(table, of, [&](std::size_t row, bool success, long frequency) {
    if (group[row].empty() || stratum[row].empty()) return false;
    const std::size_t at = strata.index(stratum[row]);
    if (at == read.pairs.size()) read.pairs.emplace_back();
    add(read.pairs[at], groups.index(group[row]) == 0, success, frequency);
    return true;
  });
  const std::size_t at = find_first(groups.names(), first);
  if (at == 1) {
    for (ProportionPair& pair : read.pairs) pair = pair.swapped();
  }
  read.strata = strata.names();
  read.first = groups.names()[at];
  read.second = groups.names()[1 - at];
  return read;
}

CountedSubjects read_paired(const DataTable& table, bool with_reference) {
  const std::vector<std::optional<bool>> first = table.binaries("test1");
  const std::vector<std::optional<bool>> second = table.binaries("test2");
  const std::vector<long> frequencies = read_frequencies(table);
  std::vector<std::optional<bool>> reference(table.rows(), true);
  if (with_reference) reference = table.binaries("reference");
  std::vector<std::string_view> names(table.rows());
  if (table.has("subject")) names = table.texts("subject");
  std::vector<PairedSubject> subjects;
  subjects.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row)
    subjects.push_back({names[row], first[row], second[row], reference[row], table.line(row), frequencies[row]});
  return count_paired_subjects(subjects);
}

ReadContingency read_contingency(const DataTable& table) {
  ReadContingency read;
  NameIndex rows;
  NameIndex columns;
  const std::vector<std::string_view> row_names = table.texts("row");
  const std::vector<std::string_view> column_names = table.texts("column");
  const std::vector<long> frequencies = read_frequencies(table);
  for (std::size_t at = 0; at < table.rows(); ++at) {
    if (row_names[at].empty() || column_names[at].empty()) {
      note_exclusion(read.exclusions, "comparison_missing_stratum", table.line(at));
      continue;
    }
    const std::size_t i = rows.index(row_names[at]);
    const std::size_t j = columns.index(column_names[at]);
    if (read.table.size() < rows.names().size()) read.table.resize(rows.names().size());
    for (std::vector<long>& row : read.table) row.resize(columns.names().size(), 0);
    read.table[i][j] += frequencies[at];
  }
  if (read.table.empty()) refuse_value("row", "none", "at least one row with both names");
  return read;
}

}  // namespace qpcr
