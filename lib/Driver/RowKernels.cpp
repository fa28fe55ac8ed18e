//===- RowKernels.cpp - braid run --function row-kernels ------------------===//
//
// Every row kernel of every derived program runs once on a device, on random numbers,
// and is compared with the interpreter of rows.
//
//===----------------------------------------------------------------------===//
#include "braid/Device/KernelCheck.h"
#include "DeviceByName.h"
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Text.h"
#include "braid/Emulator/Emulator.h"

namespace braid::driver {

static llvm::Expected<std::unique_ptr<dev::KernelChecker>> compileKernels(Compilation &compilation, mlir::ModuleOp rows, dev::Device &device,
                                                                          const std::string &program) {
  std::unique_ptr<dev::KernelChecker> checker;
  llvm::Error problem = compilation.withDiagnostics([&]() -> llvm::LogicalResult {
    auto made = dev::KernelChecker::create(rows, device, program);
    if (!made)
      return mlir::emitError(mlir::UnknownLoc::get(&compilation.context()), llvm::toString(made.takeError()));
    checker = std::move(*made);
    return llvm::success();
  });
  if (problem)
    return std::move(problem);
  return std::move(checker);
}

/// The row kernels of all derived programs, or of a module that has them already.
static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> rowModule(Compilation &compilation, const RowKernelsOptions &options) {
  if (!compilation.module().getOps<row::KernelOp>().empty())
    return mlir::OwningOpRef<mlir::ModuleOp>(compilation.module().clone());
  if (compilation.stage() >= Stage::Row)
    return makeError("the module has no row kernels: it is in stage `" + stages()[size_t(compilation.stage())].name + "`");
  PipelineOptions pipeline;
  pipeline.functions = {"logits", "loss", "grad", "observe", "step", "accumulate"};
  pipeline.bf16 = options.how.bf16;
  return compilation.lower(Stage::Row, pipeline);
}

static llvm::Error check(const RowKernelsOptions &options, Console &console, int64_t &wrong) {
  auto device = deviceByName(options.device, options.how.seed + 1, options.useCache);
  if (!device)
    return device.takeError();
  auto compilation = Compilation::load(options.model, console.color);
  if (!compilation)
    return compilation.takeError();
  auto rows = rowModule(**compilation, options);
  if (!rows)
    return rows.takeError();
  auto checker = compileKernels(**compilation, **rows, **device, options.model.path);
  if (!checker)
    return checker.takeError();

  dev::KernelCheckOptions how;
  how.rows = options.rows;
  how.time = options.time;
  how.size = options.entries;
  how.blocks = options.blocks;
  how.seed = options.how.seed + 1;
  how.tolerance = options.tolerance;
  Table table({"kernel", "program line", "rows x width", "error", "bound", ""}, {2, 3, 4});
  std::string problems;
  int64_t count = 0, left = 0;
  double largest = 0;
  for (row::KernelOp kernel : (*checker)->kernels()) {
    if (!options.kernel.empty() && kernel.getSymName() != options.kernel)
      continue;
    if (!(*device)->isUsable()) {
      ++left;
      continue;
    }
    ++count;
    dev::KernelCheckResult result = (*checker)->check(kernel, how);
    bool good = result.problem.empty();
    largest = std::max(largest, result.error);
    wrong += !good;
    table.add({result.kernel, result.place, std::to_string(result.rows) + " x " + std::to_string(result.width),
               result.bound ? general(result.error, 2) : "", result.bound ? general(result.bound, 2) : "", good ? "ok" : "FAIL"});
    if (!good)
      problems += "braid: error: kernel `" + result.kernel + "`" + (result.place.empty() ? "" : " (" + result.place + ")") + ": " + result.problem + "\n";
  }
  if (!count)
    return makeError("the program has no row kernel `" + options.kernel + "`");
  table.print(console.out);
  console.out << count << " kernels on " << (*device)->properties().name << ", " << wrong << " wrong, largest error " << general(largest, 2)
              << (left ? "; " + std::to_string(left) + " more were not run, since the device cannot be used after the fault" : "") << "\n";
  console.out.flush();
  console.err << problems;
  return llvm::Error::success();
}

int runRowKernels(const RowKernelsOptions &options, Console &console) {
  int64_t wrong = 0;
  if (llvm::Error error = check(options, console, wrong))
    return fail(console, std::move(error));
  return wrong ? Failure : Success;
}

} // namespace braid::driver
