// Dyes out of filters: known mixtures, the calibration and raw filters of an instrument file.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/colour_compensation.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/tabular/xml.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

ColourMatrix three_dyes() {
  ColourMatrix matrix;
  matrix.filters = {"f1", "f2", "f3", "f4"};
  matrix.dyes = {"FAM", "VIC", "ROX"};
  matrix.values = {1.0, 0.10, 0.00, 0.40, 1.00, 0.02, 0.05, 0.30, 0.60, 0.00, 0.05, 1.00};
  matrix.background = {100.0, 80.0, 60.0, 40.0};
  return matrix;
}

}  // namespace

TEST_CASE("known mixtures are separated exactly", "[colour]") {
  Random random(1);
  const ColourMatrix matrix = three_dyes();
  const ColourCompensator compensator(matrix, {});
  CHECK(compensator.condition() > 1.0);
  CHECK(compensator.condition() < 3.0);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> truth;
    for (int j = 0; j < 3; ++j) truth.push_back(1000.0 * random.normal());
    std::vector<double> filters = matrix.background;
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 3; ++j) filters[i] += matrix.at(i, j) * truth[j];
    }
    std::vector<double> found(3);
    const double residual = compensator.solve(filters, found);
    CHECK(residual == Approx(0.0).margin(1e-9));
    for (std::size_t j = 0; j < 3; ++j) CHECK(found[j] == Approx(truth[j]).margin(1e-9));
  }
}

TEST_CASE("with noise the normal equations hold, and the residual is the noise", "[colour]") {
  Random random(2);
  const ColourMatrix matrix = three_dyes();
  const ColourCompensator compensator(matrix, {});
  double squares = 0.0;
  constexpr int rounds = 4000;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> filters = matrix.background;
    for (std::size_t i = 0; i < 4; ++i) filters[i] += 500.0 * matrix.at(i, 0) + 5.0 * random.normal();
    std::vector<double> found(3);
    const double residual = compensator.solve(filters, found);
    squares += residual * residual;
    for (std::size_t j = 0; j < 3; ++j) {
      double gradient = 0.0;
      for (std::size_t i = 0; i < 4; ++i) {
        double left = filters[i] - matrix.background[i];
        for (std::size_t k = 0; k < 3; ++k) left -= matrix.at(i, k) * found[k];
        gradient += matrix.at(i, j) * left;
      }
      REQUIRE(gradient == Approx(0.0).margin(1e-8));
    }
  }
  CHECK(std::sqrt(squares / rounds) == Approx(5.0).epsilon(0.04));
}

TEST_CASE("non-negative amounts are the best of all sets of dyes that are not negative", "[colour]") {
  Random random(3);
  const ColourMatrix matrix = three_dyes();
  CompensationOptions options;
  options.non_negative = true;
  const ColourCompensator compensator(matrix, options);
  const auto squares = [&](const std::vector<double>& filters, const std::vector<double>& dyes) {
    double sum = 0.0;
    for (std::size_t i = 0; i < 4; ++i) {
      double left = filters[i] - matrix.background[i];
      for (std::size_t j = 0; j < 3; ++j) left -= matrix.at(i, j) * dyes[j];
      sum += left * left;
    }
    return sum;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<double> filters = matrix.background;
    for (double& value : filters) value += 100.0 * random.normal();
    std::vector<double> found(3);
    compensator.solve(filters, found);
    const double reached = squares(filters, found);
    for (std::size_t j = 0; j < 3; ++j) {
      REQUIRE(found[j] >= 0.0);
      // The conditions of a minimum: no step along an axis that stays non-negative lowers the sum of squares.
      for (const double step : {-1e-3, 1e-3}) {
        std::vector<double> moved = found;
        moved[j] = std::max(0.0, moved[j] + step);
        REQUIRE(squares(filters, moved) >= reached - 1e-9);
      }
    }
  }
}

