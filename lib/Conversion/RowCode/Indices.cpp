//===- Indices.cpp - arithmetic on indices --------------------------------===//
//
// Constants are folded, and every scalar is computed in the outermost loop where
// its operands exist.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

const Index &Position::at(StringRef axis) const {
  for (auto &[name, index] : indices)
    if (name == axis)
      return index;
  llvm_unreachable("an axis without an index");
}

void Position::set(StringRef axis, Index index) {
  for (auto &[name, old] : indices)
    if (name == axis) {
      old = index;
      return;
    }
  indices.push_back({axis, index});
}

/// Names of operations in the keys of remembered values; values' addresses are far larger.
enum Key : uintptr_t { kAdd = 1, kMul, kDiv, kRem, kScalar, kLanes, kVectorAdd, kVectorMul, kVectorDiv, kVectorRem };

static uintptr_t id(Value value) { return reinterpret_cast<uintptr_t>(value.getAsOpaquePointer()); }

static Value binary(OpBuilder &b, Location loc, Key key, Value x, Value y) {
  switch (key) {
  case kAdd:
  case kVectorAdd: return b.create<arith::AddIOp>(loc, x, y);
  case kMul:
  case kVectorMul: return b.create<arith::MulIOp>(loc, x, y);
  case kDiv:
  case kVectorDiv: return b.create<arith::DivUIOp>(loc, x, y);
  default: return b.create<arith::RemUIOp>(loc, x, y);
  }
}

Value KernelEmitter::scalarOf(const Index &a) {
  if (!a.dynamic)
    return constant(a.constant);
  if (!a.constant)
    return a.dynamic;
  return remember(a.depth, {kScalar, id(a.dynamic), uintptr_t(a.constant)}, [&] {
    Value c = constant(a.constant);
    enter(a.depth);
    return binary(b, loc, kAdd, a.dynamic, c);
  });
}

Value KernelEmitter::lanesOf(const Index &a) {
  if (a.perLane)
    return a.perLane;
  return remember(
      a.depth, {kLanes, id(a.dynamic), uintptr_t(a.constant), uintptr_t(a.lanes), uintptr_t(width)}, [&]() -> Value {
        Value base = scalarOf(a);
        enter(a.depth);
        auto type = vectorOf(b.getI64Type());
        Value splat = b.create<vector::SplatOp>(loc, type, base);
        if (!a.lanes)
          return splat;
        SmallVector<int64_t> steps;
        for (int64_t lane = 0; lane < width; ++lane)
          steps.push_back(lane * a.lanes);
        Value ramp = b.create<arith::ConstantOp>(loc, DenseElementsAttr::get(type, ArrayRef<int64_t>(steps)));
        return b.create<arith::AddIOp>(loc, splat, ramp);
      });
}

Index KernelEmitter::perLane(Value lanes, unsigned depth) {
  Index index;
  index.perLane = lanes;
  index.depth = depth;
  return index;
}

Index KernelEmitter::plus(const Index &a, const Index &c) {
  unsigned depth = std::max(a.depth, c.depth);
  if (a.perLane || c.perLane) {
    Value x = lanesOf(a), y = lanesOf(c);
    return perLane(remember(depth, {kVectorAdd, id(x), id(y)},
                            [&] {
                              enter(depth);
                              return binary(b, loc, kVectorAdd, x, y);
                            }),
                   depth);
  }
  Index sum;
  sum.constant = a.constant + c.constant;
  sum.lanes = a.lanes + c.lanes;
  sum.depth = depth;
  sum.align = std::gcd(a.align, c.align);
  sum.guarded = a.guarded || c.guarded;
  if (a.dynamic && c.dynamic)
    sum.dynamic = remember(depth, {kAdd, id(a.dynamic), id(c.dynamic)}, [&] {
      enter(depth);
      return binary(b, loc, kAdd, a.dynamic, c.dynamic);
    });
  else
    sum.dynamic = a.dynamic ? a.dynamic : c.dynamic;
  return sum;
}

Index KernelEmitter::plus(const Index &a, int64_t constant) {
  Index c;
  c.constant = constant;
  return constant ? plus(a, c) : a;
}

