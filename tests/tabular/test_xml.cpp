// XML of strangers.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml.hpp"

using namespace qpcr;
using namespace std::string_literals;

namespace {

Error error_of(const std::string& bytes) {
  try {
    const XmlDocument document(bytes, "a.xml");
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error for " << bytes.substr(0, 60));
  return Error(ErrorCode::file_not_found, {});
}

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "<a>";
  for (int i = 0; i < depth; ++i) text += "</a>";
  return text;
}

}  // namespace

TEST_CASE("elements are met by local name, with text, attributes and lines") {
  const XmlDocument document(
      "<?xml version='1.0'?>\n<r:rdml xmlns:r='x'>\n <r:a r:id='1&amp;2'> x<!-- c --><![CDATA[<y>]]> </r:a>\r\n "
      "<b/>\n</r:rdml>",
      "a.xml");
  const XmlElement root = document.root();
  CHECK(root.name() == "rdml");
  const XmlElement a = root.child("a");
  CHECK(a.text() == "x<y>");
  CHECK(a.attribute("id") == "1&2");
  CHECK_FALSE(a.attribute("other"));
  CHECK(a.line() == 3);
  CHECK(root.child("b").line() == 4);
  CHECK(root.first().next().name() == "b");
  CHECK_FALSE(root.child("c").child("d"));
  CHECK(root.child("c").text().empty());
  CHECK(a.path() == "a.xml");
}

TEST_CASE("hostile documents are refused with their line") {
  CHECK(error_of("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x 'y'>]>\n<a>&x;</a>").context().line == 2);
  CHECK_THAT(error_of("<!DOCTYPE a><a/>").what(), Catch::Contains("DOCTYPE"));
  CHECK_THAT(error_of(nested(65)).what(), Catch::Contains("nested deeper than 64"));
  CHECK(XmlDocument(nested(64), "a.xml").root().name() == "a");
  // A million levels cost neither stack nor time.
  CHECK(error_of(nested(1'000'000)).code() == ErrorCode::malformed_file);
}

TEST_CASE("documents that are not well formed are refused with their line") {
  for (const char* text : {"<a>\n<b>\n</a>", "<a>\n\n", "<a b='1>\n\n", "<a></a><b></b>", "text", "<a", "<a><!-- </a>",
                           "<a></b>", "", "<a/>\n<a/>"}) {
    INFO(text);
    const Error error = error_of(text);
    CHECK(error.code() == ErrorCode::malformed_file);
    CHECK(error.context().path == "a.xml");
  }
  CHECK(error_of("<a>\n<b>\n</a>").context().line == 3);
}

TEST_CASE("encodings: byte order marks and declarations") {
  CHECK(XmlDocument("\xEF\xBB\xBF<a>µ</a>", "a.xml").root().text() == "µ");
  CHECK(XmlDocument("\xFF\xFE<\0a\0/\0>\0"s, "a.xml").root().name() == "a");
  CHECK(XmlDocument("<\0a\0/\0>\0"s, "a.xml").root().name() == "a");
  CHECK(XmlDocument("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xB5</a>", "a.xml").root().text() == "µ");
  CHECK(XmlDocument("<?xml version=\"1.0\" encoding=\"GB2312\"?><a>\xD1\xF9</a>", "a.xml").root().text() == "样");
  CHECK(error_of("<a>\xB5</a>").code() == ErrorCode::wrong_encoding);
  CHECK(error_of("<?xml version='1.0' encoding='UTF-8'?><a>\xB5</a>").code() == ErrorCode::wrong_encoding);
  CHECK(error_of("<a>\n\0</a>"s).code() == ErrorCode::wrong_encoding);
}
