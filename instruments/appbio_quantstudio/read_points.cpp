// Splits the readings of a run by the stages of its protocol.
#include "instruments/appbio_quantstudio/read_points.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

ReadPoint parse_point(std::string_view text, const std::string& path, long line) {
  ReadPoint point;
  int known = 0;
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) continue;
    const std::optional<long> number = parse_integer(trim(word.substr(colon + 1)));
    constexpr long most = 1'000'000;
    if (!number || *number < 0 || *number > most) break;
    const std::string_view name = word.substr(0, colon);
    const int value = static_cast<int>(*number);
    if (name == "Stg") point.stage = value, ++known;
    if (name == "Cyc") point.cycle = value, ++known;
    if (name == "Stp") point.step = value, ++known;
    if (name == "Pt") point.point = value;
  }
  if (known != 3) {
    refuse(ErrorCode::invalid_value, path, line, "CollectionPoints", std::string(text),
           "a point with stage, cycle and step");
  }
  return point;
}

std::optional<StageKind> find_kind(int stage, const std::vector<Stage>& protocol) {
  const auto index = static_cast<std::size_t>(stage) - 1;
  return stage >= 1 && index < protocol.size() ? std::optional(protocol[index].kind) : std::nullopt;
}

struct StageReadings {
  std::set<int> cycles;
  std::size_t count = 0;
};

bool is_melt(int stage, const StageReadings& readings, const std::vector<Stage>& protocol) {
  if (const std::optional<StageKind> kind = find_kind(stage, protocol)) return *kind == StageKind::melt;
  constexpr std::size_t many = 20;
  return readings.cycles.size() == 1 && readings.count >= many;
}

/// The step and point of a stage with most readings; of several the last.
std::pair<int, int> find_longest_step(const std::vector<ReadPoint>& points, int stage) {
  std::map<std::pair<int, int>, std::size_t> readings_of_step;
  for (const ReadPoint& point : points) {
    if (point.stage == stage) ++readings_of_step[{point.step, point.point}];
  }
  std::pair<int, int> chosen{};
  std::size_t longest = 0;
  for (const auto& [step, count] : readings_of_step) {
    if (count >= longest) {
      longest = count;
      chosen = step;
    }
  }
  return chosen;
}

int find_longest_melt_step(const std::vector<ReadPoint>& points, int stage) {
  std::map<int, std::size_t> readings_of_step;
  for (const ReadPoint& point : points) {
    if (point.stage == stage) ++readings_of_step[point.step];
  }
  const auto longest = std::max_element(readings_of_step.begin(), readings_of_step.end(),
                                        [](const auto& left, const auto& right) { return left.second < right.second; });
  return longest == readings_of_step.end() ? 0 : longest->first;
}

/// What a reading outside of the curves is.
std::optional<ReadStage> find_read_stage(int stage, const PointSplit& split, const std::vector<Stage>& protocol) {
  const std::optional<StageKind> kind = find_kind(stage, protocol);
  if (kind == StageKind::pre_read) return ReadStage::pre_read;
  if (kind == StageKind::post_read) return ReadStage::post_read;
  if (kind == StageKind::cycling || stage == split.amplification_stage) return std::nullopt;
  if (split.amplification_stage == 0) return ReadStage::end_point;
  return stage < split.amplification_stage ? ReadStage::pre_read : ReadStage::post_read;
}

}  // namespace

std::vector<ReadPoint> parse_read_points(std::string_view list, const std::string& path, long line) {
  std::vector<ReadPoint> points;
  list = trim(list);
  if (list.starts_with('[')) list.remove_prefix(1);
  while (true) {
    const std::size_t begin = list.find('[');
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(list.find(']', begin), list.size());
    points.push_back(parse_point(list.substr(begin + 1, end - begin - 1), path, line));
    if (points.size() > most_readings)
      refuse(ErrorCode::malformed_file, path, line, fmt::format("more than {} collection points", most_readings));
    list.remove_prefix(end);
  }
  return points;
}

