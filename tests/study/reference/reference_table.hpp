// The tables of statistics/data as evaluations read them.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "libqpcr/study/data_table.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {

inline DataTable read_reference_table(const std::string& file) {
  const auto path = statistics_data() / file;
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  return read_data_table(bytes, path.string());
}

}  // namespace qpcr::test
