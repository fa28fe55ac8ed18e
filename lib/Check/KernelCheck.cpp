//===- KernelCheck.cpp - row kernels against the interpreter --------------===//

#include "braid/Check/KernelCheck.h"
#include "CheckedNumbers.h"
#include "KernelLowering.h"
#include "braid/Device/HostMemory.h"
#include "braid/Device/KernelCode.h"
#include "braid/Device/RowLaunch.h"
#include "braid/Runtime/ABI.h"
#include <cmath>

using namespace braid;
using namespace braid::dev;

namespace {

/// One launch of a kernel's function.
class Check {
public:
  Check(row::KernelOp kernel, mlir::Operation *function, const CheckedLaunch &launch, const KernelCheckOptions &options,
        Device &device, Module &module)
      : kernel(kernel), function(function), launch(launch), options(options), device(device), module(module) {}
  /// With inputs around `scale`.
  llvm::Error run(float scale, KernelCheckResult &result);

private:
  llvm::Error plan();
  llvm::Error runOnDevice(CheckedNumbers &numbers, int64_t blocks, std::string &remark);
  llvm::Error compare(const CheckedNumbers &numbers, KernelCheckResult &result);

  row::KernelOp kernel;
  mlir::Operation *function;
  const CheckedLaunch &launch;
  const KernelCheckOptions &options;
  Device &device;
  Module &module;
  int64_t rows = 1;
  llvm::SmallVector<int64_t> grids; ///< blocks
};

} // namespace

/// Rows for every path of the code: each row at work of a block takes a second and a third one, where they are not
/// given.
llvm::Error Check::plan() {
  auto shape = row::launchShape(function, launch.sizes);
  if (!shape)
    return shape.takeError();
  const Properties &properties = device.properties();
  bool isReal = properties.memoryBytes > 0;
  int64_t blocks = options.blocks ? options.blocks : isReal ? std::min(properties.multiprocessors, 16) : 2;
  rows = launch.oneRow ? 1 : options.rows ? options.rows : std::max<int64_t>(5, 2 * blocks * shape->rowsPerBlock + 1);
  if (launch.mostRows)
    rows = std::min(rows, launch.mostRows);
  grids = {blocks};
  if (isReal && !options.blocks) // more than there is room for at a time
    grids.push_back(properties.multiprocessors * std::max<int64_t>(1, properties.threads / shape->threads) * 2 + 1);
  int64_t bytes = 0; // inputs, what is expected, what the device computes, and samples
  for (const CheckedLaunch::Memory &memory : launch.memories)
    bytes += 6 * 4 * memory.numbers * (memory.hasRows ? rows : 1);
  if (int64_t limit = hostMemory(); bytes > limit)
    return llvm::createStringError("too little memory on this machine: the comparison needs " +
                                   llvm::Twine(bytes >> 20) + " MiB, and " + llvm::Twine(limit >> 20) +
                                   " MiB are free: give fewer rows");
  return llvm::Error::success();
}

