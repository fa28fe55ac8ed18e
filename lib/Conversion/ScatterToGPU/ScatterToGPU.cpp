//===- ScatterToGPU.cpp - the kernels of a scatter ------------------------===//
//
// Tokens are sorted by id, stably, by counting their digits; then every block sums the rows of a few
// sorted tokens in order. A run of equal ids that crosses blocks leaves partial sums, which are added
// up in order afterwards. Nothing is atomic, and the result depends on the ids and rows alone.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/ScatterToGPU.h"
#include "Names.h"
#include "dialects/Host/IR/Host.h"
#include "lib/Conversion/DeviceCode/Code.h"
#include <set>

using namespace mlir;
using namespace braid::row;
using namespace braid::row::scatter;

//===----------------------------------------------------------------------===//
// Sorting
//===----------------------------------------------------------------------===//

namespace {
/// What counting and placing have in common: a warp goes through its chunks in order, 32 tokens at a time, with a
/// table of digits in shared memory.
struct Chunks {
  Code &c;
  Value ids, from, counts, total, tokens, rows, shift, chunks;
  Value table, lane, one = c.number(1);

  Value slot(Value digit, Value chunkIndex) { return c.add(c.mul(digit, chunks), chunkIndex); }

  /// `start` and `end` are given the number of a digit in the table and of its place in the counts; `visit` a token
  /// that has a digit, its digit, how many lanes before it and in all have the same, and whether it is the first of
  /// them.
  void emit(StringRef shared, function_ref<void(Value digit, Value place)> start,
            function_ref<void(Value valid, Value token, Value digit, Value before, Value same, Value first)> visit,
            function_ref<void(Value digit, Value place)> end) {
    Value zero = c.number(0), width = c.number(warp), perBlock = c.number(warpsPerBlock), thread = c.thread();
    lane = c.both(thread, c.number(warp - 1));
    Value self = c.shiftRight(thread, c.number(5));
    Value base = c.b.create<LLVM::AddressOfOp>(c.loc, LLVM::LLVMPointerType::get(c.b.getContext(), 3), shared);
    table = c.at(base, c.mul(self, c.number(digits)), c.b.getI32Type());
    Value isFirstPass = c.isEqual(shift, zero);
    Value count = c.choose(isFirstPass, tokens.getType(), [&] { return tokens; }, [&] { return c.load(total, zero); });
    Value lanesBefore = c.sub(c.b.create<arith::ShLIOp>(c.loc, one, lane), one);
    c.loop(c.add(c.mul(c.block(), perBlock), self), chunks, c.mul(c.blocks(), perBlock), [&](Value index) {
      c.loop(lane, c.number(digits), width, [&](Value digit) { start(digit, slot(digit, index)); });
      c.waitForWarp();
      Value begin = c.mul(index, c.number(chunk));
      c.loop(zero, c.number(chunk), width, [&](Value step) {
        Value place = c.add(c.add(begin, step), lane), exists = c.isLess(place, count), none = c.number(-1);
        Value token = c.choose(
            exists, place.getType(),
            [&] {
              return c.choose(isFirstPass, place.getType(), [&] { return place; }, [&] { return c.load(from, place); });
            },
            [&] { return none; });
        Value id = c.choose(exists, place.getType(), [&] { return c.load(ids, token); }, [&] { return none; });
        Value valid = c.both(c.isLess(none, id), c.isLess(id, rows));
        Value digit = c.pick(valid, c.both(c.shiftRight(id, shift), c.number(digits - 1)), c.number(digits));
        Value lanes = c.lanesWithSame(digit), before = c.countBits(c.both(lanes, lanesBefore));
        visit(valid, token, digit, before, c.countBits(lanes), c.isEqual(before, zero));
        c.waitForWarp();
      });
      c.loop(lane, c.number(digits), width, [&](Value digit) { end(digit, slot(digit, index)); });
      c.waitForWarp();
    });
  }
};
} // namespace

