//===- Nests.cpp - the loops of a nest ------------------------------------===//
//
// The vector axis is stepped through in chunks of several vectors, then in single
// vectors, then in one masked vector. A reduction carries its partial results
// through its loops in registers: one for each vector of the chunk, which are
// added up in a fixed order at the end.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::row;

void KernelEmitter::enumerate(ArrayRef<AxisAttr> axes, function_ref<void(ArrayRef<int64_t>)> body) {
  SmallVector<int64_t> point(axes.size(), 0);
  while (true) {
    body(point);
    int axis = int(axes.size()) - 1;
    while (axis >= 0 && ++point[axis] == axes[axis].getSize())
      point[axis--] = 0;
    if (axis < 0)
      return;
  }
}

static int64_t points(ArrayRef<AxisAttr> axes) {
  int64_t count = 1;
  for (AxisAttr axis : axes)
    count *= axis.getSize();
  return count;
}

int64_t KernelEmitter::lanesFor(const Nest &which) const {
  return which.vector.isDynamic() ? 8 : int64_t(std::min<uint64_t>(16, llvm::PowerOf2Ceil(which.vector.getSize())));
}

void KernelEmitter::emitNest(const Nest &which) {
  nest = &which;
  here = Position();
  copies = 1;
  width = nest->vector ? lanesFor(*nest) : 1;
  copyStep = width;
  // Code for few numbers should be short rather than fast.
  int64_t numbers = 1;
  for (ArrayRef<AxisAttr> axes : {ArrayRef<AxisAttr>(nest->loops), ArrayRef<AxisAttr>(nest->unrolled)})
    for (AxisAttr axis : axes)
      numbers *= axis.isDynamic() ? 64 : axis.getSize();
  math.setCalls(mayCall && numbers <= 64);
  active.clear();
  for (const Root &root : nest->roots) {
    Active entry;
    entry.root = &root;
    entry.start = nest->loops.size();
    for (auto [level, axis] : llvm::enumerate(nest->loops))
      if (root.reduces(axis))
        entry.start = std::min<unsigned>(entry.start, level);
    entry.alongVector = nest->vector && root.reduces(nest->vector);
    for (AxisAttr axis : nest->unrolled)
      if (!root.reduces(axis))
        entry.enumerated.push_back(axis);
    active.push_back(std::move(entry));
  }
  emitLoop(0);
  nest = nullptr;
}

void KernelEmitter::emitLoop(unsigned level) {
  startRoots(level);
  if (level == nest->loops.size()) {
    emitBody();
  } else if (nest->loops[level] == nest->vector) {
    emitVectorLoop(level);
  } else {
    AxisAttr axis = nest->loops[level];
    Index size = sizeOf(axis);
    if (size.isConstant() && size.constant == 1) {
      here.set(axis.getName(), Index());
      emitLoop(level + 1);
    } else {
      Value lower = constant(0), upper = scalarOf(size);
      loop(lower, upper, 1, [&](Value iv) {
        Index index;
        index.dynamic = iv;
        index.align = 1;
        index.depth = innermost();
        here.set(axis.getName(), index);
        emitLoop(level + 1);
      });
    }
  }
  finishRoots(level);
}

/// The copies of the body that a chunk holds: enough to hide latencies, not more than registers hold.
static int64_t chunkCopies(const Nest &nest, int64_t width) {
  if (nest.vector.isDynamic())
    return 1;
  int64_t vectors = nest.vector.getSize() / width, wanted = 4 / std::min<int64_t>(4, points(nest.unrolled));
  while (wanted > 1 && (vectors < wanted || nest.roots.size() * wanted > 12))
    wanted /= 2;
  return std::max<int64_t>(wanted, 1);
}

void KernelEmitter::emitVectorLoop(unsigned level) {
  AxisAttr axis = nest->vector;
  int64_t many = chunkCopies(*nest, width);
  Index first;
  first.lanes = 1;
  if (axis.isDynamic()) {
    Value size = dynamicSizes.lookup(axis.getName());
    enter(innermost());
    Value rest = b.create<arith::RemUIOp>(loc, size, constant(width));
    Value full = b.create<arith::SubIOp>(loc, size, rest);
    loop(constant(0), full, width, [&](Value iv) {
      Index index = first;
      index.dynamic = iv;
      index.align = width;
      index.depth = innermost();
      emitChunk(level, index, 1, Value());
    });
    enter(innermost());
    SmallVector<int32_t> lanes = llvm::to_vector(llvm::seq<int32_t>(0, width));
    auto type = vectorOf(b.getI32Type());
    Value ramp = b.create<arith::ConstantOp>(loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(lanes)));
    Value count = broadcast(b.create<arith::TruncIOp>(loc, b.getI32Type(), rest));
    Value mask = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, ramp, count);
    Index index = first;
    index.dynamic = full;
    index.align = width;
    index.depth = innermost();
    emitChunk(level, index, 1, mask);
    return;
  }

  // As many full chunks as fit, then single vectors, then what is left under a mask.
  int64_t size = axis.getSize(), done = 0;
  for (int64_t count : {many, int64_t(1)}) {
    int64_t step = count * width, trips = (size - done) / step;
    if (!trips || (count == 1 && many == 1 && done))
      continue;
    spread(count);
    if (trips == 1) {
      Index index = first;
      index.constant = done;
      emitChunk(level, index, count, Value());
    } else {
      loop(constant(done), constant(done + trips * step), step, [&](Value iv) {
        Index index = first;
        index.dynamic = iv;
        index.align = width;
        index.depth = innermost();
        emitChunk(level, index, count, Value());
      });
    }
    gatherUp(count);
    done += trips * step;
  }
  if (done == size)
    return;
  SmallVector<bool> lanes;
  for (int64_t lane = 0; lane < width; ++lane)
    lanes.push_back(done + lane < size);
  enter(innermost());
  Value mask = b.create<arith::ConstantOp>(loc, DenseElementsAttr::get(vectorOf(b.getI1Type()), ArrayRef<bool>(lanes)));
  Index index = first;
  index.constant = done;
  emitChunk(level, index, 1, mask);
}

