//===- RowToGPU.cpp - the passes that take row kernels to a GPU -----------===//

#include "braid/Conversion/RowToGPU.h"
#include "GpuEmitter.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/ScatterToGPU.h"
#include "dialects/Host/IR/Host.h"
#include "lib/Conversion/DeviceCode/ToNVVM.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Threading.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace braid::row;

/// out[i] = the sum over g of partials[g · stride + i] in double, in the order of g. One thread for a number.
static void emitSumKernel(OpBuilder &b, Location loc) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), integer = b.getI64Type(), real = b.getF32Type(),
       exact = b.getF64Type();
  auto function =
      b.create<gpu::GPUFuncOp>(loc, sumKernelName, b.getFunctionType({pointer, pointer, integer, integer}, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  OpBuilder::InsertionGuard guard(b);
  Block *entry = &function.front();
  b.setInsertionPointToEnd(entry);
  Value partials = entry->getArgument(0), out = entry->getArgument(1), numbers = entry->getArgument(2),
        groups = entry->getArgument(3);
  auto number = [&](int64_t value) -> Value { return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); };
  auto wide = [&](Value index) -> Value { return b.create<arith::IndexCastUIOp>(loc, integer, index); };
  Value size = wide(b.create<gpu::BlockDimOp>(loc, gpu::Dimension::x));
  Value block = wide(b.create<gpu::BlockIdOp>(loc, gpu::Dimension::x)),
        thread = wide(b.create<gpu::ThreadIdOp>(loc, gpu::Dimension::x));
  Value first = b.create<arith::AddIOp>(loc, b.create<arith::MulIOp>(loc, block, size), thread);
  Value step = b.create<arith::MulIOp>(loc, size, wide(b.create<gpu::GridDimOp>(loc, gpu::Dimension::x)));
  Value stride = b.create<arith::AndIOp>(loc, b.create<arith::AddIOp>(loc, numbers, number(3)), number(-4));
  Value zero = b.create<arith::ConstantOp>(loc, b.getF64FloatAttr(0)), none = number(0), one = number(1);
  auto at = [&](OpBuilder &b, Value base, Value index) -> Value {
    return b.create<LLVM::GEPOp>(loc, pointer, real, base, index);
  };
  b.create<scf::ForOp>(loc, first, numbers, step, ValueRange(), [&](OpBuilder &b, Location, Value i, ValueRange) {
    auto sum = b.create<scf::ForOp>(
        loc, none, groups, one, ValueRange{zero}, [&](OpBuilder &b, Location, Value g, ValueRange carried) {
          Value offset = b.create<arith::AddIOp>(loc, b.create<arith::MulIOp>(loc, g, stride), i);
          Value term = b.create<LLVM::LoadOp>(loc, real, at(b, partials, offset));
          term = b.create<arith::ExtFOp>(loc, exact, term);
          b.create<scf::YieldOp>(loc, Value(b.create<arith::AddFOp>(loc, carried[0], term)));
        });
    Value rounded = b.create<arith::TruncFOp>(loc, real, sum.getResult(0));
    b.create<LLVM::StoreOp>(loc, rounded, at(b, out, i));
    b.create<scf::YieldOp>(loc);
  });
  b.create<gpu::ReturnOp>(loc);
}

/// The launches of every kernel by the module's programs.
using Launches = llvm::DenseMap<StringRef, SmallVector<braid::host::LaunchOp>>;

/// The sizes that the kernel is launched with.
static LaunchSizes launchSizes(KernelOp kernel, const Launches &launches, const GpuTarget &target) {
  LaunchSizes sizes;
  sizes.sharedLimit = target.sharedBytes;
  sizes.largest.assign(kernel.getDynamic().size(), 0);
  auto found = launches.find(kernel.getSymName());
  if (found == launches.end())
    sizes.largest.assign(kernel.getDynamic().size(), assumedEntries);
  else
    for (braid::host::LaunchOp launch : found->second)
      for (auto [most, size] : llvm::zip(sizes.largest, launch.getSizes()))
        most = std::max(most, size);
  return sizes;
}

static void emitKernel(KernelOp kernel, StringRef name, OpBuilder &builder, const Schedule &schedule,
                       const LaunchSizes &sizes) {
  Findings findings;
  while (true) {
    GpuEmitter emitter(kernel, builder, schedule, sizes, findings);
    gpu::GPUFuncOp function = emitter.emitFunction(name);
    Findings next = findings; // the emitter refers to the old ones
    if (!emitter.revise(next))
      return;
    findings = std::move(next);
    function.erase();
  }
}

