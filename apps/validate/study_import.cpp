// qpcr-validate import: brings a file into a study, or shows how it differs from the one before.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "apps/validate/study_folder.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/clinical/clinical_source.hpp"
#include "libqpcr/study/clinical/clinical_table.hpp"
#include "libqpcr/study/conduct/import_store.hpp"
#include "libqpcr/study/conduct/run_list.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"
#include "libqpcr/study/conduct/table_difference.hpp"

namespace qpcr::apps {
namespace {

struct ImportOptions {
  std::string study;
  std::string kind;
  std::string file;
  std::string key;
  std::string mapping;
  std::string pseudonym_key;
  std::string reason;
  bool after_lock = false;
};

/// Clinical data as they are kept: as they came, or without their columns of persons. What cannot be read at all is
/// refused here; single cells are the business of the check.
std::vector<ImportFile> collect_clinical(const ImportOptions& options, const Protocol& protocol) {
  if (options.mapping.empty())
    refuse_option("--mapping", "nothing", "the file that says how to read the columns (docs/formats/mapping.md)");
  const std::filesystem::path path = options.file;
  const std::string bytes = read_file(path);
  const std::string mapping_text = read_file(options.mapping);
  const std::vector<ClinicalVariable> variables = list_clinical_variables(protocol);
  const ClinicalMapping mapping = parse_clinical_mapping(mapping_text, options.mapping, variables);
  const CsvTable table = read_clinical_source(bytes, options.file, mapping);
  const std::string key = options.pseudonym_key.empty() ? std::string() : read_file(options.pseudonym_key);
  std::string plain = render_without_persons(table, mapping, trim(key));
  read_clinical_table(table, mapping, variables, options.key);
  const bool rewritten = !mapping.drop.empty() || !mapping.pseudonymise.empty();
  std::vector<ImportFile> files;
  if (rewritten) {
    files.push_back({path.stem().string() + ".csv", std::move(plain)});
  } else {
    files.push_back({path.filename().string(), bytes});
  }
  files.push_back({std::string(mapping_file_name), mapping_text});
  return files;
}

/// What an import consists of. The table is always the first file.
std::vector<ImportFile> collect_files(const ImportOptions& options, ImportKind kind, const Protocol& protocol) {
  if (!options.pseudonym_key.empty() && kind != ImportKind::clinical)
    refuse_option("--pseudonym-key", "given", "no key: only clinical data have persons");
  if (kind == ImportKind::clinical) return collect_clinical(options, protocol);
  const std::filesystem::path path = options.file;
  std::vector<ImportFile> files{{path.filename().string(), read_file(path)}};
  if (!options.mapping.empty()) {
    refuse_option("--mapping", options.mapping, "no mapping: only clinical data have one");
  }
  if (kind == ImportKind::runs) {
    const RunList list = parse_run_list(files.front().bytes, options.file);
    for (const ListedRun& run : list.runs) {
      if (run.centre != options.key)
        refuse_option("--centre", options.key,
                      fmt::format("the centre of the list, '{}' (line {})", run.centre, run.line));
      for (const std::string& name : run.files)
        files.push_back({run_file_name(name), read_file(path.parent_path() / name)});
    }
  }
  return files;
}

/// The table of the import that holds, where it can be compared as delimited text.
std::vector<TableDifference> compare(const OpenStudy& study, const ImportRecord& before, const ImportFile& table,
                                     const std::string& path) {
  const ImportManifest manifest = read_manifest(study.folder, before);
  const std::string extension = std::filesystem::path(table.name).extension().string();
  const bool is_text = extension == ".csv" || extension == ".tsv" || extension == ".txt";
  for (const SourceFile& file : manifest.files) {
    if (file.name != table.name || !is_text) continue;
    return find_table_differences(read_csv_table(read_imported(study.folder, before, file), file.name),
                                  read_csv_table(table.bytes, path));
  }
  return {{TableDifference::Kind::changed, table.name, "sha256", before.manifest_sha256, sha256_hex(table.bytes)}};
}

void check_centre(const OpenStudy& study, const ImportOptions& options, ImportKind kind) {
  if (options.key.empty())
    refuse_option(kind == ImportKind::table ? "--name" : "--centre", "nothing", "one: an import is for one of them");
  if (kind != ImportKind::table && find_centre(study.protocol, options.key) == nullptr)
    refuse_option("--centre", options.key, "a centre of the protocol");
}

int import(const ImportOptions& options) {
  const ImportKind kind = parse_import_kind(options.kind).value();
  const OpenStudy study = open_study(options.study);
  check_centre(study, options, kind);
  const bool locked = study.state.phase != StudyPhase::open;
  if (locked != options.after_lock) {
    refuse_option("--after-lock", options.after_lock ? "given" : "not given",
                  locked
                      ? "that option and a reason: the study is locked, and the report will say that its data changed"
                      : "no such option: the study is not locked");
  }
  const std::vector<ImportFile> files = collect_files(options, kind, study.protocol);
  std::map<std::string, std::string> details{{"kind", options.kind}, {"key", options.key}};
  if (const ImportRecord* const before = study.state.find_current(kind, options.key)) {
    const std::vector<TableDifference> differences = compare(study, *before, files.front(), options.file);
    print_data(render_difference_csv(differences));
    if (options.reason.empty())
      refuse_option("--reason", "nothing", "why the data are imported again; the differences are listed above");
    details["added"] = fmt::format("{}", count_rows(differences, TableDifference::Kind::added));
    details["removed"] = fmt::format("{}", count_rows(differences, TableDifference::Kind::removed));
    details["changed"] = fmt::format("{}", count_rows(differences, TableDifference::Kind::changed));
  }
  if (locked && options.reason.empty()) refuse_option("--reason", "nothing", "why data change after the lock");
  if (!options.reason.empty()) details["reason"] = options.reason;
  if (locked) details["after_lock"] = "yes";
  details["manifest_sha256"] = store_import(study.folder, study.state.head.sequence + 1, files);
  print_head(append_study_event(study.folder, utc_now(), "imported", details));
  print_message(fmt::format("qpcr-validate: imported {} file(s) as {} {}", files.size(), options.kind, options.key));
  return exit_ok;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "brings a file into a study, with everything it names");
  command->add_option("STUDY", options->study, "folder of the study")->required();
  command->add_option("KIND", options->kind, "clinical, links, runs, instruments or table")
      ->required()
      ->check(CLI::IsMember({"clinical", "links", "runs", "instruments", "table"}));
  command->add_option("FILE", options->file, "the table; of runs, the list that names their files")->required();
  command->add_option("--centre,--name", options->key, "the centre that it comes from; of a table, its name");
  command->add_option("--mapping", options->mapping, "how to read clinical data (docs/formats/mapping.md)");
  command->add_option("--pseudonym-key", options->pseudonym_key,
                      "file with the secret that makes pseudonyms, the same for every centre");
  command->add_option("--reason", options->reason, "why it is imported again, or after the lock");
  command->add_flag("--after-lock", options->after_lock, "the study is locked, and the report shall say so");
  command->callback([options, &action] { action = [options] { return import(*options); }; });
}

}  // namespace qpcr::apps
