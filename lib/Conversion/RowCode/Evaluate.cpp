//===- Evaluate.cpp - a value at a position -------------------------------===//

#include "KernelEmitter.h"

using namespace mlir;
using namespace braid::row;

static uintptr_t id(Value value) { return reinterpret_cast<uintptr_t>(value.getAsOpaquePointer()); }

bool KernelEmitter::varies(Value value, const Position &position) const {
  return llvm::any_of(typeOf(value).getAxes(), [&](AxisAttr axis) { return position.at(axis.getName()).varies(); });
}

bool KernelEmitter::isMasked(Value value, const Position &position) const {
  return position.mask && llvm::any_of(typeOf(value).getAxes(), [&](AxisAttr axis) {
           const Index &index = position.at(axis.getName());
           return index.varies() || index.guarded; // a guarded one finds zero where the mask is false
         });
}

unsigned KernelEmitter::depthOf(Value value, const Position &position) const {
  unsigned depth = isMasked(value, position) ? position.maskDepth : 0;
  for (AxisAttr axis : typeOf(value).getAxes())
    depth = std::max(depth, position.at(axis.getName()).depth);
  return depth;
}

std::vector<uintptr_t> KernelEmitter::keyOf(Value value, const Position &position) {
  std::vector<uintptr_t> key = {id(value)};
  for (AxisAttr axis : typeOf(value).getAxes()) {
    const Index &index = position.at(axis.getName());
    for (uintptr_t part : {id(index.dynamic), uintptr_t(index.constant), uintptr_t(index.lanes), id(index.perLane)})
      key.push_back(part);
  }
  if (isMasked(value, position))
    key.push_back(id(position.mask));
  if (varies(value, position))
    key.push_back(uintptr_t(width));
  return key;
}

Value KernelEmitter::evaluate(Value value, const Position &position) {
  if (Value scalar = scalars.lookup(value))
    return scalar;
  unsigned depth = depthOf(value, position);
  return remember(depth, keyOf(value, position), [&]() -> Value {
    if (!schedule.isKept(value))
      return compute(value, position, depth);
    reading = value;
    Value loaded = load(placeInScratch(value, position), position);
    if (typeOf(value).getElement() != Element::Bool)
      return loaded;
    return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, loaded, math.integer(loaded.getType(), 0));
  });
}

Value KernelEmitter::compute(Value value, const Position &position, unsigned depth) {
  Operation *op = value.getDefiningOp();
  Type element = elementType(typeOf(value).getElement());
  if (auto constant = dyn_cast<ConstantOp>(op))
    return constantOf(element, constant.getValue().convertToDouble());
  if (isa<IotaOp>(op)) {
    const Index &index = position.at(typeOf(value).getAxes()[0].getName());
    Value number = index.varies() ? lanesOf(index) : scalarOf(index);
    enter(depth);
    // By way of 32 bits, for which every processor has a conversion of vectors.
    number = b.create<arith::TruncIOp>(loc, VectorMath::withElement(number.getType(), b.getI32Type()), number);
    return b.create<arith::SIToFPOp>(loc, VectorMath::withElement(number.getType(), element), number);
  }
  if (isa<PositionOp>(op)) {
    enter(depth);
    return b.create<arith::TruncIOp>(loc, element, positionOfRow());
  }
  if (isa<LoadOp, StackOp>(op)) {
    reading = value;
    return load(placeIn(op->getOperand(0), position), position);
  }
  if (auto gather = dyn_cast<GatherOp>(op))
    return computeGather(gather, position, depth);
  if (auto map = dyn_cast<MapOp>(op))
    return computeMap(map, position, depth);
  if (auto random = dyn_cast<RandomOp>(op))
    return computeRandom(random, position, depth);
  if (auto round = dyn_cast<RoundOp>(op)) {
    Value input = evaluate(round.getInput(), position);
    if (round.getStorage() != Storage::BF16)
      return input;
    enter(depth);
    return widen(narrow(input));
  }
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return computeShortSum(reduce, position, depth);
  if (auto view = dyn_cast<ViewOp>(op))
    return evaluate(view.getInput(), viewed(view, position));
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return evaluate(transpose.getInput(), position);
  if (auto slice = dyn_cast<SliceOp>(op)) {
    AxisAttr axis = typeOf(slice.getInput()).getAxes()[typeOf(slice.getInput()).find(slice.getAxis())];
    Index index = slice.getAs() ? position.at(*slice.getAs()) : Index();
    index = plus(index, slice.getOffset());
    if (int64_t(slice.getOffset()) < 0)
      index = plus(index, sizeOf(axis));
    Position inner = position;
    inner.set(slice.getAxis(), index);
    return evaluate(slice.getInput(), inner);
  }
  if (auto pad = dyn_cast<PadOp>(op))
    return computePad(pad, position, depth);
  return computeConcat(cast<ConcatOp>(op), position, depth);
}

