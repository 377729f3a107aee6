# Writes OUTPUT, a C++ file that holds the message files of ROOMS in FOLDER byte for byte; run with cmake -P.
set(arrays "")
set(rows "")
foreach(room IN LISTS ROOMS)
  file(READ "${FOLDER}/${room}.json" bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND arrays "constexpr char ${room}_json[] = {${bytes}};\n")
  string(APPEND rows "    {\"${room}\", {${room}_json, sizeof(${room}_json)}},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from libqpcr/report/messages by embed_messages.cmake.
#include \"libqpcr/report/embedded_messages.hpp\"

namespace qpcr {
namespace {

${arrays}
}  // namespace

const std::vector<EmbeddedMessages>& embedded_messages() {
  static const std::vector<EmbeddedMessages> files = {
${rows}  };
  return files;
}

}  // namespace qpcr
")
