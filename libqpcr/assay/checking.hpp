// What the checks of a definition share: the list of findings, and what is known of each operand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/assay/findings.hpp"
#include "libqpcr/assay/operand.hpp"

namespace qpcr::checking {

using MessageValues = std::vector<std::pair<std::string, std::string>>;

/// "values[2].terms"
std::string at(std::string_view list, std::size_t index, std::string_view key);
std::string at(std::string_view list, std::size_t index, std::string_view inner, std::size_t inner_index,
               std::string_view key);

bool is_identifier(std::string_view text);
bool is_date(std::string_view text);    ///< ISO 8601, a day that exists
bool is_sha256(std::string_view text);  ///< 64 lower-case hexadecimal digits
bool is_complete(const LocalizedText& text);

/// The whole of one inspection. Numbers that a template leaves unpublished are NaN; comparisons are written so that
/// they find no fault in NaN, which has its own finding.
struct Inspection {
  explicit Inspection(const AssayDefinition& definition);

  void add(Finding::Severity severity, std::string_view code, std::string field, MessageValues values = {});
  void error(std::string_view code, std::string field, MessageValues values = {});
  void warn(std::string_view code, std::string field, MessageValues values = {});
  void note(std::string_view code, std::string field, MessageValues values = {});
  /// An identifier that names nothing; suggests the nearest of `known`.
  void unknown_name(std::string field, std::string_view word, const std::vector<std::string>& known);

  bool is_template() const { return assay.status == AssayStatus::template_only; }
  bool is_released() const { return assay.status == AssayStatus::released; }
  /// Reproductions and templates may lack what their source does not say.
  bool may_be_partial() const { return is_template() || assay.status == AssayStatus::literature_reproduction; }

  /// Identifiers that rules and values may name, which this defines: unique without case among targets, covariates and
  /// values.
  void claim_identifier(const std::string& field, const std::string& id);
  /// Identifiers of one list, unique without case; `part` is what an entry is called.
  void claim_in(std::set<std::string>& list, std::string_view part, const std::string& field, const std::string& id);
  const AssayTarget* demand_target(const std::string& field, const std::string& id);
  const ControlDefinition* demand_control(const std::string& field, const std::string& id);
  /// What is known of an operand that must be defined before.
  const Operand* demand_operand(const std::string& field, const std::string& id);
  /// @return false where a finding was made.
  bool check_unit(const std::string& field, const std::string& unit);
  void check_digits(const std::string& field, int digits);

  const AssayDefinition& assay;
  std::vector<Finding> findings;
  std::set<std::string> identifiers;
  std::map<std::string, Operand> operands;  ///< all targets, covariates and values
  std::set<std::string> defined;            ///< those that the part under inspection may name
};

/// Where a band or class ends.
struct BandEdge {
  std::optional<double> below;
  std::optional<double> at_most;
};
/// Half-open, ascending, the last without end. @return false where a finding was made.
bool check_band_edges(Inspection& inspection, const std::string& field, const std::vector<BandEdge>& edges);
/// Whether a value of the range can lie in the band.
bool is_band_reached(const std::vector<BandEdge>& edges, std::size_t index, Range range);

void check_header(Inspection& inspection);
void check_sources(Inspection& inspection);  ///< citations of every constant
void check_numbers(Inspection& inspection);  ///< unpublished and infinite ones
void check_cq(Inspection& inspection);
void check_targets(Inspection& inspection);
void check_controls(Inspection& inspection);
void check_validity(Inspection& inspection);
void check_inhibition(Inspection& inspection);
void check_replicates(Inspection& inspection);
void check_standard_curves(Inspection& inspection);
void check_threshold_calibration(Inspection& inspection);
void check_covariates(Inspection& inspection);
void check_acceptance(Inspection& inspection);
void check_values(Inspection& inspection);
void check_rules(Inspection& inspection);
void check_call(Inspection& inspection);
void check_classification(Inspection& inspection);
void check_repeats(Inspection& inspection);
void check_release(Inspection& inspection);

/// The English wording of a code with its placeholders filled in.
std::string word_finding(std::string_view code, const MessageValues& values);

/// One wording: placeholders are in braces. The catalogue holds the same English and the Chinese.
struct FindingText {
  std::string_view code;
  std::string_view english;
};
const std::vector<FindingText>& finding_texts();

}  // namespace qpcr::checking
