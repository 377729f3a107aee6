// qpcr convert: the runs of instrument files, or a plate set-up, written in another format.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/asm.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "libqpcr/exchange/plate_setup.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "libqpcr/exchange/tables.hpp"
#include "libqpcr/exchange/xlsx.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  InputOptions input;
  std::string format;
  std::string out;
  std::string not_written;
  bool force = false;
  bool from_setup = false;
  bool with_operator = false;
  bool plain_text = false;
  AsmOptions asm_options;
};

const std::vector<std::string>& formats() {
  static const std::vector<std::string> names{"rdml", "rdml-1.2", "asm",       "rdes",      "csv",       "results-csv",
                                              "xlsx", "cfx-csv",  "setup-csv", "setup-cfx", "setup-rdml"};
  return names;
}

/// A plate set-up has no readings, and a rotor's run is often without a name: the file's stands in.
std::vector<Run> load(const Options& options) {
  if (!options.from_setup) return load_inputs(options.input);
  std::vector<Run> runs;
  for (const std::string& file : options.input.files)
    runs.emplace_back(parse_plate_setup(read_file(file), file, std::filesystem::path(file).stem().string()));
  return runs;
}

void add(WrittenFiles& result, std::string name, WrittenDocument document) {
  result.files.push_back({std::move(name), std::move(document.bytes)});
  for (NotWritten& entry : document.not_written) result.not_written.push_back(std::move(entry));
}

/// Files of one run for the formats that hold one; names are told apart by the run's.
void write_run(const Options& options, const Run& run, WrittenFiles& result) {
  const std::string stem = to_file_stem(run->name);
  if (options.format == "asm") {
    AsmOptions asm_options = options.asm_options;
    asm_options.with_operator = options.with_operator;
    add(result, stem + ".asm.json", render_asm(run, asm_options));
  } else if (options.format == "setup-csv") {
    add(result, stem + ".setup.csv", render_plate_setup_csv(run));
  } else if (options.format == "setup-cfx") {
    WrittenFiles files = render_cfx_plate_setup(run);
    for (WrittenFile& file : files.files) result.files.push_back(std::move(file));
    for (NotWritten& entry : files.not_written) result.not_written.push_back(std::move(entry));
  } else if (options.format == "cfx-csv") {
    CfxFiles files = render_cfx_csv(run);
    for (auto& [name, bytes] : files.files) result.files.push_back({std::move(name), std::move(bytes)});
    for (NotWritten& entry : files.not_written) result.not_written.push_back(std::move(entry));
  } else {
    bool any_melt = false;
    bool any_other = false;
    for (const Measurement& measurement : run->measurements) {
      any_melt = any_melt || !measurement.melt.empty();
      any_other =
          any_other || !measurement.amplification.empty() || measurement.vendor.cq_status != CqStatus::not_measured;
    }
    if (any_other || !any_melt) add(result, stem + ".amplification.tsv", render_rdes(run));
    if (any_melt) add(result, stem + ".melt.tsv", render_rdes_melt(run));
  }
}

WrittenFiles write(const Options& options, const std::vector<Run>& runs) {
  WrittenFiles result;
  RdmlOptions rdml;
  rdml.with_operator = options.with_operator;
  const CsvOptions csv{!options.plain_text};
  if (options.format == "rdml" || options.format == "rdml-1.2" || options.format == "setup-rdml") {
    if (options.format == "rdml-1.2") rdml.version = RdmlVersion::v1_2;
    rdml.setup_only = options.format == "setup-rdml";
    add(result, "run.rdml", render_rdml(runs, rdml));
  } else if (options.format == "csv") {
    add(result, "readings.csv", {render_readings_csv(runs, csv), {}});
  } else if (options.format == "results-csv") {
    add(result, "results.csv", {render_results_csv(runs, csv), {}});
  } else if (options.format == "xlsx") {
    XlsxOptions xlsx;
    xlsx.with_operator = options.with_operator;
    add(result, "run.xlsx", render_xlsx(runs, xlsx));
  } else {
    for (const Run& run : runs) write_run(options, run, result);
  }
  return result;
}

/// Says what the format could not carry, so that nothing is lost silently: one line a reason with its first places, and
/// on demand a table of every place.
void refuse_overwriting(const Options& options, const std::filesystem::path& path, const char* option = "--out") {
  // A link that leads nowhere is there too.
  if (!options.force && std::filesystem::exists(std::filesystem::symlink_status(path)))
    refuse_option(option, path.string(), "a file that is not there yet, or --force");
}

