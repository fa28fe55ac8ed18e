//===- BraidAdjoints.cpp - the derivative of each op, in .td order --------===//
//
// Of elementwise ops, sums, products and attention; views are in BraidViewAdjoints.cpp,
// reads in BraidReadAdjoint.cpp. `g` is the gradient of the result.
//
// Elementwise, a gradient that is exactly 0 stays 0 whatever the slope, and so does one
// that meets a slope of exactly 0: `chain`. What a `select`, `max` or `min` did not take
// may be infinite or NaN, and so may its slope; nothing of it arrives. Products of
// tensors (`dot`, attention) add up their terms as IEEE has it.
//
// At a kink, equal operands or elements of `max` and `min` share the gradient equally,
// and `abs` has the derivative 0 at 0.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/IR/Emitter.h"

using namespace mlir;
using namespace braid::lang;

// What has no operand has nothing to do.
#define BRAID_NO_ADJOINT(OP)                                                                                           \
  LogicalResult OP::buildAdjoint(OpBuilder &, ValueRange, GradientSink &) { return success(); }
BRAID_NO_ADJOINT(ConstantOp)
BRAID_NO_ADJOINT(IotaOp)
BRAID_NO_ADJOINT(RandomOp)
BRAID_NO_ADJOINT(PositionOp)
BRAID_NO_ADJOINT(InputOp)
BRAID_NO_ADJOINT(ParamOp)
BRAID_NO_ADJOINT(DetachOp)
#undef BRAID_NO_ADJOINT

// What the gradients in Elementwise.def are written with.
static Value square(Emitter &emit, Value v) { return emit.mul(v, v); }
static Value negative(Emitter &emit, Value v) { return emit.map(Fn::Neg, {v}); }
static Value inverse(Emitter &emit, Value v) { return emit.map(Fn::Div, {emit.number(1), v}); }
static Value oneMinus(Emitter &emit, Value v) { return emit.map(Fn::Sub, {emit.number(1), v}); }
constexpr Value NoGradient = {};

/// The gradient with the sign of `x`, 0 where that is 0.
static Value signedBy(Emitter &emit, Value x, Value g) {
  Value zero = emit.number(0);
  Value negated = emit.map(Fn::Select, {emit.map(Fn::Lt, {x, zero}), negative(emit, g), zero});
  return emit.map(Fn::Select, {emit.map(Fn::Lt, {zero, x}), g, negated});
}

static Value quotientGradient(Emitter &emit, ValueRange x, Value r, Value g, unsigned which) {
  Value part = inverse(emit, x[1]);
  return which ? negative(emit, emit.chain(g, emit.mul(r, part))) : emit.chain(g, part);
}

static Value extremeGradient(Emitter &emit, ValueRange x, Value r, Value g, unsigned which, bool isMax) {
  ArrayRef<AxisAttr> axes = typeOf(r).getAxes();
  bool isLess = isMax == (which == 1); // where it is taken
  Value taken = emit.mapTo(Fn::Lt, {isLess ? x[0] : x[1], isLess ? x[1] : x[0]}, axes);
  Value tie = emit.mapTo(Fn::Eq, {x[0], x[1]}, axes);
  Value share = emit.map(Fn::Select, {tie, emit.scale(g, 0.5), emit.number(0)});
  return emit.map(Fn::Select, {taken, g, share});
}

static Value powerGradient(Emitter &emit, ValueRange x, Value r, Value g, unsigned which) {
  if (which) {
    // x^y · log x, and 0 where the logarithm does not exist.
    Value positive = emit.map(Fn::Lt, {emit.number(0), x[0]});
    Value log = emit.map(Fn::Log, {emit.map(Fn::Select, {positive, x[0], emit.number(1)})});
    return emit.chain(g, emit.chain(r, log));
  }
  // y · x^(y-1), and 0 where y is 0, whatever x.
  Value less = emit.map(Fn::Sub, {x[1], emit.number(1)});
  return emit.chain(g, emit.chain(x[1], emit.mapTo(Fn::Pow, {x[0], less}, typeOf(r).getAxes())));
}

/// A choice has the gradient of what it gives.
static Value chosenGradient(Emitter &emit, ValueRange x, Value g, unsigned which) {
  Value zero = emit.number(0);
  return which == 1 ? emit.map(Fn::Select, {x[0], g, zero}) : emit.map(Fn::Select, {x[0], zero, g});
}

/// The gradient of an operand, with the axes of the result; null for bools and ids.
static Value gradientOf(Emitter &emit, MapOp op, Value g, unsigned which) {
  ValueRange x = op.getInputs();
  [[maybe_unused]] Value r = op.getResult();
  switch (op.getFn()) {
#define ELEMENTWISE(NAME, WORD, ARITY, ROLE, VALUE, COST, ULPS, ...)                                                   \
  case Fn::NAME: return __VA_ARGS__;
#include "braid/Support/Elementwise.def"
  }
  llvm_unreachable("every function is in the list");
}

LogicalResult MapOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  Value g = resultGrads[0];
  if (getFn() == Fn::Mul && getInputs()[0] == getInputs()[1]) {
    Value x = getInputs()[0]; // A square has one term, not two equal ones.
    if (grads.wants(x))
      grads.add(x, emit.sumTo(emit.chain(emit.scale(g, 2), x), typeOf(x)));
    return success();
  }
  for (auto [i, operand] : llvm::enumerate(getInputs())) {
    if (!grads.wants(operand))
      continue;
    Value gradient = gradientOf(emit, *this, g, unsigned(i));
    if (gradient)
      grads.add(operand, emit.sumTo(gradient, typeOf(operand)));
  }
  return success();
}

