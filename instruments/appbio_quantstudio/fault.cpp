// Builds the errors of this room.
#include "instruments/appbio_quantstudio/fault.hpp"

#include <utility>

namespace qpcr::appbio_quantstudio {

void refuse(ErrorCode code, const std::string& path, long line, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

void refuse(ErrorCode code, const std::string& path, long line, std::string field, std::string found,
            std::string expected) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

void refuse(const XmlElement& element, std::string found, std::string expected) {
  refuse(ErrorCode::invalid_value, element.path(), element.line(), std::string(element.name()), std::move(found),
         std::move(expected));
}

}  // namespace qpcr::appbio_quantstudio
