//===- RowKernels.cpp - braid run --function row-kernels ------------------===//
//
// Every row kernel of every derived program runs once on a device, on random numbers,
// and is compared with the interpreter of rows.
//
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "braid/Check/KernelCheck.h"
#include "braid/Check/TrafficCheck.h"
#include "braid/Conversion/RowToGPU.h"
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Text.h"
#include "braid/IO/InputFile.h"
#include "braid/Support/Nesting.h"
#include "lib/Driver/Machine/DeviceByName.h"
#include "lib/Driver/OutputPaths.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/JSON.h"
#include <cmath>

namespace braid::driver {

static llvm::Expected<std::unique_ptr<dev::KernelChecker>>
compileKernels(Compilation &compilation, mlir::ModuleOp rows, dev::Device &device, const RowKernelsOptions &options) {
  mlir::OwningOpRef<mlir::ModuleOp> code;
  if (!options.code.empty()) {
    auto text = rt::readInput(options.code, uint64_t(1) << 30);
    if (!text || !*text)
      return makeError(text ? "`" + options.code + "` is not there" : text.message());
    if (std::string problem = tooDeepNesting(options.code, **text); !problem.empty())
      return makeError(problem);
    if (llvm::Error error = compilation.withDiagnostics([&] {
          code = mlir::parseSourceString<mlir::ModuleOp>(**text, &compilation.context(), options.code);
          return llvm::success(bool(code));
        }))
      return std::move(error);
  }
  std::unique_ptr<dev::KernelChecker> checker;
  llvm::Error problem = compilation.withDiagnostics([&]() -> llvm::LogicalResult {
    auto made = dev::KernelChecker::create(rows, device, options.model.path, std::move(code));
    if (!made)
      return mlir::emitError(mlir::UnknownLoc::get(&compilation.context()), llvm::toString(made.takeError()));
    checker = std::move(*made);
    return llvm::success();
  });
  if (problem)
    return std::move(problem);
  return std::move(checker);
}

/// The row kernels of all derived programs, or of a module that has them already, beside the planned programs that
/// launch them: what code for GPUs is made from.
static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> plannedModule(Compilation &compilation,
                                                                       const RowKernelsOptions &options) {
  bool hasKernels = !compilation.module().getOps<row::KernelOp>().empty(),
       hasPrograms = !compilation.module().getOps<host::FuncOp>().empty();
  if (hasKernels && !hasPrograms) // nothing to plan
    return mlir::OwningOpRef<mlir::ModuleOp>(compilation.module().clone());
  if (compilation.stage() > Stage::Host)
    return makeError("the module has no row kernels: it is in stage `" + stages()[size_t(compilation.stage())].name +
                     "`");
  PipelineOptions pipeline;
  pipeline.functions = {"logits", "loss", "grad", "observe", "step", "accumulate"};
  pipeline.bf16 = options.how.bf16;
  return compilation.lower(Stage::Host, pipeline);
}

namespace {
/// What was found of every kernel.
struct Run {
  std::string device, target;
  std::vector<dev::KernelCheckResult> results;
  int64_t left; ///< kernels that were not run

