//===- KernelBench.cpp - the time of row kernels --------------------------===//

#include "braid/Check/KernelBench.h"
#include "KernelLowering.h"
#include "braid/Device/KernelCode.h"
#include "braid/Device/RowLaunch.h"
#include "lib/Device/LaunchOperands.h"
#include "mlir/Parser/Parser.h"
#include <algorithm>

using namespace braid;
using namespace braid::dev;

Spread braid::dev::spreadOf(std::vector<double> numbers) {
  if (numbers.empty())
    return {};
  std::sort(numbers.begin(), numbers.end());
  size_t last = numbers.size() - 1;
  return {numbers[last / 2], numbers[last / 10], numbers[last - last / 10]};
}

/// The seconds of each of `repetitions` calls of `work(i)`, after `warmup` ones. All are given to the device before the
/// first is waited for.
static llvm::Expected<std::vector<double>> timed(Device &device, int64_t warmup, int64_t repetitions,
                                                 llvm::function_ref<llvm::Error(int64_t)> work) {
  std::vector<std::pair<std::unique_ptr<Event>, std::unique_ptr<Event>>> events;
  for (int64_t i = 0; i < warmup + repetitions; ++i) {
    auto before = device.makeEvent(), after = device.makeEvent();
    if (!before || !after)
      return joinErrors(before.takeError(), after.takeError());
    if (llvm::Error error = device.record(**before))
      return std::move(error);
    if (llvm::Error error = work(i))
      return std::move(error);
    if (llvm::Error error = device.record(**after))
      return std::move(error);
    events.emplace_back(std::move(*before), std::move(*after));
  }
  if (llvm::Error error = device.synchronise())
    return std::move(error);
  std::vector<double> seconds;
  for (auto &[before, after] : llvm::drop_begin(events, size_t(warmup))) {
    auto took = device.seconds(*before, *after);
    if (!took)
      return took.takeError();
    seconds.push_back(*took);
  }
  return seconds;
}

llvm::Expected<std::unique_ptr<KernelBench>> KernelBench::create(mlir::ModuleOp rows, Device &device,
                                                                 llvm::StringRef program) {
  std::unique_ptr<KernelBench> bench(new KernelBench(device));
  mlir::SymbolTable symbols(rows);
  rows.walk([&](host::LaunchOp op) {
    for (Launch &launch : bench->all)
      if (launch.op.getKernel() == op.getKernel() && launch.op.getSizes() == op.getSizes() &&
          launch.op.getRows() == op.getRows()) {
        ++launch.times;
        return;
      }
    bench->all.push_back({symbols.lookup<row::KernelOp>(op.getKernel()), op, 1});
  });
  if (bench->all.empty())
    return llvm::createStringError("the program launches no row kernels");
  auto lowered = lowerKernels(rows, device);
  if (!lowered)
    return lowered.takeError();
  bench->lowered = std::move(*lowered);
  auto module = device.load(bench->lowered->lookupSymbol(row::deviceModuleName), program);
  if (!module)
    return module.takeError();
  bench->module = std::move(*module);
  return std::move(bench);
}

struct KernelBench::Prepared {
  Launch launch;
  int64_t rows;
  LaunchOperands operands;
  RowLaunch how;
  int64_t sets = 1;
};
KernelBench::KernelBench(Device &device) : device(device) {}
KernelBench::~KernelBench() = default;

llvm::Error KernelBench::prepare(llvm::ArrayRef<Launch> launches, const KernelBenchOptions &given) {
  options = given;
  prepared.clear();
  arena.reset();
  auto free = device.freeBytes();
  if (!free)
    return free.takeError();
  mlir::Operation *kernels = lowered->lookupSymbol(row::deviceModuleName);
  ArenaPlan largest;
  std::string whose;
  for (Launch launch : launches) {
    int64_t rows =
        launch.op.getSpace() == host::Space::Token ? options.batch * options.tokens : int64_t(*launch.op.getRows());
    LaunchOperands operands(launch.kernel, launch.op, rows, options.seed);
    auto how = RowLaunch::plan(mlir::SymbolTable::lookupSymbolIn(kernels, launch.op.getKernel()), operands.sizes(),
                               rows, options.tokens, device.properties());
    if (!how)
      return how.takeError();
    // At most 64 copies of the smallest ones, and never more than the memory there is.
    int64_t bytes = std::max<int64_t>(operands.bytes(), 1),
            room = std::max<int64_t>((*free / 10 * 9 - how->workspaceBytes()) / bytes, 1);
    int64_t sets =
        std::clamp<int64_t>((options.apart + bytes - 1) / bytes + (options.apart > 0), 1, std::min<int64_t>(64, room));
    ArenaPlan plan = operands.plan(*how, sets);
    if (plan.bytes() > largest.bytes() || prepared.empty()) {
      largest = std::move(plan);
      std::string place = placeInProgram(launch.kernel);
      whose = "kernel `" + launch.op.getKernel().str() + "`" + (place.empty() ? "" : " (" + place + ")");
    }
    prepared.push_back(std::make_unique<Prepared>(Prepared{launch, rows, std::move(operands), std::move(*how), sets}));
  }
  auto made = device.allocate(largest);
  if (!made)
    return llvm::createStringError(whose +
                                   ", whose launch needs the most memory of all: " + toString(made.takeError()));
  arena = std::move(*made);
  return llvm::Error::success();
}

