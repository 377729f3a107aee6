// Walks the sections of a SmartCycler export: cycle data by site, results by row, settings by channel.
#include "instruments/cepheid_smartcycler/tables.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::cepheid_smartcycler {
namespace {

/// Six blocks of 16 sites make a full system; imported standards add to that.
constexpr PlateGeometry largest_system{26, 96};
constexpr std::size_t most_blocks = 10'000;
constexpr std::size_t most_channels = 64;

struct Channel {
  std::string name;
  std::vector<double> fluorescence;
};

/// The columns of one reaction. A site has one block for each time it occurs.
struct SiteBlock {
  std::string site;
  std::vector<Channel> channels;
  std::vector<double> cycles;
};

struct ChannelResult {
  std::string channel;
  std::size_t ct_column = 0;
  std::optional<std::size_t> standard_column;
};

struct ChannelSettings {
  bool background_subtracted = false;
  std::string algorithm;
  std::optional<double> threshold;
  std::optional<double> background_first_cycle;
  std::optional<double> background_last_cycle;
};

bool is_site(std::string_view text) {
  const std::optional<GridPosition> position = parse_label(text);
  return position && largest_system.contains(*position);
}

std::string to_site(std::string_view text) { return to_label(*parse_label(text)); }

class RunReader {
 public:
  explicit RunReader(const InputFile& file) : file_(file), grid_(read_text_grid(file.bytes, file.path)) {}

  RunData read() {
    run_.name = file_.name.substr(0, file_.name.rfind('.'));
    run_.instrument.vendor = "Cepheid";
    run_.instrument.model = "SmartCycler";
    format_ = decide_format();
    walk();
    if (blocks_.empty() && result_rows_.empty()) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "neither cycle data nor a results table";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    join();
    run_.provenance.not_read = not_read_.entries();
    return std::move(run_);
  }

 private:
  /// Texts in the head ("Oct 11, 2010") and names hold commas, so only rows that begin with a number, a site or a
  /// channel are looked at.
  NumberFormat decide_format() const {
    std::vector<std::string_view> cells;
    for (std::size_t row = 0; row < grid_.row_count(); ++row) {
      const std::string_view first = trim(grid_.cell(row, 0));
      if (!parse_integer(first) && !is_site(first)) continue;
      const auto here = grid_.row(row);
      const std::size_t names = is_site(first) ? 6 : 0;
      for (std::size_t column = names; column < here.size(); ++column) cells.push_back(here[column]);
    }
    return decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, file_.path);
  }

  void walk() {
    for (std::size_t row = 0; row < grid_.row_count();) {
      const std::string first = fold_header(grid_.cell(row, 0));
      if (first == "cycle#") {
        row = read_cycles(row);
      } else if (first == "siteid") {
        row = read_results(row);
      } else if (first == "ch#") {
        row = read_settings(row);
      } else {
        read_line(row, first);
        ++row;
      }
    }
  }

  void read_line(std::size_t row, const std::string& first) {
    if (grid_.is_blank(row)) return;
    const std::string value(trim(grid_.cell(row, 1)));
    if (first.starts_with("runsummary")) {
      const std::string_view line = grid_.cell(row, 0);
      const std::size_t open = line.find('(');
      std::string_view software = line.substr(std::min(open, line.size() - 1) + 1);
      software = trim(software.substr(0, software.find(')')));
      const std::size_t blank = software.rfind(' ');
      run_.instrument.software = software.substr(0, blank);
      if (blank != std::string_view::npos) run_.instrument.software_version = software.substr(blank + 1);
    } else if (first == "runname:") {
      if (!value.empty()) run_.name = value;
    } else if (first == "startedat:") {
      run_.started_at = value;
    } else if (first == "finishedat:" || first == "endedat:") {
      run_.ended_at = value;
    } else if (first == "user:" || first == "username:" || first == "operator:") {
      run_.operator_name = value;
    } else if (first == "runnotes:" || first == "notes:") {
      run_.notes = value;
    } else if (first == "numberofsites:") {
      stated_sites_ = parse_integer(value);
    } else if (!first.empty() && first != "cycledata" && first != "resultstable" && first != "analysissettings" &&
               !first.starts_with("instrument")) {
      not_read_.add(fmt::format("line {}: '{}'", grid_.line(row), trim(grid_.cell(row, 0))), "no result comes from it");
    }
  }