void KernelEmitter::emitChunk(unsigned level, Index index, int64_t chunk, Value mask) {
  here.set(nest->vector.getName(), index);
  here.mask = mask;
  here.maskDepth = index.guarded ? index.depth : innermost();
  std::swap(copies, chunk);
  emitLoop(level + 1);
  std::swap(copies, chunk);
  here.mask = Value();
}

/// Gives every partial result along the vector axis `count` copies; all but the first start afresh.
void KernelEmitter::spread(int64_t count) {
  for (Active &entry : active) {
    if (entry.partial.empty() || !entry.alongVector || count == 1)
      continue;
    SmallVector<Value> wide;
    enter(innermost());
    for (Value partial : entry.partial)
      for (int64_t copy = 0; copy < count; ++copy)
        wide.push_back(copy ? identityOf(cast<ReduceOp>(entry.root->op).getKind(), partial.getType()) : partial);
    entry.partial = wide;
  }
}

/// Combines the copies again, neighbours first.
void KernelEmitter::gatherUp(int64_t count) {
  for (Active &entry : active) {
    if (entry.partial.empty() || !entry.alongVector || count == 1)
      continue;
    enter(innermost());
    SmallVector<Value> narrow;
    for (size_t begin = 0; begin < entry.partial.size(); begin += count) {
      SmallVector<Value> terms(entry.partial.begin() + begin, entry.partial.begin() + begin + count);
      while (terms.size() > 1) {
        for (size_t i = 0; i < terms.size() / 2; ++i)
          terms[i] = combine(cast<ReduceOp>(entry.root->op).getKind(), terms[2 * i], terms[2 * i + 1]);
        terms.resize(terms.size() / 2);
      }
      narrow.push_back(terms.front());
    }
    entry.partial = narrow;
  }
}

void KernelEmitter::startRoots(unsigned level) {
  for (Active &entry : active) {
    if (entry.start != level || !entry.isReduction())
      continue;
    enter(innermost());
    auto reduce = cast<ReduceOp>(entry.root->op);
    Type type = elementType(typeOf(reduce.getInput()).getElement());
    if (vectorised())
      type = vectorOf(type);
    entry.partial.assign(points(entry.enumerated) * (entry.alongVector ? 1 : copies),
                         identityOf(reduce.getKind(), type));
  }
}

void KernelEmitter::finishRoots(unsigned level) {
  SmallVector<ReduceOp> reductions;
  SmallVector<Value> together;
  for (Active &entry : active)
    if (entry.start == level && entry.isReduction() && entry.alongVector)
      for (Value partial : entry.partial) {
        reductions.push_back(cast<ReduceOp>(entry.root->op));
        together.push_back(partial);
      }
  if (!together.empty()) {
    enter(innermost());
    acrossLanes(reductions, together);
  }
  size_t nextTogether = 0;
  for (Active &entry : active) {
    if (entry.start != level || !entry.isReduction())
      continue;
    auto reduce = cast<ReduceOp>(entry.root->op);
    int64_t each = entry.alongVector ? 1 : copies;
    size_t next = 0;
    enumerate(entry.enumerated, [&](ArrayRef<int64_t> point) {
      Position position = here;
      for (auto [axis, at] : llvm::zip(entry.enumerated, point)) {
        Index index;
        index.constant = at;
        position.set(axis.getName(), index);
      }
      for (int64_t copy = 0; copy < each; ++copy) {
        Value value = entry.partial[next++];
        if (entry.alongVector) {
          value = together[nextTogether++];
        } else if (nest->vector) {
          Index index = here.at(nest->vector.getName());
          position.set(nest->vector.getName(), plus(index, copy * copyStep));
        }
        if (typeOf(reduce.getResult()).getAxes().empty()) {
          scalars[reduce.getResult()] = value;
        } else {
          store(placeInScratch(reduce.getResult(), position), position, value);
          kept(reduce.getResult(), position, value);
        }
      }
    });
    entry.partial.clear();
  }
  flushStores();
}

void KernelEmitter::acrossLanes(ArrayRef<ReduceOp> reductions, MutableArrayRef<Value> partials) {
  for (auto [reduce, partial] : llvm::zip(reductions, partials))
    partial = acrossLanes(ReduceOp(reduce).getKind(), partial);
}

