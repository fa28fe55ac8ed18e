//===- MathIntrinsics.cpp - NVVM's arithmetic -----------------------------===//
//
// Approximate functions are computed exactly rounded or nearly so: a kernel must not depend on the
// GPU's last bits. `.ftz` flushes subnormal arguments and results, as on the GPU.
//
//===----------------------------------------------------------------------===//

#include "Rewrite.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace braid::emu;

/// Subnormal floats become zeros of their sign.
static Value *flush(IRBuilder<> &b, Value *x) {
  if (!x->getType()->getScalarType()->isFloatTy())
    return x;
  Value *magnitude = b.CreateUnaryIntrinsic(Intrinsic::fabs, x);
  Value *small = b.CreateFCmpOLT(magnitude, ConstantFP::get(x->getType(), 0x1p-126));
  Value *zero = b.CreateBinaryIntrinsic(Intrinsic::copysign, ConstantFP::get(x->getType(), 0), x);
  return b.CreateSelect(small, zero, x);
}

static Value *one(Value *x) { return ConstantFP::get(x->getType(), 1); }

/// An arithmetic function of floats by its PTX name without type and modifiers; null if unknown.
static Value *arithmetic(IRBuilder<> &b, StringRef name, ArrayRef<Value *> x) {
  auto unary = [&](Intrinsic::ID id) { return b.CreateUnaryIntrinsic(id, x[0]); };
  auto binary = [&](Intrinsic::ID id) { return b.CreateBinaryIntrinsic(id, x[0], x[1]); };
  if (x.size() == 1) {
    auto id = StringSwitch<Intrinsic::ID>(name)
                  .Case("ex2.approx", Intrinsic::exp2)
                  .Case("lg2.approx", Intrinsic::log2)
                  .Cases("sin.approx", "sin", Intrinsic::sin)
                  .Cases("cos.approx", "cos", Intrinsic::cos)
                  .Cases("sqrt.approx", "sqrt.rn", "sqrt", Intrinsic::sqrt)
                  .Cases("fabs", "abs", Intrinsic::fabs)
                  .Case("floor", Intrinsic::floor)
                  .Case("ceil", Intrinsic::ceil)
                  .Case("trunc", Intrinsic::trunc)
                  .Case("round", Intrinsic::roundeven)
                  .Default(Intrinsic::not_intrinsic);
    if (id != Intrinsic::not_intrinsic)
      return unary(id);
    if (name == "rsqrt.approx")
      return b.CreateFDiv(one(x[0]), unary(Intrinsic::sqrt));
    if (name == "rcp.approx" || name == "rcp.rn")
      return b.CreateFDiv(one(x[0]), x[0]);
    if (name == "neg")
      return b.CreateFNeg(x[0]);
    if (name == "tanh.approx") {
      // 1 - 2 / (exp(2x) + 1)
      Value *e = b.CreateUnaryIntrinsic(Intrinsic::exp, b.CreateFAdd(x[0], x[0]));
      return b.CreateFSub(one(x[0]), b.CreateFDiv(ConstantFP::get(x[0]->getType(), 2), b.CreateFAdd(e, one(x[0]))));
    }
    if (name == "saturate")
      return b.CreateMinNum(b.CreateMaxNum(x[0], ConstantFP::get(x[0]->getType(), 0)), one(x[0]));
  }
  if (x.size() == 2) {
    if (name == "add.rn")
      return b.CreateFAdd(x[0], x[1]);
    if (name == "mul.rn")
      return b.CreateFMul(x[0], x[1]);
    if (name == "div.rn" || name == "div.approx" || name == "div.full")
      return b.CreateFDiv(x[0], x[1]);
    if (name == "fmin" || name == "min")
      return binary(Intrinsic::minnum);
    if (name == "fmax" || name == "max")
      return binary(Intrinsic::maxnum);
    if (name == "fmin.nan" || name == "min.NaN")
      return binary(Intrinsic::minimum);
    if (name == "fmax.nan" || name == "max.NaN")
      return binary(Intrinsic::maximum);
  }
  if (x.size() == 3 && name == "fma.rn")
    return b.CreateIntrinsic(Intrinsic::fma, {x[0]->getType()}, x);
  return nullptr;
}

/// Rounds to an integer first, as the name says; null for an unknown direction.
static Value *roundTo(IRBuilder<> &b, StringRef direction, Value *x) {
  auto id = StringSwitch<Intrinsic::ID>(direction)
                .Case("rn", Intrinsic::roundeven)
                .Case("rz", Intrinsic::trunc)
                .Case("rm", Intrinsic::floor)
                .Case("rp", Intrinsic::ceil)
                .Default(Intrinsic::not_intrinsic);
  return id == Intrinsic::not_intrinsic ? nullptr : b.CreateUnaryIntrinsic(id, x);
}