TEST_CASE("the matrix comes back from plates of pure dyes, a bad well notwithstanding", "[colour]") {
  Random random(4);
  const ColourMatrix truth = three_dyes();
  std::vector<PureDyeReadings> pure;
  for (std::size_t j = 0; j < 3; ++j) {
    PureDyeReadings readings;
    readings.dye = truth.dyes[j];
    readings.by_filter.resize(4);
    for (int k = 0; k < 96; ++k) {
      const double amount = 3000.0 + 4000.0 * random.uniform();
      for (std::size_t i = 0; i < 4; ++i) {
        double value = truth.background[i] + amount * truth.at(i, j) + 2.0 * random.normal();
        if (k == 17) value = 5000.0 * random.uniform();
        readings.by_filter[i].push_back(value);
      }
    }
    pure.push_back(readings);
  }
  const ColourMatrix found = estimate_colour_matrix(truth.filters, pure, truth.background);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 3; ++j) CHECK(found.at(i, j) == Approx(truth.at(i, j)).margin(5e-4));
  }
}

TEST_CASE("kinds, gaps, conditioning and wrong matrices", "[colour]") {
  Random random(5);
  ColourMatrix matrix = three_dyes();
  const ColourCompensator compensator(matrix, {});
  std::vector<AmplificationCurve> filters(4);
  for (AmplificationCurve& curve : filters) curve = make_curve({}, 40, random, CurveKind::raw_filter);
  filters[2].fluorescence[7] = std::numeric_limits<double>::quiet_NaN();
  std::vector<CurveView> views;
  for (const AmplificationCurve& curve : filters) views.push_back(to_view(curve));
  const CompensatedWell well = compensator.compensate(views);
  REQUIRE(well.status == CompensationStatus::compensated);
  REQUIRE(well.dyes.size() == 3);
  CHECK(well.dyes[0].kind == CurveKind::multicomponent);
  CHECK(std::isnan(well.dyes[1].fluorescence[7]));
  CHECK(std::isfinite(well.dyes[1].fluorescence[8]));
  views[1].kind = CurveKind::multicomponent;
  CHECK(compensator.compensate(views).status == CompensationStatus::wrong_kind);
  CHECK(compensator.compensate(views).dyes.empty());
  views[1].kind = CurveKind::raw_filter;
  views[3].cycles = views[3].cycles.first(39);
  views[3].fluorescence = views[3].fluorescence.first(39);
  CHECK(compensator.compensate(views).status == CompensationStatus::unequal_cycles);
  CHECK_THROWS_AS(compensator.compensate(std::span<const CurveView>(views).first(3)), Error);

  ColourMatrix alike = matrix;
  for (std::size_t i = 0; i < 4; ++i) alike.values[i * 3 + 1] = alike.at(i, 0) + (i == 2 ? 0.02 : 0.0);
  views[3] = to_view(filters[3]);
  CHECK(ColourCompensator(alike, {}).compensate(views).status == CompensationStatus::ill_conditioned);
  for (std::size_t i = 0; i < 4; ++i) alike.values[i * 3 + 1] = 2.0 * alike.at(i, 0);
  CHECK_THROWS_AS(ColourCompensator(alike, {}), Error);
  alike = matrix;
  alike.values[4] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(ColourCompensator(alike, {}), Error);
  alike = matrix;
  alike.filters.resize(2);
  CHECK_THROWS_AS(ColourCompensator(alike, {}), Error);
}

namespace {

std::vector<double> read_numbers(std::string_view text) {
  std::vector<double> numbers;
  std::string word;
  for (const char character : std::string(text) + " ") {
    const bool separator = character == ' ' || character == '\t' || character == '\n' || character == '\r' ||
                           character == ',' || character == '[' || character == ']';
    if (!separator) {
      word += character;
    } else if (!word.empty()) {
      numbers.push_back(parse_double(word).value());
      word.clear();
    }
  }
  return numbers;
}

/// dye and filter → signal of each well, from the text that stands in the file.
std::map<std::pair<std::string, std::string>, std::vector<double>> read_pure_dyes(const std::string& text) {
  std::map<std::pair<std::string, std::string>, std::vector<double>> spectra;
  std::string dye;
  std::string filter;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string line(trim(raw));
    if (line.starts_with("[")) {
      dye = line.substr(1, line.size() - 2);
    } else if (line.ends_with("=<<eof")) {
      filter = line.substr(0, line.size() - 6);
    } else if (line == "eof") {
      filter.clear();
    } else if (!filter.empty()) {
      for (const double value : read_numbers(line)) spectra[{dye, filter}].push_back(value);
    }
  }
  return spectra;
}

