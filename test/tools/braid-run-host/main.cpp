//===- main.cpp - braid-run-host: runs planned programs, for tests --------===//
//
// Compiles a module of row kernels and planned host functions, binds the externals
// to random numbers or to tensors from a file, runs a function and prints what it
// wrote. With --check the same is computed by the interpreter and compared.
//
//===----------------------------------------------------------------------===//

#include "Pieces.h"
#include "Ragged.h"
#include "braid/IO/SafeTensors.h"
#include "braid/Interpreter/RowInterpreter.h"
#include "braid/Support/ModuleFile.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SourceMgr.h"
#include <chrono>
#include <cmath>
#include <cstring>
#include <random>

using namespace llvm;

static cl::opt<std::string> inputFile(cl::Positional, cl::desc("<module>"), cl::Required);
static cl::opt<std::string> functionName("function", cl::desc("the host.func to run"));
static cl::opt<int64_t> batch("batch", cl::init(1)), timeSteps("time", cl::init(4));
static cl::opt<unsigned> randomSeed("random-seed", cl::desc("of the externals that no file gives"), cl::init(1));
static cl::opt<double> randomScale("random-scale", cl::desc("standard deviation of random numbers"), cl::init(1.0));
static cl::opt<int64_t> ids("ids", cl::desc("random ids lie in [-1, ids)"), cl::init(8));
static cl::opt<std::string> inputs("inputs", cl::desc("tensors by the names of externals"));
static cl::opt<std::string> outputFile("o", cl::desc("write all externals after the run"));
static cl::opt<bool> check("check", cl::desc("compare with the interpreter"));
static cl::opt<double> tolerance("tolerance", cl::desc("of the comparison, relative to the largest number of a buffer"),
                                 cl::init(1e-5));
static cl::opt<double> ulps("ulps", cl::desc("compare number by number instead, in units of the last place"),
                            cl::init(0));
static cl::opt<int> threads("num-threads", cl::init(0));
static cl::opt<int> repeat("repeat", cl::desc("run so often; print the shortest time"), cl::init(1));
static cl::opt<std::string> cpu("mcpu"), dumpDir("dump");
static cl::opt<unsigned>
    ragged("ragged", cl::desc("sequences of lengths and positions drawn from this seed: compare with each alone"));
static cl::opt<unsigned>
    pieces("pieces", cl::desc("@extend in pieces drawn from this seed: compare with @logits and with one piece"));
static cl::opt<int64_t> firstRow("first", cl::desc("the first row at work of every sequence")),
    countRows("count", cl::desc("rows at work of every sequence"), cl::init(-1)),
    startPosition("start", cl::desc("position of the first row of every sequence"));
static cl::opt<bool> printValues("print", cl::desc("print the first numbers of every external that changed"));
static cl::opt<bool> timing("timing");
static cl::opt<std::string> objectFile("object", cl::desc("write an object file instead of running")),
    headerFile("header");

static int fail(const Twine &message) {
  errs() << "error: " << message << '\n';
  return 1;
}

