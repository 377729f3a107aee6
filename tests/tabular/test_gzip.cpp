// Compressed single files: what is inflated, and what is refused.
#include <string>

#include <catch2/catch.hpp>
#include <libdeflate.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/gzip.hpp"

using namespace qpcr;

namespace {

std::string compress(const std::string& text) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string bytes(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  bytes.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), bytes.data(), bytes.size()));
  libdeflate_free_compressor(compressor);
  return bytes;
}

ErrorCode code_of(const std::string& bytes, const ArchiveLimits& limits = {}) {
  try {
    static_cast<void>(inflate_gzip(bytes, "a.csv.gz", limits));
  } catch (const Error& error) {
    CHECK(error.context().path == "a.csv.gz");
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::file_not_found;
}

}  // namespace

TEST_CASE("a compressed file is inflated, also in several members and when empty") {
  const std::string text = "Well,Cq\nA1,25.3\n";
  CHECK(is_gzip(compress(text)));
  CHECK_FALSE(is_gzip("PK\x03\x04"));
  CHECK_FALSE(is_gzip("\x1F\x8B"));
  CHECK(inflate_gzip(compress(text), "a.csv.gz") == text);
  CHECK(inflate_gzip(compress(text) + compress("B1,\n") + compress(""), "a.csv.gz") == text + "B1,\n");
  CHECK(inflate_gzip(compress(""), "a.csv.gz").empty());
  const std::string large(3'000'000, 'x');
  CHECK((inflate_gzip(compress(large), "a.csv.gz") == large));
}

TEST_CASE("cut and damaged data are refused") {
  const std::string good = compress("Well,Cq\nA1,25.3\n");
  CHECK(code_of(good.substr(0, good.size() - 1)) == ErrorCode::malformed_file);
  CHECK(code_of(good.substr(0, 12)) == ErrorCode::malformed_file);
  CHECK(code_of(good + "more that is no gzip") == ErrorCode::malformed_file);
  std::string damaged = good;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  CHECK(code_of(damaged) == ErrorCode::malformed_file);
}

TEST_CASE("a file of very many members is refused in no time") {
  std::string many;
  const std::string empty = compress("");
  for (int i = 0; i < 20'000; ++i) many += empty;
  CHECK(code_of(many) == ErrorCode::unsafe_archive);
}

TEST_CASE("a bomb is refused, whatever size it declares") {
  ArchiveLimits limits;
  limits.ratio_free_bytes = 1 << 20;
  limits.inflated_bytes = 4 << 20;
  const std::string zeros = compress(std::string(2 << 20, '\0'));
  CHECK(code_of(zeros, limits) == ErrorCode::unsafe_archive);
  std::string lying = zeros;
  lying[lying.size() - 2] = 0;
  CHECK(code_of(lying, limits) == ErrorCode::unsafe_archive);
  limits.ratio = 1'000'000;
  CHECK(inflate_gzip(zeros, "a.csv.gz", limits).size() == 2 << 20);
  CHECK(code_of(zeros + zeros + zeros, limits) == ErrorCode::unsafe_archive);
}
