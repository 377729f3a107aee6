// The subcommands of qpcr: each file adds its own and leaves behind what to run.
#pragma once

#include <functional>
#include <vector>

#include <CLI/CLI.hpp>

#include "libqpcr/core/run.hpp"

namespace qpcr::apps {

/// Set by the subcommand that was chosen; returns the exit status.
using Action = std::function<int()>;

/// "qpcr: simulated data" on stderr when any of the runs declares itself simulated: tables and converted files carry no
/// mark on every row.
void print_simulated(const std::vector<Run>& runs);

void add_analyze(CLI::App& app, Action& action);
void add_assay(CLI::App& app, Action& action);
void add_assay_diff(CLI::App& assay, Action& action);     ///< below `qpcr assay`
void add_assay_release(CLI::App& assay, Action& action);  ///< sign and verify, below `qpcr assay`
void add_benchmark(CLI::App& app, Action& action);
void add_calibrate(CLI::App& app, Action& action);
void add_calibrate_sign(CLI::App& calibrate, Action& action);       ///< below `qpcr calibrate`
void add_calibrate_threshold(CLI::App& calibrate, Action& action);  ///< below `qpcr calibrate`
void add_call_rates(CLI::App& simulate, Action& action);            ///< below `qpcr simulate`
void add_columns(CLI::App& app, Action& action);
void add_convert(CLI::App& app, Action& action);
void add_cq(CLI::App& app, Action& action);
void add_curves(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_instruments(CLI::App& app, Action& action);
void add_key(CLI::App& app, Action& action);
void add_qc(CLI::App& app, Action& action);
void add_quantify(CLI::App& app, Action& action);
void add_melt(CLI::App& app, Action& action);
void add_simulate(CLI::App& app, Action& action);

}  // namespace qpcr::apps
