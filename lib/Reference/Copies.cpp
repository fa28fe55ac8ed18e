//===- Copies.cpp - ops that only move and add elements -------------------===//
//
// Views, broadcasts, concatenations and sums differ only in where an element of an
// operand is added into the result. Said once, as a nest of loops, this serves both
// the value and (with source and target exchanged) the gradient.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

/// `dims` with `from` called `to`; the size of a dimension has no influence on its own stride.
static Dims renamed(Dims dims, llvm::StringRef from, llvm::StringRef to) {
  for (Dim &dim : dims)
    if (dim.name == from)
      dim.name = to.str();
  return dims;
}

static Dims without(const Dims &dims, llvm::StringRef name) {
  Dims rest;
  llvm::copy_if(dims, std::back_inserter(rest), [&](const Dim &dim) { return dim.name != name; });
  return rest;
}

/// Element i to element i.
static Nest<2> flat(const Dims &dims) {
  Nest<2> nest;
  nest.add(countOf(dims), {1, 1});
  return nest;
}

Nest<2> braid::ref::stackCopy(const Dims &entry, const Dims &stack, llvm::StringRef axis, int64_t index) {
  // Loops over the stack, so that a static entry is repeated for every token.
  Nest<2> nest(without(stack, axis), {entry, stack});
  nest.base[1] = index * strideOf(stack, axis);
  return nest;
}

SmallVector<Nest<2>> braid::ref::copiesOf(Operation *op, const Evaluator &eval) {
  using Copies = SmallVector<Nest<2>>;
  auto in = [&](unsigned i = 0) { return eval.dimsOf(op->getOperand(i)); };
  auto out = [&] { return eval.dimsOf(op->getResult(0)); };
  return llvm::TypeSwitch<Operation *, Copies>(op)
      .Case<RenameOp, SplitOp, JoinOp, DetachOp, MaterializeOp, RememberOp>(
          [&](Operation *) { return Copies{flat(in())}; })
      .Case<TransposeOp, BroadcastOp>([&](Operation *) { return Copies{Nest<2>(out(), {in(), out()})}; })
      .Case<TokenSumOp>([&](Operation *) { return Copies{Nest<2>(in(), {in(), out()})}; })
      .Case<ReduceOp>(
          [&](ReduceOp o) { return o.getKind() == ReduceKind::Sum ? Copies{Nest<2>(in(), {in(), out()})} : Copies{}; })
      .Case<SliceOp>([&](SliceOp o) {
        Dims source = in();
        int64_t base = int64_t(o.getOffset()) * strideOf(source, o.getAxis());
        // Without `as`, the axis gets a name that no loop has.
        Nest<2> nest(out(), {renamed(source, o.getAxis(), o.getAs().value_or("@dropped")), out()});
        nest.base[0] = base;
        return Copies{nest};
      })
      .Case<PadOp>([&](PadOp o) {
        Dims target = out();
        int64_t base = int64_t(o.getOffset()) * strideOf(target, o.getAxis());
        Nest<2> nest(in(), {in(), renamed(target, o.getAxis(), o.getFrom().value_or("@dropped"))});
        nest.base[1] = base;
        return Copies{nest};
      })
      .Case<ConcatOp>([&](ConcatOp o) {
        Copies copies;
        int64_t at = 0, stride = strideOf(out(), o.getAxis());
        for (auto [i, axis] : llvm::enumerate(strings(o.getAxes()))) {
          Dims source = in(unsigned(i));
          // A static part stands for itself at every token.
          Dims loops = spaceDims(typeOf(op->getResult(0)).getKind(), eval.batch, eval.time);
          llvm::append_range(loops, axesOf(typeOf(op->getOperand(unsigned(i)))));
          Nest<2> nest(loops, {source, renamed(out(), o.getAxis(), axis)});
          nest.base[1] = at * stride;
          at += typeOf(op->getOperand(unsigned(i))).sizeOf(axis);
          copies.push_back(nest);
        }
        return copies;
      })
      .Default([](Operation *) { return Copies{}; });
}