LogicalResult BroadcastOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  grads.add(getInput(), emit.sumTo(resultGrads[0], typeOf(getInput())));
  return success();
}

/// `type`, varying at least as `g` does.
static ValueType asMuchAs(ValueType type, Value g) {
  return type.withKind(std::max(type.getKind(), typeOf(g).getKind()));
}

LogicalResult ReduceOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  Value g = resultGrads[0];
  ValueType type = typeOf(getInput());
  if (getKind() == ReduceKind::Sum) {
    grads.add(getInput(), emit.broadcast(g, asMuchAs(type, g)));
    return success();
  }
  Value hit = emit.map(Fn::Eq, {getInput(), getResult()});
  Value hits = emit.map(Fn::Real, {hit});
  Value count = emit.ordered(emit.reduce(ReduceKind::Sum, hits, strings(getAxes())), typeOf(getResult()).getAxes());
  Value share = emit.map(Fn::Div, {g, count});
  grads.add(getInput(), emit.map(Fn::Select, {hit, share, emit.number(0)}));
  return success();
}

/// The gradient of one operand of a product: contracts `g` with the other operand over
/// what that operand brought to the result.
static Value dotGradient(Emitter &emit, DotOp op, Value of, Value other, Value g, bool rowLocal) {
  ValueType type = typeOf(of);
  SmallVector<StringRef> over;
  for (AxisAttr axis : typeOf(other).getAxes())
    if (!type.has(axis.getName()))
      over.push_back(axis.getName());
  bool bothToken = typeOf(g).isToken() && typeOf(other).isToken();
  bool tokens = type.isStatic() && bothToken && !rowLocal;
  Kind kind = tokens ? Kind::Static : std::max(typeOf(g).getKind(), typeOf(other).getKind());
  return emit.builder.create<DotOp>(emit.loc, type.withKind(kind), g, other, emit.builder.getStrArrayAttr(over),
                                    tokens);
}

LogicalResult DotOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  bool rowLocal = grads.rowLocal();
  if (grads.wants(getLhs()))
    grads.add(getLhs(), dotGradient(emit, *this, getLhs(), getRhs(), resultGrads[0], rowLocal));
  if (grads.wants(getRhs()))
    grads.add(getRhs(), dotGradient(emit, *this, getRhs(), getLhs(), resultGrads[0], rowLocal));
  return success();
}

LogicalResult TokenSumOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  Emitter emit(builder, getLoc());
  grads.add(getInput(), emit.broadcast(resultGrads[0], typeOf(getInput())));
  return success();
}

LogicalResult RoundOp::buildAdjoint(OpBuilder &, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(), resultGrads[0]);
  return success();
}

LogicalResult GatherOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  if (!grads.wants(getTable()))
    return success();
  Emitter emit(builder, getLoc());
  Value g = resultGrads[0];
  ValueType table = typeOf(getTable());
  if (table.isStatic() && typeOf(getId()).isToken() && !grads.rowLocal()) {
    grads.add(getTable(), builder.create<ScatterOp>(getLoc(), table, g, getId(), getAxisAttr()));
    return success();
  }
  // One element a token: a comparison with the index of the row.
  AxisAttr axis = table.getAxes()[table.find(getAxis())];
  Value index = builder.create<IotaOp>(getLoc(), ValueType::get(getContext(), Kind::Static, ArrayRef<AxisAttr>(axis)));
  Value hit = emit.map(Fn::Eq, {index, emit.map(Fn::Real, {getId()})});
  grads.add(getTable(), emit.mapTo(Fn::Select, {hit, g, emit.number(0)}, table.getAxes()));
  return success();
}

LogicalResult ScatterOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(), builder.create<GatherOp>(getLoc(), getInput().getType(), resultGrads[0], getId(), getAxis()));
  return success();
}

/// The adjoint of time is time backwards.
LogicalResult DelayOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  auto back = builder.create<DelayOp>(getLoc(), resultGrads[0].getType(), resultGrads[0], -int64_t(getDistance()),
                                      getInstanceAttr());
  grads.add(getInput(), back);
  return success();
}

/// What earlier runs left is given.
LogicalResult RememberOp::buildAdjoint(OpBuilder &, ValueRange resultGrads, GradientSink &grads) {
  grads.add(getInput(), resultGrads[0]);
  return success();
}

LogicalResult AttendOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads, GradientSink &grads) {
  if (resultGrads[1])
    return emitOpError("the gradient of the softmax's denominator is not available");
  SmallVector<Type> keyTypes(getKeys().getTypes()), valueTypes(getValues().getTypes());
  auto gradient = builder.create<AttendGradOp>(getLoc(), getQuery().getType(), keyTypes, valueTypes, getQuery(),
                                               getKeys(), getValues(), getSegments(), getOnly(), getOutput(), getLse(),
                                               resultGrads[0], getAxisAttr(), getMasksAttr(), getScaleAttr());
  grads.add(getQuery(), gradient.getQueryGrad());
  for (auto [of, value] : llvm::zip(getKeys(), gradient.getKeyGrads()))
    grads.add(of, value);
  for (auto [of, value] : llvm::zip(getValues(), gradient.getValueGrads()))
    grads.add(of, value);
  return success();
}
