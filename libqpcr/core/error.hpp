// The one exception type: a stable code and the place, what was found and what was expected.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace qpcr {

/// What kind of thing is wrong with a file or a request. Wells that do not amplify are data, not errors.
enum class ErrorCode {
  file_not_found,
  file_unreadable,
  file_unwritable,
  unsupported_format,
  ambiguous_format,
  malformed_file,
  unsafe_archive,
  wrong_encoding,
  missing_column,
  duplicate_entry,
  invalid_value,
  invalid_option,
  personal_data,
  assay_invalid,
  assay_refused,
  assay_mismatch,
  study_invalid,
  integrity_failure,
};

/// Stable spelling of a code and what it maps to outside the library.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;  ///< the enumerator's own spelling, in JSON and Python too
  int exit_status;        ///< of the command line: 2 usage, 3 input, 5 assay refused, 6 integrity
  int http_status;
};

/// @return the row of the one table that maps codes; defined for every enumerator.
const ErrorCodeInfo& describe(ErrorCode code);

/// Where an error is and what is wrong there. Empty texts and zero numbers are left out of the message.
struct ErrorContext {
  std::string path;      ///< file, or file and archive member: "a.eds:apldbio/sds/plate_setup.xml"
  long line = 0;         ///< 1-based; 0 when unknown
  std::string column;    ///< name of the column or cell
  std::string field;     ///< element, key or option
  std::string found;     ///< the text found; masked when it may identify a person
  std::string expected;  ///< what would have been right, as a phrase
  std::string problem;   ///< a phrase used instead of "expected …, got …"

  bool operator==(const ErrorContext&) const = default;
};

/// A wrong file or a request without meaning. what() reads
/// `'plate1.csv' line 47, column 'Cq': expected a number or 'Undetermined', got '3O.2'`.
class Error : public std::runtime_error {
 public:
  /// `context.found` is masked here (see privacy.hpp), so that no message can carry a person's number.
  Error(ErrorCode code, ErrorContext context);

  ErrorCode code() const noexcept { return code_; }
  const ErrorContext& context() const noexcept { return context_; }

  /// The same error with the path filled in, for code that learns the path later than the place.
  Error with_path(std::string_view path) const;

 private:
  ErrorCode code_;
  ErrorContext context_;
};

}  // namespace qpcr
