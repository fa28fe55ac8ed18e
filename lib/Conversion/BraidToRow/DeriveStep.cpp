//===- DeriveStep.cpp - clipping, AdamW and accumulation as row kernels ---===//
//
// Parameters are rows of fixed kernels: all work on them is elementwise, so their
// numbers are cut into rows of any length that divides them. One kernel serves all
// parameters with the same options; the length of its rows is an argument.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/BraidToRow.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include <map>

using namespace mlir;
using namespace braid::row;

namespace braid {

#define GEN_PASS_DECL_DERIVESTEP
#define GEN_PASS_DEF_DERIVESTEP
#include "lib/Conversion/Passes.h.inc"

namespace {

/// Writes the body of a kernel on fp32 values.
class Body {
public:
  Body(OpBuilder &kernels, Location loc, StringRef name, ArrayRef<StringRef> dynamic)
      : b(kernels.getContext()), loc(loc),
        kernel(kernels.create<KernelOp>(loc, name, Space::Fixed, kernels.getStrArrayAttr(dynamic))) {
    b.setInsertionPointToEnd(&kernel.getBody().emplaceBlock());
  }

  AxisAttr axis(StringRef name, int64_t size = -1) { return AxisAttr::get(b.getContext(), name, size); }
  ValueType type(ArrayRef<AxisAttr> axes) { return ValueType::get(b.getContext(), axes, Element::Real); }
  Value buffer(bool perRow, ArrayRef<AxisAttr> axes) { return add(BufferType::get(b.getContext(), perRow, axes, Storage::F32)); }
  Value list(StringRef axis) { return add(ListType::get(b.getContext(), axis, {}, Storage::F32)); }
  Value load(Value buffer) { return b.create<LoadOp>(loc, type(cast<BufferType>(buffer.getType()).getAxes()), buffer); }
  Value stack(Value list) {
    return b.create<StackOp>(loc, type({axis(cast<ListType>(list.getType()).getAxis())}), list);
  }
  Value constant(double value) { return b.create<ConstantOp>(loc, type({}), b.getF64FloatAttr(value)); }
  /// Element `index` of a vector.
  Value at(Value vector, int64_t index) {
    return b.create<SliceOp>(loc, type({}), vector, b.getStringAttr(cast<ValueType>(vector.getType()).getAxes()[0].getName()),
                             b.getI64IntegerAttr(index), b.getI64IntegerAttr(1), StringAttr());
  }
  /// The result has the axes of the operand with the most.
  Value map(Fn fn, ValueRange inputs) {
    ArrayRef<AxisAttr> axes;
    for (Value input : inputs)
      if (typeOf(input).getAxes().size() > axes.size())
        axes = typeOf(input).getAxes();
    return b.create<MapOp>(loc, ValueType::get(b.getContext(), axes, yieldsBool(fn) ? Element::Bool : Element::Real), fn, inputs);
  }
  Value sum(Value value) {
    return b.create<ReduceOp>(loc, type({}), ReduceKind::Sum, value, b.getStrArrayAttr({typeOf(value).getAxes()[0].getName()}));
  }
  void store(Value value, Value buffer) { b.create<StoreOp>(loc, value, buffer); }
  void accumulate(Value value, Value buffer) { b.create<AccumulateOp>(loc, value, buffer); }
  KernelOp getKernel() { return kernel; }

private:
  Value add(Type type) { return kernel.getBody().front().addArgument(type, loc); }

  OpBuilder b;
  Location loc;
  KernelOp kernel;
};

/// Numbers of the vector `in:hyper`.
enum Hyper { LearningRate, Beta1, Beta2, Epsilon, Decay, Correction1, Correction2, Clip, HyperCount };

class Step {
public:
  explicit Step(ModuleOp module) : module(module), kernels(module.getContext()), host(module.getContext()) {
    kernels.setInsertionPointToEnd(module.getBody());
  }
  void step();
  void accumulate();

private:
  struct Parameter {
    ir::ParameterOp op;
    std::string path;
    int64_t numbers, length;
  };
  SmallVector<Parameter> parameters();
  void begin(StringRef name);
  Value external(StringRef kind, StringRef path, int64_t numbers);
  void launch(KernelOp kernel, int64_t rows, ArrayRef<int64_t> sizes, ValueRange args);

