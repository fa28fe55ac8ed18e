//===- braid-check-kernels.cpp - GPU kernels on the emulator, for tests ---===//
//
// Compiles every row kernel of a module for a GPU, and the kernels of its scatters, runs them on the
// emulator with all checks on, on random numbers, and compares with the interpreter of rows.
//
//===----------------------------------------------------------------------===//

#include "CompareTraffic.h"
#include "ScatterCheck.h"
#include "braid/Conversion/RowToGPU.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Emulator/Emulator.h"
#include "braid/Engine/RowInterpreter.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace llvm;
using namespace braid;

static cl::opt<std::string> inputFile(cl::Positional, cl::desc("<module>"), cl::Required);
static cl::opt<std::string> onlyKernel("kernel", cl::desc("this kernel alone"));
static cl::opt<int64_t> rowCount("rows", cl::init(5), cl::desc("rows of a launch"));
static cl::opt<int64_t> timeSteps("time", cl::init(3), cl::desc("rows of a sequence"));
static cl::opt<int64_t> dynamicSize("size", cl::init(3), cl::desc("of every dynamic axis"));
static cl::opt<unsigned> blocks("blocks", cl::init(2), cl::desc("of the grid"));
static cl::opt<unsigned> seed("seed", cl::init(1), cl::desc("of the numbers and of the order of threads"));
static cl::opt<double> tolerance("tolerance", cl::init(2e-4), cl::desc("relative to the largest number of a buffer"));
static cl::opt<std::string> ptx("ptx", cl::desc("print PTX for this target instead"));
static cl::opt<bool> checkTraffic("traffic", cl::desc("bytes must be those of the bound; with --verbose they are printed"));
static cl::opt<int64_t> tokens("tokens", cl::init(0), cl::desc("of a scatter (as many as rows if not given)"));
static cl::opt<std::string> code("code", cl::desc("a module in the stage nvvm whose kernels run, in place of those that are compiled here"));
static cl::opt<bool> verbose("verbose", cl::desc("one line for every kernel"));

namespace {

/// One argument twice: on the emulated GPU, and for the interpreter.
struct Tensor {
  row::Storage storage = row::Storage::F32;
  int64_t numbers = 0;
  bool written = false;
  char *device = nullptr;
  std::vector<char> host;
  double sensitivity = 0; ///< how far the result moves when the inputs move by a unit of their last place
  std::string name;

  int64_t width() const { return storage == row::Storage::BF16 ? 2 : 4; }
  double at(const char *base, int64_t i) const {
    if (storage == row::Storage::BF16) {
      uint16_t half;
      std::memcpy(&half, base + 2 * i, 2);
      return bit_cast<float>(uint32_t(half) << 16);
    }
    uint32_t raw;
    std::memcpy(&raw, base + 4 * i, 4);
    return storage == row::Storage::I32 ? double(int32_t(raw)) : double(bit_cast<float>(raw));
  }
  void set(int64_t i, float value) {
    uint32_t raw = storage == row::Storage::I32 ? uint32_t(int32_t(value)) : bit_cast<uint32_t>(value);
    if (storage == row::Storage::BF16)
      raw >>= 16;
    std::memcpy(host.data() + i * width(), &raw, width());
  }
};

class Checker {
public:
  Checker(row::KernelOp kernel, mlir::Operation *function, emu::Module &module) : kernel(kernel), function(function), module(module), random(seed) {
    // What all rows share can be written by one row only.
    for (auto store : kernel.getBody().getOps<row::StoreOp>())
      if (!store.getBuffer().getType().getPerRow())
        rows = 1;
  }
  /// The largest difference, or what went wrong.
  Expected<double> run();
  std::string bytes; ///< what was moved, as text

private:
  Tensor &make(StringRef name, ArrayRef<row::AxisAttr> axes, row::Storage storage, bool perRow, bool isOutput);
  bool isOnlyWritten(mlir::Value argument) const {
    return llvm::all_of(argument.getUsers(), [](mlir::Operation *op) { return isa<row::StoreOp, row::UnstackOp, row::AccumulateOp>(op); });
  }
  Expected<double> compare(const Tensor &tensor);
  /// Interprets the kernel on what the tensors' host sides hold.
  void interpret(std::vector<InterpretedArgument> arguments);

