// Logs that hold, and every way to change one unseen that is seen.
#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/chained_log.hpp"
#include "libqpcr/seal/hash.hpp"
#include "tests/seal/support.hpp"

using seal_test::contains;
using seal_test::error_of;
using seal_test::Folder;

namespace {

constexpr int log_length = 6;

std::string make_log(const Folder& folder) {
  for (int i = 1; i <= log_length; ++i) {
    qpcr::append_log(folder / "log", "2026-11-23T19:49:1" + std::to_string(i) + "Z", "assay_signed",
                     {{"assay", "demo"}, {"number", std::to_string(i)}});
  }
  return qpcr::read_file(folder / "log");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : qpcr::split(text, '\n')) lines.emplace_back(line);
  lines.pop_back();
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string error_in(const std::string& text, const std::optional<qpcr::LogHead>& head = std::nullopt) {
  return error_of([&] { qpcr::parse_log(text, "log", head); });
}

}  // namespace

TEST_CASE("each line carries the hash of the one before, and the head that of the last") {
  const Folder folder;
  const std::string text = make_log(folder);
  const auto lines = lines_of(text);
  const qpcr::ChainedLog log = qpcr::read_log(folder / "log");
  REQUIRE(log.records.size() == log_length);
  CHECK(log.records[0].previous_sha256 == std::string(64, '0'));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CHECK(log.records[i].previous_sha256 == qpcr::sha256_hex(lines[i - 1]));
    CHECK(log.records[i].sequence == static_cast<long>(i) + 1);
  }
  CHECK(log.head == qpcr::LogHead{log_length, qpcr::sha256_hex(lines.back())});
  CHECK(log.records[2].details.at("number") == "3");
  struct stat information {};
  REQUIRE(::stat((folder / "log").c_str(), &information) == 0);
  CHECK((information.st_mode & 0777U) == 0600);
  CHECK(qpcr::parse_log("", "log").head == qpcr::LogHead{0, std::string(64, '0')});
}

TEST_CASE("every changed byte of a log is found, in its line or the next") {
  const Folder folder;
  const std::string text = make_log(folder);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const unsigned flip : {1U, 32U, 128U}) {
      std::string changed = text;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ flip);
      const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n') + 1;
      const std::string error = error_in(changed);
      INFO(i << " " << error);
      CHECK(contains(error, "integrity_failure: 'log' line " + std::to_string(line)));
    }
  }
}

TEST_CASE("every line taken out, put in twice or swapped is found at its place") {
  const Folder folder;
  const auto lines = lines_of(make_log(folder));
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto shorter = lines;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(contains(error_in(join(shorter)), "line " + std::to_string(i + 1) + ":"));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto doubled = lines;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK(contains(error_in(join(doubled)), "line " + std::to_string(i + 2) + ":"));
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[j]);
      CHECK(contains(error_in(join(swapped)), "line " + std::to_string(i + 1) + ":"));
    }
  }
}

TEST_CASE("a log cut at any byte is found, unless it is cut between lines: that takes its head") {
  const Folder folder;
  const std::string text = make_log(folder);
  const qpcr::LogHead head = qpcr::read_log(folder / "log").head;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    const bool whole_lines = cut.empty() || cut.back() == '\n';
    CHECK(error_in(cut).empty() == whole_lines);
    CHECK(contains(error_in(cut, head), "integrity_failure"));
  }
  CHECK(contains(error_in(text.substr(0, text.find('\n') + 1), head), "ends before the line 6"));
}

TEST_CASE("a head still holds when the log has grown, and not when it was written anew") {
  const Folder folder;
  make_log(folder);
  const qpcr::LogHead head = qpcr::read_log(folder / "log").head;
  qpcr::append_log(folder / "log", "2026-11-24T00:00:00Z", "assay_signed", {});
  CHECK(qpcr::read_log(folder / "log", head).records.size() == log_length + 1);
  const Folder other;
  for (int i = 0; i < log_length + 1; ++i) qpcr::append_log(other / "log", "2026-11-24T00:00:00Z", "other", {});
  CHECK(contains(error_of([&] { qpcr::read_log(other / "log", head); }), "written anew"));
}

TEST_CASE("nothing is added to a log that does not hold, and nothing without meaning to one that does") {
  const Folder folder;
  const std::string text = make_log(folder);
  qpcr::write_file(folder / "log", text.substr(0, text.size() - 3));
  CHECK(contains(error_of([&] { qpcr::append_log(folder / "log", "2026-11-24T00:00:00Z", "x", {}); }), "line 6"));
  CHECK(qpcr::read_file(folder / "log") == text.substr(0, text.size() - 3));
  qpcr::write_file(folder / "log", text);
  const auto error = [&](const std::string& time, const std::string& event, const std::string& detail) {
    return error_of([&] { qpcr::append_log(folder / "log", time, event, {{"d", detail}}); });
  };
  CHECK(contains(error("now", "x", ""), "invalid_value"));
  CHECK(contains(error("2026-11-24T00:00:00Z", "Signed it", ""), "invalid_value"));
  CHECK(contains(error("2026-11-24T00:00:00Z", "x", "\xFF"), "invalid_value"));
  CHECK(contains(error("2026-11-24T00:00:00Z", "x", std::string(70000, 'x')), "invalid_value"));
  CHECK(qpcr::read_file(folder / "log") == text);
  CHECK(error("2026-11-24T00:00:00Z", "x", "a line\nand \0 another 王").empty());
  CHECK(qpcr::read_log(folder / "log").records.size() == log_length + 1);
}

TEST_CASE("writers at the same time wait for each other") {
  const Folder folder;
  constexpr int writers = 4;
  constexpr int each = 25;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&folder, writer] {
      for (int i = 0; i < each; ++i) {
        qpcr::append_log(folder / "log", "2026-11-24T00:00:00Z", "x", {{"writer", std::to_string(writer)}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(qpcr::read_log(folder / "log").records.size() == writers * each);
}

TEST_CASE("mutated logs are refused whatever the mutation") {
  const Folder folder;
  const std::string text = make_log(folder);
  const qpcr::LogHead head = qpcr::read_log(folder / "log").head;
  seal_test::Numbers numbers;
  for (int i = 0; i < 3000; ++i) {
    const std::string changed = seal_test::mutate(text, numbers);
    if (changed == text) continue;
    CHECK(contains(error_in(changed, head), "integrity_failure"));
  }
  CHECK(contains(error_in(std::string(500, '\0') + "\n"), "integrity_failure"));
  CHECK(contains(error_in(std::string((2U << 20U), ' ') + "\n"), "integrity_failure"));
}