  /// The row of site identifiers stands one or two rows above the header of the cycles.
  std::size_t find_site_row(std::size_t header) const {
    constexpr std::size_t highest = 3;
    for (std::size_t up = 1; up <= highest && up <= header; ++up) {
      if (is_site(trim(grid_.cell(header - up, 1)))) return header - up;
    }
    grid_.fail(ErrorCode::malformed_file, header, "Cycle #", {}, "a row of site identifiers above this header");
  }

  std::size_t read_cycles(std::size_t header) {
    const std::size_t site_row = find_site_row(header);
    const auto names = grid_.row(header);
    const std::size_t first_block = blocks_.size();
    std::vector<std::pair<std::size_t, std::size_t>> places(names.size(), {0, SIZE_MAX});
    for (std::size_t column = 1; column < names.size(); ++column) {
      const std::string name(trim(names[column]));
      if (name.empty()) continue;
      const std::string_view site_text = trim(grid_.cell(site_row, column));
      if (!is_site(site_text)) grid_.fail(ErrorCode::invalid_value, site_row, name, site_text, "a site such as A1");
      const std::string site = to_site(site_text);
      std::string folded = fold_header(name);
      if (folded.size() > 2 && folded.ends_with("d2")) {
        not_read_.add("columns 'D2'", "second derivatives are computed from the curve, not taken from the export");
        continue;
      }
      const bool same_block = blocks_.size() > first_block && blocks_.back().site == site &&
                              std::none_of(blocks_.back().channels.begin(), blocks_.back().channels.end(),
                                           [&](const Channel& channel) { return channel.name == name; });
      if (!same_block) blocks_.push_back({site, {}, {}});
      if (blocks_.size() > most_blocks || blocks_.back().channels.size() == most_channels) {
        grid_.fail(ErrorCode::malformed_file, header, name, name,
                   fmt::format("at most {} reactions of {} channels", most_blocks, most_channels));
      }
      places[column] = {blocks_.size() - 1, blocks_.back().channels.size()};
      blocks_.back().channels.push_back({name, {}});
    }
    std::vector<double> cycles;
    std::size_t row = header + 1;
    for (; row < grid_.row_count(); ++row) {
      const std::string_view text = trim(grid_.cell(row, 0));
      if (text.empty()) break;
      const std::optional<long> cycle = parse_integer(text);
      if (!cycle || (!cycles.empty() && static_cast<double>(*cycle) <= cycles.back()))
        grid_.fail(ErrorCode::invalid_value, row, "Cycle #", text, "a cycle after the one above");
      cycles.push_back(static_cast<double>(*cycle));
      read_readings(row, places);
    }
    for (std::size_t block = first_block; block < blocks_.size(); ++block) blocks_[block].cycles = cycles;
    return row;
  }

  void read_readings(std::size_t row, const std::vector<std::pair<std::size_t, std::size_t>>& places) {
    const auto cells = grid_.row(row);
    for (std::size_t column = places.size(); column < cells.size(); ++column) {
      if (!trim(cells[column]).empty())
        grid_.fail(ErrorCode::malformed_file, row, fmt::format("number {}", column + 1), cells[column],
                   "no more cells than the header has");
    }
    for (std::size_t column = 1; column < places.size(); ++column) {
      const auto& [block, channel] = places[column];
      if (channel == SIZE_MAX) continue;
      const std::string_view text = trim(grid_.cell(row, column));
      std::optional<double> reading = std::numeric_limits<double>::quiet_NaN();
      if (!text.empty()) reading = parse_number(text, format_);
      if (!reading) {
        grid_.fail(ErrorCode::invalid_value, row,
                   fmt::format("{} {}", blocks_[block].site, blocks_[block].channels[channel].name), text, "a number");
      }
      blocks_[block].channels[channel].fluorescence.push_back(*reading);
    }
  }

