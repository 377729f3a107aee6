// qpcr-validate check: everything that a study's data should answer for before they are locked.
#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "apps/validate/study_data.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/query_list.hpp"
#include "libqpcr/study/conduct/query_answers.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"

namespace qpcr::apps {
namespace {

struct CheckOptions {
  std::string study;
  std::string out;
  std::string blinding;
  std::string language;
};

struct AnswerOptions {
  std::string study;
  std::string list;
  std::string blinding;
};

long count_open(const StudyFindings& findings, const StudyState& state, Severity severity) {
  return std::count_if(findings.begin(), findings.end(), [&](const StudyFinding& finding) {
    return finding.severity == severity && is_open(finding, state);
  });
}

void note_codes(const OpenStudy& study, const std::string& blinding, const std::string& reason) {
  if (!blinding.empty())
    print_head(append_study_event(study.folder, utc_now(), "codes_consulted", {{"reason", reason}}));
}

int check(const CheckOptions& options) {
  const Language language = choose_language(options.language);
  const OpenStudy study = open_study(options.study);
  const StudyData data = read_study_data(study, find_codes(study, options.blinding));
  const StudyFindings findings = check_study(study, data);
  note_codes(study, options.blinding, "check");
  if (!options.out.empty()) {
    std::vector<std::pair<std::string, std::string>> files{
        {"queries.csv", render_query_csv(findings, study.state.answers)}};
    for (const ProtocolCentre& centre : study.protocol.centres)
      files.emplace_back(fmt::format("queries_{}.csv", centre.id),
                         render_query_csv(findings, study.state.answers, centre.id));
    for (const std::filesystem::path& path : write_files(options.out, files))
      print_message(fmt::format("qpcr-validate: wrote {}", path.string()));
  }
  const long blocks = count_open(findings, study.state, Severity::blocks);
  const long queries = count_open(findings, study.state, Severity::query);
  const std::string dataset_sha256 = derive_dataset_sha256(study.state);
  const Message summary{"study_check_summary",
                        {{"runs", fmt::format("{}", data.ledger.size())},
                         {"subjects", fmt::format("{}", data.records.size())},
                         {"blocks", fmt::format("{}", blocks)},
                         {"queries", fmt::format("{}", queries)},
                         {"notes", fmt::format("{}", count_open(findings, study.state, Severity::note))},
                         {"sha256", dataset_sha256}}};
  print_data(render_findings_text(findings, study.state.answers, language) + render_message(summary, language) + "\n");
  for (const NotRead& each : data.not_read)
    print_message("qpcr-validate: " + render_message({"study_column_not_used", {{"where", each.where}}}, language));
  print_head(append_study_event(study.folder, utc_now(), "checked",
                                {{"dataset_sha256", dataset_sha256},
                                 {"blocks", fmt::format("{}", blocks)},
                                 {"queries", fmt::format("{}", queries)}}));
  return blocks == 0 ? exit_ok : exit_run_invalid;
}

/// The answers of a list that a centre filled in, all checked before the first is recorded.
int answer(const AnswerOptions& options) {
  const OpenStudy study = open_study(options.study);
  const StudyData data = read_study_data(study, find_codes(study, options.blinding));
  const std::vector<ListedAnswer> answers =
      parse_answers(read_file(options.list), options.list, check_study(study, data));
  note_codes(study, options.blinding, "answer");
  for (const ListedAnswer& each : answers)
    print_head(append_study_event(study.folder, utc_now(), "query_answered",
                                  {{"query", each.query}, {"resolution", each.resolution}, {"text", each.text}}));
  print_message(fmt::format("qpcr-validate: {} answer(s) recorded", answers.size()));
  return exit_ok;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "what the data should answer for before the lock (exit 4: it blocks)");
  command->add_option("STUDY", options->study, "folder of the study")->required();
  command->add_option("--out", options->out, "folder for queries.csv and one list a centre");
  command->add_option("--blinding", options->blinding,
                      "table of codes: samples and subjects are put together too; that it was used is recorded");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->callback([options, &action] { action = [options] { return check(*options); }; });

  const auto answers = std::make_shared<AnswerOptions>();
  CLI::App* reply = app.add_subcommand("answer", "records the answers of a query list that a centre filled in");
  reply->add_option("STUDY", answers->study, "folder of the study")->required();
  reply->add_option("LIST", answers->list, "queries.csv with the columns query, resolution and answer")->required();
  reply->add_option("--blinding", answers->blinding, "table of codes, where the check was made with it");
  reply->callback([answers, &action] { action = [answers] { return answer(*answers); }; });
}

}  // namespace qpcr::apps
