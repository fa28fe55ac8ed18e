//===- braid-emulate.cpp - GPU kernels on the CPU, checked ----------------===//
//
// Runs a kernel of an MLIR module, or a host program that launches kernels, without a GPU. See
// docs/emulator.md.
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"
#include "braid/Emulator/Mgpu.h"
#include "braid/Support/ModuleFile.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include <new>
#include <unistd.h>

using namespace llvm;
using namespace braid::emu;

static cl::OptionCategory ours("Options");
static cl::opt<std::string> file(cl::Positional, cl::Required, cl::cat(ours),
                                 cl::desc("FILE.mlir, FILE.ll or FILE.bc"));
static cl::opt<std::string> kernel("kernel", cl::cat(ours), cl::desc("the kernel to run (the only one if not given)"));
static cl::opt<std::string> entry("entry", cl::cat(ours),
                                  cl::desc("a host function without arguments to run instead: its launches run here"));
static cl::list<std::string> libraries("shared-libs", cl::CommaSeparated, cl::cat(ours),
                                       cl::desc("libraries that the host function calls (libmlir_runner_utils.so)"));
static cl::opt<std::string> gridText("grid", cl::init("1"), cl::cat(ours), cl::desc("X[,Y[,Z]] blocks"));
static cl::opt<std::string> blockText("block", cl::init("32"), cl::cat(ours), cl::desc("X[,Y[,Z]] threads per block"));
static cl::opt<uint64_t> sharedBytes("shared", cl::init(0), cl::cat(ours), cl::desc("bytes of dynamic shared memory"));
static cl::list<std::string> argumentTexts(
    "arg", cl::cat(ours),
    cl::desc("one argument: f32:1.5, i64:7, null, f32[4x8]=CONTENTS, memref:f32[4x8]=CONTENTS; contents are "
             "iota, random, a number or @FILE, and without them the buffer is unwritten"));
static cl::opt<std::string> checkText("check", cl::init("all"), cl::cat(ours),
                                      cl::desc("all, none or some of bounds,uninit,races,barriers,shuffles"));
static cl::opt<uint64_t> seed("seed", cl::init(0), cl::cat(ours),
                              cl::desc("order of threads and blocks; 0 is the natural one"));
static cl::opt<unsigned>
    jobs("jobs", cl::init(0), cl::cat(ours),
         cl::desc("threads of the CPU that run blocks (one per processor if not given); changes no result"));
static cl::opt<uint64_t> limit("limit", cl::init(Options().limit), cl::cat(ours),
                               cl::desc("instructions in loops that a thread may run before it counts as hanging"));
static cl::opt<unsigned> maxFindings("max-findings", cl::init(8), cl::cat(ours), cl::desc("stop at this many"));
static cl::opt<bool> print("print", cl::cat(ours), cl::desc("print the buffers after the run"));
static cl::opt<bool> counters("counters", cl::cat(ours), cl::desc("print what was counted"));
static cl::opt<bool> list("list", cl::cat(ours), cl::desc("list the kernels and their parameters"));
static cl::opt<bool> emitNVVM("emit-nvvm", cl::cat(ours), cl::desc("print the module as it is executed, and stop"));

/// The exit code for a command line that says nothing, as of the other tools.
static constexpr int wrongUsage = 2;

static int fail(const Twine &message) {
  errs() << "braid-emulate: " << message << "\n";
  return 1;
}
static int fail(Error error) {
  // Findings begin with their location, as compilers' messages do.
  bool finding = error.isA<LaunchError>();
  std::string message = toString(std::move(error));
  bool placed = finding || StringRef(message).contains(": error: ");
  errs() << (placed ? "" : "braid-emulate: ") << message << "\n";
  return 1;
}

static Expected<Dim3> parseDim(StringRef text) {
  Dim3 dim;
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  uint32_t *fields[] = {&dim.x, &dim.y, &dim.z};
  bool good = parts.size() <= 3;
  for (size_t i = 0; good && i < parts.size(); ++i)
    good = !parts[i].getAsInteger(10, *fields[i]) && *fields[i];
  if (!good)
    return createStringError("'" + text + "' is no size: wanted X, X,Y or X,Y,Z");
  return dim;
}

static void printCounters(const Counters &counters) {
  auto traffic = [](Twine name, const Traffic &traffic) {
    outs() << name << ": " << traffic.bytes << " bytes";
    if (traffic.distinctBytes != traffic.bytes)
      outs() << " (" << traffic.distinctBytes << " distinct)";
    outs() << ", " << traffic.requests << " requests, " << traffic.sectors << " sectors (ideal " << traffic.idealSectors
           << ")\n";
  };
  traffic("global loads", counters.loads);
  traffic("global stores", counters.stores);
  for (const Counters::OfBuffer &buffer : counters.buffers) {
    if (buffer.loads.requests)
      traffic("  " + buffer.name + " loads", buffer.loads);
    if (buffer.stores.requests)
      traffic("  " + buffer.name + " stores", buffer.stores);
  }
  outs() << "shared memory: " << counters.sharedBytesLoaded << " bytes loaded, " << counters.sharedBytesStored
         << " bytes stored\n";
  outs() << "barriers: " << counters.barriers << ", warp operations: " << counters.warpOperations
         << ", atomics: " << counters.atomics << "\n";
}

