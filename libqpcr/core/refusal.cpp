// The context of an error that has a field and no place in a file.
#include "libqpcr/core/refusal.hpp"

#include <utility>

namespace qpcr {

void refuse_request(ErrorCode code, std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

}  // namespace qpcr