  row::KernelOp kernel;
  mlir::Operation *function;
  emu::Module &module;
  emu::Memory memory;
  int64_t rows = rowCount;
  std::mt19937_64 random;
  std::vector<int64_t> sizes;
  std::vector<std::unique_ptr<Tensor>> tensors;
};

} // namespace

Tensor &Checker::make(StringRef name, ArrayRef<row::AxisAttr> axes, row::Storage storage, bool perRow, bool isOutput) {
  Tensor &tensor = *tensors.emplace_back(std::make_unique<Tensor>());
  tensor.name = name;
  tensor.storage = storage;
  tensor.numbers = row::numElements(kernel, axes, sizes) * (perRow ? rows : 1);
  tensor.written = isOutput;
  size_t bytes = size_t(tensor.numbers * tensor.width());
  tensor.host.resize(bytes);
  tensor.device = static_cast<char *>(memory.allocate(bytes, name));
  std::uniform_real_distribution<float> uniform(0.25f, 1.25f);
  // Saved norms and weights are positive; long vectors have both signs, so that their sums do not grow.
  bool isLong = row::numElements(kernel, axes, sizes) > 32;
  for (int64_t i = 0; i < tensor.numbers && !isOutput; ++i) {
    float number = uniform(random), sign = isLong && random() % 2 ? -1.0f : 1.0f;
    tensor.set(i, storage == row::Storage::I32 ? float(int64_t(random() % 6) - 1) : sign * number);
  }
  if (!isOutput)
    memory.copy(tensor.device, tensor.host.data(), bytes);
  return tensor;
}

Expected<double> Checker::compare(const Tensor &tensor) {
  double largest = 0.02, worst = 0; // of numbers around 1, differences may cancel

  for (int64_t i = 0; i < tensor.numbers; ++i)
    if (double x = tensor.at(tensor.host.data(), i); std::isfinite(x))
      largest = std::max(largest, std::fabs(x));
  for (int64_t i = 0; i < tensor.numbers; ++i) {
    double x = tensor.at(tensor.device, i), y = tensor.at(tensor.host.data(), i);
    if (std::isfinite(x) && std::isfinite(y))
      worst = std::max(worst, std::fabs(x - y) / largest);
    else if (!(x == y || (std::isnan(x) && std::isnan(y))))
      return createStringError(tensor.name + "[" + Twine(i) + "] is " + std::to_string(x) + ", expected " + std::to_string(y));
  }
  // A number on the edge between two bf16 numbers may fall on either side.
  if (tensor.storage == row::Storage::BF16 && worst <= 1.0 / 128)
    return 0.0;
  // So may one inside the kernel.
  bool rounds = llvm::any_of(kernel.getBody().getOps<row::RoundOp>(), [](row::RoundOp op) { return op.getStorage() == row::Storage::BF16; });
  if (!(worst <= tolerance * (rounds ? 20 : 1) + 16 * tensor.sensitivity / largest))
    return createStringError(tensor.name + " differs by " + std::to_string(worst));
  return worst;
}

void Checker::interpret(std::vector<InterpretedArgument> arguments) {
  interpretRows(kernel, sizes, arguments, 0, rows, timeSteps);
  for (InterpretedArgument &argument : arguments)
    for (size_t j = 0; j < argument.sum.size(); ++j) {
      float x = float(argument.sum[j]);
      std::memcpy(argument.base + 4 * j, &x, 4);
    }
}