/// Halves the vector until one number is left.
Value KernelEmitter::acrossLanes(ReduceKind kind, Value vector) {
  for (int64_t half = width / 2; half; half /= 2) {
    SmallVector<int64_t> low = llvm::to_vector(llvm::seq<int64_t>(0, half)),
                         high = llvm::to_vector(llvm::seq<int64_t>(half, 2 * half));
    Value a = b.create<vector::ShuffleOp>(loc, vector, vector, low),
          c = b.create<vector::ShuffleOp>(loc, vector, vector, high);
    vector = combine(kind, a, c);
  }
  return b.create<vector::ExtractOp>(loc, vector, ArrayRef<int64_t>{0});
}

void KernelEmitter::emitBody() {
  auto forAll = [&](function_ref<void(Active &, const Position &, unsigned)> visit) {
    enumerate(nest->unrolled, [&](ArrayRef<int64_t> point) {
      for (int64_t copy = 0; copy < copies; ++copy) {
        Position position = here;
        for (auto [axis, at] : llvm::zip(nest->unrolled, point)) {
          Index index;
          index.constant = at;
          position.set(axis.getName(), index);
        }
        if (copy)
          position.set(nest->vector.getName(), plus(here.at(nest->vector.getName()), copy * copyStep));
        for (Active &entry : active) {
          unsigned which = 0;
          for (auto [axis, at] : llvm::zip(nest->unrolled, point))
            if (!entry.root->reduces(axis))
              which = which * axis.getSize() + at;
          visit(entry, position, which * copies + copy);
        }
      }
    });
  };
  if (evaluatesFirst && (copies > 1 || !nest->unrolled.empty()))
    forAll([&](Active &entry, const Position &position, unsigned) {
      if (entry.isReduction())
        termOf(cast<ReduceOp>(entry.root->op), position);
      else if (!entry.root->kept())
        evaluate(entry.root->value, position);
      else if (isa<MapOp, RoundOp>(entry.root->op))
        for (Value operand : entry.root->op->getOperands())
          evaluate(operand, position);
    });
  forAll([&](Active &entry, const Position &position, unsigned which) { emitRoot(entry, position, which); });
  flushStores();
  // What the body adds to a partial result is summed first: one step of the loop waits for the one before
  // only in the last addition.
  for (Active &entry : active)
    for (auto [partial, pending] : llvm::zip(entry.partial, entry.pending))
      if (pending.value) {
        enter(innermost());
        partial = combine(cast<ReduceOp>(entry.root->op).getKind(), partial, pending);
        pending = Term();
      }
}

void KernelEmitter::emitRoot(Active &entry, const Position &position, unsigned which) {
  const Root &root = *entry.root;
  if (entry.isReduction()) {
    auto reduce = cast<ReduceOp>(root.op);
    Term term = termOf(reduce, position);
    enter(innermost());
    for (Value *value : {&term.value, &term.factor}) {
      if (!*value)
        continue;
      if (vectorised())
        *value = broadcast(*value);
      if (entry.alongVector && position.mask)
        *value = math.select(position.mask, *value, identityOf(reduce.getKind(), value->getType()));
    }
    entry.pending.resize(entry.partial.size());
    Term &pending = entry.pending[which];
    pending = pending.value ? Term{combine(reduce.getKind(), valueOf(pending), term), Value()} : term;
    return;
  }
  if (Value result = root.kept()) {
    Value value = compute(result, position, depthOf(result, position));
    if (typeOf(result).getAxes().empty()) {
      scalars[result] = value;
    } else {
      store(placeInScratch(result, position), position, value);
      kept(result, position, value);
    }
    return;
  }
  Value value = evaluate(root.value, position);
  Place place = placeIn(root.op->getOperand(1), position);
  enter(innermost());
  if (isa<AccumulateOp>(root.op))
    accumulate(place, position, value);
  else
    store(place, position, value);
}

void KernelEmitter::loop(Value lower, Value upper, int64_t step, function_ref<void(Value)> body) {
  SmallVector<Value> carried;
  for (Active &entry : active)
    llvm::append_range(carried, entry.partial);
  Value by = constant(step);
  enter(innermost());
  auto made = b.create<scf::ForOp>(loc, lower, upper, by, carried);
  Block *block = made.getBody();
  if (!block->empty())
    block->back().erase();
  auto replace = [&](ValueRange values) {
    size_t next = 0;
    for (Active &entry : active)
      for (Value &partial : entry.partial)
        partial = values[next++];
  };
  replace(made.getRegionIterArgs());
  unsigned outer = innermost();
  Runs runs = runsInside(made);
  scopes[outer].anchor = made;
  scopes.push_back({block, nullptr, {}, runs});
  enter(innermost());
  body(made.getInductionVar());
  SmallVector<Value> results;
  for (Active &entry : active)
    llvm::append_range(results, entry.partial);
  enter(innermost());
  b.create<scf::YieldOp>(loc, results);
  scopes.pop_back();
  scopes[outer].anchor = nullptr;
  replace(made.getResults());
}
