//===- Schedule.cpp - which loops compute a row kernel --------------------===//

#include "Scheduler.h"
#include "braid/Support/Elementary.h"

using namespace mlir;
using namespace braid;
using namespace braid::row;

Value Root::kept() const { return isa<StoreOp, UnstackOp, AccumulateOp>(op) ? Value() : op->getResult(0); }

int64_t braid::row::numElements(KernelOp kernel, ArrayRef<AxisAttr> axes, ArrayRef<int64_t> sizes) {
  int64_t elements = 1;
  for (AxisAttr axis : axes) {
    int64_t size = axis.getSize();
    if (axis.isDynamic())
      for (auto [name, given] : llvm::zip(kernel.getDynamic(), sizes))
        if (cast<StringAttr>(name).getValue() == axis.getName())
          size = given;
    elements *= std::max<int64_t>(size, 0);
  }
  return elements;
}

//===----------------------------------------------------------------------===//
// Properties of ops.
//===----------------------------------------------------------------------===//

static bool sameSpace(ArrayRef<AxisAttr> a, ArrayRef<AxisAttr> b) {
  return a.size() == b.size() && llvm::all_of(a, [&](AxisAttr axis) { return llvm::is_contained(b, axis); });
}

static bool isSubset(ArrayRef<AxisAttr> a, ArrayRef<AxisAttr> b) {
  return llvm::all_of(a, [&](AxisAttr axis) { return llvm::is_contained(b, axis); });
}

/// Worth keeping rather than computing twice (unless it is so long that it would leave the cache).
static bool isExpensive(Operation &op) {
  if (auto random = dyn_cast<RandomOp>(op))
    return !typeOf(random.getResult()).getAxes().empty() && extent(typeOf(random.getResult()).getAxes()) <= 8192;
  auto map = dyn_cast<MapOp>(op);
  if (!map || typeOf(map.getResult()).getAxes().empty() || extent(typeOf(map.getResult()).getAxes()) > 8192)
    return false;
  return elementwiseInfo(map.getFn()).cost == ElementwiseCost::Costly;
}

static SmallVector<AxisAttr> reducedAxes(ReduceOp reduce) {
  SmallVector<AxisAttr> axes;
  ValueType input = reduce.getInput().getType();
  for (Attribute name : reduce.getAxes())
    axes.push_back(input.getAxes()[input.find(cast<StringAttr>(name).getValue())]);
  return axes;
}

/// A short sum whose terms are evaluated where its result is needed, instead of in a nest of its own.
static bool isShort(ReduceOp reduce) {
  SmallVector<AxisAttr> axes = reducedAxes(reduce);
  return llvm::none_of(axes, [](AxisAttr axis) { return axis.isDynamic(); }) && extent(axes) <= 8 &&
         extent(typeOf(reduce.getResult()).getAxes()) >= 64;
}

/// The argument that an op reads or writes.
static Value argumentOf(Operation *op) {
  return isa<LoadOp, GatherOp, StackOp>(op)          ? op->getOperand(0)
         : isa<StoreOp, UnstackOp, AccumulateOp>(op) ? op->getOperand(1)
                                                     : Value();
}
static bool isRead(Operation *op) { return isa<LoadOp, GatherOp, StackOp>(op); }
static bool isWrite(Operation *op) { return isa<StoreOp, UnstackOp, AccumulateOp>(op); }

bool braid::row::mayAlias(KernelOp kernel, Value a, Value b) {
  if (a == b)
    return true;
  ArrayAttr pairs = kernel.getAliasesAttr();
  if (!pairs)
    return true;
  int64_t x = cast<BlockArgument>(a).getArgNumber(), y = cast<BlockArgument>(b).getArgNumber();
  return llvm::any_of(pairs.getAsRange<DenseI64ArrayAttr>(), [&](DenseI64ArrayAttr pair) {
    return (pair[0] == x && pair[1] == y) || (pair[0] == y && pair[1] == x);
  });
}

void Scheduler::walk(Value value, llvm::SetVector<Value> &found) const {
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (!found.insert(next) || kept.contains(next))
      continue;
    for (Value operand : next.getDefiningOp()->getOperands())
      if (isa<ValueType>(operand.getType()))
        work.push_back(operand);
  }
}