  std::size_t read_results(std::size_t header) {
    std::size_t end = header + 1;
    while (end < grid_.row_count() && !grid_.is_blank(end)) ++end;
    if (results_) grid_.fail(ErrorCode::duplicate_entry, header, "Site ID", {}, "one results table in the file");
    results_.emplace(grid_, header, end);
    GridTable& table = *results_;
    site_column_ = table.require({"Site ID"});
    sample_column_ = table.find({"Sample ID"});
    type_column_ = table.find({"Sample Type"});
    notes_column_ = table.find({"Notes"});
    status_column_ = table.find({"Status"});
    for (std::size_t column = 0; column < table.column_count(); ++column) {
      const std::string_view name = table.header(column);
      if (name.size() <= 3 || !equals_ignoring_case(name.substr(name.size() - 3), " Ct")) continue;
      if (channel_results_.size() == most_channels)
        table.fail(ErrorCode::malformed_file, header, column, fmt::format("at most {} channels", most_channels));
      ChannelResult result;
      result.channel = std::string(trim(name.substr(0, name.size() - 3)));
      result.ct_column = column;
      const std::string standard = result.channel + " Std/Res";
      result.standard_column = table.find({standard});
      const bool is_double = std::any_of(channel_results_.begin(), channel_results_.end(),
                                         [&](const ChannelResult& other) { return other.channel == result.channel; });
      if (is_double) table.fail(ErrorCode::duplicate_entry, header, column, "each channel once");
      table.mark_read(column);
      channel_results_.push_back(std::move(result));
    }
    for (std::size_t row = table.first_row(); row < end; ++row) {
      if (!is_site(table.text(row, site_column_))) table.fail(row, site_column_, "a site such as A1");
      result_rows_.push_back(row);
    }
    table.report_columns_not_read(not_read_, "Results Table");
    return end;
  }

  std::size_t read_settings(std::size_t header) {
    std::size_t end = header + 1;
    while (end < grid_.row_count() && !grid_.is_blank(end)) ++end;
    GridTable table(grid_, header, end);
    const std::size_t dye = table.require({"Dye Name"});
    const auto background = table.find({"Bkgnd Sub"});
    const auto background_first = table.find({"Bkgnd Min Cycle"});
    const auto background_last = table.find({"Bkgnd Max Cycle"});
    const auto analysis = table.find({"Curve Analysis"});
    const auto setting = table.find({"Thresh Setting"});
    const auto threshold = table.find({"Manual Thresh Fluor Units"});
    VendorTable kept;
    kept.name = settings_tables_ == 0 ? "Analysis Settings" : fmt::format("Analysis Settings {}", settings_tables_ + 1);
    for (std::size_t column = 0; column < table.column_count(); ++column)
      kept.columns.emplace_back(table.header(column));
    for (std::size_t row = table.first_row(); row < end; ++row) {
      std::vector<std::string>& cells = kept.rows.emplace_back();
      for (std::size_t column = 0; column < table.column_count(); ++column) cells.emplace_back(table.text(row, column));
      ChannelSettings settings;
      settings.background_subtracted = equals_ignoring_case(table.text(row, background), "ON");
      settings.algorithm = table.text(row, analysis);
      if (equals_ignoring_case(table.text(row, setting), "Manual"))
        settings.threshold = table.number(row, threshold, format_);
      if (settings.background_subtracted) {
        settings.background_first_cycle = table.number(row, background_first, format_);
        settings.background_last_cycle = table.number(row, background_last, format_);
      }
      settings_[std::string(table.text(row, dye))].push_back(std::move(settings));
    }
    ++settings_tables_;
    run_.vendor_tables.push_back(std::move(kept));
    return end;
  }

  /// The settings of a channel; none where several protocols of the run have their own.
  const ChannelSettings* find_settings(const std::string& channel) const {
    const auto found = settings_.find(channel);
    return found == settings_.end() || found->second.size() != 1 ? nullptr : &found->second.front();
  }