std::vector<ReadPoint> derive_read_points(const std::vector<Stage>& protocol, std::size_t count) {
  std::vector<ReadPoint> points;
  std::size_t planned = 0;
  for (const Stage& stage : protocol) {
    const auto steps = static_cast<std::size_t>(
        std::count_if(stage.steps.begin(), stage.steps.end(), [](const ProtocolStep& step) { return step.collects; }));
    if (stage.kind != StageKind::melt) planned += steps * static_cast<std::size_t>(stage.repetitions.value_or(1));
  }
  const std::size_t of_melt = count > planned ? count - planned : 0;
  bool melt_is_taken = false;
  for (std::size_t i = 0; i < protocol.size(); ++i) {
    const int number = static_cast<int>(i + 1);
    std::vector<int> steps;
    for (std::size_t k = 0; k < protocol[i].steps.size(); ++k) {
      if (protocol[i].steps[k].collects) steps.push_back(static_cast<int>(k + 1));
    }
    if (steps.empty()) continue;
    if (protocol[i].kind == StageKind::melt) {
      // Only one melt stage can take what is left; how two would share it is not written.
      for (std::size_t k = 0; !melt_is_taken && k < of_melt; ++k)
        points.push_back({number, 1, steps.back(), static_cast<int>(k + 1)});
      melt_is_taken = true;
      continue;
    }
    for (long cycle = 1; cycle <= protocol[i].repetitions.value_or(1) && points.size() < count; ++cycle) {
      for (const int step : steps) points.push_back({number, static_cast<int>(cycle), step, 1});
    }
  }
  points.resize(count);
  return points;
}

PointSplit split_read_points(const std::vector<ReadPoint>& points, const std::vector<Stage>& protocol,
                             const AnalysisSettings& settings, const std::string& member, NotReadList& not_read) {
  std::map<int, StageReadings> stages;
  for (const ReadPoint& point : points) {
    StageReadings& stage = stages[point.stage];
    stage.cycles.insert(point.cycle);
    ++stage.count;
  }
  PointSplit split;
  int melt_stage = 0;
  std::size_t most_cycles = 1;
  std::size_t longest_melt = 0;
  for (const auto& [stage, readings] : stages) {
    if (stage == 0) continue;
    const std::optional<StageKind> kind = find_kind(stage, protocol);
    if (is_melt(stage, readings, protocol)) {
      const std::size_t length = settings.melt_stage == stage ? SIZE_MAX : readings.count;
      if (length > longest_melt) {
        longest_melt = length;
        melt_stage = stage;
      }
    } else if (kind != StageKind::pre_read && kind != StageKind::post_read &&
               (readings.cycles.size() > most_cycles ||
                (split.amplification_stage == 0 && kind == StageKind::cycling))) {
      most_cycles = readings.cycles.size();
      split.amplification_stage = stage;
    }
  }
  std::pair<int, int> step = find_longest_step(points, split.amplification_stage);
  if (settings.amplification) {
    const ReadPoint& wanted = *settings.amplification;
    const auto cycles = std::count_if(points.begin(), points.end(), [&](const ReadPoint& point) {
      return point.stage == wanted.stage && point.step == wanted.step && point.point == wanted.point;
    });
    if (cycles > 1 && wanted.stage != melt_stage) {
      split.amplification_stage = wanted.stage;
      step = {wanted.step, wanted.point};
    }
  }
  const int melt_step = find_longest_melt_step(points, melt_stage);
  // A list of thousands helps nobody.
  constexpr std::size_t most_named = 100;
  std::set<ReadPoint> named;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ReadPoint& point = points[i];
    const auto leave_out = [&](const char* why) {
      if (named.size() >= most_named || !named.insert({point.stage, 0, point.step, point.point}).second) return;
      not_read.add(fmt::format("{}: stage {} step {} point {}", member, point.stage, point.step, point.point), why);
    };
    if (point.stage == 0) {
      not_read.add(fmt::format("{}: readings beyond the protocol", member), "the protocol collects fewer");
    } else if (melt_stage != 0 && point.stage == melt_stage) {
      if (point.step == melt_step) {
        split.melt.push_back(i);
      } else {
        leave_out("another collection step of the melt stage");
      }
    } else if (is_melt(point.stage, stages[point.stage], protocol)) {
      leave_out("another melt stage");
    } else if (point.stage == split.amplification_stage) {
      if (std::make_pair(point.step, point.point) == step) {
        split.amplification.push_back(i);
      } else {
        leave_out("another collection step of the amplification stage");
      }
    } else if (const std::optional<ReadStage> read = find_read_stage(point.stage, split, protocol)) {
      split.single.emplace_back(i, *read);
    } else {
      leave_out("another cycling stage");
    }
  }
  return split;
}

}  // namespace qpcr::appbio_quantstudio
