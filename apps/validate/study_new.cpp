// qpcr-validate new and protocol: empty forms of a protocol, and a protocol checked or written in the other form.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "libqpcr/report/protocol_form.hpp"

namespace qpcr::apps {
namespace {

struct NewOptions {
  std::string folder;
  std::string kind = "clinical";
  std::string form = "xlsx";
};

struct ProtocolOptions {
  std::string file;
  std::string output;
};

int make_study(const NewOptions& options) {
  const StudyKind kind = options.kind == "clinical" ? StudyKind::clinical : StudyKind::analytical;
  const std::filesystem::path folder = options.folder;
  std::error_code ignored;
  for (const char* const name : {"protocol.toml", "protocol.xlsx", "study.log"}) {
    if (std::filesystem::exists(folder / name, ignored))
      refuse_option("DIR", options.folder, fmt::format("a folder without '{}': nothing is overwritten", name));
  }
  const std::string name = options.form == "xlsx" ? "protocol.xlsx" : "protocol.toml";
  const std::string bytes =
      options.form == "xlsx" ? render_protocol_workbook(ProtocolDocument{}, kind) : render_protocol_template(kind);
  for (const std::filesystem::path& path : write_files(folder, {{name, bytes}}))
    print_message(fmt::format("qpcr-validate: wrote {}", path.string()));
  return exit_ok;
}

int check_or_convert(const ProtocolOptions& options) {
  const std::filesystem::path file = options.file;
  const ProtocolDocument document = read_protocol_document(file);
  const Protocol protocol = derive_protocol(document);
  print_data(fmt::format("{} {} sha256 {}\n", protocol.id, protocol.version, protocol.content_sha256));
  if (options.output.empty()) return exit_ok;
  const std::filesystem::path output = options.output;
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored)) refuse_option("-o", options.output, "a file that is not there yet");
  if (output.extension() != ".toml" && output.extension() != ".xlsx")
    refuse_option("-o", options.output, "a name that ends in .toml or .xlsx");
  const std::string bytes = output.extension() == ".toml" ? render_protocol_toml(document)
                                                          : render_protocol_workbook(document, protocol.kind);
  write_files(output.parent_path(), {{output.filename().string(), bytes}});
  print_message(fmt::format("qpcr-validate: wrote {}", output.string()));
  return exit_ok;
}

}  // namespace

void add_new(CLI::App& app, Action& action) {
  const auto making = std::make_shared<NewOptions>();
  CLI::App* new_command = app.add_subcommand("new", "an empty protocol to fill in, as a workbook or as TOML");
  new_command->add_option("DIR", making->folder, "folder of the study; made where it is not there")->required();
  new_command->add_option("--kind", making->kind, "clinical (default) or analytical")
      ->check(CLI::IsMember({"clinical", "analytical"}));
  new_command->add_option("--form", making->form, "xlsx (default) or toml")->check(CLI::IsMember({"xlsx", "toml"}));
  new_command->callback([making, &action] { action = [making] { return make_study(*making); }; });

  const auto protocol = std::make_shared<ProtocolOptions>();
  CLI::App* command = app.add_subcommand("protocol", "checks a protocol; with -o writes it in the other form");
  command->add_option("FILE", protocol->file, "protocol.toml or protocol.xlsx")->required();
  command->add_option("-o,--out", protocol->output, "new file, .toml or .xlsx");
  command->callback([protocol, &action] { action = [protocol] { return check_or_convert(*protocol); }; });
}

}  // namespace qpcr::apps
