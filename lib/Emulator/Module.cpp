//===- Module.cpp - kernels compiled for this machine, and their launch ---===//

#include "Rewrite.h"
#include "Translate.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include <deque>

using namespace llvm;
using namespace braid::emu;

struct braid::emu::Module::Impl {
  std::unique_ptr<orc::LLJIT> jit;
  Rewritten program;
  std::vector<std::unique_ptr<Buffer>> globals;
  /// By kernel: whether its blocks met in memory when they ran side by side.
  std::deque<std::atomic<bool>> alone;

  const Kernel *find(StringRef name) const {
    for (const Kernel &kernel : program.kernels)
      if (kernel.name == name)
        return &kernel;
    return nullptr;
  }
  Error unknownKernel(StringRef name) const {
    std::string names;
    for (const Kernel &kernel : program.kernels)
      names += (names.empty() ? "" : ", ") + kernel.name;
    return createStringError("no kernel is called '" + name + "'; there are: " + (names.empty() ? "none" : names));
  }
};

braid::emu::Module::Module(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
braid::emu::Module::~Module() = default;

/// The host, without the bf16 instructions that flush subnormal numbers: results should not depend
/// on the machine.
static Expected<orc::JITTargetMachineBuilder> hostMachine() {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto machine = orc::JITTargetMachineBuilder::detectHost();
  if (!machine)
    return machine.takeError();
  for (const char *feature : {"-avx512bf16", "-avxneconvert", "-avx512fp16"})
    machine->addFeatures({feature});
  // Generated kernels are long and run for a moment: most of the time goes into compiling them.
  machine->setCodeGenOptLevel(CodeGenOptLevel::None);
  return machine;
}

/// Variables of C programs become values; what is said twice is computed once. More costs more than it saves.
static void optimise(llvm::Module &module) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager graph;
  ModuleAnalysisManager modules;
  PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graph, modules);
  FunctionPassManager passes;
  passes.addPass(SROAPass(SROAOptions::ModifyCFG));
  passes.addPass(EarlyCSEPass());
  for (Function &function : module)
    if (!function.isDeclaration())
      passes.run(function, functions);
}

