//===- Program.cpp - a compiled model, ready to run on the CPU ------------===//

#include "braid/Engine/Program.h"
#include "Arena.h"
#include "CodeGen.h"
#include "braid/Conversion/HostToLLVM.h"
#include "braid/Runtime/Context.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include <chrono>
#include <thread>

using namespace llvm;
using namespace braid;

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const FunctionInfo *Program::find(StringRef name) const {
  for (const FunctionInfo &function : functions())
    if (function.name == name)
      return &function;
  return nullptr;
}

namespace {

using Entry = int32_t (*)(braid_context *);

class JITProgram : public Program {
public:
  JITProgram(const EngineOptions &options) : context(options.threads) {}
  Error build(mlir::ModuleOp module, const EngineOptions &options);

  const std::vector<FunctionInfo> &functions() const override { return infos; }
  Error run(const RunRequest &request) override;
  void setTiming(bool on) override { context.setTiming(on); }
  std::vector<Timing> timings() const override;
  double compileSeconds() const override { return seconds; }
  int threads() const override { return context.threads(); }

private:
  Error load(std::vector<SmallVector<char, 0>> objects);

  rt::Context context;
  Arena tokenArena, fixedArena;
  std::vector<FunctionInfo> infos;
  std::vector<Entry> entries;
  std::unique_ptr<orc::LLJIT> jit;
  double seconds = 0;
};

} // namespace

/// Compiles all parts, the first in this thread.
static Expected<std::vector<SmallVector<char, 0>>> compileParts(std::vector<Part> &parts, const EngineOptions &options,
                                                                bool threaded) {
  std::vector<std::optional<Expected<SmallVector<char, 0>>>> results(parts.size());
  auto work = [&](size_t i) { results[i].emplace(compilePart(parts[i], options)); };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < parts.size(); ++i)
    if (threaded)
      threads.emplace_back(work, i);
    else
      work(i);
  work(0);
  for (std::thread &thread : threads)
    thread.join();
  Error error = Error::success();
  std::vector<SmallVector<char, 0>> objects;
  for (auto &result : results)
    if (*result)
      objects.push_back(std::move(**result));
    else
      error = joinErrors(std::move(error), result->takeError());
  if (error)
    return std::move(error);
  return objects;
}

Error JITProgram::build(mlir::ModuleOp module, const EngineOptions &options) {
  double start = now();
  if (Error error = lower(module, options))
    return error;
  infos = describe(module);
  initializeTarget();
  bool threaded = module.getContext()->isMultithreadingEnabled() && std::thread::hardware_concurrency() > 1;
  std::vector<Part> parts = split(module, threaded ? std::min(4u, std::thread::hardware_concurrency()) : 1);
  auto objects = compileParts(parts, options, threaded);
  if (!objects)
    return objects.takeError();
  if (Error error = load(std::move(*objects)))
    return error;
  seconds = now() - start;
  return Error::success();
}

Error JITProgram::load(std::vector<SmallVector<char, 0>> objects) {
  auto made = orc::LLJITBuilder().create();
  if (!made)
    return made.takeError();
  jit = std::move(*made);
  orc::JITDylib &library = jit->getMainJITDylib();
  orc::SymbolMap symbols;
  auto define = [&](const char *name, auto *address) {
    symbols[jit->mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address),
                                           JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  };
  define("braid_launch", &braid_launch);
  define("braid_matmul", &braid_matmul);
  define("braid_attend", &braid_attend);
  define("braid_attend_grad", &braid_attend_grad);
  define("braid_scatter", &braid_scatter);
  define("braid_failed_at", &braid_failed_at);
  if (Error error = library.define(orc::absoluteSymbols(std::move(symbols))))
    return error;
  // memset, memcpy and the like, should the code generator want them.
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  for (SmallVector<char, 0> &object : objects)
    if (Error error = jit->addObjectFile(std::make_unique<SmallVectorMemoryBuffer>(std::move(object), "braid", false)))
      return error;
  for (const FunctionInfo &function : infos) {
    auto address = jit->lookup(host::functionName(function.name));
    if (!address)
      return address.takeError();
    entries.push_back(address->toPtr<Entry>());
  }
  return Error::success();
}

Error JITProgram::run(const RunRequest &request) {
  const FunctionInfo *function = find(request.function);
  auto fail = [](const Twine &text) { return createStringError(inconvertibleErrorCode(), text); };
  if (!function)
    return fail("the program has no function '" + Twine(request.function) + "'");
  if (request.batch < 1 || request.time < 1)
    return fail("batch and time are at least 1");
  context.clearMessage();
  if (context.checkTime(function->name, function->positions, request.time))
    return fail(context.message());
  braid_context abi = context.contextFor(request.batch, request.time);
  std::vector<void *> externals;
  for (const External &external : function->externals) {
    auto found = request.externals.find(external.name);
    if (found == request.externals.end() || !found->second)
      return fail("'" + Twine(request.function) + "' needs '" + external.name + "', which is not bound");
    externals.push_back(found->second);
  }
  abi.external = externals.data();
  abi.seed = request.seed;
  abi.step = request.step;
  abi.token_arena = tokenArena.get(size_t(function->tokenBytes) * size_t(abi.padded_tokens));
  abi.fixed_arena = fixedArena.get(size_t(function->fixedBytes));
  if (!abi.token_arena || !abi.fixed_arena)
    return fail("out of memory: '" + Twine(request.function) + "' needs " + Twine(function->tokenBytes) +
                " bytes a token for " + Twine(abi.padded_tokens) + " tokens, and " + Twine(function->fixedBytes) +
                " bytes");
  if (entries[function - infos.data()](&abi))
    return fail(context.message());
  return Error::success();
}

std::vector<Timing> JITProgram::timings() const {
  std::vector<Timing> result;
  for (const rt::CallTime &call : context.times())
    result.push_back({std::string(call.kind) + " " + call.name, call.seconds, call.calls, call.flops});
  return result;
}

Expected<std::unique_ptr<Program>> Program::compile(mlir::ModuleOp module, const EngineOptions &options) {
  auto program = std::make_unique<JITProgram>(options);
  if (Error error = program->build(module, options))
    return std::move(error);
  return std::unique_ptr<Program>(std::move(program));
}
