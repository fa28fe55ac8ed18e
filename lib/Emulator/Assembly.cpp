//===- Assembly.cpp - PTX instructions as inline assembly -----------------===//
//
// Single instructions that have no intrinsic, as kernels write them: loads and stores with cache
// hints, approximate functions, packed conversions.
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace braid::emu;

/// ".f32" → 4, 0 if it is no type.
static unsigned sizeOfType(StringRef part) {
  unsigned bits = 0;
  if (part.size() < 2 || !StringRef("busf").contains(part[0]) || part.drop_front().getAsInteger(10, bits))
    return 0;
  return bits / 8;
}

/// An address that a register of 32 or 64 bits holds.
static Value *address(Rewriter &r, Value *value) {
  IRBuilder<> &b = r.builder;
  if (value->getType()->isIntegerTy())
    return b.CreateIntToPtr(b.CreateZExtOrTrunc(value, b.getInt64Ty()), b.getPtrTy());
  return b.CreateAddrSpaceCast(value, b.getPtrTy());
}

/// ld.global[.hints][.vN].type {$0, …}, [$n]; and st.global. Operands of a load are its outputs first.
static Replacement memoryAccess(Rewriter &r, CallInst &call, ArrayRef<StringRef> parts, StringRef mnemonic) {
  bool store = parts[0] == "st";
  unsigned count = 1, size = sizeOfType(parts.back());
  for (StringRef part : parts)
    if (part == "v2" || part == "v4" || part == "v8")
      part.drop_front().getAsInteger(10, count);
  if (!size || (parts[1] != "global" && parts[1] != "shared") || call.arg_size() != (store ? count + 1 : 1))
    return {};
  IRBuilder<> &b = r.builder;
  Value *pointer = address(r, call.getArgOperand(0));
  r.access(pointer, r.i32(count * size), r.accessSite(call, mnemonic, store, count * size, Align(count * size)));
  auto place = [&](unsigned i) { return b.CreateConstGEP1_32(b.getInt8Ty(), pointer, i * size); };
  if (store) {
    for (unsigned i = 0; i < count; ++i)
      b.CreateAlignedStore(call.getArgOperand(i + 1), place(i), Align(1));
    return {true, nullptr};
  }
  auto *type = dyn_cast<StructType>(call.getType());
  if (count == 1 && !type)
    return {true, b.CreateAlignedLoad(call.getType(), pointer, Align(1))};
  if (!type || type->getNumElements() != count)
    return {};
  Value *all = PoisonValue::get(type);
  for (unsigned i = 0; i < count; ++i)
    all = b.CreateInsertValue(all, b.CreateAlignedLoad(type->getElementType(i), place(i), Align(1)), i);
  return {true, all};
}

/// The operands in the text as values: `$1` and `[$1]` are arguments of the call, numbers are numbers.
/// Outputs come first in the numbering, and are no operands here.
static std::optional<SmallVector<Value *>> operandsOf(Rewriter &r, CallInst &call, StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  SmallVector<Value *> values;
  unsigned outputs = call.getType()->isVoidTy()        ? 0
                     : isa<StructType>(call.getType()) ? cast<StructType>(call.getType())->getNumElements()
                                                       : 1;
  for (StringRef part : parts) {
    part = part.trim().trim("[]").trim();
    uint64_t number = 0;
    if (part.consume_front("$")) {
      if (part.getAsInteger(10, number) || number < outputs || number - outputs >= call.arg_size())
        return std::nullopt;
      values.push_back(call.getArgOperand(unsigned(number) - outputs));
    } else if (!part.getAsInteger(0, number)) {
      values.push_back(r.i32(number));
    } else if (!part.empty()) {
      return std::nullopt;
    }
  }
  return values;
}

/// cp.async.{ca,cg}.shared.global [to], [from], size[, bytes of the source] and what goes with it.
static Replacement asyncCopy(Rewriter &r, CallInst &call, ArrayRef<StringRef> parts, ArrayRef<Value *> operands) {
  IRBuilder<> &b = r.builder;
  if (parts[2] == "commit_group") {
    r.call("braid_emu_commit", b.getVoidTy(), {});
  } else if (parts[2] == "wait_all") {
    r.call("braid_emu_wait_all", b.getVoidTy(), {});
  } else if (parts[2] == "wait_group" && operands.size() == 1) {
    r.call("braid_emu_wait", b.getVoidTy(), {operands[0]});
  } else if ((parts[2] == "ca" || parts[2] == "cg") && parts.size() >= 5 && operands.size() >= 3 &&
             operands.size() <= 4) {
    r.call("braid_emu_copy", b.getVoidTy(),
           {address(r, operands[0]), address(r, operands[1]), operands[2],
            operands.size() > 3 ? operands[3] : operands[2], r.site(call, llvm::join(parts, "."))});
  } else {
    return {};
  }
  return {true, nullptr};
}

