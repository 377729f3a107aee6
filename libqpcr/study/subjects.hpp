// The subjects of a study, read from a table and checked before anything is joined to them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"

namespace qpcr {

enum class ReferenceStandard { positive, negative };
enum class ControlClass { cirrhosis, chronic_hepatitis_b, benign_lesion, other_cancer, healthy };
enum class Sex { male, female };
enum class BclcStage { stage_0, stage_a, stage_b, stage_c, stage_d };
/// Whether a laboratory value is a number or a bound: "<0.8" says below its limit of quantification.
enum class Bound { exact, below, above };

std::string_view to_string(ReferenceStandard reference);
std::string_view to_string(ControlClass control_class);
std::string_view to_string(Sex sex);
std::string_view to_string(BclcStage stage);  ///< "0", "A" … "D"

/// Every class and stage in the order of the reports.
const std::vector<ControlClass>& all_control_classes();
const std::vector<BclcStage>& all_bclc_stages();

/// A laboratory value as written, with its number and what the number is.
struct BoundedValue {
  std::string text;
  double value = 0.0;
  Bound bound = Bound::exact;

  bool operator==(const BoundedValue&) const = default;
};

struct Subject {
  std::string id;
  std::string centre;
  std::string sample;                          ///< empty only for an excluded subject
  std::optional<ReferenceStandard> reference;  ///< absent: not available
  std::optional<ControlClass> control_class;   ///< of a negative
  std::optional<BclcStage> stage;              ///< of a positive
  std::optional<Sex> sex;
  std::optional<double> age_years;
  std::optional<BoundedValue> afp_ng_ml;
  bool excluded = false;
  std::string exclusion_reason;
  long line = 0;  ///< of the table, 1-based

  bool operator==(const Subject&) const = default;
};

struct SubjectTable {
  std::vector<Subject> subjects;  ///< order of the table
  SourceFile source;
  std::vector<NotRead> not_read;  ///< columns that nothing uses
};

/// Reads a table of subjects (docs/formats/study.md).
/// @throws Error file_*, wrong_encoding, malformed_file; missing_column; personal_data for names, identity or phone
/// numbers where an
///   identifier belongs, for identity and phone numbers anywhere, and for a column whose name asks for a person;
///   duplicate_entry for a subject twice or a sample of two subjects; study_invalid for a subject, centre or sample
///   that find_identifier_fault() faults ("X1/X2"), a subject without a sample or with two, a stage on a negative, a
///   class on a positive, an exclusion without a reason; invalid_value for text that is not one of the values, or a
///   number out of range. All with the line and the column.
SubjectTable read_subjects(const std::filesystem::path& path);

}  // namespace qpcr
