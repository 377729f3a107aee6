// Python bindings of reading and Cq: arrays are views into the run, which they keep alive.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "instruments/registry.hpp"
#include "libqpcr/assay/calibration.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/run_cq.hpp"

namespace py = pybind11;

namespace {

using RunPointer = std::shared_ptr<qpcr::Run>;

/// A measurement and the run that owns its arrays.
struct MeasurementView {
  RunPointer run;
  std::size_t index;
  const qpcr::Measurement& get() const { return (*run)->measurements[index]; }
};

py::array to_view(const std::vector<double>& values, const py::object& owner) {
  py::array_t<double> array(static_cast<py::ssize_t>(values.size()), values.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::tuple get_curve(const py::object& self, const std::string& kind) {
  const auto& view = self.cast<const MeasurementView&>();
  const std::optional<qpcr::CurveKind> wanted = qpcr::parse_curve_kind(kind);
  if (!wanted) throw py::value_error("unknown curve kind '" + kind + "'");
  const qpcr::AmplificationCurve* curve = qpcr::find_curve(view.get(), *wanted);
  if (curve == nullptr) throw py::key_error("no curve of kind '" + kind + "'");
  return py::make_tuple(to_view(curve->cycles, self), to_view(curve->fluorescence, self));
}

std::vector<std::string> list_kinds(const MeasurementView& view) {
  std::vector<std::string> kinds;
  for (const qpcr::AmplificationCurve& curve : view.get().amplification)
    kinds.emplace_back(qpcr::to_string(curve.kind));
  return kinds;
}

std::vector<RunPointer> read_all(const std::vector<std::filesystem::path>& paths) {
  const py::gil_scoped_release unlocked;
  std::vector<RunPointer> runs;
  for (qpcr::Run& run : qpcr::load_runs(paths)) runs.push_back(std::make_shared<qpcr::Run>(std::move(run)));
  return runs;
}

RunPointer read_one(const std::filesystem::path& path) {
  std::vector<RunPointer> runs = read_all({path});
  if (runs.size() != 1) {
    throw py::value_error("the file holds " + std::to_string(runs.size()) + " runs; use read_all");
  }
  return runs.front();
}

py::list estimate(const RunPointer& run, const std::optional<std::string>& method, std::optional<double> threshold,
                  const std::optional<std::filesystem::path>& calibration) {
  qpcr::RunCqOptions options;
  if (method) {
    const std::optional<qpcr::CqMethod> chosen = qpcr::parse_cq_method(*method);
    if (!chosen) {
      throw py::value_error(
          "method: expected a name such as 'common_shape', 'threshold' or "
          "'second_derivative_maximum' (docs/methods/cq.md), got '" +
          *method + "'");
    }
    options.cq.method = *chosen;
  } else if (threshold) {
    options.cq.method = qpcr::CqMethod::threshold;
  }
  options.cq.threshold = threshold;
  options.fall_back = !method && !calibration;
  if (threshold && options.cq.method != qpcr::CqMethod::threshold)
    throw py::value_error("threshold: only method 'threshold' has one, got method '" + *method + "'");
  if (calibration) options.calibration = qpcr::to_pinned_calibration(qpcr::read_calibration(*calibration));
  qpcr::RunCq result;
  {
    const py::gil_scoped_release unlocked;
    result = qpcr::estimate_run_cq(*run, options);
  }
  py::list rows;
  for (const qpcr::MeasurementCq& cq : result.curves) {
    const qpcr::Measurement& m = (*run)->measurements[cq.measurement];
    py::dict row;
    row["well"] = m.well.label;
    row["sample"] = m.sample;
    row["target"] = m.target;
    row["dye"] = m.dye;
    row["kind"] = std::string(qpcr::to_string(cq.kind));
    row["cq_cycles"] = cq.result.cq_cycles;
    row["status"] = std::string(qpcr::to_string(cq.result.status));
    row["standard_error_cycles"] = cq.result.standard_error_cycles;
    row["threshold"] = cq.result.threshold;
    row["amplified"] = cq.result.amplified;
    row["method"] = std::string(qpcr::to_string(cq.result.method));
    row["verdict"] = std::string(qpcr::to_string(cq.result.verdict));
    py::list flags;
    for (const qpcr::QualityFlag& flag : cq.result.flags) flags.append(std::string(qpcr::to_string(flag.rule)));
    row["flags"] = flags;
    row["log10_n0"] = cq.result.log10_n0;
    row["log10_n0_standard_error"] = cq.result.log10_n0_standard_error;
    rows.append(row);
  }
  return rows;
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.attr("__version__") = qpcr::library_version;

  static const py::handle error_class = py::exception<qpcr::Error>(module, "Error", PyExc_ValueError).release();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const qpcr::Error& error) {
      const py::object value = py::reinterpret_borrow<py::object>(error_class)(error.what());
      value.attr("code") = std::string(qpcr::describe(error.code()).name);
      value.attr("path") = error.context().path;
      value.attr("line") = error.context().line;
      PyErr_SetObject(error_class.ptr(), value.ptr());
    }
  });

