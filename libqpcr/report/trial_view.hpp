// A trial result arranged the way its report walks through it: words, formats, and which subjects stand behind each
// count.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/document.hpp"
#include "libqpcr/study/trial.hpp"

namespace qpcr {

/// A trial in a language. Refers to the trial, which must outlive it.
struct TrialView {
  const TrialResult& trial;
  Language language;

  /// The entry "trial.<id>".
  std::string text(std::string_view id) const;
  /// The same with placeholders.
  std::string text(std::string_view id, std::vector<std::pair<std::string, std::string>> values) const;
  std::string words(const Message& message) const { return render_message(message, language); }
  /// The entry "<group>.<value>".
  std::string word(std::string_view group, std::string_view value) const;

  const Subject& subject(const SubjectOutcome& outcome) const { return trial.subjects.subjects[outcome.subject]; }
  const PlateResult& result(const IndexTest& test) const { return trial.runs[test.run].results[test.result]; }
  const SampleCall& call(const IndexTest& test) const { return result(test).calls[test.call]; }
  const IndexTest* counting(const SubjectOutcome& outcome) const;
};

/// Where a subject stands in the tables: "tp", "fp", "fn", "tn", or place and reference standard: "indeterminate-pos",
/// "excluded" and "reference_missing" for both.
std::string cell_of(const TrialView& view, const SubjectOutcome& outcome);

/// True for a false positive or a false negative.
bool is_discordant(const TrialView& view, const SubjectOutcome& outcome);

/// "86.27%"; the empty text for nothing.
std::string to_percent(std::optional<double> share);
/// "74.28%–93.19%"; the empty text for nothing.
std::string to_percent(const std::optional<Interval>& interval);
/// "44/51".
std::string to_fraction(const Proportion& proportion);
/// "6.20"; three significant digits at least.
std::string to_plain(std::optional<double> value);
std::string to_plain(const std::optional<Interval>& interval);

/// Anchors of the report.
std::string subject_anchor(std::size_t subject);
std::string run_anchor(std::size_t run, std::size_t result);

/// Subjects behind one count, for the index of the appendix.
struct CountGroup {
  std::string anchor;
  std::string label;
  std::vector<std::size_t> subjects;  ///< into the table of subjects
};

struct CountTable {
  std::string id;
  std::string caption;
  std::vector<CountGroup> groups;
};

/// Every count of the report with its subjects; anchors are what the tables link to:
/// "n-<cell>" and "n-<cell>-<centre number>", "n-at-<place>" and "n-at-<place>-<centre number>",
/// "n-stage-<id>-<tp|fn>", "n-class-<id>-<tn|fp>", "n-reason-<number>".
std::vector<CountTable> list_counts(const TrialView& view);

/// Reasons of exclusion in byte order; their position is the number of the anchor.
std::vector<std::string> list_exclusion_reasons(const TrialView& view);

/// Wells of a call: "A1 OTX1 31.20", one for each target; "A1 OTX1 –" without a Cq.
std::vector<std::string> list_wells(const TrialView& view, const IndexTest& test);

/// Wells without repetition: "A1, A2".
std::string join_wells(const TrialView& view, const IndexTest& test);

/// Stage of a case, class of a control, in words; empty when not stated.
std::string disease_label(const TrialView& view, const Subject& subject);

}  // namespace qpcr
