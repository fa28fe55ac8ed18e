//===- CodeGen.cpp - LLVM modules to machine code -------------------------===//

#include "CodeGen.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include <mutex>

using namespace llvm;
using namespace braid;

void braid::initializeTarget() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
  });
}

Expected<std::unique_ptr<TargetMachine>> braid::makeMachine(const EngineOptions &options, bool quick) {
  initializeTarget();
  std::string triple = sys::getProcessTriple(), message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError(inconvertibleErrorCode(), message);
  std::string cpu = options.cpu;
  SubtargetFeatures features;
  if (cpu.empty()) {
    cpu = sys::getHostCPUName().str();
    for (auto &feature : sys::getHostCPUFeatures())
      features.AddFeature(feature.first(), feature.second);
  }
  CodeGenOptLevel level = quick || options.optLevel == 0 ? CodeGenOptLevel::None
                          : options.optLevel < 3         ? CodeGenOptLevel::Default
                                                         : CodeGenOptLevel::Aggressive;
  TargetOptions targetOptions;
  targetOptions.AllowFPOpFusion = FPOpFusion::Strict; // what is fused is written as fma
  std::unique_ptr<TargetMachine> machine(
      target->createTargetMachine(triple, cpu, features.getString(), targetOptions, Reloc::PIC_, std::nullopt, level));
  if (!machine)
    return createStringError(inconvertibleErrorCode(), "no code generator for " + triple);
  return machine;
}

/// The kernels are explicit vector code already: what is left is to share what is computed twice, to move loads
/// out of loops and to simplify. LLVM's own pipelines take four times as long for the same code.
static constexpr const char *kernelPasses =
    "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),gvn,dse,"
    "instcombine<no-verify-fixpoint>,simplifycfg)";

static Error optimize(Module &module, TargetMachine &machine) {
  PassBuilder builder(&machine);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  ModulePassManager passes;
  if (Error error = builder.parsePassPipeline(passes, kernelPasses))
    return error;
  passes.run(module, modules);
  return Error::success();
}

static Error writeTo(StringRef path, function_ref<void(raw_ostream &)> write) {
  std::error_code error;
  raw_fd_ostream out(path, error);
  if (error)
    return createStringError(error, "cannot write " + path);
  write(out);
  return Error::success();
}

Expected<SmallVector<char, 0>> braid::generate(Module &module, TargetMachine &machine, const EngineOptions &options,
                                               bool quick, StringRef name) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple().str());
  if (machine.getTargetTriple().isX86())
    for (Function &function : module)
      function.addFnAttr("prefer-vector-width", "512");
  if (!quick && options.optLevel > 0)
    if (Error error = optimize(module, machine))
      return std::move(error);
  auto emit = [&](Module &from, raw_pwrite_stream &out, CodeGenFileType type) {
    legacy::PassManager passes;
    if (machine.addPassesToEmitFile(passes, out, nullptr, type))
      return false;
    passes.run(from);
    return true;
  };
  if (!options.dumpDir.empty()) {
    std::string stem = options.dumpDir + "/" + name.str();
    if (Error error = writeTo(stem + ".ll", [&](raw_ostream &out) { module.print(out, nullptr); }))
      return std::move(error);
    // Emission changes the module, so the text is made from a copy.
    std::unique_ptr<Module> copy = CloneModule(module);
    SmallString<0> assembly;
    raw_svector_ostream stream(assembly);
    emit(*copy, stream, CodeGenFileType::AssemblyFile);
    if (Error error = writeTo(stem + ".s", [&](raw_ostream &out) { out << assembly; }))
      return std::move(error);
  }
  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  if (!emit(module, stream, CodeGenFileType::ObjectFile))
    return createStringError(inconvertibleErrorCode(), "the target cannot emit object files");
  return object;
}
