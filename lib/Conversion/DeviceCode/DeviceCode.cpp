//===- DeviceCode.cpp - from NVVM to PTX ----------------------------------===//
//
// Kernels do not call one another, so that PTX is made of a few at a time, by all threads at once. Which of them
// make a part depends on the module alone: the text is the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/RowToGPU.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Threading.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
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
      backEnd->createTargetMachine(triple, target.chip, target.features, llvm::TargetOptions(), std::nullopt,
                                   std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// What should be in flight at once has been written out already, and ptxas optimises once more: what is left is to
/// share what is computed twice, to move it out of loops and to simplify. LLVM's own pipelines take four times as long
/// for the same number of registers.
static constexpr const char *kernelPasses = "function(early-cse<memssa>,instcombine<no-verify-fixpoint;max-iterations="
                                            "1>,simplifycfg,loop-mssa(loop-rotate,licm),"
                                            "early-cse<memssa>,bdce,simplifycfg)";

static llvm::Error optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graph, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(passes, kernelPasses))
    return error;
  passes.run(module, modules);
  return llvm::Error::success();
}

static llvm::Expected<std::string> translate(Operation *gpuModule, const GpuTarget &target) {
  auto machine = makeMachine(target);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(gpuModule, llvmContext, deviceModuleName);
  if (!module)
    return llvm::createStringError("the kernels cannot be translated to LLVM IR");
  module->setDataLayout((*machine)->createDataLayout());
  module->setTargetTriple((*machine)->getTargetTriple().str());
  if (llvm::Error error = optimise(*module, **machine))
    return std::move(error);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager emit;
  if ((*machine)->addPassesToEmitFile(emit, stream, nullptr, llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("the NVPTX back end cannot write PTX");
  emit.run(*module);
  return text.str().str();
}

namespace {
/// Kernels that are translated together, in their order.
struct Part {
  llvm::DenseSet<Operation *> kernels;
  size_t ops = 0;
};
} // namespace

/// So many ops are translated in about 20 ms, which is much more than what a part costs by itself.
static constexpr size_t enoughOps = 2000;

static bool isKernel(Operation &op) {
  return isa<LLVM::LLVMFuncOp>(op) && op.hasAttr(NVVM::NVVMDialect::getKernelFuncAttrName());
}

/// One part, if there are functions that kernels may call.
static std::vector<Part> split(Operation *gpuModule) {
  std::vector<Part> parts(1);
  Block &body = gpuModule->getRegion(0).front();
  bool calls = llvm::any_of(body.getOps<LLVM::LLVMFuncOp>(), [](Operation *function) { return !isKernel(*function); });
  for (Operation &op : body) {
    if (!isKernel(op))
      continue;
    if (parts.back().ops >= enoughOps && !calls)
      parts.emplace_back();
    parts.back().kernels.insert(&op);
    op.walk([&](Operation *) { ++parts.back().ops; });
  }
  return parts;
}

/// The module without the other parts' kernels.
static OwningOpRef<Operation *> moduleOf(Operation *gpuModule, const Part &part) {
  OwningOpRef<Operation *> module = gpuModule->cloneWithoutRegions();
  Block &to = module->getRegion(0).emplaceBlock();
  for (Operation &op : gpuModule->getRegion(0).front())
    if (!isKernel(op) || part.kernels.contains(&op))
      to.push_back(op.clone());
  return module;
}

/// The first text, and what stands behind the heads of the others. A line that declares a variable stands once.
static std::string join(ArrayRef<std::string> texts) {
  std::string all;
  llvm::StringSet<> declared;
  for (StringRef text : texts) {
    size_t head = text.find('\n', text.find("\n.address_size") + 1) + 1;
    all += all.empty() ? text.take_front(head) : StringRef();
    for (StringRef rest = text.drop_front(head); !rest.empty();) {
      StringRef line = rest.take_front(rest.find('\n') + 1);
      line = line.empty() ? rest : line;
      rest = rest.drop_front(line.size());
      if (!line.starts_with(".") || !line.ends_with(";\n") || declared.insert(line).second)
        all += line;
    }
  }
  return all;
}

llvm::Expected<std::string> braid::row::translateToPTX(Operation *gpuModule, const GpuTarget &target) {
  MLIRContext *context = gpuModule->getContext();
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  context->appendDialectRegistry(registry);
  std::vector<Part> parts = split(gpuModule);
  // The largest are begun first.
  SmallVector<size_t> order = llvm::to_vector(llvm::seq<size_t>(0, parts.size()));
  llvm::stable_sort(order, [&](size_t a, size_t b) { return parts[a].ops > parts[b].ops; });
  std::vector<std::string> texts(parts.size()), problems(parts.size());
  parallelFor(context, 0, parts.size(), [&](size_t i) {
    size_t which = order[i];
    OwningOpRef<Operation *> module = moduleOf(gpuModule, parts[which]);
    auto text = translate(*module, target);
    if (text)
      texts[which] = std::move(*text);
    else
      problems[which] = toString(text.takeError());
  });
  for (const std::string &problem : problems)
    if (!problem.empty())
      return llvm::createStringError(problem);
  return join(texts);
}
