//===- Pipelines.cpp - the passes from one stage to the next --------------===//

#include "braid/Pipelines/Pipelines.h"
#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/RowToGPU.h"
#include "braid/Conversion/RowToLLVM.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Host/Transforms/Passes.h"
#include "dialects/Row/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace braid {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#define GEN_PASS_DEF_BRAIDDROPPARAMETERS
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
    for (auto func : llvm::make_early_inc_range(module.getOps<lang::FuncOp>()))
      if (!llvm::is_contained(functions, func.getSymName()))
        func.erase();
    module->setAttr("braid.derived", UnitAttr::get(&getContext()));
  }
};

/// Drops the declarations of parameters.
class DropParameters : public braid::impl::BraidDropParametersBase<DropParameters> {
public:
  void runOnOperation() override {
    for (auto parameter : llvm::make_early_inc_range(getOperation().getOps<lang::ParameterOp>()))
      parameter.erase();
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
  manager.addPass(lang::createBraidVerifyTopology());
  manager.addPass(lang::createBraidExpandReads());
  manager.addPass(lang::createBraidCanonicalize());
  if (wants(options, "observe"))
    manager.addPass(lang::createBraidDeriveObserve());
  if (wants(options, "extend"))
    manager.addPass(lang::createBraidDeriveExtend());
  if (wants(options, "loss") || wants(options, "grad"))
    manager.addPass(lang::createBraidDeriveLoss());
  manager.addPass(lang::createBraidDropObserve());
  if (wants(options, "grad")) {
    manager.addPass(lang::createBraidCanonicalize());
    manager.addPass(lang::createBraidDifferentiate());
  }
  manager.addPass(lang::createBraidDropTrainOnly());
  manager.addPass(createBraidSelectFunctions({derivedFrom(options)}));
  manager.addPass(lang::createBraidCanonicalize());
  if (options.bf16) {
    manager.addPass(lang::createBraidInsertRounding());
    manager.addPass(lang::createBraidCanonicalize());
  }
  manager.addPass(lang::createBraidFuseMultiplyAdds());
  manager.addPass(lang::createBraidFormRecurrences());
  manager.addPass(lang::createBraidCutGroups());
  if (options.recompute)
    manager.addPass(lang::createBraidPlanRecompute());
  std::vector<std::string> going;
  for (const std::string &name : derivedFrom(options))
    if (name == "extend" || options.state)
      going.push_back(name);
  if (!going.empty())
    manager.addPass(lang::createBraidThreadState({going}));
}

void buildRowPipeline(OpPassManager &manager, const PipelineOptions &options) {
  manager.addPass(createPrepareCallsPass());
  manager.addPass(createNarrowCallsPass());
  manager.addPass(createConvertBraidToRowPass());
  manager.addPass(createShareKernelsPass());
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

void buildLoopsPipeline(OpPassManager &manager) {
  manager.addPass(host::createConvertHostToProgramPass());
  manager.addPass(row::createConvertRowToLoopsPass());
  manager.addPass(createBraidDropParameters());
}

void buildLLVMPipeline(OpPassManager &manager) { manager.addPass(row::createConvertRowToLLVMPass()); }

void buildGPUPipeline(OpPassManager &manager, const PipelineOptions &options) {
  manager.addPass(row::createMergeReadsPass());
  manager.addPass(row::createConvertRowToGPUPass(options.target, options.sharedBytes));
}

void buildNVVMPipeline(OpPassManager &manager, const PipelineOptions &options) {
  manager.addPass(row::createConvertRowToNVVMPass(options.target, options.sharedBytes));
}

/// The passes that end in `stage`, from the stage before it.
static void buildStep(OpPassManager &manager, Stage stage, const PipelineOptions &options) {
  switch (stage) {
  case Stage::Derived: return buildBraidPipeline(manager, options);
  case Stage::Row: return buildRowPipeline(manager, options);
  case Stage::Host: return buildHostPipeline(manager, options);
  case Stage::Loops: return buildLoopsPipeline(manager);
  case Stage::LLVM: return buildLLVMPipeline(manager);
  case Stage::GPU: return buildGPUPipeline(manager, options);
  case Stage::NVVM: return buildNVVMPipeline(manager, options);
  default: llvm_unreachable("no module is made by passes in this stage");
  }
}

/// The text of a loop says where the loop is from, and not where its arguments are: they are from there too, so that a
/// stage with loops is the same whether it was printed and read in between or not.
static void placeLoopArguments(ModuleOp module) {
  module.walk([](Operation *op) {
    if (isa<scf::SCFDialect>(op->getDialect()))
      for (Region &region : op->getRegions())
        for (BlockArgument argument : region.getArguments())
          argument.setLoc(op->getLoc());
  });
}

LogicalResult lowerTo(ModuleOp module, Stage to, const PipelineOptions &options,
                      std::function<void(Stage, ModuleOp)> seen) {
  Stage from = stageOf(module);
  std::vector<Stage> path = way(from, to);
  if (path.empty())
    return module.emitError("is in the stage `")
           << infoOf(from).name << "`, which does not lead to `" << infoOf(to).name << "`";
  for (Stage at : path) {
    if (at != from) {
      PassManager manager(module.getContext());
      manager.enableVerifier(false); // each stage is verified as a whole
      buildStep(manager, at, options);
      if (failed(manager.run(module)))
        return failure();
    }
    if (failed(verifyStage(module, at)))
      return failure();
    if (at == Stage::Loops || at == Stage::GPU)
      placeLoopArguments(module);
    if (seen)
      seen(at, module);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Names for braid-opt
//===----------------------------------------------------------------------===//

namespace {
struct TextOptions : public PassPipelineOptions<TextOptions> {
  Option<bool> bf16{*this, "bf16", llvm::cl::desc("store in bf16"), llvm::cl::init(false)};
  Option<bool> recompute{*this, "recompute", llvm::cl::desc("compute again what is cheaper than stored"),
                         llvm::cl::init(true)};
  Option<std::string> target{*this, "target", llvm::cl::desc("the GPU to plan kernels for, from the stage `gpu` on")};
  ListOption<std::string> functions{*this, "functions", llvm::cl::desc("the programs wanted")};

  PipelineOptions get() const {
    PipelineOptions result;
    result.bf16 = bf16;
    result.recompute = recompute;
    result.target = target;
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
  static std::vector<std::unique_ptr<PassPipelineRegistration<TextOptions>>> registered;
  for (const StageInfo &info : stages())
    if (info.form == StageInfo::Form::Module && info.stage != Stage::Braid)
      registered.push_back(std::make_unique<PassPipelineRegistration<TextOptions>>(
          ("braid-to-" + info.name).str(), ("`braid` to `" + info.name + "`").str(),
          [stage = info.stage](OpPassManager &manager, const TextOptions &options) {
            for (Stage at : way(Stage::Braid, stage))
              if (at != Stage::Braid)
                buildStep(manager, at, options.get());
          }));
}

} // namespace braid
