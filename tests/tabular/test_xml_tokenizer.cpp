// The pull tokenizer: what it gives, every rule of XML 1.0 it holds, and pugixml as a second witness.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/xml_agreement.hpp"

using namespace qpcr;
using namespace std::string_literals;

namespace {

Error error_of(const std::string& bytes) {
  try {
    const XmlSource source(bytes, "a.xml");
    XmlTokenizer xml(source);
    xml.skip();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error for " << bytes.substr(0, 80));
  return Error(ErrorCode::file_not_found, {});
}

void check_read(const std::string& bytes) {
  INFO(bytes);
  const XmlSource source(bytes, "a.xml");
  XmlTokenizer xml(source);
  CHECK_NOTHROW(xml.skip());
  CHECK(test::agrees_with_pugixml(bytes));
}

/// Deterministic numbers for the mutations (Numerical Recipes' linear congruential generator).
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 8U) % limit;
  }

 private:
  std::uint32_t state_;
};

std::string mutate(std::string text, Generator& random) {
  static const std::vector<std::string> pieces{"<",
                                               "</",
                                               ">",
                                               "/>",
                                               "&",
                                               "&amp;",
                                               "&#65;",
                                               "&#x1F600;",
                                               "&#0;",
                                               "&no;",
                                               "<!-- c -->",
                                               "<!--",
                                               "-->",
                                               "--",
                                               "]]>",
                                               "\"",
                                               "'",
                                               "\r\n",
                                               "\r",
                                               "\t",
                                               "\xC3\xA9",
                                               "\xFF",
                                               "\x01",
                                               "<?pi x?>",
                                               "<?",
                                               "=",
                                               "a='1'",
                                               "<a>",
                                               "</a>",
                                               "<a/>",
                                               " ",
                                               "<![CDATA[x]]>",
                                               "<![CDATA[",
                                               "<!DOCTYPE a>",
                                               "<?xml version='1.0'?>"};
  const std::size_t count = 1 + random.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = random.below(text.size() + 1);
    switch (random.below(4)) {
      case 0:
        text.insert(at, pieces[random.below(pieces.size())]);
        break;
      case 1:
        text.erase(at, 1 + random.below(6));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        break;
      default:
        if (const std::size_t mark = text.find_first_of("<>/\"'&=", at); mark != std::string::npos) text.erase(mark, 1);
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the tokenizer walks from start tag to start tag") {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes' ?>\n<!-- c -->\n<?pi x?>\n"
      "<r:root a='1' r:id='&lt;&#65;&#x42; c\td'>\r\n  <leaf> x<!-- c -->y<![CDATA[<&\r\n]]>&gt; </leaf>"
      "<skipped><deep><er/></deep>text</skipped><empty/><number>12.5</number></r:root>\n<!-- end -->\n";
  const XmlSource source(text, "a.xml");
  XmlTokenizer xml(source);
  CHECK(xml.name() == "root");
  CHECK(xml.attribute("a") == "1");
  CHECK(xml.attribute("id") == "<AB c d");
  CHECK_FALSE(xml.attribute("b"));
  CHECK(source.line_at(xml.offset()) == 4);
  REQUIRE(xml.next_child());
  CHECK(xml.name() == "leaf");
  CHECK(source.line_at(xml.offset()) == 5);
  CHECK(xml.read_text() == "xy<&\n>");
  REQUIRE(xml.next_child());
  CHECK(xml.name() == "skipped");
  xml.skip();
  REQUIRE(xml.next_child());
  CHECK(xml.name() == "empty");
  CHECK(xml.read_text().empty());
  REQUIRE(xml.next_child());
  double number = 0;
  CHECK(xml.read_double(number));
  CHECK(number == 12.5);
  CHECK_FALSE(xml.next_child());
  CHECK_FALSE(xml.next_child());
}

TEST_CASE("a text with children is the element's own") {
  const std::string text = "<a>x<b>no</b>y<c/> z </a>";
  const XmlSource source(text, "a.xml");
  XmlTokenizer xml(source);
  CHECK(xml.read_text() == "xy z");
  XmlTokenizer again(source);
  std::string own;
  std::vector<std::string> names;
  while (again.next_child(own)) {
    names.emplace_back(again.name());
    again.skip();
  }
  CHECK(own == "xy z ");
  CHECK(names == std::vector<std::string>{"b", "c"});
}

TEST_CASE("numbers are those of parse_double, also where the text is no plain number") {
  const auto read = [](const std::string& text) -> std::optional<double> {
    const std::string document = "<a><n>" + text + "</n></a>";
    const XmlSource source(document, "a.xml");
    XmlTokenizer xml(source);
    REQUIRE(xml.next_child());
    double number = 0;
    if (!xml.read_double(number)) return std::nullopt;
    CHECK_FALSE(xml.next_child());
    return number;
  };
  for (const char* text : {"0",      "7",
                           "45",     "100",
                           "-1",     "-0",
                           "1.5",    ".5",
                           "-.5",    "1e3",
                           "1E-300", "123456.7890123",
                           "5e-324", "0.1",
                           " 12 ",   "\n12.25\n",
                           "+3",     "1<!-- c -->2",
                           "&#49;2", "<![CDATA[9.5]]>"}) {
    INFO(text);
    CHECK(read(text).has_value());
  }
  CHECK(read("45") == 45.0);
  CHECK(read("0.1") == 0.1);
  CHECK(read("123456.7890123") == 123456.7890123);
  CHECK(read("1<!-- c -->2") == 12.0);
  CHECK(read("&#49;2") == 12.0);
  CHECK(std::signbit(*read("-0")));
  for (const char* text : {"", " ", "x", "1x", "1,5", "nan", "inf", "-", ".", "1e400", "0x1p3", "1 2", "--1", "+-1"}) {
    INFO(text);
    CHECK_FALSE(read(text).has_value());
  }
}

TEST_CASE("what XML 1.0 allows is read") {
  for (const char* text : {"<a/>",
                           "<a />",
                           "<a></a >",
                           "<a\n b = 'x>y' c=\"'\"/>",
                           "<_a.b-c:d9/>",
                           "<\u00e9\u6807 \u00e9\u00b7='1'/>",
                           "<a>\u00b5</a>",
                           "<a>]]</a>",
                           "<a>></a>",
                           "<a><!-- - --></a>",
                           "<a><?p?></a>",
                           "<a><?p >?x ?></a>",
                           "<a><![CDATA[]]]]></a>",
                           "<a><![CDATA[<b>&no;]]></a>",
                           "<?xml version='1.1'?><a/>",
                           "<a>\xF0\x9F\x98\x80 \x7F</a>",
                           "<a>&#x10FFFF;</a>",
                           "<a\tid='x\ny\r\nz'/>",
                           "<a>a\rb\r\nc</a>",
                           "<a><a><a/></a></a>",
                           "<abcdefgh></abcdefgh>",
                           "<abcdefg><b/></abcdefg>",
                           "<a>\n        \n                 x</a>"}) {
    check_read(text);
  }
}

TEST_CASE("what XML 1.0 forbids is refused, with line and column") {
  for (const char* text : {"",
                           " \n",
                           "text",
                           "<a",
                           "<",
                           "<>",
                           "</a>",
                           "<a>",
                           "<a><b></a>",
                           "<a></b>",
                           "<a/><b/>",
                           "<a/>x",
                           "x<a/>",
                           "<a/>>",
                           "< a/>",
                           "<1a/>",
                           "<-a/>",
                           "<a$/>",
                           "<a b/>",
                           "<a b=1/>",
                           "<a b='1' b='2'/>",
                           "<a b='1'c='2'/>",
                           "<a b='<'/>",
                           "<a b='1/>",
                           "<a / >",
                           "<a>&</a>",
                           "<a>&no;</a>",
                           "<a>&amp</a>",
                           "<a>&#;</a>",
                           "<a>&#x;</a>",
                           "<a>&#X41;</a>",
                           "<a>&#0;</a>",
                           "<a>&#xD800;</a>",
                           "<a>&#xFFFE;</a>",
                           "<a>&#1114112;</a>",
                           "<a>&#99999999999;</a>",
                           "<a b='&no;'/>",
                           "<a>]]></a>",
                           "<a><!-- -- --></a>",
                           "<a><!--></a>",
                           "<a><!-- </a>",
                           "<a><!--->-></a>",
                           "<a><![CDATA[</a>",
                           "<a><![cdata[x]]></a>",
                           "<![CDATA[x]]><a/>",
                           "<a/><![CDATA[x]]>",
                           "<a><?></a>",
                           "<a><? p?></a>",
                           "<a><?p </a>",
                           "<a><?xml version='1.0'?></a>",
                           "<a><?XML x?></a>",
                           " <?xml version='1.0'?><a/>",
                           "<?xml?><a/>",
                           "<?xml encoding='UTF-8'?><a/>",
                           "<?xml version='2.0'?><a/>",
                           "<?xml version=1.0?><a/>",
                           "<?xml version='1.0' standalone='maybe'?><a/>",

                           "<?xml version='1.0'encoding='UTF-8'?><a/>",
                           "<?xml version='1.0' encoding='UTF-8' version='1.0'?><a/>",
                           "<?xml version='1.0'><a/>",
                           "<?xml version='1.0'?>",
                           "<!-- c -->",
                           "<a>\x01</a>",
                           "<a b='\x1F'/>",
                           "<a>\xEF\xBF\xBE</a>",
                           "<!DOCTYPE a><a/>",
                           "<a><!DOCTYPE a></a>",
                           "<a><!ELEMENT b></a>",
                           "<a/><!-- ",
                           "<abcdefg></abcdefh>",
                           "<ab></a>",
                           "<a></ab>",
                           "<abcdefghi></abcdefghj>"}) {
    INFO(text);
    const Error error = error_of(text);
    CHECK(error.code() == ErrorCode::malformed_file);
    CHECK(error.context().path == "a.xml");
    CHECK(error.context().line > 0);
    CHECK_THAT(error.what(), Catch::Contains("column "));
  }
  const Error error = error_of("<a>\n\u00b5\u00b5 &no;</a>");
  CHECK(error.context().line == 2);
  CHECK_THAT(error.what(), Catch::Contains("column 4:"));
}

TEST_CASE("bytes that are not UTF-8 have another code") {
  for (const char* text :
       {"<a>\xFF</a>", "<a>\xC0\x80</a>", "<a>\xED\xA0\x80</a>", "<a>\xF4\x90\x80\x80</a>", "<a>\xC3</a>"}) {
    INFO(text);
    CHECK(error_of(text).code() == ErrorCode::wrong_encoding);
  }
  CHECK(error_of("<?xml version='1.0' encoding='-'?><a/>").code() == ErrorCode::wrong_encoding);
  CHECK(error_of("<a>\n\0</a>"s).code() == ErrorCode::wrong_encoding);
  CHECK(error_of("<a>\n\0</a>"s).context().line == 2);
  // A fault in any place of a block of characters that is checked at once.
  for (std::size_t at = 0; at < 200; ++at) {
    std::string text = "<a>" + std::string(200, 'x') + "</a>";
    text[3 + at] = '\x02';
    CHECK_THAT(error_of(text).what(), Catch::Contains("column " + std::to_string(4 + at) + ":"));
  }
}

TEST_CASE("limits: depth, attributes") {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  check_read(nested(deepest_xml));
  CHECK_THAT(error_of(nested(deepest_xml + 1)).what(), Catch::Contains("nested deeper than 64"));
  const auto with_attributes = [](std::size_t count) {
    std::string text = "<a";
    for (std::size_t i = 0; i < count; ++i) text += " b" + std::to_string(i) + "='1'";
    return text + "/>";
  };
  check_read(with_attributes(most_xml_attributes));
  CHECK_THAT(error_of(with_attributes(most_xml_attributes + 1)).what(), Catch::Contains("more than 256 attributes"));
}

TEST_CASE("every beginning of a document is refused, and read to its end without a fault") {
  const std::string text =
      "<?xml version='1.0' encoding='UTF-8'?><!-- c --><rdml id='x&amp;y'><![CDATA[z]]><adp>\n  <cyc>12</cyc>\n"
      "  <fluor>1.5e3</fluor></adp><?p q?>&#65;&lt;</rdml>";
  for (std::size_t size = 0; size < text.size(); ++size) {
    // On the heap without a byte behind, so that a sanitizer sees any step too far.
    const std::vector<char> cut(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(test::list_by_tokenizer({cut.data(), cut.size()}));
  }
  CHECK(test::list_by_tokenizer(text));
}

TEST_CASE("damaged documents are refused or seen as pugixml sees them") {
  const std::string text =
      "<?xml version='1.0'?>\n<r:rdml version='1.2'>\n<!-- c --><sample id='s 1'><type>unkn</type></sample>\n"
      "<run id=\"r\"><react id='1'><data><tar id='t'/><adp><cyc>1</cyc><fluor>5.25</fluor></adp>x &amp; y<b/>z"
      "<![CDATA[<c>]]></data></react></run>\r\n</r:rdml>\n";
  Generator random(3);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string damaged = mutate(text, random);
    INFO(damaged);
    const bool agrees = test::agrees_with_pugixml(damaged);
    accepted += test::list_by_tokenizer(damaged) ? 1 : 0;
    if (!agrees) CHECK(agrees);
  }
  // Mutations that only change a text leave a document well formed.
  CHECK(accepted > 500);
  CHECK(accepted < 15'000);
}

TEST_CASE("the tokenizer and pugixml see the same in every RDML file", "[reference]") {
  namespace fs = std::filesystem;
  const auto root = test::reference_data();
  int documents = 0;
  Generator random(5);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".rdml") continue;
    INFO(entry.path());
    const std::string bytes = read_file(entry.path());
    std::string xml = bytes;
    if (is_zip(bytes)) {
      Archive archive(bytes, entry.path().string());
      const ArchiveMember* const standard = archive.find("rdml_data.xml");
      xml = archive.read(standard == nullptr ? archive.members().front() : *standard);
    }
    const auto ours = test::list_by_tokenizer(xml);
    CHECK(ours.has_value());
    CHECK(test::agrees_with_pugixml(xml));
    // Damage near the beginning, where a short piece of every kind of element is.
    const std::string part = xml.substr(0, 20'000);
    for (int i = 0; i < 50; ++i) CHECK(test::agrees_with_pugixml(mutate(part, random)));
    for (int i = 0; i < (xml.size() < 200'000 ? 20 : 0); ++i) CHECK(test::agrees_with_pugixml(mutate(xml, random)));
    ++documents;
  }
  CHECK(documents >= 20);
}
