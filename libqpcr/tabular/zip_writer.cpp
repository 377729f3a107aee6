// Deterministic zip through libzip's memory source.
#include "libqpcr/tabular/zip_writer.hpp"

#include <memory>

#include <zip.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void fail(const std::string& member, const char* problem) {
  throw Error(ErrorCode::file_unwritable, {.path = member,
                                           .line = 0,
                                           .column = {},
                                           .field = {},
                                           .found = {},
                                           .expected = {},
                                           .problem = std::string("the zip archive cannot be made: ") + problem});
}

struct SourceRelease {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct ArchiveDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

}  // namespace

std::string zip_files(const std::vector<std::pair<std::string, std::string>>& members, unsigned level) {
  const std::string none = "archive";
  zip_error_t error;
  zip_error_init(&error);
  std::unique_ptr<zip_source_t, SourceRelease> buffer(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!buffer) fail(none, zip_error_strerror(&error));
  std::unique_ptr<zip_t, ArchiveDiscard> archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, &error));
  if (!archive) fail(none, zip_error_strerror(&error));
  zip_source_keep(buffer.get());  // the archive owns one reference, the reading below the other

  for (const auto& [member, bytes] : members) {
    zip_source_t* content = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
    if (content == nullptr) fail(member, zip_strerror(archive.get()));
    const zip_int64_t index = zip_file_add(archive.get(), member.c_str(), content, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(content);
      fail(member, zip_strerror(archive.get()));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t first_date = (1U << 5U) | 1U;  // 1980-01-01 in the DOS form of a zip
    if (zip_set_file_compression(archive.get(), entry, ZIP_CM_DEFLATE, level) != 0 ||
        zip_file_set_dostime(archive.get(), entry, 0, first_date, 0) != 0 ||
        zip_file_set_external_attributes(archive.get(), entry, 0, ZIP_OPSYS_DOS, 0) != 0) {
      fail(member, zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) fail(none, zip_strerror(archive.get()));
  (void)archive.release();  // zip_close freed it

  if (zip_source_open(buffer.get()) != 0) fail(none, zip_error_strerror(zip_source_error(buffer.get())));
  std::string result;
  char chunk[16384];
  zip_int64_t count = 0;
  while ((count = zip_source_read(buffer.get(), chunk, sizeof chunk)) > 0)
    result.append(chunk, static_cast<std::size_t>(count));
  zip_source_close(buffer.get());
  if (count < 0) fail(none, "its bytes cannot be read back");
  return result;
}

std::string zip_single_file(const std::string& member, std::string_view bytes) {
  return zip_files({{member, std::string(bytes)}});
}

}  // namespace qpcr