static void printNotes(const LaunchResult &result) {
  for (const Finding &note : result.notes)
    errs() << note.location << ": note: " << note.kind << ": " << note.message << "\n";
}

static int runKernel(braid::emu::Module &module, const Options &options) {
  if (list) {
    for (const std::string &name : module.kernels()) {
      outs() << name << "(";
      auto parameters = module.parameters(name);
      if (!parameters)
        return fail(parameters.takeError());
      interleaveComma(*parameters, outs());
      outs() << ")\n";
    }
    return 0;
  }
  std::vector<std::string> names = module.kernels();
  if (kernel.empty() && names.size() != 1)
    return fail("--kernel is needed: there are " + Twine(names.size()) + " kernels (--list shows them)");
  Memory memory;
  Arguments arguments(memory);
  for (const std::string &text : argumentTexts)
    if (Error error = arguments.add(text))
      return fail(std::move(error));
  auto grid = parseDim(gridText), block = parseDim(blockText);
  if (!grid || !block) {
    fail(joinErrors(grid.takeError(), block.takeError()));
    return wrongUsage;
  }
  auto result = module.launch(kernel.empty() ? names.front() : kernel, *grid, *block, sharedBytes, arguments.pointers(),
                              memory, options);
  if (!result)
    return fail(result.takeError());
  printNotes(*result);
  if (print)
    arguments.print(outs());
  if (counters)
    printCounters(result->counters);
  return 0;
}

static int runMLIR(StringRef text, const Options &options) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  // What `braid compile --emit nvvm` writes has its host functions beside the kernels.
  registry.insert<braid::lang::BraidDialect, braid::row::RowDialect, braid::host::HostDialect>();
  mlir::MLIRContext context(registry);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context, file);
  if (!module)
    return 1;
  if (failed(lowerToNVVM(*module)))
    return fail("the module cannot be lowered to NVVM");
  if (emitNVVM) {
    module->print(outs());
    return 0;
  }
  if (!entry.empty()) {
    MgpuDevice &device = MgpuDevice::get();
    device.options = options;
    device.onLaunch = [](StringRef kernel, const LaunchResult &result) {
      printNotes(result);
      if (counters) {
        outs() << "kernel " << kernel << "\n";
        printCounters(result.counters);
      }
    };
    // Names without a folder are looked for beside LLVM's libraries.
    std::vector<std::string> paths;
    for (const std::string &library : libraries)
      paths.push_back(StringRef(library).contains('/') ? library : BRAID_LLVM_LIBRARIES "/" + library);
    Error error = runHost(*module, entry, paths);
    return error ? fail(std::move(error)) : 0;
  }
  SmallVector<mlir::Operation *> candidates;
  for (auto kernels : module->getOps<mlir::gpu::GPUModuleOp>())
    candidates.push_back(kernels);
  if (candidates.empty())
    candidates.push_back(*module);
  for (mlir::Operation *candidate : candidates) {
    if (candidates.size() > 1 && !kernel.empty() && !mlir::SymbolTable::lookupSymbolIn(candidate, kernel))
      continue;
    auto loaded = braid::emu::Module::load(candidate);
    if (!loaded)
      return fail(loaded.takeError());
    if (int code = runKernel(**loaded, options); code || !list)
      return code;
  }
  return list ? 0 : fail("no kernel is called '" + kernel + "'");
}

[[noreturn]] static void outOfMemory() {
  static const char text[] = "braid-emulate: out of memory; give smaller buffers, or a smaller grid\n";
  (void)!write(2, text, sizeof(text) - 1);
  _exit(1);
}

int main(int argc, char **argv) {
  std::set_new_handler(outOfMemory);
  install_bad_alloc_error_handler([](void *, const char *, bool) { outOfMemory(); });
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(ours); // LLVM's own are still there: --help-hidden
  if (!cl::ParseCommandLineOptions(argc, argv, "runs GPU kernels (NVVM) on the CPU and checks what they do\n", &errs()))
    return wrongUsage;
  Options options;
  auto checks = parseChecks(checkText);
  if (!checks) {
    fail(checks.takeError());
    return wrongUsage;
  }
  options.checks = *checks;
  options.seed = seed;
  options.threads = jobs;
  options.limit = limit;
  options.maxFindings = maxFindings;
  auto text = braid::readModuleFile(file);
  if (!text)
    return fail(text.takeError());
  if (StringRef(file).ends_with(".ll") || StringRef(file).ends_with(".bc")) {
    auto loaded = braid::emu::Module::loadIR((*text)->getBuffer(), file);
    return loaded ? runKernel(**loaded, options) : fail(loaded.takeError());
  }
  return runMLIR((*text)->getBuffer(), options);
}
