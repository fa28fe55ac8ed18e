//===- MatrixIntrinsics.cpp - calls of ldmatrix and mma.sync --------------===//

#include "Rewrite.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace braid::emu;

/// An array of the thread's own for the registers of an operation.
static AllocaInst *makeRegisters(Rewriter &r, CallInst &call, unsigned count) {
  IRBuilder<>::InsertPointGuard guard(r.builder);
  r.builder.SetInsertPoint(&*call.getFunction()->getEntryBlock().getFirstInsertionPt());
  return r.builder.CreateAlloca(ArrayType::get(r.builder.getInt64Ty(), count));
}

static Value *place(Rewriter &r, Value *registers, unsigned i) {
  return r.builder.CreateConstGEP1_32(r.builder.getInt64Ty(), registers, i);
}

static void run(Rewriter &r, CallInst &call, uint32_t op, Value *registers, StringRef name) {
  IRBuilder<> &b = r.builder;
  r.call("braid_emu_warp", b.getInt64Ty(),
         {r.i32(op), r.i32(~0u), b.CreatePtrToInt(registers, b.getInt64Ty()), r.i32(0), r.i32(0),
          r.site(call, "nvvm." + name)});
}

/// The first registers as the result of the call: one value or a struct of them.
static Value *results(Rewriter &r, CallInst &call, Value *registers) {
  IRBuilder<> &b = r.builder;
  auto one = [&](unsigned i, Type *type) { return b.CreateLoad(type, place(r, registers, i)); };
  auto *type = dyn_cast<StructType>(call.getType());
  if (!type)
    return one(0, call.getType());
  Value *all = PoisonValue::get(type);
  for (unsigned i = 0; i < type->getNumElements(); ++i)
    all = b.CreateInsertValue(all, one(i, type->getElementType(i)), i);
  return all;
}

/// ldmatrix.sync.aligned.m8n8.xN[.trans].b16: every lane below 8 N gives the address of a row.
static Replacement loadMatrix(Rewriter &r, CallInst &call, StringRef name) {
  IRBuilder<> &b = r.builder;
  unsigned count = name.contains(".x1.") ? 1 : name.contains(".x2.") ? 2 : 4;
  uint32_t op = LoadMatrix1 + (count == 1 ? 0 : count == 2 ? 1 : 2) + (name.contains(".trans.") ? 3 : 0);
  Value *address = b.CreateAddrSpaceCast(call.getArgOperand(0), b.getPtrTy());
  Value *mine = b.CreateICmpULT(r.specialRegister(LaneId), r.i32(8 * count));
  r.access(address, b.CreateSelect(mine, r.i32(16), r.i32(0)),
           r.accessSite(call, "nvvm." + name, /*store=*/false, 16, Align(16)));
  AllocaInst *registers = makeRegisters(r, call, 4);
  b.CreateStore(b.CreatePtrToInt(address, b.getInt64Ty()), registers);
  run(r, call, op, registers, name);
  return {true, results(r, call, registers)};
}

Replacement braid::emu::rewriteMatrix(Rewriter &rewriter, CallInst &call, StringRef name) {
  if (name.starts_with("ldmatrix.sync.aligned.m8n8."))
    return loadMatrix(rewriter, call, name.take_front(name.rfind(".p")));
  auto op = StringSwitch<uint32_t>(name)
                .Case("mma.m16n8k16.row.col.f32.f32", MultiplyF16K16)
                .Case("mma.m16n8k8.row.col.f32.f32", MultiplyF16K8)
                .Case("mma.m16n8k16.row.col.bf16", MultiplyBF16K16)
                .Case("mma.m16n8k8.row.col.bf16", MultiplyBF16K8)
                .Case("mma.m16n8k8.row.col.tf32", MultiplyTF32K8)
                .Case("mma.m16n8k4.row.col.tf32", MultiplyTF32K4)
                .Default(0);
  if (!op)
    return {};
  AllocaInst *registers = makeRegisters(rewriter, call, call.arg_size());
  for (unsigned i = 0; i < call.arg_size(); ++i) {
    Value *bits = rewriter.builder.CreateBitCast(call.getArgOperand(i), rewriter.builder.getInt32Ty());
    rewriter.builder.CreateStore(rewriter.widen(bits), place(rewriter, registers, i));
  }
  run(rewriter, call, op, registers, name);
  return {true, results(rewriter, call, registers)};
}
