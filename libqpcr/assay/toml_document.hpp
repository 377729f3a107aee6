// Reads TOML with located errors and typed getters, so that no other file knows which parser is behind it.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/error.hpp"

namespace qpcr {

/// One table of a TOML document. A light handle: copies share the document, which lives as long as any handle.
///
/// Every error carries the path of the document, the line, the full name of the field ("targets[2].dye"), the text
/// found and what was expected, under the ErrorCode the document was parsed with (assay_invalid, study_invalid …).
/// `get_…` demands the key; `find_…` returns nothing where the key is absent. Both refuse a value of the wrong type,
/// and numbers that are not finite. Call `allow_only` first: a misspelt key is then named with the nearest known one,
/// instead of the correct one being reported as missing.
class TomlTable {
 public:
  /// @throws Error invalid document (syntax, duplicate key, not UTF-8) under `code`, at its line.
  static TomlTable parse(std::string_view text, const std::string& path, ErrorCode code);
  /// parse() of a file. @throws also Error file_not_found, file_unreadable.
  static TomlTable read(const std::filesystem::path& path, ErrorCode code);

  const std::string& path() const;
  /// 1-based line where the table begins.
  long line() const;
  /// Full name of a key of this table: "targets[2].dye" (elements of arrays are counted from 1).
  std::string field(std::string_view key) const;

  /// Line of a full field name below this table, or of the nearest thing around it that the document holds; for errors
  /// that are found after parsing.
  long find_line(std::string_view field_name) const;

  /// A handle below which a number may also be the text `word`, read as NaN. With a `refusal` the word is refused with
  /// that sentence instead.
  TomlTable with_number_word(std::string word, std::string refusal = {}) const;

  bool has(std::string_view key) const;
  /// Keys in the order of the document.
  std::vector<std::string> keys() const;
  /// @throws Error for the first key that is not in `known`, suggesting the nearest known one.
  void allow_only(std::initializer_list<std::string_view> known) const;
  void allow_only(const std::vector<std::string_view>& known) const;

  std::string get_text(std::string_view key) const;  ///< not empty
  std::optional<std::string> find_text(std::string_view key) const;
  double get_number(std::string_view key) const;  ///< float or integer, finite; NaN for the number word
  std::optional<double> find_number(std::string_view key) const;
  long get_integer(std::string_view key) const;
  std::optional<long> find_integer(std::string_view key) const;
  bool get_flag(std::string_view key) const;
  std::optional<bool> find_flag(std::string_view key) const;
  /// A TOML local date (2024-05-01, without quotes) as ISO text.
  std::string get_date(std::string_view key) const;
  std::optional<std::string> find_date(std::string_view key) const;
  std::vector<std::string> get_texts(std::string_view key) const;  ///< at least one
  std::optional<std::vector<std::string>> find_texts(std::string_view key) const;
  std::optional<std::vector<double>> find_numbers(std::string_view key) const;
  TomlTable get_table(std::string_view key) const;
  std::optional<TomlTable> find_table(std::string_view key) const;
  /// Elements of an array of tables, `[[key]]` or `key = [{…}, {…}]`; empty where the key is absent.
  std::vector<TomlTable> find_tables(std::string_view key) const;
  std::vector<TomlTable> get_tables(std::string_view key) const;  ///< at least one

  /// One element of an array that may mix texts and tables; exactly one of the two is set.
  struct TextOrTable;
  std::vector<TextOrTable> get_texts_or_tables(std::string_view key) const;

  /// Refuses the value of a key (or the whole table when `key` is empty): "expected …, got '…'".
  [[noreturn]] void refuse(std::string_view key, std::string expected) const;
  /// Refuses with a sentence of its own.
  [[noreturn]] void refuse_because(std::string_view key, std::string problem) const;

 private:
  struct Document;
  struct Access;
  struct NumberWord {
    std::string word;
    std::string refusal;
  };
  TomlTable(std::shared_ptr<const Document> document, const void* node, std::string name, long line,
            std::shared_ptr<const NumberWord> number_word);

  std::shared_ptr<const Document> document_;
  const void* node_;  ///< the parser's table, kept alive by document_
  std::string name_;
  long line_;
  std::shared_ptr<const NumberWord> number_word_;
};

struct TomlTable::TextOrTable {
  std::optional<std::string> text;
  std::optional<TomlTable> table;
};

/// The entry of `known` that is nearest to `word` by edit distance, when it is near enough to be a slip; else nothing.
std::optional<std::string> find_nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace qpcr