llvm::Error Check::runOnDevice(CheckedNumbers &numbers, int64_t blocks, std::string &remark) {
  auto planned =
      RowLaunch::plan(function, launch.sizes, rows, options.time, device.properties(), blocks, /*exact=*/true);
  if (!planned)
    return planned.takeError();
  ArenaPlan plan;
  for (CheckedTensor &tensor : numbers.tensors)
    plan.add(tensor.name, tensor.bytes());
  auto isList = [&](size_t argument) {
    return llvm::isa<row::ListType>(kernel.getBody().getArgument(unsigned(argument)).getType());
  };
  size_t next = plan.pieces().size();
  for (auto [i, operands] : llvm::enumerate(launch.arguments))
    if (isList(i))
      plan.add("argument " + std::to_string(i), int64_t(operands.size() * sizeof(braid_entry)));
  size_t workspace = plan.add("workspace", planned->workspaceBytes()), partials = workspace + 1;
  for (auto [i, sum] : llvm::enumerate(planned->shape.sums))
    plan.add("argument " + std::to_string(sum.first) + "'s partial sums", planned->partialBytes(i));
  auto arena = device.allocate(plan);
  if (!arena)
    return arena.takeError();

  for (auto [i, tensor] : llvm::enumerate(numbers.tensors))
    if (llvm::Error error = tensor.isInput
                                ? device.copyTo((*arena)->at(i), tensor.initial.data(), size_t(tensor.bytes()))
                                : device.poison((*arena)->at(i), size_t(tensor.bytes())))
      return error;
  llvm::SmallVector<Address> addresses;
  for (auto [i, operands] : llvm::enumerate(launch.arguments)) {
    if (!isList(i)) {
      addresses.push_back((*arena)->at(operands.front().memory));
      continue;
    }
    std::vector<braid_entry> entries;
    for (const CheckedLaunch::Operand &operand : operands) {
      const CheckedTensor &tensor = numbers.tensors[operand.memory];
      entries.push_back({reinterpret_cast<char *>((*arena)->at(operand.memory)),
                         operand.hasRows ? tensor.inRow * tensor.width() : 0});
    }
    addresses.push_back((*arena)->at(next++));
    if (llvm::Error error = device.copyTo(addresses.back(), entries.data(), entries.size() * sizeof(braid_entry)))
      return error;
  }
  RowScratch scratch;
  scratch.workspace = planned->workspaceBytes() ? (*arena)->at(workspace) : 0;
  for (size_t i = 0; i < planned->shape.sums.size(); ++i)
    scratch.partials.push_back((*arena)->at(partials + i));
  if (llvm::Error error = launchRows(device, module, kernel.getSymName(), *planned, addresses, scratch))
    return error;
  if (llvm::Error error = device.synchronise())
    return error;
  if (options.afterLaunch) {
    auto said = options.afterLaunch(function, *planned);
    if (!said)
      return said.takeError();
    remark = std::move(*said);
  }
  for (auto [i, tensor] : llvm::enumerate(numbers.tensors)) {
    tensor.got.resize(size_t(tensor.bytes()));
    if (llvm::Error error = device.copyFrom(tensor.got.data(), (*arena)->at(i), size_t(tensor.bytes())))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error Check::compare(const CheckedNumbers &numbers, KernelCheckResult &result) {
  for (const CheckedTensor &tensor : numbers.tensors) {
    auto difference = tensor.compare(options.tolerance);
    if (!difference) { // a number that is not finite, or should not be
      result.error = result.bound = INFINITY;
      return difference.takeError();
    }
    if (tensor.isOutput && (result.bound == 0 || difference->error / difference->bound >= result.error / result.bound))
      result.error = difference->error, result.bound = difference->bound;
    if (difference->error > difference->bound)
      return llvm::createStringError(tensor.name + " differs by " + std::to_string(difference->error) + ", more than " +
                                     std::to_string(difference->bound));
  }
  return llvm::Error::success();
}

llvm::Error Check::run(float scale, KernelCheckResult &result) {
  if (llvm::Error error = plan())
    return error;
  CheckedNumbers numbers(kernel, launch, rows, options.time, options.seed);
  result.rows = rows;
  result.width = 1;
  for (const CheckedTensor &tensor : numbers.tensors)
    result.width = std::max(result.width, tensor.inRow);
  for (CheckedTensor *blind : numbers.prepare(scale, options.tolerance))
    result.unseen.push_back(blind->name);
  for (int64_t blocks : grids) {
    if (llvm::Error error = runOnDevice(numbers, blocks, result.remark))
      return error;
    // What a few samples of fp32 arithmetic are beside, more of them may not be.
    KernelCheckResult first = result;
    llvm::Error error = compare(numbers, result);
    for (int attempt = 0; error && attempt < 4; ++attempt) {
      llvm::consumeError(std::move(error));
      numbers.expect(/*hasPlain=*/true);
      result.error = first.error, result.bound = first.bound;
      error = compare(numbers, result);
    }
    if (error)
      return error;
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<KernelChecker>> KernelChecker::create(mlir::ModuleOp rows, Device &device,
                                                                     llvm::StringRef program,
                                                                     mlir::OwningOpRef<mlir::ModuleOp> code) {
  std::unique_ptr<KernelChecker> checker(new KernelChecker(device));
  for (auto kernel : rows.getOps<row::KernelOp>())
    if (kernel.getSpace() != row::Space::Recur) // no GPU has those
      checker->all.push_back(kernel);
  rows->walk([&](host::LaunchOp launch) { checker->launches[launch.getKernel()].push_back(launch); });
  auto shape = [](host::ScatterOp op) { return std::pair(int64_t(op.getRows()), op.getInput().getType()); };
  rows->walk([&](host::ScatterOp scatter) {
    if (llvm::none_of(checker->allScatters, [&](host::ScatterOp known) { return shape(known) == shape(scatter); }))
      checker->allScatters.push_back(scatter);
  });
  if (checker->all.empty() && checker->allScatters.empty())
    return llvm::createStringError("the program has no row kernels");
  if (code) {
    checker->lowered = std::move(code);
  } else {
    auto lowered = lowerKernels(rows, device);
    if (!lowered)
      return lowered.takeError();
    checker->lowered = std::move(*lowered);
  }
  mlir::Operation *kernels = checker->lowered->lookupSymbol(row::deviceModuleName);
  if (!kernels)
    return llvm::createStringError("the code given has no gpu.module `" + row::deviceModuleName + "`");
  auto module = device.load(kernels, program);
  if (!module)
    return module.takeError();
  checker->module = std::move(*module);
  return std::move(checker);
}

/// Numbers along a dynamic axis that is no list's: two rounds of the widest pieces of all threads, a part of a round,
/// single numbers. Less where a block has no room in shared memory for as many of what it keeps.
static int64_t tellingSize(mlir::Operation *function, size_t axes, int64_t sharedBytes) {
  auto shapeAt = [&](int64_t size) { return row::launchShape(function, llvm::SmallVector<int64_t>(axes, size)); };
  auto shape = shapeAt(1);
  if (!shape) {
    llvm::consumeError(shape.takeError());
    return 3;
  }
  int64_t size = shape->threads / shape->rowsPerBlock * 16 + 29;
  while (size > 3 && llvm::cantFail(shapeAt(size)).sharedBytes > sharedBytes)
    size /= 2;
  return std::max<int64_t>(size, 3);
}

/// The ways in which a kernel is launched that together reach what there is of its code.
static llvm::Expected<std::vector<CheckedLaunch>> waysOf(row::KernelOp kernel, mlir::Operation *function,
                                                         llvm::ArrayRef<host::LaunchOp> launches,
                                                         const KernelCheckOptions &options, int64_t sharedBytes) {
  std::mt19937_64 random(options.seed);
  std::vector<CheckedLaunch> ways;
  bool hasLists =
      llvm::any_of(kernel.getBody().getArgumentTypes(), [](mlir::Type type) { return llvm::isa<row::ListType>(type); });
  bool isLong = !options.size && !hasLists && !kernel.getDynamic().empty();
  int64_t size = isLong ? tellingSize(function, kernel.getDynamic().size() + size_t(kernel.numStreams()), sharedBytes)
                        : options.size;
  if (launches.empty()) {
    ways.push_back(CheckedLaunch::alone(kernel, size ? size : 3, random));
    return ways;
  }
  for (host::LaunchOp launch : tellingLaunches(kernel, launches)) {
    auto way = CheckedLaunch::of(kernel, launch, options.size, random);
    if (!way)
      return way.takeError();
    ways.push_back(std::move(*way));
  }
  if (isLong) {
    auto way = CheckedLaunch::of(kernel, launches.front(), size, random);
    if (!way)
      return way.takeError();
    way->mostRows = 2;
    ways.push_back(std::move(*way));
  }
  return ways;
}

/// Whether large numbers show what small ones don't: an exp that should have been taken of a difference.
static bool hasSteep(row::KernelOp kernel) {
  return llvm::any_of(kernel.getBody().getOps<row::MapOp>(), [](row::MapOp op) {
    return llvm::is_contained({row::Fn::Exp, row::Fn::Sigmoid, row::Fn::Tanh}, op.getFn());
  });
}

/// Whether a sine is taken of real inputs: of large numbers fp32 has no digit of it, nor of what follows, up to which
/// term of a softmax is left.
static bool hasSineOfInputs(row::KernelOp kernel) {
  llvm::DenseSet<mlir::Value> inputs;
  auto depends = [&](mlir::Value value) { return inputs.contains(value); };
  for (mlir::Operation &op : kernel.getBody().front()) {
    bool isRead = llvm::isa<row::LoadOp, row::GatherOp, row::StackOp>(op) &&
                  llvm::cast<row::ValueType>(op.getResult(0).getType()).getElement() == row::Element::Real;
    if (!isRead && llvm::none_of(op.getOperands(), depends))
      continue;
    if (auto map = llvm::dyn_cast<row::MapOp>(op); map && llvm::is_contained({row::Fn::Sin, row::Fn::Cos}, map.getFn()))
      return true;
    inputs.insert(op.result_begin(), op.result_end());
  }
  return false;
}

void KernelChecker::check(row::KernelOp kernel, mlir::Operation *function, const KernelCheckOptions &options,
                          KernelCheckResult &result) {
  if (!function) {
    result.problem = "the code given has no kernel of this name";
    return;
  }
  auto ways = waysOf(kernel, function, launches.lookup(kernel.getSymName()), options, device.properties().sharedBytes);
  if (!ways) {
    result.problem = toString(ways.takeError());
    return;
  }
  // Where fp32 has hardly a digit left of a result (all of a tanh is 1, or an exp 0), any kernel is right, and smaller
  // numbers are tried.
  constexpr double telling = 0.05;
  for (const CheckedLaunch &way : *ways) {
    std::vector<float> scales = {1.0f, 0.25f, 1.0f / 16};
    auto run = [&](float scale) {
      KernelCheckResult found;
      if (llvm::Error error = Check(kernel, function, way, options, device, *module).run(scale, found))
        found.problem = toString(std::move(error));
      return found;
    };
    for (float scale : scales) {
      KernelCheckResult found = run(scale);
      bool isLast = !found.problem.empty() || found.bound <= telling || scale == scales.back();
      if (!isLast)
        continue;
      result.include(std::move(found));
      break;
    }
    if (result.problem.empty() && hasSteep(kernel) && !hasSineOfInputs(kernel)) {
      KernelCheckResult large = run(64);
      result.problem = std::move(large.problem);
    }
    if (!result.problem.empty() || !device.isUsable())
      return;
  }
}

std::vector<KernelCheckResult> KernelChecker::check(row::KernelOp kernel, const KernelCheckOptions &options) {
  std::vector<KernelCheckResult> results;
  mlir::Operation *kernels = lowered->lookupSymbol(row::deviceModuleName);
  for (const std::string &name : {kernel.getSymName().str(), (kernel.getSymName() + row::fewSuffix).str()}) {
    mlir::Operation *function = mlir::SymbolTable::lookupSymbolIn(kernels, name);
    if (!function && !results.empty())
      break;
    KernelCheckResult &result = results.emplace_back();
    result.kernel = name;
    result.place = placeInProgram(kernel);
    check(kernel, function, options, result);
    if (!device.isUsable())
      break;
  }
  return results;
}

void KernelCheckResult::include(KernelCheckResult other) {
  if (!std::isfinite(other.error) || (other.bound && (bound == 0 || other.error / other.bound >= error / bound)))
    error = other.error, bound = other.bound;
  if (other.rows * other.width >= rows * width)
    rows = other.rows, width = other.width, remark = std::move(other.remark);
  for (std::string &name : other.unseen)
    if (!llvm::is_contained(unseen, name))
      unseen.push_back(std::move(name));
  problem = std::move(other.problem);
}
