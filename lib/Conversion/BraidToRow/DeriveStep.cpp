//===- DeriveStep.cpp - clipping, AdamW and accumulation as launches ------===//
//
// Parameters are rows of fixed kernels: all work on them is elementwise, so their
// numbers are cut into rows of any length that divides them. One kernel serves all
// parameters with the same options; the length of its rows is an argument.
//
//===----------------------------------------------------------------------===//

#include "StepKernels.h"
#include "braid/Conversion/BraidToRow.h"
#include "braid/Runtime/Optimiser.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include <map>

using namespace mlir;
using namespace braid::row;

namespace braid {

#define GEN_PASS_DECL_DERIVESTEP
#define GEN_PASS_DEF_DERIVESTEP
#include "lib/Conversion/Passes.h.inc"

namespace {

class Step {
public:
  explicit Step(ModuleOp module) : module(module), kernels(module.getContext()), host(module.getContext()) {
    kernels.setInsertionPointToEnd(module.getBody());
  }
  void step();
  void accumulate();

private:
  struct Parameter {
    lang::ParameterOp op;
    std::string path;
    int64_t numbers, length;
  };
  SmallVector<Parameter> parameters();
  void begin(StringRef name);
  Value external(host::Role role, StringRef path, int64_t numbers);
  void launch(KernelOp kernel, int64_t rows, ArrayRef<int64_t> sizes, ValueRange args);

  /// The kernel for parameters of these options.
  KernelOp update(bool decay, double rate);

  ModuleOp module;
  OpBuilder kernels, host;
};

} // namespace

/// How many numbers make a row: at most a few thousand, whole vectors if possible.
static int64_t rowLength(int64_t numbers) {
  int64_t fallback = numbers;
  for (int64_t n = std::min<int64_t>(numbers, 4096); n >= 64; --n) {
    if (numbers % n)
      continue;
    if (n % 16 == 0)
      return n;
    if (fallback == numbers)
      fallback = n;
  }
  return fallback;
}

SmallVector<Step::Parameter> Step::parameters() {
  SmallVector<Parameter> result;
  for (auto op : module.getOps<lang::ParameterOp>()) {
    int64_t numbers = cast<lang::ValueType>(op.getType()).numElements();
    result.push_back({op, op.getSymName().str(), numbers, rowLength(numbers)});
  }
  return result;
}

void Step::begin(StringRef name) {
  kernels.setInsertionPointToEnd(module.getBody());
  auto func = kernels.create<host::FuncOp>(module.getLoc(), name, IntegerAttr(), IntegerAttr(), IntegerAttr());
  host.setInsertionPointToEnd(&func.getBody().emplaceBlock());
  kernels.setInsertionPoint(func);
}

Value Step::external(host::Role role, StringRef path, int64_t numbers) {
  auto type = host::BufferType::get(host.getContext(), host::Space::Fixed, numbers, host::Storage::F32);
  return host.create<host::ExternalOp>(module.getLoc(), type, role, path, IntegerAttr(), IntegerAttr());
}

void Step::launch(KernelOp kernel, int64_t rows, ArrayRef<int64_t> sizes, ValueRange args) {
  host.create<host::LaunchOp>(module.getLoc(), kernel.getSymName(), host::Space::Fixed, host.getI64IntegerAttr(rows),
                              sizes, ArrayAttr(), args, DenseI64ArrayAttr(), IntegerAttr());
}

KernelOp Step::update(bool decay, double rate) {
  std::string stem = decay ? "step_adamw_decay" : "step_adamw", name = stem;
  for (int i = 1; module.lookupSymbol(name); ++i)
    name = stem + "_" + std::to_string(i);
  return step::update(kernels, module.getLoc(), name, decay, rate);
}

void Step::step() {
  begin("step");
  Location loc = module.getLoc();
  KernelOp squares = step::squares(kernels, loc), norm = step::norm(kernels, loc), check = step::check(kernels, loc);
  auto local = [&](const Twine &name, int64_t numbers) -> Value {
    auto type = host::BufferType::get(host.getContext(), host::Space::Fixed, numbers, host::Storage::F32);
    return host.create<host::BufferOp>(loc, type, name.str(), "optimiser", IntegerAttr());
  };
  SmallVector<Parameter> all = parameters();
  SmallVector<Value> gradients, args, lost;
  for (const Parameter &p : all) {
    gradients.push_back(external(host::Role::Gradient, p.path, p.numbers));
    args.push_back(local("square." + p.path, step::numSquares));
    launch(squares, p.numbers / p.length, p.length, {gradients.back(), args.back()});
  }
  Value hyper = external(host::Role::Input, "hyper", BRAID_HYPER_COUNT),
        state = external(host::Role::State, "step", BRAID_STATE_COUNT);
  Value status = external(host::Role::Output, "status", BRAID_STATUS_COUNT),
        factors = local("factors", step::FactorCount);
  args.append({hyper, external(host::Role::Output, "loss", 1), state, status, factors});
  launch(norm, 1, int64_t(all.size()), args);

  std::map<std::pair<bool, double>, KernelOp> updates;
  for (auto [p, gradient] : llvm::zip(all, gradients)) {
    std::pair<bool, double> key{p.op.getDecay(), p.op.getLr() ? p.op.getLr()->convertToDouble() : 1.0};
    auto it = updates.find(key);
    if (it == updates.end())
      it = updates.emplace(key, update(key.first, key.second)).first;
    lost.push_back(local("lost." + p.path, 1));
    launch(it->second, p.numbers / p.length, p.length,
           {external(host::Role::Parameter, p.path, p.numbers), gradient,
            external(host::Role::Moment1, p.path, p.numbers), external(host::Role::Moment2, p.path, p.numbers), hyper,
            factors, lost.back()});
  }
  lost.append({status, state});
  launch(check, 1, int64_t(all.size()), lost);
}

void Step::accumulate() {
  begin("accumulate");
  KernelOp add = step::addition(kernels, module.getLoc());
  launch(add, 1, 1, {external(host::Role::Accumulated, "loss", 1), external(host::Role::Output, "loss", 1)});
  for (const Parameter &p : parameters())
    launch(add, p.numbers / p.length, p.length,
           {external(host::Role::Accumulated, p.path, p.numbers), external(host::Role::Gradient, p.path, p.numbers)});
}

namespace {
class DeriveStep : public braid::impl::DeriveStepBase<DeriveStep> {
public:
  DeriveStep(bool step, bool accumulate) {
    makeStep = step;
    makeAccumulate = accumulate;
  }

  void runOnOperation() override {
    if (getOperation().getOps<lang::ParameterOp>().empty())
      return;
    auto isThere = [&](StringRef name) { return getOperation().lookupSymbol<host::FuncOp>(name); };
    if (makeStep && !isThere("step"))
      Step(getOperation()).step();
    if (makeAccumulate && !isThere("accumulate"))
      Step(getOperation()).accumulate();
  }
};
} // namespace

std::unique_ptr<Pass> createDeriveStepPass(bool step, bool accumulate) {
  return std::make_unique<DeriveStep>(step, accumulate);
}

} // namespace braid
