//===- Reductions.cpp - extremes and contractions -------------------------===//
//
// Sums are in Copies.cpp.
//
//===----------------------------------------------------------------------===//

#include "Tape.h"
#include <algorithm>
#include <limits>

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

/// Walks the operand (0) and the result (1).
static Nest<2> nestOf(ReduceOp op, const Evaluator &eval) {
  return Nest<2>(eval.dimsOf(op.getInput()), {eval.dimsOf(op.getInput()), eval.dimsOf(op.getResult())});
}

void braid::ref::evaluate(ReduceOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  double sign = op.getKind() == ReduceKind::Max ? 1 : -1;
  std::ranges::fill(result.data, -sign * std::numeric_limits<double>::infinity());
  const double *x = eval[op.getInput()].data.data();
  forEach(nestOf(op, eval), [&](auto at) {
    double &best = result.data[size_t(at[1])];
    best = sign * greater(sign * x[at[0]], sign * best);
  });
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(ReduceOp op, const Evaluator &eval, Tape &tape) {
  double *sum = tape.sink(op.getInput());
  if (!sum)
    return;
  const double *g = tape.gradient(op.getResult());
  const double *x = eval[op.getInput()].data.data();
  const std::vector<double> &best = eval[op.getResult()].data;
  // Elements that tie share the gradient.
  std::vector<double> ties(best.size());
  Nest<2> nest = nestOf(op, eval);
  forEach(nest, [&](auto at) { ties[size_t(at[1])] += x[at[0]] == best[size_t(at[1])]; });
  forEach(nest, [&](auto at) {
    if (x[at[0]] == best[size_t(at[1])])
      sum[at[0]] += g[at[1]] / ties[size_t(at[1])];
  });
}

void braid::ref::evaluate(DotOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  contract(result.data.data(), eval.dimsOf(op.getResult()), eval[op.getLhs()].data.data(), eval.dimsOf(op.getLhs()),
           eval[op.getRhs()].data.data(), eval.dimsOf(op.getRhs()), eval.options.single);
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(DotOp op, const Evaluator &eval, Tape &tape) {
  // The derivative of a contraction by one operand contracts the gradient with the other.
  const double *g = tape.gradient(op.getResult());
  Dims out = eval.dimsOf(op.getResult());
  Dims lhs = eval.dimsOf(op.getLhs()), rhs = eval.dimsOf(op.getRhs());
  if (double *sum = tape.sink(op.getLhs()))
    contract(sum, lhs, g, out, eval[op.getRhs()].data.data(), rhs);
  if (double *sum = tape.sink(op.getRhs()))
    contract(sum, rhs, g, out, eval[op.getLhs()].data.data(), lhs);
}
