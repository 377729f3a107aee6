// Reads plate_setup.xml.
#include "instruments/appbio_quantstudio/plate_setup.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/leave_out.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

long count_wells(const PlateSetup& setup) {
  return setup.geometry ? static_cast<long>(setup.geometry->rows) * setup.geometry->columns : most_wells;
}

long read_index(const XmlElement& parent, const PlateSetup& setup) {
  const XmlElement element = parent.child("Index");
  const std::optional<long> index = parse_integer(element.text());
  const long wells = count_wells(setup);
  if (!index || *index < 0 || *index >= wells) {
    refuse(element ? element : parent, element.text(), fmt::format("a well index from 0 to {}", wells - 1));
  }
  return *index;
}

void add_target(TargetTask entry, const XmlElement& place, WellSetup& well) {
  if (well.targets.size() == most_targets) {
    refuse(ErrorCode::malformed_file, place.path(), place.line(),
           fmt::format("a well has more than {} targets", most_targets));
  }
  for (const TargetTask& other : well.targets) {
    if (other.target != entry.target || other.allele != entry.allele) continue;
    ErrorContext context;
    context.path = place.path();
    context.line = place.line();
    context.field = std::string(place.name());
    context.found = entry.target;
    context.problem = "the well has this target twice";
    throw Error(ErrorCode::duplicate_entry, std::move(context));
  }
  well.targets.push_back(std::move(entry));
}

void read_detectors(const XmlElement& item, WellSetup& well) {
  for (XmlElement list = item.first(); list; list = list.next()) {
    if (list.name() != "DetectorTaskList") continue;
    for (XmlElement task = list.first(); task; task = task.next()) {
      if (task.name() != "DetectorTask") continue;
      TargetTask entry;
      const XmlElement detector = task.child("Detector");
      entry.target = detector.child("Name").text();
      entry.reporter = std::string(strip_no_dye(detector.child("Reporter").text()));
      entry.task = task.child("Task").text();
      const XmlElement quantity = task.child("Concentration");
      // Every task carries a concentration; only a standard's was chosen by somebody.
      if (quantity && equals_ignoring_case(entry.task, "STANDARD")) {
        entry.quantity = parse_double(quantity.text());
        if (!entry.quantity) refuse(quantity, quantity.text(), "a number");
      }
      add_target(std::move(entry), detector, well);
    }
  }
}

/// A marker has two alleles, each with its reporter.
void read_markers(const XmlElement& parent, WellSetup& well, int depth) {
  constexpr int deepest = 4;
  if (const XmlElement marker = parent.child("Marker")) {
    for (const char* name : {"Allele1", "Allele2"}) {
      const XmlElement allele = marker.child(name);
      if (!allele) continue;
      TargetTask entry;
      entry.target = marker.child("Name").text();
      entry.reporter = std::string(strip_no_dye(allele.child("Reporter").text()));
      entry.task = parent.child("Task").text();
      entry.allele = name;
      add_target(std::move(entry), marker, well);
    }
    return;
  }
  if (depth == deepest) return;
  for (XmlElement child = parent.first(); child; child = child.next()) read_markers(child, well, depth + 1);
}

/// The one text inside an element of a comment, however deep it is.
std::string find_text(const XmlElement& element, int depth) {
  constexpr int deepest = 3;
  std::string text = element.text();
  for (XmlElement child = element.first(); child && text.empty() && depth < deepest; child = child.next())
    text = find_text(child, depth + 1);
  return text;
}

void read_features(const XmlElement& map, PlateSetup& setup, NotReadList& not_read) {
  const std::string id = map.child("Feature").child("Id").text();
  for (XmlElement value = map.first(); value; value = value.next()) {
    if (value.name() != "FeatureValue") continue;
    const XmlElement item = value.child("FeatureItem");
    if (id == "sample") {
      setup.wells[read_index(value, setup)].sample = item.child("Sample").child("Name").text();
    } else if (id == "detector-task") {
      read_detectors(item, setup.wells[read_index(value, setup)]);
    } else if (id == "marker-task") {
      read_markers(item, setup.wells[read_index(value, setup)], 0);
    } else if (id == "comment" && item) {
      setup.wells[read_index(value, setup)].comment = find_text(item, 0);
    } else {
      leave_out(not_read, fmt::format("plate_setup.xml: feature '{}'", id), "no result comes from it");
    }
  }
}

