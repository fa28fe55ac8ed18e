//===- KernelEmitter.h - a scheduled row kernel as loops over vectors -----===//
//
// Values are evaluated on demand at a position: an index for every axis. An index
// is a scalar plus, along the vector axis, a multiple of the lane number, so an
// evaluation gives a scalar when nothing varies from lane to lane and a vector
// otherwise. Everything is emitted in the outermost loop in which its indices
// exist, and remembered there.
//
// Chunks of the vector axis that are not full use the same vector code under a
// mask, so that a number does not depend on its place in the row.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWCODE_KERNELEMITTER_H
#define BRAID_LIB_CONVERSION_ROWCODE_KERNELEMITTER_H

#include "Schedule.h"
#include "VectorMath.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringMap.h"

namespace braid::row {

/// dynamic + constant + lanes · (lane number), or `perLane` alone when it is set.
struct Index {
  mlir::Value dynamic; ///< i64, or null for 0
  int64_t constant = 0;
  int64_t lanes = 0;
  mlir::Value perLane;     ///< vector of i64
  unsigned depth = 0;      ///< the scope in which it exists
  int64_t align = 1 << 20; ///< `dynamic` is a multiple of this
  bool guarded = false;    ///< may lie outside of the axis where the position's mask is a single false
  bool varies() const { return lanes != 0 || perLane; }
  bool isConstant() const { return !dynamic && !varies(); }
};

/// Where a value is evaluated: an index for each of its axes (and perhaps others), and which lanes count.
struct Position {
  llvm::SmallVector<std::pair<llvm::StringRef, Index>, 4> indices;
  mlir::Value mask; ///< null: all lanes count; on a GPU it may be one i1 for all lanes of a thread
  unsigned maskDepth = 0;
  const Index &at(llvm::StringRef axis) const;
  void set(llvm::StringRef axis, Index index);
};

class KernelEmitter {
public:
  /// `schedule` is the kernel's.
  KernelEmitter(KernelOp kernel, mlir::OpBuilder &builder, Schedule schedule);
  virtual ~KernelEmitter() = default;
  /// Lets lanes that lie 2, 4 or 8 elements apart be read and written as whole vectors (Interleave.cpp).
  void interleave() { interleaves = true; }
  /// Emits the function behind the kernel; false after an error has been reported.
  mlir::LogicalResult emit(llvm::StringRef name);

protected: // what is virtual differs between targets (see RowToGPU)
  //===--- Scopes: places in nested loops, and what is known there ----------===//
  /// How often the code of a scope runs for a row, on all threads together: count / per · the sizes of axes.
  struct Runs {
    int64_t count = 1, per = 1;
    llvm::SmallVector<llvm::StringRef, 2> axes;
    bool known = true; ///< false inside of branches
  };
  struct Scope {
    mlir::Block *block = nullptr;
    mlir::Operation *anchor = nullptr; ///< the loop (or branch) being filled, before which code of this scope goes
    std::map<std::vector<uintptr_t>, mlir::Value> known;
    Runs runs = {};
  };
  std::vector<Scope> scopes;
  /// Moves the builder to where code of scope `depth` goes.
  void enter(unsigned depth);
  /// The value for `key` in scope `depth`, made by `make` if it is not known there.
  mlir::Value remember(unsigned depth, std::vector<uintptr_t> key, llvm::function_ref<mlir::Value()> make);
  unsigned innermost() const { return scopes.size() - 1; }

  //===--- Indices (Indices.cpp) --------------------------------------------===//
  Index plus(const Index &a, const Index &b);
  Index plus(const Index &a, int64_t constant);
  Index times(const Index &a, int64_t factor);
  /// The product with an index that is the same in all lanes.
  Index times(const Index &a, const Index &uniform);
  std::pair<Index, Index> divide(const Index &a, int64_t divisor);
  /// dynamic + constant as an i64.
  mlir::Value scalarOf(const Index &a);
  /// The index of every lane, as a vector of i64.
  mlir::Value lanesOf(const Index &a);
  Index perLane(mlir::Value lanes, unsigned depth);
  Index sizeOf(AxisAttr axis);
  /// Row-major offset of the position among `axes`.
  Index offsetOf(llvm::ArrayRef<AxisAttr> axes, const Position &position);