Expected<double> Checker::run() {
  for (size_t i = 0; i < kernel.getDynamic().size(); ++i)
    sizes.push_back(dynamicSize);
  for (int64_t i = 0; i < kernel.numStreams(); ++i)
    sizes.push_back(int64_t(random()));
  auto shape = row::launchShape(function, sizes);
  if (!shape)
    return shape.takeError();
  int64_t groups = shape->rowsPerBlock * blocks, partials = row::partialSums(*shape, blocks);

  std::vector<InterpretedArgument> interpreted(kernel.getBody().getNumArguments());
  std::vector<void *> pointers;
  std::vector<std::pair<Tensor *, void *>> sums;
  for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
    InterpretedArgument &target = interpreted[argument.getArgNumber()];
    std::string name = "argument " + std::to_string(argument.getArgNumber());
    bool isOutput = isOnlyWritten(argument);
    if (auto buffer = dyn_cast<row::BufferType>(argument.getType())) {
      Tensor &tensor = make(name, buffer.getAxes(), buffer.getStorage(), buffer.getPerRow(), isOutput);
      target.base = tensor.host.data();
      auto sum = llvm::find_if(shape->sums, [&](auto &each) { return each.first == int64_t(argument.getArgNumber()); });
      pointers.push_back(tensor.device);
      if (sum != shape->sums.end()) {
        pointers.back() = memory.allocate(size_t(row::sumStride(sum->second) * partials), name + "'s partial sums");
        sums.push_back({&tensor, pointers.back()});
      }
      continue;
    }
    auto list = cast<row::ListType>(argument.getType());
    std::vector<braid_entry> entries;
    for (int64_t i = 0; i < dynamicSize; ++i) {
      bool shared = !isOutput && llvm::all_of(argument.getUsers(), [](mlir::Operation *op) { return isa<row::StackOp>(op); }) && i % 3 == 2;
      Tensor &tensor = make(name + "'s entry " + std::to_string(i), list.getAxes(), list.getStorage(), !shared, isOutput);
      int64_t bytes = shared ? 0 : row::numElements(kernel, list.getAxes(), sizes) * tensor.width();
      entries.push_back({tensor.device, bytes});
      target.entries.push_back({tensor.host.data(), bytes});
    }
    pointers.push_back(memory.allocate(entries.size() * sizeof(braid_entry), name));
    memory.copy(pointers.back(), entries.data(), entries.size() * sizeof(braid_entry));
  }
  std::vector<int64_t> numbers = sizes;
  numbers.push_back(rows);
  numbers.push_back(timeSteps);
  void *workspace = shape->workspaceBytes ? memory.allocate(size_t(shape->workspaceBytes * groups), "workspace") : nullptr;
  std::vector<void *> arguments;
  for (void *&pointer : pointers)
    arguments.push_back(&pointer);
  for (int64_t &number : numbers)
    arguments.push_back(&number);
  arguments.push_back(&workspace);

  emu::Options options;
  options.seed = seed;
  auto launched = module.launch(mlir::SymbolTable::getSymbolName(function), {blocks, 1, 1}, {uint32_t(shape->threads), 1, 1}, size_t(shape->sharedBytes), arguments, memory, options);
  if (!launched)
    return launched.takeError();
  if (!launched->notes.empty())
    return createStringError(launched->notes.front().text());
  if (checkTraffic) {
    auto text = compareTraffic({function, SmallVector<int64_t>(sizes.begin(), sizes.end()), rows, blocks, *shape, &launched->counters});
    if (!text)
      return text.takeError();
    bytes = std::move(*text);
  }
  for (auto [tensor, from] : sums) {
    void *out = tensor->device;
    void *sumArguments[] = {&from, &out, &tensor->numbers, &partials};
    auto summed = module.launch(row::sumKernelName, {1, 1, 1}, {64, 1, 1}, 0, sumArguments, memory, options);
    if (!summed)
      return summed.takeError();
  }

  // Once with every number moved a little: what is lost to cancellation there, no fp32 code can have.
  std::vector<std::vector<char>> before, moved;
  for (auto &tensor : tensors) {
    before.push_back(tensor->host);
    for (int64_t i = 0; i < tensor->numbers && tensor->storage == row::Storage::F32 && !tensor->written; ++i)
      tensor->set(i, float(tensor->at(tensor->host.data(), i)) * (random() % 2 ? 1 + 0x1p-23f : 1 - 0x1p-23f));
  }
  interpret(interpreted);
  for (auto [tensor, bytes] : llvm::zip(tensors, before)) {
    moved.push_back(tensor->host);
    std::memcpy(tensor->host.data(), bytes.data(), bytes.size());
  }
  interpret(interpreted);
  for (auto [tensor, bytes] : llvm::zip(tensors, moved))
    for (int64_t i = 0; i < tensor->numbers; ++i)
      if (double error = std::fabs(tensor->at(bytes.data(), i) - tensor->at(tensor->host.data(), i)); std::isfinite(error) && tensor->written)
        tensor->sensitivity = std::max(tensor->sensitivity, error);
  double worst = 0;
  for (auto &tensor : tensors) {
    auto error = compare(*tensor);
    if (!error)
      return error.takeError();
    worst = std::max(worst, *error);
  }
  return worst;
}

