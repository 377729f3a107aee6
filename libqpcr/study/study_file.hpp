// The study file: what a trial is made of and the choices that stand before its data are seen.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/sampling.hpp"

namespace qpcr {

/// Which result counts when a sample was tested more than once.
enum class RepeatRule {
  none,                      ///< a second result is an error
  invalid,                   ///< a declared repeat replaces an invalid result
  invalid_or_indeterminate,  ///< … and an indeterminate one
};

std::string_view to_string(RepeatRule rule);

struct PlannedRun {
  std::string id;
  std::string centre;
  std::vector<std::string> files;            ///< as written in the study file
  std::vector<std::filesystem::path> paths;  ///< the same, resolved
  std::vector<std::string> sha256;           ///< expected hashes, one a file, or none
  std::vector<std::string> repeat_of;        ///< earlier runs whose samples this one tests again
  std::string reason;
};

struct StudyPlan {
  std::string schema = "qpcr.study/1";
  std::string id;
  LocalizedText title;
  bool simulated = false;
  Sampling sampling = Sampling::enriched;
  std::filesystem::path assay;
  std::string assay_sha256;  ///< empty when the study does not lock it
  std::filesystem::path subjects;
  std::optional<std::filesystem::path> covariates;
  RepeatRule repeats = RepeatRule::none;
  double confidence = 0.95;
  std::vector<double> prevalences;
  std::vector<PlannedRun> runs;  ///< order of testing
  SourceFile source;
};

/// Reads and checks a study file (docs/formats/study.md). Paths are resolved against its folder; only the assay may lie
/// outside. The files it names are not opened here.
/// @throws Error file_*, malformed_file (not TOML), study_invalid (unknown or missing key, wrong kind, schema, path
/// that leaves the folder,
///   file named twice, run identifier used twice, repeat of a run that is not above, identifier of a run or centre that
///   find_identifier_fault() faults), invalid_value (numbers out of range), personal_data (a name or number of a person
///   as identifier), each with the line and the key.
StudyPlan read_study(const std::filesystem::path& path);

}  // namespace qpcr
