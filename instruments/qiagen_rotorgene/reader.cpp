// Reads Qiagen (Corbett) Rotor-Gene CSV and .rex.
#include "instruments/qiagen_rotorgene/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"qiagen_rotorgene", "Qiagen (Corbett) Rotor-Gene CSV and .rex", "Qiagen", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::qiagen_rotorgene
