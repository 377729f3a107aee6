// The table of error codes and the grammar of messages.
#include "libqpcr/core/error.hpp"

#include <array>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr std::array<ErrorCodeInfo, 18> code_table{{
    {ErrorCode::file_not_found, "file_not_found", 3, 404},
    {ErrorCode::file_unreadable, "file_unreadable", 3, 422},
    {ErrorCode::file_unwritable, "file_unwritable", 1, 500},
    {ErrorCode::unsupported_format, "unsupported_format", 3, 415},
    {ErrorCode::ambiguous_format, "ambiguous_format", 3, 415},
    {ErrorCode::malformed_file, "malformed_file", 3, 422},
    {ErrorCode::unsafe_archive, "unsafe_archive", 3, 422},
    {ErrorCode::wrong_encoding, "wrong_encoding", 3, 422},
    {ErrorCode::missing_column, "missing_column", 3, 422},
    {ErrorCode::duplicate_entry, "duplicate_entry", 3, 422},
    {ErrorCode::invalid_value, "invalid_value", 3, 422},
    {ErrorCode::invalid_option, "invalid_option", 2, 400},
    {ErrorCode::personal_data, "personal_data", 3, 422},
    {ErrorCode::assay_invalid, "assay_invalid", 5, 422},
    {ErrorCode::assay_refused, "assay_refused", 5, 409},
    {ErrorCode::assay_mismatch, "assay_mismatch", 5, 409},
    {ErrorCode::study_invalid, "study_invalid", 3, 422},
    {ErrorCode::integrity_failure, "integrity_failure", 6, 409},
}};

std::string render_message(const ErrorContext& context) {
  std::string place;
  const auto append = [&place](const std::string& part) {
    if (!place.empty()) place += ", ";
    place += part;
  };
  if (!context.path.empty()) place = fmt::format("'{}'", context.path);
  if (context.line > 0) place += fmt::format("{}line {}", place.empty() ? "" : " ", context.line);
  if (!context.column.empty()) append(fmt::format("column '{}'", context.column));
  if (!context.field.empty()) append(fmt::format("'{}'", context.field));

  std::string fault = context.problem;
  if (!context.expected.empty()) {
    if (!fault.empty()) fault += ": ";
    fault += "expected " + context.expected;
  }
  if (!context.found.empty()) {
    fault += fmt::format("{}got '{}'", fault.empty() ? "" : ", ", context.found);
  }
  return place.empty() ? fault : place + ": " + fault;
}

ErrorContext masked(ErrorContext context) {
  constexpr std::size_t longest_excerpt = 120;
  context.found = mask_personal(excerpt(context.found, longest_excerpt));
  context.path = mask_personal(to_valid_utf8(context.path));
  context.column = mask_personal(context.column);
  context.field = mask_personal(context.field);
  context.expected = mask_personal(context.expected);
  context.problem = mask_personal(context.problem);
  return context;
}

}  // namespace

const ErrorCodeInfo& describe(ErrorCode code) {
  for (const ErrorCodeInfo& row : code_table) {
    if (row.code == code) return row;
  }
  return code_table.front();
}

Error::Error(ErrorCode code, ErrorContext context)
    : std::runtime_error(render_message(masked(context))), code_(code), context_(masked(std::move(context))) {}

Error Error::with_path(std::string_view path) const {
  ErrorContext context = context_;
  context.path = std::string(path);
  return Error(code_, std::move(context));
}

}  // namespace qpcr