/// Outside the axis, the entry 0 is read and replaced by zero: no branch, and no read outside the buffer.
Value KernelEmitter::computeGather(GatherOp gather, const Position &position, unsigned depth) {
  auto buffer = gather.getBuffer().getType();
  AxisAttr axis;
  for (AxisAttr a : buffer.getAxes())
    if (a.getName() == gather.getAxis())
      axis = a;
  Value id = evaluate(gather.getId(), Position());
  Value size = scalarOf(sizeOf(axis));
  enter(0);
  Value wide = b.create<arith::ExtSIOp>(loc, b.getI64Type(), id);
  Value inside = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult, wide, size);
  Index index;
  index.align = 1;
  index.dynamic = b.create<arith::SelectOp>(loc, inside, wide, constant(0));
  Position inner = position;
  inner.set(gather.getAxis(), index);
  reading = gather.getResult();
  Value found = load(placeIn(gather.getBuffer(), inner), inner);
  enter(depth);
  Type type = found.getType();
  Value zero = isa<FloatType>(getElementTypeOrSelf(type)) ? math.number(type, 0) : math.integer(type, 0);
  return b.create<arith::SelectOp>(loc, inside, found, zero);
}

Value KernelEmitter::combine(ReduceKind kind, Value a, Value c) {
  bool real = isa<FloatType>(getElementTypeOrSelf(a.getType()));
  switch (kind) {
  case ReduceKind::Sum: return real ? math.add(a, c) : Value(b.create<arith::AddIOp>(loc, a, c));
  case ReduceKind::Max: return real ? math.max(a, c) : Value(b.create<arith::MaxSIOp>(loc, a, c));
  case ReduceKind::Min: return real ? math.min(a, c) : Value(b.create<arith::MinSIOp>(loc, a, c));
  }
  llvm_unreachable("a kind of reduction");
}

KernelEmitter::Term KernelEmitter::termOf(ReduceOp reduce, const Position &position) {
  MapOp product = reduce.summedProduct();
  if (!product)
    return {evaluate(reduce.getInput(), position), Value()};
  return {evaluate(product.getInputs()[0], position), evaluate(product.getInputs()[1], position)};
}

Value KernelEmitter::combine(ReduceKind kind, Value sum, Term term) {
  return term.factor ? math.fma(term.value, term.factor, sum) : combine(kind, sum, term.value);
}

Value KernelEmitter::identityOf(ReduceKind kind, Type type) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (isa<FloatType>(getElementTypeOrSelf(type)))
    return math.number(type, kind == ReduceKind::Sum ? 0.0 : kind == ReduceKind::Max ? -infinity : infinity);
  return math.integer(type, kind == ReduceKind::Sum ? 0 : kind == ReduceKind::Max ? INT32_MIN : INT32_MAX);
}

Value KernelEmitter::computeShortSum(ReduceOp reduce, const Position &position, unsigned depth) {
  SmallVector<AxisAttr> axes;
  for (Attribute name : reduce.getAxes())
    axes.push_back(
        typeOf(reduce.getInput()).getAxes()[typeOf(reduce.getInput()).find(cast<StringAttr>(name).getValue())]);
  Value sum;
  enumerate(axes, [&](ArrayRef<int64_t> point) {
    Position inner = position;
    for (auto [axis, at] : llvm::zip(axes, point)) {
      Index index;
      index.constant = at;
      inner.set(axis.getName(), index);
    }
    Term term = termOf(reduce, inner);
    enter(depth);
    SmallVector<Value *> parts = {&term.value};
    for (Value *part : {&term.factor, &sum})
      if (*part)
        parts.push_back(part);
    if (llvm::any_of(parts, [](Value *part) { return isa<VectorType>(part->getType()); }))
      for (Value *part : parts)
        *part = broadcast(*part);
    sum = sum ? combine(reduce.getKind(), sum, term) : valueOf(term);
  });
  return sum;
}

Position KernelEmitter::viewed(ViewOp view, const Position &position) {
  Position inner;
  inner.mask = position.mask;
  inner.maskDepth = position.maskDepth;
  for (AxisAttr axis : typeOf(view.getInput()).getAxes())
    inner.set(axis.getName(), Index()); // of size 1, unless it is in a group
  for (const ViewGroup &group : groupsOf(view)) {
    Index linear = offsetOf(group.result, position);
    for (AxisAttr axis : llvm::reverse(group.input)) {
      if (axis == group.input.front()) {
        inner.set(axis.getName(), linear);
        break;
      }
      auto [quotient, remainder] = divide(linear, axis.getSize());
      inner.set(axis.getName(), remainder);
      linear = quotient;
    }
  }
  return inner;
}

//===----------------------------------------------------------------------===//
// Elementwise functions.
//===----------------------------------------------------------------------===//

