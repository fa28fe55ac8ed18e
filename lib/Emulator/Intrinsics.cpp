//===- Intrinsics.cpp - the table of GPU instructions ---------------------===//
//
// One row per NVVM intrinsic or family: how its call is rewritten. A new instruction is a row here
// and, if it waits for other threads, a row in WarpOperations.cpp or a function of Launch (wgmma: an
// asynchronous operation whose results appear at its wait; copies of tensors: bulk copies of Mbarrier.cpp,
// their addresses from a tensor map). Matrices of a warp (ldmatrix,
// mma.sync) have their tables in MatrixIntrinsics.cpp and MatrixOperations.cpp.
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace braid::emu;

namespace {
using Args = SmallVector<Value *, 8>;
using Handler = Value *(*)(Rewriter &r, CallInst &call, const Args &args, uint32_t data);
struct Row {
  Handler handler;
  uint32_t data;
};
} // namespace

static std::string nameOf(CallInst &call) { return call.getCalledFunction()->getName().drop_front(5).str(); }

/// {low 32 bits, bit 32 as a flag} as the intrinsic's {value, predicate}.
static Value *withFlag(Rewriter &r, CallInst &call, Value *bits) {
  auto *type = cast<StructType>(call.getType());
  Value *value = r.builder.CreateTrunc(bits, r.builder.getInt32Ty());
  value = r.builder.CreateBitCast(value, type->getElementType(0));
  Value *flag = r.builder.CreateTrunc(r.builder.CreateLShr(bits, 32), r.builder.getInt1Ty());
  Value *pair = r.builder.CreateInsertValue(PoisonValue::get(type), value, 0);
  return r.builder.CreateInsertValue(pair, flag, 1);
}

static Value *warp(Rewriter &r, CallInst &call, uint32_t op, Value *mask, Value *value, Value *a, Value *b) {
  IRBuilder<> &builder = r.builder;
  Value *zero = r.i32(0);
  return r.call("braid_emu_warp", builder.getInt64Ty(),
                {r.i32(op), mask, value ? r.widen(value) : builder.getInt64(0), a ? a : zero, b ? b : zero,
                 r.site(call, nameOf(call))});
}

static Value *sreg(Rewriter &r, CallInst &call, const Args &, uint32_t which) {
  return r.builder.CreateZExtOrTrunc(r.specialRegister(which), call.getType());
}

static Value *shuffle(Rewriter &r, CallInst &call, const Args &args, uint32_t op) {
  Value *bits = warp(r, call, op, args[0], args[1], args[2], args[3]);
  if (call.getType()->isStructTy())
    return withFlag(r, call, bits);
  return r.builder.CreateBitCast(r.builder.CreateTrunc(bits, r.builder.getInt32Ty()), call.getType());
}

static Value *vote(Rewriter &r, CallInst &call, const Args &args, uint32_t op) {
  return r.builder.CreateTrunc(warp(r, call, op, args[0], args[1], nullptr, nullptr), call.getType());
}

/// match.any and match.all: (mask, value).
static Value *match(Rewriter &r, CallInst &call, const Args &args, uint32_t op) {
  Value *bits = warp(r, call, op, args[0], args[1], nullptr, nullptr);
  return call.getType()->isStructTy() ? withFlag(r, call, bits) : r.builder.CreateTrunc(bits, call.getType());
}

/// redux.sync: (value, mask). Signed values need not be extended: all have 32 bits.
static Value *redux(Rewriter &r, CallInst &call, const Args &args, uint32_t op) {
  return r.builder.CreateTrunc(warp(r, call, op, args[1], args[0], nullptr, nullptr), call.getType());
}

static Value *syncWarp(Rewriter &r, CallInst &call, const Args &args, uint32_t) {
  warp(r, call, SyncWarp, args[0], nullptr, nullptr, nullptr);
  return nullptr;
}

/// A barrier; its id and count are the arguments, if there are any.
static Value *barrier(Rewriter &r, CallInst &call, const Args &args, uint32_t kind) {
  Value *id = args.empty() ? r.i32(0) : args[0], *count = args.size() < 2 ? r.i32(0) : args[1];
  r.call("braid_emu_barrier", r.builder.getInt32Ty(), {id, count, r.i32(0), r.i32(kind), r.site(call, nameOf(call))});
  return nullptr;
}

static Value *barrierReduce(Rewriter &r, CallInst &call, const Args &args, uint32_t kind) {
  return r.call("braid_emu_barrier", r.builder.getInt32Ty(),
                {r.i32(0), r.i32(0), args[0], r.i32(kind), r.site(call, nameOf(call))});
}

static Value *fence(Rewriter &r, CallInst &call, const Args &, uint32_t) {
  r.call("braid_emu_fence", r.builder.getVoidTy(), {});
  return nullptr;
}

static Value *nothing(Rewriter &, CallInst &, const Args &, uint32_t) { return nullptr; }