void Scheduler::findRoots() {
  roots.clear();
  closures.clear();
  for (Operation *op : ops) {
    Root root{op, {}, {}, {}};
    if (isWrite(op)) {
      root.value = op->getOperand(0);
      if (auto list = dyn_cast<ListType>(op->getOperand(1).getType())) {
        int64_t length = op->getParentOfType<KernelOp>().fixedLength(list.getAxis());
        root.space.push_back(AxisAttr::get(op->getContext(), list.getAxis(), length));
        llvm::append_range(root.space, list.getAxes());
      } else {
        llvm::append_range(root.space, cast<BufferType>(op->getOperand(1).getType()).getAxes());
      }
    } else if (op->getNumResults() && kept.contains(op->getResult(0))) {
      auto reduce = dyn_cast<ReduceOp>(op);
      root.value = reduce ? Value(reduce.getInput()) : Value(op->getResult(0));
      llvm::append_range(root.space, typeOf(root.value).getAxes());
      if (reduce)
        root.reduced = reducedAxes(reduce);
    } else {
      continue;
    }
    llvm::SetVector<Value> closure;
    if (root.value == root.kept()) { // what is kept is made of its operands
      closure.insert(root.value);
      for (Value operand : op->getOperands())
        if (isa<ValueType>(operand.getType()))
          walk(operand, closure);
    } else {
      walk(root.value, closure);
    }
    roots.push_back(std::move(root));
    closures.push_back(std::move(closure));
  }
}

/// True if `load` reaches the stored value through elementwise ops only, so that an element is read
/// just before the element in the same place is written.
static bool isElementwise(const llvm::SetVector<Value> &closure, Value load, ArrayRef<AxisAttr> stored) {
  if (!isa<LoadOp, StackOp>(load.getDefiningOp()) || typeOf(load).getAxes() != stored)
    return false;
  llvm::SmallDenseSet<Value> tainted = {load};
  // A closure lists users before operands, not sorted; iterate until nothing changes.
  for (bool changed = true; changed;) {
    changed = false;
    for (Value value : closure) {
      Operation *op = value.getDefiningOp();
      if (tainted.contains(value) || isRead(op) ||
          llvm::none_of(op->getOperands(), [&](Value operand) { return tainted.contains(operand); }))
        continue;
      if (!isa<MapOp, RoundOp>(op))
        return false;
      changed |= tainted.insert(value).second;
    }
  }
  return true;
}

/// What is read before its memory is written, and needed afterwards, must be kept.
bool Scheduler::keepReadsBeforeWrites() {
  bool changed = false;
  for (auto [w, write] : llvm::enumerate(roots)) {
    if (!isWrite(write.op))
      continue;
    for (auto [r, root] : llvm::enumerate(roots)) {
      if (order[root.op] < order[write.op])
        continue;
      for (Value read : closures[r]) {
        Operation *op = read.getDefiningOp();
        if (!isRead(op) || order[op] > order[write.op] || kept.contains(read) ||
            !mayAlias(argumentOf(op), argumentOf(write.op)))
          continue;
        if (r == w && isElementwise(closures[r], read, write.space))
          continue;
        changed |= kept.insert(read);
      }
    }
  }
  return changed;
}

/// True if so much would be evaluated for the value each time that keeping it is cheaper. Without this,
/// an elementwise chain from sum to sum would be evaluated from its beginning in every nest.
bool Scheduler::isDeep(Value value) const {
  if (!isa<MapOp, RoundOp>(value.getDefiningOp()) || typeOf(value).getAxes().empty() ||
      extent(typeOf(value).getAxes()) > 8192)
    return false;
  llvm::SetVector<Value> closure;
  walk(value, closure);
  return closure.size() > (extent(typeOf(value).getAxes()) <= 64 ? 12 : 24);
}

/// True for an input of each row that a copy of fixed length cannot hold.
bool Scheduler::isFarInput(Operation *op) const {
  auto load = dyn_cast<LoadOp>(op);
  return keepsInputs && load && load.getBuffer().getType().getPerRow() &&
         llvm::any_of(load.getBuffer().getType().getAxes(), [](AxisAttr axis) { return axis.isDynamic(); });
}

