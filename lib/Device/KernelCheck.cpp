//===- KernelCheck.cpp - row kernels against the interpreter --------------===//

#include "braid/Device/KernelCheck.h"
#include "CheckedTensor.h"
#include "HostMemory.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Device/RowLaunch.h"
#include "braid/Engine/RowInterpreter.h"
#include "mlir/Pass/PassManager.h"
#include <cmath>
#include <cstring>

using namespace braid;
using namespace braid::dev;

namespace {

/// One kernel with arguments for both sides.
class Check {
public:
  /// `scale`: of the inputs that have both signs.
  Check(row::KernelOp kernel, const KernelCheckOptions &options, Device &device, float scale)
      : kernel(kernel), options(options), device(device), scale(scale), random(options.seed) {
    // What all rows share can be written by one row only.
    rows = options.rows;
    for (auto store : kernel.getBody().getOps<row::StoreOp>())
      if (!store.getBuffer().getType().getPerRow())
        rows = 1;
    for (size_t i = 0; i < kernel.getDynamic().size(); ++i)
      sizes.push_back(options.size);
    for (int64_t i = 0; i < kernel.numStreams(); ++i)
      sizes.push_back(int64_t(random()));
  }
  llvm::Error run(mlir::Operation *function, dev::Module &module);
  llvm::Error compare(KernelCheckResult &result);

  int64_t rows = 1, width = 1;
  std::string remark;

private:
  void makeArguments();
  CheckedTensor &make(std::string name, llvm::ArrayRef<row::AxisAttr> axes, row::Storage storage, bool perRow, bool isOutput);
  void interpret(bool single);
  std::vector<std::vector<char>> interpretAside(bool single, bool moved);
  void allow(const std::vector<std::vector<char>> &a, const std::vector<std::vector<char>> &b, double weight);
  void measureSensitivity();
  void measureArithmetic();
  llvm::Error compareTensors(KernelCheckResult &result);
  int64_t blocks(int64_t rowsPerBlock) const {
    int64_t wanted = (rows + rowsPerBlock - 1) / rowsPerBlock;
    return options.blocks ? options.blocks : std::clamp<int64_t>(wanted, 2, std::max(2, device.properties().multiprocessors));
  }

  row::KernelOp kernel;
  const KernelCheckOptions &options;
  Device &device;
  float scale;
  std::mt19937_64 random;
  int64_t hostBytes = 0, hostLimit = hostMemory(); ///< what the comparison takes; what there is
  llvm::SmallVector<int64_t> sizes;
  std::vector<std::unique_ptr<CheckedTensor>> tensors;
  /// By argument: its tensors' numbers; of a list, with their bytes from row to row.
  struct Argument {
    bool isList = false;
    std::vector<std::pair<size_t, int64_t>> tensors;
  };
  std::vector<Argument> arguments;
};

} // namespace

static bool isOnlyWritten(mlir::Value argument) {
  return llvm::all_of(argument.getUsers(), [](mlir::Operation *op) { return llvm::isa<row::StoreOp, row::UnstackOp, row::AccumulateOp>(op); });
}

CheckedTensor &Check::make(std::string name, llvm::ArrayRef<row::AxisAttr> axes, row::Storage storage, bool perRow, bool isOutput) {
  int64_t inRow = row::numElements(kernel, axes, sizes);
  width = std::max(width, inRow);
  int64_t numbers = inRow * (perRow ? rows : 1);
  // What is expected, what the device computes, and what it would be from inputs moved a little.
  if ((hostBytes += 3 * 4 * numbers) > hostLimit)
    numbers = 0;
  auto &tensor = *tensors.emplace_back(std::make_unique<CheckedTensor>(std::move(name), storage, numbers, isOutput));
  if (!isOutput)
    tensor.randomise(random, inRow > 32, scale);
  return tensor;
}