  KernelOp squares();
  KernelOp norm();
  KernelOp update(bool decay, double factor);
  KernelOp addition();

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
  for (auto op : module.getOps<ir::ParameterOp>()) {
    int64_t numbers = cast<ir::ValueType>(op.getType()).numElements();
    result.push_back({op, op.getSymName().str(), numbers, rowLength(numbers)});
  }
  return result;
}

void Step::begin(StringRef name) {
  kernels.setInsertionPointToEnd(module.getBody());
  auto func = kernels.create<host::FuncOp>(module.getLoc(), name, IntegerAttr(), IntegerAttr());
  host.setInsertionPointToEnd(&func.getBody().emplaceBlock());
  kernels.setInsertionPoint(func);
}

Value Step::external(StringRef kind, StringRef path, int64_t numbers) {
  auto type = host::BufferType::get(host.getContext(), host::Space::Fixed, numbers, host::Storage::F32);
  return host.create<host::ExternalOp>(module.getLoc(), type, (kind + ":" + path).str());
}

void Step::launch(KernelOp kernel, int64_t rows, ArrayRef<int64_t> sizes, ValueRange args) {
  host.create<host::LaunchOp>(module.getLoc(), kernel.getSymName(), host::Space::Fixed, host.getI64IntegerAttr(rows), sizes,
                              ArrayAttr(), args);
}

/// The sum of the squares of a gradient.
KernelOp Step::squares() {
  Body k(kernels, module.getLoc(), "step_squares", {"n"});
  Value gradient = k.buffer(true, {k.axis("n")}), out = k.buffer(false, {});
  Value g = k.load(gradient);
  k.accumulate(k.sum(k.map(Fn::Mul, {g, g})), out);
  return k.getKernel();
}

/// The norm of the whole gradient, and what to multiply it by so that it does not exceed `clip`
/// (no limit where that is not positive).
KernelOp Step::norm() {
  Body k(kernels, module.getLoc(), "step_norm", {"parameter"});
  Value list = k.list("parameter"), hyper = k.buffer(false, {k.axis("hyper", HyperCount)});
  Value normOut = k.buffer(false, {}), scaleOut = k.buffer(false, {});
  Value norm = k.map(Fn::Sqrt, k.sum(k.stack(list)));
  Value clip = k.at(k.load(hyper), Clip), one = k.constant(1), zero = k.constant(0);
  Value limited = k.map(Fn::Min, {one, k.map(Fn::Div, {clip, norm})});
  Value scale = k.map(Fn::Select, {k.map(Fn::Lt, {zero, clip}), limited, one});
  k.store(norm, normOut);
  k.store(scale, scaleOut);
  return k.getKernel();
}

/// AdamW with decoupled decay: moments of the scaled gradient, corrected for their start.
KernelOp Step::update(bool decay, double factor) {
  std::string name = decay ? "step_adamw_decay" : "step_adamw";
  for (int i = 1; module.lookupSymbol(name); ++i)
    name = (decay ? "step_adamw_decay_" : "step_adamw_") + std::to_string(i);
  Body k(kernels, module.getLoc(), name, {"n"});
  SmallVector<AxisAttr> axes{k.axis("n")};
  Value param = k.buffer(true, axes), grad = k.buffer(true, axes), first = k.buffer(true, axes), second = k.buffer(true, axes);
  Value hyper = k.load(k.buffer(false, {k.axis("hyper", HyperCount)})), scale = k.load(k.buffer(false, {}));
  Value one = k.constant(1);
  Value rate = k.map(Fn::Mul, {k.at(hyper, LearningRate), k.constant(factor)});
  Value beta1 = k.at(hyper, Beta1), beta2 = k.at(hyper, Beta2);
  Value stepSize = k.map(Fn::Div, {rate, k.at(hyper, Correction1)});
  Value root2 = k.map(Fn::Sqrt, k.at(hyper, Correction2));
  Value keep = one;
  if (decay)
    keep = k.map(Fn::Sub, {one, k.map(Fn::Mul, {rate, k.at(hyper, Decay)})});
  Value rest1 = k.map(Fn::Sub, {one, beta1}), rest2 = k.map(Fn::Sub, {one, beta2});

  Value g = k.map(Fn::Mul, {k.load(grad), scale});
  Value m = k.map(Fn::Add, {k.map(Fn::Mul, {k.load(first), beta1}), k.map(Fn::Mul, {g, rest1})});
  Value v = k.map(Fn::Add, {k.map(Fn::Mul, {k.load(second), beta2}), k.map(Fn::Mul, {k.map(Fn::Mul, {g, g}), rest2})});
  Value scaled = k.map(Fn::Add, {k.map(Fn::Div, {k.map(Fn::Sqrt, v), root2}), k.at(hyper, Epsilon)});
  Value change = k.map(Fn::Mul, {k.map(Fn::Div, {m, scaled}), stepSize});
  Value p = k.load(param);
  if (decay)
    p = k.map(Fn::Mul, {p, keep});
  // The parameter first: it is all that depends on both moments.
  k.store(k.map(Fn::Sub, {p, change}), param);
  k.store(m, first);
  k.store(v, second);
  return k.getKernel();
}

KernelOp Step::addition() {
  Body k(kernels, module.getLoc(), "accumulate_add", {"n"});
  SmallVector<AxisAttr> axes{k.axis("n")};
  Value sum = k.buffer(true, axes), grad = k.buffer(true, axes);
  k.store(k.map(Fn::Add, {k.load(sum), k.load(grad)}), sum);
  return k.getKernel();
}

void Step::step() {
  begin("step");
  KernelOp square = squares(), total = norm();
  auto scalar = host::BufferType::get(host.getContext(), host::Space::Fixed, 1, host::Storage::F32);
  SmallVector<Parameter> all = parameters();
  SmallVector<Value> gradients, args;
  for (const Parameter &p : all) {
    gradients.push_back(external("grad", p.path, p.numbers));
    args.push_back(host.create<host::BufferOp>(module.getLoc(), scalar, "square." + p.path, "optimiser", IntegerAttr()));
    launch(square, p.numbers / p.length, p.length, {gradients.back(), args.back()});
  }
  Value hyper = external("in", "hyper", HyperCount);
  Value scale = host.create<host::BufferOp>(module.getLoc(), scalar, "scale", "optimiser", IntegerAttr());
  args.append({hyper, external("out", "grad_norm", 1), scale});
  launch(total, 1, int64_t(all.size()), args);

  std::map<std::pair<bool, double>, KernelOp> updates;
  for (auto [p, gradient] : llvm::zip(all, gradients)) {
    std::pair<bool, double> key{p.op.getDecay(), p.op.getLr() ? p.op.getLr()->convertToDouble() : 1.0};
    auto it = updates.find(key);
    if (it == updates.end())
      it = updates.emplace(key, update(key.first, key.second)).first;
    launch(it->second, p.numbers / p.length, p.length,
           {external("param", p.path, p.numbers), gradient, external("m", p.path, p.numbers),
            external("v", p.path, p.numbers), hyper, scale});
  }
}

void Step::accumulate() {
  begin("accumulate");
  KernelOp add = addition();
  for (const Parameter &p : parameters())
    launch(add, p.numbers / p.length, p.length, {external("acc", p.path, p.numbers), external("grad", p.path, p.numbers)});
}

namespace {
class DeriveStep : public braid::impl::DeriveStepBase<DeriveStep> {
public:
  DeriveStep(bool step, bool accumulate) {
    makeStep = step;
    makeAccumulate = accumulate;
  }

  void runOnOperation() override {
    if (getOperation().getOps<ir::ParameterOp>().empty())
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
