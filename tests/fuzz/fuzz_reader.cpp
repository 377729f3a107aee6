// Fuzzes one reader, named by the environment variable QPCR_FUZZ_READER: the input is a file, several ("=== name"
// starts each), or the sheets of a workbook ("=== sheet name" starts each, cells separated by tabs).
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "instruments/registry.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace qpcr;

const Reader& fuzzed_reader() {
  const char* const name = std::getenv("QPCR_FUZZ_READER");
  const auto found = std::find_if(readers().begin(), readers().end(),
                                  [&](const Reader& reader) { return name != nullptr && reader.info.id == name; });
  if (found == readers().end()) throw std::runtime_error("QPCR_FUZZ_READER names no reader");
  return *found;
}

constexpr std::string_view sheet_mark = "sheet ";

std::vector<InputFile> to_files(const std::string& bytes) {
  const auto parts = fuzz::split_parts(bytes);
  std::vector<InputFile> files;
  if (parts.empty()) {
    files.push_back({"input", "input", bytes, nullptr, std::nullopt});
    return files;
  }
  auto workbook = std::make_shared<Workbook>();
  for (const auto& [name, text] : parts) {
    if (name.starts_with(sheet_mark)) {
      workbook->sheets.push_back(
          {name.substr(sheet_mark.size()), false, parse_text_grid(text, "input.xlsx:" + name, '\t')});
    } else {
      files.push_back({name, name, text, nullptr, std::nullopt});
    }
  }
  if (!workbook->sheets.empty()) files.push_back({"input.xlsx", "input.xlsx", "PK\x03\x04", workbook, std::nullopt});
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes = fuzz::to_bytes(data, size);
  return fuzz::accept_errors([&] {
    std::vector<InputFile> files = to_files(bytes);
    for (InputFile& file : files) {
      if (file.workbook == nullptr && is_zip(file.bytes)) {
        const Archive archive(file.bytes, file.path);
        std::vector<std::string> members;
        for (const ArchiveMember& member : archive.members()) members.push_back(normalise_member_name(member.name));
        if (is_xlsx(members)) file.workbook = std::make_shared<const Workbook>(read_xlsx(file.bytes, file.path));
      }
    }
    static const Reader& reader = fuzzed_reader();
    fuzz::read_with(reader, std::move(files));
  });
}
