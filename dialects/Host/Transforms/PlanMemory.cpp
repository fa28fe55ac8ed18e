//===- PlanMemory.cpp - where each buffer lies in the arenas --------------===//
//
// A program is a straight line, so a buffer lives from the first to the last op that names
// it. Large buffers are placed first, each at the lowest place that is free during its life.
// Offsets in the token arena are bytes per token: they hold for every number of tokens.
//
//===----------------------------------------------------------------------===//

#include "Occupancy.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Host/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::host;

namespace {

/// Buffers that share one place from the first's birth to the last's death.
struct Place {
  SmallVector<BufferOp> buffers;
  int64_t bytes = 0, first = -1, last = -1;
};

class Planner {
public:
  explicit Planner(FuncOp func) : func(func) {}
  void run();

private:
  void findLives();
  void moveOut();
  void reuse();
  int64_t assign(Space space, int64_t alignment);

  FuncOp func;
  llvm::MapVector<Operation *, Place> places; ///< by the first buffer
  llvm::DenseMap<Operation *, Operation *> placeOf;
  llvm::DenseMap<Operation *, std::pair<int64_t, int64_t>> lives;
};

} // namespace

void Planner::findLives() {
  int64_t now = 0;
  for (Operation &op : func.getBody().front()) {
    ++now;
    for (Value operand : op.getOperands())
      if (auto buffer = operand.getDefiningOp<BufferOp>()) {
        auto &life = lives.try_emplace(buffer, std::pair(now, now)).first->second;
        life.second = now;
      }
  }
  for (auto buffer : func.getBody().front().getOps<BufferOp>()) {
    auto it = lives.find(buffer);
    if (it == lives.end())
      continue;
    Place place;
    place.buffers.push_back(buffer);
    place.bytes = buffer.getType().bytes();
    std::tie(place.first, place.last) = it->second;
    places[buffer] = place;
    placeOf[buffer] = buffer;
  }
}

/// How often each value is an operand. Under another name in the same launch, an input might be read in another order.
static llvm::DenseMap<Value, unsigned> countOperands(Operation &op) {
  llvm::DenseMap<Value, unsigned> counts;
  for (Value operand : op.getOperands())
    ++counts[operand];
  return counts;
}

/// Lets an input that ends where an output of the caller's begins lie in the caller's memory
/// from the start, if the launch may write over it.
void Planner::moveOut() {
  Block &block = func.getBody().front();
  llvm::DenseMap<Value, Operation *> firstUse, lastUse;
  for (Operation &op : block)
    for (Value operand : op.getOperands()) {
      firstUse.try_emplace(operand, &op);
      lastUse[operand] = &op;
    }
  for (auto op : block.getOps<LaunchOp>()) {
    DenseI64ArrayAttr pairs = op.getReuseAttr();
    if (!pairs)
      continue;
    llvm::DenseMap<Value, unsigned> counts = countOperands(*op);
    for (int64_t i = 0; i < pairs.size(); i += 2) {
      Value output = op.getArgs()[pairs[i]], input = op.getArgs()[pairs[i + 1]];
      auto external = output.getDefiningOp<ExternalOp>();
      auto buffer = input.getDefiningOp<BufferOp>();
      if (!external || !buffer || external.getType() != buffer.getType() || firstUse[output] != op ||
          lastUse[input] != op || firstUse[input] == op || counts[input] != 1 || counts[output] != 1)
        continue;
      external->moveBefore(&block, block.begin());
      firstUse[output] = firstUse[input];
      buffer.getResult().replaceAllUsesWith(external.getResult());
      buffer.erase();
    }
  }
}

/// Joins the places of an output and of an input that ends where the output begins.
void Planner::reuse() {
  int64_t now = 0;
  for (Operation &op : func.getBody().front()) {
    ++now;
    auto launch = dyn_cast<LaunchOp>(op);
    DenseI64ArrayAttr pairs = launch ? launch.getReuseAttr() : DenseI64ArrayAttr();
    if (!pairs)
      continue;
    llvm::DenseMap<Value, unsigned> counts = countOperands(op);
    for (int64_t i = 0; i < pairs.size(); i += 2) {
      auto output = op.getOperand(pairs[i]).getDefiningOp<BufferOp>();
      auto input = op.getOperand(pairs[i + 1]).getDefiningOp<BufferOp>();
      if (!output || !input || output.getType() != input.getType() || lives[input].second != now ||
          lives[output].first != now || lives[input].first == now || placeOf[output] != output)
        continue; // not theirs to share, or the output has found a place already
      if (counts[input] != 1 || counts[output] != 1)
        continue;
      Place &to = places[placeOf[input]];
      if (to.last != now)
        continue; // somebody else has taken it over
      Place &from = places[placeOf[output]];
      to.last = from.last;
      for (BufferOp buffer : from.buffers) {
        to.buffers.push_back(buffer);
        placeOf[buffer] = to.buffers.front();
      }
      from.buffers.clear();
    }
  }
}

int64_t Planner::assign(Space space, int64_t alignment) {
  SmallVector<Place *> order;
  for (auto &[buffer, place] : places)
    if (!place.buffers.empty() && cast<BufferOp>(buffer).getType().getSpace() == space)
      order.push_back(&place);
  llvm::sort(order, [](Place *a, Place *b) { return std::pair(-a->bytes, a->first) < std::pair(-b->bytes, b->first); });
  int64_t total = 0;
  Occupancy taken(func.getBody().front().getOperations().size() + 1);
  for (Place *place : order) {
    int64_t size = llvm::alignTo(place->bytes, alignment), offset = taken.lowestFree(place->first, place->last, size);
    taken.take(place->first, place->last, offset, size);
    total = std::max(total, offset + size);
    for (BufferOp buffer : place->buffers)
      buffer.setOffset(offset);
  }
  return total;
}

void Planner::run() {
  for (auto buffer : llvm::make_early_inc_range(func.getBody().front().getOps<BufferOp>()))
    if (buffer->use_empty())
      buffer.erase();
  moveOut();
  findLives();
  reuse();
  // The number of tokens is padded to a multiple of 16, so 4 bytes a token are a cache line.
  func.setTokenBytes(assign(Space::Token, 4));
  func.setFixedBytes(assign(Space::Fixed, 64));
}

namespace braid::host {
#define GEN_PASS_DEF_HOSTPLANMEMORY
#include "dialects/Host/Transforms/Passes.h.inc"
} // namespace braid::host

namespace {
class PlanMemory : public braid::host::impl::HostPlanMemoryBase<PlanMemory> {
public:
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      Planner(func).run();
  }
};
} // namespace

std::unique_ptr<Pass> braid::host::createPlanMemoryPass() { return std::make_unique<PlanMemory>(); }