/// Kernels of programs that sum nothing across rows, which are those that may run for a few tokens at a time.
static llvm::DenseSet<StringRef> kernelsForFewRows(ModuleOp module) {
  llvm::DenseSet<StringRef> summing;
  for (auto kernel : module.getOps<KernelOp>())
    if (!kernel.getBody().getOps<AccumulateOp>().empty())
      summing.insert(kernel.getSymName());
  auto sums = [&](braid::host::LaunchOp launch) { return summing.contains(launch.getKernel()); };
  llvm::DenseSet<StringRef> kernels;
  for (auto program : module.getOps<braid::host::FuncOp>()) {
    SmallVector<braid::host::LaunchOp> launches;
    program.walk([&](braid::host::LaunchOp launch) { launches.push_back(launch); });
    if (llvm::any_of(launches, sums))
      continue;
    for (braid::host::LaunchOp launch : launches)
      if (launch.getSpace() == braid::host::Space::Token)
        kernels.insert(launch.getKernel());
  }
  return kernels;
}

/// The kernel once more, for launches with few rows, if that makes a difference.
static void emitFewVariant(KernelOp kernel, OpBuilder &b, const Schedule &schedule, LaunchSizes sizes) {
  auto function = cast<gpu::GPUFuncOp>(&*std::prev(b.getInsertionPoint()));
  std::string name = (kernel.getSymName() + fewSuffix).str();
  auto threads = [](gpu::GPUFuncOp function) {
    return cast<IntegerAttr>(function->getAttrOfType<DictionaryAttr>("braid.launch").get("threads_per_row")).getInt();
  };
  sizes.few = true;
  emitKernel(kernel, name, b, schedule, sizes);
  auto few = cast<gpu::GPUFuncOp>(&*std::prev(b.getInsertionPoint()));
  if (threads(few) == threads(function))
    few.erase();
  else
    function->setAttr("braid.few", FlatSymbolRefAttr::get(b.getContext(), name));
}

static LogicalResult convertKernels(ModuleOp module, const GpuTarget &target, bool allFew) {
  if (module.getOps<KernelOp>().empty())
    return success();
  if (failed(braid::markAliases(module)))
    return failure();
  OpBuilder b(module.getContext());
  b.setInsertionPointToStart(module.getBody());
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), b.getUnitAttr());
  auto device = b.create<gpu::GPUModuleOp>(module.getLoc(), deviceModuleName);
  setPlannedFor(device, target);
  b.setInsertionPointToStart(device.getBody());
  auto bytes = LLVM::LLVMArrayType::get(b.getI8Type(), 0);
  auto shared = b.create<LLVM::GlobalOp>(module.getLoc(), bytes, false, LLVM::Linkage::External, GpuEmitter::sharedName,
                                         Attribute(),
                                         /*alignment=*/16, /*addrSpace=*/3);
  b.setInsertionPointAfter(shared);
  // A program with recurrences has the kernels that it launches.
  SmallVector<KernelOp> kernels;
  unsigned recurrences = 0;
  for (KernelOp kernel : llvm::make_early_inc_range(module.getOps<KernelOp>())) {
    if (kernel.getSpace() != Space::Recur) {
      kernels.push_back(kernel);
      continue;
    }
    ++recurrences;
    kernel.erase();
  }
  if (recurrences)
    module.emitWarning() << recurrences << " kernels of row recurrences are left out: these run on CPUs only so far";
  bool sums = llvm::any_of(kernels, [](KernelOp kernel) { return !kernel.getBody().getOps<AccumulateOp>().empty(); });
  llvm::DenseSet<StringRef> few = kernelsForFewRows(module);
  Launches launches;
  module.walk([&](braid::host::LaunchOp launch) { launches[launch.getKernel()].push_back(launch); });
  // Each into a module of its own, at the same time.
  SmallVector<OwningOpRef<gpu::GPUModuleOp>> emitted(kernels.size());
  parallelFor(module.getContext(), 0, kernels.size(), [&](size_t i) {
    KernelOp kernel = kernels[i];
    OpBuilder inside(module.getContext());
    emitted[i] = inside.create<gpu::GPUModuleOp>(module.getLoc(), deviceModuleName);
    inside.setInsertionPointToStart(emitted[i]->getBody());
    LaunchSizes sizes = launchSizes(kernel, launches, target);
    sizes.forwards = findForwards(kernel, launches.lookup(kernel.getSymName()));
    Schedule schedule = Schedule::of(kernel, /*keepsInputs=*/true);
    emitKernel(kernel, kernel.getSymName(), inside, schedule, sizes);
    if (few.contains(kernel.getSymName()) || (allFew && kernel.getSpace() == Space::Token))
      emitFewVariant(kernel, inside, schedule, sizes);
  });
  for (auto [kernel, from] : llvm::zip(kernels, emitted)) {
    for (auto function : llvm::make_early_inc_range(from->getOps<gpu::GPUFuncOp>()))
      function->moveBefore(device.getBody(), b.getInsertionPoint());
    kernel.erase();
  }
  if (sums)
    emitSumKernel(b, module.getLoc());
  emitScatterKernels(module, b, GpuEmitter::sharedName);
  return success();
}