/// Keeps values that would be evaluated several times at some cost, and short sums with users in several nests.
bool Scheduler::keepShared() {
  bool changed = false;
  for (Operation *op : ops) {
    if (!op->getNumResults() || kept.contains(op->getResult(0)))
      continue;
    auto reduce = dyn_cast<ReduceOp>(op);
    Value value = op->getResult(0);
    auto sum = value.hasOneUse() ? dyn_cast<ReduceOp>(*value.user_begin()) : ReduceOp();
    if (sum && sum.summedProduct()) // whose factors are needed, not the product
      continue;
    if (!reduce && !isExpensive(*op) && !isDeep(value) && !isFarInput(op))
      continue;
    const Root *first = nullptr;
    bool keep = false;
    for (auto [root, closure] : llvm::zip(roots, closures)) {
      if (!closure.contains(value))
        continue;
      keep |= !sameSpace(root.space, typeOf(value).getAxes());
      keep |= first && (first->level != root.level || !sameSpace(first->space, root.space));
      first = &root;
    }
    changed |= keep && kept.insert(value);
    if (!reduce || keep)
      continue;
    llvm::SetVector<Value> terms; // a short sum evaluated within a short sum would be evaluated for every term
    walk(reduce.getInput(), terms);
    for (Value other : terms)
      if (isa<ReduceOp>(other.getDefiningOp()))
        changed |= kept.insert(other);
  }
  return changed;
}

/// True if an earlier root reads each element of a buffer in the same place of the same loops in which a later one
/// writes it. In one nest the element is read just before.
bool Scheduler::readsInPlace(unsigned reader, Value read, unsigned writer) const {
  const Root &write = roots[writer];
  return fuses && argumentOf(read.getDefiningOp()) == argumentOf(write.op) &&
         sameSpace(roots[reader].space, write.space) && isElementwise(closures[reader], read, write.space);
}

/// Nests of one level run in the order in which they stand, on one thread: of a recurrence, a nest that writes a carry
/// stands behind those of its level that read it. (Other kernels may run a level's nests at the same time.)
void Scheduler::writeLast(Schedule &schedule) const {
  if (KernelOp(kernel).getSpace() != Space::Recur)
    return;
  auto &nests = schedule.allNests;
  auto nestOf = [&](unsigned root) {
    return llvm::find_if(nests, [&](const Nest &nest) {
      return llvm::any_of(nest.roots, [&](const Root &other) { return other.op == roots[root].op; });
    });
  };
  for (auto [read, write] : fused) {
    auto reader = nestOf(read), writer = nestOf(write);
    if (reader->level == writer->level && writer < reader)
      std::rotate(writer, std::next(writer), std::next(reader));
  }
}

/// True if no pair that was to be in one nest is in two of one level, or in the order of `writeLast`.
bool Scheduler::isInPlace(const Schedule &schedule) const {
  bool inOrder = KernelOp(kernel).getSpace() == Space::Recur;
  auto nestOf = [&](unsigned root) {
    return llvm::find_if(schedule.allNests, [&](const Nest &nest) {
      return llvm::any_of(nest.roots, [&](const Root &other) { return other.op == roots[root].op; });
    });
  };
  return llvm::all_of(fused, [&](std::pair<unsigned, unsigned> pair) {
    auto reader = nestOf(pair.first), writer = nestOf(pair.second);
    return reader == writer || reader->level < writer->level ||
           (inOrder && reader->level == writer->level && reader < writer);
  });
}

void Scheduler::assignLevels() {
  fused.clear();
  DenseMap<Value, unsigned> available; // the first level that may read a kept value
  auto writtenBefore = [&](Operation *read) {
    unsigned level = 0;
    for (const Root &root : roots)
      if (isWrite(root.op) && order[root.op] < order[read] && mayAlias(argumentOf(root.op), argumentOf(read)))
        level = std::max(level, root.level + 1);
    return level;
  };
  for (auto [r, root] : llvm::enumerate(roots)) {
    root.level = 0;
    for (Value value : closures[r]) {
      if (value != root.kept() && kept.contains(value))
        root.level = std::max(root.level, available[value]);
      else if (isRead(value.getDefiningOp()))
        root.level = std::max(root.level, writtenBefore(value.getDefiningOp()));
    }
    if (isWrite(root.op))
      for (unsigned other = 0; other != r; ++other) {
        bool conflict = isWrite(roots[other].op) && mayAlias(argumentOf(roots[other].op), argumentOf(root.op));
        bool inPlace = false;
        for (Value value : closures[other])
          if (isRead(value.getDefiningOp()) && (!kept.contains(value) || roots[other].kept() == value) &&
              mayAlias(argumentOf(value.getDefiningOp()), argumentOf(root.op)))
            (readsInPlace(other, value, r) ? inPlace : conflict) = true;
        if (inPlace) {
          root.level = std::max(root.level, roots[other].level);
          fused.emplace_back(other, r);
        }
        if (conflict)
          root.level = std::max(root.level, roots[other].level + 1);
      }
    if (Value result = root.kept())
      available[result] = root.level + 1;
  }
}

