//===- Delay.cpp - values at other tokens ---------------------------------===//

#include "Tape.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

/// Calls `body(number of the result, number of the input)` for what the sequence has, for the others `absent(number)`.
template <typename Body, typename Absent>
static void forEachNumber(DelayOp op, const Evaluator &eval, Body &&body, Absent &&absent) {
  Dims dims = eval.dimsOf(op.getResult());
  int64_t step = strideOf(dims, timeDim), distance = op.getDistance();
  forEach(Nest<1>(dims, {dims}), [&](auto at) {
    int64_t from = at[0] / step % eval.time - distance;
    if (from >= 0 && from < eval.time)
      body(at[0], at[0] - distance * step);
    else
      absent(at[0]);
  });
}

void braid::ref::evaluate(DelayOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  const double *input = eval[op.getInput()].data.data();
  double nothing = typeOf(op.getResult()).isId() ? -1 : 0;
  forEachNumber(
      op, eval, [&](int64_t to, int64_t from) { result.data[size_t(to)] = input[from]; },
      [&](int64_t to) { result.data[size_t(to)] = nothing; });
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(DelayOp op, const Evaluator &eval, Tape &tape) {
  const double *g = tape.gradient(op.getResult());
  if (double *sum = tape.sink(op.getInput()))
    forEachNumber(op, eval, [&](int64_t to, int64_t from) { sum[from] += g[to]; }, [](int64_t) {});
}
