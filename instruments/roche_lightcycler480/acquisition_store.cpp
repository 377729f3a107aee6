// Inflates and decodes readings.
#include "instruments/roche_lightcycler480/acquisition_store.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "instruments/roche_lightcycler480/object_stream.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/gzip.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

constexpr long most_programs = 1000;
constexpr long most_cycles = 65'535;
constexpr long most_channels = 64;
constexpr std::size_t float_bytes = 4;

[[noreturn]] void refuse(const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(ErrorCode::malformed_file, std::move(context));
}

double read_float(std::string_view bytes, std::size_t index) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < float_bytes; ++i)
    bits |= std::uint32_t{static_cast<unsigned char>(bytes[index * float_bytes + i])} << (8U * i);
  return static_cast<double>(std::bit_cast<float>(bits));
}

class StoreReader {
 public:
  StoreReader(long wells, AcquisitionStore& store) : wells_(wells), store_(store) {}

  void read(const XmlElement& root) {
    for (const XmlElement& cycle : list_items(root, "Cycles")) {
      const std::optional<long> program = read_whole(cycle, "Program", 0, most_programs);
      const std::optional<long> number = read_whole(cycle, "Cycle", 0, most_cycles);
      if (!program || !number)
        refuse_element(ErrorCode::malformed_file, cycle, "TCycle", {}, "the numbers of its program and cycle");
      const long segment = read_whole(cycle, "Segment", 0, most_programs).value_or(0);
      for (const XmlElement& item : list_items(cycle, "Acquisitions")) {
        Acquisition acquisition;
        acquisition.program = *program;
        acquisition.segment = segment;
        acquisition.cycle = *number + 1;
        read_acquisition(item, acquisition);
        store_.acquisitions.push_back(std::move(acquisition));
      }
    }
    if (unscaled_ > 0) {
      store_.warnings.push_back(
          "readings are given as stored: the file holds no scaling factor, reference value and integration time");
    }
    if (invalid_ > 0)
      store_.warnings.push_back(fmt::format("{} readings of all wells are marked as not valid", invalid_));
  }

 private:
  void read_acquisition(const XmlElement& item, Acquisition& acquisition) {
    acquisition.channel = read_whole(item, "Channel", 0, most_channels).value_or(0);
    if (const std::string text = read_property(item, "Temp"); !text.empty()) {
      acquisition.temperature_celsius = parse_real(text);
      if (!acquisition.temperature_celsius)
        refuse_element(ErrorCode::invalid_value, item, "Temp", text, "'$' and 16 hexadecimal digits, or a number");
    }
    const std::string encoded = read_property(item, "FloPoints");
    const std::optional<std::string> bytes = decode_base64(encoded);
    if (!bytes) refuse_element(ErrorCode::invalid_value, item, "FloPoints", encoded, "base64");
    if (bytes->size() != static_cast<std::size_t>(wells_) * float_bytes) {
      refuse_element(ErrorCode::invalid_value, item, "FloPoints", fmt::format("{} bytes", bytes->size()),
                     fmt::format("{} bytes, four a position", wells_ * static_cast<long>(float_bytes)));
    }
    const std::string valid = read_property(item, "Valid");
    const bool is_valid = valid.empty() || valid == "1";
    invalid_ += is_valid ? 0 : 1;
    const double scale = read_scale(item);
    for (long i = 0; i < wells_; ++i) {
      const double value = read_float(*bytes, static_cast<std::size_t>(i)) * scale;
      acquisition.fluorescence.push_back(is_valid && std::isfinite(value) ? value
                                                                          : std::numeric_limits<double>::quiet_NaN());
    }
  }

  double read_scale(const XmlElement& item) {
    const std::optional<double> factor = parse_real(read_property(item, "ScalingFactor"));
    const std::optional<double> reference = parse_real(read_property(item, "RefValue"));
    const std::optional<double> time = parse_real(read_property(item, "IntgrTime"));
    const bool has_all = factor && reference && time;
    (has_all ? scaled_ : unscaled_) += 1;
    if (scaled_ > 0 && unscaled_ > 0) {
      refuse_element(ErrorCode::malformed_file, item, "ScalingFactor, RefValue, IntgrTime", {},
                     "all three in every acquisition or in none");
    }
    if (!has_all) return 1;
    const double scale = *factor / (*reference * *time);
    if (!std::isfinite(scale))
      refuse_element(ErrorCode::invalid_value, item, "RefValue, IntgrTime", {}, "values other than zero");
    return scale;
  }

  long wells_;
  AcquisitionStore& store_;
  std::size_t scaled_ = 0;
  std::size_t unscaled_ = 0;
  std::size_t invalid_ = 0;
};

}  // namespace

AcquisitionStore read_acquisition_store(std::string_view encoded, long wells, const std::string& path) {
  const std::string place = path + ":AcquisitionStore";
  const std::optional<std::string> packed = decode_base64(encoded);
  if (!packed) refuse(place, "the readings are not base64");
  const std::string inflated = inflate_zlib(*packed, place);
  const XmlDocument document(cut_trailer(inflated, place), place);
  XmlElement root = document.root();
  if (root.name() == "objectstream") root = root.child("obj");
  if (class_of(root) != "HTCAcquisitionStore")
    refuse(place, fmt::format("expected an HTCAcquisitionStore, got '{}'", to_valid_utf8(class_of(root))));
  constexpr long most_wells = 10'000;
  const std::optional<long> samples = read_whole(root, "SampleCount", 1, most_wells);
  if (samples && *samples != wells)
    refuse(place, fmt::format("readings of {} positions on a plate of {}", *samples, wells));
  AcquisitionStore store;
  StoreReader(wells, store).read(root);
  return store;
}

}  // namespace qpcr::roche_lightcycler480