/// A nest of the root's level (or a later one) over the same axes, in which its loops can be nested.
Nest *Scheduler::findNest(Schedule &schedule, const Root &root, bool later) const {
  Nest *best = nullptr;
  for (Nest &nest : schedule.allNests) {
    if (later ? nest.level <= root.level : nest.level != root.level)
      continue;
    if (!sameSpace(nest.loops, root.space) || (best && best->level <= nest.level))
      continue;
    if (llvm::all_of(nest.roots, [&](const Root &other) {
          return isSubset(other.reduced, root.reduced) || isSubset(root.reduced, other.reduced);
        }))
      best = &nest;
  }
  return best;
}

Schedule Scheduler::run() {
  kept.clear();
  for (Operation *op : ops)
    if (auto reduce = dyn_cast<ReduceOp>(op))
      if (!isShort(reduce))
        kept.insert(reduce.getResult());
  // Each round only adds to what is kept.
  do {
    findRoots();
    if (keepReadsBeforeWrites())
      continue;
    assignLevels();
    if (!keepShared())
      break;
  } while (true);

  Schedule schedule;
  SmallVector<Root *> sorted;
  for (Root &root : roots)
    sorted.push_back(&root);
  insertionSort(sorted, [](Root *a, Root *b) { return a->level < b->level; });
  SmallVector<Root *> writes;
  for (Root *root : sorted) {
    if (isWrite(root->op)) {
      writes.push_back(root);
      continue;
    }
    Nest *nest = findNest(schedule, *root, false);
    if (!nest) {
      nest = &schedule.allNests.emplace_back();
      nest->level = root->level;
      nest->loops = root->space;
    }
    nest->roots.push_back(*root);
  }
  // A write may wait for a nest over the same axes, unless something depends on it.
  for (Root *root : writes) {
    const llvm::SetVector<Value> &closure = closures[root - roots.begin()];
    bool waits = llvm::none_of(ops, [&](Operation *op) {
      if (op == root->op || !argumentOf(op) || order[op] < order[root->op])
        return false;
      // What it writes is read or written later, or what it reads is written later.
      return mayAlias(argumentOf(op), argumentOf(root->op)) ||
             (isWrite(op) && llvm::any_of(closure, [&](Value value) {
                return isRead(value.getDefiningOp()) && !kept.contains(value) &&
                       mayAlias(argumentOf(value.getDefiningOp()), argumentOf(op));
              }));
    });
    Nest *nest = findNest(schedule, *root, false);
    if (!nest && waits)
      nest = findNest(schedule, *root, true);
    if (!nest) {
      nest = &schedule.allNests.emplace_back();
      nest->level = root->level;
      nest->loops = root->space;
    }
    root->level = nest->level;
    nest->roots.push_back(*root);
  }
  insertionSort(schedule.allNests, [](const Nest &a, const Nest &b) { return a.level < b.level; });
  writeLast(schedule);
  if (!isInPlace(schedule)) {
    fuses = false;
    return run();
  }
  for (Nest &nest : schedule.allNests) {
    orderLoops(nest);
    for (const Root &root : nest.roots)
      if (Value result = root.kept()) {
        schedule.keptSet.insert(result);
        if (!typeOf(result).getAxes().empty())
          schedule.kept.push_back(result);
      }
  }
  return schedule;
}

Schedule Schedule::of(KernelOp kernel, bool keepsInputs) { return Scheduler(kernel, keepsInputs).run(); }
