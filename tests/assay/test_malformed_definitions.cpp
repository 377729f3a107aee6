// Every malformed variant of every shipped definition, made by rule: none crashes, each refused one names line and
// field.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/assay/findings.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/assay/findings_support.hpp"
#include "tests/assay/support.hpp"

using qpcr::Finding;

namespace {

/// One "key = value" of the text, also inside an inline table; values are kept as they are written.
struct Entry {
  std::string key;
  std::size_t key_begin = 0;
  std::size_t begin = 0;  ///< of the value
  std::size_t end = 0;
};

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// End of the value that begins at `begin`: brackets and quotes are skipped over.
std::size_t find_value_end(const std::string& text, std::size_t begin) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      quoted = c != '"';
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') {
      if (depth == 0) return i;
      --depth;
    }
    if (depth == 0 && (c == ',' || c == '\n' || c == '#')) return i;
  }
  return text.size();
}

std::vector<Entry> find_entries(const std::string& text) {
  std::vector<Entry> entries;
  bool quoted = false;
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') comment = false;
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '#' && !quoted) comment = true;
    if (text[i] != '=' || quoted || comment) continue;
    Entry entry;
    std::size_t end = i;
    while (end > 0 && text[end - 1] == ' ') --end;
    entry.key_begin = end;
    while (entry.key_begin > 0 && is_key_character(text[entry.key_begin - 1])) --entry.key_begin;
    entry.key = text.substr(entry.key_begin, end - entry.key_begin);
    entry.begin = text.find_first_not_of(' ', i + 1);
    entry.end = find_value_end(text, entry.begin);
    while (entry.end > entry.begin && text[entry.end - 1] == ' ') --entry.end;
    entries.push_back(entry);
  }
  return entries;
}

struct Tokens {
  std::vector<std::pair<std::size_t, std::size_t>> numbers;  ///< begin, length
  std::vector<std::pair<std::size_t, std::size_t>> words;    ///< quoted texts, without the quotes
};

/// The numbers and texts of a value, also inside arrays.
Tokens find_tokens(const std::string& text, const Entry& entry) {
  Tokens tokens;
  for (std::size_t i = entry.begin; i < entry.end; ++i) {
    if (text[i] == '"') {
      const std::size_t close = text.find('"', i + 1);
      tokens.words.emplace_back(i + 1, close - i - 1);
      i = close;
      continue;
    }
    const bool starts = (text[i] >= '0' && text[i] <= '9') || text[i] == '-';
    if (!starts || (i > 0 && is_key_character(text[i - 1]))) continue;
    std::size_t end = i + 1;
    while (end < entry.end && (is_key_character(text[end]) || text[end] == '.')) ++end;
    tokens.numbers.emplace_back(i, end - i);
    i = end;
  }
  return tokens;
}

struct Tally {
  int made = 0;
  int refused = 0;
  std::map<std::string, int> accepted;  ///< by key
};

class Mutate {
 public:
  explicit Mutate(std::string text) : text_(std::move(text)) {}

  void run() {
    for (const Entry& entry : find_entries(text_)) {
      try_text("key removed", entry.key, without(entry));
      try_text("key misspelt", entry.key, std::string(text_).insert(entry.key_begin, "x"));
      if (entry.key == "text" || entry.key == "zh" || entry.key == "en") continue;
      const bool inline_table = text_[entry.begin] == '{';
      if (inline_table) continue;  // its keys are entries of their own
      const Tokens tokens = find_tokens(text_, entry);
      for (const auto& [begin, length] : tokens.numbers) {
        const std::string number = text_.substr(begin, length);
        replace("number negated", entry.key, begin, length, number.front() == '-' ? number.substr(1) : "-" + number);
        replace("number zeroed", entry.key, begin, length, "0");
        const std::optional<double> parsed = qpcr::parse_double(number);
        if (parsed) replace("number ×1000", entry.key, begin, length, scaled(number, *parsed));
        replace("number as text", entry.key, begin, length, "\"" + number + "\"");
        replace("number not a number", entry.key, begin, length, "nan");
      }
      for (const auto& [begin, length] : tokens.words) {
        replace("word changed", entry.key, begin, length, text_.substr(begin, length) + "_x");
        replace("word emptied", entry.key, begin, length, "");
        replace("word as number", entry.key, begin - 1, length + 2, "7");
      }
    }
  }