std::string read_member(Archive& archive, const std::string& end) {
  for (const ArchiveMember& member : archive.members()) {
    if (member.name.ends_with(end)) return archive.read(member);
  }
  return {};
}

}  // namespace

TEST_CASE("raw filters and the calibration of an instrument file: the residual is the instrument's", "[reference]") {
  std::size_t readings = 0;
  double worst = 0.0;
  std::vector<double> distances;
  for (const auto& file : list_files(reference_data() / "instruments/files/abi_eds", ".eds")) {
    const std::string bytes = read_file(file);
    Archive archive(bytes, file.string());
    const std::string matrix_text = read_member(archive, "puredyematrix.txt");
    const std::string filter_text = read_member(archive, "sds/filterdata.xml");
    const std::string dye_text = read_member(archive, "multicomponentdata.xml");
    if (matrix_text.empty() || filter_text.empty() || dye_text.empty()) continue;
    const auto spectra = read_pure_dyes(matrix_text);
    const XmlDocument filters_document(filter_text, "filterdata.xml");
    const XmlDocument dyes_document(dye_text, "multicomponentdata.xml");
    // Points in file order; in each, filter → readings of the wells.
    std::vector<std::map<std::string, std::vector<double>>> points;
    for (XmlElement point = filters_document.root().first(); point; point = point.next()) {
      if (point.name() != "PlatePointData") continue;
      auto& filters = points.emplace_back();
      for (XmlElement plate = point.first(); plate; plate = plate.next()) {
        if (plate.name() != "PlateData") continue;
        for (XmlElement item = plate.first(); item; item = item.next()) {
          if (item.name() == "Attribute" && item.child("key").text() == "FILTER_SET")
            filters[item.child("value").text()] = read_numbers(plate.child("WellData").text());
        }
      }
    }
    const std::vector<double> expected = read_numbers(dyes_document.root().child("MSE").text());
    std::map<std::string, std::vector<std::string>> dye_lists;
    std::map<std::string, std::vector<std::vector<double>>> signals;
    for (XmlElement item = dyes_document.root().first(); item; item = item.next()) {
      const std::string well(item.attribute("WellIndex").value_or(""));
      if (item.name() == "DyeData") {
        const std::string list = item.child("DyeList").text();
        for (const std::string_view name : split(list, ',')) {
          std::string plain;
          for (const char character : name) {
            if (character != '[' && character != ']' && character != ' ') plain += character;
          }
          dye_lists[well].push_back(plain);
        }
      } else if (item.name() == "SignalData") {
        for (XmlElement cycles = item.first(); cycles; cycles = cycles.next())
          signals[well].push_back(read_numbers(cycles.text()));
      }
    }
    for (const auto& [well_text, dyes] : dye_lists) {
      const auto well = static_cast<std::size_t>(parse_integer(well_text).value());
      ColourMatrix matrix;
      matrix.dyes = dyes;
      for (const auto& [filter, values] : points.front()) {
        matrix.filters.push_back(filter);
        for (const std::string& dye : dyes) matrix.values.push_back(spectra.at({dye, filter}).at(well));
      }
      const ColourCompensator compensator(matrix, {});
      for (std::size_t c = 0; c < points.size(); ++c) {
        std::vector<double> net;
        for (const std::string& filter : matrix.filters) net.push_back(points[c].at(filter).at(well));
        std::vector<double> found(dyes.size());
        const double residual = compensator.solve(net, found);
        worst = std::max(worst, std::abs(residual / expected.at(well * points.size() + c) - 1.0));
        distances.push_back(std::abs(found[0] / signals.at(well_text).at(0).at(c) - 1.0));
        ++readings;
      }
    }
  }
  std::cout << "colour compensation: " << readings << " readings of wells, residual within " << worst
            << " of the instrument's; first dye's signal from the instrument's: median " << median(distances)
            << " (relative)\n";
  CHECK(readings >= 96);
  // Seven digits are printed.
  CHECK(worst < 1e-6);
}