static int fail(Error error) {
  errs() << "error: " << toString(std::move(error)) << "\n";
  return 1;
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Runs GPU row kernels on the emulator against the interpreter\n");
  mlir::DialectRegistry registry;
  registry.insert<ir::BraidDialect, row::RowDialect, host::HostDialect>();
  emu::registerDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(inputFile, &context);
  if (!module)
    return 1;
  mlir::OwningOpRef<mlir::ModuleOp> lowered = module->clone();
  mlir::PassManager manager(&context);
  manager.addPass(row::createConvertRowToNVVMPass());
  if (failed(manager.run(*lowered)))
    return 1;
  if (!code.empty() && !(lowered = mlir::parseSourceFile<mlir::ModuleOp>(code, &context)))
    return 1;
  mlir::Operation *device = lowered->lookupSymbol(row::deviceModuleName);
  if (!device)
    return fail(createStringError("there are no row kernels in " + inputFile));
  if (!ptx.empty()) {
    auto target = row::parseGpuTarget(ptx);
    if (!target)
      return fail(target.takeError());
    auto text = row::translateToPTX(device, *target);
    if (!text)
      return fail(text.takeError());
    outs() << *text;
    return 0;
  }
  auto loaded = emu::Module::load(device);
  if (!loaded)
    return fail(loaded.takeError());
  int failures = 0, count = 0;
  double worst = 0;
  for (auto kernel : module->getOps<row::KernelOp>()) {
    if (!onlyKernel.empty() && kernel.getSymName() != onlyKernel)
      continue;
    for (std::string name : {kernel.getSymName().str(), (kernel.getSymName() + row::fewSuffix).str()}) {
      mlir::Operation *function = mlir::SymbolTable::lookupSymbolIn(device, name);
      if (!function)
        continue;
      ++count;
      Checker checker(kernel, function, **loaded);
      auto error = checker.run();
      if (!error) {
        ++failures;
        errs() << "error: kernel " << name << ": " << toString(error.takeError()) << "\n";
        continue;
      }
      worst = std::max(worst, *error);
      if (verbose)
        outs() << name << ": " << format("%.2g ", *error) << checker.bytes << "\n";
    }
  }
  module->walk([&](host::ScatterOp scatter) {
    if (!onlyKernel.empty() && onlyKernel != "scatter")
      return;
    ++count;
    auto error = checkScatter(scatter, device, tokens ? tokens : rowCount, seed);
    if (!error) {
      ++failures;
      errs() << "error: scatter into " << scatter.getRows() << " rows: " << toString(error.takeError()) << "\n";
      return;
    }
    worst = std::max(worst, *error);
    if (verbose)
      outs() << "scatter: " << format("%.2g\n", *error);
  });
  outs() << count << " kernels, " << failures << " wrong, largest difference " << format("%.2g\n", worst);
  return failures || !count;
}
