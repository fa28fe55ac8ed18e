//===- Pipelines.cpp - from a model to a planned program ------------------===//

#include "braid/Pipelines/Pipelines.h"
#include "braid/Conversion/BraidToRow.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Host/Transforms/Passes.h"
#include "dialects/Row/Transforms/Passes.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace braid {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#define GEN_PASS_DEF_BRAIDSELECTFUNCTIONS
#define GEN_PASS_DEF_BRAIDVERIFYSTAGE
#include "lib/Pipelines/Passes.h.inc"

namespace {

/// Functions that come from the model, not from its parameters alone.
SmallVector<std::string> derivedFrom(const PipelineOptions &options) {
  SmallVector<std::string> names;
  for (const std::string &name : options.functions)
    if (name != "step" && name != "accumulate")
      names.push_back(name);
  return names;
}

bool wants(const PipelineOptions &options, StringRef name) { return llvm::is_contained(options.functions, name); }

/// Keeps only the functions wanted, and marks the module as derived.
class SelectFunctions : public braid::impl::BraidSelectFunctionsBase<SelectFunctions> {
public:
  using BraidSelectFunctionsBase::BraidSelectFunctionsBase;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (const std::string &name : functions)
      if (!SymbolTable::lookupSymbolIn(module, name)) {
        module.emitError("there is no function @") << name;
        return signalPassFailure();
      }
    for (auto func : llvm::make_early_inc_range(module.getOps<ir::FuncOp>()))
      if (!llvm::is_contained(functions, func.getSymName()))
        func.erase();
    module->setAttr("braid.derived", UnitAttr::get(&getContext()));
  }
};

/// Checks what the stage promises that the module is in.
class VerifyStage : public braid::impl::BraidVerifyStageBase<VerifyStage> {
public:
  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (failed(verifyStage(getOperation(), stageOf(getOperation()))))
      signalPassFailure();
  }
};

} // namespace

void buildBraidPipeline(OpPassManager &manager, const PipelineOptions &options) {
  manager.addPass(ir::createBraidVerifyTopology());
  manager.addPass(ir::createBraidExpandReads());
  manager.addPass(ir::createBraidCanonicalize());
  if (wants(options, "observe"))
    manager.addPass(ir::createBraidDeriveObserve());
  if (wants(options, "loss") || wants(options, "grad"))
    manager.addPass(ir::createBraidDeriveLoss());
  manager.addPass(ir::createBraidDropObserve());
  if (wants(options, "grad")) {
    manager.addPass(ir::createBraidCanonicalize());
    manager.addPass(ir::createBraidDifferentiate());
  }
  manager.addPass(ir::createBraidDropTrainOnly());
  manager.addPass(createBraidSelectFunctions({derivedFrom(options)}));
  manager.addPass(ir::createBraidCanonicalize());
  if (options.bf16) {
    manager.addPass(ir::createBraidInsertRounding());
    manager.addPass(ir::createBraidCanonicalize());
  }
  if (options.recompute)
    manager.addPass(ir::createBraidPlanRecompute());
}

void buildRowPipeline(OpPassManager &manager, const PipelineOptions &options) {
  manager.addPass(createConvertBraidToRowPass());
  manager.addPass(row::createHoistFactorsPass());
  bool step = wants(options, "step"), accumulate = wants(options, "accumulate");
  if (step || accumulate)
    manager.addPass(createDeriveStepPass(step, accumulate));
}

void buildHostPipeline(OpPassManager &manager, const PipelineOptions &) {
  manager.addPass(createMarkReusePass());
  manager.addPass(host::createPlanMemoryPass());
  manager.addPass(createMarkAliasesPass());
}

LogicalResult lowerTo(ModuleOp module, Stage to, const PipelineOptions &options,
                      std::function<void(Stage, ModuleOp)> seen) {
  Stage at = stageOf(module);
  if (to > Stage::Host)
    return module.emitError("the engine lowers what comes after the stage `host`");
  if (at > to)
    return module.emitError("is in a later stage than the one asked for");
  for (;; at = Stage(int(at) + 1)) {
    if (failed(verifyStage(module, at)))
      return failure();
    if (seen)
      seen(at, module);
    if (at == to)
      return success();
    PassManager manager(module.getContext());
    manager.enableVerifier(false); // each stage is verified as a whole
    if (at == Stage::Braid)
      buildBraidPipeline(manager, options);
    else if (at == Stage::Derived)
      buildRowPipeline(manager, options);
    else
      buildHostPipeline(manager, options);
    if (failed(manager.run(module)))
      return failure();
  }
}

LogicalResult lowerToHost(ModuleOp module, const PipelineOptions &options) {
  return lowerTo(module, Stage::Host, options);
}

//===----------------------------------------------------------------------===//
// Names for braid-opt
//===----------------------------------------------------------------------===//

namespace {
struct TextOptions : public PassPipelineOptions<TextOptions> {
  Option<bool> bf16{*this, "bf16", llvm::cl::desc("store in bf16"), llvm::cl::init(false)};
  Option<bool> recompute{*this, "recompute", llvm::cl::desc("compute again what is cheaper than stored"), llvm::cl::init(true)};
  ListOption<std::string> functions{*this, "functions", llvm::cl::desc("the programs wanted")};

  PipelineOptions get() const {
    PipelineOptions result;
    result.bf16 = bf16;
    result.recompute = recompute;
    if (!functions.empty())
      result.functions.assign(functions.begin(), functions.end());
    return result;
  }
};
} // namespace

void registerPipelines() {
  registerBraidPipelinePasses();
  row::registerRowPasses();
  host::registerHostPasses();
  static PassPipelineRegistration<TextOptions> derived(
      "braid-to-derived", "`braid` to `derived`",
      [](OpPassManager &manager, const TextOptions &options) { buildBraidPipeline(manager, options.get()); });
  static PassPipelineRegistration<TextOptions> rows(
      "braid-to-row", "`braid` to `row`", [](OpPassManager &manager, const TextOptions &options) {
        buildBraidPipeline(manager, options.get());
        buildRowPipeline(manager, options.get());
      });
  static PassPipelineRegistration<TextOptions> host(
      "braid-to-host", "`braid` to `host`", [](OpPassManager &manager, const TextOptions &options) {
        buildBraidPipeline(manager, options.get());
        buildRowPipeline(manager, options.get());
        buildHostPipeline(manager, options.get());
      });
}

} // namespace braid
