// Writing JSON.
#include "libqpcr/report/json_text.hpp"

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/markup.hpp"

namespace qpcr {
namespace {

std::string quote(const std::string& text) { return nlohmann::ordered_json(clean_text(text)).dump(); }

void write(const nlohmann::ordered_json& value, int depth, std::string& out) {
  const std::string inner(static_cast<std::size_t>(2 * depth + 2), ' ');
  const std::string outer(static_cast<std::size_t>(2 * depth), ' ');
  if (value.is_object() || value.is_array()) {
    const bool object = value.is_object();
    out += object ? '{' : '[';
    bool first = true;
    for (const auto& item : value.items()) {
      out += first ? "\n" : ",\n";
      out += inner;
      if (object) out += quote(item.key()) + ": ";
      write(item.value(), depth + 1, out);
      first = false;
    }
    if (!first) out += "\n" + outer;
    out += object ? '}' : ']';
  } else if (value.is_number_float()) {
    out += format_double(value.get<double>());
  } else if (value.is_string()) {
    out += quote(value.get_ref<const std::string&>());
  } else {
    out += value.dump();
  }
}

}  // namespace

std::string render_json(const nlohmann::ordered_json& json) {
  std::string out;
  write(json, 0, out);
  out += '\n';
  return out;
}

}  // namespace qpcr