  //===--- Memory (Memory.cpp) ----------------------------------------------===//
  struct Place { ///< of elements: base[offset], or an address for each lane
    mlir::Value base;
    Index offset;
    mlir::Value addresses; ///< vector of i64, null unless lanes lie apart
    unsigned depth = 0;
    Storage storage = Storage::F32;
    mlir::Value memory;    ///< the argument or kept value that lies there
    int64_t baseAlign = 4; ///< bytes of which `base` is a multiple if all arguments are multiples of 16
    bool varies() const { return addresses || offset.varies(); }
  };
  Place placeIn(mlir::Value argument, const Position &position);
  Place placeInScratch(mlir::Value kept, const Position &position);
  /// `elements`: of which the memory's number is a multiple.
  Place placeAt(mlir::Value base, unsigned baseDepth, Storage storage, Index offset, int64_t elements);
  mlir::Value addressesOf(const Place &place);
  bool isInterleaved(const Place &place) const { return !place.addresses && place.offset.lanes > 1; }
  mlir::Value loadInterleaved(const Place &place, unsigned depth);
  void storeInterleaved(const Place &place, mlir::Value value);
  void flushStores();
  void scatter(const Place &place, mlir::Value mask, mlir::Value value);
  /// Address of the row being computed in a buffer.
  virtual mlir::Value rowAddress(mlir::Value argument);
  /// The axes of a buffer's numbers as they lie at its row's address.
  virtual llvm::SmallVector<AxisAttr> axesInMemory(mlir::Value argument) {
    return llvm::to_vector(mlir::cast<BufferType>(argument.getType()).getAxes());
  }
  /// Address of the row being computed in an entry of a list.
  virtual mlir::Value entryAddress(mlir::Value list, const Index &entry);
  virtual mlir::Value load(const Place &place, const Position &position);
  mlir::Value stored(const Place &place, mlir::Value value);
  virtual void store(const Place &place, const Position &position, mlir::Value value);
  virtual void accumulate(const Place &place, const Position &position, mlir::Value value);
  /// The alignment in bytes of a load or store of a vector.
  virtual unsigned alignment(const Place &place);
  mlir::Value loadRaw(const Place &place, mlir::Value mask, mlir::Type type);
  mlir::Value elementPointer(mlir::Value base, const Index &offset, mlir::Type type, unsigned depth);
  mlir::Value widen(mlir::Value raw);
  mlir::Value narrow(mlir::Value value);
  virtual mlir::Value pointersAt(const Place &place);
  mlir::Type storedType(Storage storage);

  //===--- Values (Evaluate.cpp, Pieces.cpp) --------------------------------===//
  mlir::Value evaluate(mlir::Value value, const Position &position);
  /// What evaluations of the value at the position are remembered by.
  std::vector<uintptr_t> keyOf(mlir::Value value, const Position &position);
  mlir::Value compute(mlir::Value value, const Position &position, unsigned depth);
  mlir::Value computeMap(MapOp map, const Position &position, unsigned depth);
  mlir::Value computeGather(GatherOp gather, const Position &position, unsigned depth);
  mlir::Value computeRandom(RandomOp random, const Position &position, unsigned depth);
  mlir::Value computeShortSum(ReduceOp reduce, const Position &position, unsigned depth);
  mlir::Value combine(ReduceKind kind, mlir::Value a, mlir::Value b);
  /// What a reduction combines at a position: a value, or the product of two if `factor` is there.
  struct Term {
    mlir::Value value, factor;
  };
  Term termOf(ReduceOp reduce, const Position &position);
  /// `sum` with one more term, whose product is not rounded by itself.
  mlir::Value combine(ReduceKind kind, mlir::Value sum, Term term);
  mlir::Value valueOf(Term term) { return term.factor ? math.mul(term.value, term.factor) : term.value; }
  mlir::Value identityOf(ReduceKind kind, mlir::Type type);
  /// Operands that stand one after another along an axis; an operand without a value is zero.
  struct Piece {
    Index start, size;
    mlir::Value value;
    llvm::StringRef axis; ///< of `value`; empty if `value` is one index
  };
  mlir::Value computePad(PadOp pad, const Position &position, unsigned depth);
  mlir::Value computeConcat(ConcatOp concat, const Position &position, unsigned depth);
  mlir::Value computePieces(llvm::ArrayRef<Piece> pieces, llvm::StringRef axis, mlir::Type element,
                            const Position &position, unsigned depth);
  mlir::Value branchOverPieces(llvm::ArrayRef<Piece> pieces, llvm::StringRef axis, mlir::Type element,
                               const Position &position, unsigned depth, bool asVector);
  mlir::Value pieceAt(const Piece &piece, llvm::StringRef axis, mlir::Type element, const Position &position);
  Position viewed(ViewOp view, const Position &position);
  bool varies(mlir::Value value, const Position &position) const;
  /// Whether what is found there depends on the position's mask.
  bool isMasked(mlir::Value value, const Position &position) const;
  unsigned depthOf(mlir::Value value, const Position &position) const;

