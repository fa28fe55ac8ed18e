//===- Assembly.cpp - PTX instructions as inline assembly -----------------===//
//
// Single instructions that have no intrinsic, as kernels write them: loads and stores with cache
// hints, approximate functions, packed conversions.
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"

using namespace llvm;
using namespace braid::emu;

/// ".f32" → 4, 0 if it is no type.
static unsigned sizeOfType(StringRef part) {
  unsigned bits = 0;
  if (part.size() < 2 || !StringRef("busf").contains(part[0]) || part.drop_front().getAsInteger(10, bits))
    return 0;
  return bits / 8;
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
  Value *pointer = call.getArgOperand(0);
  if (pointer->getType()->isIntegerTy())
    pointer = b.CreateIntToPtr(pointer, b.getPtrTy());
  r.access(pointer, r.i32(count * size), r.site(call, mnemonic, store));
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

Replacement braid::emu::rewriteAssembly(Rewriter &rewriter, CallInst &call, StringRef text) {
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
  if (mnemonic == "cvt.rn.bf16x2.f32")
    return rewriteMath(rewriter, call, "ff2bf16x2.rn");
  if (mnemonic == "cvt.rn.bf16.f32")
    return rewriteMath(rewriter, call, "f2bf16.rn");
  // ex2.approx.ftz.f32 and its like.
  if (!call.getType()->isFPOrFPVectorTy())
    return {};
  return rewriteMath(rewriter, call, mnemonic);
}
