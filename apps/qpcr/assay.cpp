// qpcr assay: checks a definition, or shows what it says.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/report/assay_text.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string file;
  std::string language;
  bool json = false;
};

nlohmann::ordered_json to_json(const AssayIdentity& identity) {
  const auto both = [](const LocalizedText& text) { return nlohmann::ordered_json{{"zh", text.zh}, {"en", text.en}}; };
  nlohmann::ordered_json json;
  json["schema"] = "qpcr.assay-identity/1";
  json["id"] = identity.id;
  json["version"] = identity.version;
  json["status"] = to_string(identity.status);
  json["sha256"] = identity.sha256;
  json["title"] = both(identity.title);
  json["intended_use"] = both(identity.intended_use);
  json["citations"] = identity.citations;
  return json;
}

}  // namespace

void add_assay(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("assay", "assay definitions: check FILE, show FILE");
  command->require_subcommand(1);

  const auto check = std::make_shared<Options>();
  CLI::App* check_command =
      command->add_subcommand("check", "reads the definition and every rule on it; exit 5 when it is refused");
  check_command->add_option("FILE", check->file, "assay definition (TOML)")->required();
  check_command->add_flag("--json", check->json, "JSON on stdout");
  check_command->callback([check, &action] {
    action = [check] {
      const AssayDefinition definition = read_assay(check->file);
      // A template is checked while it is written; a released definition that nothing can verify is refused here too.
      const bool is_template = definition.status == AssayStatus::template_only;
      if (!is_template) require_runnable(definition);
      const AssayIdentity identity = identify(definition);
      print_data(check->json ? to_json(identity).dump(1) + "\n"
                             : fmt::format("{} {} ({}) sha256 {}{}\n", identity.id, identity.version,
                                           to_string(identity.status), identity.sha256,
                                           is_template ? "; a template: refuses to run" : ""));
      return exit_ok;
    };
  });

  const auto show = std::make_shared<Options>();
  CLI::App* show_command = command->add_subcommand("show", "what the definition asks for, in words");
  show_command->add_option("FILE", show->file, "assay definition (TOML)")->required();
  show_command->add_option("--lang", show->language, "zh (default) or en");
  show_command->callback([show, &action] {
    action = [show] {
      const Language language = choose_language(show->language);
      print_data(render_assay(read_assay(show->file), language));
      return exit_ok;
    };
  });

  add_assay_release(*command, action);
}

}  // namespace qpcr::apps
