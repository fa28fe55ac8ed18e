//===- DeviceCode.cpp - from NVVM to PTX ----------------------------------===//

#include "braid/Conversion/RowToGPU.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace braid::row;

extern "C" {
void LLVMInitializeNVPTXTarget();
void LLVMInitializeNVPTXTargetInfo();
void LLVMInitializeNVPTXTargetMC();
void LLVMInitializeNVPTXAsmPrinter();
}

namespace {
struct Chip {
  const char *name;
  unsigned number;
  const char *features;
};
} // namespace

/// What LLVM 19 knows from Ampere on, with the first version of PTX that has it.
static constexpr Chip chips[] = {{"sm_80", 80, "+ptx70"}, {"sm_86", 86, "+ptx71"}, {"sm_87", 87, "+ptx74"},
                                 {"sm_89", 89, "+ptx78"}, {"sm_90", 90, "+ptx78"}, {"sm_90a", 90, "+ptx80"}};

std::vector<std::string> braid::row::gpuTargets() {
  std::vector<std::string> names;
  for (const Chip &chip : chips)
    names.push_back(chip.name);
  return names;
}

llvm::Expected<GpuTarget> braid::row::parseGpuTarget(StringRef name) {
  for (const Chip &chip : chips)
    if (name == chip.name)
      return GpuTarget{chip.name, chip.features, chip.number};
  std::string known = "known are " + llvm::join(gpuTargets(), ", ");
  unsigned number = 0;
  StringRef rest = name;
  if (rest.consume_front("sm_") && !rest.consumeInteger(10, number)) {
    if (number < 80)
      return llvm::createStringError("the GPU target `" + name + "` is too old: kernels need sm_80 (Ampere) or later; " + known);
    return llvm::createStringError("the GPU target `" + name + "` is not known to this compiler; " + known +
                                   "; PTX for sm_90 also runs on later GPUs");
  }
  return llvm::createStringError("there is no target `" + name + "`; " + known);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeMachine(const GpuTarget &target) {
  static bool initialised = [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)initialised;
  const char *triple = "nvptx64-nvidia-cuda";
  std::string problem;
  const llvm::Target *backEnd = llvm::TargetRegistry::lookupTarget(triple, problem);
  if (!backEnd)
    return llvm::createStringError("this LLVM has no NVPTX back end: " + problem);
  return std::unique_ptr<llvm::TargetMachine>(
      backEnd->createTargetMachine(triple, target.chip, target.features, llvm::TargetOptions(), std::nullopt, std::nullopt,
                                   llvm::CodeGenOptLevel::Aggressive));
}

static void optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graph;
  llvm::ModuleAnalysisManager modules;
  // What should be in flight at once has been written out already; more copies only cost registers and time.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = tuning.LoopVectorization = tuning.SLPVectorization = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

llvm::Expected<std::string> braid::row::translateToPTX(Operation *gpuModule, const GpuTarget &target) {
  MLIRContext *context = gpuModule->getContext();
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  context->appendDialectRegistry(registry);
  auto machine = makeMachine(target);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(gpuModule, llvmContext, deviceModuleName);
  if (!module)
    return llvm::createStringError("the kernels cannot be translated to LLVM IR");
  module->setDataLayout((*machine)->createDataLayout());
  module->setTargetTriple((*machine)->getTargetTriple().str());
  optimise(*module, **machine);

  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager emit;
  if ((*machine)->addPassesToEmitFile(emit, stream, nullptr, llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("the NVPTX back end cannot write PTX");
  emit.run(*module);
  return text.str().str();
}