/// The largest difference in units of the last place of the expected number.
static double differenceInUlps(const braid::External &external, const std::vector<uint8_t> &a,
                               const std::vector<uint8_t> &b, size_t numbers) {
  double worst = 0;
  for (size_t i = 0; i < numbers; ++i) {
    float x = toFloat(a, external.dtype, i), y = toFloat(b, external.dtype, i);
    if (x == y || (std::isnan(x) && std::isnan(y)))
      continue;
    double unit = double(std::nextafter(std::fabs(y), INFINITY)) - std::fabs(double(y));
    double error = std::isfinite(x) && std::isfinite(y) ? std::fabs(double(x) - double(y)) / unit : INFINITY;
    // Beside the largest number, infinity is one unit away.
    if (std::isinf(x) != std::isinf(y) && std::fabs(std::isinf(x) ? y : x) > 3.4e38f)
      error = 1;
    worst = std::max(worst, error);
  }
  return worst;
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Runs planned programs on random numbers\n");
  mlir::DialectRegistry registry;
  registry
      .insert<braid::lang::BraidDialect, braid::row::RowDialect, braid::host::HostDialect, mlir::LLVM::LLVMDialect>();
  mlir::MLIRContext context(registry);
  auto text = braid::readModuleFile(inputFile);
  if (!text)
    return fail(toString(text.takeError()));
  auto module = mlir::parseSourceString<mlir::ModuleOp>((*text)->getBuffer(), &context, inputFile);
  if (!module)
    return 1;
  mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
  braid::EngineOptions options;
  options.threads = threads;
  options.cpu = cpu;
  options.dumpDir = dumpDir;
  if (!objectFile.empty()) {
    if (Error error = braid::writeObject(*module, options, objectFile, headerFile))
      return fail(toString(std::move(error)));
    return 0;
  }
  auto program = braid::Program::compile(*module, options);
  if (!program)
    return fail(toString(program.takeError()));
  const braid::FunctionInfo *function = (*program)->find(functionName);
  if (!function)
    return fail("there is no function '" + functionName + "'");

  braid::rt::TensorFile given;
  if (!inputs.empty()) {
    auto file = braid::rt::readSafeTensors(inputs);
    if (!file)
      return fail(file.message());
    given = std::move(*file);
  }
  Memory memory;
  std::mt19937_64 random(randomSeed);
  std::normal_distribution<float> normal(0, float(randomScale));
  int64_t tokens = batch * timeSteps;
  for (const braid::External &external : function->externals) {
    std::vector<uint8_t> &bytes = memory[external.name()];
    bytes.resize(external.bytes(tokens));
    size_t numbers = external.numbers * (external.perToken ? tokens : 1);
    auto tensor = given.tensors.find(external.name());
    std::vector<float> values;
    if (tensor != given.tensors.end()) {
      values = tensor->second.toFloats();
      if (values.size() != numbers)
        return fail("'" + external.name() + "' has " + Twine(numbers) + " numbers, not " + Twine(values.size()));
    }
    for (size_t i = 0; i < numbers; ++i)
      fromFloat(bytes, external.dtype, i,
                !values.empty()               ? values[i]
                : external.dtype == BRAID_I32 ? float(int64_t(random() % uint64_t(ids + 1)) - 1)
                                              : normal(random));
  }
  Memory before = memory;

  braid::RunRequest request;
  request.function = functionName;
  request.batch = batch;
  request.time = timeSteps;
  request.externals = addressesOf(*function, memory);
  if (ragged)
    return checkRagged(**program, *function, before, batch, timeSteps, ragged, tolerance);
  if (pieces)
    return checkPieces(**program, *function, before, batch, timeSteps, pieces, tolerance);
  std::vector<int64_t> starts(size_t(batch), startPosition), firsts(size_t(batch), firstRow),
      counts(size_t(batch), countRows < 0 ? timeSteps - firstRow : int64_t(countRows));
  braid_rows rows = {timeSteps, starts.data(), firsts.data(), counts.data()};
  request.rows = &rows;
  // What remembers goes on from run to run.
  std::unique_ptr<braid::rt::State> state = (*program)->makeState(functionName, batch);
  if (!state->parts().empty())
    request.state = state.get();
  double best = INFINITY;
  (*program)->setTiming(timing);
  for (int i = 0; i < repeat; ++i) {
    if (i == 1) // the first run touches memory for the first time
      (*program)->setTiming(timing);
    if (repeat > 1)
      for (auto &[name, bytes] : memory)
        std::memcpy(bytes.data(), before[name].data(), bytes.size());
    auto start = std::chrono::steady_clock::now();
    if (Error error = (*program)->run(request))
      return fail(toString(std::move(error)));
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  if (timing) {
    for (const braid::Timing &call : (*program)->timings())
      outs() << call.name << ": " << call.calls << " calls, " << format("%.3f ms\n", call.seconds * 1e3);
    outs() << format("compile %.3f s, run %.6f s\n", (*program)->compileSeconds(), best);
  }

  Memory expected = before;
  if (check) {
    auto func = copy->lookupSymbol<braid::host::FuncOp>(functionName);
    if (Error error = braid::interpretProgram(func, batch, timeSteps, addresses(expected)))
      return fail(toString(std::move(error)));
  }
  int failures = 0;
  for (const braid::External &external : function->externals) {
    const std::vector<uint8_t> &bytes = memory[external.name()];
    size_t numbers = external.numbers * (external.perToken ? tokens : 1);
    if (external.past) // in the state
      continue;
    if (check) {
      double error = ulps > 0 ? differenceInUlps(external, bytes, expected[external.name()], numbers)
                              : difference(external, bytes, expected[external.name()], numbers);
      // A number on the edge between two bf16 numbers may fall on either side.
      double allowed = ulps > 0                       ? double(ulps)
                       : external.dtype == BRAID_BF16 ? std::max<double>(tolerance, 1.0 / 128)
                                                      : double(tolerance);
      bool good = error <= allowed;
      failures += !good;
      if (!good || bytes != before[external.name()])
        outs() << (good ? "agrees: " : "DIFFERS: ") << external.name() << format(" (%.2e)\n", error);
    } else if (bytes != before[external.name()]) {
      double sum = 0;
      for (size_t i = 0; i < numbers; ++i)
        sum += toFloat(bytes, external.dtype, i);
      outs() << external.name() << ": " << numbers << " numbers, sum " << format("%.6g\n", sum);
    }
    if (printValues && (bytes != before[external.name()])) {
      outs() << "  " << external.name() << " =";
      for (size_t i = 0; i < std::min<size_t>(numbers, 16); ++i) {
        outs() << format(" %.9g", toFloat(bytes, external.dtype, i));
        if (check && failures)
          outs() << format("/%.9g", toFloat(expected[external.name()], external.dtype, i));
      }
      outs() << '\n';
    }
  }
  if (!outputFile.empty()) {
    braid::rt::TensorFile file;
    for (const braid::External &external : function->externals) {
      size_t numbers = external.numbers * (external.perToken ? tokens : 1);
      std::vector<float> values(numbers);
      for (size_t i = 0; i < numbers; ++i)
        values[i] = toFloat(memory[external.name()], external.dtype, i);
      file.tensors[external.name()] = braid::rt::StoredTensor::of({int64_t(numbers)}, values.data());
    }
    if (braid::rt::Status status = braid::rt::writeSafeTensors(outputFile, file); !status)
      return fail(status.message());
  }
  return failures ? 1 : 0;
}
