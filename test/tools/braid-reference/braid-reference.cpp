//===- braid-reference.cpp - the oracle, on the command line --------------===//
//
// A test tool: evaluates and differentiates functions of a braid module in double
// precision, checks its own derivatives against finite differences, and compares
// files of tensors.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "braid/Reference/Files.h"
#include "braid/Support/ModuleFile.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include <cmath>

using namespace mlir;
using namespace braid;
using namespace braid::ref;
namespace cl = llvm::cl;

static cl::list<std::string> files(cl::Positional, cl::desc("MODULE.mlir, or two tensor files with --compare"));
static cl::opt<std::string> function("function", cl::init("logits"),
                                     cl::desc("logits, loss, grad, init (initial parameters) or any function"));
static cl::opt<std::string> literal("function-literal", cl::desc("interpret this function of the module as it is"));
static cl::alias interpret("interpret", cl::aliasopt(literal), cl::desc("same as --function-literal"));
static cl::opt<bool> tape("tape", cl::desc("differentiate --output of --function by all parameters"));
static cl::opt<std::string> output("output", cl::init("loss"), cl::desc("what --tape differentiates"));
static cl::opt<std::string> paramsFile("params", cl::desc("parameters (default: their initial values)"));
static cl::opt<std::string> inputsFile("inputs", cl::desc("inputs"));
static cl::opt<std::string> randomInputs("random-inputs", cl::desc("B,T: make up inputs of this shape"));
static cl::opt<std::string> outputFile("o", cl::desc("where to write the results (F64)"));
static cl::opt<std::string> saveInputs("save-inputs", cl::desc("where to write the inputs"));
static cl::opt<uint64_t> seed("seed", cl::init(0), cl::desc("for initial values, draws and random inputs"));
static cl::opt<uint32_t> step("step", cl::init(0), cl::desc("step of the optimiser, for draws"));
static cl::opt<uint32_t> firstSequence("first-sequence", cl::init(0),
                                       cl::desc("number of the first sequence, for draws"));
static cl::opt<bool> training("training", cl::desc("dropout takes part (always in gradients)"));
static cl::opt<bool> print("print", cl::desc("print the elements of the results"));
static cl::opt<bool> trace("trace", cl::desc("print the size of every value as it is computed"));
static cl::opt<bool> single("single", cl::desc("round every result of an op to fp32"));
static cl::opt<bool> noRound("no-round", cl::desc("braid.round is the identity"));
static cl::opt<LossFrom>
    lossFrom("loss-from", cl::init(LossFrom::Auto), cl::desc("what loss and grad mean"),
             cl::values(clEnumValN(LossFrom::Auto, "auto", "@loss if there is one, else @logits"),
                        clEnumValN(LossFrom::Function, "loss", "@loss"),
                        clEnumValN(LossFrom::Logits, "logits", "cross-entropy of @logits by the oracle itself")));
static cl::opt<int> differences("finite-differences",
                                cl::desc("check the tape on this many coordinates of every parameter"));
static cl::opt<double> tolerance("tol", cl::init(1e-6), cl::desc("for --finite-differences and --compare"));
static cl::opt<bool> compare("compare", cl::desc("compare two files of tensors"));

static cl::opt<bool> list("list", cl::desc("list the tensors of a file"));

static int fail(const llvm::Twine &message) {
  llvm::errs() << "braid-reference: " << message << "\n";
  return 1;
}
static int fail(llvm::Error error) { return fail(toString(std::move(error))); }

static int compareFiles() {
  if (files.size() != 2)
    return fail("--compare takes two files");
  auto expected = rt::readSafeTensors(files[0]), found = rt::readSafeTensors(files[1]);
  if (!expected || !found)
    return fail(expected ? found.message() : expected.message());
  return compareTensors(*expected, *found, tolerance, llvm::outs()) ? 0 : 1;
}

static int listFile() {
  if (files.size() != 1)
    return fail("--list takes one file");
  auto file = rt::readSafeTensors(files[0]);
  if (!file)
    return fail(file.message());
  for (const auto &[name, tensor] : file->tensors) {
    llvm::outs() << name << " " << rt::nameOf(tensor.dtype) << " [";
    llvm::interleaveComma(tensor.shape, llvm::outs());
    llvm::outs() << "]\n";
  }
  for (const auto &[name, text] : file->metadata)
    llvm::outs() << "metadata " << name << " = " << text << "\n";
  return 0;
}

static llvm::Expected<TensorMap> readParams(ModuleOp module) {
  if (paramsFile.empty()) {
    auto initial = initialParameters(module, seed);
    if (!initial)
      return initial.takeError();
    return toTensors(*initial);
  }
  auto file = rt::readSafeTensors(paramsFile);
  if (!file)
    return llvm::createStringError(llvm::inconvertibleErrorCode(), file.message().c_str());
  return parametersFrom(module, *file);
}