/// The target of a pass's options. Fails with a diagnostic, also where the module's kernels are planned already, for a
/// target that the one named does not replace.
static FailureOr<GpuTarget> targetFrom(ModuleOp module, StringRef name, int64_t sharedBytes) {
  auto target = parseGpuTarget(name.empty() ? StringRef(defaultGpuTarget) : name);
  if (!target)
    return module.emitError(toString(target.takeError()));
  if (sharedBytes < 0)
    return module.emitError("a block cannot have ") << sharedBytes << " bytes of shared memory";
  if (sharedBytes)
    target->sharedBytes = sharedBytes;
  Operation *planned = module.lookupSymbol(deviceModuleName);
  if (planned && !name.empty())
    if (llvm::Error error = checkPlannedFor(planned, *target))
      return planned->emitError(toString(std::move(error)));
  return *target;
}

namespace braid {
#define GEN_PASS_DECL_CONVERTROWTOGPU
#define GEN_PASS_DECL_CONVERTROWTONVVM
#define GEN_PASS_DEF_CONVERTROWTOGPU
#define GEN_PASS_DEF_CONVERTROWTONVVM
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

namespace {
struct ConvertRowToGPU : braid::impl::ConvertRowToGPUBase<ConvertRowToGPU> {
  using ConvertRowToGPUBase::ConvertRowToGPUBase;
  void runOnOperation() override {
    FailureOr<GpuTarget> planned = targetFrom(getOperation(), target, shared);
    if (failed(planned) || failed(convertKernels(getOperation(), *planned, few)))
      return signalPassFailure();
  }
};

struct ConvertRowToNVVM : braid::impl::ConvertRowToNVVMBase<ConvertRowToNVVM> {
  using ConvertRowToNVVMBase::ConvertRowToNVVMBase;
  void runOnOperation() override {
    FailureOr<GpuTarget> planned = targetFrom(getOperation(), target, shared);
    if (failed(planned) || failed(convertKernels(getOperation(), *planned, few)))
      return signalPassFailure();
    for (auto module : getOperation().getOps<gpu::GPUModuleOp>())
      if (failed(convertToNVVM(module)))
        signalPassFailure();
  }
};
} // namespace

std::unique_ptr<Pass> braid::row::createConvertRowToGPUPass(StringRef target, int64_t sharedBytes) {
  braid::ConvertRowToGPUOptions options;
  options.target = target;
  options.shared = sharedBytes;
  return std::make_unique<ConvertRowToGPU>(options);
}
std::unique_ptr<Pass> braid::row::createConvertRowToNVVMPass(StringRef target, int64_t sharedBytes) {
  braid::ConvertRowToNVVMOptions options;
  options.target = target;
  options.shared = sharedBytes;
  return std::make_unique<ConvertRowToNVVM>(options);
}

Operation *braid::row::variantFor(Operation *kernel, int64_t rows) {
  auto few = kernel->getAttrOfType<FlatSymbolRefAttr>("braid.few");
  Operation *found =
      few && rows <= fewRows ? SymbolTable::lookupNearestSymbolFrom(kernel->getParentOp(), few) : nullptr;
  return found ? found : kernel;
}

llvm::Expected<LaunchShape> braid::row::launchShape(Operation *kernel, ArrayRef<int64_t> sizes) {
  auto plan = kernel->getAttrOfType<DictionaryAttr>("braid.launch");
  if (!plan)
    return llvm::createStringError("the function has no attribute `braid.launch`: it is no row kernel");
  auto number = [&](StringRef name) { return cast<IntegerAttr>(plan.get(name)).getInt(); };
  auto total = [&](StringRef name) {
    int64_t bytes = 0;
    for (auto term : cast<ArrayAttr>(plan.get(name)).getAsRange<DenseI64ArrayAttr>()) {
      int64_t each = term[0];
      for (int64_t size : term.asArrayRef().drop_front())
        each *= sizes[size];
      bytes += llvm::alignTo(each, scratchAlign);
    }
    return bytes;
  };
  LaunchShape shape;
  shape.rowsPerBlock = number("rows_per_block");
  shape.threads = number("threads_per_row") * shape.rowsPerBlock;
  shape.sharedBytes =
      number("exchange") + total("block_shared") + total("partials") + total("shared") * shape.rowsPerBlock;
  if (ArrayRef<int64_t> ring = cast<DenseI64ArrayAttr>(plan.get("ring")); !ring.empty()) {
    int64_t entryBytes = ring[0], slots = ring[1], entries = sizes[size_t(ring[2])];
    if (entries > slots)
      return llvm::createStringError("the kernel has room for " + llvm::Twine(slots) +
                                     " entries of a history in shared memory, " + llvm::Twine(entries) +
                                     " are given: compile it for a program with as many");
    shape.sharedBytes += std::min(2 * entries, slots) * entryBytes;
  }
  shape.workspaceBytes = total("workspace");
  for (auto term : cast<ArrayAttr>(plan.get("sums")).getAsRange<DenseI64ArrayAttr>()) {
    int64_t numbers = term[1];
    for (int64_t size : term.asArrayRef().drop_front(2))
      numbers *= sizes[size];
    shape.sums.push_back({term[0], numbers});
  }
  return shape;
}
