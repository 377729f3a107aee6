// Developer's tool: writes the synthetic exports and the golden projections of them and, where QPCR_REFERENCE_DATA is
// set, of the public exports; and the tables of docs/instruments.md.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include "instruments/registry.hpp"
#include "libqpcr/core/file.hpp"
#include "tests/instruments/golden.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace {

/// Puts the readers' tables between the marks of the page.
std::string renew_page(const std::string& page) {
  const std::string begin = "<!-- readers -->\n";
  const std::size_t from = page.find(begin) + begin.size();
  const std::size_t to = page.find("<!-- /readers -->");
  return page.substr(0, from) + "\n" + qpcr::render_support_table() + "\n" + qpcr::render_refusal_table() + "\n" +
         page.substr(to);
}

}  // namespace

int main() {
  namespace fs = std::filesystem;
  using namespace qpcr;
  try {
    fs::remove_all(test::corpus_folder());
    for (const test::ReaderCorpus& corpus : test::corpora()) {
      const fs::path folder = test::corpus_folder() / corpus.reader_id;
      fs::create_directories(folder);
      for (const test::CorpusFile& file : corpus.make()) write_file(folder / file.name, file.bytes);
    }
    // Line ends and byte order marks are what is tested.
    write_file(test::corpus_folder() / ".gitattributes", "* -text\n");
    write_file(test::golden_folder() / "corpus.txt", test::render_golden(test::project_folder(test::corpus_folder())));
    if (const char* reference = std::getenv("QPCR_REFERENCE_DATA"); reference != nullptr && *reference != '\0') {
      write_file(test::golden_folder() / "reference.txt",
                 test::render_golden(test::project_folder(fs::path(reference) / "instruments/files")));
    }
    const fs::path page = test::corpus_folder() / "../../../docs/instruments.md";
    write_file(page, renew_page(read_file(page)));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