void report(const Options& options, const std::vector<NotWritten>& not_written) {
  constexpr std::size_t shown_places = 3;
  std::vector<std::string> reasons;
  std::map<std::string, std::vector<std::string>> places;
  for (const NotWritten& entry : not_written) {
    std::vector<std::string>& of_reason = places[entry.why];
    if (of_reason.empty()) reasons.push_back(entry.why);
    of_reason.push_back(entry.where);
  }
  for (const std::string& reason : reasons) {
    const std::vector<std::string>& all = places.at(reason);
    const std::size_t shown = std::min(all.size(), shown_places);
    const std::vector<std::string> first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown));
    print_message(fmt::format("qpcr: not written: {}: {}{}", fmt::join(first, "; "), reason,
                              all.size() > shown ? fmt::format(" ({} places in all)", all.size()) : ""));
  }
  if (options.not_written.empty()) return;
  refuse_overwriting(options, options.not_written, "--not-written");
  if (options.not_written == options.out) refuse_option("--not-written", options.out, "another file than --out");
  CsvWriter csv(',', true);
  csv.add("where").add("why");
  csv.end_row();
  for (const NotWritten& entry : not_written) {
    csv.add(entry.where).add(entry.why);
    csv.end_row();
  }
  write_file(options.not_written, csv.text());
}

int save(const Options& options, const WrittenFiles& written) {
  const std::filesystem::path out = options.out;
  const bool one_file = written.files.size() == 1 && !std::filesystem::is_directory(out) && !options.out.ends_with('/');
  const HeldSignals held;
  if (one_file) {
    refuse_overwriting(options, out);
    write_file(out, written.files.front().bytes);
    print_message(fmt::format("qpcr: wrote {}", options.out));
    return exit_ok;
  }
  if (std::filesystem::exists(out) && !std::filesystem::is_directory(out))
    refuse_option("--out", options.out, fmt::format("a folder, since {} files are written", written.files.size()));
  std::vector<std::pair<std::string, std::string>> files;
  for (const WrittenFile& file : written.files) {
    refuse_overwriting(options, out / file.name);
    files.emplace_back(file.name, file.bytes);
  }
  for (const std::filesystem::path& path : write_files(out, files))
    print_message(fmt::format("qpcr: wrote {}", path.string()));
  return exit_ok;
}

int convert(const Options& options) {
  const std::vector<Run> runs = load(options);
  print_simulated(runs);
  const WrittenFiles written = write(options, runs);
  if (options.out.empty()) {
    if (written.files.size() != 1) {
      refuse_option("--out", "",
                    fmt::format("a folder, since {} files of this format hold these runs", written.files.size()));
    }
    const bool binary = options.format.find("rdml") != std::string::npos || options.format == "xlsx";
    if (binary && ::isatty(STDOUT_FILENO) != 0)
      refuse_option("--out", "", "a file name, since the format is binary (or redirect stdout)");
  }
  report(options, written.not_written);
  if (!options.out.empty()) return save(options, written);
  print_data(written.files.front().bytes);
  return exit_ok;
}

}  // namespace

void add_convert(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("convert", "write the runs of FILE, or a plate set-up, in another format");
  add_input_options(*command, options->input);
  command
      ->add_option("--to", options->format,
                   "rdml (1.3), rdml-1.2, asm, rdes, csv (every reading), results-csv, xlsx, cfx-csv; set-ups without "
                   "readings: setup-csv, setup-cfx, setup-rdml")
      ->required()
      ->check(CLI::IsMember(formats()));
  command->add_option("--out,-o", options->out,
                      "file to write, or a folder where the format takes several; stdout without it");
  command->add_flag("--force", options->force, "replace files that are there");
  command->add_option("--not-written", options->not_written, "CSV file for every place of what could not be written");
  command->add_flag("--from-setup", options->from_setup,
                    "FILE is a table of a plate's set-up: well,sample,target,dye,role,quantity,quantity_unit");
  command->add_flag("--with-operator", options->with_operator, "write the operator's name (personal data)");
  command->add_flag("--plain-text", options->plain_text,
                    "csv: no apostrophe before texts that a spreadsheet would run as a formula");
  command->add_option("--well-volume", options->asm_options.well_volume_microlitres, "asm: volume of a well in µL");
  command->add_option("--experiment-type", options->asm_options.experiment_type, "asm: type of the experiment");
  command->add_option("--method-id", options->asm_options.measurement_method, "asm: identifier of the method");
  command->add_option("--data-system-id", options->asm_options.data_system_identifier,
                      "asm: identifier of the system that keeps the file");
  command->callback([options, &action] { action = [options] { return convert(*options); }; });
}

}  // namespace qpcr::apps
