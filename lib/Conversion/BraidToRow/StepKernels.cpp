//===- StepKernels.cpp - the row kernels of a training step ---------------===//
//
// Whether a step is taken is decided on the device: every update computes the new
// numbers and selects between them and the old ones, so that nobody has to wait for
// the norm. All is computed in fp32; what a difference near 1 would lose comes with
// `in:hyper` or is computed from a logarithm.
//
//===----------------------------------------------------------------------===//

#include "StepKernels.h"
#include "braid/Runtime/Optimiser.h"
#include <limits>

using namespace mlir;
using namespace braid::row;

namespace braid::step {

namespace {

/// Writes the body of a kernel on fp32 values.
class Body {
public:
  Body(OpBuilder &kernels, Location loc, StringRef name, ArrayRef<StringRef> dynamic)
      : b(kernels.getContext()), loc(loc),
        kernel(kernels.create<KernelOp>(loc, name, Space::Fixed, kernels.getStrArrayAttr(dynamic), ArrayAttr())) {
    b.setInsertionPointToEnd(&kernel.getBody().emplaceBlock());
  }

  AxisAttr axis(StringRef name, int64_t size = -1) { return AxisAttr::get(b.getContext(), name, size); }
  Value buffer(bool perRow, ArrayRef<AxisAttr> axes) {
    return add(BufferType::get(b.getContext(), perRow, axes, Storage::F32));
  }
  Value list(StringRef axis, ArrayRef<AxisAttr> axes) {
    return add(ListType::get(b.getContext(), axis, axes, Storage::F32));
  }
  Value load(Value buffer) { return b.create<LoadOp>(loc, type(cast<BufferType>(buffer.getType()).getAxes()), buffer); }
  Value stack(Value list) {
    auto from = cast<ListType>(list.getType());
    SmallVector<AxisAttr> axes{axis(from.getAxis())};
    llvm::append_range(axes, from.getAxes());
    return b.create<StackOp>(loc, type(axes), list);
  }
  Value constant(double value) { return b.create<ConstantOp>(loc, type({}), b.getF64FloatAttr(value)); }
  /// Element `index` of a vector.
  Value at(Value vector, int64_t index) {
    return b.create<SliceOp>(loc, type({}), vector, b.getStringAttr(typeOf(vector).getAxes()[0].getName()),
                             b.getI64IntegerAttr(index), b.getI64IntegerAttr(1), StringAttr());
  }
  /// Numbers as a vector.
  Value vector(AxisAttr axis, ValueRange numbers) {
    Value result;
    for (auto [i, number] : llvm::enumerate(numbers)) {
      Value padded = b.create<PadOp>(loc, type({axis}), number, b.getStringAttr(axis.getName()), b.getI64IntegerAttr(i),
                                     StringAttr());
      result = result ? this->add(result, padded) : padded;
    }
    return result;
  }
  /// The result has the axes of the operand with the most.
  Value map(Fn fn, ValueRange inputs) {
    ArrayRef<AxisAttr> axes;
    for (Value input : inputs)
      if (typeOf(input).getAxes().size() > axes.size())
        axes = typeOf(input).getAxes();
    Element element = fn == Fn::Select ? typeOf(inputs[1]).getElement()
                      : yieldsBool(fn) ? Element::Bool
                                       : Element::Real;
    return b.create<MapOp>(loc, ValueType::get(b.getContext(), axes, element), fn, inputs);
  }
  Value add(Value x, Value y) { return map(Fn::Add, {x, y}); }
  Value sub(Value x, Value y) { return map(Fn::Sub, {x, y}); }
  Value mul(Value x, Value y) { return map(Fn::Mul, {x, y}); }
  Value div(Value x, Value y) { return map(Fn::Div, {x, y}); }
  Value fma(Value x, Value y, Value z) { return map(Fn::Fma, {x, y, z}); }
  Value less(Value x, Value y) { return map(Fn::Lt, {x, y}); }
  Value both(Value x, Value y) { return map(Fn::And, {x, y}); }
  Value select(Value condition, Value x, Value y) { return map(Fn::Select, {condition, x, y}); }
  /// Over the first axis.
  Value sum(Value value) {
    return b.create<ReduceOp>(loc, type(typeOf(value).getAxes().drop_front()), ReduceKind::Sum, value,
                              b.getStrArrayAttr({typeOf(value).getAxes()[0].getName()}));
  }
  /// Elementwise; false of NaN.
  Value isFinite(Value x) { return map(Fn::Le, {map(Fn::Abs, x), constant(std::numeric_limits<float>::max())}); }
  void store(Value value, Value buffer) { b.create<StoreOp>(loc, value, buffer); }
  void accumulate(Value value, Value buffer) { b.create<AccumulateOp>(loc, value, buffer); }
  KernelOp getKernel() { return kernel; }

private:
  ValueType type(ArrayRef<AxisAttr> axes) { return ValueType::get(b.getContext(), axes, Element::Real); }
  Value add(Type type) { return kernel.getBody().front().addArgument(type, loc); }