/// `--random-inputs`; false if it is not two sizes.
static bool parseShape(int64_t &batch, int64_t &time) {
  StringRef text = randomInputs;
  return !text.consumeInteger(10, batch) && text.consume_front(",") && !text.getAsInteger(10, time) && batch > 0 &&
         time > 0;
}

static llvm::Expected<TensorMap> readInputs(ModuleOp module, StringRef name, Options &options) {
  if (!randomInputs.empty()) {
    if (!parseShape(options.batch, options.time))
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "--random-inputs wants B,T");
    return makeInputs(module, name, options.batch, options.time, seed);
  }
  if (inputsFile.empty())
    return TensorMap{};
  auto file = rt::readSafeTensors(inputsFile);
  if (!file)
    return llvm::createStringError(llvm::inconvertibleErrorCode(), file.message().c_str());
  return inputsFrom(module, name, *file);
}

static void show(const TensorMap &results) {
  for (const auto &[name, tensor] : results) {
    llvm::outs() << name << " [";
    llvm::interleaveComma(tensor.shape(), llvm::outs());
    llvm::outs() << "]";
    if (print) {
      for (double number : tensor.data)
        llvm::outs() << llvm::format(" %.6g", number);
    } else {
      double squares = 0, sum = 0;
      for (double number : tensor.data) {
        squares += number * number;
        sum += number;
      }
      double count = double(std::max<size_t>(1, tensor.data.size()));
      llvm::outs() << llvm::format(" mean %.6g rms %.6g", sum / count, std::sqrt(squares / count));
    }
    llvm::outs() << "\n";
  }
}

static int runModule() {
  if (files.size() != 1)
    return fail("one module is needed");
  DialectRegistry registry;
  registry.insert<lang::BraidDialect>();
  MLIRContext context(registry);
  auto text = readModuleFile(files[0]);
  if (!text)
    return fail(text.takeError());
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>((*text)->getBuffer(), &context, files[0]);
  if (!module)
    return 1;
  if (function == "init" && literal.empty()) {
    auto initial = initialParameters(*module, seed);
    if (!initial)
      return fail(initial.takeError());
    if (outputFile.empty())
      return show(toTensors(*initial)), 0;
    rt::Status status = rt::writeSafeTensors(outputFile, toFile(*initial));
    return status ? 0 : fail(status.message());
  }

  std::string name = literal.empty() ? function : literal;
  bool isLoss = literal.empty() && !tape && (name == "loss" || name == "grad");
  auto params = readParams(*module);
  if (!params)
    return fail(params.takeError());
  Options options;
  auto inputs = readInputs(*module, isLoss && !module->lookupSymbol(name) ? "logits" : name, options);
  if (!inputs)
    return fail(inputs.takeError());
  if (!saveInputs.empty())
    if (rt::Status status = rt::writeSafeTensors(saveInputs, toFile(*inputs)); !status)
      return fail(status.message());

  options.seed = seed;
  options.step = step;
  options.firstSequence = firstSequence;
  // Differences are taken of what the gradients are of.
  options.training = training || differences > 0;
  options.round = !noRound;
  options.single = single;
  options.lossFrom = lossFrom;
  if (trace)
    options.trace = [](Value value, const Tensor &tensor) {
      double squares = 0;
      for (double number : tensor.data)
        squares += number * number;
      llvm::outs() << (value.getDefiningOp() ? value.getDefiningOp()->getName().getStringRef() : "argument") << " "
                   << value.getType() << llvm::format(" norm %.9g\n", std::sqrt(squares));
    };
  Interpreter interpreter(*module, options);

  if (differences > 0) {
    Differentiable target{interpreter, isLoss ? "" : name, output};
    auto passed = checkDifferences(target, *inputs, *params, differences, tolerance, seed, llvm::outs());
    return passed ? (*passed ? 0 : 1) : fail(passed.takeError());
  }
  auto results = isLoss && name == "loss" ? interpreter.loss(*inputs, *params)
                 : isLoss                 ? interpreter.lossGradients(*inputs, *params)
                 : tape                   ? interpreter.gradients(name, output, *inputs, *params)
                                          : interpreter.run(name, *inputs, *params);
  if (!results)
    return fail(results.takeError());
  if (outputFile.empty() || print)
    show(*results);
  if (!outputFile.empty())
    if (rt::Status status = rt::writeSafeTensors(outputFile, toFile(*results)); !status)
      return fail(status.message());
  return 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "the oracle\n");
  return list ? listFile() : compare ? compareFiles() : runModule();
}