  std::map<std::string, Tally> tallies;
  int without_place = 0;
  std::string odd;

 private:
  static std::string scaled(const std::string& number, double value) {
    const bool whole = number.find_first_of(".eE") == std::string::npos;
    return whole ? number + "000"
                 : qpcr::format_double(value * 1000) + (std::floor(value * 1000) == value * 1000 ? ".0" : "");
  }

  std::string without(const Entry& entry) const {
    std::size_t end = entry.end;
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == ',')) ++end;
    std::size_t begin = entry.key_begin;
    if (end < text_.size() && text_[end] == '}') {  // the last of an inline table takes the comma before it along
      while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == ',')) --begin;
    }
    std::string changed = text_;
    return changed.erase(begin, end - begin);
  }

  void replace(const std::string& kind, const std::string& key, std::size_t begin, std::size_t length,
               const std::string& by) {
    std::string changed = text_;
    try_text(kind, key, changed.replace(begin, length, by));
  }

  void try_text(const std::string& kind, const std::string& key, const std::string& changed) {
    if (changed == text_) return;
    Tally& tally = tallies[kind];
    ++tally.made;
    const std::vector<Finding> findings = qpcr::inspect_assay_text(changed, "a.toml");
    const auto error = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
      return finding.severity == Finding::Severity::error;
    });
    if (error == findings.end()) {
      ++tally.accepted[key];
      return;
    }
    ++tally.refused;
    const bool syntax = error->code == "unreadable" && error->english.find("not valid TOML") != std::string::npos;
    if (error->line < 1 || (error->field.empty() && !syntax)) {
      ++without_place;
      odd += kind + " " + key + ": " + error->english + "\n";
    }
  }

  std::string text_;
};

}  // namespace

TEST_CASE(
    "every malformed variant of the shipped definitions is refused with line and field, or known to be harmless") {
  std::map<std::string, Tally> total;
  int without_place = 0;
  std::string odd;
  std::vector<std::string> texts{assay_test::whole_definition()};
  for (const char* name :
       {"demo-methylation.toml", "demo-rna.toml", "methylation-three-gene-afp.toml", "methylation-three-gene.toml",
        "septin9-triplicate-1of3.toml", "septin9-triplicate-2of3.toml"}) {
    texts.push_back(assay_test::assay_text(name));
  }
  for (const std::string& text : texts) {
    REQUIRE_FALSE(qpcr::has_errors(qpcr::inspect_assay_text(text, "a.toml")));
    Mutate mutate(text);
    mutate.run();
    without_place += mutate.without_place;
    odd += mutate.odd;
    for (const auto& [kind, tally] : mutate.tallies) {
      total[kind].made += tally.made;
      total[kind].refused += tally.refused;
      for (const auto& [key, count] : tally.accepted) total[kind].accepted[key] += count;
    }
  }
  INFO(odd);
  CHECK(without_place == 0);
  std::string report;
  for (const auto& [kind, tally] : total) {
    report += kind + ": " + std::to_string(tally.refused) + " of " + std::to_string(tally.made) + " refused; accepted:";
    for (const auto& [key, count] : tally.accepted) report += " " + key + "×" + std::to_string(count);
    report += "\n";
  }
  INFO(report);
  // What no rule can know: names that are free to choose, and codes of a category.
  const std::set<std::string> free_words{"accession",         "aliases",     "dye",          "dye_aliases", "id",
                                         "identifier_status", "instruction", "sample_names", "treatment",   "tube",
                                         "certainty"};
  for (const auto& [key, count] : total["word changed"].accepted) {
    INFO(key);
    CHECK(free_words.contains(key));
  }
  for (const char* kind : {"number as text", "word as number", "word emptied"}) {
    INFO(kind);
    CHECK(total[kind].accepted.empty());
  }
  CHECK(total["number not a number"].accepted.empty());
  // The numbers of the six first definitions and the whole one; more definitions only add to them.
  CHECK(total["key misspelt"].refused >= 1051);
  CHECK(total["key removed"].refused >= 925);
  CHECK(total["number as text"].refused >= 328);
  CHECK(total["number negated"].refused >= 257);
  CHECK(total["number zeroed"].refused >= 250);
  CHECK(total["number ×1000"].refused >= 209);
  CHECK(total["word changed"].refused >= 521);
  CHECK(total["word emptied"].refused >= 640);
}
