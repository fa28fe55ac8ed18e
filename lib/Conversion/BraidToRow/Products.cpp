//===- Products.cpp - a contraction as a strided, batched matrix product --===//
//
// The tokens are an outermost axis of every operand that varies per token. They belong
// to the rows (of activations), the contraction (of weights' gradients) or the batch.
//
//===----------------------------------------------------------------------===//

#include "Products.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

enum Class { Batch, Rows, Columns, Contracted };
using Axes = SmallVector<AxisAttr>;

/// One of A, B, C: its axes in memory.
struct Operand {
  ValueType type;
  bool varies; ///< per token
  std::array<Class, 3> classes;

  int64_t stride(StringRef axis) const {
    int64_t result = 1;
    for (AxisAttr a : llvm::reverse(type.getAxes())) {
      if (a.getName() == axis)
        return result;
      result *= a.getSize();
    }
    return 0;
  }
  bool holds(Class c) const { return llvm::is_contained(classes, c); }

  /// The stride under which the axes, in this order and with the tokens in front if told, are one
  /// axis; nothing if there is none; 0 when all have size 1.
  std::optional<int64_t> collapse(ArrayRef<AxisAttr> axes, bool tokens) const {
    int64_t result = 0, next = 0;
    for (AxisAttr axis : llvm::reverse(axes)) {
      if (axis.getSize() == 1)
        continue;
      int64_t s = stride(axis.getName());
      if (!result)
        result = s;
      else if (s != next)
        return std::nullopt;
      next = s * axis.getSize();
    }
    if (!tokens || !varies)
      return result;
    if (result && next != type.numElements())
      return std::nullopt;
    return result ? result : type.numElements();
  }
};

Axes inOrderOf(ArrayRef<AxisAttr> axes, ValueType type) {
  Axes result;
  for (AxisAttr axis : type.getAxes())
    if (llvm::is_contained(axes, axis))
      result.push_back(axis);
  return result;
}

int64_t sizeOf(ArrayRef<AxisAttr> axes) {
  int64_t n = 1;
  for (AxisAttr axis : axes)
    n *= axis.getSize();
  return n;
}

} // namespace

Product planProduct(DotOp dot) {
  Product plan;
  ValueType lhs = typeOf(dot.getLhs()), rhs = typeOf(dot.getRhs()), out = typeOf(dot.getResult());
  plan.swapped = !lhs.isToken() && rhs.isToken();
  if (plan.swapped)
    std::swap(lhs, rhs);
  std::array<Axes, 4> classes;
  SmallVector<StringRef> contracted = strings(dot.getAxes());
  for (AxisAttr axis : lhs.getAxes())
    classes[llvm::is_contained(contracted, axis.getName()) ? Contracted
            : rhs.has(axis.getName())                      ? Batch
                                                           : Rows]
        .push_back(axis);
  for (AxisAttr axis : rhs.getAxes())
    if (!lhs.has(axis.getName()))
      classes[Columns].push_back(axis);

  std::optional<Class> tokens;
  if (dot.getTokens())
    tokens = Contracted;
  else if (lhs.isToken())
    tokens = rhs.isToken() ? Batch : Rows;
  plan.tokenDim = !tokens ? "none" : *tokens == Batch ? "batch" : *tokens == Rows ? "m" : "k";

  Operand a{lhs, lhs.isToken(), {Batch, Rows, Contracted}};
  Operand b{rhs, rhs.isToken(), {Batch, Contracted, Columns}};
  Operand c{out, out.isToken(), {Batch, Rows, Columns}};
  Operand *all[] = {&a, &b, &c};

  // Each class in the order of one of the operands that have it: the choice that needs the fewest
  // bytes transposed. A token operand weighs as many rows as a run is likely to have.
  auto cost = [&](const Operand &operand, const std::array<Axes, 4> &order) -> int64_t {
    for (Class cls : operand.classes)
      if (!operand.collapse(order[cls], tokens == cls))
        return operand.type.numElements() * (operand.varies ? 4096 : 1);
    return 0;
  };
  std::array<Axes, 4> best;
  int64_t bestCost = -1;
  for (int choice = 0; choice < 81; ++choice) {
    std::array<Axes, 4> order;
    int rest = choice;
    for (int cls = 0; cls < 4; ++cls, rest /= 3)
      order[cls] = all[rest % 3]->holds(Class(cls)) ? inOrderOf(classes[cls], all[rest % 3]->type) : Axes(classes[cls]);
    int64_t total = 0;
    for (Operand *operand : all)
      total += cost(*operand, order);
    if (bestCost < 0 || total < bestCost)
      best = order, bestCost = total;
    if (!bestCost)
      break;
  }

  // Where an operand cannot be read so: the class with the tokens first, then the others.
  auto fix = [&](const Operand &operand, Product::Fix &result) {
    if (!cost(operand, best))
      return;
    result.needed = true;
    if (tokens && operand.holds(*tokens))
      result.axes = best[*tokens];
    for (Class cls : operand.classes)
      if (cls != tokens)
        llvm::append_range(result.axes, best[cls]);
  };
  fix(a, plan.fixA);
  fix(b, plan.fixB);
  fix(c, plan.fixC);
  if (!plan.stands())
    return plan;

  plan.dims = {sizeOf(best[Batch]), sizeOf(best[Rows]), sizeOf(best[Columns]), sizeOf(best[Contracted])};
  for (auto [operand, strides] : {std::pair(&a, &plan.a), std::pair(&b, &plan.b), std::pair(&c, &plan.c)}) {
    for (int i = 0; i < 3; ++i)
      (*strides)[i] = *operand->collapse(best[operand->classes[i]], tokens == operand->classes[i]);
    // An axis of size 1 has no stride of its own: one that a leading dimension may have.
    int64_t &row = (*strides)[1], &column = (*strides)[2];
    auto extent = [&](int i) {
      Class cls = operand->classes[i];
      return (*strides)[i] * sizeOf(best[cls]);
    };
    if (!column)
      column = row == 1 ? extent(1) : 1;
    if (!row)
      row = column == 1 ? extent(2) : 1;
    if (!(*strides)[0])
      (*strides)[0] = operand->type.numElements();
  }
  return plan;
}

} // namespace braid::convert