llvm::Expected<MeasuredLaunch> KernelBench::measure(size_t number) {
  Prepared &p = *prepared[number];
  MeasuredLaunch result;
  result.kernel = p.launch.op.getKernel().str();
  result.place = placeInProgram(p.launch.kernel);
  result.sizes.assign(p.launch.op.getSizes().begin(), p.launch.op.getSizes().end());
  result.times = p.launch.times;
  result.rows = p.rows;
  result.bytes = p.operands.boundBytes();
  if (llvm::Error error = p.operands.place(device, *arena, p.how, p.sets))
    return std::move(error);
  auto seconds = timed(device, options.warmup, options.repetitions, [&](int64_t i) {
    return launchRows(device, *module, p.launch.op.getKernel(), p.how, p.operands.addresses(size_t(i % p.sets)),
                      p.operands.scratch());
  });
  if (!seconds)
    return seconds.takeError();
  result.seconds = std::move(*seconds);
  return result;
}

llvm::Expected<CopyBandwidth> braid::dev::measureCopy(Device &device, mlir::MLIRContext &context, int64_t bytes,
                                                      int64_t repetitions) {
  const int64_t width = 4096;
  int64_t rows = std::max<int64_t>(bytes / (width * 4), 1);
  std::string row = "!row.buffer<rows, [n: 4096], f32>", buffer = "!host.buffer<token, 4096, f32>";
  std::string text = "row.kernel @copy token dynamic [] {\n^bb0(%from: " + row + ", %to: " + row +
                     "):\n"
                     "  %x = row.load %from : <rows, [n: 4096], f32> -> <[n: 4096]>\n"
                     "  row.store %x to %to : <[n: 4096]>, <rows, [n: 4096], f32>\n}\n"
                     "host.func @program {\n  %from = host.external input \"from\" : " +
                     buffer + "\n  %to = host.external output \"to\" : " + buffer +
                     "\n"
                     "  host.launch @copy token sizes [](%from, %to) : " +
                     buffer + ", " + buffer + "\n}\n";
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return llvm::createStringError("the kernel that copies cannot be read");
  auto bench = KernelBench::create(*module, device, "copy");
  if (!bench)
    return bench.takeError();
  KernelBenchOptions options;
  options.tokens = rows;
  options.repetitions = repetitions;
  options.apart = 0; // one pair of buffers is far larger than a cache
  if (llvm::Error error = (*bench)->prepare((*bench)->launches(), options))
    return std::move(error);
  auto kernel = (*bench)->measure(0);
  if (!kernel)
    return kernel.takeError();

  ArenaPlan plan;
  size_t from = plan.add("the source of a copy", rows * width * 4),
         to = plan.add("the target of a copy", rows * width * 4);
  auto arena = device.allocate(plan);
  if (!arena)
    return arena.takeError();
  if (llvm::Error error = device.fill((*arena)->at(from), 0x3c, size_t(rows * width * 4)))
    return std::move(error);
  auto transfer = timed(device, options.warmup, repetitions, [&](int64_t) {
    return device.copy((*arena)->at(to), (*arena)->at(from), size_t(rows * width * 4));
  });
  if (!transfer)
    return transfer.takeError();
  CopyBandwidth result;
  double moved = double(2 * rows * width * 4);
  if (double median = spreadOf(kernel->seconds).median; median > 0)
    result.kernel = moved / median;
  if (double median = spreadOf(*transfer).median; median > 0)
    result.transfer = moved / median;
  return result;
}
