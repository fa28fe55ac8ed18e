//===- Costs.cpp - what a planned program costs ---------------------------===//
//
// Counted from the plan alone: numbers per token, so they hold for every batch and length.
//
//===----------------------------------------------------------------------===//

#include "LaunchTraffic.h"
#include "braid/Pipelines/Explain.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"

using namespace mlir;

namespace braid {

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

SmallVector<ArgumentTraffic> trafficOf(host::LaunchOp launch, row::KernelOp kernel) {
  llvm::DenseMap<StringRef, int64_t> sizes;
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    sizes[cast<StringAttr>(name).getValue()] = size;
  SmallVector<ArgumentTraffic> result;
  unsigned next = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    ArgumentTraffic traffic;
    auto list = dyn_cast<row::ListType>(argument.getType());
    traffic.entries = list ? sizes.lookup(list.getAxis()) : 1;
    traffic.first = next;
    for (int64_t i = 0; i < traffic.entries; ++i) {
      Value operand = launch.getArgs()[next++];
      auto type = cast<host::BufferType>(operand.getType());
      if (operand.getDefiningOp<host::ZerosOp>())
        continue; // stays in cache
      (type.getSpace() == host::Space::Token ? traffic.tokenBytes : traffic.fixedBytes) += type.bytes();
    }
    for (Operation *user : argument.getUsers()) {
      if (auto gather = dyn_cast<row::GatherOp>(user)) {
        // One entry of the table for each row.
        int64_t axis = cast<row::BufferType>(argument.getType()).getAxes().size();
        for (row::AxisAttr a : cast<row::BufferType>(argument.getType()).getAxes())
          if (a.getName() == gather.getAxis())
            axis = a.isDynamic() ? sizes.lookup(a.getName()) : a.getSize();
        int64_t bytes = (traffic.tokenBytes + traffic.fixedBytes) / std::max<int64_t>(axis, 1);
        traffic.gathered += bytes;
      } else if (isa<row::LoadOp, row::StackOp>(user)) {
        ++traffic.loads;
      } else if (isa<row::StoreOp, row::UnstackOp>(user)) {
        ++traffic.stores;
      } else if (isa<row::AccumulateOp>(user)) {
        traffic.accumulated = true;
      }
    }
    result.push_back(traffic);
  }
  return result;
}

LaunchTraffic sumOf(ArrayRef<ArgumentTraffic> arguments) {
  LaunchTraffic sum;
  for (const ArgumentTraffic &a : arguments) {
    sum.loaded += a.loads * a.tokenBytes + a.gathered;
    sum.stored += a.stores * a.tokenBytes;
    sum.bound += ((a.loads > 0) + (a.stores > 0)) * a.tokenBytes + a.gathered;
    sum.fixed += (a.loads + a.stores + a.accumulated) * a.fixedBytes;
  }
  return sum;
}

/// Products that have become sums along a row, once for each row: a multiplication and an addition for
/// each number summed.
static double rowFlops(host::LaunchOp launch, row::KernelOp kernel) {
  llvm::DenseMap<StringRef, int64_t> sizes;
  for (auto [name, size] : llvm::zip(kernel.getDynamic(), launch.getSizes()))
    sizes[cast<StringAttr>(name).getValue()] = size;
  double flops = 0;
  kernel.walk([&](row::ReduceOp reduce) {
    auto map = reduce.getInput().getDefiningOp<row::MapOp>();
    if (!map || map.getFn() != row::Fn::Mul || reduce.getKind() != row::ReduceKind::Sum)
      return;
    double numbers = 2;
    for (row::AxisAttr axis : cast<row::ValueType>(map.getResult().getType()).getAxes())
      numbers *= double(axis.isDynamic() ? sizes.lookup(axis.getName()) : axis.getSize());
    flops += numbers;
  });
  return flops;
}

static double numbersOf(Value value) {
  double numbers = 1;
  for (row::AxisAttr axis : cast<row::ValueType>(value.getType()).getAxes())
    numbers *= double(axis.getSize());
  return numbers;
}