  py::class_<MeasurementView>(module, "Measurement", "One dye in one well.")
      .def_property_readonly("well", [](const MeasurementView& m) { return m.get().well.label; })
      .def_property_readonly("sample", [](const MeasurementView& m) { return m.get().sample; })
      .def_property_readonly("target", [](const MeasurementView& m) { return m.get().target; })
      .def_property_readonly("dye", [](const MeasurementView& m) { return m.get().dye; })
      .def_property_readonly("role",
                             [](const MeasurementView& m) { return std::string(qpcr::to_string(m.get().role)); })
      .def_property_readonly("excluded", [](const MeasurementView& m) { return m.get().excluded; })
      .def_property_readonly(
          "vendor_cq_cycles", [](const MeasurementView& m) { return m.get().vendor.cq_cycles; },
          "Cq of the instrument's software in cycles, or None.")
      .def_property_readonly("kinds", &list_kinds, "Kinds of the amplification curves that the file holds.")
      .def("curve", &get_curve, py::arg("kind"),
           "(cycles, fluorescence) of one kind: read-only float64 views into the run, NaN where a reading is missing.");

  py::class_<qpcr::Run, RunPointer>(module, "Run", "One instrument run, constant.")
      .def_property_readonly("name", [](const qpcr::Run& run) { return run->name; })
      .def_property_readonly("reader", [](const qpcr::Run& run) { return run->provenance.reader; })
      .def_property_readonly("warnings", [](const qpcr::Run& run) { return run->warnings; })
      .def_property_readonly(
          "sources",
          [](const qpcr::Run& run) {
            py::list sources;
            for (const qpcr::SourceFile& s : run->provenance.sources) {
              sources.append(py::make_tuple(s.name, s.sha256));
            }
            return sources;
          },
          "(name, SHA-256) of each file that was read.")
      .def_property_readonly(
          "not_read",
          [](const qpcr::Run& run) {
            py::list items;
            for (const qpcr::NotRead& n : run->provenance.not_read) items.append(py::make_tuple(n.where, n.why));
            return items;
          },
          "(where, why) of everything in the files that was not read.")
      .def_property_readonly("measurements", [](const RunPointer& run) {
        std::vector<MeasurementView> views;
        for (std::size_t i = 0; i < (*run)->measurements.size(); ++i) views.push_back({run, i});
        return views;
      });

  module.def(
      "read", &read_one, py::arg("path"),
      "Reads a file that holds one run. Raises Error for a file that is wrong, ValueError when it holds several runs.");
  module.def("read_all", &read_all, py::arg("paths"), "Reads files; those that belong together become one run.");
  module.def(
      "cq", &estimate, py::arg("run"), py::arg("method") = py::none(), py::arg("threshold") = py::none(),
      py::arg("calibration") = py::none(),
      "One dict a curve: cq_cycles (None without), status, and how it was found. Without a method the recommended "
      "one is used, as in `qpcr cq`. A threshold is in fluorescence above the baseline. A calibration is the path "
      "of a record of `qpcr calibrate`.");
}
