//===- SimplifyArithmetic.cpp - local rewrites of elementwise ops ---------===//
//
// Exact in real numbers; a division by a constant becomes a product with its inverse,
// which may change the last bit. Products with 0 stay: 0 · inf is not 0; those where it
// is (`mulz`) go.
//
//===----------------------------------------------------------------------===//

#include "braid/Support/Elementary.h"
#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace braid::lang;

/// The number that every element is, of a real constant.
static std::optional<double> numberOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant || !typeOf(value).isReal())
    return std::nullopt;
  return constant.getValueAttr().getValueAsDouble();
}

static bool is(Value value, double number) { return numberOf(value) == number; }

static MapOp mapOf(Value value, Fn fn) {
  auto map = value.getDefiningOp<MapOp>();
  return map && map.getFn() == fn ? map : MapOp();
}

/// Replaces the op by a value that may have fewer axes or vary less.
static void replaceBy(PatternRewriter &rewriter, MapOp op, Value value) {
  Emitter emit(rewriter, op.getLoc());
  ValueType type = typeOf(op.getResult());
  if (typeOf(value).getKind() == type.getKind() && typeOf(value).getAxes().size() == type.getAxes().size())
    rewriter.replaceOp(op, emit.ordered(value, type.getAxes()));
  else
    rewriter.replaceOp(op, emit.broadcast(value, type));
}

/// Gives the op another function and other operands; its type stays.
static void change(PatternRewriter &rewriter, MapOp op, Fn fn, ValueRange operands) {
  rewriter.replaceOpWithNewOp<MapOp>(op, op.getType(), fn, operands);
}

namespace {

/// A function of constants is a constant.
struct FoldConstants : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    SmallVector<double> numbers;
    for (Value input : op.getInputs()) {
      std::optional<double> number = numberOf(input);
      if (!number)
        return failure();
      numbers.push_back(*number);
    }
    ValueType type = typeOf(op.getResult());
    Value constant =
        rewriter.create<ConstantOp>(op.getLoc(), type.withKind(Kind::Static),
                                    rewriter.getF64FloatAttr(braid::elementary(op.getFn(), numbers.data())));
    replaceBy(rewriter, op, constant);
    return success();
  }
};

/// A constant operand needs no axes.
struct ShrinkConstants : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc());
    bool changed = false;
    for (OpOperand &operand : op->getOpOperands()) {
      std::optional<double> number = numberOf(operand.get());
      if (!number || typeOf(operand.get()).getAxes().empty())
        continue;
      Value scalar = emit.number(*number);
      rewriter.modifyOpInPlace(op, [&] { operand.set(scalar); });
      changed = true;
    }
    return success(changed);
  }
};

/// What is the same along an axis, or for every token, is computed once and repeated.
struct ComputeOnce : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    ValueType type = typeOf(op.getResult());
    Kind kind = Kind::Static;
    SmallVector<AxisAttr> axes;
    for (Value input : op.getInputs())
      kind = std::max(kind, typeOf(input).getKind());
    for (AxisAttr axis : type.getAxes())
      if (llvm::any_of(op.getInputs(), [&](Value v) { return typeOf(v).has(axis.getName()); }))
        axes.push_back(axis);
    if (kind == type.getKind() && axes.size() == type.getAxes().size())
      return failure();
    Value once = rewriter.create<MapOp>(op.getLoc(), type.withAxes(axes).withKind(kind), op.getFn(), op.getInputs());
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, type, once);
    return success();
  }
};

/// Operands that change nothing, and constants to the right.
struct DropNeutral : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    Fn fn = op.getFn();
    if (fn == Fn::Select && op.getInputs()[1] == op.getInputs()[2]) {
      replaceBy(rewriter, op, op.getInputs()[1]);
      return success();
    }
    if (op.getInputs().size() != 2)
      return failure();
    Value x = op.getInputs()[0], y = op.getInputs()[1];
    bool commutes = fn == Fn::Add || fn == Fn::Mul || fn == Fn::MulZ;
    if (commutes && numberOf(x) && !numberOf(y)) {
      change(rewriter, op, fn, {y, x});
      return success();
    }
    if ((fn == Fn::Add && is(y, 0)) || (fn == Fn::Sub && is(y, 0)) || (fn == Fn::Mul && is(y, 1)) ||
        (fn == Fn::Div && is(y, 1)) || (fn == Fn::Pow && is(y, 1))) {
      replaceBy(rewriter, op, x);
      return success();
    }
    if (fn == Fn::MulZ && is(y, 0)) {
      replaceBy(rewriter, op, y);
      return success();
    }
    return failure();
  }
};

/// Divisions by constants, small powers, signs.
struct Strengthen : OpRewritePattern<MapOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc());
    Value x = op.getInputs()[0];
    Value y = op.getInputs().size() > 1 ? op.getInputs()[1] : Value();
    std::optional<double> number = y ? numberOf(y) : std::nullopt;
    switch (op.getFn()) {
    case Fn::Neg:
      if (MapOp inner = mapOf(x, Fn::Neg)) {
        replaceBy(rewriter, op, inner.getInputs()[0]);
        return success();
      }
      return failure();
    case Fn::Div:
      if (!number || *number == 0)
        return failure();
      change(rewriter, op, Fn::Mul, {x, emit.number(1 / *number)});
      return success();
    case Fn::Mul:
      if (!number)
        return failure();
      if (*number == -1) {
        change(rewriter, op, Fn::Neg, {x});
        return success();
      }
      if (MapOp inner = mapOf(x, Fn::Mul))
        if (std::optional<double> other = numberOf(inner.getInputs()[1])) {
          change(rewriter, op, Fn::Mul, {inner.getInputs()[0], emit.number(*number * *other)});
          return success();
        }
      if (MapOp inner = mapOf(x, Fn::Neg)) {
        change(rewriter, op, Fn::Mul, {inner.getInputs()[0], emit.number(-*number)});
        return success();
      }
      return failure();
    case Fn::MulZ: // by a number that makes no 0 of anything and no NaN of 0
      if (!number || *number == 0 || !std::isfinite(*number))
        return failure();
      change(rewriter, op, Fn::Mul, {x, y});
      return success();
    case Fn::Add:
      if (MapOp inner = mapOf(y, Fn::Neg)) {
        change(rewriter, op, Fn::Sub, {x, inner.getInputs()[0]});
        return success();
      }
      return failure();
    case Fn::Sub:
      if (is(x, 0)) {
        change(rewriter, op, Fn::Neg, {y});
        return success();
      }
      if (MapOp inner = mapOf(y, Fn::Neg)) {
        change(rewriter, op, Fn::Add, {x, inner.getInputs()[0]});
        return success();
      }
      return failure();
    case Fn::Pow: return power(rewriter, op, x, number);
    default: return failure();
    }
  }

  static LogicalResult power(PatternRewriter &rewriter, MapOp op, Value x, std::optional<double> exponent) {
    if (exponent == 2)
      change(rewriter, op, Fn::Mul, {x, x});
    else if (exponent == 0.5)
      change(rewriter, op, Fn::Sqrt, {x});
    else if (exponent == -0.5)
      change(rewriter, op, Fn::Rsqrt, {x});
    else if (exponent == -1)
      change(rewriter, op, Fn::Div, {Emitter(rewriter, op.getLoc()).number(1), x});
    else
      return failure();
    return success();
  }
};

} // namespace

void braid::lang::addArithmeticPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldConstants, ShrinkConstants, ComputeOnce, DropNeutral, Strengthen>(patterns.getContext());
}