double flopsOf(host::RecurOp recur, const SymbolTable &symbols) {
  double flops = 0;
  auto add = [&](StringRef name) {
    symbols.lookup<row::KernelOp>(name).walk([&](Operation *op) {
      if (auto map = dyn_cast<row::MapOp>(op)) {
        using Fn = row::Fn;
        bool once = llvm::is_contained({Fn::Add, Fn::Sub, Fn::Mul, Fn::MulZ, Fn::Div}, map.getFn());
        flops += (once ? 1 : map.getFn() == Fn::Fma ? 2 : 0) * numbersOf(map.getResult());
      } else if (auto reduce = dyn_cast<row::ReduceOp>(op); reduce && reduce.getKind() == row::ReduceKind::Sum) {
        flops += numbersOf(reduce.getInput());
      }
    });
  };
  add(recur.getKernel());
  if (recur.getReplay())
    add(*recur.getReplay());
  return flops * double(recur.getParts());
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// What it reads and writes for each token, once; carries stay in cache.
static void addRecurrence(host::RecurOp recur, const SymbolTable &symbols, Cost &cost) {
  cost.productFlops += flopsOf(recur, symbols);
  auto bytes = [](ArrayRef<Value> buffers) {
    double sum = 0;
    for (Value buffer : buffers)
      if (auto type = cast<host::BufferType>(buffer.getType()); type.getSpace() == host::Space::Token)
        sum += double(type.bytes());
    return sum;
  };
  auto isPast = [](Value buffer) {
    auto external = buffer.getDefiningOp<host::ExternalOp>();
    return external && external.getPast();
  };
  SmallVector<Value> reads = recur.getReads(), writes = recur.getWrites();
  llvm::erase_if(reads, isPast);
  llvm::erase_if(writes, isPast);
  cost.loaded += bytes(reads);
  cost.stored += bytes(writes);
  cost.bound += bytes(reads) + bytes(writes);
}

static void addCall(Operation &op, Cost &cost) {
  if (auto call = dyn_cast<host::LibraryCall>(op)) {
    host::Work work = call.getWork();
    cost.products += work.product;
    cost.productFlops += work.token;
    cost.attendFlops += work.position;
    cost.fixedFlops += work.fixed;
  } else if (auto buffer = dyn_cast<host::BufferOp>(op)) {
    if (buffer.getType().getSpace() == host::Space::Token)
      cost.categories[buffer.getCategory().str()] += buffer.getType().bytes();
  } else if (auto external = dyn_cast<host::ExternalOp>(op); external && external.getPast()) {
    std::string path = external.getPath().str();
    if (llvm::none_of(cost.remembered, [&](const Remembered &known) { return known.path == path; }))
      cost.remembered.push_back(
          {path, external.getCarry() ? 1 : external.getPast(), external.getType().bytes(), external.getCarry()});
  }
}

int64_t Cost::rememberedPerToken() const {
  int64_t sum = 0;
  for (const Remembered &value : remembered)
    sum += value.rows < 0 ? value.bytes : 0;
  return sum;
}

int64_t Cost::rememberedInAll() const {
  int64_t sum = 0;
  for (const Remembered &value : remembered)
    sum += value.rows < 0 ? 0 : value.rows * value.bytes;
  return sum;
}

std::vector<Cost> costs(ModuleOp planned) {
  SymbolTable symbols(planned);
  std::vector<Cost> result;
  for (auto func : planned.getOps<host::FuncOp>()) {
    Cost cost;
    cost.function = func.getSymName().str();
    cost.tokenArena = func.getTokenBytes().value_or(0);
    cost.fixedArena = func.getFixedBytes().value_or(0);
    llvm::DenseSet<StringRef> kernels;
    for (Operation &op : func.getBody().front()) {
      addCall(op, cost);
      if (auto recur = dyn_cast<host::RecurOp>(op))
        addRecurrence(recur, symbols, cost);
      auto launch = dyn_cast<host::LaunchOp>(op);
      if (!launch)
        continue;
      ++cost.launches;
      kernels.insert(launch.getKernel());
      auto kernel = symbols.lookup<row::KernelOp>(launch.getKernel());
      LaunchTraffic traffic = sumOf(trafficOf(launch, kernel));
      if (launch.getSpace() == host::Space::Token)
        cost.productFlops += rowFlops(launch, kernel);
      else
        cost.fixedFlops += rowFlops(launch, kernel) * double(launch.getRows().value_or(1));
      cost.loaded += traffic.loaded;
      cost.stored += traffic.stored;
      cost.bound += traffic.bound;
      cost.fixedBytes += traffic.fixed;
    }
    cost.kernels = kernels.size();
    result.push_back(cost);
  }
  return result;
}

} // namespace braid
