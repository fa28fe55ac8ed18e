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
using namespace braid::ir;

// What has no operand has nothing to do.
#define BRAID_NO_ADJOINT(OP)                                                            \
  LogicalResult OP::buildAdjoint(OpBuilder &, ValueRange, GradientSink &) {              \
    return success();                                                                   \
  }
BRAID_NO_ADJOINT(ConstantOp)
BRAID_NO_ADJOINT(IotaOp)
BRAID_NO_ADJOINT(RandomOp)
BRAID_NO_ADJOINT(PositionOp)
BRAID_NO_ADJOINT(InputOp)
BRAID_NO_ADJOINT(ParamOp)
BRAID_NO_ADJOINT(DetachOp)
#undef BRAID_NO_ADJOINT

/// The gradient of the only operand, with the axes of the result; null for functions of
/// bools and ids.
static Value unaryGradient(Emitter &emit, Fn fn, Value x, Value r, Value g) {
  auto square = [&](Value v) { return emit.mul(v, v); };
  auto oneMinus = [&](Value v) { return emit.map(Fn::Sub, {emit.number(1), v}); };
  switch (fn) {
  case Fn::Neg:
    return emit.map(Fn::Neg, {g});
  case Fn::Exp:
    return emit.chain(g, r);
  case Fn::Log:
    return emit.chain(g, emit.map(Fn::Div, {emit.number(1), x}));
  case Fn::Sqrt:
    return emit.chain(g, emit.map(Fn::Div, {emit.number(0.5), r}));
  case Fn::Rsqrt:
    return emit.chain(g, emit.scale(emit.mul(square(r), r), -0.5));
  case Fn::Tanh:
    return emit.chain(g, oneMinus(square(r)));
  case Fn::Sigmoid:
    return emit.chain(g, emit.mul(r, oneMinus(r)));
  case Fn::Erf: // 2/√π · exp(-x²)
    return emit.chain(g, emit.scale(emit.map(Fn::Exp, {emit.map(Fn::Neg, {square(x)})}),
                                    1.1283791670955126));
  case Fn::Sin:
    return emit.chain(g, emit.map(Fn::Cos, {x}));
  case Fn::Cos:
    return emit.map(Fn::Neg, {emit.chain(g, emit.map(Fn::Sin, {x}))});
  case Fn::Abs: {
    Value zero = emit.number(0);
    Value negative = emit.map(Fn::Select, {emit.map(Fn::Lt, {x, zero}),
                                           emit.map(Fn::Neg, {g}), zero});
    return emit.map(Fn::Select, {emit.map(Fn::Lt, {zero, x}), g, negative});
  }
  default:
    return {};
  }
}

/// The gradient of operand `which` of `fn(x, y) = r`; null for comparisons and logic.
static Value binaryGradient(Emitter &emit, Fn fn, Value x, Value y, Value r, Value g,
                            int which) {
  switch (fn) {
  case Fn::Add:
    return g;
  case Fn::Sub:
    return which ? emit.map(Fn::Neg, {g}) : g;
  case Fn::Mul:
  case Fn::MulZ:
    return emit.chain(g, which ? x : y);
  case Fn::Div: {
    Value inverse = emit.map(Fn::Div, {emit.number(1), y});
    return which ? emit.map(Fn::Neg, {emit.chain(g, emit.mul(r, inverse))})
                 : emit.chain(g, inverse);
  }
  case Fn::Max:
  case Fn::Min: {
    ArrayRef<AxisAttr> axes = typeOf(r).getAxes();
    bool isLess = (fn == Fn::Max) == (which == 1); // where it is taken
    Value taken = emit.mapTo(Fn::Lt, {isLess ? x : y, isLess ? y : x}, axes);
    Value tie = emit.mapTo(Fn::Eq, {x, y}, axes);
    Value share = emit.map(Fn::Select, {tie, emit.scale(g, 0.5), emit.number(0)});
    return emit.map(Fn::Select, {taken, g, share});
  }
  case Fn::Pow: {
    ArrayRef<AxisAttr> axes = typeOf(r).getAxes();
    if (which) {
      // x^y · log x, and 0 where the logarithm does not exist.
      Value positive = emit.map(Fn::Lt, {emit.number(0), x});
      Value log = emit.map(Fn::Log, {emit.map(Fn::Select, {positive, x, emit.number(1)})});
      return emit.chain(g, emit.chain(r, log));
    }
    // y · x^(y-1), and 0 where y is 0, whatever x.
    Value less = emit.map(Fn::Sub, {y, emit.number(1)});
    return emit.chain(g, emit.chain(y, emit.mapTo(Fn::Pow, {x, less}, axes)));
  }
  default:
    return {};
  }
}

LogicalResult MapOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                  GradientSink &grads) {
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
    Value gradient;
    if (getFn() == Fn::Select) {
      Value zero = emit.number(0), condition = getInputs()[0];
      gradient = i == 1 ? emit.map(Fn::Select, {condition, g, zero})
                        : emit.map(Fn::Select, {condition, zero, g});
    } else if (getFn() == Fn::Fma) {
      gradient = i == 2 ? g : emit.chain(g, getInputs()[1 - i]);
    } else if (getInputs().size() == 1) {
      gradient = unaryGradient(emit, getFn(), operand, getResult(), g);
    } else {
      gradient = binaryGradient(emit, getFn(), getInputs()[0], getInputs()[1],
                                getResult(), g, i);
    }
    if (gradient)
      grads.add(operand, emit.sumTo(gradient, typeOf(operand)));
  }
  return success();
}