/// Conversions: f2i.rn, i2f.rn, d2f.rn, f2bf16.rn, ff2bf16x2.rn, …
static Value *conversion(IRBuilder<> &b, StringRef kind, StringRef direction, ArrayRef<Value *> x, Type *type) {
  bool fromFloat = kind.starts_with("f2") || kind.starts_with("d2");
  StringRef to = kind.drop_front(kind.find('2') + 1);
  if (fromFloat && x.size() == 1 && (to == "i" || to == "ui" || to == "ll" || to == "ull")) {
    Value *rounded = roundTo(b, direction, x[0]);
    bool isSigned = to == "i" || to == "ll";
    return rounded ? b.CreateIntrinsic(isSigned ? Intrinsic::fptosi_sat : Intrinsic::fptoui_sat,
                                       {type, x[0]->getType()}, {rounded})
                   : nullptr;
  }
  if (direction != "rn")
    return nullptr;
  if (kind == "i2f" || kind == "i2d" || kind == "ll2f" || kind == "ll2d")
    return b.CreateSIToFP(x[0], type);
  if (kind == "ui2f" || kind == "ui2d" || kind == "ull2f" || kind == "ull2d")
    return b.CreateUIToFP(x[0], type);
  if (kind == "d2f")
    return b.CreateFPTrunc(x[0], type);
  if (kind == "f2h")
    return b.CreateBitCast(b.CreateFPTrunc(x[0], b.getHalfTy()), type);
  if (kind == "f2bf16")
    return b.CreateBitCast(b.CreateFPTrunc(x[0], b.getBFloatTy()), type);
  if (kind == "bf2h")
    return b.CreateBitCast(b.CreateFPTrunc(b.CreateFPExt(x[0], b.getFloatTy()), b.getHalfTy()), type);
  if (kind == "ff2bf16x2" || kind == "ff2f16x2") {
    // The first operand becomes the upper half.
    Type *half = kind == "ff2bf16x2" ? b.getBFloatTy() : b.getHalfTy();
    Value *pair = PoisonValue::get(FixedVectorType::get(half, 2));
    pair = b.CreateInsertElement(pair, b.CreateFPTrunc(x[1], half), uint64_t(0));
    pair = b.CreateInsertElement(pair, b.CreateFPTrunc(x[0], half), uint64_t(1));
    return b.CreateBitCast(pair, type);
  }
  return nullptr;
}

/// Integer functions and bit casts.
static Value *integers(IRBuilder<> &b, StringRef name, ArrayRef<Value *> x, Type *type) {
  if (name.starts_with("bitcast."))
    return b.CreateBitCast(x[0], type);
  if (name.consume_front("mulhi.")) {
    unsigned width = type->getIntegerBitWidth();
    bool isSigned = name == "i" || name == "ll" || name == "s";
    Type *wide = b.getIntNTy(width * 2);
    auto extend = [&](Value *v) { return isSigned ? b.CreateSExt(v, wide) : b.CreateZExt(v, wide); };
    return b.CreateTrunc(b.CreateLShr(b.CreateMul(extend(x[0]), extend(x[1])), width), type);
  }
  if (name == "mul24.i" || name == "mul24.ui") {
    auto low = [&](Value *v) {
      v = b.CreateShl(v, 8);
      return name == "mul24.i" ? b.CreateAShr(v, 8) : b.CreateLShr(v, 8);
    };
    return b.CreateMul(low(x[0]), low(x[1]));
  }
  if (name == "lohi.i2d") {
    Value *bits = b.CreateOr(b.CreateZExt(x[0], b.getInt64Ty()), b.CreateShl(b.CreateZExt(x[1], b.getInt64Ty()), 32));
    return b.CreateBitCast(bits, type);
  }
  if (name == "d2i.lo" || name == "d2i.hi") {
    Value *bits = b.CreateBitCast(x[0], b.getInt64Ty());
    return b.CreateTrunc(name == "d2i.hi" ? b.CreateLShr(bits, 32) : bits, type);
  }
  if (name == "rotate.b32" || name == "rotate.b64")
    return b.CreateIntrinsic(Intrinsic::fshl, {type}, {x[0], x[0], b.CreateZExtOrTrunc(x[1], type)});
  if (name == "prmt") {
    // Byte i of the result: byte (selector >> 4 i) & 7 of {y, x}, or its sign if bit 3 is set.
    Value *bytes = b.CreateOr(b.CreateZExt(x[0], b.getInt64Ty()), b.CreateShl(b.CreateZExt(x[1], b.getInt64Ty()), 32));
    Value *result = b.getInt32(0);
    for (unsigned i = 0; i < 4; ++i) {
      Value *selector = b.CreateLShr(x[2], 4 * i);
      Value *shift = b.CreateZExt(b.CreateShl(b.CreateAnd(selector, 7), 3), b.getInt64Ty());
      Value *byte = b.CreateTrunc(b.CreateLShr(bytes, shift), b.getInt8Ty());
      Value *sign = b.CreateAShr(byte, 7);
      byte = b.CreateSelect(b.CreateIsNotNull(b.CreateAnd(selector, 8)), sign, byte);
      result = b.CreateOr(result, b.CreateShl(b.CreateZExt(byte, b.getInt32Ty()), 8 * i));
    }
    return result;
  }
  return nullptr;
}

Replacement braid::emu::rewriteMath(Rewriter &rewriter, CallInst &call, StringRef fullName) {
  IRBuilder<> &b = rewriter.builder;
  SmallVector<Value *> x(call.args());
  if (Value *value = integers(b, fullName, x, call.getType()))
    return {true, value};
  // name[.rounding][.ftz][.type]
  SmallVector<StringRef> parts;
  fullName.split(parts, '.');
  bool ftz = false;
  std::string name;
  for (StringRef part : parts) {
    if (part == "ftz") {
      ftz = true;
      continue;
    }
    bool isType =
        StringSwitch<bool>(part).Cases("f", "d", "f16", "f16x2", "bf16", "bf16x2", "f32", "f64", true).Default(false);
    if (!isType)
      name += (name.empty() ? "" : ".") + part.str();
  }
  if (StringRef(name).contains('2') && parts.size() >= 2 && name.rfind("ex2", 0) && name.rfind("lg2", 0)) {
    Value *value = conversion(b, parts[0], parts[1], x, call.getType());
    return {value != nullptr, value};
  }
  if (!call.getType()->isFPOrFPVectorTy())
    return {};
  if (ftz)
    for (Value *&argument : x)
      argument = flush(b, argument);
  Value *value = arithmetic(b, name, x);
  if (value && ftz)
    value = flush(b, value);
  return {value != nullptr, value};
}