/// counts[digit][chunk] = tokens of the chunk that have the digit.
static void emitCount(OpBuilder &b, Location loc, StringRef shared) {
  Code c(b, loc, countName, 4, 4, warp * warpsPerBlock, tableBytes);
  Chunks chunks{c,
                c.argument(0),
                c.argument(1),
                c.argument(2),
                c.argument(3),
                c.argument(4),
                c.argument(5),
                c.argument(6),
                c.argument(7),
                {},
                {}};
  chunks.emit(
      shared, [&](Value digit, Value) { c.store(c.number(0), chunks.table, digit); },
      [&](Value valid, Value, Value digit, Value, Value same, Value first) {
        c.when(c.both(valid, first), [&] { c.store(c.add(c.load(chunks.table, digit), same), chunks.table, digit); });
      },
      [&](Value digit, Value place) { c.store(c.load(chunks.table, digit), chunks.counts, place); });
  c.finish();
}

/// to[…] = the tokens in the order of their digits.
static void emitPlace(OpBuilder &b, Location loc, StringRef shared) {
  Code c(b, loc, placeName, 5, 4, warp * warpsPerBlock, tableBytes);
  Value to = c.argument(2);
  Chunks chunks{c,
                c.argument(0),
                c.argument(1),
                c.argument(3),
                c.argument(4),
                c.argument(5),
                c.argument(6),
                c.argument(7),
                c.argument(8),
                {},
                {}};
  chunks.emit(
      shared, [&](Value digit, Value place) { c.store(c.load(chunks.counts, place), chunks.table, digit); },
      [&](Value valid, Value token, Value digit, Value before, Value same, Value first) {
        Value next =
            c.choose(valid, digit.getType(), [&] { return c.load(chunks.table, digit); }, [&] { return c.number(0); });
        c.waitForWarp();
        c.when(valid, [&] { c.store(token, to, c.add(next, before)); });
        c.when(c.both(valid, first), [&] { c.store(c.add(next, same), chunks.table, digit); });
      },
      [&](Value, Value) {});
  c.finish();
}

