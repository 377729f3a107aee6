// qpcr-validate check: everything that a study's data should answer for before they are locked.
#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "apps/validate/study_data.hpp"
#include "libqpcr/report/query_list.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"

namespace qpcr::apps {
namespace {

struct CheckOptions {
  std::string study;
  std::string out;
  std::string language;
};

long count(const StudyFindings& findings, Severity severity) {
  return std::count_if(findings.begin(), findings.end(),
                       [severity](const StudyFinding& finding) { return finding.severity == severity; });
}

int check(const CheckOptions& options) {
  const Language language = choose_language(options.language);
  const OpenStudy study = open_study(options.study);
  const StudyData data = read_study_data(study);
  const StudyFindings findings = check_study(study, data);
  if (!options.out.empty()) {
    std::vector<std::pair<std::string, std::string>> files{{"queries.csv", render_query_csv(findings)}};
    for (const ProtocolCentre& centre : study.protocol.centres)
      files.emplace_back(fmt::format("queries_{}.csv", centre.id), render_query_csv(findings, centre.id));
    for (const std::filesystem::path& path : write_files(options.out, files))
      print_message(fmt::format("qpcr-validate: wrote {}", path.string()));
  }
  const long blocks = count(findings, Severity::blocks);
  const std::string dataset_sha256 = derive_dataset_sha256(study.state);
  const Message summary{"study_check_summary",
                        {{"runs", fmt::format("{}", data.ledger.size())},
                         {"blocks", fmt::format("{}", blocks)},
                         {"queries", fmt::format("{}", count(findings, Severity::query))},
                         {"notes", fmt::format("{}", count(findings, Severity::note))},
                         {"sha256", dataset_sha256}}};
  print_data(render_findings_text(findings, language) + render_message(summary, language) + "\n");
  print_head(append_study_event(study.folder, utc_now(), "checked",
                                {{"dataset_sha256", dataset_sha256},
                                 {"blocks", fmt::format("{}", blocks)},
                                 {"queries", fmt::format("{}", count(findings, Severity::query))}}));
  return blocks == 0 ? exit_ok : exit_run_invalid;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "what the data should answer for before the lock (exit 4: it blocks)");
  command->add_option("STUDY", options->study, "folder of the study")->required();
  command->add_option("--out", options->out, "folder for queries.csv and one list a centre");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace qpcr::apps
