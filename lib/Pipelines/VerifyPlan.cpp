//===- VerifyPlan.cpp - what programs of launches promise -----------------===//

#include "VerifyPlan.h"
#include "dialects/Host/IR/Host.h"
#include <map>

using namespace mlir;

namespace braid {
namespace {

struct Life {
  host::BufferOp buffer;
  int64_t first, last;
};

/// The pairs (output, input) of which a launch may write the one over the other.
llvm::DenseSet<std::pair<Value, Value>> sharedBy(Operation *op) {
  llvm::DenseSet<std::pair<Value, Value>> result;
  auto launch = dyn_cast<host::LaunchOp>(op);
  auto pairs = launch ? launch.getReuseAttr() : DenseI64ArrayAttr();
  for (int64_t i = 0; pairs && i < pairs.size(); i += 2)
    result.insert({launch.getArgs()[pairs[i]], launch.getArgs()[pairs[i + 1]]});
  return result;
}

LogicalResult verifyFunction(host::FuncOp func) {
  if (!func.getTokenBytes() || !func.getFixedBytes())
    return func.emitOpError("has no plan of memory");
  SmallVector<Operation *> ops;
  llvm::MapVector<Operation *, Life> lives;
  for (Operation &op : func.getBody().front()) {
    for (Value operand : op.getOperands())
      if (auto buffer = operand.getDefiningOp<host::BufferOp>())
        lives.insert({buffer, {buffer, int64_t(ops.size()), 0}}).first->second.last = ops.size();
    ops.push_back(&op);
  }
  // Time passes from op to op; `live` holds the buffers that are needed now, by offset, one map for each arena. They
  // are disjoint but for those that take over a place, so that only the neighbours of a new one need a look.
  using Live = std::multimap<int64_t, const Life *>;
  Live arenas[2];
  SmallVector<SmallVector<std::pair<Live *, Live::iterator>>> ending(ops.size());
  int64_t now = 0, sharing = -1; // the time of `shared`
  llvm::DenseSet<std::pair<Value, Value>> shared;
  for (auto &[op, y] : lives) {
    host::BufferType type = y.buffer.getType();
    bool tokens = type.getSpace() == host::Space::Token;
    int64_t arena = tokens ? *func.getTokenBytes() : *func.getFixedBytes();
    if (!y.buffer.getOffset() || int64_t(*y.buffer.getOffset()) + type.bytes() > arena)
      return y.buffer.emitOpError("has no place in its arena");
    for (; now < y.first; ++now)
      for (auto [map, ended] : ending[now])
        map->erase(ended);
    Live &live = arenas[tokens];
    int64_t start = *y.buffer.getOffset(), end = start + type.bytes();
    int64_t below = -1; // where a buffer lies that ends before this one starts
    for (auto it = live.lower_bound(end); it != live.begin();) {
      const Life &x = *(--it)->second;
      host::BufferOp other = x.buffer;
      int64_t from = it->first;
      if (below >= 0 && from != below)
        break;
      if (start >= from + other.getType().bytes()) {
        below = from;
        continue;
      }
      if (x.last == y.first && x.first < y.first && from == start) {
        if (sharing != y.first) // histories are long
          shared = sharedBy(ops[sharing = y.first]);
        if (shared.contains({y.buffer.getResult(), other.getResult()}))
          continue;
      }
      return y.buffer.emitOpError("shares memory with \"") << other.getName() << "\", which is still needed";
    }
    ending[y.last].push_back({&live, live.insert({start, &y})});
  }
  return success();
}

} // namespace

LogicalResult verifyPlaces(ModuleOp module) {
  for (auto func : module.getOps<host::FuncOp>())
    if (failed(verifyFunction(func)))
      return failure();
  return success();
}

} // namespace braid