void Check::makeArguments() {
  for (mlir::BlockArgument argument : kernel.getBody().getArguments()) {
    std::string name = "argument " + std::to_string(argument.getArgNumber());
    bool isOutput = isOnlyWritten(argument);
    Argument &made = arguments.emplace_back();
    if (auto buffer = llvm::dyn_cast<row::BufferType>(argument.getType())) {
      make(name, buffer.getAxes(), buffer.getStorage(), buffer.getPerRow(), isOutput);
      made.tensors.push_back({tensors.size() - 1, 0});
      continue;
    }
    made.isList = true;
    auto list = llvm::cast<row::ListType>(argument.getType());
    bool isOnlyRead = llvm::all_of(argument.getUsers(), [](mlir::Operation *op) { return llvm::isa<row::StackOp>(op); });
    for (int64_t i = 0; i < options.size; ++i) {
      bool shared = !isOutput && isOnlyRead && i % 3 == 2;
      CheckedTensor &tensor = make(name + "'s entry " + std::to_string(i), list.getAxes(), list.getStorage(), !shared, isOutput);
      made.tensors.push_back({tensors.size() - 1, shared ? 0 : row::numElements(kernel, list.getAxes(), sizes) * tensor.width()});
    }
  }
}

llvm::Error Check::run(mlir::Operation *function, dev::Module &module) {
  makeArguments();
  if (hostBytes > hostLimit)
    return llvm::createStringError("too little memory on this machine: the comparison needs " + llvm::Twine(hostBytes >> 20) + " MiB, and " +
                                   llvm::Twine(hostLimit >> 20) + " MiB are free: give fewer rows");
  auto shape = row::launchShape(function, sizes);
  if (!shape)
    return shape.takeError();
  auto launch = RowLaunch::plan(function, sizes, rows, options.time, device.properties(), blocks(shape->rowsPerBlock), /*exact=*/true);
  if (!launch)
    return launch.takeError();

  ArenaPlan plan;
  for (auto &tensor : tensors)
    plan.add(tensor->name, tensor->bytes());
  size_t next = plan.pieces().size();
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (argument.isList)
      plan.add("argument " + std::to_string(i), int64_t(argument.tensors.size() * sizeof(braid_entry)));
  size_t workspace = plan.add("workspace", launch->workspaceBytes()), partials = workspace + 1;
  for (auto [i, sum] : llvm::enumerate(launch->shape.sums))
    plan.add("argument " + std::to_string(sum.first) + "'s partial sums", launch->partialBytes(i));
  auto arena = device.allocate(plan);
  if (!arena)
    return arena.takeError();

  for (auto [i, tensor] : llvm::enumerate(tensors))
    if (llvm::Error error = tensor->isOutput ? device.poison((*arena)->at(i), size_t(tensor->bytes()))
                                             : device.copyTo((*arena)->at(i), tensor->expected.data(), size_t(tensor->bytes())))
      return error;
  llvm::SmallVector<Address> addresses;
  for (Argument &argument : arguments) {
    if (!argument.isList) {
      addresses.push_back((*arena)->at(argument.tensors.front().first));
      continue;
    }
    std::vector<braid_entry> entries;
    for (auto [tensor, bytes] : argument.tensors)
      entries.push_back({reinterpret_cast<char *>((*arena)->at(tensor)), bytes});
    addresses.push_back((*arena)->at(next++));
    if (llvm::Error error = device.copyTo(addresses.back(), entries.data(), entries.size() * sizeof(braid_entry)))
      return error;
  }
  RowScratch scratch;
  scratch.workspace = launch->workspaceBytes() ? (*arena)->at(workspace) : 0;
  for (size_t i = 0; i < launch->shape.sums.size(); ++i)
    scratch.partials.push_back((*arena)->at(partials + i));
  if (llvm::Error error = launchRows(device, module, kernel.getSymName(), *launch, addresses, scratch))
    return error;
  if (llvm::Error error = device.synchronise())
    return error;
  if (options.afterLaunch) {
    auto said = options.afterLaunch(function, *launch);
    if (!said)
      return said.takeError();
    remark = std::move(*said);
  }
  for (auto [i, tensor] : llvm::enumerate(tensors)) {
    tensor->got.resize(size_t(tensor->bytes()));
    if (llvm::Error error = device.copyFrom(tensor->got.data(), (*arena)->at(i), size_t(tensor->bytes())))
      return error;
  }
  return llvm::Error::success();
}

