// The texts of an element's children by name, for elements that are small records.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::rdml {

/// Reads the element at which the tokenizer stands to its end. @return the text of the first child of each name.
/// @param text takes the character data directly inside, where it is wanted.
template <std::size_t count>
std::array<std::optional<std::string>, count> read_child_texts(XmlTokenizer& xml,
                                                               const std::array<std::string_view, count>& names,
                                                               std::string* text = nullptr) {
  std::array<std::optional<std::string>, count> texts;
  std::string unused;
  while (xml.next_child(text == nullptr ? unused : *text)) {
    std::size_t i = 0;
    while (i < count && (names[i] != xml.name() || texts[i])) ++i;
    if (i < count) {
      texts[i] = std::string(xml.read_text());
    } else {
      xml.skip();
    }
  }
  return texts;
}

}  // namespace qpcr::rdml
