// Reads raw filter readings and turns them from plates into wells.
#include "instruments/appbio_quantstudio/filter_data.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/number_list.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

class PlateReader {
 public:
  PlateReader(const XmlSource& source, FilterReadings& into, NotReadList& not_read)
      : source_(source), xml_(source), into_(into), not_read_(not_read) {}

  void read() {
    while (xml_.next_child()) {
      if (xml_.name() == "PlatePointData") {
        read_point();
      } else {
        xml_.skip();
      }
    }
  }

 private:
  int read_number() {
    const long line = source_.line_at(xml_.offset());
    const std::string name(xml_.name());
    const std::string text(xml_.read_text());
    const std::optional<long> number = parse_integer(text);
    if (!number || *number < 0 || *number > static_cast<long>(most_readings))
      refuse(ErrorCode::invalid_value, source_.path(), line, name, text, "a number of a stage, cycle, step or point");
    return static_cast<int>(*number);
  }

  void read_point() {
    ReadPoint point;
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "Stage") {
        point.stage = read_number();
      } else if (name == "Cycle") {
        point.cycle = read_number();
      } else if (name == "Step") {
        point.step = read_number();
      } else if (name == "Point") {
        point.point = read_number();
      } else if (name == "PlateData") {
        read_plate(point);
      } else {
        xml_.skip();
      }
    }
  }

  void read_plate(const ReadPoint& point) {
    const std::size_t offset = xml_.offset();
    std::vector<double> readings;
    readings.reserve(expected_);
    std::string filter;
    long rows = 0;
    long columns = 0;
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "Rows") {
        rows = read_number();
      } else if (name == "Cols" || name == "Columns") {
        columns = read_number();
      } else if (name == "WellData") {
        const std::size_t at = xml_.offset();
        const std::string_view wrong = read_number_list(xml_.read_text(), readings);
        if (!wrong.empty()) {
          refuse(ErrorCode::invalid_value, source_.path(), source_.line_at(at), "WellData", std::string(wrong),
                 "a number");
        }
      } else if (name == "Attribute") {
        read_attribute(filter);
      } else {
        xml_.skip();
      }
    }
    if (filter.empty())
      refuse(ErrorCode::malformed_file, source_.path(), source_.line_at(offset), "readings without a FILTER_SET");
    expected_ = readings.size();
    const bool is_whole = rows <= 0 || columns <= 0 || readings.size() == static_cast<std::size_t>(rows * columns);
    if (!is_whole || readings.size() > static_cast<std::size_t>(most_wells)) {
      refuse(ErrorCode::malformed_file, source_.path(), source_.line_at(offset),
             fmt::format("{} readings of a plate of {} x {} wells", readings.size(), rows, columns));
    }
    into_.add(point, filter, std::move(readings), not_read_);
  }

  void read_attribute(std::string& filter) {
    bool is_filter = false;
    while (xml_.next_child()) {
      if (xml_.name() == "key") {
        is_filter = xml_.read_text() == "FILTER_SET";
      } else if (xml_.name() == "value" && is_filter) {
        filter = std::string(xml_.read_text());
      } else {
        xml_.skip();
      }
    }
  }

  const XmlSource& source_;
  XmlTokenizer xml_;
  FilterReadings& into_;
  NotReadList& not_read_;
  std::size_t expected_ = 0;
};

}  // namespace

void FilterReadings::read(std::string_view bytes, const std::string& path, NotReadList& not_read) {
  const XmlSource source(bytes, path);
  PlateReader(source, *this, not_read).read();
}

void FilterReadings::add(const ReadPoint& point, const std::string& filter, std::vector<double> readings,
                         NotReadList& not_read) {
  const auto known = std::find(filters_.begin(), filters_.end(), filter);
  const auto place = static_cast<std::size_t>(known - filters_.begin());
  constexpr std::size_t most_filters = 64;
  if (known == filters_.end()) {
    if (filters_.size() == most_filters) {
      not_read.add("raw filters", fmt::format("more than {} filters", most_filters));
      return;
    }
    filters_.push_back(filter);
  }
  const bool is_new = readings_[point].emplace(place, std::move(readings)).second;
  if (!is_new) not_read.add(fmt::format("raw filter {}", filter), "a second exposure of one reading");
}

Signals FilterReadings::to_signals(const std::string& member, const std::string& path) {
  Signals result;
  result.member = member;
  std::size_t wells = 0;
  std::size_t stored = 0;
  for (const auto& [point, plates] : readings_) {
    result.points.push_back(point);
    for (const auto& [filter, readings] : plates) {
      wells = std::max(wells, readings.size());
      stored += readings.size();
    }
  }
  const std::size_t cells = wells * filters_.size() * result.points.size();
  constexpr std::size_t most_missing = 16;
  if (cells > stored * most_missing || result.points.size() > most_readings) {
    refuse(ErrorCode::malformed_file, path, 0,
           fmt::format("{} readings of {} wells, {} filters and {} points", stored, wells, filters_.size(),
                       result.points.size()));
  }
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t well = 0; well < wells; ++well) {
    WellSignals& signals = result.wells[static_cast<long>(well)];
    for (const std::string& filter : filters_)
      signals.signals.push_back({filter, std::vector<double>(result.points.size(), missing)});
  }
  std::size_t index = 0;
  for (const auto& [point, plates] : readings_) {
    for (const auto& [filter, readings] : plates) {
      auto well = result.wells.begin();
      for (const double reading : readings) {
        well->second.signals[filter].readings[index] = reading;
        ++well;
      }
    }
    ++index;
  }
  readings_.clear();
  return result;
}

}  // namespace qpcr::appbio_quantstudio
