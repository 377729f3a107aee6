// Reads DNA-Technology DTprime text (.r96).
#include "instruments/dnatechnology_dtprime/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::dnatechnology_dtprime {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"dnatechnology_dtprime", "DNA-Technology DTprime text (.r96)", "DNA-Technology", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::dnatechnology_dtprime
