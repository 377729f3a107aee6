// Reads multicomponent_data.txt as a text of tokens, not of lines.
#include "instruments/appbio_quantstudio/multicomponent_text.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/line_walker.hpp"
#include "instruments/appbio_quantstudio/number_list.hpp"
#include "instruments/appbio_quantstudio/read_points.hpp"
#include "instruments/appbio_quantstudio/utf8_text.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

struct Record {
  std::size_t dye = 0;  ///< place in the list of dyes
  std::size_t reading = 0;
  double signal = 0;
  long line = 0;
};

class TextReader {
 public:
  explicit TextReader(const std::string& path) : path_(path) {}

  void read(std::string_view text) {
    LineWalker lines(text);
    while (lines.next()) {
      line_ = lines.number();
      // A line that starts with a tab goes on with the coefficients of the dye above.
      if (!lines.line().starts_with('\t')) read_line(lines.line());
    }
  }

  Signals to_signals(const std::vector<Stage>& protocol, std::vector<std::string>& warnings) {
    if (count_ == 0) refuse(ErrorCode::malformed_file, path_, 0, "holds no record of a well, a cycle and a dye");
    std::size_t cells = 0;
    for (const auto& [well, records] : wells_) {
      std::vector<bool> seen(dyes_.size());
      for (const Record& record : records) {
        if (!seen[record.dye]) cells += readings_;
        seen[record.dye] = true;
      }
    }
    // A run that was stopped misses a part of its readings, never nearly all.
    constexpr std::size_t most_missing = 16;
    if (cells > count_ * most_missing) {
      refuse(ErrorCode::malformed_file, path_, 0,
             fmt::format("{} records for {} readings of all wells and dyes", count_, cells));
    }
    Signals result;
    result.member = "multicomponent_data.txt";
    if (protocol.empty()) {
      for (std::size_t i = 0; i < readings_; ++i) result.points.push_back({1, static_cast<int>(i + 1), 1, 1});
      warnings.emplace_back("without tcprotocol.xml all readings are taken as cycles of amplification");
    } else {
      result.points = derive_read_points(protocol, readings_);
    }
    for (const auto& [well, records] : wells_) add_well(well, records, result);
    return result;
  }

 private:
  [[noreturn]] void fail(std::string field, std::string_view found, std::string expected) const {
    refuse(ErrorCode::invalid_value, path_, line_, std::move(field), std::string(found), std::move(expected));
  }

  void read_line(std::string_view line) {
    std::vector<std::string_view>& cells = cells_;
    cells.clear();
    for (std::string_view rest = line;;) {
      const std::size_t tab = rest.find('\t');
      cells.push_back(trim(rest.substr(0, tab)));
      if (tab == std::string_view::npos) break;
      rest.remove_prefix(tab + 1);
    }
    while (!cells.empty() && cells.back().empty()) cells.pop_back();
    if (cells.empty()) return;
    const bool is_record = parse_integer(cells.front()).has_value();
    if (!is_record) {
      if (count_ > 0) fail("WELL", cells.front(), "a well index");
      return;
    }
    for (std::size_t i = 0; i < cells.size();) i = read_record(cells, i);
  }

  /// @return where the next record starts.
  std::size_t read_record(const std::vector<std::string_view>& cells, std::size_t at) {
    constexpr std::size_t slot_cells = 3;
    constexpr std::size_t record_cells = 6;
    if (cells.size() - at < slot_cells) fail("DYE LIST", {}, "well, cycle and a dye or a residual");
    const std::optional<long> well = parse_integer(cells[at]);
    if (!well || *well < 0 || *well >= most_wells)
      fail("WELL", cells[at], fmt::format("a well index from 0 to {}", most_wells - 1));
    const std::optional<long> reading = parse_integer(cells[at + 1]);
    if (!reading || *reading < 0 || *reading >= static_cast<long>(most_readings))
      fail("CYCLE", cells[at + 1], fmt::format("a cycle index from 0 to {}", most_readings - 1));
    const std::string_view dye = cells[at + 2];
    // A slot without a dye has its residual here.
    if (parse_double(dye) || equals_ignoring_case(dye, "NaN")) return at + slot_cells;
    if (cells.size() - at < record_cells - 1) fail("SIGNAL DATA", {}, "well, cycle, dye, residual and signal");
    Record record;
    record.reading = static_cast<std::size_t>(*reading);
    record.line = line_;
    const std::string_view text = cells[at + 4];
    if (const std::optional<double> signal = parse_double(text)) {
      record.signal = *signal;
    } else if (text == "NaN") {
      record.signal = std::numeric_limits<double>::quiet_NaN();
    } else {
      fail("SIGNAL DATA", text, "a number");
    }
    const auto known = std::find(dyes_.begin(), dyes_.end(), dye);
    record.dye = static_cast<std::size_t>(known - dyes_.begin());
    constexpr std::size_t most_dyes = 64;
    if (known == dyes_.end()) {
      if (dyes_.size() == most_dyes) fail("DYE LIST", dye, fmt::format("at most {} dyes", most_dyes));
      dyes_.emplace_back(dye);
    }
    wells_[*well].push_back(record);
    readings_ = std::max(readings_, record.reading + 1);
    ++count_;
    return std::min(at + record_cells, cells.size());
  }

