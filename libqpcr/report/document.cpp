// Short constructors of blocks and the check that a document hangs together.
#include "libqpcr/report/document.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(std::string field, std::string problem) {
  ErrorContext context;
  context.field = std::move(field);
  context.problem = std::move(problem);
  throw Error(ErrorCode::invalid_option, context);
}

bool is_identifier(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

class IdentifierCheck {
 public:
  void operator()(const Heading& heading) { add(heading.anchor, false); }
  void operator()(const Figure& figure) { add(figure.id, true); }
  void operator()(const ReportTable& table) {
    add(table.id, true);
    for (const auto& row : table.rows) {
      if (row.size() != table.columns.size()) {
        refuse("table " + table.id,
               fmt::format("a row of {} cells under {} columns", row.size(), table.columns.size()));
      }
      for (const ReportCell& cell : row) add(cell.anchor, false);
    }
  }
  template <typename Other>
  void operator()(const Other&) {}

 private:
  void add(const std::string& id, bool required) {
    if (id.empty() && !required) return;
    if (id.empty() || !is_identifier(id))
      refuse("identifier", fmt::format("'{}' is not made of ASCII letters, digits, '-', '_' and '.'", id));
    if (!seen_.insert(id).second) refuse("identifier", fmt::format("'{}' stands twice in the document", id));
  }

  std::set<std::string> seen_;
};

}  // namespace

Heading make_heading(int level, std::string text, std::string detail, std::string anchor) {
  return {level, std::move(text), std::move(detail), std::move(anchor)};
}

Paragraph make_paragraph(std::string text, Tone tone, bool small) { return {std::move(text), tone, small}; }

ReportColumn make_column(std::string title, Alignment alignment, double relative_width, std::string detail) {
  return {std::move(title), alignment, relative_width, std::move(detail)};
}

ReportCell make_cell(std::string text, Tone tone, bool bold, std::string detail) {
  return {std::move(text), tone, bold, std::move(detail), {}, {}, false};
}

void validate(const Document& document) {
  IdentifierCheck check;
  for (const Block& block : document.blocks) std::visit(check, block);
}

}  // namespace qpcr