  void join() {
    std::map<std::string, int> times_in_blocks;
    std::map<std::string, int> times_in_results;
    for (const SiteBlock& block : blocks_) ++times_in_blocks[block.site];
    for (const std::size_t row : result_rows_) ++times_in_results[to_site(results_->text(row, site_column_))];
    bool repeated = false;
    for (const auto* times : {&times_in_blocks, &times_in_results}) {
      for (const auto& [site, count] : *times) repeated = repeated || count > 1;
    }
    if (repeated && !blocks_.empty() && !result_rows_.empty()) check_pairs();

    std::map<std::string, std::size_t> rows;
    std::map<std::string, int> seen;
    for (const std::size_t row : result_rows_) {
      const std::string site = to_site(results_->text(row, site_column_));
      rows[occurrence_label(site, ++seen[site])] = row;
    }
    seen.clear();
    WellList without_row;
    for (SiteBlock& block : blocks_) {
      const WellId well = make_well(block.site, ++seen[block.site], repeated);
      const auto row = rows.find(well.label);
      if (row == rows.end()) without_row.add(well);
      add_block(block, well, row == rows.end() ? std::nullopt : std::optional(row->second));
      if (row != rows.end()) rows.erase(row);
    }
    WellList without_curve;
    seen.clear();
    for (const std::size_t row : result_rows_) {
      const std::string site = to_site(results_->text(row, site_column_));
      const WellId well = make_well(site, ++seen[site], repeated);
      if (!rows.contains(well.label)) continue;
      without_curve.add(well);
      SiteBlock empty{site, {}, {}};
      add_block(empty, well, row);
    }
    sort_by_well(run_.measurements);
    warn(without_row, without_curve);
  }

  void warn(const WellList& without_row, const WellList& without_curve) {
    if (!without_row.empty() && results_)
      run_.warnings.push_back("sites with curves but no row in the results table: " + without_row.text());
    if (!results_) run_.warnings.emplace_back("no results table was found: samples and Ct are missing");
    if (!without_curve.empty() && !blocks_.empty())
      run_.warnings.push_back("sites of the results table without curves: " + without_curve.text());
    if (blocks_.empty()) run_.warnings.emplace_back("no cycle data was found: the run holds no curve");
    for (const auto& [channel, settings] : settings_) {
      if (settings.size() > 1) {
        run_.warnings.push_back(
            fmt::format("channel {} has several analysis settings; which of them a site had is not in the file, so its "
                        "threshold and the kind of its curves are not known",
                        channel));
      }
    }
    if (stated_sites_ && *stated_sites_ != static_cast<long>(std::max(blocks_.size(), result_rows_.size()))) {
      run_.warnings.push_back(fmt::format("the head states {} sites; there are {} with curves and {} with results",
                                          *stated_sites_, blocks_.size(), result_rows_.size()));
    }
  }

  /// With repeated sites, curves and rows pair by occurrence. Where a site occurs unequally often, the stated threshold
  /// must give the printed Ct of every pair.
  void check_pairs() {
    std::map<std::string, int> times;
    for (const SiteBlock& block : blocks_) ++times[block.site];
    for (const std::size_t row : result_rows_) --times[to_site(results_->text(row, site_column_))];
    if (std::all_of(times.begin(), times.end(), [](const auto& each) { return each.second == 0; })) return;
    std::map<std::string, std::size_t> rows;
    std::map<std::string, int> seen;
    for (const std::size_t row : result_rows_) {
      const std::string site = to_site(results_->text(row, site_column_));
      rows[occurrence_label(site, ++seen[site])] = row;
    }
    seen.clear();
    for (const SiteBlock& block : blocks_) {
      const auto row = rows.find(occurrence_label(block.site, ++seen[block.site]));
      if (row != rows.end() && times[block.site] != 0) check_pair(block, row->second);
    }
    run_.warnings.emplace_back(
        "sites are repeated, not as often among the curves as in the results table; they were paired in their order, "
        "and the stated threshold gives every Ct of the pairs");
  }

  void check_pair(const SiteBlock& block, std::size_t row) const {
    constexpr double printed_digits_cycles = 0.02;
    for (const ChannelResult& result : channel_results_) {
      const auto channel = std::find_if(block.channels.begin(), block.channels.end(),
                                        [&](const Channel& each) { return each.name == result.channel; });
      const ChannelSettings* settings = find_settings(result.channel);
      const std::optional<double> ct = parse_number(results_->text(row, result.ct_column), format_);
      if (!ct || !(*ct > 0)) continue;
      const bool known = channel != block.channels.end() && settings != nullptr && settings->threshold;
      if (known && is_crossing(block.cycles, channel->fluorescence, *settings->threshold, *ct, printed_digits_cycles))
        continue;
      results_->fail(ErrorCode::malformed_file, row, result.ct_column,
                     "as many rows of each site as it has curves, since sites are repeated");
    }
  }