static bool isNumber(Value value, double number) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  if (!constant)
    return false;
  if (auto attr = dyn_cast<FloatAttr>(constant.getValue()))
    return attr.getValueAsDouble() == number && !attr.getValue().isNegZero();
  return false;
}

Value KernelEmitter::computeMap(MapOp map, const Position &position, unsigned depth) {
  SmallVector<Value> in;
  bool lanes = false;
  for (Value input : map.getInputs()) {
    in.push_back(evaluate(input, position));
    lanes |= isa<VectorType>(in.back().getType());
  }
  enter(depth);
  Fn fn = map.getFn();
  // What a pad leaves outside its operand adds nothing.
  if (fn == Fn::Add && isNumber(in[0], 0))
    return in[1];
  if (fn == Fn::Add && isNumber(in[1], 0))
    return in[0];
  if (fn == Fn::Pow)
    for (auto [exponent, times] : {std::pair(1.0, 1), {2.0, 2}, {3.0, 3}, {4.0, 4}})
      if (isNumber(in[1], exponent)) {
        Value square = times > 1 ? math.mul(in[0], in[0]) : in[0];
        return times <= 2 ? square : math.mul(square, times == 3 ? in[0] : square);
      }
  if (lanes)
    for (Value &value : in)
      value = broadcast(value);
  // An id beside a real number is one: exact below 2^24, more than any vocabulary has.
  auto isReal = [](Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); };
  if (fn != Fn::Select && llvm::any_of(in, isReal))
    for (Value &value : in)
      if (getElementTypeOrSelf(value.getType()).isInteger(32))
        value = b.create<arith::SIToFPOp>(loc, VectorMath::withElement(value.getType(), b.getF32Type()), value);
  Type type = in[0].getType();
  Type kind = getElementTypeOrSelf(type);
  bool ids = kind.isInteger(32);
  switch (fn) {
  case Fn::Neg: return b.create<arith::NegFOp>(loc, in[0]);
  case Fn::Exp: return math.exp(in[0]);
  case Fn::Log: return math.log(in[0]);
  case Fn::Sqrt: return math.sqrt(in[0]);
  case Fn::Rsqrt: return math.div(math.number(type, 1.0), math.sqrt(in[0]));
  case Fn::Tanh: return math.tanh(in[0]);
  case Fn::Sigmoid: return math.sigmoid(in[0]);
  case Fn::Erf: return math.erf(in[0]);
  case Fn::Sin: return math.sin(in[0]);
  case Fn::Cos: return math.cos(in[0]);
  case Fn::Pow: return math.pow(in[0], in[1]);
  case Fn::Abs: return math.abs(in[0]);
  case Fn::Not: return b.create<arith::XOrIOp>(loc, in[0], math.integer(type, 1));
  case Fn::Copy: return in[0];
  case Fn::Real: {
    Type real = VectorMath::withElement(type, b.getF32Type());
    if (isa<FloatType>(kind))
      return in[0];
    if (ids)
      return b.create<arith::SIToFPOp>(loc, real, in[0]);
    return math.select(in[0], math.number(real, 1.0), math.number(real, 0.0));
  }
  case Fn::Add: return ids ? Value(b.create<arith::AddIOp>(loc, in[0], in[1])) : math.add(in[0], in[1]);
  case Fn::Sub: return ids ? Value(b.create<arith::SubIOp>(loc, in[0], in[1])) : math.sub(in[0], in[1]);
  case Fn::Mul: return ids ? Value(b.create<arith::MulIOp>(loc, in[0], in[1])) : math.mul(in[0], in[1]);
  case Fn::MulZ: return math.mulz(in[0], in[1]);
  case Fn::Div: return math.div(in[0], in[1]);
  case Fn::Max: return combine(ReduceKind::Max, in[0], in[1]);
  case Fn::Min: return combine(ReduceKind::Min, in[0], in[1]);
  case Fn::Lt:
    return ids ? math.compare(arith::CmpIPredicate::slt, in[0], in[1])
               : math.compare(arith::CmpFPredicate::OLT, in[0], in[1]);
  case Fn::Le:
    return ids ? math.compare(arith::CmpIPredicate::sle, in[0], in[1])
               : math.compare(arith::CmpFPredicate::OLE, in[0], in[1]);
  case Fn::Eq:
    return isa<IntegerType>(kind) ? math.compare(arith::CmpIPredicate::eq, in[0], in[1])
                                  : math.compare(arith::CmpFPredicate::OEQ, in[0], in[1]);
  case Fn::And: return b.create<arith::AndIOp>(loc, in[0], in[1]);
  case Fn::Or: return b.create<arith::OrIOp>(loc, in[0], in[1]);
  case Fn::Select: return math.select(in[0], in[1], in[2]);
  case Fn::Fma: return math.fma(in[0], in[1], in[2]);
  }
  llvm_unreachable("an elementwise function");
}