LogicalResult BroadcastOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                        GradientSink &grads) {
  Emitter emit(builder, getLoc());
  grads.add(getInput(), emit.sumTo(resultGrads[0], typeOf(getInput())));
  return success();
}

/// `type`, varying at least as `g` does.
static ValueType asMuchAs(ValueType type, Value g) {
  return type.withKind(std::max(type.getKind(), typeOf(g).getKind()));
}

LogicalResult ReduceOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                     GradientSink &grads) {
  Emitter emit(builder, getLoc());
  Value g = resultGrads[0];
  ValueType type = typeOf(getInput());
  if (getKind() == ReduceKind::Sum) {
    grads.add(getInput(), emit.broadcast(g, asMuchAs(type, g)));
    return success();
  }
  Value hit = emit.map(Fn::Eq, {getInput(), getResult()});
  Value hits = emit.map(Fn::Real, {hit});
  Value count = emit.ordered(emit.reduce(ReduceKind::Sum, hits, strings(getAxes())),
                             typeOf(getResult()).getAxes());
  Value share = emit.map(Fn::Div, {g, count});
  grads.add(getInput(), emit.map(Fn::Select, {hit, share, emit.number(0)}));
  return success();
}

/// The gradient of one operand of a product: contracts `g` with the other operand over
/// what that operand brought to the result.
static Value dotGradient(Emitter &emit, DotOp op, Value of, Value other, Value g,
                         bool rowLocal) {
  ValueType type = typeOf(of);
  SmallVector<StringRef> over;
  for (AxisAttr axis : typeOf(other).getAxes())
    if (!type.has(axis.getName()))
      over.push_back(axis.getName());
  bool bothToken = typeOf(g).isToken() && typeOf(other).isToken();
  bool tokens = type.isStatic() && bothToken && !rowLocal;
  Kind kind = tokens ? Kind::Static
                     : std::max(typeOf(g).getKind(), typeOf(other).getKind());
  return emit.builder.create<DotOp>(emit.loc, type.withKind(kind), g, other,
                                    emit.builder.getStrArrayAttr(over), tokens);
}

LogicalResult DotOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                  GradientSink &grads) {
  Emitter emit(builder, getLoc());
  bool rowLocal = grads.rowLocal();
  if (grads.wants(getLhs()))
    grads.add(getLhs(), dotGradient(emit, *this, getLhs(), getRhs(), resultGrads[0], rowLocal));
  if (grads.wants(getRhs()))
    grads.add(getRhs(), dotGradient(emit, *this, getRhs(), getLhs(), resultGrads[0], rowLocal));
  return success();
}

LogicalResult TokenSumOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                       GradientSink &grads) {
  Emitter emit(builder, getLoc());
  grads.add(getInput(), emit.broadcast(resultGrads[0], typeOf(getInput())));
  return success();
}

LogicalResult RoundOp::buildAdjoint(OpBuilder &, ValueRange resultGrads,
                                    GradientSink &grads) {
  grads.add(getInput(), resultGrads[0]);
  return success();
}

LogicalResult GatherOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                     GradientSink &grads) {
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
  Value index = builder.create<IotaOp>(
      getLoc(), ValueType::get(getContext(), Kind::Static, ArrayRef<AxisAttr>(axis)));
  Value hit = emit.map(Fn::Eq, {index, emit.map(Fn::Real, {getId()})});
  grads.add(getTable(), emit.mapTo(Fn::Select, {hit, g, emit.number(0)}, table.getAxes()));
  return success();
}

LogicalResult ScatterOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                      GradientSink &grads) {
  grads.add(getInput(), builder.create<GatherOp>(getLoc(), getInput().getType(),
                                                 resultGrads[0], getId(), getAxisAttr()));
  return success();
}

LogicalResult AttendOp::buildAdjoint(OpBuilder &builder, ValueRange resultGrads,
                                     GradientSink &grads) {
  if (resultGrads[1])
    return emitOpError("the gradient of the softmax's denominator is not available");
  SmallVector<Type> keyTypes(getKeys().getTypes()), valueTypes(getValues().getTypes());
  auto gradient = builder.create<AttendGradOp>(
      getLoc(), getQuery().getType(), keyTypes, valueTypes, getQuery(), getKeys(),
      getValues(), getSegments(), getOutput(), getLse(), resultGrads[0], getAxisAttr(),
      getMasksAttr(), getScaleAttr());
  grads.add(getQuery(), gradient.getQueryGrad());
  for (auto [of, value] : llvm::zip(getKeys(), gradient.getKeyGrads()))
    grads.add(of, value);
  for (auto [of, value] : llvm::zip(getValues(), gradient.getValueGrads()))
    grads.add(of, value);
  return success();
}