  static bool is_crossing(const std::vector<double>& cycles, const std::vector<double>& fluorescence, double threshold,
                          double ct, double tolerance) {
    for (std::size_t i = 1; i < cycles.size(); ++i) {
      const double low = fluorescence[i - 1];
      const double high = fluorescence[i];
      if (!(low < threshold && threshold <= high)) continue;
      const double at = cycles[i - 1] + (threshold - low) / (high - low) * (cycles[i] - cycles[i - 1]);
      if (at - ct <= tolerance && ct - at <= tolerance) return true;
    }
    return false;
  }

  static std::string occurrence_label(const std::string& site, int occurrence) {
    return occurrence == 1 ? site : fmt::format("{}#{}", site, occurrence);
  }

  /// A second "A1" is no place of its own, so in a file with repeats no well has a position.
  static WellId make_well(const std::string& site, int occurrence, bool repeated) {
    return {occurrence_label(site, occurrence), repeated ? std::nullopt : parse_label(site)};
  }

  void add_block(SiteBlock& block, const WellId& well, std::optional<std::size_t> row) {
    std::vector<std::string> channels;
    for (const Channel& channel : block.channels) channels.push_back(channel.name);
    if (row) {
      for (const ChannelResult& result : channel_results_) {
        if (std::find(channels.begin(), channels.end(), result.channel) == channels.end())
          channels.push_back(result.channel);
      }
    }
    for (const std::string& name : channels) {
      Measurement m;
      m.well = well;
      // The export knows an assay by its channel only: results are headed "FAM Ct".
      m.target = name;
      m.dye = name;
      const ChannelSettings* settings = find_settings(name);
      const auto channel = std::find_if(block.channels.begin(), block.channels.end(),
                                        [&](const Channel& each) { return each.name == name; });
      if (channel != block.channels.end()) {
        const CurveKind kind = settings != nullptr && settings->background_subtracted ? CurveKind::background_subtracted
                                                                                      : CurveKind::unknown;
        m.amplification.push_back({kind, block.cycles, std::move(channel->fluorescence)});
      }
      if (row) add_result(m, *row, settings);
      run_.measurements.push_back(std::move(m));
    }
  }

  void add_result(Measurement& m, std::size_t row, const ChannelSettings* settings) {
    const GridTable& table = *results_;
    m.sample = table.text(row, sample_column_);
    m.role_text = table.text(row, type_column_);
    m.role = parse_role(m.role_text).value_or(SampleRole::unspecified);
    m.note = table.text(row, notes_column_);
    const auto result = std::find_if(channel_results_.begin(), channel_results_.end(),
                                     [&](const ChannelResult& each) { return each.channel == m.dye; });
    if (result == channel_results_.end()) return;
    if (!set_vendor_cq(m.vendor, table.text(row, result->ct_column), format_))
      table.fail(row, result->ct_column, "a number; 0.00 where there is no Ct");
    if (settings != nullptr) {
      m.vendor.algorithm = settings->algorithm;
      m.vendor.threshold = settings->threshold;
      m.vendor.baseline_first_cycle = settings->background_first_cycle;
      m.vendor.baseline_last_cycle = settings->background_last_cycle;
    }
    const std::string_view status = table.text(row, status_column_);
    if (!status.empty() && !equals_ignoring_case(status, "OK")) m.vendor.flags.emplace_back(status);
    // Of a standard this is what was put in, of an unknown the call or what the software computed.
    const std::string_view text = table.text(row, result->standard_column);
    const std::optional<double> number = parse_number(text, format_);
    if (!number) {
      m.vendor.call = text;
    } else if (m.role == SampleRole::standard) {
      m.quantity = number;
    } else {
      m.vendor.quantity = number;
    }
  }

  const InputFile& file_;
  Grid grid_;
  NumberFormat format_ = NumberFormat::decimal_dot;
  RunData run_;
  NotReadList not_read_;
  std::vector<SiteBlock> blocks_;  ///< in the order of the file
  std::optional<GridTable> results_;
  std::size_t site_column_ = 0;
  std::optional<std::size_t> sample_column_, type_column_, notes_column_, status_column_;
  std::vector<ChannelResult> channel_results_;
  std::vector<std::size_t> result_rows_;
  std::map<std::string, std::vector<ChannelSettings>> settings_;
  std::size_t settings_tables_ = 0;
  std::optional<long> stated_sites_;
};

}  // namespace

RunData read_run(const InputFile& file) { return RunReader(file).read(); }

}  // namespace qpcr::cepheid_smartcycler