/// Takes the first argument for the result.
static Value *same(Rewriter &r, CallInst &call, const Args &args, uint32_t) {
  if (args[0]->getType()->isPointerTy())
    return r.builder.CreateAddrSpaceCast(args[0], call.getType());
  return r.builder.CreateBitCast(args[0], call.getType());
}

/// cp.async: (shared, global[, bytes of the source]).
static Value *asyncCopy(Rewriter &r, CallInst &call, const Args &args, uint32_t size) {
  auto generic = [&](Value *pointer) { return r.builder.CreateAddrSpaceCast(pointer, r.builder.getPtrTy()); };
  r.call("braid_emu_copy", r.builder.getVoidTy(),
         {generic(args[0]), generic(args[1]), r.i32(size), args.size() > 2 ? args[2] : r.i32(size),
          r.site(call, nameOf(call), /*store=*/false)});
  return nullptr;
}

static Value *commit(Rewriter &r, CallInst &, const Args &, uint32_t) {
  r.call("braid_emu_commit", r.builder.getVoidTy(), {});
  return nullptr;
}

static Value *waitGroup(Rewriter &r, CallInst &, const Args &args, uint32_t) {
  r.call("braid_emu_wait", r.builder.getVoidTy(), {args[0]});
  return nullptr;
}

static Value *waitAll(Rewriter &r, CallInst &, const Args &, uint32_t) {
  r.call("braid_emu_wait_all", r.builder.getVoidTy(), {});
  return nullptr;
}

/// (address[, count or state]).
static Value *mbarrier(Rewriter &r, CallInst &call, const Args &args, uint32_t op) {
  Value *result = r.mbarrier(call, nameOf(call), op, args[0], args.size() > 1 ? args[1] : nullptr);
  return call.getType()->isVoidTy() ? nullptr : r.builder.CreateTrunc(result, call.getType());
}

static Value *commitBulk(Rewriter &r, CallInst &, const Args &, uint32_t) {
  r.call("braid_emu_bulk_commit", r.builder.getVoidTy(), {});
  return nullptr;
}

static Value *waitBulk(Rewriter &r, CallInst &, const Args &args, uint32_t) {
  r.call("braid_emu_bulk_wait", r.builder.getVoidTy(), {args[0]});
  return nullptr;
}

/// ldg and ldu: (pointer, alignment).
static Value *loadGlobal(Rewriter &r, CallInst &call, const Args &args, uint32_t) {
  auto *align = dyn_cast<ConstantInt>(args[1]);
  return r.checkedLoad(call, call.getType(), args[0], Align(align ? align->getZExtValue() : 1), nameOf(call));
}

static Value *leave(Rewriter &r, CallInst &, const Args &, uint32_t) {
  r.call("braid_emu_exit", r.builder.getVoidTy(), {});
  return nullptr;
}