Index KernelEmitter::times(const Index &a, int64_t factor) {
  Index c;
  c.constant = factor;
  return factor == 1 ? a : times(a, c);
}

Index KernelEmitter::times(const Index &a, const Index &uniform) {
  unsigned depth = std::max(a.depth, uniform.depth);
  if (a.perLane || (a.lanes && uniform.dynamic)) {
    Value x = lanesOf(a), y = lanesOf(uniform);
    return perLane(remember(depth, {kVectorMul, id(x), id(y)},
                            [&] {
                              enter(depth);
                              return binary(b, loc, kVectorMul, x, y);
                            }),
                   depth);
  }
  Index product;
  product.depth = depth;
  product.guarded = a.guarded || uniform.guarded;
  if (uniform.dynamic) {
    Value x = scalarOf(a), y = scalarOf(uniform);
    product.align = 1;
    product.dynamic = remember(depth, {kMul, id(x), id(y)}, [&] {
      enter(depth);
      return binary(b, loc, kMul, x, y);
    });
    return product;
  }
  int64_t factor = uniform.constant;
  product.constant = a.constant * factor;
  product.lanes = a.lanes * factor;
  product.align = std::min<int64_t>(a.align, 1 << 20) * std::max<int64_t>(factor, 1);
  if (a.dynamic && factor) {
    product.dynamic = factor == 1 ? a.dynamic : remember(depth, {kMul, id(a.dynamic), uintptr_t(factor)}, [&] {
      Value c = constant(factor);
      enter(depth);
      return binary(b, loc, kMul, a.dynamic, c);
    });
  }
  return product;
}

std::pair<Index, Index> KernelEmitter::divide(const Index &a, int64_t divisor) {
  Index quotient, remainder;
  quotient.depth = remainder.depth = a.depth;
  quotient.guarded = remainder.guarded = a.guarded;
  if (a.isConstant()) {
    quotient.constant = a.constant / divisor;
    remainder.constant = a.constant % divisor;
    return {quotient, remainder};
  }
  // Lanes stay in one group of `divisor` if the first is at a multiple of their number.
  bool together =
      !a.perLane &&
      (!a.lanes || (a.lanes == 1 && a.align % width == 0 && a.constant % width == 0 && divisor % width == 0));
  auto split = [&](Value x, bool vector, Key key) {
    Value c = constant(divisor);
    return remember(a.depth,
                    {uintptr_t(vector ? key + (kVectorDiv - kDiv) : key), id(x), uintptr_t(divisor), uintptr_t(width)},
                    [&] {
                      enter(a.depth);
                      return binary(b, loc, key, x, vector ? broadcast(c) : c);
                    });
  };
  if (!together) {
    Value x = lanesOf(a);
    return {perLane(split(x, true, kDiv), a.depth), perLane(split(x, true, kRem), a.depth)};
  }
  if (!a.dynamic) {
    quotient.constant = a.constant / divisor;
    remainder.constant = a.constant % divisor;
  } else if (a.align % divisor == 0 && a.constant >= 0) {
    quotient.dynamic = split(a.dynamic, false, kDiv);
    quotient.constant = a.constant / divisor;
    quotient.align = a.align / divisor;
    remainder.constant = a.constant % divisor;
  } else {
    Value x = scalarOf(a);
    quotient.dynamic = split(x, false, kDiv);
    quotient.align = 1;
    remainder.dynamic = split(x, false, kRem);
    remainder.align = std::gcd(std::gcd(a.align, a.constant ? a.constant : a.align), divisor);
  }
  remainder.lanes = a.lanes;
  return {quotient, remainder};
}

Index KernelEmitter::sizeOf(AxisAttr axis) {
  Index size;
  if (axis.isDynamic()) {
    size.dynamic = dynamicSizes.lookup(axis.getName());
    size.align = 1;
  } else {
    size.constant = axis.getSize();
  }
  return size;
}

Index KernelEmitter::offsetOf(ArrayRef<AxisAttr> axes, const Position &position) {
  Index offset;
  bool first = true;
  for (AxisAttr axis : axes) {
    if (!first)
      offset = times(offset, sizeOf(axis));
    offset = plus(offset, position.at(axis.getName()));
    first = false;
  }
  return offset;
}
