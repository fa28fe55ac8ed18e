//===- Program.cpp - a compiled model, ready to run on the CPU ------------===//

#include "braid/Engine/Program.h"
#include "CodeGen.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Runtime/Runner.h"
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

class JITProgram : public Program {
public:
  JITProgram(const EngineOptions &options) : runner(options.threads) {}
  Error build(mlir::ModuleOp module, const EngineOptions &options);

  const std::vector<FunctionInfo> &functions() const override { return infos; }
  Error run(const RunRequest &request) override;
  std::unique_ptr<rt::State> makeState(StringRef function, int64_t batch) const override;
  void setTiming(bool on) override { runner.context().setTiming(on); }
  std::vector<Timing> timings() const override;
  double compileSeconds() const override { return seconds; }
  int threads() const override { return runner.context().threads(); }

private:
  Error load(std::vector<SmallVector<char, 0>> objects);

  /// A program with the addresses of its kernels.
  struct Loaded {
    host::ProgramData data;
    std::vector<braid_kernel> kernels;
    braid_program program;
  };

  rt::Runner runner;
  std::vector<FunctionInfo> infos;
  std::vector<Loaded> loaded; ///< in the order of infos
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
  auto programs = lower(module, options, /*constants=*/false);
  if (!programs)
    return programs.takeError();
  for (host::ProgramData &program : *programs) {
    infos.push_back(describe(program));
    loaded.push_back(Loaded{std::move(program), {}, {}});
  }
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
  // memset, memcpy and the like, should the code generator want them.
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  for (SmallVector<char, 0> &object : objects)
    if (Error error = jit->addObjectFile(std::make_unique<SmallVectorMemoryBuffer>(std::move(object), "braid", false)))
      return error;
  for (Loaded &each : loaded) {
    for (const std::string &kernel : each.data.kernels) {
      auto address = jit->lookup(row::functionName(kernel));
      if (!address)
        return address.takeError();
      each.kernels.push_back(address->toPtr<braid_kernel>());
    }
    each.program = each.data.view(each.kernels.data());
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
  if (request.externals.size() != function->externals.size())
    return fail("'" + Twine(request.function) + "' has " + Twine(function->externals.size()) + " externals, not " +
                Twine(request.externals.size()));
  for (auto [external, memory] : zip(function->externals, request.externals))
    if (!memory && !external.past)
      return fail("'" + Twine(request.function) + "' needs '" + external.name() + "', which is not bound");
  rt::AllRows all(request.batch, request.time);
  const braid_program &program = loaded[function - infos.data()].program;
  rt::Run run = {request.batch, request.rows ? *request.rows : braid_rows(all), request.seed, request.step,
                 request.externals.data()};
  if (request.state ? request.state->run(runner, program, run) : runner.run(program, run))
    return fail(runner.context().message());
  return Error::success();
}

std::unique_ptr<rt::State> JITProgram::makeState(StringRef name, int64_t batch) const {
  const FunctionInfo *function = find(name);
  return function ? std::make_unique<rt::State>(loaded[function - infos.data()].program, batch) : nullptr;
}

std::vector<Timing> JITProgram::timings() const {
  std::vector<Timing> result;
  for (const rt::CallTime &call : runner.context().times())
    result.push_back({std::string(call.kind) + " " + call.name, call.seconds, call.calls, call.flops});
  return result;
}

Expected<std::unique_ptr<Program>> Program::compile(mlir::ModuleOp module, const EngineOptions &options) {
  auto program = std::make_unique<JITProgram>(options);
  if (Error error = program->build(module, options))
    return std::move(error);
  return std::unique_ptr<Program>(std::move(program));
}
