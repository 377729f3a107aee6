// The subcommands of qpcr-validate: each file adds its own and leaves behind what to run.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace qpcr::apps {

/// Set by the subcommand that was chosen; returns the exit status.
using Action = std::function<int()>;

void add_report(CLI::App& app, Action& action);
void add_compute(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_cutoff(CLI::App& app, Action& action);
void add_coverage(CLI::App& app, Action& action);
void add_new(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_seals(CLI::App& app, Action& action);

}  // namespace qpcr::apps
