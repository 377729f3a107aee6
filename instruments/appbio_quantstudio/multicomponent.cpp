// Reads multicomponentdata.xml in one pass.
#include "instruments/appbio_quantstudio/multicomponent.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/number_list.hpp"
#include "instruments/appbio_quantstudio/read_points.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

class MulticomponentReader {
 public:
  MulticomponentReader(const XmlSource& source, const std::vector<Stage>& protocol, NotReadList& not_read)
      : source_(source), xml_(source), protocol_(protocol), not_read_(not_read) {}

  Signals read() {
    result_.member = "multicomponentdata.xml";
    while (xml_.next_child()) read_child();
    if (wells_ == 0) {
      refuse(ErrorCode::invalid_value, source_.path(), 1, "WellCount", {},
             fmt::format("a number of wells from 1 to {}", most_wells));
    }
    join();
    return std::move(result_);
  }

 private:
  struct WellData {
    std::size_t offset = 0;
    std::vector<std::vector<double>> readings;
    std::vector<std::size_t> offsets;
  };

  long line() const { return source_.line_at(xml_.offset()); }

  void read_child() {
    const std::string_view name = xml_.name();
    if (name == "WellCount") {
      const long at = line();
      const std::string text(xml_.read_text());
      const std::optional<long> wells = parse_integer(text);
      if (!wells || *wells < 1 || *wells > most_wells) {
        refuse(ErrorCode::invalid_value, source_.path(), at, "WellCount", text,
               fmt::format("a number of wells from 1 to {}", most_wells));
      }
      wells_ = *wells;
    } else if (name == "CollectionPoints") {
      const long at = line();
      result_.points = parse_read_points(xml_.read_text(), source_.path(), at);
    } else if (name == "SampleTemperatures") {
      if (!read_number_list(xml_.read_text(), temperatures_).empty()) temperatures_.clear();
    } else if (name == "DyeData") {
      read_dyes();
    } else if (name == "SignalData") {
      read_signals();
    } else {
      if (name == "MSE") not_read_.add("multicomponentdata.xml: MSE", "residuals of the colour separation");
      xml_.skip();
    }
  }

  long read_well_index() const {
    const std::string text(xml_.attribute("WellIndex").value_or(""));
    const std::optional<long> index = parse_integer(text);
    const long end = wells_ > 0 ? wells_ : most_wells;
    if (!index || *index < 0 || *index >= end) {
      refuse(ErrorCode::invalid_value, source_.path(), line(), "WellIndex", text,
             fmt::format("a well index from 0 to {}", end - 1));
    }
    return *index;
  }

  void read_dyes() {
    std::vector<std::string>& list = dyes_[read_well_index()];
    while (xml_.next_child()) {
      if (xml_.name() != "DyeList") {
        xml_.skip();
        continue;
      }
      list.clear();
      for (const std::string_view dye : split_list(xml_.read_text())) list.emplace_back(dye);
    }
  }

  void read_signals() {
    const long well = read_well_index();
    WellData& data = data_[well];
    if (!data.readings.empty()) {
      refuse(ErrorCode::duplicate_entry, source_.path(), line(),
             fmt::format("the well with index {} has signals twice", well));
    }
    data.offset = xml_.offset();
    while (xml_.next_child()) {
      if (xml_.name() != "CycleData") {
        xml_.skip();
        continue;
      }
      const std::size_t offset = xml_.offset();
      constexpr std::size_t most_dyes = 64;
      if (data.readings.size() == most_dyes) {
        refuse(ErrorCode::malformed_file, source_.path(), source_.line_at(offset),
               fmt::format("more than {} signals of a well", most_dyes));
      }
      std::vector<double>& readings = data.readings.emplace_back();
      data.offsets.push_back(offset);
      readings.reserve(expected_);
      const std::string_view wrong = read_number_list(xml_.read_text(), readings);
      if (!wrong.empty()) {
        refuse(ErrorCode::invalid_value, source_.path(), source_.line_at(offset), "CycleData", std::string(wrong),
               "a finite number");
      }
      expected_ = readings.size();
    }
  }

  void join() {
    if (result_.points.empty() && !protocol_.empty() && expected_ <= most_readings) {
      result_.points = derive_read_points(protocol_, expected_);
      if (!result_.points.empty())
        not_read_.add("multicomponentdata.xml: CollectionPoints", "missing; taken from the protocol");
    }
    const std::size_t points = result_.points.size();
    const bool has_temperatures = points > 0 && temperatures_.size() == static_cast<std::size_t>(wells_) * points;
    if (!has_temperatures && points > 0) {
      not_read_.add("multicomponentdata.xml: SampleTemperatures", "not one temperature for each well and reading");
    }
    for (auto& [well, data] : data_) {
      if (well >= wells_) {
        refuse(ErrorCode::invalid_value, source_.path(), source_.line_at(data.offset), "WellIndex",
               fmt::format("{}", well), fmt::format("a well index from 0 to {}", wells_ - 1));
      }
      const std::vector<std::string>& dyes = dyes_[well];
      WellSignals& signals = result_.wells[well];
      for (std::size_t i = 0; i < data.readings.size(); ++i) {
        if (i >= dyes.size()) {
          refuse(ErrorCode::malformed_file, source_.path(), source_.line_at(data.offsets[i]),
                 "more signals than dyes in the well's DyeList");
        }
        if (std::find(dyes.begin(), dyes.begin() + static_cast<std::ptrdiff_t>(i), dyes[i]) !=
            dyes.begin() + static_cast<std::ptrdiff_t>(i)) {
          refuse(ErrorCode::duplicate_entry, source_.path(), source_.line_at(data.offsets[i]),
                 fmt::format("the well with index {} has dye '{}' twice", well, dyes[i]));
        }
        if (data.readings[i].size() != points) {
          refuse(ErrorCode::malformed_file, source_.path(), source_.line_at(data.offsets[i]),
                 fmt::format("expected {} readings as there are collection points, got {}", points,
                             data.readings[i].size()));
        }
        signals.signals.push_back({dyes[i], std::move(data.readings[i])});
      }
      if (has_temperatures) {
        const auto first = temperatures_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(well) * points);
        signals.temperatures_celsius.assign(first, first + static_cast<std::ptrdiff_t>(points));
      }
    }
  }

  const XmlSource& source_;
  XmlTokenizer xml_;
  const std::vector<Stage>& protocol_;
  NotReadList& not_read_;
  Signals result_;
  long wells_ = 0;
  std::size_t expected_ = 0;
  std::vector<double> temperatures_;
  std::map<long, std::vector<std::string>> dyes_;
  std::map<long, WellData> data_;
};

}  // namespace

Signals read_multicomponent(std::string_view bytes, const std::string& path, const std::vector<Stage>& protocol,
                            NotReadList& not_read) {
  const XmlSource source(bytes, path);
  return MulticomponentReader(source, protocol, not_read).read();
}

}  // namespace qpcr::appbio_quantstudio