  int64_t wrong() const {
    return llvm::count_if(results, [](const dev::KernelCheckResult &result) { return !result.problem.empty(); });
  }
  /// Kernels of which nothing was seen: fp32 leaves a number of theirs no digit.
  int64_t undecided() const { return llvm::count_if(results, isUndecided); }
  static bool isUndecided(const dev::KernelCheckResult &result) { return result.problem.empty() && result.bound >= 1; }
  double largest() const {
    double error = 0;
    for (const dev::KernelCheckResult &result : results)
      error = std::max(error, result.error);
    return error;
  }
};
} // namespace

static llvm::Expected<Run> check(const RowKernelsOptions &options, Console &console) {
  dev::TrafficCheck traffic;
  std::function<void(const dev::Kernel &, const emu::LaunchResult &)> onLaunch;
  if (options.traffic)
    onLaunch = std::ref(traffic);
  auto device =
      deviceByName(options.device, options.emulated, options.how.seed + 1, options.useCache, console, onLaunch);
  if (!device)
    return device.takeError();
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return compilation.takeError();
  auto rows = plannedModule(**compilation, options);
  if (!rows)
    return rows.takeError();
  auto checker = compileKernels(**compilation, **rows, **device, options);
  if (!checker)
    return checker.takeError();

  dev::KernelCheckOptions how;
  how.rows = options.rows;
  how.time = options.time;
  how.size = options.entries;
  how.blocks = options.blocks;
  how.seed = options.how.seed + 1;
  how.tolerance = options.tolerance;
  how.tokens = options.tokens;
  if (options.traffic) {
    how.afterLaunch = [&](mlir::Operation *function, const dev::RowLaunch &launch) {
      return traffic.ofRows(function, launch);
    };
    how.afterScatter = [&](const dev::ScatterProblem &problem) { return traffic.ofScatter(problem); };
  }
  Run run{(*device)->properties().name, (*device)->target().chip, {}, 0};
  for (row::KernelOp kernel : (*checker)->kernels())
    if (options.kernel.empty() || kernel.getSymName() == options.kernel) {
      if ((*device)->isUsable())
        llvm::append_range(run.results, (*checker)->check(kernel, how));
      else
        ++run.left;
    }
  for (host::ScatterOp scatter : (*checker)->scatters())
    if (options.kernel.empty() || options.kernel == dev::KernelChecker::scatterName) {
      traffic.forget(); // the run before that was only for its bits
      if ((*device)->isUsable())
        run.results.push_back((*checker)->check(scatter, how));
      else
        ++run.left;
    }
  if (run.results.empty())
    return makeError("the program has no row kernel `" + options.kernel + "`");
  return run;
}

static void print(const Run &run, Console &console) {
  Table table({"kernel", "program line", "rows x width", "error", "bound", "", ""}, {2, 3, 4});
  std::string problems;
  for (const dev::KernelCheckResult &result : run.results) {
    bool good = result.problem.empty();
    table.add({result.kernel, result.place, std::to_string(result.rows) + " x " + std::to_string(result.width),
               !std::isfinite(result.error) ? "not finite"
               : result.bound               ? general(result.error, 2)
                                            : "",
               result.bound && std::isfinite(result.bound) ? general(result.bound, 2) : "",
               !good                      ? "FAIL"
               : Run::isUndecided(result) ? "?"
                                          : "ok",
               result.remark});
    // What a launch says names the kernel already.
    std::string name = "kernel `" + result.kernel + "`";
    if (!good)
      problems += "braid: error: " +
                  (llvm::StringRef(result.problem).starts_with(name)
                       ? ""
                       : name + (result.place.empty() ? "" : " (" + result.place + ")") + ": ") +
                  result.problem + "\n";
  }
  table.print(console.out);
  console.out << run.results.size() << " kernels on " << run.device << ", " << run.wrong() << " wrong, largest error "
              << (std::isfinite(run.largest()) ? general(run.largest(), 2) : "not finite")
              << (run.undecided() ? "; of " + std::to_string(run.undecided()) +
                                        " (?) nothing can be said: fp32 leaves a number no digit"
                                  : "")
              << (run.left ? "; " + std::to_string(run.left) +
                                 " more were not run, since the device cannot be used after the fault"
                           : "")
              << "\n";
  console.out.flush();
  console.err << problems;
}

/// JSON has no infinity.
static llvm::json::Value finite(double x) {
  return std::isfinite(x) ? llvm::json::Value(x) : llvm::json::Value(nullptr);
}

static std::string json(const Run &run, const RowKernelsOptions &options) {
  llvm::json::Array kernels;
  for (const dev::KernelCheckResult &result : run.results)
    kernels.push_back(llvm::json::Object{{"kernel", result.kernel},
                                         {"place", result.place},
                                         {"rows", result.rows},
                                         {"width", result.width},
                                         {"error", finite(result.error)},
                                         {"bound", finite(result.bound)},
                                         {"unseen", llvm::json::Array(result.unseen)},
                                         {"problem", result.problem}});
  llvm::json::Object root{{"model", options.model.path},   {"device", run.device},
                          {"target", run.target},          {"dtype", options.how.bf16 ? "bf16" : "fp32"},
                          {"kernels", std::move(kernels)}, {"wrong", run.wrong()},
                          {"undecided", run.undecided()},  {"not_run", run.left}};
  return jsonText(std::move(root));
}

int runRowKernels(const RowKernelsOptions &options, Console &console) {
  if (llvm::Error error = checkOutputs(options.json, {options.model.path, options.code}))
    return fail(console, std::move(error));
  auto run = check(options, console);
  if (!run)
    return fail(console, run.takeError());
  if (int code = report(console, json(*run, options), options.json, [&] { print(*run, console); }))
    return code;
  return run->wrong() ? Failure : Success;
}

} // namespace braid::driver