  OpBuilder b;
  Location loc;
  KernelOp kernel;
};

} // namespace

// A gradient is made smaller or larger by these powers of two before it is squared. The plain squares serve norms from
// 2^-30 to 2^64; of fewer than 2^40 numbers, what underflows there changes no digit of the sum.
static constexpr double smaller = 0x1p-96, larger = 0x1p90;
static constexpr double leastPlain = 0x1p-60, mostPlain = 0x1p127;
/// The squares of gradients are averaged into second moments, which are fp32 numbers.
static constexpr double mostNorm = 1.8e19;

KernelOp squares(OpBuilder &b, Location loc) {
  Body k(b, loc, "step_squares", {"n"});
  AxisAttr square = k.axis("square", numSquares);
  Value gradient = k.buffer(true, {k.axis("n")}), out = k.buffer(false, {square});
  Value g = k.load(gradient), small = k.mul(g, k.constant(smaller)), large = k.mul(g, k.constant(larger));
  k.accumulate(k.vector(square, {k.sum(k.mul(g, g)), k.sum(k.mul(small, small)), k.sum(k.mul(large, large))}), out);
  return k.getKernel();
}

/// 1 - exp(-x) to the last digits, x > 0. The logarithms of betas are small, and so is the count of the first steps.
static Value oneMinusExp(Body &k, Value x) {
  Value one = k.constant(1), series = one;
  for (int term = 12; term > 1; --term)
    series = k.fma(k.mul(x, k.constant(-1.0 / term)), series, one);
  return k.select(k.less(x, one), k.mul(x, series), k.sub(one, k.map(Fn::Exp, k.map(Fn::Neg, x))));
}

KernelOp norm(OpBuilder &b, Location loc) {
  Body k(b, loc, "step_norm", {"parameter"});
  AxisAttr hyperAxis = k.axis("hyper", BRAID_HYPER_COUNT), stateAxis = k.axis("state", BRAID_STATE_COUNT);
  AxisAttr statusAxis = k.axis("status", BRAID_STATUS_COUNT), factorAxis = k.axis("factor", FactorCount);
  Value list = k.list("parameter", {k.axis("square", numSquares)});
  Value hyper = k.load(k.buffer(false, {hyperAxis})), loss = k.load(k.buffer(false, {}));
  Value stateBuffer = k.buffer(false, {stateAxis}), status = k.buffer(false, {statusAxis}),
        factors = k.buffer(false, {factorAxis});
  Value state = k.load(stateBuffer), squares = k.sum(k.stack(list));
  Value zero = k.constant(0), one = k.constant(1);

  Value plain = k.at(squares, 0), ofSmall = k.at(squares, 1), ofLarge = k.at(squares, 2);
  Value isPlain = k.less(plain, k.constant(mostPlain)), isTiny = k.less(plain, k.constant(leastPlain));
  auto choose = [&](Value huge, Value usual, Value tiny) {
    return k.select(isPlain, k.select(isTiny, tiny, usual), huge);
  };
  Value unit = choose(k.constant(smaller), one, k.constant(larger)),
        inverse = choose(k.constant(1 / smaller), one, k.constant(1 / larger));
  Value scaledNorm = k.map(Fn::Sqrt, choose(ofSmall, plain, ofLarge)), norm = k.mul(scaledNorm, inverse);

  // The gradient times `unit`, whose norm is in range, times `part` has the norm `clip`; one factor does where it is no
  // subnormal number.
  Value clip = k.at(hyper, BRAID_HYPER_CLIP), clips = k.both(k.less(zero, clip), k.less(clip, norm));
  Value part = k.div(clip, scaledNorm), whole = k.mul(part, unit), isWhole = k.less(k.constant(0x1p-100), whole);
  Value scale = k.select(clips, k.select(isWhole, whole, part), one),
        before = k.select(clips, k.select(isWhole, one, unit), one);

  Value squareIsFinite = k.less(k.select(clips, clip, norm), k.constant(mostNorm));
  Value finite = k.both(k.both(k.isFinite(loss), k.isFinite(ofSmall)), squareIsFinite);
  Value halted = k.less(zero, k.at(state, BRAID_STATE_HALTED)), takes = k.both(finite, k.map(Fn::Not, halted));
  Value take = k.map(Fn::Real, takes), taken = k.add(k.at(state, BRAID_STATE_TAKEN), take),
        was = k.at(state, BRAID_STATE_SKIPPED);
  Value skipped = k.select(halted, was, k.select(finite, zero, k.add(was, one)));
  Value tooMany = k.map(Fn::Real, k.less(k.at(hyper, BRAID_HYPER_MOST_SKIPPED), skipped));
  Value halt = k.select(halted, k.at(state, BRAID_STATE_HALTED), tooMany);

  Value correction1 = oneMinusExp(k, k.mul(taken, k.at(hyper, BRAID_HYPER_LOG1)));
  Value correction2 = oneMinusExp(k, k.mul(taken, k.at(hyper, BRAID_HYPER_LOG2)));
  k.store(k.vector(statusAxis, {loss, norm, k.map(Fn::Real, finite), skipped, halt}), status);
  k.store(k.vector(factorAxis, {take, before, scale, correction1, k.div(one, k.map(Fn::Sqrt, correction2))}), factors);
  k.store(k.vector(stateAxis, {taken, skipped, halt}), stateBuffer);
  return k.getKernel();
}

KernelOp update(OpBuilder &b, Location loc, StringRef name, bool decay, double rate) {
  Body k(b, loc, name, {"n"});
  SmallVector<AxisAttr> axes{k.axis("n")};
  Value param = k.buffer(true, axes), grad = k.buffer(true, axes), first = k.buffer(true, axes),
        second = k.buffer(true, axes);
  Value hyper = k.load(k.buffer(false, {k.axis("hyper", BRAID_HYPER_COUNT)}));
  Value factors = k.load(k.buffer(false, {k.axis("factor", FactorCount)})), lost = k.buffer(false, {});
  Value take = k.less(k.constant(0), k.at(factors, Take));
  Value lr = k.mul(k.at(hyper, BRAID_HYPER_RATE), k.constant(rate));

  // The products are in this order so that no factor of a moment overflows before the moment does.
  Value p = k.load(param), g = k.mul(k.mul(k.load(grad), k.at(factors, Unit)), k.at(factors, Scale));
  auto mean = [&](Value old, Value add, int64_t beta) {
    return k.fma(old, k.at(hyper, beta), k.fma(old, k.at(hyper, beta + 1), add));
  };
  Value oldFirst = k.load(first), oldSecond = k.load(second);
  Value m = mean(oldFirst, k.mul(g, k.at(hyper, BRAID_HYPER_COMPLEMENT1)), BRAID_HYPER_BETA1);
  Value v = mean(oldSecond, k.mul(k.mul(g, k.at(hyper, BRAID_HYPER_COMPLEMENT2)), g), BRAID_HYPER_BETA2);
  Value zero = k.constant(0),
        root = k.fma(k.map(Fn::Sqrt, v), k.at(factors, InverseRoot2), k.at(hyper, BRAID_HYPER_EPSILON));
  // A moment that is not finite makes the parameter so: infinity, too, as a divisor.
  Value change = k.fma(k.div(m, root), k.div(lr, k.at(factors, Correction1)), k.mul(zero, root));
  // Subtracted with the rest: 1 - lr · decay would be 1.
  if (decay)
    change = k.fma(p, k.mul(lr, k.at(hyper, BRAID_HYPER_DECAY)), change);
  Value next = k.select(take, k.sub(p, change), p);
  // 0 times a number is 0, or NaN. Before what it reads is overwritten, all is one loop.
  k.accumulate(k.sum(k.mul(zero, next)), lost);
  k.store(next, param);
  k.store(k.select(take, m, oldFirst), first);
  k.store(k.select(take, v, oldSecond), second);
  return k.getKernel();
}

KernelOp check(OpBuilder &b, Location loc) {
  Body k(b, loc, "step_check", {"parameter"});
  AxisAttr statusAxis = k.axis("status", BRAID_STATUS_COUNT), stateAxis = k.axis("state", BRAID_STATE_COUNT);
  Value list = k.list("parameter", {}), statusBuffer = k.buffer(false, {statusAxis}),
        stateBuffer = k.buffer(false, {stateAxis});
  Value kept = k.map(Fn::Eq, {k.sum(k.stack(list)), k.constant(0)});
  auto replaceHalted = [&](Value buffer, AxisAttr axis, int64_t halted) {
    Value old = k.load(buffer);
    SmallVector<Value> numbers;
    for (int64_t i = 0; i < axis.getSize(); ++i)
      numbers.push_back(k.at(old, i));
    numbers[halted] = k.select(kept, numbers[halted], k.constant(BRAID_HALT_LOST));
    k.store(k.vector(axis, numbers), buffer);
  };
  replaceHalted(statusBuffer, statusAxis, BRAID_STATUS_HALTED);
  replaceHalted(stateBuffer, stateAxis, BRAID_STATE_HALTED);
  return k.getKernel();
}

KernelOp addition(OpBuilder &b, Location loc) {
  Body k(b, loc, "accumulate_add", {"n"});
  SmallVector<AxisAttr> axes{k.axis("n")};
  Value sum = k.buffer(true, axes), grad = k.buffer(true, axes);
  k.store(k.add(k.load(sum), k.load(grad)), sum);
  return k.getKernel();
}

} // namespace braid::step
