// A plate result arranged the way a report walks through it: by target, by well, with the look of every outcome.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/report/document.hpp"

namespace qpcr {

/// Colour, tint and symbol of an outcome; the symbol tells it apart without colour.
struct OutcomeLook {
  Tone tone;
  Ink ink;
  Ink tint;
  std::string_view symbol;  ///< for text: ＋ − ? !
};

OutcomeLook describe(Outcome outcome);

struct TargetView {
  std::string target;
  std::string dye;
  TargetRole role = TargetRole::target;
  const TargetThreshold* threshold = nullptr;  ///< null when the result names none
  std::vector<std::size_t> wells;              ///< indices into PlateResult::wells
};

struct WellView {
  WellId well;
  std::string sample;
  std::optional<ControlKind> control;
  bool control_passed = true;  ///< no expectation on this well failed
  bool excluded = false;       ///< every result of the well is excluded
  const SampleCall* call = nullptr;
  std::vector<std::size_t> wells;  ///< indices into PlateResult::wells
};

struct PlateView {
  const Run& run;
  const PlateResult& result;
  Language language;
  std::vector<TargetView> targets;      ///< order of first appearance in the result
  std::vector<WellView> wells;          ///< order of first appearance in the result
  std::vector<std::string> idle_wells;  ///< wells of the run that the assay made nothing of
};

/// The view refers to the run and the result, which must outlive it.
PlateView arrange(const Run& run, const PlateResult& result, Language language);

/// "OTX1 (FAM)".
std::string target_label(const TargetView& target);

/// "enumerator" → the catalogue's text of "group.enumerator".
std::string label(std::string_view group, std::string_view enumerator, Language language);

/// True unless results may reach a patient: for research and demonstration only, or not to be released.
bool is_marked(const PlateResult& result);

/// "模拟数据 SIMULATED · 仅供科研/演示，不得用于临床诊断"; empty when nothing restricts the result.
std::string marking(const PlateResult& result, Language language);

}  // namespace qpcr
