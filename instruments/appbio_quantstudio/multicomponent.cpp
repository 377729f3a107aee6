// Reads multicomponentdata.xml.
#include "instruments/appbio_quantstudio/multicomponent.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

struct Point {
  int stage = 0;
  int cycle = 0;
  int step = 0;
  int point = 0;
};

[[noreturn]] void refuse(const XmlElement& element, ErrorCode code, std::string problem, std::string found = {}) {
  ErrorContext context;
  context.path = element.path();
  context.line = element.line();
  context.field = std::string(element.name());
  context.found = std::move(found);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// "[a, b]" → parts; "[]" and "" → none. The parts point into the list, so a temporary is refused.
std::vector<std::string_view> split_list(std::string&&) = delete;
std::vector<std::string_view> split_list(const std::string& list) {
  std::string_view text = list;
  text = trim(text);
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  std::vector<std::string_view> parts;
  if (trim(text).empty()) return parts;
  for (const std::string_view part : split(text, ',')) parts.push_back(trim(part));
  return parts;
}

/// "[Stg:2 Cyc:1 Stp:2 Pt:1]"
Point parse_point(std::string_view text, const XmlElement& element) {
  Point point;
  int known = 0;
  if (text.starts_with('[')) text.remove_prefix(1);
  if (text.ends_with(']')) text.remove_suffix(1);
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) continue;
    const std::optional<long> number = parse_integer(word.substr(colon + 1));
    constexpr long most = 1'000'000;
    if (!number || *number < 0 || *number > most) break;
    const std::string_view name = word.substr(0, colon);
    const int value = static_cast<int>(*number);
    if (name == "Stg") point.stage = value, ++known;
    if (name == "Cyc") point.cycle = value, ++known;
    if (name == "Stp") point.step = value, ++known;
    if (name == "Pt") point.point = value;
  }
  if (known != 3)
    refuse(element, ErrorCode::invalid_value, "a collection point without stage, cycle and step", std::string(text));
  return point;
}

std::vector<Point> read_points(const XmlElement& element) {
  std::vector<Point> points;
  const std::string list = element.text();
  for (const std::string_view text : split_list(list)) points.push_back(parse_point(text, element));
  return points;
}

/// Which readings are the amplification curve and which the melting curve.
struct Split {
  int amplification_stage = 0;
  std::vector<std::size_t> amplification;
  std::vector<std::size_t> melt;
};

bool is_melt(int stage, const std::vector<Point>& points, const std::vector<ProtocolStage>& protocol) {
  const auto index = static_cast<std::size_t>(stage) - 1;
  if (stage >= 1 && index < protocol.size()) return is_melt_stage(protocol[index]);
  constexpr std::ptrdiff_t many = 20;
  const auto in_stage = [&](const Point& point) { return point.stage == stage; };
  const bool one_cycle =
      std::all_of(points.begin(), points.end(), [&](const Point& p) { return !in_stage(p) || p.cycle <= 1; });
  return one_cycle && std::count_if(points.begin(), points.end(), in_stage) >= many;
}

Split split_points(const std::vector<Point>& points, const std::vector<ProtocolStage>& protocol,
                   NotReadList& not_read) {
  std::map<int, std::set<int>> cycles_of_stage;
  for (const Point& point : points) cycles_of_stage[point.stage].insert(point.cycle);
  Split split;
  std::set<int> melt_stages;
  std::size_t most = 0;
  for (const auto& [stage, cycles] : cycles_of_stage) {
    if (is_melt(stage, points, protocol)) {
      melt_stages.insert(stage);
    } else if (cycles.size() > most) {
      most = cycles.size();
      split.amplification_stage = stage;
    }
  }
  std::map<std::pair<int, int>, std::size_t> readings_of_step;
  for (const Point& point : points) {
    if (point.stage == split.amplification_stage) ++readings_of_step[{point.step, point.point}];
  }
  std::pair<int, int> chosen{};
  std::size_t longest = 0;
  for (const auto& [step, count] : readings_of_step) {
    if (count >= longest) {
      longest = count;
      chosen = step;
    }
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    if (melt_stages.contains(point.stage)) {
      split.melt.push_back(i);
    } else if (point.stage == split.amplification_stage && std::make_pair(point.step, point.point) == chosen) {
      split.amplification.push_back(i);
    } else {
      not_read.add(
          fmt::format("multicomponentdata.xml: stage {} step {} point {}", point.stage, point.step, point.point),
          point.stage == split.amplification_stage ? "another collection step of the amplification stage"
                                                   : "neither the amplification nor a melt stage");
    }
  }
  return split;
}

