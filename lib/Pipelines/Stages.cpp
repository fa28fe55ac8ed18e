//===- Stages.cpp - the stages and what each promises ---------------------===//

#include "VerifyPlan.h"
#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/Launches.h"
#include "braid/Pipelines/Pipelines.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace braid {

llvm::ArrayRef<StageInfo> stages() {
  static const StageInfo table[] = {
#define BRAID_STAGE(id, name, after, form, target, extension, sentence)                                                \
  {Stage::id, name, Stage::after, StageInfo::Form::form, StageInfo::Target::target, extension, sentence},
#include "braid/Pipelines/Stages.def"
  };
  return table;
}

const StageInfo &infoOf(Stage stage) { return stages()[size_t(stage)]; }

std::optional<Stage> parseStage(llvm::StringRef name) {
  for (const StageInfo &info : stages())
    if (info.name == name)
      return info.stage;
  return std::nullopt;
}

std::vector<Stage> way(Stage from, Stage to) {
  std::vector<Stage> result = {to};
  while (result.back() != from) {
    Stage before = infoOf(result.back()).after;
    if (before == result.back())
      return {};
    result.push_back(before);
  }
  std::reverse(result.begin(), result.end());
  return result;
}

/// Kernels are compiled code from `loops` on, which vectors and loops of their own dialects have not left yet.
static bool hasLoops(ModuleOp module) {
  return module
      .walk([](Operation *op) {
        return isa<ModuleOp>(op) || isa_and_nonnull<LLVM::LLVMDialect>(op->getDialect()) ? WalkResult::advance()
                                                                                         : WalkResult::interrupt();
      })
      .wasInterrupted();
}

Stage stageOf(ModuleOp module) {
  for (auto device : module.getOps<gpu::GPUModuleOp>())
    return device.getOps<gpu::GPUFuncOp>().empty() ? Stage::NVVM : Stage::GPU;
  for (auto func : module.getOps<host::FuncOp>())
    return func.getTokenBytes() ? Stage::Host : Stage::Row;
  if (!module.getOps<row::KernelOp>().empty())
    return Stage::Row;
  bool braid = !module.getOps<lang::FuncOp>().empty() || !module.getOps<lang::ParameterOp>().empty();
  // Derived programs are marked by the pass that ends their derivation.
  if (braid)
    return module->hasAttr("braid.derived") ? Stage::Derived : Stage::Braid;
  return hasLoops(module) ? Stage::Loops : Stage::LLVM;
}

/// Programs are planned and fit their kernels, as long as both are there.
static LogicalResult verifyPlan(ModuleOp module, bool places) {
  for (auto func : module.getOps<lang::FuncOp>())
    return func.emitOpError("is still there after its conversion");
  if (module.getOps<host::FuncOp>().empty())
    return module.emitError("holds no host.func");
  if (failed(verifyLaunches(module)))
    return failure();
  return places ? verifyPlaces(module) : success();
}

/// Every program is there, and nothing is left that it or its kernels were made from.
static LogicalResult verifyCompiled(ModuleOp module, bool loops) {
  FailureOr<std::vector<host::ProgramData>> programs = host::readPrograms(module);
  if (failed(programs))
    return failure();
  if (programs->empty())
    return module.emitError("holds no program: no constant is called braid_<name>_program");
  for (Operation &op : *module.getBody())
    if (!isa_and_nonnull<LLVM::LLVMDialect>(op.getDialect()))
      return op.emitOpError("is still there after its conversion");
  if (!loops && hasLoops(module))
    return module.emitError("holds more than the LLVM dialect");
  return success();
}

/// Kernels are in a gpu.module, in the dialects of the stage.
static LogicalResult verifyDevice(ModuleOp module, Stage stage) {
  for (auto kernel : module.getOps<row::KernelOp>())
    return kernel.emitOpError("is still there after its conversion");
  for (auto device : module.getOps<gpu::GPUModuleOp>()) {
    WalkResult found = device.walk([&](Operation *op) {
      if (stage == Stage::GPU || op == device || isa<gpu::ModuleEndOp>(op) ||
          !isa_and_nonnull<gpu::GPUDialect>(op->getDialect()))
        return WalkResult::advance();
      op->emitOpError("is still there after its conversion");
      return WalkResult::interrupt();
    });
    if (found.wasInterrupted())
      return failure();
  }
  return success();
}

LogicalResult verifyStage(ModuleOp module, Stage stage) {
  if (failed(verify(module)))
    return failure();
  switch (stage) {
  case Stage::Braid:
  case Stage::Derived:
    if (module.getOps<lang::FuncOp>().empty())
      return module.emitError("holds no braid.func");
    return success();
  case Stage::Row:
  case Stage::Host: return verifyPlan(module, stage == Stage::Host);
  case Stage::Loops:
  case Stage::LLVM: return verifyCompiled(module, stage == Stage::Loops);
  case Stage::GPU:
  case Stage::NVVM: return verifyDevice(module, stage);
  default: return module.emitError("is no text of the stage `") << infoOf(stage).name << "`";
  }
}

} // namespace braid
