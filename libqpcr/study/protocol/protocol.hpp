// The protocol of a clinical or an analytical study: what is asked, of whom, with which test, and how it is judged.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/study/protocol/protocol_document.hpp"
#include "libqpcr/study/sampling.hpp"
#include "libqpcr/study/study_file.hpp"
#include "libqpcr/study/subjects.hpp"

namespace qpcr {

enum class StudyKind { clinical, analytical };
enum class Timing { prospective, retrospective };
/// coded: samples carry a code, and who is behind it is known after unblinding alone.
enum class Blinding { coded, open };
enum class AnalysisSet { full, per_protocol };
/// What becomes of a result that is neither positive nor negative, or of one that is missing, in the primary analysis.
/// Scenario tables show the other choices, whatever is chosen.
enum class Handling { excluded, as_positive, as_negative, as_wrong };

std::string_view to_string(StudyKind kind);
std::string_view to_string(Timing timing);
std::string_view to_string(Blinding blinding);
std::string_view to_string(AnalysisSet set);
std::string_view to_string(Handling handling);

/// A limit that was fixed before the data were seen.
struct Criterion {
  enum class On { estimate, lower, upper };
  On on = On::estimate;
  std::string comparison;  ///< ">=", ">", "<=", "<"
  double value = 0;

  bool operator==(const Criterion&) const = default;
};

std::string_view to_string(Criterion::On on);

/// Whether `found` meets the criterion, compared unrounded.
bool meets(const Criterion& criterion, double found);

struct ProtocolDesign {
  Timing timing = Timing::prospective;
  Sampling sampling = Sampling::enriched;
  Blinding blinding = Blinding::coded;
  LocalizedText recruitment;
  LocalizedText inclusion;
  LocalizedText exclusion;
};

struct ProtocolIndexTest {
  std::string assay;  ///< path relative to the study's folder
  std::string assay_version;
  std::string assay_sha256;
  std::string score;  ///< of the assay, for the ROC curve; empty: none
  LocalizedText specimen;
};

struct ProtocolCentre {
  std::string id;
  LocalizedText name;
  std::string ethics_approval_number;
  std::string ethics_approved_on;  ///< ISO 8601 day; empty: not stated
  std::optional<long> planned_subjects;
};

struct ProtocolGroup {
  std::string id;
  LocalizedText label;
  ReferenceStandard reference = ReferenceStandard::negative;
  std::optional<long> planned_subjects;
};

struct ProtocolComparator {
  std::string id;
  LocalizedText label;
  bool quantitative = false;
  std::string unit;
  std::optional<double> positive_from;  ///< a value at or above it is positive; set exactly where quantitative
};

enum class EndpointRole { primary, secondary, exploratory };
std::string_view to_string(EndpointRole role);

struct ProtocolEndpoint {
  std::string id;
  LocalizedText label;
  EndpointRole role = EndpointRole::primary;
  std::string measure;                                                  ///< "sensitivity" …
  std::string comparator;                                               ///< empty: none
  std::vector<std::pair<std::string, std::vector<std::string>>> among;  ///< variable and its admitted values
  std::string interval;                                                 ///< method; empty: the measure's first
  std::optional<Criterion> criterion;
};

struct ProtocolSubgroup {
  std::string id;
  LocalizedText label;
  std::string variable;
  std::string among;         ///< "cases", "controls", "both"
  std::vector<double> cuts;  ///< of a number, increasing; classes are half-open: [a, b)
  bool prespecified = true;
};

struct ProtocolSampleSize {
  std::string id;
  std::string evaluation;
  std::map<std::string, std::string> options;
  std::string estimate;
  long planned = 0;
  LocalizedText note;
};

struct ProtocolLot {
  std::string id;
  std::string expires_on;
};

struct ProtocolInstrument {
  std::string serial;
  std::string centre;
  std::string model;
  std::string calibrated_on;
  std::string calibration_due;
};

/// One evaluation of a table that the study imports: its design, what is computed and how it is judged.
struct ProtocolEvaluation {
  std::string id;
  LocalizedText label;
  LocalizedText design;
  std::string evaluation;                      ///< name in the registry
  std::string data;                            ///< name of an imported table; empty: none is needed
  std::map<std::string, std::string> columns;  ///< of the evaluation → heading of the table
  std::vector<std::pair<std::string, std::vector<std::string>>> rows;  ///< heading and its admitted values
  std::map<std::string, std::string> options;
  std::string estimate;  ///< that the criterion is about
  std::string stratum;   ///< of that estimate; empty: the whole
  std::string method;    ///< of that estimate; empty: the first
  std::optional<Criterion> criterion;
};

struct Protocol {
  std::string id;
  StudyKind kind = StudyKind::clinical;
  LocalizedText title;
  std::string version;
  std::string version_date;
  bool simulated = false;
  std::string product;
  std::string sponsor;
  std::string registration;
  LocalizedText intended_use;
  LocalizedText objectives;
  LocalizedText hypotheses;
  std::optional<ProtocolDesign> design;         ///< set exactly in a clinical study
  std::optional<ProtocolIndexTest> index_test;  ///< set in a clinical study
  LocalizedText reference_standard;
  LocalizedText reference_rationale;
  double confidence = 0.95;
  AnalysisSet primary_set = AnalysisSet::full;
  RepeatRule repeats = RepeatRule::none;
  Handling indeterminate = Handling::excluded;
  Handling invalid = Handling::excluded;
  Handling missing = Handling::excluded;
  std::vector<double> prevalences;
  long seed = 1;
  std::vector<ProtocolCentre> centres;
  std::vector<ProtocolGroup> groups;
  std::vector<ProtocolComparator> comparators;
  std::vector<ProtocolEndpoint> endpoints;
  std::vector<ProtocolSubgroup> subgroups;
  std::vector<ProtocolSampleSize> sample_sizes;
  std::vector<ProtocolLot> lots;
  std::vector<ProtocolInstrument> instruments;
  std::vector<ProtocolEvaluation> evaluations;
  SourceFile source;
  std::string content_sha256;  ///< of the content alone: the same for a TOML file and a workbook that say the same
};

/// The typed protocol of a document.
/// @throws Error study_invalid naming the place for what contradicts itself: an identifier used twice, an endpoint
/// without its comparator, half a criterion, an evaluation that the registry lacks, its unknown columns and options, a
/// cohort that is enriched and asks for raw predictive values, a clinical study without its design, index test,
/// reference standard, groups of both kinds or primary endpoint, an analytical one without evaluations; invalid_value
/// for numbers out of range; personal_data.
Protocol derive_protocol(const ProtocolDocument& document);

/// read_protocol_document(), then derive_protocol().
Protocol read_protocol(const std::filesystem::path& path);

/// The protocol of a study's folder: protocol.toml or protocol.xlsx. @throws Error file_not_found where neither is
/// there; study_invalid where both are and do not say the same, with the first difference.
Protocol read_protocol_of(const std::filesystem::path& study_folder);

const ProtocolCentre* find_centre(const Protocol& protocol, std::string_view id);

}  // namespace qpcr
