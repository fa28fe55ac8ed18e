//===- Pieces.cpp - pads and concatenations on demand ---------------------===//
//
// Where all lanes of an index lie in one piece, only that piece is evaluated, in a
// branch unless the index is a constant; otherwise every piece is evaluated for
// its own lanes under a mask.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"

using namespace mlir;
using namespace braid::row;

static AxisAttr axisOf(Value value, StringRef name) { return typeOf(value).getAxes()[typeOf(value).find(name)]; }

Value KernelEmitter::computePad(PadOp pad, const Position &position, unsigned depth) {
  AxisAttr axis = axisOf(pad.getResult(), pad.getAxis());
  Index size = sizeOf(axis), start, count;
  start.constant = pad.getOffset();
  if (start.constant < 0)
    start = plus(size, start.constant);
  count.constant = 1;
  if (pad.getFrom())
    count = sizeOf(axisOf(pad.getInput(), *pad.getFrom()));
  Index end = plus(start, count);
  Index rest = plus(size, times(end, -1));
  SmallVector<Piece> pieces = {
      {Index(), start, {}, {}}, {start, count, pad.getInput(), pad.getFrom().value_or("")}, {end, rest, {}, {}}};
  return computePieces(pieces, pad.getAxis(), elementType(typeOf(pad.getResult()).getElement()), position, depth);
}

Value KernelEmitter::computeConcat(ConcatOp concat, const Position &position, unsigned depth) {
  SmallVector<Piece> pieces;
  Index start;
  for (auto [input, name] : llvm::zip(concat.getInputs(), concat.getAxes())) {
    StringRef axis = cast<StringAttr>(name).getValue();
    Index size = sizeOf(axisOf(input, axis));
    pieces.push_back({start, size, input, axis});
    start = plus(start, size);
  }
  return computePieces(pieces, concat.getAxis(), elementType(typeOf(concat.getResult()).getElement()), position, depth);
}

Value KernelEmitter::pieceAt(const Piece &piece, StringRef axis, Type element, const Position &position) {
  if (!piece.value)
    return constantOf(element, 0);
  Position inner = position;
  if (!piece.axis.empty()) {
    const Index &index = position.at(axis);
    Index offset = plus(index, times(piece.start, -1));
    if (piece.start.dynamic)
      offset.align = 1;
    offset.depth = index.depth; // in the branch, if this is one
    inner.set(piece.axis, offset);
  }
  return evaluate(piece.value, inner);
}

/// `if index < end of the first piece … else the others`.
Value KernelEmitter::branchOverPieces(ArrayRef<Piece> pieces, StringRef axis, Type element, const Position &position,
                                      unsigned depth, bool asVector) {
  auto give = [&](Value value) -> Value { return asVector ? broadcast(value) : value; };
  if (pieces.size() == 1) {
    Value value = pieceAt(pieces.front(), axis, element, position);
    enter(depth);
    return give(value);
  }
  Value at = scalarOf(position.at(axis)), end = scalarOf(pieces[1].start);
  enter(depth);
  Value first = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, at, end);
  Type type = asVector ? Type(vectorOf(element)) : element;
  auto branch = b.create<scf::IfOp>(loc, type, first, true);

  // The branches are inside scope `depth`; deeper scopes do not enclose them.
  std::vector<Scope> deeper(std::make_move_iterator(scopes.begin() + depth + 1), std::make_move_iterator(scopes.end()));
  scopes.resize(depth + 1);
  Operation *anchor = scopes[depth].anchor;
  scopes[depth].anchor = branch;
  for (bool isFirst : {true, false}) {
    Block *block = &(isFirst ? branch.getThenRegion() : branch.getElseRegion()).front();
    if (!block->empty())
      block->back().erase();
    scopes.push_back({block, nullptr, {}, {1, 1, {}, false}});
    Position inner = position;
    Index index = position.at(axis);
    index.depth = depth + 1; // exists here only: what depends on it is not moved out of the branch
    inner.set(axis, index);
    Value value = isFirst ? branchOverPieces(pieces.take_front(), axis, element, inner, depth + 1, asVector)
                          : branchOverPieces(pieces.drop_front(), axis, element, inner, depth + 1, asVector);
    enter(depth + 1);
    b.create<scf::YieldOp>(loc, value);
    scopes.pop_back();
  }
  scopes[depth].anchor = anchor;
  for (Scope &scope : deeper)
    scopes.push_back(std::move(scope));
  enter(depth);
  return branch.getResult(0);
}

Value KernelEmitter::computePieces(ArrayRef<Piece> all, StringRef axis, Type element, const Position &position,
                                   unsigned depth) {
  const Index &index = position.at(axis);
  SmallVector<Piece> pieces;
  for (const Piece &piece : all)
    if (!piece.size.isConstant() || piece.size.constant != 0)
      pieces.push_back(piece);
  auto fixed = [](const Piece &piece) { return !piece.start.dynamic; };
  if (index.isConstant() && llvm::all_of(pieces, fixed)) {
    size_t in = 0;
    while (in + 1 < pieces.size() && index.constant >= pieces[in + 1].start.constant)
      ++in;
    return pieceAt(pieces[in], axis, element, position);
  }
  bool together =
      !index.varies() ||
      (index.lanes == 1 && !index.perLane && index.align % width == 0 && index.constant % width == 0 &&
       llvm::all_of(pieces, [&](const Piece &piece) { return fixed(piece) && piece.start.constant % width == 0; }));
  if (together) {
    bool asVector = index.varies();
    for (const Piece &piece : pieces)
      if (piece.value)
        for (AxisAttr other : typeOf(piece.value).getAxes())
          asVector |= other.getName() != piece.axis && position.at(other.getName()).varies();
    if (index.varies() && !index.dynamic) { // a constant first lane
      size_t in = 0;
      while (in + 1 < pieces.size() && index.constant >= pieces[in + 1].start.constant)
        ++in;
      return pieceAt(pieces[in], axis, element, position);
    }
    return branchOverPieces(pieces, axis, element, position, depth, asVector);
  }
  // Every lane on its own.
  Value at = lanesOf(index), result = constantOf(vectorOf(element), 0);
  for (const Piece &piece : pieces) {
    if (!piece.value)
      continue;
    Position inner = position;
    Value start = lanesOf(piece.start), end = lanesOf(plus(piece.start, piece.size));
    enter(depth);
    Value inside = b.create<arith::AndIOp>(loc, b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::sge, at, start),
                                           b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, at, end));
    inner.mask = position.mask ? Value(b.create<arith::AndIOp>(loc, inside, broadcast(position.mask))) : inside;
    inner.maskDepth = depth;
    Value value = pieceAt(piece, axis, element, inner);
    enter(depth);
    result = b.create<arith::SelectOp>(loc, inside, broadcast(value), result);
  }
  return result;
}
