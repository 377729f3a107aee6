// What the curves of a group share is settled first; then every curve is estimated with it.
#include "libqpcr/curve/run_cq.hpp"

#include <cmath>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/cq_batch.hpp"
#include "libqpcr/curve/run_curves.hpp"
#include "libqpcr/math/parallel.hpp"

namespace qpcr {
namespace {

// Curves estimated in one set of buffers.
constexpr std::size_t block_size = 96;

/// As many batches as groups are worked on at a time, so that their memory is grown once.
class BatchPool {
 public:
  std::unique_ptr<CqBatch> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<CqBatch>();
    std::unique_ptr<CqBatch> batch = std::move(idle_.back());
    idle_.pop_back();
    return batch;
  }

  void give_back(std::unique_ptr<CqBatch> batch) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(batch));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<CqBatch>> idle_;
};

/// How the curves of one group are estimated.
struct Plan {
  CqOptions options;
  std::optional<CurveRegistrar> registrar;
  std::optional<ShapeReference> reference;
  std::optional<Message> note;
};

void check_calibration(const Run& run, const RunCqOptions& options) {
  if (!options.calibration) return;
  ErrorContext context;
  context.field = "calibration '" + options.calibration->name + "'";
  if (options.cq.method != CqMethod::common_shape) {
    context.problem = "a calibration is for method common_shape, not for " + std::string(to_string(options.cq.method));
    throw Error(ErrorCode::invalid_option, context);
  }
  if (options.calibration->simulated == is_simulated(*run)) return;
  context.problem = options.calibration->simulated ? "it was learned from simulated runs, and the run is not simulated"
                                                   : "it was learned from real runs, and the run is simulated";
  throw Error(ErrorCode::assay_mismatch, context);
}

const PinnedShape& find_pinned(const std::vector<PinnedShape>& shapes, const CurveGroup& group) {
  ErrorContext context;
  context.field = "target " + group.target + ", dye " + group.dye;
  for (const PinnedShape& pinned : shapes) {
    if (pinned.target != group.target || pinned.dye != group.dye) continue;
    for (const CurveView& view : group.views) {
      if (view.kind == pinned.kind) continue;
      context.found = std::string(to_string(view.kind));
      context.expected = std::string(to_string(pinned.kind)) + ", the signal that the calibration was learned from";
      throw Error(ErrorCode::assay_mismatch, context);
    }
    return pinned;
  }
  context.problem = "the calibration has no shape for this target and dye";
  throw Error(ErrorCode::assay_mismatch, context);
}

/// Settles the common shape; where there is none to use, the method that takes its place.
void plan_shape(const CqBatch& batch, const CurveGroup& group, const RunCqOptions& options, GroupCq& shared,
                Plan& plan) {
  if (options.calibration) {
    const PinnedShape& pinned = find_pinned(options.calibration->shapes, group);
    shared.pinned = true;
    shared.common_shape = pinned.shape;
    plan.options.silence_threshold = pinned.threshold;
  } else {
    shared.common_shape = std::make_shared<const CommonShape>(learn_from_analysis(batch.analysis()));
  }
  plan.options.common_shape = shared.common_shape;
  if (is_usable(shared.common_shape->status) || !options.fall_back) {
    plan.registrar.emplace(*shared.common_shape);
    return;
  }
  plan.options.method = CqMethod::second_derivative_maximum;
  plan.note = Message{"curve_no_common_shape", {{"status", std::string(to_string(shared.common_shape->status))}}};
}

Plan make_plan(const Run& run, const CqBatch& batch, const CurveGroup& group, const RunCqOptions& options,
               GroupCq& shared) {
  Plan plan;
  plan.options = options.cq;
  // Nothing of a pinned analysis comes from the group.
  plan.options.noise_free = is_simulated(*run) && (options.calibration || batch.is_noise_free());
  const bool by_threshold = plan.options.method == CqMethod::threshold;
  if (!options.calibration && !plan.options.threshold) {
    const double threshold = derive_threshold(batch.curves(), batch.analysis(), plan.options.baseline);
    // Where no curve of the group amplified there is no common threshold, and none is needed.
    if (std::isfinite(threshold)) (by_threshold ? plan.options.threshold : plan.options.silence_threshold) = threshold;
  }
  shared.threshold = plan.options.threshold;
  if (plan.options.method == CqMethod::common_shape) plan_shape(batch, group, options, shared, plan);
  if (options.calibration) return plan;
  std::vector<ShapeFeatures> features;
  for (std::size_t i = 0; i < batch.analysis().size(); ++i) {
    if (const auto found = derive_shape_features(batch.analysis()[i])) features.push_back(*found);
  }
  plan.reference = learn_shape_reference(features);
  return plan;
}

void add_flags(const CurveAnalyser& analyser, SampleRole role, const Plan& plan, CqResult& result) {
  if (role == SampleRole::no_template_control) {
    if (const auto flag = flag_no_template_control(analyser.call())) result.flags.push_back(*flag);
  }
  const auto features = derive_shape_features(analyser);
  if (features && plan.reference) flag_group(*features, *plan.reference, false, plan.options.quality, result.flags);
}

}  // namespace

CqOptions RunCqOptions::recommended_cq_options() {
  CqOptions options;
  options.method = CqMethod::common_shape;
  return options;
}

RunCq estimate_run_cq(const Run& run, const RunCqOptions& options) {
  check_calibration(run, options);
  RunCurves selected = select_run_curves(run, options.kind);
  RunCq result;
  result.left_out = std::move(selected.left_out);
  result.curves.reserve(selected.curves.size());
  std::vector<std::vector<std::size_t>> members(selected.groups.size());
  for (const RunCurve& entry : selected.curves) {
    MeasurementCq& curve = result.curves.emplace_back();
    curve.measurement = entry.measurement;
    curve.group = entry.group;
    curve.kind = entry.curve->kind;
    if (run->measurements[entry.measurement].excluded) {
      curve.result.method = options.cq.method;
      curve.result.status = CqStatus::excluded;
    } else {
      members[entry.group].push_back(result.curves.size() - 1);
    }
  }
  result.groups.resize(selected.groups.size());
  const auto estimate_group = [&](std::size_t g, CqBatch& batch) {
    const CurveGroup& group = selected.groups[g];
    GroupCq& shared = result.groups[g];
    shared.target = group.target;
    shared.dye = group.dye;
    if (group.views.empty()) return;
    batch.analyse(group.views, options.threads);
    const Plan plan = make_plan(run, batch, group, options, shared);
    plan.options.validate();
    parallel_for(members[g].size(), block_size, options.threads, [&](std::size_t first, std::size_t last) {
      CqBuffers buffers;
      for (std::size_t k = first; k < last; ++k) {
        MeasurementCq& curve = result.curves[members[g][k]];
        curve.result = batch.estimate(k, plan.options, plan.registrar ? &*plan.registrar : nullptr, buffers);
        if (plan.note && curve.result.amplified) curve.result.notes.push_back(*plan.note);
        add_flags(batch.analysis()[k], run->measurements[curve.measurement].role, plan, curve.result);
      }
    });
  };
  // Groups are blocks too: what a group learns is learned on one thread. A thread that has no group left helps with
  // the curves of another's.
  BatchPool pool;
  parallel_for(selected.groups.size(), 1, options.threads, [&](std::size_t g, std::size_t) {
    std::unique_ptr<CqBatch> batch = pool.take();
    estimate_group(g, *batch);
    pool.give_back(std::move(batch));
  });
  return result;
}

}  // namespace qpcr
