// Opens the files of a subcommand.
#include "apps/qpcr/input.hpp"

#include "instruments/registry.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::apps {

void add_input_options(CLI::App& command, InputOptions& options, const std::string& what, bool required) {
  command.add_option("FILE", options.files, what)->required(required);
  command.add_option("--columns", options.columns, "map of the columns (TOML), for a table that no reader knows");
  command.add_option("--key-file", options.key_file, "file with the key of encrypted exports; the key is not stored");
}

std::vector<Run> load_inputs(const InputOptions& options) {
  LoadOptions load;
  if (!options.columns.empty()) load.column_map = read_column_map(options.columns);
  // A line end after the key is the editor's, not the key's.
  if (!options.key_file.empty()) load.archive_key = std::string(trim(read_file(options.key_file)));
  return load_runs({options.files.begin(), options.files.end()}, load);
}

}  // namespace qpcr::apps