static const StringMap<Row> &table() {
  static const StringMap<Row> rows = [] {
    StringMap<Row> rows;
    auto add = [&](Twine name, Handler handler, uint32_t data = 0) { rows[name.str()] = {handler, data}; };
    // Special registers.
    static constexpr const char *dims[] = {"x", "y", "z"};
    for (uint32_t d = 0; d < 3; ++d) {
      add("read.ptx.sreg.tid." + Twine(dims[d]), sreg, TidX + d);
      add("read.ptx.sreg.ntid." + Twine(dims[d]), sreg, NtidX + d);
      add("read.ptx.sreg.ctaid." + Twine(dims[d]), sreg, CtaidX + d);
      add("read.ptx.sreg.nctaid." + Twine(dims[d]), sreg, NctaidX + d);
      // A cluster of one block.
      add("read.ptx.sreg.clusterid." + Twine(dims[d]), sreg, CtaidX + d);
      add("read.ptx.sreg.nclusterid." + Twine(dims[d]), sreg, NctaidX + d);
      add("read.ptx.sreg.cluster.ctaid." + Twine(dims[d]), sreg, Zero);
      add("read.ptx.sreg.cluster.nctaid." + Twine(dims[d]), sreg, One);
    }
    add("read.ptx.sreg.cluster.ctarank", sreg, Zero);
    add("read.ptx.sreg.cluster.nctarank", sreg, One);
    add("read.ptx.sreg.laneid", sreg, LaneId);
    add("read.ptx.sreg.warpid", sreg, WarpId);
    add("read.ptx.sreg.nwarpid", sreg, NWarpId);
    add("read.ptx.sreg.warpsize", sreg, WarpSize);
    add("read.ptx.sreg.lanemask.eq", sreg, LaneMaskEq);
    add("read.ptx.sreg.lanemask.lt", sreg, LaneMaskLt);
    add("read.ptx.sreg.lanemask.le", sreg, LaneMaskLe);
    add("read.ptx.sreg.lanemask.gt", sreg, LaneMaskGt);
    add("read.ptx.sreg.lanemask.ge", sreg, LaneMaskGe);
    add("read.ptx.sreg.smid", sreg, Zero);
    add("read.ptx.sreg.nsmid", sreg, One);
    add("read.ptx.sreg.clock", sreg, Clock);
    add("read.ptx.sreg.clock64", sreg, Clock);
    add("read.ptx.sreg.globaltimer", sreg, Clock);
    add("activemask", sreg, ActiveMask);
    // Warps.
    static constexpr const char *types[] = {"i32", "f32", "i32p", "f32p"};
    for (const char *type : types) {
      add("shfl.sync.idx." + Twine(type), shuffle, ShuffleIdx);
      add("shfl.sync.up." + Twine(type), shuffle, ShuffleUp);
      add("shfl.sync.down." + Twine(type), shuffle, ShuffleDown);
      add("shfl.sync.bfly." + Twine(type), shuffle, ShuffleButterfly);
    }
    add("vote.all.sync", vote, VoteAll);
    add("vote.any.sync", vote, VoteAny);
    add("vote.uni.sync", vote, VoteUni);
    add("vote.ballot.sync", vote, VoteBallot);
    add("match.any.sync.i32", match, MatchAny);
    add("match.any.sync.i64", match, MatchAny);
    add("match.all.sync.i32p", match, MatchAll);
    add("match.all.sync.i64p", match, MatchAll);
    add("redux.sync.add", redux, ReduxAdd);
    add("redux.sync.min", redux, ReduxMin);
    add("redux.sync.max", redux, ReduxMax);
    add("redux.sync.umin", redux, ReduxUMin);
    add("redux.sync.umax", redux, ReduxUMax);
    add("redux.sync.and", redux, ReduxAnd);
    add("redux.sync.or", redux, ReduxOr);
    add("redux.sync.xor", redux, ReduxXor);
    add("bar.warp.sync", syncWarp);
    // Blocks.
    for (const char *name : {"barrier0", "barrier", "barrier.n", "bar.sync"})
      add(name, barrier, BarrierPlain);
    for (const char *name : {"barrier.sync", "barrier.sync.cnt"})
      add(name, barrier, BarrierPlain | BarrierOfLanes);
    add("barrier0.popc", barrierReduce, BarrierPopc);
    add("barrier0.and", barrierReduce, BarrierAnd);
    add("barrier0.or", barrierReduce, BarrierOr);
    for (const char *name : {"membar.gl", "membar.sys", "fence.sc.cluster"})
      add(name, fence);
    add("membar.cta", nothing);
    // Asynchronous copies.
    for (uint32_t size : {4, 8, 16})
      for (const char *cache : {"ca", "cg"})
        for (const char *suffix : {"", ".s"})
          add("cp.async." + Twine(cache) + ".shared.global." + Twine(size) + suffix, asyncCopy, size);
    add("cp.async.commit.group", commit);
    add("cp.async.wait.group", waitGroup);
    add("cp.async.wait.all", waitAll);
    for (const char *suffix : {"", ".shared"}) {
      add("mbarrier.init" + Twine(suffix), mbarrier, MbarrierInit);
      add("mbarrier.inval" + Twine(suffix), mbarrier, MbarrierInvalidate);
      add("mbarrier.arrive" + Twine(suffix), mbarrier, MbarrierArrive);
      add("mbarrier.arrive.noComplete" + Twine(suffix), mbarrier, MbarrierArrive);
      add("mbarrier.test.wait" + Twine(suffix), mbarrier, MbarrierTest);
      add("cp.async.mbarrier.arrive" + Twine(suffix), mbarrier, MbarrierCopiesArriveCounted);
      add("cp.async.mbarrier.arrive.noinc" + Twine(suffix), mbarrier, MbarrierCopiesArrive);
    }
    add("cp.async.bulk.commit.group", commitBulk);
    add("cp.async.bulk.wait.group", waitBulk);
    add("cp.async.bulk.wait.group.read", waitBulk);
    // Pointers and the rest.
    for (const char *space : {"constant", "global", "local", "param", "shared"}) {
      add("ptr.gen.to." + Twine(space), same);
      add("ptr." + Twine(space) + ".to.gen", same);
    }
    for (const char *name : {"move.i16", "move.i32", "move.i64", "move.float", "move.double", "move.ptr"})
      add(name, same);
    add("nanosleep", nothing);
    add("exit", leave);
    return rows;
  }();
  return rows;
}

Replacement braid::emu::rewriteIntrinsic(Rewriter &rewriter, CallInst &call, StringRef name) {
  Args args(call.args());
  // Overloaded names carry types at their end.
  if (name.starts_with("ldg.global.") || name.starts_with("ldu.global."))
    return {true, loadGlobal(rewriter, call, args, 0)};
  if (name.starts_with("ptr.") || name.starts_with("move.ptr"))
    return {true, same(rewriter, call, args, 0)};
  auto found = table().find(name);
  if (found == table().end())
    return {};
  return {true, found->second.handler(rewriter, call, args, found->second.data)};
}
