// Reads and writes golden texts.
#include "tests/instruments/golden.hpp"

#include <algorithm>
#include <vector>

#include "tests/instruments/projection.hpp"

namespace qpcr::test {
namespace fs = std::filesystem;

GoldenBlocks parse_golden(const std::string& text) {
  GoldenBlocks blocks;
  std::string* block = nullptr;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("== ")) {
      block = &blocks[line.substr(3)];
    } else if (block != nullptr && !line.empty()) {
      *block += line + "\n";
    }
  }
  return blocks;
}

std::string render_golden(const GoldenBlocks& blocks) {
  std::string text;
  for (const auto& [name, block] : blocks) text += "== " + name + "\n" + block + "\n";
  return text;
}

fs::path corpus_folder() { return fs::path(QPCR_SOURCE_DIR) / "tests/instruments/corpus"; }

fs::path golden_folder() { return fs::path(QPCR_SOURCE_DIR) / "tests/instruments/golden"; }

GoldenBlocks project_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != ".gitattributes") files.push_back(entry.path());
  }
  GoldenBlocks blocks;
  for (const fs::path& file : files) blocks[fs::relative(file, folder).string()] = project_file(file);
  return blocks;
}

}  // namespace qpcr::test