/// Interprets the kernel on what the tensors hold.
void Check::interpret(bool single) {
  std::vector<InterpretedArgument> interpreted(arguments.size());
  for (auto [argument, target] : llvm::zip(arguments, interpreted)) {
    if (!argument.isList)
      target.base = tensors[argument.tensors.front().first]->expected.data();
    else
      for (auto [tensor, bytes] : argument.tensors)
        target.entries.push_back({tensors[tensor]->expected.data(), bytes});
  }
  interpretRows(kernel, sizes, interpreted, 0, rows, options.time, single ? &random : nullptr);
  for (InterpretedArgument &argument : interpreted)
    for (size_t j = 0; j < argument.sum.size(); ++j) {
      float x = float(argument.sum[j]);
      std::memcpy(argument.base + 4 * j, &x, 4);
    }
}

/// What the kernel makes of the inputs; with `moved` inputs, of inputs that differ by a unit of their last place.
std::vector<std::vector<char>> Check::interpretAside(bool single, bool moved) {
  std::vector<std::vector<char>> results;
  for (auto &tensor : tensors) {
    results.push_back(tensor->expected);
    if (moved && !tensor->isOutput)
      tensor->jiggle(random);
  }
  interpret(single);
  for (auto [tensor, bytes] : llvm::zip(tensors, results))
    std::swap(tensor->expected, bytes);
  return results;
}

/// No fp32 code can have what is lost by moving from one of the results to the other.
void Check::allow(const std::vector<std::vector<char>> &a, const std::vector<std::vector<char>> &b, double weight) {
  for (auto [t, tensor] : llvm::enumerate(tensors))
    for (int64_t i = 0; i < tensor->numbers && tensor->isOutput; ++i)
      if (double error = weight * std::fabs(tensor->at(a[t], i) - tensor->at(b[t], i)); std::isfinite(error))
        tensor->sensitivity = std::max(tensor->sensitivity, error);
}

/// Cancellation between inputs.
void Check::measureSensitivity() {
  std::vector<std::vector<char>> moved = interpretAside(false, true);
  interpret(false);
  std::vector<std::vector<char>> exact;
  for (auto &tensor : tensors)
    exact.push_back(tensor->expected);
  allow(moved, exact, 1);
}

/// Cancellation between intermediate values, which moves with no input: what plain fp32 arithmetic loses on nearby inputs. So 1 - tanh(x)²
/// has no digit left where tanh(x) is all but 1, and every unit in the last place of tanh shows.
void Check::measureArithmetic() {
  std::vector<std::vector<char>> before;
  for (auto &tensor : tensors)
    before.push_back(tensor->expected);
  for (int sample = 0; sample < 4; ++sample) {
    for (auto &tensor : tensors)
      if (!tensor->isOutput)
        tensor->jiggle(random);
    std::vector<std::vector<char>> exact = interpretAside(false, false), rounded = interpretAside(true, false);
    allow(rounded, exact, 0.5);
  }
  for (auto [tensor, bytes] : llvm::zip(tensors, before))
    tensor->expected = std::move(bytes);
}