  //===--- Loops (Nests.cpp) ------------------------------------------------===//
  struct Active { ///< a root while its nest is emitted
    const Root *root = nullptr;
    unsigned start = 0; ///< the loop in which its reduction begins
    bool alongVector = false;
    llvm::SmallVector<AxisAttr> enumerated; ///< unrolled axes that it does not reduce
    llvm::SmallVector<mlir::Value> partial; ///< one for each point of those and each copy; empty unless reducing
    llvm::SmallVector<Term> pending;        ///< what the body has yet to add to them
    bool isReduction() const { return mlir::isa<ReduceOp>(root->op) && root->kept() != root->value; }
  };
  virtual void emitNest(const Nest &nest);
  void emitLoop(unsigned level);
  virtual void emitVectorLoop(unsigned level);
  void emitChunk(unsigned level, Index index, int64_t chunkCopies, mlir::Value mask);
  void emitBody();
  /// A kept value has been computed at a position and stored.
  virtual void kept(mlir::Value value, const Position &position, mlir::Value computed) {}
  /// How often the body of a loop that is being made will run.
  virtual Runs runsInside(mlir::scf::ForOp loop) { return {}; }
  void emitRoot(Active &root, const Position &position, unsigned which);
  void startRoots(unsigned level);
  void finishRoots(unsigned level);
  void spread(int64_t count);
  void gatherUp(int64_t count);
  /// A loop from `lower` to `upper` whose body carries the partial results.
  void loop(mlir::Value lower, mlir::Value upper, int64_t step, llvm::function_ref<void(mlir::Value)> body);
  mlir::Value acrossLanes(ReduceKind kind, mlir::Value vector);
  /// The same for partial results that are ready together, of the reductions with these results.
  virtual void acrossLanes(llvm::ArrayRef<ReduceOp> reductions, llvm::MutableArrayRef<mlir::Value> partials);
  /// Lanes of the nest's vectors; 1: its values are scalars.
  virtual int64_t lanesFor(const Nest &nest) const;
  bool vectorised() const { return nest->vector && width > 1; }
  /// Calls `body` for every point of the unrolled axes.
  void enumerate(llvm::ArrayRef<AxisAttr> axes, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> body);

  void emitPrologue();
  void emitRows(mlir::Value rows);
  mlir::Value sequenceOfRow();
  mlir::Value positionOfRow();
  void emitStreams();
  mlir::Type elementType(Element element);
  mlir::Value constant(int64_t value);
  mlir::Value constantOf(mlir::Type type, double value);
  mlir::Value broadcast(mlir::Value value);
  mlir::VectorType vectorOf(mlir::Type element) { return mlir::VectorType::get({width}, element); }

  KernelOp kernel;
  mlir::OpBuilder &b;
  mlir::Location loc;
  Schedule schedule;
  VectorMath math;
  int64_t width = 1; ///< lanes of the current nest
  mlir::Value args, sizes, scratch, row;
  mlir::Value time, starts; ///< of `struct braid_rows`; without `starts` every sequence begins at 0
  llvm::StringMap<mlir::Value> dynamicSizes;
  llvm::DenseMap<mlir::Value, mlir::Value> bases;   ///< of arguments; of lists: the addresses of this row's entries
  llvm::DenseMap<mlir::Value, mlir::Value> places;  ///< in scratch
  llvm::DenseMap<mlir::Value, mlir::Value> scalars; ///< reductions to one number
  /// What draws of a run have in common, as i32 (Random.cpp).
  struct Stream {
    mlir::Value key[2], step, firstSequence;
  };
  llvm::SmallVector<Stream, 0> streams; ///< by number
  llvm::DenseMap<std::pair<mlir::Type, int64_t>, mlir::Value> constants;
  mlir::Block *entry = nullptr;
  const Nest *nest = nullptr;
  llvm::SmallVector<Active> active;
  Position here;        ///< indices of the loops being emitted
  int64_t copies = 1;   ///< vectors the body works on
  int64_t copyStep = 0; ///< from one of them to the next
  bool interleaves = false;
  bool evaluatesFirst =
      false; ///< a body evaluates everything before it stores anything, so that all its loads can be in flight
  /// Stores whose neighbours are still to come, by the place of the first of the group.
  struct PendingStore {
    Place first;
    llvm::SmallVector<mlir::Value, 8> values; ///< by the distance from the first
  };
  std::map<std::vector<uintptr_t>, PendingStore> pendingStores;
  mlir::Value reading; ///< whose memory is read: the same place may hold another value later
  bool mayCall = true; ///< elementary functions may become calls
};

} // namespace braid::row

#endif
