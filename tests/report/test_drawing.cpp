// Drawings: SVG that parses, ticks that are round, hatching that stays inside.
#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "libqpcr/report/drawing.hpp"
#include "libqpcr/report/markup.hpp"

using namespace qpcr;

TEST_CASE("an SVG holds every shape and its words", "[drawing]") {
  Drawing drawing;
  drawing.width = 100;
  drawing.height = 50.5;
  drawing.add(make_line({0, 0}, {10.126, 5}, Ink::accent, 1, Dash::dashed));
  drawing.add(make_polyline({{0, 0}, {1, 2}, {3, 4}}, Ink::positive, 1, 0.5));
  drawing.add(make_circle({5, 5}, 2, Ink::good));
  Rectangle box = make_rectangle({10, 10}, 20, 10, Ink::paper, Ink::rule, 2);
  box.hatch = Ink::rule;
  drawing.add(box);
  drawing.add(make_text({1, 1}, "<A&B>", 8, Anchor::middle));
  pugi::xml_document xml;
  REQUIRE(xml.load_string(render_svg(drawing, "f1", "a \"title\"", "words").c_str()));
  const auto svg = xml.child("svg");
  CHECK(std::string(svg.attribute("viewBox").value()) == "0 0 100 50.5");
  CHECK(std::string(svg.attribute("role").value()) == "img");
  CHECK(std::string(svg.child("title").text().get()) == "a \"title\"");
  CHECK(std::string(svg.child("desc").text().get()) == "words");
  CHECK(std::string(svg.child("line").attribute("x2").value()) == "10.13");
  CHECK(std::string(svg.child("polyline").attribute("points").value()) == "0,0 1,2 3,4");
  CHECK(std::string(svg.child("text").text().get()) == "<A&B>");
  CHECK(std::string(svg.child("text").attribute("class").value()) == "f-text");
}

TEST_CASE("hatching stays inside its rectangle", "[drawing]") {
  for (const auto& [width, height] : {std::pair{20.0, 10.0}, std::pair{10.0, 20.0}, std::pair{1.0, 1.0}}) {
    Rectangle box = make_rectangle({3, 4}, width, height, Ink::paper);
    CHECK(hatch_lines(box).empty());
    box.hatch = Ink::rule;
    for (const Line& line : hatch_lines(box)) {
      for (const Point& point : {line.from, line.to}) {
        CHECK((point.x >= 3 - 1e-9 && point.x <= 3 + width + 1e-9));
        CHECK((point.y >= 4 - 1e-9 && point.y <= 4 + height + 1e-9));
      }
      CHECK(line.from.x + line.from.y == Approx(line.to.x + line.to.y));
    }
  }
}

TEST_CASE("ticks are round and cover the range", "[drawing]") {
  CHECK(nice_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(nice_ticks(0.3, 2.4, 5) == std::vector<double>{0.5, 1, 1.5, 2});
  CHECK(nice_ticks(7, 7, 5) == std::vector<double>{7});
  CHECK(nice_ticks(-1e6, 1e6, 4).size() == 5);
  for (const double scale : {1e-9, 1.0, 37.0, 1e12}) {
    const auto ticks = nice_ticks(-0.31 * scale, 1.7 * scale, 6);
    CHECK((ticks.size() >= 4 && ticks.size() <= 13));
    CHECK((ticks.front() >= -0.31 * scale && ticks.back() <= 1.7 * scale));
  }
}

TEST_CASE("axes map linearly and logarithmically", "[drawing]") {
  const Axis linear{0, 10, 100, 0, false};
  CHECK(linear.to_position(2.5) == Approx(75));
  const Axis logarithmic{0.1, 1000, 0, 4, true};
  CHECK(logarithmic.to_position(1) == Approx(1));
}

TEST_CASE("any bytes become text that XML accepts", "[drawing]") {
  CHECK(escape_markup("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(clean_text("ok \xE4\xB8\xAD\n\t") == "ok \xE4\xB8\xAD\n\t");
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(clean_text(std::string("a\0b\x1b", 4)) == "a" + replacement + "b" + replacement);
  CHECK(clean_text("\xFF") == replacement);
  CHECK(clean_text("\xE4\xB8") == replacement + replacement);
  CHECK(clean_text("\xC2\x85") == replacement);
  CHECK(clean_text("\xEF\xBF\xBE") == replacement);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  pugi::xml_document xml;
  CHECK(xml.load_string(("<a b=\"" + escape_markup(all) + "\">" + escape_markup(all) + "</a>").c_str()));
}
