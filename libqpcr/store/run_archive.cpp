// Writing and reading the archive through HDF5's C++ interface.
#include "libqpcr/store/run_archive.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <H5Cpp.h>
#include <fmt/format.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/store/run_record.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::filesystem::path& path, std::string problem) {
  throw Error(code, {.path = path.string(),
                     .line = 0,
                     .column = {},
                     .field = {},
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

void write_attribute(H5::H5Object& object, const char* name, const std::string& text) {
  const H5::StrType type(H5::PredType::C_S1, text.size() + 1);
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text);
}

std::string read_attribute(const H5::H5Object& object, const char* name) {
  const H5::Attribute attribute = object.openAttribute(name);
  std::string text;
  attribute.read(attribute.getStrType(), text);
  return std::string(text.c_str());
}

std::string group_name(std::size_t index) { return fmt::format("/runs/{:06}", index); }

void write_run(H5::H5File& file, std::size_t index, const Run& run) {
  const RunRecord record = to_record(run);
  H5::Group group = file.createGroup(group_name(index));
  write_attribute(group, "encoding-type", "run");
  write_attribute(group, "encoding-version", "1");
  const hsize_t bytes = record.record.size();
  group.createDataSet("record", H5::PredType::NATIVE_UINT8, H5::DataSpace(1, &bytes))
      .write(record.record.data(), H5::PredType::NATIVE_UINT8);
  const hsize_t count = record.values.size();
  group.createDataSet("values", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &count))
      .write(record.values.data(), H5::PredType::NATIVE_DOUBLE);
}

hsize_t length_of(const H5::DataSet& data) {
  const H5::DataSpace space = data.getSpace();
  hsize_t length = 0;
  if (space.getSimpleExtentNdims() == 1) space.getSimpleExtentDims(&length);
  return length;
}

Run read_run(const H5::H5File& file, std::size_t index) {
  const H5::Group group = file.openGroup(group_name(index));
  RunRecord record;
  const H5::DataSet text = group.openDataSet("record");
  record.record.resize(length_of(text));
  text.read(record.record.data(), H5::PredType::NATIVE_UINT8);
  const H5::DataSet values = group.openDataSet("values");
  record.values.resize(length_of(values));
  values.read(record.values.data(), H5::PredType::NATIVE_DOUBLE);
  return parse_record(record);
}

}  // namespace

void write_archive(const std::filesystem::path& path, std::span<const Run> runs) {
  H5::Exception::dontPrint();
  std::filesystem::path temporary = path;
  temporary += fmt::format(".partial-{}", ::getpid());
  try {
    H5::H5File file(temporary.string(), H5F_ACC_TRUNC);
    H5::Group root = file.openGroup("/");
    write_attribute(root, "format", "qpcr-h5");
    write_attribute(root, "version", "1");
    write_attribute(root, "software", library_version);
    file.createGroup("/runs");
    for (std::size_t i = 0; i < runs.size(); ++i) write_run(file, i, runs[i]);
    file.flush(H5F_SCOPE_GLOBAL);
  } catch (const H5::Exception& error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    refuse(ErrorCode::file_unwritable, path, "the archive cannot be written: " + error.getDetailMsg());
  }
  std::error_code fault;
  std::filesystem::rename(temporary, path, fault);
  if (fault) refuse(ErrorCode::file_unwritable, path, "cannot be renamed into place: " + fault.message());
}

std::vector<Run> read_archive(const std::filesystem::path& path) {
  H5::Exception::dontPrint();
  if (!std::filesystem::exists(path)) refuse(ErrorCode::file_not_found, path, "no such file");
  try {
    const H5::H5File file(path.string(), H5F_ACC_RDONLY);
    const H5::Group root = file.openGroup("/");
    if (read_attribute(root, "format") != "qpcr-h5" || read_attribute(root, "version") != "1") {
      refuse(ErrorCode::malformed_file, path, "is not an archive of version 1");
    }
    const hsize_t count = file.openGroup("/runs").getNumObjs();
    std::vector<Run> runs;
    for (hsize_t i = 0; i < count; ++i) runs.push_back(read_run(file, static_cast<std::size_t>(i)));
    return runs;
  } catch (const H5::Exception& error) {
    refuse(ErrorCode::malformed_file, path, "is not a readable archive: " + error.getDetailMsg());
  }
}

}  // namespace qpcr
