//===- BraidToRow.cpp - programs for one token as kernels and schedules ---===//

#include "braid/Conversion/BraidToRow.h"
#include "CallLowering.h"
#include "KernelBuilder.h"
#include "PrepareCalls.h"
#include "braid/Conversion/Launches.h"
#include "dialects/Braid/Analysis/DynamicAxes.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace braid {

#define GEN_PASS_DECL_CONVERTBRAIDTOROW
#define GEN_PASS_DEF_CONVERTBRAIDTOROW
#include "lib/Conversion/Passes.h.inc"

namespace {

using namespace convert;

class ConvertBraidToRow : public braid::impl::ConvertBraidToRowBase<ConvertBraidToRow> {
public:
  explicit ConvertBraidToRow(ArrayRef<std::string> names) { functions = names; }

  void getDependentDialects(DialectRegistry &registry) const override {
    ConvertBraidToRowBase::getDependentDialects(registry);
    registerCallLowerings(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyLaunches(module))) // of programs that are there already
      return signalPassFailure();
    for (auto kernel : module.getOps<row::KernelOp>())
      taken.insert(kernel.getSymName());
    for (auto func : llvm::make_early_inc_range(module.getOps<lang::FuncOp>())) {
      bool wanted = functions.empty() || llvm::is_contained(functions, func.getSymName());
      if (wanted && failed(convert(func)))
        return signalPassFailure();
      func.erase();
    }
  }

private:
  LogicalResult convert(lang::FuncOp func);
  std::string nextName() {
    std::string name;
    do
      name = "row_" + std::to_string(count++);
    while (taken.contains(name));
    return name;
  }
  unsigned count = 0;
  llvm::StringSet<> taken; ///< names of kernels that were there before
};

} // namespace

/// The steps that every token needs, first, where the results are of the newest token alone: those that lead to what is
/// remembered. How many they are; all of them where the results of every token are asked for.
static size_t orderForNewest(lang::FuncOp func, const Partition &partition, SmallVectorImpl<size_t> &order) {
  order.assign(llvm::seq<size_t>(0, partition.steps.size()).begin(),
               llvm::seq<size_t>(0, partition.steps.size()).end());
  auto outputs = func.getBody().getOps<lang::OutputOp>();
  if (outputs.empty() || !llvm::all_of(outputs, [](lang::OutputOp output) { return output.getNewest(); }))
    return order.size();
  std::vector<bool> needed(order.size());
  SmallVector<size_t> work;
  auto want = [&](Operation *op) {
    if (int step = op ? partition.stepOf(op) : -1; step >= 0 && !needed[size_t(step)]) {
      needed[size_t(step)] = true;
      work.push_back(size_t(step));
    }
  };
  // What no step makes (views, what kernels make anew) leads on to what it is made of.
  auto wantOperands = [&](auto self, Operation *op) -> void {
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && partition.stepOf(def) < 0)
        self(self, def);
      else
        want(def);
    }
  };
  for (Operation &op : func.getBody().front())
    if (auto recur = dyn_cast<lang::RecurOp>(op); isa<lang::RememberOp>(op) || (recur && recur.isRemembered()))
      want(&op);
  while (!work.empty())
    for (Operation *op : partition.steps[work.pop_back_val()].ops)
      wantOperands(wantOperands, op);
  llvm::stable_sort(order, [&](size_t a, size_t b) { return needed[a] > needed[b]; });
  return size_t(llvm::count(needed, true));
}

LogicalResult ConvertBraidToRow::convert(lang::FuncOp func) {
  if (failed(verifyPrepared(func)))
    return failure();
  FailureOr<Partition> partition = Partition::of(func);
  if (failed(partition))
    return failure();
  llvm::StringMap<int64_t> dynamic = lang::dynamicAxes(func);

  // The program takes over the function's name, so it gets it when that is free.
  OpBuilder kernels(func);
  lang::IdBounds bounds = lang::idBoundsOf(func);
  auto program =
      kernels.create<host::FuncOp>(func.getLoc(), (func.getSymName() + "__host").str(), IntegerAttr(), IntegerAttr(),
                                   bounds.positions ? kernels.getI64IntegerAttr(bounds.positions) : IntegerAttr());
  OpBuilder host = OpBuilder::atBlockEnd(&program.getBody().emplaceBlock());
  kernels.setInsertionPoint(program);
  KernelSink sink{kernels, [this] { return nextName(); }};
  Buffers buffers(func, *partition, bounds, host, sink);
  SmallVector<size_t> order;
  size_t forAll = orderForNewest(func, *partition, order);
  for (auto [place, i] : llvm::enumerate(order)) {
    const Step &step = partition->steps[i];
    if (place == forAll)
      host.create<host::NewestOp>(func.getLoc());
    if (step.kind == Step::Call) {
      auto call = cast<CallLowering>(step.ops.front());
      if (failed(call.emitCall(buffers, host, host.getI64IntegerAttr(step.level))))
        return failure();
      continue;
    }
    KernelBuilder builder(step, i, *partition, buffers, dynamic, kernels, host);
    FailureOr<host::LaunchOp> launch = builder.build(nextName());
    if (failed(launch))
      return failure();
    if (launch->getArgs().empty()) { // every result was unused
      StringRef name = launch->getKernel();
      SymbolTable::lookupSymbolIn(getOperation(), name)->erase();
      launch->erase();
      continue;
    }
  }
  program.setSymName(func.getSymName());
  return success();
}

std::unique_ptr<Pass> createConvertBraidToRowPass(ArrayRef<std::string> functions) {
  return std::make_unique<ConvertBraidToRow>(functions);
}

} // namespace braid
