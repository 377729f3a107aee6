// Comparison of two results of one run.
#include "libqpcr/assay/reanalysis.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(const PlateResult& before, const PlateResult& after, std::string problem) {
  throw Error(ErrorCode::assay_mismatch, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = "provenance.sources",
                                          .found = after.run,
                                          .expected = fmt::format("a result of the run '{}'", before.run),
                                          .problem = std::move(problem)});
}

std::vector<std::string> hashes_of(const PlateResult& result) {
  std::vector<std::string> hashes;
  for (const SourceFile& source : result.provenance.sources) hashes.push_back(source.sha256);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

void require_same_run(const PlateResult& before, const PlateResult& after) {
  const auto first = hashes_of(before);
  const auto second = hashes_of(after);
  const auto unknown = [](const std::vector<std::string>& hashes) {
    return hashes.empty() || std::any_of(hashes.begin(), hashes.end(), [](const auto& hash) { return hash.empty(); });
  };
  if (unknown(first) || unknown(second)) refuse(before, after, "a result does not name the files of its run");
  if (first != second) refuse(before, after, "the results are of different runs");
}

ResultOrigin origin_of(const PlateResult& result) {
  return {fmt::format("{} {}", result.assay.id, result.assay.version), result.assay.sha256, result.library_version,
          result.run_valid};
}

bool is_same(const NamedValue& left, const NamedValue& right) {
  return left.unit == right.unit && left.value == right.value && left.text == right.text &&
         left.depends_on_imputed_cq == right.depends_on_imputed_cq && left.why_absent == right.why_absent;
}

std::vector<ChangedValue> find_changes(const std::vector<NamedValue>& before, const std::vector<NamedValue>& after) {
  const auto find = [](const std::vector<NamedValue>& values, const std::string& id) {
    return std::find_if(values.begin(), values.end(), [&](const NamedValue& value) { return value.id == id; });
  };
  std::vector<ChangedValue> changes;
  for (const NamedValue& value : before) {
    const auto other = find(after, value.id);
    if (other == after.end()) {
      changes.push_back({value.id, value, std::nullopt});
    } else if (!is_same(value, *other)) {
      changes.push_back({value.id, value, *other});
    }
  }
  for (const NamedValue& value : after) {
    if (find(before, value.id) == before.end()) changes.push_back({value.id, std::nullopt, value});
  }
  return changes;
}

SampleComparison compare(const SampleCall* before, const SampleCall* after) {
  static const SampleCall none;
  const SampleCall& first = before == nullptr ? none : *before;
  const SampleCall& second = after == nullptr ? none : *after;
  SampleComparison sample;
  sample.sample = before == nullptr ? second.sample : first.sample;
  if (before != nullptr) sample.before = first.outcome;
  if (after != nullptr) sample.after = second.outcome;
  if (first.score_class) sample.class_before = first.score_class->id;
  if (second.score_class) sample.class_after = second.score_class->id;
  sample.reasons_before = first.reasons;
  sample.reasons_after = second.reasons;
  sample.values = find_changes(first.values, second.values);
  return sample;
}

}  // namespace

bool SampleComparison::call_changed() const { return before != after || class_before != class_after; }

ResultComparison compare_results(const PlateResult& before, const PlateResult& after) {
  require_same_run(before, after);
  ResultComparison comparison{before.run, origin_of(before), origin_of(after), {}};
  // A sample that stands twice in a result is paired in the order of its calls.
  std::vector<bool> paired(after.calls.size(), false);
  for (const SampleCall& call : before.calls) {
    const SampleCall* other = nullptr;
    for (std::size_t i = 0; i < after.calls.size() && other == nullptr; ++i) {
      if (paired[i] || after.calls[i].sample != call.sample) continue;
      paired[i] = true;
      other = &after.calls[i];
    }
    comparison.samples.push_back(compare(&call, other));
  }
  for (std::size_t i = 0; i < after.calls.size(); ++i) {
    if (!paired[i]) comparison.samples.push_back(compare(nullptr, &after.calls[i]));
  }
  return comparison;
}

}  // namespace qpcr