/// Rewrites and compiles.
static Expected<std::unique_ptr<braid::emu::Module::Impl>>
compile(std::unique_ptr<llvm::Module> given, std::unique_ptr<LLVMContext> context, const Locate &locate) {
  // Gone before its context.
  std::unique_ptr<llvm::Module> module = std::move(given);
  auto builder = hostMachine();
  if (!builder)
    return builder.takeError();
  auto machine = builder->createTargetMachine();
  if (!machine)
    return machine.takeError();
  module->setDataLayout((*machine)->createDataLayout());
  module->setTargetTriple((*machine)->getTargetTriple().str());
  auto impl = std::make_unique<braid::emu::Module::Impl>();
  auto program = Rewriter(*module, locate).run();
  if (!program)
    return program.takeError();
  impl->program = std::move(*program);
  impl->alone.resize(impl->program.kernels.size());
  std::string problem;
  raw_string_ostream problems(problem);
  if (verifyModule(*module, &problems))
    return createStringError("the emulator made invalid code: " + problem);
  std::vector<std::pair<std::string, size_t>> sizes;
  std::vector<bool> constant;
  for (const std::string &name : impl->program.globals) {
    GlobalVariable *global = module->getGlobalVariable(name);
    sizes.push_back({name, module->getDataLayout().getTypeAllocSize(global->getValueType())});
    constant.push_back(global->isConstant());
  }
  optimise(*module);

  auto jit = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*builder)).create();
  if (!jit)
    return jit.takeError();
  impl->jit = std::move(*jit);
  orc::JITDylib &library = impl->jit->getMainJITDylib();
  orc::SymbolMap symbols;
  for (auto *list : {&runtimeSymbols(), &mathSymbols()})
    for (const RuntimeSymbol &symbol : *list)
      symbols[impl->jit->mangleAndIntern(symbol.name)] = {orc::ExecutorAddr::fromPtr(symbol.address),
                                                          JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  if (Error error = library.define(orc::absoluteSymbols(std::move(symbols))))
    return std::move(error);
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(impl->jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  if (Error error = impl->jit->addIRModule(orc::ThreadSafeModule(std::move(module), std::move(context))))
    return std::move(error);
  for (size_t i = 0; i < sizes.size(); ++i) {
    auto address = impl->jit->lookup(sizes[i].first);
    if (!address) {
      // The optimiser found no use of it.
      consumeError(address.takeError());
      continue;
    }
    auto buffer = std::make_unique<Buffer>();
    buffer->name = "global variable " + sizes[i].first;
    buffer->base = address->toPtr<uint8_t *>();
    buffer->size = sizes[i].second;
    buffer->constant = constant[i];
    buffer->index = Buffer::uncounted;
    impl->globals.push_back(std::move(buffer));
  }
  return std::move(impl);
}

Expected<std::unique_ptr<braid::emu::Module>> braid::emu::Module::load(mlir::Operation *module) {
  auto context = std::make_unique<LLVMContext>();
  auto translated = translate(module, *context);
  if (!translated)
    return translated.takeError();
  auto locate = [&](const Instruction &at) -> std::string {
    const DebugLoc &place = at.getDebugLoc();
    unsigned number = place ? place.getLine() : 0;
    if (number && number <= translated->locations.size())
      return translated->locations[number - 1];
    return "in " + at.getFunction()->getName().str();
  };
  auto impl = compile(std::move(translated->module), std::move(context), locate);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<Module>(new Module(std::move(*impl)));
}

Expected<std::unique_ptr<braid::emu::Module>> braid::emu::Module::loadIR(StringRef data, StringRef name) {
  auto context = std::make_unique<LLVMContext>();
  SMDiagnostic diagnostic;
  auto module = parseIR(MemoryBufferRef(data, name), diagnostic, *context);
  if (!module)
    return createStringError(name + ":" + Twine(diagnostic.getLineNo()) +
                             ": neither LLVM bitcode nor LLVM IR: " + diagnostic.getMessage());
  auto locate = [&](const Instruction &at) -> std::string {
    if (const DebugLoc &place = at.getDebugLoc())
      return (place->getFilename() + ":" + Twine(place.getLine()) + ":" + Twine(place.getCol())).str();
    return "in " + at.getFunction()->getName().str();
  };
  auto impl = compile(std::move(module), std::move(context), locate);
  if (!impl)
    return impl.takeError();
  return std::unique_ptr<Module>(new Module(std::move(*impl)));
}

std::vector<std::string> braid::emu::Module::kernels() const {
  std::vector<std::string> names;
  for (const Kernel &kernel : impl->program.kernels)
    names.push_back(kernel.name);
  return names;
}

Expected<std::vector<std::string>> braid::emu::Module::parameters(StringRef name) const {
  const Kernel *kernel = impl->find(name);
  if (!kernel)
    return impl->unknownKernel(name);
  return kernel->parameters;
}

Expected<std::pair<void *, size_t>> braid::emu::Module::global(StringRef name) const {
  for (const auto &buffer : impl->globals)
    if (buffer->name == ("global variable " + name).str())
      return std::pair<void *, size_t>(buffer->base, buffer->size);
  return createStringError("no global variable is called '" + name + "'");
}

Expected<LaunchResult> braid::emu::Module::launch(StringRef name, Dim3 grid, Dim3 block, size_t sharedBytes,
                                                  ArrayRef<void *> args, Memory &memory, const Options &options) {
  const Kernel *kernel = impl->find(name);
  if (!kernel)
    return impl->unknownKernel(name);
  auto refuse = [&](Twine message) { return createStringError("kernel " + name + ": " + message); };
  if (args.size() != kernel->parameters.size())
    return refuse(Twine(args.size()) + " arguments for " + Twine(kernel->parameters.size()) + " parameters");
  if (!grid.count() || !block.count())
    return refuse("an empty launch: grid " + text(grid) + ", block " + text(block));
  if (block.count() > 1024 || block.z > 64)
    return refuse("a block of " + text(block) + " threads: at most 1024, and 64 along z");
  if (grid.y > 65535 || grid.z > 65535 || grid.x > 0x7fffffff)
    return refuse("a grid of " + text(grid) + " blocks: at most 65535 along y and z");
  constexpr uint64_t most = uint64_t(1) << 28; // each has its turn in a list
  if (grid.count() > most)
    return refuse("a grid of " + text(grid) + " blocks: the emulator runs at most " + Twine(most));
  if (kernel->maxThreads && block.count() > kernel->maxThreads)
    return refuse("a block of " + Twine(block.count()) + " threads, compiled for at most " + Twine(kernel->maxThreads));
  if (auto required = kernel->required;
      required && (required->x != block.x || required->y != block.y || required->z != block.z))
    return refuse("a block of " + text(block) + ", compiled for " + text(*required));
  size_t shared = sharedBytes;
  for (const SharedVariable &variable : impl->program.shared)
    shared += variable.size;
  if (shared > options.sharedLimit)
    return refuse(Twine(shared) + " bytes of shared memory, of which a block has " + Twine(options.sharedLimit));
  if (options.checks & CheckRaces && grid.count() > Stamp::maxBlock)
    return refuse("more than " + Twine(Stamp::maxBlock) + " blocks; switch the check of races off");

  auto entry = impl->jit->lookup(kernel->entry);
  if (!entry)
    return entry.takeError();
  KernelInfo info;
  info.name = kernel->name;
  info.entry = entry->toPtr<void (*)(void *const *)>();
  info.sites = &impl->program.sites;
  info.shared = &impl->program.shared;
  info.dynamicOffset = impl->program.dynamicOffset;
  for (const auto &buffer : impl->globals)
    info.globals.push_back(buffer.get());
  return runLaunch(info, grid, block, sharedBytes, args, memory, options,
                   impl->alone[size_t(kernel - impl->program.kernels.data())]);
}
