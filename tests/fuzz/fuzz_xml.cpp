// Fuzzes the XML tokenizer: a document that it accepts must be to pugixml what it is to us.
#include <cstdlib>
#include <vector>

#include "tests/fuzz/harness.hpp"
#include "tests/tabular/xml_agreement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qpcr;
  // No byte behind the text, so that a sanitizer sees any step too far.
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  if (!test::agrees_with_pugixml(text)) std::abort();
  return fuzz::accept_errors([&] {
    const XmlSource source(text, "a.xml");
    XmlTokenizer xml(source);
    double number = 0;
    while (xml.next_child()) xml.read_double(number);
  });
}
