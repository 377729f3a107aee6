// What an analysis of one run by one assay definition says: batch verdict, controls, wells, calls and why.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/core/provenance.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/core/well.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr {

enum class AssayStatus { draft, simulated, literature_reproduction, template_only, released };
enum class TargetRole { target, reference, internal_control };
enum class ControlKind {
  no_template,
  negative,
  positive,
  weak_positive,
  calibrator,
  standard,
  extraction_blank,
  unmethylated,
  fully_methylated,
  conversion,
  no_reverse_transcription,
  spike_in
};
/// scored: a score and its class are reported, where positive and negative do not exist.
enum class Outcome { positive, negative, indeterminate, invalid, scored };

/// Three-valued logic of a rule, with the reason of "unknown" kept apart: gray or missing against invalid.
enum class Truth { yes, no, unknown, invalid };

std::string_view to_string(AssayStatus status);
std::string_view to_string(TargetRole role);
std::string_view to_string(ControlKind kind);
std::string_view to_string(Outcome outcome);
std::string_view to_string(Truth truth);

/// A text in both languages of the product.
struct LocalizedText {
  std::string zh;
  std::string en;

  bool operator==(const LocalizedText&) const = default;
};

/// What each outcome is called in the reports of an assay.
struct OutcomeTexts {
  LocalizedText positive;
  LocalizedText negative;
  LocalizedText indeterminate;
  LocalizedText invalid;
  LocalizedText scored = {};  ///< of a score; positive and negative are empty then

  bool operator==(const OutcomeTexts&) const = default;
};

/// Which definition made a result; enough to find it again and to head a report.
struct AssayIdentity {
  std::string id;
  std::string version;
  AssayStatus status = AssayStatus::template_only;
  std::string sha256;  ///< of the canonical form of the definition's content
  LocalizedText title;
  LocalizedText intended_use;
  std::vector<std::string> citations;
  bool recalled = false;                  ///< numbers from memory are among its constants: verify before use
  std::vector<LocalizedText> statements;  ///< what every report by this definition must say
  OutcomeTexts outcome_texts;

  bool operator==(const AssayIdentity&) const = default;
};

/// One target of the assay in one well.
struct WellResult {
  std::size_t measurement = 0;  ///< index into the run's measurements
  WellId well;
  std::string sample;
  std::string target;  ///< identifier in the definition
  std::string target_as_read;
  std::string dye;
  TargetRole role = TargetRole::target;
  std::optional<ControlKind> control;  ///< set for a well of a control
  CqResult cq;
  std::optional<double> vendor_cq_cycles;
  /// What the rules used: the measured Cq, or the imputed one where the definition says so.
  std::optional<double> used_cq_cycles;
  bool imputed = false;
  std::vector<Message> flags;
};

/// One expectation of the definition on one control well, or on the control as a whole (count) when `well` is empty.
struct ControlResult {
  ControlKind kind = ControlKind::no_template;
  std::string control;  ///< identifier in the definition
  std::string sample;
  WellId well;
  std::string target;
  CqStatus cq_status = CqStatus::not_measured;
  std::optional<double> cq_cycles;
  bool passed = false;
  Message expectation;  ///< what the definition asks
  Message finding;      ///< what was seen
};

/// A value the rules were applied to: ΔCq, score, covariate.
struct NamedValue {
  std::string id;
  std::string unit;
  std::optional<double> value;  ///< absent when it could not be formed
  int display_digits = 2;
  bool depends_on_imputed_cq = false;
  std::optional<Message> why_absent;
  std::string text;  ///< as written in the covariate table: "male", "<0.8"; empty for computed values
};

/// One comparison of the definition as it was made.
struct RuleTrace {
  std::string id;
  Message statement;  ///< value, relation and limit in words
  std::optional<double> value;
  Truth truth = Truth::unknown;
  bool depends_on_imputed_cq = false;
  bool decisive = false;  ///< the outcome would not stand without it
  /// How far the value lies on the positive side of the cut-off: in cycles where the value is a Cq or ΔCq, absent
  /// otherwise; and in standard errors of the value, where those are known. Negative: on the other side.
  std::optional<double> distance_cycles;
  std::optional<double> distance_standard_errors;
};

/// The class of a score.
struct ScoreClassResult {
  std::string id;
  LocalizedText text;
};

struct SampleCall {
  std::string sample;
  Outcome outcome = Outcome::invalid;
  std::vector<Message> reasons;  ///< why, the weightiest first; never empty
  std::vector<RuleTrace> rules;
  std::vector<NamedValue> values;
  std::optional<ScoreClassResult> score_class;  ///< of a scored sample, where its definition has classes
  std::vector<Message> flags;                   ///< what asks for an eye and changes no call, the weightiest first
  std::optional<Message> repeat;                ///< what the definition asks to be repeated, and from which step
  bool depends_on_imputed_cq = false;
  bool needs_review = false;
  std::vector<std::size_t> wells;  ///< indices into PlateResult::wells
  /// The plate's results may reach a patient and this one is positive, negative or scored and waits for no review.
  bool releasable = false;
};

/// The threshold that was used for a target, and how it came about.
struct TargetThreshold {
  std::string target;
  std::string dye;
  std::optional<double> threshold;
  bool fixed = false;
  std::string calibration = {};  ///< identity of the calibration record it comes from; empty for none
};

/// The standard curve of the run itself: Cq = intercept + slope · log10(quantity).
struct StandardCurveResult {
  std::string id;  ///< in the definition
  std::string target;
  std::optional<double> slope = std::nullopt;  ///< absent, as the intercept: no acceptable curve
  std::optional<double> intercept = std::nullopt;
};

struct PlateResult {
  std::string schema = "qpcr.result/2";
  AssayIdentity assay;
  std::string run;
  Provenance provenance;
  std::string library_version;
  bool simulated = false;
  bool run_valid = false;
  std::vector<Message> run_reasons;  ///< why the run is invalid; empty when it is valid
  std::vector<ControlResult> controls;
  std::vector<WellResult> wells;  ///< plate order, then the definition's order of targets
  std::vector<SampleCall> calls;  ///< order of first appearance on the plate
  std::vector<TargetThreshold> thresholds;
  std::vector<Message> warnings;
  bool releasable = false;              ///< results may reach a patient report, LIS or outbox
  std::vector<Message> not_releasable;  ///< why not; empty exactly when releasable
  // What run-to-run quality control keeps apart; empty where neither the run nor its sheet says.
  std::string instrument_serial = {};
  std::string started_at = {};  ///< as written, in the instrument's own time
  std::string reagent_lot = {};
  std::string control_lot = {};
  std::vector<std::string> monitored_controls = {};  ///< identifiers that the definition follows from run to run
  std::vector<StandardCurveResult> standard_curves = {};
};

/// Number of calls with an outcome.
std::size_t count_calls(const PlateResult& result, Outcome outcome);

}  // namespace qpcr