/// The largest difference beside its bound; the problem is empty if all are within theirs.
llvm::Error Check::compareTensors(KernelCheckResult &result) {
  // A number on the edge between two bf16 numbers may fall on either side inside the kernel, too.
  bool rounds = llvm::any_of(kernel.getBody().getOps<row::RoundOp>(), [](row::RoundOp op) { return op.getStorage() == row::Storage::BF16; });
  result.error = result.bound = 0;
  result.problem.clear();
  for (auto &tensor : tensors) {
    auto difference = tensor->compare(options.tolerance * (rounds ? 20 : 1));
    if (!difference)
      return difference.takeError();
    if (result.bound == 0 || difference->error / difference->bound >= result.error / result.bound)
      result.error = difference->error, result.bound = difference->bound;
    if (difference->error > difference->bound && result.problem.empty())
      result.problem = tensor->name + " differs by " + std::to_string(difference->error) + ", more than " + std::to_string(difference->bound);
  }
  return llvm::Error::success();
}

llvm::Error Check::compare(KernelCheckResult &result) {
  measureSensitivity();
  if (llvm::Error error = compareTensors(result))
    return error;
  if (result.problem.empty())
    return llvm::Error::success();
  measureArithmetic();
  return compareTensors(result);
}

llvm::Expected<std::unique_ptr<KernelChecker>> KernelChecker::create(mlir::ModuleOp rows, Device &device, llvm::StringRef program,
                                                                     mlir::OwningOpRef<mlir::ModuleOp> code) {
  std::unique_ptr<KernelChecker> checker(new KernelChecker(device));
  llvm::append_range(checker->all, rows.getOps<row::KernelOp>());
  auto shape = [](host::ScatterOp op) { return std::pair(int64_t(op.getRows()), op.getInput().getType()); };
  rows->walk([&](host::ScatterOp scatter) {
    if (llvm::none_of(checker->allScatters, [&](host::ScatterOp known) { return shape(known) == shape(scatter); }))
      checker->allScatters.push_back(scatter);
  });
  if (checker->all.empty() && checker->allScatters.empty())
    return llvm::createStringError("the program has no row kernels");
  checker->lowered = code ? std::move(code) : mlir::OwningOpRef<mlir::ModuleOp>(rows.clone());
  mlir::Operation *kernels = checker->lowered->lookupSymbol(row::deviceModuleName);
  if (!kernels) {
    mlir::PassManager manager(rows.getContext());
    manager.addPass(row::createConvertRowToNVVMPass(device.target().chip, device.target().sharedBytes));
    if (failed(manager.run(*checker->lowered)))
      return llvm::createStringError("the row kernels cannot be compiled for a GPU");
    kernels = checker->lowered->lookupSymbol(row::deviceModuleName);
  }
  if (!kernels)
    return llvm::createStringError("the code given has no gpu.module `" + row::deviceModuleName + "`");
  auto module = device.load(kernels, program);
  if (!module)
    return module.takeError();
  checker->module = std::move(*module);
  return std::move(checker);
}

std::vector<KernelCheckResult> KernelChecker::check(row::KernelOp kernel, const KernelCheckOptions &options) {
  std::vector<KernelCheckResult> results;
  mlir::Operation *kernels = lowered->lookupSymbol(row::deviceModuleName);
  for (std::string name : {kernel.getSymName().str(), (kernel.getSymName() + row::fewSuffix).str()}) {
    mlir::Operation *function = mlir::SymbolTable::lookupSymbolIn(kernels, name);
    if (!function && !results.empty())
      break;
    KernelCheckResult &result = results.emplace_back();
    result.kernel = name;
    result.place = placeInProgram(kernel);
    // Where fp32 has hardly a digit left of a result (all of a tanh is 1, or an exp 0), any kernel is right, and smaller numbers are tried.
    constexpr double telling = 0.05;
    for (float scale : {1.0f, 0.25f, 1.0f / 16}) {
      Check check(kernel, options, device, scale);
      llvm::Error error = function ? check.run(function, *module) : llvm::createStringError("the code given has no kernel of this name");
      if (!error)
        error = check.compare(result);
      if (error)
        result.problem = toString(std::move(error));
      result.remark = std::move(check.remark);
      result.rows = check.rows;
      result.width = check.width;
      if (!result.problem.empty() || result.bound <= telling)
        break;
    }
    if (!device.isUsable())
      break;
  }
  return results;
}
