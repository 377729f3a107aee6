// Calls pdftotext on a temporary file.
#include "tests/report/pdf_text.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "libqpcr/core/file.hpp"

namespace qpcr::testing {

std::string pdf_to_text(std::string_view pdf, std::string_view mode) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("qpcr-test-report-{}", getpid());
  write_file(folder / "report.pdf", pdf);
  const std::string command = fmt::format(
      "pdftotext {1} -enc UTF-8 '{0}/report.pdf' '{0}/report.txt' 2>'{0}/errors.txt'", folder.string(), mode);
  const int status = std::system(command.c_str());
  const std::string errors = read_file(folder / "errors.txt");
  if (status != 0 || !errors.empty()) throw std::runtime_error("pdftotext: " + errors);
  std::string text = read_file(folder / "report.txt");
  std::filesystem::remove_all(folder);
  return text;
}

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\f') out += c;
  }
  return out;
}

std::size_t count_occurrences(std::string_view text, std::string_view words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + words.size()))
    ++count;
  return count;
}

}  // namespace qpcr::testing
