// JSON that is part of a proof: one spelling, no member twice, none unknown, every fault named.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace qpcr {

/// An object of a small JSON document. Every getter demands its member and its type.
class StrictObject {
 public:
  /// The whole of `text` as an object. `line` is put into errors. @throws Error wrong_encoding; malformed_file for
  /// syntax, a member given twice, nesting beyond 16 or text beyond 1 MiB.
  static StrictObject parse(std::string_view text, const std::string& path, long line = 0);

  const nlohmann::json& json() const { return value_; }
  bool has(std::string_view key) const;
  void allow_only(std::initializer_list<std::string_view> known) const;
  /// The member `schema` must be this.
  void demand_schema(std::string_view schema) const;
  std::string get_text(std::string_view key) const;
  bool get_flag(std::string_view key) const;
  long get_integer(std::string_view key) const;  ///< 0 or more
  StrictObject get_object(std::string_view key) const;

  [[noreturn]] void refuse(std::string_view key, std::string expected) const;

 private:
  StrictObject(nlohmann::json value, std::string path, long line, std::string prefix);
  const nlohmann::json& get(std::string_view key, const char* expected) const;

  nlohmann::json value_;
  std::string path_;
  long line_;
  std::string prefix_;
};

}  // namespace qpcr
