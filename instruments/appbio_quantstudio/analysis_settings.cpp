// Reads analysis_protocol.xml.
#include "instruments/appbio_quantstudio/analysis_settings.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/leave_out.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// At a JaxbSettingValue: a name and a typed value.
void read_value(XmlTokenizer& xml, Values& values) {
  std::string name;
  std::string value;
  while (xml.next_child()) {
    if (xml.name() == "Name") {
      name = std::string(xml.read_text());
    } else if (xml.name() == "JaxbValueItem") {
      for (bool is_first = true; xml.next_child(); is_first = false) {
        if (is_first) {
          value = std::string(xml.read_text());
        } else {
          xml.skip();
        }
      }
    } else {
      xml.skip();
    }
  }
  values.insert_or_assign(std::move(name), std::move(value));
}

/// At a JaxbAnalysisSettings. @return its type.
std::string read_settings(XmlTokenizer& xml, Values& values) {
  std::string type;
  while (xml.next_child()) {
    if (xml.name() == "Type") {
      type = std::string(xml.read_text());
    } else if (xml.name() == "JaxbSettingValue") {
      read_value(xml, values);
    } else {
      xml.skip();
    }
  }
  return type;
}

std::string find(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string{} : found->second;
}

std::optional<bool> find_truth(const Values& values, std::string_view name) {
  const std::string text = find(values, name);
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::optional<long> find_integer(const Values& values, std::string_view name) {
  return parse_integer(find(values, name));
}

CtSetting to_ct_setting(const Values& values) {
  CtSetting setting;
  setting.threshold = parse_double(find(values, "Threshold"));
  setting.automatic_threshold = find_truth(values, "AutoCt");
  setting.baseline_first_cycle = parse_double(find(values, "BaselineStart"));
  setting.baseline_last_cycle = parse_double(find(values, "BaselineStop"));
  setting.automatic_baseline = find_truth(values, "AutoBaseline");
  setting.is_target_default = find_truth(values, "UseDetectorDefaults").value_or(false);
  return setting;
}

/// Settings that hold where no target is named.
bool is_default_object(std::string_view object) {
  return object.empty() || object.find("DEFAULT_SETTINGS") != std::string_view::npos ||
         object.find("OBJECT_NAME") != std::string_view::npos;
}

void read_data_select(const Values& values, AnalysisSettings& settings) {
  const std::optional<long> stage = find_integer(values, "StageNum");
  const std::optional<long> step = find_integer(values, "StepNum");
  const std::optional<long> point = find_integer(values, "PointNum");
  const auto is_small = [](const std::optional<long>& number) {
    return number && *number > 0 && *number <= static_cast<long>(most_readings);
  };
  if (is_small(stage) && is_small(step) && is_small(point)) {
    settings.amplification = ReadPoint{static_cast<int>(*stage), 0, static_cast<int>(*step), static_cast<int>(*point)};
  }
  const std::optional<long> melt = find_integer(values, "MeltStageNum");
  if (is_small(melt)) settings.melt_stage = static_cast<int>(*melt);
}

void add_row(const std::string& object, const Values& values, AnalysisSettings& settings) {
  static constexpr std::array<const char*, 5> names{"Threshold", "AutoCt", "AutoBaseline", "BaselineStart",
                                                    "BaselineStop"};
  if (!settings.table) {
    settings.table = VendorTable{"analysis_protocol.xml: IDetectorSettings", {"ObjectName"}, {}};
    for (const char* name : names) settings.table->columns.emplace_back(name);
  }
  std::vector<std::string>& row = settings.table->rows.emplace_back();
  row.push_back(object);
  for (const char* name : names) row.push_back(find(values, name));
}

}  // namespace

AnalysisSettings read_analysis_settings(std::string_view bytes, const std::string& path, NotReadList& not_read) {
  AnalysisSettings settings;
  const XmlSource source(bytes, path);
  XmlTokenizer xml(source);
  while (xml.next_child()) {
    if (xml.name() != "JaxbAnalysisSettings") {
      if (xml.name() == "AnalysisSetting")
        not_read.add("analysis_protocol.xml: AnalysisSetting", "criteria of quality flags; the raised flags are read");
      xml.skip();
      continue;
    }
    Values values;
    const std::string type = read_settings(xml, values);
    const std::string_view name = std::string_view(type).substr(type.rfind('.') + 1);
    const std::string object = find(values, "ObjectName");
    if (name == "IDetectorSettings") {
      add_row(object, values, settings);
      if (is_default_object(object)) {
        settings.defaults = to_ct_setting(values);
      } else {
        settings.targets[object] = to_ct_setting(values);
      }
    } else if (name == "IWellSettings") {
      const std::optional<long> well = find_integer(values, "WellIndex");
      if (well && *well >= 0 && *well < most_wells && !is_default_object(object))
        settings.wells[{*well, object}] = to_ct_setting(values);
    } else if (name == "IAlgorithmSelectSettings") {
      settings.algorithm = find(values, "AlgorithmName");
    } else if (name == "IDataSelectSettings") {
      read_data_select(values, settings);
    } else if (!name.empty()) {
      leave_out(not_read, fmt::format("analysis_protocol.xml: {}", name), "a setting of the vendor's software");
    }
  }
  return settings;
}

CtSetting find_ct_setting(const AnalysisSettings& settings, long well, const std::string& target) {
  CtSetting result;
  const auto merge = [&result](const CtSetting& other) {
    if (!result.automatic_threshold) {
      result.automatic_threshold = other.automatic_threshold;
      result.threshold = other.threshold;
    }
    if (!result.automatic_baseline) {
      result.automatic_baseline = other.automatic_baseline;
      result.baseline_first_cycle = other.baseline_first_cycle;
      result.baseline_last_cycle = other.baseline_last_cycle;
    }
  };
  const auto own = settings.wells.find({well, target});
  // With the target's settings in force, a well still keeps the window that was found for it.
  if (own != settings.wells.end() && !own->second.is_target_default) merge(own->second);
  const auto common = settings.targets.find(target);
  if (common != settings.targets.end()) merge(common->second);
  if (settings.defaults) merge(*settings.defaults);
  if (own != settings.wells.end() && own->second.is_target_default && result.automatic_baseline.value_or(true) &&
      own->second.automatic_baseline.value_or(false)) {
    result.automatic_baseline = true;
    result.baseline_first_cycle = own->second.baseline_first_cycle;
    result.baseline_last_cycle = own->second.baseline_last_cycle;
  }
  return result;
}

}  // namespace qpcr::appbio_quantstudio