/// Replaces the counts by where the tokens of each begin; their sum goes to `total`. One block.
static void emitOffsets(OpBuilder &b, Location loc, StringRef shared) {
  Code c(b, loc, offsetsName, 2, 1, scanThreads, scanBytes);
  Value counts = c.argument(0), total = c.argument(1), chunks = c.argument(2);
  Value thread = c.thread(), zero = c.number(0), one = c.number(1);
  Value sums = b.create<LLVM::AddressOfOp>(loc, LLVM::LLVMPointerType::get(b.getContext(), 3), shared);
  Value size = c.mul(chunks, c.number(digits));
  Value each = b.create<arith::DivUIOp>(loc, c.add(size, c.number(scanThreads - 1)), c.number(scanThreads));
  Value from = c.lesser(c.mul(thread, each), size), to = c.lesser(c.add(from, each), size);
  Value mine = c.loop(from, to, one, zero,
                      [&](Value i, ValueRange sum) { return Code::Values{c.add(sum[0], c.load(counts, i))}; })[0];
  c.store(mine, sums, thread);
  c.waitForBlock();
  Value upTo = mine;
  for (int64_t distance = 1; distance < scanThreads; distance *= 2) {
    Value there = c.sub(thread, c.number(distance));
    Value before =
        c.choose(c.isLess(there, zero), zero.getType(), [&] { return zero; }, [&] { return c.load(sums, there); });
    c.waitForBlock();
    upTo = c.add(upTo, before);
    c.store(upTo, sums, thread);
    c.waitForBlock();
  }
  c.loop(from, to, one, c.sub(upTo, mine), [&](Value i, ValueRange next) {
    Value count = c.load(counts, i);
    c.store(next[0], counts, i);
    return Code::Values{c.add(next[0], count)};
  });
  c.when(c.isEqual(thread, c.number(scanThreads - 1)), [&] { c.store(upTo, total, zero); });
  c.finish();
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

namespace {
/// Where sums go: `width` numbers, `lanes` at a time.
struct Sums {
  Code &c;
  int64_t width;
  Value ids, order;
  int64_t lanes = lanesOf(width);
  Type real = lanes > 1 ? Type(VectorType::get(lanes, c.b.getF32Type())) : Type(c.b.getF32Type());

  Value key(Value place) { return c.load(ids, c.load(order, place)); }
  /// The piece of row `row` of a matrix of such rows.
  Value piece(Value base, Value row, Value piece, Type element) {
    return c.at(base, c.add(c.mul(row, c.number(width)), c.mul(piece, c.number(lanes))), element);
  }
  Value piece(Value base, Value row, Value index) { return piece(base, row, index, c.b.getF32Type()); }
  void put(Value sum, Value address) { c.b.create<LLVM::StoreOp>(c.loc, sum, address, unsigned(lanes * 4)); }
  /// A tile has two partial sums: of the run that began before it, and of the run that goes on after it.
  Value partial(Value tileIndex, int64_t which) { return c.add(c.mul(tileIndex, c.number(2)), c.number(which)); }
};
} // namespace

/// A block for a tile: runs that lie within it are done, others leave partial sums.
static void emitTiles(OpBuilder &b, Location loc, int64_t width, bool bf16) {
  Code c(b, loc, tilesName(width, bf16), 6, 0, tileThreads(width));
  Value input = c.argument(0), table = c.argument(3), partials = c.argument(4), total = c.argument(5);
  Sums sums{c, width, c.argument(1), c.argument(2)};
  Type element = bf16 ? Type(b.getBF16Type()) : Type(b.getF32Type());
  Type loaded = sums.lanes > 1 ? Type(VectorType::get(sums.lanes, element)) : element;
  Value zero = c.number(0), one = c.number(1), size = c.number(tile), count = c.load(total, zero),
        zeros = c.zeros(sums.real);
  Value tiles = c.shiftRight(c.add(count, c.number(tile - 1)), c.number(5));
  static_assert(tile == 32);
  c.loop(c.block(), tiles, c.blocks(), [&](Value index) {
    Value begin = c.mul(index, size), end = c.lesser(c.add(begin, size), count);
    Value first = sums.key(begin), last = sums.key(c.sub(end, one)), none = c.number(-1);
    auto keyIf = [&](Value exists, Value place) {
      return c.choose(exists, place.getType(), [&] { return sums.key(place); }, [&] { return none; });
    };
    Value beganBefore = c.isEqual(keyIf(c.isLess(zero, begin), c.sub(begin, one)), first);
    Value goesOn = c.isEqual(keyIf(c.isLess(end, count), end), last);
    Value before = sums.partial(index, 0), after = sums.partial(index, 1);
    c.loop(c.thread(), c.number(width / sums.lanes), c.number(tileThreads(width)), [&](Value piece) {
      // Several rows are loaded before the first is added.
      auto rows = [&](int64_t unroll) {
        return [&, unroll](Value place, ValueRange carried) {
          SmallVector<Value> keys, values;
          for (int64_t u = 0; u < unroll; ++u) {
            Value token = c.load(sums.order, c.add(place, c.number(u)));
            keys.push_back(c.load(sums.ids, token));
            values.push_back(c.loadReals(sums.piece(input, token, piece, element), loaded));
          }
          Value sum = carried[0], current = carried[1], isHead = carried[2];
          for (int64_t u = 0; u < unroll; ++u) {
            Value isNew = c.differs(keys[u], current);
            c.when(isNew, [&] {
              sums.put(sum, c.pick(isHead, sums.piece(partials, before, piece), sums.piece(table, current, piece)));
            });
            Value kept = c.pick(isNew, zeros, sum);
            sum = c.b.create<arith::AddFOp>(c.loc, kept, values[u]);
            isHead = c.both(isHead, c.isEqual(keys[u], current));
            current = keys[u];
          }
          return Code::Values{sum, current, isHead};
        };
      };
      Value four = c.number(4), whole = c.add(begin, c.both(c.sub(end, begin), c.number(-4)));
      Code::Values state = c.loop(begin, whole, four, ValueRange{zeros, first, beganBefore}, rows(4));
      state = c.loop(whole, end, one, state, rows(1));
      Value inTable = sums.piece(table, state[1], piece);
      Value address = c.pick(state[2], sums.piece(partials, before, piece),
                             c.pick(goesOn, sums.piece(partials, after, piece), inTable));
      sums.put(state[0], address);
    });
  });
  c.finish();
}

/// A warp for a row of the table that no block has done: zeros, or the partial sums of its run in order, added in
/// double.
static void emitRows(OpBuilder &b, Location loc, int64_t width) {
  Code c(b, loc, rowsName(width), 5, 1, warp * warpsPerBlock);
  Value table = c.argument(2), partials = c.argument(3), total = c.argument(4), rows = c.argument(5);
  Sums sums{c, width, c.argument(0), c.argument(1)};
  Type exact = b.getF64Type(); // a run may have any number of tiles
  if (auto vector = dyn_cast<VectorType>(sums.real))
    exact = vector.clone(exact);
  Value zero = c.number(0), one = c.number(1), perBlock = c.number(warpsPerBlock), count = c.load(total, zero),
        zeros = c.zeros(exact);
  Value thread = c.thread(), lane = c.both(thread, c.number(warp - 1)), self = c.shiftRight(thread, c.number(5)),
        toTile = c.number(5);
  c.loop(c.add(c.mul(c.block(), perBlock), self), rows, c.mul(c.blocks(), perBlock), [&](Value row) {
    Value begin = c.firstNotBelow(count, [&](Value place) { return c.isLess(sums.key(place), row); });
    Value end = c.firstNotBelow(count, [&](Value place) { return c.isLess(sums.key(place), c.add(row, one)); });
    Value isEmpty = c.isEqual(begin, end), firstTile = c.shiftRight(begin, toTile),
          lastTile = c.shiftRight(c.sub(end, one), toTile);
    Value isSpread = c.both(c.isLess(begin, end), c.isLess(firstTile, lastTile));
    c.when(c.either(isEmpty, isSpread), [&] {
      Value stop = c.pick(isSpread, c.add(lastTile, one), zero);
      c.loop(lane, c.number(width / sums.lanes), c.number(warp), [&](Value piece) {
        auto load = [&](Value partial) -> Value {
          return b.create<arith::ExtFOp>(loc, exact, c.loadReals(sums.piece(partials, partial, piece), sums.real));
        };
        Value start =
            c.choose(isSpread, exact, [&] { return load(sums.partial(firstTile, 1)); }, [&] { return zeros; });
        Value sum = c.loop(c.add(firstTile, one), stop, one, start, [&](Value tileIndex, ValueRange carried) {
          return Code::Values{b.create<arith::AddFOp>(loc, carried[0], load(sums.partial(tileIndex, 0)))};
        })[0];
        sums.put(Value(b.create<arith::TruncFOp>(loc, sums.real, sum)), sums.piece(table, row, piece));
      });
    });
  });
  c.finish();
}

void braid::row::emitScatterKernels(ModuleOp module, OpBuilder &b, StringRef shared) {
  std::set<std::string> made;
  auto once = [&](StringRef name, function_ref<void(Location)> emit, Location loc) {
    OpBuilder::InsertionGuard guard(b);
    if (made.insert(name.str()).second)
      emit(loc);
  };
  module.walk([&](host::ScatterOp op) {
    int64_t width = int64_t(cast<host::BufferType>(op.getTable().getType()).getNumbers() / op.getRows());
    bool bf16 = cast<host::BufferType>(op.getInput().getType()).getStorage() == host::Storage::BF16;
    once(countName, [&](Location loc) { emitCount(b, loc, shared); }, op.getLoc());
    once(offsetsName, [&](Location loc) { emitOffsets(b, loc, shared); }, op.getLoc());
    once(placeName, [&](Location loc) { emitPlace(b, loc, shared); }, op.getLoc());
    once(tilesName(width, bf16), [&](Location loc) { emitTiles(b, loc, width, bf16); }, op.getLoc());
    once(rowsName(width), [&](Location loc) { emitRows(b, loc, width); }, op.getLoc());
  });
}