void read_wells(const XmlElement& list, PlateSetup& setup) {
  for (XmlElement well = list.first(); well; well = well.next()) {
    const long index = read_index(well, setup);
    if (equals_ignoring_case(well.child("IsOmit").text(), "true")) setup.wells[index].omitted = true;
    for (XmlElement flag = well.first(); flag; flag = flag.next()) {
      if (flag.name() != "FlagName") continue;
      std::vector<std::string>& flags = setup.wells[index].flags;
      if (flags.size() == most_targets) {
        refuse(ErrorCode::malformed_file, flag.path(), flag.line(),
               fmt::format("a well has more than {} flags", most_targets));
      }
      flags.push_back(flag.text());
    }
  }
}

void read_geometry(const XmlElement& root, PlateSetup& setup) {
  const std::string row_text = root.child("Rows").text();
  const std::string column_text = root.child("Columns").text();
  if (row_text.empty() && column_text.empty()) {
    setup.geometry = parse_plate_type(root.child("PlateKind").child("Type").text());
    return;
  }
  const std::optional<long> rows = parse_integer(row_text);
  const std::optional<long> columns = parse_integer(column_text);
  if (!rows || !columns || *rows < 1 || *columns < 1 || *rows > most_wells || *columns > most_wells ||
      *rows * *columns > most_wells) {
    refuse(root, fmt::format("{} x {}", row_text, column_text),
           fmt::format("rows and columns of a plate of at most {} wells", most_wells));
  }
  setup.geometry = PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
}

}  // namespace

std::string_view strip_no_dye(std::string_view dye) {
  dye = trim(dye);
  for (const std::string_view none : {"NULL", "None", "N/A"}) {
    if (equals_ignoring_case(dye, none)) return {};
  }
  return dye;
}

std::optional<PlateGeometry> find_plate_of(long wells) {
  constexpr std::array<std::pair<long, PlateGeometry>, 5> plates{{{24, {4, 6}},
                                                                  {48, {6, 8}},
                                                                  {96, {8, 12}},
                                                                  {384, {16, 24}},
                                                                  // 4 by 12 subarrays of 8 by 8 through-holes.
                                                                  {3072, {32, 96}}}};
  for (const auto& [count, geometry] : plates) {
    if (count == wells) return geometry;
  }
  return std::nullopt;
}

std::optional<PlateGeometry> parse_plate_type(std::string_view type) {
  const std::string lower = to_lower_ascii(type);
  if (const std::size_t at = lower.find("type_"); at != std::string::npos) {
    const std::string_view rest = std::string_view(lower).substr(at + 5);
    const std::size_t cross = rest.find('x');
    if (cross != std::string_view::npos) {
      const std::string_view tail = rest.substr(cross + 1);
      const std::optional<long> rows = parse_integer(rest.substr(0, cross));
      const std::optional<long> columns = parse_integer(tail.substr(0, tail.find_first_not_of("0123456789")));
      if (rows && columns && *rows > 0 && *columns > 0 && *rows <= most_wells && *columns <= most_wells &&
          *rows * *columns <= most_wells) {
        return PlateGeometry{static_cast<int>(*rows), static_cast<int>(*columns)};
      }
    }
  }
  if (lower.find("openarray") != std::string::npos) return find_plate_of(3072);
  std::optional<PlateGeometry> found;
  for (std::size_t at = lower.find_first_of("0123456789"); at != std::string::npos;
       at = lower.find_first_of("0123456789", at)) {
    const std::size_t end = std::min(lower.find_first_not_of("0123456789", at), lower.size());
    if (const std::optional<long> wells = parse_integer(std::string_view(lower).substr(at, end - at)); wells && !found)
      found = find_plate_of(*wells);
    at = end;
  }
  return found;
}

PlateSetup read_plate_setup(const XmlDocument& document, NotReadList& not_read) {
  PlateSetup setup;
  const XmlElement root = document.root();
  read_geometry(root, setup);
  setup.passive_reference = std::string(strip_no_dye(root.child("PassiveReferenceDye").text()));
  setup.barcode = root.child("BarCode").text();
  if (setup.barcode.empty()) setup.barcode = root.child("Barcode").text();
  for (XmlElement element = root.first(); element; element = element.next()) {
    if (element.name() == "FeatureMap") {
      read_features(element, setup, not_read);
    } else if (element.name() == "Wells") {
      read_wells(element, setup);
    }
  }
  return setup;
}

}  // namespace qpcr::appbio_quantstudio
