//===- Stages.cpp - the stages and what each promises ---------------------===//

#include "VerifyPlan.h"
#include "braid/Pipelines/Pipelines.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace braid {

llvm::ArrayRef<StageInfo> stages() {
  static const StageInfo table[] = {
#define BRAID_STAGE(id, name, extension, sentence) {Stage::id, name, extension, sentence},
#include "braid/Pipelines/Stages.def"
  };
  return table;
}

std::optional<Stage> parseStage(llvm::StringRef name) {
  for (const StageInfo &info : stages())
    if (info.name == name)
      return info.stage;
  return std::nullopt;
}

Stage stageOf(ModuleOp module) {
  for (auto func : module.getOps<host::FuncOp>())
    return func.getTokenBytes() ? Stage::Host : Stage::Row;
  if (!module.getOps<row::KernelOp>().empty())
    return Stage::Row;
  bool braid = !module.getOps<ir::FuncOp>().empty() || !module.getOps<ir::ParameterOp>().empty();
  // Derived programs are marked by the pass that ends their derivation.
  if (braid)
    return module->hasAttr("braid.derived") ? Stage::Derived : Stage::Braid;
  return Stage::LLVM;
}

LogicalResult verifyStage(ModuleOp module, Stage stage) {
  if (failed(verify(module)))
    return failure();
  switch (stage) {
  case Stage::Braid:
  case Stage::Derived:
    if (module.getOps<ir::FuncOp>().empty())
      return module.emitError("holds no braid.func");
    return success();
  case Stage::Row:
  case Stage::Host:
    for (auto func : module.getOps<ir::FuncOp>())
      return func.emitOpError("is still there after its conversion");
    if (module.getOps<host::FuncOp>().empty())
      return module.emitError("holds no host.func");
    if (failed(verifyLaunches(module)))
      return failure();
    return stage == Stage::Host ? verifyPlaces(module) : success();
  case Stage::LLVM:
    return success();
  }
  return success();
}

} // namespace braid
