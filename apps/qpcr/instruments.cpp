// qpcr instruments: the exports that open, those that are refused and why, from the readers' own words.
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "instruments/registry.hpp"

namespace qpcr::apps {
namespace {

nlohmann::ordered_json to_json(const ReaderInfo& info) {
  nlohmann::ordered_json json = {{"reader", info.id}, {"title", info.title}, {"vendor", info.vendor}};
  json["layouts"] = nlohmann::ordered_json::array();
  for (const ReaderFormat& format : info.formats) {
    json["layouts"].push_back({{"layout", format.layout},
                               {"instruments", format.models},
                               {"versions_seen", format.versions},
                               {"contents", format.contents},
                               {"maturity", to_string(format.maturity)},
                               {"tested", format.tested}});
  }
  json["refused"] = nlohmann::ordered_json::array();
  for (const RefusedFormat& format : info.refused)
    json["refused"].push_back({{"layout", format.layout}, {"reason", format.reason}});
  return json;
}

}  // namespace

void add_instruments(CLI::App& app, Action& action) {
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("instruments", "which exports of which instruments open, as Markdown tables");
  command->add_flag("--json", *as_json, "JSON on stdout, schema qpcr.instruments/1");
  command->callback([as_json, &action] {
    action = [as_json] {
      if (*as_json) {
        nlohmann::ordered_json document;
        document["schema"] = "qpcr.instruments/1";
        document["readers"] = nlohmann::ordered_json::array();
        for (const Reader& reader : readers()) document["readers"].push_back(to_json(reader.info));
        print_data(document.dump(1) + "\n");
      } else {
        print_data(render_support_table() + "\n" + render_refusal_table());
      }
      return exit_ok;
    };
  });
}

}  // namespace qpcr::apps
