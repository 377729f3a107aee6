// The instrument files of a subcommand and how to open them: the same options everywhere.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "libqpcr/core/run.hpp"

namespace qpcr::apps {

struct InputOptions {
  std::vector<std::string> files;
  std::string columns;   ///< a map of the columns, for tables that no reader knows
  std::string key_file;  ///< holds the key of encrypted files that the user may open
};

/// FILE…, --columns and --key-file.
void add_input_options(CLI::App& command, InputOptions& options, const std::string& what = "instrument files",
                       bool required = true);

/// @throws Error of load_runs(), and for a map or key file that cannot be read.
std::vector<Run> load_inputs(const InputOptions& options);

}  // namespace qpcr::apps