  void add_well(long well, const std::vector<Record>& records, Signals& result) const {
    WellSignals& signals = result.wells[well];
    std::vector<std::size_t> place(dyes_.size(), SIZE_MAX);
    std::vector<std::vector<bool>> seen;
    for (const Record& record : records) {
      if (place[record.dye] == SIZE_MAX) {
        place[record.dye] = signals.signals.size();
        signals.signals.push_back(
            {dyes_[record.dye], std::vector<double>(readings_, std::numeric_limits<double>::quiet_NaN())});
        seen.emplace_back(readings_);
      }
      const std::size_t at = place[record.dye];
      if (seen[at][record.reading]) {
        refuse(ErrorCode::duplicate_entry, path_, record.line,
               fmt::format("well {}, cycle {} and dye '{}' are there twice", well, record.reading, dyes_[record.dye]));
      }
      seen[at][record.reading] = true;
      signals.signals[at].readings[record.reading] = record.signal;
    }
  }

  const std::string& path_;
  long line_ = 0;
  std::vector<std::string_view> cells_;
  std::vector<std::string> dyes_;
  std::map<long, std::vector<Record>> wells_;
  std::size_t readings_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

Signals read_multicomponent_text(std::string_view bytes, const std::string& path, const std::vector<Stage>& protocol,
                                 std::vector<std::string>& warnings) {
  const Utf8Text text(bytes, path);
  TextReader reader(path);
  reader.read(text.view());
  return reader.to_signals(protocol, warnings);
}

bool add_image_temperatures(std::string_view bytes, Signals& signals) {
  std::map<std::size_t, std::vector<double>> rows;
  for (const std::string_view line : split(bytes, '\n')) {
    const std::size_t equals = line.find('=');
    const std::optional<long> image = parse_integer(trim(line.substr(0, equals)));
    if (equals == std::string_view::npos || !image || *image < 0) continue;
    if (!read_number_list(line.substr(equals + 1), rows[static_cast<std::size_t>(*image)]).empty()) return false;
  }
  const std::size_t points = signals.points.size();
  if (points == 0 || rows.empty() || rows.size() % points != 0 || rows.rbegin()->first + 1 != rows.size()) return false;
  // Several images, one a filter, belong to a reading; they were taken at one temperature.
  const std::size_t images = rows.size() / points;
  std::vector<const std::vector<double>*> of_point;
  for (std::size_t point = 0; point < points; ++point) {
    const std::vector<double>& first = rows[point * images];
    for (std::size_t i = 1; i < images; ++i) {
      if (rows[point * images + i] != first) return false;
    }
    of_point.push_back(&first);
  }
  for (auto& [well, data] : signals.wells) {
    std::vector<double> temperatures;
    for (const std::vector<double>* row : of_point) {
      const bool is_there = static_cast<std::size_t>(well) < row->size() && (*row)[static_cast<std::size_t>(well)] > 0;
      temperatures.push_back(is_there ? (*row)[static_cast<std::size_t>(well)]
                                      : std::numeric_limits<double>::quiet_NaN());
    }
    const bool is_any = std::any_of(temperatures.begin(), temperatures.end(), [](double t) { return t == t; });
    if (is_any) data.temperatures_celsius = std::move(temperatures);
  }
  return true;
}

}  // namespace qpcr::appbio_quantstudio
