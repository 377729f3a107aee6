// A folder that goes with its test, errors as text, and seeded mutations for the tests of the seal room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "libqpcr/core/error.hpp"

namespace seal_test {

class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("qpcr_seal_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Code and message of the Error that a call throws; empty when it throws none.
template <typename F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const qpcr::Error& error) {
    return std::string(qpcr::describe(error.code()).name) + ": " + error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The same numbers on every machine (the generator of Numerical Recipes, 3rd edition, section 7.1.4).
class Numbers {
 public:
  std::size_t below(std::size_t end) {
    state_ = state_ * 2862933555777941757ULL + 3037000493ULL;
    return static_cast<std::size_t>(state_ >> 33U) % end;
  }

 private:
  std::uint64_t state_ = 20261123;
};

/// One slip or attack on a text: a byte changed, taken out, put in, the end cut off, or a piece doubled.
inline std::string mutate(std::string text, Numbers& numbers) {
  const std::size_t place = numbers.below(text.size());
  const char byte = static_cast<char>(numbers.below(256));
  switch (numbers.below(5)) {
    case 0:
      text[place] = byte;
      return text;
    case 1:
      return text.erase(place, 1 + numbers.below(8));
    case 2:
      return text.insert(place, 1, byte);
    case 3:
      return text.substr(0, place);
    default:
      return text.insert(place, text.substr(place, 1 + numbers.below(40)));
  }
}

}  // namespace seal_test