/// cp.async.bulk to shared memory, whose end an mbarrier counts, and from shared memory, in groups of the thread.
static Replacement bulkCopy(Rewriter &r, CallInst &call, ArrayRef<StringRef> parts, ArrayRef<Value *> operands) {
  IRBuilder<> &b = r.builder;
  std::string name = llvm::join(parts, ".");
  bool load = name == "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes" ||
              name == "cp.async.bulk.shared::cta.global.mbarrier::complete_tx::bytes";
  if (load ? operands.size() != 4 : name != "cp.async.bulk.global.shared::cta.bulk_group" || operands.size() != 3)
    return {};
  Value *barrier = load ? b.CreatePtrToInt(address(r, operands[3]), b.getInt64Ty()) : b.getInt64(0);
  r.call("braid_emu_bulk", b.getVoidTy(),
         {address(r, operands[0]), address(r, operands[1]), b.CreateZExtOrTrunc(operands[2], b.getInt32Ty()), barrier,
          r.site(call, name)});
  return {true, nullptr};
}

/// mbarrier.arrive.expect_tx and mbarrier.expect_tx: `[address], bytes`. In the text an ignored result may come first.
static Replacement expectBytes(Rewriter &r, CallInst &call, StringRef mnemonic, StringRef text) {
  text = text.trim();
  text.consume_front("_,");
  auto operands = operandsOf(r, call, text);
  if (!operands || operands->size() != 2 || !call.getType()->isVoidTy())
    return {};
  bool arrives = mnemonic.starts_with("mbarrier.arrive.");
  r.mbarrier(call, mnemonic, arrives ? MbarrierArriveExpect : MbarrierExpect, address(r, (*operands)[0]),
             (*operands)[1]);
  return {true, nullptr};
}

Replacement braid::emu::rewriteAssembly(Rewriter &rewriter, CallInst &call, StringRef text) {
  // What MLIR makes of nvvm.elect.sync.
  if (text.contains("elect.sync rx | px, 0xFFFFFFFF;") && call.getType()->isIntegerTy(1)) {
    Value *bits = rewriter.call("braid_emu_warp", rewriter.builder.getInt64Ty(),
                                {rewriter.i32(Elect), rewriter.i32(~0u), rewriter.builder.getInt64(0), rewriter.i32(0),
                                 rewriter.i32(0), rewriter.site(call, "elect.sync")});
    return {true, rewriter.builder.CreateTrunc(rewriter.builder.CreateLShr(bits, 32), rewriter.builder.getInt1Ty())};
  }
  // What it makes of nvvm.mbarrier.try_wait.parity: a loop until the phase has ended.
  if (text.contains("mbarrier.try_wait.parity") && text.contains("bra.uni") && call.arg_size() == 3 &&
      call.getType()->isVoidTy()) {
    rewriter.mbarrier(call, "mbarrier.try_wait.parity", MbarrierWait, address(rewriter, call.getArgOperand(0)),
                      call.getArgOperand(1));
    return {true, nullptr};
  }
  text = text.trim().trim(';').trim();
  StringRef mnemonic = text.take_until([](char c) { return c == ' ' || c == '\t'; });
  if (text.contains(';') || text.contains('\n'))
    return {};
  if (text.empty())
    return {call.getType()->isVoidTy(), nullptr};
  SmallVector<StringRef> parts;
  mnemonic.split(parts, '.');
  if ((parts[0] == "ld" || parts[0] == "st") && parts.size() >= 3)
    return memoryAccess(rewriter, call, parts, mnemonic);
  if (mnemonic.starts_with("cp.async.") || mnemonic == "bar.sync" || mnemonic == "barrier.sync") {
    auto operands = operandsOf(rewriter, call, text.drop_front(mnemonic.size()));
    if (!operands)
      return {};
    if (parts[0] == "cp" && parts[2] == "bulk")
      return bulkCopy(rewriter, call, parts, *operands);
    if (parts[0] == "cp")
      return asyncCopy(rewriter, call, parts, *operands);
    if (operands->empty() || operands->size() > 2)
      return {};
    rewriter.call("braid_emu_barrier", rewriter.builder.getInt32Ty(),
                  {(*operands)[0], operands->size() > 1 ? (*operands)[1] : rewriter.i32(0), rewriter.i32(0),
                   rewriter.i32(mnemonic == "bar.sync" ? BarrierPlain : BarrierPlain | BarrierOfLanes),
                   rewriter.site(call, mnemonic)});
    return {true, nullptr};
  }
  if (mnemonic == "membar.gl" || mnemonic == "membar.sys" || mnemonic == "fence.acq_rel.gpu" ||
      mnemonic == "fence.acq_rel.sys") {
    rewriter.call("braid_emu_fence", rewriter.builder.getVoidTy(), {});
    return {true, nullptr};
  }
  if (mnemonic.starts_with("mbarrier.arrive.expect_tx.") || mnemonic.starts_with("mbarrier.expect_tx."))
    return expectBytes(rewriter, call, mnemonic, text.drop_front(mnemonic.size()));
  if (mnemonic == "membar.cta" || mnemonic == "fence.acq_rel.cta" || mnemonic.starts_with("fence.mbarrier_init.") ||
      mnemonic.starts_with("fence.proxy."))
    return {true, nullptr};
  if (mnemonic == "cvt.rn.bf16x2.f32")
    return rewriteMath(rewriter, call, "ff2bf16x2.rn");
  if (mnemonic == "cvt.rn.bf16.f32")
    return rewriteMath(rewriter, call, "f2bf16.rn");
  // ex2.approx.ftz.f32 and its like.
  if (!call.getType()->isFPOrFPVectorTy())
    return {};
  return rewriteMath(rewriter, call, mnemonic);
}
