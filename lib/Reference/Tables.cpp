//===- Tables.cpp - braid.gather and braid.scatter ------------------------===//

#include "Tape.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

/// A table, the ids that point into it, and the values that belong to the ids.
struct TableWalk {
  Nest<3> nest;   ///< table (its row 0), values, ids
  int64_t rows;   ///< of the table
  int64_t stride; ///< from row to row
};

static TableWalk walkOf(Value table, Value values, Value id, llvm::StringRef axis, const Evaluator &eval) {
  Dims tableDims = eval.dimsOf(table), valueDims = eval.dimsOf(values);
  // Values may vary less than ids do; every id counts.
  Dims loops = eval.dimsOf(id);
  for (const Dim &dim : valueDims)
    if (!hasDim(loops, dim.name))
      loops.push_back(dim);
  return {Nest<3>(loops, {tableDims, valueDims, eval.dimsOf(id)}), typeOf(table).sizeOf(axis),
          strideOf(tableDims, axis)};
}

/// Calls `body(place in the table, place in the values)` for ids that name a row.
template <typename Body> static void forEachNamed(const TableWalk &walk, const double *ids, Body &&body) {
  forEach(walk.nest, [&](auto at) {
    double id = ids[at[2]];
    if (id >= 0 && id < double(walk.rows))
      body(at[0] + int64_t(id) * walk.stride, at[1]);
  });
}

void braid::ref::evaluate(GatherOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  const double *table = eval[op.getTable()].data.data();
  forEachNamed(walkOf(op.getTable(), op.getResult(), op.getId(), op.getAxis(), eval), eval[op.getId()].data.data(),
               [&](int64_t row, int64_t value) { result.data[size_t(value)] = table[row]; });
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(GatherOp op, const Evaluator &eval, Tape &tape) {
  const double *g = tape.gradient(op.getResult());
  if (double *sum = tape.sink(op.getTable()))
    forEachNamed(walkOf(op.getTable(), op.getResult(), op.getId(), op.getAxis(), eval), eval[op.getId()].data.data(),
                 [&](int64_t row, int64_t value) { sum[row] += g[value]; });
}

void braid::ref::evaluate(ScatterOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  const double *input = eval[op.getInput()].data.data();
  forEachNamed(walkOf(op.getResult(), op.getInput(), op.getId(), op.getAxis(), eval), eval[op.getId()].data.data(),
               [&](int64_t row, int64_t value) { result.data[size_t(row)] += input[value]; });
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(ScatterOp op, const Evaluator &eval, Tape &tape) {
  const double *g = tape.gradient(op.getResult());
  if (double *sum = tape.sink(op.getInput()))
    forEachNamed(walkOf(op.getResult(), op.getInput(), op.getId(), op.getAxis(), eval), eval[op.getId()].data.data(),
                 [&](int64_t row, int64_t value) { sum[value] += g[row]; });
}
