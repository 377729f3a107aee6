// qpcr-validate compute and list: one evaluation of a plain table, and what evaluations there are.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/evaluation_export.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace qpcr::apps {
namespace {

struct ComputeOptions {
  std::string evaluation;
  std::string data;
  std::vector<std::string> columns;
  std::vector<std::string> positive;
  std::vector<std::string> negative;
  std::vector<std::string> options;
  std::string language;
  bool json = false;
};

std::map<std::string, std::string> parse_pairs(const std::string& option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) refuse_option(option, text, "NAME=VALUE");
    if (!pairs.emplace(text.substr(0, equals), text.substr(equals + 1)).second)
      refuse_option(option, text, "each name once");
  }
  return pairs;
}

DataTable read_table(const Evaluation& evaluation, const ComputeOptions& options) {
  if (evaluation.needs_data) {
    if (options.data.empty()) refuse_option("--data", "nothing", "a table: this evaluation needs one");
    DataTable table = read_data_table(read_file(options.data), options.data);
    for (const auto& [name, header] : parse_pairs("--column", options.columns)) table.rename(header, name);
    std::map<std::string, BinaryWords> words;
    for (const auto& [name, word] : parse_pairs("--positive", options.positive)) words[name].positive = {word};
    for (const auto& [name, word] : parse_pairs("--negative", options.negative)) words[name].negative = {word};
    for (auto& [name, word] : words) table.word_binary(name, std::move(word));
    return table;
  }
  if (!options.columns.empty()) refuse_option("--column", options.columns.front(), "no column: there is no table");
  if (!options.data.empty()) refuse_option("--data", options.data, "no table: this evaluation has options only");
  return read_data_table("none\n-\n", "");
}

int compute(const ComputeOptions& options) {
  const Language language = choose_language(options.language);
  const Evaluation& evaluation = find_evaluation(options.evaluation);
  const EvaluationResult result =
      evaluate(evaluation, read_table(evaluation, options), parse_pairs("--option", options.options));
  print_data(options.json ? render_evaluation_json(evaluation, result)
                          : render_evaluation_text(evaluation, result, language));
  return exit_ok;
}

}  // namespace

void add_compute(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ComputeOptions>();
  CLI::App* command = app.add_subcommand("compute", "one evaluation of a plain table (see qpcr-validate list)");
  command->add_option("NAME", options->evaluation, "evaluation, such as auc")->required();
  command->add_option("--data", options->data, "table with a header (comma, semicolon or tab)");
  command->add_option("--column", options->columns, "NAME=HEADER: the column to read as NAME, as often as needed")
      ->allow_extra_args(false);
  command->add_option("--positive", options->positive, "NAME=TEXT: what stands for positive in that column")
      ->allow_extra_args(false);
  command->add_option("--negative", options->negative, "NAME=TEXT: what stands for negative in that column")
      ->allow_extra_args(false);
  command->add_option("--option", options->options, "NAME=VALUE, as often as needed")->allow_extra_args(false);
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "everything, with tables, as JSON (docs/formats/evaluation.md)");
  command->callback([options, &action] { action = [options] { return compute(*options); }; });
}

void add_list(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ComputeOptions>();
  CLI::App* command = app.add_subcommand("list", "the evaluations, their standards, sources, columns and options");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &action] {
    action = [options] {
      print_data(options->json ? render_evaluation_list_json()
                               : render_evaluation_list_text(choose_language(options->language)));
      return static_cast<int>(exit_ok);
    };
  });
}

}  // namespace qpcr::apps