std::vector<double> read_numbers(const XmlElement& element, std::size_t expected) {
  std::vector<double> values;
  const std::string list = element.text();
  for (const std::string_view text : split_list(list)) {
    std::optional<double> value = parse_double(text);
    // Java's spelling of a signal that could not be computed.
    if (!value && text == "NaN") value = std::numeric_limits<double>::quiet_NaN();
    if (!value) refuse(element, ErrorCode::invalid_value, "expected a finite number", std::string(text));
    values.push_back(*value);
  }
  if (values.size() != expected) {
    refuse(element, ErrorCode::malformed_file,
           fmt::format("expected {} readings as there are collection points, got {}", expected, values.size()));
  }
  return values;
}

/// Temperatures of wells × points, or nothing when the file has not one for each.
std::vector<double> read_temperatures(const XmlElement& element, std::size_t expected) {
  std::vector<double> values;
  const std::string text = element.text();
  for (const std::string_view part : split(text, '\t')) {
    if (const std::optional<double> value = parse_double(trim(part))) values.push_back(*value);
  }
  if (values.size() != expected) values.clear();
  return values;
}

long read_well_index(const XmlElement& element, long wells) {
  const std::string text(element.attribute("WellIndex").value_or(""));
  const std::optional<long> index = parse_integer(text);
  if (!index || *index < 0 || *index >= wells) {
    refuse(element, ErrorCode::invalid_value, fmt::format("expected a WellIndex from 0 to {}", wells - 1), text);
  }
  return *index;
}

}  // namespace

Multicomponent read_multicomponent(const XmlDocument& document, const std::vector<ProtocolStage>& protocol,
                                   NotReadList& not_read) {
  const XmlElement root = document.root();
  const std::vector<Point> points = read_points(root.child("CollectionPoints"));
  const std::optional<long> wells = parse_integer(root.child("WellCount").text());
  constexpr long most_wells = 100'000;
  if (!wells || *wells < 1 || *wells > most_wells) {
    refuse(root, ErrorCode::invalid_value, "expected a number of wells in WellCount", root.child("WellCount").text());
  }
  const Split split = split_points(points, protocol, not_read);
  std::vector<double> temperatures;
  if (!split.melt.empty()) {
    temperatures =
        read_temperatures(root.child("SampleTemperatures"), static_cast<std::size_t>(*wells) * points.size());
    if (temperatures.empty())
      not_read.add("multicomponentdata.xml: melt stage", "no temperature for each well and reading");
  }

  Multicomponent result;
  result.amplification_stage = split.amplification_stage;
  std::map<long, std::vector<std::string>> dyes;
  for (XmlElement element = root.first(); element; element = element.next()) {
    if (element.name() == "DyeData") {
      std::vector<std::string>& list = dyes[read_well_index(element, *wells)];
      const std::string text = element.child("DyeList").text();
      for (const std::string_view dye : split_list(text)) list.emplace_back(dye);
    } else if (element.name() == "SignalData") {
      const long well = read_well_index(element, *wells);
      const auto known = dyes.find(well);
      std::vector<DyeSignal>& signals = result.wells[well];
      if (!signals.empty())
        refuse(element, ErrorCode::duplicate_entry, fmt::format("the well with index {} has signals twice", well));
      std::size_t position = 0;
      for (XmlElement data = element.first(); data; data = data.next()) {
        if (data.name() != "CycleData") continue;
        if (known == dyes.end() || position >= known->second.size()) {
          refuse(data, ErrorCode::malformed_file, "more signals than dyes in the well's DyeList");
        }
        const std::vector<double> values = read_numbers(data, points.size());
        DyeSignal signal;
        signal.dye = known->second[position++];
        signal.amplification.kind = CurveKind::multicomponent;
        for (const std::size_t i : split.amplification) {
          signal.amplification.cycles.push_back(points[i].cycle);
          signal.amplification.fluorescence.push_back(values[i]);
        }
        signal.melt.kind = CurveKind::multicomponent;
        if (!temperatures.empty()) {
          for (const std::size_t i : split.melt) {
            signal.melt.temperatures_celsius.push_back(
                temperatures[static_cast<std::size_t>(well) * points.size() + i]);
            signal.melt.fluorescence.push_back(values[i]);
          }
        }
        signals.push_back(std::move(signal));
      }
    } else if (element.name() == "MSE") {
      not_read.add("multicomponentdata.xml: MSE", "residuals of the colour separation");
    }
  }
  return result;
}

}  // namespace qpcr::appbio_quantstudio
