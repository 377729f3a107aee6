// qpcr calibrate threshold: makes a calibration record of fluorescence thresholds.
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "libqpcr/assay/run_time.hpp"
#include "libqpcr/assay/threshold_estimation.hpp"
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

// As the automatic thresholds of many instruments: ten standard deviations.
constexpr const char* usual_factor = "10";

struct Options {
  InputOptions input;
  std::string assay;
  std::string output;
  std::string name;
  std::string serial;
  std::string lot;
  std::string operator_name;
  std::string approver;
  std::string method = "calibrator_anchored";
  std::string factor;
  std::vector<std::string> fixed;
  std::string date;
  std::string language;
};

/// The day where the laboratory is.
std::string find_today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

/// The day that the files state.
std::string find_date_of(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (const std::optional<RunTime> started = parse_run_time(run->started_at)) return started->day;
  }
  refuse_option("--date", "nothing", "the day of the calibration runs, which the files do not state");
}

double parse_number(const char* option, const std::string& text) {
  const std::optional<double> number = parse_double(text);
  if (!number) refuse_option(option, text, "a number");
  return *number;
}

ThresholdCalibrationRequest to_request(const Options& options) {
  ThresholdCalibrationRequest request;
  request.name = options.name.empty() ? std::filesystem::path(options.output).stem().string() : options.name;
  request.instrument_serial = options.serial;
  request.reagent_lot = options.lot;
  const std::optional<ThresholdMethod> method = parse_threshold_method(options.method);
  if (!method) refuse_option("--method", options.method, "calibrator_anchored, blank_deviations or fixed");
  request.method = *method;
  if (*method == ThresholdMethod::blank_deviations || !options.factor.empty())
    request.blank_factor = parse_number("--k", options.factor.empty() ? usual_factor : options.factor);
  for (const std::string& pair : options.fixed) {
    const std::size_t sign = pair.rfind('=');
    if (sign == std::string::npos || sign == 0) refuse_option("--fixed", pair, "TARGET=FLUORESCENCE");
    const bool is_new =
        request.fixed.emplace(pair.substr(0, sign), parse_number("--fixed", pair.substr(sign + 1))).second;
    if (!is_new) refuse_option("--fixed", pair, "each target once");
  }
  request.date = options.date;
  request.operator_name = options.operator_name;
  request.approver = options.approver;
  return request;
}

const WeakPositiveBias* find_bias(const ThresholdCalibration& record, const std::string& target) {
  for (const WeakPositiveBias& bias : record.weak_positive) {
    if (bias.target == target) return &bias;
  }
  return nullptr;
}

std::string render_table(const ThresholdCalibration& record, const AssayDefinition& definition) {
  CsvWriter writer;
  for (const char* title : {"target", "dye", "nominal", "threshold", "gain", "window_lower", "window_upper", "wells",
                            "calibrator_cq", "calibrator_sd", "weak_positive", "weak_positive_bias", "verdict"}) {
    writer.add(title);
  }
  writer.end_row();
  for (const AssayTarget& target : definition.targets) {
    const CalibratedThreshold* row = find_threshold(record, target.id);
    const WeakPositiveBias* bias = find_bias(record, target.id);
    const auto number = [row](double CalibratedThreshold::*member) {
      return row != nullptr ? std::optional<double>(row->*member) : std::nullopt;
    };
    writer.add(target.id).add(target.dye).add_number(target.threshold);
    writer.add_number(number(&CalibratedThreshold::threshold)).add_number(number(&CalibratedThreshold::dye_gain));
    writer.add_number(number(&CalibratedThreshold::log_linear_lower));
    writer.add_number(number(&CalibratedThreshold::log_linear_upper));
    writer.add(row != nullptr ? std::to_string(row->wells) : std::string());
    writer.add_number(row != nullptr ? row->calibrator_mean_cq_cycles : std::nullopt);
    writer.add_number(row != nullptr ? row->calibrator_sd_cycles : std::nullopt);
    writer.add(bias != nullptr ? bias->value : std::string());
    writer.add_number(bias != nullptr ? std::optional<double>(bias->bias_cycles) : std::nullopt);
    writer.add(record.accepted ? "accepted" : "not_accepted");
    writer.end_row();
  }
  return writer.text();
}

int calibrate(const Options& options) {
  const Language language = choose_language(options.language);
  const std::filesystem::path path(options.output);
  if (std::filesystem::exists(path)) refuse_option("--output", options.output, "a file that does not exist yet");
  ThresholdCalibrationRequest request = to_request(options);
  const AssayDefinition definition = read_assay(options.assay);
  const std::vector<Run> runs = load_inputs(options.input);
  if (request.date.empty()) request.date = find_date_of(runs);
  print_simulated(runs);
  const ThresholdCalibration record = calibrate_thresholds(runs, definition, request);
  if (record.date > find_today()) refuse_option("--date", record.date, "a day that is not in the future");
  write_file(path, render_threshold_calibration(record));
  print_data(render_table(record, definition));
  for (const Message& finding : record.findings)
    print_message(fmt::format("qpcr: {}", render_message(finding, language)));
  return record.accepted ? exit_ok : exit_run_invalid;
}

}  // namespace

void add_calibrate_threshold(CLI::App& calibrate_command, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = calibrate_command.add_subcommand(
      "threshold",
      "calibrate the fluorescence thresholds of an instrument and a reagent lot (exit 4: written, not accepted)");
  add_input_options(*command, options->input, "instrument files with calibrator, weak positive and blanks");
  command->add_option("--assay", options->assay, "assay definition (TOML)")->required();
  command->add_option("-o,--output", options->output, "the record to write, JSON")->required();
  command->add_option("--name", options->name, "name of the record; the file's name without it");
  command->add_option("--serial", options->serial, "serial number of the instrument, where the files do not name it");
  command->add_option("--lot", options->lot, "reagent lot")->required();
  command->add_option("--operator", options->operator_name, "account of who ran it")->required();
  command->add_option("--approver", options->approver, "account of another person, who approves it")->required();
  command->add_option("--method", options->method, "calibrator_anchored (default), blank_deviations or fixed");
  command->add_option("--k", options->factor, "blank_deviations: standard deviations above the ground; 10 without it");
  command->add_option("--fixed", options->fixed, "fixed: TARGET=FLUORESCENCE, once for each target")
      ->allow_extra_args(false);
  command->add_option(
      "--date", options->date,
      "of the calibration runs, as 2026-01-05; not after today, and as the files state it; theirs without it");
  command->add_option("--lang", options->language, "zh (default) or en, for the findings");
  command->callback([options, &action] { action = [options] { return calibrate(*options); }; });
}

}  // namespace qpcr::apps
